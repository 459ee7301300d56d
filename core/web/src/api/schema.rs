//! What values look like, in the part of JSON Schema that this API speaks. The schemas stand in the
//! document as they are, and each request is held to them before anything else reads it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{
    activity, appointments, approvals, business, calendar_feeds, calendar_imports, calendars,
    connections, deliveries, describe, documents, endpoints, import_plans, imports, invitations,
    jobs, notes, notifications, own_fields, patterns, people, pipelines, plugins, removed, reports,
    saved_views, search, series, sources, sweeps, tags, tasks, team, undos,
};

/// Where named schemas stand in the document.
const NAMED: &str = "#/components/schemas/";

/// A schema under its name.
pub type Named = (&'static str, Value);

/// Every named schema.
pub fn all() -> &'static BTreeMap<&'static str, Value> {
    static ALL: OnceLock<BTreeMap<&'static str, Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let parts = [
            describe::schemas(),
            approvals::schemas(),
            endpoints::schemas(),
            deliveries::schemas(),
            imports::schemas(),
            notifications::schemas(),
            reports::schemas(),
            people::schemas(),
            own_fields::schemas(),
            notes::schemas(),
            tags::schemas(),
            sources::schemas(),
            pipelines::schemas(),
            tasks::schemas(),
            appointments::schemas(),
            calendars::schemas(),
            team::schemas(),
            activity::schemas(),
            business::schemas(),
            connections::schemas(),
            invitations::schemas(),
            series::schemas(),
            calendar_feeds::schemas(),
            calendar_imports::schemas(),
            plugins::schemas(),
            jobs::schemas(),
            saved_views::schemas(),
            documents::schemas(),
            search::schemas(),
            import_plans::schemas(),
            undos::schemas(),
            removed::schemas(),
            sweeps::schemas(),
        ];
        parts.into_iter().flatten().collect()
    })
}

/// A reference to a named schema.
pub fn named(name: &str) -> Value {
    serde_json::json!({"$ref": format!("{NAMED}{name}")})
}

/// Where something is wrong, as a JSON pointer, and the key of what.
pub type Wrong = (String, String);

/// Holds a value to a schema; answers all that is wrong.
pub fn check(schema: &Value, value: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    look(schema, value, "", &mut wrong);
    wrong
}

fn look(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<Wrong>) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let found = name.strip_prefix(NAMED).and_then(|name| all().get(name));
        return match found {
            Some(schema) => look(schema, value, at, wrong),
            None => tell(wrong, at, "error-invalid"),
        };
    }
    if let Some(ways) = schema.get("anyOf").and_then(Value::as_array) {
        let tries = ways.iter().map(|way| {
            let mut of = Vec::new();
            look(way, value, at, &mut of);
            of
        });
        // The nearest miss says the most.
        wrong.extend(tries.min_by_key(Vec::len).unwrap_or_default());
        return;
    }
    let is_word = schema.get("enum").and_then(Value::as_array).is_none_or(|w| w.contains(value));
    if !is_of_type(schema, value) || !is_word {
        let is_missing = value.is_null();
        return tell(wrong, at, if is_missing { "error-required" } else { "error-invalid" });
    }
    match value {
        Value::Object(fields) => look_into(schema, fields, at, wrong),
        Value::Array(items) => look_along(schema, items, at, wrong),
        Value::String(text) => {
            if let Some(key) = wrong_text(schema, text) {
                tell(wrong, at, key);
            }
        }
        Value::Number(number) => {
            let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
            let number = number.as_f64().unwrap_or(f64::NAN);
            let is_low = bound("minimum").is_some_and(|least| number < least);
            let is_high = bound("maximum").is_some_and(|most| number > most);
            if is_low || is_high {
                tell(wrong, at, "error-invalid");
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn tell(wrong: &mut Vec<Wrong>, at: &str, key: &str) {
    wrong.push((at.to_owned(), key.to_owned()));
}

fn is_of_type(schema: &Value, value: &Value) -> bool {
    let fits = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    };
    match schema.get("type") {
        Some(Value::String(name)) => fits(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}

fn look_into(schema: &Value, fields: &Map<String, Value>, at: &str, wrong: &mut Vec<Wrong>) {
    let none = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            tell(wrong, &format!("{at}/{name}"), "error-required");
        }
    }
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in fields {
        let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match known.get(name) {
            Some(schema) => look(schema, value, &at, wrong),
            None if is_closed => tell(wrong, &at, "error-api-unknown-field"),
            None => {
                if let Some(schema) = schema.get("additionalProperties").filter(|it| it.is_object())
                {
                    look(schema, value, &at, wrong);
                }
            }
        }
    }
    let least = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
    if (fields.len() as u64) < least {
        tell(wrong, at, "error-required");
    }
}

fn look_along(schema: &Value, items: &[Value], at: &str, wrong: &mut Vec<Wrong>) {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    let count = items.len() as u64;
    if bound("maxItems").is_some_and(|most| count > most) {
        return tell(wrong, at, "error-too-long");
    }
    if bound("minItems").is_some_and(|least| count < least) {
        tell(wrong, at, "error-required");
    }
    let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
    if unique && items.iter().enumerate().any(|(n, item)| items[..n].contains(item)) {
        tell(wrong, at, "error-invalid");
    }
    if let Some(of) = schema.get("items") {
        for (n, item) in items.iter().enumerate() {
            look(of, item, &format!("{at}/{n}"), wrong);
        }
    }
}

fn wrong_text(schema: &Value, text: &str) -> Option<&'static str> {
    // No field of ours holds a NUL, and PostgreSQL keeps none.
    if text.contains('\0') {
        return Some("error-invalid");
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    let count = text.chars().count() as u64;
    if bound("maxLength").is_some_and(|most| count > most) {
        return Some("error-too-long");
    }
    if bound("minLength").is_some_and(|least| count < least) {
        return Some("error-required");
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        && !patterns::matches(pattern, text).unwrap_or(false)
    {
        return Some(if pattern == patterns::SEEN { "error-required" } else { "error-invalid" });
    }
    let format = schema.get("format").and_then(Value::as_str)?;
    let (fits, key) = match format {
        "uuid" => (text.parse::<domain::PersonId>().is_ok(), "error-invalid"),
        "date" => (is_date(text), "error-date-invalid"),
        "date-time" => (is_instant(text), "error-date-invalid"),
        "email" => (text.contains('@') && !text.contains(' '), "error-email-invalid"),
        _ => (true, ""),
    };
    (!fits).then_some(key)
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|day| day.year() >= 1)
}

/// An instant as RFC 3339 writes it, with its offset.
fn is_instant(text: &str) -> bool {
    let has_shape = text.len() >= 20 && text.as_bytes().get(4) == Some(&b'-');
    has_shape && domain::Timestamp::parse_rfc3339(text).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_held_to_all_of_its_schema() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string", "maxLength": 3, "pattern": patterns::SEEN},
                "on": {"type": ["string", "null"], "format": "date"},
                "list": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 1}},
            }
        });
        let of = |value| check(&schema, &value);
        let one = |at: &str, key: &str| vec![(at.to_owned(), key.to_owned())];
        assert!(of(json!({"name": "Dan", "on": null, "list": [1, 2]})).is_empty());
        assert_eq!(of(json!({})), one("/name", "error-required"));
        assert_eq!(of(json!({"name": "Dana"})), one("/name", "error-too-long"));
        assert_eq!(of(json!({"name": " "})), one("/name", "error-required"));
        assert_eq!(of(json!({"name": "a", "x": 1})), one("/x", "error-api-unknown-field"));
        assert_eq!(of(json!({"name": "a", "on": "2026-02-30"})), one("/on", "error-date-invalid"));
        assert_eq!(of(json!({"name": "a", "list": [0]})), one("/list/0", "error-invalid"));
        assert_eq!(of(json!([])), one("", "error-invalid"));
    }

    #[test]
    fn every_pattern_in_a_schema_can_be_checked() {
        fn walk(value: &Value, all: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    let pattern = fields.get("pattern").and_then(Value::as_str);
                    all.extend(pattern.map(str::to_owned));
                    fields.values().for_each(|value| walk(value, all));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, all)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        all().values().for_each(|schema| walk(schema, &mut found));
        assert!(found.len() > 5);
        for pattern in found {
            assert!(patterns::matches(&pattern, "x").is_some(), "{pattern}");
        }
    }
}
