//! What the list of people is asked of own fields: which narrow it, which orders it, which it shows.

use std::collections::BTreeMap;

use app::Error;
use app::own_fields::{self, OwnField, OwnKind, OwnValue, field_name};
use app::people::{OwnAsk, OwnFilter, Person, Sorting};

use crate::error::Failure;
use crate::member::Member;
use crate::pages::own_fields::{asked as asked_for, choices, one_shown};
use crate::views::own_fields::{OwnAsked, OwnNarrow, OwnShown};
use crate::views::people::BulkOwn;
use crate::views::{Choice, Errors};

/// What is asked, by the names of the list's address.
pub type Asked = BTreeMap<String, String>;

/// The fields of the reader's business.
pub async fn fields(member: &Member) -> Result<Vec<OwnField>, Failure> {
    Ok(own_fields::list_fields(&member.web.app, &member.ctx).await?)
}

fn said<'a>(asked: &'a Asked, field: &OwnField, end: &str) -> &'a str {
    let name = format!("{}{end}", field_name(field.id.as_str()));
    asked.get(&name).map(|value| value.trim()).unwrap_or_default()
}

/// How many ways the fields narrow the list.
pub fn narrowed(asked: &Asked) -> usize {
    asked.iter().filter(|(name, value)| !name.ends_with("-show") && !value.is_empty()).count()
}

/// Who is asked for.
pub fn filters(asked: &Asked, fields: &[OwnField]) -> Vec<OwnFilter> {
    let mut all = Vec::new();
    for field in fields {
        let mut ask = |ask| all.push(OwnFilter { field: field.id.clone(), ask });
        match said(asked, field, "") {
            "" => {}
            "none" => ask(OwnAsk::Nothing),
            "any" => ask(OwnAsk::Within(None, None)),
            word => {
                if let Some(key) = own_fields::key_of(field, word).filter(|_| has_words(field)) {
                    ask(OwnAsk::Within(Some(key.clone()), Some(key)));
                }
            }
        }
        if has_ends(field) {
            let end = |name| own_fields::key_of(field, said(asked, field, name));
            let (from, until) = (end("-from"), end("-to"));
            if from.is_some() || until.is_some() {
                ask(OwnAsk::Within(from, until));
            }
        }
    }
    all
}

/// What is wrong with the ends that are asked of a field: which end, as the address calls it, and a text's key.
fn wrong_end(asked: &Asked, field: &OwnField) -> Option<(String, String)> {
    if !has_ends(field) {
        return None;
    }
    let [from, to] = ["-from", "-to"].map(|end| format!("{}{end}", field_name(field.id.as_str())));
    let (low, high) = (said(asked, field, "-from"), said(asked, field, "-to"));
    match own_fields::range(field, (&from, low), (&to, high)) {
        Err(Error::Invalid { field, key }) => Some((field, key)),
        _ => None,
    }
}

/// What is wrong with what is asked for, by the names of the address. What can be read of it narrows the list all
/// the same.
pub fn errors(asked: &Asked, fields: &[OwnField]) -> Errors {
    fields.iter().filter_map(|field| wrong_end(asked, field)).collect()
}

fn has_words(field: &OwnField) -> bool {
    matches!(field.kind, OwnKind::Choice | OwnKind::YesNo)
}

fn has_ends(field: &OwnField) -> bool {
    matches!(field.kind, OwnKind::Number | OwnKind::Day)
}

/// The field that the list is ordered by, where it is one, and whether its last comes first.
pub fn order<'a>(order: &str, fields: &'a [OwnField]) -> Option<(&'a OwnField, bool)> {
    let id = order.strip_prefix("own-")?;
    let (id, down) = id.strip_suffix("-down").map_or((id, false), |id| (id, true));
    fields.iter().find(|field| field.id.as_str() == id).map(|field| (field, down))
}

/// The same, as the app takes it.
pub fn sorting(text: &str, fields: &[OwnField]) -> Option<Sorting> {
    order(text, fields).map(|(field, down)| Sorting::Own { field: field.id.clone(), down })
}

/// Each field both ways, to order by; nobody reads paragraphs in order.
pub fn orders(member: &Member, fields: &[OwnField], current: &str) -> Vec<Choice> {
    let sortable = fields.iter().filter(|field| field.kind != OwnKind::Paragraph);
    let both = |field: &OwnField| {
        [("", "order-own-up"), ("-down", "order-own-down")].map(|(end, key)| {
            let value = format!("{}{end}", field_name(field.id.as_str()));
            Choice::new(value, member.text_with(key, &[("field", field.name.as_str())]), current)
        })
    };
    sortable.flat_map(both).collect()
}

/// The fields as the form of the list asks of them.
pub fn narrowing(member: &Member, fields: &[OwnField], asked: &Asked) -> Vec<OwnNarrow> {
    let one = |field: &OwnField| {
        let current = said(asked, field, "");
        let mut all = choices(member, field, current);
        for word in ["any", "none"] {
            all.push(Choice::new(word, member.text(&format!("own-{word}")), current));
        }
        OwnNarrow {
            field: field_name(field.id.as_str()),
            label: field.name.clone(),
            kind: field.kind.to_string(),
            choices: all,
            from: said(asked, field, "-from").to_owned(),
            to: said(asked, field, "-to").to_owned(),
            has_ends: has_ends(field),
            shown: said(asked, field, "-show") == "on",
            error: wrong_end(asked, field).map(|(_, key)| key).unwrap_or_default(),
        }
    };
    fields.iter().map(one).collect()
}

/// The fields as the form asks for them that fills one in for many; nobody has the same paragraph.
pub fn to_fill(member: &Member, fields: &[OwnField]) -> Vec<BulkOwn> {
    let fields: Vec<OwnField> =
        fields.iter().filter(|field| field.kind != OwnKind::Paragraph).cloned().collect();
    let one = |asked: OwnAsked| {
        let to = format!("to-{}", asked.field);
        let field = OwnAsked { field: to, help: String::new(), ..asked.clone() };
        BulkOwn { act: asked.field, field }
    };
    asked_for(member, &fields, &Asked::new()).into_iter().map(one).collect()
}

/// The fields that the list shows: those that were chosen, and those that narrow or order it.
pub fn columns(asked: &Asked, by: &str, fields: &[OwnField]) -> Vec<OwnField> {
    let by = order(by, fields).map(|(field, _)| &field.id);
    let is_asked = |field: &&OwnField| {
        let ends = ["", "-from", "-to", "-show"];
        by == Some(&field.id) || ends.iter().any(|end| !said(asked, field, end).is_empty())
    };
    fields.iter().filter(is_asked).cloned().collect()
}

/// What these people have of the columns, person by person, in the columns' order.
pub async fn cells(
    member: &Member,
    columns: &[OwnField],
    people: &[Person],
) -> Result<Vec<Vec<OwnShown>>, Failure> {
    if columns.is_empty() {
        return Ok(people.iter().map(|_| Vec::new()).collect());
    }
    let ids = people.iter().map(|person| person.id.clone()).collect();
    let all = own_fields::list_values_of(&member.web.app, &member.ctx, ids).await?;
    let cell = |person: &Person, field: &OwnField| {
        let has = |own: &&OwnValue| own.person_id == person.id && own.field_id == field.id;
        let found = all.iter().find(has);
        found.map_or_else(
            || OwnShown { label: field.name.clone(), ..OwnShown::default() },
            |own| one_shown(member, field, &own.value),
        )
    };
    let row = |person: &Person| columns.iter().map(|field| cell(person, field)).collect();
    Ok(people.iter().map(row).collect())
}
