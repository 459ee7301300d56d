//! On which days something happens again and again: the part of RFC 5545's recurrence rules that people
//! ask for. A rule knows days of the wall calendar only; a zone makes instants of them, so that a
//! meeting at ten stays at ten when the clocks change.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The longest a rule may pause: 99 of its units.
const INTERVAL_MAX: u16 = 99;
/// The most times a rule may count.
pub const COUNT_MAX: u32 = 1_000;
/// Steps without a day, such as months without a 31st, after which there is none any more.
const EMPTY_MAX: u32 = 500;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Every day.
    Day,
    /// Every week, on the days named.
    Week,
    /// Every month on the same day of the month; months without that day are left out.
    Month,
    /// Every month on the same weekday: the first to fourth, or the last one as -1.
    MonthOn(i8, Weekday),
    /// Every year on the same day; the 29th of February comes in leap years only.
    Year,
}

/// Until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// On and on.
    Never,
    /// With this day.
    Until(Date),
    /// After so many times.
    After(u32),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recurrence {
    every: Every,
    interval: u16,
    /// Of [`Every::Week`], by the week's order from Monday; none means the first day's own.
    days: Vec<Weekday>,
    ends: Ends,
}

/// A rule that is none, or one of those we don't follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rule we follow: {0:?}")]
pub struct BadRule(pub String);

impl Recurrence {
    /// A rule; what is out of bounds is none.
    pub fn new(
        every: Every,
        interval: u16,
        mut days: Vec<Weekday>,
        ends: Ends,
    ) -> Result<Self, BadRule> {
        let bad = |what: &str| Err(BadRule(what.to_owned()));
        if interval == 0 || interval > INTERVAL_MAX {
            return bad("interval");
        }
        if matches!(ends, Ends::After(0)) || matches!(ends, Ends::After(n) if n > COUNT_MAX) {
            return bad("count");
        }
        if matches!(every, Every::MonthOn(n, _) if n != -1 && !(1..=4).contains(&n)) {
            return bad("weekday");
        }
        if every != Every::Week && !days.is_empty() {
            return bad("days");
        }
        days.sort_by_key(|day| day.to_monday_zero_offset());
        days.dedup();
        Ok(Self { every, interval, days, ends })
    }

    /// How often.
    pub fn every(&self) -> Every {
        self.every
    }

    /// How many of its units lie between.
    pub fn interval(&self) -> u16 {
        self.interval
    }

    /// On which days of the week; none for the first day's own.
    pub fn days(&self) -> &[Weekday] {
        &self.days
    }

    /// Until when.
    pub fn ends(&self) -> Ends {
        self.ends
    }

    /// The same, ending with a day.
    #[must_use]
    pub fn until(&self, last: Date) -> Self {
        Self { ends: Ends::Until(last), ..self.clone() }
    }

    /// The same after so many times; None when it has ended then.
    pub fn rest(&self, done: usize) -> Option<Self> {
        let ends = match self.ends {
            Ends::After(count) => {
                let left = count.checked_sub(u32::try_from(done).ok()?).filter(|left| *left > 0);
                Ends::After(left?)
            }
            other => other,
        };
        Some(Self { ends, ..self.clone() })
    }

    /// The same so many days later: days of the week that are named move along.
    #[must_use]
    pub fn shifted(&self, days: i64) -> Self {
        let later = |day: &Weekday| day.wrapping_add(days);
        let mut shifted = self.clone();
        shifted.days = self.days.iter().map(later).collect();
        shifted.days.sort_by_key(|day| day.to_monday_zero_offset());
        if let Every::MonthOn(nth, day) = self.every {
            shifted.every = Every::MonthOn(nth, later(&day));
        }
        if let Ends::Until(last) = self.ends {
            shifted.ends = Ends::Until(last.saturating_add(days.days()));
        }
        shifted
    }

    /// The days, from the first on; the first is one of them only if the rule names it.
    pub fn dates(&self, first: Date) -> impl Iterator<Item = Date> + '_ {
        let most = match self.ends {
            Ends::After(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Ends::Never | Ends::Until(_) => usize::MAX,
        };
        let last = match self.ends {
            Ends::Until(last) => last,
            Ends::Never | Ends::After(_) => Date::MAX,
        };
        let mut empty = 0;
        let steps = (0_i64..).map(move |step| self.step(first, step)).take_while(move |days| {
            empty = if days.as_ref().is_none_or(Vec::is_empty) { empty + 1 } else { 0 };
            days.is_some() && empty < EMPTY_MAX
        });
        let days = steps.flatten().flatten();
        days.skip_while(move |day| *day < first).take_while(move |day| *day <= last).take(most)
    }

    /// The days of the step that is so many intervals on; None past the end of the calendar.
    fn step(&self, first: Date, step: i64) -> Option<Vec<Date>> {
        let units = step.checked_mul(i64::from(self.interval))?;
        match self.every {
            Every::Day => Some(vec![first.checked_add(units.days()).ok()?]),
            Every::Week => {
                let back = i64::from(first.weekday().to_monday_zero_offset());
                let monday = first.checked_sub(back.days()).ok()?;
                let monday = monday.checked_add(units.checked_mul(7)?.days()).ok()?;
                let own = [first.weekday()];
                let days = if self.days.is_empty() { &own[..] } else { &self.days };
                let on = |day: &Weekday| {
                    monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok()
                };
                Some(days.iter().filter_map(on).collect())
            }
            Every::Month => {
                let month = first.first_of_month().checked_add(units.months()).ok()?;
                let day = Date::new(month.year(), month.month(), first.day());
                Some(day.into_iter().collect())
            }
            Every::MonthOn(nth, day) => {
                let month = first.first_of_month().checked_add(units.months()).ok()?;
                Some(month.nth_weekday_of_month(nth, day).into_iter().collect())
            }
            Every::Year => {
                let year = i64::from(first.year()).checked_add(units)?;
                let year = i16::try_from(year).ok().filter(|year| *year < 9_999)?;
                Some(Date::new(year, first.month(), first.day()).into_iter().collect())
            }
        }
    }
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// A day of the week by its two letters.
pub fn weekday(letters: &str) -> Option<Weekday> {
    WEEKDAYS.into_iter().find(|(name, _)| *name == letters).map(|(_, day)| day)
}

/// The two letters of a day of the week.
pub fn letters(day: Weekday) -> &'static str {
    WEEKDAYS.into_iter().find(|(_, one)| *one == day).map_or("", |(name, _)| name)
}

impl FromStr for Recurrence {
    type Err = BadRule;

    /// Reads an `RRULE`'s value. What names days beyond those that the first day has is refused, so that
    /// nothing is read as something else.
    fn from_str(text: &str) -> Result<Self, BadRule> {
        let bad = || BadRule(text.chars().take(200).collect());
        let (mut freq, mut interval, mut ends) = ("", 1, Ends::Never);
        let (mut days, mut nth, mut monday) = (Vec::new(), None, true);
        for part in text.trim().trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=').ok_or_else(bad)?;
            match name {
                "FREQ" => freq = value,
                "INTERVAL" => interval = value.parse().map_err(|_| bad())?,
                "COUNT" => ends = Ends::After(value.parse().map_err(|_| bad())?),
                "UNTIL" => ends = Ends::Until(until(value).ok_or_else(bad)?),
                "WKST" => monday = value == "MO",
                "BYDAY" => {
                    for day in value.split(',') {
                        let at = day.len().checked_sub(2).filter(|at| day.is_char_boundary(*at));
                        let (number, name) = day.split_at(at.ok_or_else(bad)?);
                        days.push(weekday(name).ok_or_else(bad)?);
                        if !number.is_empty() {
                            nth = Some(number.parse::<i8>().map_err(|_| bad())?);
                        }
                    }
                }
                _ => return Err(bad()),
            }
        }
        // Where weeks begin matters to a rule that leaves weeks out and names several days.
        if !monday && interval > 1 && days.len() > 1 {
            return Err(bad());
        }
        let every = match (freq, nth, days.len()) {
            ("DAILY", None, 0) => Every::Day,
            ("WEEKLY", None, _) => Every::Week,
            ("MONTHLY", None, 0) => Every::Month,
            ("MONTHLY", Some(nth), 1) => Every::MonthOn(nth, days[0]),
            ("YEARLY", None, 0) => Every::Year,
            _ => return Err(bad()),
        };
        let days = if every == Every::Week { days } else { Vec::new() };
        Self::new(every, interval, days, ends).map_err(|_| bad())
    }
}

/// A day, from a day or from an instant.
fn until(text: &str) -> Option<Date> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let month = i8::try_from(part(4, 6)?).ok()?;
    Date::new(part(0, 4)?, month, i8::try_from(part(6, 8)?).ok()?).ok()
}

impl fmt::Display for Recurrence {
    /// As an `RRULE`'s value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let freq = match self.every {
            Every::Day => "DAILY",
            Every::Week => "WEEKLY",
            Every::Month | Every::MonthOn(..) => "MONTHLY",
            Every::Year => "YEARLY",
        };
        write!(f, "FREQ={freq}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Every::MonthOn(nth, day) = self.every {
            write!(f, ";BYDAY={nth}{}", letters(day))?;
        }
        if !self.days.is_empty() {
            let days: Vec<&str> = self.days.iter().map(|day| letters(*day)).collect();
            write!(f, ";BYDAY={}", days.join(","))?;
        }
        match self.ends {
            Ends::Never => Ok(()),
            Ends::Until(last) => write!(f, ";UNTIL={}", last.strftime("%Y%m%d")),
            Ends::After(count) => write!(f, ";COUNT={count}"),
        }
    }
}

impl TryFrom<String> for Recurrence {
    type Error = BadRule;
    fn try_from(text: String) -> Result<Self, BadRule> {
        text.parse()
    }
}

impl From<Recurrence> for String {
    fn from(rule: Recurrence) -> String {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn days(rule: &str, first: Date, most: usize) -> Vec<String> {
        let rule: Recurrence = rule.parse().unwrap();
        rule.dates(first).take(most).map(|day| day.to_string()).collect()
    }

    #[test]
    fn a_week_has_the_days_that_are_named_and_begins_with_the_first() {
        let got = days("FREQ=WEEKLY;BYDAY=WE,MO", date(2026, 11, 24), 3);
        assert_eq!(got, ["2026-11-25", "2026-11-30", "2026-12-02"]);
        let got = days("FREQ=WEEKLY;INTERVAL=2", date(2026, 11, 24), 3);
        assert_eq!(got, ["2026-11-24", "2026-12-08", "2026-12-22"]);
    }

    #[test]
    fn a_month_without_the_day_is_left_out() {
        let got = days("FREQ=MONTHLY", date(2026, 1, 31), 3);
        assert_eq!(got, ["2026-01-31", "2026-03-31", "2026-05-31"]);
        let got = days("FREQ=YEARLY", date(2024, 2, 29), 2);
        assert_eq!(got, ["2024-02-29", "2028-02-29"]);
    }

    #[test]
    fn the_last_weekday_of_a_month_is_found() {
        let got = days("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 11, 27), 2);
        assert_eq!(got, ["2026-11-27", "2026-12-25"]);
        let got = days("FREQ=MONTHLY;BYDAY=2TU", date(2026, 11, 20), 2);
        assert_eq!(got, ["2026-12-08", "2027-01-12"]);
    }

    #[test]
    fn it_ends_after_its_count_or_with_its_last_day() {
        assert_eq!(days("FREQ=DAILY;COUNT=3", date(2026, 11, 24), 9).len(), 3);
        let got = days("FREQ=DAILY;INTERVAL=3;UNTIL=20261130T090000Z", date(2026, 11, 24), 9);
        assert_eq!(got, ["2026-11-24", "2026-11-27", "2026-11-30"]);
        assert!(days("FREQ=DAILY;UNTIL=20261101", date(2026, 11, 24), 9).is_empty());
    }

    #[test]
    fn what_would_be_read_as_something_else_is_refused() {
        for rule in [
            "",
            "FREQ=SECONDLY",
            "FREQ=DAILY;BYHOUR=9,10",
            "FREQ=MONTHLY;BYDAY=MO,TU",
            "FREQ=MONTHLY;BYDAY=5MO",
            "FREQ=WEEKLY;BYDAY=1MO",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;UNTIL=2026",
            "FREQ=WEEKLY;BYDAY=\u{05d0}",
        ] {
            assert!(rule.parse::<Recurrence>().is_err(), "{rule}");
        }
    }

    fn rules() -> impl Strategy<Value = Recurrence> {
        let every = prop_oneof![
            Just(Every::Day),
            Just(Every::Week),
            Just(Every::Month),
            Just(Every::Year),
            (prop_oneof![Just(-1_i8), 1_i8..=4], 0_usize..7)
                .prop_map(|(nth, day)| Every::MonthOn(nth, WEEKDAYS[day].1)),
        ];
        let ends = prop_oneof![
            Just(Ends::Never),
            (1..=COUNT_MAX).prop_map(Ends::After),
            (2000_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Ends::Until(date(y, m, d))),
        ];
        let days = prop::collection::vec(0_usize..7, 0..7);
        (every, 1..=INTERVAL_MAX, days, ends).prop_map(|(every, interval, days, ends)| {
            let days = days.into_iter().map(|day| WEEKDAYS[day].1).collect();
            let days = if every == Every::Week { days } else { Vec::new() };
            Recurrence::new(every, interval, days, ends).unwrap()
        })
    }

    proptest! {
        #[test]
        fn a_rule_is_read_as_it_was_written(rule in rules()) {
            prop_assert_eq!(rule.to_string().parse::<Recurrence>().unwrap(), rule);
        }

        #[test]
        fn days_go_up_from_the_first_on_and_keep_to_the_end(
            rule in rules(), y in 1990_i16..2090, m in 1_i8..=12, d in 1_i8..=28,
        ) {
            let first = date(y, m, d);
            let days: Vec<Date> = rule.dates(first).take(40).collect();
            prop_assert!(days.iter().all(|day| *day >= first));
            prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
            if let Ends::Until(last) = rule.ends() {
                prop_assert!(days.iter().all(|day| *day <= last));
            }
            if let Ends::After(count) = rule.ends() {
                prop_assert!(days.len() <= usize::try_from(count).unwrap());
            }
        }

        #[test]
        fn any_text_is_a_rule_or_refused(text in "\\PC{0,60}") {
            if let Ok(rule) = text.parse::<Recurrence>() {
                prop_assert!(rule.dates(date(2026, 1, 1)).take(1_000).count() <= 1_000);
            }
        }
    }
}
