//! Documents: what plugins keep for the business and what is added to people. They are read, added, renamed and
//! deleted here; what is in them never changes.

use app::documents::{
    self, Document, DocumentCursor, DocumentFilter, DocumentOrder, Media, NAME_CHARS_MAX, NewFile,
    Retention,
};
use domain::{ApiScope, DocumentId, PersonId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::{Call, wrong_parameter};
use super::describe::{
    Fields, about, cursor, id, instant, limit, object, or_null, required_text, said, text, whole,
    word,
};
use super::problem::Problem;
use super::schema::Named;
use crate::pages::documents::{sent, sent_head};

/// The longest id of a plugin, in characters.
const PLUGIN_CHARS_MAX: usize = 64;

const ORDERS: &[&str] = &["newest", "oldest", "name", "size"];

/// The words of what kinds of files there are.
pub fn media() -> Value {
    word(&Media::ALL.iter().map(|media| media.as_str()).collect::<Vec<_>>())
}

/// The schemas of documents.
pub fn schemas() -> Vec<Named> {
    let stays: Vec<&str> = Retention::ALL.iter().map(|it| it.as_str()).collect();
    let document = whole(vec![
        ("id", id()),
        ("name", said()),
        ("media", about(media(), "What kind of file it is, as people say it.")),
        ("media_type", said()),
        ("size_bytes", json!({"type": "integer"})),
        ("plugin", about(or_null(said()), "The plugin that keeps it; null for what was added.")),
        ("connection", about(or_null(id()), "The connected account that it came from.")),
        ("source", about(said(), "The server that it came from; empty for what was added.")),
        ("person", about(or_null(id()), "Whom it is about.")),
        ("added_by", about(or_null(id()), "The member who added it.")),
        ("retention", about(word(&stays), "What it goes with, if nobody deletes it before.")),
        ("created_at", about(instant(), "When it was kept.")),
    ]);
    let name = about(required_text(NAME_CHARS_MAX), "What it is called from now on.");
    vec![("Document", document), ("DocumentChange", object(vec![("name", name)], &["name"]))]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    let mut all = narrowing();
    all.extend([("limit", limit()), ("after", cursor())]);
    all
}

/// What the list may be narrowed to.
pub fn narrowing() -> Fields {
    vec![
        (
            "plugin",
            about(
                text(PLUGIN_CHARS_MAX),
                "Those that this plugin keeps; `oxpi` for what was added.",
            ),
        ),
        ("media", media()),
        ("connection", about(id(), "Those that came from this connected account.")),
        ("person", about(id(), "Those about this person; the token must read people.")),
        ("q", about(text(app::people::SEARCH_CHARS_MAX), "Beginnings of words of the name.")),
        ("order", about(word(ORDERS), "`newest` where nothing is said.")),
    ]
}

/// The parameters of a new one.
pub fn create_query() -> Fields {
    let must = |mut schema: Value, sentence: &str| {
        schema["required"] = true.into();
        about(schema, sentence)
    };
    vec![
        ("name", must(required_text(NAME_CHARS_MAX), "What the file is called.")),
        ("person", must(id(), "Whom it is about.")),
    ]
}

/// Which are asked for.
pub fn filter(call: &Call) -> Result<DocumentFilter, Problem> {
    let person: Option<PersonId> = call.asked_as("person")?;
    if person.is_some() && !call.opened.scopes.has(ApiScope::PeopleRead) {
        return Err(Problem::no_scope(ApiScope::PeopleRead));
    }
    Ok(DocumentFilter {
        person,
        plugin: call.asked_as("plugin")?,
        media: call.asked_as("media")?,
        connection: call.asked_as("connection")?,
        search: call.asked("q").map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned),
        order: call.asked_as::<DocumentOrder>("order")?,
    })
}

fn shown(it: &Document) -> Value {
    json!({
        "id": it.id,
        "name": it.name,
        "media": Media::of(&it.media_type).as_str(),
        "media_type": it.media_type,
        "size_bytes": it.size_bytes,
        "plugin": (it.retention != Retention::Member).then_some(&it.plugin_id),
        "connection": it.connection_id,
        "source": it.source,
        "person": it.person_id,
        "added_by": it.added_by,
        "retention": it.retention.as_str(),
        "created_at": it.created_at.to_rfc3339(),
    })
}

/// A page of the list.
pub async fn list(call: Call) -> Answer {
    let (filter, after) = (filter(&call)?, call.after::<DocumentCursor>()?);
    let (app, ctx) = (call.app(), call.ctx());
    let page = documents::list_documents(app, ctx, filter, after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

async fn one(call: &Call, which: &DocumentId) -> Answer {
    Ok(Reply::one(shown(&documents::get_document(call.app(), call.ctx(), which).await?)))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("document")?).await
}

/// Gives one another name.
pub async fn rename(call: Call) -> Answer {
    let which: DocumentId = call.id("document")?;
    documents::rename_document(call.app(), call.ctx(), &which, &call.text("name")).await?;
    one(&call, &which).await
}

/// Adds a file to a person.
pub async fn create(call: Call) -> Answer {
    let person: PersonId = call.asked_as("person")?.ok_or_else(|| wrong_parameter("person"))?;
    let name = call.asked("name").unwrap_or_default().to_owned();
    let file = NewFile { name, bytes: call.file.to_vec() };
    let (app, ctx) = (call.app(), call.ctx());
    let it = documents::add_document(app, ctx, &person, file, &call.once).await?;
    Ok(Reply::made(shown(&it), None, format!("/api/v1/documents/{}", it.id)))
}

/// The bytes of one; who asks for the head alone downloads nothing.
pub async fn download(call: Call) -> Answer {
    let which: DocumentId = call.id("document")?;
    if call.is_head {
        let it = documents::get_document(call.app(), call.ctx(), &which).await?;
        return Ok(Reply::file(sent_head(&it)));
    }
    let (it, bytes) = documents::download_document(call.app(), call.ctx(), &which).await?;
    Ok(Reply::file(sent(&it, bytes)))
}

/// Deletes one for good.
pub async fn remove(call: Call) -> Answer {
    let which: DocumentId = call.id("document")?;
    documents::delete_document(call.app(), call.ctx(), &which).await?;
    Ok(Reply::done())
}
