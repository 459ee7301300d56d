//! How strict the simulated CalDAV server is, one behaviour a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod client;
mod discovery;
mod objects;
mod pages;
mod reports;
