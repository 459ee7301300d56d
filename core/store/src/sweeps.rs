//! Acts over all that match, however many: who or what that is, and what each was before.

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{ApiTokenId, MemberId, SweepId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found, settled};
use crate::page::bounded;
use crate::schema::{people, sweep_rows, sweeps, tasks};
use crate::scope;

/// Most rows of one statement: PostgreSQL takes 65,535 values in it.
const AT_ONCE: usize = 1_000;

words! {
    /// What its rows are.
    pub enum List {
        /// People.
        People = "people",
        /// Tasks.
        Tasks = "tasks",
    }
}

words! {
    /// How far it is.
    pub enum State {
        /// Who matches is being written down; nothing is done yet, and nobody sees it.
        Gathering = "gathering",
        /// The act is being done.
        Running = "running",
        /// It was.
        Done = "done",
        /// Somebody stopped it; what was changed by then stays.
        Cancelled = "cancelled",
        /// It could not go on; what was changed by then stays.
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
}

row! {
    /// One act over all that matched when it began.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Sweep: sweeps, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: SweepId as String,
        pub list: List as String,
        pub act_json: Json as String,
        pub state: State as String,
        pub count_all: i64,
        pub done: i64,
        pub changed: i64,
        pub kept: i64,
        pub reached: String,
        pub problem: String,
        pub member_id: MemberId as String,
        pub created_at: Timestamp as i64,
        pub begun_at: Timestamp as i64,
        pub settled_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub token_id: Option<ApiTokenId> as Opt<String, ApiTokenId>,
    }
}

row! {
    /// One of them.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SweepRow: sweep_rows, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub sweep_id: SweepId as String,
        pub row_id: String,
        pub was_json: Option<Json> as Opt<String, Json>,
    }
}

/// What some rows came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many they were.
    pub done: i64,
    /// How many were changed.
    pub changed: i64,
    /// Of those that are taken back, how many stay as they are.
    pub kept: i64,
}

/// Adds one.
pub fn insert(c: &mut Conn, sweep: &Sweep) -> Result<()> {
    scope::tenant(c, &sweep.tenant_id)?;
    diesel::insert_into(sweeps::table).values(sweep.clone()).execute(c)?;
    Ok(())
}

/// Writes down some of those that match.
pub fn insert_rows(c: &mut Conn, of: &Sweep, ids: &[String]) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    for some in ids.chunks(AT_ONCE) {
        let row = |id: &String| {
            (
                sweep_rows::tenant_id.eq(of.tenant_id.to_string()),
                sweep_rows::sweep_id.eq(of.id.to_string()),
                sweep_rows::row_id.eq(id.clone()),
            )
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        let insert = diesel::insert_into(sweep_rows::table).values(rows);
        each_backend!(c, |c| insert.execute(c)?);
    }
    Ok(())
}

/// Begins one of which all that match are written down.
///
/// # Errors
/// [`Error::Conflict`] when it has begun before.
pub fn begin(c: &mut Conn, of: &Sweep) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let target = sweeps::table
        .find((of.tenant_id.as_str(), of.id.as_str()))
        .filter(sweeps::state.eq(State::Gathering.as_str()));
    let set = sweeps::state.eq(State::Running.as_str());
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, &of.tenant_id, &of.id).is_ok()))
}

/// The one of this id, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &SweepId) -> Result<Sweep> {
    scope::tenant(c, tenant)?;
    let query = sweeps::table.find((tenant.as_str(), id.as_str()));
    query.select(Sweep::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// Those that are under way over such rows, the latest first.
pub fn list_under_way(c: &mut Conn, tenant: &TenantId, list: List) -> Result<Vec<Sweep>> {
    scope::tenant(c, tenant)?;
    let query = sweeps::table
        .filter(sweeps::tenant_id.eq(tenant.as_str()))
        .filter(sweeps::list.eq(list.as_str()))
        .filter(sweeps::state.eq_any([State::Running, State::Undoing].map(State::as_str)))
        .order(sweeps::id.desc());
    Ok(query.select(Sweep::as_select()).load(c)?)
}

/// The latest that is under way over such rows.
pub fn find_under_way(c: &mut Conn, tenant: &TenantId, list: List) -> Result<Option<Sweep>> {
    scope::tenant(c, tenant)?;
    Ok(list_under_way(c, tenant, list)?.into_iter().next())
}

/// How many are under way, or are being begun since.
pub fn count_open(c: &mut Conn, tenant: &TenantId, since: Timestamp) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let under_way = sweeps::state.eq_any([State::Running, State::Undoing].map(State::as_str));
    let new = sweeps::created_at.gt(since.as_millis());
    let open = under_way.or(sweeps::state.eq(State::Gathering.as_str()).and(new));
    Ok(sweeps::table
        .filter(sweeps::tenant_id.eq(tenant.as_str()))
        .filter(open)
        .count()
        .get_result(c)?)
}

/// The next of its rows, in the order of their ids; all, or those that were changed.
pub fn list_rows(
    c: &mut Conn,
    of: &Sweep,
    after: &str,
    only_changed: bool,
    limit: i64,
) -> Result<Vec<SweepRow>> {
    scope::tenant(c, &of.tenant_id)?;
    let mut query = sweep_rows::table
        .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
        .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
        .filter(sweep_rows::row_id.gt(after))
        .into_boxed();
    if only_changed {
        query = query.filter(sweep_rows::was_json.is_not_null());
    }
    Ok(query
        .order(sweep_rows::row_id)
        .limit(bounded(limit))
        .select(SweepRow::as_select())
        .load(c)?)
}

/// Keeps what rows were before.
pub fn put_was(c: &mut Conn, of: &Sweep, was: &[(String, Json)]) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    for (row, was) in was {
        let target = sweep_rows::table.find((of.tenant_id.as_str(), of.id.as_str(), row.as_str()));
        let set = sweep_rows::was_json.eq(was.0.to_string());
        found(diesel::update(target).set(set).execute(c)?)?;
    }
    Ok(())
}

/// Forgets rows that were taken back.
pub fn delete_rows(c: &mut Conn, of: &Sweep, rows: &[String]) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let target = sweep_rows::table
        .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
        .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
        .filter(sweep_rows::row_id.eq_any(rows));
    diesel::delete(target).execute(c)?;
    Ok(())
}

/// Notes that rows up to one were done, and what they came to.
///
/// # Errors
/// [`Error::Conflict`] when another was at them, or it isn't in the state that it was.
pub fn advance(c: &mut Conn, of: &Sweep, reached: &str, more: Counts) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let target = sweeps::table
        .find((of.tenant_id.as_str(), of.id.as_str()))
        .filter(sweeps::state.eq(of.state.as_str()))
        .filter(sweeps::reached.eq(of.reached.as_str()));
    let set = (
        sweeps::reached.eq(reached),
        sweeps::done.eq(sweeps::done + more.done),
        sweeps::changed.eq(sweeps::changed + more.changed),
        sweeps::kept.eq(sweeps::kept + more.kept),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, &of.tenant_id, &of.id).is_ok()))
}

/// How many rows are changed still: those that were, but for what was taken back.
pub fn count_changed(c: &mut Conn, of: &Sweep) -> Result<i64> {
    scope::tenant(c, &of.tenant_id)?;
    Ok(sweep_rows::table
        .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
        .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
        .filter(sweep_rows::was_json.is_not_null())
        .count()
        .get_result(c)?)
}

/// How many of the tasks that one changed are a member's to do.
pub fn count_to_do(c: &mut Conn, of: &Sweep, member: &MemberId) -> Result<i64> {
    scope::tenant(c, &of.tenant_id)?;
    let theirs = tasks::table
        .filter(tasks::tenant_id.eq(sweep_rows::tenant_id))
        .filter(tasks::id.eq(sweep_rows::row_id))
        .filter(tasks::assignee_id.eq(member.as_str()))
        .filter(tasks::done_at.is_null())
        .filter(tasks::deleted_at.is_null());
    Ok(sweep_rows::table
        .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
        .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
        .filter(sweep_rows::was_json.is_not_null())
        .filter(exists(theirs))
        .count()
        .get_result(c)?)
}

/// Of how many people an act said who looks after them, and this member does.
pub fn count_looked_after(c: &mut Conn, of: &Sweep, member: &MemberId) -> Result<i64> {
    scope::tenant(c, &of.tenant_id)?;
    let theirs = people::table
        .filter(people::tenant_id.eq(sweep_rows::tenant_id))
        .filter(people::id.eq(sweep_rows::row_id))
        .filter(people::owner_id.eq(member.as_str()))
        .filter(people::deleted_at.is_null());
    Ok(sweep_rows::table
        .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
        .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
        .filter(sweep_rows::was_json.is_not_null())
        .filter(exists(theirs))
        .count()
        .get_result(c)?)
}

/// Begins to take one back that has ended, from its first row, by the authority of a member, and of the token
/// of theirs that a program does it with. What was taken back before, when that could not go on, is done.
///
/// # Errors
/// [`Error::Conflict`] when it isn't in the state that it was.
pub fn begin_undo(
    c: &mut Conn,
    of: &Sweep,
    (by, token): (&MemberId, Option<&ApiTokenId>),
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let back = (of.changed - count_changed(c, of)?).max(0);
    let target = sweeps::table
        .find((of.tenant_id.as_str(), of.id.as_str()))
        .filter(sweeps::state.eq(of.state.as_str()));
    let set = (
        sweeps::state.eq(State::Undoing.as_str()),
        sweeps::reached.eq(""),
        sweeps::done.eq(back),
        sweeps::kept.eq(0_i64),
        sweeps::problem.eq(""),
        sweeps::member_id.eq(by.as_str()),
        sweeps::token_id.eq(token.map(ApiTokenId::as_str)),
        sweeps::begun_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, &of.tenant_id, &of.id).is_ok()))
}

/// Ends what is under way.
///
/// # Errors
/// [`Error::Conflict`] when it isn't in the state that it was.
pub fn settle(c: &mut Conn, of: &Sweep, to: State, problem: &str, now: Timestamp) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let target = sweeps::table
        .find((of.tenant_id.as_str(), of.id.as_str()))
        .filter(sweeps::state.eq(of.state.as_str()));
    let set = (
        sweeps::state.eq(to.as_str()),
        sweeps::problem.eq(problem),
        sweeps::settled_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, &of.tenant_id, &of.id).is_ok()))
}

/// Forgets up to `limit` of its rows, so that nobody waits long; answers how many, and 0 when there are no
/// more.
pub fn delete_some_rows(c: &mut Conn, of: &Sweep, limit: i64) -> Result<usize> {
    scope::tenant(c, &of.tenant_id)?;
    let its = || {
        sweep_rows::table
            .filter(sweep_rows::tenant_id.eq(of.tenant_id.as_str()))
            .filter(sweep_rows::sweep_id.eq(of.id.as_str()))
    };
    let first_to_stay: Option<String> = its()
        .order(sweep_rows::row_id)
        .offset(limit)
        .limit(1)
        .select(sweep_rows::row_id)
        .first(c)
        .optional()?;
    Ok(match first_to_stay {
        Some(first) => diesel::delete(its().filter(sweep_rows::row_id.lt(first))).execute(c)?,
        None => diesel::delete(its()).execute(c)?,
    })
}

/// Those of all tenants that ended before, and those of which all that match were being written down before
/// `left` and never were.
pub fn list_before(
    c: &mut Conn,
    before: Timestamp,
    left: Timestamp,
    limit: i64,
) -> Result<Vec<Sweep>> {
    scope::system(c)?;
    let ended = [State::Done, State::Cancelled, State::Failed, State::Undone].map(State::as_str);
    let old = sweeps::state.eq_any(ended).and(sweeps::settled_at.lt(before.as_millis()));
    let left =
        sweeps::state.eq(State::Gathering.as_str()).and(sweeps::created_at.lt(left.as_millis()));
    Ok(sweeps::table
        .filter(left.or(old).assume_not_null())
        .order(sweeps::created_at)
        .limit(bounded(limit))
        .select(Sweep::as_select())
        .load(c)?)
}

/// Forgets one, with what is left of its rows; what it changed stays so.
pub fn delete(c: &mut Conn, of: &Sweep) -> Result<()> {
    scope::tenant(c, &of.tenant_id)?;
    let target = sweeps::table.find((of.tenant_id.as_str(), of.id.as_str()));
    found(diesel::delete(target).execute(c)?)
}
