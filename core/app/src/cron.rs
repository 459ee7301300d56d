//! Cron lines by the clock of a time zone.
//!
//! A line speaks of local time, so the next occurrence is looked for on the wall clock and then
//! turned into an instant: one that falls into a gap moves to the first instant after it, one that
//! comes twice fires once, the first time.

use chrono::{DateTime, NaiveDate, Utc};
use croner::Cron;
use domain::{Timestamp, Zone};
use jiff::civil::DateTime as Civil;

/// The first time after an instant, or None where the line is wrong or never comes.
pub(crate) fn next_after(line: &str, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
    let cron: Cron = line.parse().ok()?;
    if is_interval(line) {
        return next_of_interval(&cron, zone, after);
    }
    let mut wall = to_wall(zone.local(after))?;
    // Around an overlap the wall clock shows the same time again; two steps past it are enough.
    for _ in 0..200 {
        wall = cron.find_next_occurrence(&wall, false).ok()?;
        let instant = zone.instant(from_wall(&wall)?)?;
        if instant > after {
            return Some(instant);
        }
    }
    None
}

/// Whether the line names no hour, so that it means every so often and not a time of day.
fn is_interval(line: &str) -> bool {
    line.split_whitespace().nth(1).is_some_and(|hours| hours.starts_with('*'))
}

/// Every so often goes on while the clock is set back: the hour that comes twice is two hours long.
fn next_of_interval(cron: &Cron, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
    let (mut from, mut shown) = (after, to_wall(zone.local(after))?);
    for _ in 0..3 {
        let wall = cron.find_next_occurrence(&shown, false).ok()?;
        let instant = from.plus_millis((wall - shown).num_milliseconds());
        // To the second: the wall clock above has no smaller part.
        let instant = instant.plus_millis(-instant.as_millis().rem_euclid(1_000));
        let there = to_wall(zone.local(instant))?;
        if there == wall {
            return Some(instant);
        }
        // The clock was changed on the way: look again from there, by the new time.
        from = instant.plus_secs(-1);
        shown = there - chrono::TimeDelta::seconds(1);
    }
    None
}

/// The wall clock as if it were UTC, which is only a way to count on it.
fn to_wall(local: Civil) -> Option<DateTime<Utc>> {
    let part = |n: i8| u32::try_from(n).ok();
    let day =
        NaiveDate::from_ymd_opt(i32::from(local.year()), part(local.month())?, part(local.day())?)?;
    Some(
        day.and_hms_opt(part(local.hour())?, part(local.minute())?, part(local.second())?)?
            .and_utc(),
    )
}

fn from_wall(wall: &DateTime<Utc>) -> Option<Civil> {
    // Through text: both libraries read and write the same ISO 8601.
    wall.format("%Y-%m-%dT%H:%M:%S").to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(line: &str, after: &str) -> String {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        next_after(line, &zone, Timestamp::parse_rfc3339(after).unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn lines_are_read_by_the_local_clock() {
        assert_eq!(next("0 9 * * *", "2026-07-01T00:00:00Z"), "2026-07-01T06:00:00Z");
        assert_eq!(next("0 9 * * *", "2026-12-01T00:00:00Z"), "2026-12-01T07:00:00Z");
        assert_eq!(next("* * * * *", "2026-12-01T00:00:30Z"), "2026-12-01T00:01:00Z");
    }

    #[test]
    fn a_gap_fires_after_it_and_an_overlap_once() {
        // 02:30 doesn't exist on 2026-03-27; 01:30 comes twice on 2026-10-25.
        assert_eq!(next("30 2 * * *", "2026-03-26T22:00:00Z"), "2026-03-27T00:30:00Z");
        assert_eq!(next("30 1 * * *", "2026-10-24T21:00:00Z"), "2026-10-24T22:30:00Z");
        assert_eq!(next("30 1 * * *", "2026-10-24T22:30:00Z"), "2026-10-25T23:30:00Z");
    }

    #[test]
    fn every_minute_goes_on_through_an_overlap() {
        assert_eq!(next("* * * * *", "2026-10-24T22:59:30Z"), "2026-10-24T23:00:00Z");
    }

    #[test]
    fn a_line_that_never_comes_is_none() {
        let zone = Zone::utc();
        assert_eq!(next_after("0 0 31 2 *", &zone, Timestamp::from_millis(0)), None);
        assert_eq!(next_after("often", &zone, Timestamp::from_millis(0)), None);
    }
}
