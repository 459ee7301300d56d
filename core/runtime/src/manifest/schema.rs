//! The part of JSON Schema that settings forms and collections are written in: an object of simple
//! properties. Small on purpose: each keyword here is one a form can draw.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes that a compiled pattern may take, and how deep it may be nested.
const PATTERN_BYTES_MAX: usize = 64 << 10;
const PATTERN_NESTED_MAX: u32 = 20;

/// An object of simple properties, in the order they were written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The properties.
    pub properties: Vec<Property>,
    /// Names of those that must be there.
    pub required: Vec<String>,
}

/// One property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: PropertyKind,
    /// Translation key of its label.
    pub title: Option<String>,
    /// Translation key of a sentence beside it.
    pub description: Option<String>,
    /// Its value until somebody sets one.
    pub default: Option<Value>,
    /// The only values it, or each of its elements, may have; empty where any will do.
    pub options: Vec<String>,
    /// The least number.
    pub minimum: Option<f64>,
    /// The greatest number.
    pub maximum: Option<f64>,
    /// The most characters of a text, or elements of a list.
    pub max_length: Option<u64>,
    /// The fewest characters of a text that is there, or elements of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// What a text is: see [`Property::FORMATS`].
    pub format: Option<String>,
    /// A regular expression that a text matches somewhere; of the linear kind, without looking back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PropertyKind {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A list of texts, each once.
    Array,
    /// Anything with names; in collections only.
    Object,
}

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The property; empty where the value isn't an object.
    pub property: String,
    /// The rule that was broken: one of [`Violation::RULES`].
    pub rule: &'static str,
}

impl Violation {
    /// Every rule; the theme has a text for each.
    pub const RULES: [&'static str; 11] = [
        "type",
        "required",
        "unknown",
        "enum",
        "twice",
        "minimum",
        "maximum",
        "min-length",
        "max-length",
        "format",
        "pattern",
    ];
}

impl Property {
    /// The formats a text may have. `password` is kept in the vault and never given to the plugin;
    /// `phone` is E.164 (`+972501234567`), `money` an amount and its currency (`12.50 ILS`).
    pub const FORMATS: [&'static str; 8] =
        ["email", "uri", "date", "time", "phone", "money", "multiline", "password"];
    /// Characters of a pattern.
    pub const PATTERN_CHARS_MAX: usize = 200;

    /// Whether the value belongs into the vault.
    pub fn is_secret(&self) -> bool {
        self.format.as_deref() == Some("password")
    }

    fn broken_rule(&self, value: &Value) -> Option<&'static str> {
        let fits = match self.kind {
            PropertyKind::String => value.is_string(),
            PropertyKind::Integer => value.is_i64() || value.is_u64(),
            PropertyKind::Number => value.is_number(),
            PropertyKind::Boolean => value.is_boolean(),
            PropertyKind::Array => {
                value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
            }
            PropertyKind::Object => value.is_object(),
        };
        if !fits {
            return Some("type");
        }
        match value {
            Value::String(text) => self.broken_text_rule(text),
            Value::Number(number) => self.broken_number_rule(number.as_f64()?),
            Value::Array(list) => self.broken_list_rule(list),
            _ => None,
        }
    }

    fn broken_list_rule(&self, list: &[Value]) -> Option<&'static str> {
        let is_offered = |value: &Value| {
            self.options.is_empty() || self.options.iter().any(|option| value == option.as_str())
        };
        if !list.iter().all(is_offered) {
            return Some("enum");
        }
        if list.iter().enumerate().any(|(at, value)| list[..at].contains(value)) {
            return Some("twice");
        }
        beyond(self.min_length, self.max_length, list.len())
    }

    fn broken_text_rule(&self, text: &str) -> Option<&'static str> {
        if !self.options.is_empty() && !self.options.iter().any(|option| option == text) {
            return Some("enum");
        }
        let fits = match self.format.as_deref() {
            Some("email") => is_email(text),
            Some("uri") => url::Url::parse(text).is_ok_and(|url| url.scheme() == "https"),
            // The library takes other spellings, too.
            Some("date") => {
                is_digits(text, "dddd-dd-dd") && text.parse::<jiff::civil::Date>().is_ok()
            }
            Some("time") => is_digits(text, "dd:dd") && is_time(text),
            Some("phone") => is_phone(text),
            Some("money") => is_money(text),
            _ => true,
        };
        if !fits {
            return Some("format");
        }
        beyond(self.min_length, self.max_length, text.chars().count()).or_else(|| {
            let pattern = self.pattern.as_deref()?;
            let is_match = compiled(pattern).is_some_and(|pattern| pattern.is_match(text));
            (!is_match).then_some("pattern")
        })
    }

    fn broken_number_rule(&self, number: f64) -> Option<&'static str> {
        if self.minimum.is_some_and(|least| number < least) {
            Some("minimum")
        } else if self.maximum.is_some_and(|most| number > most) {
            Some("maximum")
        } else {
            None
        }
    }
}

fn beyond(least: Option<u64>, most: Option<u64>, length: usize) -> Option<&'static str> {
    match length as u64 {
        length if length > most.unwrap_or(u64::MAX) => Some("max-length"),
        length if length < least.unwrap_or(0) => Some("min-length"),
        _ => None,
    }
}

/// A pattern that can be matched, within bounds of its own.
pub(super) fn compiled(pattern: &str) -> Option<regex_lite::Regex> {
    let mut builder = regex_lite::RegexBuilder::new(pattern);
    builder.size_limit(PATTERN_BYTES_MAX).nest_limit(PATTERN_NESTED_MAX).build().ok()
}

fn is_time(text: &str) -> bool {
    let parts = text.split_once(':').map(|(h, m)| (h.parse::<u8>(), m.parse::<u8>()));
    matches!(parts, Some((Ok(0..=23), Ok(0..=59))))
}

/// ITU-T E.164.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `12.50 ILS`: how many digits the currency has is the workspace's to know.
fn is_money(text: &str) -> bool {
    let Some((amount, code)) = text.split_once(' ') else { return false };
    let amount = amount.strip_prefix('-').unwrap_or(amount);
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "0"));
    let is_number = |digits: &str, most: usize| {
        (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    is_number(whole, 12)
        && is_number(part, 3)
        && code.len() == 3
        && code.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    !name.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !text.contains(char::is_whitespace)
}

/// Whether the text has a digit where the picture has a `d`, and else the picture's character.
fn is_digits(text: &str, picture: &str) -> bool {
    text.len() == picture.len()
        && text.bytes().zip(picture.bytes()).all(|(b, p)| match p {
            b'd' => b.is_ascii_digit(),
            other => b == other,
        })
}

impl Schema {
    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Everything that is wrong with a value; nothing when it fits. Null stands for a missing value.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let Some(object) = value.as_object() else {
            return vec![Violation { property: String::new(), rule: "type" }];
        };
        let mut found = Vec::new();
        for (name, value) in object {
            let broken = match self.property(name) {
                None => Some("unknown"),
                Some(_) if value.is_null() => None,
                Some(property) => property.broken_rule(value),
            };
            found.extend(broken.map(|rule| Violation { property: name.clone(), rule }));
        }
        let missing =
            self.required.iter().filter(|name| object.get(*name).is_none_or(Value::is_null));
        found.extend(missing.map(|name| Violation { property: name.clone(), rule: "required" }));
        found
    }

    /// The defaults, as an object.
    pub fn defaults(&self) -> Value {
        let values = self
            .properties
            .iter()
            .filter_map(|property| Some((property.name.clone(), property.default.clone()?)));
        Value::Object(values.collect::<Map<String, Value>>())
    }

    /// The settings with defaults where they are silent.
    pub fn filled(&self, settings: &Value) -> Value {
        let mut filled = self.defaults();
        if let (Some(into), Some(from)) = (filled.as_object_mut(), settings.as_object()) {
            into.extend(
                from.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(name: &str) -> Property {
        Property {
            name: name.to_owned(),
            kind: PropertyKind::String,
            title: None,
            description: None,
            default: None,
            options: Vec::new(),
            minimum: None,
            maximum: None,
            max_length: None,
            min_length: None,
            format: None,
            pattern: None,
        }
    }

    fn rules(schema: &Schema, value: Value) -> Vec<&'static str> {
        schema.violations(&value).into_iter().map(|violation| violation.rule).collect()
    }

    fn one(property: Property) -> Schema {
        Schema { properties: vec![property], required: Vec::new() }
    }

    #[test]
    fn each_rule_is_told_apart() {
        let number = Property {
            kind: PropertyKind::Integer,
            minimum: Some(1.0),
            maximum: Some(5.0),
            ..text("a")
        };
        let schema = one(number);
        assert_eq!(rules(&schema, json!({"a": 3})), [""; 0]);
        assert_eq!(rules(&schema, json!({"a": 0})), ["minimum"]);
        assert_eq!(rules(&schema, json!({"a": 6})), ["maximum"]);
        assert_eq!(rules(&schema, json!({"a": 1.5})), ["type"]);
        assert_eq!(rules(&schema, json!({"b": 1})), ["unknown"]);
        assert_eq!(rules(&schema, json!([])), ["type"]);
        let choice = one(Property { options: vec!["x".into()], ..text("a") });
        assert_eq!(rules(&choice, json!({"a": "y"})), ["enum"]);
        let short = one(Property { max_length: Some(2), ..text("a") });
        assert_eq!(rules(&short, json!({"a": "שלו"})), ["max-length"]);
    }

    #[test]
    fn formats_are_checked() {
        let cases = [
            ("email", "a@b.co", "a b"),
            ("uri", "https://b.co/x", "http://b.co"),
            ("date", "2026-01-31", "31.1.2026"),
            ("time", "09:30", "9:30"),
            ("time", "23:59", "24:00"),
            ("date", "2028-02-29", "2026-02-29"),
            ("phone", "+972501234567", "050-123-4567"),
            ("money", "12.50 ILS", "12.50"),
            ("money", "-5 JPY", "12,50 ILS"),
            ("money", "0.005 KWD", "1e3 ILS"),
        ];
        for (format, good, bad) in cases {
            let schema = one(Property { format: Some(format.into()), ..text("a") });
            assert_eq!(rules(&schema, json!({"a": good})), [""; 0], "{format}");
            assert_eq!(rules(&schema, json!({"a": bad})), ["format"], "{format}");
        }
    }

    #[test]
    fn lists_hold_what_is_offered_each_once() {
        let list = |property: Property| one(Property { kind: PropertyKind::Array, ..property });
        let days = list(Property {
            options: vec!["sun".into(), "mon".into(), "tue".into()],
            min_length: Some(1),
            max_length: Some(2),
            ..text("a")
        });
        assert_eq!(rules(&days, json!({"a": ["sun", "tue"]})), [""; 0]);
        assert_eq!(rules(&days, json!({"a": ["sun", "sat"]})), ["enum"]);
        assert_eq!(rules(&days, json!({"a": ["sun", "sun"]})), ["twice"]);
        assert_eq!(rules(&days, json!({"a": []})), ["min-length"]);
        assert_eq!(rules(&days, json!({"a": ["sun", "mon", "tue"]})), ["max-length"]);
        assert_eq!(rules(&days, json!({"a": ["sun", 1]})), ["type"]);
        assert_eq!(rules(&list(text("a")), json!({"a": ["anything"]})), [""; 0]);
    }

    #[test]
    fn a_pattern_is_matched_in_linear_time() {
        let code = one(Property { pattern: Some("^[A-Z]{2}-[0-9]+$".into()), ..text("a") });
        assert_eq!(rules(&code, json!({"a": "IL-7"})), [""; 0]);
        assert_eq!(rules(&code, json!({"a": "il-7"})), ["pattern"]);
        let short = one(Property { min_length: Some(3), ..text("a") });
        assert_eq!(rules(&short, json!({"a": "ab"})), ["min-length"]);
        let evil = one(Property { pattern: Some("^(a+)+$".into()), ..text("a") });
        assert_eq!(rules(&evil, json!({"a": format!("{}b", "a".repeat(5_000))})), ["pattern"]);
        assert!(compiled("(?=x)").is_none(), "nothing looks ahead");
        assert!(compiled(&"(".repeat(300)).is_none());
        assert!(compiled("(a{100}){100}{100}").is_none(), "it would be too large");
    }

    #[test]
    fn null_is_missing_and_defaults_fill() {
        let mut schema = one(Property { default: Some(json!("x")), ..text("a") });
        schema.required = vec!["a".into()];
        assert_eq!(rules(&schema, json!({"a": null})), ["required"]);
        assert_eq!(schema.filled(&json!({"a": null})), json!({"a": "x"}));
        assert_eq!(schema.filled(&json!({"a": "y"})), json!({"a": "y"}));
    }
}
