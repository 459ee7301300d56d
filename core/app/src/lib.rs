//! Use cases, one file a noun: authorise, act, audit. Two callers meet the same checks here: pages
//! (`web`) and plugins (`services`).
//!
//! Invariant: no HTTP server, no HTML, no SQL. Every use case takes the app, the context of who
//! asks, and typed input; every mutation is authorised first and audited in its own transaction.

// Tests inside put an app together as those outside do.
#[cfg(test)]
extern crate self as app;

mod account_secrets;
pub mod accounts;
pub mod activity;
pub mod api_answers;
pub mod api_tokens;
pub mod appointments;
pub mod approvals;
pub mod attempts;
pub mod attributions;
pub mod audit;
pub mod availability;
pub mod calendar_feeds;
pub mod calendar_imports;
mod calendar_pull;
mod calendar_push;
pub mod calendars;
mod channels;
pub mod checkups;
mod chores;
pub mod connections;
pub mod context;
mod cron;
pub mod currencies;
pub mod cursors;
pub mod deletions;
pub mod documents;
pub mod egress;
pub mod endpoints;
pub mod error;
mod event_merge;
pub mod event_states;
pub mod examples;
pub mod exports;
pub mod factors;
mod fields;
pub mod frame;
mod ground;
pub mod home;
pub mod imports;
pub mod incidents;
pub mod installation;
pub mod invitations;
pub mod jobs;
pub mod journal;
pub mod live;
pub mod logins;
pub mod logos;
pub mod mail;
pub mod members;
pub mod metrics;
pub mod money;
pub mod notifications;
pub mod oauth;
mod once;
mod one_time_codes;
pub mod openid;
mod outbox;
pub mod own_fields;
#[cfg(test)]
#[path = "../tests/app/support/parts.rs"]
mod parts;
pub mod passkeys;
mod passwords;
pub mod people;
mod pictures;
pub mod pipelines;
pub mod plugin_views;
pub mod plugins;
pub mod proofs;
pub mod reminders;
pub mod reports;
pub mod resets;
pub mod retention;
pub mod rotation;
pub mod sandbox;
pub mod saved_views;
mod schedules;
pub mod search;
mod secrets;
pub mod series;
pub mod services;
pub mod sessions;
pub mod settings;
pub mod sign_ins;
mod signature;
#[cfg(test)]
mod simulation;
pub mod sources;
pub mod sweeps;
pub mod tags;
pub mod tasks;
pub mod tenants;
pub mod timeline;
pub mod tokens;
pub mod told;
pub mod undos;
pub mod vault_state;
pub mod webhooks;
mod wishes;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Weak};

use domain::{Clock, PluginId, Rng};
use tokio::sync::Notify;

pub use context::{Context, Origin, UsedToken};
pub use error::{Error, Result};

/// Everything a use case works with. Cloning is cheap.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub db: store::Db,
    /// The vault.
    pub vault: vault::Vault,
    /// What is remembered of secrets outside the database.
    pub witness: vault_state::Witness,
    /// Where the sealed bytes of documents lie.
    pub blobs: Arc<dyn store::blobs::Blobs>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub rng: Arc<dyn Rng>,
    /// Where plugins run.
    pub engine: runtime::Engine,
    /// The guarded way out.
    pub egress: runtime::Egress,
    /// How mail leaves, if it does.
    pub post: mail::Post,
    /// The OpenID provider people may sign in by, if there is one.
    pub openid: openid::OpenId,
    /// The plugins that are loaded.
    pub plugins: plugins::Registry,
    /// One lock a connection, for refreshing its token.
    pub refresh_locks: connections::RefreshLocks,
    /// Wakes the worker before its time.
    pub woken: Notify,
    /// Entries that are written a moment later.
    pub journal: journal::Journal,
    /// What was turned away.
    pub incidents: incidents::Incidents,
    /// What the configuration says.
    pub options: Options,
}

/// The part of the configuration that use cases need.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address people use, without a slash at its end: links and redirect addresses start so.
    pub public_url: String,
    /// Whether providers are simulators.
    pub sandbox: bool,
    /// The themes that a business may choose, by name.
    pub themes: Vec<String>,
    /// What one call of a plugin may use, where that isn't the usual.
    pub plugin_limits: BTreeMap<PluginId, runtime::Limits>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Tells the worker that there is something to do.
    pub(crate) fn wake_jobs(&self) {
        self.woken.notify_one();
    }

    /// Its clock and its chance, for what is decided inside a transaction.
    pub(crate) fn means(&self) -> ground::Means<'_> {
        ground::Means { clock: &*self.clock, rng: &*self.rng }
    }

    /// A reference that doesn't keep the app alive.
    pub(crate) fn downgrade(&self) -> Weak<Parts> {
        Arc::downgrade(&self.0)
    }

    pub(crate) const fn from_parts(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
