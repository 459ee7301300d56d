//! Plugins as pages show them.

use domain::{Locale, PluginId};
use runtime::manifest::{Provider, Schema};
use runtime::{Ask, Plugin};
use serde_json::Value;
use store::tenant_plugins::TenantPlugin;

use super::calls::is_covered;

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
    /// Whether the loaded version asks for more than was allowed: off until an admin consents.
    pub needs_consent: bool,
}

/// Everything about a plugin that its page shows.
#[derive(Debug, Clone)]
pub struct PluginPage {
    /// What the list shows.
    pub card: PluginCard,
    /// What it asks for, with its reasons in the reader's language.
    pub asks: Vec<Ask>,
    /// The settings form, where it has one.
    pub settings_schema: Option<Schema>,
    /// What is set.
    pub settings: Value,
    /// Its providers' ids and names.
    pub providers: Vec<ProviderCard>,
    /// What stops when it is turned off.
    pub stops: Stops,
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

pub(super) fn card(plugin: &Plugin, row: Option<&TenantPlugin>, locale: Locale) -> PluginCard {
    let about = &plugin.manifest().plugin;
    PluginCard {
        id: about.id.clone(),
        name: plugin.texts().text(locale, &about.name, &[]),
        description: plugin.texts().text(locale, &about.description, &[]),
        version: about.version.to_string(),
        publisher: about.publisher.clone(),
        enabled: row.is_some_and(|row| row.enabled),
        needs_consent: row.is_some_and(|row| row.enabled && !is_covered(plugin, row)),
    }
}

/// A provider as pages show it.
pub fn provider_card(plugin: &Plugin, provider: &Provider, locale: Locale) -> ProviderCard {
    let text = |key: &str| plugin.texts().text(locale, key, &[]);
    ProviderCard {
        id: provider.id.clone(),
        name: text(&provider.name),
        guide: provider.guide.as_deref().map(text),
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
