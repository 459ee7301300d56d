//! What happened with people, and the notes that members wrote there.

use app::cursors::Cursor;
use app::timeline::{self, EntryGroup, NOTE, NOTE_CHARS_MAX, Told};
use domain::{EntryId, PersonId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, cursor, id, instant, limit, object, or_null, required_text, said, whole, word,
};
use super::problem::Problem;
use super::schema::Named;

const DETAIL: &str = "More, by kind. Of `changed`, `fields` has the names of what changed, and `changes` \
    by the names `owner`, `value`, `follow-up`, `consent`, `source` and `first-source` what that was (`from`) \
    and is (`to`), `null` for nothing: a member's id, an `amount` in the smallest unit with its `currency`, a \
    day, `given`, `withdrawn` or `unknown`, a text. What happened before these were told of has no `changes`. \
    Of `stage`, of `stage-undone` when that was taken back later, of `stage-back`, which took it back, and of `restaged` \
    when everybody in it was moved, `from` and `to` are the stages' names; where a stage means something else \
    now, it is `stage` and `standing`. Of `merged`, `other` is who became one with them, and `stage` the name of \
    the stage that came from there. Of `document-brief`, files that a plugin kept and deleted within a day, \
    `count` is how many they were, and `title` the last one's name.";

/// The schemas of what happened.
pub fn schemas() -> Vec<Named> {
    let actor = word(&["account", "plugin", "system"]);
    let entry = whole(vec![
        ("id", id()),
        ("at", instant()),
        ("kind", about(said(), "Such as `note`, `stage` or `created`.")),
        ("actor_kind", actor.clone()),
        ("actor", about(said(), "A member's name, or a plugin's id.")),
        ("text", about(or_null(said()), "Of a note.")),
        ("detail", about(json!({"type": "object"}), DETAIL)),
    ]);
    let note = whole(vec![
        ("id", id()),
        ("person", id()),
        ("at", instant()),
        ("actor", said()),
        ("text", said()),
        ("is_own", about(json!({"type": "boolean"}), "Whether this token may change it.")),
    ]);
    let new = object(vec![("text", required_text(NOTE_CHARS_MAX))], &["text"]);
    vec![("Entry", entry), ("Note", note), ("NoteNew", new)]
}

/// What entries are of, to read those alone.
const GROUPS: &[&str] = &["notes", "appointments", "tasks", "documents", "changes"];

/// The parameters of the list.
pub fn list_query() -> Fields {
    let what = "Only entries of this: `changes` are those that are of nothing else. A cursor goes on in \
        the list that it came from.";
    vec![("what", about(word(GROUPS), what)), ("limit", limit()), ("after", cursor())]
}

/// A page of what happened, latest first.
pub async fn list(call: Call) -> Answer {
    let person: PersonId = call.id("person")?;
    // Of somebody who isn't there nothing happened.
    app::people::get_person(call.app(), call.ctx(), &person).await?;
    let after: Option<Cursor> = call.after()?;
    let (app, ctx, group) = (call.app(), call.ctx(), call.asked_as::<EntryGroup>("what")?);
    let page = timeline::list_entries_of(app, ctx, &person, group, after, call.limit()).await?;
    let items = page.items.iter().map(entry).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

fn text_of(told: &Told) -> Option<&str> {
    let is_note = told.entry.kind == NOTE;
    told.entry.detail_json.0.get("text").and_then(Value::as_str).filter(|_| is_note)
}

fn entry(told: &Told) -> Value {
    let detail = &told.entry.detail_json.0;
    json!({
        "id": told.entry.id,
        "at": told.entry.at.to_rfc3339(),
        "kind": told.entry.kind,
        "actor_kind": told.entry.actor_kind.as_str(),
        "actor": told.actor,
        "text": text_of(told),
        "detail": if detail.is_object() { detail.clone() } else { json!({}) },
    })
}

fn note(told: &Told) -> Value {
    json!({
        "id": told.entry.id,
        "person": told.entry.person_id,
        "at": told.entry.at.to_rfc3339(),
        "actor": told.actor,
        "text": text_of(told).unwrap_or_default(),
        "is_own": told.is_own_note,
    })
}

async fn find(call: &Call) -> Result<Told, Problem> {
    let (person, id): (PersonId, EntryId) = (call.id("person")?, call.id("note")?);
    Ok(timeline::get_note(call.app(), call.ctx(), &person, &id).await?)
}

/// A note.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(note(&find(&call).await?)))
}

/// Writes a note.
pub async fn create(call: Call) -> Answer {
    let person: PersonId = call.id("person")?;
    let text = call.text("text");
    let id = timeline::create_note(call.app(), call.ctx(), &person, &text, &call.once).await?;
    let told = timeline::get_note(call.app(), call.ctx(), &person, &id).await?;
    let location = format!("/api/v1/people/{person}/notes/{id}");
    Ok(Reply::made(note(&told), None, location))
}

/// Writes a note anew.
pub async fn update(call: Call) -> Answer {
    let told = find(&call).await?;
    timeline::update_note(call.app(), call.ctx(), &told.entry.id, &call.text("text")).await?;
    Ok(Reply::one(note(&find(&call).await?)))
}

/// Removes a note.
pub async fn remove(call: Call) -> Answer {
    let told = find(&call).await?;
    timeline::delete_note(call.app(), call.ctx(), &told.entry.id).await?;
    Ok(Reply::done())
}
