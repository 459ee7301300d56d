//! A JSON document as values by their places, such as `targeting.city` and `days[0]`: of two fields of one
//! name both count, and so does every digit. Two documents with the same values at the same places, in the
//! same order, say the same.

use std::collections::HashMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// How deep a document is taken apart.
const DEPTH_MAX: usize = 64;
/// The most bytes of all places and values together: in a short document many values can have places as
/// long as all of it.
const BYTES_MAX: usize = 2 << 20;

/// Names and values.
pub(super) type Pairs = Vec<(String, String)>;

/// The values of a document with their places; None where a text of it can't be read, where a field of
/// several parts is there twice, or it comes to too much.
pub(super) fn leaves(body: &[u8]) -> Option<Pairs> {
    let mut found = Found { pairs: Pairs::new(), room: BYTES_MAX };
    found.walk(serde_json::from_slice(body).ok()?, "", 0)?;
    Some(found.pairs)
}

struct Found {
    pairs: Pairs,
    /// Bytes that may still come.
    room: usize,
}

impl Found {
    fn walk(&mut self, raw: &RawValue, at: &str, depth: usize) -> Option<()> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'{' if depth < DEPTH_MAX && !is_empty(text) => {
                let Entries(entries) = serde_json::from_str(text).ok()?;
                if has_twins(&entries) {
                    return None;
                }
                for (name, value) in entries {
                    self.walk(value, &field_at(at, &name), depth + 1)?;
                }
                Some(())
            }
            b'[' if depth < DEPTH_MAX && !is_empty(text) => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                for (n, item) in items.into_iter().enumerate() {
                    self.walk(item, &format!("{at}[{n}]"), depth + 1)?;
                }
                Some(())
            }
            b'"' => self.push(at, told(text)?),
            _ => self.push(at, text.to_owned()),
        }
    }

    fn push(&mut self, at: &str, value: String) -> Option<()> {
        self.room = self.room.checked_sub(at.len() + value.len())?;
        self.pairs.push((at.to_owned(), value));
        Some(())
    }
}

/// The place of a field; a name that would read as a place itself stands in quotes.
fn field_at(at: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && !name.contains(['.', '[', ']', '"']);
    match (is_plain, at.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{at}.{name}"),
        (false, _) => format!("{at}[{}]", Value::from(name)),
    }
}

/// A text without its quotes, unless it would read as another value: `"5"` isn't `5`.
fn told(text: &str) -> Option<String> {
    let word: String = serde_json::from_str(text).ok()?;
    let reads_as_another = word.is_empty() || serde_json::from_str::<IgnoredAny>(&word).is_ok();
    Some(if reads_as_another { Value::from(word).to_string() } else { word })
}

/// Whether an object or a list has nothing in it: then it is a value itself.
fn is_empty(text: &str) -> bool {
    text.get(1..text.len() - 1).is_some_and(|inner| inner.trim().is_empty())
}

/// Whether a field that has parts is there twice. The places of its parts don't say to which of the two they
/// belong, and a provider may go by one alone.
fn has_twins(entries: &[(String, &RawValue)]) -> bool {
    let mut seen: HashMap<&str, (usize, bool)> = HashMap::new();
    for (name, value) in entries {
        let text = value.get();
        let (count, has_parts) = seen.entry(name.as_str()).or_default();
        *count += 1;
        *has_parts |= text.starts_with(['{', '[']) && !is_empty(text);
    }
    seen.values().any(|(count, has_parts)| *count > 1 && *has_parts)
}

/// An object's fields as they are written, also two of one name.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Vec<(String, String)> {
        leaves(body.as_bytes()).unwrap()
    }

    #[test]
    fn values_stand_at_their_places_as_they_are_written() {
        let pair = |at: &str, value: &str| (at.to_owned(), value.to_owned());
        let body =
            r#"{"name":"x","to":{"city":"Haifa","days":[1, 1.10]},"no":null,"a":[],"name":"y"}"#;
        assert_eq!(
            of(body),
            [
                pair("name", "x"),
                pair("to.city", "Haifa"),
                pair("to.days[0]", "1"),
                pair("to.days[1]", "1.10"),
                pair("no", "null"),
                pair("a", "[]"),
                pair("name", "y"),
            ]
        );
        assert_eq!(of("5"), [pair("", "5")]);
    }

    #[test]
    fn no_two_places_and_no_two_values_read_the_same() {
        for (one, other) in [
            (r#"{"a":{"b":1}}"#, r#"{"a.b":1}"#),
            (r#"{"a":[1]}"#, r#"{"a[0]":1}"#),
            (r#"{"a":{"":1}}"#, r#"{"a":1}"#),
            (r#"{"":1}"#, "1"),
            (r#"["x"]"#, r#"{"[0]":"x"}"#),
            (r#"{"a":5}"#, r#"{"a":"5"}"#),
            (r#"{"a":false}"#, r#"{"a":"false"}"#),
            (r#"{"a":null}"#, r#"{"a":"null"}"#),
            (r#"{"a":[]}"#, r#"{"a":"[]"}"#),
            (r#"{"a":"5"}"#, r#"{"a":"\"5\""}"#),
            (r#"{"a":"5"}"#, r#"{"a":" 5"}"#),
        ] {
            assert_ne!(of(one), of(other), "{one} {other}");
        }
        assert_eq!(of(r#"{ "a" : "x" }"#), of(r#"{"a":"\u0078"}"#), "it says the same");
    }

    #[test]
    fn a_name_within_a_document_reads_as_no_place_either() {
        for (one, other, at) in [
            (r#"{"to":{"a.b":1}}"#, r#"{"to":{"a":{"b":1}}}"#, r#"to["a.b"]"#),
            (r#"{"to":[{"a[0]":1}]}"#, r#"{"to":[{"a":[1]}]}"#, r#"to[0]["a[0]"]"#),
            (r#"{"to":{"":1}}"#, r#"{"to":1}"#, r#"to[""]"#),
        ] {
            assert_ne!(of(one), of(other), "{one} {other}");
            assert_eq!(of(one), [(at.to_owned(), "1".to_owned())]);
        }
    }

    #[test]
    fn a_field_of_several_parts_that_is_there_twice_is_not_taken_apart() {
        for body in [
            r#"{"to":{"city":"Haifa"},"to":{"days":[1]}}"#,
            r#"{"a":[{"to":[1],"to":2}]}"#,
            r#"{"to":{"city":"Haifa"},"to":{}}"#,
        ] {
            assert_eq!(leaves(body.as_bytes()), None, "{body}");
        }
        assert_eq!(of(r#"{"to":1,"to":{},"to":[]}"#).len(), 3);
    }

    #[test]
    fn what_is_too_deep_too_long_or_no_text_is_not_taken_apart() {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let leaves_of_it = leaves(deep.as_bytes()).unwrap();
        assert_eq!(leaves_of_it.len(), 1);
        assert!(leaves_of_it[0].1.starts_with("[["));
        assert_eq!(leaves(br#"["\ud800"]"#), None);
        // Each of the values would stand at a place of 100,000 letters.
        let long = format!("{{\"{}\":[{}1]}}", "a".repeat(100_000), "1,".repeat(50_000));
        assert_eq!(leaves(long.as_bytes()), None);
    }
}
