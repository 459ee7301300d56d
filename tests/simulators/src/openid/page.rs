//! The provider's page: who somebody is, and whether they want to go on.

use url::Url;

use super::misbehaviour::Misbehaviour;
use super::state::{Code, Person, State};
use super::{ISSUER, token};
use crate::google::auth::is_loopback;
use crate::google::state::Client;
use crate::html::{escape, page};
use crate::http::{Pairs, Reply, Request};
use crate::words::Language;

const CODE_SECS: i64 = 60;

/// `GET`: asks.
pub(super) fn show(state: &State, request: &Request) -> Reply {
    let language = Language::of(request);
    match check(state, &request.query) {
        Ok(client) => ask(state, language, &client, &request.raw_query),
        Err(why) => page(language, 400, why, false, &format!("<h1>{}</h1>", escape(why))),
    }
}

fn ask(state: &State, language: Language, client: &Client, request: &str) -> Reply {
    let words = language.words();
    let row = |person: &Person| {
        let [subject, name, email] =
            [&person.subject, &person.name, &person.email].map(|text| escape(text));
        format!(
            "<label class=\"row\"><input type=\"radio\" name=\"account\" value=\"{subject}\" \
             required><span>{name}<small><bdi>{email}</bdi></small></span></label>\n"
        )
    };
    let people: String = state.people.values().map(row).collect();
    let inside = format!(
        "<h1><bdi>{name}</bdi> {wants}</h1>\n\
         <form method=\"post\" action=\"/realms/office/authorize?hl={tag}\">\n\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\n\
         <fieldset><legend>{choose}</legend>\n{people}</fieldset>\n\
         <div class=\"actions\">\n\
         <button type=\"submit\" name=\"action\" value=\"cancel\" formnovalidate>{cancel}</button>\n\
         <button type=\"submit\" name=\"action\" value=\"continue\" class=\"main\">{go_on}</button>\n\
         </div>\n</form>",
        name = escape(&client.name),
        wants = words.wants,
        tag = language.tag(),
        request = escape(request),
        choose = words.choose,
        cancel = words.cancel,
        go_on = words.go_on,
    );
    page(language, 200, "id.example", false, &inside)
}

/// `POST`: sends the person back.
pub(super) fn decide(state: &mut State, request: &Request) -> Reply {
    let form = request.form().unwrap_or_default();
    let query = Pairs::parse(form.get("request").unwrap_or_default().as_bytes());
    let client = match check(state, &query) {
        Ok(client) => client,
        Err(why) => return page(Language::of(request), 400, why, false, &escape(why)),
    };
    let person = form.get("account").and_then(|subject| state.people.get(subject)).cloned();
    let fault = state.misbehaviour;
    let answer = match (form.get("action"), person) {
        _ if fault == Misbehaviour::ServerError => ("error", "server_error".to_owned()),
        (Some("continue"), Some(person)) => {
            let text = state.ground.name(48);
            let code = Code {
                client: client.id,
                subject: person.subject,
                redirect: query.get("redirect_uri").unwrap_or_default().to_owned(),
                challenge: query.get("code_challenge").unwrap_or_default().to_owned(),
                nonce: query.get("nonce").map(str::to_owned),
                expires: state.ground.now().plus_secs(CODE_SECS),
            };
            state.codes.insert(text.clone(), code);
            ("code", text)
        }
        _ => ("error", "access_denied".to_owned()),
    };
    let issuer = match fault {
        Misbehaviour::OtherIssuerReturned => "https://evil.example/realms/office",
        _ => ISSUER,
    };
    Reply::redirect(&back(&query, &answer, issuer))
}

fn back(query: &Pairs, (name, value): &(&str, String), issuer: &str) -> String {
    let Ok(mut url) = Url::parse(query.get("redirect_uri").unwrap_or_default()) else {
        return ISSUER.to_owned();
    };
    url.query_pairs_mut()
        .append_pair("state", query.get("state").unwrap_or_default())
        .append_pair(name, value)
        .append_pair("iss", issuer);
    url.into()
}

/// Strict where the standards let it be: state, nonce and a hashed challenge must be there.
fn check(state: &State, query: &Pairs) -> Result<Client, &'static str> {
    if query.repeated().is_some() {
        return Err("a parameter is given twice");
    }
    let client = query.filled("client_id").and_then(|id| state.clients.get(id));
    let client = client.ok_or("unknown client_id")?;
    let redirect = query.filled("redirect_uri").ok_or("no redirect_uri")?;
    let registered = client.redirects.iter().any(|known| known == redirect);
    if !(registered || state.any_loopback_redirect && is_loopback(redirect)) {
        return Err("redirect_uri is not registered");
    }
    let asks_for = |scope| query.get("scope").is_some_and(|all| all.split(' ').any(|s| s == scope));
    let is_whole = query.get("response_type") == Some("code")
        && query.filled("state").is_some()
        && query.filled("nonce").is_some()
        && asks_for("openid");
    if !is_whole {
        return Err("response_type, state, nonce or the scope openid is missing");
    }
    let challenge = query.filled("code_challenge").unwrap_or_default();
    let is_hashed = query.get("code_challenge_method") == Some("S256");
    if !is_hashed || challenge.len() != token::CHALLENGE_CHARS {
        return Err("code_challenge must be S256");
    }
    Ok(client.clone())
}
