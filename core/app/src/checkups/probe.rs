//! What a token endpoint's answers say about how a provider is set up.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use domain::Timestamp;
use oauth2::basic::BasicErrorResponseType;
use oauth2::{AuthorizationCode, RequestTokenError};
use runtime::EgressError;
use runtime::manifest::Provider;

use super::{Found, Progress};
use crate::App;
use crate::error::Error;
use crate::oauth::{self, ClientKeys};
use crate::tokens::{self, ExchangeError, Sent};

/// By how much a provider's clock may differ from ours: tokens are counted in minutes.
const CLOCK_MS_MAX: i64 = 5 * 60_000;
/// A code that no provider has given.
const NO_CODE: &str = "oxpi-asks-whether-you-know-this-client";

/// A step that failed, and the error that it is.
pub(crate) struct Stopped {
    /// The step.
    pub step: &'static str,
    /// What is wrong.
    pub found: Found,
    /// What whoever asked is told.
    pub error: Error,
}

/// What the last answer was, whatever was in it.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    status: u16,
    at: Option<Timestamp>,
}

/// Which provider of which plugin of whom.
pub(super) struct Place<'a> {
    pub(super) tenant: &'a domain::TenantId,
    pub(super) plugin: &'a domain::PluginId,
    pub(super) provider: &'a Provider,
}

/// Asks the token endpoint with a code that nobody gave: who is let in is told that the code is no good
/// (RFC 6749, section 5.2), and who isn't is told that. Nothing changes there.
pub(super) async fn ask(
    app: &App,
    place: &Place<'_>,
    keys: ClientKeys,
    progress: &mut Progress,
) -> Result<(), Stopped> {
    let failed = |error: Error| Stopped { step: "client", found: Found::of("client"), error };
    let client = keys.basic_client(app, place.provider).map_err(failed)?;
    let seen = Arc::new(Mutex::new(Seen::default()));
    let send = tokens::http_client(app, place.tenant, place.plugin, place.provider);
    let watching = seen.clone();
    let send = move |request| -> Sent {
        let (answer, seen) = (send(request), watching.clone());
        Box::pin(async move {
            let answer = answer.await;
            if let Ok(answer) = &answer {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = seen_in(answer);
            }
            answer
        })
    };
    let code = AuthorizationCode::new(NO_CODE.to_owned());
    let answer = client.exchange_code(code).request_async(&send).await;
    let seen = *seen.lock().unwrap_or_else(PoisonError::into_inner);
    let stopped = match answer {
        // It gave tokens for nothing; whatever it is, it knows the client.
        Ok(_) => None,
        Err(error) => stopped_by(place.provider, error, seen),
    };
    if let Some(stopped) = stopped.as_ref().filter(|stopped| stopped.step == "reach") {
        return Err(Stopped { step: "reach", found: stopped.found.clone(), error: down() });
    }
    if let Some(minutes) = seen.at.and_then(|theirs| off_by(app.clock.now(), theirs)) {
        let found = Found::of("clock").with("minutes", &minutes.to_string());
        return Err(Stopped { step: "reach", found, error: down() });
    }
    progress.done(&["reach"]).await;
    match stopped {
        Some(stopped) => Err(stopped),
        None => {
            progress.done(&["client"]).await;
            Ok(())
        }
    }
}

fn down() -> Error {
    Error::Unavailable { key: "error-provider-unavailable", detail: None }
}

fn seen_in(answer: &http::Response<Vec<u8>>) -> Seen {
    let date = answer.headers().get(http::header::DATE).and_then(|date| date.to_str().ok());
    let at = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    Seen {
        status: answer.status().as_u16(),
        at: at.map(|at| Timestamp::from_millis(at.timestamp_millis())),
    }
}

/// By how many minutes two clocks differ, where that matters.
fn off_by(ours: Timestamp, theirs: Timestamp) -> Option<i64> {
    let off = ours.millis_since(theirs).abs();
    (off > CLOCK_MS_MAX).then_some((off + 30_000) / 60_000)
}

/// What is wrong by an answer to a code that nobody gave; nothing where it is only about the code.
fn stopped_by(provider: &Provider, error: ExchangeError, seen: Seen) -> Option<Stopped> {
    let is_ours = match &error {
        RequestTokenError::ServerResponse(said) => {
            matches!(
                said.error(),
                BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient
            ) || provider.failure_of_error(said.error().as_ref()).is_some()
                || seen.status >= 500
                || matches!(said.error().as_ref(), "server_error" | "temporarily_unavailable")
                || said.error().as_ref() == oauth::REDIRECT_MISMATCH
        }
        _ => true,
    };
    is_ours.then(|| {
        let mut stopped = token_failure(provider, error);
        if seen.status >= 500 {
            (stopped.step, stopped.found) = ("reach", Found::of("down"));
        }
        stopped
    })
}

/// Which step a token endpoint's refusal belongs to, and what it means: by the manifest, else by the
/// standard's words.
pub(crate) fn token_failure(provider: &Provider, error: ExchangeError) -> Stopped {
    use BasicErrorResponseType as Said;
    let (step, usual) = match &error {
        RequestTokenError::ServerResponse(said) => match said.error() {
            Said::InvalidClient | Said::UnauthorizedClient => ("client", "client"),
            Said::InvalidGrant => ("consent", "code"),
            Said::Extension(code) if code == oauth::REDIRECT_MISMATCH => ("redirect", "redirect"),
            Said::Extension(code) if code == "server_error" => ("reach", "down"),
            Said::Extension(code) if code == "temporarily_unavailable" => ("reach", "down"),
            _ => ("consent", "refused"),
        },
        RequestTokenError::Request(EgressError::TimedOut | EgressError::TooLarge) => {
            ("reach", "down")
        }
        RequestTokenError::Request(_) => ("reach", "unreachable"),
        // A page of an overloaded front end is no JSON.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ("reach", "down"),
    };
    let meant = match &error {
        RequestTokenError::ServerResponse(said) => {
            provider.failure_of_error(said.error().as_ref()).map(|failure| failure.id.clone())
        }
        _ => None,
    };
    let found = Found::of(meant.unwrap_or_else(|| usual.to_owned()));
    Stopped { step, found, error: tokens::exchange_error(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_of_difference_count_and_seconds_do_not() {
        let at = Timestamp::from_millis(1_772_344_800_000);
        assert_eq!(off_by(at, at.plus_secs(299)), None);
        assert_eq!(off_by(at, at.plus_secs(-300)), None);
        assert_eq!(off_by(at, at.plus_secs(3_600)), Some(60));
        assert_eq!(off_by(at.plus_secs(7_200), at), Some(120));
    }

    #[test]
    fn the_date_of_an_answer_is_read_as_http_writes_it() {
        let answer = |date: &str| {
            let built = http::Response::builder().status(400).header("date", date);
            seen_in(&built.body(Vec::new()).unwrap())
        };
        let seen = answer("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(seen.at, Some(Timestamp::from_millis(784_111_777_000)));
        assert_eq!((answer("yesterday").at, seen.status), (None, 400));
    }
}
