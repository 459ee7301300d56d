//! The database as the rest of the house sees it: closures run in a transaction on a blocking
//! thread.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use crate::backend::{Backend, Conn};
use crate::error::{Error, Result};
use crate::group::Group;
use crate::held;
use crate::migrate;
use crate::pool::{Pool, Source};
use crate::row_security::APP_ROLE;
use crate::scope;

/// SQLite below this has a race in its write-ahead log that can lose a commit.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);

/// A transaction that takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_secs(1);

/// Where the data is.
#[derive(Clone)]
pub enum Target {
    /// The file of an SQLite database; made when it isn't there.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database: `postgres://user:password@host:port/name`.
    Postgres(String),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            // The address may hold a password.
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// Where the data is.
    pub target: Target,
    /// Most connections at a time: for PostgreSQL all, for SQLite those that read; one more writes.
    pub connections_max: usize,
    /// How long to wait for a connection to become free.
    pub wait: Duration,
    /// How long a statement may take or wait for a lock.
    pub statement_max: Duration,
    /// PostgreSQL: the same database as its owner, who migrates; the target where there is none.
    pub owner: Option<Target>,
}

impl DbOptions {
    /// The usual bounds: 8 connections, 5 seconds of waiting, 30 seconds a statement.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            connections_max: 8,
            wait: Duration::from_secs(5),
            statement_max: Duration::from_secs(30),
            owner: None,
        }
    }
}

/// An open database. Cloning it is cheap and shares its connections.
#[derive(Clone)]
pub struct Db {
    backend: Backend,
    readers: Arc<Pool>,
    writers: Writers,
    /// PostgreSQL: connections that may change tables.
    owner: Option<Arc<Pool>>,
}

/// How busy this process's connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbLoad {
    /// The most connections there may be: on SQLite those that read, on PostgreSQL all.
    pub connections_max: usize,
    /// Of them, how many are at work.
    pub connections_busy: usize,
    /// Writes that wait for their turn; always none on PostgreSQL, where they wait for connections.
    pub writes_waiting: usize,
}

/// Who writes.
#[derive(Clone)]
enum Writers {
    /// One connection at a time. Writes that wait together are committed together.
    Grouped(Arc<Group>),
    /// Each in a transaction and on a connection of its own.
    Each(Arc<Pool>),
}

impl Db {
    /// Opens the database and looks whether it can be used. Doesn't migrate.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it can't be reached, [`Error::Internal`] when the linked SQLite
    /// is too old.
    pub async fn open(options: &DbOptions) -> Result<Self> {
        let db = match &options.target {
            Target::Sqlite(path) => Self::sqlite(path, options)?,
            Target::Postgres(url) => Self::postgres(url, options),
        };
        match (&db.writers, &db.owner) {
            (Writers::Grouped(group), _) => {
                group.prepare(check).await?;
                db.ping().await?;
            }
            // The role to work as comes with the migrations.
            (Writers::Each(_), Some(owner)) => {
                owner.run(|conn| Ok::<_, Error>(conn.ping()?)).await?
            }
            (Writers::Each(_), None) => db.ping().await?,
        }
        Ok(db)
    }

    fn sqlite(path: &std::path::Path, options: &DbOptions) -> Result<Self> {
        private_file(path).map_err(|error| {
            Error::Unavailable(format!("{} can't be opened: {error}", path.display()))
        })?;
        let Some(path) = path.to_str() else {
            return Err(Error::internal("the database's path is not UTF-8"));
        };
        let busy = options.statement_max;
        let source = |writes| Source::Sqlite { path: path.to_owned(), writes, busy };
        Ok(Self {
            backend: Backend::Sqlite,
            // One writer: waiting here is fair and asynchronous, in SQLite it is neither.
            writers: Writers::Grouped(Arc::new(Group::new(
                source(true),
                source(false),
                options.wait,
            ))),
            readers: Arc::new(Pool::new(source(false), options.connections_max, options.wait)),
            owner: None,
        })
    }

    fn postgres(url: &str, options: &DbOptions) -> Self {
        let statement = options.statement_max;
        let source = |url: &str, role| Source::Postgres { url: url.to_owned(), statement, role };
        let owner = match &options.owner {
            Some(Target::Postgres(url)) => url,
            _ => url,
        };
        let as_app = source(url, Some(APP_ROLE));
        let pool = Arc::new(Pool::new(as_app, options.connections_max, options.wait));
        Self {
            backend: Backend::Postgres,
            readers: Arc::clone(&pool),
            writers: Writers::Each(pool),
            owner: Some(Arc::new(Pool::new(source(owner, None), 1, options.wait))),
        }
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Runs a closure in a transaction that sees one moment of the database and can't write.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inspect(work).await
    }

    /// [`Db::read`] for closures that fail with an error of their own.
    pub async fn inspect<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.readers.run(move |conn| within(conn, Conn::begin_read, work)).await
    }

    /// Runs a closure in one transaction: committed, and on disk, when it answers `Ok`; as if it
    /// had never run otherwise. Once begun it ends even if the caller stops waiting. On SQLite it
    /// may share its commit with others (see `group.rs`), so it should be short.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.transact(work).await
    }

    /// [`Db::write`] for closures that fail with an error of their own.
    pub async fn transact<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let held = held::take();
        let work = move |conn: &mut Conn| {
            held::check(held, conn)?;
            let done = work(conn)?;
            held::check_untold(conn)?;
            Ok::<T, E>(done)
        };
        match &self.writers {
            Writers::Grouped(group) => group.run(work).await,
            Writers::Each(pool) => {
                pool.run(move |conn| within(conn, Conn::begin_write, work)).await
            }
        }
    }

    /// Runs a closure in a transaction that can't write, and what it answers in one that can, as
    /// [`Db::transact`] does: for writes that take some verifying, which is no reason to keep others
    /// from writing. Between the two others may write.
    pub async fn transact_after<T, E, W>(
        &self,
        read: impl FnOnce(&mut Conn) -> Result<W, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        W: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let held = held::take();
        let look = move |conn: &mut Conn| {
            let write = within(conn, Conn::begin_read, read)?;
            Ok::<_, E>(move |conn: &mut Conn| {
                held::check(held, conn)?;
                let done = write(conn)?;
                held::check_untold(conn)?;
                Ok::<T, E>(done)
            })
        };
        match &self.writers {
            Writers::Grouped(group) => group.run_after(&self.readers, look).await,
            Writers::Each(pool) => {
                let both = |conn: &mut Conn| {
                    let write = look(conn)?;
                    within(conn, Conn::begin_write, write)
                };
                pool.run(both).await
            }
        }
    }

    /// How busy the connections are now.
    pub fn load(&self) -> DbLoad {
        let (connections_max, connections_busy) = self.readers.load();
        let writes_waiting = match &self.writers {
            Writers::Grouped(group) => group.waiting(),
            Writers::Each(_) => 0,
        };
        DbLoad { connections_max, connections_busy, writes_waiting }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.readers.run(|conn| Ok::<_, Error>(conn.ping()?)).await
    }

    /// Brings the schema up to date, all in one transaction; answers the names of what was run.
    /// Of several processes that start together one migrates and the others wait.
    /// On PostgreSQL the owner does so; where that is not who this process connects as, and there
    /// is something to do, it fails.
    pub async fn migrate(&self) -> Result<Vec<String>> {
        self.as_owner(Conn::begin_write, migrate::up).await
    }

    /// The names of migrations that are still to be run.
    pub async fn pending(&self) -> Result<Vec<String>> {
        self.as_owner(Conn::begin_read, migrate::pending).await
    }

    /// Undoes every migration, and with it all data.
    pub async fn revert_all(&self) -> Result<Vec<String>> {
        self.as_owner(Conn::begin_write, migrate::down).await
    }

    /// Undoes the latest migrations up to and with this one, with what they hold; of those before it
    /// everything stays. Its name is as in its folder's, without dashes in the date.
    pub async fn revert_down_to(&self, name: &'static str) -> Result<Vec<String>> {
        self.as_owner(Conn::begin_write, move |conn| migrate::down_to(conn, name)).await
    }

    async fn as_owner<T: Send + 'static>(
        &self,
        begin: fn(&mut Conn) -> diesel::QueryResult<()>,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(owner) = &self.owner else { return self.write(work).await };
        let result = owner.run(move |conn| within(conn, begin, work)).await;
        // Nothing that may change tables is kept open.
        owner.clear();
        result
    }

    /// Closes the connections that nobody uses just now; SQLite's one that writes stays.
    pub fn close_idle(&self) {
        self.readers.clear();
    }
}

fn within<T, E: From<Error>>(
    conn: &mut Conn,
    begin: fn(&mut Conn) -> diesel::QueryResult<()>,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let start = Instant::now();
    scope::forget();
    begin(conn).map_err(Error::from)?;
    let result = match work(conn) {
        Ok(value) => conn.commit().map(|()| value).map_err(|error| Error::from(error).into()),
        Err(error) => {
            // A rollback that fails leaves a broken connection, which the pool throws away.
            if let Err(rollback) = conn.rollback() {
                tracing::warn!(error = %rollback, "a transaction could not be rolled back");
            }
            Err(error)
        }
    };
    let took = start.elapsed();
    if took > SLOW {
        tracing::warn!(took_ms = took.as_millis(), "slow transaction");
    }
    result
}

/// Makes the file so that only its owner reads it; the files beside it take its mode.
fn private_file(path: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

fn check(conn: &mut Conn) -> Result<()> {
    if conn.backend() == Backend::Postgres {
        return Ok(());
    }
    let found: Version =
        diesel::sql_query("SELECT sqlite_version() AS version").get_result(conn)?;
    check_version(&found.version)
}

/// Refuses an SQLite that is too old, or that doesn't say in numbers how old it is.
fn check_version(version: &str) -> Result<()> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < SQLITE_MIN {
        let (major, minor, patch) = SQLITE_MIN;
        let told = format!("SQLite {version} is older than {major}.{minor}.{patch}");
        return Err(Error::internal(told));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sqlite_that_may_lose_a_commit_is_refused_by_its_number() {
        for old in ["3.51.2", "3.51", "3.9.99", "2.99.99", "3.6.23.1", "", "nonsense", "3.x.9"] {
            let told = format!("SQLite {old} is older than 3.51.3");
            let refused = check_version(old);
            let is_told =
                |error: &Error| matches!(error, Error::Internal(why) if why.to_string() == told);
            assert!(refused.as_ref().is_err_and(is_told), "{old}: {refused:?}");
        }
        for new in ["3.51.3", "3.51.10", "3.52.0", "3.100.0", "4.0.0", "3.51.3.1"] {
            assert!(check_version(new).is_ok(), "{new}");
        }
    }
}
