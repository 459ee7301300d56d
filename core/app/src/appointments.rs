//! Appointments: booked, changed and cancelled here; their events at a provider follow through the
//! outbox, in the same transaction as the change.

use domain::{
    AccountId, AppointmentId, CalendarId, OutboxId, Permission, PersonId, TenantId, Timestamp, Zone,
};
use serde_json::json;
use store::Conn;
use store::appointments::AppointmentChange;
use store::reminders::Subject;

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::endpoints::events;
use crate::error::{Error, Result};
use crate::event_merge::Clash;
use crate::{App, availability, once, reminders, timeline};

pub use store::appointments::{Appointment, OnlineState, SpanFilter, Status, SyncState};
pub use store::busy_blocks::{BusyBlock, BusyCursor};
pub use store::calendars::Calendar;

mod files;
mod moves;
mod restoring;
mod spans;

pub use files::{export_appointment, export_span};
pub(crate) use files::{export_feed, to_event};
pub use moves::{move_anyway, move_appointment};
pub use restoring::restore_appointment;
pub use spans::{OnBetween, get_span, list_busy, list_changed, list_span};

/// The longest appointment, in days.
pub const DAYS_MAX: i64 = 31;

/// What a person enters to book or change an appointment.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AppointmentInput {
    /// Who it is with, if it is with one of the people.
    pub person: Option<PersonId>,
    /// What it is; at most 200 characters.
    pub title: String,
    /// Notes for the team; at most 8,000 characters.
    pub notes: String,
    /// Where; at most 500 characters.
    pub location: String,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends: later, and at most [`DAYS_MAX`] days.
    pub ends_at: Timestamp,
    /// The zone it was entered in.
    pub zone: Zone,
    /// Whether it is an online meeting.
    pub online: bool,
    /// The calendar its event goes to; none keeps it here only.
    pub calendar: Option<CalendarId>,
}

/// One appointment.
pub async fn get_appointment(app: &App, ctx: &Context, id: &AppointmentId) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::appointments::get(c, &tenant, &id)?)).await
}

/// The appointments of one of the people, soonest first.
pub async fn list_of_person(
    app: &App,
    ctx: &Context,
    person: &PersonId,
) -> Result<Vec<Appointment>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (tenant, person) = (ctx.tenant.clone(), person.clone());
    app.db
        .inspect(move |c| Ok(store::appointments::list_of_person(c, &tenant, &person, 200)?))
        .await
}

/// Whether a time that is taken is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overlap {
    Refused,
    Allowed,
}

/// Books an appointment at a free time. The same `form_id` books once, however often it is sent.
///
/// # Errors
/// [`Error::Taken`] when the calendar or the person has something at that time.
pub async fn book_appointment(
    app: &App,
    ctx: &Context,
    input: AppointmentInput,
    form_id: &str,
) -> Result<Appointment> {
    book(app, ctx, input, form_id, Overlap::Refused).await
}

/// Books an appointment whatever else there is at that time: somebody saw it and wants it so.
pub async fn book_anyway(
    app: &App,
    ctx: &Context,
    input: AppointmentInput,
    form_id: &str,
) -> Result<Appointment> {
    book(app, ctx, input, form_id, Overlap::Allowed).await
}

async fn book(
    app: &App,
    ctx: &Context,
    input: AppointmentInput,
    form_id: &str,
    overlap: Overlap,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let input = checked(input)?;
    let (app2, ctx2, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    let booked = app
        .db
        .transact(move |c| -> Result<Appointment> {
            if let Some(done) = booked_before(c, &ctx2, &form_id)? {
                return Ok(done);
            }
            check_links(c, &ctx2, &input)?;
            if overlap == Overlap::Refused {
                availability::require_free(c, &ctx2, &input, &[])?;
            }
            let by = Some(ctx2.account.clone());
            let appointment = new_appointment(&app2, &ctx2.tenant, by, input);
            store::appointments::insert(c, &appointment)?;
            remember(&app2, c, &ctx2, &form_id, &appointment)?;
            announce(&app2, c, &appointment, "appointment.booked")?;
            record(&app2, c, &Who::from(&ctx2), "appointment.booked", &appointment)?;
            Ok(appointment)
        })
        .await?;
    app.wake_jobs();
    Ok(booked)
}

/// What was entered, as a row.
pub(crate) fn new_appointment(
    app: &App,
    tenant: &TenantId,
    by: Option<AccountId>,
    input: AppointmentInput,
) -> Appointment {
    let now = app.clock.now();
    let synced = input.calendar.is_some();
    Appointment {
        id: AppointmentId::new(&*app.clock, &*app.rng),
        tenant_id: tenant.clone(),
        person_id: input.person,
        title: input.title,
        notes: input.notes,
        location: input.location,
        starts_at: input.starts_at,
        ends_at: input.ends_at,
        zone: input.zone,
        online: input.online,
        status: Status::Booked,
        calendar_id: input.calendar,
        external_id: None,
        etag: None,
        external_url: None,
        online_state: OnlineState::None,
        online_url: None,
        sync_state: sync_of(synced),
        sync_problem: None,
        link_rev: 1,
        created_by: by,
        created_at: now,
        updated_at: now,
        rev: 1,
    }
}

/// Changes an appointment that still is at `expected_rev`, to a free time if it moves.
///
/// # Errors
/// [`Error::Taken`] when the calendar or the person has something at the new time.
pub async fn change_appointment(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    input: AppointmentInput,
    expected_rev: i64,
) -> Result<Appointment> {
    change(app, ctx, id, input, expected_rev, Overlap::Refused).await
}

/// Changes an appointment whatever else there is at its new time.
pub async fn change_anyway(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    input: AppointmentInput,
    expected_rev: i64,
) -> Result<Appointment> {
    change(app, ctx, id, input, expected_rev, Overlap::Allowed).await
}

async fn change(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    input: AppointmentInput,
    expected_rev: i64,
    overlap: Overlap,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let changed = app
        .db
        .transact(move |c| -> Result<Appointment> {
            check_links(c, &ctx2, &input)?;
            let before = store::appointments::get(c, &ctx2.tenant, &id)?;
            change_here(&app2, c, &ctx2, before, input, (expected_rev, overlap))
        })
        .await?;
    app.wake_jobs();
    Ok(changed)
}

/// What a member changes here, to a time that is free or that they want all the same.
fn change_here(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    before: Appointment,
    input: AppointmentInput,
    (expected_rev, overlap): (i64, Overlap),
) -> Result<Appointment> {
    if overlap == Overlap::Refused && takes_other_time(&before, &input) {
        availability::require_free(c, ctx, &input, std::slice::from_ref(&before.id))?;
    }
    change_in(app, c, &Who::from(ctx), before, input, expected_rev)
}

/// Changes an appointment inside the caller's transaction.
pub(crate) fn change_in(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: Appointment,
    input: AppointmentInput,
    expected_rev: i64,
) -> Result<Appointment> {
    let input = checked(input)?;
    if before.status == Status::Cancelled {
        return Err(Error::Conflict { key: "error-appointment-cancelled" });
    }
    let change = to_change(&before, input)?;
    let (tenant, id) = (&before.tenant_id, &before.id);
    store::appointments::update(c, tenant, id, &change, expected_rev, app.clock.now())?;
    let after = store::appointments::get(c, tenant, id)?;
    if after.calendar_id != before.calendar_id {
        // What an event in another calendar said is no base for what this one will say.
        store::event_copies::delete(c, tenant, id)?;
    }
    announce(app, c, &after, "appointment.changed")?;
    record(app, c, who, "appointment.changed", &after)?;
    Ok(after)
}

fn takes_other_time(before: &Appointment, input: &AppointmentInput) -> bool {
    let times = (input.starts_at, input.ends_at) != (before.starts_at, before.ends_at);
    times || input.calendar != before.calendar_id || input.person != before.person_id
}

fn to_change(before: &Appointment, input: AppointmentInput) -> Result<AppointmentChange> {
    // An event can't be carried from one calendar to another yet: its id belongs to where it is.
    if before.external_id.is_some() && input.calendar != before.calendar_id {
        return Err(Error::invalid("calendar", "error-appointment-calendar-fixed"));
    }
    Ok(AppointmentChange {
        sync_state: sync_of(input.calendar.is_some()),
        person_id: input.person,
        title: input.title,
        notes: input.notes,
        location: input.location,
        starts_at: input.starts_at,
        ends_at: input.ends_at,
        zone: input.zone,
        online: input.online,
        status: before.status,
        calendar_id: input.calendar,
    })
}

/// What is changed here waits to be sent, where there is a calendar to send it to.
const fn sync_of(has_calendar: bool) -> SyncState {
    if has_calendar { SyncState::Pending } else { SyncState::None }
}

/// The change that leaves everything as it is.
pub(crate) fn unchanged(of: &Appointment) -> AppointmentChange {
    AppointmentChange {
        person_id: of.person_id.clone(),
        title: of.title.clone(),
        notes: of.notes.clone(),
        location: of.location.clone(),
        starts_at: of.starts_at,
        ends_at: of.ends_at,
        zone: of.zone.clone(),
        online: of.online,
        status: of.status,
        calendar_id: of.calendar_id.clone(),
        sync_state: of.sync_state,
    }
}

/// Cancels an appointment; cancelling it again changes nothing.
pub async fn cancel_appointment(app: &App, ctx: &Context, id: &AppointmentId) -> Result<()> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let before = store::appointments::get(c, &ctx2.tenant, &id)?;
            if before.status == Status::Cancelled {
                return Ok(());
            }
            cancel_in(&app2, c, &Who::from(&ctx2), &before)
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// Cancels an appointment that takes place, inside the caller's transaction.
pub(crate) fn cancel_in(app: &App, c: &mut Conn, who: &Who, before: &Appointment) -> Result<()> {
    let after = set_status(app, c, before, Status::Cancelled)?;
    record(app, c, who, "appointment.cancelled", &after)
}

/// Cancels an appointment or books it again; whoever calls it records what that was part of.
pub(crate) fn set_status(
    app: &App,
    c: &mut Conn,
    before: &Appointment,
    status: Status,
) -> Result<Appointment> {
    let change = AppointmentChange {
        status,
        sync_state: sync_of(before.calendar_id.is_some()),
        ..unchanged(before)
    };
    let (tenant, id, now) = (&before.tenant_id, &before.id, app.clock.now());
    store::appointments::update(c, tenant, id, &change, before.rev, now)?;
    let after = store::appointments::get(c, tenant, id)?;
    // For who subscribes one that comes back is a change: it has a status.
    let topic = match status {
        Status::Cancelled => "appointment.cancelled",
        Status::Booked => "appointment.changed",
    };
    announce(app, c, &after, topic)?;
    Ok(after)
}

/// What somebody would have entered to make it as it is.
pub(crate) fn input_of(appointment: &Appointment) -> AppointmentInput {
    let Appointment { person_id, title, notes, location, .. } = appointment.clone();
    AppointmentInput {
        person: person_id,
        title,
        notes,
        location,
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
        zone: appointment.zone.clone(),
        online: appointment.online,
        calendar: appointment.calendar_id.clone(),
    }
}

pub(crate) fn checked(mut input: AppointmentInput) -> Result<AppointmentInput> {
    input.title = input.title.trim().to_owned();
    if input.title.is_empty() {
        return Err(Error::invalid("title", "error-required"));
    }
    for (field, text, most) in [
        ("title", &input.title, 200),
        ("notes", &input.notes, 8_000),
        ("location", &input.location, 500),
    ] {
        if text.chars().count() > most {
            return Err(Error::invalid(field, "error-too-long"));
        }
    }
    let length = input.ends_at.millis_since(input.starts_at);
    if length <= 0 {
        return Err(Error::invalid("ends_at", "error-ends-before-start"));
    }
    if length > DAYS_MAX * 24 * 3_600_000 {
        return Err(Error::invalid("ends_at", "error-appointment-too-long"));
    }
    Ok(input)
}

/// What the input points at must be the tenant's own; a stranger's id reads like a wrong one.
pub(crate) fn check_links(c: &mut Conn, ctx: &Context, input: &AppointmentInput) -> Result<()> {
    if let Some(person) = &input.person {
        let found = store::people::find(c, &ctx.tenant, person)?;
        found.ok_or_else(|| Error::invalid("person", "error-person-unknown"))?;
    }
    if let Some(calendar) = &input.calendar {
        let found = store::calendars::find(c, &ctx.tenant, calendar)?;
        found.ok_or_else(|| Error::invalid("calendar", "error-calendar-unknown"))?;
    }
    Ok(())
}

/// What booking with this form made before.
pub(crate) fn booked_before(
    c: &mut Conn,
    ctx: &Context,
    form_id: &str,
) -> Result<Option<Appointment>> {
    let done: Option<AppointmentId> = once::find(c, &ctx.tenant, BOOK, form_id)?;
    done.map(|id| Ok(store::appointments::get(c, &ctx.tenant, &id)?)).transpose()
}

/// Keeps what booking with this form made.
pub(crate) fn remember(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    form_id: &str,
    made: &Appointment,
) -> Result<()> {
    once::keep(app, c, &ctx.tenant, BOOK, form_id, &made.id)
}

const BOOK: &str = "appointment.book";

/// Puts a change into the outbox: its event at the provider and every subscriber follow from there.
pub(crate) fn announce(app: &App, c: &mut Conn, what: &Appointment, topic: &str) -> Result<()> {
    // Of a long series most are far ahead, and have no reminders yet.
    if topic != "appointment.booked" || reminders::is_in_reach(app, what.starts_at) {
        reminders::replan(app, c, &what.tenant_id, Subject::Appointment, what.id.as_str())?;
    }
    let row = store::outbox::Effect {
        id: OutboxId::new(&*app.clock, &*app.rng),
        tenant_id: what.tenant_id.clone(),
        topic: topic.to_owned(),
        subject_id: what.id.to_string(),
        payload_json: json!({"id": what.id, "status": what.status}).into(),
        created_at: app.clock.now(),
        dispatched_at: None,
    };
    store::outbox::insert(c, &row)?;
    events::publish(app, c, &what.tenant_id, topic, what.id.as_str(), &json!({}))
}

pub(crate) fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    action: &'static str,
    what: &Appointment,
) -> Result<()> {
    let detail = json!({"title": what.title, "starts_at": what.starts_at.to_rfc3339()});
    let act = Act { action, entity: "appointment", entity_id: what.id.as_str(), detail };
    timeline::tell(app, c, &what.tenant_id, who, what.person_id.as_ref(), &act)?;
    audit::append(app, c, &what.tenant_id, who, &act)
}

/// Records what both sides had changed, with what the other side said: it is kept nowhere else for good.
pub(crate) fn record_merge(
    app: &App,
    c: &mut Conn,
    who: &Who,
    action: &'static str,
    what: &Appointment,
    clashes: &[Clash],
) -> Result<()> {
    let detail = json!({
        "title": what.title,
        "starts_at": what.starts_at.to_rfc3339(),
        "merged": clashes,
    });
    let act = Act { action, entity: "appointment", entity_id: what.id.as_str(), detail };
    timeline::tell(app, c, &what.tenant_id, who, what.person_id.as_ref(), &act)?;
    audit::append(app, c, &what.tenant_id, who, &act)
}
