//! Pieces that schemas are made of.

use serde_json::{Map, Value, json};

use super::patterns;
use super::schema::{Named, named};

/// Fields by name.
pub type Fields = Vec<(&'static str, Value)>;

/// An object of which all fields are there: an answer.
pub fn whole(fields: Fields) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    object(fields, &required)
}

/// An object of which these fields must be there, and no others may.
pub fn object(fields: Fields, required: &[&str]) -> Value {
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

/// A change: each field may be left out, and at least one is there.
pub fn change(fields: Fields) -> Value {
    let mut schema = object(fields, &[]);
    schema["minProperties"] = 1.into();
    schema
}

/// A text that can't be empty.
pub fn required_text(chars_max: usize) -> Value {
    json!({"type": "string", "maxLength": chars_max, "pattern": patterns::SEEN})
}

/// A text, perhaps empty.
pub fn text(chars_max: usize) -> Value {
    json!({"type": "string", "maxLength": chars_max})
}

/// A text of any length, in an answer.
pub fn said() -> Value {
    json!({"type": "string"})
}

/// An id.
pub fn id() -> Value {
    json!({"type": "string", "format": "uuid"})
}

/// A day.
pub fn day() -> Value {
    json!({"type": "string", "format": "date"})
}

/// An instant.
pub fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// Yes or no.
pub fn flag() -> Value {
    json!({"type": "boolean"})
}

/// One of these words.
pub fn word(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// The same, or null.
pub fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}

/// At most so many of these.
pub fn list(items: Value, most: usize) -> Value {
    json!({"type": "array", "items": items, "maxItems": most})
}

/// A parameter of at most so many of these, with commas between them.
pub fn commas(items: Value, most: usize) -> Value {
    json!({"type": "array", "items": items, "maxItems": most, "explode": false})
}

/// A parameter that may be said so many times.
pub fn each(items: Value, most: usize) -> Value {
    json!({"type": "array", "items": items, "maxItems": most, "explode": true})
}

/// The same with a sentence on what it is.
pub fn about(mut schema: Value, sentence: &str) -> Value {
    schema["description"] = sentence.into();
    schema
}

/// Text of a query parameter, `limit` and `after` of lists in pages.
pub fn limit() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
}

/// A place of a list.
pub fn cursor() -> Value {
    json!({"type": "string", "pattern": patterns::CURSOR, "maxLength": 1000})
}

/// A page of a list.
pub fn page(name: &str) -> Value {
    whole(vec![
        ("items", json!({"type": "array", "items": named(name)})),
        ("next", about(or_null(cursor()), "What to ask the next page with, as `after`.")),
    ])
}

/// A whole list.
pub fn items(name: &str) -> Value {
    whole(vec![("items", json!({"type": "array", "items": named(name)}))])
}

/// The schemas of what goes wrong.
pub fn schemas() -> Vec<Named> {
    let place = object(
        vec![
            ("pointer", about(said(), "A JSON pointer into the body, or a parameter's name.")),
            ("code", said()),
            ("detail", said()),
        ],
        &["pointer", "code", "detail"],
    );
    let taken = whole(vec![
        ("starts_at", instant()),
        ("ends_at", instant()),
        ("appointment", or_null(id())),
        ("title", said()),
    ]);
    let problem = object(
        vec![
            ("type", said()),
            ("title", said()),
            ("status", json!({"type": "integer"})),
            ("detail", about(said(), "For people, in the language of Accept-Language.")),
            ("code", about(said(), "For programs: it stays the same.")),
            ("request_id", about(said(), "Finds the request in the log.")),
            ("errors", json!({"type": "array", "items": place})),
            ("taken", json!({"type": "array", "items": taken})),
        ],
        &["type", "title", "status", "detail", "code", "request_id"],
    );
    vec![("Problem", problem)]
}
