//! Events that repeat.

use serde_json::{Value, json};

use crate::client::*;

fn series(world: &World, rule: &str) -> String {
    let mut body = event(1, 10);
    body["recurrence"] = json!([rule]);
    world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned()
}

fn starts(got: &Got) -> Vec<&str> {
    let items = got.json["items"].as_array().unwrap();
    items.iter().map(|item| item["start"]["dateTime"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_series_is_one_event_until_singles_are_asked_for() {
    let world = World::new();
    let id = series(&world, "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3");
    assert_eq!(world.get(EVENTS).expect(200).ids(), [id.as_str()]);
    let got = world.get(&format!("{EVENTS}?singleEvents=true")).expect(200);
    assert_eq!(
        starts(&got),
        ["2026-12-01T10:00:00+02:00", "2026-12-03T10:00:00+02:00", "2026-12-08T10:00:00+02:00"]
    );
    let item = &got.json["items"][0];
    assert_eq!(item["id"], format!("{id}_20261201T080000Z"));
    assert_eq!((&item["recurringEventId"], item.get("recurrence")), (&json!(id), None));
    assert_eq!(item["originalStartTime"]["dateTime"], "2026-12-01T10:00:00+02:00");
}

#[test]
fn a_series_keeps_its_hour_when_the_clocks_change() {
    let world = World::new();
    let body = json!({
        "start": {"dateTime": "2026-10-24T10:00:00", "timeZone": "Asia/Jerusalem"},
        "end": {"dateTime": "2026-10-24T11:00:00", "timeZone": "Asia/Jerusalem"},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"],
    });
    world.post(EVENTS, body).expect(200);
    let got = world.get(&format!("{EVENTS}?singleEvents=true")).expect(200);
    assert_eq!(starts(&got), ["2026-10-24T10:00:00+03:00", "2026-10-25T10:00:00+02:00"]);
}

#[test]
fn one_instance_can_be_read_changed_and_cancelled() {
    let world = World::new();
    let id = series(&world, "RRULE:FREQ=DAILY;COUNT=3");
    let second = format!("{EVENTS}/{id}_20261202T080000Z");
    let third = format!("{EVENTS}/{id}_20261203T080000Z");
    world.get(&second).expect(200);
    world.get(&format!("{EVENTS}/{id}_20261205T080000Z")).expect(404);
    let moved = json!({"start": event(2, 15)["start"], "end": event(2, 15)["end"]});
    world.patch(&second, moved).expect(200);
    world.delete(&third).expect(204);
    world.delete(&third).expect(410);
    let singles = world.get(&format!("{EVENTS}?singleEvents=true")).expect(200);
    assert_eq!(starts(&singles), ["2026-12-01T10:00:00+02:00", "2026-12-02T15:00:00+02:00"]);
    let plain = world.get(EVENTS).expect(200);
    assert_eq!(plain.ids().len(), 3, "the series and its two exceptions, the cancelled one too");
    assert_eq!(
        world.get(&second).json["originalStartTime"]["dateTime"],
        "2026-12-02T10:00:00+02:00"
    );
}

#[test]
fn a_cancelled_instance_is_known_by_its_series_and_original_start() {
    let world = World::new();
    let id = series(&world, "RRULE:FREQ=DAILY;COUNT=3");
    let token = world.get(EVENTS).json["nextSyncToken"].as_str().unwrap().to_owned();
    world.delete(&format!("{EVENTS}/{id}_20261202T080000Z")).expect(204);
    let got = world.get(&format!("{EVENTS}?syncToken={token}")).expect(200);
    let item: &Value = &got.json["items"][0];
    assert_eq!((&item["status"], &item["recurringEventId"]), (&json!("cancelled"), &json!(id)));
    assert!(item["originalStartTime"].is_object() && item.get("start").is_none());
}

#[test]
fn deleting_a_series_deletes_its_instances() {
    let world = World::new();
    let id = series(&world, "RRULE:FREQ=DAILY;COUNT=3");
    world.patch(&format!("{EVENTS}/{id}_20261202T080000Z"), json!({"summary": "x"})).expect(200);
    world.delete(&format!("{EVENTS}/{id}")).expect(204);
    assert!(world.get(&format!("{EVENTS}?singleEvents=true")).ids().is_empty());
    world.delete(&format!("{EVENTS}/{id}_20261202T080000Z")).expect(410);
}

#[test]
fn instances_are_listed_within_a_range_and_in_pages() {
    let world = World::new();
    let id = series(&world, "RRULE:FREQ=DAILY");
    let range = "timeMin=2026-12-02T00:00:00Z&timeMax=2026-12-06T00:00:00Z";
    let got = world.get(&format!("{EVENTS}/{id}/instances?{range}&maxResults=3")).expect(200);
    assert_eq!(got.ids().len(), 3);
    let page = got.json["nextPageToken"].as_str().unwrap();
    let got = world.get(&format!("{EVENTS}/{id}/instances?{range}&pageToken={page}")).expect(200);
    assert_eq!(got.ids().len(), 1);
    let single = world.book(9, 10);
    world.get(&format!("{EVENTS}/{single}/instances")).expect(400);
    world.get(&format!("{EVENTS}/nothing/instances")).expect(404);
}

#[test]
fn a_series_of_whole_days_has_days() {
    let world = World::new();
    let body = json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-03"},
                      "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]});
    let id = world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned();
    let got = world.get(&format!("{EVENTS}?singleEvents=true")).expect(200);
    assert_eq!(got.ids()[1], format!("{id}_20261208"));
    assert_eq!(got.json["items"][1]["end"]["date"], "2026-12-10");
}

#[test]
fn a_rule_that_is_wrong_or_has_no_zone_is_400() {
    let world = World::new();
    for rule in ["RRULE:FREQ=HOURLY", "DTSTART:20261201T100000Z", "every day"] {
        let mut body = event(1, 10);
        body["recurrence"] = json!([rule]);
        world.post(EVENTS, body).expect(400);
    }
    let body = json!({"start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T11:00:00Z"},
                      "recurrence": ["RRULE:FREQ=DAILY"]});
    assert_eq!(world.post(EVENTS, body).expect(400).reason(), "required");
}
