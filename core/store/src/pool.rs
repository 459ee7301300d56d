//! A bounded set of connections. Waiting for one is asynchronous and limited; work on one happens
//! on tokio's blocking threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::backend::Conn;
use crate::error::{Error, Result};

/// A connection that was unused for longer is asked for a sign of life first.
const TRUSTED_FOR: Duration = Duration::from_secs(20);

/// Of the connection that writes. The log is copied into the file every sixteen megabytes: under
/// load the same pages change again and again, and each copy waits for the disk twice.
const WRITER_SETUP: &str =
    "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32768;";

/// Of a connection that reads. Each has a cache of its own, which grows with the businesses it has
/// looked at; what doesn't fit is in the system's cache of the file.
const READER_SETUP: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -512;";

/// How to make a connection.
pub(crate) enum Source {
    /// A file's path, and whether this is a connection that writes.
    Sqlite { path: String, writes: bool, busy: Duration },
    /// A libpq address, the longest a statement may take, and the role to work as.
    Postgres { url: String, statement: Duration, role: Option<&'static str> },
}

impl Source {
    pub(crate) fn open(&self) -> Result<Conn> {
        let opened = match self {
            Self::Sqlite { path, .. } => SqliteConnection::establish(path).map(Conn::Sqlite),
            Self::Postgres { url, .. } => PgConnection::establish(url).map(Conn::Postgres),
        };
        // libpq's message can hold the host and user but never the password.
        let mut conn = opened.map_err(|error| Error::Unavailable(error.to_string()))?;
        conn.batch_execute(&self.setup())?;
        if let Self::Postgres { role: Some(role), .. } = self {
            become_role(&mut conn, role)?;
        }
        Ok(conn)
    }

    fn setup(&self) -> String {
        match self {
            Self::Sqlite { writes, busy, .. } => format!(
                "PRAGMA busy_timeout = {}; {} PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
                 PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF; {}",
                busy.as_millis(),
                if *writes { WRITER_SETUP } else { "" },
                if *writes { "" } else { READER_SETUP },
            ),
            // Statements are short, and disks have no arm: by its own defaults PostgreSQL walks through a
            // table of 100,000 rows rather than look 500 of them up, and compiles what lists ask.
            Self::Postgres { statement, .. } => format!(
                "SET statement_timeout = {ms}; SET lock_timeout = {ms}; \
                 SET idle_in_transaction_session_timeout = {ms}; \
                 SET standard_conforming_strings = on; SET jit = off; SET random_page_cost = 1.1",
                ms = statement.as_millis()
            ),
        }
    }
}

/// From here on the connection has that role's rights and no other.
fn become_role(conn: &mut Conn, role: &str) -> Result<()> {
    conn.batch_execute(&format!("SET ROLE {role}")).map_err(|error| {
        Error::Unavailable(format!(
            "the database's user may not work as the role {role}: {error}. Run oxpi migrate, or as \
             an administrator of the server: GRANT {role} TO that user"
        ))
    })
}

struct Idle {
    conn: Conn,
    since: Instant,
}

pub(crate) struct Pool {
    source: Source,
    idle: Mutex<Vec<Idle>>,
    permits: Arc<Semaphore>,
    size: usize,
    wait: Duration,
}

impl Pool {
    pub(crate) fn new(source: Source, size: usize, wait: Duration) -> Self {
        let size = size.max(1);
        let permits = Arc::new(Semaphore::new(size));
        Self { source, idle: Mutex::new(Vec::new()), permits, size, wait }
    }

    /// How many connections there may be, and how many are at work.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.size, self.size.saturating_sub(self.permits.available_permits()))
    }

    /// Runs the closure with a connection on a blocking thread. The closure runs to its end even
    /// if the caller stops waiting.
    pub(crate) async fn run<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = self.permit().await?;
        let pool = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || pool.with_one(permit, work));
        match task.await {
            Ok(result) => result,
            Err(panicked) => Err(Error::internal(panicked).into()),
        }
    }

    /// The same, going on with the outcome on that thread once the connection is free again. Doesn't
    /// wait for the end, only for a connection.
    pub(crate) async fn run_then<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        goes_on: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<()>
    where
        T: 'static,
        E: From<Error> + 'static,
    {
        let permit = self.permit().await?;
        let pool = Arc::clone(self);
        tokio::task::spawn_blocking(move || goes_on(pool.with_one(permit, work)));
        Ok(())
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned());
        match permit.await {
            Ok(permit) => permit.map_err(Error::internal),
            Err(_) => Err(Error::Timeout),
        }
    }

    fn with_one<T, E: From<Error>>(
        &self,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.take()?;
        // When this panics the connection is dropped, and with it the transaction.
        let result = work(&mut conn);
        self.put_back(conn, result.is_err());
        drop(permit);
        result
    }

    fn take(&self) -> Result<Conn> {
        loop {
            let newest = self.idle().pop();
            let Some(mut idle) = newest else { return self.source.open() };
            if idle.since.elapsed() < TRUSTED_FOR || idle.conn.ping().is_ok() {
                return Ok(idle.conn);
            }
        }
    }

    /// A failure may be the connection's own: one that died before its transaction began doesn't
    /// know that it is broken.
    fn put_back(&self, mut conn: Conn, failed: bool) {
        if conn.is_broken() || failed && conn.ping().is_err() {
            // The others lead to the same server, which may be gone for all of them.
            self.idle().clear();
        } else {
            self.idle().push(Idle { conn, since: Instant::now() });
        }
    }

    /// Closes the connections that nobody uses.
    pub(crate) fn clear(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
