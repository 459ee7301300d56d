//! A stand-in for an OpenID provider such as a business runs or rents: discovery, keys, a page, a
//! token endpoint that signs with a real key (ES256), and every way to get it wrong.
//!
//! Its issuer is `https://id.example/realms/office`; in sandbox mode that origin leads here.

mod handle;
mod misbehaviour;
mod page;
mod state;
mod token;

use serde_json::json;

use crate::http::{Reply, Request};

pub use handle::OpenId;
pub use misbehaviour::Misbehaviour;
pub use state::{Person, State};

/// What it calls itself.
pub const ISSUER: &str = "https://id.example/realms/office";

/// Answers a request to the provider's host; None when the path is none of its own.
pub fn answer(state: &mut State, request: &Request) -> Option<Reply> {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let ["realms", "office", rest @ ..] = path.as_slice() else { return None };
    let reply = match (request.method.as_str(), rest) {
        ("GET", [".well-known", "openid-configuration"]) => discovery(state),
        ("GET", ["keys"]) => Reply::json(200, &json!({"keys": [state.public_key()]})),
        ("GET", ["authorize"]) => page::show(state, request),
        ("POST", ["authorize"]) => page::decide(state, request),
        ("POST", ["token"]) => token::exchange(state, request),
        _ => Reply::json(404, &json!({"error": "not_found"})),
    };
    Some(reply)
}

fn discovery(state: &State) -> Reply {
    let issuer = match state.misbehaviour {
        Misbehaviour::OtherIssuerDiscovered => "https://evil.example/realms/office",
        _ => ISSUER,
    };
    let at = |path: &str| format!("{ISSUER}/{path}");
    Reply::json(
        200,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "jwks_uri": at("keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        }),
    )
}
