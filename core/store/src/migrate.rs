//! The schema's steps, embedded; the same names for both databases.

use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::backend::{Backend, Conn};
use crate::error::{Error, Result};
use crate::scope;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Waits for whoever migrates already, however long that takes; a table that somebody works with is waited for
/// no longer than by any other statement. The number is any that nobody else locks by.
const LOCK: &str = "SELECT set_config('oxpi.lock_timeout', current_setting('lock_timeout'), TRUE); \
    SET LOCAL lock_timeout = 0; \
    SELECT pg_advisory_xact_lock(7305021982001); \
    SELECT set_config('lock_timeout', current_setting('oxpi.lock_timeout'), TRUE)";

pub(crate) fn up(conn: &mut Conn) -> Result<Vec<String>> {
    // Who may not change tables can find out that there is nothing to change.
    if pending(conn)?.is_empty() {
        return Ok(Vec::new());
    }
    lock(conn)?;
    scope::system(conn)?;
    let run = each_backend!(
        conn,
        Sqlite(c) => c.run_pending_migrations(SQLITE).map(names),
        Postgres(c) => c.run_pending_migrations(POSTGRES).map(names)
    );
    let run = run.map_err(Error::Internal)?;
    confine(conn)?;
    Ok(run)
}

/// Puts row level security on the tables that were made.
fn confine(conn: &mut Conn) -> Result<()> {
    if conn.backend() == Backend::Postgres {
        diesel::sql_query("SELECT oxpi_confine()").execute(conn)?;
    }
    Ok(())
}

/// Reads only, so that asking whether the database is ready makes no writer wait.
pub(crate) fn pending(conn: &mut Conn) -> Result<Vec<String>> {
    let applied = applied(conn)?;
    // The names are the same for both.
    let all = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::Internal)?;
    let names = all.iter().map(|migration| migration.name());
    let left = names.filter(|name| !applied.contains(&name.version().to_string()));
    Ok(left.map(ToString::to_string).collect())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The versions that were run; diesel makes its table with the first.
fn applied(conn: &mut Conn) -> Result<Vec<String>> {
    let made = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name AS version FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        Backend::Postgres => {
            "SELECT 'made' AS version WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL"
        }
    };
    if diesel::sql_query(made).load::<Version>(conn)?.is_empty() {
        return Ok(Vec::new());
    }
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    Ok(query.load::<Version>(conn)?.into_iter().map(|row| row.version).collect())
}

pub(crate) fn down(conn: &mut Conn) -> Result<Vec<String>> {
    lock(conn)?;
    scope::system(conn)?;
    each_backend!(
        conn,
        Sqlite(c) => c.revert_all_migrations(SQLITE).map(names),
        Postgres(c) => c.revert_all_migrations(POSTGRES).map(names)
    )
    .map_err(Error::Internal)
}

/// Undoes migrations, latest first, until this one is undone.
pub(crate) fn down_to(conn: &mut Conn, version: &str) -> Result<Vec<String>> {
    lock(conn)?;
    scope::system(conn)?;
    let mut undone = Vec::new();
    while undone.last().is_none_or(|last| last != version) {
        let last = each_backend!(
            conn,
            Sqlite(c) => c.revert_last_migration(SQLITE).map(|it| it.to_string()),
            Postgres(c) => c.revert_last_migration(POSTGRES).map(|it| it.to_string())
        );
        undone.push(last.map_err(Error::Internal)?);
    }
    Ok(undone)
}

/// SQLite's write lock is held already, by the transaction. From here on a statement takes as long as it
/// takes: what is quick among few people isn't among a million, and one that was broken off would be again.
fn lock(conn: &mut Conn) -> Result<()> {
    if conn.backend() == Backend::Postgres {
        conn.batch_execute("SET LOCAL statement_timeout = 0")?;
        conn.batch_execute(LOCK)?;
    }
    Ok(())
}

fn names(versions: Vec<MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
