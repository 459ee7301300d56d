//! Instants and RFC 3339, without a time library: a plugin stays small. Zones are the host's work
//! (`env::instant`).

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. As JSON it is RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// Text that is not RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadTime;

impl fmt::Display for BadTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time as in RFC 3339")
    }
}

impl core::error::Error for BadTime {}

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later (earlier when negative); stops at the ends of the range.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Reads the date form of HTTP headers, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let mut words = text.split_once(", ")?.1.split(' ');
        let day = words.next()?.parse().ok()?;
        let month = month_number(words.next()?)?;
        let year = words.next()?.parse().ok()?;
        let seconds = clock_seconds(words.next()?)?;
        (words.next()? == "GMT").then_some(())?;
        Some(Self(days_from_civil(year, month, day)? * DAY_MS + seconds * 1_000))
    }
}

impl FromStr for Timestamp {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        parse(text).map(Self).ok_or(BadTime)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = BadTime;
    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let of_day = self.0.rem_euclid(DAY_MS);
        let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if millis != 0 {
            write!(f, ".{millis:03}")?;
        }
        f.write_str("Z")
    }
}

/// A date, `2026-03-01`, as its number of days since 1970-01-01; None when there is no such day.
pub fn parse_date(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    days_from_civil(digits(year)?, digits(month)?, digits(day)?)
}

fn parse(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let at = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, offset) = clock.split_at(at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let local = parse_date(date)? * DAY_MS + clock_seconds(clock)? * 1_000 + millis(fraction)?;
    Some(local - offset_ms(offset)?)
}

/// Only digits, so that `+1` or ` 1`, which a number's own parser may take, are refused.
fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn two_digits(text: &str) -> Option<i64> {
    if text.len() == 2 { digits(text) } else { None }
}

fn clock_seconds(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    // A leap second is the last second of its minute: no provider means more by it.
    let second = match two_digits(parts.next()?)? {
        60 => 59,
        second => second,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

fn millis(fraction: &str) -> Option<i64> {
    digits(fraction.get(..fraction.len().min(18))?)?;
    digits(&format!("{:0<3}", fraction.get(..fraction.len().min(3))?))
}

fn offset_ms(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn month_number(name: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = MONTHS.iter().position(|month| *month == name)?;
    i64::try_from(at + 1).ok()
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, years counted from March so that the leap day
/// is the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let exists = (0..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    if !exists {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis_of(text: &str) -> Option<i64> {
        text.parse::<Timestamp>().ok().map(Timestamp::as_millis)
    }

    #[test]
    fn offsets_and_fractions_name_the_same_instant() {
        let utc = millis_of("2026-03-01T09:30:00Z");
        assert_eq!(utc, Some(1_772_357_400_000));
        assert_eq!(millis_of("2026-03-01T11:30:00+02:00"), utc);
        assert_eq!(millis_of("2026-03-01t04:00:00.000000-05:30"), utc);
        assert_eq!(millis_of("2026-03-01T09:30:00.5Z"), Some(1_772_357_400_500));
        assert_eq!(millis_of("1969-12-31T23:59:59.999Z"), Some(-1));
    }

    #[test]
    fn what_is_written_reads_back() {
        for day in (-200_000..200_000).step_by(97) {
            let time = Timestamp::from_millis(day * DAY_MS + 12_345_678);
            assert_eq!(time.to_string().parse(), Ok(time), "{time}");
        }
        assert_eq!(Timestamp::from_millis(951_782_400_000).to_string(), "2000-02-29T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-03-01",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T09:30:00",
            "2026-03-01T09:30Z",
            "2026-03-01T+9:30:00Z",
            "2026-03-01T09:30:00+0200",
            "2026-03-01T09:30:00.Z",
            "שלום שלום שלום שלום",
        ] {
            assert_eq!(millis_of(text), None, "{text}");
        }
    }

    #[test]
    fn http_dates_are_read() {
        let time = Timestamp::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(time.map(|time| time.to_string()).as_deref(), Some("1994-11-06T08:49:37Z"));
        assert_eq!(Timestamp::parse_http_date("120"), None);
    }
}
