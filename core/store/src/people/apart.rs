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
    let pairs = || {
        let all = people_apart::table.filter(people_apart::tenant_id.eq(tenant.as_str()));
        all.select((people_apart::one_id, people_apart::other_id))
    };
    // One side after the other: asked for either at once, SQLite walks through all pairs of the business.
    let mut rows: Vec<(String, String)> =
        pairs().filter(people_apart::one_id.eq_any(ids.clone())).load(c)?;
    let others: Vec<(String, String)> =
        pairs().filter(people_apart::other_id.eq_any(ids)).load(c)?;
    rows.extend(others);
    rows.sort();
    rows.dedup();
    let id = |text: String| text.parse::<PersonId>().map_err(Error::internal);
    rows.into_iter().map(|(one, other)| Ok((id(one)?, id(other)?))).collect()
}

/// Of whom it was said that they are somebody else than the one, they are somebody else than the other too;
/// answers of whom that wasn't known. Both rows are locked by the caller.
pub fn share_apart(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let mut new = Vec::new();
    for (one, other) in list_apart(c, tenant, std::slice::from_ref(from))? {
        let third = if one == *from { other } else { one };
        if third != *to && set_apart(c, tenant, to, &third)? {
            new.push(third);
        }
    }
    Ok(new)
}

/// How many such pairs there are.
pub fn count_apart(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let all = people_apart::table.filter(people_apart::tenant_id.eq(tenant.as_str()));
    Ok(all.count().get_result(c)?)
}
