//! Series that come from a calendar file: some of their days may be left out, some be otherwise.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Recurrence, Timestamp};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::appointments::Status;
use store::series::Series;

use super::{AHEAD_DAYS, MADE_MAX, day_of, input_of, make_one, never, new_series, place, times};
use crate::App;
use crate::appointments::{self as booked, Appointment, AppointmentInput};
use crate::context::Context;
use crate::error::Result;

/// As many days of a rule as are looked at; a hundred years of every day.
const LOOKED_AT_MAX: usize = 40_000;

/// A series that a file tells of.
pub(crate) struct Brought<'a> {
    /// The first, and what all are like.
    pub input: AppointmentInput,
    /// The rule.
    pub rule: &'a Recurrence,
    /// Days on which it doesn't take place.
    pub except: &'a BTreeSet<Date>,
    /// Days on which it is otherwise.
    pub moved: BTreeMap<Date, AppointmentInput>,
    /// What is over by then isn't made.
    pub since: Option<Timestamp>,
}

/// Makes a series with its appointments up to half a year ahead, and beyond that those that are
/// otherwise. Of a long past the last 200 are made.
pub(crate) fn bring(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    brought: &Brought<'_>,
) -> Result<(Series, Vec<Appointment>)> {
    let mut series = new_series(app, ctx, &brought.input, brought.rule.clone())?;
    let days = latest_days(&mut series, app.clock.now(), brought.since)?;
    store::series::insert(c, &series)?;
    let last = day_of(&series.made_until)?;
    let beyond = brought.moved.keys().chain(brought.except).filter(|day| **day > last);
    let days: BTreeSet<Date> = days.into_iter().chain(beyond.copied()).collect();
    let mut made = Vec::new();
    for day in days {
        let other = brought.moved.get(&day);
        let is_off = other.is_none() && brought.except.contains(&day);
        if is_off && day <= last {
            continue;
        }
        let Some((starts_at, ends_at)) = times(&series, day) else { continue };
        let plain = AppointmentInput { starts_at, ends_at, ..input_of(&series) };
        let input = other.cloned().unwrap_or(plain);
        if is_off {
            keep_free(app, c, &series, day, input)?;
        } else {
            made.push(make_one(app, c, &series, day, input)?);
        }
    }
    Ok((series, made))
}

/// Nothing will be made of a day that isn't made yet: it has one that is cancelled.
fn keep_free(
    app: &App,
    c: &mut Conn,
    series: &Series,
    day: Date,
    input: AppointmentInput,
) -> Result<()> {
    let input = AppointmentInput { person: None, calendar: None, ..input };
    let by = series.created_by.clone();
    let appointment = booked::new_appointment(app, &series.tenant_id, by, input);
    let appointment = Appointment { status: Status::Cancelled, ..appointment };
    store::appointments::insert(c, &appointment)?;
    place(c, series, day, &appointment.id)
}

/// The days up to half a year ahead; those of a long past are left out, and the series begins with the
/// first that isn't.
fn latest_days(series: &mut Series, now: Timestamp, since: Option<Timestamp>) -> Result<Vec<Date>> {
    let first = day_of(&series.first_day)?;
    let horizon = series.zone.local(now).date().saturating_add(AHEAD_DAYS.days()).max(first);
    let mut all = Vec::new();
    let mut ended = true;
    for day in series.rule.dates(first).take(LOOKED_AT_MAX) {
        if day > horizon && !all.is_empty() {
            ended = false;
            break;
        }
        all.push(day);
    }
    let is_over = |day: &Date| match (times(series, *day), since) {
        (Some((_, ends_at)), Some(since)) => ends_at <= since,
        _ => false,
    };
    let over = all.iter().take_while(|day| is_over(day)).count();
    let skipped = over.max(all.len().saturating_sub(MADE_MAX));
    let days = all.split_off(skipped);
    let Some(from) = days.first() else { return Err(never()) };
    series.rule = series.rule.rest(skipped).ok_or_else(never)?;
    series.first_day = from.to_string();
    series.made_until = days.last().copied().unwrap_or(horizon).max(horizon).to_string();
    series.ended = ended;
    Ok(days)
}

/// How a series was before it was ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    rule: Recurrence,
    made_until: String,
    ended: bool,
}

impl Before {
    /// How it is.
    pub(crate) fn of(series: &Series) -> Self {
        let Series { rule, made_until, ended, .. } = series.clone();
        Self { rule, made_until, ended }
    }
}

/// Ends a series now, and cancels what is to come of it. Answers how it was, and what was cancelled, as
/// it is then.
pub(crate) fn end(app: &App, c: &mut Conn, series: Series) -> Result<(Before, Vec<Appointment>)> {
    let now = app.clock.now();
    let before = Before::of(&series);
    let today = series.zone.local(now).date();
    let mut cancelled = Vec::new();
    let mut last: Option<Date> = None;
    for (day, each) in store::series::list_from(c, &series.tenant_id, &series.id, "")? {
        if each.ends_at > now {
            cancelled.push(booked::set_status(app, c, &each, Status::Cancelled)?);
        } else {
            last = last.max(Some(day_of(&day)?));
        }
    }
    let last = last.unwrap_or_else(|| today.saturating_sub(1.day()));
    let rule = series.rule.until(last);
    store::series::update(c, &Series { rule, ended: true, updated_at: now, ..series })?;
    Ok((before, cancelled))
}

/// Lets a series that was ended go on as it was.
pub(crate) fn go_on(app: &App, c: &mut Conn, series: Series, before: Before) -> Result<()> {
    let Before { rule, made_until, ended } = before;
    let updated_at = app.clock.now();
    Ok(store::series::update(c, &Series { rule, made_until, ended, updated_at, ..series })?)
}

/// Lets a series make no more; what there is of it stays as it is.
pub(crate) fn stop(app: &App, c: &mut Conn, series: Series) -> Result<()> {
    let updated_at = app.clock.now();
    Ok(store::series::update(c, &Series { ended: true, updated_at, ..series })?)
}
