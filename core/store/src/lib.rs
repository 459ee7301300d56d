//! The database: diesel over SQLite and PostgreSQL, one file a noun.
//!
//! Invariants: nothing here decides who may do what, and nothing here reads a secret; it sees
//! sealed bytes. Every function about a tenant's data takes the tenant. Time comes in as an
//! argument, never from SQL.
//!
//! The way in is [`Db`]: [`Db::read`] and [`Db::write`] run a closure in one transaction on a
//! blocking thread and hand it a [`Conn`], which every noun's functions take first.

#[macro_use]
mod backend;
#[macro_use]
mod columns;
mod checkpoint;
mod db;
mod error;
mod fold;
mod group;
mod held;
mod migrate;
mod page;
mod pool;
mod schema;
mod scope;

pub mod accounts;
pub mod api_answers;
pub mod api_tokens;
pub mod appointments;
pub mod approvals;
pub mod attributions;
pub mod audit;
pub mod blobs;
pub mod busy_blocks;
pub mod calendar_feeds;
pub mod calendar_imports;
pub mod calendars;
pub mod ceremonies;
pub mod channels;
pub mod checkups;
pub mod chores;
pub mod connections;
pub mod contacts;
pub mod data_keys;
pub mod deletions;
pub mod deliveries;
pub mod documents;
pub mod egress_entries;
pub mod endpoints;
pub mod event_copies;
pub mod event_places;
pub mod examples;
pub mod exports;
pub mod idempotency;
pub mod imported_events;
pub mod imports;
pub mod inbox;
pub mod installation_entries;
pub mod invitations;
pub mod jobs;
pub mod kv;
pub mod member_choices;
pub mod members;
pub mod notifications;
pub mod oauth_flows;
pub mod openid_identities;
pub mod outbox;
pub mod own_fields;
pub mod owners;
pub mod passkeys;
pub mod people;
pub mod pipelines;
pub mod plugin_publishers;
pub mod plugin_records;
pub mod plugin_refusals;
pub mod plugin_snapshots;
pub mod plugins;
pub mod recovery_codes;
pub mod reminders;
pub mod reports;
pub mod row_security;
pub mod saved_views;
pub mod schedules;
pub mod search;
pub mod secrets;
pub mod series;
pub mod sessions;
pub mod sign_in_attempts;
pub mod statistics;
pub mod sweeps;
pub mod tags;
pub mod tasks;
pub mod tenant_logos;
pub mod tenant_plugins;
pub mod tenants;
pub mod timeline;
pub mod told_leads;
pub mod totp_keys;
pub mod undos;
pub mod vault_state;

#[cfg(feature = "testing")]
pub mod testing;

pub use backend::{Backend, Conn};
pub use columns::{Json, TextList, UnknownWord};
pub use db::{Db, DbLoad, DbOptions, Target};
pub use error::{Error, Result};
pub use held::held_to;
pub use page::{BadCursor, Cursor, Page};
