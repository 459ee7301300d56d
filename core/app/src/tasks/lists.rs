//! Lists of tasks, and who there is to do them.

use domain::{Due, MemberId, Permission, TaskId, Timestamp};
use store::tasks::{Assigned, Task, TaskFilter};
use store::{Cursor, Page};

use super::bulk;
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;
use crate::people::SEARCH_CHARS_MAX;
use crate::undos::Removed;

/// Of whoever asks, what is due by the end of today, and what it is too late for.
pub fn due_today(ctx: &Context, now: Timestamp) -> TaskFilter {
    due_within(ctx, now, 0, Some(Assigned::To(ctx.member.clone())))
}

/// What is due within so many days after today, in the business's days, and what it is too late for.
pub fn due_within(
    ctx: &Context,
    now: Timestamp,
    days: i64,
    assigned: Option<Assigned>,
) -> TaskFilter {
    let last = Due::on(ctx.zone.local(now).date()).later(days);
    TaskFilter { assigned, due_until: last.ends(&ctx.zone), ..TaskFilter::default() }
}

/// A page of tasks.
pub async fn list_tasks(
    app: &App,
    ctx: &Context,
    filter: TaskFilter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Task>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (tenant, filter) = (ctx.tenant.clone(), searchable(filter)?);
    app.db
        .inspect(move |c| Ok(store::tasks::list(c, &tenant, &filter, after.as_ref(), limit)?))
        .await
}

/// A page of the tasks, done or not, that were changed from an instant on, the longest ago first.
pub async fn list_changed(
    app: &App,
    ctx: &Context,
    since: Timestamp,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Task>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| Ok(store::tasks::list_changed(c, &tenant, since, after.as_ref(), limit)?))
        .await
}

/// A page of the tasks that were removed and can be brought back, latest first.
pub async fn list_removed(
    app: &App,
    ctx: &Context,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Removed>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Page<Removed>> {
            let page = store::tasks::list_removed(c, &tenant, after.as_ref(), limit)?;
            Removed::page(c, &tenant, "task", page, |it| Removed {
                id: it.id.to_string(),
                at: it.deleted_at.unwrap_or(it.updated_at),
                name: it.title,
                by: String::new(),
            })
        })
        .await
}

/// How many tasks match each of these.
pub async fn count_tasks(app: &App, ctx: &Context, filters: Vec<TaskFilter>) -> Result<Vec<i64>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let tenant = ctx.tenant.clone();
    let filters = filters.into_iter().map(searchable).collect::<Result<Vec<_>>>()?;
    app.db
        .inspect(move |c| -> Result<Vec<i64>> {
            let count = |filter| Ok(store::tasks::count(c, &tenant, filter)?);
            filters.iter().map(count).collect()
        })
        .await
}

pub(crate) fn searchable(filter: TaskFilter) -> Result<TaskFilter> {
    let Some(typed) = &filter.search else { return Ok(filter) };
    let line = fields::line("search", typed, SEARCH_CHARS_MAX)?;
    Ok(TaskFilter { search: Some(line), ..filter })
}

/// Those that match, as far as one act reaches.
///
/// # Errors
/// Where they are more than that: nothing is changed by surprise.
pub async fn list_matching_ids(
    app: &App,
    ctx: &Context,
    filter: TaskFilter,
) -> Result<Vec<TaskId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = list_tasks(app, ctx, filter.clone(), after, 500).await?;
        ids.extend(page.items.into_iter().map(|task| task.id));
        if ids.len() > bulk::BULK_MAX {
            return Err(Error::invalid("tasks", "error-task-too-many"));
        }
        after = page.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
}

/// Everybody of the team who may do tasks, by name.
pub async fn list_assignees(app: &App, ctx: &Context) -> Result<Vec<(MemberId, String)>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Vec<(MemberId, String)>> {
            let named = store::members::list(c, &tenant)?;
            let does = named.into_iter().filter(|it| it.member.role.may(Permission::WriteTasks));
            Ok(does.map(|it| (it.member.id, it.name)).collect())
        })
        .await
}
