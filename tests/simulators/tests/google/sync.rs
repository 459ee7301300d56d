//! Sync tokens.

use serde_json::json;

use crate::client::*;

fn token(world: &World, query: &str) -> String {
    let got = world.get(&format!("{EVENTS}?{query}")).expect(200);
    got.json["nextSyncToken"].as_str().expect("the last page").to_owned()
}

fn since(world: &World, token: &str) -> Got {
    world.get(&format!("{EVENTS}?syncToken={token}"))
}

#[test]
fn a_sync_token_brings_what_changed_since() {
    let world = World::new();
    let (old, other) = (world.book(1, 10), world.book(2, 10));
    let first = token(&world, "");
    assert!(since(&world, &first).expect(200).ids().is_empty());
    world.patch(&format!("{EVENTS}/{old}"), json!({"summary": "x"})).expect(200);
    let new = world.book(3, 10);
    let got = since(&world, &first).expect(200);
    assert_eq!(got.ids(), [old.as_str(), new.as_str()]);
    let second = got.json["nextSyncToken"].as_str().unwrap();
    assert!(since(&world, second).ids().is_empty());
    assert_eq!(since(&world, &first).ids().len(), 2, "an older token still works");
    world.delete(&format!("{EVENTS}/{other}")).expect(204);
    assert_eq!(since(&world, second).ids(), [other.as_str()]);
}

#[test]
fn a_deleted_event_promises_its_id_and_no_more() {
    let world = World::new();
    let id = world.book(1, 10);
    let first = token(&world, "");
    world.delete(&format!("{EVENTS}/{id}")).expect(204);
    let got = since(&world, &first).expect(200);
    let item = got.json["items"][0].as_object().unwrap();
    assert_eq!(item["status"], "cancelled");
    assert!(!item.contains_key("summary") && !item.contains_key("start"));
    let full = world.get(&format!("{EVENTS}?showDeleted=true&syncToken={first}")).expect(200);
    assert_eq!(full.json["items"][0]["summary"], "Visit 1 10");
}

#[test]
fn a_sync_has_pages_too() {
    let world = World::new();
    let first = token(&world, "");
    let ids: Vec<String> = (1..=3).map(|day| world.book(day, 10)).collect();
    let got = world.get(&format!("{EVENTS}?syncToken={first}&maxResults=2")).expect(200);
    assert_eq!(got.ids(), [ids[0].as_str(), ids[1].as_str()]);
    let page = got.json["nextPageToken"].as_str().unwrap();
    let got = world.get(&format!("{EVENTS}?syncToken={first}&pageToken={page}")).expect(200);
    assert_eq!(got.ids(), [ids[2].as_str()]);
    let second = got.json["nextSyncToken"].as_str().unwrap();
    world.get(&format!("{EVENTS}?syncToken={second}&pageToken={page}")).expect(400);
}

#[test]
fn restrictions_beside_a_sync_token_are_400() {
    let world = World::new();
    let first = token(&world, "");
    for query in [
        "iCalUID=x",
        "orderBy=updated",
        "privateExtendedProperty=a%3Db",
        "q=x",
        "sharedExtendedProperty=a%3Db",
        "timeMin=2026-12-01T00:00:00Z",
        "timeMax=2026-12-01T00:00:00Z",
        "updatedMin=2026-12-01T00:00:00Z",
        "showDeleted=false",
    ] {
        let got = world.get(&format!("{EVENTS}?syncToken={first}&{query}"));
        assert_eq!(got.status, 400, "{query}");
    }
    world
        .get(&format!("{EVENTS}?syncToken={first}&showDeleted=true&singleEvents=false"))
        .expect(200);
}

#[test]
fn an_invalidated_token_asks_for_a_full_sync() {
    let world = World::new();
    let first = token(&world, "");
    world.google().invalidate_sync_tokens();
    let got = since(&world, &first).expect(410);
    assert_eq!(got.reason(), "fullSyncRequired");
    let second = token(&world, "");
    since(&world, &second).expect(200);
}

#[test]
fn an_old_or_forgotten_token_asks_for_a_full_sync() {
    let world = World::new();
    let first = token(&world, "");
    world.google().set(|settings| {
        settings.sync_token_secs = 100;
        settings.access_token_secs = 1_000;
    });
    world.google().advance_secs(101);
    since(&world, &first).expect(410);
    let mut world = World::new();
    let first = token(&world, "");
    world.google().reset();
    world.tokens = world.google().grant(DANA, &[CALENDAR]).unwrap();
    since(&world, &first).expect(410);
}

#[test]
fn a_token_that_never_was_or_of_another_calendar_is_400() {
    let world = World::new();
    since(&world, "wrong").expect(400);
    let first = token(&world, "");
    let studio = format!("/calendar/v3/calendars/{STUDIO}/events");
    world.get(&format!("{studio}?syncToken={first}")).expect(400);
}

#[test]
fn changes_of_a_series_come_as_singles_when_they_began_so() {
    let world = World::new();
    let mut body = event(1, 10);
    body["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    let id = world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned();
    let first = token(&world, "singleEvents=true");
    world.patch(&format!("{EVENTS}/{id}"), json!({"summary": "x"})).expect(200);
    let path = format!("{EVENTS}?singleEvents=true&syncToken={first}");
    assert_eq!(world.get(&path).expect(200).ids().len(), 3);
}
