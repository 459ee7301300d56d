//! What people have of own fields: read as it was typed, kept in the one spelling of its kind.

use domain::{OwnFieldId, PersonId, TenantId};
use serde_json::{Value, json};
use store::Conn;
use store::own_fields::{FieldOption, OwnField, OwnKind, OwnValue, text_key};
use store::people::Person;
use url::Url;

use crate::error::{Error, Result};
use crate::people::input::day;
use crate::{fields, money};

/// The longest text, in characters.
const TEXT_CHARS_MAX: usize = 200;
/// The longest paragraph, in characters.
const PARAGRAPH_CHARS_MAX: usize = 4_000;
/// The longest link, in characters.
const LINK_CHARS_MAX: usize = 500;
/// Most digits of a number before the point.
const WHOLE_DIGITS: usize = 15;
/// Most digits of a number behind it.
const PART_DIGITS: usize = 6;

/// What a form says of one field; nothing is said with an empty value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnInput {
    /// The field's id.
    pub field: String,
    /// As it was typed; of a choice the option's id, of yes or no `yes` or `no`.
    pub value: String,
}

/// What becomes of a person's value of a field.
#[derive(Debug, Clone)]
pub(crate) struct OwnChange {
    pub field: OwnField,
    pub value: Option<OwnValue>,
}

/// How a form's own name for a field is.
pub fn field_name(id: &str) -> String {
    format!("own-{id}")
}

/// What was said, as it will be kept. A field that was removed meanwhile is passed over.
pub(crate) fn read_all(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    said: &[OwnInput],
) -> Result<Vec<OwnChange>> {
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let all = store::own_fields::list_even_removed(c, tenant)?;
    let had = store::own_fields::list_of(c, tenant, std::slice::from_ref(person))?;
    let mut changes = Vec::new();
    for OwnInput { field: id, value } in said {
        let name = field_name(id);
        let field = all.iter().find(|it| it.id.as_str() == id);
        let field = field.ok_or_else(|| Error::invalid(&name, "error-own-field-unknown"))?;
        if field.removed_at.is_some() {
            continue;
        }
        let has = had.iter().find(|it| it.field_id == field.id);
        let value = read(field, &name, value, has.map(|it| it.value.as_str()))?;
        changes.push(change(person, field, value));
    }
    Ok(changes)
}

/// A value of a person's, as it is kept.
pub(crate) fn change(
    person: &PersonId,
    field: &OwnField,
    value: Option<(String, String)>,
) -> OwnChange {
    let value = value.map(|(value, sort_key)| OwnValue {
        tenant_id: field.tenant_id.clone(),
        person_id: person.clone(),
        field_id: field.id.clone(),
        value,
        sort_key,
    });
    OwnChange { field: field.clone(), value }
}

/// Those of the changes that change anything.
pub(crate) fn differing(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    changes: Vec<OwnChange>,
) -> Result<Vec<OwnChange>> {
    if changes.is_empty() {
        return Ok(changes);
    }
    let had = store::own_fields::list_of(c, tenant, std::slice::from_ref(person))?;
    let differs = |it: &OwnChange| {
        let has = had.iter().find(|has| has.field_id == it.field.id);
        has.map(|has| &has.value) != it.value.as_ref().map(|value| &value.value)
    };
    Ok(changes.into_iter().filter(differs).collect())
}

/// What gives somebody exactly these values again.
pub(crate) fn as_they_were(
    c: &mut Conn,
    person: &Person,
    were: &[(OwnFieldId, String)],
) -> Result<Vec<OwnChange>> {
    let (tenant, id) = (&person.tenant_id, &person.id);
    let fields = store::own_fields::list_even_removed(c, tenant)?;
    let mut all = Vec::new();
    for field in &fields {
        let was = were.iter().find(|(its, _)| *its == field.id);
        let was = match was {
            Some((_, value)) => read(field, "own", value, Some(value))?,
            None => None,
        };
        all.push(change(id, field, was));
    }
    differing(c, tenant, id, all)
}

/// Writes changes of a person's values.
pub(crate) fn put(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    changes: &[OwnChange],
) -> Result<()> {
    let rows: Vec<(OwnFieldId, Option<OwnValue>)> =
        changes.iter().map(|it| (it.field.id.clone(), it.value.clone())).collect();
    Ok(store::own_fields::put(c, tenant, person, &rows)?)
}

/// The value in its one spelling and what lists are ordered by; none for nothing. What somebody has
/// already can stay even where nobody could choose it now.
pub(crate) fn read(
    field: &OwnField,
    name: &str,
    text: &str,
    before: Option<&str>,
) -> Result<Option<(String, String)>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (value, key) = match field.kind {
        OwnKind::Text => {
            let line = fields::line(name, text, TEXT_CHARS_MAX)?;
            let key = text_key(&line);
            (line, key)
        }
        OwnKind::Paragraph => {
            let lines = fields::paragraph(name, text, PARAGRAPH_CHARS_MAX)?;
            let key = text_key(&lines);
            (lines, key)
        }
        OwnKind::Number => {
            let number =
                number(text).ok_or_else(|| Error::invalid(name, "error-number-invalid"))?;
            let key = number_key(&number);
            (number, key)
        }
        OwnKind::Day => {
            let wrong = || Error::invalid(name, "error-date-invalid");
            let day = day(name, text)?.filter(|day| !day.starts_with('-')).ok_or_else(wrong)?;
            (day.clone(), day)
        }
        OwnKind::YesNo => match text.trim() {
            word @ ("yes" | "no") => (word.to_owned(), word.to_owned()),
            _ => return Err(Error::invalid(name, "error-invalid")),
        },
        OwnKind::Choice => {
            let options = field.options();
            let wanted = text.trim();
            let may = |it: &FieldOption| !it.retired || before == Some(wanted);
            let option = options.iter().find(|it| it.id == wanted && may(it));
            let option = option.ok_or_else(|| Error::invalid(name, "error-option-unknown"))?;
            (wanted.to_owned(), option.key.clone())
        }
        OwnKind::Link => {
            let link = link(name, text)?;
            let key = text_key(link.split_once("://").map_or("", |(_, rest)| rest));
            (link, key)
        }
    };
    Ok(Some((value, key)).filter(|(value, _)| !value.is_empty()))
}

/// What lists go by for a value as it was typed; none for nothing and for what can't be read.
pub fn key_of(field: &OwnField, text: &str) -> Option<String> {
    let read = read(field, "", text, Some(text.trim())).ok().flatten();
    read.map(|(_, key)| key)
}

/// What lists go by for the ends of a range as they were typed, each with its field's name; nothing is no end.
///
/// # Errors
/// [`Error::Invalid`] of the end that can't be read, and of the lower one where it comes after the other.
pub fn range(
    field: &OwnField,
    from: (&str, &str),
    to: (&str, &str),
) -> Result<(Option<String>, Option<String>)> {
    let end = |(name, text): (&str, &str)| -> Result<Option<String>> {
        Ok(read(field, name, text, None)?.map(|(_, key)| key))
    };
    let (low, high) = (end(from)?, end(to)?);
    if low.as_ref().zip(high.as_ref()).is_some_and(|(low, high)| low > high) {
        let is_day = field.kind == OwnKind::Day;
        let turned = if is_day { "error-days-turned" } else { "error-numbers-turned" };
        return Err(Error::invalid(from.0, turned));
    }
    Ok((low, high))
}

/// What somebody has of each field by its id, as programs are told; null for nothing.
pub fn document(fields: &[OwnField], own: &[OwnValue]) -> Value {
    let one = |field: &OwnField| {
        let value = own.iter().find(|it| it.field_id == field.id).map(|it| it.value.as_str());
        (field.id.to_string(), told(field, value))
    };
    Value::Object(fields.iter().map(one).collect())
}

/// A field with what somebody has of it, for whoever knows no more of the field: a choice by its name.
pub(crate) fn named_document(field: &OwnField, value: Option<&str>) -> Value {
    let value = match (field.kind, value) {
        (OwnKind::Choice, Some(value)) => field.option_name(value).into(),
        (_, value) => told(field, value),
    };
    json!({"id": field.id, "name": field.name, "kind": field.kind, "value": value})
}

fn told(field: &OwnField, value: Option<&str>) -> Value {
    match (field.kind, value) {
        (_, None) => Value::Null,
        (OwnKind::YesNo, Some(word)) => Value::Bool(word == "yes"),
        (_, Some(value)) => value.into(),
    }
}

/// The id of the option that has this name, however it is written.
pub(crate) fn option_named(field: &OwnField, name: &str) -> Option<String> {
    let key = text_key(name);
    let options = field.options();
    let named = |it: &&FieldOption| text_key(&it.name) == key;
    let found = options.iter().filter(named).min_by_key(|it| it.retired);
    found.map(|it| it.id.clone())
}

/// A decimal number in its one spelling: no sign but a minus, no zeros that say nothing. Thousands may be
/// set apart by commas, spaces or apostrophes.
pub(crate) fn number(text: &str) -> Option<String> {
    let passed = |c: &char| {
        !c.is_whitespace()
            && !matches!(c, '\'' | '’' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let kept: String = text.chars().filter(passed).collect();
    let (is_negative, digits) = match kept.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, kept.strip_prefix('+').unwrap_or(&kept)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = if whole.is_empty() && !part.is_empty() { "0" } else { whole };
    if !money::grouped(whole) || !part.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let whole = whole.replace(',', "");
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    if whole.len() > WHOLE_DIGITS || part.len() > PART_DIGITS {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_negative && (whole != "0" || !part.is_empty()) { "-" } else { "" };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// What numbers are ordered by: all with the same digits, those below nothing turned around.
pub(crate) fn number_key(number: &str) -> String {
    let (is_negative, digits) =
        number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let key = format!("{whole:0>WHOLE_DIGITS$}.{part:0<PART_DIGITS$}");
    if !is_negative {
        return format!("1{key}");
    }
    let turned = |c: char| c.to_digit(10).and_then(|digit| char::from_digit(9 - digit, 10));
    let turned: String = key.chars().map(|c| turned(c).unwrap_or(c)).collect();
    format!("0{turned}")
}

/// An address in the web; without a scheme it is taken to be https.
fn link(name: &str, text: &str) -> Result<String> {
    let wrong = || Error::invalid(name, "error-link-invalid");
    let line = fields::line(name, text, LINK_CHARS_MAX)?;
    let whole = if line.contains("://") { line } else { format!("https://{line}") };
    let url = Url::parse(&whole).map_err(|_| wrong())?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let has_host = url.host_str().is_some_and(|host| host.contains('.'));
    let is_plain = url.username().is_empty() && url.password().is_none();
    let text = url.to_string();
    if !is_web || !has_host || !is_plain || text.chars().count() > LINK_CHARS_MAX * 2 {
        return Err(wrong());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (typed, kept) in [
            ("1,234.50", "1234.5"),
            (" 007 ", "7"),
            (".5", "0.5"),
            ("-0.00", "0"),
            ("\u{200e}-12", "-12"),
            ("1 000 000", "1000000"),
        ] {
            assert_eq!(number(typed).as_deref(), Some(kept), "{typed}");
        }
        for bad in ["", "-", "12,5", "1e5", "1.2.3", "12a", "0.1234567", "1234567890123456"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_their_size() {
        let sizes = ["-1000", "-2.5", "-2.25", "-0.1", "0", "0.000001", "2", "10", "10.5", "9000"];
        let keys: Vec<String> = sizes.iter().map(|size| number_key(size)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn only_the_web_is_linked_to() {
        let read = |text| link("own-1", text).ok();
        assert_eq!(read("example.com/a").as_deref(), Some("https://example.com/a"));
        assert_eq!(read("http://example.com").as_deref(), Some("http://example.com/"));
        for bad in [
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "ftp://example.com",
            "https://user:word@example.com",
            "https://",
            "nothing",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
