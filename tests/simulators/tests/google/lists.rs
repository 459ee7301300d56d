//! Listing events: pages, ranges, filters, order.

use serde_json::json;

use crate::client::*;

#[test]
fn pages_follow_one_another_and_the_last_has_the_sync_token() {
    let world = World::new();
    let ids: Vec<String> = (1..=5).map(|day| world.book(day, 10)).collect();
    let mut seen = Vec::new();
    let mut path = format!("{EVENTS}?maxResults=2");
    let last = loop {
        let got = world.get(&path).expect(200);
        assert!(got.ids().len() <= 2);
        seen.extend(got.ids().into_iter().map(str::to_owned));
        match got.json["nextPageToken"].as_str() {
            None => break got,
            Some(page) => {
                assert!(got.json.get("nextSyncToken").is_none());
                path = format!("{EVENTS}?maxResults=2&pageToken={page}");
            }
        }
    };
    assert_eq!(seen, ids);
    assert!(last.json["nextSyncToken"].is_string());
}

#[test]
fn a_page_shows_the_list_as_it_was_when_it_began() {
    let world = World::new();
    let ids: Vec<String> = (1..=3).map(|day| world.book(day, 10)).collect();
    let first = world.get(&format!("{EVENTS}?maxResults=1")).expect(200);
    world.delete(&format!("{EVENTS}/{}", ids[0])).expect(204);
    let page = first.json["nextPageToken"].as_str().unwrap();
    let second = world.get(&format!("{EVENTS}?pageToken={page}")).expect(200);
    assert_eq!(second.ids(), [ids[1].as_str(), ids[2].as_str()]);
    let token = second.json["nextSyncToken"].as_str().unwrap();
    let changes = world.get(&format!("{EVENTS}?syncToken={token}")).expect(200);
    assert_eq!(changes.ids(), [ids[0].as_str()], "what happened in between is not lost");
}

#[test]
fn a_page_token_that_is_wrong_or_of_another_calendar_is_400() {
    let world = World::new();
    world.book(1, 10);
    world.book(2, 10);
    let page = world.get(&format!("{EVENTS}?maxResults=1")).json["nextPageToken"].clone();
    let studio = format!("/calendar/v3/calendars/{STUDIO}/events");
    world.get(&format!("{studio}?pageToken={}", page.as_str().unwrap())).expect(400);
    world.get(&format!("{EVENTS}?pageToken=wrong")).expect(400);
}

#[test]
fn pages_can_be_made_small_or_empty_whatever_is_asked() {
    let world = World::new();
    (1..=3).for_each(|day| drop(world.book(day, 10)));
    world.google().set(|settings| settings.page_size_max = 2);
    assert_eq!(world.get(&format!("{EVENTS}?maxResults=250")).ids().len(), 2);
    world.google().set(|settings| settings.empty_first_page = true);
    let first = world.get(EVENTS).expect(200);
    assert!(first.ids().is_empty());
    let page = first.json["nextPageToken"].as_str().unwrap();
    assert_eq!(world.get(&format!("{EVENTS}?pageToken={page}")).ids().len(), 2);
}

#[test]
fn parameters_that_make_no_sense_are_400() {
    let world = World::new();
    for query in [
        "maxResults=0",
        "maxResults=many",
        "singleEvents=yes",
        "timeMin=2026-12-01",
        "timeMin=2026-12-01T00:00:00",
        "timeMin=2026-12-02T00:00:00Z&timeMax=2026-12-01T00:00:00Z",
        "orderBy=name",
        "orderBy=startTime",
        "privateExtendedProperty=x",
        "timeZone=Moon",
        "maxAttendees=0",
    ] {
        let got = world.get(&format!("{EVENTS}?{query}"));
        assert_eq!(got.status, 400, "{query}");
    }
}

#[test]
fn a_range_has_what_overlaps_it() {
    let world = World::new();
    let ids: Vec<String> = (9..=12).map(|hour| world.book(1, hour)).collect();
    let range = "timeMin=2026-12-01T10:00:00%2B02:00&timeMax=2026-12-01T12:00:00%2B02:00";
    let got = world.get(&format!("{EVENTS}?{range}")).expect(200);
    assert_eq!(got.ids(), [ids[1].as_str(), ids[2].as_str()], "both ends are exclusive");
    assert!(got.json["nextSyncToken"].is_string(), "a first sync may have a range");
}

#[test]
fn deleted_events_come_only_on_request() {
    let world = World::new();
    let id = world.book(1, 10);
    world.delete(&format!("{EVENTS}/{id}")).expect(204);
    assert!(world.get(EVENTS).ids().is_empty());
    let got = world.get(&format!("{EVENTS}?showDeleted=true")).expect(200);
    assert_eq!(
        (got.ids(), &got.json["items"][0]["status"]),
        (vec![id.as_str()], &json!("cancelled"))
    );
}

#[test]
fn extended_properties_all_have_to_match() {
    let world = World::new();
    let make = |day: u8, private: serde_json::Value| {
        let mut body = event(day, 10);
        body["extendedProperties"] = json!({"private": private});
        world.post(EVENTS, body).expect(200).json["id"].as_str().unwrap().to_owned()
    };
    let both = make(1, json!({"mid": "1", "org": "2"}));
    make(2, json!({"mid": "1", "org": "3"}));
    let query = "privateExtendedProperty=mid%3D1&privateExtendedProperty=org%3D2";
    let got = world.get(&format!("{EVENTS}?{query}")).expect(200);
    assert_eq!(got.ids(), [both.as_str()]);
    assert!(got.json.get("nextSyncToken").is_none(), "a filtered list can't be synced");
}

#[test]
fn text_uid_and_updated_time_choose() {
    let world = World::new();
    let id = world.book(1, 10);
    world.book(2, 11);
    assert_eq!(world.get(&format!("{EVENTS}?q=visit+1+10")).ids(), [id.as_str()]);
    assert_eq!(world.get(&format!("{EVENTS}?iCalUID={id}%40google.com")).ids(), [id.as_str()]);
    world.google().advance_secs(60);
    world.delete(&format!("{EVENTS}/{id}")).expect(204);
    let updated = world.google().event(DANA, &id).unwrap()["updated"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("{EVENTS}?updatedMin={updated}")).ids(), [id.as_str()]);
}

#[test]
fn single_events_can_be_ordered_by_start() {
    let world = World::new();
    let late = world.book(2, 10);
    let early = world.book(1, 10);
    assert_eq!(world.get(EVENTS).ids(), [late.as_str(), early.as_str()]);
    let got = world.get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime")).expect(200);
    assert_eq!(got.ids(), [early.as_str(), late.as_str()]);
}

#[test]
fn the_list_says_whose_it_is() {
    let got = World::new().get(EVENTS).expect(200).json;
    assert_eq!((&got["kind"], &got["accessRole"]), (&json!("calendar#events"), &json!("owner")));
    assert_eq!(
        (&got["summary"], &got["timeZone"]),
        (&json!("Dana Levi"), &json!("Asia/Jerusalem"))
    );
}
