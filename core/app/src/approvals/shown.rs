//! A request's body as people read it: laid out, with nothing left out and nothing hidden.
//!
//! JSON is laid out token by token instead of parsed and written again: that would drop the first of
//! two fields of one name, and the provider may well go by that one.

use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

/// A body for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// JSON, laid out.
    Json(String),
    /// A form's fields, decoded, in order.
    Form(Vec<(String, String)>),
    /// Any other text.
    Text(String),
    /// What is no text: what it is said to be, its size, and its SHA-256 in hex.
    Bytes {
        /// The content type the plugin set.
        kind: String,
        /// Bytes.
        size: usize,
        /// The hash.
        sha256: String,
    },
}

impl Shown {
    /// The body of a request with these headers.
    pub fn of(headers: &[(String, String)], body: &[u8]) -> Self {
        let kind = headers.iter().find(|(name, _)| name == "content-type");
        let kind = kind.map(|(_, value)| visible(value)).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(body) else { return Self::bytes(kind, body) };
        if text.is_empty() {
            return Self::Nothing;
        }
        if serde_json::from_str::<IgnoredAny>(text).is_ok() {
            return Self::Json(laid_out(text));
        }
        let bare = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if bare == "application/x-www-form-urlencoded" {
            let fields: Vec<_> = url::form_urlencoded::parse(body).collect();
            // What stands for bytes that are no text may stand for any: then it is shown as it is sent.
            let is_text = |text: &str| !text.contains('\u{fffd}');
            if fields.iter().all(|(name, value)| is_text(name) && is_text(value)) {
                let shown = fields.iter().map(|(name, value)| (visible(name), visible(value)));
                return Self::Form(shown.collect());
            }
        }
        Self::Text(visible(text))
    }

    fn bytes(kind: String, body: &[u8]) -> Self {
        use std::fmt::Write as _;
        let hash = Sha256::digest(body);
        let sha256 = hash.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        });
        Self::Bytes { kind, size: body.len(), sha256 }
    }
}

/// Text in which every hidden character is written out: controls, and marks that turn the order of
/// what follows or take no room at all. Only those stay that change nothing of what is read: what makes
/// one picture of several, and the plain marks of a direction beside signs, as Hebrew text needs them.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut before, mut rest) = (None, text.chars().peekable());
    while let Some(c) = rest.next() {
        if is_hidden(c) && !is_at_home(c, before, rest.peek().copied()) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{feff}')
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(c, '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a hidden character does between these what it is for. Within a word or beside a number a
/// plain mark could only make it read as another.
fn is_at_home(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_picture = |c: char| !c.is_ascii() && !c.is_alphanumeric() && !is_hidden(c);
    match c {
        '\u{200d}' => before.is_some_and(|c| is_picture(c) || c == '\u{fe0f}'),
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_picture) || after == Some('\u{20e3}'),
        '\u{200e}' | '\u{200f}' => {
            let is = |c: Option<char>, kind: fn(char) -> bool| c.is_some_and(kind);
            let in_word = is(before, char::is_alphanumeric) && is(after, char::is_alphanumeric);
            let by_number = is(before, char::is_numeric) || is(after, char::is_numeric);
            !in_word && !by_number && !is(before, is_hidden) && !is(after, is_hidden)
        }
        _ => false,
    }
}

/// How deep lines are still moved in: a body may be nothing but brackets, and every line of it would be
/// longer than the one before.
const LEVELS_MAX: usize = 20;

/// Lays valid JSON out, two spaces a level.
fn laid_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut rest) = (0_usize, text);
    while let Some(c) = rest.chars().next() {
        match c {
            '"' => {
                let end = string_end(rest);
                out.push_str(&visible(&unescaped(&rest[..end])));
                rest = &rest[end..];
                continue;
            }
            '{' | '[' => {
                out.push(c);
                let inner = rest[1..].trim_start();
                if inner.starts_with(['}', ']']) {
                    out.extend(inner.chars().next());
                    rest = &inner[1..];
                    continue;
                }
                depth += 1;
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(LEVELS_MAX)));
}

/// Where the string that the text begins with ends, its last quote included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A JSON string, quotes included, with letters that were written as `\u05d0` as themselves. What
/// would change its meaning stays written out.
fn unescaped(string: &str) -> String {
    let mut out = String::with_capacity(string.len());
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (shown, length) = letter(escape);
        match shown {
            Some(c) => out.push(c),
            None => out.push_str(&escape[..length]),
        }
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// The letter that an escape stands for, if it can be shown, and the escape's length.
fn letter(escape: &str) -> (Option<char>, usize) {
    let unit = |text: &str| {
        let hex = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(hex, 16).ok()
    };
    let Some(first) = unit(escape) else {
        // A backslash and the one character behind it.
        return (None, 1 + escape[1..].chars().next().map_or(0, char::len_utf8));
    };
    let second = escape.get(6..).and_then(unit);
    let pair = std::iter::once(first).chain(second);
    let Some(Ok(c)) = char::decode_utf16(pair).next() else { return (None, 6) };
    let length = 6 * c.len_utf16();
    let plain = !is_hidden(c) && !c.is_control() && c != '"' && c != '\\';
    (Some(c).filter(|_| plain), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        match Shown::of(&[], text.as_bytes()) {
            Shown::Json(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_of_json_is_left_out() {
        assert_eq!(
            json(r#"{"amount":1,"amount":9000.10,"a":[],"b":{ },"c":[1,{"d":null}]}"#),
            "{\n  \"amount\": 1,\n  \"amount\": 9000.10,\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": null\n    }\n  ]\n}"
        );
        assert_eq!(json(r#"["a,{}:\"]","\\"]"#), "[\n  \"a,{}:\\\"]\",\n  \"\\\\\"\n]");
    }

    #[test]
    fn letters_are_read_and_tricks_are_seen() {
        assert_eq!(json(r#""\u05e9\u05dc\u05d5\u05dd""#), "\"שלום\"");
        assert_eq!(json(r#""\ud83d\ude00""#), "\"😀\"");
        for kept in [r#""\u202e""#, r#""\u0022""#, r#""\u005c""#, r#""\u0000""#, r#""\n""#] {
            assert_eq!(json(kept), kept);
        }
        assert_eq!(json("\"a\u{202e}b\""), "\"a\\u{202e}b\"");
        assert_eq!(visible("a\u{200b}\u{7}b\nc"), "a\\u{200b}\\u{7}b\nc");
    }

    #[test]
    fn what_takes_no_room_is_written_out_where_it_only_deceives() {
        for c in [
            '\u{ad}',
            '\u{61c}',
            '\u{200c}',
            '\u{200e}',
            '\u{206a}',
            '\u{3164}',
            '\u{13430}',
            '\u{1bca0}',
            '\u{e0101}',
        ] {
            let shown = format!("exa{}mple", c.escape_unicode());
            assert_eq!(visible(&format!("exa{c}mple")), shown);
        }
        assert_eq!(visible("10\u{200f}.50"), "10\\u{200f}.50");
        assert_eq!(visible("a\u{200d}b\u{fe0f}"), "a\\u{200d}b\\u{fe0f}");
        assert_eq!(visible("(\u{200f}\u{200f})"), "(\\u{200f}\\u{200f})");
        for kept in
            ["שלום!\u{200f} C++\u{200e}", "👩\u{200d}💻", "❤\u{fe0f}", "🏳\u{fe0f}\u{200d}🌈"]
        {
            assert_eq!(visible(kept), kept);
        }
    }

    #[test]
    fn what_is_deep_takes_little_more_room_than_it_has() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let shown = json(&deep);
        assert!(shown.len() < 50 * deep.len(), "{}", shown.len());
        assert_eq!(shown.matches('[').count(), 100_000);
    }

    #[test]
    fn forms_texts_and_bytes_are_told_apart() {
        let kind = |kind: &str| [("content-type".to_owned(), kind.to_owned())];
        let form = Shown::of(&kind("application/x-www-form-urlencoded; x"), b"a=1&a=%D7%90+b");
        let fields = [("a", "1"), ("a", "א b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(form, Shown::Form(fields.to_vec()));
        let torn = Shown::of(&kind("application/x-www-form-urlencoded"), b"a=%FF");
        assert_eq!(torn, Shown::Text("a=%FF".to_owned()));
        assert_eq!(Shown::of(&[], b""), Shown::Nothing);
        assert_eq!(Shown::of(&[], b"{a"), Shown::Text("{a".to_owned()));
        let Shown::Bytes { kind, size, sha256 } = Shown::of(&kind("image/png"), &[0xff, 0]) else {
            panic!("no bytes")
        };
        assert_eq!((kind.as_str(), size, sha256.len()), ("image/png", 2, 64));
    }
}
