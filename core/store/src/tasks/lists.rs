//! Lists of tasks: which, and a page at a time.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{MemberId, TaskId, TenantId, Timestamp};

use super::{LinkKind, Task};
use crate::backend::{Conn, MultiBackend};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, bounded};
use crate::schema::{task_links, tasks};
use crate::scope;
use crate::search::{self, Found, Sought};

/// Who is to do the tasks asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// This member.
    To(MemberId),
    /// Nobody.
    ToNobody,
}

words! {
    /// How a list of tasks is ordered.
    pub enum TaskOrder {
        /// By when they are due; those that are done by when that was, latest first.
        Due = "due",
        /// By who is to do them, each one's by when they are due; nobody's last.
        Assignee = "assignee",
        /// By when they were added, newest first.
        Newest = "newest",
    }
}

/// Who is to do a task, for an order; after every id where that is nobody.
const ASSIGNEE: &str = "COALESCE(tasks.assignee_id, 'zzzz')";
const NOBODY: &str = "zzzz";

/// Which tasks to list; what isn't said doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Those that are done instead of those that are not.
    pub done: bool,
    /// In what order; by when they are due where nothing is said.
    pub order: Option<TaskOrder>,
    /// Only those of whom.
    pub assigned: Option<Assigned>,
    /// Only those that it is too late for from this instant on, or before it.
    pub due_until: Option<Timestamp>,
    /// Only those with a word for each word of this, in the title or the notes.
    pub search: Option<String>,
    /// Only those that are about all of these.
    pub about: Vec<(LinkKind, String)>,
}

fn matching<'a>(tenant: &'a TenantId, filter: &'a TaskFilter, sought: &'a Sought) -> Query<'a> {
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
    for (kind, entity) in &filter.about {
        let linked = task_links::table
            .filter(task_links::tenant_id.eq(tenant.as_str()))
            .filter(task_links::kind.eq(kind.as_str()))
            .filter(task_links::entity_id.eq(entity))
            .select(task_links::task_id);
        query = query.filter(tasks::id.eq_any(linked));
    }
    match &sought.0 {
        Found::All => {}
        Found::These(ids) => query = query.filter(tasks::id.eq_any(ids)),
        Found::Terms(kind, terms) => {
            for pieces in terms {
                let having = tasks::id.eq_any(search::having!(tenant, kind, pieces));
                query = query.filter(having.eq(true));
            }
        }
        Found::Pattern(pattern) => {
            query = query.filter(tasks::search_text.like(pattern).escape('\\'));
        }
    }
    query
}

fn seek(c: &mut Conn, tenant: &TenantId, filter: &TaskFilter) -> Result<Sought> {
    scope::tenant(c, tenant)?;
    let text = filter.search.as_deref().unwrap_or_default();
    search::seek(c, tenant, search::Kind::Task, text)
}

/// How many that fit a text are looked at for those that are open.
const SEARCHED_MAX: usize = 200;

/// The open tasks that fit a text best, at most so many, the best first.
pub fn search(c: &mut Conn, tenant: &TenantId, text: &str, limit: usize) -> Result<Vec<Task>> {
    scope::tenant(c, tenant)?;
    let Some(ids) = search::best(c, tenant, search::Kind::Task, text, SEARCHED_MAX)? else {
        let filter = TaskFilter { search: Some(text.to_owned()), ..TaskFilter::default() };
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        return Ok(list(c, tenant, &filter, None, most)?.items);
    };
    let mut rows: Vec<Task> = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::id.eq_any(&ids))
        .filter(tasks::deleted_at.is_null())
        .filter(tasks::done_at.is_null())
        .select(Task::as_select())
        .load(c)?;
    rows.sort_by_key(|row| ids.iter().position(|id| id == row.id.as_str()));
    rows.truncate(limit);
    Ok(rows)
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
    let sought = seek(c, tenant, filter)?;
    let query = ordered(matching(tenant, filter, &sought), filter, after);
    let rows: Vec<Task> = query.limit(limit + 1).select(Task::as_select()).load(c)?;
    Ok(Page::cut(rows, limit, |last| place(last, filter)))
}

type Query<'a> = tasks::BoxedQuery<'a, MultiBackend>;

fn ordered<'a>(query: Query<'a>, filter: &TaskFilter, after: Option<&Cursor>) -> Query<'a> {
    let mut query = query;
    let at = after.map(|after| (after.at, after.id.clone()));
    match (filter.order.unwrap_or(TaskOrder::Due), filter.done) {
        (TaskOrder::Due, false) => {
            if let Some((at, id)) = at {
                let same = tasks::due_at.eq(at).and(tasks::id.gt(id));
                query = query.filter(tasks::due_at.gt(at).or(same));
            }
            query.order((tasks::due_at, tasks::id))
        }
        (TaskOrder::Due, true) => {
            if let Some((at, id)) = at {
                let same = tasks::done_at.eq(at).and(tasks::id.lt(id));
                query = query.filter(tasks::done_at.lt(at).or(same));
            }
            query.order((tasks::done_at.desc(), tasks::id.desc()))
        }
        (TaskOrder::Newest, _) => {
            if let Some((at, id)) = at {
                let same = tasks::created_at.eq(at).and(tasks::id.lt(id));
                query = query.filter(tasks::created_at.lt(at).or(same));
            }
            query.order((tasks::created_at.desc(), tasks::id.desc()))
        }
        (TaskOrder::Assignee, _) => {
            if let Some((at, key)) = at {
                let (who, id) = key.split_once('~').unwrap_or((NOBODY, &key));
                let (who, id) = (who.to_owned(), id.to_owned());
                let same = tasks::due_at.eq(at).and(tasks::id.gt(id));
                let later = tasks::due_at.gt(at).or(same);
                let theirs = sql::<Text>(ASSIGNEE).eq(who.clone()).and(later);
                query = query.filter(sql::<Text>(ASSIGNEE).gt(who).or(theirs));
            }
            query.order((sql::<Text>(ASSIGNEE), tasks::due_at, tasks::id))
        }
    }
}

fn place(last: &Task, filter: &TaskFilter) -> Cursor {
    match filter.order.unwrap_or(TaskOrder::Due) {
        TaskOrder::Due => Cursor::new(last.done_at.unwrap_or(last.due_at), last.id.as_str()),
        TaskOrder::Newest => Cursor::new(last.created_at, last.id.as_str()),
        TaskOrder::Assignee => {
            let who = last.assignee_id.as_ref().map_or(NOBODY, MemberId::as_str);
            Cursor::new(last.due_at, &format!("{who}~{}", last.id))
        }
    }
}

/// How many match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &TaskFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    Ok(matching(tenant, filter, &sought).count().get_result(c)?)
}

/// The ids of those that match, the newest first.
pub fn list_ids(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &TaskFilter,
    limit: i64,
) -> Result<Vec<TaskId>> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    let query = matching(tenant, filter, &sought).order(tasks::id.desc());
    let ids: Vec<String> = query.limit(limit).select(tasks::id).load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// A page of the tasks that were removed, latest first.
pub fn list_removed(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Task>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::deleted_at.is_not_null())
        .into_boxed();
    if let Some(after) = after {
        let same = tasks::deleted_at.eq(after.at).and(tasks::id.lt(after.id.clone()));
        query = query.filter(tasks::deleted_at.lt(after.at).or(same));
    }
    let rows: Vec<Task> = query
        .order((tasks::deleted_at.desc(), tasks::id.desc()))
        .limit(limit + 1)
        .select(Task::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| {
        Cursor::new(last.deleted_at.unwrap_or(last.updated_at), last.id.as_str())
    }))
}

/// A page of the tasks, done or not, that were changed from an instant on, the longest ago first: what changes while
/// somebody goes through them comes again at the end.
pub fn list_changed(
    c: &mut Conn,
    tenant: &TenantId,
    since: Timestamp,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Task>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    // A page begins where the one before ended: an index leads there.
    let begin = after.map_or(since.as_millis(), |after| since.as_millis().max(after.at));
    let mut query = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::deleted_at.is_null())
        .filter(tasks::updated_at.ge(begin))
        .into_boxed();
    if let Some(after) = after {
        let same = tasks::updated_at.eq(after.at).and(tasks::id.gt(after.id.clone()));
        query = query.filter(tasks::updated_at.gt(after.at).or(same));
    }
    let rows: Vec<Task> = query
        .order((tasks::updated_at, tasks::id))
        .limit(limit + 1)
        .select(Task::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.updated_at, last.id.as_str())))
}

/// Makes others who change these tasks, deleted or not, wait for this transaction: for an act over many,
/// before it writes anything, as [`people::lock_many`](crate::people::lock_many) does.
pub fn lock_many(c: &mut Conn, tenant: &TenantId, ids: &[TaskId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let rows = tasks::table
        .filter(tasks::tenant_id.eq(tenant.as_str()))
        .filter(tasks::id.eq_any(ids.iter().map(TaskId::as_str)))
        .order(tasks::id)
        .select(tasks::id);
    each_backend!(
        c,
        Sqlite(_c) => {},
        Postgres(c) => {
            let _held: Vec<String> = rows.for_no_key_update().load(c)?;
        }
    );
    Ok(())
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
