//! Approvals: the exact request a plugin proposes, the digest that stands for it, and what people are
//! told of it. The digest is made by the host from the request itself, never taken from a guest.

use std::collections::BTreeMap;

use domain::{ConnectionId, PluginId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::manifest::Effect;

mod change;

pub use change::{CHANGE_ASKED, Change, is_on};

/// A request with everything that makes it this one and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactRequest {
    /// The manifest's route it goes by.
    pub route: String,
    /// The route's sentence for grants: a route that a new version moved is another one.
    pub route_ask: String,
    /// What it does in the world.
    pub effect: Effect,
    /// The method.
    pub method: String,
    /// The whole address, as it was read.
    pub url: String,
    /// Headers of the plugin's, names lower-case, by name.
    pub headers: Vec<(String, String)>,
    /// The key against doubling, where the plugin set one.
    pub idempotency_key: Option<String>,
    /// Slots whose secrets the host puts in, in the order it does.
    pub slots: Vec<ExactSlot>,
    /// The account that acts.
    pub connection: Option<ConnectionId>,
    /// The body, without secrets.
    pub body: Vec<u8>,
}

/// A slot of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactSlot {
    /// Its id.
    pub id: String,
    /// Its sentence for grants: whose secret goes where.
    pub ask: String,
}

impl ExactRequest {
    /// The SHA-256 that stands for this request of this plugin in this business. Every part stands
    /// behind its length and every list behind its count, so no two requests have the same bytes.
    pub fn digest(&self, tenant: &TenantId, plugin: &PluginId) -> [u8; 32] {
        let mut parts = Parts(Sha256::new());
        parts.text("oxpi approval 1");
        parts.text(tenant.as_str());
        parts.text(plugin.as_str());
        parts.text(&self.route);
        parts.text(&self.route_ask);
        parts.text(self.effect.as_str());
        parts.text(&self.method);
        parts.text(&self.url);
        parts.count(self.headers.len());
        for (name, value) in &self.headers {
            parts.text(name);
            parts.text(value);
        }
        parts.optional(self.idempotency_key.as_deref());
        parts.count(self.slots.len());
        for slot in &self.slots {
            parts.text(&slot.id);
            parts.text(&slot.ask);
        }
        parts.optional(self.connection.as_ref().map(ConnectionId::as_str));
        parts.bytes(&self.body);
        parts.0.finalize().into()
    }
}

struct Parts(Sha256);

impl Parts {
    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        self.count(usize::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }
}

/// Words of the plugin's for people: a text, or a key of its own texts, which speaks the language of
/// whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// A text as it is.
    Text(String),
    /// A key of the plugin's texts.
    Key {
        /// The key.
        key: String,
        /// What the text's places are filled with.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        args: BTreeMap<String, String>,
    },
}

/// What it costs, as the plugin says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// In the currency's smallest unit.
    pub minor: i64,
    /// Three capital letters (ISO 4217).
    pub currency: String,
}

/// A request that a plugin puts before people, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The request.
    pub request: ExactRequest,
    /// Its digest.
    pub digest: [u8; 32],
    /// What it is, in a few words.
    pub title: Words,
    /// More about it.
    pub summary: Option<Words>,
    /// What it costs.
    pub amount: Option<Amount>,
    /// Until when it may be decided and sent.
    pub expires_at: Timestamp,
    /// Twice with one key is once.
    pub idempotency_key: String,
    /// What people may change of it, as the plugin said and [`Change::read`] reads.
    pub change: Option<serde_json::Value>,
    /// The id of the plugin's own proposal that it takes the place of.
    pub replaces: Option<String>,
}

/// A request at the door whose route has an effect: the approval it names, if any, must be one that
/// was given to this digest, and is used up by this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalUse<'a> {
    /// What the request named.
    pub id: Option<&'a str>,
    /// What it does in the world.
    pub effect: Effect,
    /// Its route.
    pub route: &'a str,
    /// The host it is for.
    pub host: &'a str,
    /// The digest of the request as it is about to be sent.
    pub digest: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    fn request() -> ExactRequest {
        ExactRequest {
            route: "post".into(),
            route_ask: "egress:POST https://a.example/x".into(),
            effect: Effect::Publish,
            method: "POST".into(),
            url: "https://a.example/x?a=b".into(),
            headers: vec![("content-type".into(), "text/plain".into()), ("x-a".into(), "b".into())],
            idempotency_key: None,
            slots: vec![ExactSlot { id: "acme".into(), ask: "slot:acme".into() }],
            connection: None,
            body: b"hello".to_vec(),
        }
    }

    fn ids() -> (TenantId, TenantId, PluginId) {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let plugin = "acme".parse().unwrap_or_else(|_| unreachable!());
        (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng), plugin)
    }

    #[test]
    fn every_part_is_in_the_digest() {
        let (tenant, other, plugin) = ids();
        let clock = ManualClock::at(2);
        let changes: [fn(&mut ExactRequest); 15] = [
            |r| r.route.push('s'),
            |r| r.route_ask.push('y'),
            |r| r.effect = Effect::Spend,
            |r| r.method = "PUT".into(),
            |r| r.url.push('c'),
            |r| r.headers[1].1 = "c".into(),
            |r| r.headers[1].0 = "x-b".into(),
            |r| r.headers.push(("x-b".into(), String::new())),
            |r| r.idempotency_key = Some(String::new()),
            |r| r.slots[0].id.push('2'),
            |r| r.slots[0].ask.push('2'),
            |r| r.slots.clear(),
            |r| r.connection = Some(ConnectionId::new(&ManualClock::at(2), &SeededRng::new(2))),
            |r| r.body[0] = b'H',
            |r| r.body.push(0),
        ];
        let mut seen = vec![request().digest(&tenant, &plugin), request().digest(&other, &plugin)];
        let plugin2 = "acme2".parse().unwrap_or_else(|_| unreachable!());
        seen.push(request().digest(&tenant, &plugin2));
        for change in changes {
            let mut changed = request();
            change(&mut changed);
            seen.push(changed.digest(&tenant, &plugin));
        }
        let _ = clock;
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn what_stands_where_can_not_be_moved() {
        let (tenant, _, plugin) = ids();
        let with = |headers: &[(&str, &str)], body: &str| {
            let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let body = body.as_bytes().to_vec();
            ExactRequest { headers, body, ..request() }.digest(&tenant, &plugin)
        };
        assert_ne!(with(&[("a", "bc")], ""), with(&[("ab", "c")], ""));
        assert_ne!(with(&[("a", "b"), ("c", "d")], ""), with(&[("a", "b")], "cd"));
        assert_ne!(with(&[("a", "")], "b"), with(&[("a", "b")], ""));
        assert_eq!(with(&[("a", "b")], "c"), with(&[("a", "b")], "c"));
    }
}
