//! Requests to the Calendar API v3: addresses, the credential slot, answers to types or problems.

use oxpi_kit::http::{Request, Response};
use oxpi_kit::url::Url;
use oxpi_kit::{Result, env};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::errors::{Failure, failure_of};

const BASE: &str = "https://www.googleapis.com/calendar/v3";
const SLOT: &str = "google";

/// The account's calendar list.
pub fn calendar_list() -> Url {
    Url::new(BASE).segment("users").segment("me").segment("calendarList")
}

/// The events of a calendar.
pub fn events(calendar: &str) -> Url {
    Url::new(BASE).segment("calendars").segment(calendar).segment("events")
}

/// One event of a calendar.
pub fn event(calendar: &str, id: &str) -> Url {
    events(calendar).segment(id)
}

/// Where channels of a calendar's events are opened.
pub fn watch(calendar: &str) -> Url {
    events(calendar).segment("watch")
}

/// Where channels are closed.
pub fn stop() -> Url {
    Url::new(BASE).segment("channels").segment("stop")
}

/// Reads. The outer result is for failures that no caller decides on.
pub fn get<T: DeserializeOwned>(url: Url) -> Result<core::result::Result<T, Failure>> {
    answer(Request::get(url))
}

/// Creates.
pub fn post<T: DeserializeOwned>(
    url: Url,
    body: &impl Serialize,
) -> Result<core::result::Result<T, Failure>> {
    answer(Request::post(url).json(body))
}

/// Changes what is named, if the revision is still this one.
pub fn patch<T: DeserializeOwned>(
    url: Url,
    etag: Option<&str>,
    body: &impl Serialize,
) -> Result<core::result::Result<T, Failure>> {
    answer(Request::patch(url).header_if("if-match", etag).json(body))
}

/// Deletes, if the revision is still this one.
pub fn delete(url: Url, etag: Option<&str>) -> Result<core::result::Result<(), Failure>> {
    done(Request::delete(url).header_if("if-match", etag))
}

/// Tells something that has no answer.
pub fn tell(url: Url, body: &impl Serialize) -> Result<core::result::Result<(), Failure>> {
    done(Request::post(url).json(body))
}

fn done(request: Request) -> Result<core::result::Result<(), Failure>> {
    let response = request.credential(SLOT).send()?;
    if response.is_success() { Ok(Ok(())) } else { failed(&response).map(Err) }
}

fn answer<T: DeserializeOwned>(request: Request) -> Result<core::result::Result<T, Failure>> {
    let response = request.header("accept", "application/json").credential(SLOT).send()?;
    if response.is_success() { response.json().map(Ok) } else { failed(&response).map(Err) }
}

fn failed(response: &Response) -> Result<Failure> {
    // A page of an overloaded front end is no JSON; the status alone says enough then.
    let body = response.bytes().unwrap_or_default();
    Ok(failure_of(response.status(), &body, response.retry_after_ms(env::now())))
}
