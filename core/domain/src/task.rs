//! When something is to be done: a day of the wall calendar, perhaps with a time. A zone makes an
//! instant of it, so that what is due at nine stays due at nine when the clocks change.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::{Recurrence, Timestamp, Zone};

/// A day, or a day and a time, by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Due {
    /// The day.
    pub day: Date,
    /// The time, to the minute; none is the whole day.
    pub time: Option<Time>,
}

/// Text that is neither a day nor a day with a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a day or a time: {0:?}")]
pub struct BadDue(pub String);

impl Due {
    /// A whole day.
    pub const fn on(day: Date) -> Self {
        Self { day, time: None }
    }

    /// The local time it means, with one for whole days.
    pub fn wall(self, morning: Time) -> DateTime {
        self.day.to_datetime(self.time.unwrap_or(morning))
    }

    /// From when it is too late: its time, or the end of its day.
    pub fn ends(self, zone: &Zone) -> Option<Timestamp> {
        match self.time {
            Some(time) => zone.first_instant(self.day.to_datetime(time)),
            None => zone.start_of_day(self.day.tomorrow().ok()?),
        }
    }

    /// The same so many days later.
    #[must_use]
    pub fn later(self, days: i64) -> Self {
        Self { day: self.day.saturating_add(days.days()), ..self }
    }

    /// When it comes again by a rule that began on a day: the first time after its own that isn't over now by
    /// the clock of a zone. None when the rule has ended.
    pub fn next(self, rule: &Recurrence, first: Date, zone: &Zone, now: Timestamp) -> Option<Self> {
        let later = rule.dates(first).skip_while(|day| *day <= self.day);
        later.map(|day| Self { day, ..self }).find(|due| due.ends(zone).is_none_or(|at| at > now))
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        match self.time {
            Some(time) => write!(f, "T{}", clock(time)),
            None => Ok(()),
        }
    }
}

/// A time as forms send it, such as `09:30`.
pub fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Reads what [`clock`] writes, and nothing else: one time has one spelling.
pub fn read_clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    (clock(time) == text).then_some(time)
}

impl FromStr for Due {
    type Err = BadDue;

    fn from_str(text: &str) -> Result<Self, BadDue> {
        let bad = || BadDue(text.chars().take(40).collect());
        let (day, time) = match text.split_once('T') {
            Some((day, time)) => (day, Some(read_clock(time).ok_or_else(bad)?)),
            None => (text, None),
        };
        let date: Date = day.parse().map_err(|_| bad())?;
        if date.to_string() != day {
            return Err(bad());
        }
        Ok(Self { day: date, time })
    }
}

impl TryFrom<String> for Due {
    type Error = BadDue;
    fn try_from(text: String) -> Result<Self, BadDue> {
        text.parse()
    }
}

impl From<Due> for String {
    fn from(due: Due) -> String {
        due.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn due(text: &str) -> Due {
        text.parse().unwrap()
    }

    fn ends(text: &str, zone: &str) -> String {
        due(text).ends(&zone.parse().unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn a_whole_day_ends_with_it_and_a_time_is_that_time() {
        assert_eq!(ends("2026-11-29", "Asia/Jerusalem"), "2026-11-29T22:00:00Z");
        assert_eq!(ends("2026-11-29T09:30", "Asia/Jerusalem"), "2026-11-29T07:30:00Z");
        // The day the clocks go ahead is 23 hours long, and the gap ends where it ends.
        assert_eq!(ends("2026-03-27", "Asia/Jerusalem"), "2026-03-27T21:00:00Z");
        assert_eq!(ends("2026-03-27T02:30", "Asia/Jerusalem"), "2026-03-27T00:00:00Z");
    }

    #[test]
    fn what_comes_again_keeps_its_time_and_ends_with_its_rule() {
        let rule: Recurrence = "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3".parse().unwrap();
        let first = date(2026, 11, 30);
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let now = Timestamp::parse_rfc3339("2026-11-30T06:00:00Z").unwrap();
        let next = |text: &str| due(text).next(&rule, first, &zone, now).map(|due| due.to_string());
        assert_eq!(next("2026-11-30T08:00").unwrap(), "2026-12-03T08:00");
        // One that was put off goes on from where it was put to.
        assert_eq!(next("2026-12-05").unwrap(), "2026-12-07");
        assert_eq!(next("2026-12-07"), None);
    }

    #[test]
    fn what_is_long_overdue_comes_next_when_that_is_still_to_come() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let daily: Recurrence = "FREQ=DAILY".parse().unwrap();
        let next = |text: &str, now: &str| {
            let now = Timestamp::parse_rfc3339(now).unwrap();
            let due = due(text);
            due.next(&daily, due.day, &zone, now).unwrap().to_string()
        };
        // Ten in the evening of the day before by UTC, and midnight where the task is.
        assert_eq!(next("2026-11-20", "2026-11-29T21:59:59Z"), "2026-11-29");
        assert_eq!(next("2026-11-20", "2026-11-29T22:00:00Z"), "2026-11-30");
        // Its time of day decides whether today's is still to come.
        assert_eq!(next("2026-11-20T09:00", "2026-11-30T06:59:59Z"), "2026-11-30T09:00");
        assert_eq!(next("2026-11-20T09:00", "2026-11-30T07:00:00Z"), "2026-12-01T09:00");
        // What is done before it is due comes after that.
        assert_eq!(next("2026-12-05", "2026-11-30T06:00:00Z"), "2026-12-06");
    }

    proptest! {
        #[test]
        fn any_text_is_a_due_in_its_own_spelling_or_refused(text in "\\PC{0,20}") {
            if let Ok(due) = text.parse::<Due>() {
                prop_assert_eq!(due.to_string(), text);
            }
        }

        #[test]
        fn a_due_is_read_as_it_was_written(
            y in 1_i16..9990, m in 1_i8..=12, d in 1_i8..=28, at in prop::option::of(0_i16..1440),
        ) {
            let time = at.map(|at| {
                Time::new(i8::try_from(at / 60).unwrap(), i8::try_from(at % 60).unwrap(), 0, 0).unwrap()
            });
            let due = Due { day: date(y, m, d), time };
            prop_assert_eq!(due.to_string().parse::<Due>().unwrap(), due);
        }
    }
}
