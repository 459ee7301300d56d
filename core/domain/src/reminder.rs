//! When somebody is reminded: how long before, by which clock, and when they want quiet.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::task::{clock, read_clock};
use crate::{Due, Timestamp, Zone};

/// The longest a reminder comes before, in minutes: two days.
pub const MINUTES_MAX: u16 = 2 * 24 * 60;
/// The longest it comes before, in days.
pub const DAYS_MAX: u16 = 28;

/// How long before something its reminder comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Lead {
    /// Not at all.
    Never,
    /// So many minutes, as they pass; 0 is right then. Of a whole day it is that day's morning.
    Minutes(u16),
    /// So many days, at the same time by the clock on the wall.
    Days(u16),
}

/// Text that says no such thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a lead or a time of quiet: {0:?}")]
pub struct BadReminder(pub String);

fn bad(text: &str) -> BadReminder {
    BadReminder(text.chars().take(40).collect())
}

impl Lead {
    /// The instant at which somebody is reminded of what is due; whole days begin with their `morning`.
    pub fn instant(self, due: Due, morning: Time, zone: &Zone) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::Minutes(mins) => {
                let at = zone.first_instant(due.wall(morning))?;
                // Half an hour before a day is no better time than its morning.
                let mins = if due.time.is_some() { i64::from(mins) } else { 0 };
                Some(at.plus_secs(-mins * 60))
            }
            Self::Days(days) => zone.first_instant(due.later(-i64::from(days)).wall(morning)),
        }
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Minutes(mins) => write!(f, "{mins}m"),
            Self::Days(days) => write!(f, "{days}d"),
        }
    }
}

impl FromStr for Lead {
    type Err = BadReminder;

    fn from_str(text: &str) -> Result<Self, BadReminder> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let at = text.len().checked_sub(1).filter(|at| text.is_char_boundary(*at));
        let (number, unit) = text.split_at(at.ok_or_else(|| bad(text))?);
        let number: u16 = number.parse().map_err(|_| bad(text))?;
        let lead = match unit {
            "m" if number <= MINUTES_MAX => Self::Minutes(number),
            "d" if (1..=DAYS_MAX).contains(&number) => Self::Days(number),
            _ => return Err(bad(text)),
        };
        if lead.to_string() == text { Ok(lead) } else { Err(bad(text)) }
    }
}

impl TryFrom<String> for Lead {
    type Error = BadReminder;
    fn try_from(text: String) -> Result<Self, BadReminder> {
        text.parse()
    }
}

impl From<Lead> for String {
    fn from(lead: Lead) -> String {
        lead.to_string()
    }
}

/// Hours of each day in which nobody is to be disturbed. They may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When quiet begins.
    pub from: Time,
    /// When it ends: another time than it begins.
    pub until: Time,
}

impl Quiet {
    /// Quiet hours; none that begin when they end.
    pub fn new(from: Time, until: Time) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    /// The quiet hours that an instant is in: when they began and when they end.
    pub fn around(self, zone: &Zone, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let today = zone.local(at).date();
        // Instants and not the clock's face decide: an hour that comes twice is quiet once.
        [today.yesterday().ok()?, today].into_iter().find_map(|day| {
            let (from, until) = self.of(zone, day)?;
            (from <= at && at < until).then_some((from, until))
        })
    }

    fn of(self, zone: &Zone, day: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if self.until > self.from { day } else { day.checked_add(1.day()).ok()? };
        let from = zone.first_instant(day.to_datetime(self.from))?;
        Some((from, zone.first_instant(last.to_datetime(self.until))?))
    }

    /// When a reminder that was to come at an instant comes: then, or when quiet ends. What is worth
    /// nothing from `over` on comes before quiet begins instead, if that is still ahead.
    pub fn kept(
        self,
        zone: &Zone,
        at: Timestamp,
        over: Option<Timestamp>,
        now: Timestamp,
    ) -> Timestamp {
        let Some((from, until)) = self.around(zone, at) else { return at };
        let before = from.plus_secs(-60);
        match over {
            Some(over) if until >= over && before > now => before,
            _ => until,
        }
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", clock(self.from), clock(self.until))
    }
}

impl FromStr for Quiet {
    type Err = BadReminder;

    fn from_str(text: &str) -> Result<Self, BadReminder> {
        let (from, until) = text.split_once('-').ok_or_else(|| bad(text))?;
        let both = read_clock(from).zip(read_clock(until));
        both.and_then(|(from, until)| Self::new(from, until)).ok_or_else(|| bad(text))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;

    const MORNING: Time = time(9, 0, 0, 0);

    fn zone() -> Zone {
        "Asia/Jerusalem".parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn reminded(lead: &str, due: &str) -> String {
        let lead: Lead = lead.parse().unwrap();
        let instant = lead.instant(due.parse().unwrap(), MORNING, &zone());
        instant.map(Timestamp::to_rfc3339).unwrap_or_default()
    }

    #[test]
    fn minutes_pass_and_days_keep_the_clock() {
        assert_eq!(reminded("30m", "2026-11-29T09:30"), "2026-11-29T07:00:00Z");
        assert_eq!(reminded("0m", "2026-11-29"), "2026-11-29T07:00:00Z");
        assert_eq!(reminded("30m", "2026-11-29"), "2026-11-29T07:00:00Z");
        assert_eq!(reminded("1d", "2026-11-29T18:00"), "2026-11-28T16:00:00Z");
        assert_eq!(reminded("never", "2026-11-29"), "");
        // A day before the clocks went ahead is 23 hours before, and an hour before is an hour.
        assert_eq!(reminded("1d", "2026-03-27T10:00"), "2026-03-26T08:00:00Z");
        assert_eq!(reminded("60m", "2026-03-27T03:30"), "2026-03-26T23:30:00Z");
    }

    #[test]
    fn a_gap_moves_to_its_end_and_an_overlap_counts_the_first_time() {
        assert_eq!(reminded("0m", "2026-03-27T02:30"), "2026-03-27T00:00:00Z");
        assert_eq!(reminded("1d", "2026-03-28T02:30"), "2026-03-27T00:00:00Z");
        assert_eq!(reminded("0m", "2026-10-25T01:30"), "2026-10-24T22:30:00Z");
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_put_off_to_their_end() {
        let quiet: Quiet = "22:00-07:00".parse().unwrap();
        let kept = |text: &str| quiet.kept(&zone(), at(text), None, at(text)).to_rfc3339();
        assert_eq!(kept("2026-11-29T20:30:00Z"), "2026-11-30T05:00:00Z");
        assert_eq!(kept("2026-11-30T04:59:59Z"), "2026-11-30T05:00:00Z");
        assert_eq!(kept("2026-11-30T05:00:00Z"), "2026-11-30T05:00:00Z");
        assert_eq!(kept("2026-11-30T10:00:00Z"), "2026-11-30T10:00:00Z");
        let noon: Quiet = "12:00-14:00".parse().unwrap();
        assert_eq!(
            noon.kept(&zone(), at("2026-11-30T10:30:00Z"), None, at("2026-11-30T10:00:00Z")),
            at("2026-11-30T12:00:00Z")
        );
    }

    #[test]
    fn what_begins_before_quiet_ends_is_told_before_quiet_begins() {
        let quiet: Quiet = "22:00-09:00".parse().unwrap();
        let kept = |now: &str| {
            let over = Some(at("2026-11-30T06:00:00Z"));
            quiet.kept(&zone(), at("2026-11-30T05:30:00Z"), over, at(now)).to_rfc3339()
        };
        assert_eq!(kept("2026-11-29T12:00:00Z"), "2026-11-29T19:59:00Z");
        // Too late for that: then when quiet ends, and whoever sends it sees that it is over.
        assert_eq!(kept("2026-11-29T22:00:00Z"), "2026-11-30T07:00:00Z");
    }

    #[test]
    fn an_hour_that_comes_twice_is_quiet_once() {
        // Clocks go from 02:00 back to 01:00 on 2026-10-25; quiet ends at the first 01:30.
        let quiet: Quiet = "22:00-01:30".parse().unwrap();
        let first = at("2026-10-24T22:29:00Z");
        assert_eq!(quiet.kept(&zone(), first, None, first), at("2026-10-24T22:30:00Z"));
        let again = at("2026-10-24T23:15:00Z");
        assert_eq!(quiet.kept(&zone(), again, None, again), again);
    }

    #[test]
    fn what_says_no_lead_or_quiet_is_refused() {
        for text in ["", "m", "+5m", "05m", "2881m", "0d", "29d", "1w", "1\u{05d0}", "Never"] {
            assert!(text.parse::<Lead>().is_err(), "{text}");
        }
        for text in ["", "22:00", "22:00-22:00", "24:00-07:00", "9:00-10:00", "a-b"] {
            assert!(text.parse::<Quiet>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_lead_in_its_own_spelling_or_refused(text in "\\PC{0,8}") {
            if let Ok(lead) = text.parse::<Lead>() {
                prop_assert_eq!(lead.to_string(), text.clone());
            }
            if let Ok(quiet) = text.parse::<Quiet>() {
                prop_assert_eq!(quiet.to_string(), text);
            }
        }

        #[test]
        fn nothing_is_kept_into_quiet_hours(
            from in 0_i16..1440, until in 0_i16..1440, secs in 1_700_000_000_i64..1_900_000_000,
        ) {
            let read = |at: i16| {
                Time::new(i8::try_from(at / 60).unwrap(), i8::try_from(at % 60).unwrap(), 0, 0).unwrap()
            };
            if let Some(quiet) = Quiet::new(read(from), read(until)) {
                let at = Timestamp::from_millis(secs * 1_000);
                let kept = quiet.kept(&zone(), at, None, at);
                prop_assert!(kept >= at);
                prop_assert!(quiet.around(&zone(), kept).is_none_or(|(began, _)| began == kept));
            }
        }
    }
}
