//! Letting a reminder come again.

use domain::{Due, MemberId, NotificationId, Permission, ReminderId, TaskId, Timestamp};
use serde_json::json;
use store::Conn;
use store::reminders::{Reminder, State, Subject};

use super::Habits;
use super::plan::{Matter, find};
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, notifications};

/// Until when one may be snoozed, in order: words of forms.
pub const SNOOZES: [&str; 4] = ["10m", "1h", "3h", "tomorrow"];

/// When a snoozed reminder comes; tomorrow is the next morning.
fn until(ctx: &Context, habits: &Habits, word: &str, now: Timestamp) -> Result<Timestamp> {
    let minutes = match word {
        "10m" => 10,
        "1h" => 60,
        "3h" => 180,
        "tomorrow" => {
            let tomorrow = Due::on(ctx.zone.local(now).date()).later(1);
            let morning = ctx.zone.first_instant(tomorrow.wall(habits.morning));
            return morning.ok_or_else(|| Error::internal("no such morning"));
        }
        _ => return Err(Error::invalid("snooze", "error-invalid")),
    };
    Ok(now.plus_secs(minutes * 60))
}

/// Lets what a notification reminded of come again; it is read with that. Answers when.
///
/// # Errors
/// [`Error::Conflict`] when what it reminded of has moved or is over, or begins before it could come again.
pub async fn snooze_notification(
    app: &App,
    ctx: &Context,
    id: &NotificationId,
    word: &str,
) -> Result<Timestamp> {
    let (app2, ctx, id, word) = (app.clone(), ctx.clone(), id.clone(), word.to_owned());
    app.db
        .transact(move |c| -> Result<Timestamp> {
            let told = store::notifications::find(c, &ctx.tenant, &ctx.member, &id)?;
            let told = told.ok_or(Error::NotFound)?;
            let reminder = notifications::reminder_of(&told).ok_or(Error::NotFound)?;
            let row = own(c, &ctx, &reminder)?;
            let matter = find(c, &ctx.tenant, row.subject, &row.subject_id)?;
            let is_so =
                |matter: &Matter| matter.due == row.occurrence && row.state != State::Withdrawn;
            let matter = matter.filter(is_so);
            let matter = matter.ok_or(Error::Conflict { key: "error-reminder-over" })?;
            snooze(&app2, c, &ctx, row, &matter, &word)
        })
        .await
}

fn own(c: &mut Conn, ctx: &Context, id: &ReminderId) -> Result<Reminder> {
    let row = store::reminders::find(c, &ctx.tenant, id)?.ok_or(Error::NotFound)?;
    if row.member_id == ctx.member { Ok(row) } else { Err(Error::NotFound) }
}

/// Lets the reminder of an open task come again, or at all, for the member who asks. Answers when.
///
/// # Errors
/// [`Error::Conflict`] when it is done, or has no day to be reminded of.
pub async fn snooze_task(app: &App, ctx: &Context, id: &TaskId, word: &str) -> Result<Timestamp> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (app2, ctx, id, word) = (app.clone(), ctx.clone(), id.clone(), word.to_owned());
    app.db
        .transact(move |c| -> Result<Timestamp> {
            store::tasks::get(c, &ctx.tenant, &id)?;
            let matter = find(c, &ctx.tenant, Subject::Task, id.as_str())?;
            let matter = matter.ok_or(Error::Conflict { key: "error-reminder-over" })?;
            let row = match of_member(c, &ctx, &id, &matter)? {
                Some(row) => row,
                None => fresh(&app2, c, &ctx, &id, &matter)?,
            };
            snooze(&app2, c, &ctx, row, &matter, &word)
        })
        .await
}

fn of_member(
    c: &mut Conn,
    ctx: &Context,
    id: &TaskId,
    matter: &Matter,
) -> Result<Option<Reminder>> {
    let all = store::reminders::list_about(c, &ctx.tenant, Subject::Task, id.as_str())?;
    let theirs = |row: &Reminder| row.member_id == ctx.member && row.occurrence == matter.due;
    Ok(all.into_iter().find(theirs))
}

/// A reminder that nobody planned: the task's own came before it was made, or goes to somebody else.
fn fresh(app: &App, c: &mut Conn, ctx: &Context, id: &TaskId, matter: &Matter) -> Result<Reminder> {
    let now = app.clock.now();
    let row = Reminder {
        tenant_id: ctx.tenant.clone(),
        id: ReminderId::new(&*app.clock, &*app.rng),
        subject: Subject::Task,
        subject_id: id.to_string(),
        member_id: ctx.member.clone(),
        occurrence: matter.due,
        lead: domain::Lead::Never,
        zone: matter.zone.clone(),
        instant: now,
        fires_at: now,
        state: State::Pending,
        sent_at: None,
        sent_count: 0,
        created_at: now,
    };
    store::reminders::insert(c, &row)?;
    Ok(row)
}

fn snooze(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: Reminder,
    matter: &Matter,
    word: &str,
) -> Result<Timestamp> {
    let now = app.clock.now();
    let habits = Habits::of(c, &ctx.tenant, &ctx.member)?;
    let at = until(ctx, &habits, word, now)?;
    // Of what begins it is worth most until then: it comes as that begins, at the latest.
    let at = matter.begins.map_or(at, |begins| at.min(begins));
    // Quiet hours hold for what was snoozed too.
    let at = habits.quiet.map_or(at, |quiet| quiet.kept(&ctx.zone, at, matter.begins, now));
    if matter.begins.is_some_and(|begins| begins <= now || at > begins) {
        return Err(Error::Conflict { key: "error-snooze-late" });
    }
    let row = Reminder { state: State::Snoozed, fires_at: at, ..row };
    store::reminders::update(c, &row)?;
    notifications::reminder_settled(app, c, &ctx.tenant, &row.id)?;
    let act = Act {
        action: "reminder.snoozed",
        entity: "reminder",
        entity_id: row.id.as_str(),
        detail: json!({}),
    };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)?;
    Ok(at)
}

/// When a task reminds the member who asks next, if it does.
pub async fn find_of_task(app: &App, ctx: &Context, id: &TaskId) -> Result<Option<Timestamp>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (tenant, member, id) = (ctx.tenant.clone(), ctx.member.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Option<Timestamp>> {
            let all = store::reminders::list_about(c, &tenant, Subject::Task, id.as_str())?;
            Ok(next(&all, &member))
        })
        .await
}

fn next(all: &[Reminder], member: &MemberId) -> Option<Timestamp> {
    let waits = |row: &&Reminder| matches!(row.state, State::Pending | State::Snoozed);
    let theirs = all.iter().filter(|row| row.member_id == *member).filter(waits);
    theirs.map(|row| row.fires_at).min()
}
