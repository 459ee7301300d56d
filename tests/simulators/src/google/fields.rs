//! Partial answers: `fields=items(id,summary),nextPageToken`.

use serde_json::{Map, Value};

use super::errors::{Answer, ApiError};

/// A tree of wanted names; an empty one wants everything below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Mask(Vec<(String, Mask)>);

/// The part of an answer that was asked for.
pub fn apply(answer: Value, fields: Option<&str>) -> Answer<Value> {
    let Some(text) = fields.filter(|text| !text.is_empty()) else { return Ok(answer) };
    let mut rest = text;
    let mask = list(&mut rest).filter(|_| rest.is_empty());
    let mask = mask
        .ok_or_else(|| ApiError::parameter("fields", &format!("Invalid field selection {text}")))?;
    Ok(cut(answer, &mask))
}

fn cut(value: Value, mask: &Mask) -> Value {
    if mask.0.is_empty() {
        return value;
    }
    match value {
        Value::Array(items) => items.into_iter().map(|item| cut(item, mask)).collect(),
        Value::Object(object) => {
            let mut kept = Map::new();
            for (name, value) in object {
                let wanted = mask.0.iter().find(|(want, _)| *want == name || want == "*");
                if let Some((_, below)) = wanted {
                    kept.insert(name, cut(value, below));
                }
            }
            Value::Object(kept)
        }
        other => other,
    }
}

/// `a,b/c(d,e)`; leaves in `text` what it can't read.
fn list(text: &mut &str) -> Option<Mask> {
    let mut mask = Mask::default();
    loop {
        let end = text.find(['/', ',', '(', ')']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '*';
        if name.is_empty() || !name.chars().all(letter) {
            return None;
        }
        *text = rest;
        let below = below(text)?;
        mask.0.push((name.to_owned(), below));
        match text.strip_prefix(',') {
            Some(rest) => *text = rest,
            None => return Some(mask),
        }
    }
}

fn below(text: &mut &str) -> Option<Mask> {
    if let Some(rest) = text.strip_prefix('(') {
        *text = rest;
        let mask = list(text)?;
        *text = text.strip_prefix(')')?;
        return Some(mask);
    }
    let Some(rest) = text.strip_prefix('/') else { return Some(Mask::default()) };
    *text = rest;
    // One name and what hangs on it; a comma belongs to the list above.
    let end = text.find(['/', ',', '(', ')']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    *text = rest;
    let mask = below(text)?;
    Some(Mask(vec![(name.to_owned(), mask)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_fields_that_were_asked_for_come_back() {
        let answer = json!({"items": [{"id": "a", "start": {"date": "d", "timeZone": "z"}, "etag": "e"}],
                            "nextPageToken": "p", "etag": "x"});
        let cut = apply(answer, Some("items(id,start/date),nextPageToken")).unwrap();
        assert_eq!(
            cut,
            json!({"items": [{"id": "a", "start": {"date": "d"}}], "nextPageToken": "p"})
        );
    }

    #[test]
    fn a_broken_selection_is_refused() {
        for bad in ["items(id", "items)", ",id", "items/", "a b", "items(id))"] {
            assert_eq!(apply(json!({}), Some(bad)).unwrap_err().status, 400, "{bad}");
        }
    }
}
