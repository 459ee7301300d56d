//! REPORT: events between two times, objects by name (RFC 4791, 7.8 and 7.9), what changed (RFC 6578).

use domain::Timestamp;

use super::ical::Component;
use super::place::Place;
use super::props::{of_object, tag};
use super::state::{Calendar, Key, Object, State};
use super::times::{expand, occurrences, read_utc};
use super::xml::{self, CALDAV, DAV, Element, Response};
use super::zone::zone;
use crate::http::{Reply, Request};

type Range = (Timestamp, Timestamp);

/// Answers, for somebody who may read there.
pub fn answer(state: &State, place: &Place, request: &Request) -> Reply {
    let Some(question) = xml::read(&request.body) else { return Reply::empty(400) };
    let (Place::Calendar(key), Some(held)) = (place, calendar(state, place)) else {
        return if matches!(place, Place::Calendar(_) | Place::Object(..)) {
            Reply::empty(404)
        } else {
            xml::refusal(403, "<supported-report/>")
        };
    };
    let depth = request.header("depth").unwrap_or("0");
    match (question.namespace.as_str(), question.name.as_str()) {
        // RFC 6578, 3.2: how far it goes is in the body.
        (DAV, "sync-collection") if depth != "0" => Reply::empty(400),
        (DAV, "sync-collection") => sync(held, key, &question),
        (CALDAV, "calendar-multiget") => multiget(held, key, &question),
        (CALDAV, "calendar-query") => query(held, key, &question, depth),
        _ => xml::refusal(403, "<supported-report/>"),
    }
}

fn calendar<'s>(state: &'s State, place: &Place) -> Option<&'s Calendar> {
    match place {
        Place::Calendar(key) => state.calendars.get(key),
        _ => None,
    }
}

fn sync(held: &Calendar, key: &Key, question: &Element) -> Reply {
    let token = question.text_of(DAV, "sync-token").unwrap_or_default();
    let since = if token.is_empty() { Some(0) } else { held.revision_of(token) };
    let Some(since) = since else { return xml::refusal(403, "<valid-sync-token/>") };
    if !matches!(question.text_of(DAV, "sync-level"), Some("1" | "infinite")) {
        return Reply::empty(400);
    }
    let limit = question.child(DAV, "limit").and_then(|limit| limit.text_of(DAV, "nresults"));
    let limit = match limit.map(str::parse::<usize>) {
        None => usize::MAX,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return Reply::empty(400),
    };
    let here = held.objects.iter().map(|(name, object)| (object.revision, name, Some(object)));
    // Who asks for the first time never knew them.
    let gone = held.gone.iter().filter(|_| !token.is_empty());
    let gone = gone.map(|(name, revision)| (*revision, name, None));
    let mut changes: Vec<_> = here.chain(gone).filter(|(revision, ..)| *revision > since).collect();
    changes.sort_by_key(|(revision, ..)| *revision);
    let is_cut = changes.len() > limit;
    changes.truncate(limit);
    let until = match changes.last() {
        Some((revision, ..)) if is_cut => *revision,
        _ => held.revision,
    };
    let place = |name: &str| Place::Object(key.clone(), name.to_owned());
    let mut answers: Vec<Response> = changes
        .iter()
        .map(|(_, name, object)| match object {
            Some(object) => response(&place(name), object, question, None),
            None => Response::only(place(name).href(), "404 Not Found"),
        })
        .collect();
    if is_cut {
        let own = Place::Calendar(key.clone()).href();
        answers.push(Response::only(own, "507 Insufficient Storage"));
    }
    xml::multistatus(&answers, Some(&held.token(until)))
}

fn multiget(held: &Calendar, key: &Key, question: &Element) -> Reply {
    let Ok(range) = expansion(question) else { return Reply::empty(400) };
    let one = |href: &Element| {
        let href = href.text.trim();
        match Place::of_href(href) {
            Some(Place::Object(of, name)) if of == *key => match held.objects.get(&name) {
                Some(object) => response(&Place::Object(of, name), object, question, range),
                None => Response::only(href.to_owned(), "404 Not Found"),
            },
            _ => Response::only(href.to_owned(), "404 Not Found"),
        }
    };
    let answers: Vec<Response> = question.each(DAV, "href").map(one).collect();
    if answers.is_empty() { Reply::empty(400) } else { xml::multistatus(&answers, None) }
}

fn query(held: &Calendar, key: &Key, question: &Element, depth: &str) -> Reply {
    let Ok(range) = expansion(question) else { return Reply::empty(400) };
    let whole = question.child(CALDAV, "filter").and_then(|it| it.child(CALDAV, "comp-filter"));
    let Some(whole) = whole.filter(|it| it.attribute("name") == Some("VCALENDAR")) else {
        return xml::refusal(403, "<C:valid-filter/>");
    };
    let mut answers = Vec::new();
    for (name, object) in held.objects.iter().filter(|_| depth != "0") {
        match is_wanted(&object.read(), whole) {
            Ok(true) => {
                let place = Place::Object(key.clone(), name.clone());
                answers.push(response(&place, object, question, range));
            }
            Ok(false) => {}
            Err(()) => return xml::refusal(403, "<C:supported-filter/>"),
        }
    }
    xml::multistatus(&answers, None)
}

/// Whether an object passes; an error for a filter that this server doesn't know.
fn is_wanted(object: &Component, whole: &Element) -> Result<bool, ()> {
    for filter in &whole.children {
        if !filter.is(CALDAV, "comp-filter") {
            return Err(());
        }
        if filter.attribute("name") != Some("VEVENT") {
            return Ok(false);
        }
        for inner in &filter.children {
            let passes = match (inner.namespace.as_str(), inner.name.as_str()) {
                (CALDAV, "time-range") => {
                    let (from, to) = range(inner)?;
                    occurrences(object, &zone(), to).iter().any(|one| one.is_within(from, to))
                }
                (CALDAV, "prop-filter") => has_text(object, inner)?,
                _ => return Err(()),
            };
            if !passes {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn has_text(object: &Component, filter: &Element) -> Result<bool, ()> {
    let name = filter.attribute("name").ok_or(())?;
    let wanted = match &filter.children[..] {
        [] => "",
        [only] if only.is(CALDAV, "text-match") => only.text.as_str(),
        _ => return Err(()),
    };
    let is = |event: &Component| {
        event.line(name).is_some()
            && event.text(name).to_lowercase().contains(&wanted.to_lowercase())
    };
    Ok(object.events().any(is))
}

/// `start` and `end`, either of which may be left out (RFC 4791, 9.9).
fn range(element: &Element) -> Result<Range, ()> {
    let time = |name: &str, open: i64| match element.attribute(name) {
        Some(text) => read_utc(text).ok_or(()),
        None => Ok(Timestamp::from_millis(open)),
    };
    let far = 4_102_444_800_000;
    let (from, to) = (time("start", 0)?, time("end", far)?);
    if from < to { Ok((from, to)) } else { Err(()) }
}

fn calendar_data(question: &Element) -> Option<&Element> {
    question.child(DAV, "prop")?.child(CALDAV, "calendar-data")
}

/// Within which times rules are told as single times, if so.
fn expansion(question: &Element) -> Result<Option<Range>, ()> {
    let expand = calendar_data(question).and_then(|data| data.child(CALDAV, "expand"));
    expand.map(range).transpose()
}

fn response(place: &Place, object: &Object, question: &Element, within: Option<Range>) -> Response {
    let mut response = Response { href: place.href(), ..Response::default() };
    let props = question.child(DAV, "prop").into_iter().flat_map(|prop| &prop.children);
    for prop in props {
        let value = if prop.is(CALDAV, "calendar-data") {
            Some(xml::escape(&data(object, prop, within)))
        } else {
            of_object(object, prop)
        };
        match value {
            Some(inside) => response.found.push(tag(prop, &inside)),
            None => response.missing.push(tag(prop, "")),
        }
    }
    response
}

/// The object, or what of it was asked for (RFC 4791, 9.6).
fn data(object: &Object, wish: &Element, within: Option<Range>) -> String {
    let parts = wish.child(CALDAV, "comp");
    if parts.is_none() && within.is_none() {
        return object.text.clone();
    }
    let whole = object.read();
    let whole = within.map_or(whole.clone(), |range| expand(&whole, &zone(), range));
    parts.map_or(whole.clone(), |parts| picked(&whole, parts)).write()
}

/// Only what was named; a component that is named with nothing in it is meant as a whole.
fn picked(whole: &Component, wish: &Element) -> Component {
    if wish.children.is_empty() {
        return whole.clone();
    }
    let has = |name: &str| wish.child(CALDAV, name).is_some();
    let is_named = |kind: &'static str, name: &str| {
        wish.each(CALDAV, kind).find(|it| it.attribute("name") == Some(name))
    };
    let lines = whole.lines.iter();
    let lines = lines.filter(|line| has("allprop") || is_named("prop", &line.name).is_some());
    let children = whole.children.iter().filter_map(|child| {
        if has("allcomp") {
            return Some(child.clone());
        }
        is_named("comp", &child.name).map(|wish| picked(child, wish))
    });
    Component {
        name: whole.name.clone(),
        lines: lines.cloned().collect(),
        children: children.collect(),
    }
}
