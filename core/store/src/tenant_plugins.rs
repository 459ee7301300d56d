//! Which plugins a tenant has, whether they are on, what they were allowed, how they are set.

use diesel::prelude::*;
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Json;
use crate::error::{Error, Result, found, settled};
use crate::schema::tenant_plugins;
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

/// Takes the plugin from the tenant for good, with its records and keys.
pub fn delete(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = tenant_plugins::table.find((tenant.as_str(), plugin.as_str()));
    found(diesel::delete(target).execute(c)?)
}
