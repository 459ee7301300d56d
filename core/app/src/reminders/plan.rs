//! Keeping reminders in step with what they remind of.

use domain::reminder::DAYS_MAX;
use domain::{
    Due, Lead, MemberId, Permission, PersonId, ReminderId, TaskId, TenantId, Timestamp, Zone,
};
use serde_json::json;
use store::Conn;
use store::appointments::{Appointment, Status};
use store::jobs::{Job, Once};
use store::people::Person;
use store::reminders::{Reminder, State, Subject};
use store::tasks::Task;

use super::Habits;
use crate::error::{Error, Result};
use crate::jobs::{self, Outcome};
use crate::{App, notifications};

/// How far ahead reminders are planned, in days. What lies further ahead is found in time by the hourly
/// round: the longest lead ends well within.
pub(super) const AHEAD_DAYS: i64 = 31;
/// How many of one kind a step of the round looks at.
const BATCH: i64 = 200;
/// How many of one kind a round looks at, in a business.
const ROUND_MAX: usize = 20_000;

const DAY_SECS: i64 = 24 * 3_600;
/// How long after its time a round still finds what was to come, and nobody had planned.
const LATE_SECS: i64 = 2 * 3_600;

/// Whether the reminders of something at an instant are planned by now.
pub(crate) fn is_in_reach(app: &App, at: Timestamp) -> bool {
    at <= app.clock.now().plus_secs((AHEAD_DAYS + i64::from(DAYS_MAX)) * DAY_SECS)
}

/// What somebody is to be reminded of, as it is now.
pub(super) struct Matter {
    /// Its name for people.
    pub title: String,
    /// Where its page is.
    pub href: String,
    /// When it is, by the clock on the wall, and whose.
    pub due: Due,
    /// Whose clock.
    pub zone: Zone,
    /// How long before, where that was said for this one.
    lead: Option<Lead>,
    /// Whom it is for, if that is known.
    of: Option<MemberId>,
    /// From when on a reminder is of less use.
    pub begins: Option<Timestamp>,
    /// From when on a reminder is of no use.
    pub ends: Option<Timestamp>,
    /// When it became what it is.
    changed_at: Timestamp,
}

/// What a reminder is about, if that is still to come.
pub(super) fn find(
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    id: &str,
) -> Result<Option<Matter>> {
    Ok(match subject {
        Subject::Task => {
            let id: TaskId = id.parse().map_err(Error::internal)?;
            store::tasks::find(c, tenant, &id)?.and_then(of_task)
        }
        Subject::Appointment => {
            let id = id.parse().map_err(Error::internal)?;
            match store::appointments::find(c, tenant, &id)? {
                Some(found) => of_appointment(c, found)?,
                None => None,
            }
        }
        Subject::Person => {
            let id: PersonId = id.parse().map_err(Error::internal)?;
            match store::people::find(c, tenant, &id)? {
                Some(found) => of_person(c, found)?,
                None => None,
            }
        }
    })
}

fn of_task(task: Task) -> Option<Matter> {
    if task.done_at.is_some() {
        return None;
    }
    Some(Matter {
        href: format!("/tasks/{}", task.id),
        title: task.title,
        due: task.due?,
        zone: task.zone,
        lead: task.lead,
        of: task.assignee_id.or(Some(task.created_by)),
        begins: None,
        ends: None,
        changed_at: task.updated_at,
    })
}

fn of_appointment(c: &mut Conn, it: Appointment) -> Result<Option<Matter>> {
    if it.status != Status::Booked {
        return Ok(None);
    }
    let booked_by = match &it.created_by {
        Some(account) => store::members::find_by_account(c, &it.tenant_id, account)?,
        None => None,
    };
    let local = it.zone.local(it.starts_at);
    Ok(Some(Matter {
        href: format!("/appointments/{}", it.id),
        title: it.title,
        due: Due { day: local.date(), time: Some(local.time()) },
        zone: it.zone,
        lead: None,
        of: booked_by.map(|member| member.id),
        begins: Some(it.starts_at),
        ends: Some(it.ends_at),
        changed_at: it.updated_at,
    }))
}

fn of_person(c: &mut Conn, person: Person) -> Result<Option<Matter>> {
    let Some(day) = person.follow_up_on.as_deref().and_then(|day| day.parse::<Due>().ok()) else {
        return Ok(None);
    };
    let zone = store::tenants::get(c, &person.tenant_id)?.zone;
    Ok(Some(Matter {
        href: format!("/people/{}", person.id),
        title: person.name,
        due: day,
        zone,
        lead: None,
        of: person.owner_id,
        begins: None,
        ends: None,
        changed_at: person.updated_at,
    }))
}

/// Who may do something about it.
const fn needs(subject: Subject) -> Permission {
    match subject {
        Subject::Task => Permission::WriteTasks,
        Subject::Appointment => Permission::ReadAppointments,
        Subject::Person => Permission::WritePeople,
    }
}

/// Whom to remind. Where it is nobody's, or they have left, everybody who could act hears of it.
fn recipients(
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    of: Option<&MemberId>,
) -> Result<Vec<MemberId>> {
    let team = store::members::list(c, tenant)?.into_iter().map(|named| named.member);
    let able: Vec<MemberId> =
        team.filter(|member| member.role.may(needs(subject))).map(|member| member.id).collect();
    Ok(match of.filter(|of| able.contains(of)) {
        Some(of) => vec![of.clone()],
        None => able,
    })
}

/// A reminder as it should be.
struct Wanted {
    member: MemberId,
    lead: Lead,
    instant: Timestamp,
    fires_at: Timestamp,
}

fn wanted(
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    (matter, members): (&Matter, &[MemberId]),
    now: Timestamp,
) -> Result<Vec<Wanted>> {
    let zone = store::tenants::get(c, tenant)?.zone;
    let mut all = Vec::new();
    for member in members {
        let habits = Habits::of(c, tenant, member)?;
        let lead = matter.lead.unwrap_or(habits.lead(subject));
        let Some(instant) = lead.instant(matter.due, habits.morning, &matter.zone) else {
            continue;
        };
        let kept = |quiet: domain::Quiet| quiet.kept(&zone, instant, matter.begins, now);
        let fires_at = habits.quiet.map_or(instant, kept);
        all.push(Wanted { member: member.clone(), lead, instant, fires_at });
    }
    Ok(all)
}

/// Makes the reminders of something what they should be by now: those of what has moved, is done or is
/// gone are withdrawn, and what told of it in vain is settled.
pub(crate) fn replan(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    id: &str,
) -> Result<()> {
    plan(app, c, tenant, subject, id, 0)
}

/// [`replan`], with what was to come up to so many seconds ago and nobody has planned: it comes now.
fn plan(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    id: &str,
    late_secs: i64,
) -> Result<()> {
    let now = app.clock.now();
    let there = store::reminders::list_about(c, tenant, subject, id)?;
    let matter = find(c, tenant, subject, id)?;
    let Some(matter) = matter else {
        return there.into_iter().try_for_each(|row| withdraw(app, c, row));
    };
    let members = recipients(c, tenant, subject, matter.of.as_ref())?;
    let mut wants = wanted(c, tenant, subject, (&matter, &members), now)?;
    for row in there {
        // One without a lead was asked for by its member, whoever else it is for.
        let is_theirs = members.contains(&row.member_id) || row.lead == Lead::Never;
        if row.occurrence != matter.due || !is_theirs {
            withdraw(app, c, row)?;
            continue;
        }
        match wants.iter().position(|want| want.member == row.member_id) {
            Some(at) => keep_in_step(c, row, wants.swap_remove(at), &matter, now)?,
            None if row.state == State::Pending => withdraw(app, c, row)?,
            None => {}
        }
    }
    let horizon = now.plus_secs(AHEAD_DAYS * DAY_SECS);
    // What should have come before there was anything to plan comes no more.
    let earliest = now.plus_secs(-late_secs);
    let is_to_come = |at: Timestamp| at > now || (at > earliest && at > matter.changed_at);
    let wants = wants.into_iter().filter(|want| is_to_come(want.instant));
    for want in wants.filter(|want| want.instant <= horizon) {
        let row = Reminder {
            tenant_id: tenant.clone(),
            id: ReminderId::new(&*app.clock, &*app.rng),
            subject,
            subject_id: id.to_owned(),
            member_id: want.member,
            occurrence: matter.due,
            lead: want.lead,
            zone: matter.zone.clone(),
            instant: want.instant,
            fires_at: want.fires_at,
            state: State::Pending,
            sent_at: None,
            sent_count: 0,
            created_at: now,
        };
        store::reminders::insert(c, &row)?;
    }
    Ok(())
}

/// A reminder of what still is as it was. One that came doesn't come again; one that was snoozed comes
/// when it was snoozed to.
fn keep_in_step(
    c: &mut Conn,
    row: Reminder,
    want: Wanted,
    matter: &Matter,
    now: Timestamp,
) -> Result<()> {
    let state = match row.state {
        State::Sent | State::Snoozed => return Ok(()),
        // It was sent before what it reminds of moved away and came back.
        State::Withdrawn if row.sent_count > 0 => State::Sent,
        State::Withdrawn if want.instant <= now => return Ok(()),
        State::Withdrawn | State::Pending => State::Pending,
    };
    let same = row.instant == want.instant && row.lead == want.lead && row.zone == matter.zone;
    if same && row.state == state {
        return Ok(());
    }
    let (lead, zone) = (want.lead, matter.zone.clone());
    let (instant, fires_at) = (want.instant, want.fires_at);
    let row = Reminder { lead, zone, instant, fires_at, state, ..row };
    Ok(store::reminders::update(c, &row)?)
}

/// Takes a reminder back, and what it has told already.
pub(super) fn withdraw(app: &App, c: &mut Conn, row: Reminder) -> Result<()> {
    if row.state == State::Withdrawn {
        return Ok(());
    }
    if row.sent_count > 0 {
        notifications::reminder_settled(app, c, &row.tenant_id, &row.id)?;
    }
    Ok(store::reminders::update(c, &Reminder { state: State::Withdrawn, ..row })?)
}

/// Orders a round through everything that a business may be reminded of.
pub(crate) fn enqueue(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<()> {
    let mut job = jobs::new_job(app, tenant, jobs::REMINDERS_PLAN, json!({}));
    job.once = Once::WhileUnfinished("all".to_owned());
    store::jobs::enqueue(c, &job, app.clock.now())?;
    Ok(())
}

/// Orders a round in every business: what came into reach, and what somebody forgot to tell of.
pub(crate) async fn plan_all(app: &App) -> Result<()> {
    let tenants = app.db.read(store::tenants::list).await?;
    for tenant in tenants {
        let app2 = app.clone();
        app.db.transact(move |c| enqueue(&app2, c, &tenant.id)).await?;
    }
    app.wake_jobs();
    Ok(())
}

/// Goes through what a business may be reminded of, some at a time. Doing so again changes nothing, so
/// that a round that was broken off simply begins anew.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    for subject in Subject::ALL {
        let (mut after, mut seen) = (String::new(), 0);
        while seen < ROUND_MAX {
            let (app2, tenant, from) = (app.clone(), job.tenant_id.clone(), after.clone());
            let ids: Vec<String> = app
                .db
                .transact(move |c| -> Result<Vec<String>> {
                    let ids = coming(&app2, c, &tenant, *subject, &from)?;
                    for id in &ids {
                        plan(&app2, c, &tenant, *subject, id, LATE_SECS)?;
                    }
                    Ok(ids)
                })
                .await?;
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            seen += ids.len();
        }
    }
    Ok(Outcome::Done)
}

/// The next of what lies within reach, in the order of their ids.
fn coming(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    after: &str,
) -> Result<Vec<String>> {
    let now = app.clock.now();
    let until = now.plus_secs(AHEAD_DAYS * DAY_SECS);
    Ok(match subject {
        Subject::Task => store::tasks::list_open_after(c, tenant, after, until, BATCH)?
            .into_iter()
            .map(|task| task.id.into())
            .collect(),
        Subject::Appointment => {
            store::reminders::appointments_after(c, tenant, after, (now, until), BATCH)?
                .into_iter()
                .map(|appointment| appointment.id.into())
                .collect()
        }
        Subject::Person => {
            let zone = store::tenants::get(c, tenant)?.zone;
            let day = |at| Due::on(zone.local(at).date());
            let days = (day(now), day(until));
            store::reminders::people_after(c, tenant, after, days, BATCH)?
                .into_iter()
                .map(|person| person.id.into())
                .collect()
        }
    })
}
