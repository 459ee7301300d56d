//! Inserting, changing and deleting single events.

use serde_json::{Value, json};

use crate::client::*;

fn path(id: &str) -> String {
    format!("{EVENTS}/{id}")
}

#[test]
fn an_event_comes_back_whole() {
    let world = World::new();
    let mut body = event(1, 10);
    body["id"] = json!("abc123");
    body["attendees"] = json!([{"email": "guest@example.com", "displayName": "Guest"}]);
    body["extendedProperties"] = json!({"private": {"mid": "1"}});
    body["unheard"] = json!("of");
    let made = world.post(EVENTS, body).expect(200).json;
    assert_eq!((&made["id"], &made["status"]), (&json!("abc123"), &json!("confirmed")));
    assert_eq!(made["start"]["dateTime"], "2026-12-01T10:00:00+02:00");
    assert_eq!(made["start"]["timeZone"], "Asia/Jerusalem");
    assert_eq!(made["attendees"][0]["responseStatus"], "needsAction");
    assert_eq!(
        (&made["creator"]["self"], &made["organizer"]["self"]),
        (&json!(true), &json!(true))
    );
    assert!(made.get("unheard").is_none(), "unknown fields are ignored");
    assert_eq!(world.get(&path("abc123")).expect(200).json, made);
}

#[test]
fn times_are_shown_in_the_zone_that_is_asked_for() {
    let world = World::new();
    let id = world.book(1, 10);
    let got = world.get(&format!("{}?timeZone=UTC", path(&id))).expect(200);
    assert_eq!(got.json["start"]["dateTime"], "2026-12-01T08:00:00Z");
    world.get(&format!("{}?timeZone=Moon", path(&id))).expect(400);
}

#[test]
fn an_own_id_with_other_characters_or_length_is_400() {
    let world = World::new();
    for id in ["abcd", "abcdw", "ABCDE", "ab-cde", &"a".repeat(1025)] {
        let mut body = event(1, 10);
        body["id"] = json!(id);
        assert_eq!(world.post(EVENTS, body).expect(400).reason(), "invalid", "{id}");
    }
}

#[test]
fn a_used_id_is_409_even_after_deletion() {
    let world = World::new();
    let mut body = event(1, 10);
    body["id"] = json!("abc123");
    world.post(EVENTS, body.clone()).expect(200);
    assert_eq!(world.post(EVENTS, body.clone()).expect(409).reason(), "duplicate");
    world.delete(&path("abc123")).expect(204);
    world.post(EVENTS, body.clone()).expect(409);
    let studio = format!("/calendar/v3/calendars/{STUDIO}/events");
    world.post(&studio, body).expect(200);
}

#[test]
fn a_body_that_is_not_a_json_object_is_400() {
    let world = World::new();
    for body in ["[]", "{", "\"x\""] {
        let got = world.try_send("POST", EVENTS, &[], body).unwrap();
        assert_eq!((got.status, got.reason()), (400, "parseError"), "{body}");
    }
    let token = format!("Bearer {}", world.tokens.access);
    let headers = [("Authorization", token.as_str()), ("Content-Type", "text/plain")];
    ask(&world.simulator.url, "POST", EVENTS, &headers, &event(1, 10).to_string())
        .unwrap()
        .expect(400);
}

#[test]
fn start_and_end_are_needed_and_in_order() {
    let world = World::new();
    world.post(EVENTS, json!({"summary": "x"})).expect(400);
    let mut body = event(1, 10);
    body["end"]["dateTime"] = json!("2026-12-01T09:00:00+02:00");
    assert_eq!(world.post(EVENTS, body).expect(400).reason(), "timeRangeEmpty");
}

#[test]
fn a_patch_merges_and_moves_the_etag() {
    let world = World::new();
    let mut body = event(1, 10);
    body["extendedProperties"] = json!({"private": {"a": "1", "b": "2"}});
    let made = world.post(EVENTS, body).expect(200).json;
    let id = made["id"].as_str().unwrap();
    let patch =
        json!({"description": "note", "extendedProperties": {"private": {"b": null, "c": "3"}}});
    let got = world.patch(&path(id), patch).expect(200).json;
    assert_eq!(got["summary"], made["summary"]);
    assert_eq!(got["extendedProperties"]["private"], json!({"a": "1", "c": "3"}));
    assert_ne!(got["etag"], made["etag"]);
    assert_eq!(got["sequence"], made["sequence"], "words don't move the sequence");
    let moved = world.patch(&path(id), json!({"location": "Haifa"})).expect(200).json;
    assert_eq!(moved["sequence"].as_u64().unwrap(), made["sequence"].as_u64().unwrap() + 1);
}

#[test]
fn a_patch_from_a_day_to_a_time_must_clear_the_day() {
    let world = World::new();
    let day = json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}});
    let id = world.post(EVENTS, day).expect(200).json["id"].as_str().unwrap().to_owned();
    let timed = event(1, 10);
    let patch = json!({"start": timed["start"], "end": timed["end"]});
    world.patch(&path(&id), patch).expect(400);
    let mut patch = json!({"start": timed["start"], "end": timed["end"]});
    patch["start"]["date"] = Value::Null;
    patch["end"]["date"] = Value::Null;
    world.patch(&path(&id), patch).expect(200);
}

#[test]
fn an_update_replaces_and_needs_both_times() {
    let world = World::new();
    let mut body = event(1, 10);
    body["description"] = json!("note");
    let id = world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned();
    world.send("PUT", &path(&id), json!({"summary": "x"})).expect(400);
    let got = world.send("PUT", &path(&id), event(2, 11)).expect(200).json;
    assert!(got.get("description").is_none());
    assert_eq!((&got["summary"], &got["id"]), (&json!("Visit 2 11"), &json!(id)));
    assert!(got["created"].is_string() && got["creator"]["email"] == DANA);
}

#[test]
fn a_write_with_an_old_etag_is_412_and_changes_nothing() {
    let world = World::new();
    let made = world.post(EVENTS, event(1, 10)).expect(200).json;
    let (id, etag) = (made["id"].as_str().unwrap(), made["etag"].as_str().unwrap());
    let guarded = |method: &str, body: &str| {
        world.try_send(method, &path(id), &[("If-Match", etag)], body).unwrap()
    };
    guarded("PATCH", "{\"summary\": \"one\"}").expect(200);
    for (method, body) in
        [("PATCH", "{\"summary\": \"two\"}"), ("PUT", &event(2, 10).to_string()), ("DELETE", "")]
    {
        assert_eq!(guarded(method, body).expect(412).reason(), "conditionNotMet", "{method}");
    }
    assert_eq!(world.get(&path(id)).json["summary"], "one");
    world.try_send("DELETE", &path(id), &[("If-Match", "*")], "").unwrap().expect(204);
}

#[test]
fn an_unchanged_event_is_304() {
    let world = World::new();
    let id = world.book(1, 10);
    let etag = world.get(&path(&id)).header("ETag").to_owned();
    world.try_send("GET", &path(&id), &[("If-None-Match", &etag)], "").unwrap().expect(304);
    world.patch(&path(&id), json!({"summary": "x"})).expect(200);
    world.try_send("GET", &path(&id), &[("If-None-Match", &etag)], "").unwrap().expect(200);
}

#[test]
fn deleting_twice_is_410_and_the_remains_can_be_read() {
    let world = World::new();
    let id = world.book(1, 10);
    let got = world.delete(&path(&id)).expect(204);
    assert!(got.text.is_empty());
    assert_eq!(world.delete(&path(&id)).expect(410).reason(), "deleted");
    assert_eq!(world.get(&path(&id)).expect(200).json["status"], "cancelled");
    world.delete(&path("neverwas")).expect(404);
}

#[test]
fn a_deleted_event_can_be_brought_back() {
    let world = World::new();
    let id = world.book(1, 10);
    world.delete(&path(&id)).expect(204);
    let got = world.patch(&path(&id), json!({"status": "confirmed"})).expect(200);
    assert_eq!(got.json["status"], "confirmed");
    world.delete(&path(&id)).expect(204);
}

#[test]
fn a_status_of_cancelled_deletes() {
    let world = World::new();
    let id = world.book(1, 10);
    world.patch(&path(&id), json!({"status": "cancelled"})).expect(200);
    world.delete(&path(&id)).expect(410);
}

#[test]
fn an_older_sequence_is_refused() {
    let world = World::new();
    let id = world.book(1, 10);
    world.patch(&path(&id), json!({"location": "a"})).expect(200);
    world.patch(&path(&id), json!({"sequence": 0})).expect(400);
    world.patch(&path(&id), json!({"sequence": 7})).expect(200);
}

#[test]
fn guests_get_mail_only_when_asked() {
    let world = World::new();
    let mut body = event(1, 10);
    body["attendees"] = json!([{"email": "guest@example.com"}, {"email": DANA}]);
    let id = world.post(EVENTS, body.clone()).expect(200).json["id"].as_str().unwrap().to_owned();
    assert_eq!(world.google().state()["mails"], json!([]));
    world.patch(&format!("{}?sendUpdates=all", path(&id)), json!({"location": "x"})).expect(200);
    world.delete(&format!("{}?sendUpdates=externalOnly", path(&id))).expect(204);
    let mails = world.google().state()["mails"].clone();
    let kinds: Vec<&str> =
        mails.as_array().unwrap().iter().map(|m| m["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["updated", "cancelled"]);
    assert_eq!(mails[0]["to"], json!(["guest@example.com"]));
    world.post(&format!("{EVENTS}?sendUpdates=maybe"), body).expect(400);
}

#[test]
fn too_many_guests_are_left_out_on_request() {
    let world = World::new();
    let mut body = event(1, 10);
    body["attendees"] = json!([{"email": DANA}, {"email": "a@b.cd"}, {"email": "e@f.gh"}]);
    let id = world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned();
    let got = world.get(&format!("{}?maxAttendees=2", path(&id))).expect(200).json;
    assert_eq!(
        (got["attendees"].as_array().unwrap().len(), &got["attendeesOmitted"]),
        (1, &json!(true))
    );
    assert_eq!(world.get(&path(&id)).json["attendees"].as_array().unwrap().len(), 3);
}

#[test]
fn only_the_asked_fields_come_back() {
    let world = World::new();
    let id = world.book(1, 10);
    let got = world.get(&format!("{}?fields=id,start/dateTime", path(&id))).expect(200);
    assert_eq!(got.json, json!({"id": id, "start": {"dateTime": "2026-12-01T10:00:00+02:00"}}));
    world.get(&format!("{}?fields=id(", path(&id))).expect(400);
}
