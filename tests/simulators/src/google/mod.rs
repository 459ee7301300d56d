//! A stand-in for Google: sign-in and Calendar v3.

pub mod api;
pub mod auth;
pub mod calendar_list;
pub mod channels;
pub mod colors;
pub mod conference;
pub mod consent;
pub mod errors;
pub mod event_rules;
pub mod event_write;
pub mod events;
pub mod fields;
pub mod freebusy;
pub mod handle;
pub mod instances;
pub mod jwt;
pub mod kept;
pub mod pages;
pub mod recurrence;
pub mod scopes;
pub mod seed;
pub mod settings;
pub mod state;
pub mod sync;
pub mod token;
pub mod userinfo;
pub mod when;

use serde_json::json;

use self::errors::{ApiError, oauth};
use self::state::State;
use self::userinfo::Shape::{OpenId, Version2};
use crate::html;
use crate::http::{Reply, Request};

/// Answers a request to any of Google's hosts.
pub fn answer(state: &mut State, request: &Request) -> Reply {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        (_, ["calendar", "v3", rest @ ..]) => {
            api::answer(state, request, rest).unwrap_or_else(Reply::from)
        }
        ("GET", ["o", "oauth2", "v2", "auth"] | ["o", "oauth2", "auth"]) => {
            auth::show(state, request)
        }
        ("POST", ["o", "oauth2", "v2", "auth"]) => auth::decide(state, request),
        ("POST", ["token"] | ["oauth2", "v4", "token"]) => token::exchange(state, request),
        ("POST" | "GET", ["revoke"] | ["o", "oauth2", "revoke"]) => token::revoke(state, request),
        ("GET" | "POST", ["tokeninfo"] | ["oauth2", "v3", "tokeninfo"]) => {
            userinfo::token_info(state, request, OpenId)
        }
        ("GET" | "POST", ["oauth2", "v1" | "v2", "tokeninfo"]) => {
            userinfo::token_info(state, request, Version2)
        }
        ("GET" | "POST", ["v1", "userinfo"] | ["oauth2", "v3", "userinfo"]) => {
            userinfo::show(state, request, OpenId)
        }
        ("GET", ["oauth2", "v1" | "v2", "userinfo"] | ["userinfo", "v2", "me"]) => {
            userinfo::show(state, request, Version2)
        }
        ("GET", [".well-known", "openid-configuration"]) => userinfo::discovery(request),
        ("GET", ["oauth2", "v3", "certs"]) => Reply::json(200, &json!({"keys": []})),
        ("GET", []) => pages::home(state, request),
        ("POST", ["_demo"]) => pages::act(state, request),
        ("GET", ["_assets", "simulator.css"]) => html::style(),
        (_, ["token" | "revoke" | "tokeninfo"]) => oauth(405, "invalid_request", "Wrong method."),
        _ => ApiError::not_found().into(),
    }
}
