//! `plugin.toml`: what a plugin is and asks for, read without running it.
//!
//! Everything here is plain data. [`Manifest::parse`] is the only way to make one from text, and it
//! accepts nothing it doesn't understand: each error names the line and says what to do.

use std::collections::BTreeMap;

use domain::{PluginId, Role};
use serde::{Deserialize, Serialize};

use crate::package::PublisherKey;

mod asks;
pub(crate) mod check;
mod near;
mod outside;
mod parse;
mod parts;
mod reach;
mod reader;
mod references;
mod schema;
mod version;

pub use check::MEDIA_TYPES;
pub use reach::{
    Algorithm, CONNECTION_SERVER, Effect, EgressRoute, KnownServer, Login, Provider,
    ProviderFailure, ProviderScope, ProviderStep, Slot, SlotPlace, SlotSource,
};
pub use schema::{Property, PropertyKind, Schema, Violation};
pub use version::{BadVersion, Version};

/// The contract's version that this host speaks.
pub const ABI: Version = Version { major: 1, minor: 0, patch: 0 };

/// The core entities that `records` reaches beside a plugin's own collections.
pub const CORE_ENTITIES: [&str; 2] = ["person", "appointment"];

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ManifestError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and, where we can tell, what was meant.
    pub reason: String,
}

/// A whole manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Who the plugin is.
    pub plugin: About,
    /// The settings form, where it has one.
    pub settings: Option<Schema>,
    /// What it imports and asks for.
    pub capabilities: Capabilities,
    /// Its own collections.
    pub collections: Vec<Collection>,
    /// The ports it offers.
    pub ports: Ports,
    /// Jobs that repeat.
    pub schedules: Vec<Schedule>,
    /// Addresses at which it hears from providers.
    pub webhooks: Vec<Webhook>,
    /// Pages, panels and cards.
    pub views: Vec<View>,
    /// Where accounts can be connected.
    pub providers: Vec<Provider>,
    /// Which secret goes where.
    pub slots: Vec<Slot>,
    /// Which requests may leave.
    pub egress: Vec<EgressRoute>,
}

/// `[plugin]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Its name everywhere.
    pub id: PluginId,
    /// Its own version.
    pub version: Version,
    /// The contract it was built for; major and minor count.
    pub abi: Version,
    /// Who made it.
    pub publisher: String,
    /// Whose signature its packages must have; none for a plugin that is never sent as a package.
    pub publisher_key: Option<PublisherKey>,
    /// Translation key of its name.
    pub name: String,
    /// Translation key of a sentence on what it does.
    pub description: String,
    /// The icon's file in the package.
    pub icon: Option<String>,
    /// Who may see its pages.
    pub roles: Vec<Role>,
}

/// `[capabilities]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Small values of its own.
    pub kv: Option<Wish>,
    /// Work for later.
    pub jobs: Option<Wish>,
    /// Actions that people approve first.
    pub approvals: Option<Wish>,
    /// Files.
    pub documents: Option<DocumentsWish>,
    /// Events.
    pub events: Option<EventsWish>,
    /// Records of the core.
    pub records: Option<RecordsWish>,
}

/// Why a capability is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Translation key shown on the consent page.
    pub reason: String,
}

/// `[capabilities.documents]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentsWish {
    /// Translation key shown on the consent page.
    pub reason: String,
    /// What may be kept, such as `application/pdf`; nothing else is.
    pub media_types: Vec<String>,
}

/// `[capabilities.events]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventsWish {
    /// Translation key shown on the consent page.
    pub reason: String,
    /// Topics it hears of.
    pub subscribe: Vec<String>,
    /// Topics it tells of; each begins with the plugin's id and a dot.
    pub publish: Vec<String>,
}

/// `[capabilities.records]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordsWish {
    /// Translation key shown on the consent page.
    pub reason: String,
    /// Core entities it reads.
    pub read: Vec<String>,
    /// Core entities it writes.
    pub write: Vec<String>,
    /// Which fields of each.
    pub fields: BTreeMap<String, Vec<String>>,
}

/// `[[collections]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// Its name, which `records` takes as entity.
    pub name: String,
    /// What a record holds.
    pub schema: Schema,
    /// Fields that can be filtered by.
    pub index: Vec<String>,
    /// Fields that hold personal data.
    pub personal: Vec<String>,
    /// How long records stay.
    pub retention: Retention,
}

/// How long records of a collection stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// As long as the plugin is installed.
    #[default]
    Plugin,
    /// As long as the connection they came from.
    Connection,
}

/// `[ports]`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// It is a calendar provider.
    pub calendar: bool,
}

/// `[[schedules]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// Five fields, in the tenant's zone.
    pub cron: String,
    /// The job handler's name.
    pub handler: String,
}

/// `[[webhooks]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// The last part of its address.
    pub route: String,
    /// How a delivery proves where it comes from.
    pub signature: Signature,
    /// Whether the address is a tenant's own or one for all.
    pub scope: Scope,
    /// Headers, lower-case, that name a delivery beside its body: the same values and body are the
    /// same delivery. Empty where the body says it all.
    pub delivery_id: Vec<String>,
    /// The job handler that opens and closes channels which call this address: a delivery then says
    /// only that a calendar has changed, and the host asks for its changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<String>,
}

/// How a delivery is verified, before the plugin hears of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
pub enum Signature {
    /// A header holds a token that we made or that a slot holds.
    HeaderToken {
        /// The header, lower-case.
        header: String,
        /// The secret's slot; without one the host makes a token for each connection.
        slot: Option<String>,
    },
    /// A header holds the hex HMAC-SHA256 of the raw body.
    HmacSha256 {
        /// The header, lower-case.
        header: String,
        /// The key's slot.
        slot: String,
        /// What stands before the hex digits, such as `sha256=`.
        prefix: String,
    },
    /// As the Standard Webhooks specification 1.0.0 has it: the headers `webhook-id`,
    /// `webhook-timestamp` and `webhook-signature`, the first of which names the delivery.
    StandardWebhooks {
        /// The secret's slot, which holds what begins with `whsec_`.
        slot: String,
    },
    /// Nothing does: the plugin must ask the provider.
    None,
}

impl Signature {
    /// The slot by whose secret a delivery proves itself, if by any.
    pub const fn slot(&self) -> Option<&String> {
        match self {
            Self::HeaderToken { slot, .. } => slot.as_ref(),
            Self::HmacSha256 { slot, .. } | Self::StandardWebhooks { slot } => Some(slot),
            Self::None => None,
        }
    }
}

/// Whose a webhook address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// One address a tenant.
    Tenant,
    /// One address for the whole instance; the plugin's `accounts` says which tenants are meant.
    Instance,
}

/// `[[views]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Its name, which `render` takes.
    pub id: String,
    /// Translation key of its title.
    pub title: String,
    /// Where it appears.
    pub place: Place,
    /// Who of those who see the plugin's pages may act in it; empty for all of them.
    #[serde(default)]
    pub actors: Vec<Role>,
}

/// Where a view appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A page of its own, in the menu.
    Navigation,
    /// A panel on a person.
    Person,
    /// A panel on an appointment.
    Appointment,
    /// A card at home.
    Home,
}

impl Manifest {
    /// The provider of this id.
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// Whether it reaches servers that people name.
    pub fn reaches_connections(&self) -> bool {
        self.egress.iter().any(|route| route.origin == CONNECTION_SERVER)
    }

    /// The slot of this id.
    pub fn slot(&self, id: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }

    /// The webhook of this route.
    pub fn webhook(&self, route: &str) -> Option<&Webhook> {
        self.webhooks.iter().find(|webhook| webhook.route == route)
    }

    /// The view of this id.
    pub fn view(&self, id: &str) -> Option<&View> {
        self.views.iter().find(|view| view.id == id)
    }

    /// The collection of this name.
    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.name == name)
    }
}
