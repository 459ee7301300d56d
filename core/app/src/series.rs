//! Appointments that come again: a rule makes ordinary appointments of itself, half a year ahead, so that
//! times are taken, events are written and changes are told of as of any other.

use domain::{AccountId, AppointmentId, Recurrence, SeriesId, TenantId, Timestamp, Zone};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use store::Conn;
use store::examples::{Example, ExampleKind};
use store::series::{Occurrence, Series};

use crate::appointments::{self as booked, Appointment, AppointmentInput};
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, availability, timeline};

mod bringing;
mod changes;
mod export;
mod extension;
mod moves;
mod reshaping;
pub(crate) mod undoing;

pub(crate) use bringing::{Brought, bring, end, go_on, stop};
pub use changes::{Reach, cancel_series, change_series};
pub(crate) use export::{export, sequence_of};
pub use extension::extend_all;
pub use moves::move_series;
pub use reshaping::{Reshaped, Shape, change_rule, find_shape, read_rule};

/// How far ahead appointments are made.
const AHEAD_DAYS: i64 = 183;
/// Most appointments that are made in one go.
const MADE_MAX: usize = 200;
const DAY_MINS: i64 = 24 * 60;

/// The rule of an appointment, if it is of a series that goes on or went on.
pub async fn find_rule(app: &App, ctx: &Context, id: &AppointmentId) -> Result<Option<Recurrence>> {
    ctx.require_to_see(domain::Permission::ReadAppointments)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Option<Recurrence>> {
            let Some(place) = store::series::find_occurrence(c, &tenant, &id)? else {
                return Ok(None);
            };
            Ok(Some(store::series::get(c, &tenant, &place.series_id)?.rule))
        })
        .await
}

/// Books an appointment and those that come after it by the rule; answers the first. The same `form_id`
/// books once. `anyway` books whatever else there is at those times.
///
/// # Errors
/// [`Error::Taken`] when any of the times is; then none is booked. [`Error::Invalid`] at `repeat` for a rule
/// that doesn't name the day of the appointment.
pub async fn book_series(
    app: &App,
    ctx: &Context,
    input: AppointmentInput,
    rule: Recurrence,
    form_id: &str,
    anyway: bool,
) -> Result<Appointment> {
    ctx.require_to_see(domain::Permission::ReadAppointments)?;
    ctx.require(domain::Permission::WriteAppointments)?;
    let input = booked::checked(input)?;
    let (app2, ctx2, form_id) = (app.clone(), ctx.clone(), form_id.to_owned());
    let first = app
        .db
        .transact(move |c| -> Result<Appointment> {
            if let Some(done) = booked::booked_before(c, &ctx2, &form_id)? {
                return Ok(done);
            }
            booked::check_links(c, &ctx2, &input)?;
            let mut series = new_series(&app2, &ctx2, &input, rule)?;
            require_first(&series)?;
            let days = make_days(&mut series, app2.clock.now())?;
            if !anyway {
                let times: Vec<_> = days.iter().filter_map(|day| times(&series, *day)).collect();
                require_all_free(c, &ctx2, &input, &times, &[])?;
            }
            store::series::insert(c, &series)?;
            let made = make(&app2, c, &series, &days)?;
            let first = made.into_iter().next().ok_or_else(never)?;
            booked::remember(&app2, c, &ctx2, &form_id, &first)?;
            record(&app2, c, &Who::from(&ctx2), "appointment.series-booked", &series, days.len())?;
            Ok(first)
        })
        .await?;
    app.wake_jobs();
    Ok(first)
}

fn never() -> Error {
    Error::invalid("repeat", "error-repeat-never")
}

fn new_series(
    app: &App,
    ctx: &Context,
    input: &AppointmentInput,
    rule: Recurrence,
) -> Result<Series> {
    let now = app.clock.now();
    let (first_day, starts_min, ends_min) = wall(&input.zone, input.starts_at, input.ends_at);
    let series = Series {
        tenant_id: ctx.tenant.clone(),
        id: SeriesId::new(&*app.clock, &*app.rng),
        rule,
        first_day: first_day.to_string(),
        starts_min,
        ends_min,
        zone: input.zone.clone(),
        person_id: input.person.clone(),
        calendar_id: input.calendar.clone(),
        title: input.title.clone(),
        notes: input.notes.clone(),
        location: input.location.clone(),
        online: input.online,
        made_until: String::new(),
        ended: false,
        created_by: Some(ctx.account.clone()),
        created_at: now,
        updated_at: now,
    };
    require_gaps(&series, first_day)?;
    Ok(series)
}

/// Refuses a rule that doesn't name the day of the one that is booked. It is the first of them and should fit
/// the rule (RFC 5545, section 3.8.5.3); of one that doesn't programs disagree: some let it take place and count
/// it, others begin with the next. Calendar files are held to the same.
fn require_first(series: &Series) -> Result<()> {
    let first = day_of(&series.first_day)?;
    match series.rule.dates(first).next() {
        Some(day) if day != first => Err(Error::invalid("repeat", "error-repeat-first")),
        _ => Ok(()),
    }
}

/// Refuses a rule by which the next one would begin before this one has ended.
fn require_gaps(series: &Series, first_day: Date) -> Result<()> {
    let two: Vec<Date> = series.rule.dates(first_day).take(2).collect();
    if let [one, next] = two[..] {
        let between = i64::from(one.until(next).map(|span| span.get_days()).unwrap_or(i32::MAX));
        if series.ends_min - series.starts_min > between * DAY_MINS {
            return Err(Error::invalid("repeat", "error-repeat-overlaps"));
        }
    }
    Ok(())
}

/// The day that something begins on and its minutes from there, by the wall clock.
fn wall(zone: &Zone, from: Timestamp, to: Timestamp) -> (Date, i64, i64) {
    let (start, end) = (zone.local(from), zone.local(to));
    let minute = |at: jiff::civil::DateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
    let days = start.date().until(end.date()).map(|span| span.get_days()).unwrap_or(0);
    // Where the clock is set back in between, the end may read earlier than the start.
    let starts_min = minute(start);
    (start.date(), starts_min, (minute(end) + i64::from(days) * DAY_MINS).max(starts_min + 1))
}

/// When the one of a day begins and ends.
fn times(series: &Series, day: Date) -> Option<(Timestamp, Timestamp)> {
    let instant = |mins: i64| {
        let at = day.checked_add((mins / DAY_MINS).days()).ok()?;
        let time = mins % DAY_MINS;
        let (hour, minute) = (i8::try_from(time / 60).ok()?, i8::try_from(time % 60).ok()?);
        series.zone.instant(at.at(hour, minute, 0, 0))
    };
    let (from, to) = (instant(series.starts_min)?, instant(series.ends_min)?);
    // An hour that a day doesn't have begins when the clocks have jumped, and so may end with it.
    Some((from, if to > from { to } else { from.plus_secs(60) }))
}

fn day_of(text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::internal("a day that is none"))
}

/// The days that are to be made now, and in `series` up to when that is. At least the first is made.
fn make_days(series: &mut Series, now: Timestamp) -> Result<Vec<Date>> {
    let first = day_of(&series.first_day)?;
    let horizon = series.zone.local(now).date().saturating_add(AHEAD_DAYS.days()).max(first);
    let after = match series.made_until.as_str() {
        "" => None,
        text => Some(day_of(text)?),
    };
    let mut ahead = series.rule.dates(first).skip_while(|day| after.is_some_and(|a| *day <= a));
    let mut days: Vec<Date> = Vec::new();
    let mut last = horizon;
    let mut ended = true;
    for day in ahead.by_ref() {
        if (day > horizon && !(days.is_empty() && after.is_none())) || days.len() == MADE_MAX {
            ended = false;
            last = last.min(day.saturating_sub(1.day()));
            break;
        }
        days.push(day);
        last = last.max(day);
    }
    drop(ahead);
    if days.is_empty() && after.is_none() {
        return Err(never());
    }
    series.made_until = last.to_string();
    series.ended = ended;
    Ok(days)
}

/// Makes the appointments of these days. Those that have one already are passed over by the caller's
/// choice of days.
fn make(app: &App, c: &mut Conn, series: &Series, days: &[Date]) -> Result<Vec<Appointment>> {
    let is_example = is_example(c, &series.tenant_id, &series.id)?;
    let mut made = Vec::with_capacity(days.len());
    for day in days {
        let Some((starts_at, ends_at)) = times(series, *day) else { continue };
        let input = AppointmentInput { starts_at, ends_at, ..input_of(series) };
        let one = make_one(app, c, series, *day, input)?;
        if is_example {
            keep_example(c, series, ExampleKind::Appointment, one.id.as_str())?;
        }
        made.push(one);
    }
    Ok(made)
}

/// Makes the appointment of a day.
fn make_one(
    app: &App,
    c: &mut Conn,
    series: &Series,
    day: Date,
    input: AppointmentInput,
) -> Result<Appointment> {
    let by: Option<AccountId> = series.created_by.clone();
    let appointment = booked::new_appointment(app, &series.tenant_id, by, input);
    store::appointments::insert(c, &appointment)?;
    place(c, series, day, &appointment.id)?;
    booked::announce(app, c, &appointment, "appointment.booked")?;
    Ok(appointment)
}

/// Makes a series and its appointments without a word to anybody: they are examples.
pub(crate) fn make_example(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    input: &AppointmentInput,
    rule: Recurrence,
) -> Result<()> {
    let mut series = new_series(app, ctx, input, rule)?;
    let days = make_days(&mut series, app.clock.now())?;
    store::series::insert(c, &series)?;
    keep_example(c, &series, ExampleKind::Series, series.id.as_str())?;
    for day in days {
        let Some((starts_at, ends_at)) = times(&series, day) else { continue };
        let input = AppointmentInput { starts_at, ends_at, ..input_of(&series) };
        let by = series.created_by.clone();
        let appointment = booked::new_appointment(app, &series.tenant_id, by, input);
        store::appointments::insert(c, &appointment)?;
        place(c, &series, day, &appointment.id)?;
        keep_example(c, &series, ExampleKind::Appointment, appointment.id.as_str())?;
    }
    Ok(())
}

/// What becomes of an example's rest is an example, and goes with the others.
fn follow_example(c: &mut Conn, before: &SeriesId, next: &Series) -> Result<()> {
    if is_example(c, &next.tenant_id, before)? {
        keep_example(c, next, ExampleKind::Series, next.id.as_str())?;
    }
    Ok(())
}

fn is_example(c: &mut Conn, tenant: &TenantId, id: &SeriesId) -> Result<bool> {
    Ok(store::examples::is_one(c, tenant, ExampleKind::Series, id.as_str())?)
}

fn keep_example(c: &mut Conn, of: &Series, kind: ExampleKind, id: &str) -> Result<()> {
    let (tenant_id, entity_id) = (of.tenant_id.clone(), id.to_owned());
    Ok(store::examples::insert(c, &Example { tenant_id, kind, entity_id })?)
}

/// Gives an appointment its day in a series.
fn place(c: &mut Conn, series: &Series, day: Date, id: &AppointmentId) -> Result<()> {
    let place = Occurrence {
        tenant_id: series.tenant_id.clone(),
        appointment_id: id.clone(),
        series_id: series.id.clone(),
        day: day.to_string(),
    };
    Ok(store::series::insert_occurrence(c, &place)?)
}

/// What the next one is like; its times are to be put in.
fn input_of(series: &Series) -> AppointmentInput {
    AppointmentInput {
        person: series.person_id.clone(),
        title: series.title.clone(),
        notes: series.notes.clone(),
        location: series.location.clone(),
        starts_at: Timestamp::from_millis(0),
        ends_at: Timestamp::from_millis(0),
        zone: series.zone.clone(),
        online: series.online,
        calendar: series.calendar_id.clone(),
    }
}

/// Refuses if any of the times is taken, with what takes the first few.
fn require_all_free(
    c: &mut Conn,
    ctx: &Context,
    input: &AppointmentInput,
    times: &[(Timestamp, Timestamp)],
    own: &[AppointmentId],
) -> Result<()> {
    let mut all = Vec::new();
    for (starts_at, ends_at) in times {
        let one = AppointmentInput { starts_at: *starts_at, ends_at: *ends_at, ..input.clone() };
        match availability::require_free(c, ctx, &one, own) {
            Ok(()) => {}
            Err(Error::Taken { by }) => all.extend(by),
            Err(other) => return Err(other),
        }
        if all.len() >= availability::TAKEN_MAX {
            break;
        }
    }
    all.truncate(availability::TAKEN_MAX);
    if all.is_empty() { Ok(()) } else { Err(Error::Taken { by: all }) }
}

/// What is noted when a chore makes a series' next ones.
const CONTINUED: &str = "appointment.series-continued";

fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    action: &'static str,
    series: &Series,
    count: usize,
) -> Result<()> {
    let detail = json!({"title": series.title, "rule": series.rule, "count": count});
    let act = Act { action, entity: "appointment", entity_id: series.id.as_str(), detail };
    // That a chore made the next ones is no news of the person.
    if action != CONTINUED {
        timeline::tell(app, c, &series.tenant_id, who, series.person_id.as_ref(), &act)?;
    }
    audit::append(app, c, &series.tenant_id, who, &act)
}

/// Of which series these appointments are: the ids of those that are of one.
pub(crate) fn list_recurring(
    c: &mut Conn,
    tenant: &TenantId,
    all: &[Appointment],
) -> Result<Vec<AppointmentId>> {
    let ids: Vec<AppointmentId> = all.iter().map(|each| each.id.clone()).collect();
    Ok(store::series::list_recurring(c, tenant, &ids)?)
}
