//! On which days something happens again and again: the part of RFC 5545's recurrence rules that people
//! ask for. A rule knows days of the wall calendar only; a zone makes instants of them, so that a
//! meeting at ten stays at ten when the clocks change.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

mod told;

pub use told::{First, Freq, Told, read};

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
    /// Every month on its last day.
    MonthEnd,
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
    /// The day that weeks begin with, where that matters; Monday everywhere else.
    week_begins: Weekday,
    ends: Ends,
}

/// A rule that is none, or one of those we don't follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rule we follow: {0:?}")]
pub struct BadRule(pub String);

impl Recurrence {
    /// A rule, of weeks that begin with Monday; what is out of bounds is none.
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
        Ok(Self { every, interval, days, week_begins: Weekday::Monday, ends })
    }

    /// The same, of weeks that begin with this day. That matters only to a rule that leaves weeks out and
    /// names days; any other is the same whenever weeks begin, and so says nothing of it.
    #[must_use]
    pub fn of_weeks_from(self, day: Weekday) -> Self {
        let matters = self.every == Every::Week && self.interval > 1 && !self.days.is_empty();
        Self { week_begins: if matters { day } else { Weekday::Monday }, ..self }
    }

    /// The same, of weeks as another has them that names the same days: whoever changes only until when it
    /// comes finds it on the days it was on.
    #[must_use]
    pub fn of_weeks_as(self, other: &Self) -> Self {
        let is_same = (self.every, self.interval) == (other.every, other.interval);
        match is_same && self.days == other.days {
            true => self.of_weeks_from(other.week_begins),
            false => self,
        }
    }

    /// The day that its weeks begin with.
    pub fn week_begins(&self) -> Weekday {
        self.week_begins
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

    /// The same so many days later: days of the week that are named move along, and the weeks with them.
    #[must_use]
    pub fn shifted(&self, days: i64) -> Self {
        let later = |day: &Weekday| day.wrapping_add(days);
        let mut shifted = self.clone();
        shifted.days = self.days.iter().map(later).collect();
        shifted.days.sort_by_key(|day| day.to_monday_zero_offset());
        shifted = shifted.of_weeks_from(later(&self.week_begins));
        shifted.every = match self.every {
            Every::MonthOn(nth, day) => Every::MonthOn(nth, later(&day)),
            // The day after the last is the first of each month.
            Every::MonthEnd if days != 0 => Every::Month,
            other => other,
        };
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
                let into = |day: Weekday| i64::from(day.since(self.week_begins));
                let week = first.checked_sub(into(first.weekday()).days()).ok()?;
                let week = week.checked_add(units.checked_mul(7)?.days()).ok()?;
                let own = [first.weekday()];
                let days = if self.days.is_empty() { &own[..] } else { &self.days };
                let on = |day: &Weekday| week.checked_add(into(*day).days()).ok();
                let mut days: Vec<Date> = days.iter().filter_map(on).collect();
                days.sort_unstable();
                Some(days)
            }
            Every::Month => {
                let month = first.first_of_month().checked_add(units.months()).ok()?;
                let day = Date::new(month.year(), month.month(), first.day());
                Some(day.into_iter().collect())
            }
            Every::MonthEnd => {
                let month = first.first_of_month().checked_add(units.months()).ok()?;
                Some(vec![month.last_of_month()])
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

    /// Reads an `RRULE`'s value that says all by itself. What names days beyond those that the first day has
    /// is refused, so that nothing is read as something else.
    fn from_str(text: &str) -> Result<Self, BadRule> {
        let bad = |_| BadRule(text.chars().take(200).collect());
        Told::parse(text, None)?.followed(None).map_err(bad)
    }
}

impl fmt::Display for Recurrence {
    /// As an `RRULE`'s value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let freq = match self.every {
            Every::Day => "DAILY",
            Every::Week => "WEEKLY",
            Every::Month | Every::MonthEnd | Every::MonthOn(..) => "MONTHLY",
            Every::Year => "YEARLY",
        };
        write!(f, "FREQ={freq}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.every {
            Every::MonthOn(nth, day) => write!(f, ";BYDAY={nth}{}", letters(day))?,
            Every::MonthEnd => f.write_str(";BYMONTHDAY=-1")?,
            Every::Day | Every::Week | Every::Month | Every::Year => {}
        }
        if !self.days.is_empty() {
            let days: Vec<&str> = self.days.iter().map(|day| letters(*day)).collect();
            write!(f, ";BYDAY={}", days.join(","))?;
        }
        if self.week_begins != Weekday::Monday {
            write!(f, ";WKST={}", letters(self.week_begins))?;
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
mod tests;
