//! The activity log's writing side: every mutation appends an entry in its own transaction.

use domain::{AccountId, AuditId, PluginId, TenantId};
use serde_json::Value;
use store::Conn;
use store::audit::NewEntry;

use crate::App;
use crate::context::{Context, Origin};
use crate::error::Result;

pub use store::audit::{ActorKind, AuditFilter, Entry};

/// Who did it.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A member.
    Account(AccountId),
    /// A plugin, from a job or an event.
    Plugin(PluginId),
    /// OXPI itself, such as a retention run.
    System,
}

/// Somebody, and from where.
#[derive(Debug, Clone)]
pub struct Who {
    /// Who.
    pub actor: Actor,
    /// From where; empty for what happens inside.
    pub origin: Origin,
}

impl From<&Context> for Who {
    fn from(ctx: &Context) -> Self {
        Self { actor: Actor::Account(ctx.account.clone()), origin: ctx.origin.clone() }
    }
}

impl Who {
    /// OXPI itself.
    pub fn system() -> Self {
        Self { actor: Actor::System, origin: Origin::default() }
    }

    /// A plugin.
    pub fn plugin(id: &PluginId) -> Self {
        Self { actor: Actor::Plugin(id.clone()), origin: Origin::default() }
    }
}

/// What was done to what. `detail` holds what a page shows: never a secret, and personal data only
/// where the entry is useless without it.
pub struct Act<'a> {
    /// Dotted past tense, such as `appointment.booked`; the translation key is `act-appointment-booked`.
    pub action: &'static str,
    /// The noun.
    pub entity: &'static str,
    /// Its id.
    pub entity_id: &'a str,
    /// More to show.
    pub detail: Value,
}

/// Appends an entry to the tenant's chain, inside the caller's transaction.
pub fn append(app: &App, c: &mut Conn, tenant: &TenantId, who: &Who, act: &Act<'_>) -> Result<()> {
    let (actor_kind, actor_id) = match &who.actor {
        Actor::Account(id) => (ActorKind::Account, id.to_string()),
        Actor::Plugin(id) => (ActorKind::Plugin, id.to_string()),
        Actor::System => (ActorKind::System, String::new()),
    };
    let entry = NewEntry {
        id: AuditId::new(&*app.clock, &*app.rng),
        at: app.clock.now(),
        actor_kind,
        actor_id,
        action: act.action.to_owned(),
        entity: act.entity.to_owned(),
        entity_id: act.entity_id.to_owned(),
        detail_json: act.detail.clone().into(),
        address: who.origin.address.clone(),
        device: who.origin.device.clone(),
        request_id: who.origin.request_id.clone(),
    };
    let mac = |entry: &Entry| app.vault.mac("audit", Some(tenant), &canonical(entry)).to_vec();
    store::audit::append(c, tenant, entry, mac)?;
    Ok(())
}

/// The bytes an entry's MAC covers: every field, each behind its length, so that no two different
/// entries have the same bytes.
fn canonical(entry: &Entry) -> Vec<u8> {
    let (seq, at) = (entry.seq.to_be_bytes(), entry.at.as_millis().to_be_bytes());
    let detail = entry.detail_json.0.to_string();
    let fields: [&[u8]; 14] = [
        entry.tenant_id.as_str().as_bytes(),
        &seq,
        entry.id.as_str().as_bytes(),
        &at,
        entry.actor_kind.as_str().as_bytes(),
        entry.actor_id.as_bytes(),
        entry.action.as_bytes(),
        entry.entity.as_bytes(),
        entry.entity_id.as_bytes(),
        detail.as_bytes(),
        entry.address.as_bytes(),
        entry.device.as_bytes(),
        entry.request_id.as_bytes(),
        &entry.previous_mac,
    ];
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// Checks a tenant's whole chain, oldest entry first: gapless, linked, each MAC right. Answers the
/// sequence number of the first entry that isn't, if any.
pub fn first_broken(app: &App, tenant: &TenantId, entries: &[Entry]) -> Option<i64> {
    let mut previous: &[u8] = &[];
    for (expected_seq, entry) in (1_i64..).zip(entries) {
        let mac = app.vault.mac("audit", Some(tenant), &canonical(entry));
        let linked = entry.seq == expected_seq && entry.previous_mac == previous;
        if !linked || entry.mac != mac {
            return Some(expected_seq);
        }
        previous = &entry.mac;
    }
    None
}
