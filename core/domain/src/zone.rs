//! Time zones by IANA name, from the database bundled in the binary.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A time zone such as `Asia/Jerusalem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(jiff::tz::TimeZone, String);

/// Text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such time zone: {0:?}")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC, "UTC".to_owned())
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.1
    }

    /// What a clock on the wall shows at this instant.
    pub fn local(&self, time: Timestamp) -> DateTime {
        let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
        self.0.to_datetime(instant)
    }

    /// The instant of a local time. In a gap (the clock jumps ahead) the first valid instant after
    /// it; in an overlap (the clock is set back) the earlier of the two.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let zoned = self.0.to_ambiguous_zoned(local).compatible().ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// The first instant at which clocks show this local time or a later one: a time in a gap moves to
    /// where the gap ends, and one that comes twice is meant the first time.
    pub fn first_instant(&self, local: DateTime) -> Option<Timestamp> {
        let shifted = self.instant(local)?;
        if self.local(shifted) == local {
            return Some(shifted);
        }
        let after = jiff::Timestamp::from_millisecond(shifted.as_millis().checked_add(1)?).ok()?;
        let jump = self.0.preceding(after).next()?;
        Some(Timestamp::from_millis(jump.timestamp().as_millisecond()))
    }

    /// How far this zone's clocks are from UTC at an instant, such as `+02:00`.
    pub fn offset(&self, time: Timestamp) -> String {
        let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
        let secs = self.0.to_offset(instant).seconds();
        let (sign, mins) = (if secs < 0 { '-' } else { '+' }, secs.abs() / 60);
        format!("{sign}{:02}:{:02}", mins / 60, mins % 60)
    }

    /// How far this zone's clocks are from UTC at an instant, in seconds.
    pub fn offset_secs(&self, time: Timestamp) -> i32 {
        let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
        self.0.to_offset(instant).seconds()
    }

    /// When this zone's clocks are set, between two instants: each time with whether it is to summer time.
    pub fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, bool)> {
        let instant = jiff::Timestamp::from_millisecond(from.as_millis()).unwrap_or_default();
        let all = self.0.following(instant).map(|change| {
            (Timestamp::from_millis(change.timestamp().as_millisecond()), change.dst().is_dst())
        });
        all.take_while(|(at, _)| *at < to).collect()
    }

    /// The first instant of a local day.
    pub fn start_of_day(&self, day: Date) -> Option<Timestamp> {
        let zoned = day.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// Every name a settings page can offer, sorted.
    pub fn all_names() -> Vec<String> {
        let mut names: Vec<String> =
            jiff::tz::db().available().map(|name| name.to_string()).collect();
        names.retain(|name| name == "UTC" || name.contains('/') && !name.starts_with("Etc/"));
        names.sort();
        names
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;
    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let zone = jiff::tz::TimeZone::get(text)
            .map_err(|_| UnknownZone(text.chars().take(64).collect()))?;
        let name = zone.iana_name().unwrap_or(text).to_owned();
        Ok(Self(zone, name))
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(text: String) -> Result<Self, UnknownZone> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.1
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn a_gap_moves_forward_and_an_overlap_takes_the_first() -> Result<(), UnknownZone> {
        let zone: Zone = "Asia/Jerusalem".parse()?;
        // The clock jumps from 02:00 to 03:00 on 2026-03-27 and back from 02:00 on 2026-10-25.
        let gap = zone.instant(datetime(2026, 3, 27, 2, 30, 0, 0));
        assert_eq!(gap, Timestamp::parse_rfc3339("2026-03-27T00:30:00Z"));
        let overlap = zone.instant(datetime(2026, 10, 25, 1, 30, 0, 0));
        assert_eq!(overlap, Timestamp::parse_rfc3339("2026-10-24T22:30:00Z"));
        Ok(())
    }

    #[test]
    fn a_gap_ends_at_its_first_valid_instant() -> Result<(), UnknownZone> {
        let zone: Zone = "Asia/Jerusalem".parse()?;
        let at = |time| zone.first_instant(time).map(Timestamp::to_rfc3339);
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(at(datetime(2026, 3, 27, 2, 30, 0, 0)), told("2026-03-27T00:00:00Z"));
        assert_eq!(at(datetime(2026, 3, 27, 3, 0, 0, 0)), told("2026-03-27T00:00:00Z"));
        assert_eq!(at(datetime(2026, 3, 27, 1, 59, 0, 0)), told("2026-03-26T23:59:00Z"));
        assert_eq!(at(datetime(2026, 10, 25, 1, 30, 0, 0)), told("2026-10-24T22:30:00Z"));
        // A whole day that never was: Samoa crossed the date line.
        let zone: Zone = "Pacific/Apia".parse()?;
        let at = zone.first_instant(datetime(2011, 12, 30, 9, 0, 0, 0));
        assert_eq!(at.map(Timestamp::to_rfc3339), told("2011-12-30T10:00:00Z"));
        Ok(())
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert!("Mars/Olympus".parse::<Zone>().is_err());
    }
}
