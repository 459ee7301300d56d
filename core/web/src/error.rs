//! From what went wrong in a use case to the answer a person gets: the status, and a page that says
//! what happened, what was kept and what to do.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use app::Error;

use crate::views::errors::{ErrorPage, Ways};
use crate::visit::Visit;

/// Why a handler has no page to show.
#[derive(Debug)]
pub enum Failure {
    /// A use case failed.
    App(Error),
    /// The account is in no business: it chooses one first.
    NoTenant,
    /// The business asks for a second step, and the account has none: it sets one up first.
    NoSecondStep,
    /// A template is broken.
    Template(tera::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl From<tera::Error> for Failure {
    fn from(error: tera::Error) -> Self {
        Self::Template(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(error) => error.fmt(f),
            Self::NoTenant => f.write_str("in no business"),
            Self::NoSecondStep => f.write_str("without a second step"),
            Self::Template(error) => error.fmt(f),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NoTenant | Self::NoSecondStep => StatusCode::SEE_OTHER,
            Self::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::App(error) => match error {
                Error::NotFound => StatusCode::NOT_FOUND,
                Error::Forbidden | Error::Unproven => StatusCode::FORBIDDEN,
                Error::SignedOut => StatusCode::UNAUTHORIZED,
                Error::Invalid { .. } => StatusCode::BAD_REQUEST,
                Error::Conflict { .. } | Error::Taken { .. } => StatusCode::CONFLICT,
                Error::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
                Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
                Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// Without a body: the middleware, which knows the reader, puts the page in.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl Failure {
    /// More exactly what is wrong: a key.
    fn detail(&self) -> Option<String> {
        match self {
            Self::App(Error::Invalid { key, .. }) => Some(key.clone()),
            Self::App(Error::Conflict { key } | Error::Unavailable { key, .. }) => {
                Some((*key).to_owned())
            }
            Self::App(Error::Taken { .. }) => Some("error-time-taken".to_owned()),
            _ => None,
        }
    }

    /// Seconds until another try makes sense.
    pub fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::App(Error::Limited { retry_after_secs }) => Some(*retry_after_secs),
            Self::App(Error::Unavailable { .. }) => Some(30),
            _ => None,
        }
    }
}

/// The page of a failed request; `failure` is None where actix itself refused it.
pub fn page(
    status: StatusCode,
    failure: Option<&Failure>,
    retry_after_secs: Option<u64>,
    code: &str,
    ways: Ways,
) -> ErrorPage {
    let status = match status.as_u16() {
        known @ (400 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503) => known,
        401 => 403,
        405 => 404,
        other if other >= 500 => 500,
        _ => 400,
    };
    let is_limited = status == 429;
    // Refused before anybody looked at whose session it is: it says nothing about a role.
    let is_foreign = status == 403 && failure.is_none();
    let detail = failure.and_then(Failure::detail);
    // Something stands in the way, which nobody was faster at.
    let is_in_the_way = status == 409 && detail.as_deref() != Some("error-changed-meanwhile");
    let kind = match (is_foreign, is_in_the_way) {
        (true, _) => "foreign".to_owned(),
        (_, true) => "in-the-way".to_owned(),
        _ => status.to_string(),
    };
    ErrorPage {
        kind,
        detail,
        code: code.to_owned(),
        wait_minutes: retry_after_secs.filter(|_| is_limited).map(minutes),
        ways,
    }
}

/// Where to go from a request that failed with this status: once more to the same page, or back to the
/// form, which has what was typed.
pub fn ways(status: StatusCode, visit: &Visit, is_member: bool) -> Ways {
    let helps = matches!(status.as_u16(), 408 | 429 | 500..);
    let again = (helps && !visit.is_post).then(|| visit.path.clone());
    let back = visit.from.clone().filter(|_| visit.is_post);
    Ways { again, back, can_search: is_member && status == StatusCode::NOT_FOUND }
}

/// Whole minutes, at least one.
pub fn minutes(secs: u64) -> u64 {
    secs.div_ceil(60).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_status() {
        let status = |error: Error| Failure::from(error).status_code().as_u16();
        assert_eq!(status(Error::NotFound), 404);
        assert_eq!(status(Error::Forbidden), 403);
        assert_eq!(status(Error::invalid("a", "b")), 400);
        assert_eq!(status(Error::Conflict { key: "a" }), 409);
        assert_eq!(status(Error::Limited { retry_after_secs: 5 }), 429);
        assert_eq!(status(Error::unavailable("a", "b")), 503);
        assert_eq!(status(Error::internal("a")), 500);
    }

    #[test]
    fn a_wait_is_told_in_whole_minutes() {
        assert_eq!((minutes(0), minutes(60), minutes(61)), (1, 1, 2));
    }
}
