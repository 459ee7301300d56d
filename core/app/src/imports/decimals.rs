//! What stands before the parts of numbers in a file: a point, or a comma as in much of Europe. Read the other way
//! round, 1.500 becomes one and a half.

use std::borrow::Cow;

use store::own_fields::{OwnField, OwnKind};

use super::known::Known;
use super::plan::{Column, Decimals, Format, Plan, Reading};
use super::sheet::Sheet;
use super::targets::Target;
use crate::{currencies, money};

/// Rows that are looked at for a guess.
const LOOKED_AT_ROWS: usize = 5_000;
/// Excel parts the cells of a list by this where a comma stands before the parts of numbers.
const BESIDE_COMMAS: char = ';';

/// A cell's number with a point before its parts and commas between thousands.
pub(super) fn plain<'c>(cell: &'c str, plan: &Plan) -> Cow<'c, str> {
    let is_comma = plan.decimals == Decimals::Comma;
    if !is_comma || plan.reading.format == Format::Workbook && has_point(cell) {
        return Cow::Borrowed(cell);
    }
    let turned = |letter| match letter {
        '.' => ',',
        ',' => '.',
        other => other,
    };
    Cow::Owned(cell.chars().map(turned).collect())
}

/// Whether it is what a workbook keeps as a number, which has a point wherever the workbook was saved. What could
/// be thousands as well is text.
fn has_point(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parts = cell.strip_prefix('-').unwrap_or(cell).split_once('.');
    parts.is_some_and(|(units, part)| digits(units) && digits(part) && part.len() != 3)
}

/// How numbers are written: as most of those show that show it, first in columns of amounts and numbers, then in
/// columns that may become such; and where none does, as programs do that part cells so.
pub(super) fn guess(
    sheet: &Sheet,
    columns: &[Column],
    reading: &Reading,
    own: &[OwnField],
    known: &Known,
) -> Decimals {
    let is_number = |column: &Column| match &column.own {
        Some(id) => own.iter().any(|field| field.id == *id && field.kind == OwnKind::Number),
        None => column.to == Target::Value,
    };
    let is_open = |column: &Column| column.own.is_none() && column.to == Target::Nothing;
    // An amount of most currencies has no three digits behind its point; what a workbook calculated may have.
    let has_two = currencies::minor_digits(known.currency()) != Some(3);
    let is_short =
        |column: &Column| column.to == Target::Value && reading.format == Format::Text && has_two;
    let votes = |of: &dyn Fn(&Column) -> bool| {
        let (mut points, mut commas) = (0_usize, 0_usize);
        for (place, column) in columns.iter().enumerate().filter(|(_, column)| of(column)) {
            for row in sheet.rows_from(0).take(LOOKED_AT_ROWS) {
                match shown(row.cell(place), is_short(column)) {
                    Some(Decimals::Point) => points += 1,
                    Some(Decimals::Comma) => commas += 1,
                    None => {}
                }
            }
        }
        match points.cmp(&commas) {
            std::cmp::Ordering::Greater => Some(Decimals::Point),
            std::cmp::Ordering::Less => Some(Decimals::Comma),
            std::cmp::Ordering::Equal => None,
        }
    };
    let is_beside = reading.format == Format::Text && reading.separator == BESIDE_COMMAS;
    let otherwise = if is_beside { Decimals::Comma } else { Decimals::Point };
    votes(&is_number).or_else(|| votes(&is_open)).unwrap_or(otherwise)
}

/// What a cell shows of how numbers are written; nothing where it could be either, or is no number. An amount
/// with three digits behind its only mark is of thousands.
fn shown(cell: &str, is_short: bool) -> Option<Decimals> {
    let number = money::bare(cell)?;
    let number: String =
        number.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    if !number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let at = number.rfind(['.', ','])?;
    let (units, part) = (&number[..at], &number[at + 1..]);
    let (own, other) = match number.as_bytes()[at] {
        b'.' => (Decimals::Point, Decimals::Comma),
        _ => (Decimals::Comma, Decimals::Point),
    };
    let mark = if own == Decimals::Point { '.' } else { ',' };
    let is_grouped = |text: &str| money::grouped(&text.replace(['.', ','], ","));
    if units.contains(mark) {
        // Several of one kind part thousands, where they part them at all.
        let is_one_kind = units.chars().all(|c| c.is_ascii_digit() || c == mark);
        return (is_one_kind && is_grouped(&number)).then_some(other);
    }
    if units.contains(['.', ',']) {
        return is_grouped(units).then_some(own);
    }
    let may_be_thousands =
        part.len() == 3 && (1..=3).contains(&units.len()) && !units.starts_with('0');
    match (may_be_thousands, is_short) {
        (false, _) => Some(own),
        (true, true) => Some(other),
        (true, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::plan::{DateOrder, Doubles};
    use super::*;

    fn plan(decimals: Decimals, format: Format) -> Plan {
        Plan {
            reading: Reading { format, ..Reading::default() },
            head: false,
            columns: Vec::new(),
            dates: DateOrder::DayFirst,
            decimals,
            doubles: Doubles::Skip,
            tag: String::new(),
            source: String::new(),
        }
    }

    #[test]
    fn a_number_shows_what_stands_before_its_parts() {
        let of = |cell: &str| shown(cell, true);
        for comma in [
            "1500,50",
            "1.500,50",
            "1.234.567",
            "0,5",
            "1 500,5",
            "₪ 1.500",
            "12,3456",
            "€1,5",
            "0,125",
        ] {
            assert_eq!(of(comma), Some(Decimals::Comma), "{comma}");
        }
        for point in ["1500.50", "1,500.50", "1,234,567", "0.5", "1 500.5", "1,500 ש״ח", "1.5"] {
            assert_eq!(of(point), Some(Decimals::Point), "{point}");
        }
        for neither in ["1500", "", "1.2.2026", "10.0.0.1", "call 1,5", "1,50,000", "1.5,5.5"] {
            assert_eq!(of(neither), None, "{neither}");
        }
        assert_eq!(shown("1.500", false), None);
        assert_eq!(shown("1,500", false), None);
    }

    #[test]
    fn a_workbooks_own_numbers_have_a_point_whatever_is_said() {
        let book = plan(Decimals::Comma, Format::Workbook);
        for (cell, expected) in
            [("1500.5", "1500.5"), ("-2.25", "-2.25"), ("1.500", "1,500"), ("1.500,50", "1,500.50")]
        {
            assert_eq!(plain(cell, &book), expected);
        }
        let text = plan(Decimals::Comma, Format::Text);
        assert_eq!(plain("1500.5", &text), "1500,5");
        assert_eq!(plain("1.500", &plan(Decimals::Point, Format::Text)), "1.500");
    }

    proptest! {
        #[test]
        fn an_amount_is_the_same_with_a_point_and_with_a_comma(value in 0..99_999_999_999_i64) {
            let point = currencies::shown(value, "EUR", domain::Locale::En);
            let comma: String = point.chars().map(|c| match c { '.' => ',', ',' => '.', c => c }).collect();
            let read = |text: &str, decimals| {
                let plan = plan(decimals, Format::Text);
                money::amount("value", &plain(text, &plan), "EUR").ok()
            };
            prop_assert_eq!(read(&point, Decimals::Point), Some(value));
            prop_assert_eq!(read(&comma, Decimals::Comma), Some(value));
            prop_assert_eq!(shown(&point, true), Some(Decimals::Point), "{}", &point);
            prop_assert_eq!(shown(&comma, true), Some(Decimals::Comma), "{}", &comma);
            // Never the other way round without a word.
            prop_assert_eq!(read(&comma, Decimals::Point), None);
        }
    }
}
