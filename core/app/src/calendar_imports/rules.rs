//! Recurrence rules of calendar files: those that say in other words what our series say.

use calcard::icalendar::{
    ICalendarComponent, ICalendarFrequency, ICalendarProperty, ICalendarRecurrenceRule,
    ICalendarValue, ICalendarWeekday,
};
use domain::Recurrence;
use domain::recurrence::{Ends, Freq, Told};
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
    let ends = match (&told.until, told.count) {
        (None, None) => Ends::Never,
        (None, Some(count)) => Ends::After(count),
        (Some(until), _) => {
            let until = Moment::of(until, start.zone().clone()).ok_or(Unfollowed)?;
            Ends::Until(last_day(&until, start).ok_or(Unfollowed)?)
        }
    };
    let told = Told { ends, ..plain(told).ok_or(Unfollowed)? };
    let rule = told.followed(Some(first)).map_err(|_| Unfollowed)?;
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

/// What it says but for its end; None where it says what no rule of days can.
fn plain(told: &ICalendarRecurrenceRule) -> Option<Told> {
    let strange = [
        !told.bysecond.is_empty(),
        !told.byminute.is_empty(),
        !told.byhour.is_empty(),
        !told.byyearday.is_empty(),
        !told.byweekno.is_empty(),
        told.rscale.is_some() || told.skip.is_some(),
        told.bymonth.iter().any(|month| month.is_leap()),
    ];
    if strange.contains(&true) {
        return None;
    }
    let freq = match told.freq {
        ICalendarFrequency::Daily => Freq::Daily,
        ICalendarFrequency::Weekly => Freq::Weekly,
        ICalendarFrequency::Monthly => Freq::Monthly,
        ICalendarFrequency::Yearly => Freq::Yearly,
        _ => return None,
    };
    let by_day = told.byday.iter().map(|day| {
        let nth = day.ordwk.map(i8::try_from).transpose().ok()?;
        Some((nth, weekday(day.weekday)))
    });
    let by_month = told.bymonth.iter().map(|month| i8::try_from(month.month()).ok());
    let by_set_pos = told.bysetpos.iter().map(|nth| i8::try_from(*nth).ok());
    Some(Told {
        interval: told.interval.unwrap_or(1),
        week_begins: told.wkst.map_or(Weekday::Monday, weekday),
        by_day: by_day.collect::<Option<_>>()?,
        by_month_day: told.bymonthday.clone(),
        by_month: by_month.collect::<Option<_>>()?,
        by_set_pos: by_set_pos.collect::<Option<_>>()?,
        ..Told::new(freq)
    })
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
