//! A plugin of a tenant as it was before its version changed. At most one: the version before.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::Result;
use crate::schema::plugin_snapshots;
use crate::scope;

row! {
    /// The version before.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Snapshot: plugin_snapshots, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub version: String,
        pub grant_json: Json as String,
        pub settings_json: Json as String,
        pub with_state: bool,
        pub taken_at: Timestamp as i64,
    }
}

/// The tenant's snapshot, if there is one.
pub fn find(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<Option<Snapshot>> {
    scope::tenant(c, tenant)?;
    let query = plugin_snapshots::table.find((tenant.as_str(), plugin.as_str()));
    Ok(query.select(Snapshot::as_select()).first(c).optional()?)
}

/// Every snapshot of a plugin, for going back everywhere.
pub fn list_of_plugin(c: &mut Conn, plugin: &PluginId) -> Result<Vec<Snapshot>> {
    scope::system(c)?;
    Ok(plugin_snapshots::table
        .filter(plugin_snapshots::plugin_id.eq(plugin.as_str()))
        .order(plugin_snapshots::tenant_id)
        .select(Snapshot::as_select())
        .load(c)?)
}

const COPY_RECORDS: &str = "\
    INSERT INTO snapshot_records
        (tenant_id, plugin_id, collection, id, value_json, rev, created_at, updated_at)
    SELECT tenant_id, plugin_id, collection, id, value_json, rev, created_at, updated_at
    FROM plugin_records WHERE tenant_id = $1 AND plugin_id = $2";
const COPY_KV: &str = "\
    INSERT INTO snapshot_kv (tenant_id, plugin_id, key, value, rev, expires_at)
    SELECT tenant_id, plugin_id, key, value, rev, expires_at
    FROM kv WHERE tenant_id = $1 AND plugin_id = $2";
const DROP_RECORDS: &str = "DELETE FROM plugin_records WHERE tenant_id = $1 AND plugin_id = $2";
const DROP_KV: &str = "DELETE FROM kv WHERE tenant_id = $1 AND plugin_id = $2";
const RESTORE_RECORDS: &str = "\
    INSERT INTO plugin_records
        (tenant_id, plugin_id, collection, id, value_json, rev, created_at, updated_at)
    SELECT tenant_id, plugin_id, collection, id, value_json, rev, created_at, updated_at
    FROM snapshot_records WHERE tenant_id = $1 AND plugin_id = $2";
const RESTORE_KV: &str = "\
    INSERT INTO kv (tenant_id, plugin_id, key, value, rev, expires_at)
    SELECT tenant_id, plugin_id, key, value, rev, expires_at
    FROM snapshot_kv WHERE tenant_id = $1 AND plugin_id = $2";

fn run(c: &mut Conn, sql: &str, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    diesel::sql_query(sql)
        .bind::<Text, _>(tenant.as_str())
        .bind::<Text, _>(plugin.as_str())
        .execute(c)?;
    Ok(())
}

/// Keeps a snapshot in the place of an earlier one; with the records and keys as they are now where
/// it says so.
pub fn put(c: &mut Conn, snapshot: &Snapshot) -> Result<()> {
    scope::tenant(c, &snapshot.tenant_id)?;
    let (tenant, plugin) = (&snapshot.tenant_id, &snapshot.plugin_id);
    delete(c, tenant, plugin)?;
    diesel::insert_into(plugin_snapshots::table).values(snapshot.clone()).execute(c)?;
    if snapshot.with_state {
        run(c, COPY_RECORDS, tenant, plugin)?;
        run(c, COPY_KV, tenant, plugin)?;
    }
    Ok(())
}

/// Puts the records and keys of the snapshot in the place of those that are there.
pub fn restore_state(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    for sql in [DROP_RECORDS, DROP_KV, RESTORE_RECORDS, RESTORE_KV] {
        run(c, sql, tenant, plugin)?;
    }
    Ok(())
}

const CHANGED: &str = "\
    SELECT COUNT(*) AS rows, CAST(0 AS BIGINT) AS bytes FROM (
        SELECT collection, id, value_json, rev FROM plugin_records
            WHERE tenant_id = $1 AND plugin_id = $2
        EXCEPT SELECT collection, id, value_json, rev FROM snapshot_records
            WHERE tenant_id = $1 AND plugin_id = $2
    ) AS changed";
const CHANGED_KV: &str = "\
    SELECT COUNT(*) AS rows, CAST(0 AS BIGINT) AS bytes FROM (
        SELECT key, value, rev FROM kv WHERE tenant_id = $1 AND plugin_id = $2
        EXCEPT SELECT key, value, rev FROM snapshot_kv WHERE tenant_id = $1 AND plugin_id = $2
    ) AS changed";
const KEPT: &str = "\
    SELECT (SELECT COUNT(*) FROM snapshot_records WHERE tenant_id = $1 AND plugin_id = $2)
        + (SELECT COUNT(*) FROM snapshot_kv WHERE tenant_id = $1 AND plugin_id = $2) AS rows,
        CAST(0 AS BIGINT) AS bytes";

fn measure(c: &mut Conn, sql: &str, tenant: &TenantId, plugin: &PluginId) -> Result<StateSize> {
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(tenant.as_str())
        .bind::<Text, _>(plugin.as_str())
        .get_result(c)?)
}

/// Whether the records and keys are still those of the snapshot, which has them.
pub fn is_state_unchanged(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let same = size(c, tenant, plugin)?.rows == measure(c, KEPT, tenant, plugin)?.rows;
    Ok(same
        && measure(c, CHANGED, tenant, plugin)?.rows == 0
        && measure(c, CHANGED_KV, tenant, plugin)?.rows == 0)
}

/// Keeps the snapshot without its records and keys: going back then leaves what is there.
pub fn drop_state(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    if let Some(kept) = find(c, tenant, plugin)? {
        put(c, &Snapshot { with_state: false, ..kept })?;
    }
    Ok(())
}

/// Forgets the snapshot; there may be none.
pub fn delete(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = plugin_snapshots::table.find((tenant.as_str(), plugin.as_str()));
    diesel::delete(target).execute(c)?;
    Ok(())
}

/// Forgets the snapshots that were taken before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = plugin_snapshots::table.filter(plugin_snapshots::taken_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}

/// How much a plugin keeps for a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct StateSize {
    /// Records and keys.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// Bytes of their values, about.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
}

const SIZE: &str = "\
    SELECT CAST(SUM(n) AS BIGINT) AS rows, CAST(SUM(b) AS BIGINT) AS bytes FROM (
        SELECT COUNT(*) AS n, COALESCE(SUM(length(value_json)), 0) AS b FROM plugin_records
            WHERE tenant_id = $1 AND plugin_id = $2
        UNION ALL
        SELECT COUNT(*) AS n, COALESCE(SUM(length(value)), 0) AS b FROM kv
            WHERE tenant_id = $1 AND plugin_id = $2
    ) AS state";

/// How much there would be to keep.
pub fn size(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<StateSize> {
    scope::tenant(c, tenant)?;
    measure(c, SIZE, tenant, plugin)
}
