//! What whole acts over many rows can be undone with.

use diesel::prelude::*;
use domain::{MemberId, TenantId, Timestamp, UndoId};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::Result;
use crate::page::{Cursor, Page, bounded};
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

/// A page of what can be undone, of these kinds, latest first: one member's, or everybody's.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    kinds: &[&str],
    of: Option<&MemberId>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Undo>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = undos::table
        .filter(undos::tenant_id.eq(tenant.as_str()))
        .filter(undos::undone_at.is_null())
        .filter(undos::kind.eq_any(kinds.to_vec()))
        .into_boxed();
    if let Some(member) = of {
        query = query.filter(undos::member_id.eq(member.as_str()));
    }
    if let Some(after) = after {
        let same = undos::made_at.eq(after.at).and(undos::id.lt(after.id.clone()));
        query = query.filter(undos::made_at.lt(after.at).or(same));
    }
    let rows: Vec<Undo> = query
        .order((undos::made_at.desc(), undos::id.desc()))
        .limit(limit + 1)
        .select(Undo::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.made_at, last.id.as_str())))
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
