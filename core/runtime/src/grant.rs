//! What a plugin asks for and what a tenant allowed, as sets of short sentences for machines, so
//! that the difference between two versions is the difference between two sets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::manifest::{Effect, EgressRoute, Manifest, Slot};

/// Everything a tenant allowed a plugin: the [`Ask::id`]s it agreed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grant(BTreeSet<String>);

/// One thing a plugin asks for, as a consent page lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The canonical name that is stored when it is allowed, such as `records.read:person`.
    pub id: String,
    /// Which kind, for the page's own words.
    pub kind: AskKind,
    /// What it is about: an entity, a topic, an address, a scope.
    pub subject: String,
    /// The plugin's translation key that says why, where the manifest has one.
    pub reason: Option<String>,
}

/// Kinds of [`Ask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskKind {
    /// Keep small values of its own.
    Kv,
    /// Run work later.
    Jobs,
    /// Propose actions that people approve first.
    Approvals,
    /// Keep files.
    Documents,
    /// Hear of an event.
    Subscribe,
    /// Tell of an event.
    Publish,
    /// Read records of an entity.
    ReadRecords,
    /// Write records of an entity.
    WriteRecords,
    /// See and set a field of an entity.
    Field,
    /// Keep records of its own.
    Collection,
    /// Send requests to an address.
    Egress,
    /// Have a secret placed in requests to an address.
    Slot,
    /// Make keyed hashes with a secret.
    Sign,
    /// A permission at a provider.
    Scope,
}

impl Grant {
    /// Nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// All that the manifest asks for.
    pub fn everything(manifest: &Manifest) -> Self {
        Self(manifest.asks().into_iter().map(|ask| ask.id).collect())
    }

    /// From stored ids.
    pub fn from_ids(ids: impl IntoIterator<Item = String>) -> Self {
        Self(ids.into_iter().collect())
    }

    /// The stored ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What a manifest asks for beyond this grant: what a new version waits for consent on.
    pub fn missing(&self, manifest: &Manifest) -> Vec<Ask> {
        manifest.asks().into_iter().filter(|ask| !self.0.contains(&ask.id)).collect()
    }

    /// Whether this was allowed.
    pub fn allows(&self, id: &str) -> bool {
        self.0.contains(id)
    }

    /// Whether the plugin may keep small values.
    pub fn allows_kv(&self) -> bool {
        self.allows("kv")
    }

    /// Whether the plugin may run work later.
    pub fn allows_jobs(&self) -> bool {
        self.allows("jobs")
    }

    /// Whether the plugin may propose actions with this effect.
    pub fn may_propose(&self, effect: Effect) -> bool {
        self.allows(&format!("approvals:{}", effect.as_str()))
    }

    /// Whether the plugin may propose anything at all.
    pub fn allows_approvals(&self) -> bool {
        Effect::APPROVED.into_iter().any(|effect| self.may_propose(effect))
    }

    /// Whether the plugin may keep files of this media type.
    pub fn may_keep(&self, media_type: &str) -> bool {
        self.allows(&format!("documents:{media_type}"))
    }

    /// Whether the plugin may keep files at all.
    pub fn allows_documents(&self) -> bool {
        self.ids().any(|id| id.starts_with("documents:"))
    }

    /// Whether the plugin hears of this topic.
    pub fn may_subscribe(&self, topic: &str) -> bool {
        self.allows(&format!("events.subscribe:{topic}"))
    }

    /// Whether the plugin may tell of this topic.
    pub fn may_publish(&self, topic: &str) -> bool {
        self.allows(&format!("events.publish:{topic}"))
    }

    /// Whether the plugin may read this entity.
    pub fn may_read(&self, entity: &str) -> bool {
        self.allows(&format!("records.read:{entity}")) || self.owns(entity)
    }

    /// Whether the plugin may write this entity.
    pub fn may_write(&self, entity: &str) -> bool {
        self.allows(&format!("records.write:{entity}")) || self.owns(entity)
    }

    /// Whether this is a collection of the plugin's own.
    pub fn owns(&self, collection: &str) -> bool {
        self.allows(&format!("collection:{collection}"))
    }

    /// The fields of a core entity that the plugin may see and set. `id` and `rev` always come along.
    pub fn fields(&self, entity: &str) -> BTreeSet<&str> {
        let prefix = format!("records.field:{entity}.");
        self.ids().filter_map(|id| id.strip_prefix(&prefix)).collect()
    }

    /// Whether requests of this route may leave.
    pub fn allows_route(&self, route: &EgressRoute) -> bool {
        self.allows(&route.ask)
    }

    /// Whether this slot's secret may be placed.
    pub fn allows_slot(&self, slot: &Slot) -> bool {
        self.allows(&slot.ask)
    }

    /// Whether keyed hashes may be made with this slot's secret.
    pub fn allows_signing(&self, slot: &Slot) -> bool {
        !slot.hmac.is_empty() && self.allows(&slot.sign_ask)
    }
}
