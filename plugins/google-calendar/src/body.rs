//! What we write of an appointment: the whole event when it is created, and only what differs when
//! it is changed, so that writing twice changes nothing and nobody is told of nothing.

use oxpi_kit::Timestamp;
use oxpi_kit::calendar::{Appointment, Guest};
use serde_json::{Map, Value, json};

use crate::ids::event_id;
use crate::meet;
use crate::wire::{APPOINTMENT, Event, ONLINE, When};

/// The body that creates the event.
pub fn created(appointment: &Appointment) -> Value {
    let mut body = json!({
        "id": event_id(&appointment.id),
        "status": "confirmed",
        "summary": appointment.title,
        "start": start_of(appointment),
        "end": end_of(appointment),
        "extendedProperties": {"private": marks(appointment)},
    });
    if !appointment.notes.is_empty() {
        body["description"] = json!(appointment.notes);
    }
    if !appointment.location.is_empty() {
        body["location"] = json!(appointment.location);
    }
    if !appointment.guests.is_empty() {
        body["attendees"] = attendees(&appointment.guests, &[]);
    }
    if appointment.online {
        body["conferenceData"] = meet::order(&appointment.id, None);
    }
    body
}

/// The body that makes the event what the appointment says; None when it is so already.
pub fn changed(appointment: &Appointment, event: &Event) -> Option<Value> {
    let mut body = Map::new();
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let seen = appointment.seen.as_ref();
    if event.is_cancelled() {
        body.insert("status".to_owned(), json!("confirmed"));
    }
    for (name, wanted, there, seen) in [
        ("summary", &appointment.title, text(&event.summary), seen.map(|seen| &seen.title)),
        ("description", &appointment.notes, text(&event.description), seen.map(|seen| &seen.notes)),
        ("location", &appointment.location, text(&event.location), seen.map(|seen| &seen.location)),
    ] {
        // What wasn't changed here stays as it is there, such as a text too long for us.
        if *wanted != there && seen != Some(wanted) {
            body.insert(name.to_owned(), json!(wanted));
        }
    }
    // Both or neither: an end before the start that is still there would be refused.
    let (starts_at, ends_at) = (appointment.starts_at, appointment.ends_at);
    let is_moved = seen.is_none_or(|seen| (seen.starts_at, seen.ends_at) != (starts_at, ends_at));
    if is_moved && !is_then(appointment, event) {
        body.insert("start".to_owned(), moved(start_of(appointment), &event.start));
        body.insert("end".to_owned(), moved(end_of(appointment), &event.end));
    }
    // Whom somebody invited in Google stays invited.
    let there = attending(&event.attendees);
    if emails(&appointment.guests).iter().any(|email| !there.contains(email)) {
        body.insert("attendees".to_owned(), attendees(&appointment.guests, &event.attendees));
    }
    if let Some(conference) = meet::change(appointment, event) {
        body.insert("conferenceData".to_owned(), conference);
    }
    let marked = marks(appointment);
    if marked.iter().any(|(name, value)| event.private(name) != value.as_str()) {
        body.insert("extendedProperties".to_owned(), json!({ "private": marked }));
    }
    (!body.is_empty()).then_some(Value::Object(body))
}

/// Whether the event is the one we made for this appointment.
pub fn is_of(event: &Event, appointment: &Appointment) -> bool {
    event.private(APPOINTMENT) == Some(&appointment.id)
}

fn marks(appointment: &Appointment) -> Map<String, Value> {
    let online = if appointment.online { "1" } else { "0" };
    [(APPOINTMENT.to_owned(), json!(appointment.id)), (ONLINE.to_owned(), json!(online))]
        .into_iter()
        .collect()
}

fn start_of(appointment: &Appointment) -> Value {
    match &appointment.days {
        Some(days) => json!({"date": days.first}),
        None => moment(appointment.starts_at, &appointment.time_zone),
    }
}

fn end_of(appointment: &Appointment) -> Value {
    match &appointment.days {
        Some(days) => json!({"date": days.after}),
        None => moment(appointment.ends_at, &appointment.time_zone),
    }
}

fn moment(time: Timestamp, zone: &str) -> Value {
    json!({"dateTime": time, "timeZone": zone})
}

/// A moment or a day in place of what is there; the one of the other kind has to be taken away by name.
fn moved(mut body: Value, there: &Option<When>) -> Value {
    let had = |get: fn(&When) -> bool| there.as_ref().is_some_and(get);
    if body["date"].is_null() && had(|when| when.date.is_some()) {
        body["date"] = Value::Null;
    }
    if body["dateTime"].is_null() && had(|when| when.date_time.is_some()) {
        body["dateTime"] = Value::Null;
        body["timeZone"] = Value::Null;
    }
    body
}

/// Whether the event is at the appointment's time already, in the same words.
fn is_then(appointment: &Appointment, event: &Event) -> bool {
    let date = |when: &Option<When>| when.as_ref().and_then(|when| when.date.clone());
    match &appointment.days {
        Some(days) => {
            date(&event.start).as_ref() == Some(&days.first)
                && date(&event.end).as_ref() == Some(&days.after)
        }
        None => {
            is_at(&event.start, appointment.starts_at) && is_at(&event.end, appointment.ends_at)
        }
    }
}

fn is_at(when: &Option<When>, time: Timestamp) -> bool {
    let text = when.as_ref().and_then(|when| when.date_time.as_deref());
    // Google keeps whole seconds.
    let seconds = |time: Timestamp| time.as_millis().div_euclid(1_000);
    text.and_then(|text| text.parse().ok()).is_some_and(|there| seconds(there) == seconds(time))
}

fn emails(guests: &[Guest]) -> Vec<String> {
    sorted(guests.iter().map(|guest| guest.email.to_ascii_lowercase()).collect())
}

/// Who is on the event's list, the organizer and rooms too.
fn attending(attendees: &[Value]) -> Vec<String> {
    sorted(attendees.iter().filter_map(email_of).collect())
}

fn sorted(mut emails: Vec<String>) -> Vec<String> {
    emails.sort();
    emails.dedup();
    emails
}

fn email_of(entry: &Value) -> Option<String> {
    entry["email"].as_str().map(str::to_ascii_lowercase)
}

/// The list to write. Who is there already stays as they are: writing them anew would forget what
/// they answered.
fn attendees(guests: &[Guest], there: &[Value]) -> Value {
    let is_there =
        |email: &str| there.iter().any(|entry| email_of(entry).as_deref() == Some(email));
    let mut list = there.to_vec();
    for guest in guests.iter().filter(|guest| !is_there(&guest.email.to_ascii_lowercase())) {
        list.push(match guest.name.is_empty() {
            true => json!({"email": guest.email}),
            false => json!({"email": guest.email, "displayName": guest.name}),
        });
    }
    Value::Array(list)
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
