//! Times of properties (RFC 5545, 3.3.4 to 3.3.6 and 3.8.2): days, instants, and wall-clock times in a
//! zone, which the host turns into instants.

use core::ops::Range;

use oxpi_kit::Timestamp;
use oxpi_kit::time::parse_date;

use super::{Document, Property};

/// Finds the instant of a local time in a zone; the host's, or a test's.
pub type Instants<'a> = &'a dyn Fn(&str, &str) -> Option<Timestamp>;

const DAY_MS: i64 = 86_400_000;

/// When something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A day, `2026-12-01`.
    Day(String),
    /// An instant.
    Instant(Timestamp),
    /// A wall-clock time, `2026-12-01T08:00:00`; without a zone it is wherever one is.
    Local(String, Option<String>),
}

impl When {
    /// Reads a property.
    pub fn read(property: &Property<'_>) -> Option<Self> {
        let value = property.value.trim();
        let (date, clock) = match value.split_once(['T', 't']) {
            Some((date, clock)) => (date, Some(clock)),
            None => (value, None),
        };
        let date = day(date)?;
        let Some(clock) = clock else { return Some(Self::Day(date)) };
        let (digits, is_utc) = match clock.strip_suffix(['Z', 'z']) {
            Some(digits) => (digits, true),
            None => (clock, false),
        };
        let local = format!("{date}T{}", time_of_day(digits)?);
        if is_utc {
            return Some(Self::Instant(format!("{local}Z").parse().ok()?));
        }
        Some(Self::Local(local, property.param("TZID").map(str::to_owned)))
    }

    /// Its instant; `zone` is that of what has none.
    pub fn instant(&self, zone: &str, instants: Instants<'_>) -> Option<Timestamp> {
        match self {
            Self::Instant(at) => Some(*at),
            Self::Day(day) => instants(day, zone),
            Self::Local(local, None) => instants(local, zone),
            Self::Local(local, Some(named)) => {
                let known = spellings(named).find_map(|zone| instants(local, zone));
                known.or_else(|| instants(local, zone))
            }
        }
    }
}

/// What a zone may be called for those who know IANA's names: itself, a path that ends in one, or what
/// it is under Windows.
fn spellings(named: &str) -> impl Iterator<Item = &str> {
    let plain = named.trim_matches('/');
    let cuts = plain.match_indices('/').map(|(at, _)| &plain[at + 1..]);
    let windows = WINDOWS.iter().find(|(name, _)| *name == named).map(|(_, zone)| *zone);
    core::iter::once(plain).chain(windows).chain(cuts)
}

/// The zones that programs under Windows name most, by Unicode's table (CLDR, `windowsZones`).
const WINDOWS: [(&str, &str); 42] = [
    ("UTC", "Etc/UTC"),
    ("GMT Standard Time", "Europe/London"),
    ("Greenwich Standard Time", "Atlantic/Reykjavik"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("FLE Standard Time", "Europe/Kyiv"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("Israel Standard Time", "Asia/Jerusalem"),
    ("Jordan Standard Time", "Asia/Amman"),
    ("Middle East Standard Time", "Asia/Beirut"),
    ("Egypt Standard Time", "Africa/Cairo"),
    ("South Africa Standard Time", "Africa/Johannesburg"),
    ("Arab Standard Time", "Asia/Riyadh"),
    ("Arabian Standard Time", "Asia/Dubai"),
    ("Georgian Standard Time", "Asia/Tbilisi"),
    ("India Standard Time", "Asia/Kolkata"),
    ("SE Asia Standard Time", "Asia/Bangkok"),
    ("China Standard Time", "Asia/Shanghai"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("Korea Standard Time", "Asia/Seoul"),
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("E. Australia Standard Time", "Australia/Brisbane"),
    ("W. Australia Standard Time", "Australia/Perth"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
    ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ("Alaskan Standard Time", "America/Anchorage"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("US Mountain Standard Time", "America/Phoenix"),
    ("Mountain Standard Time", "America/Denver"),
    ("Central Standard Time", "America/Chicago"),
    ("Central Standard Time (Mexico)", "America/Mexico_City"),
    ("Eastern Standard Time", "America/New_York"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("SA Pacific Standard Time", "America/Bogota"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Argentina Standard Time", "America/Argentina/Buenos_Aires"),
];

/// When an event begins and ends, and whether it is about days. Never backwards.
pub fn span_of(
    document: &Document,
    event: &Range<usize>,
    zone: &str,
    instants: Instants<'_>,
) -> Option<(Timestamp, Timestamp, bool)> {
    let start = When::read(&document.property(event, "DTSTART")?)?;
    let from = start.instant(zone, instants)?;
    let is_day = matches!(start, When::Day(_));
    let to = match (document.property(event, "DTEND"), document.property(event, "DURATION")) {
        (Some(end), _) => When::read(&end)?.instant(zone, instants)?,
        (None, Some(length)) => match (&start, duration(length.value)?) {
            // Days are as long as the clocks make them.
            (When::Day(day), length) if length % DAY_MS == 0 => {
                instants(&day_after(day, length / DAY_MS)?, zone)?
            }
            (_, length) => from.plus_millis(length),
        },
        (None, None) => match &start {
            When::Day(day) => instants(&day_after(day, 1)?, zone)?,
            _ => from,
        },
    };
    Some((from, to.max(from), is_day))
}

/// `20261201` as `2026-12-01`, if there is such a day.
fn day(digits: &str) -> Option<String> {
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let day = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    parse_date(&day).map(|_| day)
}

fn day_after(day: &str, days: i64) -> Option<String> {
    let count = parse_date(day)?.checked_add(days)?;
    let text = Timestamp::from_millis(count.checked_mul(DAY_MS)?).to_string();
    text.get(..10).map(str::to_owned)
}

/// `080000` as `08:00:00`. A leap second is the last of its minute.
fn time_of_day(digits: &str) -> Option<String> {
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let second = if &digits[4..] == "60" { "59" } else { &digits[4..] };
    Some(format!("{}:{}:{second}", &digits[..2], &digits[2..4]))
}

/// Milliseconds of `P1W`, `P1DT2H`, `PT15M`.
fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix('P')?;
    let (mut total, mut number, mut in_time, mut any) = (0_i64, None::<i64>, false, false);
    for c in rest.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match (c, in_time) {
            ('T', false) if number.is_none() => {
                in_time = true;
                continue;
            }
            ('W', false) => 7 * DAY_MS,
            ('D', false) => DAY_MS,
            ('H', true) => 3_600_000,
            ('M', true) => 60_000,
            ('S', true) => 1_000,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
        any = true;
    }
    (any && number.is_none()).then_some(sign * total)
}

/// An instant as properties write it, `20261201T080000Z`.
pub fn utc(at: Timestamp) -> String {
    compact(&at.to_string()) + "Z"
}

/// An instant as a wall-clock time of a zone, `20261201T100000`; None where the zone means nothing or the
/// hour comes twice and would mean the other one.
pub fn local_in(at: Timestamp, zone: &str, instants: Instants<'_>) -> Option<String> {
    let whole = Timestamp::from_millis(at.as_millis().div_euclid(1_000) * 1_000);
    let text = |millis: i64| {
        let text = Timestamp::from_millis(millis).to_string();
        text.trim_end_matches('Z').to_owned()
    };
    // The zone's distance from UTC near that instant; once more, should it have changed in between.
    let mut guess = whole.as_millis();
    for _ in 0..3 {
        let local = text(guess);
        let there = instants(&local, zone)?;
        if there == whole {
            return Some(compact(&local));
        }
        guess += whole.as_millis() - there.as_millis();
    }
    None
}

/// Without hyphens, colons, fractions and zone.
fn compact(text: &str) -> String {
    let whole = text.split(['.', 'Z']).next().unwrap_or_default();
    whole.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two hours east, three from April to October.
    fn instants(local: &str, zone: &str) -> Option<Timestamp> {
        let local = if local.len() == 10 { format!("{local}T00:00:00") } else { local.to_owned() };
        let month: u32 = local.get(5..7)?.parse().ok()?;
        let offset = match zone {
            "Asia/Jerusalem" if (4..=10).contains(&month) => "+03:00",
            "Asia/Jerusalem" => "+02:00",
            "UTC" => "Z",
            _ => return None,
        };
        format!("{local}{offset}").parse().ok()
    }

    fn span(lines: &str) -> Option<(String, String, bool)> {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        let document = Document::parse(text.as_bytes())?;
        let event = document.main_event()?;
        let (from, to, is_day) = span_of(&document, &event, "Asia/Jerusalem", &instants)?;
        Some((from.to_string(), to.to_string(), is_day))
    }

    #[test]
    fn every_way_to_say_when_is_read() {
        let eight = ("2026-12-01T08:00:00Z".to_owned(), "2026-12-01T09:00:00Z".to_owned(), false);
        for lines in [
            "DTSTART:20261201T080000Z\nDTEND:20261201T090000Z",
            "DTSTART;TZID=Asia/Jerusalem:20261201T100000\nDTEND;TZID=Asia/Jerusalem:20261201T110000",
            "DTSTART;TZID=\"/freeassociation.example/Tzfile/Asia/Jerusalem\":20261201T100000\nDURATION:PT1H",
            "DTSTART;TZID=Israel Standard Time:20261201T100000\nDURATION:PT1H",
            "DTSTART:20261201T100000\nDURATION:+PT60M0S",
        ] {
            assert_eq!(span(lines), Some(eight.clone()), "{lines}");
        }
        let day = ("2026-11-30T22:00:00Z".to_owned(), "2026-12-01T22:00:00Z".to_owned(), true);
        for lines in [
            "DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261202",
            "DTSTART;VALUE=DATE:20261201",
            "DTSTART;VALUE=DATE:20261201\nDURATION:P1D",
        ] {
            assert_eq!(span(lines), Some(day.clone()), "{lines}");
        }
        let none = span("DTSTART:20261201T080000Z").unwrap();
        assert_eq!(none.0, none.1, "a moment takes no time");
        let back = span("DTSTART:20261201T080000Z\nDTEND:20261201T070000Z").unwrap();
        assert_eq!(back.0, back.1);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for lines in [
            "SUMMARY:x",
            "DTSTART:",
            "DTSTART:20261301T080000Z",
            "DTSTART:20261201T0800Z",
            "DTSTART:2026-12-01",
            "DTSTART:20261201T080000Z\nDTEND:soon",
            "DTSTART:20261201T080000Z\nDURATION:1H",
            "DTSTART:20261201T080000Z\nDURATION:PT",
            "DTSTART:20261201T080000Z\nDURATION:PT99999999999999999999H",
        ] {
            assert_eq!(span(lines), None, "{lines}");
        }
    }

    #[test]
    fn an_instant_is_written_in_the_zone_that_was_there() {
        let at: Timestamp = "2026-12-01T08:00:00.5Z".parse().unwrap();
        assert_eq!(utc(at), "20261201T080000Z");
        assert_eq!(local_in(at, "Asia/Jerusalem", &instants).as_deref(), Some("20261201T100000"));
        assert_eq!(local_in(at, "Mars/X", &instants), None);
        // Where the distance changes under way.
        let april: Timestamp = "2026-03-31T22:30:00Z".parse().unwrap();
        let local = local_in(april, "Asia/Jerusalem", &instants);
        assert!(local.is_none_or(|local| local.starts_with("20260401T")));
    }

    proptest! {
        #[test]
        fn no_value_is_too_much(value in "[PTWDHMS0-9+:Z.-]{0,24}") {
            let _ = span(&format!("DTSTART:{value}"));
            let _ = span(&format!("DTSTART:20261201T080000Z\nDURATION:{value}"));
        }

        #[test]
        fn instants_come_back(millis in 0..4_000_000_000_000_i64) {
            let at = Timestamp::from_millis(millis / 1_000 * 1_000);
            let text = utc(at);
            let read = When::read(&Property { value: &text, params: vec![] });
            prop_assert_eq!(read, Some(When::Instant(at)));
        }
    }
}
