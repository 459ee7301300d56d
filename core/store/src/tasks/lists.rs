//! Lists of tasks: which, and a page at a time.

use diesel::prelude::*;
use domain::{MemberId, TaskId, TenantId, Timestamp};

use super::Task;
use crate::backend::{Conn, MultiBackend};
use crate::error::Result;
use crate::fold;
use crate::page::{Cursor, Page, bounded};
use crate::schema::tasks;
use crate::scope;

/// Who is to do the tasks asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// This member.
    To(MemberId),
    /// Nobody.
    ToNobody,
}

/// Which tasks to list; what isn't said doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Those that are done, latest first, instead of those that are not, by when they are due.
    pub done: bool,
    /// Only those of whom.
    pub assigned: Option<Assigned>,
    /// Only those that it is too late for from this instant on, or before it.
    pub due_until: Option<Timestamp>,
    /// Only those whose title contains this, in any case.
    pub search: Option<String>,
}

fn matching<'a>(
    tenant: &'a TenantId,
    filter: &'a TaskFilter,
) -> tasks::BoxedQuery<'a, MultiBackend> {
    let mut query = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::deleted_at.is_null())
        .into_boxed();
    query = match filter.done {
        true => query.filter(tasks::done_at.is_not_null()),
        false => query.filter(tasks::done_at.is_null()),
    };
    query = match &filter.assigned {
        Some(Assigned::To(member)) => query.filter(tasks::assignee_id.eq(member.as_str())),
        Some(Assigned::ToNobody) => query.filter(tasks::assignee_id.is_null()),
        None => query,
    };
    if let Some(until) = filter.due_until {
        query = query.filter(tasks::due_at.le(until.as_millis()));
    }
    if let Some(pattern) = filter.search.as_deref().and_then(fold::contains) {
        query = query.filter(tasks::search_text.like(pattern).escape('\\'));
    }
    query
}

/// A page of tasks.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &TaskFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Task>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = matching(tenant, filter);
    if let Some(after) = after {
        let id = after.id.clone();
        query = if filter.done {
            let same = tasks::done_at.eq(after.at).and(tasks::id.lt(id));
            query.filter(tasks::done_at.lt(after.at).or(same))
        } else {
            let same = tasks::due_at.eq(after.at).and(tasks::id.gt(id));
            query.filter(tasks::due_at.gt(after.at).or(same))
        };
    }
    query = match filter.done {
        true => query.order((tasks::done_at.desc(), tasks::id.desc())),
        false => query.order((tasks::due_at, tasks::id)),
    };
    let rows: Vec<Task> = query.limit(limit + 1).select(Task::as_select()).load(c)?;
    Ok(Page::cut(rows, limit, |last| {
        Cursor::new(last.done_at.unwrap_or(last.due_at), last.id.as_str())
    }))
}

/// How many match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &TaskFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(matching(tenant, filter).count().get_result(c)?)
}

/// The named tasks of the tenant, by when they are due; those it doesn't have are left out.
pub fn list_by_ids(c: &mut Conn, tenant: &TenantId, ids: &[TaskId]) -> Result<Vec<Task>> {
    scope::tenant(c, tenant)?;
    Ok(tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::id.eq_any(ids.iter().map(TaskId::as_str)))
        .filter(tasks::deleted_at.is_null())
        .order((tasks::due_at, tasks::id))
        .select(Task::as_select())
        .load(c)?)
}

/// Open tasks that are due up to an instant, in the order of their ids: for going through all of them.
pub fn list_open_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: &str,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Task>> {
    scope::tenant(c, tenant)?;
    Ok(tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::deleted_at.is_null())
        .filter(tasks::done_at.is_null())
        .filter(tasks::due_at.le(until.as_millis()))
        .filter(tasks::id.gt(after))
        .order(tasks::id)
        .limit(bounded(limit))
        .select(Task::as_select())
        .load(c)?)
}
