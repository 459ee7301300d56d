//! Who was removed: they are kept for a while, and so is whom they became one with.

use diesel::prelude::*;
use domain::{PersonId, TenantId};

use super::Person;
use crate::backend::Conn;
use crate::error::{Error, Result, found};
use crate::page::{Cursor, Page, bounded};
use crate::schema::people;
use crate::scope;

/// The named people of the tenant, in no particular order, removed or not.
pub fn list_by_ids_even_removed(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    Ok(people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)))
        .select(Person::as_select())
        .load(c)?)
}

/// A page of those who were removed, latest first; not those who became one with another.
pub fn list_removed(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Person>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_not_null())
        .filter(people::merged_into.is_null())
        .into_boxed();
    if let Some(after) = after {
        let same = people::deleted_at.eq(after.at).and(people::id.lt(after.id.clone()));
        query = query.filter(people::deleted_at.lt(after.at).or(same));
    }
    let rows: Vec<Person> = query
        .order((people::deleted_at.desc(), people::id.desc()))
        .limit(limit + 1)
        .select(Person::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| {
        Cursor::new(last.deleted_at.unwrap_or(last.updated_at), last.id.as_str())
    }))
}

/// Notes whom somebody who was removed became one with; it is forgotten when they are there again.
pub fn note_merged(c: &mut Conn, tenant: &TenantId, id: &PersonId, into: &PersonId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target =
        people::table.find((tenant.as_str(), id.as_str())).filter(people::deleted_at.is_not_null());
    found(diesel::update(target).set(people::merged_into.eq(into.as_str())).execute(c)?)
}

/// Who became one with somebody, as long as that isn't taken back.
pub fn list_merged_into(c: &mut Conn, tenant: &TenantId, into: &PersonId) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::merged_into.eq(into.as_str()))
        .select(people::id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Whom somebody became one with, as long as that isn't taken back.
pub fn find_merged_into(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PersonId,
) -> Result<Option<PersonId>> {
    scope::tenant(c, tenant)?;
    let query = people::table.find((tenant.as_str(), id.as_str())).select(people::merged_into);
    let into: Option<Option<String>> = query.first(c).optional()?;
    into.flatten().map(|id| id.parse().map_err(Error::internal)).transpose()
}
