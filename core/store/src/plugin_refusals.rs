//! The version of a plugin that a tenant did not move to, and why. At most one: the newest.

use diesel::prelude::*;
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::plugin_refusals;
use crate::scope;

words! {
    /// Why a tenant stays on the version it has.
    pub enum RefusalReason {
        /// The new one asks for more than was allowed; a person decides.
        Consent = "consent",
        /// The tenant's settings don't fit its schema.
        Settings = "settings",
        /// It found the settings wrong itself.
        Validate = "validate",
        /// The tenant has more data than can be kept beside for the way back.
        TooMuch = "too-much",
        /// It could not bring the data over; all is as it was.
        Migrate = "migrate",
        /// Somebody went back from it.
        RolledBack = "rolled-back",
    }
}

row! {
    /// A version that was refused.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Refusal: plugin_refusals, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub version: String,
        pub reason: RefusalReason as String,
        pub detail: String,
        pub refused_at: Timestamp as i64,
    }
}

/// The tenant's refused version, if there is one.
pub fn find(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<Option<Refusal>> {
    scope::tenant(c, tenant)?;
    let query = plugin_refusals::table.find((tenant.as_str(), plugin.as_str()));
    Ok(query.select(Refusal::as_select()).first(c).optional()?)
}

/// Notes a refused version in the place of an earlier one.
pub fn put(c: &mut Conn, refusal: &Refusal) -> Result<()> {
    scope::tenant(c, &refusal.tenant_id)?;
    delete(c, &refusal.tenant_id, &refusal.plugin_id)?;
    diesel::insert_into(plugin_refusals::table).values(refusal.clone()).execute(c)?;
    Ok(())
}

/// Forgets it; there may be none.
pub fn delete(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = plugin_refusals::table.find((tenant.as_str(), plugin.as_str()));
    diesel::delete(target).execute(c)?;
    Ok(())
}
