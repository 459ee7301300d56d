//! Use cases, one file a noun: authorise, act, audit. No HTTP, no HTML, no SQL.
