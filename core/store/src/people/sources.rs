//! Where people came from: as lists offer it to be narrowed by, and who is of which source.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use domain::{PersonId, TenantId, Timestamp};

use super::{find_even_deleted, ids_of};
use crate::backend::{Conn, MultiBackend};
use crate::error::{Result, settled};
use crate::fold;
use crate::schema::people;
use crate::scope;

/// The sources that people of a tenant have, each once, in order.
pub fn list_sources(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let query = diesel::sql_query(SOURCES).bind::<Text, _>(tenant.as_str());
    let found: Vec<SourceRow> = query.bind::<BigInt, _>(limit).load(c)?;
    Ok(found.into_iter().map(|row| row.source).collect())
}

/// Each source leads to the next one in the index: many people have few sources.
const SOURCES: &str = "WITH RECURSIVE seen(source) AS (SELECT '' \
    UNION ALL SELECT (SELECT people.source FROM people WHERE people.tenant_id = $1 \
        AND people.source > seen.source AND people.deleted_at IS NULL \
        ORDER BY people.source LIMIT 1) FROM seen WHERE seen.source IS NOT NULL) \
    SELECT source FROM seen WHERE source <> '' LIMIT $2";

#[derive(QueryableByName)]
struct SourceRow {
    #[diesel(sql_type = Text)]
    source: String,
}

/// A source and who is of it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct SourceCount {
    /// The source, as it was entered.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// How many are of it, now or first; each once.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// The sources that people of a tenant have now or had first, and how many that are; who is deleted doesn't
/// count. Of more than `limit` those of most people; by name, however it is written, so that spellings of one
/// stand side by side.
pub fn count_sources(c: &mut Conn, tenant: &TenantId, limit: i64) -> Result<Vec<SourceCount>> {
    scope::tenant(c, tenant)?;
    let query = diesel::sql_query(COUNTS).bind::<Text, _>(tenant.as_str());
    let mut all: Vec<SourceCount> = query.bind::<BigInt, _>(limit).load(c)?;
    all.sort_by_cached_key(|it| (fold::fold(&it.source), it.source.clone()));
    Ok(all)
}

const COUNTS: &str = "SELECT of_each.source AS source, COUNT(*) AS people FROM (\
    SELECT people.id AS id, people.source AS source FROM people \
        WHERE people.tenant_id = $1 AND people.deleted_at IS NULL AND people.source <> '' \
    UNION SELECT people.id AS id, attributions.source AS source FROM attributions \
        JOIN people ON people.tenant_id = attributions.tenant_id \
        AND people.id = attributions.person_id \
        WHERE attributions.tenant_id = $1 AND attributions.source <> '' \
        AND people.deleted_at IS NULL) AS of_each \
    GROUP BY of_each.source ORDER BY COUNT(*) DESC, of_each.source LIMIT $2";

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

/// Who came from a source first, up to the tenant.
const FIRST_OF: &str = "people.id IN (SELECT attributions.person_id FROM attributions \
    WHERE attributions.tenant_id = ";

fn of_source<'a>(tenant: &'a TenantId, source: &'a str) -> Query<'a> {
    ever_of_source(tenant, source).filter(people::deleted_at.is_null())
}

/// The same, deleted or not.
fn ever_of_source<'a>(tenant: &'a TenantId, source: &'a str) -> Query<'a> {
    let first = sql::<Bool>(FIRST_OF)
        .bind::<Text, _>(tenant.to_string())
        .sql(" AND attributions.source = ")
        .bind::<Text, _>(source.to_owned())
        .sql(")");
    let all = people::table.filter(people::tenant_id.eq(tenant.as_str())).into_boxed();
    all.filter(people::source.eq(source).or(first))
}

/// How many people are of a source, now or first.
pub fn count_of_source(c: &mut Conn, tenant: &TenantId, source: &str) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(of_source(tenant, source).count().get_result(c)?)
}

/// Who is of a source, now or first, in the order of their ids.
pub fn list_of_source(
    c: &mut Conn,
    tenant: &TenantId,
    source: &str,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let query = of_source(tenant, source).order(people::id).limit(limit).select(people::id);
    ids_of(&query.load::<String>(c)?)
}

/// Who was removed and is of a source, now or first, in the order of their ids: they may be brought back.
pub fn list_removed_of_source(
    c: &mut Conn,
    tenant: &TenantId,
    source: &str,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let gone = ever_of_source(tenant, source).filter(people::deleted_at.is_not_null());
    let query = gone.order(people::id).limit(limit).select(people::id);
    ids_of(&query.load::<String>(c)?)
}

/// Gives somebody who was removed another source, if they still have the revision.
///
/// # Errors
/// [`Error::Conflict`](crate::error::Error::Conflict) when somebody changed them or brought them back meanwhile.
pub fn update_source_of_removed(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PersonId,
    source: &str,
    rev: i64,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = people::table
        .find((tenant.as_str(), id.as_str()))
        .filter(people::rev.eq(rev))
        .filter(people::deleted_at.is_not_null());
    let set = (
        people::source.eq(source),
        people::updated_at.eq(now.as_millis()),
        people::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find_even_deleted(c, tenant, id)?.is_some()))
}
