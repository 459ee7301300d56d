//! Deleting a business, row by row, and the installation's own record that it was done.

use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{TenantId, Timestamp};

use crate::backend::{Backend, Conn};
use crate::columns::Opt;
use crate::error::Result;
use crate::page::bounded;
use crate::schema::{
    deletions, endpoints, invitations, members, schedules, sessions, tenant_plugins,
};
use crate::scope;

/// The tables of what a business has, those that refer to others before those. Its audit chain stays:
/// who did what is kept, and nobody may delete it. A test compares this with the schema.
pub const TABLES: &[&str] = &[
    "examples",
    "search_backlog",
    "search_near",
    "search_words",
    "search_things",
    "notifications",
    "told_leads",
    "delivery_tries",
    "deliveries",
    "endpoints",
    "reminders",
    "task_links",
    "tasks",
    "member_choices",
    "sessions",
    "api_answers",
    "api_tokens",
    "calendar_feeds",
    "invitations",
    "members",
    "channels",
    "event_copies",
    "event_places",
    "busy_blocks",
    "import_effects",
    "imported_events",
    "calendar_imports",
    "occurrences",
    "series",
    "appointments",
    "calendars",
    "oauth_flows",
    "approvals",
    "connections",
    "checkups",
    "undos",
    "sweep_rows",
    "sweeps",
    "exports",
    "import_results",
    "imports",
    "saved_views",
    "documents",
    "timeline",
    "attributions",
    "person_field_values",
    "person_fields",
    "people_apart",
    "person_tags",
    "tags",
    "contacts",
    "contact_backlog",
    "people",
    "stages",
    "pipelines",
    "egress_entries",
    "secrets",
    "vault_buckets",
    "vault_roots",
    "data_keys",
    "snapshot_records",
    "snapshot_kv",
    "plugin_snapshots",
    "plugin_refusals",
    "plugin_records",
    "kv",
    "tenant_logos",
    "tenant_plugins",
    "jobs",
    "job_turns",
    "job_lanes",
    "outbox",
    "inbox",
    "schedules",
    "idempotency",
];

/// Those of them that SQLite keeps in the order of their keys and without a number of each row, and
/// their keys.
const CLUSTERED: &[(&str, &str)] = &[
    ("search_near", "tenant_id, near, word"),
    ("search_words", "tenant_id, kind, word, thing_id"),
];

row! {
    /// A deletion, under way or done.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Deletion: deletions, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub begun_at: Timestamp as i64,
        pub ended_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub again: bool,
        pub row_count: i64,
        pub document_count: i64,
    }
}

/// The latest deletion of a tenant.
pub fn find(c: &mut Conn, tenant: &TenantId) -> Result<Option<Deletion>> {
    scope::tenant(c, tenant)?;
    let query = deletions::table
        .filter(deletions::tenant_id.eq(tenant.as_str()))
        .order(deletions::begun_at.desc())
        .select(Deletion::as_select());
    Ok(query.first(c).optional()?)
}

/// Deletions of all tenants, the latest first.
pub fn list(c: &mut Conn, limit: i64) -> Result<Vec<Deletion>> {
    scope::system(c)?;
    Ok(deletions::table
        .order((deletions::begun_at.desc(), deletions::tenant_id))
        .limit(bounded(limit))
        .select(Deletion::as_select())
        .load(c)?)
}

/// Notes that a deletion begins; one that is under way goes on.
pub fn begin(c: &mut Conn, tenant: &TenantId, again: bool, now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    if find(c, tenant)?.is_some_and(|last| last.ended_at.is_none()) {
        return Ok(());
    }
    let row = Deletion {
        tenant_id: tenant.clone(),
        begun_at: now,
        ended_at: None,
        again,
        row_count: 0,
        document_count: 0,
    };
    let insert = diesel::insert_into(deletions::table).values(row).on_conflict_do_nothing();
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Counts what is gone.
pub fn count(c: &mut Conn, tenant: &TenantId, rows: i64, documents: i64) -> Result<()> {
    scope::tenant(c, tenant)?;
    let open = deletions::table
        .filter(deletions::tenant_id.eq(tenant.as_str()))
        .filter(deletions::ended_at.is_null());
    let set = (
        deletions::row_count.eq(deletions::row_count + rows),
        deletions::document_count.eq(deletions::document_count + documents),
    );
    diesel::update(open).set(set).execute(c)?;
    Ok(())
}

/// Notes that a deletion is done.
pub fn end(c: &mut Conn, tenant: &TenantId, now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    let open = deletions::table
        .filter(deletions::tenant_id.eq(tenant.as_str()))
        .filter(deletions::ended_at.is_null());
    diesel::update(open).set(deletions::ended_at.eq(now.as_millis())).execute(c)?;
    Ok(())
}

/// Closes a business: nobody is a member any more, nobody can become one, its plugins are off and
/// what runs of them may do nothing, nobody else is told of anything, and nothing begins by itself. Answers how many rows went.
pub fn shut(c: &mut Conn, tenant: &TenantId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let of = tenant.as_str();
    let mut gone = diesel::delete(sessions::table.filter(sessions::tenant_id.eq(of))).execute(c)?;
    gone += diesel::delete(invitations::table.filter(invitations::tenant_id.eq(of))).execute(c)?;
    gone += diesel::delete(members::table.filter(members::tenant_id.eq(of))).execute(c)?;
    gone += diesel::delete(schedules::table.filter(schedules::tenant_id.eq(of))).execute(c)?;
    diesel::update(endpoints::table.filter(endpoints::tenant_id.eq(of)))
        .set(endpoints::enabled.eq(false))
        .execute(c)?;
    let set = (
        tenant_plugins::enabled.eq(false),
        tenant_plugins::generation.eq(tenant_plugins::generation + 1),
    );
    diesel::update(tenant_plugins::table.filter(tenant_plugins::tenant_id.eq(of)))
        .set(set)
        .execute(c)?;
    Ok(gone)
}

/// Deletes up to `limit` rows of the business, so that nobody waits long; answers how many, and 0 when
/// there are no more.
pub fn clear(c: &mut Conn, tenant: &TenantId, limit: usize) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let is_sqlite = c.backend() == Backend::Sqlite;
    let (row, place) = match c.backend() {
        Backend::Sqlite => ("rowid", "?"),
        Backend::Postgres => ("ctid", "$1"),
    };
    let mut gone = 0;
    for table in TABLES {
        let left = limit.saturating_sub(gone);
        if left == 0 {
            break;
        }
        let key = CLUSTERED.iter().find(|(name, _)| name == table && is_sqlite);
        let row = key.map_or(row.to_owned(), |(_, key)| key.to_string());
        let statement = format!(
            "DELETE FROM {table} WHERE ({row}) IN \
             (SELECT {row} FROM {table} WHERE tenant_id = {place} LIMIT {left})"
        );
        gone += diesel::sql_query(statement).bind::<Text, _>(tenant.as_str()).execute(c)?;
    }
    Ok(gone)
}
