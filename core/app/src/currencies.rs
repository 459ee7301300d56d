//! The active currencies of ISO 4217 with how many digits follow the point, without funds, metals
//! and test codes.

mod marks;

use domain::Locale;
use domain::text::grouped;

pub(crate) use marks::meant_by;

/// Code and minor digits, sorted by code.
#[rustfmt::skip]
const ACTIVE: &[(&str, u8)] = &[
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2), ("AWG", 2),
    ("AZN", 2), ("BAM", 2), ("BBD", 2), ("BDT", 2), ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2),
    ("BOB", 2), ("BRL", 2), ("BSD", 2), ("BTN", 2), ("BWP", 2), ("BYN", 2), ("BZD", 2), ("CAD", 2),
    ("CDF", 2), ("CHF", 2), ("CLP", 0), ("CNY", 2), ("COP", 2), ("CRC", 2), ("CUP", 2), ("CVE", 2),
    ("CZK", 2), ("DJF", 0), ("DKK", 2), ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2),
    ("EUR", 2), ("FJD", 2), ("FKP", 2), ("GBP", 2), ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2),
    ("GNF", 0), ("GTQ", 2), ("GYD", 2), ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2), ("IDR", 2),
    ("ILS", 2), ("INR", 2), ("IQD", 3), ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0),
    ("KES", 2), ("KGS", 2), ("KHR", 2), ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2),
    ("KZT", 2), ("LAK", 2), ("LBP", 2), ("LKR", 2), ("LRD", 2), ("LSL", 2), ("LYD", 3), ("MAD", 2),
    ("MDL", 2), ("MGA", 2), ("MKD", 2), ("MMK", 2), ("MNT", 2), ("MOP", 2), ("MRU", 2), ("MUR", 2),
    ("MVR", 2), ("MWK", 2), ("MXN", 2), ("MYR", 2), ("MZN", 2), ("NAD", 2), ("NGN", 2), ("NIO", 2),
    ("NOK", 2), ("NPR", 2), ("NZD", 2), ("OMR", 3), ("PAB", 2), ("PEN", 2), ("PGK", 2), ("PHP", 2),
    ("PKR", 2), ("PLN", 2), ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2), ("RUB", 2), ("RWF", 0),
    ("SAR", 2), ("SBD", 2), ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2),
    ("SOS", 2), ("SRD", 2), ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2),
    ("TJS", 2), ("TMT", 2), ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2), ("TWD", 2), ("TZS", 2),
    ("UAH", 2), ("UGX", 0), ("USD", 2), ("UYU", 2), ("UZS", 2), ("VED", 2), ("VES", 2), ("VND", 0),
    ("VUV", 0), ("WST", 2), ("XAF", 0), ("XCD", 2), ("XCG", 2), ("XOF", 0), ("XPF", 0), ("YER", 2),
    ("ZAR", 2), ("ZMW", 2), ("ZWG", 2),
];

/// Whether a code in capitals is an active currency.
pub fn is_known(code: &str) -> bool {
    minor_digits(code).is_some()
}

/// How many digits follow the point.
pub fn minor_digits(code: &str) -> Option<u8> {
    let at = ACTIVE.binary_search_by_key(&code, |(known, _)| known).ok()?;
    ACTIVE.get(at).map(|(_, digits)| *digits)
}

/// Every code, sorted, for a settings page to offer.
pub fn all_codes() -> Vec<&'static str> {
    ACTIVE.iter().map(|(code, _)| *code).collect()
}

/// An amount in the smallest unit as people read it, such as `12.50 ILS`; the unit itself where the
/// currency is unknown.
pub fn in_words(minor: i64, code: &str) -> String {
    let digits = usize::from(minor_digits(code).unwrap_or(0));
    if digits == 0 {
        return format!("{minor} {code}");
    }
    let sign = if minor < 0 { "-" } else { "" };
    let padded = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, part) = padded.split_at(padded.len() - digits);
    format!("{sign}{whole}.{part} {code}")
}

/// Signs that people know better than codes. A sign that several currencies have is the business of the
/// one that most people mean by it.
const SIGNS: [(&str, &str); 12] = [
    ("CNY", "CN¥"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("NGN", "₦"),
    ("PHP", "₱"),
    ("UAH", "₴"),
    ("USD", "$"),
    ("VND", "₫"),
];
/// A space at which no line ends.
const STAY: char = '\u{a0}';
/// Marks that turn what is around them to one direction (UAX 9).
const LEFT: char = '\u{200e}';
const RIGHT: char = '\u{200f}';

/// An amount in the smallest unit as people who read this language write it: `₪9,000.00`, and in Hebrew
/// the sign behind the number, the minus before it.
pub fn shown(minor: i64, code: &str, locale: Locale) -> String {
    let text = in_words(minor, code);
    let amount = text.split(' ').next().unwrap_or_default();
    let (minus, amount) = amount.strip_prefix('-').map_or(("", amount), |rest| ("-", rest));
    let amount = grouped(amount);
    let sign = SIGNS.binary_search_by_key(&code, |(known, _)| known).ok().map(|at| SIGNS[at].1);
    if locale.direction() == "rtl" {
        let minus = if minus.is_empty() { String::new() } else { format!("{LEFT}{minus}") };
        return format!("{RIGHT}{minus}{amount}{STAY}{RIGHT}{}", sign.unwrap_or(code));
    }
    match sign {
        Some(sign) => format!("{minus}{sign}{amount}"),
        None => format!("{minus}{code}{STAY}{amount}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_every_code_is_found() {
        assert!(ACTIVE.is_sorted_by(|a, b| a.0 < b.0));
        assert!(all_codes().into_iter().all(is_known));
    }

    #[test]
    fn amounts_have_their_currencys_digits() {
        assert_eq!(in_words(1_250, "ILS"), "12.50 ILS");
        assert_eq!(in_words(5, "ILS"), "0.05 ILS");
        assert_eq!(in_words(-5, "KWD"), "-0.005 KWD");
        assert_eq!(in_words(1_250, "JPY"), "1250 JPY");
    }

    #[test]
    fn money_has_its_sign_where_each_language_has_it() {
        assert!(
            SIGNS.is_sorted_by(|a, b| a.0 < b.0) && SIGNS.iter().all(|(code, _)| is_known(code))
        );
        assert_eq!(shown(900_000, "ILS", Locale::En), "₪9,000.00");
        assert_eq!(shown(-5_000, "USD", Locale::En), "-$50.00");
        assert_eq!(shown(1_250, "JPY", Locale::En), "¥1,250");
        assert_eq!(shown(123_456_700, "CHF", Locale::En), "CHF\u{a0}1,234,567.00");
        assert_eq!(shown(900_000, "ILS", Locale::He), "\u{200f}9,000.00\u{a0}\u{200f}₪");
        assert_eq!(shown(-5_000, "ILS", Locale::He), "\u{200f}\u{200e}-50.00\u{a0}\u{200f}₪");
    }

    #[test]
    fn digits_follow_the_standard() {
        assert_eq!(minor_digits("ILS"), Some(2));
        assert_eq!(minor_digits("JPY"), Some(0));
        assert_eq!(minor_digits("KWD"), Some(3));
        assert_eq!(minor_digits("XXX"), None);
        assert_eq!(minor_digits("ils"), None);
    }
}
