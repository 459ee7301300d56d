//! Answers have the shape that Google's discovery documents describe.
//!
//! The documents come with Google's Python client; where the copies beside the checkout are present,
//! answers are held to those too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests stop at once"
)]

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "google/client.rs"]
mod client;
#[allow(dead_code, reason = "the round trip uses the rest")]
mod venv;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::client::*;

/// The documents of an API: the package's, and the copy beside the checkout if there is one.
fn documents(name: &str) -> Result<Vec<Value>> {
    let lib = venv::ready()?.join("venv/lib");
    let inside = "site-packages/googleapiclient/discovery_cache/documents";
    let packaged = fs::read_dir(&lib)?
        .filter_map(|entry| entry.ok())
        .map(|entry| entry.path().join(inside).join(name))
        .find(|path| path.exists())
        .with_context(|| format!("{name} is not in {}", lib.display()))?;
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/providers/specs/google");
    let beside = beside.join(name);
    if !beside.exists() {
        eprintln!(
            "{} is not here: answers are held to the package's document only",
            beside.display()
        );
    }
    let paths: Vec<PathBuf> = [packaged, beside].into_iter().filter(|path| path.exists()).collect();
    paths.iter().map(|path| Ok(serde_json::from_slice(&fs::read(path)?)?)).collect()
}

/// Every way in which a value differs from a schema.
fn differences(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    let right = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !right {
        return vec![format!("{place} is {value}, not {}", schema["type"])];
    }
    let time = schema["format"] == "date-time";
    if time && domain::Timestamp::parse_rfc3339(value.as_str().unwrap_or_default()).is_none() {
        return vec![format!("{place} is no date-time: {value}")];
    }
    match value {
        Value::Array(items) => items
            .iter()
            .flat_map(|item| differences(document, &schema["items"], item, &format!("{place}[]")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let place = format!("{place}.{name}");
                let known = schema["properties"].get(name).or(schema.get("additionalProperties"));
                match known {
                    Some(known) => differences(document, known, value, &place),
                    None => vec![format!("{place} is not in the schema")],
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn missing(value: &Value, names: &[&str]) -> Vec<String> {
    let absent = |name: &&&str| value.get(**name).is_none();
    names.iter().filter(absent).map(|name| format!("{name} is missing in {value}")).collect()
}

const EVENT: &[&str] = &[
    "kind",
    "etag",
    "id",
    "status",
    "htmlLink",
    "created",
    "updated",
    "summary",
    "creator",
    "organizer",
    "start",
    "end",
    "iCalUID",
    "sequence",
    "reminders",
    "eventType",
];
const EVENTS_LIST: &[&str] = &[
    "kind",
    "etag",
    "summary",
    "updated",
    "timeZone",
    "accessRole",
    "defaultReminders",
    "items",
    "nextSyncToken",
];

/// Each answer with the schema it should have and the fields it can't lack.
fn answers(world: &World) -> Vec<(&'static str, &'static [&'static str], Value)> {
    world.google().set(|settings| settings.meet_pending_reads = 1);
    let mut body = event(1, 10);
    body["attendees"] = json!([{"email": DANA}, {"email": "guest@example.com"}]);
    body["extendedProperties"] = json!({"private": {"mid": "1"}});
    body["conferenceData"] = json!({"createRequest": {
        "requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}});
    let made = world.post(&format!("{EVENTS}?conferenceDataVersion=1"), body).expect(200).json;
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let mut repeated = event(2, 10);
    repeated["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=2"]);
    let series = world.post(EVENTS, repeated).expect(200).json;
    let series_path = format!("{EVENTS}/{}", series["id"].as_str().unwrap());
    let patched = world.patch(&one, json!({"description": "x"})).expect(200).json;
    let got = world.get(&one).expect(200).json;
    let asked = json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-08T00:00:00Z",
                       "items": [{"id": "primary"}, {"id": NOA}]});
    let channel =
        json!({"id": "c1", "type": "web_hook", "address": "https://example.test/x", "token": "t"});
    let list = world.get(EVENTS).expect(200).json;
    world.delete(&one).expect(204);
    let token = list["nextSyncToken"].as_str().unwrap();
    let get = |path: &str| world.get(&format!("/calendar/v3/{path}")).expect(200).json;
    let post =
        |path: &str, body| world.post(&format!("/calendar/v3/{path}"), body).expect(200).json;
    vec![
        ("Event", EVENT, made),
        ("Event", EVENT, series),
        ("Event", EVENT, patched),
        ("Event", EVENT, got),
        ("Events", EVENTS_LIST, list.clone()),
        ("Events", EVENTS_LIST, get(&format!("calendars/primary/events?syncToken={token}"))),
        ("Events", EVENTS_LIST, get("calendars/primary/events?singleEvents=true&showDeleted=true")),
        ("Events", &["items"], world.get(&format!("{series_path}/instances")).expect(200).json),
        ("CalendarList", &["kind", "etag", "items", "nextSyncToken"], get("users/me/calendarList")),
        (
            "CalendarListEntry",
            &[
                "kind",
                "etag",
                "id",
                "summary",
                "timeZone",
                "accessRole",
                "primary",
                "conferenceProperties",
            ],
            get("users/me/calendarList/primary"),
        ),
        ("Calendar", &["kind", "etag", "id", "summary", "timeZone"], get("calendars/primary")),
        ("Calendar", &["kind", "id", "summary"], post("calendars", json!({"summary": "New"}))),
        ("FreeBusyResponse", &["kind", "timeMin", "timeMax", "calendars"], post("freeBusy", asked)),
        ("Colors", &["kind", "updated", "calendar", "event"], get("colors")),
        (
            "Channel",
            &["kind", "id", "resourceId", "resourceUri", "token", "expiration"],
            post("calendars/primary/events/watch", channel),
        ),
    ]
}

#[test]
fn calendar_answers_have_the_documented_shape() -> Result<()> {
    let documents = documents("calendar.v3.json")?;
    let world = World::new();
    for (schema, names, value) in answers(&world) {
        for document in &documents {
            let wanted = &document["schemas"][schema];
            assert!(wanted.is_object(), "{schema}");
            let mut wrong = differences(document, wanted, &value, schema);
            wrong.extend(missing(&value, names));
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
    Ok(())
}

#[test]
fn sign_in_answers_have_the_documented_shape() -> Result<()> {
    let world = World::new();
    let userinfo = world.get("/oauth2/v2/userinfo").expect(200).json;
    let path = format!("/oauth2/v2/tokeninfo?access_token={}", world.tokens.access);
    let tokeninfo = world.send("POST", &path, Value::Null).expect(200).json;
    for document in documents("oauth2.v2.json")? {
        for (schema, names, value) in [
            ("Userinfo", ["id", "email", "verified_email", "name"], &userinfo),
            ("Tokeninfo", ["audience", "issued_to", "scope", "expires_in"], &tokeninfo),
        ] {
            let mut wrong = differences(&document, &document["schemas"][schema], value, schema);
            wrong.extend(missing(value, &names));
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
    Ok(())
}

#[test]
fn every_documented_path_the_simulator_answers_is_where_google_has_it() -> Result<()> {
    for document in documents("calendar.v3.json")? {
        let events = &document["resources"]["events"]["methods"];
        assert_eq!(document["servicePath"], "calendar/v3/");
        for (method, path) in [
            ("list", "calendars/{calendarId}/events"),
            ("instances", "calendars/{calendarId}/events/{eventId}/instances"),
            ("watch", "calendars/{calendarId}/events/watch"),
        ] {
            assert_eq!(events[method]["path"], path);
        }
        assert_eq!(document["resources"]["freebusy"]["methods"]["query"]["path"], "freeBusy");
        assert_eq!(document["resources"]["channels"]["methods"]["stop"]["path"], "channels/stop");
    }
    Ok(())
}

#[test]
fn a_field_that_does_not_exist_would_be_found() {
    let document = json!({"schemas": {"A": {"type": "object", "properties": {
        "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}}});
    let check = |value: Value| differences(&document, &document["schemas"]["A"], &value, "A");
    assert!(check(json!({"id": "x", "at": "2026-12-01T00:00:00Z"})).is_empty());
    assert_eq!(check(json!({"id": 1, "at": "today", "more": true})).len(), 3);
}
