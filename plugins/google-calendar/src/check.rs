//! Whether a connected account can be worked with, step by step: the API is on, its calendars can be
//! listed and one of them is its own, and its events can be read.

use oxpi_kit::calendar::Access;
use oxpi_kit::{Problem, Result, Tried};
use serde_json::Value;

use crate::api;
use crate::calendars;
use crate::errors::{Cause, Failure};
use crate::wire::LIST_FIELDS;

/// Tries one of the manifest's steps.
pub fn step(step: &str) -> Result<Tried> {
    match step {
        "api" => answered(api::get(api::calendar_list().query("maxResults", "1"))?, only_api),
        "calendars" => own_calendar(),
        "events" => answered(api::get(events_of("primary"))?, failure),
        other => Err(Problem::invalid(format!("no step {other:?}"))),
    }
}

fn events_of(calendar: &str) -> oxpi_kit::url::Url {
    api::events(calendar)
        .query("singleEvents", "true")
        .query("maxResults", "1")
        .query("fields", LIST_FIELDS)
}

fn own_calendar() -> Result<Tried> {
    // Asked once for what is refused, then as the page does that lists them.
    let asked: core::result::Result<Value, Failure> =
        api::get(api::calendar_list().query("maxResults", "1"))?;
    if let Err(refused) = asked {
        return failure(refused);
    }
    let has_own = calendars::list()?.iter().any(|each| each.access == Access::Owner);
    Ok(if has_own { Tried::Done } else { Tried::failed("no-calendar") })
}

fn answered(
    answer: core::result::Result<Value, Failure>,
    meant: fn(Failure) -> Result<Tried>,
) -> Result<Tried> {
    match answer {
        Ok(_) => Ok(Tried::Done),
        Err(refused) => meant(refused),
    }
}

/// The API answers even where a permission is missing: that is the next step's.
fn only_api(refused: Failure) -> Result<Tried> {
    if refused.cause == Cause::Scope { Ok(Tried::Done) } else { failure(refused) }
}

fn failure(refused: Failure) -> Result<Tried> {
    match refused.cause {
        Cause::ApiDisabled => Ok(Tried::failed_at("api-off", refused.place)),
        Cause::Scope => Ok(Tried::failed("scopes")),
        Cause::Gone => Ok(Tried::failed("no-calendar")),
        Cause::Forbidden if refused.reason == "notACalendarUser" => {
            Ok(Tried::failed("no-calendar"))
        }
        Cause::Forbidden if refused.reason == "domainPolicy" => Ok(Tried::failed("no-service")),
        _ => Err(refused.into_problem()),
    }
}
