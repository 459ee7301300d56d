//! Series as events of a calendar file: one with the rule, and one for each day that is otherwise.

use std::collections::{BTreeMap, HashSet};

use domain::ics::{Event, When};
use domain::{AppointmentId, SeriesId, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use store::Conn;
use store::appointments::Status;
use store::series::Series;

use super::{DAY_MINS, day_of, input_of, times};
use crate::appointments::{self as booked, Appointment, AppointmentInput};
use crate::context::Context;
use crate::error::Result;

/// Appointments that are looked up at a time.
const AT_ONCE: usize = 500;

/// The events of the series that some of these appointments are of, and the appointments that are of
/// none.
pub(crate) fn export(
    c: &mut Conn,
    ctx: &Context,
    all: Vec<Appointment>,
) -> Result<(Vec<Event>, Vec<Appointment>)> {
    let ids: Vec<_> = all.iter().map(|each| each.id.clone()).collect();
    let mut of = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        of.extend(store::series::list_of(c, &ctx.tenant, some)?);
    }
    let mut series: Vec<&SeriesId> = of.iter().map(|(_, id)| id).collect();
    series.sort_unstable();
    series.dedup();
    let mut events = Vec::new();
    for id in series {
        let found = store::series::get(c, &ctx.tenant, id)?;
        let rows = store::series::list_all(c, &ctx.tenant, id)?;
        events.extend(events_of(&found, rows, &ctx.zone)?);
    }
    let known: HashSet<&AppointmentId> = of.iter().map(|(id, _)| id).collect();
    let is_single = |each: &Appointment| !known.contains(&each.id);
    Ok((events, all.into_iter().filter(is_single).collect()))
}

/// Which change of a series its file tells of.
pub(crate) fn sequence_of(c: &mut Conn, series: &Series) -> Result<i64> {
    let rows = store::series::list_all(c, &series.tenant_id, &series.id)?;
    Ok(number(series, &rows))
}

/// The seconds from when it was made to its last change: each is later than those before. That a chore makes its
/// next ones is none. It is one number for a series and for what is otherwise in it, for programs drop days of an
/// older number than their series'.
fn number(series: &Series, rows: &[(String, Appointment)]) -> i64 {
    let changed = rows.iter().map(|(_, each)| each).filter(|each| each.rev > 1);
    let last = changed.map(|each| each.updated_at).max();
    let last = last.map_or(series.updated_at, |last| last.max(series.updated_at));
    (last.millis_since(series.created_at) / 1_000).max(0)
}

fn events_of(series: &Series, rows: Vec<(String, Appointment)>, zone: &Zone) -> Result<Vec<Event>> {
    let (from, until) = (day_of(&series.first_day)?, day_of(&series.made_until)?);
    let sequence = number(series, &rows);
    let mut on: BTreeMap<Date, Appointment> = BTreeMap::new();
    let mut changed_at = series.updated_at;
    let mut last = until;
    for (day, each) in rows {
        let day = day_of(&day)?;
        changed_at = changed_at.max(each.updated_at);
        last = last.max(day);
        on.insert(day, each);
    }
    // What was made beyond is otherwise than its day, or off.
    let days: Vec<Date> = series.rule.dates(from).take_while(|day| *day <= last).collect();
    let Some(first) = days.first().copied() else {
        return Ok(on.values().filter(is_on).map(|each| booked::to_event(each, zone)).collect());
    };
    let (starts, ends) = span(series, first);
    let mut main = Event {
        uid: format!("{}@oxpi", series.id),
        sequence,
        changed_at,
        starts,
        ends,
        title: series.title.clone(),
        notes: series.notes.clone(),
        location: series.location.clone(),
        url: None,
        cancelled: false,
        rule: Some(series.rule.clone()),
        except: Vec::new(),
        stands_for: None,
    };
    let mut others = Vec::new();
    for day in days {
        let (which, _) = span(series, day);
        match on.remove(&day) {
            Some(each) if !is_on(&&each) => main.except.push(which),
            Some(each) if is_in_step(series, day, &each) => {}
            Some(each) => others.push(Event {
                uid: main.uid.clone(),
                sequence,
                stands_for: Some(which),
                ..booked::to_event(&each, zone)
            }),
            None if day <= until => main.except.push(which),
            None => {}
        }
    }
    // Those whose days the rule doesn't name stand alone.
    let alone = on.values().filter(is_on).map(|each| booked::to_event(each, zone));
    let alone: Vec<Event> = alone.collect();
    Ok(std::iter::once(main).chain(others).chain(alone).collect())
}

fn is_on(each: &&Appointment) -> bool {
    each.status == Status::Booked
}

/// When the one of a day begins and ends.
fn span(series: &Series, day: Date) -> (When, When) {
    let is_days = series.starts_min == 0 && series.ends_min % DAY_MINS == 0;
    let at = |mins: i64| {
        let date = day.saturating_add((mins / DAY_MINS).days());
        let midnight: DateTime = date.at(0, 0, 0, 0);
        match is_days {
            true => When::Day(date),
            false => {
                When::In(midnight.saturating_add((mins % DAY_MINS).minutes()), series.zone.clone())
            }
        }
    };
    (at(series.starts_min), at(series.ends_min))
}

/// Whether one says what its series says, as far as a file tells it.
fn is_in_step(series: &Series, day: Date, each: &Appointment) -> bool {
    let Some((starts_at, ends_at)) = times(series, day) else { return false };
    let made = AppointmentInput { starts_at, ends_at, ..input_of(series) };
    let said = |of: &AppointmentInput| {
        let AppointmentInput { title, notes, location, starts_at, ends_at, .. } = of.clone();
        (title, notes, location, starts_at, ends_at)
    };
    said(&made) == said(&booked::input_of(each))
}
