//! Who a token speaks for: userinfo in its several shapes, tokeninfo, and the discovery document.

use serde_json::{Value, json};

use super::errors::oauth;
use super::jwt;
use super::scopes::{PREFIX, is_identity};
use super::state::{Account, State, Token};
use crate::http::{Reply, Request};

/// The shape of an answer: OpenID's or the older API's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `sub`, `email_verified`.
    OpenId,
    /// `id`, `verified_email`.
    Version2,
}

/// `GET` or `POST` of one of the userinfo addresses.
pub fn show(state: &State, request: &Request, shape: Shape) -> Reply {
    let token = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let live = token.and_then(|text| state.tokens.get(text));
    let live = live.filter(|token| !token.refresh && state.is_live(token));
    let Some(token) = live else {
        return oauth(401, "invalid_request", "Invalid Credentials").with(
            "WWW-Authenticate",
            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
        );
    };
    let Some(account) = state.accounts.get(&token.account) else {
        return oauth(401, "invalid_request", "Invalid Credentials");
    };
    if !token.scopes.iter().any(|scope| is_identity(scope)) {
        return oauth(403, "insufficient_scope", "Request had insufficient authentication scopes.");
    }
    Reply::json(200, &person(account, token, shape))
}

fn person(account: &Account, token: &Token, shape: Shape) -> Value {
    let (id, verified) = match shape {
        Shape::OpenId => ("sub", "email_verified"),
        Shape::Version2 => ("id", "verified_email"),
    };
    let mut person = json!({});
    person[id] = json!(account.subject);
    person["picture"] = json!("https://lh3.googleusercontent.com/a/simulator");
    if may(token, "userinfo.profile") {
        person["name"] = json!(account.name());
        person["given_name"] = json!(account.given_name);
        person["family_name"] = json!(account.family_name);
    }
    if may(token, "userinfo.email") {
        person["email"] = json!(account.email);
        person[verified] = json!(true);
    }
    person
}

fn may(token: &Token, scope: &str) -> bool {
    token.scopes.iter().any(|granted| granted.strip_prefix(PREFIX) == Some(scope))
}

/// `/tokeninfo` and its older forms.
pub fn token_info(state: &State, request: &Request, shape: Shape) -> Reply {
    let form = request.form().unwrap_or_default();
    let asked = |name: &str| request.query.filled(name).or(form.filled(name)).map(str::to_owned);
    if let Some(text) = asked("id_token") {
        let audience = jwt::claims(&text).and_then(|c| c["aud"].as_str().map(str::to_owned));
        let client = audience.and_then(|audience| state.clients.get(&audience));
        let claims = client.and_then(|client| jwt::verify(&text, &client.secret));
        let now = state.now().as_millis() / 1_000;
        return match claims.filter(|claims| claims["exp"].as_i64().unwrap_or(0) > now) {
            Some(claims) => Reply::json(200, &claims),
            None => oauth(400, "invalid_token", "Invalid Value"),
        };
    }
    let token = asked("access_token").and_then(|text| state.tokens.get(&text));
    match token.filter(|token| !token.refresh && state.is_live(token)) {
        Some(token) => Reply::json(200, &about(state, token, shape)),
        None => oauth(400, "invalid_token", "Invalid Value"),
    }
}

fn about(state: &State, token: &Token, shape: Shape) -> Value {
    let expires = token.expires.unwrap_or(state.now());
    let left = expires.millis_since(state.now()) / 1_000;
    let subject = state.accounts.get(&token.account).map(|account| account.subject.clone());
    let scope = token.scopes.join(" ");
    let mut about = match shape {
        Shape::OpenId => json!({
            "azp": token.client, "aud": token.client, "sub": subject, "scope": scope,
            "exp": (expires.as_millis() / 1_000).to_string(), "expires_in": left.to_string(),
            "access_type": if token.code.is_empty() { "online" } else { "offline" },
        }),
        Shape::Version2 => json!({
            "issued_to": token.client, "audience": token.client, "user_id": subject,
            "scope": scope, "expires_in": left,
        }),
    };
    if may(token, "userinfo.email") {
        about["email"] = json!(token.account);
        match shape {
            Shape::OpenId => about["email_verified"] = json!("true"),
            Shape::Version2 => about["verified_email"] = json!(true),
        }
    }
    about
}

/// `/.well-known/openid-configuration`: Google's issuer, with this machine's addresses.
pub fn discovery(request: &Request) -> Reply {
    let base = request.base();
    let at = |path: &str| format!("{base}{path}");
    Reply::json(
        200,
        &json!({
            "issuer": "https://accounts.google.com",
            "authorization_endpoint": at("/o/oauth2/v2/auth"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/v1/userinfo"),
            "revocation_endpoint": at("/revoke"),
            "jwks_uri": at("/oauth2/v3/certs"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "email", "email_verified", "exp", "family_name",
                "given_name", "iat", "iss", "name", "sub"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
        }),
    )
}
