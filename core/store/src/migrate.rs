//! The schema's steps, embedded; the same names for both databases.

use diesel::RunQueryDsl;
use diesel::migration::MigrationVersion;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::backend::{Backend, Conn};
use crate::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Any number that nobody else locks by.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305021982001)";

pub(crate) fn up(conn: &mut Conn) -> Result<Vec<String>> {
    lock(conn)?;
    each_backend!(
        conn,
        sqlite |c| c.run_pending_migrations(SQLITE).map(names),
        postgres |c| c.run_pending_migrations(POSTGRES).map(names)
    )
    .map_err(Error::Internal)
}

pub(crate) fn pending(conn: &mut Conn) -> Result<Vec<String>> {
    use diesel::migration::Migration;
    each_backend!(
        conn,
        sqlite |c| c
            .pending_migrations(SQLITE)
            .map(|all| all.iter().map(|m| m.name().to_string()).collect()),
        postgres |c| c
            .pending_migrations(POSTGRES)
            .map(|all| all.iter().map(|m| m.name().to_string()).collect())
    )
    .map_err(Error::Internal)
}

pub(crate) fn down(conn: &mut Conn) -> Result<Vec<String>> {
    lock(conn)?;
    each_backend!(
        conn,
        sqlite |c| c.revert_all_migrations(SQLITE).map(names),
        postgres |c| c.revert_all_migrations(POSTGRES).map(names)
    )
    .map_err(Error::Internal)
}

/// SQLite's write lock is held already, by the transaction.
fn lock(conn: &mut Conn) -> Result<()> {
    if conn.backend() == Backend::Postgres {
        diesel::sql_query(LOCK).execute(conn)?;
    }
    Ok(())
}

fn names(versions: Vec<MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
