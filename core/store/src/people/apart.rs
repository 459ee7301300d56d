//! Two who look like one and were said to be two.

use diesel::prelude::*;
use domain::{PersonId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::people_apart;
use crate::scope;

/// The order in which a pair is kept, whichever of the two is named first.
fn pair<'a>(one: &'a PersonId, other: &'a PersonId) -> (&'a str, &'a str) {
    let (one, other) = (one.as_str(), other.as_str());
    if one < other { (one, other) } else { (other, one) }
}

/// Keeps that two are two. Their rows are locked by the caller, so that nobody else does so meanwhile;
/// answers whether it wasn't known.
pub fn set_apart(
    c: &mut Conn,
    tenant: &TenantId,
    one: &PersonId,
    other: &PersonId,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let (one, other) = pair(one, other);
    let there = people_apart::table.find((tenant.as_str(), one, other));
    if there.select(people_apart::one_id).first::<String>(c).optional()?.is_some() {
        return Ok(false);
    }
    let values = (
        people_apart::tenant_id.eq(tenant.as_str()),
        people_apart::one_id.eq(one),
        people_apart::other_id.eq(other),
    );
    diesel::insert_into(people_apart::table).values(values).execute(c)?;
    Ok(true)
}

/// Forgets that two are two.
pub fn unset_apart(
    c: &mut Conn,
    tenant: &TenantId,
    one: &PersonId,
    other: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let (one, other) = pair(one, other);
    diesel::delete(people_apart::table.find((tenant.as_str(), one, other))).execute(c)?;
    Ok(())
}

/// The pairs with one of these people in them, of whom it was said that they are two.
pub fn list_apart(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<Vec<(PersonId, PersonId)>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
    let named = people_apart::one_id.eq_any(ids.clone()).or(people_apart::other_id.eq_any(ids));
    let rows: Vec<(String, String)> = people_apart::table
        .filter(people_apart::tenant_id.eq(tenant.as_str()))
        .filter(named)
        .select((people_apart::one_id, people_apart::other_id))
        .load(c)?;
    let id = |text: String| text.parse::<PersonId>().map_err(Error::internal);
    rows.into_iter().map(|(one, other)| Ok((id(one)?, id(other)?))).collect()
}

/// How many such pairs there are.
pub fn count_apart(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let all = people_apart::table.filter(people_apart::tenant_id.eq(tenant.as_str()));
    Ok(all.count().get_result(c)?)
}
