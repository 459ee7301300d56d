//! The few patterns of the API's schemas, each with the function that holds values to it: the document
//! shows the one, and requests meet the other.

/// Something that can be seen: neither blank nor marks alone.
pub const SEEN: &str = "[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]";
/// A time of day.
pub const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
/// An amount in whole units, perhaps with parts.
pub const AMOUNT: &str = "^[0-9]{1,9}(\\.[0-9]{1,3})?$";
/// How long before.
pub const LEAD: &str = "^(never|[0-9]{1,4}m|[0-9]{1,2}d)$";
/// What lists give out as places.
pub const CURSOR: &str = "^[A-Za-z0-9_-]+$";
/// Ordered by an own field, perhaps the last first.
pub const OWN_ORDER: &str = "^own-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-down)?$";

/// A number as it is dialled from anywhere.
pub const E164: &str = "^\\+[1-9][0-9]{7,14}$";

/// Whether the text matches one of these patterns; None for another.
pub fn matches(pattern: &str, text: &str) -> Option<bool> {
    Some(match pattern {
        SEEN => text.chars().any(is_seen),
        TIME => domain::task::read_clock(text).is_some(),
        AMOUNT => is_amount(text),
        LEAD => is_lead(text),
        OWN_ORDER => is_own_order(text),
        CURSOR => !text.is_empty() && text.bytes().all(is_cursor),
        E164 => domain::phone::to_e164(text, None).as_deref() == Some(text),
        _ => return None,
    })
}

fn is_seen(letter: char) -> bool {
    !letter.is_whitespace()
        && !letter.is_control()
        && !matches!(
            letter,
            '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

fn is_amount(text: &str) -> bool {
    let (units, parts) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits(units, 9) && digits(parts, 3)
}

fn is_lead(text: &str) -> bool {
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    text == "never"
        || text.strip_suffix('m').is_some_and(|mins| digits(mins, 4))
        || text.strip_suffix('d').is_some_and(|days| digits(days, 2))
}

fn is_own_order(text: &str) -> bool {
    let id = text.strip_prefix("own-").map(|id| id.strip_suffix("-down").unwrap_or(id));
    id.is_some_and(|id| id.parse::<domain::OwnFieldId>().is_ok())
}

fn is_cursor(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_takes_what_it_says() {
        for (pattern, good, bad) in [
            (SEEN, "x", " \u{200b}\n"),
            (TIME, "09:30", "24:00"),
            (AMOUNT, "1500.50", "1,500"),
            (LEAD, "30m", "30h"),
            (CURSOR, "aB-_9", "a="),
            (E164, "+972501234567", "0501234567"),
            (OWN_ORDER, "own-01900000-0000-7000-8000-000000000000-down", "own-1"),
        ] {
            assert_eq!(matches(pattern, good), Some(true), "{good}");
            assert_eq!(matches(pattern, bad), Some(false), "{bad}");
        }
        assert_eq!(matches("^other$", "other"), None);
    }
}
