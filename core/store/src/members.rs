//! An account's place in a tenant. A tenant always keeps an owner; this file sees to it.

use diesel::prelude::*;
use domain::{AccountId, MemberId, Role, TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::{Error, Result, found};
use crate::schema::{accounts, members, tenants};
use crate::scope;
use crate::tenants::Tenant;

row! {
    /// A membership.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Member: members, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: MemberId as String,
        pub account_id: AccountId as String,
        pub role: Role as String,
        pub created_at: Timestamp as i64,
    }
}

/// A membership as a team page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedMember {
    /// The membership.
    pub member: Member,
    /// The account's name.
    pub name: String,
    /// The account's address.
    pub email: String,
}

/// The membership, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &MemberId) -> Result<Option<Member>> {
    scope::tenant(c, tenant)?;
    let query = members::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Member::as_select()).first(c).optional()?)
}

/// The membership, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &MemberId) -> Result<Member> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The account's place in the tenant, if it has one.
pub fn find_by_account(
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
) -> Result<Option<Member>> {
    scope::tenant(c, tenant)?;
    let query = members::table
        .filter(members::tenant_id.eq(tenant.as_str()))
        .filter(members::account_id.eq(account.as_str()));
    Ok(query.select(Member::as_select()).first(c).optional()?)
}

/// The team of a tenant, by name.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<NamedMember>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(Member, String, String)> = members::table
        .inner_join(accounts::table)
        .filter(members::tenant_id.eq(tenant.as_str()))
        .order((accounts::name, members::id))
        .select((Member::as_select(), accounts::name, accounts::email))
        .load(c)?;
    let named = |(member, name, email)| NamedMember { member, name, email };
    Ok(rows.into_iter().map(named).collect())
}

/// The tenants an account belongs to, by name, each with its place there.
pub fn list_of_account(c: &mut Conn, account: &AccountId) -> Result<Vec<(Tenant, Member)>> {
    scope::system(c)?;
    Ok(members::table
        .inner_join(tenants::table)
        .filter(members::account_id.eq(account.as_str()))
        .order((tenants::name, tenants::id))
        .select((Tenant::as_select(), Member::as_select()))
        .load(c)?)
}

/// Whether an account belongs to more than one tenant.
pub fn is_in_many(c: &mut Conn, account: &AccountId) -> Result<bool> {
    scope::system(c)?;
    let two = members::table.filter(members::account_id.eq(account.as_str())).limit(2);
    Ok(two.select(members::id).load::<String>(c)?.len() > 1)
}

/// How many owners the tenant has.
pub fn count_owners(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let owners = members::table
        .filter(members::tenant_id.eq(tenant.as_str()))
        .filter(members::role.eq(Role::Owner.as_str()));
    Ok(owners.count().get_result(c)?)
}

/// Adds a member.
///
/// # Errors
/// [`Error::Unique`] (`members_tenant_id_account_id_key`) when the account is one already.
pub fn insert(c: &mut Conn, member: &Member) -> Result<()> {
    scope::tenant(c, &member.tenant_id)?;
    diesel::insert_into(members::table).values(member.clone()).execute(c)?;
    Ok(())
}

/// Gives the member another role.
///
/// # Errors
/// [`Error::Conflict`] when the tenant would be left without an owner.
pub fn update_role(c: &mut Conn, tenant: &TenantId, id: &MemberId, role: Role) -> Result<()> {
    scope::tenant(c, tenant)?;
    if role != Role::Owner {
        keep_an_owner(c, tenant, id)?;
    }
    let target = members::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(members::role.eq(role.as_str())).execute(c)?)
}

/// Takes the member out of the tenant.
///
/// # Errors
/// [`Error::Conflict`] when the tenant would be left without an owner.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &MemberId) -> Result<()> {
    scope::tenant(c, tenant)?;
    keep_an_owner(c, tenant, id)?;
    found(diesel::delete(members::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Two owners who step down at the same moment wait for each other at the tenant's row.
fn keep_an_owner(c: &mut Conn, tenant: &TenantId, id: &MemberId) -> Result<()> {
    crate::tenants::lock(c, tenant)?;
    let member = get(c, tenant, id)?;
    if member.role == Role::Owner && count_owners(c, tenant)? < 2 {
        return Err(Error::Conflict);
    }
    Ok(())
}
