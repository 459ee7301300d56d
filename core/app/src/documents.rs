//! Documents: files that plugins kept and members added, sealed. Members see, download, add and delete them
//! here; the plugin's side is in `services`.

mod adding;
mod body;
mod brief;
mod names;
mod naming;
mod own;
mod renaming;
#[cfg(test)]
mod tests;

use domain::{ApiScope, ConnectionId, DocumentId, Locale, Permission, PluginId, TenantId};
use serde_json::{Value, json};
use store::Conn;

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::SEARCH_CHARS_MAX;
use crate::{App, fields, plugins, timeline};

pub use adding::{
    FILE_BYTES_MAX, FORM_BYTES_MAX, NewFile, UNKNOWN_TYPE, add_document, require_to_add,
};
pub(crate) use adding::{add_example, seal_example};
pub use body::Pieces;
pub(crate) use body::{keep_body, read_body};
pub use names::{NAME_CHARS_MAX, file_name};
pub use naming::{Named, name_around};
pub(crate) use own::{House, keep_own, stream_body};
pub use renaming::rename_document;
pub use runtime::manifest::MEDIA_TYPES;
pub use store::documents::{
    Document, DocumentCursor, DocumentFilter, DocumentOrder, Media, OWN, Retention,
};

/// How long a body without a row is left alone: its row may be on the way.
const ORPHAN_AGE_SECS: i64 = 3_600;

/// A part of the list, and what to ask the next with.
#[derive(Debug, Clone)]
pub struct DocumentPage {
    /// The documents.
    pub items: Vec<Document>,
    /// What to ask the next page with.
    pub next: Option<DocumentCursor>,
}

/// The business's documents that match, in their order.
pub async fn list_documents(
    app: &App,
    ctx: &Context,
    filter: DocumentFilter,
    after: Option<DocumentCursor>,
    limit: i64,
) -> Result<DocumentPage> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (tenant, filter) = (ctx.tenant.clone(), searchable(filter)?);
    let page = app
        .db
        .inspect(move |c| -> Result<_> {
            Ok(store::documents::list(c, &tenant, &filter, after.as_ref(), limit)?)
        })
        .await?;
    Ok(DocumentPage { items: page.items, next: page.next })
}

/// How many match each of these.
pub async fn count_documents(
    app: &App,
    ctx: &Context,
    filters: Vec<DocumentFilter>,
) -> Result<Vec<i64>> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let tenant = ctx.tenant.clone();
    let filters = filters.into_iter().map(searchable).collect::<Result<Vec<_>>>()?;
    app.db
        .inspect(move |c| -> Result<Vec<i64>> {
            let count = |filter| Ok(store::documents::count(c, &tenant, filter)?);
            filters.iter().map(count).collect()
        })
        .await
}

pub(crate) fn searchable(filter: DocumentFilter) -> Result<DocumentFilter> {
    let Some(typed) = &filter.search else { return Ok(filter) };
    let line = fields::line("search", typed, SEARCH_CHARS_MAX)?;
    Ok(DocumentFilter { search: Some(line), ..filter })
}

/// The plugins that keep something for the business, also those that are no longer installed, and [`OWN`]
/// where members added something.
pub async fn list_keepers(app: &App, ctx: &Context) -> Result<Vec<PluginId>> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::documents::list_keepers(c, &tenant)?)).await
}

/// What a plugin is called in a language; nothing where it is no longer installed.
pub fn keeper_name(app: &App, plugin: &PluginId, locale: Locale) -> Option<String> {
    let loaded = plugins::find_loaded(app, plugin).ok()?;
    Some(loaded.texts().text(locale, &loaded.manifest().plugin.name, &[]))
}

/// One document.
pub async fn get_document(app: &App, ctx: &Context, id: &DocumentId) -> Result<Document> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| get_kept(c, &tenant, &id)).await
}

/// A document and its bytes, for a download, which the activity log notes. Whoever serves it tells
/// the browser to save it and not to guess what it is.
pub async fn download_document(
    app: &App,
    ctx: &Context,
    id: &DocumentId,
) -> Result<(Document, Pieces)> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| get_kept(c, &tenant, &id2)).await?;
    let bytes = body::take_body(app, &row).await?;
    let (app2, ctx2, row2) = (app.clone(), ctx.clone(), row.clone());
    app.db
        .transact(move |c| record(&app2, c, &Who::from(&ctx2), &row2, "document.downloaded"))
        .await?;
    Ok((row, bytes))
}

/// A document that people see; the house's own files are reached by what they belong to, and what is about
/// somebody who was deleted by nobody.
fn get_kept(c: &mut Conn, tenant: &TenantId, id: &DocumentId) -> Result<Document> {
    let row = store::documents::get(c, tenant, id)?;
    if !row.is_seen() {
        return Err(Error::NotFound);
    }
    if let Some(person) = &row.person_id {
        store::people::get(c, tenant, person)?;
    }
    Ok(row)
}

/// Whether somebody may delete a document, or give it another name: who may delete all of them, and who added it.
pub fn may_delete(ctx: &Context, row: &Document) -> bool {
    let is_own = row.added_by.as_ref() == Some(&ctx.member);
    ctx.may(Permission::WriteDocuments) || is_own && require_to_add(ctx).is_ok()
}

/// Deletes a document for good: what is known of it, then its bytes.
///
/// # Errors
/// [`Error::Forbidden`] where it isn't one's to delete, and [`Error::Unproven`] without a recent proof of who
/// asks, or a token that was made for it: it can't be taken back.
pub async fn delete_document(app: &App, ctx: &Context, id: &DocumentId) -> Result<()> {
    ctx.require_to_see(Permission::ReadDocuments)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| get_kept(c, &tenant, &id)).await?;
    if !may_delete(ctx, &row) {
        return Err(Error::Forbidden);
    }
    ctx.require_recent_or(ApiScope::DocumentsWrite)?;
    let (app2, who, row2) = (app.clone(), Who::from(ctx), row.clone());
    app.db.transact(move |c| forget(&app2, c, &who, &row2)).await?;
    delete_bodies(app, &row.tenant_id, vec![row.id]).await;
    Ok(())
}

/// Deletes what is known of a document, in the caller's transaction; its body goes after it. Whom it is about is
/// looked at anew: since it was read they may have become one with another, on whose page it is now.
pub(crate) fn forget(app: &App, c: &mut Conn, who: &Who, row: &Document) -> Result<()> {
    let held = brief::hold(c, who, row)?;
    let row = store::documents::hold(c, &row.tenant_id, &row.id)?;
    store::documents::delete(c, &row.tenant_id, &row.id)?;
    if !brief::tell(app, c, who, &row, held.as_ref())? {
        tell(app, c, who, &row, "deleted")?;
    }
    record(app, c, who, &row, "document.deleted")
}

/// Puts what happened with a document on the page of whom it is about.
pub(crate) fn tell(app: &App, c: &mut Conn, who: &Who, row: &Document, what: &str) -> Result<()> {
    let Some(person) = &row.person_id else { return Ok(()) };
    let new = timeline::New {
        person,
        kind: format!("document-{what}"),
        entity_id: row.id.as_str(),
        detail: json!({"title": row.name}),
    };
    timeline::append(app, c, &row.tenant_id, who, new)?;
    Ok(())
}

/// Deletes bodies whose rows are gone. What fails is left to the next sweep.
pub(crate) async fn delete_bodies(app: &App, tenant: &TenantId, ids: Vec<DocumentId>) {
    let (blobs, tenant) = (app.blobs.clone(), tenant.clone());
    let done = tokio::task::spawn_blocking(move || {
        ids.iter().try_for_each(|id| blobs.delete(&tenant, id).map(|_| ()))
    });
    if let Ok(Err(error)) = done.await {
        tracing::warn!(%error, "a document's bytes could not be deleted yet");
    }
}

/// Deletes the body of a row that wasn't inserted. Where the database broke on it, nobody knows whether it was: then
/// the sweep finds out.
pub(crate) async fn give_up(app: &App, row: &Document, error: &Error) {
    if !matches!(error, Error::Unavailable { .. } | Error::Internal(_)) {
        delete_bodies(app, &row.tenant_id, vec![row.id.clone()]).await;
    }
}

/// Forgets the documents that stay only as long as this connection, in the caller's transaction;
/// their bodies go after it.
pub(crate) fn forget_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
) -> Result<Vec<DocumentId>> {
    Ok(store::documents::delete_of_connection(c, tenant, connection)?)
}

/// Deletes bodies that nobody knows of, as after a crash between the two; answers how many.
pub(crate) async fn sweep_orphans(app: &App) -> Result<usize> {
    let before = app.clock.now().plus_secs(-ORPHAN_AGE_SECS);
    let blobs = app.blobs.clone();
    let listed = tokio::task::spawn_blocking(move || blobs.list_before(before));
    let listed = listed.await.map_err(Error::internal)?.map_err(Error::internal)?;
    let mut gone = 0;
    for (tenant, id) in listed {
        let (tenant2, id2) = (tenant.clone(), id.clone());
        let known = app.db.read(move |c| store::documents::find(c, &tenant2, &id2)).await?;
        if known.is_none() {
            delete_bodies(app, &tenant, vec![id]).await;
            gone += 1;
        }
    }
    Ok(gone)
}

/// An entry of the activity log: what it is and where it came from; never its name, which may tell
/// about somebody.
pub(crate) fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    row: &Document,
    action: &'static str,
) -> Result<()> {
    let mut detail = json!({
        "media_type": row.media_type, "size": row.size_bytes, "source": row.source,
        "person": row.person_id,
    });
    if row.retention != Retention::Member {
        detail["plugin"] = json!(row.plugin_id);
    }
    let act = Act { action, entity: "document", entity_id: row.id.as_str(), detail };
    audit::append(app, c, &row.tenant_id, who, &act)
}

/// The contract's document.
pub(crate) fn described(row: &Document) -> Value {
    json!({
        "id": row.id, "name": row.name, "media_type": row.media_type, "size": row.size_bytes,
        "source": row.source, "connection": row.connection_id, "retention": row.retention,
        "about": row.person_id,
        "created_at": row.created_at.to_rfc3339(),
    })
}
