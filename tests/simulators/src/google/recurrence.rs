//! Recurrence rules (RFC 5545): daily and weekly with INTERVAL, COUNT, UNTIL and BYDAY, plain monthly
//! and yearly, and EXDATE. A rule beyond that is refused, never misread.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use super::when;

const STEPS_MAX: usize = 20_000;
const OCCURRENCES_MAX: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// When an event repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    every: Every,
    interval: i64,
    count: Option<usize>,
    until: Option<DateTime>,
    days: Vec<Weekday>,
    week_start: Weekday,
    skipped: Vec<DateTime>,
}

impl Series {
    /// Reads the lines of `recurrence`; `zone` is the event's. The error says what is wrong.
    pub fn parse(lines: &[&str], zone: &TimeZone) -> Result<Self, String> {
        let mut series = None;
        let mut skipped = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or("Invalid recurrence rule.")?;
            let (name, parameters) = name.split_once(';').unwrap_or((name, ""));
            match name.to_uppercase().as_str() {
                "RRULE" if series.is_none() => series = Some(Self::rule(value, zone)?),
                "EXDATE" => skipped.append(&mut dates(value, parameters, zone)?),
                _ => return Err(format!("Invalid recurrence rule: {name}.")),
            }
        }
        let mut series = series.ok_or("Invalid recurrence rule.")?;
        series.skipped = skipped;
        Ok(series)
    }

    fn rule(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let mut series = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            days: Vec::new(),
            week_start: Weekday::Monday,
            skipped: Vec::new(),
        };
        let mut every = None;
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or("Invalid recurrence rule.")?;
            let number = || value.parse::<u32>().ok().filter(|number| *number > 0);
            let wrong = || format!("Invalid recurrence rule: {part}.");
            match name.to_uppercase().as_str() {
                "FREQ" => every = Some(frequency(value).ok_or_else(wrong)?),
                "INTERVAL" => series.interval = i64::from(number().ok_or_else(wrong)?),
                "COUNT" => series.count = Some(number().ok_or_else(wrong)? as usize),
                "UNTIL" => series.until = Some(until(value, zone).ok_or_else(wrong)?),
                "BYDAY" => {
                    let days: Option<Vec<Weekday>> = value.split(',').map(weekday).collect();
                    series.days = days.ok_or_else(wrong)?;
                }
                "WKST" => series.week_start = weekday(value).ok_or_else(wrong)?,
                _ => return Err(wrong()),
            }
        }
        series.every = every.ok_or("Invalid recurrence rule: FREQ is missing.")?;
        let long = matches!(series.every, Every::Month | Every::Year);
        if series.count.is_some() && series.until.is_some() || long && !series.days.is_empty() {
            return Err("Invalid recurrence rule.".to_owned());
        }
        Ok(series)
    }

    /// Local starts from the first on, none after `limit`.
    pub fn starts(&self, first: DateTime, limit: DateTime) -> Vec<DateTime> {
        let mut starts = Vec::new();
        let mut counted = 0;
        for step in 0..STEPS_MAX {
            for day in self.days_of_step(first.date(), i64::try_from(step).unwrap_or(i64::MAX)) {
                let start = day.to_datetime(first.time());
                let over = self.until.is_some_and(|until| start > until)
                    || self.count.is_some_and(|count| counted >= count);
                if over || start > limit || starts.len() >= OCCURRENCES_MAX {
                    return starts;
                }
                counted += 1;
                if !self.skipped.contains(&start) {
                    starts.push(start);
                }
            }
        }
        starts
    }

    /// The days of one step of the rule, in order, none before the first.
    fn days_of_step(&self, first: Date, step: i64) -> Vec<Date> {
        let ahead = step.saturating_mul(self.interval);
        match self.every {
            Every::Day => {
                let day = first.checked_add(ahead.min(4_000_000).days()).ok();
                day.filter(|d| self.days.is_empty() || self.days.contains(&d.weekday()))
                    .into_iter()
                    .collect()
            }
            Every::Week => {
                let into = i64::from(first.weekday().since(self.week_start));
                let monday = ahead.min(500_000) * 7 - into;
                let day = |at: i64| first.checked_add((monday + at).days()).ok();
                let wanted = |day: &Date| match self.days.is_empty() {
                    true => day.weekday() == first.weekday(),
                    false => self.days.contains(&day.weekday()),
                };
                (0..7).filter_map(day).filter(|day| *day >= first && wanted(day)).collect()
            }
            Every::Month => {
                let month = i64::from(first.year()) * 12 + i64::from(first.month()) - 1 + ahead;
                on(month / 12, month % 12 + 1, first.day()).into_iter().collect()
            }
            Every::Year => {
                let year = i64::from(first.year()) + ahead;
                on(year, i64::from(first.month()), first.day()).into_iter().collect()
            }
        }
    }
}

fn on(year: i64, month: i64, day: i8) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, day).ok()
}

fn frequency(text: &str) -> Option<Every> {
    match text.to_uppercase().as_str() {
        "DAILY" => Some(Every::Day),
        "WEEKLY" => Some(Every::Week),
        "MONTHLY" => Some(Every::Month),
        "YEARLY" => Some(Every::Year),
        _ => None,
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    match text.to_uppercase().as_str() {
        "MO" => Some(Weekday::Monday),
        "TU" => Some(Weekday::Tuesday),
        "WE" => Some(Weekday::Wednesday),
        "TH" => Some(Weekday::Thursday),
        "FR" => Some(Weekday::Friday),
        "SA" => Some(Weekday::Saturday),
        "SU" => Some(Weekday::Sunday),
        _ => None,
    }
}

/// UNTIL is the last possible start; a bare day counts to its end.
fn until(text: &str, zone: &TimeZone) -> Option<DateTime> {
    if text.len() == 8 {
        return Some(Date::strptime("%Y%m%d", text).ok()?.at(23, 59, 59, 0));
    }
    local(text, zone, zone)
}

/// `20261201T100000Z`, or without Z in `named`, as local time in `zone`.
fn local(text: &str, named: &TimeZone, zone: &TimeZone) -> Option<DateTime> {
    let (digits, named) = match text.strip_suffix('Z') {
        Some(digits) => (digits, &TimeZone::UTC),
        None => (text, named),
    };
    let time = DateTime::strptime("%Y%m%dT%H%M%S", digits).ok()?;
    Some(when::civil(when::instant(time, named)?, zone))
}

fn dates(value: &str, parameters: &str, zone: &TimeZone) -> Result<Vec<DateTime>, String> {
    let named = parameters.split(';').find_map(|parameter| parameter.strip_prefix("TZID="));
    let named = match named {
        Some(name) => when::zone(name).ok_or("Invalid recurrence rule: EXDATE.")?,
        None => zone.clone(),
    };
    let date = |text: &str| match text.len() {
        8 => Date::strptime("%Y%m%d", text).ok().map(|date| date.at(0, 0, 0, 0)),
        _ => local(text, &named, zone),
    };
    let dates: Option<Vec<DateTime>> = value.split(',').map(date).collect();
    dates.ok_or_else(|| "Invalid recurrence rule: EXDATE.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn starts(lines: &[&str], first: DateTime) -> Vec<String> {
        let zone = when::zone("Asia/Jerusalem").unwrap();
        let series = Series::parse(lines, &zone).unwrap();
        let limit = datetime(2027, 12, 31, 0, 0, 0, 0);
        series
            .starts(first, limit)
            .iter()
            .map(|start| start.strftime("%m-%d %H").to_string())
            .collect()
    }

    #[test]
    fn weekly_days_come_in_order_and_none_before_the_first() {
        // A Wednesday; the Monday of that week has passed.
        let first = date(2026, 12, 2).at(10, 0, 0, 0);
        let got = starts(&["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4"], first);
        assert_eq!(got, ["12-02 10", "12-14 10", "12-16 10", "12-28 10"]);
    }

    #[test]
    fn until_is_inclusive_and_exdates_are_left_out_but_counted() {
        let first = date(2026, 12, 1).at(10, 0, 0, 0);
        let rule = "RRULE:FREQ=DAILY;UNTIL=20261203T080000Z";
        assert_eq!(starts(&[rule], first), ["12-01 10", "12-02 10", "12-03 10"]);
        let got = starts(
            &["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Asia/Jerusalem:20261202T100000"],
            first,
        );
        assert_eq!(got, ["12-01 10", "12-03 10"]);
    }

    #[test]
    fn a_month_without_the_day_is_left_out() {
        let first = date(2026, 12, 31).at(9, 0, 0, 0);
        let got = starts(&["RRULE:FREQ=MONTHLY;COUNT=3"], first);
        assert_eq!(got, ["12-31 09", "01-31 09", "03-31 09"]);
    }

    #[test]
    fn a_rule_that_is_not_understood_is_refused() {
        let zone = TimeZone::UTC;
        for bad in [
            "RRULE:INTERVAL=2",
            "RRULE:FREQ=SECONDLY",
            "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20261203",
            "RRULE:FREQ=MONTHLY;BYDAY=1MO",
            "RRULE:FREQ=DAILY;BYSETPOS=1",
            "DTSTART:20261201T100000Z",
            "FREQ=DAILY",
        ] {
            assert!(Series::parse(&[bad], &zone).is_err(), "{bad}");
        }
    }
}
