//! The pages of the sign-in: consent and refusal.

use super::auth::{Asked, Refusal};
use super::scopes::{PREFIX, is_identity, meaning};
use super::state::State;
use crate::html::{escape, page};
use crate::http::Reply;
use crate::words::Language;

/// Asks a person. `request` is the app's query, kept in the form.
pub fn ask(state: &State, language: Language, asked: &Asked, request: &str) -> Reply {
    let words = language.words();
    let (sign_in, name) = (words.sign_in, escape(&asked.client.name));
    let inside = format!(
        "<p class=\"quiet\">{sign_in}</p>\n<h1><bdi>{name}</bdi> {wants}</h1>\n\
         <form method=\"post\" action=\"/o/oauth2/v2/auth?hl={tag}\">\n\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\n\
         <fieldset><legend>{choose}</legend>\n{accounts}</fieldset>\n\
         <fieldset><legend>{allow}</legend>\n{scopes}</fieldset>\n\
         <p class=\"quiet\">{untick}</p>\n\
         <p class=\"quiet\">{returns_to} <bdi class=\"address\">{redirect}</bdi></p>\n\
         <div class=\"actions\">\n\
         <button type=\"submit\" name=\"action\" value=\"cancel\">{cancel}</button>\n\
         <button type=\"submit\" name=\"action\" value=\"continue\" class=\"main\">{go_on}</button>\n\
         </div>\n</form>",
        wants = words.wants,
        tag = language.tag(),
        request = escape(request),
        choose = words.choose,
        accounts = accounts(state, asked),
        allow = words.allow,
        scopes = scopes(language, asked),
        untick = words.untick,
        returns_to = words.returns_to,
        redirect = escape(&asked.redirect),
        cancel = words.cancel,
        go_on = words.go_on,
    );
    page(language, 200, sign_in, false, &inside)
}

fn accounts(state: &State, asked: &Asked) -> String {
    let hinted = asked.query.get("login_hint").filter(|hint| state.accounts.contains_key(*hint));
    let chosen = hinted.or(state.accounts.keys().next().map(String::as_str));
    let row = |account: &super::state::Account| {
        let checked = if chosen == Some(account.email.as_str()) { " checked" } else { "" };
        let (email, name) = (escape(&account.email), escape(&account.name()));
        format!(
            "<label class=\"row\"><input type=\"radio\" name=\"account\" value=\"{email}\" \
             required{checked}><span>{name}<small><bdi>{email}</bdi></small></span></label>\n"
        )
    };
    state.accounts.values().map(row).collect()
}

fn scopes(language: Language, asked: &Asked) -> String {
    let row = |scope: &String| {
        let (english, hebrew) = meaning(scope).unwrap_or_default();
        let fixed = if is_identity(scope) { " disabled" } else { "" };
        let short = escape(scope.strip_prefix(PREFIX).unwrap_or(scope));
        let (text, scope) = (escape(language.pick(english, hebrew)), escape(scope));
        format!(
            "<label class=\"row\"><input type=\"checkbox\" name=\"scope\" value=\"{scope}\" \
             checked{fixed}><span>{text}<small><bdi class=\"address\">{short}</bdi></small></span></label>\n"
        )
    };
    asked.scopes.iter().map(row).collect()
}

/// Tells why a request is refused.
pub fn refuse(language: Language, refusal: &Refusal) -> Reply {
    let words = language.words();
    let inside = format!(
        "<h1>{blocked}</h1>\n<p class=\"bad\">{error} {status}: <bdi>{code}</bdi></p>\n\
         <p class=\"quiet\"><bdi class=\"address\">{detail}</bdi></p>",
        blocked = words.blocked,
        error = words.error,
        status = refusal.status,
        code = refusal.error,
        detail = escape(&refusal.detail),
    );
    page(language, refusal.status, words.error, false, &inside)
}
