//! Calendar files that somebody brought: the file while it waits, and what came of it afterwards.

use diesel::prelude::*;
use domain::{AccountId, CalendarImportId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, settled};
use crate::page::bounded;
use crate::schema::{calendar_imports, import_effects};
use crate::scope;

words! {
    /// How far it is.
    pub enum State {
        /// The file is here; nothing was done yet.
        Waiting = "waiting",
        /// What was chosen of it is in the calendar.
        Done = "done",
        /// That was taken back.
        Undone = "undone",
    }
}

row! {
    /// A calendar file.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Import: calendar_imports, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: CalendarImportId as String,
        pub name: String,
        pub state: State as String,
        pub file: String,
        pub created_by: Option<AccountId> as Opt<String, AccountId>,
        pub created_at: Timestamp as i64,
        pub settled_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

words! {
    /// What an import did.
    pub enum Effect {
        /// An appointment was made.
        Made = "made",
        /// An appointment was changed.
        Changed = "changed",
        /// An appointment was cancelled.
        Cancelled = "cancelled",
        /// A series was made.
        SeriesMade = "series-made",
        /// A series was ended.
        SeriesEnded = "series-ended",
        /// What is known of an event was written down.
        Known = "known",
    }
}

row! {
    /// One thing that an import did.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Done: import_effects, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub import_id: CalendarImportId as String,
        pub kind: Effect as String,
        pub subject: String,
        pub rev: i64,
        pub before_json: Option<Json> as Opt<String, Json>,
    }
}

/// Adds a file.
pub fn insert(c: &mut Conn, import: &Import) -> Result<()> {
    scope::tenant(c, &import.tenant_id)?;
    diesel::insert_into(calendar_imports::table).values(import.clone()).execute(c)?;
    Ok(())
}

/// The import, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &CalendarImportId) -> Result<Import> {
    scope::tenant(c, tenant)?;
    let query = calendar_imports::table.find((tenant.as_str(), id.as_str()));
    query.select(Import::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// The last imports of the tenant, latest first, without their files.
pub fn list(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<Import>> {
    scope::tenant(c, tenant)?;
    let mut all: Vec<Import> = calendar_imports::table
        .filter(calendar_imports::tenant_id.eq(tenant.as_str()))
        .filter(calendar_imports::state.ne(State::Waiting.as_str()))
        .order(calendar_imports::id.desc())
        .limit(bounded(limit))
        .select(Import::as_select())
        .load(c)?;
    all.iter_mut().for_each(|each| each.file.clear());
    Ok(all)
}

/// Brings an import from one state to the next; its file isn't needed any more.
///
/// # Errors
/// [`Error::Conflict`] when it is not in the state `from`.
pub fn settle(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarImportId,
    (from, to): (State, State),
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = calendar_imports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(calendar_imports::state.eq(from.as_str()));
    let set = (
        calendar_imports::state.eq(to.as_str()),
        calendar_imports::file.eq(""),
        calendar_imports::settled_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Writes down what an import did.
pub fn insert_effect(c: &mut Conn, done: &Done) -> Result<()> {
    scope::tenant(c, &done.tenant_id)?;
    diesel::insert_into(import_effects::table).values(done.clone()).execute(c)?;
    Ok(())
}

/// What an import did.
pub fn list_effects(c: &mut Conn, tenant: &TenantId, id: &CalendarImportId) -> Result<Vec<Done>> {
    scope::tenant(c, tenant)?;
    Ok(import_effects::table
        .filter(import_effects::tenant_id.eq(tenant.as_str()))
        .filter(import_effects::import_id.eq(id.as_str()))
        .order((import_effects::kind, import_effects::subject))
        .select(Done::as_select())
        .load(c)?)
}

/// How many things of a kind an import did.
pub fn count_effects(
    c: &mut Conn,
    tenant: &TenantId,
    id: &CalendarImportId,
    kind: Effect,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(import_effects::table
        .filter(import_effects::tenant_id.eq(tenant.as_str()))
        .filter(import_effects::import_id.eq(id.as_str()))
        .filter(import_effects::kind.eq(kind.as_str()))
        .count()
        .get_result(c)?)
}

/// Forgets the files of a tenant that wait, but for the last so many; answers how many.
pub fn delete_waiting(c: &mut Conn, tenant: &TenantId, but: i64) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let waiting = || {
        calendar_imports::table
            .filter(calendar_imports::tenant_id.eq(tenant.as_str()))
            .filter(calendar_imports::state.eq(State::Waiting.as_str()))
    };
    let kept: Vec<String> = waiting()
        .order(calendar_imports::id.desc())
        .limit(but)
        .select(calendar_imports::id)
        .load(c)?;
    Ok(diesel::delete(waiting().filter(calendar_imports::id.ne_all(kept))).execute(c)?)
}

/// Forgets files that nobody went on with since `waiting`, and what imports before `settled` did; answers
/// how many.
pub fn delete_before(c: &mut Conn, waiting: Timestamp, settled: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let left = calendar_imports::table
        .filter(calendar_imports::state.eq(State::Waiting.as_str()))
        .filter(calendar_imports::created_at.lt(waiting.as_millis()));
    let old = calendar_imports::table
        .filter(calendar_imports::state.ne(State::Waiting.as_str()))
        .filter(calendar_imports::created_at.lt(settled.as_millis()));
    Ok(diesel::delete(left).execute(c)? + diesel::delete(old).execute(c)?)
}
