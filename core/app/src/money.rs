//! Amounts of money as people type them, kept as whole numbers of the currency's smallest unit.

use crate::currencies;
use crate::error::{Error, Result};

/// The most that an amount may be, in whole units of the currency.
const UNITS_MAX: i64 = 999_999_999;

/// An amount as it stands somewhere: a number, and perhaps a sign or a word for its currency on either side.
pub(crate) struct Typed {
    /// Whether it is below nothing: with a minus on either side, or in brackets as bookkeepers write it.
    is_negative: bool,
    /// The digits of the whole units.
    units: String,
    /// Those behind the point.
    part: String,
    /// The currencies that it may name, the likeliest first; none where it names none.
    named: Option<Vec<&'static str>>,
}

impl Typed {
    /// What is typed, where that is an amount and nothing else. Thousands may be set apart by commas, spaces or
    /// apostrophes.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let Sides { is_negative, named, number } = Sides::of(text)?;
        let is_apart = |c: char| c.is_whitespace() || matches!(c, '\'' | '’');
        let number: String = number.chars().map(|c| if is_apart(c) { ',' } else { c }).collect();
        let (units, part) = number.split_once('.').unwrap_or((&number, ""));
        if !grouped(units) || !part.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        Some(Self { is_negative, units: units.replace(',', ""), part: part.to_owned(), named })
    }

    /// The currencies that it may name; none where it names none.
    pub(crate) fn named(&self) -> Option<&[&'static str]> {
        self.named.as_deref()
    }

    /// Whether it may be of a currency: it names that one, or none.
    fn may_be(&self, currency: &str) -> bool {
        self.named().is_none_or(|named| named.contains(&currency))
    }

    /// Whether it is nothing.
    pub(crate) fn is_zero(&self) -> bool {
        self.units.chars().chain(self.part.chars()).all(|digit| digit == '0')
    }

    /// In the currency's smallest unit.
    pub(crate) fn minor(&self, field: &str, currency: &str) -> Result<i64> {
        let digits = usize::from(currencies::minor_digits(currency).unwrap_or(2));
        let part = &self.part;
        if part.len() > digits {
            return Err(Error::invalid(field, "error-amount-invalid"));
        }
        if self.is_negative && !self.is_zero() {
            return Err(Error::invalid(field, "error-amount-negative"));
        }
        let units = self.units.parse::<i64>().ok().filter(|units| *units <= UNITS_MAX);
        let units = units.ok_or_else(|| Error::invalid(field, "error-amount-too-large"))?;
        let part: i64 = format!("{part:0<digits$}").parse().unwrap_or(0);
        let scale = 10_i64.pow(u32::try_from(digits).unwrap_or(2));
        Ok(units * scale + part)
    }
}

/// What stands on either side of a number.
struct Sides<'t> {
    is_negative: bool,
    named: Option<Vec<&'static str>>,
    /// From its first digit to its last.
    number: &'t str,
}

impl<'t> Sides<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let text = text.trim_matches(is_around);
        let within = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let (text, in_brackets) = (within.unwrap_or(text), within.is_some());
        let is_digit = |c: char| c.is_ascii_digit();
        let (first, last) = (text.find(is_digit)?, text.rfind(is_digit)?);
        let (before, after) = (&text[..first], &text[last + 1..]);
        // Who writes ".5" means a half, and nobody means 5.
        if before.ends_with(['.', ',']) || after.contains('+') {
            return None;
        }
        // A dash behind the point stands for no parts: "1,500.-".
        let after =
            after.strip_prefix(['.', ',']).map_or(after, |rest| rest.trim_start_matches(is_minus));
        let minuses: usize =
            [before, after].iter().map(|side| side.matches(is_minus).count()).sum();
        let named = named([before, after])?;
        let is_negative = match (minuses, in_brackets) {
            (0, in_brackets) => in_brackets,
            (1, false) => true,
            _ => return None,
        };
        Some(Self { is_negative, named, number: &text[first..=last] })
    }
}

/// The number of an amount as it stands there, without what is around it.
pub(crate) fn bare(text: &str) -> Option<&str> {
    Sides::of(text).map(|sides| sides.number)
}

/// The currencies that words on both sides of a number name, if any; nothing where one of them is no currency, or
/// where they are at odds.
fn named(sides: [&str; 2]) -> Option<Option<Vec<&'static str>>> {
    let is_apart = |c: char| is_around(c) || is_minus(c) || c == '+';
    let words = sides.into_iter().flat_map(|side| side.split(is_apart)).filter(|it| !it.is_empty());
    let mut all: Option<Vec<&'static str>> = None;
    for word in words {
        let codes = currencies::meant_by(word);
        let both = match all {
            Some(had) => had.into_iter().filter(|code| codes.contains(code)).collect(),
            None => codes,
        };
        if both.is_empty() {
            return None;
        }
        all = Some(both);
    }
    Some(all)
}

/// Space, and the marks that turn what is around them to one direction (UAX 9).
fn is_around(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_whitespace()
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '–' | '\u{2212}')
}

/// What was typed, in the currency's smallest unit; an empty field is 0. A sign or a word for the currency may
/// stand around it.
///
/// # Errors
/// [`Error::Invalid`] of the field: what names another currency is never taken for this one.
pub(crate) fn amount(field: &str, text: &str, currency: &str) -> Result<i64> {
    amount_in(field, text, &[currency]).map(|(amount, _)| amount)
}

/// The same in the first of several currencies, or in the one of them that the text names.
pub(crate) fn amount_in<'c>(
    field: &str,
    text: &str,
    currencies: &[&'c str],
) -> Result<(i64, &'c str)> {
    let typed = match text.trim() {
        "" => None,
        text => {
            let wrong = || Error::invalid(field, "error-amount-invalid");
            Some(Typed::of(text).ok_or_else(wrong)?)
        }
    };
    let may_be = |it: &&&str| typed.as_ref().is_none_or(|typed| typed.may_be(it));
    let currency = currencies.iter().find(may_be).copied();
    let currency = currency.ok_or_else(|| Error::invalid(field, "error-amount-currency"))?;
    Ok((typed.map_or(Ok(0), |typed| typed.minor(field, currency))?, currency))
}

/// A number, perhaps below nothing, around which a sign or a word for this currency stands; nothing where it is
/// none, or of another currency.
pub(crate) fn number(text: &str, currency: &str) -> Option<String> {
    let typed = Typed::of(text).filter(|typed| typed.may_be(currency))?;
    let sign = if typed.is_negative { "-" } else { "" };
    let point = if typed.part.is_empty() { "" } else { "." };
    Some(format!("{sign}{}{point}{}", typed.units, typed.part))
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
    use domain::Locale;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let read = |text| amount("value", text, "ILS").ok();
        assert_eq!(read(""), Some(0));
        assert_eq!(read("1500"), Some(150_000));
        assert_eq!(read("1,500.5"), Some(150_050));
        assert_eq!(read("₪ 12,345,678.90"), Some(1_234_567_890));
        assert_eq!(read("1 500"), Some(150_000));
        assert_eq!(read("1,500.- ש״ח"), Some(150_000));
        assert_eq!(read("\u{200f}9,000.00\u{a0}\u{200f}₪"), Some(900_000));
        for bad in [
            "1.5.0",
            "1,50",
            "abc",
            "1.234",
            "12e5",
            "₪",
            "1,2345",
            ".5",
            "₪.5",
            "5%",
            "1500/2",
            "1500;2000",
            "1 500 2",
            "5k",
            "5+",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(amount("value", "1500", "JPY").ok(), Some(1_500));
        assert!(amount("value", "1500.5", "JPY").is_err());
        assert!(amount("value", "9999999999", "ILS").is_err());
    }

    /// What is wrong with an amount.
    fn key(text: &str, currency: &str) -> String {
        match amount("value", text, currency) {
            Err(Error::Invalid { key, .. }) => key,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_sign_or_a_word_for_the_currency_may_stand_on_either_side() {
        for text in [
            "₪1,500",
            "1500₪",
            "1,500 ש\"ח",
            "1500 ש.ח.",
            "NIS 1500",
            "ils 1500",
            "1500 שקלים",
            "₪1500 NIS",
        ] {
            assert_eq!(amount("value", text, "ILS").ok(), Some(150_000), "{text}");
        }
        assert_eq!(amount("value", "$1,500", "CAD").ok(), Some(150_000));
        assert_eq!(amount("value", "CA$1,500", "CAD").ok(), Some(150_000));
    }

    #[test]
    fn what_names_another_currency_is_never_taken_for_the_business_s() {
        for text in ["$1,500", "€90", "90 EUR", "1500 usd", "USD $50", "1500 דולר", "£5"] {
            assert_eq!(key(text, "ILS"), "error-amount-currency", "{text}");
        }
        assert_eq!(key("US$5", "CAD"), "error-amount-currency");
        assert_eq!(key("$5 €", "USD"), "error-amount-invalid");
        let either = |text| amount_in("value", text, &["USD", "ILS"]).ok();
        assert_eq!(either("1500"), Some((150_000, "USD")));
        assert_eq!(either("$1500"), Some((150_000, "USD")));
        assert_eq!(either("₪1500"), Some((150_000, "ILS")));
        assert_eq!(either(""), Some((0, "USD")));
        assert_eq!(either("€1500"), None);
    }

    #[test]
    fn what_is_below_nothing_is_called_so() {
        for text in
            ["-5", "5-", "\u{2212}5", "(5)", "-₪5", "₪-5", "\u{200f}\u{200e}-50.00\u{a0}\u{200f}₪"]
        {
            assert_eq!(key(text, "ILS"), "error-amount-negative", "{text}");
        }
        assert_eq!(amount("value", "-0.00", "ILS").ok(), Some(0));
        for text in ["--5", "(-5)", "5--"] {
            assert_eq!(key(text, "ILS"), "error-amount-invalid", "{text}");
        }
        assert_eq!(number("(1,200.50) ₪", "ILS"), None);
        assert_eq!(number("(1,200.50)", "ILS").as_deref(), Some("-1200.50"));
        assert_eq!(number("-200 ש״ח", "ILS").as_deref(), Some("-200"));
        assert_eq!(number("€200", "ILS"), None);
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
            ("5", "-5", "to", "error-amount-negative"),
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

    #[test]
    fn every_currency_is_read_as_it_is_shown() {
        for code in currencies::all_codes() {
            for locale in Locale::ALL {
                let text = currencies::shown(123_456, code, locale);
                assert_eq!(amount("value", &text, code).ok(), Some(123_456), "{text}");
            }
        }
    }

    const CODES: [&str; 6] = ["ILS", "USD", "EUR", "JPY", "KWD", "CHF"];

    proptest! {
        #[test]
        fn whatever_is_shown_of_an_amount_reads_as_the_same_and_as_no_other_currency(
            value in 1..999_999_999_i64, at in 0..CODES.len(), other in 1..CODES.len(),
        ) {
            let (code, another) = (CODES[at], CODES[(at + other) % CODES.len()]);
            for locale in Locale::ALL {
                for text in
                    [currencies::shown(value, code, locale), currencies::in_words(value, code)]
                {
                    prop_assert_eq!(amount("value", &text, code).ok(), Some(value), "{}", &text);
                    prop_assert_eq!(key(&text, another), "error-amount-currency", "{}", &text);
                }
            }
        }

        #[test]
        fn what_is_read_has_the_digits_that_were_typed(text in "[0-9.,' ₪()-]{0,14}") {
            if let Ok(value) = amount("value", &text, "ILS") {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let digits = digits.trim_start_matches('0');
                let value = if value == 0 { String::new() } else { value.to_string() };
                let rest = value.strip_prefix(digits);
                prop_assert!(rest.is_some_and(|rest| ["", "0", "00"].contains(&rest)), "{} {}", &text, value);
            }
        }

        #[test]
        fn whatever_is_typed_is_read_or_refused(text in "\\PC{0,30}") {
            for currency in ["ILS", "JPY"] {
                if let Ok(value) = amount("value", &text, currency) {
                    prop_assert!(value >= 0);
                }
            }
            let _ = number(&text, "ILS");
        }
    }
}
