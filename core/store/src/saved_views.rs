//! Views of a list that somebody saved.

use diesel::prelude::*;
use domain::{MemberId, SavedViewId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::saved_views;
use crate::scope;

words! {
    /// Which list a view is of.
    pub enum SavedList {
        /// Leads and customers.
        People = "people",
        /// What is to be done.
        Tasks = "tasks",
        /// What plugins keep.
        Documents = "documents",
    }
}

row! {
    /// A saved view: a list's address under a name. Without a member it is everybody's.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SavedView: saved_views, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: SavedViewId as String,
        pub member_id: Option<MemberId> as Opt<String, MemberId>,
        pub name: String,
        pub query: String,
        pub created_at: Timestamp as i64,
        pub list: SavedList as String,
    }
}

/// Everybody's views and this member's own, of all lists, oldest first.
pub fn list(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<Vec<SavedView>> {
    scope::tenant(c, tenant)?;
    let theirs = saved_views::member_id.eq(member.as_str());
    Ok(saved_views::table
        .filter(saved_views::tenant_id.eq(tenant.as_str()))
        .filter(saved_views::member_id.is_null().or(theirs))
        .order((saved_views::created_at, saved_views::id))
        .select(SavedView::as_select())
        .load(c)?)
}

/// All views of a list, everybody's and each member's own.
pub fn list_of_everybody(
    c: &mut Conn,
    tenant: &TenantId,
    list: SavedList,
) -> Result<Vec<SavedView>> {
    scope::tenant(c, tenant)?;
    Ok(saved_views::table
        .filter(saved_views::tenant_id.eq(tenant.as_str()))
        .filter(saved_views::list.eq(list.as_str()))
        .order((saved_views::created_at, saved_views::id))
        .select(SavedView::as_select())
        .load(c)?)
}

/// Makes others who change or remove views of a list wait until this transaction ends, in the order of their
/// ids, as [`people::lock_many`](crate::people::lock_many) does: for whoever changes several, before any of
/// that is noted.
pub fn hold(c: &mut Conn, tenant: &TenantId, list: SavedList) -> Result<()> {
    scope::tenant(c, tenant)?;
    let rows = saved_views::table
        .filter(saved_views::tenant_id.eq(tenant.as_str()))
        .filter(saved_views::list.eq(list.as_str()))
        .order(saved_views::id)
        .select(saved_views::id);
    each_backend!(
        c,
        Sqlite(_c) => {},
        Postgres(c) => {
            let _held: Vec<String> = rows.for_no_key_update().load(c)?;
        }
    );
    Ok(())
}

/// The view, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &SavedViewId) -> Result<Option<SavedView>> {
    scope::tenant(c, tenant)?;
    let query = saved_views::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(SavedView::as_select()).first(c).optional()?)
}

/// Adds a view.
pub fn insert(c: &mut Conn, row: &SavedView) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(saved_views::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Gives a view another name.
pub fn update(c: &mut Conn, row: &SavedView) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = saved_views::table.find((row.tenant_id.as_str(), row.id.as_str()));
    found(diesel::update(target).set(saved_views::name.eq(&row.name)).execute(c)?)
}

/// Gives a view another address, if it is there and keeps the one that it had; answers whether it did.
pub fn update_query(c: &mut Conn, row: &SavedView, query: &str) -> Result<bool> {
    scope::tenant(c, &row.tenant_id)?;
    let target = saved_views::table
        .find((row.tenant_id.as_str(), row.id.as_str()))
        .filter(saved_views::query.eq(&row.query));
    Ok(diesel::update(target).set(saved_views::query.eq(query)).execute(c)? > 0)
}

/// Removes the views that were this member's own; answers how many.
pub fn delete_of(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let theirs = saved_views::table
        .filter(saved_views::tenant_id.eq(tenant.as_str()))
        .filter(saved_views::member_id.eq(member.as_str()));
    Ok(diesel::delete(theirs).execute(c)?)
}

/// Removes a view.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &SavedViewId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(saved_views::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}
