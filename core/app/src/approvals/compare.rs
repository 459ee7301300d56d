//! In what a proposal differs from the one that it takes the place of: in the fields that people changed,
//! as the plugin says, and in the request, as the host has it. What can't be told apart in its parts is
//! told as a whole, so that no difference is passed over.

use std::collections::HashMap;
use std::fmt;

use runtime::Words;
use runtime::approval::Change;
use runtime::plugin_view::{Field, Value as Told};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::fields::{text, told};
use super::shown::{Shown, visible};
use super::{Approval, Said, in_words, said};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// The most that is told apart.
const DIFFERENCES_MAX: usize = 60;
/// How deep a document is taken apart.
const DEPTH_MAX: usize = 64;
/// The most characters of a value.
const CHARS_MAX: usize = 2_000;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A field that people may change, as the plugin says.
    Field,
    /// The title, in the plugin's words.
    Title,
    /// What more is said.
    Summary,
    /// What it costs, as the plugin says.
    Amount,
    /// Where it goes: method and address.
    To,
    /// The account that acts.
    Account,
    /// A parameter of the address.
    Query,
    /// A header.
    Header,
    /// A part of the body, or all of it.
    Content,
}

impl Part {
    /// The word in texts' keys and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Amount => "amount",
            Self::To => "to",
            Self::Account => "account",
            Self::Query => "query",
            Self::Header => "header",
            Self::Content => "content",
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What differs.
    pub part: Part,
    /// Which one, where there are several of that part.
    pub name: String,
    /// How it was.
    pub before: Told,
    /// How it is.
    pub after: Told,
    /// What was asked for, where the plugin proposes something else.
    pub asked: Option<Told>,
}

/// A proposal with what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub row: &'a Approval,
    /// The name of the account that acts.
    pub account: Option<&'a str>,
}

/// In what they differ, what people changed first.
pub(super) fn differences(
    app: &App,
    ctx: &Context,
    before: Side<'_>,
    after: Side<'_>,
) -> Result<Vec<Difference>> {
    let (old, new) = (said(before.row)?, said(after.row)?);
    let mut all = of_fields(app, ctx, before.row, (&old, &new));
    let say = |words: &Words| clipped(in_words(app, ctx, &after.row.plugin_id, words));
    let summary = |said: &Said| said.summary.as_ref().map(say).unwrap_or_default();
    let amount = |said: &Said| said.amount.clone().map_or(Told::None, Told::Money);
    push(&mut all, Part::Title, "", text(say(&old.title)), text(say(&new.title)));
    push(&mut all, Part::Summary, "", text(summary(&old)), text(summary(&new)));
    push(&mut all, Part::Amount, "", amount(&old), amount(&new));
    of_requests(&mut all, before, after)?;
    all.truncate(DIFFERENCES_MAX);
    Ok(all)
}

fn push(all: &mut Vec<Difference>, part: Part, name: &str, before: Told, after: Told) {
    if before != after {
        all.push(Difference { part, name: name.to_owned(), before, after, asked: None });
    }
}

fn clipped(text: String) -> String {
    match text.char_indices().nth(CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The fields of a proposal's change, in the reader's language.
pub(super) fn fields_of(app: &App, ctx: &Context, row: &Approval, said: &Said) -> Vec<Field> {
    let read = said.change.as_ref().map(Change::read);
    let Some(Ok(Change::Fields(mut fields))) = read else { return Vec::new() };
    let speak = |words: &mut Words| {
        *words = Words::Text(in_words(app, ctx, &row.plugin_id, words));
    };
    for field in &mut fields {
        speak(&mut field.label);
        field.hint.iter_mut().for_each(speak);
        field.error.iter_mut().for_each(speak);
        field.options.iter_mut().for_each(|option| speak(&mut option.label));
    }
    fields
}

fn of_fields(
    app: &App,
    ctx: &Context,
    replaced: &Approval,
    (old, new): (&Said, &Said),
) -> Vec<Difference> {
    let before = fields_of(app, ctx, replaced, old);
    let after = fields_of(app, ctx, replaced, new);
    let asked = replaced.asked_json.as_ref().and_then(|asked| asked.0.get("fields"));
    let asked = asked.and_then(Value::as_object).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for field in &after {
        let was = before.iter().find(|each| each.name == field.name);
        let (was, is) = (was.map_or(Value::Null, Field::present), field.present());
        let wished = wished(&asked, field, &is);
        if was != is || wished.is_some() {
            all.push(Difference {
                part: Part::Field,
                name: label(field),
                before: told(field, &was),
                after: told(field, &is),
                asked: wished,
            });
        }
    }
    for field in before.iter().filter(|field| !after.iter().any(|each| each.name == field.name)) {
        let wished = asked.get(&field.name).map(|asked| told(field, asked));
        let before = told(field, &field.present());
        let (part, name, after) = (Part::Field, label(field), Told::None);
        all.push(Difference { part, name, before, after, asked: wished });
    }
    all
}

/// What was asked for of a field that is otherwise now.
fn wished(asked: &Map<String, Value>, field: &Field, is: &Value) -> Option<Told> {
    asked.get(&field.name).filter(|asked| *asked != is).map(|asked| told(field, asked))
}

fn label(field: &Field) -> String {
    match &field.label {
        Words::Text(label) => label.clone(),
        Words::Key { key, .. } => key.clone(),
    }
}

type Pairs = Vec<(String, String)>;

fn of_requests(all: &mut Vec<Difference>, before: Side<'_>, after: Side<'_>) -> Result<()> {
    let (to, query) = address(before.row);
    let (to_now, query_now) = address(after.row);
    push(all, Part::To, "", text(to), text(to_now));
    if before.row.connection_id != after.row.connection_id {
        let name = |side: Side<'_>| text(side.account.map(visible).unwrap_or_default());
        // Two of one name are two all the same.
        let (before, after) = (name(before), name(after));
        let name = String::new();
        all.push(Difference { part: Part::Account, name, before, after, asked: None });
    }
    let count = all.len();
    of_pairs(all, Part::Query, &query, &query_now);
    if all.len() == count && !all.iter().any(|each| each.part == Part::To) {
        // Written otherwise, though it reads the same.
        let whole = |row: &Approval| text(clipped(format!("{} {}", row.method, visible(&row.url))));
        push(all, Part::To, "", whole(before.row), whole(after.row));
    }
    let headers = |row: &Approval| serde_json::from_value::<Pairs>(row.headers_json.0.clone());
    let (headers, headers_now) = (headers(before.row)?, headers(after.row)?);
    of_pairs(all, Part::Header, &headers, &headers_now);
    if before.row.body == after.row.body {
        return Ok(());
    }
    let count = all.len();
    let (old, new) =
        (Shown::of(&headers, &before.row.body), Shown::of(&headers_now, &after.row.body));
    match (&old, &new) {
        (Shown::Json(_), Shown::Json(_)) => {
            let both = leaves(&before.row.body).zip(leaves(&after.row.body));
            if let Some((old, new)) = both {
                of_pairs(all, Part::Content, &old, &new);
            }
        }
        (Shown::Form(old), Shown::Form(new)) => of_pairs(all, Part::Content, old, new),
        _ => {}
    }
    if all.len() == count {
        // Also where what is shown is the same: the bytes aren't.
        let (part, name) = (Part::Content, String::new());
        let (before, after) = (whole(old), whole(new));
        all.push(Difference { part, name, before, after, asked: None });
    }
    Ok(())
}

/// A body by itself.
fn whole(shown: Shown) -> Told {
    let pairs = |pairs: Pairs| {
        pairs.into_iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>()
    };
    text(match shown {
        Shown::Nothing => String::new(),
        Shown::Json(all) | Shown::Text(all) => clipped(all),
        Shown::Form(all) => clipped(pairs(all).join("\n")),
        Shown::Bytes { size, sha256, .. } => format!("{size} B, SHA-256 {sha256}"),
    })
}

/// Method and address without its parameters, and these.
fn address(row: &Approval) -> (String, Pairs) {
    let Ok(mut url) = url::Url::parse(&row.url) else {
        return (format!("{} {}", row.method, visible(&row.url)), Pairs::new());
    };
    let query = url.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    url.set_query(None);
    (format!("{} {url}", row.method), query)
}

/// What differs by name; several values of one name are one.
fn of_pairs(
    all: &mut Vec<Difference>,
    part: Part,
    before: &[(String, String)],
    after: &[(String, String)],
) {
    let mut order: Vec<&str> = Vec::new();
    let mut values: HashMap<&str, [Vec<&str>; 2]> = HashMap::new();
    for (side, pairs) in [before, after].into_iter().enumerate() {
        for (name, value) in pairs {
            let own = values.entry(name.as_str()).or_insert_with(|| {
                order.push(name.as_str());
                [Vec::new(), Vec::new()]
            });
            own[side].push(value);
        }
    }
    let told = |values: &[&str]| text(clipped(visible(&values.join("\n"))));
    let differing = order.iter().filter_map(|name| {
        let [before, after] = values.get(name)?;
        (before != after).then(|| (*name, told(before), told(after)))
    });
    for (name, before, after) in differing.take(DIFFERENCES_MAX) {
        let name = clipped(visible(name));
        all.push(Difference { part, name, before, after, asked: None });
    }
}

/// The values of a JSON document with their places, such as `targeting.city` and `days[0]`, each as it is
/// written: of two fields of one name both count, and so does every digit.
fn leaves(body: &[u8]) -> Option<Pairs> {
    let mut found = Pairs::new();
    walk(serde_json::from_slice(body).ok()?, "", 0, &mut found)?;
    Some(found)
}

/// None where a text of it can't be read.
fn walk(raw: &RawValue, at: &str, depth: usize, found: &mut Pairs) -> Option<()> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' if depth < DEPTH_MAX && !is_empty(text) => {
            let dot = if at.is_empty() { "" } else { "." };
            let Entries(entries) = serde_json::from_str(text).ok()?;
            for (name, value) in entries {
                walk(value, &format!("{at}{dot}{name}"), depth + 1, found)?;
            }
        }
        b'[' if depth < DEPTH_MAX && !is_empty(text) => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            for (n, item) in items.into_iter().enumerate() {
                walk(item, &format!("{at}[{n}]"), depth + 1, found)?;
            }
        }
        b'"' => found.push((at.to_owned(), serde_json::from_str(text).ok()?)),
        _ => found.push((at.to_owned(), text.to_owned())),
    }
    Some(())
}

/// Whether an object or a list has nothing in it: then it is a value itself.
fn is_empty(text: &str) -> bool {
    text.get(1..text.len() - 1).is_some_and(|inner| inner.trim().is_empty())
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

    fn of(before: &[u8], after: &[u8]) -> Vec<(String, Told, Told)> {
        let mut all = Vec::new();
        of_pairs(&mut all, Part::Content, &leaves(before).unwrap(), &leaves(after).unwrap());
        let mut all: Vec<_> =
            all.into_iter().map(|each| (each.name, each.before, each.after)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    #[test]
    fn documents_are_told_apart_by_the_places_of_their_values() {
        let told = |value: &str| text(value.to_owned());
        let before = br#"{"name":"x","target":{"city":"Haifa","days":[1,2]},"gone":null}"#;
        let after = br#"{"name":"x","target":{"city":"Acre","days":[1,3,4]},"new":true}"#;
        assert_eq!(
            of(before, after),
            [
                ("gone".to_owned(), told("null"), Told::None),
                ("new".to_owned(), Told::None, told("true")),
                ("target.city".to_owned(), told("Haifa"), told("Acre")),
                ("target.days[1]".to_owned(), told("2"), told("3")),
                ("target.days[2]".to_owned(), Told::None, told("4")),
            ]
        );
    }

    #[test]
    fn several_values_of_one_name_are_told_as_one_and_equal_ones_not_at_all() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let before = vec![pair("to", "a"), pair("x", "1"), pair("to", "b")];
        let after = vec![pair("to", "a"), pair("x", "1"), pair("to", "c")];
        let mut all = Vec::new();
        of_pairs(&mut all, Part::Query, &before, &after);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].name.as_str(), &all[0].after), ("to", &text("a\nc".to_owned())));
    }

    #[test]
    fn two_fields_of_one_name_and_every_digit_count() {
        let told = |value: &str| text(value.to_owned());
        let one = |before: &[u8], after: &[u8]| of(before, after).into_iter().next();
        let sum = |was: &str, is: &str| Some(("sum".to_owned(), told(was), told(is)));
        assert_eq!(one(br#"{"sum":1,"sum":5}"#, br#"{"sum":9,"sum":5}"#), sum("1\n5", "9\n5"));
        assert_eq!(one(br#"{"sum":1.1}"#, br#"{"sum": 1.10}"#), sum("1.1", "1.10"));
        assert_eq!(one(br#"{"sum":1e999}"#, br#"{"sum":{}}"#), sum("1e999", "{}"));
        assert_eq!(one(br#"{"sum":"1"}"#, br#"{ "sum" : "1" }"#), None);
    }

    #[test]
    fn what_is_too_deep_or_no_text_is_told_as_it_stands() {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let leaves_of_it = leaves(deep.as_bytes()).unwrap();
        assert_eq!(leaves_of_it.len(), 1);
        assert!(leaves_of_it[0].1.starts_with("[["));
        assert_eq!(leaves(br#"["\ud800"]"#), None);
    }
}
