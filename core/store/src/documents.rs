//! What is known of documents; their bytes are in [`crate::blobs`], sealed. `lists` has the lists, `people`
//! what becomes of them with those they are about.

/// Whether a document is one that people see: what plugins keep and what members added, none of the house's
/// own.
macro_rules! seen {
    () => {
        $crate::schema::documents::plugin_id
            .ne($crate::documents::OWN)
            .or($crate::schema::documents::retention
                .eq($crate::documents::Retention::Member.as_str()))
    };
}

/// Whether a document is about nobody, or about somebody who wasn't deleted. Asked of each document: all who were
/// deleted are far more than a page has.
macro_rules! about_living {
    ($tenant:expr) => {{
        let deleted = $crate::schema::people::table
            .filter($crate::schema::people::tenant_id.eq($tenant.as_str()))
            .filter($crate::schema::people::id.nullable().eq($crate::schema::documents::person_id))
            .filter($crate::schema::people::deleted_at.is_not_null());
        diesel::dsl::not(diesel::dsl::exists(deleted))
    }};
}

mod lists;
mod people;

pub(crate) use {about_living, seen};

use std::fmt;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::{ConnectionId, DocumentId, MemberId, PersonId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found, settled};
use crate::page::{Page, bounded};
use crate::schema::documents;
use crate::scope;
use crate::search;

pub use lists::*;
pub use people::*;

words! {
    /// How long a document stays.
    pub enum Retention {
        /// As long as the plugin.
        Plugin = "plugin",
        /// As long as the connection it came from.
        Connection = "connection",
        /// Until somebody deletes it, or whom it is about is gone for good: a member added it.
        Member = "member",
    }
}

row! {
    /// A document.
    #[derive(Clone, PartialEq)]
    pub struct Document: documents, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: DocumentId as String,
        pub plugin_id: PluginId as String,
        pub once_key: String,
        pub name: String,
        pub media_type: String,
        pub size_bytes: i64,
        pub mac: Vec<u8>,
        pub key_id: i64,
        pub head: Vec<u8>,
        pub retention: Retention as String,
        pub connection_id: Option<ConnectionId> as Opt<String, ConnectionId>,
        pub source: String,
        pub created_at: Timestamp as i64,
        pub person_id: Option<PersonId> as Opt<String, PersonId>,
        pub added_by: Option<MemberId> as Opt<String, MemberId>,
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Document");
        out.field("id", &self.id).field("media_type", &self.media_type);
        out.field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}

impl Document {
    /// Whether it is one that people see: none of the house's own.
    pub fn is_seen(&self) -> bool {
        self.plugin_id.as_str() != OWN || self.retention == Retention::Member
    }
}

/// How many documents there are, and how large they are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// Their bytes, before they were sealed.
    pub bytes: i64,
}

const COUNT: &str = "COUNT(*)";
/// PostgreSQL adds whole numbers up to a decimal, and no rows to nothing.
const BYTES: &str = "CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)";

/// Who owns files that no plugin keeps: what members added, and the house's own; no plugin is called so.
pub const OWN: &str = "oxpi";

/// Adds a document.
///
/// # Errors
/// [`Error::Unique`] (`documents_tenant_id_plugin_id_once_key_key`) when the plugin's key is taken.
pub fn insert(c: &mut Conn, document: &Document) -> Result<()> {
    scope::tenant(c, &document.tenant_id)?;
    diesel::insert_into(documents::table).values(document.clone()).execute(c)?;
    search::of_new_document(c, document)
}

/// The document, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &DocumentId) -> Result<Option<Document>> {
    scope::tenant(c, tenant)?;
    let query = documents::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Document::as_select()).first(c).optional()?)
}

/// The document, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &DocumentId) -> Result<Document> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The document as it is now, held to the end of the transaction: whoever gives it to somebody else meanwhile waits,
/// or was first and is seen.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there.
pub fn hold(c: &mut Conn, tenant: &TenantId, id: &DocumentId) -> Result<Document> {
    scope::tenant(c, tenant)?;
    let row = documents::table.find((tenant.as_str(), id.as_str()));
    // On SQLite whoever writes has the database to themselves.
    let found: Option<Document> = each_backend!(
        c,
        Sqlite(c) => row.select(Document::as_select()).first(c).optional()?,
        Postgres(c) => row.select(Document::as_select()).for_update().first(c).optional()?
    );
    found.ok_or(Error::NotFound)
}

/// Gives a document another name.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there.
pub fn rename(c: &mut Conn, tenant: &TenantId, id: &DocumentId, name: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = documents::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(documents::name.eq(name)).execute(c)?)?;
    search::of_documents(c, tenant, std::slice::from_ref(id))
}

/// The document of a plugin by its own key.
pub fn find_by_key(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    once_key: &str,
) -> Result<Option<Document>> {
    scope::tenant(c, tenant)?;
    let query = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.eq(plugin.as_str()))
        .filter(documents::once_key.eq(once_key));
    Ok(query.select(Document::as_select()).first(c).optional()?)
}

/// A page of one plugin's documents, oldest first, after an id.
pub fn list_of_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<Document, String>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.eq(plugin.as_str()))
        .order(documents::id)
        .limit(limit + 1)
        .select(Document::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(documents::id.gt(after.to_owned()));
    }
    Ok(Page::cut(query.load(c)?, limit, |row: &Document| row.id.to_string()))
}

/// What a plugin's documents come to.
pub fn sum_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<Sum> {
    scope::tenant(c, tenant)?;
    let (count, bytes) = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.eq(plugin.as_str()))
        .select((sql::<BigInt>(COUNT), sql::<BigInt>(BYTES)))
        .get_result(c)?;
    Ok(Sum { count, bytes })
}

/// What the documents that members added come to.
pub fn sum_added(c: &mut Conn, tenant: &TenantId) -> Result<Sum> {
    scope::tenant(c, tenant)?;
    let (count, bytes) = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.eq(OWN))
        .filter(documents::retention.eq(Retention::Member.as_str()))
        .select((sql::<BigInt>(COUNT), sql::<BigInt>(BYTES)))
        .get_result(c)?;
    Ok(Sum { count, bytes })
}

/// Deletes what is known of a document; delete its body after this is committed.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &DocumentId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(documents::table.find((tenant.as_str(), id.as_str()))).execute(c)?)?;
    search::forget(c, tenant, search::Kind::Document, &[id.to_string()])
}

/// Deletes those that stay only as long as this connection; answers their ids, whose bodies are to be
/// deleted after this is committed.
pub fn delete_of_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let bound = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::connection_id.eq(connection.as_str()))
        .filter(documents::retention.eq(Retention::Connection.as_str()));
    let rows: Vec<Document> = bound.select(Document::as_select()).load(c)?;
    diesel::delete(bound).execute(c)?;
    gone(c, tenant, rows)
}

/// Deletes all that a plugin kept, as on removing it; answers their ids, whose bodies are to be deleted
/// after this is committed.
pub fn delete_of_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let own = documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::plugin_id.eq(plugin.as_str()));
    let rows: Vec<Document> = own.select(Document::as_select()).load(c)?;
    diesel::delete(own).execute(c)?;
    gone(c, tenant, rows)
}

/// The ids of documents that are gone, which are found no more.
fn gone(c: &mut Conn, tenant: &TenantId, rows: Vec<Document>) -> Result<Vec<DocumentId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<DocumentId> = rows.into_iter().map(|row| row.id).collect();
    let words: Vec<String> = ids.iter().map(DocumentId::to_string).collect();
    search::forget(c, tenant, search::Kind::Document, &words)?;
    Ok(ids)
}

/// Up to `limit` documents whose heads are sealed with a key, for sealing them anew with another.
pub fn list_of_key(
    c: &mut Conn,
    tenant: &TenantId,
    key_id: i64,
    limit: i64,
) -> Result<Vec<Document>> {
    scope::tenant(c, tenant)?;
    Ok(documents::table
        .filter(documents::tenant_id.eq(tenant.as_str()))
        .filter(documents::key_id.eq(key_id))
        .order(documents::id)
        .limit(limit)
        .select(Document::as_select())
        .load(c)?)
}

/// Puts a head sealed with another key in the place of the one that was read.
///
/// # Errors
/// [`Error::Conflict`] when another head is there by now.
pub fn replace_head(c: &mut Conn, before: &Document, key_id: i64, head: &[u8]) -> Result<()> {
    scope::tenant(c, &before.tenant_id)?;
    let target = documents::table
        .find((before.tenant_id.as_str(), before.id.as_str()))
        .filter(documents::key_id.eq(before.key_id));
    let set = (documents::key_id.eq(key_id), documents::head.eq(head));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, &before.tenant_id, &before.id)?.is_some()))
}
