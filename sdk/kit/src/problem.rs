//! What went wrong, in the contract's terms: an open code from a documented list, words for a
//! person, when to try again, and detail for whoever looks into it.

pub use crate::bindings::oxpi::plugin::types::Problem;

/// What a hook or an import answers.
pub type Result<T> = core::result::Result<T, Problem>;

/// The codes of the contract (`sdk/wit/schemas.md`); a host may send ones that are not here.
pub mod code {
    /// Not granted.
    pub const DENIED: &str = "denied";
    /// The call's arguments.
    pub const INVALID: &str = "invalid";
    /// No such thing.
    pub const NOT_FOUND: &str = "not-found";
    /// Another revision, or a duplicate.
    pub const CONFLICT: &str = "conflict";
    /// Too many requests: later.
    pub const LIMITED: &str = "limited";
    /// Network or provider down.
    pub const UNAVAILABLE: &str = "unavailable";
    /// No answer in time.
    pub const TIMEOUT: &str = "timeout";
    /// Larger than allowed.
    pub const TOO_LARGE: &str = "too-large";
    /// The account must be connected again.
    pub const RECONNECT: &str = "reconnect";
    /// The cursor is too old: start without one.
    pub const RESYNC: &str = "resync";
    /// The provider refuses; trying again won't help.
    pub const REJECTED: &str = "rejected";
    /// People have not approved this request; the detail says why not.
    pub const NOT_APPROVED: &str = "not-approved";
    /// A mistake of the plugin or the host.
    pub const INTERNAL: &str = "internal";
}

impl Problem {
    /// A problem with any code.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), retry_after_ms: None, detail: None }
    }

    /// What was called for is not granted.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(code::DENIED, message)
    }

    /// The arguments make no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(code::INVALID, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(code::NOT_FOUND, message)
    }

    /// It was changed by someone else, or exists already.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(code::CONFLICT, message)
    }

    /// Too many requests; try again after this many milliseconds.
    pub fn limited(message: impl Into<String>, retry_after_ms: u64) -> Self {
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new(code::LIMITED, message) }
    }

    /// The network or the provider is down.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(code::UNAVAILABLE, message)
    }

    /// There was no answer in time.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(code::TIMEOUT, message)
    }

    /// Larger than allowed.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(code::TOO_LARGE, message)
    }

    /// The account must be connected again.
    pub fn reconnect(message: impl Into<String>) -> Self {
        Self::new(code::RECONNECT, message)
    }

    /// The cursor is too old: forget it and start without.
    pub fn resync(message: impl Into<String>) -> Self {
        Self::new(code::RESYNC, message)
    }

    /// The provider refuses, and trying again won't help.
    pub fn rejected(message: impl Into<String>) -> Self {
        Self::new(code::REJECTED, message)
    }

    /// A mistake of the plugin.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(code::INTERNAL, message)
    }

    /// The same problem with detail for whoever looks into it. Never put personal data here.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The same problem with a time to wait.
    #[must_use]
    pub fn retry_after_ms(self, millis: u64) -> Self {
        Self { retry_after_ms: Some(millis), ..self }
    }

    /// Whether this is a problem of that code.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }
}

/// JSON that doesn't have the shape the plugin expects is the plugin's mistake until proven otherwise.
impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        // Only category and place: serde's own words may quote a value.
        Self::internal("JSON of an unexpected shape").with_detail(place_of(&error))
    }
}

pub(crate) fn place_of(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_error_quotes_no_value() {
        let error = serde_json::from_str::<u8>("\"secret-value\"").unwrap_err();
        let problem = Problem::from(error);
        assert!(problem.is(code::INTERNAL));
        assert!(!format!("{problem:?}").contains("secret-value"));
    }

    #[test]
    fn limited_says_when_to_come_back() {
        assert_eq!(Problem::limited("slow down", 1_500).retry_after_ms, Some(1_500));
    }
}
