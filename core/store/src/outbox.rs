//! Effects of business changes that are still to go out. A row is written in the transaction of
//! the change, and turned into a job in another; its id is the effect's idempotency key.

use diesel::prelude::*;
use domain::{OutboxId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Result, settled};
use crate::schema::outbox;
use crate::scope;

row! {
    /// An effect.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Effect: outbox, [Queryable, Selectable, Insertable] {
        pub id: OutboxId as String,
        pub tenant_id: TenantId as String,
        pub topic: String,
        pub subject_id: String,
        pub payload_json: Json as String,
        pub created_at: Timestamp as i64,
        pub dispatched_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// Adds an effect; call it in the transaction of the change.
pub fn insert(c: &mut Conn, effect: &Effect) -> Result<()> {
    scope::tenant(c, &effect.tenant_id)?;
    diesel::insert_into(outbox::table).values(effect.clone()).execute(c)?;
    Ok(())
}

/// The effect, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &OutboxId) -> Result<Option<Effect>> {
    scope::tenant(c, tenant)?;
    let query = outbox::table.find(id.as_str()).filter(outbox::tenant_id.eq(tenant.as_str()));
    Ok(query.select(Effect::as_select()).first(c).optional()?)
}

/// Up to `limit` effects of all tenants that wait, oldest first. They are this transaction's until
/// it ends, so enqueue their jobs and [`mark`] them in it; others pass them by meanwhile.
pub fn list_undispatched(c: &mut Conn, limit: i64) -> Result<Vec<Effect>> {
    scope::system(c)?;
    let query = outbox::table
        .filter(outbox::dispatched_at.is_null())
        .order((outbox::created_at, outbox::id))
        .limit(limit);
    Ok(each_backend!(
        c,
        Sqlite(c) => query.select(Effect::as_select()).load(c)?,
        Postgres(c) => query.select(Effect::as_select()).for_update().skip_locked().load(c)?
    ))
}

/// How many effects wait, for readiness and the admin's page.
pub fn count_undispatched(c: &mut Conn) -> Result<i64> {
    scope::system(c)?;
    Ok(outbox::table.filter(outbox::dispatched_at.is_null()).count().get_result(c)?)
}

/// Notes that the effect has become a job.
///
/// # Errors
/// [`crate::Error::Conflict`] when that was noted before.
pub fn mark(c: &mut Conn, tenant: &TenantId, id: &OutboxId, now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    let waiting = outbox::table
        .find(id.as_str())
        .filter(outbox::tenant_id.eq(tenant.as_str()))
        .filter(outbox::dispatched_at.is_null());
    let rows = diesel::update(waiting).set(outbox::dispatched_at.eq(now.as_millis())).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Removes effects that went out before; answers how many.
pub fn delete_dispatched(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = outbox::table.filter(outbox::dispatched_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
