//! Where people came from, as lists offer it to be narrowed by.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::TenantId;

use crate::backend::Conn;
use crate::error::Result;
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
