//! What a server refuses, as the contract's problems.

use oxpi_kit::{Problem, t};

use crate::dav::Reply;

/// Milliseconds to wait when a server that is asked too much names no time.
const WAIT_MS: u64 = 30_000;

impl Reply {
    /// The problem for the workspace, in words of the call's language.
    pub fn problem(&self) -> Problem {
        let problem = match self.status {
            401 => Problem::reconnect(t!("error-reconnect")),
            403 => Problem::rejected(t!("error-forbidden")),
            404 | 410 => Problem::not_found(t!("error-not-found")),
            409 | 412 | 423 => conflict(),
            429 => Problem::limited(t!("error-limited"), self.retry_after_ms.unwrap_or(WAIT_MS)),
            503 => match self.retry_after_ms {
                Some(wait_ms) => Problem::limited(t!("error-limited"), wait_ms),
                None => Problem::unavailable(t!("error-unavailable")),
            },
            507 => Problem::rejected(t!("error-full")),
            300..=399 => Problem::rejected(t!("error-moved")),
            408 | 500..=599 => Problem::unavailable(t!("error-unavailable")),
            // An answer that is well and yet not what was asked for is a server out of order.
            200..=299 => Problem::unavailable(t!("error-unavailable")),
            _ => Problem::rejected(t!("error-refused")),
        };
        problem.with_detail(self.status.to_string())
    }
}

/// The event is not as the workspace knows it.
pub fn conflict() -> Problem {
    Problem::conflict(t!("error-conflict"))
}

/// The cursor is of no use any more.
pub fn resync(detail: &str) -> Problem {
    Problem::resync(t!("error-resync")).with_detail(detail)
}
