//! The token endpoint: exchanges codes, refreshes, revokes, tells about tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::auth::verifies;
use super::errors::oauth;
use super::jwt;
use super::scopes::{PREFIX, canonical};
use super::state::{Client, Code, State, Token};
use crate::http::{Pairs, Reply, Request};

const REFRESH_TOKENS_MAX: usize = 100;

/// `POST /token`.
pub fn exchange(state: &mut State, request: &Request) -> Reply {
    let Some(form) = request.form() else {
        return oauth(400, "invalid_request", "Send a form in the body.");
    };
    if let Some(name) = form.repeated() {
        return oauth(400, "invalid_request", &format!("Parameter given twice: {name}"));
    }
    let client = match client(state, request, &form) {
        Ok(client) => client,
        Err(reply) => return reply,
    };
    let answer = match form.filled("grant_type") {
        Some("authorization_code") => by_code(state, &client, &form),
        Some("refresh_token") => by_refresh_token(state, &client, &form),
        Some(other) => {
            Err(oauth(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")))
        }
        None => Err(oauth(400, "invalid_request", "Required parameter is missing: grant_type")),
    };
    let reply = answer.unwrap_or_else(|reply| reply);
    reply.with("Cache-Control", "no-store").with("Pragma", "no-cache")
}

/// Who asks: by Basic or in the form, never both with different words.
fn client(state: &State, request: &Request, form: &Pairs) -> Result<Client, Reply> {
    let basic = request.header("authorization").and_then(basic);
    let (id, secret) = match basic {
        Some((id, secret)) => (id, Some(secret)),
        None => match form.filled("client_id") {
            Some(id) => (id.to_owned(), form.filled("client_secret").map(str::to_owned)),
            None => {
                let detail = "Could not determine client ID from request.";
                return Err(oauth(400, "invalid_request", detail));
            }
        },
    };
    if form.filled("client_id").is_some_and(|named| named != id) {
        return Err(oauth(400, "invalid_request", "The client is named twice, differently."));
    }
    let Some(client) = state.clients.get(&id).filter(|_| state.settings.clients_known) else {
        return Err(oauth(401, "invalid_client", "The OAuth client was not found."));
    };
    match secret {
        None => Err(oauth(400, "invalid_request", "client_secret is missing.")),
        Some(secret) if secret != client.secret => {
            Err(oauth(401, "invalid_client", "Unauthorized"))
        }
        Some(_) => Ok(client.clone()),
    }
}

/// RFC 6749 2.3.1: both halves are form-encoded before they are joined.
fn basic(header: &str) -> Option<(String, String)> {
    let pair = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let pair = Pairs::parse(format!("v={text}").as_bytes());
        pair.get("v").map(str::to_owned)
    };
    Some((decode(id)?, decode(secret)?))
}

fn by_code(state: &mut State, client: &Client, form: &Pairs) -> Result<Reply, Reply> {
    let Some(text) = form.filled("code") else {
        return Err(oauth(400, "invalid_request", "Missing required parameter: code"));
    };
    let Some(redirect) = form.filled("redirect_uri") else {
        return Err(oauth(400, "invalid_request", "Missing required parameter: redirect_uri"));
    };
    let now = state.now();
    let code = state.codes.get(text).filter(|code| code.client == client.id && now < code.expires);
    let Some(code) = code.cloned() else {
        return Err(oauth(400, "invalid_grant", "Malformed auth code."));
    };
    if code.used {
        // Somebody else may have it: what came from it stops working.
        state.tokens.values_mut().filter(|t| t.code == text).for_each(|t| t.revoked = true);
        return Err(oauth(400, "invalid_grant", "Bad Request"));
    }
    if code.redirect != redirect || !state.settings.redirects_known {
        return Err(oauth(400, "redirect_uri_mismatch", "Bad Request"));
    }
    check_verifier(&code, form.filled("code_verifier"))?;
    if let Some(kept) = state.codes.get_mut(text) {
        kept.used = true;
    }
    let refresh = code.refresh.then(|| issue(state, &code, text, true));
    let access = issue(state, &code, text, false);
    Ok(Reply::json(200, &answer(state, client, &code, &access, refresh)))
}

fn check_verifier(code: &Code, verifier: Option<&str>) -> Result<(), Reply> {
    let wrong = |detail: &str| Err(oauth(400, "invalid_grant", detail));
    match (&code.challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => wrong("code_verifier was not expected."),
        (Some(_), None) => wrong("Missing code verifier."),
        (Some((method, challenge)), Some(verifier)) if verifies(method, challenge, verifier) => {
            Ok(())
        }
        (Some(_), Some(_)) => wrong("Invalid code verifier."),
    }
}

fn by_refresh_token(state: &mut State, client: &Client, form: &Pairs) -> Result<Reply, Reply> {
    let Some(text) = form.filled("refresh_token") else {
        return Err(oauth(400, "invalid_request", "Missing required parameter: refresh_token"));
    };
    let known = state.tokens.get(text).filter(|token| token.refresh && token.client == client.id);
    let Some(token) = known.cloned() else {
        return Err(oauth(400, "invalid_grant", "Bad Request"));
    };
    if !state.is_live(&token) {
        return Err(oauth(400, "invalid_grant", "Token has been expired or revoked."));
    }
    let scopes = match form.filled("scope") {
        None => token.scopes.clone(),
        Some(fewer) => fewer.split_whitespace().map(canonical).collect(),
    };
    if let Some(extra) = scopes.iter().find(|scope| !token.scopes.contains(scope)) {
        return Err(oauth(400, "invalid_scope", &format!("Not granted: {extra}")));
    }
    let like = Code {
        client: client.id.clone(),
        account: token.account.clone(),
        scopes,
        redirect: String::new(),
        challenge: None,
        refresh: false,
        nonce: None,
        expires: state.now(),
        used: true,
    };
    let access = issue(state, &like, &token.code, false);
    Ok(Reply::json(200, &answer(state, client, &like, &access, None)))
}

/// Makes a token; the oldest refresh token of an account gives way to the hundred and first.
pub fn issue(state: &mut State, code: &Code, text: &str, refresh: bool) -> String {
    let now = state.now();
    let (prefix, secs) = match refresh {
        true => ("1//0", state.settings.refresh_token_secs),
        false => ("ya29.", state.settings.access_token_secs),
    };
    let name = format!("{prefix}{}", state.ground.name(64));
    let token = Token {
        refresh,
        client: code.client.clone(),
        account: code.account.clone(),
        scopes: code.scopes.clone(),
        code: text.to_owned(),
        issued: now,
        expires: (!refresh || secs > 0).then(|| now.plus_secs(secs)),
        revoked: false,
    };
    if refresh {
        let same = |t: &&mut Token| {
            t.refresh && !t.revoked && t.client == token.client && t.account == token.account
        };
        let mut others: Vec<&mut Token> = state.tokens.values_mut().filter(same).collect();
        others.sort_by_key(|token| token.issued);
        let surplus = (others.len() + 1).saturating_sub(REFRESH_TOKENS_MAX);
        others.into_iter().take(surplus).for_each(|token| token.revoked = true);
    }
    state.tokens.insert(name.clone(), token);
    name
}

fn answer(
    state: &State,
    client: &Client,
    code: &Code,
    access: &str,
    refresh: Option<String>,
) -> Value {
    let mut answer = json!({
        "access_token": access,
        "expires_in": state.settings.access_token_secs,
        "scope": code.scopes.join(" "),
        "token_type": "Bearer",
    });
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
        if state.settings.refresh_token_secs > 0 {
            answer["refresh_token_expires_in"] = json!(state.settings.refresh_token_secs);
        }
    }
    if code.scopes.iter().any(|scope| scope == "openid") {
        answer["id_token"] = json!(jwt::sign(&id_claims(state, code), &client.secret));
    }
    answer
}

fn id_claims(state: &State, code: &Code) -> Value {
    let now = state.now().as_millis() / 1_000;
    let mut claims = json!({
        "iss": "https://accounts.google.com",
        "azp": code.client,
        "aud": code.client,
        "iat": now,
        "exp": now + 3_600,
    });
    if let Some(nonce) = &code.nonce {
        claims["nonce"] = json!(nonce);
    }
    let Some(account) = state.accounts.get(&code.account) else { return claims };
    claims["sub"] = json!(account.subject);
    if code.scopes.contains(&format!("{PREFIX}userinfo.email")) {
        claims["email"] = json!(account.email);
        claims["email_verified"] = json!(true);
    }
    if code.scopes.contains(&format!("{PREFIX}userinfo.profile")) {
        claims["name"] = json!(account.name());
        claims["given_name"] = json!(account.given_name);
        claims["family_name"] = json!(account.family_name);
    }
    claims
}

/// `/revoke`: takes back the token and all others of the same app and account.
pub fn revoke(state: &mut State, request: &Request) -> Reply {
    let form = request.form().unwrap_or_default();
    let Some(text) = form.filled("token").or(request.query.filled("token")) else {
        return oauth(400, "invalid_request", "Missing required parameter: token");
    };
    let live = state.tokens.get(text).filter(|token| state.is_live(token)).cloned();
    let Some(token) = live else {
        return oauth(400, "invalid_token", "Token expired or revoked");
    };
    state.revoke(Some(&token.client), &token.account);
    Reply::json(200, &json!({}))
}
