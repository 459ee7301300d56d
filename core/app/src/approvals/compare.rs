//! In what a proposal differs from the one that it takes the place of: in the fields that people changed,
//! as the plugin says, and in the request, as the host has it. What can't be told apart in its parts is
//! told as a whole, so that no difference is passed over.

use std::collections::HashMap;

use runtime::Words;
use runtime::approval::Change;
use runtime::plugin_view::{Field, Value as Told};
use serde_json::{Map, Value};

use super::fields::{text, told};
use super::places::{Pairs, leaves};
use super::shown::{Shown, visible};
use super::{Approval, Said, in_words, said};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// The most that is told apart.
const DIFFERENCES_MAX: usize = 60;
/// The most characters of a value.
const CHARS_MAX: usize = 2_000;
/// How many of those in common stand before the first that differs, where a value is cut.
const LEAD_CHARS: usize = 80;

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
    /// A header, or a slot whose secret the host puts in.
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

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In what they differ, what people changed first.
    pub all: Vec<Difference>,
    /// Whether more differs than that tells.
    pub is_cut: bool,
}

impl Found {
    fn push(&mut self, part: Part, name: &str, before: Told, after: Told) {
        self.all.push(Difference { part, name: name.to_owned(), before, after, asked: None });
    }

    /// Texts, as they are or as people see them; long ones from where they differ.
    fn push_texts(&mut self, part: Part, name: &str, before: &str, after: &str) {
        let (before, after, is_cut) = from_where_they_differ(before, after);
        self.is_cut |= is_cut;
        self.push(part, name, text(before), text(after));
    }

    fn compare(&mut self, part: Part, before: &str, after: &str) {
        if before != after {
            self.push_texts(part, "", before, after);
        }
    }
}

/// In what they differ.
pub(super) fn differences(
    app: &App,
    ctx: &Context,
    before: Side<'_>,
    after: Side<'_>,
) -> Result<Found> {
    let (old, new) = (said(before.row)?, said(after.row)?);
    let mut found = Found { all: of_fields(app, ctx, before.row, (&old, &new)), is_cut: false };
    let say = |words: &Words| in_words(app, ctx, &after.row.plugin_id, words);
    let summary = |said: &Said| said.summary.as_ref().map(say).unwrap_or_default();
    let amount = |said: &Said| said.amount.clone().map_or(Told::None, Told::Money);
    found.compare(Part::Title, &say(&old.title), &say(&new.title));
    found.compare(Part::Summary, &summary(&old), &summary(&new));
    if old.amount != new.amount {
        found.push(Part::Amount, "", amount(&old), amount(&new));
    }
    let count = found.all.len();
    of_requests(&mut found, before, after)?;
    if let Some((old, new)) = old.slots.as_ref().zip(new.slots.as_ref()) {
        of_pairs(&mut found, Part::Header, old, new);
    }
    // Such as another route: it isn't told here, and yet it is another request.
    found.is_cut |= before.row.effect != after.row.effect;
    found.is_cut |= before.row.digest != after.row.digest && found.all.len() == count;
    found.is_cut |= found.all.len() > DIFFERENCES_MAX;
    found.all.truncate(DIFFERENCES_MAX);
    Ok(found)
}

fn clipped(text: String) -> String {
    match text.char_indices().nth(CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Of two texts that differ the parts that people see, and whether they differ further on too.
fn from_where_they_differ(before: &str, after: &str) -> (String, String, bool) {
    let fits = |text: &str| text.chars().nth(CHARS_MAX).is_none();
    if fits(before) && fits(after) {
        return (before.to_owned(), after.to_owned(), false);
    }
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(LEAD_CHARS);
    let parts = |text: &str| {
        let at = |text: &str, chars: usize| {
            text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
        };
        let (_, rest) = text.split_at(at(text, from));
        let (shown, rest) = rest.split_at(at(rest, CHARS_MAX));
        let (open, end) = (if from > 0 { "…" } else { "" }, if rest.is_empty() { "" } else { "…" });
        (format!("{open}{shown}{end}"), rest.to_owned())
    };
    let ((before, left), (after, left_now)) = (parts(before), parts(after));
    (before, after, left != left_now)
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

fn of_requests(found: &mut Found, before: Side<'_>, after: Side<'_>) -> Result<()> {
    let (old, new) = (before.row, after.row);
    let (to, query) = address(&old.method, &old.url);
    let (to_now, query_now) = address(&new.method, &new.url);
    let count = found.all.len();
    found.compare(Part::To, &to, &to_now);
    of_pairs(found, Part::Query, &query, &query_now);
    let whole = |row: &Approval| format!("{} {}", row.method, visible(&row.url));
    if (&old.method, &old.url) != (&new.method, &new.url) && found.all.len() == count {
        // Written otherwise, though it reads the same.
        found.push_texts(Part::To, "", &whole(old), &whole(new));
    }
    if old.connection_id != new.connection_id {
        let name = |side: Side<'_>| text(side.account.unwrap_or_default().to_owned());
        // Two of one name are two all the same.
        found.push(Part::Account, "", name(before), name(after));
    }
    let headers = |row: &Approval| serde_json::from_value::<Pairs>(row.headers_json.0.clone());
    let (headers, headers_now) = (headers(old)?, headers(new)?);
    of_pairs(found, Part::Header, &headers, &headers_now);
    if old.body != new.body {
        let bodies = (Shown::of(&headers, &old.body), Shown::of(&headers_now, &new.body));
        of_bodies(found, (old.body.as_slice(), new.body.as_slice()), bodies);
    }
    Ok(())
}

/// Bodies that differ, told apart in their parts where they have some.
fn of_bodies(found: &mut Found, (old, new): (&[u8], &[u8]), bodies: (Shown, Shown)) {
    let count = found.all.len();
    match &bodies {
        (Shown::Json(_), Shown::Json(_)) => {
            if let Some((old, new)) = leaves(old).zip(leaves(new)) {
                of_pairs(found, Part::Content, &old, &new);
            }
        }
        (Shown::Form(old), Shown::Form(new)) => of_pairs(found, Part::Content, old, new),
        _ => {}
    }
    if found.all.len() == count {
        // Also where what is shown is the same: the bytes aren't.
        let (old, new) = (whole(bodies.0), whole(bodies.1));
        found.push_texts(Part::Content, "", &old, &new);
    }
}

/// A body by itself.
fn whole(shown: Shown) -> String {
    let pairs = |pairs: Pairs| {
        pairs.into_iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>()
    };
    match shown {
        Shown::Nothing => String::new(),
        Shown::Json(all) | Shown::Text(all) => all,
        Shown::Form(all) => pairs(all).join("\n"),
        Shown::Bytes { size, sha256, .. } => format!("{size} B, SHA-256 {sha256}"),
    }
}

/// Method and address without its parameters, and these. What stands for bytes that are no text may stand for
/// any: then all of it is the address, as it is sent.
fn address(method: &str, address: &str) -> (String, Pairs) {
    let whole = || (format!("{method} {}", visible(address)), Pairs::new());
    let Ok(mut url) = url::Url::parse(address) else { return whole() };
    let query: Pairs =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    if query.iter().any(|(name, value)| [name, value].iter().any(|it| it.contains('\u{fffd}'))) {
        return whole();
    }
    url.set_query(None);
    (format!("{method} {url}"), query)
}

/// What differs by name; several values of one name are one.
fn of_pairs(
    found: &mut Found,
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
    let told = |values: &[&str]| visible(&values.join("\n"));
    let differing = order.iter().filter_map(|name| {
        let [before, after] = values.get(name)?;
        (before != after).then(|| (*name, told(before), told(after)))
    });
    // One more than is told, so that this is known.
    for (name, before, after) in differing.take(DIFFERENCES_MAX + 1) {
        found.push_texts(part, &clipped(visible(name)), &before, &after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: &str) -> Told {
        text(value.to_owned())
    }

    fn of(before: &[u8], after: &[u8]) -> Vec<(String, Told, Told)> {
        let mut found = Found::default();
        let bodies = (Shown::of(&[], before), Shown::of(&[], after));
        of_bodies(&mut found, (before, after), bodies);
        assert!(!found.is_cut);
        let mut all: Vec<_> =
            found.all.into_iter().map(|each| (each.name, each.before, each.after)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    #[test]
    fn documents_are_told_apart_by_the_places_of_their_values() {
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
    fn beside_one_difference_no_other_is_passed_over() {
        let before = br#"{"n":1,"sum":5,"paused":false,"a":{"b":1},"note":""}"#;
        let after = br#"{"n":2,"sum":"5","paused":"false","a.b":1,"note":"x"}"#;
        let names: Vec<String> = of(before, after).into_iter().map(|each| each.0).collect();
        assert_eq!(names, ["[\"a.b\"]", "a.b", "n", "note", "paused", "sum"]);
        let sum = of(before, after).into_iter().find(|each| each.0 == "sum");
        assert_eq!(sum, Some(("sum".to_owned(), told("5"), told("\"5\""))));
        // Whoever goes by the second of two fields sees no city.
        let before = br#"{"n":1,"to":{"city":"Haifa","days":[1]}}"#;
        let after = br#"{"n":2,"to":{"city":"Haifa"},"to":{"days":[1]}}"#;
        let names: Vec<String> = of(before, after).into_iter().map(|each| each.0).collect();
        assert_eq!(names, [""], "it is told as a whole");
    }

    #[test]
    fn several_values_of_one_name_are_told_as_one_and_equal_ones_not_at_all() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let before = vec![pair("to", "a"), pair("x", "1"), pair("to", "b")];
        let after = vec![pair("to", "a"), pair("x", "1"), pair("to", "c")];
        let mut found = Found::default();
        of_pairs(&mut found, Part::Query, &before, &after);
        let all = found.all;
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].name.as_str(), &all[0].after), ("to", &told("a\nc")));
    }

    #[test]
    fn two_fields_of_one_name_and_every_digit_count() {
        let one = |before: &[u8], after: &[u8]| of(before, after).into_iter().next();
        let sum = |was: &str, is: &str| Some(("sum".to_owned(), told(was), told(is)));
        assert_eq!(one(br#"{"sum":1,"sum":5}"#, br#"{"sum":9,"sum":5}"#), sum("1\n5", "9\n5"));
        assert_eq!(one(br#"{"sum":1.1}"#, br#"{"sum": 1.10}"#), sum("1.1", "1.10"));
        assert_eq!(one(br#"{"sum":1e999}"#, br#"{"sum":{}}"#), sum("1e999", "{}"));
        let spaced = one(br#"{"sum":"1"}"#, br#"{ "sum" : "1" }"#);
        assert!(matches!(spaced, Some((name, ..)) if name.is_empty()), "it is told as a whole");
    }

    #[test]
    fn a_long_text_is_told_from_where_it_differs_and_what_is_left_out_is_owned_up_to() {
        let common = "word ".repeat(CHARS_MAX);
        let (before, after, is_cut) =
            from_where_they_differ(&format!("{common}250"), &format!("{common}9000"));
        assert!(before.starts_with('…') && before.ends_with("250"), "{before}");
        assert!(after.ends_with("9000") && !is_cut, "{after}");
        let also = |end: &str| format!("{}{common}{end}", "x".repeat(end.len()));
        let (before, _, is_cut) = from_where_they_differ(&also("1"), &also("22"));
        assert!(before.ends_with('…') && is_cut, "{before}");
    }

    #[test]
    fn parameters_that_are_no_text_are_told_as_they_are_sent() {
        let sent = "https://api.example.com/v1?n=1&key=%FF";
        assert_eq!(address("POST", sent), (format!("POST {sent}"), Pairs::new()));
        let (to, query) = address("POST", "https://api.example.com/v1?n=%D7%90");
        assert_eq!(to, "POST https://api.example.com/v1");
        assert_eq!(query, [("n".to_owned(), "א".to_owned())]);
    }

    #[test]
    fn where_too_much_differs_that_is_known() {
        let many = |value: &str| -> Pairs {
            (0..=DIFFERENCES_MAX).map(|n| (format!("f{n}"), value.to_owned())).collect()
        };
        let mut found = Found::default();
        of_pairs(&mut found, Part::Query, &many("a"), &many("b"));
        assert!(found.all.len() > DIFFERENCES_MAX);
    }
}
