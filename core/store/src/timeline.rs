//! What happened with people, newest first.

use diesel::prelude::*;
use domain::{EntryId, PersonId, TenantId, Timestamp};

use crate::audit::ActorKind;
use crate::backend::Conn;
use crate::columns::Json;
use crate::error::{Error, Result, found};
use crate::page::{Cursor, Page, bounded};
use crate::schema::{people, timeline};
use crate::scope;
use crate::search;

/// Most rows that one statement names.
const MOVED_AT_ONCE: usize = 500;

/// A note that a member wrote; the detail's `text`.
pub const NOTE: &str = "note";

words! {
    /// What entries are of, to read those alone.
    pub enum EntryGroup {
        /// What members wrote.
        Notes = "notes",
        /// Appointments, and series of them.
        Appointments = "appointments",
        /// What is to be done.
        Tasks = "tasks",
        /// Files.
        Documents = "documents",
        /// Everything else: how the person came, and what became of their stage and their fields.
        Changes = "changes",
    }
}

/// How the kinds of appointments' entries look.
const OF_APPOINTMENTS: &str = "appointment-%";
/// How the kinds of tasks' entries look.
const OF_TASKS: &str = "task-%";
/// How the kinds of files' entries look.
const OF_DOCUMENTS: &str = "document-%";

row! {
    /// Something that happened with a person. Which kinds there are, and what their detail holds, is
    /// told where they are written.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Entry: timeline, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: EntryId as String,
        pub person_id: PersonId as String,
        pub at: Timestamp as i64,
        pub kind: String,
        pub actor_kind: ActorKind as String,
        pub actor_id: String,
        pub entity_id: String,
        pub detail_json: Json as String,
    }
}

/// Adds an entry.
pub fn insert(c: &mut Conn, row: &Entry) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(timeline::table).values(row.clone()).execute(c)?;
    if row.kind == NOTE {
        search::of_notes(c, &row.tenant_id, std::slice::from_ref(&row.id))?;
    }
    Ok(())
}

/// Adds entries, all of one tenant, in few statements.
pub fn insert_many(c: &mut Conn, tenant: &TenantId, mut rows: Vec<Entry>) -> Result<()> {
    scope::tenant(c, tenant)?;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(MOVED_AT_ONCE));
        let insert = diesel::insert_into(timeline::table).values(rows);
        each_backend!(c, |c| insert.execute(c)?);
        rows = rest;
    }
    Ok(())
}

/// What a note's detail says.
pub(crate) fn text_of(detail: &Json) -> &str {
    detail.0["text"].as_str().unwrap_or_default()
}

/// A note that was found, with whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundNote {
    /// Whom.
    pub person_id: PersonId,
    /// What they are called.
    pub person: String,
    /// What it says.
    pub text: String,
}

/// The notes that fit a text best, at most so many, the best first. None while those from before have no
/// words yet.
pub fn search(c: &mut Conn, tenant: &TenantId, text: &str, limit: usize) -> Result<Vec<FoundNote>> {
    scope::tenant(c, tenant)?;
    let ids = search::best(c, tenant, search::Kind::Note, text, limit)?.unwrap_or_default();
    let mut rows: Vec<(String, String, String, String)> =
        timeline::table
            .inner_join(people::table.on(
                people::tenant_id.eq(timeline::tenant_id).and(people::id.eq(timeline::person_id)),
            ))
            .filter(timeline::tenant_id.eq(tenant.as_str()))
            .filter(timeline::id.eq_any(&ids))
            .filter(people::deleted_at.is_null())
            .select((timeline::id, people::id, people::name, timeline::detail_json))
            .load(c)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.0));
    let note = |(_, id, person, detail): (String, String, String, String)| {
        let detail = Json::try_from(detail).map_err(Error::internal)?;
        let person_id = id.parse().map_err(Error::internal)?;
        Ok(FoundNote { person_id, person, text: text_of(&detail).to_owned() })
    };
    rows.into_iter().map(note).collect()
}

/// The entry, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &EntryId) -> Result<Option<Entry>> {
    scope::tenant(c, tenant)?;
    let query = timeline::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Entry::as_select()).first(c).optional()?)
}

/// Writes an entry's detail anew.
pub fn update(c: &mut Conn, tenant: &TenantId, id: &EntryId, detail: &Json) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = timeline::table.find((tenant.as_str(), id.as_str()));
    let set = timeline::detail_json.eq(detail.0.to_string());
    found(diesel::update(target).set(set).execute(c)?)?;
    search::of_notes(c, tenant, std::slice::from_ref(id))
}

/// Calls an entry of a kind otherwise from now on; answers whether it is there and of that kind.
pub fn rename(c: &mut Conn, tenant: &TenantId, id: &EntryId, from: &str, to: &str) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target =
        timeline::table.find((tenant.as_str(), id.as_str())).filter(timeline::kind.eq(from));
    Ok(diesel::update(target).set(timeline::kind.eq(to)).execute(c)? > 0)
}

/// Calls the last entry of a kind about a person otherwise from now on; answers whether there is one.
pub fn rename_last(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    from: &str,
    to: &str,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let last: Option<String> = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq(person.as_str()))
        .filter(timeline::kind.eq(from))
        .order((timeline::at.desc(), timeline::id.desc()))
        .select(timeline::id)
        .first(c)
        .optional()?;
    let Some(last) = last else { return Ok(false) };
    let target = timeline::table.find((tenant.as_str(), last.as_str()));
    Ok(diesel::update(target).set(timeline::kind.eq(to)).execute(c)? > 0)
}

/// The last entry of a kind that somebody put on a person's page since then: about one thing, where that is said.
pub fn find_last(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    (kind, entity): (&str, Option<&str>),
    actor: &str,
    since: Timestamp,
) -> Result<Option<Entry>> {
    scope::tenant(c, tenant)?;
    let mut query = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq(person.as_str()))
        .filter(timeline::at.ge(since.as_millis()))
        .filter(timeline::kind.eq(kind))
        .filter(timeline::actor_id.eq(actor))
        .into_boxed();
    if let Some(entity) = entity {
        query = query.filter(timeline::entity_id.eq(entity));
    }
    let last = query.order((timeline::at.desc(), timeline::id.desc()));
    Ok(last.select(Entry::as_select()).first(c).optional()?)
}

/// Removes an entry.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &EntryId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(timeline::table.find((tenant.as_str(), id.as_str()))).execute(c)?)?;
    search::forget(c, tenant, search::Kind::Note, &[id.to_string()])
}

/// A page of what happened with a person.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Entry>> {
    scope::tenant(c, tenant)?;
    list_of(c, tenant, person, None, after, limit)
}

/// The same of one group of entries, where one is said.
pub fn list_of(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    group: Option<EntryGroup>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Entry>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq(person.as_str()))
        .into_boxed();
    query = match group {
        None => query,
        Some(EntryGroup::Notes) => query.filter(timeline::kind.eq(NOTE)),
        Some(EntryGroup::Appointments) => query.filter(timeline::kind.like(OF_APPOINTMENTS)),
        Some(EntryGroup::Tasks) => query.filter(timeline::kind.like(OF_TASKS)),
        Some(EntryGroup::Documents) => query.filter(timeline::kind.like(OF_DOCUMENTS)),
        Some(EntryGroup::Changes) => query
            .filter(timeline::kind.ne(NOTE))
            .filter(timeline::kind.not_like(OF_APPOINTMENTS))
            .filter(timeline::kind.not_like(OF_TASKS))
            .filter(timeline::kind.not_like(OF_DOCUMENTS)),
    };
    if let Some(after) = after {
        let earlier = timeline::at.lt(after.at);
        query = query
            .filter(earlier.or(timeline::at.eq(after.at).and(timeline::id.lt(after.id.clone()))));
    }
    let rows: Vec<Entry> = query
        .order((timeline::at.desc(), timeline::id.desc()))
        .limit(limit + 1)
        .select(Entry::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.at, last.id.as_str())))
}

/// Gives all entries of a person to another; answers which.
pub fn hand_over(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<EntryId>> {
    scope::tenant(c, tenant)?;
    let theirs = timeline::table
        .filter(timeline::tenant_id.eq(tenant.as_str()))
        .filter(timeline::person_id.eq(from.as_str()));
    // In the order in which whoever gives notes their words takes them.
    let query = theirs.order(timeline::id).select(timeline::id);
    let ids: Vec<String> = each_backend!(
        c,
        Sqlite(c) => query.load(c)?,
        Postgres(c) => query.for_no_key_update().load(c)?
    );
    diesel::update(theirs).set(timeline::person_id.eq(to.as_str())).execute(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Gives those of these entries that are the one's to the other.
pub fn hand_back(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[EntryId],
    from: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let mut all: Vec<&str> = ids.iter().map(EntryId::as_str).collect();
    all.sort_unstable();
    for part in all.chunks(MOVED_AT_ONCE) {
        let these = || {
            timeline::table
                .filter(timeline::tenant_id.eq(tenant.as_str()))
                .filter(timeline::person_id.eq(from.as_str()))
                .filter(timeline::id.eq_any(part))
        };
        let query = these().order(timeline::id).select(timeline::id);
        let _held: Vec<String> = each_backend!(
            c,
            Sqlite(_c) => Vec::new(),
            Postgres(c) => query.for_no_key_update().load(c)?
        );
        diesel::update(these()).set(timeline::person_id.eq(to.as_str())).execute(c)?;
    }
    // The one may be deleted, so that notes of theirs are found by nothing.
    search::of_notes(c, tenant, ids)
}
