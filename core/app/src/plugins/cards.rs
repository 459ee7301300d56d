//! Plugins as pages show them.

use std::collections::BTreeSet;

use domain::{Locale, PluginId, TenantId, Timestamp};
use runtime::manifest::{KnownServer, Provider, Schema};
use runtime::{Ask, Plugin};
use serde_json::Value;
use store::Conn;
use store::plugin_publishers::Publisher;
use store::plugin_refusals::{Refusal, RefusalReason};
use store::plugin_snapshots::Snapshot;
use store::plugins::{InstalledPlugin, Origin};
use store::tenant_plugins::TenantPlugin;

use super::admission;
use super::calls::{grant_of, is_covered};
use crate::App;
use crate::error::Result;

/// A plugin as the list shows it.
#[derive(Debug, Clone)]
pub struct PluginCard {
    /// Its id.
    pub id: PluginId,
    /// Its name in the reader's language.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Its version.
    pub version: String,
    /// Who made it.
    pub publisher: String,
    /// Whether this business has it on.
    pub enabled: bool,
    /// Whether it rests until an admin consents: the version that is there asks for more than was
    /// allowed, and the one before is gone.
    pub needs_consent: bool,
    /// Whether a newer version waits while this one works.
    pub update_waits: bool,
}

/// Everything about a plugin that its page shows.
#[derive(Debug, Clone)]
pub struct PluginPage {
    /// What the list shows.
    pub card: PluginCard,
    /// What it asks for, with its reasons in the reader's language.
    pub asks: Vec<Ask>,
    /// The ids of those that were not allowed yet, for a business that had it before.
    pub new_asks: BTreeSet<String>,
    /// A newer version that this business does not run.
    pub update: Option<NewVersion>,
    /// The version before, while it can be gone back to.
    pub former: Option<Former>,
    /// Where its code comes from.
    pub source: Source,
    /// Whether its data can be removed: it is off, and was on before.
    pub can_remove: bool,
    /// The settings form, where it has one.
    pub settings_schema: Option<Schema>,
    /// What is set.
    pub settings: Value,
    /// The revision of what is set.
    pub settings_rev: i64,
    /// Its providers' ids and names.
    pub providers: Vec<ProviderCard>,
    /// What stops when it is turned off.
    pub stops: Stops,
    /// What one of its calls may use.
    pub limits: runtime::Limits,
}

/// A version that waits for a person.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The version.
    pub version: String,
    /// Why it isn't in use.
    pub reason: RefusalReason,
    /// What was found, for the person.
    pub detail: String,
    /// What it asks for beyond what was allowed.
    pub asks: Vec<Ask>,
}

/// The version before.
#[derive(Debug, Clone)]
pub struct Former {
    /// The version.
    pub version: String,
    /// When the newer one took its place.
    pub replaced_at: Timestamp,
    /// Whether going back also puts the data back as it was then.
    pub restores_data: bool,
}

/// Where a plugin's code comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Whether its publisher signed it.
    pub is_signed: bool,
    /// The fingerprint of the publisher's key, where packages of it are taken from one only.
    pub fingerprint: Option<String>,
}

/// A provider that a plugin can connect accounts at.
#[derive(Debug, Clone)]
pub struct ProviderCard {
    /// The manifest's id.
    pub id: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Where to click there, in the reader's language.
    pub guide: Option<String>,
    /// What is asked for, with the reason for each.
    pub scopes: Vec<ScopeCard>,
    /// Set where people type a password: servers that many use.
    pub login: Option<Vec<ServerCard>>,
}

/// A server that many use.
#[derive(Debug, Clone)]
pub struct ServerCard {
    /// Its name in the reader's language.
    pub name: String,
    /// Its address; none where everybody has their own.
    pub address: Option<String>,
    /// Where to make an app password there, in the reader's language.
    pub guide: String,
}

/// A scope and why it is wanted.
#[derive(Debug, Clone)]
pub struct ScopeCard {
    /// The provider's word.
    pub scope: String,
    /// Why, in the reader's language.
    pub reason: String,
    /// Whether nothing works without it.
    pub required: bool,
}

/// What turning a plugin off stops.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// Connected accounts that rest.
    pub connections: usize,
    /// Calendars no longer kept in step.
    pub calendars: usize,
    /// Repeating jobs.
    pub schedules: usize,
    /// Jobs that wait now and will wait until it is on again.
    pub jobs: i64,
    /// Pages, panels and cards that disappear.
    pub views: usize,
    /// Addresses at which it hears from providers.
    pub webhooks: usize,
}

/// What the database knows of a plugin beside the business's own row.
pub(super) struct Known {
    refusal: Option<Refusal>,
    snapshot: Option<Snapshot>,
    publisher: Option<Publisher>,
    installed: Vec<InstalledPlugin>,
}

impl Known {
    pub(super) fn read(c: &mut Conn, tenant: &TenantId, id: &PluginId) -> Result<Self> {
        Ok(Self {
            refusal: store::plugin_refusals::find(c, tenant, id)?,
            snapshot: store::plugin_snapshots::find(c, tenant, id)?,
            publisher: store::plugin_publishers::find(c, id)?,
            installed: store::plugins::list_of(c, id)?,
        })
    }

    pub(super) fn source(&self, plugin: &Plugin) -> Source {
        let version = plugin.manifest().plugin.version.to_string();
        let installed = self.installed.iter().find(|row| row.version == version);
        let is_signed = installed.is_some_and(|row| row.origin == Origin::Package);
        let fingerprint = self.publisher.as_ref().map(|p| admission::shown(&p.publisher_key));
        Source { is_signed, fingerprint: fingerprint.filter(|_| is_signed) }
    }
}

/// The version that a page is about: the one a business runs, or the newest while it is off.
pub(super) fn shown(app: &App, newest: &Plugin, row: Option<&TenantPlugin>) -> Plugin {
    let row = row.filter(|row| row.enabled);
    let own = row.and_then(|row| app.plugins.find_version(newest.id(), &row.version));
    own.unwrap_or_else(|| newest.clone())
}

/// What a version asks for, with its reasons in the reader's language.
pub(super) fn asks(plugin: &Plugin, locale: Locale) -> Vec<Ask> {
    with_reasons(plugin, plugin.manifest().asks(), locale)
}

fn with_reasons(plugin: &Plugin, asks: Vec<Ask>, locale: Locale) -> Vec<Ask> {
    let text = |key: &str| plugin.texts().text(locale, key, &[]);
    asks.into_iter().map(|ask| Ask { reason: ask.reason.as_deref().map(text), ..ask }).collect()
}

/// The newest version, where a business that has the plugin on stays on another for a reason.
pub(super) fn update(
    newest: &Plugin,
    row: Option<&TenantPlugin>,
    known: &Known,
    locale: Locale,
) -> Option<NewVersion> {
    let version = newest.manifest().plugin.version;
    let row = row.filter(|row| row.enabled && row.version.parse().is_ok_and(|v| version > v))?;
    let missing = grant_of(row).missing(newest.manifest());
    let told = known.refusal.as_ref().filter(|refusal| refusal.version == version.to_string());
    let (reason, detail) = match told {
        Some(refusal) => (refusal.reason, refusal.detail.clone()),
        None if missing.is_empty() => return None,
        None => (RefusalReason::Consent, String::new()),
    };
    let asks = with_reasons(newest, missing, locale);
    Some(NewVersion { version: version.to_string(), reason, detail, asks })
}

/// The version before, if it is still there.
pub(super) fn former(app: &App, known: &Known) -> Option<Former> {
    let kept = known.snapshot.as_ref()?;
    app.plugins.find_version(&kept.plugin_id, &kept.version)?;
    Some(Former {
        version: kept.version.clone(),
        replaced_at: kept.taken_at,
        restores_data: kept.with_state,
    })
}

pub(super) fn card(
    plugin: &Plugin,
    newest: &Plugin,
    row: Option<&TenantPlugin>,
    locale: Locale,
) -> PluginCard {
    let about = &plugin.manifest().plugin;
    let row = row.filter(|row| row.enabled);
    // Another version in the place of the business's own is no more allowed than one that asks for more.
    let is_own = |row: &TenantPlugin| row.version == about.version.to_string();
    let asks_more = |row: &TenantPlugin| !is_covered(newest, row);
    PluginCard {
        id: about.id.clone(),
        name: plugin.texts().text(locale, &about.name, &[]),
        description: plugin.texts().text(locale, &about.description, &[]),
        version: about.version.to_string(),
        publisher: about.publisher.clone(),
        enabled: row.is_some(),
        needs_consent: row.is_some_and(|row| !is_own(row) || !is_covered(plugin, row)),
        update_waits: row.is_some_and(|row| is_own(row) && asks_more(row)),
    }
}

/// A provider as pages show it.
pub fn provider_card(plugin: &Plugin, provider: &Provider, locale: Locale) -> ProviderCard {
    let text = |key: &str| plugin.texts().text(locale, key, &[]);
    ProviderCard {
        id: provider.id.clone(),
        name: text(&provider.name),
        guide: provider.guide.as_deref().map(text),
        login: provider.login.as_ref().map(|login| {
            let card = |server: &KnownServer| ServerCard {
                name: text(&server.name),
                address: server.address.clone(),
                guide: text(&server.guide),
            };
            login.servers.iter().map(card).collect()
        }),
        scopes: provider
            .scopes
            .iter()
            .map(|s| ScopeCard {
                scope: s.scope.clone(),
                reason: text(&s.reason),
                required: s.required,
            })
            .collect(),
    }
}
