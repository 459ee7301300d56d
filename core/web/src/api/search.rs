//! Finding people, appointments, tasks, documents and notes by words, as the palette does.

use app::documents::{Document, Media};
use app::people::{Person, SEARCH_CHARS_MAX};
use app::search::{self, FoundNote};
use app::tasks::Task;
use domain::ApiScope;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, day, id, instant, or_null, said, text, whole};
use super::documents;
use super::schema::{Named, named};

/// The schemas of what is found.
pub fn schemas() -> Vec<Named> {
    let many = |name| json!({"type": "array", "items": named(name), "maxItems": search::EACH_MAX});
    let person = whole(vec![
        ("id", id()),
        ("name", said()),
        ("company", said()),
        ("phone", said()),
        ("email", said()),
    ]);
    let appointment = whole(vec![
        ("id", id()),
        ("title", said()),
        ("starts_at", instant()),
        ("ends_at", instant()),
    ]);
    let task = whole(vec![("id", id()), ("title", said()), ("day", or_null(day()))]);
    let document = whole(vec![("id", id()), ("name", said()), ("media", documents::media())]);
    let note = whole(vec![
        ("person", about(id(), "Whom it is about.")),
        ("name", about(or_null(said()), "Theirs; null unless the token reads people.")),
        ("text", said()),
    ]);
    let notes =
        json!({"type": "array", "items": named("FoundNote"), "maxItems": search::NOTES_MAX});
    let found = whole(vec![
        ("people", about(many("FoundPerson"), "Who fits best first.")),
        ("appointments", about(many("FoundAppointment"), "What is to come first.")),
        ("tasks", about(many("FoundTask"), "Open ones, what fits best first.")),
        ("documents", about(many("FoundDocument"), "What fits best first.")),
        ("notes", about(notes, "What fits best first.")),
    ]);
    vec![
        ("FoundPerson", person),
        ("FoundAppointment", appointment),
        ("FoundTask", task),
        ("FoundDocument", document),
        ("FoundNote", note),
        ("Found", found),
    ]
}

/// The parameters.
pub fn query() -> Fields {
    let mut q =
        about(text(SEARCH_CHARS_MAX), "Beginnings of words, digits of a number, an address.");
    q["required"] = true.into();
    vec![("q", q)]
}

/// Looks among what the token reads: of anything else it isn't told that it is there.
pub async fn find(call: Call) -> Answer {
    let text = call.asked("q").unwrap_or_default();
    let found = search::search(call.app(), &call.reading(), text).await?;
    let scopes = call.opened.scopes;
    let notes = match scopes.has(ApiScope::NotesRead) {
        true => search::search_notes(call.app(), call.ctx(), text).await?,
        false => Vec::new(),
    };
    let named = scopes.has(ApiScope::PeopleRead);
    let booked = found.appointments.iter().map(|it| {
        json!({
            "id": it.id,
            "title": it.title,
            "starts_at": it.starts_at.to_rfc3339(),
            "ends_at": it.ends_at.to_rfc3339(),
        })
    });
    Ok(Reply::told(json!({
        "people": found.people.iter().map(person).collect::<Vec<_>>(),
        "appointments": booked.collect::<Vec<_>>(),
        "tasks": found.tasks.iter().map(task).collect::<Vec<_>>(),
        "documents": found.documents.iter().map(document).collect::<Vec<_>>(),
        "notes": notes.iter().map(|it| note(it, named)).collect::<Vec<_>>(),
    })))
}

fn person(it: &Person) -> Value {
    json!({
        "id": it.id,
        "name": it.name,
        "company": it.company,
        "phone": it.phone,
        "email": it.email,
    })
}

fn task(it: &Task) -> Value {
    json!({"id": it.id, "title": it.title, "day": it.due.map(|due| due.day.to_string())})
}

fn document(it: &Document) -> Value {
    json!({"id": it.id, "name": it.name, "media": Media::of(&it.media_type).as_str()})
}

fn note(it: &FoundNote, named: bool) -> Value {
    json!({"person": it.person_id, "name": named.then_some(&it.person), "text": it.text})
}
