//! Webhook deliveries, kept before they are acknowledged. A provider's own delivery id makes
//! receiving one twice the same as once.

use diesel::prelude::*;
use domain::{DeliveryId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found};
use crate::schema::inbox;
use crate::scope;

row! {
    /// A delivery. `delivery_id` is the provider's name for it, `id` ours.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Delivery: inbox, [Queryable, Selectable, Insertable] {
        pub id: DeliveryId as String,
        pub tenant_id: TenantId as String,
        pub plugin_id: PluginId as String,
        pub route: String,
        pub delivery_id: String,
        pub headers_json: Json as String,
        pub body: Vec<u8>,
        pub received_at: Timestamp as i64,
        pub handled_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is kept; enqueue its job in the same transaction.
    New,
    /// The same one is kept already; nothing is left to do.
    Duplicate,
}

/// Keeps the delivery unless it is there.
pub fn insert(c: &mut Conn, delivery: &Delivery) -> Result<Received> {
    scope::tenant(c, &delivery.tenant_id)?;
    let insert = diesel::insert_into(inbox::table)
        .values(delivery.clone())
        .on_conflict((inbox::plugin_id, inbox::route, inbox::tenant_id, inbox::delivery_id))
        .do_nothing();
    let rows = each_backend!(c, |c| insert.execute(c)?);
    Ok(if rows == 0 { Received::Duplicate } else { Received::New })
}

/// The delivery, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Option<Delivery>> {
    scope::tenant(c, tenant)?;
    let query = inbox::table.find(id.as_str()).filter(inbox::tenant_id.eq(tenant.as_str()));
    Ok(query.select(Delivery::as_select()).first(c).optional()?)
}

/// The delivery, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<Delivery> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// Notes that the delivery was handled; doing so twice is fine and keeps the first time.
pub fn mark_handled(
    c: &mut Conn,
    tenant: &TenantId,
    id: &DeliveryId,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = inbox::table.find(id.as_str()).filter(inbox::tenant_id.eq(tenant.as_str()));
    let open = target.filter(inbox::handled_at.is_null());
    let rows = diesel::update(open).set(inbox::handled_at.eq(now.as_millis())).execute(c)?;
    if rows > 0 { Ok(()) } else { found(usize::from(find(c, tenant, id)?.is_some())) }
}

/// Removes deliveries that were handled before; answers how many. Their ids are forgotten with
/// them, so keep them as long as a provider may deliver again.
pub fn delete_handled(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = inbox::table.filter(inbox::handled_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}

/// Removes every delivery to a plugin, as on removing it; answers how many.
pub fn delete_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let all = inbox::table
        .filter(inbox::tenant_id.eq(tenant.as_str()))
        .filter(inbox::plugin_id.eq(plugin.as_str()));
    Ok(diesel::delete(all).execute(c)?)
}
