//! PROPFIND (RFC 4918, 9.1): what a resource says of itself.

use super::place::Place;
use super::state::{Calendar, Object, State};
use super::xml::{self, APPLE, CALDAV, CALENDAR_SERVER, DAV, Element, Response, escape};
use super::zone;
use crate::http::{Reply, Request};

/// What is told where nothing is asked for by name.
const USUAL: [&str; 5] =
    ["resourcetype", "displayname", "getetag", "getcontenttype", "current-user-principal"];
const REPORTS: [&str; 3] = ["<C:calendar-query/>", "<C:calendar-multiget/>", "<sync-collection/>"];
const READING: [&str; 2] = ["read", "read-current-user-privilege-set"];
const WRITING: [&str; 5] = ["write", "write-content", "write-properties", "bind", "unbind"];

/// Answers, for somebody who signed in and may look there.
pub fn find(state: &State, user: &str, place: &Place, request: &Request) -> Reply {
    let depth = match request.header("depth") {
        Some("0") => 0,
        Some("1") => 1,
        _ => return xml::refusal(403, "<propfind-finite-depth/>"),
    };
    let Some(wanted) = wanted(&request.body) else { return Reply::empty(400) };
    if !exists(state, place) {
        return Reply::empty(404);
    }
    let mut places = vec![place.clone()];
    if depth == 1 {
        places.extend(members(state, user, place));
    }
    let answers: Vec<Response> =
        places.iter().map(|place| answer(state, user, place, &wanted)).collect();
    xml::multistatus(&answers, None)
}

/// The properties that are asked for; None for what is no such question.
fn wanted(body: &[u8]) -> Option<Vec<Element>> {
    let usual = || USUAL.map(|name| Element::new(DAV, name)).to_vec();
    if body.is_empty() {
        return Some(usual());
    }
    let root = xml::read(body).filter(|root| root.is(DAV, "propfind"))?;
    Some(root.child(DAV, "prop").map_or_else(usual, |prop| prop.children.clone()))
}

fn exists(state: &State, place: &Place) -> bool {
    match place {
        Place::Root => true,
        Place::Home(home) => state.accounts.contains_key(home),
        Place::Calendar(key) => state.calendars.contains_key(key),
        Place::Object(key, name) => {
            state.calendars.get(key).is_some_and(|held| held.objects.contains_key(name))
        }
    }
}

fn members(state: &State, user: &str, place: &Place) -> Vec<Place> {
    match place {
        Place::Root => vec![Place::Home(user.to_owned())],
        Place::Home(home) => {
            let keys = state.calendars.keys().filter(|(of, _)| of == home);
            keys.cloned().map(Place::Calendar).collect()
        }
        Place::Calendar(key) => {
            let names = state.calendars.get(key).into_iter().flat_map(|held| held.objects.keys());
            names.map(|name| Place::Object(key.clone(), name.clone())).collect()
        }
        Place::Object(..) => Vec::new(),
    }
}

fn answer(state: &State, user: &str, place: &Place, wanted: &[Element]) -> Response {
    let mut response = Response { href: place.href(), ..Response::default() };
    for prop in wanted {
        match value(state, user, place, prop) {
            Some(inside) => response.found.push(tag(prop, &inside)),
            None => response.missing.push(tag(prop, "")),
        }
    }
    response
}

/// A property as an element, in a spelling of its own where its namespace has no prefix.
pub fn tag(prop: &Element, inside: &str) -> String {
    let name = escape(&prop.name);
    let (name, more) = match prop.namespace.as_str() {
        DAV => (name, String::new()),
        CALDAV => (format!("C:{name}"), String::new()),
        APPLE => (format!("I:{name}"), String::new()),
        CALENDAR_SERVER => (format!("CS:{name}"), String::new()),
        other => (name, format!(" xmlns=\"{}\"", escape(other))),
    };
    format!("<{name}{more}>{inside}</{name}>")
}

fn href(place: &Place) -> String {
    format!("<href>{}</href>", escape(&place.href()))
}

/// What is in a property; None where there is none.
fn value(state: &State, user: &str, place: &Place, prop: &Element) -> Option<String> {
    if prop.is(DAV, "current-user-principal") {
        return Some(href(&Place::Home(user.to_owned())));
    }
    match place {
        Place::Root => prop.is(DAV, "resourcetype").then(|| "<collection/>".to_owned()),
        Place::Home(home) => of_home(state, home, prop),
        Place::Calendar(key) => of_calendar(state.calendars.get(key)?, prop),
        Place::Object(key, name) => of_object(state.calendars.get(key)?.objects.get(name)?, prop),
    }
}

fn of_home(state: &State, home: &str, prop: &Element) -> Option<String> {
    let account = state.accounts.get(home)?;
    let own = || href(&Place::Home(home.to_owned()));
    match (prop.namespace.as_str(), prop.name.as_str()) {
        (DAV, "resourcetype") => Some("<principal/><collection/>".to_owned()),
        (DAV, "displayname") => Some(escape(&account.name)),
        (DAV, "principal-URL" | "owner") | (CALDAV, "calendar-home-set") => Some(own()),
        (CALDAV, "calendar-user-address-set") => {
            Some(format!("<href>mailto:{}</href>", escape(&account.email)))
        }
        _ => None,
    }
}

fn of_calendar(held: &Calendar, prop: &Element) -> Option<String> {
    match (prop.namespace.as_str(), prop.name.as_str()) {
        (DAV, "resourcetype") => Some("<C:calendar/><collection/>".to_owned()),
        (DAV, "displayname") => Some(escape(&held.name)),
        (DAV, "owner") => Some(href(&Place::Home(held.owner.clone()))),
        (DAV, "current-user-privilege-set") => {
            let writing = WRITING.iter().filter(|_| held.is_writable);
            let all = READING.iter().chain(writing);
            Some(all.map(|name| format!("<privilege><{name}/></privilege>")).collect())
        }
        (DAV, "supported-report-set") => {
            let one = |name: &&str| {
                format!("<supported-report><report>{name}</report></supported-report>")
            };
            Some(REPORTS.iter().map(one).collect())
        }
        (DAV, "sync-token") => Some(escape(&held.token(held.revision))),
        (CALENDAR_SERVER, "getctag") => Some(escape(&held.token(held.revision))),
        (CALDAV, "supported-calendar-component-set") => {
            Some("<C:comp name=\"VEVENT\"/>".to_owned())
        }
        (CALDAV, "calendar-timezone") => Some(escape(&zone::property())),
        (APPLE, "calendar-color") => Some(format!("{}ff", escape(&held.color))),
        _ => None,
    }
}

/// What an object says of itself.
pub fn of_object(object: &Object, prop: &Element) -> Option<String> {
    match (prop.namespace.as_str(), prop.name.as_str()) {
        (DAV, "resourcetype") => Some(String::new()),
        (DAV, "getetag") => Some(escape(&object.etag())),
        (DAV, "getcontenttype") => Some("text/calendar;charset=utf-8;component=VEVENT".to_owned()),
        (DAV, "getcontentlength") => Some(object.text.len().to_string()),
        _ => None,
    }
}
