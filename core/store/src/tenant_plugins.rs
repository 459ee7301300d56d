//! Which plugins a tenant has, whether they are on, what they were allowed, how they are set.

use diesel::prelude::*;
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found, settled};
use crate::schema::{plugin_snapshots, tenant_plugins};
use crate::scope;

row! {
    /// A tenant's plugin.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TenantPlugin: tenant_plugins, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub version: String,
        pub enabled: bool,
        pub grant_json: Json as String,
        pub settings_json: Json as String,
        pub changed_at: Timestamp as i64,
        pub rev: i64,
        pub generation: i64,
        pub changing_until: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

row! {
    /// What may be changed of it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TenantPluginChange: tenant_plugins, [AsChangeset] {
        pub version: String,
        pub enabled: bool,
        pub grant_json: Json as String,
        pub settings_json: Json as String,
    }
}

/// The tenant's plugin, on or off, if it ever was on.
pub fn find(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<Option<TenantPlugin>> {
    scope::tenant(c, tenant)?;
    let query = tenant_plugins::table.find((tenant.as_str(), plugin.as_str()));
    Ok(query.select(TenantPlugin::as_select()).first(c).optional()?)
}

/// The version that the tenant has and whether it is on, without what was allowed and set.
pub fn find_state(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<Option<(String, bool)>> {
    scope::tenant(c, tenant)?;
    let query = tenant_plugins::table.find((tenant.as_str(), plugin.as_str()));
    let query = query.select((tenant_plugins::version, tenant_plugins::enabled));
    Ok(each_backend!(c, |c| query.first(c).optional()?))
}

/// The tenant's plugin, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<TenantPlugin> {
    scope::tenant(c, tenant)?;
    find(c, tenant, plugin)?.ok_or(Error::NotFound)
}

/// The tenant's plugins by id, on or off.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<TenantPlugin>> {
    scope::tenant(c, tenant)?;
    Ok(tenant_plugins::table
        .filter(tenant_plugins::tenant_id.eq(tenant.as_str()))
        .order(tenant_plugins::plugin_id)
        .select(TenantPlugin::as_select())
        .load(c)?)
}

/// The tenants that have the plugin on, for deliveries to the whole instance and for upgrades.
pub fn list_enabled(c: &mut Conn, plugin: &PluginId) -> Result<Vec<TenantPlugin>> {
    scope::system(c)?;
    Ok(tenant_plugins::table
        .filter(tenant_plugins::plugin_id.eq(plugin.as_str()))
        .filter(tenant_plugins::enabled.eq(true))
        .order(tenant_plugins::tenant_id)
        .select(TenantPlugin::as_select())
        .load(c)?)
}

/// Gives the tenant the plugin.
///
/// # Errors
/// [`Error::NotFound`] when that version isn't installed.
pub fn insert(c: &mut Conn, plugin: &TenantPlugin) -> Result<()> {
    scope::tenant(c, &plugin.tenant_id)?;
    diesel::insert_into(tenant_plugins::table).values(plugin.clone()).execute(c)?;
    Ok(())
}

/// Changes it if it still has the revision; answers the new one.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    change: &TenantPluginChange,
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target = tenant_plugins::table
        .find((tenant.as_str(), plugin.as_str()))
        .filter(tenant_plugins::rev.eq(rev));
    let set = (
        change.clone(),
        tenant_plugins::changed_at.eq(now.as_millis()),
        tenant_plugins::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, plugin)?.is_some()))?;
    Ok(rev + 1)
}

/// Begins a new generation: what calls of the one before still want to do is refused from now on.
/// Answers the new one.
pub fn begin_generation(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target = tenant_plugins::table.find((tenant.as_str(), plugin.as_str()));
    let set = tenant_plugins::generation.eq(tenant_plugins::generation + 1);
    found(diesel::update(target).set(set).execute(c)?)?;
    Ok(get(c, tenant, plugin)?.generation)
}

/// Makes sure that the generation is still this one until the transaction ends.
///
/// # Errors
/// [`Error::Conflict`] when a new one has begun, or the tenant no longer has the plugin.
pub fn hold_generation(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    generation: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let row = tenant_plugins::table
        .find((tenant.as_str(), plugin.as_str()))
        .select(tenant_plugins::generation);
    // On SQLite whoever writes has the database to themselves.
    let now: Option<i64> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_share().first(c).optional()?
    );
    if now == Some(generation) { Ok(()) } else { Err(Error::Conflict) }
}

/// Takes the right to change the version, until then at most. The time is the receipt for
/// [`end_change`].
///
/// # Errors
/// [`Error::Conflict`] when somebody else has it.
pub fn begin_change(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    until: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let free = tenant_plugins::table
        .find((tenant.as_str(), plugin.as_str()))
        .filter(tenant_plugins::changing_until.is_null());
    let set = (
        tenant_plugins::changing_until.eq(until.as_millis()),
        tenant_plugins::rev.eq(tenant_plugins::rev + 1),
    );
    let rows = diesel::update(free).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, plugin)?.is_some()))
}

/// Gives the right to change the version back.
///
/// # Errors
/// [`Error::Conflict`] when it ran out and somebody cleaned up.
pub fn end_change(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    until: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let ours = tenant_plugins::table
        .find((tenant.as_str(), plugin.as_str()))
        .filter(tenant_plugins::changing_until.eq(until.as_millis()));
    let set = (
        tenant_plugins::changing_until.eq(None::<i64>),
        tenant_plugins::rev.eq(tenant_plugins::rev + 1),
    );
    let rows = diesel::update(ours).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, plugin)?.is_some()))
}

/// Changes of a version that somebody began and never ended, of all tenants.
pub fn list_abandoned(c: &mut Conn, now: Timestamp) -> Result<Vec<TenantPlugin>> {
    scope::system(c)?;
    Ok(tenant_plugins::table
        .filter(tenant_plugins::changing_until.lt(now.as_millis()))
        .order((tenant_plugins::tenant_id, tenant_plugins::plugin_id))
        .select(TenantPlugin::as_select())
        .load(c)?)
}

/// The tenants that have the plugin, on or off.
pub fn list_of_plugin(c: &mut Conn, plugin: &PluginId) -> Result<Vec<TenantPlugin>> {
    scope::system(c)?;
    Ok(tenant_plugins::table
        .filter(tenant_plugins::plugin_id.eq(plugin.as_str()))
        .order(tenant_plugins::tenant_id)
        .select(TenantPlugin::as_select())
        .load(c)?)
}

/// Plugins and versions that some tenant runs or can go back to.
pub fn versions_in_use(c: &mut Conn) -> Result<Vec<(String, String)>> {
    scope::system(c)?;
    let mut used: Vec<(String, String)> = tenant_plugins::table
        .select((tenant_plugins::plugin_id, tenant_plugins::version))
        .distinct()
        .load(c)?;
    let former: Vec<(String, String)> = plugin_snapshots::table
        .select((plugin_snapshots::plugin_id, plugin_snapshots::version))
        .distinct()
        .load(c)?;
    used.extend(former);
    used.sort();
    used.dedup();
    Ok(used)
}

/// Takes the plugin from the tenant for good, with its records and keys.
pub fn delete(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = tenant_plugins::table.find((tenant.as_str(), plugin.as_str()));
    found(diesel::delete(target).execute(c)?)
}
