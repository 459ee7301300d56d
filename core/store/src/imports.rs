//! Lists of people that somebody brought in a file, and what came of each row.

mod results;

use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::{AccountId, DocumentId, ImportId, MemberId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found, settled};
use crate::page::{Page, bounded};
use crate::schema::imports;
use crate::scope;

pub use results::*;

words! {
    /// How far it is.
    pub enum State {
        /// The file is here; nothing was done yet.
        Waiting = "waiting",
        /// Its rows are being taken in.
        Running = "running",
        /// They were.
        Done = "done",
        /// Somebody stopped it; what had come by then stays.
        Cancelled = "cancelled",
        /// It could not go on; what had come by then stays.
        Failed = "failed",
        /// It is being taken back.
        Undoing = "undoing",
        /// It was.
        Undone = "undone",
    }
}

impl State {
    /// Whether somebody is at it.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }

    /// Whether there is something to take back.
    pub const fn can_undo(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

row! {
    /// A file of people.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Import: imports, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ImportId as String,
        pub name: String,
        pub state: State as String,
        pub document_id: Option<DocumentId> as Opt<String, DocumentId>,
        pub plan_json: Json as String,
        pub rows_all: i64,
        pub rows_done: i64,
        pub made: i64,
        pub changed: i64,
        pub skipped: i64,
        pub refused: i64,
        pub kept: i64,
        pub problem: String,
        pub created_by: AccountId as String,
        pub created_at: Timestamp as i64,
        pub settled_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub begun_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub begun_by: Option<AccountId> as Opt<String, AccountId>,
    }
}

/// What some rows came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who are new.
    pub made: i64,
    /// People who were changed.
    pub changed: i64,
    /// Rows of people who were there already.
    pub skipped: i64,
    /// Rows with a mistake.
    pub refused: i64,
    /// Of an undone import: people who stayed as they were.
    pub kept: i64,
}

impl Import {
    /// What came of it so far.
    pub const fn counts(&self) -> Counts {
        Counts {
            made: self.made,
            changed: self.changed,
            skipped: self.skipped,
            refused: self.refused,
            kept: self.kept,
        }
    }
}

/// Adds a file.
pub fn insert(c: &mut Conn, import: &Import) -> Result<()> {
    scope::tenant(c, &import.tenant_id)?;
    diesel::insert_into(imports::table).values(import.clone()).execute(c)?;
    Ok(())
}

/// The import, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &ImportId) -> Result<Import> {
    scope::tenant(c, tenant)?;
    let query = imports::table.find((tenant.as_str(), id.as_str()));
    query.select(Import::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// The last imports of the tenant, latest first.
pub fn list(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<Import>> {
    scope::tenant(c, tenant)?;
    Ok(imports::table
        .filter(imports::tenant_id.eq(tenant.as_str()))
        .order(imports::id.desc())
        .limit(bounded(limit))
        .select(Import::as_select())
        .load(c)?)
}

/// The files of the tenant that wait to be gone on with, latest first.
pub fn list_waiting(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Import>> {
    scope::tenant(c, tenant)?;
    Ok(imports::table
        .filter(imports::tenant_id.eq(tenant.as_str()))
        .filter(imports::state.eq(State::Waiting.as_str()))
        .order((imports::created_at.desc(), imports::id.desc()))
        .select(Import::as_select())
        .load(c)?)
}

/// The imports of the tenant that came before one, latest first; without one, from the latest.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&ImportId>,
    limit: i64,
) -> Result<Page<Import, ImportId>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = imports::table.filter(imports::tenant_id.eq(tenant.as_str())).into_boxed();
    if let Some(after) = after {
        query = query.filter(imports::id.lt(after.as_str()));
    }
    let rows: Vec<Import> =
        query.order(imports::id.desc()).limit(limit + 1).select(Import::as_select()).load(c)?;
    Ok(Page::cut(rows, limit, |last| last.id.clone()))
}

/// Sets how a waiting file is read and how many rows that makes.
///
/// # Errors
/// [`Error::Conflict`] when it doesn't wait any more.
pub fn set_plan(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
    plan: &Json,
    rows_all: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = imports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(imports::state.eq(State::Waiting.as_str()));
    let set = (imports::plan_json.eq(plan.0.to_string()), imports::rows_all.eq(rows_all));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Brings an import from one state to the next, and its counts of rows and of who stayed to their beginning;
/// with when and by whom that was.
///
/// # Errors
/// [`Error::Conflict`] when it is not in the state `from`.
pub fn begin(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
    (from, to): (State, State),
    (now, by): (Timestamp, &AccountId),
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = imports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(imports::state.eq(from.as_str()));
    let set = (
        imports::state.eq(to.as_str()),
        imports::rows_done.eq(0_i64),
        imports::kept.eq(0_i64),
        imports::begun_at.eq(now.as_millis()),
        imports::begun_by.eq(by.as_str()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Takes the next rows of an import for oneself, first of all in the transaction that does them: whoever
/// comes to the same rows waits for it, and then finds them done.
///
/// # Errors
/// [`Error::Conflict`] when they were done, or the import isn't in this state any more.
pub fn advance(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
    state: State,
    (from, to): (i64, i64),
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = imports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(imports::state.eq(state.as_str()))
        .filter(imports::rows_done.eq(from));
    let rows = diesel::update(target).set(imports::rows_done.eq(to)).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Counts what rows came to.
pub fn count(c: &mut Conn, tenant: &TenantId, id: &ImportId, more: Counts) -> Result<()> {
    scope::tenant(c, tenant)?;
    let set = (
        imports::made.eq(imports::made + more.made),
        imports::changed.eq(imports::changed + more.changed),
        imports::skipped.eq(imports::skipped + more.skipped),
        imports::refused.eq(imports::refused + more.refused),
        imports::kept.eq(imports::kept + more.kept),
    );
    let target = imports::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// To whom an import gave people, by their member's id, and how many.
pub fn list_given(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
) -> Result<BTreeMap<MemberId, i64>> {
    scope::tenant(c, tenant)?;
    let query = imports::table.find((tenant.as_str(), id.as_str())).select(imports::given_json);
    let given: String = query.first(c).optional()?.ok_or(Error::NotFound)?;
    serde_json::from_str(&given).map_err(Error::internal)
}

/// Keeps that.
pub fn put_given(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
    given: &BTreeMap<MemberId, i64>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let given = serde_json::to_string(given).map_err(Error::internal)?;
    let target = imports::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(imports::given_json.eq(given)).execute(c)?)
}

/// Ends what is under way; its file isn't needed any more.
///
/// # Errors
/// [`Error::Conflict`] when it is not in the state `from`.
pub fn settle(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ImportId,
    (from, to): (State, State),
    problem: &str,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = imports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(imports::state.eq(from.as_str()));
    let set = (
        imports::state.eq(to.as_str()),
        imports::document_id.eq(None::<String>),
        imports::problem.eq(problem),
        imports::settled_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Files of all tenants that nobody went on with since `waiting`, and imports that ended before `settled`.
pub fn list_before(
    c: &mut Conn,
    waiting: Timestamp,
    settled: Timestamp,
    limit: i64,
) -> Result<Vec<Import>> {
    scope::system(c)?;
    let left =
        imports::state.eq(State::Waiting.as_str()).and(imports::created_at.lt(waiting.as_millis()));
    let old = imports::state
        .eq_any([State::Done, State::Cancelled, State::Failed, State::Undone].map(State::as_str))
        .and(imports::created_at.lt(settled.as_millis()));
    Ok(imports::table
        .filter(left.or(old))
        .order(imports::created_at)
        .limit(bounded(limit))
        .select(Import::as_select())
        .load(c)?)
}

/// Forgets an import; the people whom it made stay.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &ImportId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(imports::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}
