//! What two rows that are one person need: finding them, and handing one's appointments to the other.

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{AppointmentId, PersonId, SeriesId, TenantId};

use crate::backend::Conn;
use crate::contacts::ContactKind;
use crate::error::{Error, Result};
use crate::page::{BadCursor, bounded};
use crate::schema::{appointments, people, series};
use crate::scope;
use crate::search;

/// Most rows that one statement names.
const MOVED_AT_ONCE: usize = 500;

/// What people share by their names.
const NAME: &str = "name";
/// The longest key of what they share, in characters.
const KEY_CHARS_MAX: usize = 400;
/// Most people of an address that may be one: that of more is a house that they work in.
pub const ADDRESS_SHARED_MAX: usize = 4;

/// What people share: a number, an address or a name. It is the place after their group, too; as text it is
/// opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// `phone`, `email`, `address` or `name`.
    pub by: String,
    /// What they share, in the form it is compared in.
    pub key: String,
}

impl fmt::Display for Alike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.by, self.key)
    }
}

impl FromStr for Alike {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (by, key) = text.split_once('.').ok_or(BadCursor)?;
        let is_known = by == NAME || by.parse::<ContactKind>().is_ok();
        if !is_known || key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            return Err(BadCursor);
        }
        Ok(Self { by: by.to_owned(), key: key.to_owned() })
    }
}

#[derive(QueryableByName)]
struct Shared {
    #[diesel(sql_type = Text)]
    by: String,
    #[diesel(sql_type = Text)]
    key: String,
}

/// What several people of a tenant share, after a place: numbers and addresses first, then names. At most so
/// many; fewer are the last of them.
pub fn list_shared(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&Alike>,
    limit: i64,
) -> Result<Vec<Alike>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let named = after.filter(|after| after.by == NAME);
    let mut rows: Vec<Shared> = Vec::new();
    if named.is_none() {
        // No kind stands after the first place, and every key after an empty one.
        let (kind, key) = after.map_or(("zz", ""), |it| (it.by.as_str(), it.key.as_str()));
        rows = diesel::sql_query(shared_contacts())
            .bind::<Text, _>(tenant.as_str())
            .bind::<Text, _>(kind)
            .bind::<Text, _>(key)
            .bind::<BigInt, _>(limit)
            .load(c)?;
    }
    let left = limit - i64::try_from(rows.len()).map_err(Error::internal)?;
    if left > 0 {
        let names: Vec<Shared> = diesel::sql_query(SHARED_NAMES)
            .bind::<Text, _>(tenant.as_str())
            .bind::<Text, _>(named.map_or("", |it| it.key.as_str()))
            .bind::<BigInt, _>(left)
            .load(c)?;
        rows.extend(names);
    }
    Ok(rows.into_iter().map(|row| Alike { by: row.by, key: row.key }).collect())
}

/// Their places are in the order in which they first come: SQLite counts them so.
fn shared_contacts() -> String {
    format!(
        "SELECT c.kind AS by, c.match_key AS key FROM contacts c \
         JOIN people p ON p.tenant_id = c.tenant_id AND p.id = c.person_id \
         WHERE c.tenant_id = $1 AND c.match_key <> '' AND p.deleted_at IS NULL \
         AND (c.kind < $2 OR (c.kind = $2 AND c.match_key > $3)) \
         GROUP BY c.kind, c.match_key HAVING COUNT(DISTINCT c.person_id) > 1 \
         AND (c.kind <> 'address' OR COUNT(DISTINCT c.person_id) <= {ADDRESS_SHARED_MAX}) \
         ORDER BY c.kind DESC, c.match_key LIMIT $4"
    )
}

const SHARED_NAMES: &str = "SELECT 'name' AS by, name_key AS key FROM people \
    WHERE tenant_id = $1 AND deleted_at IS NULL AND name_key <> '' AND name_key > $2 \
    GROUP BY name_key HAVING COUNT(*) > 1 ORDER BY name_key LIMIT $3";

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
