//! `/_control/`: what the handle can do, over HTTP, for demos, scripts and browser tests.
//!
//! JSON in, JSON out. A request that changes something must say `application/json`, so that no page
//! of another site can send it from a browser.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::caldav::handle::CalDav;
use crate::faults::Fault;
use crate::google::errors::ApiError;
use crate::google::handle::Google;
use crate::google::state::Client;
use crate::http::{Reply, Request};
use crate::openid::{Misbehaviour, OpenId};
use crate::server::World;

type Outcome = Result<Value, String>;

/// Answers.
pub fn answer(world: &World, request: &Request) -> Reply {
    if request.method != "GET" && !request.is_json() {
        return Reply::json(415, &json!({"error": "send application/json"}));
    }
    let google = Google::new(world.clone());
    let path: Vec<&str> = request.segments.iter().skip(1).map(String::as_str).collect();
    let looked = look(world, &google, request, &path);
    let outcome = looked.map(Ok).or_else(|| change(world, &google, request, &path));
    match outcome {
        None => Reply::json(404, &json!({"error": "no such control"})),
        Some(Ok(value)) => Reply::json(200, &value),
        Some(Err(message)) => Reply::json(400, &json!({"error": message})),
    }
}

/// What can be looked at.
fn look(world: &World, google: &Google, request: &Request, path: &[&str]) -> Option<Value> {
    match (request.method.as_str(), path) {
        ("GET", ["state"]) => {
            let mut state = google.state();
            state["caldav"] = CalDav::new(world.clone()).state();
            Some(state)
        }
        ("GET", ["requests"]) => Some(json!(google.requests())),
        ("GET", ["faults"]) => Some(json!(google.faults())),
        ("GET", ["settings"]) => Some(json!(google.settings())),
        _ => None,
    }
}

/// What can be done.
fn change(world: &World, google: &Google, request: &Request, path: &[&str]) -> Option<Outcome> {
    let done = match (request.method.as_str(), path) {
        ("POST", ["settings"]) => return Some(settings(google, request)),
        ("POST", ["grants"]) => return Some(grant(google, request)),
        ("POST", ["calendars", calendar, "events"]) => {
            let made =
                read(request).and_then(|event| google.put_event(calendar, event).map_err(message));
            return Some(made.map(|id| json!({"id": id})));
        }
        ("PATCH", ["calendars", calendar, "events", event]) => read(request)
            .and_then(|body| google.patch_event(calendar, event, body).map_err(message)),
        ("DELETE", ["calendars", calendar, "events", event]) => {
            google.delete_event(calendar, event).map_err(message)
        }
        ("POST", ["faults"]) => read(request).map(|fault: Fault| google.fault(fault)),
        ("POST", ["clock"]) => {
            read(request).map(|clock: Clock| google.advance_secs(clock.advance_secs))
        }
        ("POST", ["clients"]) => read(request).map(|client: Client| google.add_client(client)),
        ("POST", ["redirects"]) => {
            read(request).map(|new: Redirect| google.allow_redirect(&new.redirect_uri))
        }
        ("POST", ["openid", "misbehave"]) => {
            read(request).map(|new: Misbehave| OpenId::new(world.clone()).misbehave(new.how))
        }
        ("POST", ["openid", "people"]) => {
            read(request).map(|person| OpenId::new(world.clone()).put_person(person))
        }
        ("POST", ["revoke"]) => read(request).map(|whose: Revoke| google.revoke(&whose.account)),
        (method, [name]) => return simple(google, method, name),
        _ => return None,
    };
    Some(done.map(|()| json!({"ok": true})))
}

/// What needs no words.
fn simple(google: &Google, method: &str, name: &str) -> Option<Outcome> {
    let work = match (method, name) {
        ("DELETE", "requests") => Google::clear_requests,
        ("DELETE", "faults") => Google::clear_faults,
        ("POST", "expire-access-tokens") => Google::expire_access_tokens,
        ("POST", "invalidate-sync-tokens") => Google::invalidate_sync_tokens,
        ("POST", "reset") => Google::reset,
        _ => return None,
    };
    work(google);
    Some(Ok(json!({"ok": true})))
}

fn grant(google: &Google, request: &Request) -> Outcome {
    let grant: Grant = read(request)?;
    let scopes: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
    let tokens = google.grant(&grant.account, &scopes).map_err(message)?;
    Ok(json!({"access_token": tokens.access, "refresh_token": tokens.refresh}))
}

/// Changes the settings that are named; the others stay.
fn settings(google: &Google, request: &Request) -> Outcome {
    let patch: Value = read(request)?;
    let mut all = json!(google.settings());
    if let (Some(all), Some(patch)) = (all.as_object_mut(), patch.as_object()) {
        all.extend(patch.clone());
    }
    let settings = serde_json::from_value(all).map_err(|error| error.to_string())?;
    google.set(|now| *now = settings);
    Ok(json!(google.settings()))
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, String> {
    serde_json::from_slice(&request.body).map_err(|error| error.to_string())
}

fn message(error: ApiError) -> String {
    error.message.into()
}

#[derive(Deserialize)]
struct Clock {
    advance_secs: i64,
}

#[derive(Deserialize)]
struct Redirect {
    redirect_uri: String,
}

#[derive(Deserialize)]
struct Misbehave {
    how: Misbehaviour,
}

#[derive(Deserialize)]
struct Grant {
    account: String,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Revoke {
    account: String,
}
