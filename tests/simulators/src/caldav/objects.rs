//! GET, PUT and DELETE of objects, and making calendars.

use super::ical::Component;
use super::place::Place;
use super::state::{Calendar, Key, Object, State, uid_of};
use super::times::fault;
use super::xml::{self, DAV};
use super::zone::zone;
use crate::http::{Reply, Request};

const TYPE: &str = "text/calendar; charset=utf-8";
const NO_RIGHT: &str = "<need-privileges/>";

/// GET or HEAD.
pub fn get(state: &State, place: &Place) -> Reply {
    let Place::Object(key, name) = place else { return Reply::empty(405) };
    let object = state.calendars.get(key).and_then(|held| held.objects.get(name));
    let Some(object) = object else { return Reply::empty(404) };
    let body = object.text.clone().into_bytes();
    Reply { status: 200, headers: Vec::new(), body }
        .with("Content-Type", TYPE)
        .with("ETag", &object.etag())
}

/// PUT: what is in the request takes the object's place, if it is the one that the request means.
pub fn put(state: &mut State, place: &Place, request: &Request) -> Reply {
    let Place::Object(key, name) = place else { return Reply::empty(405) };
    let Some(held) = state.calendars.get_mut(key) else { return Reply::empty(409) };
    if !held.is_writable {
        return xml::refusal(403, NO_RIGHT);
    }
    if !is_meant(held, name, request) {
        return Reply::empty(412);
    }
    let text = match std::str::from_utf8(&request.body) {
        Ok(text) => text,
        Err(_) => return xml::refusal(403, "<C:valid-calendar-data/>"),
    };
    if let Err(reply) = checked(held, key, name, text) {
        return reply;
    }
    let is_new = held.put(name, text);
    let etag = held.objects.get(name).map(Object::etag).unwrap_or_default();
    Reply::empty(if is_new { 201 } else { 204 }).with("ETag", &etag)
}

/// Whether a text may be put there (RFC 4791, 5.3.2.1).
fn checked(held: &Calendar, key: &Key, name: &str, text: &str) -> Result<(), Reply> {
    let refuse = |condition: &str| Err(xml::refusal(403, condition));
    let Some(object) = Component::parse(text).filter(|object| object.name == "VCALENDAR") else {
        return refuse("<C:valid-calendar-data/>");
    };
    let mut parts = object.children.iter().filter(|child| child.name != "VTIMEZONE");
    if object.line("METHOD").is_some() || parts.clone().next().is_none() {
        return refuse("<C:valid-calendar-object-resource/>");
    }
    if parts.clone().any(|part| part.name != "VEVENT") {
        return refuse("<C:supported-calendar-component/>");
    }
    let Some(uid) = uid_of(&object) else {
        return refuse("<C:valid-calendar-object-resource/>");
    };
    if parts.any(|part| part.text("UID") != uid || part.line("DTSTAMP").is_none()) {
        return refuse("<C:valid-calendar-object-resource/>");
    }
    // Rules beyond what is understood are refused rather than misread.
    if fault(&object, &zone()).is_some() {
        return refuse("<C:valid-calendar-data/>");
    }
    match held.name_of(&uid) {
        Some(other) if other != name => {
            let href = Place::Object(key.clone(), other.to_owned()).href();
            let href = format!("<href>{}</href>", xml::escape(&href));
            let condition = format!("<C:no-uid-conflict>{href}</C:no-uid-conflict>");
            Err(xml::refusal(409, &condition))
        }
        _ => Ok(()),
    }
}

/// DELETE of an object.
pub fn delete(state: &mut State, place: &Place, request: &Request) -> Reply {
    let Place::Object(key, name) = place else { return Reply::empty(403) };
    let Some(held) = state.calendars.get_mut(key) else { return Reply::empty(404) };
    if !held.is_writable {
        return xml::refusal(403, NO_RIGHT);
    }
    if !held.objects.contains_key(name) {
        return Reply::empty(404);
    }
    if !is_meant(held, name, request) {
        return Reply::empty(412);
    }
    held.delete(name);
    Reply::empty(204)
}

/// RFC 9110, 13.1: `If-Match` and `If-None-Match`.
fn is_meant(held: &Calendar, name: &str, request: &Request) -> bool {
    let etag = held.objects.get(name).map(Object::etag);
    let is_one = |list: &str| match (list.trim(), &etag) {
        ("*", etag) => etag.is_some(),
        (list, Some(etag)) => list.split(',').any(|one| one.trim() == etag),
        (_, None) => false,
    };
    let matches = request.header("if-match").is_none_or(is_one);
    matches && !request.header("if-none-match").is_some_and(is_one)
}

/// MKCALENDAR in one's own home (RFC 4791, 5.3.1).
pub fn make(state: &mut State, user: &str, place: &Place, request: &Request) -> Reply {
    let Place::Calendar(key) = place else { return Reply::empty(403) };
    if state.calendars.contains_key(key) {
        return xml::refusal(405, "<resource-must-be-null/>");
    }
    let named = xml::read(&request.body).and_then(|root| {
        let set = root.child(DAV, "set")?.child(DAV, "prop")?.clone();
        set.text_of(DAV, "displayname").map(str::to_owned)
    });
    let name = named.unwrap_or_else(|| key.1.clone());
    state.put_calendar((&key.0, &key.1), &name, "#616161", user);
    Reply::empty(201)
}
