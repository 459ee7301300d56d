//! Of which leads members are told together, until they read of them.

use diesel::prelude::*;
use domain::{MemberId, PersonId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::told_leads;
use crate::scope;

/// Notes that a member is told of a lead with those before; again is once.
pub fn put(c: &mut Conn, tenant: &TenantId, member: &MemberId, lead: &PersonId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let values = (
        told_leads::tenant_id.eq(tenant.as_str()),
        told_leads::member_id.eq(member.as_str()),
        told_leads::person_id.eq(lead.as_str()),
    );
    let insert = diesel::insert_into(told_leads::table).values(values).on_conflict_do_nothing();
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Forgets all that a member was told of: they have read of it.
pub fn delete_of(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let theirs = told_leads::table
        .filter(told_leads::tenant_id.eq(tenant.as_str()))
        .filter(told_leads::member_id.eq(member.as_str()));
    diesel::delete(theirs).execute(c)?;
    Ok(())
}

/// Forgets that a member is told of a lead; answers whether they were.
pub fn delete(c: &mut Conn, tenant: &TenantId, member: &MemberId, lead: &PersonId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = told_leads::table.find((tenant.as_str(), member.as_str(), lead.as_str()));
    Ok(diesel::delete(target).execute(c)? > 0)
}

/// Who is told of a lead, in the order of their ids.
pub fn list_members(c: &mut Conn, tenant: &TenantId, lead: &PersonId) -> Result<Vec<MemberId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = told_leads::table
        .filter(told_leads::tenant_id.eq(tenant.as_str()))
        .filter(told_leads::person_id.eq(lead.as_str()))
        .order(told_leads::member_id)
        .select(told_leads::member_id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// The first lead that a member is told of, if there is any.
pub fn find_first(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<Option<PersonId>> {
    scope::tenant(c, tenant)?;
    let id: Option<String> = told_leads::table
        .filter(told_leads::tenant_id.eq(tenant.as_str()))
        .filter(told_leads::member_id.eq(member.as_str()))
        .order(told_leads::person_id)
        .select(told_leads::person_id)
        .first(c)
        .optional()?;
    id.map(|id| id.parse().map_err(Error::internal)).transpose()
}
