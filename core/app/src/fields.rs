//! What the fields of a form may hold. Each reader answers the clean value, or an error that names
//! the field and says what is wrong with it.

use domain::{Locale, Role, Zone};
use store::tenants::Colour;

use crate::error::{Error, Result};

/// The longest name of a person, business or member, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// The longest address, in bytes (RFC 5321, section 4.5.3.1).
pub const EMAIL_BYTES_MAX: usize = 254;
/// The longest phone number as typed, in characters.
pub const PHONE_CHARS_MAX: usize = 40;

/// One line: trimmed, without control characters and without the marks that turn text around,
/// which could make one name look like another.
pub(crate) fn line(field: &str, text: &str, chars_max: usize) -> Result<String> {
    let clean: String = text.chars().filter(|c| !turns_or_controls(*c)).collect();
    bounded(field, clean.trim(), chars_max)
}

/// One line that can't be empty.
pub(crate) fn required_line(field: &str, text: &str, chars_max: usize) -> Result<String> {
    let line = line(field, text, chars_max)?;
    if line.chars().any(is_seen) { Ok(line) } else { Err(Error::invalid(field, "error-required")) }
}

/// Whether a letter takes up room: a name of joiners and marks alone is no name.
pub(crate) fn is_seen(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
}

/// Several lines; line ends become `\n`.
pub(crate) fn paragraph(field: &str, text: &str, chars_max: usize) -> Result<String> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let keep = |c: &char| *c == '\n' || *c == '\t' || !turns_or_controls(*c);
    let clean: String = unified.chars().filter(keep).collect();
    bounded(field, clean.trim(), chars_max)
}

fn bounded(field: &str, text: &str, chars_max: usize) -> Result<String> {
    if text.chars().count() > chars_max {
        return Err(Error::invalid(field, "error-too-long"));
    }
    Ok(text.to_owned())
}

pub(crate) fn turns_or_controls(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// An e-mail address, in lower case. Whether it exists only a message can tell; this refuses what
/// can't be one.
pub(crate) fn email(field: &str, text: &str) -> Result<String> {
    let marks = |c: char| matches!(c, '\u{200e}' | '\u{200f}') || turns_or_controls(c);
    let clean = text.replace(marks, "").trim().to_lowercase();
    if clean.is_empty() {
        return Err(Error::invalid(field, "error-required"));
    }
    let valid = clean.len() <= EMAIL_BYTES_MAX
        && clean.rsplit_once('@').is_some_and(|(local, host)| local_ok(local) && host_ok(host));
    if valid { Ok(clean) } else { Err(Error::invalid(field, "error-email-invalid")) }
}

/// An e-mail address, or nothing.
pub(crate) fn optional_email(field: &str, text: &str) -> Result<Option<String>> {
    if text.trim().is_empty() { Ok(None) } else { email(field, text).map(Some) }
}

fn local_ok(local: &str) -> bool {
    let letter_ok = |c: char| {
        !c.is_whitespace()
            && !matches!(c, '@' | ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\')
    };
    (1..=64).contains(&local.len())
        && local.chars().all(letter_ok)
        && local.split('.').all(|part| !part.is_empty())
}

fn host_ok(host: &str) -> bool {
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    host.contains('.') && host.split('.').all(label_ok)
}

/// A phone number as typed; its normal form is `domain::phone`'s to find.
pub(crate) fn optional_phone(field: &str, text: &str) -> Result<Option<String>> {
    let typed = line(field, text, PHONE_CHARS_MAX)?;
    if typed.is_empty() {
        return Ok(None);
    }
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    let letters_ok = typed.chars().all(|c| !c.is_alphabetic() || "extEXT".contains(c));
    if digits < 3 || !letters_ok {
        return Err(Error::invalid(field, "error-phone-invalid"));
    }
    Ok(Some(typed))
}

/// A language we have.
pub(crate) fn locale(field: &str, text: &str) -> Result<Locale> {
    text.parse().map_err(|_| Error::invalid(field, "error-language-unknown"))
}

/// A time zone by its IANA name.
pub(crate) fn zone(field: &str, text: &str) -> Result<Zone> {
    text.parse().map_err(|_| Error::invalid(field, "error-zone-unknown"))
}

/// A role by its name.
pub(crate) fn role(field: &str, text: &str) -> Result<Role> {
    text.parse().map_err(|_| Error::invalid(field, "error-role-unknown"))
}

/// An active ISO 4217 currency, in capitals.
pub(crate) fn currency(field: &str, text: &str) -> Result<String> {
    let code = text.trim().to_ascii_uppercase();
    if crate::currencies::is_known(&code) {
        Ok(code)
    } else {
        Err(Error::invalid(field, "error-currency-unknown"))
    }
}

/// One of the colours that a business may wear.
pub(crate) fn colour(field: &str, text: &str) -> Result<Colour> {
    text.trim().parse().map_err(|_| Error::invalid(field, "error-colour-unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_plausible() {
        for (typed, clean) in [
            (" Dana@Example.COM ", "dana@example.com"),
            ("\u{200f}dana+tag@mail.example.co.il", "dana+tag@mail.example.co.il"),
            ("o'neil@example.com", "o'neil@example.com"),
        ] {
            assert_eq!(email("email", typed).ok().as_deref(), Some(clean), "{typed}");
        }
        for bad in [
            "",
            "dana",
            "dana@",
            "@example.com",
            "a b@example.com",
            "a@b",
            "a@b..c",
            "a@-b.com",
            ".a@b.com",
            "a@b.com,c@d.com",
            "a@b.com\r\nBcc: c@d.com x",
            "<a@b.com>",
        ] {
            assert!(email("email", bad).is_err(), "{bad:?}");
        }
        assert!(email("email", &format!("{}@example.com", "a".repeat(65))).is_err());
    }

    #[test]
    fn a_line_has_no_control_or_turning_characters() {
        assert_eq!(line("name", " Da\u{202e}na\n\0 ", 10).ok().as_deref(), Some("Dana"));
        for unseen in ["", " \u{202e} ", "\u{200b}", "\u{200d}\u{200f}"] {
            assert!(required_line("name", unseen, 10).is_err(), "{unseen:?}");
        }
        assert!(line("name", "דנה כהן", 6).is_err());
        assert!(line("name", "דנה כהן", 7).is_ok());
    }

    #[test]
    fn an_error_names_the_field_and_the_reason() {
        let error = currency("currency", "XXY").err();
        assert!(
            matches!(error, Some(Error::Invalid { field, key }) if field == "currency" && key == "error-currency-unknown")
        );
    }

    #[test]
    fn a_phone_is_kept_as_typed() {
        assert_eq!(
            optional_phone("phone", " 050-123 4567 ").ok().flatten().as_deref(),
            Some("050-123 4567")
        );
        assert_eq!(optional_phone("phone", "  ").ok().flatten(), None);
        assert!(optional_phone("phone", "call Dana").is_err());
    }
}
