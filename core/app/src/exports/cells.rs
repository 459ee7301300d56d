//! What the cells of a column are. In a workbook numbers, days and times are such, so that programs count with
//! them and order by them, by the clock of the business; in a file of text they stand as they are.

use domain::{Timestamp, Zone};
use jiff::civil::{Date, DateTime, Time};

/// As many digits of a number programs keep.
const DIGITS_MAX: usize = 15;
/// Programs count days from here.
const DAY_ZERO: Date = jiff::civil::date(1899, 12, 30);
/// Before this one they don't agree on which day a number is.
const DAY_MIN: Date = jiff::civil::date(1900, 3, 1);
const DAY_SECS: f64 = 86_400.0;

/// What a column holds; what isn't that is text there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// An amount of money in whole units, perhaps with parts.
    Amount,
    Day,
    /// A day and a time of it; where it is said with its offset, it is told by the clock of the business.
    Moment,
    /// A time of a day.
    Time,
}

/// How a cell is shown: its place among the formats of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain = 0,
    Head = 1,
    /// With thousands set apart.
    Units = 2,
    /// The same with two digits after the point.
    Parts = 3,
    Day = 4,
    Moment = 5,
    Time = 6,
}

impl Kind {
    /// What stands below the head of this key.
    pub(super) fn of_head(key: &str) -> Self {
        match key {
            "imports-target-value" | "approval-amount" => Self::Amount,
            "imports-target-follow-up"
            | "imports-target-consent-on"
            | "imports-target-added-on"
            | "imports-target-customer-since"
            | "exports-changed"
            | "exports-added"
            | "exports-done-on"
            | "exports-since"
            | "exports-last-day"
            | "task-day" => Self::Day,
            "exports-when" | "exports-starts" | "exports-ends" | "exports-ends-on"
            | "exports-open-until" | "exports-proposed" | "exports-next-try" | "exports-used"
            | "approval-expires" | "document-kept" => Self::Moment,
            "task-time" => Self::Time,
            "document-size-bytes"
            | "exports-number"
            | "exports-tries"
            | "exports-rows"
            | "exports-rows-new"
            | "exports-rows-changed"
            | "exports-rows-skipped"
            | "exports-rows-refused"
            | "exports-rows-kept" => Self::Number,
            _ => Self::Text,
        }
    }

    /// A text as a number that programs count with, and how it is shown; None where it is none.
    pub(super) fn counted(self, text: &str, zone: &Zone) -> Option<(String, Style)> {
        match self {
            Self::Text => None,
            Self::Number => is_number(text).then(|| (text.to_owned(), Style::Plain)),
            Self::Amount => is_number(text).then(|| (text.to_owned(), of_amount(text))),
            Self::Day => {
                let day: Date = text.parse().ok()?;
                Some((days(day)?.to_string(), Style::Day))
            }
            Self::Moment => {
                let at = moment(text, zone)?;
                let days = f64::from(days(at.date())?) + part_of_day(at.time());
                Some((days.to_string(), Style::Moment))
            }
            Self::Time => {
                let time = Time::strptime("%H:%M", text).ok()?;
                Some((part_of_day(time).to_string(), Style::Time))
            }
        }
    }
}

/// How an amount is shown: never with fewer digits after its point than it has.
fn of_amount(text: &str) -> Style {
    match text.split_once('.').map(|(_, part)| part.len()) {
        None => Style::Units,
        Some(2) => Style::Parts,
        Some(_) => Style::Plain,
    }
}

fn days(day: Date) -> Option<i32> {
    if day < DAY_MIN {
        return None;
    }
    DAY_ZERO.until(day).ok().map(|span| span.get_days())
}

fn part_of_day(time: Time) -> f64 {
    let minutes = i32::from(time.hour()) * 60 + i32::from(time.minute());
    f64::from(minutes * 60 + i32::from(time.second())) / DAY_SECS
}

/// A moment by the clock of the business, as lists write it, or with its offset.
fn moment(text: &str, zone: &Zone) -> Option<DateTime> {
    let local = DateTime::strptime("%Y-%m-%d %H:%M", text).ok();
    local.or_else(|| Timestamp::parse_rfc3339(text).map(|at| zone.local(at)))
}

/// Whether a text is a number as programs write it themselves.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let begins = whole.len() == 1 || !whole.starts_with('0');
    begins && are_digits(whole) && are_digits(part) && digits.len() <= DIGITS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_counted_is_a_number_and_how_it_is_shown() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let of = |kind: Kind, text: &str| kind.counted(text, &zone);
        let is = |value: &str, style| Some((value.to_owned(), style));
        assert_eq!(of(Kind::Amount, "1500"), is("1500", Style::Units));
        assert_eq!(of(Kind::Amount, "1500.50"), is("1500.50", Style::Parts));
        // Three digits of a dinar are not rounded to two.
        assert_eq!(of(Kind::Amount, "1.234"), is("1.234", Style::Plain));
        assert_eq!(of(Kind::Number, "-0.25"), is("-0.25", Style::Plain));
        assert_eq!(of(Kind::Day, "2026-12-01"), is("46357", Style::Day));
        assert_eq!(of(Kind::Moment, "2026-12-01 12:00"), is("46357.5", Style::Moment));
        assert_eq!(of(Kind::Moment, "2026-12-01T10:00:00Z"), is("46357.5", Style::Moment));
        assert_eq!(of(Kind::Time, "06:00"), is("0.25", Style::Time));
    }

    #[test]
    fn what_is_none_stays_text() {
        let zone = Zone::utc();
        for (kind, text) in [
            (Kind::Text, "1500"),
            (Kind::Number, "007"),
            (Kind::Number, "1234567890123456"),
            (Kind::Amount, "=1"),
            (Kind::Day, "1899-01-01"),
            (Kind::Day, "soon"),
            (Kind::Moment, "2026-12-01"),
            (Kind::Time, "25:00"),
        ] {
            assert_eq!(kind.counted(text, &zone), None, "{kind:?} of {text}");
        }
    }
}
