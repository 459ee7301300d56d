//! What can go wrong in a use case: few kinds, each with a translation key a person can read.

use std::fmt;

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure as a person meets it. Keys are translation keys of the theme's `errors.ftl`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It isn't there, or isn't this tenant's, or this role can't see it: one answer for all three.
    #[error("not found")]
    NotFound,
    /// The role can see it but not do this.
    #[error("forbidden")]
    Forbidden,
    /// Nobody is signed in, or the session has ended.
    #[error("not signed in")]
    SignedOut,
    /// Who is signed in must prove it once more before this, and then send it again.
    #[error("a recent proof of identity is missing")]
    Unproven,
    /// A field of the input is wrong; nothing was changed.
    #[error("invalid {field}: {key}")]
    Invalid {
        /// The form field's name.
        field: String,
        /// What is wrong with it.
        key: String,
    },
    /// Somebody else changed it first, or it is there already.
    #[error("conflict: {key}")]
    Conflict {
        /// What collided.
        key: &'static str,
    },
    /// The time is not free; nothing was changed.
    #[error("the time is taken")]
    Taken {
        /// By what, soonest first.
        by: Vec<crate::availability::Taken>,
    },
    /// Too many tries.
    #[error("limited for {retry_after_secs} s")]
    Limited {
        /// Seconds until another try makes sense.
        retry_after_secs: u64,
    },
    /// Something this needs doesn't answer; trying later may help.
    #[error("unavailable: {key}{}", .detail.as_deref().map(|d| format!(" ({d})")).unwrap_or_default())]
    Unavailable {
        /// What doesn't answer.
        key: &'static str,
        /// For the log and for an admin; never a secret.
        detail: Option<String>,
    },
    /// A defect or a broken machine; the log has the source.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A field that is wrong.
    pub fn invalid(field: impl Into<String>, key: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), key: key.into() }
    }

    /// Something that doesn't answer.
    pub fn unavailable(key: &'static str, detail: impl fmt::Display) -> Self {
        Self::Unavailable { key, detail: Some(detail.to_string()) }
    }

    /// Whether the database is away, full or overrun: whatever asked for it is not to blame.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable { key: "error-database-unavailable", .. })
    }

    /// A defect.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Conflict => Self::Conflict { key: "error-changed-meanwhile" },
            store::Error::Unique { .. } => Self::Conflict { key: "error-exists-already" },
            store::Error::Unavailable(_) | store::Error::Timeout => {
                Self::unavailable("error-database-unavailable", error)
            }
            other => Self::internal(other),
        }
    }
}

impl From<vault::Error> for Error {
    fn from(error: vault::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
