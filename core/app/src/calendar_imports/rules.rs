//! Recurrence rules of calendar files: those that say in other words what our series say.

use calcard::icalendar::{
    ICalendarComponent, ICalendarDay, ICalendarFrequency, ICalendarMonth, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarValue, ICalendarWeekday,
};
use domain::Recurrence;
use domain::recurrence::{Ends, Every};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::moments::Moment;

/// A rule that our series don't follow.
#[derive(Debug)]
pub(super) struct Unfollowed;

/// The rule of an event that begins then; None for one that takes place once.
pub(super) fn rule_of(
    event: &ICalendarComponent,
    start: &Moment,
) -> Result<Option<Recurrence>, Unfollowed> {
    let mut rules = event.entries.iter().filter(|entry| entry.name == ICalendarProperty::Rrule);
    let Some(entry) = rules.next() else { return Ok(None) };
    // Several at once can't be one of ours.
    let (None, [ICalendarValue::RecurrenceRule(told)]) = (rules.next(), &entry.values[..]) else {
        return Err(Unfollowed);
    };
    let first = start.local.date();
    let (every, days) = every(told, first)?;
    let interval = told.interval.unwrap_or(1);
    let ends = match (&told.until, told.count) {
        (None, None) => Ends::Never,
        (None, Some(count)) => Ends::After(count),
        (Some(until), _) => {
            let until = Moment::of(until, start.zone().clone()).ok_or(Unfollowed)?;
            Ends::Until(last_day(&until, start).ok_or(Unfollowed)?)
        }
    };
    let rule = Recurrence::new(every, interval, days, ends).map_err(|_| Unfollowed)?;
    // The first is always one of them; where the rule doesn't name it, programs disagree.
    let names_first = rule.dates(first).next() == Some(first);
    if names_first { Ok(Some(rule)) } else { Err(Unfollowed) }
}

/// The last day that a rule may name: the one of its end, if the time of day is not over then.
fn last_day(until: &Moment, start: &Moment) -> Option<Date> {
    let local = until.local_in(start.zone())?;
    let is_before = !until.is_day && !start.is_day && local.time() < start.local.time();
    Some(if is_before { local.date().saturating_sub(1.day()) } else { local.date() })
}

/// How often, and on which days of the week.
fn every(told: &ICalendarRecurrenceRule, first: Date) -> Result<(Every, Vec<Weekday>), Unfollowed> {
    let strange = [
        !told.bysecond.is_empty(),
        !told.byminute.is_empty(),
        !told.byhour.is_empty(),
        !told.byyearday.is_empty(),
        !told.byweekno.is_empty(),
        told.rscale.is_some() || told.skip.is_some(),
    ];
    if strange.contains(&true) {
        return Err(Unfollowed);
    }
    let same = |all: &[i8], own: i8| all.is_empty() || all == [own];
    let any_month = told.bymonth.is_empty();
    let own_month = told.bymonth.iter().all(|month| is_month(month, first));
    let plain = told.byday.is_empty() && told.bysetpos.is_empty();
    let on_day = same(&told.bymonthday, first.day());
    match told.freq {
        ICalendarFrequency::Daily if plain && any_month && told.bymonthday.is_empty() => {
            Ok((Every::Day, Vec::new()))
        }
        // Every day of some days of the week is every week.
        ICalendarFrequency::Daily if told.interval.unwrap_or(1) == 1 => weekly(told),
        ICalendarFrequency::Weekly => weekly(told),
        ICalendarFrequency::Monthly if plain && on_day && any_month => {
            Ok((Every::Month, Vec::new()))
        }
        ICalendarFrequency::Monthly if any_month && told.bymonthday.is_empty() => {
            Ok((monthly(told)?, Vec::new()))
        }
        ICalendarFrequency::Yearly if plain && on_day && own_month => Ok((Every::Year, Vec::new())),
        _ => Err(Unfollowed),
    }
}

fn is_month(month: &ICalendarMonth, first: Date) -> bool {
    !month.is_leap() && i8::try_from(month.month()) == Ok(first.month())
}

fn weekly(told: &ICalendarRecurrenceRule) -> Result<(Every, Vec<Weekday>), Unfollowed> {
    let more = !told.bymonth.is_empty() || !told.bymonthday.is_empty() || !told.bysetpos.is_empty();
    let days: Vec<Weekday> = told.byday.iter().map(|day| weekday(day.weekday)).collect();
    let numbered = told.byday.iter().any(|day| day.ordwk.is_some());
    // Where weeks begin matters to a rule that leaves weeks out and names several days.
    let begins = told.wkst.unwrap_or(ICalendarWeekday::Monday);
    let shifted = begins != ICalendarWeekday::Monday;
    if more || numbered || shifted && told.interval.unwrap_or(1) > 1 && days.len() > 1 {
        return Err(Unfollowed);
    }
    Ok((Every::Week, days))
}

/// One weekday of each month.
fn monthly(told: &ICalendarRecurrenceRule) -> Result<Every, Unfollowed> {
    let [ICalendarDay { ordwk, weekday: day }] = told.byday[..] else { return Err(Unfollowed) };
    let nth = match (ordwk, &told.bysetpos[..]) {
        (Some(nth), []) => i64::from(nth),
        (None, [nth]) => i64::from(*nth),
        _ => return Err(Unfollowed),
    };
    let nth = i8::try_from(nth).map_err(|_| Unfollowed)?;
    Ok(Every::MonthOn(nth, weekday(day)))
}

const fn weekday(day: ICalendarWeekday) -> Weekday {
    match day {
        ICalendarWeekday::Sunday => Weekday::Sunday,
        ICalendarWeekday::Monday => Weekday::Monday,
        ICalendarWeekday::Tuesday => Weekday::Tuesday,
        ICalendarWeekday::Wednesday => Weekday::Wednesday,
        ICalendarWeekday::Thursday => Weekday::Thursday,
        ICalendarWeekday::Friday => Weekday::Friday,
        ICalendarWeekday::Saturday => Weekday::Saturday,
    }
}
