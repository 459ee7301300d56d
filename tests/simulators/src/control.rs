//! `/_control/`: what the handle can do, over HTTP, for demos, scripts and browser tests.
//!
//! JSON in, JSON out. A request that changes something must say `application/json`, so that no page
//! of another site can send it from a browser.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::google::handle::Google;
use crate::google::state::Client;
use crate::http::{Reply, Request};
use crate::server::World;

type Outcome = Result<Value, String>;

/// Answers.
pub fn answer(world: &World, request: &Request) -> Reply {
    if request.method != "GET" && !request.is_json() {
        return Reply::json(415, &json!({"error": "send application/json"}));
    }
    let google = Google::new(world.clone());
    let path: Vec<&str> = request.segments.iter().skip(1).map(String::as_str).collect();
    match route(&google, request, &path) {
        None => Reply::json(404, &json!({"error": "no such control"})),
        Some(Ok(value)) => Reply::json(200, &value),
        Some(Err(message)) => Reply::json(400, &json!({"error": message})),
    }
}

fn route(google: &Google, request: &Request, path: &[&str]) -> Option<Outcome> {
    Some(match (request.method.as_str(), path) {
        ("GET", ["state"]) => Ok(google.state()),
        ("GET", ["requests"]) => Ok(json!(google.requests())),
        ("DELETE", ["requests"]) => done(google.clear_requests()),
        ("GET", ["faults"]) => Ok(json!(google.faults())),
        ("POST", ["faults"]) => read::<Fault>(request).map(|fault| ok(google.fault(fault))),
        ("DELETE", ["faults"]) => done(google.clear_faults()),
        ("GET", ["settings"]) => Ok(json!(google.settings())),
        ("POST", ["settings"]) => settings(google, request),
        ("POST", ["clock"]) => {
            read::<Clock>(request).map(|clock| ok(google.advance_secs(clock.advance_secs)))
        }
        ("POST", ["clients"]) => {
            read::<Client>(request).map(|client| ok(google.add_client(client)))
        }
        ("POST", ["redirects"]) => read::<Redirect>(request)
            .map(|redirect| ok(google.allow_redirect(&redirect.redirect_uri))),
        ("POST", ["grants"]) => read::<Grant>(request).and_then(|grant| {
            let scopes: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
            let tokens = google.grant(&grant.account, &scopes).map_err(|e| e.message)?;
            Ok(json!({"access_token": tokens.access, "refresh_token": tokens.refresh}))
        }),
        ("POST", ["expire-access-tokens"]) => done(google.expire_access_tokens()),
        ("POST", ["revoke"]) => {
            read::<Revoke>(request).map(|revoke| ok(google.revoke(&revoke.account)))
        }
        ("POST", ["invalidate-sync-tokens"]) => done(google.invalidate_sync_tokens()),
        ("POST", ["reset"]) => done(google.reset()),
        ("POST", ["calendars", calendar, "events"]) => read::<Value>(request).and_then(|event| {
            google.put_event(calendar, event).map(|id| json!({"id": id})).map_err(|e| e.message)
        }),
        ("PATCH", ["calendars", calendar, "events", event]) => read::<Value>(request)
            .and_then(|body| google.patch_event(calendar, event, body).map_err(|e| e.message))
            .map(ok),
        ("DELETE", ["calendars", calendar, "events", event]) => {
            google.delete_event(calendar, event).map(ok).map_err(|error| error.message)
        }
        _ => return None,
    })
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

fn ok((): ()) -> Value {
    json!({"ok": true})
}

fn done((): ()) -> Outcome {
    Ok(ok(()))
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
struct Grant {
    account: String,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Revoke {
    account: String,
}
