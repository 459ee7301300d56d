//! The authorize page of the sign-in: checks the app's request, asks the person, sends them back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;

use super::consent;
use super::scopes::{canonical, is_identity, meaning};
use super::state::{Client, Code, State, Token};
use crate::http::{Pairs, Reply, Request};
use crate::words::Language;

/// A request that may be shown to a person.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The app.
    pub client: Client,
    /// Where it wants the person back.
    pub redirect: String,
    /// What it asks for, written out, identity first.
    pub scopes: Vec<String>,
    /// Its other parameters.
    pub query: Pairs,
}

/// Why a request is refused on a page of its own, without going back to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// Such as `redirect_uri_mismatch`.
    pub error: &'static str,
    /// What the developer should do.
    pub detail: String,
}

fn refuse<T>(status: u16, error: &'static str, detail: &str) -> Result<T, Refusal> {
    Err(Refusal { status, error, detail: detail.to_owned() })
}

/// `GET`: the page, or an error page.
pub fn show(state: &State, request: &Request) -> Reply {
    let language = Language::of(request);
    match check(state, &request.query) {
        Ok(asked) if asked.query.get("prompt") == Some("none") => {
            Reply::redirect(&back(&asked, &[("error", "interaction_required")]))
        }
        Ok(asked) => consent::ask(state, language, &asked, &request.raw_query),
        Err(refusal) => consent::refuse(language, &refusal),
    }
}

/// `POST`: what the person decided.
pub fn decide(state: &mut State, request: &Request) -> Reply {
    let language = Language::of(request);
    let form = request.form().unwrap_or_default();
    let query = Pairs::parse(form.get("request").unwrap_or_default().as_bytes());
    let asked = match check(state, &query) {
        Ok(asked) => asked,
        Err(refusal) => return consent::refuse(language, &refusal),
    };
    let account = form.get("account").and_then(|email| state.accounts.get(email));
    match (form.get("action"), account) {
        (Some("continue"), Some(_)) if state.settings.only_testers => consent::refuse(
            language,
            &Refusal {
                status: 403,
                error: "access_denied",
                detail: "The app is currently being tested, and can only be accessed by \
                         developer-approved testers."
                    .to_owned(),
            },
        ),
        (Some("continue"), Some(account)) => {
            let account = account.email.clone();
            let ticked = form.all("scope");
            let wanted = |scope: &&String| is_identity(scope) || ticked.contains(&scope.as_str());
            let mut scopes: Vec<String> = asked.scopes.iter().filter(wanted).cloned().collect();
            if asked.query.get("include_granted_scopes") == Some("true") {
                scopes.extend(granted(state, &asked.client.id, &account));
                scopes = without_repeats(scopes);
            }
            if state.settings.withhold {
                scopes.retain(|scope| !scope.ends_with("/auth/calendar.events.owned"));
            }
            if scopes.is_empty() {
                return Reply::redirect(&back(&asked, &[("error", "access_denied")]));
            }
            Reply::redirect(&grant(state, &asked, &account, scopes))
        }
        (Some("continue"), None) => {
            let raw = form.get("request").unwrap_or_default();
            consent::ask(state, language, &asked, raw)
        }
        _ => Reply::redirect(&back(&asked, &[("error", "access_denied")])),
    }
}

/// Checks what an app asks for.
pub fn check(state: &State, query: &Pairs) -> Result<Asked, Refusal> {
    if let Some(name) = query.repeated() {
        let detail = format!("OAuth 2 parameters can only have a single value: {name}");
        return refuse(400, "invalid_request", &detail);
    }
    let Some(id) = query.filled("client_id") else {
        return refuse(400, "invalid_request", "Missing required parameter: client_id");
    };
    let Some(client) = state.clients.get(id).filter(|_| state.settings.clients_known).cloned()
    else {
        return refuse(401, "invalid_client", "The OAuth client was not found.");
    };
    let Some(redirect) = query.filled("redirect_uri") else {
        return refuse(400, "invalid_request", "Missing required parameter: redirect_uri");
    };
    if !state.settings.redirects_known || !may_return(state, &client, redirect) {
        let detail = format!("redirect_uri={redirect} is not registered for this client");
        return refuse(400, "redirect_uri_mismatch", &detail);
    }
    match query.filled("response_type") {
        None => return refuse(400, "invalid_request", "Missing required parameter: response_type"),
        Some("code") => {}
        Some(_) => return refuse(400, "unsupported_response_type", "Use response_type=code"),
    }
    check_options(query)?;
    let scopes = scopes(query)?;
    Ok(Asked { client, redirect: redirect.to_owned(), scopes, query: query.clone() })
}

fn check_options(query: &Pairs) -> Result<(), Refusal> {
    if !matches!(query.filled("access_type"), None | Some("online" | "offline")) {
        return refuse(400, "invalid_request", "Invalid parameter value for access_type");
    }
    let mut prompts = query.filled("prompt").unwrap_or_default().split_whitespace();
    if !prompts.all(|prompt| matches!(prompt, "none" | "consent" | "select_account")) {
        return refuse(400, "invalid_request", "Invalid parameter value for prompt");
    }
    match (query.filled("code_challenge"), query.filled("code_challenge_method")) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            refuse(400, "invalid_request", "Missing required parameter: code_challenge")
        }
        (Some(challenge), Some("S256")) if challenge.len() != 43 => {
            refuse(400, "invalid_request", "Invalid parameter value for code_challenge")
        }
        (Some(_), None | Some("plain" | "S256")) => Ok(()),
        _ => refuse(400, "invalid_request", "Invalid parameter value for code_challenge_method"),
    }
}

fn scopes(query: &Pairs) -> Result<Vec<String>, Refusal> {
    let Some(text) = query.filled("scope") else {
        return refuse(400, "invalid_request", "Missing required parameter: scope");
    };
    let mut scopes: Vec<String> = text.split_whitespace().map(canonical).collect();
    if scopes.iter().any(|scope| is_identity(scope)) {
        scopes.insert(0, "openid".to_owned());
    }
    let mut seen = Vec::new();
    scopes.retain(|scope| {
        !seen.contains(scope) && {
            seen.push(scope.clone());
            true
        }
    });
    match scopes.iter().find(|scope| meaning(scope).is_none()) {
        Some(unknown) => {
            let detail = format!("Some requested scopes were invalid: {unknown}");
            refuse(400, "invalid_scope", &detail)
        }
        None => Ok(scopes),
    }
}

fn without_repeats(scopes: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for scope in scopes {
        if !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    kept
}

fn may_return(state: &State, client: &Client, redirect: &str) -> bool {
    let registered = client.redirects.iter().any(|known| known == redirect);
    registered || (state.any_loopback_redirect && is_loopback(redirect))
}

/// Whether an address is plain http on this machine.
pub fn is_loopback(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    host && url.scheme() == "http" && url.fragment().is_none()
}

/// Makes a code and the address that brings it to the app.
fn grant(state: &mut State, asked: &Asked, account: &str, scopes: Vec<String>) -> String {
    let query = &asked.query;
    let consents = query.get("prompt").unwrap_or_default().split_whitespace();
    let consented = consents.into_iter().any(|prompt| prompt == "consent");
    let refresh = query.get("access_type") == Some("offline")
        && (consented || refresh_tokens(state, &asked.client.id, account).next().is_none());
    let challenge = query.filled("code_challenge").map(|challenge| {
        let method = query.filled("code_challenge_method").unwrap_or("plain");
        (method.to_owned(), challenge.to_owned())
    });
    let code = format!("4/0{}", state.ground.name(48));
    let kept = Code {
        client: asked.client.id.clone(),
        account: account.to_owned(),
        scopes: scopes.clone(),
        redirect: asked.redirect.clone(),
        challenge,
        refresh,
        nonce: query.filled("nonce").map(str::to_owned),
        expires: state.now().plus_secs(state.settings.code_secs),
        used: false,
    };
    state.codes.insert(code.clone(), kept);
    let scope = scopes.join(" ");
    back(asked, &[("code", &code), ("scope", &scope), ("authuser", "0"), ("prompt", "consent")])
}

/// The refresh tokens of an app for an account that work now.
fn refresh_tokens<'a>(
    state: &'a State,
    client: &'a str,
    account: &'a str,
) -> impl Iterator<Item = &'a Token> {
    state.tokens.values().filter(move |token| {
        token.refresh && token.client == client && token.account == account && state.is_live(token)
    })
}

/// What an account has allowed an app before.
fn granted(state: &State, client: &str, account: &str) -> Vec<String> {
    refresh_tokens(state, client, account).flat_map(|token| token.scopes.iter().cloned()).collect()
}

/// The app's address with the state it sent and these parameters.
fn back(asked: &Asked, pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse(&asked.redirect) else { return asked.redirect.clone() };
    if let Some(state) = asked.query.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    for (name, value) in pairs {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.into()
}

/// Whether a verifier answers a challenge (RFC 7636 4.6).
pub fn verifies(method: &str, challenge: &str, verifier: &str) -> bool {
    let valid = (43..=128).contains(&verifier.len());
    let answer = match method {
        "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        _ => verifier.to_owned(),
    };
    valid && answer == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_on_this_machine_is_loopback() {
        for good in ["http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:3/x"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in ["https://127.0.0.1/", "http://127.0.0.1.evil.test/", "http://localhost/#x", "x"]
        {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn a_verifier_must_be_the_one_of_the_challenge() {
        // The example of RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(verifies("S256", challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!verifies("S256", challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx"));
        assert!(!verifies("S256", challenge, challenge));
        assert!(!verifies("plain", "short", "short"));
    }
}
