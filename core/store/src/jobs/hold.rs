//! Holding jobs back with their plugin or connection. One that somebody is at just now may end; if
//! it comes back instead it is paused then. A job held for two reasons waits for both to go.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{ConnectionId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::jobs;
use crate::scope;

const PAUSE_PLUGIN: &str = "\
    UPDATE jobs SET held_by_plugin = TRUE,
        updated_at = CASE WHEN state = 'dead' THEN updated_at ELSE $1 END,
        state = CASE WHEN state = 'ready' THEN 'paused' ELSE state END
    WHERE tenant_id = $2 AND plugin_id = $3 AND state IN ('ready', 'leased', 'paused', 'dead')";

const PAUSE_CONNECTION: &str = "\
    UPDATE jobs SET held_by_connection = TRUE,
        updated_at = CASE WHEN state = 'dead' THEN updated_at ELSE $1 END,
        state = CASE WHEN state = 'ready' THEN 'paused' ELSE state END
    WHERE tenant_id = $2 AND connection_id = $3 AND state IN ('ready', 'leased', 'paused', 'dead')";

const RESUME_PLUGIN: &str = "\
    UPDATE jobs SET held_by_plugin = FALSE,
        updated_at = CASE WHEN state = 'dead' THEN updated_at ELSE $1 END,
        state = CASE WHEN state = 'paused' AND NOT held_by_connection THEN 'ready' ELSE state END
    WHERE tenant_id = $2 AND plugin_id = $3 AND held_by_plugin";

const RESUME_CONNECTION: &str = "\
    UPDATE jobs SET held_by_connection = FALSE,
        updated_at = CASE WHEN state = 'dead' THEN updated_at ELSE $1 END,
        state = CASE WHEN state = 'paused' AND NOT held_by_plugin THEN 'ready' ELSE state END
    WHERE tenant_id = $2 AND connection_id = $3 AND held_by_connection";

fn run(c: &mut Conn, sql: &str, tenant: &TenantId, of: &str, now: Timestamp) -> Result<usize> {
    Ok(diesel::sql_query(sql)
        .bind::<BigInt, _>(now.as_millis())
        .bind::<Text, _>(tenant.as_str())
        .bind::<Text, _>(of)
        .execute(c)?)
}

/// Holds back the jobs of a plugin; answers how many there are.
pub fn pause_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    run(c, PAUSE_PLUGIN, tenant, plugin.as_str(), now)
}

/// Lets the jobs of a plugin go on; answers how many there are.
pub fn resume_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    run(c, RESUME_PLUGIN, tenant, plugin.as_str(), now)
}

/// Holds back the jobs of a connection; answers how many there are.
pub fn pause_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    run(c, PAUSE_CONNECTION, tenant, connection.as_str(), now)
}

/// Lets the jobs of a connection go on; answers how many there are.
pub fn resume_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    run(c, RESUME_CONNECTION, tenant, connection.as_str(), now)
}

/// Takes back the waiting jobs of a connection, as on disconnecting; answers how many.
pub fn cancel_of_connection(
    c: &mut Conn,
    tenant: &TenantId,
    connection: &ConnectionId,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let waiting = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::connection_id.eq(connection.as_str()))
        .filter(jobs::state.eq_any(["ready", "paused"]));
    Ok(diesel::delete(waiting).execute(c)?)
}

/// Takes back the waiting jobs of a lane; answers how many.
pub fn cancel_in_lane(c: &mut Conn, tenant: &TenantId, lane: &str) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let waiting = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::lane.eq(lane))
        .filter(jobs::state.eq_any(["ready", "paused"]));
    Ok(diesel::delete(waiting).execute(c)?)
}

/// Takes back the waiting jobs of a plugin, as on removing it; answers how many.
pub fn cancel_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let waiting = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::plugin_id.eq(plugin.as_str()))
        .filter(jobs::state.eq_any(["ready", "paused"]));
    Ok(diesel::delete(waiting).execute(c)?)
}
