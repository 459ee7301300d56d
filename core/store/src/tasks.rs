//! What is to be done, by whom and when. `lists` has the lists, `links` what tasks are about.

mod links;
mod lists;

use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::{AccountId, Due, Lead, MemberId, Recurrence, TaskId, TenantId, Timestamp, Zone};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found, settled};
use crate::fold;
use crate::page::bounded;
use crate::schema::tasks;
use crate::scope;
use crate::search;

pub use links::*;
pub use lists::*;

/// What has no day is due then: after everything that has one.
pub const NO_DUE: Timestamp = Timestamp::from_millis(253_402_300_799_000);
/// Most that are removed for good at once.
const DELETED_AT_ONCE: i64 = 1_000;

row! {
    /// A task. One with `deleted_at` is kept for a while and shown nowhere.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Task: tasks, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: TaskId as String,
        pub title: String,
        pub notes: String,
        pub assignee_id: Option<MemberId> as Opt<String, MemberId>,
        pub due: Option<Due> as Opt<String, Due>,
        pub zone: Zone as String,
        pub due_at: Timestamp as i64,
        pub lead: Option<Lead> as Opt<String, Lead>,
        pub rule: Option<Recurrence> as Opt<String, Recurrence>,
        pub rule_from: Option<Due> as Opt<String, Due>,
        pub previous_id: Option<TaskId> as Opt<String, TaskId>,
        pub created_by: MemberId as String,
        pub done_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub done_by: Option<AccountId> as Opt<String, AccountId>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub deleted_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub rev: i64,
    }
}

row! {
    /// What may be changed of a task; doing it is one such change.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TaskChange: tasks, [AsChangeset] {
        pub title: String,
        pub notes: String,
        pub assignee_id: Option<MemberId> as Opt<String, MemberId>,
        pub due: Option<Due> as Opt<String, Due>,
        pub zone: Zone as String,
        pub due_at: Timestamp as i64,
        pub lead: Option<Lead> as Opt<String, Lead>,
        pub rule: Option<Recurrence> as Opt<String, Recurrence>,
        pub rule_from: Option<Due> as Opt<String, Due>,
        pub done_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub done_by: Option<AccountId> as Opt<String, AccountId>,
    }
}

impl Task {
    /// The change that leaves everything as it is.
    pub fn unchanged(&self) -> TaskChange {
        let it = self.clone();
        TaskChange {
            title: it.title,
            notes: it.notes,
            assignee_id: it.assignee_id,
            due: it.due,
            zone: it.zone,
            due_at: it.due_at,
            lead: it.lead,
            rule: it.rule,
            rule_from: it.rule_from,
            done_at: it.done_at,
            done_by: it.done_by,
        }
    }
}

/// The task, if the tenant has it and it is not deleted.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<Option<Task>> {
    scope::tenant(c, tenant)?;
    let query =
        tasks::table.find((tenant.as_str(), id.as_str())).filter(tasks::deleted_at.is_null());
    Ok(query.select(Task::as_select()).first(c).optional()?)
}

/// The task, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<Task> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The task, deleted or not, if the tenant has it: for undoing.
pub fn find_even_deleted(c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<Option<Task>> {
    scope::tenant(c, tenant)?;
    let query = tasks::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Task::as_select()).first(c).optional()?)
}

/// The task that came of another one's being done, deleted or not.
pub fn find_next(c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<Option<Task>> {
    scope::tenant(c, tenant)?;
    let query = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::previous_id.eq(id.as_str()));
    Ok(query.select(Task::as_select()).first(c).optional()?)
}

/// Adds a task.
///
/// # Errors
/// [`Error::Unique`] (`tasks_one_next`) when the one before has made one already.
pub fn insert(c: &mut Conn, row: &Task) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let found_by = tasks::search_text.eq(fold::fold(&row.title));
    diesel::insert_into(tasks::table).values((row.clone(), found_by)).execute(c)?;
    search::of_tasks(c, &row.tenant_id, std::slice::from_ref(&row.id))
}

/// Changes the task if it still has the revision; answers the new one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed it meanwhile.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &TaskId,
    change: &TaskChange,
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target = tasks::table
        .find((tenant.as_str(), id.as_str()))
        .filter(tasks::rev.eq(rev))
        .filter(tasks::deleted_at.is_null());
    let set = (
        change.clone(),
        tasks::search_text.eq(fold::fold(&change.title)),
        tasks::updated_at.eq(now.as_millis()),
        tasks::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    search::of_tasks(c, tenant, std::slice::from_ref(id))?;
    Ok(rev + 1)
}

/// Marks the task as deleted, or takes the mark off, if it still has the revision.
pub fn mark_deleted(
    c: &mut Conn,
    tenant: &TenantId,
    id: &TaskId,
    rev: i64,
    deleted_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = tasks::table.find((tenant.as_str(), id.as_str())).filter(tasks::rev.eq(rev));
    let set = (
        tasks::deleted_at.eq(deleted_at.map(Timestamp::as_millis)),
        tasks::updated_at.eq(now.as_millis()),
        tasks::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find_even_deleted(c, tenant, id)?.is_some()))?;
    search::of_tasks(c, tenant, std::slice::from_ref(id))
}

/// Removes a task for good, with what it was linked to.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &TaskId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(tasks::table.find((tenant.as_str(), id.as_str()))).execute(c)?)?;
    search::forget(c, tenant, search::Kind::Task, &[id.to_string()])
}

/// How many tasks this member was to do, done and deleted ones too.
pub fn count_of_assignee(c: &mut Conn, tenant: &TenantId, assignee: &MemberId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let theirs = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::assignee_id.eq(assignee.as_str()));
    Ok(theirs.count().get_result(c)?)
}

/// Leaves some of what this member was to do with nobody: the next after one, in the order of their ids.
/// Answers which they were.
pub fn disown_some(
    c: &mut Conn,
    tenant: &TenantId,
    assignee: &MemberId,
    (after, limit): (&str, i64),
    now: Timestamp,
) -> Result<Vec<TaskId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::assignee_id.eq(assignee.as_str()))
        .filter(tasks::id.gt(after))
        .order(tasks::id)
        .limit(bounded(limit))
        .select(tasks::id)
        .load(c)?;
    let ids: Vec<TaskId> =
        ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect::<Result<_>>()?;
    lock_many(c, tenant, &ids)?;
    let theirs = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::assignee_id.eq(assignee.as_str()))
        .filter(tasks::id.eq_any(ids.iter().map(TaskId::as_str)));
    let set = (
        tasks::assignee_id.eq(None::<String>),
        tasks::updated_at.eq(now.as_millis()),
        tasks::rev.eq(tasks::rev + 1),
    );
    diesel::update(theirs).set(set).execute(c)?;
    Ok(ids)
}

/// Removes, of all tenants, some of what was marked as deleted before, for good, so that nobody waits long;
/// answers how many went, and 0 when there are no more.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = || tasks::table.filter(tasks::deleted_at.lt(before.as_millis()));
    let some: Vec<(String, String)> =
        old().select((tasks::tenant_id, tasks::id)).limit(DELETED_AT_ONCE).load(c)?;
    let mut by_tenant: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (tenant, id) in some {
        by_tenant.entry(tenant).or_default().push(id);
    }
    let mut gone = 0;
    for (tenant, ids) in by_tenant {
        // What was brought back until now stays.
        let its = old().filter(tasks::tenant_id.eq(tenant)).filter(tasks::id.eq_any(ids));
        gone += diesel::delete(its).execute(c)?;
    }
    Ok(gone)
}
