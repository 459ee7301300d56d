//! A stand-in for a CalDAV server such as a business rents or runs (RFC 4791, RFC 6578, RFC 6764), with
//! accounts that have a name and a password. What Radicale does it does too, only more strictly.

pub mod handle;
pub mod ical;
mod objects;
pub mod pages;
mod place;
mod props;
mod report;
pub mod seed;
pub mod state;
mod times;
mod xml;
mod zone;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::place::Place;
use self::state::{ROOT, State};
use crate::http::{Reply, Request};

const WELL_KNOWN: &str = "/.well-known/caldav";
const METHODS: &str = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, REPORT, MKCALENDAR";
/// What only such a server is asked, wherever.
const OWN_METHODS: [&str; 4] = ["PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR"];

/// Whether a request is one to this server: its paths are its own, and at those that others have too it
/// is known by what is asked.
pub fn is_asked(request: &Request) -> bool {
    request.path == WELL_KNOWN
        || request.segments.first().is_some_and(|first| first == "dav")
        || OWN_METHODS.contains(&request.method.as_str())
}

/// Answers a request to the server; None when it is none to it.
pub fn answer(state: &mut State, request: &Request) -> Option<Reply> {
    if !is_asked(request) {
        return None;
    }
    if request.path == WELL_KNOWN {
        // RFC 6764, 5: before anybody is asked who they are.
        return Some(Reply::empty(301).with("Location", ROOT));
    }
    let Some(user) = user(state, request) else {
        let ask = "Basic realm=\"CalDAV\", charset=\"UTF-8\"";
        return Some(Reply::empty(401).with("WWW-Authenticate", ask));
    };
    let parts: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let Some(place) = Place::of(&parts) else { return Some(Reply::empty(404)) };
    if place.home().is_some_and(|home| home != user) {
        // Another's home: whether there is one is not said.
        return Some(Reply::empty(403));
    }
    Some(match request.method.as_str() {
        "OPTIONS" => Reply::empty(200)
            .with("Allow", METHODS)
            .with("DAV", "1, 3, access-control, calendar-access"),
        "PROPFIND" => props::find(state, &user, &place, request),
        "REPORT" => report::answer(state, &place, request),
        "GET" | "HEAD" => objects::get(state, &place),
        "PUT" => objects::put(state, &place, request),
        "DELETE" => objects::delete(state, &place, request),
        "MKCALENDAR" => objects::make(state, &user, &place, request),
        _ => Reply::empty(405).with("Allow", METHODS),
    })
}

/// Who asks, if name and password are right (RFC 7617).
fn user(state: &State, request: &Request) -> Option<String> {
    let (scheme, typed) = request.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || state.refuses_passwords {
        return None;
    }
    let typed = String::from_utf8(STANDARD.decode(typed.trim()).ok()?).ok()?;
    let (user, password) = typed.split_once(':')?;
    let account = state.accounts.get(user)?;
    (account.password == password).then(|| user.to_owned())
}

/// An error that a fault makes.
pub fn injected(status: u16, reason: Option<&str>) -> Reply {
    match reason {
        Some(reason) => xml::refusal(status, &format!("<{reason}/>")),
        None => Reply::empty(status),
    }
}
