//! Phone numbers: what somebody typed, brought into the one form that can be compared and dialled
//! (ITU-T E.164: a plus, the country's calling code, the number; at most 15 digits).
//!
//! A number typed without its country is read as one of the business's own country, which its time
//! zone tells. Where that is unknown there is no normal form, and only what was typed is kept.

use crate::Zone;

/// How a country's numbers are dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// The calling code, without a plus.
    pub code: &'static str,
    /// What is dialled before a national number and falls away in the international one.
    pub trunk: &'static str,
}

/// A calling code, its trunk prefix, and the zones whose clocks that country uses.
type Row = (&'static str, &'static str, &'static [&'static str]);

#[rustfmt::skip]
const COUNTRIES: &[Row] = &[
    ("1", "1", &[
        "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
        "America/Phoenix", "America/Anchorage", "America/Detroit", "America/Boise",
        "Pacific/Honolulu", "America/Toronto", "America/Vancouver", "America/Montreal",
        "America/Edmonton", "America/Winnipeg", "America/Halifax", "America/St_Johns",
    ]),
    ("20", "0", &["Africa/Cairo"]),
    ("27", "0", &["Africa/Johannesburg"]),
    ("30", "", &["Europe/Athens"]),
    ("31", "0", &["Europe/Amsterdam"]),
    ("32", "0", &["Europe/Brussels"]),
    ("33", "0", &["Europe/Paris"]),
    ("34", "", &["Europe/Madrid", "Atlantic/Canary"]),
    ("36", "06", &["Europe/Budapest"]),
    ("39", "", &["Europe/Rome"]),
    ("40", "0", &["Europe/Bucharest"]),
    ("41", "0", &["Europe/Zurich"]),
    ("43", "0", &["Europe/Vienna"]),
    ("44", "0", &["Europe/London", "Europe/Belfast"]),
    ("45", "", &["Europe/Copenhagen"]),
    ("46", "0", &["Europe/Stockholm"]),
    ("47", "", &["Europe/Oslo"]),
    ("48", "", &["Europe/Warsaw"]),
    ("49", "0", &["Europe/Berlin"]),
    ("52", "", &["America/Mexico_City", "America/Tijuana", "America/Monterrey"]),
    ("54", "0", &["America/Argentina/Buenos_Aires", "America/Buenos_Aires"]),
    ("55", "0", &["America/Sao_Paulo"]),
    ("57", "", &["America/Bogota"]),
    ("61", "0", &["Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane",
        "Australia/Perth", "Australia/Adelaide", "Australia/Hobart", "Australia/Darwin"]),
    ("63", "0", &["Asia/Manila"]),
    ("64", "0", &["Pacific/Auckland"]),
    ("65", "", &["Asia/Singapore"]),
    ("66", "0", &["Asia/Bangkok"]),
    ("81", "0", &["Asia/Tokyo"]),
    ("82", "0", &["Asia/Seoul"]),
    ("84", "0", &["Asia/Ho_Chi_Minh", "Asia/Saigon"]),
    ("90", "0", &["Europe/Istanbul"]),
    ("91", "0", &["Asia/Kolkata", "Asia/Calcutta"]),
    ("92", "0", &["Asia/Karachi"]),
    ("234", "0", &["Africa/Lagos"]),
    ("254", "0", &["Africa/Nairobi"]),
    ("351", "", &["Europe/Lisbon"]),
    ("353", "0", &["Europe/Dublin"]),
    ("357", "", &["Asia/Nicosia"]),
    ("358", "0", &["Europe/Helsinki"]),
    ("359", "0", &["Europe/Sofia"]),
    ("380", "0", &["Europe/Kyiv", "Europe/Kiev"]),
    ("420", "", &["Europe/Prague"]),
    ("962", "0", &["Asia/Amman"]),
    ("966", "0", &["Asia/Riyadh"]),
    ("970", "0", &["Asia/Gaza", "Asia/Hebron"]),
    ("971", "0", &["Asia/Dubai"]),
    ("972", "0", &["Asia/Jerusalem", "Asia/Tel_Aviv"]),
];

/// Countries of which a number typed at home may begin like the code, and the most digits it has there: with
/// no more than those it is a number at home, and the code wasn't typed.
const LIKE_THEIR_CODE: &[(&str, usize)] = &[("39", 10), ("55", 11), ("91", 10)];

/// How numbers begin behind a country's code that are dialled there in a way of their own: services without
/// what stands before all others, mobiles with digits that aren't dialled from abroad. In Brazil what is
/// dialled before a number names a carrier, and nobody writes it.
const OTHERWISE: &[(&str, &[&str])] = &[
    ("52", &["1"]),
    ("54", &["9"]),
    ("55", &[""]),
    ("61", &["1"]),
    ("63", &["1"]),
    ("66", &["1"]),
    ("82", &["15", "16", "18"]),
    ("84", &["1"]),
    ("90", &["444"]),
    ("91", &["1800", "1860"]),
    ("353", &["1800", "1850", "1890"]),
    ("966", &["800", "92"]),
    ("970", &["1"]),
    ("971", &["600", "700", "800", "900"]),
    ("972", &["1"]),
];

/// Shorter ones are services as well, in whichever country.
const OWN_DIGITS_MIN: usize = 7;

/// The country whose clocks a zone shows, for the zones we know.
pub fn country_of(zone: &Zone) -> Option<Country> {
    let row = COUNTRIES.iter().find(|(_, _, zones)| zones.contains(&zone.name()))?;
    Some(Country { code: row.0, trunk: row.1 })
}

/// The E.164 form of what was typed, or None where it has none: letters, an extension, a short or
/// starred number, or a national number while the country is unknown.
pub fn to_e164(typed: &str, home: Option<Country>) -> Option<String> {
    let (plus, digits) = digits_of(typed)?;
    let international = if plus {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else {
        national(&digits, home?)
    };
    let international = without_trunk(international);
    let length_ok = (8..=15).contains(&international.len());
    (length_ok && !international.starts_with('0')).then(|| format!("+{international}"))
}

/// The digits of a number within its country, as far as the typed text tells: without a plus or 00 and the
/// calling code behind it, and without the zeros that are dialled before a national number.
pub fn within_country(typed: &str) -> String {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let plus = typed.chars().find(|c| *c == '+' || c.is_ascii_digit()) == Some('+');
    let international = if plus { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    let national = international.and_then(|number| {
        let codes = COUNTRIES.iter().filter_map(|(code, ..)| number.strip_prefix(code));
        codes.min_by_key(|rest| rest.len())
    });
    national.unwrap_or(&digits).trim_start_matches('0').to_owned()
}

/// A number as people at home write it: one of this country that was typed as from abroad has what is
/// dialled before a national number in place of the calling code, and its digits grouped as they were. Every
/// other is as it was typed, such as one that is dialled at home in a way of its own. It is the same number
/// either way.
pub fn as_at_home(typed: &str, home: Option<Country>) -> String {
    let at_home = home.and_then(|home| spelled_at_home(typed, home));
    at_home.unwrap_or_else(|| typed.to_owned())
}

fn spelled_at_home(typed: &str, home: Country) -> Option<String> {
    let (plus, digits) = digits_of(typed)?;
    let abroad = if plus { home.code.to_owned() } else { format!("00{}", home.code) };
    if !digits.starts_with(&abroad) {
        return None;
    }
    let number = to_e164(typed, Some(home))?;
    if is_dialled_otherwise(home, number.strip_prefix('+')?.strip_prefix(home.code)?) {
        return None;
    }
    let text = if plus { typed.replacen("(0)", "", 1) } else { typed.to_owned() };
    let own = behind(&text, abroad.len());
    let trunk = match home.trunk {
        // Nobody writes the one that is the code.
        trunk if trunk == home.code => "",
        "0" if own.starts_with('0') => "",
        trunk => trunk,
    };
    let at_home = format!("{trunk}{own}");
    (to_e164(&at_home, Some(home))? == number).then_some(at_home)
}

fn is_dialled_otherwise(home: Country, own: &str) -> bool {
    let all = OTHERWISE.iter().find(|(code, _)| *code == home.code);
    let begins = all.is_some_and(|(_, all)| all.iter().any(|begin| own.starts_with(*begin)));
    begins || own.len() < OWN_DIGITS_MIN
}

/// The digits of a text behind the first few, and of what stands between them one sign each.
fn behind(text: &str, first: usize) -> String {
    let (mut seen, mut rest) = (0, String::new());
    let mut gap: Option<char> = None;
    for letter in text.chars() {
        match letter {
            '0'..='9' if seen < first => (seen, gap) = (seen + 1, None),
            '0'..='9' => {
                if let Some(gap) = gap.take()
                    && !rest.is_empty()
                {
                    rest.push(gap);
                }
                rest.push(letter);
            }
            '-' | '.' | '/' => gap = Some(letter),
            '\u{2010}'..='\u{2014}' => gap = Some('-'),
            ' ' | '\u{a0}' | '(' | ')' => gap = gap.or(Some(' ')),
            _ => {}
        }
    }
    rest
}

/// Whether it began with a plus, and its digits; None when anything else but punctuation is there.
fn digits_of(typed: &str) -> Option<(bool, String)> {
    let mut plus = false;
    let mut digits = String::new();
    for letter in typed.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if digits.is_empty() && !plus => plus = true,
            ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/' => {}
            // Dashes and direction marks that phones and documents put around a number.
            '\u{2010}'..='\u{2014}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            '\u{2066}'..='\u{2069}' => {}
            _ => return None,
        }
    }
    // "+44 (0)20 ..." carries a trunk zero that isn't dialled from abroad.
    if plus && typed.contains("(0)") {
        digits = without_marked_trunk(typed);
    }
    Some((plus, digits))
}

fn without_marked_trunk(typed: &str) -> String {
    typed.replacen("(0)", "", 1).chars().filter(char::is_ascii_digit).collect()
}

/// Without the zero that is dialled at home alone, and that some write behind the code all the same.
fn without_trunk(international: String) -> String {
    for (code, trunk, _) in COUNTRIES {
        let rest = international.strip_prefix(code).and_then(|rest| rest.strip_prefix('0'));
        if let (Some(rest), "0") = (rest, *trunk) {
            return format!("{code}{rest}");
        }
    }
    international
}

fn national(digits: &str, home: Country) -> String {
    // Eight digits or more after the country's own code: the code was typed without its plus.
    let at_home = LIKE_THEIR_CODE.iter().find(|(code, _)| *code == home.code);
    let is_longer = at_home.is_none_or(|(_, most)| digits.len() > *most);
    // Where nothing is dialled before a number at home, a zero is the number's own.
    let may_begin = |rest: &str| home.trunk.is_empty() || !rest.starts_with('0');
    let rest = digits.strip_prefix(home.code);
    if is_longer && rest.is_some_and(|rest| rest.len() >= 8 && may_begin(rest)) {
        return digits.to_owned();
    }
    let trunkless = digits.strip_prefix(home.trunk).unwrap_or(digits);
    format!("{}{trunkless}", home.code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::zone::UnknownZone;

    fn home(zone: &str) -> Result<Option<Country>, UnknownZone> {
        Ok(country_of(&zone.parse()?))
    }

    #[test]
    fn one_number_has_one_normal_form() -> Result<(), UnknownZone> {
        let israel = home("Asia/Jerusalem")?;
        for typed in [
            "050-123-4567",
            "0501234567",
            "+972 50 123 4567",
            "972501234567",
            "00972-50-1234567",
            "\u{200f}+972 (0)50 123 4567",
            "50 123 4567",
        ] {
            assert_eq!(to_e164(typed, israel).as_deref(), Some("+972501234567"), "{typed}");
        }
        Ok(())
    }

    #[test]
    fn each_country_drops_its_own_trunk_prefix() -> Result<(), UnknownZone> {
        for (zone, typed, expected) in [
            ("Europe/London", "020 7946 0018", "+442079460018"),
            ("America/New_York", "(212) 555-0123", "+12125550123"),
            ("America/New_York", "1-212-555-0123", "+12125550123"),
            ("Europe/Rome", "06 1234 5678", "+390612345678"),
            ("Europe/Budapest", "06 1 234 5678", "+3612345678"),
            ("Europe/Rome", "390612345678", "+390612345678"),
            // They begin like the country's own code.
            ("Europe/Rome", "391 234 5678", "+393912345678"),
            ("Asia/Kolkata", "91234 56789", "+919123456789"),
            ("Asia/Kolkata", "919123456789", "+919123456789"),
            ("America/Sao_Paulo", "(55) 99123-4567", "+5555991234567"),
            ("America/Sao_Paulo", "5555991234567", "+5555991234567"),
            // Some write the zero behind the code.
            ("Asia/Jerusalem", "+44 020 7946 0018", "+442079460018"),
            ("Europe/London", "00972-050-1234567", "+972501234567"),
        ] {
            assert_eq!(to_e164(typed, home(zone)?).as_deref(), Some(expected), "{typed}");
        }
        Ok(())
    }

    #[test]
    fn spellings_of_a_number_share_its_digits_within_the_country() {
        for typed in ["050-123 4567", "+972 (0)50 1234567", "00972501234567", "+972501234567"] {
            assert_eq!(within_country(typed), "501234567", "{typed}");
        }
        assert_eq!(within_country("+999 12"), "99912");
        assert_eq!(within_country("972501"), "972501");
        assert_eq!(within_country("ask Ruth"), "");
    }

    #[test]
    fn at_home_a_number_is_written_without_its_country() -> Result<(), UnknownZone> {
        for (zone, typed, expected) in [
            ("Asia/Jerusalem", "+972501234567", "0501234567"),
            ("Asia/Jerusalem", "+972 50-123-4567", "050-123-4567"),
            ("Asia/Jerusalem", "00972 (50) 123 4567", "050 123 4567"),
            ("Asia/Jerusalem", "\u{200f}+972 (0)50\u{2011}1234567", "050-1234567"),
            ("Europe/London", "+44 20 7946 0018", "020 7946 0018"),
            ("America/New_York", "+1 (212) 555-0123", "212 555-0123"),
            ("Europe/Rome", "+39 06 1234 5678", "06 1234 5678"),
            // Others stay as they were typed.
            ("Asia/Jerusalem", "+44 20 7946 0018", "+44 20 7946 0018"),
            ("Asia/Jerusalem", "050 - 123 4567", "050 - 123 4567"),
            ("Asia/Jerusalem", "972501234567", "972501234567"),
            ("Asia/Jerusalem", "+972 50 123 ext. 4", "+972 50 123 ext. 4"),
            ("Asia/Jerusalem", "*2700", "*2700"),
            // These begin with no zero at home, or with more than that.
            ("Asia/Jerusalem", "+972 1-700-505-070", "+972 1-700-505-070"),
            ("Australia/Sydney", "+61 1300 123 456", "+61 1300 123 456"),
            ("Australia/Sydney", "+61 412 345 678", "0412 345 678"),
            ("Europe/Dublin", "+353 1800 123456", "+353 1800 123456"),
            ("Europe/Dublin", "+353 1 234 5678", "01 234 5678"),
            ("Asia/Dubai", "+971 800 12345", "+971 800 12345"),
            ("America/Argentina/Buenos_Aires", "+54 9 11 1234-5678", "+54 9 11 1234-5678"),
            ("America/Argentina/Buenos_Aires", "+54 11 4321 0987", "011 4321 0987"),
            ("America/Mexico_City", "+52 1 55 1234 5678", "+52 1 55 1234 5678"),
            ("America/Sao_Paulo", "+55 11 91234-5678", "+55 11 91234-5678"),
            ("Europe/Berlin", "+49 116117", "+49 116117"),
            ("Europe/London", "+44 800 1111", "0800 1111"),
            ("Etc/UTC", "+972501234567", "+972501234567"),
        ] {
            assert_eq!(as_at_home(typed, home(zone)?), expected, "{typed}");
        }
        Ok(())
    }

    #[test]
    fn what_has_no_normal_form_gets_none() -> Result<(), UnknownZone> {
        let israel = home("Asia/Jerusalem")?;
        for typed in ["", "*2700", "100", "050-123 ext 4", "call me", "+1", "+0501234567", "++1"] {
            assert_eq!(to_e164(typed, israel), None, "{typed}");
        }
        assert_eq!(to_e164("050-123-4567", None), None);
        assert_eq!(to_e164("+1234567890123456", None), None);
        Ok(())
    }

    /// A country, and two numbers as they stand behind its code.
    fn numbers() -> impl Strategy<Value = (Country, String, String)> {
        (0..COUNTRIES.len(), "[2-9][0-9]{8}", "[2-9][0-9]{8}").prop_map(|(at, one, other)| {
            let (code, trunk, _) = COUNTRIES[at];
            // A digit longer than everywhere else.
            let end = if code == "55" { "1" } else { "" };
            (Country { code, trunk }, format!("{one}{end}"), format!("{other}{end}"))
        })
    }

    /// How people write a number at home and abroad.
    fn spellings(of: Country, number: &str) -> Vec<String> {
        let Country { code, trunk } = of;
        let (area, rest) = number.split_at(2);
        let mut all = vec![
            format!("+{code}{number}"),
            format!("\u{200e}+{code} {area}-{rest}"),
            format!("00{code}{number}"),
            format!("{code}{number}"),
            format!("{trunk}{number}"),
            format!("({trunk}{area}) {rest}"),
        ];
        if trunk == "0" {
            all.extend([format!("+{code} (0){number}"), format!("+{code} 0{area}/{rest}")]);
        }
        all
    }

    proptest! {
        #[test]
        fn all_spellings_of_a_number_are_one_and_other_numbers_are_others(
            (home, one, other) in numbers()
        ) {
            let whole = format!("+{}{one}", home.code);
            for typed in spellings(home, &one) {
                prop_assert_eq!(to_e164(&typed, Some(home)), Some(whole.clone()), "{}", typed);
            }
            for typed in spellings(home, &other) {
                let is_same = to_e164(&typed, Some(home)).as_deref() == Some(whole.as_str());
                prop_assert_eq!(is_same, one == other, "{}", typed);
            }
        }

        #[test]
        fn a_number_stays_the_same_however_it_is_shown((home, one, _) in numbers()) {
            let whole = format!("+{}{one}", home.code);
            for typed in spellings(home, &one) {
                let shown = as_at_home(&typed, Some(home));
                prop_assert_eq!(to_e164(&shown, Some(home)), Some(whole.clone()), "{}", typed);
                let is_at_home = !shown.contains('+') && !shown.starts_with("00");
                let is_as_typed = is_dialled_otherwise(home, &one) && shown == typed;
                prop_assert!(is_at_home || is_as_typed, "{} {}", typed, shown);
                prop_assert_eq!(as_at_home(&shown, Some(home)), shown.clone(), "{}", typed);
            }
        }

        #[test]
        fn whatever_is_typed_stays_what_it_is(
            (home, ..) in numbers(),
            typed in "[+]?[0-9() ./+x\u{200e}-]{0,20}"
        ) {
            let shown = as_at_home(&typed, Some(home));
            prop_assert_eq!(to_e164(&shown, Some(home)), to_e164(&typed, Some(home)));
            prop_assert_eq!(as_at_home(&shown, Some(home)), shown);
            prop_assert_eq!(as_at_home(&typed, None), typed);
        }
    }
}
