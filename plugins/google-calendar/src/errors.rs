//! What Google refuses, as the contract's problems.

use oxpi_kit::{Problem, Result, t};
use serde_json::Value;

/// Milliseconds to wait when Google names no time.
const RATE_WAIT_MS: u64 = 10_000;
/// The same for quotas that are counted by the day.
const QUOTA_WAIT_MS: u64 = 3_600_000;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// 401 though the host has refreshed the token: the connection is over.
    Reconnect,
    /// Too many requests; wait so many milliseconds.
    Limited(u64),
    /// The account's owner did not allow this.
    Scope,
    /// The API is turned off in the Google Cloud project.
    ApiDisabled,
    /// Not allowed in this calendar.
    Forbidden,
    /// The calendar or the event is not there (404), or no longer (410).
    Gone,
    /// There is an event of that id already.
    Duplicate,
    /// The event was changed meanwhile.
    Changed,
    /// Google is not well.
    Unavailable,
    /// Anything else that asking again won't change.
    Refused,
}

/// A refusal with Google's own word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
    pub status: u16,
    /// Google's reason, a single word, or nothing.
    pub reason: String,
    pub retry_after_ms: Option<u64>,
    /// Where Google says that it is mended.
    pub place: Option<String>,
}

/// Reads a refusal.
pub fn failure_of(status: u16, body: &[u8], retry_after_ms: Option<u64>) -> Failure {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let reasons = reasons(&body["error"]);
    let cause = match status {
        401 => Cause::Reconnect,
        403 => forbidden(&reasons, retry_after_ms),
        404 | 410 => Cause::Gone,
        409 => Cause::Duplicate,
        412 => Cause::Changed,
        429 => Cause::Limited(retry_after_ms.unwrap_or(RATE_WAIT_MS)),
        408 | 500..=599 => Cause::Unavailable,
        _ => Cause::Refused,
    };
    Failure {
        cause,
        status,
        reason: reasons.into_iter().next().unwrap_or_default(),
        retry_after_ms,
        place: place(&body["error"]),
    }
}

/// The page of Google's console that an error names; the workspace looks at it once more.
fn place(error: &Value) -> Option<String> {
    let details = error["details"].as_array().into_iter().flatten();
    let named = details.filter_map(|entry| entry["metadata"]["activationUrl"].as_str());
    let mut named = named.filter(|place| place.starts_with("https://") && place.len() <= 500);
    named.next().map(str::to_owned)
}

fn forbidden(reasons: &[String], retry_after_ms: Option<u64>) -> Cause {
    let has = |words: &[&str]| reasons.iter().any(|reason| words.contains(&reason.as_str()));
    if has(&["quotaExceeded", "dailyLimitExceeded"]) {
        Cause::Limited(retry_after_ms.unwrap_or(QUOTA_WAIT_MS))
    } else if has(&["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]) {
        Cause::Limited(retry_after_ms.unwrap_or(RATE_WAIT_MS))
    } else if has(&["accessNotConfigured", "SERVICE_DISABLED"]) {
        Cause::ApiDisabled
    } else if has(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]) {
        Cause::Scope
    } else {
        Cause::Forbidden
    }
}

/// Every reason of both error formats, the older `errors` first. Only plain words: the detail of a
/// problem is logged, and Google's sentences may quote what was sent.
fn reasons(error: &Value) -> Vec<String> {
    let of = |list: &str| error[list].as_array().into_iter().flatten();
    of("errors")
        .chain(of("details"))
        .filter_map(|entry| entry["reason"].as_str())
        .filter(|word| word.len() <= 64)
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        .map(str::to_owned)
        .collect()
}

impl Failure {
    /// The problem for the workspace, in words of the call's language.
    pub fn into_problem(self) -> Problem {
        let problem = match self.cause {
            Cause::Reconnect => Problem::reconnect(t!("error-reconnect")),
            Cause::Limited(wait_ms) => Problem::limited(t!("error-limited"), wait_ms),
            Cause::Scope => Problem::rejected(t!("error-scope")),
            Cause::ApiDisabled => Problem::rejected(t!("error-api-disabled")),
            Cause::Forbidden => Problem::rejected(t!("error-forbidden")),
            Cause::Refused => Problem::rejected(t!("error-refused")),
            Cause::Gone => Problem::not_found(t!("error-not-found")),
            Cause::Duplicate | Cause::Changed => Problem::conflict(t!("error-conflict")),
            Cause::Unavailable => Problem {
                retry_after_ms: self.retry_after_ms,
                ..Problem::unavailable(t!("error-unavailable"))
            },
        };
        let detail = format!("{} {}", self.status, self.reason);
        problem.with_detail(detail.trim_end())
    }
}

/// An answer whose every failure is the caller's problem.
pub fn or_problem<T>(answer: core::result::Result<T, Failure>) -> Result<T> {
    answer.map_err(Failure::into_problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(status: u16, reason: &str) -> Cause {
        let body = format!(r#"{{"error":{{"code":{status},"errors":[{{"reason":"{reason}"}}]}}}}"#);
        failure_of(status, body.as_bytes(), None).cause
    }

    #[test]
    fn a_403_is_told_apart_by_its_reason() {
        assert_eq!(cause(403, "rateLimitExceeded"), Cause::Limited(RATE_WAIT_MS));
        assert_eq!(cause(403, "userRateLimitExceeded"), Cause::Limited(RATE_WAIT_MS));
        assert_eq!(cause(403, "quotaExceeded"), Cause::Limited(QUOTA_WAIT_MS));
        assert_eq!(cause(403, "accessNotConfigured"), Cause::ApiDisabled);
        assert_eq!(cause(403, "insufficientPermissions"), Cause::Scope);
        assert_eq!(cause(403, "forbiddenForNonOrganizer"), Cause::Forbidden);
    }

    #[test]
    fn the_newer_error_format_is_understood() {
        let body = br#"{"error":{"code":403,"status":"PERMISSION_DENIED","errors":[{"reason":
            "forbidden"}],"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#;
        assert_eq!(failure_of(403, body, None).cause, Cause::Scope);
    }

    #[test]
    fn the_place_where_an_api_is_turned_on_is_read() {
        let at = |place: &str| {
            let body = format!(
                r#"{{"error":{{"details":[{{}},{{"metadata":{{"activationUrl":"{place}"}}}}]}}}}"#
            );
            failure_of(403, body.as_bytes(), None).place
        };
        assert_eq!(
            at("https://console.example.com/7").as_deref(),
            Some("https://console.example.com/7")
        );
        assert_eq!(at("javascript:alert(1)"), None);
        assert_eq!(failure_of(403, b"", None).place, None);
    }

    #[test]
    fn googles_time_to_wait_wins() {
        assert_eq!(failure_of(429, b"", Some(7_000)).cause, Cause::Limited(7_000));
        assert_eq!(failure_of(429, b"<html>", None).cause, Cause::Limited(RATE_WAIT_MS));
        assert_eq!(failure_of(503, b"", Some(7_000)).retry_after_ms, Some(7_000));
    }

    #[test]
    fn only_single_words_become_detail() {
        let body = br#"{"error":{"errors":[{"reason":"dana@example.com is not allowed"}]}}"#;
        assert_eq!(failure_of(400, body, None).reason, "");
        assert_eq!(failure_of(400, br#"{"error":5}"#, None).cause, Cause::Refused);
    }
}
