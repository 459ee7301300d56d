//! What members chose otherwise than it is by default.

use diesel::prelude::*;
use domain::{MemberId, TenantId};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::member_choices;
use crate::scope;

/// All choices of a member, by name.
pub fn list(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<Vec<(String, String)>> {
    scope::tenant(c, tenant)?;
    Ok(member_choices::table
        .filter(member_choices::tenant_id.eq(tenant.as_str()))
        .filter(member_choices::member_id.eq(member.as_str()))
        .order(member_choices::name)
        .select((member_choices::name, member_choices::value))
        .load(c)?)
}

/// One choice of a member, if they made it.
pub fn find(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    name: &str,
) -> Result<Option<String>> {
    scope::tenant(c, tenant)?;
    let query = member_choices::table.find((tenant.as_str(), member.as_str(), name));
    Ok(query.select(member_choices::value).first(c).optional()?)
}

/// Keeps a member's choice in the place of the one before.
pub fn put(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    name: &str,
    value: &str,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let values = (
        member_choices::tenant_id.eq(tenant.as_str()),
        member_choices::member_id.eq(member.as_str()),
        member_choices::name.eq(name),
        member_choices::value.eq(value),
    );
    let insert = diesel::insert_into(member_choices::table).values(values).on_conflict_do_nothing();
    if each_backend!(c, |c| insert.execute(c)?) == 0 {
        let target = member_choices::table.find((tenant.as_str(), member.as_str(), name));
        diesel::update(target).set(member_choices::value.eq(value)).execute(c)?;
    }
    Ok(())
}
