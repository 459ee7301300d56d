//! Cookies: the session's, and what somebody prefers before the account is known.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest};
use app::openid::FLOW_SECS;
use app::passkeys::CEREMONY_SECS;
use app::sign_ins::PENDING_SECS;

use crate::state::Web;

/// The language chosen at the door.
pub const LANGUAGE: &str = "oxpi-language";
/// `auto`, `light` or `dark`.
pub const APPEARANCE: &str = "oxpi-appearance";
/// The key of what has just been done, said on the next page.
pub const SAID: &str = "oxpi-said";
/// What a browser keeps that somebody has signed in with; see [`app::attempts::mark_of_browser`].
pub const BROWSER: &str = "oxpi-browser";
/// The wizard that a provider's answer belongs to, should it fail.
pub const CONNECTING: &str = "oxpi-connecting";

/// A session may live this long in the browser; the server ends it sooner.
const SESSION_DAYS: i64 = 30;
const PREFERENCE_DAYS: i64 = 365;

/// The name of the session's cookie. The prefix binds it to this host and to https; a browser
/// refuses it over plain http, which only a loopback address should be used with.
pub fn session_name(web: &Web) -> &'static str {
    if web.is_https() { "__Host-oxpi" } else { "oxpi" }
}

/// The name of the cookie that keeps a half-done sign-in.
pub fn pending_name(web: &Web) -> &'static str {
    if web.is_https() { "__Host-oxpi-pending" } else { "oxpi-pending" }
}

/// The token of a half-done sign-in, if the browser sent one.
pub fn pending_token(web: &Web, request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(pending_name(web))?;
    Some(cookie.value().to_owned()).filter(|token| !token.is_empty() && token.len() <= 128)
}

/// A cookie that keeps a half-done sign-in.
pub fn pending(web: &Web, token: &str) -> Cookie<'static> {
    build(web, pending_name(web), token, Some(Duration::seconds(PENDING_SECS)))
}

/// The name of the cookie that keeps what a passkey was asked.
fn ceremony_name(web: &Web) -> &'static str {
    if web.is_https() { "__Host-oxpi-passkey" } else { "oxpi-passkey" }
}

/// The token of a passkey's question, if the browser sent one.
pub fn ceremony_token(web: &Web, request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(ceremony_name(web))?;
    Some(cookie.value().to_owned()).filter(|token| !token.is_empty() && token.len() <= 128)
}

/// A cookie that keeps what a passkey was asked.
pub fn ceremony(web: &Web, token: &str) -> Cookie<'static> {
    build(web, ceremony_name(web), token, Some(Duration::seconds(CEREMONY_SECS)))
}

/// The name of the cookie that keeps the browser's half of a way to the OpenID provider and back.
pub fn openid_name(web: &Web) -> &'static str {
    if web.is_https() { "__Host-oxpi-openid" } else { "oxpi-openid" }
}

/// That half, if the browser sent it.
pub fn openid_token(web: &Web, request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(openid_name(web))?;
    Some(cookie.value().to_owned()).filter(|token| !token.is_empty() && token.len() <= 128)
}

/// A cookie that keeps it.
pub fn openid(web: &Web, token: &str) -> Cookie<'static> {
    build(web, openid_name(web), token, Some(Duration::seconds(FLOW_SECS)))
}

/// A cookie that says that this browser was signed in with before.
pub fn browser(web: &Web, mark: &str) -> Cookie<'static> {
    build(web, BROWSER, mark, Some(Duration::days(PREFERENCE_DAYS)))
}

/// The token a request goes on with after its own was rotated on the way.
#[derive(Debug, Clone)]
pub struct Renewed(pub String);

/// The session's token, if the browser sent one.
pub fn session_token(web: &Web, request: &HttpRequest) -> Option<String> {
    if let Some(Renewed(token)) = request.extensions().get::<Renewed>() {
        return Some(token.clone());
    }
    let cookie = request.cookie(session_name(web))?;
    Some(cookie.value().to_owned()).filter(|token| !token.is_empty() && token.len() <= 128)
}

/// A cookie that keeps the session.
pub fn session(web: &Web, token: &str) -> Cookie<'static> {
    build(web, session_name(web), token, Some(Duration::days(SESSION_DAYS)))
}

/// A cookie that keeps a preference.
pub fn preference(web: &Web, name: &'static str, value: &str) -> Cookie<'static> {
    build(web, name, value, Some(Duration::days(PREFERENCE_DAYS)))
}

/// The choice of a language, where there is no workspace yet.
pub fn language(is_https: bool, tag: &str) -> Cookie<'static> {
    bake(is_https, LANGUAGE, tag, Some(Duration::days(PREFERENCE_DAYS)))
}

/// A cookie for the next page or two.
pub fn passing(web: &Web, name: &'static str, value: &str) -> Cookie<'static> {
    build(web, name, value, Some(Duration::minutes(20)))
}

/// Takes a cookie out of the browser.
pub fn forget(web: &Web, name: &'static str) -> Cookie<'static> {
    build(web, name, "", Some(Duration::ZERO))
}

fn build(web: &Web, name: &'static str, value: &str, age: Option<Duration>) -> Cookie<'static> {
    bake(web.is_https(), name, value, age)
}

fn bake(is_https: bool, name: &'static str, value: &str, age: Option<Duration>) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value.to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(is_https);
    // Lax, not Strict: the way back from a provider is a link from another site.
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(age);
    cookie
}
