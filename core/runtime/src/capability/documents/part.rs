//! The part of a JSON answer that a pointer names, decoded. The rest of the answer is passed over and
//! never built, so that its size in memory is what arrived.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::problem::Problem;

/// Steps of a pointer.
const STEPS_MAX: usize = 16;

/// How the text holds the file.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    /// Base64 in either alphabet, padded or not (RFC 4648).
    #[default]
    Base64,
    /// The text is the file.
    Text,
}

/// The file at a pointer.
pub(super) fn of(body: &[u8], pointer: &str, encoding: Encoding) -> Result<Vec<u8>, Problem> {
    let steps = steps(pointer)?;
    let mut json = serde_json::Deserializer::from_slice(body);
    let found = At(&steps)
        .deserialize(&mut json)
        .and_then(|found| json.end().map(|()| found))
        .map_err(|_| Problem::invalid("the answer is not JSON with one text at the pointer"))?;
    let text = found.ok_or_else(|| Problem::invalid("the answer has nothing at the pointer"))?;
    match encoding {
        Encoding::Text => Ok(text.into_bytes()),
        Encoding::Base64 => decoded(&text),
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Problem> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let is_url = text.bytes().any(|b| matches!(b, b'-' | b'_'));
    let alphabet = if is_url { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let decoded = GeneralPurpose::new(alphabet, config).decode(text);
    decoded.map_err(|_| Problem::invalid("what is at the pointer is not base64"))
}

fn steps(pointer: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::invalid("a pointer begins with a slash and has at most 16 steps");
    let rest = pointer.strip_prefix('/').ok_or_else(wrong)?;
    let steps: Vec<String> =
        rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    if steps.len() > STEPS_MAX { Err(wrong()) } else { Ok(steps) }
}

/// Takes the text at the end of these steps; a field that stands twice is refused.
struct At<'s>(&'s [String]);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => String::deserialize(from).map(Some),
            _ => from.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list on the pointer's way")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        let Some((step, rest)) = self.0.split_first() else { return Ok(None) };
        while let Some(key) = map.next_key::<String>()? {
            if key != *step {
                map.next_value::<IgnoredAny>()?;
            } else if found.is_some() {
                return Err(serde::de::Error::custom("the field stands twice"));
            } else {
                found = Some(map.next_value_seed(At(rest))?);
            }
        }
        Ok(found.flatten())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let Some((step, rest)) = self.0.split_first() else { return Ok(None) };
        let wanted = step.parse::<usize>().ok();
        let (mut at, mut found) = (0, None);
        loop {
            let more = if wanted == Some(at) {
                let value = list.next_element_seed(At(rest))?;
                let is_there = value.is_some();
                found = value.flatten();
                is_there
            } else {
                list.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(found);
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(body: &str, pointer: &str) -> Result<Vec<u8>, String> {
        of(body.as_bytes(), pointer, Encoding::Base64).map_err(|problem| problem.code)
    }

    #[test]
    fn the_pointed_part_is_taken_and_decoded() {
        let body =
            r#"{"x":{"data":"no"},"parts":[{"body":{}},{"body":{"data":"8J-YgA"}}],"a/b":"aGk="}"#;
        assert_eq!(part(body, "/parts/1/body/data"), Ok("😀".into()));
        assert_eq!(part(body, "/a~1b"), Ok(b"hi".to_vec()));
        for pointer in ["", "parts", "/parts/2/body/data", "/parts/0/body/data", "/none", "/parts"]
        {
            assert_eq!(part(body, pointer), Err("invalid".into()), "{pointer}");
        }
        assert_eq!(part(r#"{"a":"aGk","a":"aGk"}"#, "/a"), Err("invalid".into()));
        assert_eq!(part(r#"{"a":"aGk"} x"#, "/a"), Err("invalid".into()));
        assert_eq!(part(r#"{"a":"!!"}"#, "/a"), Err("invalid".into()));
        let text = of(r#"{"a":"שלום"}"#.as_bytes(), "/a", Encoding::Text);
        assert_eq!(text, Ok("שלום".into()));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_taken_or_refused(body in ".{0,80}", pointer in "(/[a-z0-9~]{0,3}){0,4}") {
            let _ = of(body.as_bytes(), &pointer, Encoding::Base64);
            let nested = format!("{{\"a\":[{body}]}}");
            let _ = of(nested.as_bytes(), "/a/0", Encoding::Text);
        }

        #[test]
        fn what_was_encoded_comes_out(bytes in prop::collection::vec(any::<u8>(), 1..100)) {
            use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
            for text in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let body = serde_json::json!({"a": [1, {"b": text}]}).to_string();
                prop_assert_eq!(part(&body, "/a/1/b"), Ok(bytes.clone()));
            }
        }
    }
}
