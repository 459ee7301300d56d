//! What goes wrong between a plugin and the host: an open code, a sentence, and when to come back.

use serde::{Deserialize, Serialize};

/// A failure as the contract writes it. The codes are listed in the contract's `schemas.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Problem {
    /// What kind of failure, such as `denied` or `unavailable`; plugins may use codes of their own.
    pub code: String,
    /// A sentence for whoever reads the log; never a secret.
    pub message: String,
    /// Milliseconds to wait before trying again, where that is known.
    pub retry_after_ms: Option<u64>,
    /// More for the log, such as a provider's own code.
    pub detail: Option<String>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Self {
            Self::new($code, message)
        }
    )*};
}

impl Problem {
    /// A failure of any code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), retry_after_ms: None, detail: None }
    }

    kinds! {
        /// Not granted.
        denied = "denied",
        /// The call's arguments are wrong.
        invalid = "invalid",
        /// There is no such thing, or not for this tenant.
        not_found = "not-found",
        /// A revision or a duplicate.
        conflict = "conflict",
        /// The network or the provider is down.
        unavailable = "unavailable",
        /// It took too long.
        timeout = "timeout",
        /// An argument or an answer is larger than allowed.
        too_large = "too-large",
        /// The account must be connected again.
        reconnect = "reconnect",
        /// The cursor is too old: start without one.
        resync = "resync",
        /// The provider refuses, and trying again won't help.
        rejected = "rejected",
        /// People have not approved this request, or not this one; `detail` says which of the two.
        not_approved = "not-approved",
        /// A defect on our side.
        internal = "internal",
    }

    /// Too much at once; to be tried again after this many milliseconds.
    pub fn limited(message: impl Into<String>, retry_after_ms: u64) -> Self {
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new("limited", message) }
    }

    /// The same with more for the log.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether a job that ended so is tried again; every other code is final.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.code.as_str(),
            "limited" | "unavailable" | "timeout" | "conflict" | "internal"
        )
    }
}
