//! The store on both databases. Every test owns its database.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

extern crate oxpi_store as store;

mod support;

mod api_tokens;
mod appointments;
mod approvals;
mod audit;
mod calendar_imports;
mod calendars;
mod checkups;
mod connections;
mod contacts;
mod db;
mod deletions;
mod document_lists;
mod documents;
mod egress_entries;
mod endpoints;
mod factors;
mod fair;
mod group;
mod imports;
mod inbox;
mod invitations;
mod jobs;
mod jobs_seeded;
mod kv;
mod members;
mod near;
mod notifications;
mod oauth_flows;
mod outbox;
mod people;
mod people_lists;
mod plugins;
mod reports;
mod row_security;
mod saved_views;
mod schedules;
mod schema;
mod search;
mod search_notes;
mod search_numbers;
mod search_remarks;
mod secrets;
mod sessions;
mod sources;
mod stages;
mod statistics;
mod sweeps;
mod tasks;
mod tenants;
mod told_leads;
