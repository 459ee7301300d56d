//! How strict the simulated Google is, one behaviour a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod access;
mod calendars;
mod client;
mod control;
mod events;
mod faults;
mod lists;
mod meetings;
mod pages;
mod series;
mod sign_in;
mod sync;
mod tokens;
mod trouble;
mod watching;
