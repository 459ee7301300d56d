//! What happened with people: the entries on a person's page, and the notes that members write there.
//!
//! An entry is written in the transaction of what it tells. Its detail is what the page shows, so that
//! it still reads the same when the appointment it tells of is gone.

use std::collections::BTreeMap;

use domain::{EntryId, Permission, PersonId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::audit::ActorKind;
use store::members::NamedMember;

use crate::App;
use crate::audit::{self, Act, Actor, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{fields, once};

pub use store::timeline::{Entry, EntryGroup, NOTE};
pub use store::{Cursor, Page};

/// The longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 4_000;

const CREATE: &str = "note.create";

/// Something to put on a person's page.
pub(crate) struct New<'a> {
    /// Of whom.
    pub person: &'a PersonId,
    /// Such as `stage`; the translation key is `timeline-stage`.
    pub kind: String,
    /// What it is about; empty where it is the person.
    pub entity_id: &'a str,
    /// What is shown of it.
    pub detail: Value,
}

/// Puts an act on an appointment, or on a series of them, on the page of the person it is with, under the
/// act's name, such as `appointment-booked`. Only what the page shows of it is kept.
pub(crate) fn tell(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    person: Option<&PersonId>,
    act: &Act<'_>,
) -> Result<()> {
    let Some(person) = person else { return Ok(()) };
    let shown = |name: &str| act.detail.get(name).cloned().unwrap_or_default();
    let new = New {
        person,
        kind: act.action.replace('.', "-"),
        entity_id: act.entity_id,
        detail: json!({"title": shown("title"), "starts_at": shown("starts_at")}),
    };
    append(app, c, tenant, who, new)?;
    Ok(())
}

/// Puts an entry on a person's page, inside the caller's transaction.
pub(crate) fn append(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    who: &Who,
    new: New<'_>,
) -> Result<EntryId> {
    let entry = entry(app, tenant, who, new);
    store::timeline::insert(c, &entry)?;
    Ok(entry.id)
}

/// An entry for a person's page.
pub(crate) fn entry(app: &App, tenant: &TenantId, who: &Who, new: New<'_>) -> Entry {
    let (actor_kind, actor_id) = match &who.actor {
        Actor::Account(id) => (ActorKind::Account, id.to_string()),
        Actor::Plugin(id) => (ActorKind::Plugin, id.to_string()),
        Actor::System => (ActorKind::System, String::new()),
    };
    Entry {
        tenant_id: tenant.clone(),
        id: EntryId::new(&*app.clock, &*app.rng),
        person_id: new.person.clone(),
        at: app.clock.now(),
        kind: new.kind,
        actor_kind,
        actor_id,
        entity_id: new.entity_id.to_owned(),
        detail_json: new.detail.into(),
    }
}

/// An entry with the name of who did it, as it is today.
#[derive(Debug, Clone)]
pub struct Told {
    /// The entry.
    pub entry: Entry,
    /// A person's name, a plugin's id, or nothing for OXPI itself or a deleted account.
    pub actor: String,
    /// Whether the reader may change or remove it: their own notes.
    pub is_own_note: bool,
    /// The names of the members that it tells of, by their ids; who has left isn't among them.
    pub members: BTreeMap<String, String>,
    /// Whether what it is about is there no more: a document that was deleted.
    pub is_gone: bool,
}

/// A page of what happened with a person, newest first.
pub async fn list_entries(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Told>> {
    list_entries_of(app, ctx, person, None, after, limit).await
}

/// The same of one group of entries, where one is said.
pub async fn list_entries_of(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    group: Option<EntryGroup>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Told>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (ctx, person) = (ctx.clone(), person.clone());
    app.db
        .inspect(move |c| -> Result<Page<Told>> {
            let (tenant, after) = (&ctx.tenant, after.as_ref());
            let page = store::timeline::list_of(c, tenant, &person, group, after, limit)?;
            let (mut known, mut team) = (Vec::<(String, String)>::new(), None);
            let mut items = Vec::new();
            for entry in page.items {
                let actor = actor(c, &mut known, &entry)?;
                let is_own_note = is_note_of(&entry, &ctx);
                let members = members_in(c, &ctx.tenant, &mut team, &entry)?;
                let is_gone = is_gone(c, &entry)?;
                items.push(Told { entry, actor, is_own_note, members, is_gone });
            }
            Ok(Page { items, next: page.next })
        })
        .await
}

fn is_note_of(entry: &Entry, ctx: &Context) -> bool {
    entry.kind == NOTE && entry.actor_id == ctx.account.as_str()
}

/// Whether an entry tells of a document that was deleted since; of anything else there is a page still.
fn is_gone(c: &mut Conn, entry: &Entry) -> Result<bool> {
    if !entry.kind.starts_with("document-") {
        return Ok(false);
    }
    let id = entry.entity_id.parse().map_err(Error::internal)?;
    Ok(store::documents::find(c, &entry.tenant_id, &id)?.is_none())
}

/// The names of the members that an entry tells of; the team is looked up once, if at all.
fn members_in(
    c: &mut Conn,
    tenant: &TenantId,
    team: &mut Option<Vec<NamedMember>>,
    entry: &Entry,
) -> Result<BTreeMap<String, String>> {
    let owner = &entry.detail_json.0["changes"]["owner"];
    let told: Vec<&str> =
        [&owner["from"], &owner["to"]].into_iter().filter_map(Value::as_str).collect();
    if told.is_empty() {
        return Ok(BTreeMap::new());
    }
    if team.is_none() {
        *team = Some(store::members::list(c, tenant)?);
    }
    let those = team.iter().flatten().filter(|it| told.contains(&it.member.id.as_str()));
    Ok(those.map(|it| (it.member.id.to_string(), it.name.clone())).collect())
}

/// The name of who did it, each looked up once.
fn actor(c: &mut Conn, known: &mut Vec<(String, String)>, entry: &Entry) -> Result<String> {
    if entry.actor_kind != ActorKind::Account {
        return Ok(entry.actor_id.clone());
    }
    if let Some((_, name)) = known.iter().find(|(id, _)| *id == entry.actor_id) {
        return Ok(name.clone());
    }
    let id = entry.actor_id.parse().map_err(Error::internal)?;
    let name = store::accounts::find(c, &id)?.map(|account| account.name).unwrap_or_default();
    known.push((entry.actor_id.clone(), name.clone()));
    Ok(name)
}

/// A note on a person's page.
pub async fn get_note(app: &App, ctx: &Context, person: &PersonId, id: &EntryId) -> Result<Told> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (ctx, person, id) = (ctx.clone(), person.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Told> {
            store::people::get(c, &ctx.tenant, &person)?;
            let entry = store::timeline::find(c, &ctx.tenant, &id)?.ok_or(Error::NotFound)?;
            if entry.kind != NOTE || entry.person_id != person {
                return Err(Error::NotFound);
            }
            let actor = actor(c, &mut Vec::new(), &entry)?;
            let is_own_note = is_note_of(&entry, &ctx);
            Ok(Told { entry, actor, is_own_note, members: BTreeMap::new(), is_gone: false })
        })
        .await
}

/// Writes a note on a person's page. The same `form_id` writes once, however often it is sent.
pub async fn create_note(
    app: &App,
    ctx: &Context,
    person: &PersonId,
    text: &str,
    form_id: &str,
) -> Result<EntryId> {
    require_to_write(ctx)?;
    let text = note(text)?;
    let (app2, ctx, person) = (app.clone(), ctx.clone(), person.clone());
    let form_id = form_id.to_owned();
    app.db
        .transact(move |c| -> Result<EntryId> {
            store::people::get(c, &ctx.tenant, &person)?;
            if let Some(done) = once::find(c, &ctx.tenant, CREATE, &form_id)? {
                return Ok(done);
            }
            let who = Who::from(&ctx);
            let detail = json!({"text": text});
            let new = New { person: &person, kind: NOTE.to_owned(), entity_id: "", detail };
            let id = append(&app2, c, &ctx.tenant, &who, new)?;
            once::keep(&app2, c, &ctx.tenant, CREATE, &form_id, &id)?;
            record(&app2, c, &ctx, "note.created", &id)?;
            Ok(id)
        })
        .await
}

/// Writes one's own note anew.
pub async fn update_note(app: &App, ctx: &Context, id: &EntryId, text: &str) -> Result<PersonId> {
    require_to_write(ctx)?;
    let text = note(text)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<PersonId> {
            let entry = own_note(c, &ctx, &id)?;
            store::timeline::update(c, &ctx.tenant, &id, &json!({"text": text}).into())?;
            record(&app2, c, &ctx, "note.changed", &id)?;
            Ok(entry.person_id)
        })
        .await
}

/// Removes one's own note.
pub async fn delete_note(app: &App, ctx: &Context, id: &EntryId) -> Result<PersonId> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<PersonId> {
            let entry = own_note(c, &ctx, &id)?;
            store::timeline::delete(c, &ctx.tenant, &id)?;
            record(&app2, c, &ctx, "note.deleted", &id)?;
            Ok(entry.person_id)
        })
        .await
}

fn own_note(c: &mut Conn, ctx: &Context, id: &EntryId) -> Result<Entry> {
    let entry = store::timeline::find(c, &ctx.tenant, id)?.ok_or(Error::NotFound)?;
    // Whose person was removed meanwhile has no page to write on.
    store::people::get(c, &ctx.tenant, &entry.person_id)?;
    if is_note_of(&entry, ctx) { Ok(entry) } else { Err(Error::Forbidden) }
}

fn note(text: &str) -> Result<String> {
    let text = fields::paragraph("text", text, NOTE_CHARS_MAX)?;
    if text.is_empty() { Err(Error::invalid("text", "error-required")) } else { Ok(text) }
}

fn require_to_write(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &EntryId,
) -> Result<()> {
    let act = Act { action, entity: "note", entity_id: id.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
