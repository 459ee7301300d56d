//! The calendar API: who calls, what may be done, which function answers.

use serde_json::Value;

use super::errors::{Answer, ApiError};
use super::event_write::{self, Write};
use super::scopes::{Need, PREFIX, Subject, allows, wanted};
use super::state::{Access, State};
use super::{calendar_list, channels, colors, events, fields, freebusy};
use crate::http::{Pairs, Reply, Request};

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account.
    pub account: String,
    /// The app.
    pub client: String,
    /// What it was allowed.
    pub scopes: Vec<String>,
}

/// Answers a path below `/calendar/v3/`.
pub fn answer(state: &mut State, request: &Request, path: &[&str]) -> Answer {
    let caller = caller(state, request)?;
    if !state.settings.api_enabled {
        return Err(ApiError::not_configured());
    }
    let Some(value) = route(state, &caller, request, path)? else {
        return Ok(Reply::empty(204));
    };
    let etag = value["etag"].as_str().unwrap_or_default().to_owned();
    let unchanged = request.header("if-none-match").is_some_and(|known| known == etag);
    if request.method == "GET" && unchanged {
        return Ok(Reply::empty(304).with("ETag", &etag));
    }
    let value = fields::apply(value, request.query.get("fields"))?;
    let reply =
        Reply::json(200, &value).with("Cache-Control", "private, max-age=0, must-revalidate");
    Ok(if etag.is_empty() { reply } else { reply.with("ETag", &etag) })
}

fn caller(state: &State, request: &Request) -> Answer<Caller> {
    let Some(header) = request.header("authorization") else {
        return Err(ApiError::credentials(true));
    };
    let token = header.strip_prefix("Bearer ").and_then(|text| state.tokens.get(text));
    match token.filter(|token| !token.refresh && state.is_live(token)) {
        None => Err(ApiError::credentials(false)),
        Some(token) => Ok(Caller {
            account: token.account.clone(),
            client: token.client.clone(),
            scopes: token.scopes.clone(),
        }),
    }
}

/// `None` is an answer without a body.
fn route(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    path: &[&str],
) -> Answer<Option<Value>> {
    let value = match (request.method.as_str(), path) {
        ("GET", ["users", "me", "calendarList"]) => calendar_list::list(state, caller, request)?,
        ("POST", ["users", "me", "calendarList", "watch"]) => {
            channels::watch(state, caller, request, None)?
        }
        ("GET", ["users", "me", "calendarList", id]) => calendar_list::get(state, caller, id)?,
        ("POST", ["calendars"]) => calendar_list::insert_calendar(state, caller, request)?,
        ("GET", ["calendars", id]) => calendar_list::get_calendar(state, caller, id)?,
        ("GET", ["calendars", id, "events"]) => events::list(state, caller, request, id)?,
        ("POST", ["calendars", id, "events"]) => insert(state, caller, request, id)?,
        ("POST", ["calendars", id, "events", "watch"]) => {
            channels::watch(state, caller, request, Some(id))?
        }
        ("POST", ["calendars", _, "events", name @ ("import" | "quickAdd")]) => {
            return Err(ApiError::absent(&format!("events.{name}")));
        }
        ("GET", ["calendars", id, "events", event]) => {
            events::get(state, caller, request, (id, event))?
        }
        ("PATCH" | "PUT", ["calendars", id, "events", event]) => {
            change(state, caller, request, (id, event))?
        }
        ("DELETE", ["calendars", id, "events", event]) => {
            delete(state, caller, request, (id, event))?;
            return Ok(None);
        }
        ("GET", ["calendars", id, "events", event, "instances"]) => {
            events::instances(state, caller, request, (id, event))?
        }
        ("POST", ["channels", "stop"]) => {
            channels::stop(state, caller, request)?;
            return Ok(None);
        }
        ("POST", ["freeBusy"]) => freebusy::query(state, caller, request)?,
        ("GET", ["colors"]) => {
            grant(caller, Need::Anything, Subject::default())?;
            colors::get()
        }
        (_, ["calendars" | "users" | "channels", ..]) => {
            let what = format!("{} /calendar/v3/{}", request.method, path.join("/"));
            return Err(ApiError::absent(&what));
        }
        _ => return Err(ApiError::not_found()),
    };
    Ok(Some(value))
}

/// Refuses a caller whose scopes don't allow this.
pub fn grant(caller: &Caller, need: Need, subject: Subject) -> Answer<()> {
    if allows(&caller.scopes, need, subject) {
        return Ok(());
    }
    let names = wanted(need, subject);
    let names: Vec<String> = names.iter().map(|name| format!("{PREFIX}{name}")).collect();
    Err(ApiError::scope(&names.join(" ")))
}

/// The id of a calendar the caller may use like this: scope first, then existence, then access.
pub fn open(state: &State, caller: &Caller, id: &str, need: Need, least: Access) -> Answer<String> {
    let id = if id == "primary" { caller.account.as_str() } else { id };
    let held = state.calendars.get(id);
    let access = held.and_then(|held| held.access.get(&caller.account)).copied();
    let subject = Subject {
        owned: access == Some(Access::Owner),
        made_by_app: held.is_some_and(|held| held.made_by.as_ref() == Some(&caller.client)),
    };
    grant(caller, need, subject)?;
    match access {
        None => Err(ApiError::not_found()),
        Some(access) if access < least => Err(ApiError::access_level(least.name())),
        Some(_) => Ok(id.to_owned()),
    }
}

/// The JSON body.
pub fn body(request: &Request) -> Answer<Value> {
    let parse = || ApiError::new(400, "parseError", "Parse Error");
    if !request.is_json() {
        return Err(parse());
    }
    let value: Value = serde_json::from_slice(&request.body).map_err(|_| parse())?;
    if value.is_object() { Ok(value) } else { Err(parse()) }
}

fn write(request: &Request) -> Answer<Write> {
    let query = &request.query;
    let conference = match query.get("conferenceDataVersion") {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => {
            let message = "Invalid value. Values must be within the range: [0, 1]";
            return Err(ApiError::parameter("conferenceDataVersion", message));
        }
    };
    let if_match = request.header("if-match").map(str::to_owned);
    Ok(Write { conference, mail: mail(query)?, if_match })
}

fn mail(query: &Pairs) -> Answer<bool> {
    match query.get("sendUpdates") {
        None => super::sync::flag(query, "sendNotifications"),
        Some("none") => Ok(false),
        Some("all" | "externalOnly") => Ok(true),
        Some(_) => Err(ApiError::parameter("sendUpdates", "Invalid string value")),
    }
}

fn insert(state: &mut State, caller: &Caller, request: &Request, id: &str) -> Answer<Value> {
    let calendar = open(state, caller, id, Need::WriteEvents, Access::Writer)?;
    let (write, body) = (write(request)?, body(request)?);
    let view = events::view(state, &calendar, &request.query, true)?;
    let id = event_write::insert(state, &calendar, &caller.account, &body, &write)?;
    events::one(state, &calendar, &id, &view)
}

fn change(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    ids: (&str, &str),
) -> Answer<Value> {
    let calendar = open(state, caller, ids.0, Need::WriteEvents, Access::Writer)?;
    let (write, body) = (write(request)?, body(request)?);
    let view = events::view(state, &calendar, &request.query, true)?;
    let patch = request.method == "PATCH";
    event_write::change(state, &calendar, ids.1, &body, patch, &write)?;
    events::one(state, &calendar, ids.1, &view)
}

fn delete(state: &mut State, caller: &Caller, request: &Request, ids: (&str, &str)) -> Answer<()> {
    let calendar = open(state, caller, ids.0, Need::WriteEvents, Access::Writer)?;
    event_write::delete(state, &calendar, ids.1, &write(request)?)
}
