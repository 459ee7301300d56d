//! Days as files write them: three numbers in the order of the country, or with the month's name in English or
//! Hebrew.

use domain::{Locale, Timestamp};
use jiff::civil::Date;

use super::known::Known;
use super::plan::{Column, DateOrder, Plan};
use super::sheet::Sheet;
use crate::error::{Error, Result};

/// Months by their names, whole and shortened as spreadsheets do.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "ינואר", "ינו"],
    &["february", "feb", "פברואר", "פבר"],
    &["march", "mar", "מרץ", "מרס"],
    &["april", "apr", "אפריל", "אפר"],
    &["may", "מאי"],
    &["june", "jun", "יוני", "יונ"],
    &["july", "jul", "יולי", "יול"],
    &["august", "aug", "אוגוסט", "אוג"],
    &["september", "sept", "sep", "ספטמבר", "ספט"],
    &["october", "oct", "אוקטובר", "אוק"],
    &["november", "nov", "נובמבר", "נוב"],
    &["december", "dec", "דצמבר", "דצמ"],
];

/// What may stand beside a date and says nothing more of it: the day of the week, and what makes an ordinal of a
/// number or leads to a time.
#[rustfmt::skip]
const PASSED: &[&str] = &[
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sun", "mon", "tue", "tues", "wed", "thu", "thurs", "fri", "sat",
    "st", "nd", "rd", "th", "of", "at", "t",
    "יום", "ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת",
    "א", "ב", "ג", "ד", "ה", "ו", "ש", "בשעה",
];

/// The longest cell that is looked at for a month's name, in bytes.
const NAMED_BYTES_MAX: usize = 100;
/// Years from now on that one of two digits may mean; beyond them it is of the century before.
const YEARS_AHEAD: i16 = 20;

/// A date as it stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Three numbers, whatever their order.
    Numbers([u16; 3]),
    /// With the month's name, which leaves no doubt.
    Named { year: u16, month: u16, day: u16 },
}

/// Whether a cell is a date.
pub(super) fn looks_like_date(cell: &str) -> bool {
    written(cell).is_some()
}

fn written(cell: &str) -> Option<Written> {
    numbers(cell).map(Written::Numbers).or_else(|| named(cell))
}

/// The three numbers of a date that has a mark between them, each as it stands.
fn numbers(cell: &str) -> Option<[u16; 3]> {
    let day = cell.trim_start_matches(turns).split([' ', 'T']).next().unwrap_or_default();
    let mut parts = day.trim_end_matches(turns).split(['/', '.', '-']).map(|part| {
        // A year has two digits or four, and none of these begins with a nought.
        let is_sized = matches!(part.len(), 1 | 2) || is_long_year(part);
        let is_number = is_sized && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<u16>().ok()).flatten()
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

fn is_long_year(part: &str) -> bool {
    part.len() == 4 && !part.starts_with('0')
}

/// Marks that turn a date to one direction, as spreadsheets in Hebrew put them (UAX 9).
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A date with its month's name.
fn named(cell: &str) -> Option<Written> {
    if cell.len() > NAMED_BYTES_MAX {
        return None;
    }
    // The time of the day says nothing here.
    let is_digit = |c: char| c.is_ascii_digit();
    let day = cell.split_once(':').map_or(cell, |(before, _)| before.trim_end_matches(is_digit));
    let (mut month, mut numbers) = (None, Vec::new());
    for run in runs(day)? {
        if run.starts_with(is_digit) {
            numbers.push(run);
            continue;
        }
        match month_of(&run) {
            Some(found) if month.is_none() => month = Some(found),
            None if PASSED.contains(&run.as_str()) => {}
            _ => return None,
        }
    }
    let [first, second] = numbers.as_slice() else { return None };
    let is_year_first = first.len() == 4 || first.parse::<u16>().ok()? > 31;
    let (year, day) = if is_year_first { (first, second) } else { (second, first) };
    let is_sized = (year.len() == 2 || is_long_year(year)) && day.len() <= 2;
    let number = |text: &str| text.parse::<u16>().ok();
    let date = Written::Named { year: number(year)?, month: month?, day: number(day)? };
    is_sized.then_some(date)
}

/// What is written in letters alone or in digits alone, in small letters; nothing where anything else stands there
/// but what parts them.
fn runs(text: &str) -> Option<Vec<String>> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for letter in text.chars() {
        let is_number = match letter {
            // Behind what was shortened: ינו׳, יום ג'.
            '\'' | '’' | '׳' | '"' | '״' => continue,
            _ if turns(letter) => continue,
            '-' | '/' | '.' | ',' | '־' | '–' => None,
            _ if letter.is_whitespace() => None,
            _ if letter.is_ascii_digit() => Some(true),
            _ if letter.is_alphabetic() => Some(false),
            _ => return None,
        };
        if is_number.is_some() {
            if is_number != last {
                runs.push(String::new());
            }
            if let Some(run) = runs.last_mut() {
                run.extend(letter.to_lowercase());
            }
        }
        last = is_number;
    }
    Some(runs)
}

/// The month of this name; in Hebrew it may be said that something is in it.
fn month_of(word: &str) -> Option<u16> {
    let word = word.strip_prefix('ב').unwrap_or(word);
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    u16::try_from(at + 1).ok()
}

/// In which order dates stand: as the file shows it, and where it doesn't, as the country writes.
pub(super) fn date_order(
    sheet: &Sheet,
    columns: &[Column],
    locale: Locale,
    zone: &str,
) -> DateOrder {
    let may_be_date = |column: &Column| column.to.is_day() || column.own.is_some();
    let of_dates = columns.iter().enumerate().filter(|(_, column)| may_be_date(column));
    for (place, _) in of_dates {
        let cells = sheet.rows_from(0).take(5_000).map(|row| row.cell(place));
        for [first, second, _] in cells.filter_map(numbers) {
            match (first, second) {
                (13..=31, 1..=12) => return DateOrder::DayFirst,
                (1..=12, 13..=31) => return DateOrder::MonthFirst,
                _ => {}
            }
        }
    }
    let is_american = locale == Locale::En && zone.starts_with("America/");
    if is_american { DateOrder::MonthFirst } else { DateOrder::DayFirst }
}

/// A day in the order of the plan, with the year first, or with the month's name.
pub(super) fn day(cell: &str, plan: &Plan, known: &Known) -> Result<Date> {
    let wrong = || Error::invalid("follow_up_on", "error-imports-date");
    let (year, month, day) = match written(cell).ok_or_else(wrong)? {
        Written::Named { year, month, day } => (year, month, day),
        Written::Numbers([first, second, third]) => match plan.dates {
            _ if first > 31 => (first, second, third),
            DateOrder::DayFirst => (third, second, first),
            DateOrder::MonthFirst => (third, first, second),
        },
    };
    let part = |number: u16| i8::try_from(number).map_err(|_| wrong());
    let mut year = i16::try_from(year).map_err(|_| wrong())?;
    if year < 100 {
        let last = known.today.year() + YEARS_AHEAD;
        year = last - (last - year).rem_euclid(100);
    }
    if !(1_900..=2_200).contains(&year) {
        return Err(wrong());
    }
    Date::new(year, part(month)?, part(day)?).map_err(|_| wrong())
}

/// When a day began that is over or today.
pub(super) fn past_day(cell: &str, plan: &Plan, known: &Known) -> Result<Timestamp> {
    let day = day(cell, plan, known)?;
    if day > known.today {
        return Err(Error::invalid("day", "error-day-future"));
    }
    known.zone.start_of_day(day).ok_or_else(|| Error::invalid("day", "error-imports-date"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::super::targets::Target;
    use super::*;

    #[test]
    fn dates_are_read_in_the_order_that_one_of_them_shows() {
        let columns = [Column {
            name: String::new(),
            to: Target::FollowUp,
            own: None,
            values: BTreeMap::new(),
        }];
        let order = |cells: &[&str], locale, zone| {
            let mut sheet = Sheet::default();
            for (at, cell) in cells.iter().enumerate() {
                sheet.push(at + 1, [*cell]).unwrap();
            }
            date_order(&sheet, &columns, locale, zone)
        };
        assert_eq!(
            order(&["1/2/2026", "1/13/2026"], Locale::He, "Asia/Jerusalem"),
            DateOrder::MonthFirst
        );
        assert_eq!(order(&["13.1.2026"], Locale::En, "America/New_York"), DateOrder::DayFirst);
        assert_eq!(order(&["1/2/2026"], Locale::En, "America/New_York"), DateOrder::MonthFirst);
        assert_eq!(order(&["1/2/2026"], Locale::He, "America/New_York"), DateOrder::DayFirst);
        // What has a month's name shows no order.
        assert_eq!(
            order(&["Jan 5, 2026", "1/13/2026"], Locale::He, "Asia/Jerusalem"),
            DateOrder::MonthFirst
        );
    }

    #[test]
    fn a_month_is_known_by_its_name_wherever_it_stands() {
        let date = |year, month, day| Some(Written::Named { year, month, day });
        for (cell, expected) in [
            ("05-Jan-24", date(24, 1, 5)),
            ("5-ינו-24", date(24, 1, 5)),
            ("5 ינו׳ 2024", date(2024, 1, 5)),
            ("5 Jan 2024", date(2024, 1, 5)),
            ("12 במרץ 2026", date(2026, 3, 12)),
            ("יום חמישי, 12 במרץ 2026", date(2026, 3, 12)),
            ("יום ה', 12 במרץ 2026 בשעה 10:30", date(2026, 3, 12)),
            ("\u{200f}12 במרץ 2026", date(2026, 3, 12)),
            ("March 5, 2026", date(2026, 3, 5)),
            ("Thursday, March 5th, 2026 at 10:30 AM", date(2026, 3, 5)),
            ("Thu Mar 05 2026 10:00:00 GMT+0200", date(2026, 3, 5)),
            ("2024-Sept-30", date(2024, 9, 30)),
            ("05JAN2024", date(2024, 1, 5)),
            ("98-Dec-31", date(98, 12, 31)),
        ] {
            assert_eq!(written(cell), expected, "{cell}");
        }
        assert_eq!(written("\u{200e}12/03/2026"), Some(Written::Numbers([12, 3, 2026])));
        for none in [
            "5-Jan",
            "Jan 2024",
            "May Levi",
            "Jan 5 Feb 2024",
            "5 Jan 024",
            "5 Jan 0024",
            "Jan 5 6 2024",
            "call May 5, 2026",
            "5 January 2024 (moved)",
            "January",
            "",
        ] {
            assert_eq!(written(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_the_same_however_it_is_written(days in 0..80_000_i64, name in 0..4_usize, as_ in 0..7) {
            let date = jiff::civil::date(1950, 1, 1).checked_add(days.days()).unwrap();
            let (year, month, day) = (date.year(), date.month(), date.day());
            let names = MONTHS[usize::try_from(month).unwrap() - 1];
            let name = names[name % names.len()];
            let text = match as_ {
                0 => format!("{day}-{name}-{year}"),
                1 => format!("{day:02} {name} {year}"),
                2 => format!("{day} ב{name} {year}"),
                3 => format!("{name} {day}, {year}"),
                4 => format!("{year}/{}/{day}", name.to_uppercase()),
                5 => format!("{day}{name}{year}"),
                _ => format!("{day} {name} {year}, 09:15"),
            };
            let number = |part: i8| u16::try_from(part).unwrap();
            let year = u16::try_from(year).unwrap();
            let expected = Written::Named { year, month: number(month), day: number(day) };
            prop_assert_eq!(written(&text), Some(expected), "{}", text);
        }

        #[test]
        fn whatever_a_cell_holds_it_is_a_date_or_none(cell in "\\PC{0,40}") {
            let _ = written(&cell);
        }
    }
}
