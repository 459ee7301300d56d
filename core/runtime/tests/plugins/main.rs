//! The runtime from outside: one binary, as linking the engine twice would cost a minute.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests may fail")]

mod calls;
mod egress;
mod fake;
mod gate;
mod guests;
mod hostile;
mod hostile_guests;
mod leaks;
mod manifest;
mod server;
mod spellings;
