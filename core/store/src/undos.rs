//! What whole acts over many rows can be undone with.

use diesel::prelude::*;
use domain::{MemberId, TenantId, Timestamp, UndoId};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::Result;
use crate::schema::undos;
use crate::scope;

row! {
    /// What was before an act. Which kinds there are, and what their state holds, is told where they
    /// are written.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Undo: undos, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: UndoId as String,
        pub kind: String,
        pub member_id: MemberId as String,
        pub made_at: Timestamp as i64,
        pub state_json: Json as String,
        pub undone_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// Keeps what an act can be undone with.
pub fn insert(c: &mut Conn, row: &Undo) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(undos::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// What an act can be undone with, if it is still kept.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &UndoId) -> Result<Option<Undo>> {
    scope::tenant(c, tenant)?;
    let query = undos::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Undo::as_select()).first(c).optional()?)
}

/// Notes that it was undone; answers false when it was before.
pub fn settle(c: &mut Conn, tenant: &TenantId, id: &UndoId, now: Timestamp) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target =
        undos::table.find((tenant.as_str(), id.as_str())).filter(undos::undone_at.is_null());
    Ok(diesel::update(target).set(undos::undone_at.eq(now.as_millis())).execute(c)? > 0)
}

/// Forgets, of all tenants, what is older; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = undos::table.filter(undos::made_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
