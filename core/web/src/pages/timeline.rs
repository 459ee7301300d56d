//! What happened with a person, and the notes written there.

use std::collections::BTreeMap;

use actix_web::web::{Form, Path};
use app::timeline::{self, Cursor, EntryGroup, NOTE, Told};
use domain::PersonId;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::list::address;
use crate::pages::{id, paragraphs, people};
use crate::views::Tab;
use crate::views::people::{EntryRow, NoteForm};

/// Names of members by their ids.
type Members = BTreeMap<String, String>;

/// How many entries a page shows.
const PAGE: i64 = 30;

/// What is asked of a person's timeline. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct TimelineQuery {
    before: String,
    what: String,
}

impl TimelineQuery {
    fn group(&self) -> Option<EntryGroup> {
        self.what.parse().ok()
    }

    /// Whether a part of it is asked for.
    pub fn is_narrowed(&self) -> bool {
        self.group().is_some()
    }
}

/// Where a part of the timeline is on a person's page.
fn place(person: &PersonId, group: Option<EntryGroup>, before: &str) -> String {
    let what = group.map_or("", EntryGroup::as_str);
    let page = address(&format!("/people/{person}"), &[("what", what), ("before", before)]);
    format!("{page}#timeline")
}

/// A page of what happened, and the address of what happened before it.
pub async fn rows(
    member: &Member,
    person: &PersonId,
    query: &TimelineQuery,
) -> Result<(Vec<EntryRow>, Option<String>), Failure> {
    let (app, ctx, group) = (&member.web.app, &member.ctx, query.group());
    let after: Option<Cursor> = query.before.parse().ok();
    let found = timeline::list_entries_of(app, ctx, person, group, after, PAGE).await?;
    let older = found.next.map(|next| place(person, group, &next.to_string()));
    Ok((found.items.into_iter().map(|told| row(member, told)).collect(), older))
}

/// What the timeline may be narrowed to: all of it, then each group.
pub fn tabs(person: &PersonId, query: &TimelineQuery) -> Vec<Tab> {
    let current = query.group();
    let tab = |group: Option<EntryGroup>| Tab {
        key: match group {
            None => "timeline-all",
            Some(EntryGroup::Notes) => "timeline-notes",
            Some(EntryGroup::Appointments) => "timeline-appointments",
            Some(EntryGroup::Tasks) => "timeline-tasks",
            Some(EntryGroup::Documents) => "timeline-documents",
            Some(EntryGroup::Changes) => "timeline-changes",
        },
        href: place(person, group, ""),
        count: None,
        current: group == current,
    };
    [None].into_iter().chain(EntryGroup::ALL.iter().copied().map(Some)).map(tab).collect()
}

fn row(member: &Member, told: Told) -> EntryRow {
    let Told { entry, actor, is_own_note, members, is_gone } = told;
    let detail = &entry.detail_json.0;
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    let typed = if entry.kind == NOTE { text("text") } else { "" };
    EntryRow {
        icon: icon(&entry.kind),
        text: words(member, &entry.kind, detail, &members),
        note: paragraphs(typed),
        typed: typed.to_owned(),
        actor,
        when: member.dates().moment(entry.at),
        href: if is_gone { String::new() } else { href(&entry) },
        id: entry.id.to_string(),
        is_own_note,
    }
}

/// Where the page of what it is about is; a series has none of its own.
fn href(entry: &timeline::Entry) -> String {
    let kind = entry.kind.as_str();
    if kind.starts_with("task-") {
        return format!("/tasks/{}", entry.entity_id);
    }
    if kind.starts_with("document-") {
        return format!("/documents/{}", entry.entity_id);
    }
    let is_of_one = kind.starts_with("appointment-") && !kind.starts_with("appointment-series-");
    if is_of_one { format!("/appointments/{}", entry.entity_id) } else { String::new() }
}

fn icon(kind: &str) -> &'static str {
    match kind {
        NOTE => "notes",
        "created" | "imported" => "add",
        "import-undone" | "stage-back" | "unmerged" | "restored" => "refresh",
        "merged" => "copy",
        "removed" => "bin",
        "stage" | "stage-undone" | "restaged" => "forward",
        _ if kind.starts_with("appointment-") => "calendar",
        _ if kind.starts_with("task-") => "task",
        _ if kind.starts_with("document-") => "document",
        _ => "edit",
    }
}

/// What happened, in the reader's words.
fn words(member: &Member, kind: &str, detail: &Value, members: &Members) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "stage" | "stage-undone" | "stage-back" => {
            let values = [("from", text("from")), ("to", text("to"))];
            member.text_with(&format!("timeline-{kind}"), &values)
        }
        "restaged" => restaged(member, detail),
        "changed" => {
            let all = |name: &str| detail.get(name).and_then(Value::as_array).into_iter().flatten();
            let known = all("fields").filter_map(Value::as_str);
            let own = all("own").filter_map(Value::as_str).map(str::to_owned);
            let known = known.map(|name| changed(member, name, &detail["changes"][name], members));
            let names: Vec<String> = known.chain(own).collect();
            member.text_with("timeline-changed", &[("fields", &names.join(", "))])
        }
        "imported" | "import-undone" => {
            member.text_with(&format!("timeline-{kind}"), &[("file", text("file"))])
        }
        "merged" | "unmerged" => {
            // One that was taken back doesn't read as if it still held.
            let is_undone = detail.get("undone").and_then(Value::as_bool) == Some(true);
            let kind = match (is_undone, text("stage").is_empty()) {
                (true, _) => "merged-undone",
                (false, true) => kind,
                (false, false) => "merged-stage",
            };
            let values = [("other", text("other")), ("stage", text("stage"))];
            member.text_with(&format!("timeline-{kind}"), &values)
        }
        "task-assigned" => {
            let values = [("title", text("title")), ("to", text("to"))];
            member.text_with("timeline-task-assigned", &values)
        }
        "document-brief" => {
            let count = detail["count"].as_i64().unwrap_or(1).to_string();
            let values = [("title", text("title")), ("count", count.as_str())];
            member.text_with("timeline-document-brief", &values)
        }
        _ if ["appointment-series-", "task-", "document-"]
            .iter()
            .any(|of| kind.starts_with(of)) =>
        {
            member.text_with(&format!("timeline-{kind}"), &[("title", text("title"))])
        }
        _ if kind.starts_with("appointment-") => {
            let when = domain::Timestamp::parse_rfc3339(text("starts_at"));
            let when = when.map(|at| member.dates().moment(at)).unwrap_or_default();
            let values = [("title", text("title")), ("when", when.as_str())];
            member.text_with(&format!("timeline-{kind}"), &values)
        }
        _ => member.text(&format!("timeline-{kind}")),
    }
}

/// A field that changed, with what it was and is where that is known: entries of long ago have the name
/// alone.
fn changed(member: &Member, name: &str, change: &Value, members: &Members) -> String {
    let field = member.text(&format!("field-{name}"));
    if change.is_null() {
        return field;
    }
    let from = said(member, name, &change["from"], members);
    let to = said(member, name, &change["to"], members);
    member.text_with("timeline-change", &[("field", &field), ("from", &from), ("to", &to)])
}

/// What was or is in a field, as the reader would write it.
fn said(member: &Member, name: &str, value: &Value, members: &Members) -> String {
    let text = value.as_str().unwrap_or_default();
    match name {
        "owner" if value.is_null() => member.text("timeline-nobody"),
        _ if value.is_null() => member.text("timeline-nothing"),
        "owner" => members.get(text).cloned().unwrap_or_else(|| member.text("timeline-left")),
        "value" => {
            let amount = value["amount"].as_i64().unwrap_or_default();
            member.money(amount, value["currency"].as_str().unwrap_or_default())
        }
        "follow-up" => {
            let day = text.parse::<jiff::civil::Date>();
            day.map_or_else(|_| text.to_owned(), |day| member.dates().short(day))
        }
        "consent" => member.text(&format!("consent-{text}")),
        _ => text.to_owned(),
    }
}

/// What became of somebody because their stage went, or means something else.
fn restaged(member: &Member, detail: &Value) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = match text("standing") {
        "lead" => "timeline-restaged-lead",
        "customer" => "timeline-restaged-customer",
        _ => {
            let values = [("from", text("from")), ("to", text("to"))];
            return member.text_with("timeline-restaged", &values);
        }
    };
    member.text_with(key, &[("stage", text("stage"))])
}

/// Writes a note.
pub async fn create(member: Member, path: Path<String>, form: Form<NoteForm>) -> Answer {
    let person: PersonId = id(&path)?;
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    match timeline::create_note(app, ctx, &person, &form.text, &form.form_id).await {
        Ok(_) => member.said(&format!("/people/{person}"), "said-note-added"),
        Err(error) => {
            let note = NoteForm { errors: form_errors(error)?, ..form };
            people::page(&member, &person, &TimelineQuery::default(), note).await
        }
    }
}

/// Writes one's own note anew.
pub async fn update(member: Member, path: Path<(String, String)>, form: Form<NoteForm>) -> Answer {
    let (person, note) = path.into_inner();
    let (person, note) = (id::<PersonId>(&person)?, id(&note)?);
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    match timeline::update_note(app, ctx, &note, &form.text).await {
        Ok(person) => member.said(&format!("/people/{person}"), "said-saved"),
        Err(error) => {
            // What was typed comes back in the form for a new one: nothing is lost.
            let note = NoteForm { errors: form_errors(error)?, ..form };
            people::page(&member, &person, &TimelineQuery::default(), note).await
        }
    }
}

/// Removes one's own note.
pub async fn remove(member: Member, path: Path<(String, String)>) -> Answer {
    let (_, note) = path.into_inner();
    let person = timeline::delete_note(&member.web.app, &member.ctx, &id(&note)?).await?;
    member.said(&format!("/people/{person}"), "said-note-removed")
}
