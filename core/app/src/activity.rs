//! The activity log as its page shows it: who did what to what, when, from where.

use std::collections::HashMap;

use domain::{AccountId, Permission, Timestamp};
use serde_json::Value;
use store::Conn;
use store::audit::{ActorKind, AuditFilter, Entry};

use crate::App;
use crate::context::Context;
use crate::error::Result;

/// One line of the log.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Its number in the business's log.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of actor.
    pub actor_kind: ActorKind,
    /// A person's name, a plugin's id, or nothing for the workspace itself or a deleted account.
    pub actor: String,
    /// What, such as `person.created`; the translation key is `act-person-created`.
    pub action: String,
    /// What kind of thing it was done to.
    pub entity: String,
    /// Which one; empty where there is none.
    pub entity_id: String,
    /// More about it.
    pub detail: Value,
    /// The address it came from.
    pub address: String,
    /// The browser it came from.
    pub device: String,
    /// The request it happened in.
    pub request_id: String,
}

/// A part of the log, newest first, and where the next begins, if there is more.
#[derive(Debug, Clone)]
pub struct ActivityPage {
    /// The lines.
    pub items: Vec<Activity>,
    /// What to ask the next page with.
    pub next: Option<i64>,
}

/// A page of the log. `before` is the number the page before ended with.
pub async fn list_activity(
    app: &App,
    ctx: &Context,
    filter: AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<ActivityPage> {
    ctx.require_to_see(Permission::ReadActivity)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<ActivityPage> {
            let page = store::audit::list(c, &tenant, &filter, before, limit)?;
            let names = names_of(c, &page.items)?;
            let items = page.items.into_iter().map(|entry| view(entry, &names)).collect();
            Ok(ActivityPage { items, next: page.next })
        })
        .await
}

/// The names of the accounts that acted, each looked up once.
fn names_of(c: &mut Conn, entries: &[Entry]) -> Result<HashMap<String, String>> {
    let mut names = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.actor_kind == ActorKind::Account) {
        if names.contains_key(&entry.actor_id) {
            continue;
        }
        let account = match entry.actor_id.parse::<AccountId>() {
            Ok(id) => store::accounts::find(c, &id)?,
            Err(_) => None,
        };
        names.insert(entry.actor_id.clone(), account.map(|one| one.name).unwrap_or_default());
    }
    Ok(names)
}

fn view(entry: Entry, names: &HashMap<String, String>) -> Activity {
    let actor = match entry.actor_kind {
        ActorKind::Account => names.get(&entry.actor_id).cloned().unwrap_or_default(),
        ActorKind::Plugin => entry.actor_id,
        ActorKind::System => String::new(),
    };
    Activity {
        seq: entry.seq,
        at: entry.at,
        actor_kind: entry.actor_kind,
        actor,
        action: entry.action,
        entity: entry.entity,
        entity_id: entry.entity_id,
        detail: entry.detail_json.0,
        address: entry.address,
        device: entry.device,
        request_id: entry.request_id,
    }
}
