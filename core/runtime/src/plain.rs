//! Texts that plugins and providers contribute, made harmless where no template can: characters that
//! steer terminals and readers, and marks that turn the direction of what follows round.

use serde_json::Value;

/// Separators and marks that make a text read as another: overrides, embeddings and isolates (which
/// reach beyond the text they stand in), line and paragraph separators, and what can't be seen. The
/// plain marks of a direction stay, as Hebrew text needs them.
pub(crate) fn is_deceiving(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}' | '\u{2060}'..='\u{2064}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{206f}').contains(&c)
        || ('\u{fff9}'..='\u{fffb}').contains(&c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// Whether a text of several lines may hold this.
pub(crate) fn is_plain(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || is_deceiving(c))
}

/// Takes every such character out of every text of a document, names of fields included.
pub fn clean(value: &mut Value) {
    match value {
        Value::String(text) => clean_text(text),
        Value::Array(list) => list.iter_mut().for_each(clean),
        Value::Object(map) => {
            if map.keys().all(|name| name.chars().all(is_plain)) {
                map.values_mut().for_each(clean);
                return;
            }
            let old = std::mem::take(map);
            map.extend(old.into_iter().map(|(mut name, mut value)| {
                clean_text(&mut name);
                clean(&mut value);
                (name, value)
            }));
        }
        _ => {}
    }
}

fn clean_text(text: &mut String) {
    if !text.chars().all(is_plain) {
        text.retain(is_plain);
    }
}

/// The line of the first such character in a file of texts, as it stands there or as an escape of
/// Fluent (`\\uXXXX`, `\\UXXXXXX`) writes it.
pub(crate) fn line_of_deceit(source: &str) -> Option<usize> {
    let bad = |c: char| c != '\r' && !is_plain(c);
    let escaped = |line: &str| {
        let after = |mark: &str, digits: usize| {
            line.match_indices(mark).any(|(at, _)| {
                let number = line.get(at + 2..at + 2 + digits);
                let number = number.and_then(|number| u32::from_str_radix(number, 16).ok());
                number.and_then(char::from_u32).is_some_and(bad)
            })
        };
        after("\\u", 4) || after("\\U", 6)
    };
    let found = source.split('\n').position(|line| line.chars().any(bad) || escaped(line));
    found.map(|line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_text_of_a_document_is_cleaned_and_nothing_else_changes() {
        let mut value = json!({
            "a\u{202e}b": ["x\u{1b}[0m\u{0}", 1, null, {"t": "שלום\u{200f}\n<b>\u{2067}"}], "n": 1.10
        });
        clean(&mut value);
        assert_eq!(value, json!({"ab": ["x[0m", 1, null, {"t": "שלום\u{200f}\n<b>"}], "n": 1.10}));
    }

    #[test]
    fn a_deceiving_text_of_a_file_is_found_raw_and_escaped() {
        assert_eq!(line_of_deceit("a = x\nb = שלום\u{200f}\r\n\tc = { \"\\u0041\" }"), None);
        for bad in
            ["\u{202e}", "\u{1b}", "\u{2066}", "{ \"\\u202e\" }", "{ \"\\U00202E\" }", "\u{e0041}"]
        {
            assert_eq!(line_of_deceit(&format!("a = x\nb = {bad}y")), Some(2), "{bad:?}");
        }
    }
}
