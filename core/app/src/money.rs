//! Amounts of money as people type them, kept as whole numbers of the currency's smallest unit.

use crate::currencies;
use crate::error::{Error, Result};

/// The most that an amount may be, in whole units of the currency.
const UNITS_MAX: i64 = 999_999_999;

/// What was typed, in the currency's smallest unit; an empty field is 0. Thousands may be set apart
/// by commas, spaces or apostrophes; a currency's sign and the marks around it are passed over.
pub(crate) fn amount(field: &str, text: &str, currency: &str) -> Result<i64> {
    let wrong = || Error::invalid(field, "error-amount-invalid");
    let is_number = |c: &char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-');
    if text.chars().any(|c| c.is_alphabetic()) {
        return Err(wrong());
    }
    let kept: String = text.chars().filter(is_number).collect();
    if kept.is_empty() {
        return if text.trim().is_empty() { Ok(0) } else { Err(wrong()) };
    }
    let (units, part) = kept.split_once('.').unwrap_or((&kept, ""));
    let digits = usize::from(currencies::minor_digits(currency).unwrap_or(2));
    if part.len() > digits || !part.chars().all(|c| c.is_ascii_digit()) || !grouped(units) {
        return Err(wrong());
    }
    let units: i64 = units.replace(',', "").parse().map_err(|_| wrong())?;
    if units > UNITS_MAX {
        return Err(Error::invalid(field, "error-amount-too-large"));
    }
    let part: i64 = format!("{part:0<digits$}").parse().unwrap_or(0);
    let scale = 10_i64.pow(u32::try_from(digits).unwrap_or(2));
    Ok(units * scale + part)
}

/// What was typed of an amount that a list is narrowed by, in the currency's smallest unit; None for nothing, and
/// for what can't be read.
pub fn read(text: &str, currency: &str) -> Option<i64> {
    if text.trim().is_empty() { None } else { amount("", text, currency).ok() }
}

/// The ends of a range of amounts as they were typed, each with its field's name, in the currency's smallest unit;
/// nothing is no end.
///
/// # Errors
/// [`Error::Invalid`] of the end that can't be read, and of the lower one where it is above the other.
pub fn range(
    from: (&str, &str),
    to: (&str, &str),
    currency: &str,
) -> Result<(Option<i64>, Option<i64>)> {
    let end = |(field, text): (&str, &str)| match text.trim() {
        "" => Ok(None),
        text => amount(field, text, currency).map(Some),
    };
    let (low, high) = (end(from)?, end(to)?);
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        return Err(Error::invalid(from.0, "error-range-turned"));
    }
    Ok((low, high))
}

/// Whether commas, where there are any, stand before each three digits.
pub(crate) fn grouped(units: &str) -> bool {
    let mut groups = units.split(',');
    let first = groups.next().unwrap_or_default();
    let all_digits = |group: &str| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit());
    all_digits(first)
        && (!units.contains(',') || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && all_digits(group))
}

/// An amount as a form shows it for changing: plain digits, and a point where there are parts.
pub fn typed(amount: i64, currency: &str) -> String {
    let words = currencies::in_words(amount, currency);
    let plain = words.split(' ').next().unwrap_or_default();
    match plain.split_once('.') {
        Some((units, part)) if part.bytes().all(|digit| digit == b'0') => units.to_owned(),
        _ => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let read = |text| amount("value", text, "ILS").ok();
        assert_eq!(read(""), Some(0));
        assert_eq!(read("1500"), Some(150_000));
        assert_eq!(read("1,500.5"), Some(150_050));
        assert_eq!(read("₪ 12,345,678.90"), Some(1_234_567_890));
        assert_eq!(read("1 500"), Some(150_000));
        for bad in ["1.5.0", "1,50", "-5", "abc", "1.234", "12e5", "₪", "1,2345", ".5"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(amount("value", "1500", "JPY").ok(), Some(1_500));
        assert!(amount("value", "1500.5", "JPY").is_err());
        assert!(amount("value", "9999999999", "ILS").is_err());
    }

    #[test]
    fn a_range_says_which_end_is_wrong() {
        let read = |from, to, currency| range(("from", from), ("to", to), currency);
        assert_eq!(read("1,500", " ", "ILS").unwrap(), (Some(150_000), None));
        assert_eq!(read("", "\u{200f}₪ 90.5", "ILS").unwrap(), (None, Some(9_050)));
        assert_eq!(read("0", "0.00", "ILS").unwrap(), (Some(0), Some(0)));
        assert_eq!(read("1500", "1,500", "JPY").unwrap(), (Some(1_500), Some(1_500)));
        for (from, to, field, key) in [
            ("much", "5", "from", "error-amount-invalid"),
            ("5", "-5", "to", "error-amount-invalid"),
            ("", "1,50", "to", "error-amount-invalid"),
            ("9999999999", "", "from", "error-amount-too-large"),
            ("5.01", "5", "from", "error-range-turned"),
        ] {
            match read(from, to, "ILS") {
                Err(Error::Invalid { field: at, key: why }) => {
                    assert_eq!((&*at, &*why), (field, key))
                }
                other => panic!("{from} to {to}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_a_form_shows_reads_as_the_same() {
        for (value, currency) in [(150_050, "ILS"), (7, "ILS"), (1_500, "JPY"), (1_234, "KWD")] {
            let text = typed(value, currency);
            assert_eq!(amount("value", &text, currency).ok(), Some(value), "{text}");
        }
    }
}
