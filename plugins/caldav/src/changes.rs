//! What changed in a calendar.
//!
//! A first reading goes through the calendar's time in pieces, a month back and a year and a bit ahead,
//! so that an event that repeats without end has its times told. Later ones ask what changed since the
//! token that the server gave before the reading began. Servers without tokens only tell that something
//! changed: then everything is read anew. So it is when the told time comes to its end.

use oxpi_kit::calendar::{ChangedEvent, Changes};
use oxpi_kit::problem::code;
use oxpi_kit::{Problem, Result, Timestamp, env, log, t};

use crate::cursor::{Cursor, Mark};
use crate::dav::{Reply, Server};
use crate::errors::resync;
use crate::ical::Document;
use crate::mapping::{Object, Own, events_of, instants, zone_in};
use crate::multistatus::{Resource, names};
use crate::query;
use crate::xml::{CALDAV, CALENDAR_SERVER, DAV};

const DAY_MS: i64 = 24 * 3_600_000;
/// How far back a first reading begins.
const BACK_DAYS: i64 = 31;
/// How far ahead it goes.
const AHEAD_DAYS: i64 = 400;
/// When less than this is left of what was told, it is told anew.
const LEFT_DAYS: i64 = 370;
/// Days of one piece of a first reading, and the least, where more is too much for one answer.
const PIECE_DAYS: i64 = 100;
const PIECE_DAYS_MIN: i64 = 3;
/// Bytes of an answer that are read in one call.
const BODY_BYTES: usize = 768 << 10;
/// Changes that a server is asked for at once.
const CHANGES: usize = 200;
/// More changes than this at once, from a server that gives all of them, are read as a whole.
const CHANGES_MAX: usize = 1_000;
/// Objects read with one request.
const OBJECTS: usize = 50;

const STATE: &str = "<d:sync-token/><s:getctag/><c:calendar-timezone/><d:supported-report-set/>";

/// A page of changes since the cursor; without one, of everything.
pub fn page(calendar: &str, since: Option<&str>) -> Result<Changes> {
    let server = Server::current()?;
    let calendar = server.own(calendar)?;
    let Some(text) = since else { return piece(&server, &calendar, begin(&server, &calendar)?) };
    let cursor = Cursor::parse(text).ok_or_else(|| resync("unreadable cursor"))?;
    if cursor.next.is_some() {
        return piece(&server, &calendar, cursor);
    }
    if cursor.until < env::now().plus_millis(LEFT_DAYS * DAY_MS) {
        return Err(resync("told too long ago"));
    }
    match cursor.mark.clone() {
        Mark::Token(token) => later(&server, &calendar, cursor, &token),
        Mark::Tag(tag) if tag_now(&server, &calendar)? == tag => Ok(Changes {
            events: Vec::new(),
            replaced: Vec::new(),
            cursor: cursor.to_text(),
            more: false,
        }),
        Mark::Tag(_) => Err(resync("another tag")),
    }
}

/// What the calendar is at, before it is read: what changes meanwhile is told next time.
fn begin(server: &Server, calendar: &str) -> Result<Cursor> {
    let state = state(server, calendar)?;
    let has_sync = state
        .prop(DAV, "supported-report-set")
        .is_none_or(|set| set.children.iter().any(|each| reports(each, "sync-collection")));
    let token = state.text(DAV, "sync-token").filter(|_| has_sync);
    let mark = match token {
        Some(token) => Mark::Token(token.to_owned()),
        None => Mark::Tag(tag_of(server, calendar, &state)?),
    };
    let zone = state.text(CALDAV, "calendar-timezone").and_then(zone_in);
    let now = env::now();
    let from = now.plus_millis(-BACK_DAYS * DAY_MS);
    let until = now.plus_millis(AHEAD_DAYS * DAY_MS);
    let zone = zone.unwrap_or_else(env::time_zone);
    Ok(Cursor { mark, zone, from, until, next: Some(from) })
}

fn reports(supported: &crate::xml::Element, name: &str) -> bool {
    let report = supported.child(DAV, "report");
    report.is_some_and(|report| report.child(DAV, name).is_some())
}

fn state(server: &Server, calendar: &str) -> Result<Resource> {
    let (_, reply) = server.propfind_on(calendar, "0", STATE)?;
    let found = server.resources(&reply)?.resources.into_iter().next();
    found
        .filter(|found| !found.is_gone())
        .ok_or_else(|| Problem::not_found(t!("error-not-found")).with_detail("no such calendar"))
}

fn tag_now(server: &Server, calendar: &str) -> Result<String> {
    let state = state(server, calendar)?;
    tag_of(server, calendar, &state)
}

/// The calendar's tag; without one, a figure of all its objects' tags.
fn tag_of(server: &Server, calendar: &str, state: &Resource) -> Result<String> {
    if let Some(tag) = state.text(CALENDAR_SERVER, "getctag") {
        return Ok(tag.chars().take(200).collect());
    }
    let (_, reply) = server.propfind_on(calendar, "1", "<d:getetag/>")?;
    let mut all: Vec<String> = server
        .resources(&reply)?
        .resources
        .iter()
        .map(|each| format!("{} {}", each.path, each.text(DAV, "getetag").unwrap_or_default()))
        .collect();
    all.sort();
    Ok(figure(&all.join("\n")))
}

/// FNV-1a: enough to see that something changed.
fn figure(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A piece of a first reading.
fn piece(server: &Server, calendar: &str, cursor: Cursor) -> Result<Changes> {
    let from = cursor.next.unwrap_or(cursor.from);
    let (to, reply) = between(server, calendar, from, cursor.until)?;
    let own = if from == cursor.from { Own::Told } else { Own::Later };
    let events = told(&server.resources(&reply)?.resources, &cursor.zone, own)?;
    let more = to < cursor.until;
    let next = Cursor { next: more.then_some(to), ..cursor };
    Ok(Changes { events, replaced: Vec::new(), cursor: next.to_text(), more })
}

/// What is in a calendar from an instant on, and how far this reaches: less than a piece where a calendar
/// is so full that its answer is too large, or too much to read in one call.
pub fn between(
    server: &Server,
    calendar: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<(Timestamp, Reply)> {
    let mut days = PIECE_DAYS;
    loop {
        let to = from.plus_millis(days * DAY_MS).min(until);
        let inner = query::between(from, to);
        match server.report(calendar, "1", "c:calendar-query", &inner) {
            Ok(reply) if reply.body.len() <= BODY_BYTES || days <= PIECE_DAYS_MIN => {
                return Ok((to, reply));
            }
            Err(problem) if !problem.is(code::TOO_LARGE) || days <= PIECE_DAYS_MIN => {
                return Err(problem);
            }
            _ => days /= 3,
        }
    }
}

/// What changed since a token.
fn later(server: &Server, calendar: &str, cursor: Cursor, token: &str) -> Result<Changes> {
    // RFC 6578 wants depth 0; what is meant is in `sync-level`.
    let ask =
        |count| server.report(calendar, "0", "d:sync-collection", &query::since(token, count));
    let mut reply = ask(Some(CHANGES))?;
    if reply.status == 507 {
        // It can't stop in between, and would rather say nothing than too much (RFC 6578, 3.7).
        reply = ask(None)?;
    }
    // RFC 6578 wants 403 with a condition; servers say it in these ways too. Should it be something
    // else, reading anew meets it and says so.
    let is_refused = matches!(reply.status, 400 | 403 | 409 | 410 | 412 | 507);
    if is_refused || names(&reply.body, DAV, "valid-sync-token") {
        return Err(resync(&reply.status.to_string()));
    }
    let found = server.resources(&reply)?;
    let token = found.sync_token.ok_or_else(|| resync("no token"))?;
    let is_itself =
        |each: &&Resource| each.path.trim_end_matches('/') == calendar.trim_end_matches('/');
    // A list that was cut says so of the calendar itself (RFC 6578, 3.6).
    let more = found.resources.iter().any(|each| is_itself(&each) && each.status == Some(507));
    let all: Vec<&Resource> = found
        .resources
        .iter()
        .filter(|each| !is_itself(each) && !each.path.is_empty() && !each.path.ends_with('/'))
        .collect();
    if all.len() > CHANGES_MAX {
        return Err(resync("too many changes"));
    }
    let (gone, there): (Vec<&Resource>, Vec<&Resource>) =
        all.into_iter().partition(|each| each.is_gone());
    let mut events: Vec<ChangedEvent> = gone.into_iter().map(cancelled).collect();
    let size = OBJECTS.max(there.len().div_ceil(12));
    let mut left = BODY_BYTES;
    for some in there.chunks(size) {
        events.extend(read_again(server, calendar, &cursor, some, &mut left)?);
    }
    let mut replaced: Vec<String> = events
        .iter()
        .map(|event| event.series.as_ref().unwrap_or(&event.external_id).clone())
        .chain(there.iter().map(|each| each.path.clone()))
        .collect();
    replaced.sort();
    replaced.dedup();
    let next = Cursor { mark: Mark::Token(token), ..cursor };
    Ok(Changes { events, replaced, cursor: next.to_text(), more })
}

fn cancelled(gone: &Resource) -> ChangedEvent {
    ChangedEvent::cancelled(gone.path.clone(), None)
}

/// Objects that changed, as they are now. Only those that repeat are asked for as single times: some
/// servers leave out all others then.
fn read_again(
    server: &Server,
    calendar: &str,
    cursor: &Cursor,
    some: &[&Resource],
    left: &mut usize,
) -> Result<Vec<ChangedEvent>> {
    let paths: Vec<&str> = some.iter().map(|each| each.path.as_str()).collect();
    let found = these(server, calendar, &paths, None, left)?;
    let repeats = |each: &&Resource| {
        let data = each.text(CALDAV, "calendar-data");
        data.and_then(|data| Document::parse(data.as_bytes())).is_some_and(|found| found.repeats())
    };
    let (many, single): (Vec<Resource>, Vec<Resource>) =
        found.into_iter().partition(|each| repeats(&each));
    // Gone since the list was made.
    let gone = single.iter().filter(|each| each.is_gone()).map(cancelled);
    let mut events: Vec<ChangedEvent> = gone.collect();
    events.extend(told(&single, &cursor.zone, Own::Told)?);
    if !many.is_empty() {
        let paths: Vec<&str> = many.iter().map(|each| each.path.as_str()).collect();
        let times = these(server, calendar, &paths, Some((cursor.from, cursor.until)), left)?;
        events.extend(told(&times, &cursor.zone, Own::Told)?);
    }
    Ok(events)
}

/// These objects. More than a call may read is read anew, which is done in pieces.
fn these(
    server: &Server,
    calendar: &str,
    paths: &[&str],
    within: Option<(Timestamp, Timestamp)>,
    left: &mut usize,
) -> Result<Vec<Resource>> {
    let inner = query::these(paths, within);
    let answered = server.report(calendar, "1", "c:calendar-multiget", &inner);
    let reply = match answered {
        Err(problem) if problem.is(code::TOO_LARGE) => return Err(resync("too large")),
        answered => answered?,
    };
    match left.checked_sub(reply.body.len()) {
        Some(rest) => *left = rest,
        None => return Err(resync("too much at once")),
    }
    Ok(server.resources(&reply)?.resources)
}

/// The events of objects with their data. A server that doesn't say which times a repeating event takes
/// would leave them free: that is worse than saying nothing.
pub fn told(resources: &[Resource], zone: &str, own: Own) -> Result<Vec<ChangedEvent>> {
    let (mut events, mut unread) = (Vec::new(), 0);
    for resource in resources.iter().filter(|each| !each.is_gone() && !each.path.is_empty()) {
        let Some(data) = resource.text(CALDAV, "calendar-data") else { continue };
        let Some(document) = Document::parse(data.as_bytes()) else {
            unread += 1;
            continue;
        };
        if document.repeats() {
            return Err(Problem::rejected(t!("error-not-expanded")));
        }
        let etag = resource.text(DAV, "getetag");
        let object = Object { path: &resource.path, etag, document: &document };
        events.extend(events_of(&object, own, zone, &instants));
    }
    if unread > 0 {
        log::warn("objects left out", &[("count", &unread.to_string())]);
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_changes_with_any_tag() {
        assert_ne!(figure("/a \"1\""), figure("/a \"2\""));
        assert_eq!(figure("").len(), 16);
    }

    #[test]
    fn what_is_told_reaches_past_a_year() {
        const { assert!(LEFT_DAYS < AHEAD_DAYS && LEFT_DAYS > 365 && BACK_DAYS > 30) };
    }
}
