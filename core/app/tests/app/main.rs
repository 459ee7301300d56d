//! Use cases as the web calls them, on both databases.
//! One program for all of them: each links the whole room, and linking is what a build of tests waits for.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

extern crate oxpi_app as app;

mod accounts;
mod api_answers;
mod at_once;
mod attributions;
mod audit;
mod calendar_feed_secrets;
mod calendar_feeds;
mod calendar_imports;
mod chores;
mod closing;
mod cursors;
mod doubles;
mod endpoints;
mod examples;
mod exports;
mod factors;
mod giving;
mod imports;
mod members;
mod merges;
mod notifications;
mod own_fields;
mod passkeys;
mod people;
mod pipelines;
mod reminders;
mod reports;
mod saved_views;
mod search;
mod series;
mod sources;
mod support;
mod sweeps;
mod tasks;
mod undos;
