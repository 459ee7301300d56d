//! Archives of everything that a business has, which somebody asked for.

mod tables;

use diesel::prelude::*;
use domain::{AccountId, DocumentId, ExportId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::documents::{Document, OWN};
use crate::error::{Error, Result, found, settled};
use crate::page::{Page, bounded};
use crate::schema::{documents, exports};
use crate::scope;

pub use tables::*;

/// What a document is for that is an archive.
pub const ARCHIVE: &str = "export";

words! {
    /// How far it is.
    pub enum State {
        /// Being put together.
        Running = "running",
        /// There to be downloaded.
        Ready = "ready",
        /// It could not be put together.
        Failed = "failed",
    }
}

row! {
    /// An archive.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Export: exports, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ExportId as String,
        pub state: State as String,
        pub document_id: Option<DocumentId> as Opt<String, DocumentId>,
        pub done: i64,
        pub todo: i64,
        pub size_bytes: i64,
        pub created_by: AccountId as String,
        pub created_at: Timestamp as i64,
        pub ended_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub expires_at: Timestamp as i64,
    }
}

/// Adds an archive to be.
pub fn insert(c: &mut Conn, export: &Export) -> Result<()> {
    scope::tenant(c, &export.tenant_id)?;
    diesel::insert_into(exports::table).values(export.clone()).execute(c)?;
    Ok(())
}

/// The archive, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &ExportId) -> Result<Export> {
    scope::tenant(c, tenant)?;
    let query = exports::table.find((tenant.as_str(), id.as_str()));
    query.select(Export::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// The tenant's archives, latest first.
pub fn list(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<Export>> {
    scope::tenant(c, tenant)?;
    Ok(exports::table
        .filter(exports::tenant_id.eq(tenant.as_str()))
        .order(exports::id.desc())
        .limit(bounded(limit))
        .select(Export::as_select())
        .load(c)?)
}

/// Says how far it is.
pub fn advance(c: &mut Conn, tenant: &TenantId, id: &ExportId, done: i64, todo: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = exports::table.find((tenant.as_str(), id.as_str()));
    let set = (exports::done.eq(done), exports::todo.eq(todo));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Ends the making of an archive: with its document, or without where it failed.
///
/// # Errors
/// [`Error::Conflict`] when it has ended before.
pub fn settle(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ExportId,
    document: Option<(&DocumentId, i64)>,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = exports::table
        .find((tenant.as_str(), id.as_str()))
        .filter(exports::state.eq(State::Running.as_str()));
    let state = if document.is_some() { State::Ready } else { State::Failed };
    let set = (
        exports::state.eq(state.as_str()),
        exports::document_id.eq(document.map(|(id, _)| id.as_str())),
        exports::size_bytes.eq(document.map_or(0, |(_, size)| size)),
        exports::ended_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(get(c, tenant, id).is_ok()))
}

/// Forgets an archive; its document is forgotten by itself.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &ExportId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(exports::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Archives of all tenants whose time is over.
pub fn list_expired(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Export>> {
    scope::system(c)?;
    Ok(exports::table
        .filter(exports::expires_at.le(now.as_millis()))
        .order(exports::expires_at)
        .limit(bounded(limit))
        .select(Export::as_select())
        .load(c)?)
}

/// A page of the documents that an archive has, after an id: what plugins keep, what members added and what the
/// house keeps, but other archives.
pub fn list_documents(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<Document, String>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.ne(OWN).or(documents::source.ne(ARCHIVE)))
        .order(documents::id)
        .limit(limit + 1)
        .select(Document::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(documents::id.gt(after.to_owned()));
    }
    Ok(Page::cut(query.load(c)?, limit, |row: &Document| row.id.to_string()))
}
