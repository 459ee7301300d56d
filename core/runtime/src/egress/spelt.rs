//! Finds bytes in a text that may write any of them in another way, each in its own: as addresses
//! and forms do (`%2f`, `+`), as JSON does (`\\u002f`, `\\/`), as pages do (`&#47;`, `&#x2F;`, `&amp;`).

/// The longest way to write one byte, as in `&#x002F;`.
pub(super) const BYTES_MAX: usize = 8;

const NAMED: [(&[u8], u8); 5] =
    [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];

/// Where the needle stands in the text, however it is spelt: beginnings and ends, in order.
pub(super) fn find_all(text: &[u8], needle: &[u8]) -> Vec<(usize, usize)> {
    let Some(first) = needle.first() else { return Vec::new() };
    let begins = |byte: u8| byte == *first || matches!(byte, b'%' | b'\\' | b'&' | b'+');
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let end = if begins(text[at]) { end_of(text, at, needle) } else { None };
        if let Some(end) = end {
            found.push((at, end));
        }
        at = end.unwrap_or(at + 1);
    }
    found
}

/// The end of the needle that begins here, if it does; the furthest of several.
fn end_of(text: &[u8], at: usize, needle: &[u8]) -> Option<usize> {
    // Mostly one place: a byte that is also the beginning of an escape makes two.
    let (mut places, mut next) = (vec![at], Vec::new());
    for byte in needle {
        for place in &places {
            for length in
                lengths(text.get(*place..).unwrap_or_default(), *byte).into_iter().flatten()
            {
                let end = place + length;
                if !next.contains(&end) {
                    next.push(end);
                }
            }
        }
        if next.is_empty() {
            return None;
        }
        std::mem::swap(&mut places, &mut next);
        next.clear();
    }
    places.into_iter().max()
}

/// How many bytes of the text write this byte: as itself, and escaped.
fn lengths(text: &[u8], byte: u8) -> [Option<usize>; 2] {
    let Some(first) = text.first() else { return [None, None] };
    let itself = (*first == byte || (*first, byte) == (b'+', b' ')).then_some(1);
    let escaped = match first {
        b'%' => (hex(text.get(1..3)) == Some(u32::from(byte))).then_some(3),
        b'\\' if text.get(1) == Some(&b'u') => {
            (hex(text.get(2..6)) == Some(u32::from(byte))).then_some(6)
        }
        b'\\' => (text.get(1) == Some(&byte)).then_some(2),
        b'&' => entity(text, byte),
        _ => None,
    };
    [itself, escaped]
}

fn entity(text: &[u8], byte: u8) -> Option<usize> {
    let text = text.get(..BYTES_MAX.min(text.len()))?;
    let length = text.iter().position(|b| *b == b';')? + 1;
    let entity = &text[..length];
    if let Some((_, named)) = NAMED.iter().find(|(name, _)| *name == entity) {
        return (*named == byte).then_some(length);
    }
    let number = entity.strip_prefix(b"&#")?.strip_suffix(b";")?;
    let number = match number.first()? {
        b'x' | b'X' => hex(number.get(1..)),
        _ => std::str::from_utf8(number).ok()?.parse().ok(),
    };
    (number == Some(u32::from(byte))).then_some(length)
}

fn hex(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, needle: &str) -> Vec<String> {
        let found = find_all(text.as_bytes(), needle.as_bytes());
        found.into_iter().map(|(from, to)| text[from..to].to_owned()).collect()
    }

    #[test]
    fn each_byte_may_be_written_in_its_own_way() {
        for text in
            ["a/+=&b", "%61%2F+=&amp;b", "a\\/\\u002b&#61;&#x26;b", "\\u0061%2f%2b&#x003D;&b"]
        {
            assert_eq!(found(&format!("<{text}>{text}"), "a/+=&b"), [text, text]);
        }
        assert_eq!(found("a b a+b a%20b", "a b"), ["a b", "a+b", "a%20b"]);
        assert_eq!(found("100%25 100%", "100%"), ["100%25", "100%"]);
    }

    #[test]
    fn what_only_resembles_it_stays() {
        for text in
            ["", "a", "a%2", "%", "&#", "&#x", "\\u00", "a/+=&", "a%2e+=&b", "&#x0000000061;"]
        {
            assert!(found(text, "a/+=&b").is_empty(), "{text}");
        }
        assert!(found("abc", "").is_empty());
    }

    proptest! {
        #[test]
        fn any_mixture_is_found_and_nothing_panics(
            needle in "[ -~]{4,12}",
            ways in proptest::collection::vec(0u8..7, 12),
            around in "[a-z&%\\\\+;#]{0,6}",
        ) {
            let mut text = around.clone();
            for (c, way) in needle.chars().zip(ways) {
                let byte = u32::from(c);
                match way {
                    0 => text.push_str(&format!("%{byte:02x}")),
                    1 => text.push_str(&format!("%{byte:02X}")),
                    2 => text.push_str(&format!("\\u{byte:04x}")),
                    3 => text.push_str(&format!("&#{byte};")),
                    4 => text.push_str(&format!("&#x{byte:X};")),
                    _ => text.push(c),
                }
            }
            text.push_str(&around);
            let mut left = text.clone().into_bytes();
            for (from, to) in find_all(text.as_bytes(), needle.as_bytes()) {
                left[from..to].fill(b'*');
            }
            prop_assert!(left.contains(&b'*'), "{text}");
        }
    }
}
