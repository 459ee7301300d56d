//! Numbers of before they were kept as they are dialled from anywhere: read some at a time, in the order of
//! whose they are, and with them addresses of before they had a key. What is written meanwhile is read at once.

use diesel::prelude::*;
use domain::TenantId;

use super::{ContactKind, e164, key};
use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::{contact_backlog, contacts, people};
use crate::{scope, tenants};

/// Businesses with numbers still to be read.
pub fn list_behind(c: &mut Conn) -> Result<Vec<TenantId>> {
    scope::system(c)?;
    let ids: Vec<String> = contact_backlog::table
        .order(contact_backlog::tenant_id)
        .limit(100)
        .select(contact_backlog::tenant_id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Whether a business still has some.
pub fn is_behind(c: &mut Conn, tenant: &TenantId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let row = contact_backlog::table.find(tenant.as_str());
    let found: Option<String> = row.select(contact_backlog::tenant_id).first(c).optional()?;
    Ok(found.is_some())
}

/// Reads the numbers of the next so many people, those that weren't understood yet; answers how many people
/// there were. When there are no more, the business is no longer behind.
pub fn catch_up(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let row = contact_backlog::table.find(tenant.as_str());
    let query = row.select(contact_backlog::after_id);
    let after: Option<String> = each_backend!(
        c,
        Sqlite(c) => query.first(c).optional()?,
        Postgres(c) => query.for_update().first(c).optional()?
    );
    let Some(after) = after else { return Ok(0) };
    let ids: Vec<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.gt(&after))
        .order(people::id)
        .limit(limit)
        .select(people::id)
        .load(c)?;
    let Some(last) = ids.last() else {
        diesel::delete(row).execute(c)?;
        return Ok(0);
    };
    read(c, tenant, &ids)?;
    diesel::update(row).set(contact_backlog::after_id.eq(last)).execute(c)?;
    Ok(ids.len())
}

/// Reads what these people have of numbers that weren't understood, and of addresses.
fn read(c: &mut Conn, tenant: &TenantId, ids: &[String]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let home = tenants::find_country(c, tenant)?;
    let rows: Vec<(String, i64, String, String)> = contacts::table
        .filter(contacts::tenant_id.eq(tenant.as_str()))
        .filter(contacts::person_id.eq_any(ids))
        .filter(contacts::kind.ne(ContactKind::Email.as_str()))
        .filter(contacts::e164.eq(""))
        .select((contacts::person_id, contacts::position, contacts::kind, contacts::value))
        .load(c)?;
    for (person, position, kind, value) in rows {
        let kind = match kind == ContactKind::Address.as_str() {
            true => ContactKind::Address,
            false => ContactKind::Phone,
        };
        let e164 = e164(kind, &value, home);
        let key = key(kind, &value, &e164);
        // Changed meanwhile, it is another row in the same place, which was read when it was written.
        let same = contacts::table
            .find((tenant.as_str(), person, position))
            .filter(contacts::value.eq(&value))
            .filter(contacts::e164.eq(""));
        let set = (contacts::e164.eq(e164), contacts::match_key.eq(key));
        diesel::update(same).set(set).execute(c)?;
    }
    Ok(())
}

/// Has the numbers that weren't understood read again, now that the business's country is known.
pub fn again(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let row = contact_backlog::table.find(tenant.as_str());
    if diesel::update(row).set(contact_backlog::after_id.eq("")).execute(c)? > 0 {
        return Ok(());
    }
    let values = (contact_backlog::tenant_id.eq(tenant.as_str()), contact_backlog::after_id.eq(""));
    diesel::insert_into(contact_backlog::table).values(values).execute(c)?;
    Ok(())
}
