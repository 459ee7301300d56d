//! Plugins: what there is, what it may do, what stops without it.

use serde::Serialize;

use super::connections::ConnectionRow;
use super::{Choice, Errors, pages};

pages! {
    Plugins => "pages/plugins/list.html",
    PluginPage => "pages/plugins/plugin.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Plugins {
    /// All of them, those that are on first.
    pub plugins: Vec<PluginRow>,
    /// Whether the role may turn them on and off.
    pub can_manage: bool,
}

/// A plugin in the list.
#[derive(Debug, Clone, Serialize)]
pub struct PluginRow {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// The address of its icon.
    pub icon: Option<String>,
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Who made it.
    pub publisher: String,
    /// Its version.
    pub version: String,
    /// Whether this business has it on.
    pub enabled: bool,
    /// Whether it rests because it asks for more than was allowed.
    pub needs_consent: bool,
    /// Whether a newer version waits while this one works.
    pub update_waits: bool,
}

/// The page of a plugin.
#[derive(Debug, Clone, Serialize)]
pub struct PluginPage {
    /// What the list shows.
    pub plugin: PluginRow,
    /// What it may do.
    pub asks: Vec<AskRow>,
    /// Where it may send requests.
    pub hosts: Vec<String>,
    /// What stops when it is turned off.
    pub stops: Vec<StopRow>,
    /// Its providers.
    pub providers: Vec<ProviderRow>,
    /// Its connections.
    pub connections: Vec<ConnectionRow>,
    /// A newer version that is not in use.
    pub update: Option<UpdateRow>,
    /// The version before.
    pub former: Option<FormerRow>,
    /// Where its code comes from.
    pub source: SourceRow,
    /// Whether it can be removed with its data.
    pub can_remove: bool,
    /// Its settings.
    pub settings: Vec<SettingField>,
    /// The revision that they show.
    pub settings_rev: i64,
    /// What its calls used; empty before the first.
    pub usage: Vec<UsageRow>,
    /// What one call may use; their texts are `limit-<key>`.
    pub limits: Vec<UsageRow>,
    /// Its last requests and those for it, newest first.
    pub requests: Vec<RequestRow>,
    /// Those before.
    pub older_requests: Vec<RequestRow>,
    /// What is wrong with the settings.
    pub errors: Errors,
    /// Whether the role may change it.
    pub can_manage: bool,
    /// Whether the role may connect accounts.
    pub can_connect: bool,
}

/// One thing it asks for.
#[derive(Debug, Clone, Serialize)]
pub struct AskRow {
    /// Its text is `ask-<key>`.
    pub key: String,
    /// Why, in the plugin's words.
    pub reason: String,
    /// More exactly what: fields, topics.
    pub details: Vec<String>,
    /// Whether it is new since the last consent.
    pub is_new: bool,
}

/// A newer version that is not in use.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateRow {
    /// The version.
    pub version: String,
    /// Why not; its text is `update-<reason>`.
    pub reason: &'static str,
    /// What was found.
    pub detail: String,
    /// What it asks for beyond what was allowed.
    pub asks: Vec<AskRow>,
    /// Where it wants to send requests beyond what was allowed.
    pub hosts: Vec<String>,
}

/// The version before.
#[derive(Debug, Clone, Serialize)]
pub struct FormerRow {
    /// The version.
    pub version: String,
    /// When the newer one took its place.
    pub since: String,
    /// Whether going back also takes its data back.
    pub restores_data: bool,
}

/// Where a plugin's code comes from.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRow {
    /// Whether its publisher signed it.
    pub is_signed: bool,
    /// The fingerprint of the publisher's key.
    pub fingerprint: Option<String>,
}

/// Something that stops.
#[derive(Debug, Clone, Serialize)]
pub struct StopRow {
    /// Its text is `stops-<key>`.
    pub key: &'static str,
    /// How many.
    pub count: i64,
}

/// One figure of what its calls used or may use.
#[derive(Debug, Clone, Serialize)]
pub struct UsageRow {
    /// Its text is `usage-<key>` or `limit-<key>`.
    pub key: &'static str,
    /// The figure.
    pub value: String,
}

/// A request that left, or was refused at the door.
#[derive(Debug, Clone, Serialize)]
pub struct RequestRow {
    /// When.
    pub at: String,
    /// Whether OXPI asked for the plugin's connections, not the plugin itself.
    pub by_host: bool,
    /// The method.
    pub method: String,
    /// Where; empty where the address could not be read.
    pub host: String,
    /// The pattern of the path; empty where no route fitted.
    pub path: String,
    /// The answer's status, where there was an answer.
    pub status: Option<u16>,
    /// What went wrong, where something did: its text is `request-<problem>`.
    pub problem: Option<&'static str>,
    /// How the badge looks.
    pub tone: &'static str,
    /// How much the answer had.
    pub size: i64,
    /// In what; its text is `request-<unit>`.
    pub unit: &'static str,
    /// Milliseconds until the answer began.
    pub ms: i64,
}

/// A provider that accounts can be connected at.
#[derive(Debug, Clone, Serialize)]
pub struct ProviderRow {
    /// Its name.
    pub name: String,
    /// The wizard's address.
    pub href: String,
}

/// One field of a settings form.
#[derive(Debug, Clone, Serialize)]
pub struct SettingField {
    /// The property.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What it is for.
    pub hint: String,
    /// `text`, `long`, `lines`, `number`, `switch`, `choice`, `choices`, `password`, or HTML's own type
    /// of an input.
    pub kind: &'static str,
    /// What is set.
    pub value: String,
    /// Whether a switch is on.
    pub checked: bool,
    /// What a choice offers.
    pub choices: Vec<Choice>,
    /// Whether it must be filled in.
    pub required: bool,
    /// `ltr` for what is always read so, else `auto`.
    pub dir: &'static str,
    /// The least and the greatest number, and the step between two; empty for any.
    pub min: String,
    /// See `min`.
    pub max: String,
    /// See `min`.
    pub step: &'static str,
    /// The most characters.
    pub max_length: u64,
}
