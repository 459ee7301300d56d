//! The connection that is either SQLite's or PostgreSQL's, and the macro for what the two don't
//! share: `returning`, `on_conflict`, batch insert and `for update skip locked`.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, PgConnection, QueryResult, SqliteConnection};

/// One connection. Queries written against it run on both databases.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
    /// PostgreSQL by libpq.
    Postgres(PgConnection),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// One file on this machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// Runs one expression on the connection of either database, or one for each:
/// `each_backend!(c, |c| query.get_result(c))`,
/// `each_backend!(c, Sqlite(c) => …, Postgres(c) => …)`.
macro_rules! each_backend {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::backend::Conn::Sqlite($c) => $body,
            $crate::backend::Conn::Postgres($c) => $body,
        }
    };
    ($conn:expr, Sqlite($s:ident) => $sqlite:expr, Postgres($p:ident) => $postgres:expr $(,)?) => {
        match $conn {
            $crate::backend::Conn::Sqlite($s) => $sqlite,
            $crate::backend::Conn::Postgres($p) => $postgres,
        }
    };
}

impl Conn {
    /// Which database this connection leads to.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Begins a transaction that will write. On SQLite it takes the write lock at once: a
    /// transaction that reads first and locks later can fail when it can no longer be repeated.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        each_backend!(
            self,
            Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")
        )
    }

    /// Begins a transaction that sees one moment of the database and can't write.
    pub(crate) fn begin_read(&mut self) -> QueryResult<()> {
        const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        each_backend!(
            self,
            Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
            Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, SNAPSHOT)
        )
    }

    /// Commits what was begun.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    /// Rolls back what was begun.
    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::rollback_transaction(self)
    }

    /// How many transactions are open within each other; none where none is or the count is lost.
    pub(crate) fn depth(&mut self) -> Option<u32> {
        let status = <Self as Connection>::TransactionManager::transaction_manager_status_mut(self);
        status.transaction_depth().ok().flatten().map(std::num::NonZeroU32::get)
    }

    /// Whether the connection can't be used again.
    pub(crate) fn is_broken(&mut self) -> bool {
        <Self as Connection>::TransactionManager::is_broken_transaction_manager(self)
    }

    /// Asks the database for a sign of life.
    pub(crate) fn ping(&mut self) -> QueryResult<()> {
        self.batch_execute("SELECT 1")
    }
}
