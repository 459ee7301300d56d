//! What plugins asked the internet, and what the host asked for them: a line a request.

use diesel::prelude::*;
use domain::{EgressEntryId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::Result;
use crate::page::bounded;
use crate::schema::egress_entries;
use crate::scope;

words! {
    /// Who asked.
    pub enum Asker {
        /// The plugin.
        Plugin = "plugin",
        /// The host, for the plugin's connections: tokens, identity, revocation.
        Host = "host",
    }
}

row! {
    /// A request that left, or was refused at the door. Nothing in it is a secret.
    #[derive(Debug, Clone, PartialEq)]
    pub struct EgressEntry: egress_entries, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: EgressEntryId as String,
        pub plugin_id: PluginId as String,
        pub at: Timestamp as i64,
        pub asker: Asker as String,
        pub method: String,
        pub host: String,
        pub path: String,
        pub status: Option<u16> as Opt<i64, u16>,
        pub bytes: i64,
        pub ms: i64,
        pub problem: String,
    }
}

/// Adds an entry.
pub fn insert(c: &mut Conn, entry: &EgressEntry) -> Result<()> {
    scope::tenant(c, &entry.tenant_id)?;
    diesel::insert_into(egress_entries::table).values(entry.clone()).execute(c)?;
    Ok(())
}

/// A plugin's newest entries, newest first.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    limit: i64,
) -> Result<Vec<EgressEntry>> {
    scope::tenant(c, tenant)?;
    Ok(egress_entries::table
        .filter(egress_entries::tenant_id.eq(tenant.as_str()))
        .filter(egress_entries::plugin_id.eq(plugin.as_str()))
        .order(egress_entries::id.desc())
        .limit(bounded(limit))
        .select(EgressEntry::as_select())
        .load(c)?)
}

/// Removes a plugin's oldest entries beyond this many; answers how many went.
pub fn trim(c: &mut Conn, tenant: &TenantId, plugin: &PluginId, keep: i64) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let own = || {
        egress_entries::table
            .filter(egress_entries::tenant_id.eq(tenant.as_str()))
            .filter(egress_entries::plugin_id.eq(plugin.as_str()))
    };
    let newest_to_go: Option<String> = own()
        .order(egress_entries::id.desc())
        .offset(keep)
        .limit(1)
        .select(egress_entries::id)
        .first(c)
        .optional()?;
    let Some(newest_to_go) = newest_to_go else { return Ok(0) };
    Ok(diesel::delete(own().filter(egress_entries::id.le(newest_to_go))).execute(c)?)
}

/// Removes those of before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = egress_entries::table.filter(egress_entries::at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
