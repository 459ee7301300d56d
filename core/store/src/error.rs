//! What can go wrong with the database, in the few kinds that callers tell apart.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row isn't there, belongs to another tenant, or refers to one that isn't there.
    #[error("not found")]
    NotFound,
    /// The row has changed since it was read, or is in a state that doesn't allow this.
    #[error("conflict")]
    Conflict,
    /// Another row has the same key. The name is that of the constraint or index, the same on both
    /// databases, such as `accounts_email_key`.
    #[error("not unique: {constraint}")]
    Unique {
        /// The constraint's name.
        constraint: String,
    },
    /// The database can't be reached, is full, or had to give way to another transaction. The same
    /// thing may work later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// No connection became free, or the statement took too long.
    #[error("the database took too long")]
    Timeout,
    /// A defect: of the code, the schema or the data.
    #[error("the database failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Whether a unique constraint of this name was in the way.
    pub fn is_unique(&self, name: &str) -> bool {
        matches!(self, Self::Unique { constraint } if constraint == name)
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => of_database(kind, info),
            // The first failure is the cause; the second only says that nothing was left to undo.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("the connection broke within a transaction".to_owned())
            }
            other => Self::internal(other),
        }
    }
}

fn of_database(
    kind: DatabaseErrorKind,
    info: Box<dyn DatabaseErrorInformation + Send + Sync>,
) -> Error {
    match kind {
        DatabaseErrorKind::UniqueViolation => Error::Unique { constraint: constraint(&*info) },
        DatabaseErrorKind::ForeignKeyViolation => Error::NotFound,
        DatabaseErrorKind::SerializationFailure
        | DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand => Error::Unavailable(info.message().to_owned()),
        DatabaseErrorKind::Unknown => unknown(info),
        _ => Error::internal(DieselError::DatabaseError(kind, info)),
    }
}

/// Both drivers leave these to their messages.
fn unknown(info: Box<dyn DatabaseErrorInformation + Send + Sync>) -> Error {
    const LATER: [&str; 9] = [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        "deadlock detected",
        "could not extend file",
        "the database system is",
    ];
    let message = info.message();
    if message.contains("statement timeout") || message.contains("lock timeout") {
        Error::Timeout
    } else if LATER.iter().any(|known| message.contains(known)) {
        Error::Unavailable(message.to_owned())
    } else {
        Error::internal(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info))
    }
}

/// The name PostgreSQL gives; SQLite names the columns instead, from which it is made.
fn constraint(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> String {
    if let Some(name) = info.constraint_name() {
        return name.to_owned();
    }
    let message = info.message().trim_start_matches("UNIQUE constraint failed: ");
    if let Some(index) = message.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    match message {
        "connections.tenant_id, connections.plugin_id, connections.provider, \
         connections.account_ref" => "connections_one_an_account".to_owned(),
        "appointments.tenant_id, appointments.calendar_id, appointments.external_id" => {
            "appointments_one_an_event".to_owned()
        }
        columns => from_columns(columns),
    }
}

/// `members.tenant_id, members.account_id` is PostgreSQL's `members_tenant_id_account_id_key`.
fn from_columns(columns: &str) -> String {
    let mut table = "";
    let mut names = Vec::new();
    for column in columns.split(", ") {
        let (of, name) = column.split_once('.').unwrap_or(("", column));
        table = of;
        names.push(name);
    }
    format!("{table}_{}_key", names.join("_"))
}

/// One row was meant: none is [`Error::NotFound`].
pub(crate) fn found(rows: usize) -> Result<()> {
    if rows == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// One row in a certain state was meant: none is [`Error::Conflict`] where the row `exists`,
/// [`Error::NotFound`] where it doesn't.
pub(crate) fn settled(rows: usize, exists: impl FnOnce() -> Result<bool>) -> Result<()> {
    if rows > 0 {
        Ok(())
    } else if exists()? {
        Err(Error::Conflict)
    } else {
        Err(Error::NotFound)
    }
}
