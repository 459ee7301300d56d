//! Rules in the words of others (RFC 5545, section 3.3.10): those that say what ours say are followed, the
//! rest is refused.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{BadRule, Ends, Every, Recurrence, weekday};
use crate::Zone;

/// How often; more than once a day is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freq {
    /// `DAILY`.
    Daily,
    /// `WEEKLY`.
    Weekly,
    /// `MONTHLY`.
    Monthly,
    /// `YEARLY`.
    Yearly,
}

/// The first of what comes again: its rule is read by it.
#[derive(Debug, Clone)]
pub struct First<'a> {
    /// The day it is on.
    pub day: Date,
    /// The time it begins at; none is the whole day.
    pub time: Option<Time>,
    /// Whose clock that is.
    pub zone: &'a Zone,
}

/// What a rule says, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// `FREQ`.
    pub freq: Freq,
    /// `INTERVAL`.
    pub interval: u16,
    /// `UNTIL` or `COUNT`.
    pub ends: Ends,
    /// `WKST`.
    pub week_begins: Weekday,
    /// `BYDAY`: days of the week, each with which of its kind it is, where that is said.
    pub by_day: Vec<(Option<i8>, Weekday)>,
    /// `BYMONTHDAY`.
    pub by_month_day: Vec<i8>,
    /// `BYMONTH`.
    pub by_month: Vec<i8>,
    /// `BYSETPOS`.
    pub by_set_pos: Vec<i8>,
}

/// Reads the rule of what begins then; `RRULE:` may stand before it.
///
/// # Errors
/// [`BadRule`] for what is none, and for one that isn't followed.
pub fn read(text: &str, first: &First<'_>) -> Result<Recurrence, BadRule> {
    Told::parse(text, Some(first))?.followed(Some(first.day))
}

impl Told {
    /// One that says how often and no more.
    pub const fn new(freq: Freq) -> Self {
        Self {
            freq,
            interval: 1,
            ends: Ends::Never,
            week_begins: Weekday::Monday,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
        }
    }

    /// Reads one. Without a first, an end that is an instant is the day it is written with.
    pub(super) fn parse(text: &str, first: Option<&First<'_>>) -> Result<Self, BadRule> {
        Self::parts(text, first).ok_or_else(|| BadRule(text.chars().take(200).collect()))
    }

    fn parts(text: &str, first: Option<&First<'_>>) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut told = Self::new(Freq::Daily);
        let (mut freq, mut until, mut count) = (None, None, None);
        for part in text.trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" => freq = Some(frequency(value)?),
                "INTERVAL" => told.interval = value.parse().ok()?,
                "UNTIL" => until = Some(last_day(value, first)?),
                "COUNT" => count = Some(value.parse().ok()?),
                "WKST" => told.week_begins = weekday(value)?,
                "BYDAY" => told.by_day = list(value, numbered)?,
                "BYMONTHDAY" => told.by_month_day = list(value, number)?,
                "BYMONTH" => told.by_month = list(value, number)?,
                "BYSETPOS" => told.by_set_pos = list(value, number)?,
                _ => return None,
            }
        }
        told.freq = freq?;
        told.ends = match (until, count) {
            (None, None) => Ends::Never,
            (Some(last), None) => Ends::Until(last),
            (None, Some(count)) => Ends::After(count),
            (Some(_), Some(_)) => return None,
        };
        Some(told)
    }

    /// Ours that says the same of what begins on a day. Without one, what only repeats that day isn't
    /// followed.
    ///
    /// # Errors
    /// [`BadRule`] where none of ours does.
    pub fn followed(&self, first: Option<Date>) -> Result<Recurrence, BadRule> {
        let (every, days) = self.every(first).ok_or_else(|| BadRule("days".to_owned()))?;
        // On the first's own day of the week alone it is the same whenever weeks begin.
        let is_own = first.is_some_and(|first| days == [first.weekday()]);
        let rule = Recurrence::new(every, self.interval, days, self.ends)?;
        Ok(if is_own { rule } else { rule.of_weeks_from(self.week_begins) })
    }

    /// How often, and on which days of the week.
    fn every(&self, first: Option<Date>) -> Option<(Every, Vec<Weekday>)> {
        let own = |all: &[i8], of: fn(Date) -> i8| first.is_some_and(|day| all == [of(day)]);
        let plain = self.by_day.is_empty() && self.by_set_pos.is_empty();
        let (any_month, any_day) = (self.by_month.is_empty(), self.by_month_day.is_empty());
        let on_day = any_day || own(&self.by_month_day, Date::day);
        // The day of a month without a month is one of every month, in a rule of years too.
        let in_month = any_month && any_day || own(&self.by_month, Date::month);
        let alone = |every| Some((every, Vec::new()));
        match self.freq {
            Freq::Daily if plain && any_month && any_day => alone(Every::Day),
            // Every day of some days of the week is every week.
            Freq::Daily if self.interval == 1 => self.weekly(),
            Freq::Weekly => self.weekly(),
            Freq::Monthly if plain && any_month && on_day => alone(Every::Month),
            Freq::Monthly if any_month && self.is_month_end() => alone(Every::MonthEnd),
            Freq::Monthly if any_month && any_day => alone(self.weekday_of_month()?),
            Freq::Yearly if plain && on_day && in_month => alone(Every::Year),
            _ => None,
        }
    }

    fn weekly(&self) -> Option<(Every, Vec<Weekday>)> {
        let more = [&self.by_month, &self.by_month_day, &self.by_set_pos];
        let is_numbered = self.by_day.iter().any(|(nth, _)| nth.is_some());
        if is_numbered || more.iter().any(|all| !all.is_empty()) {
            return None;
        }
        Some((Every::Week, self.by_day.iter().map(|(_, day)| *day).collect()))
    }

    /// Whether it means the last day of each month, which some write as the last of those that may be.
    fn is_month_end(&self) -> bool {
        let mut days = self.by_month_day.clone();
        days.sort_unstable();
        self.by_day.is_empty()
            && match self.by_set_pos[..] {
                [] => days == [-1],
                [-1] => days == [28, 29, 30, 31],
                _ => false,
            }
    }

    /// One weekday of each month.
    fn weekday_of_month(&self) -> Option<Every> {
        let [(nth, day)] = self.by_day[..] else { return None };
        match (nth, &self.by_set_pos[..]) {
            (Some(nth), []) => Some(Every::MonthOn(nth, day)),
            (None, [nth]) => Some(Every::MonthOn(*nth, day)),
            _ => None,
        }
    }
}

fn frequency(text: &str) -> Option<Freq> {
    match text {
        "DAILY" => Some(Freq::Daily),
        "WEEKLY" => Some(Freq::Weekly),
        "MONTHLY" => Some(Freq::Monthly),
        "YEARLY" => Some(Freq::Yearly),
        _ => None,
    }
}

/// What stands between commas.
fn list<T>(text: &str, one: fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(one).collect()
}

fn number(text: &str) -> Option<i8> {
    text.parse().ok()
}

/// A day of the week, perhaps with a number before it.
fn numbered(text: &str) -> Option<(Option<i8>, Weekday)> {
    let at = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at))?;
    let (nth, day) = text.split_at(at);
    let nth = if nth.is_empty() { None } else { Some(number(nth)?) };
    Some((nth, weekday(day)?))
}

/// The last day that a rule may name: the one of its end, if the time of day is not over then.
fn last_day(text: &str, first: Option<&First<'_>>) -> Option<Date> {
    let day =
        Date::new(digits(text.get(..4)?)?, digits(text.get(4..6)?)?, digits(text.get(6..8)?)?);
    let (day, rest) = (day.ok()?, text.get(8..)?);
    if rest.is_empty() {
        return Some(day);
    }
    let clock = rest.strip_prefix('T')?;
    let (clock, is_utc) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, true),
        None => (clock, false),
    };
    let at = day.to_datetime(time_of(clock)?);
    let Some(first) = first else { return Some(day) };
    // A whole day has no hours: many programs write it as midnight by UTC, wherever they are.
    if is_utc && first.time.is_none() && at.time() == Time::midnight() {
        return Some(day);
    }
    let at: DateTime = if is_utc { first.zone.local(Zone::utc().instant(at)?) } else { at };
    match first.time {
        Some(time) if at.time() < time => at.date().yesterday().ok(),
        _ => Some(at.date()),
    }
}

fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = (digits(text.get(..2)?)?, digits(text.get(2..4)?)?);
    // A leap second is the last of its minute.
    let second: i8 = digits(text.get(4..)?)?;
    Time::new(hour, minute, second.min(59), 0).ok()
}

/// A number that is written with digits alone.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The rule of what is at ten on the first of December 2026, a Tuesday, by the clock in Israel.
    fn ours(text: &str) -> Option<String> {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let first =
            First { day: date(2026, 12, 1), time: Some(Time::constant(10, 0, 0, 0)), zone: &zone };
        read(text, &first).ok().map(|rule| rule.to_string())
    }

    #[test]
    fn rules_that_say_the_same_in_other_words_are_followed() {
        for (text, rule) in [
            ("RRULE:FREQ=WEEKLY;BYDAY=TU;", "FREQ=WEEKLY;BYDAY=TU"),
            ("rrule:freq=weekly;byday=tu", "FREQ=WEEKLY;BYDAY=TU"),
            ("FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH", "FREQ=WEEKLY;BYDAY=TU,TH"),
            (
                "FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=TU,SU",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            ),
            ("FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
            ("FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU"),
            ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            ("FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=MONTHLY"),
            ("FREQ=MONTHLY;BYDAY=+1TU", "FREQ=MONTHLY;BYDAY=1TU"),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1TU"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
            ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
            ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1", "FREQ=YEARLY"),
            ("FREQ=YEARLY;BYMONTH=12", "FREQ=YEARLY"),
            // At ten by the clock in Israel it is eight: this end is before it, that one after it.
            ("FREQ=DAILY;UNTIL=20261205T075959Z", "FREQ=DAILY;UNTIL=20261204"),
            ("FREQ=DAILY;UNTIL=20261205T080000Z", "FREQ=DAILY;UNTIL=20261205"),
            ("FREQ=DAILY;UNTIL=20261205T223000Z", "FREQ=DAILY;UNTIL=20261205"),
            ("FREQ=DAILY;UNTIL=20261205T095959", "FREQ=DAILY;UNTIL=20261204"),
            ("FREQ=DAILY;UNTIL=20261205", "FREQ=DAILY;UNTIL=20261205"),
        ] {
            assert_eq!(ours(text).as_deref(), Some(rule), "{text}");
        }
    }

    #[test]
    fn a_rule_of_whole_days_ends_with_the_day_whose_midnight_by_utc_is_written() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let first = First { day: date(2026, 12, 1), time: None, zone: &zone };
        // The other is a second before midnight there.
        for end in ["20261205T000000Z", "20261206T045959Z"] {
            let rule = read(&format!("FREQ=DAILY;UNTIL={end}"), &first).unwrap();
            assert_eq!(rule.ends(), Ends::Until(date(2026, 12, 5)), "{end}");
        }
    }

    #[test]
    fn what_would_be_read_as_something_else_is_refused() {
        for text in [
            "every week",
            "FREQ=HOURLY",
            "FREQ=DAILY;COUNT=2;UNTIL=20261205",
            "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
            "FREQ=DAILY;INTERVAL=65537",
            "FREQ=DAILY;BYSETPOS=3",
            "FREQ=DAILY;BYEASTER=1",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=WEEKLY;WKST=XX",
            "FREQ=MONTHLY;BYMONTHDAY=15",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=30,31;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=-1;BYDAY=FR",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTHDAY=1",
            "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1",
            "FREQ=DAILY;UNTIL=20261205T",
            "FREQ=DAILY;UNTIL=2026-12-05",
        ] {
            assert_eq!(ours(text), None, "{text}");
        }
    }

    #[test]
    fn what_repeats_the_first_day_needs_one() {
        assert!("FREQ=MONTHLY;BYMONTHDAY=1".parse::<Recurrence>().is_err());
        assert!("FREQ=YEARLY;BYMONTH=12".parse::<Recurrence>().is_err());
        assert!("FREQ=MONTHLY;BYMONTHDAY=-1".parse::<Recurrence>().is_ok());
    }
}
