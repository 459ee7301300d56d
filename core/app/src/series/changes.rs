//! Changing or cancelling more than one of a series: what was changed of the one is changed of those
//! after it, and from there on they are a series of their own.

use domain::{AppointmentId, Permission, SeriesId, Timestamp, UndoId};
use jiff::ToSpan;
use jiff::civil::Date;
use store::Conn;
use store::appointments::Status;
use store::series::{Occurrence, Series};

use super::bringing::Before;
use super::undoing::{self, Was};
use super::{day_of, record, require_all_free, times, wall};
use crate::appointments::{self as booked, Appointment, AppointmentInput, input_of};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, undos};

/// How many of a series are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This one and those after it.
    Following,
    /// All that aren't over.
    All,
}

/// The part of a series that is meant.
pub(super) struct Part {
    pub series: Series,
    /// Where it begins.
    pub from: Date,
    /// By their days.
    pub all: Vec<(Date, Appointment)>,
}

pub(super) fn part(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    id: &AppointmentId,
    reach: Reach,
) -> Result<Part> {
    let tenant = &ctx.tenant;
    store::tenants::lock(c, tenant)?;
    let place = store::series::find_occurrence(c, tenant, id)?;
    let Some(place) = place else {
        // What isn't there, or is another business's, is of no series either.
        store::appointments::get(c, tenant, id)?;
        return Err(Error::invalid("reach", "error-no-series"));
    };
    let series = store::series::get(c, tenant, &place.series_id)?;
    let own = day_of(&place.day)?;
    let from = match reach {
        Reach::Following => own,
        Reach::All => own.min(series.zone.local(app.clock.now()).date()),
    };
    let day = from.to_string();
    let there = store::series::list_from(c, tenant, &series.id, &day)?;
    let ids: Vec<AppointmentId> = there.into_iter().map(|(_, each)| each.id).collect();
    // Who is just changing one of them comes first; what they changed is read with the others.
    store::appointments::lock_many(c, tenant, &ids)?;
    let rows = store::series::list_from(c, tenant, &series.id, &day)?;
    let mut all = Vec::with_capacity(rows.len());
    for (day, appointment) in rows {
        if appointment.id == *id || appointment.ends_at > app.clock.now() {
            all.push((day_of(&day)?, appointment));
        }
    }
    Ok(Part { series, from, all })
}

/// Changes an appointment that still is at `expected_rev`, and others of its series in the same way: what
/// is changed of it is changed of them; what was changed of one of them alone stays.
///
/// # Errors
/// [`Error::Taken`] when any of the new times is, unless it is wanted `anyway`; then none is changed.
pub async fn change_series(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    input: AppointmentInput,
    expected_rev: i64,
    reach: Reach,
    anyway: bool,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let input = booked::checked(input)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let changed = app
        .db
        .transact(move |c| -> Result<Appointment> {
            booked::check_links(c, &ctx2, &input)?;
            let part = part(&app2, c, &ctx2, &id, reach)?;
            let before = store::appointments::get(c, &ctx2.tenant, &id)?;
            if before.rev != expected_rev {
                return Err(Error::Conflict { key: "error-changed-meanwhile" });
            }
            let next = rest(&app2, &part, &before, &input)?;
            let wanted = wanted(&part, &next, &before, &input);
            if !anyway {
                let own: Vec<_> = part.all.iter().map(|(_, each)| each.id.clone()).collect();
                let moved = wanted.iter().filter(|(_, each, to)| moves(each, to));
                let moved: Vec<_> = moved.map(|(_, _, to)| (to.starts_at, to.ends_at)).collect();
                require_all_free(c, &ctx2, &input, &moved, &own)?;
            }
            let old = part.series.id.clone();
            close(&app2, c, part.series, part.from)?;
            store::series::insert(c, &next)?;
            super::follow_example(c, &old, &next)?;
            let count = wanted.len();
            for (day, each, to) in wanted {
                put(&app2, c, &ctx2, &next.id, day, each, to)?;
            }
            record(&app2, c, &Who::from(&ctx2), "appointment.series-changed", &next, count)?;
            Ok(store::appointments::get(c, &ctx2.tenant, &id)?)
        })
        .await?;
    app.wake_jobs();
    Ok(changed)
}

fn moves(before: &Appointment, to: &AppointmentInput) -> bool {
    (before.starts_at, before.ends_at) != (to.starts_at, to.ends_at)
        || before.calendar_id != to.calendar
        || before.person_id != to.person
}

/// The series from there on.
fn rest(app: &App, part: &Part, before: &Appointment, input: &AppointmentInput) -> Result<Series> {
    let old = &part.series;
    let (was, ..) = wall(&old.zone, before.starts_at, before.ends_at);
    let (is, starts_min, ends_min) = wall(&old.zone, input.starts_at, input.ends_at);
    let days = was.until(is).map(|span| i64::from(span.get_days())).unwrap_or(0);
    let moved = (before.starts_at, before.ends_at) != (input.starts_at, input.ends_at);
    let first = part.all.first().map_or(part.from, |(day, _)| *day);
    let done = old.rule.dates(day_of(&old.first_day)?).take_while(|day| *day < first).count();
    let rule = old.rule.rest(done).ok_or_else(super::never)?.shifted(days);
    let made_until = day_of(&old.made_until)?.saturating_add(days.days());
    Ok(Series {
        id: SeriesId::new(&*app.clock, &*app.rng),
        rule,
        first_day: first.saturating_add(days.days()).to_string(),
        starts_min: if moved { starts_min } else { old.starts_min },
        ends_min: if moved { ends_min } else { old.ends_min },
        person_id: pick(&before.person_id, &input.person, &old.person_id),
        calendar_id: pick(&before.calendar_id, &input.calendar, &old.calendar_id),
        title: pick(&before.title, &input.title, &old.title),
        notes: pick(&before.notes, &input.notes, &old.notes),
        location: pick(&before.location, &input.location, &old.location),
        online: pick(&before.online, &input.online, &old.online),
        made_until: made_until.to_string(),
        updated_at: app.clock.now(),
        ..old.clone()
    })
}

/// What it becomes where it was changed, and what it was where not.
fn pick<T: Clone + PartialEq>(before: &T, input: &T, own: &T) -> T {
    if before == input { own.clone() } else { input.clone() }
}

/// What each of them becomes, with its day in the new series.
fn wanted(
    part: &Part,
    next: &Series,
    before: &Appointment,
    input: &AppointmentInput,
) -> Vec<(Date, Appointment, AppointmentInput)> {
    let (was, ..) = wall(&part.series.zone, before.starts_at, before.ends_at);
    let (is, ..) = wall(&part.series.zone, input.starts_at, input.ends_at);
    let days = was.until(is).map(|span| i64::from(span.get_days())).unwrap_or(0);
    let moved = (before.starts_at, before.ends_at) != (input.starts_at, input.ends_at);
    let one = |(day, each): &(Date, Appointment)| {
        let to_day = day.saturating_add(days.days());
        let stands = (each.starts_at, each.ends_at);
        // One that was moved by itself stays where somebody put it.
        let in_step = times(&part.series, *day) == Some(stands);
        let (starts_at, ends_at): (Timestamp, Timestamp) = match each.id == before.id {
            true => (input.starts_at, input.ends_at),
            false if moved && in_step => times(next, to_day).unwrap_or(stands),
            false => stands,
        };
        let own = input_of(each);
        let to = AppointmentInput {
            person: pick(&before.person_id, &input.person, &own.person),
            calendar: pick(&before.calendar_id, &input.calendar, &own.calendar),
            title: pick(&before.title, &input.title, &own.title),
            notes: pick(&before.notes, &input.notes, &own.notes),
            location: pick(&before.location, &input.location, &own.location),
            online: pick(&before.online, &input.online, &own.online),
            starts_at,
            ends_at,
            zone: own.zone,
        };
        (to_day, each.clone(), to)
    };
    part.all.iter().map(one).collect()
}

/// Writes one of them, and gives it its place in the series that goes on.
fn put(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    series: &SeriesId,
    day: Date,
    before: Appointment,
    to: AppointmentInput,
) -> Result<()> {
    let place = Occurrence {
        tenant_id: ctx.tenant.clone(),
        appointment_id: before.id.clone(),
        series_id: series.clone(),
        day: day.to_string(),
    };
    store::series::update_occurrence(c, &place)?;
    let rev = before.rev;
    booked::change_in(app, c, &Who::from(ctx), before, to, rev).map(drop)
}

/// Ends a series before a day.
pub(super) fn close(app: &App, c: &mut Conn, series: Series, from: Date) -> Result<()> {
    let rule = series.rule.until(from.saturating_sub(1.day()));
    let now = app.clock.now();
    Ok(store::series::update(c, &Series { rule, ended: true, updated_at: now, ..series })?)
}

/// Cancels an appointment and others of its series; the rule makes no more of them. Answers what it can
/// be taken back with.
pub async fn cancel_series(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    reach: Reach,
) -> Result<UndoId> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let undo = app
        .db
        .transact(move |c| -> Result<UndoId> {
            let part = part(&app2, c, &ctx2, &id, reach)?;
            let count = part.all.len();
            let mut cancelled = Vec::new();
            for (_, each) in part.all {
                if each.status == Status::Booked {
                    booked::cancel_in(&app2, c, &Who::from(&ctx2), &each)?;
                    cancelled.push(each.id);
                }
            }
            record(
                &app2,
                c,
                &Who::from(&ctx2),
                "appointment.series-cancelled",
                &part.series,
                count,
            )?;
            let (series, before) = (part.series.id.clone(), Before::of(&part.series));
            close(&app2, c, part.series, part.from)?;
            let was = serde_json::to_value(Was { series, before, cancelled })?;
            undos::keep(&app2, c, &ctx2, undoing::UNDO, was)
        })
        .await?;
    app.wake_jobs();
    Ok(undo)
}
