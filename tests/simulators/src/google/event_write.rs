//! Writing events: insert, patch, update, delete. Who may is checked by the caller.

use serde_json::{Map, Value, json};

use super::conference;
use super::errors::{Answer, ApiError};
use super::event_rules::{check, is_valid_id, merge, writable};
use super::state::{Event, State, stamp};
use super::{channels, instances};

/// How a write was asked for.
#[derive(Debug, Clone, Default)]
pub struct Write {
    /// `conferenceDataVersion=1`.
    pub conference: bool,
    /// Whether guests get mail.
    pub mail: bool,
    /// The If-Match header.
    pub if_match: Option<String>,
}

fn object(body: &Value) -> Answer<&Map<String, Value>> {
    body.as_object().ok_or_else(|| ApiError::new(400, "parseError", "Parse Error"))
}

/// Inserts; gives back the id.
pub fn insert(
    state: &mut State,
    calendar: &str,
    account: &str,
    body: &Value,
    write: &Write,
) -> Answer<String> {
    let body = object(body)?;
    let id = match body.get("id").filter(|id| !id.is_null()) {
        None => state.ground.name(26),
        Some(id) => match id.as_str().filter(|id| is_valid_id(id)) {
            Some(id) => id.to_owned(),
            None => return Err(ApiError::invalid("Invalid resource id value.")),
        },
    };
    let held = state.calendar(calendar)?;
    if held.events.contains_key(&id) {
        let message = "The requested identifier already exists.";
        return Err(ApiError::new(409, "duplicate", message));
    }
    let mut json = Map::new();
    merge(&mut json, &writable(body));
    check(&mut json, calendar, &held.zone)?;
    complete(state, &mut json, calendar, account, &id, body);
    let reads = conference::apply(state, calendar, &mut json, body, write.conference, false)?;
    let order = state.revision() + 1;
    let event = Event { json, revision: 0, order, meet_reads_left: reads.unwrap_or(0) };
    store(state, calendar, event)?;
    mail(state, calendar, &id, "invited", write);
    Ok(id)
}

/// The fields that only the server writes.
fn complete(
    state: &State,
    json: &mut Map<String, Value>,
    calendar: &str,
    account: &str,
    id: &str,
    body: &Map<String, Value>,
) {
    let mut creator = json!({"email": account});
    if account == calendar {
        creator["self"] = json!(true);
    }
    let mut organizer = json!({"email": calendar, "self": true});
    if let Some(held) = state.calendars.get(calendar).filter(|held| !held.id.eq(account)) {
        organizer["displayName"] = json!(held.summary);
    }
    let uid = body.get("iCalUID").and_then(Value::as_str).filter(|uid| !uid.is_empty());
    let uid = uid.map_or_else(|| format!("{id}@google.com"), str::to_owned);
    for (name, value) in [
        ("kind", json!("calendar#event")),
        ("id", json!(id)),
        ("created", json!(stamp(state.now()))),
        ("creator", creator),
        ("organizer", organizer),
        ("iCalUID", json!(uid)),
        ("htmlLink", json!(format!("https://www.google.com/calendar/event?eid={id}"))),
        ("eventType", json!("default")),
    ] {
        json.insert(name.to_owned(), value);
    }
    json.entry("status").or_insert(json!("confirmed"));
    json.entry("sequence").or_insert(json!(0));
    json.entry("reminders").or_insert(json!({"useDefault": true}));
}

/// Changes; a patch merges, an update replaces what can be written.
pub fn change(
    state: &mut State,
    calendar: &str,
    id: &str,
    body: &Value,
    patch: bool,
    write: &Write,
) -> Answer<()> {
    let body = object(body)?;
    let old = find(state, calendar, id, write)?;
    let mut json = old.json.clone();
    if !patch {
        let given = writable(&json);
        json.retain(|name, _| !given.contains_key(name) || KEPT.contains(&name.as_str()));
    }
    merge(&mut json, &writable(body));
    if json.contains_key("recurringEventId") {
        json.remove("recurrence");
    }
    check_sequence(&old.json, &json)?;
    let zone = state.calendar(calendar)?.zone.clone();
    check(&mut json, calendar, &zone)?;
    if json["status"] == "cancelled" && old.json["status"] != "cancelled" {
        return delete(state, calendar, id, write);
    }
    let moved = ["start", "end", "recurrence", "location", "status"]
        .iter()
        .any(|name| json.get(*name) != old.json.get(*name));
    if moved && json.get("sequence") == old.json.get("sequence") {
        let sequence = old.json["sequence"].as_u64().unwrap_or(0);
        json.insert("sequence".to_owned(), json!(sequence + 1));
    }
    let reads = conference::apply(state, calendar, &mut json, body, write.conference, !patch)?;
    let meet_reads_left = reads.unwrap_or(old.meet_reads_left);
    store(state, calendar, Event { json, meet_reads_left, ..old })?;
    mail(state, calendar, id, "updated", write);
    Ok(())
}

/// Writable fields an update keeps when they are left out.
const KEPT: [&str; 4] = ["originalStartTime", "sequence", "status", "reminders"];

fn check_sequence(old: &Map<String, Value>, new: &Map<String, Value>) -> Answer<()> {
    let number = |event: &Map<String, Value>| event.get("sequence").and_then(Value::as_i64);
    let message = "Invalid sequence value. The specified sequence number is below the current \
                   sequence number of the resource.";
    match (number(old), number(new)) {
        (Some(old), Some(new)) if new < old => Err(ApiError::invalid(message)),
        (Some(_), None) => Err(ApiError::invalid("Invalid sequence value.")),
        _ => Ok(()),
    }
}

/// Deletes: an instance becomes a cancelled exception, a series takes its exceptions along.
pub fn delete(state: &mut State, calendar: &str, id: &str, write: &Write) -> Answer<()> {
    let mut event = find(state, calendar, id, write)?;
    if event.json["status"] == "cancelled" {
        return Err(ApiError::new(410, "deleted", "Resource has been deleted"));
    }
    mail(state, calendar, id, "cancelled", write);
    event.json.insert("status".to_owned(), json!("cancelled"));
    if event.json.contains_key("recurrence") {
        let of_series = |event: &Event| event.json.get("recurringEventId") == Some(&json!(id));
        state.calendar_mut(calendar)?.events.retain(|_, event| !of_series(event));
    }
    store(state, calendar, event)
}

/// The stored event, or the instance of a series that this id names; If-Match is checked.
fn find(state: &State, calendar: &str, id: &str, write: &Write) -> Answer<Event> {
    let event = instances::find(state.calendar(calendar)?, id).ok_or_else(ApiError::not_found)?;
    match write.if_match.as_deref() {
        Some(etag) if etag != "*" && event.json["etag"] != etag => Err(ApiError::condition()),
        _ => Ok(event),
    }
}

/// Keeps an event with a new etag, and tells whoever watches.
pub fn store(state: &mut State, calendar: &str, mut event: Event) -> Answer<()> {
    let revision = state.next_revision();
    let now = state.now();
    event.revision = revision;
    if event.order == 0 {
        event.order = revision;
    }
    let etag = format!("\"{}{:06}\"", now.as_millis() * 2, revision % 1_000_000);
    event.json.insert("etag".to_owned(), json!(etag));
    event.json.insert("updated".to_owned(), json!(stamp(now)));
    let id = event.json["id"].as_str().unwrap_or_default().to_owned();
    state.calendar_mut(calendar)?.events.insert(id, event);
    channels::announce(state, Some(calendar));
    Ok(())
}

fn mail(state: &mut State, calendar: &str, id: &str, kind: &str, write: &Write) {
    let Some(held) = state.calendars.get(calendar).filter(|_| write.mail) else { return };
    let Some(event) = instances::find(held, id) else { return };
    let guests = event.json.get("attendees").and_then(Value::as_array);
    let guest = |attendee: &Value| match attendee["self"] == true {
        true => None,
        false => attendee["email"].as_str().map(str::to_owned),
    };
    let to: Vec<String> = guests.into_iter().flatten().filter_map(guest).collect();
    if !to.is_empty() {
        let (calendar, event, kind) = (calendar.to_owned(), id.to_owned(), kind.to_owned());
        state.mails.push(super::state::Mail { calendar, event, kind, to });
    }
}
