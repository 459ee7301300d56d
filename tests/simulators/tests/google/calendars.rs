//! The list of calendars, calendars themselves, busy times, colours.

use serde_json::json;

use crate::client::*;

const LIST: &str = "/calendar/v3/users/me/calendarList";

#[test]
fn the_list_says_what_may_be_done_with_each() {
    let world = World::new();
    let got = world.get(LIST).expect(200);
    let items = got.json["items"].as_array().unwrap();
    let access: Vec<(&str, &str)> = items
        .iter()
        .map(|item| (item["id"].as_str().unwrap(), item["accessRole"].as_str().unwrap()))
        .collect();
    let wanted = [(DANA, "owner"), (STUDIO, "owner"), (FRONT_DESK, "writer"), (TEAM, "reader")];
    assert_eq!(access, wanted);
    assert_eq!(items[0]["primary"], true);
    assert!(items[1].get("primary").is_none());
}

#[test]
fn the_list_can_be_cut_to_what_one_may_at_least_do() {
    let world = World::new();
    assert_eq!(world.get(&format!("{LIST}?minAccessRole=owner")).expect(200).ids(), [DANA, STUDIO]);
    world.get(&format!("{LIST}?minAccessRole=king")).expect(400);
}

#[test]
fn the_list_has_pages_and_a_sync_token() {
    let world = World::new();
    let first = world.get(&format!("{LIST}?maxResults=3")).expect(200);
    assert_eq!(first.ids().len(), 3);
    assert!(first.json.get("nextSyncToken").is_none());
    let page = first.json["nextPageToken"].as_str().unwrap();
    let last = world.get(&format!("{LIST}?maxResults=3&pageToken={page}")).expect(200);
    assert_eq!(last.ids(), [TEAM]);
    let token = last.json["nextSyncToken"].as_str().unwrap();
    assert!(world.get(&format!("{LIST}?syncToken={token}")).expect(200).ids().is_empty());
    world.google().share(TEAM, DANA, Some(oxpi_simulators::Access::Writer));
    assert_eq!(world.get(&format!("{LIST}?syncToken={token}")).expect(200).ids(), [TEAM]);
    world.get(&format!("{LIST}?syncToken={token}&minAccessRole=owner")).expect(400);
}

#[test]
fn one_calendar_by_id_and_by_primary() {
    let world = World::new();
    for path in [format!("{LIST}/primary"), format!("{LIST}/dana%40example.com")] {
        assert_eq!(world.get(&path).expect(200).json["id"], DANA);
    }
    let got = world.get("/calendar/v3/calendars/primary").expect(200);
    assert_eq!(
        (&got.json["kind"], &got.json["timeZone"]),
        (&json!("calendar#calendar"), &json!("Asia/Jerusalem"))
    );
    world.get(&format!("{LIST}/{NOA}")).expect(404);
}

#[test]
fn a_new_calendar_belongs_to_whoever_made_it() {
    let world = World::with(&["https://www.googleapis.com/auth/calendar.app.created"]);
    world.post("/calendar/v3/calendars", json!({})).expect(400);
    let made = world.post("/calendar/v3/calendars", json!({"summary": "OXPI"})).expect(200);
    let id = made.json["id"].as_str().unwrap();
    let path = format!("/calendar/v3/calendars/{id}/events");
    world.post(&path, event(1, 10)).expect(200);
    assert_eq!(world.post(EVENTS, event(1, 10)).expect(403).reason(), "insufficientPermissions");
}

#[test]
fn busy_times_are_merged_and_leave_out_what_does_not_count() {
    let world = World::new();
    world.book(1, 10);
    world.book(1, 11);
    let mut free = event(1, 14);
    free["transparency"] = json!("transparent");
    world.post(EVENTS, free).expect(200);
    let gone = world.book(1, 16);
    world.delete(&format!("{EVENTS}/{gone}")).expect(204);
    let mut daily = event(1, 18);
    daily["recurrence"] = json!(["RRULE:FREQ=DAILY"]);
    world.post(EVENTS, daily).expect(200);
    let asked = json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T22:00:00Z",
                       "items": [{"id": "primary"}, {"id": NOA}]});
    let got = world.post("/calendar/v3/freeBusy", asked).expect(200);
    assert_eq!(
        got.json["calendars"]["primary"]["busy"],
        json!([
            {"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T10:00:00Z"},
            {"start": "2026-12-01T16:00:00Z", "end": "2026-12-01T17:00:00Z"},
            {"start": "2026-12-02T16:00:00Z", "end": "2026-12-02T17:00:00Z"},
        ])
    );
    assert_eq!(got.json["calendars"][NOA]["errors"][0]["reason"], "notFound");
}

#[test]
fn busy_times_need_a_range() {
    let world = World::new();
    let ask = |body| world.post("/calendar/v3/freeBusy", body);
    ask(json!({"timeMin": "2026-12-01T00:00:00Z", "items": []})).expect(400);
    let empty = json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z"});
    assert_eq!(ask(empty).expect(400).reason(), "timeRangeEmpty");
}

#[test]
fn colours_have_eleven_for_events() {
    let got = World::new().get("/calendar/v3/colors").expect(200);
    assert_eq!(got.json["event"].as_object().unwrap().len(), 11);
}
