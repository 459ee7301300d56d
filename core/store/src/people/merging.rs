//! What two rows that are one person need: finding them, and handing one's appointments to the other.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{AppointmentId, PersonId, SeriesId, TenantId};

use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::schema::{appointments, people, series};
use crate::scope;
use crate::search;

/// Most rows that one statement names.
const MOVED_AT_ONCE: usize = 500;

/// People who share a number, an e-mail address or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// `phone`, `email`, `address` or `name`.
    pub by: String,
    /// What they share, in the form it is compared in.
    pub key: String,
}

#[derive(QueryableByName)]
struct Shared {
    #[diesel(sql_type = Text)]
    by: String,
    #[diesel(sql_type = Text)]
    key: String,
}

/// What several people of a tenant share: numbers and addresses first, then names. An address of many is a
/// house that they work in.
pub fn list_shared(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<Alike>> {
    scope::tenant(c, tenant)?;
    let query = "SELECT * FROM (SELECT c.kind AS by, c.match_key AS key FROM contacts c \
         JOIN people p ON p.tenant_id = c.tenant_id AND p.id = c.person_id \
         WHERE c.tenant_id = $1 AND c.match_key <> '' AND p.deleted_at IS NULL \
         GROUP BY c.kind, c.match_key HAVING COUNT(DISTINCT c.person_id) > 1 \
         AND (c.kind <> 'address' OR COUNT(DISTINCT c.person_id) <= 4) \
         ORDER BY c.kind DESC, c.match_key LIMIT $2) AS contacts_shared \
         UNION ALL \
         SELECT * FROM (SELECT 'name' AS by, name_key AS key FROM people \
         WHERE tenant_id = $1 AND deleted_at IS NULL AND name_key <> '' \
         GROUP BY name_key HAVING COUNT(*) > 1 ORDER BY name_key LIMIT $2) AS names_shared";
    let rows: Vec<Shared> = diesel::sql_query(query)
        .bind::<Text, _>(tenant.as_str())
        .bind::<BigInt, _>(limit)
        .load(c)?;
    Ok(rows.into_iter().map(|row| Alike { by: row.by, key: row.key }).collect())
}

/// The people of a tenant who have this name, however it is written, oldest first.
pub fn list_named(c: &mut Conn, tenant: &TenantId, key: &str, limit: i64) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::name_key.eq(super::name_key(key)))
        .filter(people::deleted_at.is_null())
        .order(people::id)
        .limit(limit)
        .select(people::id)
        .load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Gives all appointments with a person to another; answers which.
pub fn hand_over_appointments(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<AppointmentId>> {
    scope::tenant(c, tenant)?;
    let theirs = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq(from.as_str()));
    let ids: Vec<String> = theirs.select(appointments::id).load(c)?;
    diesel::update(theirs).set(appointments::person_id.eq(to.as_str())).execute(c)?;
    let ids = ids.into_iter().map(|id| id.parse().map_err(Error::internal));
    let ids: Vec<AppointmentId> = ids.collect::<Result<_>>()?;
    search::of_appointments(c, tenant, &ids)?;
    Ok(ids)
}

/// Gives all series with a person to another, and so what they make from now on; answers which.
pub fn hand_over_series(
    c: &mut Conn,
    tenant: &TenantId,
    from: &PersonId,
    to: &PersonId,
) -> Result<Vec<SeriesId>> {
    scope::tenant(c, tenant)?;
    let theirs = series::table
        .filter(series::tenant_id.eq(tenant.as_str()))
        .filter(series::person_id.eq(from.as_str()));
    let ids: Vec<String> = theirs.select(series::id).load(c)?;
    diesel::update(theirs).set(series::person_id.eq(to.as_str())).execute(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Gives those of these series that are with the one to the other.
pub fn hand_back_series(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[SeriesId],
    from: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for part in ids.chunks(MOVED_AT_ONCE) {
        let these = series::table
            .filter(series::tenant_id.eq(tenant.as_str()))
            .filter(series::person_id.eq(from.as_str()))
            .filter(series::id.eq_any(part.iter().map(SeriesId::as_str)));
        diesel::update(these).set(series::person_id.eq(to.as_str())).execute(c)?;
    }
    Ok(())
}

/// Gives those of these appointments that are with the one to the other.
pub fn hand_back_appointments(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[AppointmentId],
    from: &PersonId,
    to: &PersonId,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    for part in ids.chunks(MOVED_AT_ONCE) {
        let these = appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::person_id.eq(from.as_str()))
            .filter(appointments::id.eq_any(part.iter().map(AppointmentId::as_str)));
        diesel::update(these).set(appointments::person_id.eq(to.as_str())).execute(c)?;
    }
    search::of_appointments(c, tenant, ids)
}
