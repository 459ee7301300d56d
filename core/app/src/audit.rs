//! The activity log's writing side: every mutation appends an entry in its own transaction.

pub mod chain;
pub mod export;
pub mod heads;
pub mod log;
pub mod verify;

use domain::{AccountId, AuditId, PluginId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::audit::NewEntry;

use crate::context::{Context, Origin};
use crate::error::Result;
use crate::{App, endpoints};

pub use store::audit::{ActorKind, AuditFilter, Entry};

/// What the MACs of entries are for, so that no other MAC fits.
const MAC: &str = "audit";

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

/// The detail with the token that a program did it with.
fn with_token(mut detail: Value, origin: &Origin) -> Value {
    if let (Some(token), Some(fields)) = (&origin.token, detail.as_object_mut()) {
        let named = json!({"id": token.id, "name": token.name});
        fields.insert("token".to_owned(), named);
    }
    detail
}

/// Appends an entry to the tenant's chain, inside the caller's transaction, and keeps what endpoints are
/// told of it.
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
        detail_json: with_token(act.detail.clone(), &who.origin).into(),
        address: who.origin.address.clone(),
        device: who.origin.device.clone(),
        request_id: who.origin.request_id.clone(),
    };
    let mac =
        |entry: &Entry| app.vault.mac(MAC, Some(tenant), &chain::canonical(&entry.into())).to_vec();
    store::audit::append(c, tenant, entry, mac)?;
    // Appointments say themselves when they change: of a series there is one entry here for many.
    if act.entity == "appointment" {
        return Ok(());
    }
    endpoints::events::publish(app, c, tenant, act.action, act.entity_id, &act.detail)
}
