//! What was typed into the fields of a change, read by their kinds. What a plugin says of a field is the
//! plugin's; here it is held to it, so that a plugin gets what it asked for.

use std::collections::BTreeMap;

use runtime::Words;
use runtime::approval::is_on;
use runtime::plugin_view::{Field, FieldKind, Value as Told};
use serde_json::{Map, Value};

use super::shown::visible;
use crate::error::{Error, Result};

/// The most characters of a line, and of several.
const LINE_CHARS_MAX: usize = 1_000;
const LONG_CHARS_MAX: usize = 8_000;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Texts by field; several where several are chosen.
    pub values: BTreeMap<String, Vec<String>>,
    /// Whether a field that isn't there was emptied, as forms send it; else it stays as it is.
    pub is_whole: bool,
}

/// The values of all fields, and the names of those that changed.
///
/// # Errors
/// [`Error::Invalid`] with the field `fields/NAME`, or `form` where nothing was changed.
pub(super) fn read(fields: &[Field], typed: &Typed) -> Result<(Map<String, Value>, Vec<String>)> {
    let wrong = |name: &str, key: &str| Error::invalid(format!("fields/{name}"), key);
    let known = |name: &String| fields.iter().any(|field| field.name == *name);
    if let Some(name) = typed.values.keys().find(|name| !known(name)) {
        return Err(wrong(name, "error-api-unknown-field"));
    }
    let (mut values, mut changed) = (Map::new(), Vec::new());
    for field in fields {
        let before = field.present();
        let value = match typed.values.get(&field.name) {
            None if !typed.is_whole => before.clone(),
            Some(texts) if texts.len() > 1 && field.kind != FieldKind::Choices => {
                return Err(wrong(&field.name, "error-api-json"));
            }
            texts => {
                let value = sent(field, texts.map(Vec::as_slice).unwrap_or_default());
                // What comes back as the form sends what is there was touched by nobody.
                if value == sent(field, &texts_of(&before)) { before.clone() } else { value }
            }
        };
        // What the plugin says is there now is not the reader's to put right.
        if value != before {
            check(field, &value).map_err(|key| wrong(&field.name, key))?;
            changed.push(field.name.clone());
        }
        values.insert(field.name.clone(), value);
    }
    if changed.is_empty() {
        return Err(Error::invalid("form", "error-approval-unchanged"));
    }
    Ok((values, changed))
}

fn texts_of(value: &Value) -> Vec<String> {
    let one = value.as_str().map(str::to_owned);
    let all = value.as_array().into_iter().flatten();
    one.into_iter().chain(all.filter_map(|text| text.as_str().map(str::to_owned))).collect()
}

/// What was typed, as plugins get it from the forms of their views.
fn sent(field: &Field, texts: &[String]) -> Value {
    let first = || texts.first().map(|text| text.replace("\r\n", "\n")).unwrap_or_default();
    let mut value: Value = match field.kind {
        FieldKind::Choices => {
            let mut all: Vec<&str> = Vec::new();
            for text in texts {
                if !text.is_empty() && !all.contains(&text.as_str()) {
                    all.push(text);
                }
            }
            all.into_iter().collect()
        }
        FieldKind::Switch => Value::from(if is_on(&first()) { "on" } else { "" }),
        FieldKind::Long | FieldKind::Text => Value::from(first()),
        _ => Value::from(first().trim()),
    };
    runtime::clean_texts(&mut value);
    value
}

fn check(field: &Field, value: &Value) -> Result<(), &'static str> {
    let offered = |text: &str| field.options.iter().any(|option| option.value == text);
    if let Some(all) = value.as_array() {
        let is_offered = all.iter().all(|one| one.as_str().is_some_and(offered));
        return match all.is_empty() {
            true if field.required => Err("error-required"),
            _ if is_offered => Ok(()),
            _ => Err("error-option-unknown"),
        };
    }
    let text = value.as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return if field.required { Err("error-required") } else { Ok(()) };
    }
    let most = if field.kind == FieldKind::Long { LONG_CHARS_MAX } else { LINE_CHARS_MAX };
    let own = field.max_length.and_then(|most| usize::try_from(most).ok()).unwrap_or(most);
    if text.chars().count() > own.min(most) {
        return Err("error-too-long");
    }
    match field.kind {
        FieldKind::Choice | FieldKind::Radio if !offered(text) => Err("error-option-unknown"),
        FieldKind::Number => number(field, text),
        FieldKind::Date if text.len() != 10 || text.parse::<jiff::civil::Date>().is_err() => {
            Err("error-date-invalid")
        }
        FieldKind::Time if text.len() != 5 || text.parse::<jiff::civil::Time>().is_err() => {
            Err("error-time-invalid")
        }
        // Days and times of one shape stand in the order of their texts.
        FieldKind::Date | FieldKind::Time => within(field, |bound| text.cmp(bound)),
        FieldKind::Email if !text.contains('@') => Err("error-email-invalid"),
        FieldKind::Url if !is_address(text) => Err("error-link-invalid"),
        _ => Ok(()),
    }
}

fn number(field: &Field, text: &str) -> Result<(), &'static str> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let number = read(text).ok_or("error-number-invalid")?;
    within(field, |bound| {
        // A bound that is none binds nobody.
        read(bound).map_or(std::cmp::Ordering::Equal, |bound| number.total_cmp(&bound))
    })
}

fn within(field: &Field, compare: impl Fn(&str) -> std::cmp::Ordering) -> Result<(), &'static str> {
    if field.min.as_deref().is_some_and(|min| compare(min).is_lt()) {
        return Err("error-setting-minimum");
    }
    if field.max.as_deref().is_some_and(|max| compare(max).is_gt()) {
        return Err("error-setting-maximum");
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

/// A field's value for people; `field` speaks their language already.
pub(super) fn told(field: &Field, value: &Value) -> Told {
    let label = |text: &str| {
        let found = field.options.iter().find(|option| option.value == text);
        match found.map(|option| &option.label) {
            Some(Words::Text(label)) => label.clone(),
            _ => visible(text),
        }
    };
    if let Some(all) = value.as_array() {
        let labels: Vec<String> = all.iter().filter_map(Value::as_str).map(label).collect();
        return text(labels.join(", "));
    }
    let own = value.as_str().unwrap_or_default();
    match field.kind {
        FieldKind::Switch => Told::Flag(is_on(own)),
        FieldKind::Choice | FieldKind::Radio => text(label(own)),
        FieldKind::Date if own.parse::<jiff::civil::Date>().is_ok() => Told::Date(own.to_owned()),
        _ => text(visible(own)),
    }
}

/// A text as a value; none where it is empty.
pub(super) fn text(text: String) -> Told {
    if text.is_empty() { Told::None } else { Told::Text(Words::Text(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize as _;
    use serde_json::json;

    fn field(more: Value) -> Field {
        let mut whole = json!({"name": "a", "label": "A"});
        for (name, value) in more.as_object().into_iter().flatten() {
            whole[name] = value.clone();
        }
        Field::deserialize(&whole).unwrap()
    }

    fn typed(values: &[(&str, &[&str])], is_whole: bool) -> Typed {
        let own = |(name, texts): &(&str, &[&str])| {
            ((*name).to_owned(), texts.iter().map(|text| (*text).to_owned()).collect())
        };
        Typed { values: values.iter().map(own).collect(), is_whole }
    }

    fn wrong(more: Value, texts: &[&str]) -> String {
        match read(&[field(more)], &typed(&[("a", texts)], true)) {
            Err(Error::Invalid { field, key }) => format!("{field} {key}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_does_not_fit_its_field_is_refused_with_its_name() {
        let number = json!({"kind": "number", "value": "5", "min": "1", "max": "10"});
        assert_eq!(wrong(number.clone(), &["much"]), "fields/a error-number-invalid");
        assert_eq!(wrong(number.clone(), &["NaN"]), "fields/a error-number-invalid");
        assert_eq!(wrong(number.clone(), &["0"]), "fields/a error-setting-minimum");
        assert_eq!(wrong(number, &["10.5"]), "fields/a error-setting-maximum");
        let day = json!({"kind": "date", "value": "2026-03-01", "min": "2026-02-01"});
        assert_eq!(wrong(day.clone(), &["2026-02-30"]), "fields/a error-date-invalid");
        assert_eq!(wrong(day, &["2026-01-31"]), "fields/a error-setting-minimum");
        assert_eq!(wrong(json!({"kind": "time"}), &["25:00"]), "fields/a error-time-invalid");
        let options = json!([{"value": "x", "label": "X"}]);
        for kind in ["choice", "radio", "choices"] {
            let one = json!({"kind": kind, "options": options});
            assert_eq!(wrong(one, &["y"]), "fields/a error-option-unknown");
        }
        let must = json!({"value": "x", "required": true});
        assert_eq!(wrong(must, &[" "]), "fields/a error-required");
        assert_eq!(wrong(json!({"max_length": 3}), &["four"]), "fields/a error-too-long");
        assert_eq!(wrong(json!({}), &["x".repeat(1_001).as_str()]), "fields/a error-too-long");
        assert_eq!(wrong(json!({"kind": "url"}), &["javascript:x"]), "fields/a error-link-invalid");
        assert_eq!(wrong(json!({"value": "same"}), &["same"]), "form error-approval-unchanged");
    }

    #[test]
    fn what_nobody_touched_stays_as_the_plugin_wrote_it() {
        let fields = [
            field(json!({"name": "text", "kind": "long", "value": "two\r\nlines\u{202e}"})),
            field(json!({"name": "sum", "kind": "number", "value": " 5 "})),
            field(json!({"name": "more", "value": "old"})),
        ];
        let as_it_is: &[(&str, &[&str])] =
            &[("text", &["two\r\nlines\u{202e}"]), ("sum", &["5"]), ("more", &["old"])];
        let same = read(&fields, &typed(as_it_is, true));
        assert!(matches!(same, Err(Error::Invalid { field, .. }) if field == "form"));
        let mut one = typed(as_it_is, true);
        one.values.insert("more".to_owned(), vec!["new".to_owned()]);
        let (values, changed) = read(&fields, &one).unwrap();
        assert_eq!(changed, ["more"]);
        assert_eq!(values["text"], "two\r\nlines\u{202e}");
        assert_eq!(values["sum"], " 5 ");
    }

    #[test]
    fn of_several_texts_for_one_field_none_is_taken() {
        assert_eq!(wrong(json!({"value": "x"}), &["a", "b"]), "fields/a error-api-json");
    }

    #[test]
    fn a_form_empties_what_it_leaves_out_and_a_program_leaves_it() {
        let fields = [
            field(json!({"name": "text", "value": "old"})),
            field(json!({"name": "on", "kind": "switch", "value": "on"})),
        ];
        let new = typed(&[("text", &["new\r\nline\u{202e}"])], true);
        let (values, changed) = read(&fields, &new).unwrap();
        assert_eq!(Value::Object(values), json!({"text": "new\nline", "on": ""}));
        assert_eq!(changed, ["text", "on"]);
        let (values, changed) = read(&fields, &Typed { is_whole: false, ..new }).unwrap();
        assert_eq!(Value::Object(values), json!({"text": "new\nline", "on": "on"}));
        assert_eq!(changed, ["text"]);
        let unknown = read(&fields, &typed(&[("more", &["x"])], false));
        assert!(matches!(unknown, Err(Error::Invalid { field, .. }) if field == "fields/more"));
    }
}
