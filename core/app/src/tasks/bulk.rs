//! One act over many tasks, and taking it back as a whole.

use domain::{Due, MemberId, TaskId, TenantId, Timestamp, UndoId};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Conn;
use store::members::NamedMember;
use store::tasks::{NO_DUE, Task, TaskChange};

use super::{bring_back, change_fields, finish, remove, require_to_write, unfinish};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::input::{day, owner};
use crate::sweeps::Words;
use crate::undos::{self, Summary};
use crate::{App, notifications};

/// Most tasks of one act.
pub const BULK_MAX: usize = 500;
/// What the undo of such an act is called.
pub(crate) const UNDO: &str = "tasks";

/// What is done to each of them, as a form says it.
#[derive(Debug, Clone, Default)]
pub struct BulkInput {
    /// `done`, `assign`, `delay` or `remove`.
    pub act: String,
    /// To what: a member's id, a day, or `+1` and the like for so many days from today.
    pub to: String,
}

/// What one act did.
#[derive(Debug, Clone)]
pub struct BulkDone {
    /// How many tasks it changed.
    pub count: usize,
    /// What takes it back; nothing where nothing changed.
    pub undo: Option<UndoId>,
}

enum Act {
    Done,
    Assign(Option<MemberId>),
    Delay(Date),
    Remove,
}

/// What a task was before, in the field that the act changed, and what the act made of it.
#[derive(Debug, Serialize, Deserialize)]
enum Was {
    /// An act of before it was kept when it was done.
    Open,
    DoneAt(Option<Timestamp>),
    Assigned {
        was: Option<MemberId>,
        now: Option<MemberId>,
    },
    Due {
        was: Option<Due>,
        now: Option<Due>,
    },
    /// An act of before it was kept when it was removed.
    There,
    RemovedAt(Timestamp),
}

/// Does one act to all of these tasks, or to none of them. What isn't there is passed over. What somebody
/// else is changing of one of them just then comes first, and the act adds to it.
pub async fn change_tasks(
    app: &App,
    ctx: &Context,
    ids: Vec<TaskId>,
    input: BulkInput,
) -> Result<BulkDone> {
    require_to_write(ctx)?;
    if ids.is_empty() {
        return Err(Error::invalid("tasks", "error-task-none-chosen"));
    }
    if ids.len() > BULK_MAX {
        return Err(Error::invalid("tasks", "error-task-too-many"));
    }
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<BulkDone> {
            store::pipelines::hold(c, &ctx.tenant)?;
            store::tasks::lock_many(c, &ctx.tenant, &ids)?;
            let act = read(&app2, c, &ctx, &input)?;
            let changed = change_each(&app2, c, &ctx, &ids, &act)?;
            let count = changed.len();
            if count == 0 {
                return Ok(BulkDone { count, undo: None });
            }
            let state: Vec<_> = changed.iter().map(|(task, was)| (&task.id, was)).collect();
            let undo = undos::keep(&app2, c, &ctx, UNDO, serde_json::to_value(state)?)?;
            tell_assignee(&app2, c, &ctx, &act, &changed, &undo)?;
            Ok(BulkDone { count, undo: Some(undo) })
        })
        .await
}

/// Tells whoever another gave tasks to: once, however many they are.
fn tell_assignee(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    act: &Act,
    changed: &[(Task, Was)],
    undo: &UndoId,
) -> Result<()> {
    let Act::Assign(Some(to)) = act else { return Ok(()) };
    let open = changed.iter().map(|(task, _)| task).filter(|task| task.done_at.is_none());
    match open.collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        _ if *to == ctx.member => Ok(()),
        [one] => notifications::task_assigned(app, c, one, to),
        many => {
            let count = i64::try_from(many.len()).map_err(Error::internal)?;
            notifications::tasks_assigned(app, c, &ctx.tenant, undo.as_str(), (to, count))
        }
    }
}

/// Does one act to each of them; answers what those were before of which it changed something.
fn change_each(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    ids: &[TaskId],
    act: &Act,
) -> Result<Vec<(Task, Was)>> {
    let mut changed = Vec::new();
    for task in store::tasks::list_by_ids(c, &ctx.tenant, ids)? {
        if let Some(was) = apply(app, c, ctx, &task, act)? {
            changed.push((task, was));
        }
    }
    Ok(changed)
}

/// Does one act to some of many, inside the caller's transaction; answers what each was before that it
/// changed.
pub(crate) fn change_lot(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    input: &BulkInput,
    ids: &[String],
) -> Result<Vec<(String, Value)>> {
    let act = read(app, c, ctx, input)?;
    let ids: Vec<TaskId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    store::tasks::lock_many(c, &ctx.tenant, &ids)?;
    let changed = change_each(app, c, ctx, &ids, &act)?;
    let plain = |(task, was): (Task, Was)| -> Result<(String, Value)> {
        Ok((task.id.to_string(), serde_json::to_value(was)?))
    };
    changed.into_iter().map(plain).collect()
}

/// What an act is, before it is done: refuses what can't be. A day that is told by how many are until
/// then is the day that it is now.
pub(crate) fn words(app: &App, c: &mut Conn, ctx: &Context, input: &BulkInput) -> Result<Words> {
    let fixed = input.to.trim().to_owned();
    let none = String::new;
    Ok(match read(app, c, ctx, input)? {
        Act::Done => Words { what: "tasks-done", to: none(), fixed },
        Act::Assign(None) => Words { what: "tasks-unassigned", to: none(), fixed },
        Act::Assign(Some(member)) => {
            let team = store::members::list(c, &ctx.tenant)?;
            Words { what: "tasks-assigned", to: undos::member(&team, Some(&member)), fixed }
        }
        Act::Delay(day) => Words { what: "tasks-moved", to: none(), fixed: day.to_string() },
        Act::Remove => Words { what: "tasks-removed", to: none(), fixed },
    })
}

fn read(app: &App, c: &mut Conn, ctx: &Context, input: &BulkInput) -> Result<Act> {
    let to = input.to.trim();
    Ok(match input.act.as_str() {
        "done" => Act::Done,
        "assign" => Act::Assign(owner(c, &ctx.tenant, to)?),
        "delay" => Act::Delay(later(app, ctx, to)?),
        "remove" => Act::Remove,
        _ => return Err(Error::invalid("act", "error-required")),
    })
}

fn later(app: &App, ctx: &Context, to: &str) -> Result<Date> {
    let wrong = || Error::invalid("to", "error-date-invalid");
    if let Some(days) = to.strip_prefix('+') {
        let days: u16 = days.parse().ok().filter(|days| *days <= 366).ok_or_else(wrong)?;
        let today = ctx.zone.local(app.clock.now()).date();
        return Ok(today.saturating_add(i64::from(days).days()));
    }
    let day = day("to", to)?.ok_or(Error::invalid("to", "error-required"))?;
    let day: Date = day.parse().map_err(|_| wrong())?;
    if (1..9_999).contains(&day.year()) { Ok(day) } else { Err(wrong()) }
}

/// What the task was before; nothing where the act changes nothing of it.
fn apply(app: &App, c: &mut Conn, ctx: &Context, task: &Task, act: &Act) -> Result<Option<Was>> {
    match act {
        Act::Done if task.done_at.is_some() => Ok(None),
        Act::Done => {
            let done = finish(app, c, ctx, task)?;
            Ok(Some(Was::DoneAt(done.done_at)))
        }
        Act::Assign(to) if *to == task.assignee_id => Ok(None),
        Act::Assign(to) => {
            let change = TaskChange { assignee_id: to.clone(), ..task.unchanged() };
            change_fields(app, c, ctx, task, &change)?;
            Ok(Some(Was::Assigned { was: task.assignee_id.clone(), now: to.clone() }))
        }
        Act::Delay(to) => {
            let now = Due { day: *to, time: task.due.and_then(|due| due.time) };
            if task.due == Some(now) || task.done_at.is_some() {
                return Ok(None);
            }
            change_fields(app, c, ctx, task, &due_on(task, Some(now)))?;
            Ok(Some(Was::Due { was: task.due, now: Some(now) }))
        }
        Act::Remove => {
            let at = remove(app, c, ctx, task)?;
            Ok(Some(Was::RemovedAt(at)))
        }
    }
}

/// The same, due at another time; its rule goes on from where it was.
fn due_on(task: &Task, due: Option<Due>) -> TaskChange {
    let due_at = due.and_then(|due| due.ends(&task.zone)).unwrap_or(NO_DUE);
    TaskChange { due, due_at, ..task.unchanged() }
}

/// Takes an act back: of every task in which what it made is still as it made it. Answers how many
/// that were.
pub(crate) fn take_back(app: &App, c: &mut Conn, ctx: &Context, state: Value) -> Result<usize> {
    require_to_write(ctx)?;
    let before: Vec<(TaskId, Was)> = serde_json::from_value(state)?;
    let ids: Vec<TaskId> = before.iter().map(|(id, _)| id.clone()).collect();
    store::pipelines::hold(c, &ctx.tenant)?;
    store::tasks::lock_many(c, &ctx.tenant, &ids)?;
    let mut count = 0;
    for (id, was) in before {
        count += usize::from(revert(app, c, ctx, &id, was)?);
    }
    Ok(count)
}

/// Takes an act back of one of many; answers whether what it made was still as it made it.
pub(crate) fn take_back_of(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    id: &str,
    was: Value,
) -> Result<bool> {
    let id: TaskId = id.parse().map_err(Error::internal)?;
    revert(app, c, ctx, &id, serde_json::from_value(was)?)
}

/// What an act was, in a few words.
pub(crate) fn summary(
    c: &mut Conn,
    tenant: &TenantId,
    team: &[NamedMember],
    state: Value,
) -> Result<Option<Summary>> {
    let before: Vec<(TaskId, Was)> = serde_json::from_value(state)?;
    let Some((_, first)) = before.first() else { return Ok(None) };
    let (what, to) = match first {
        Was::Open | Was::DoneAt(_) => ("tasks-done", String::new()),
        Was::Assigned { now: None, .. } => ("tasks-unassigned", String::new()),
        Was::Assigned { now, .. } => ("tasks-assigned", undos::member(team, now.as_ref())),
        Was::Due { .. } => ("tasks-moved", String::new()),
        Was::There | Was::RemovedAt(_) => ("tasks-removed", String::new()),
    };
    let names = undos::names(&before, |(id, _)| {
        Ok(store::tasks::find_even_deleted(c, tenant, id)?.map(|it| it.title))
    })?;
    Ok(Some(Summary { what, count: before.len(), names, to }))
}

fn revert(app: &App, c: &mut Conn, ctx: &Context, id: &TaskId, was: Was) -> Result<bool> {
    let Some(task) = store::tasks::find_even_deleted(c, &ctx.tenant, id)? else {
        return Ok(false);
    };
    if matches!(was, Was::There | Was::RemovedAt(_)) {
        // What somebody else removed since stays so.
        let is_another = matches!(was, Was::RemovedAt(at) if task.deleted_at != Some(at));
        if task.deleted_at.is_none() || is_another {
            return Ok(false);
        }
        bring_back(app, c, ctx, &task)?;
        return Ok(true);
    }
    if task.deleted_at.is_some() {
        return Ok(false);
    }
    match was {
        Was::Open if task.done_at.is_some() => {
            unfinish(app, c, ctx, &task)?;
        }
        Was::DoneAt(at) if task.done_at.is_some() && task.done_at == at => {
            unfinish(app, c, ctx, &task)?;
        }
        Was::Assigned { was, now } if task.assignee_id == now => {
            // Somebody who left meanwhile gets nothing back.
            let there = match &was {
                Some(member) => store::members::find(c, &ctx.tenant, member)?.is_some(),
                None => true,
            };
            let assignee_id = was.filter(|_| there);
            // Who gets back what was theirs isn't told: nobody gives them anything.
            change_fields(app, c, ctx, &task, &TaskChange { assignee_id, ..task.unchanged() })?;
        }
        Was::Due { was, now } if task.due == now => {
            change_fields(app, c, ctx, &task, &due_on(&task, was))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
