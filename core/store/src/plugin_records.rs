//! Records of plugins' own collections.

use diesel::prelude::*;
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::{Error, Result, settled};
use crate::page::{Page, bounded};
use crate::schema::plugin_records;
use crate::scope;

row! {
    /// A record.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PluginRecord: plugin_records, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub collection: String,
        pub id: String,
        pub value_json: Json as String,
        pub rev: i64,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
    }
}

/// Whose records: a collection of a plugin in a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Collection<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The plugin.
    pub plugin: &'a PluginId,
    /// The collection's name in the manifest.
    pub name: &'a str,
}

/// The record, if it is there.
pub fn find(c: &mut Conn, of: Collection<'_>, id: &str) -> Result<Option<PluginRecord>> {
    scope::tenant(c, of.tenant)?;
    let key = (of.tenant.as_str(), of.plugin.as_str(), of.name, id);
    let query = plugin_records::table.find(key).select(PluginRecord::as_select());
    Ok(query.first(c).optional()?)
}

/// A page of records by id; the cursor is the last id of the page before.
pub fn list(
    c: &mut Conn,
    of: Collection<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<PluginRecord, String>> {
    scope::tenant(c, of.tenant)?;
    let limit = bounded(limit);
    let rows: Vec<PluginRecord> = plugin_records::table
        .filter(plugin_records::tenant_id.eq(of.tenant.as_str()))
        .filter(plugin_records::plugin_id.eq(of.plugin.as_str()))
        .filter(plugin_records::collection.eq(of.name))
        .filter(plugin_records::id.gt(after.unwrap_or_default()))
        .order(plugin_records::id)
        .limit(limit + 1)
        .select(PluginRecord::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| last.id.clone()))
}

/// How many records the collection has.
pub fn count(c: &mut Conn, of: Collection<'_>) -> Result<i64> {
    scope::tenant(c, of.tenant)?;
    Ok(plugin_records::table
        .filter(plugin_records::tenant_id.eq(of.tenant.as_str()))
        .filter(plugin_records::plugin_id.eq(of.plugin.as_str()))
        .filter(plugin_records::collection.eq(of.name))
        .count()
        .get_result(c)?)
}

/// Adds a record.
///
/// # Errors
/// [`Error::NotFound`] when the tenant doesn't have the plugin; [`Error::Unique`] when the id is
/// taken.
pub fn insert(c: &mut Conn, record: &PluginRecord) -> Result<()> {
    scope::tenant(c, &record.tenant_id)?;
    diesel::insert_into(plugin_records::table).values(record.clone()).execute(c)?;
    Ok(())
}

/// Changes the record's value, if it still has the revision where one is given; answers the new
/// revision.
pub fn update(
    c: &mut Conn,
    of: Collection<'_>,
    id: &str,
    value: &Json,
    rev: Option<i64>,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, of.tenant)?;
    let found = find(c, of, id)?.ok_or(Error::NotFound)?;
    let rev = rev.unwrap_or(found.rev);
    let target = plugin_records::table
        .find((of.tenant.as_str(), of.plugin.as_str(), of.name, id))
        .filter(plugin_records::rev.eq(rev));
    let set = (
        plugin_records::value_json.eq(String::from(value.clone())),
        plugin_records::rev.eq(rev + 1),
        plugin_records::updated_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(true))?;
    Ok(rev + 1)
}

/// Deletes the record, if it still has the revision where one is given.
pub fn delete(c: &mut Conn, of: Collection<'_>, id: &str, rev: Option<i64>) -> Result<()> {
    scope::tenant(c, of.tenant)?;
    let found = find(c, of, id)?.ok_or(Error::NotFound)?;
    let target = plugin_records::table
        .find((of.tenant.as_str(), of.plugin.as_str(), of.name, id))
        .filter(plugin_records::rev.eq(rev.unwrap_or(found.rev)));
    let rows = diesel::delete(target).execute(c)?;
    settled(rows, || Ok(true))
}
