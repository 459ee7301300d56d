//! Tasks: what is to be done, by whom and when, once or again and again. A repeating one makes the next
//! when it is done, so that there is one open at a time and nothing piles up while nobody looks.

mod about;
pub mod bulk;
pub mod input;
mod links;
mod lists;

use domain::{Permission, TaskId, Timestamp};
use serde_json::json;
use store::Conn;
use store::examples::{Example, ExampleKind};
use store::reminders::Subject;
use store::tasks::NO_DUE;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::endpoints::events;
use crate::error::{Error, Result};
use crate::{notifications, once, reminders};

pub use about::{LinkInput, list_named};
pub use input::TaskInput;
pub use links::*;
pub use lists::*;
pub use store::tasks::{Assigned, LinkKind, Task, TaskChange, TaskFilter, TaskOrder};

use input::Draft;

/// The longest address in the web that a task is about, in characters.
pub const LINK_CHARS_MAX: usize = 500;

/// How long a deleted task can be brought back, in days.
pub const DELETED_DAYS: i64 = 30;

const CREATE: &str = "task.create";

/// One task.
pub async fn get_task(app: &App, ctx: &Context, id: &TaskId) -> Result<Task> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::tasks::get(c, &tenant, &id)?)).await
}

/// Adds a task. The same `form_id` adds once, however often it is sent; an empty one doesn't count.
pub async fn create_task(
    app: &App,
    ctx: &Context,
    input: TaskInput,
    form_id: &str,
) -> Result<Task> {
    require_to_write(ctx)?;
    let (app2, ctx, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    app.db
        .transact(move |c| -> Result<Task> {
            if let Some(done) = once::find::<TaskId>(c, &ctx.tenant, CREATE, &form_id)? {
                return Ok(store::tasks::get(c, &ctx.tenant, &done)?);
            }
            store::pipelines::hold(c, &ctx.tenant)?;
            let draft = input.draft(&app2, c, &ctx, None)?;
            let task = insert(&app2, c, &ctx, draft)?;
            once::keep(&app2, c, &ctx.tenant, CREATE, &form_id, &task.id)?;
            Ok(task)
        })
        .await
}

/// A new task of which this is known.
pub(crate) fn new_task(app: &App, ctx: &Context, change: TaskChange) -> Task {
    let now = app.clock.now();
    Task {
        tenant_id: ctx.tenant.clone(),
        id: TaskId::new(&*app.clock, &*app.rng),
        title: change.title,
        notes: change.notes,
        assignee_id: change.assignee_id,
        due: change.due,
        zone: change.zone,
        due_at: change.due_at,
        lead: change.lead,
        rule: change.rule,
        rule_from: change.rule_from,
        previous_id: None,
        created_by: ctx.member.clone(),
        done_at: change.done_at,
        done_by: change.done_by,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        rev: 1,
    }
}

fn insert(app: &App, c: &mut Conn, ctx: &Context, draft: Draft) -> Result<Task> {
    let Draft { change, links } = draft;
    let task = new_task(app, ctx, change);
    store::tasks::insert(c, &task)?;
    store::tasks::put_links(c, &ctx.tenant, &task.id, &links)?;
    let who = Who::from(ctx);
    links::tell(app, c, &who, &task, "added")?;
    record(app, c, &who, "task.created", &task)?;
    settle_reminders(app, c, &task)?;
    tell_assignee(app, c, ctx, &task)?;
    Ok(task)
}

/// Changes a task that still is at `expected_rev`. What changes nothing leaves no trace.
pub async fn change_task(
    app: &App,
    ctx: &Context,
    id: &TaskId,
    input: TaskInput,
    expected_rev: i64,
) -> Result<Task> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Task> {
            store::pipelines::hold(c, &ctx.tenant)?;
            let before = store::tasks::get(c, &ctx.tenant, &id)?;
            let Draft { change, links } = input.draft(&app2, c, &ctx, Some(&before))?;
            let old = links::of(c, &before)?;
            let moved = links.len() != old.len() || links.iter().any(|link| !old.contains(link));
            if before.rev == expected_rev && change == before.unchanged() && !moved {
                return Ok(before);
            }
            store::tasks::update(c, &ctx.tenant, &id, &change, expected_rev, app2.clock.now())?;
            let after = store::tasks::get(c, &ctx.tenant, &id)?;
            store::tasks::put_links(c, &ctx.tenant, &id, &links)?;
            let who = Who::from(&ctx);
            let (new, kept): (Vec<_>, Vec<_>) = links.iter().partition(|link| !old.contains(link));
            links::tell_to(&app2, c, &who, &after, "added", new.into_iter())?;
            if change != before.unchanged() {
                links::tell_change(&app2, c, &who, &before, &after, kept.into_iter())?;
            }
            record(&app2, c, &who, "task.changed", &after)?;
            settle_reminders(&app2, c, &after)?;
            if after.assignee_id != before.assignee_id {
                tell_assignee(&app2, c, &ctx, &after)?;
            }
            Ok(after)
        })
        .await
}

/// Changes some of a task's own fields, inside the caller's transaction. Whoever is given it isn't told: the
/// caller tells them of all that they are given, at once.
fn change_fields(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    before: &Task,
    change: &TaskChange,
) -> Result<Task> {
    let (tenant, id) = (&before.tenant_id, &before.id);
    store::tasks::update(c, tenant, id, change, before.rev, app.clock.now())?;
    let after = store::tasks::get(c, tenant, id)?;
    let who = Who::from(ctx);
    let about = links::of(c, &after)?;
    links::tell_change(app, c, &who, before, &after, about.iter())?;
    record(app, c, &who, "task.changed", &after)?;
    settle_reminders(app, c, &after)?;
    Ok(after)
}

/// Notes that a task is done; one that comes again makes the next. Doing it again changes nothing.
pub async fn do_task(app: &App, ctx: &Context, id: &TaskId) -> Result<Task> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Task> {
            let before = store::tasks::get(c, &ctx.tenant, &id)?;
            if before.done_at.is_some() {
                return Ok(before);
            }
            finish(&app2, c, &ctx, &before)
        })
        .await
}

/// Notes that an open task is done, inside the caller's transaction.
fn finish(app: &App, c: &mut Conn, ctx: &Context, before: &Task) -> Result<Task> {
    let (tenant, id, now) = (&before.tenant_id, &before.id, app.clock.now());
    let change =
        TaskChange { done_at: Some(now), done_by: Some(ctx.account.clone()), ..before.unchanged() };
    store::tasks::update(c, tenant, id, &change, before.rev, now)?;
    let after = store::tasks::get(c, tenant, id)?;
    let who = Who::from(ctx);
    links::tell(app, c, &who, &after, "done")?;
    record(app, c, &who, "task.done", &after)?;
    settle_reminders(app, c, &after)?;
    make_next(app, c, &after)?;
    Ok(after)
}

/// Makes the next of a task that comes again, unless it did so before or its rule has ended: the next that
/// is still to come, for what was missed while nobody looked is not to be made up for one by one.
fn make_next(app: &App, c: &mut Conn, done: &Task) -> Result<()> {
    let (Some(due), Some(rule)) = (done.due, &done.rule) else { return Ok(()) };
    let first = done.rule_from.unwrap_or(due);
    let now = app.clock.now();
    let Some(next) = due.next(rule, first.day, &done.zone, now) else { return Ok(()) };
    if store::tasks::find_next(c, &done.tenant_id, &done.id)?.is_some() {
        return Ok(());
    }
    let task = Task {
        id: TaskId::new(&*app.clock, &*app.rng),
        due: Some(next),
        due_at: next.ends(&done.zone).unwrap_or(NO_DUE),
        rule_from: Some(first),
        previous_id: Some(done.id.clone()),
        done_at: None,
        done_by: None,
        created_at: now,
        updated_at: now,
        rev: 1,
        ..done.clone()
    };
    store::tasks::insert(c, &task)?;
    let links = links::of(c, done)?;
    store::tasks::put_links(c, &task.tenant_id, &task.id, &links)?;
    if store::examples::is_one(c, &task.tenant_id, ExampleKind::Task, done.id.as_str())? {
        // What an example makes by itself goes with the examples.
        let (tenant_id, entity_id) = (task.tenant_id.clone(), task.id.to_string());
        store::examples::insert(c, &Example { tenant_id, kind: ExampleKind::Task, entity_id })?;
    }
    // No entry tells of it: it came by itself.
    events::publish(app, c, &task.tenant_id, "task.created", task.id.as_str(), &json!({}))?;
    settle_reminders(app, c, &task)
}

/// Takes back that a task is done. The next one that this made goes again, unless somebody has done
/// something with it.
pub async fn reopen_task(app: &App, ctx: &Context, id: &TaskId) -> Result<Task> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Task> {
            let before = store::tasks::get(c, &ctx.tenant, &id)?;
            if before.done_at.is_none() {
                return Ok(before);
            }
            unfinish(&app2, c, &ctx, &before)
        })
        .await
}

fn unfinish(app: &App, c: &mut Conn, ctx: &Context, before: &Task) -> Result<Task> {
    let (tenant, id, now) = (&before.tenant_id, &before.id, app.clock.now());
    if let Some(next) = store::tasks::find_next(c, tenant, id)?
        && next.rev == 1
    {
        store::tasks::delete(c, tenant, &next.id)?;
        store::examples::delete(c, tenant, ExampleKind::Task, next.id.as_str())?;
        events::publish(app, c, tenant, "task.deleted", next.id.as_str(), &json!({}))?;
        reminders::replan(app, c, tenant, Subject::Task, next.id.as_str())?;
    }
    let change = TaskChange { done_at: None, done_by: None, ..before.unchanged() };
    store::tasks::update(c, tenant, id, &change, before.rev, now)?;
    let after = store::tasks::get(c, tenant, id)?;
    let who = Who::from(ctx);
    links::tell(app, c, &who, &after, "reopened")?;
    record(app, c, &who, "task.reopened", &after)?;
    settle_reminders(app, c, &after)?;
    Ok(after)
}

/// Deletes a task; [`restore_task`] undoes it. Deleting it again changes nothing.
pub async fn delete_task(app: &App, ctx: &Context, id: &TaskId) -> Result<()> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let task = store::tasks::find_even_deleted(c, &ctx.tenant, &id)?;
            let task = task.ok_or(Error::NotFound)?;
            if task.deleted_at.is_none() {
                remove(&app2, c, &ctx, &task)?;
            }
            Ok(())
        })
        .await
}

/// Deletes a task that is there, inside the caller's transaction; answers when that was.
fn remove(app: &App, c: &mut Conn, ctx: &Context, task: &Task) -> Result<Timestamp> {
    let now = app.clock.now();
    store::tasks::mark_deleted(c, &ctx.tenant, &task.id, task.rev, Some(now), now)?;
    let who = Who::from(ctx);
    links::tell(app, c, &who, task, "removed")?;
    record(app, c, &who, "task.deleted", task)?;
    settle_reminders(app, c, task)?;
    Ok(now)
}

/// Brings a deleted task back; one that isn't deleted stays as it is.
pub async fn restore_task(app: &App, ctx: &Context, id: &TaskId) -> Result<Task> {
    require_to_write(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Task> {
            let task = store::tasks::find_even_deleted(c, &ctx.tenant, &id)?;
            let task = task.ok_or(Error::NotFound)?;
            if task.deleted_at.is_some() {
                bring_back(&app2, c, &ctx, &task)?;
            }
            Ok(store::tasks::get(c, &ctx.tenant, &id)?)
        })
        .await
}

fn bring_back(app: &App, c: &mut Conn, ctx: &Context, task: &Task) -> Result<()> {
    store::tasks::mark_deleted(c, &ctx.tenant, &task.id, task.rev, None, app.clock.now())?;
    let who = Who::from(ctx);
    links::tell(app, c, &who, task, "restored")?;
    record(app, c, &who, "task.restored", task)?;
    settle_reminders(app, c, task)
}

/// Makes the reminders of a task what it asks for now, and settles what tells of it in vain.
fn settle_reminders(app: &App, c: &mut Conn, task: &Task) -> Result<()> {
    let (tenant, id) = (&task.tenant_id, task.id.as_str());
    reminders::replan(app, c, tenant, Subject::Task, id)?;
    match store::tasks::find(c, tenant, &task.id)? {
        Some(open) if open.done_at.is_none() => Ok(()),
        _ => notifications::task_settled(app, c, tenant, &task.id),
    }
}

/// Tells whoever is to do a task that another gave it to them.
fn tell_assignee(app: &App, c: &mut Conn, ctx: &Context, task: &Task) -> Result<()> {
    match &task.assignee_id {
        Some(assignee) if *assignee != ctx.member && task.done_at.is_none() => {
            notifications::task_assigned(app, c, task, assignee)
        }
        _ => Ok(()),
    }
}

fn require_to_write(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadTasks)?;
    ctx.require(Permission::WriteTasks)
}

fn record(app: &App, c: &mut Conn, who: &Who, action: &'static str, task: &Task) -> Result<()> {
    let detail = json!({"title": task.title});
    let act = Act { action, entity: "task", entity_id: task.id.as_str(), detail };
    audit::append(app, c, &task.tenant_id, who, &act)
}
