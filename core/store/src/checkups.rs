//! What was found when a connection was tried last, step by step.

use diesel::prelude::*;
use domain::{PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::Result;
use crate::schema::checkups;
use crate::scope;

row! {
    /// The last try of one connection, or of what is known before there is one.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Checkup: checkups, [Queryable, Selectable, Insertable, AsChangeset] {
        pub tenant_id: TenantId as String,
        pub subject: String,
        pub plugin_id: PluginId as String,
        pub steps_json: Json as String,
        pub begun_at: Timestamp as i64,
        pub ended_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// The last try of this, if there was any.
pub fn find(c: &mut Conn, tenant: &TenantId, subject: &str) -> Result<Option<Checkup>> {
    scope::tenant(c, tenant)?;
    let query = checkups::table.find((tenant.as_str(), subject));
    Ok(query.select(Checkup::as_select()).first(c).optional()?)
}

/// Begins a try, in place of the one before.
pub fn put(c: &mut Conn, checkup: &Checkup) -> Result<()> {
    scope::tenant(c, &checkup.tenant_id)?;
    let insert = diesel::insert_into(checkups::table)
        .values(checkup.clone())
        .on_conflict((checkups::tenant_id, checkups::subject))
        .do_update()
        .set(checkup.clone());
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Notes how far a try is; answers false where another was begun since, whose steps count.
pub fn update(c: &mut Conn, checkup: &Checkup) -> Result<bool> {
    scope::tenant(c, &checkup.tenant_id)?;
    let same = checkups::table
        .find((checkup.tenant_id.as_str(), checkup.subject.as_str()))
        .filter(checkups::begun_at.eq(checkup.begun_at.as_millis()));
    Ok(diesel::update(same).set(checkup.clone()).execute(c)? > 0)
}

/// Forgets what was found of this; nothing is nothing.
pub fn delete(c: &mut Conn, tenant: &TenantId, subject: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(checkups::table.find((tenant.as_str(), subject))).execute(c)?;
    Ok(())
}

/// Forgets what was found for a plugin; answers how many.
pub fn delete_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let all = checkups::table
        .filter(checkups::tenant_id.eq(tenant.as_str()))
        .filter(checkups::plugin_id.eq(plugin.as_str()));
    Ok(diesel::delete(all).execute(c)?)
}
