//! The activity log as its page shows it: who did what to what, when, from where.

use std::collections::HashMap;

use domain::{Permission, TenantId, Timestamp};
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
    /// What it is called today, or was when it happened; empty where it has no name.
    pub subject: String,
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
            let mut names = Names { tenant, known: HashMap::new() };
            let items = page.items.into_iter().map(|entry| view(c, &mut names, entry));
            Ok(ActivityPage { items: items.collect::<Result<_>>()?, next: page.next })
        })
        .await
}

/// Names by kind and id, each looked up once. They are read now and not kept in the log: a person
/// who was deleted for good is not named there either.
struct Names {
    tenant: TenantId,
    known: HashMap<(&'static str, String), String>,
}

impl Names {
    fn account(&mut self, c: &mut Conn, id: &str) -> Result<String> {
        self.find("account", id, || {
            let Ok(id) = id.parse() else { return Ok(None) };
            Ok(store::accounts::find(c, &id)?.map(|account| account.name))
        })
    }

    fn person(&mut self, c: &mut Conn, id: &str) -> Result<String> {
        let tenant = self.tenant.clone();
        self.find("person", id, || {
            let Ok(id) = id.parse() else { return Ok(None) };
            Ok(store::people::find_even_deleted(c, &tenant, &id)?.map(|person| person.name))
        })
    }

    fn find(
        &mut self,
        kind: &'static str,
        id: &str,
        look: impl FnOnce() -> Result<Option<String>>,
    ) -> Result<String> {
        let key = (kind, id.to_owned());
        if let Some(name) = self.known.get(&key) {
            return Ok(name.clone());
        }
        let name = look()?.unwrap_or_default();
        self.known.insert(key, name.clone());
        Ok(name)
    }
}

fn subject_of(c: &mut Conn, names: &mut Names, entry: &Entry) -> Result<String> {
    let told = |keys: &[&str]| {
        let text = keys.iter().find_map(|key| entry.detail_json.0.get(key)?.as_str());
        text.unwrap_or_default().to_owned()
    };
    match entry.entity.as_str() {
        "person" => names.person(c, &entry.entity_id),
        // What no plugin keeps is called by whom it is about.
        "document" if entry.detail_json.0.get("plugin").is_none() => {
            names.person(c, &told(&["person"]))
        }
        "approval" | "document" => Ok(told(&["plugin"])),
        "member" => names.account(c, &told(&["account"])),
        // Who acted is named already.
        "account" if entry.actor_id == entry.entity_id => Ok(String::new()),
        "account" => names.account(c, &entry.entity_id),
        _ => Ok(told(&["title", "name", "email", "account", "provider"])),
    }
}

fn view(c: &mut Conn, names: &mut Names, entry: Entry) -> Result<Activity> {
    let subject = subject_of(c, names, &entry)?;
    let actor = match entry.actor_kind {
        ActorKind::Account => names.account(c, &entry.actor_id)?,
        ActorKind::Plugin => entry.actor_id,
        ActorKind::System => String::new(),
    };
    Ok(Activity {
        seq: entry.seq,
        at: entry.at,
        actor_kind: entry.actor_kind,
        actor,
        action: entry.action,
        entity: entry.entity,
        entity_id: entry.entity_id,
        subject,
        detail: entry.detail_json.0,
        address: entry.address,
        device: entry.device,
        request_id: entry.request_id,
    })
}
