//! Who gets in: tokens, scopes, the API's switch, access to calendars.

use serde_json::json;

use crate::client::*;

const LIST: &str = "/calendar/v3/users/me/calendarList";

fn scope(name: &str) -> String {
    format!("https://www.googleapis.com/auth/{name}")
}

#[test]
fn a_missing_token_and_a_wrong_one_are_401() {
    let world = World::new();
    let got = ask(&world.simulator.url, "GET", LIST, &[], "").unwrap().expect(401);
    assert_eq!(got.reason(), "required");
    for wrong in ["Bearer wrong", "Basic eDp5", &format!("Bearer {}", world.tokens.refresh)] {
        let got = ask(&world.simulator.url, "GET", LIST, &[("Authorization", wrong)], "").unwrap();
        assert_eq!((got.status, got.reason()), (401, "authError"), "{wrong}");
        assert!(got.header("WWW-Authenticate").contains("invalid_token"));
    }
}

#[test]
fn an_access_token_ends_with_the_clock() {
    let world = World::new();
    world.google().advance_secs(3_500);
    world.get(LIST).expect(200);
    world.google().advance_secs(100);
    assert_eq!(world.get(LIST).expect(401).reason(), "authError");
}

#[test]
fn expired_and_revoked_tokens_are_401() {
    let world = World::new();
    world.google().expire_access_tokens();
    world.get(LIST).expect(401);
    let world = World::new();
    world.google().revoke(DANA);
    world.get(LIST).expect(401);
}

#[test]
fn a_missing_scope_is_403_and_says_which() {
    let world = World::with(&["openid", "email"]);
    for path in [LIST, EVENTS, "/calendar/v3/calendars/primary", "/calendar/v3/colors"] {
        let got = world.get(path).expect(403);
        assert_eq!(got.reason(), "insufficientPermissions");
        assert!(got.header("WWW-Authenticate").contains(CALENDAR), "{path}");
    }
}

#[test]
fn reading_scopes_do_not_write() {
    for name in ["calendar.readonly", "calendar.events.readonly", "calendar.events.owned.readonly"]
    {
        let world = World::with(&[&scope(name)]);
        world.get(EVENTS).expect(200);
        assert_eq!(
            world.post(EVENTS, event(1, 10)).expect(403).reason(),
            "insufficientPermissions"
        );
    }
}

#[test]
fn the_scope_for_owned_calendars_stops_at_others() {
    let world = World::with(&[&scope("calendar.events.owned")]);
    world.post(EVENTS, event(1, 10)).expect(200);
    let desk = format!("/calendar/v3/calendars/{FRONT_DESK}/events");
    assert_eq!(world.get(&desk).expect(403).reason(), "insufficientPermissions");
}

#[test]
fn the_scope_for_events_does_not_list_calendars_or_ask_for_busy_times() {
    let world = World::with(&[&scope("calendar.events")]);
    world.get(LIST).expect(403);
    let asked =
        json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "items": []});
    world.post("/calendar/v3/freeBusy", asked).expect(403);
}

#[test]
fn an_api_that_is_not_switched_on_is_403() {
    let world = World::new();
    world.google().set(|settings| settings.api_enabled = false);
    assert_eq!(world.get(LIST).expect(403).reason(), "accessNotConfigured");
}

#[test]
fn a_reader_reads_and_does_not_write() {
    let world = World::new();
    let path = format!("/calendar/v3/calendars/{TEAM}/events");
    let id = world.google().put_event(TEAM, event(1, 10)).unwrap();
    world.get(&path).expect(200);
    assert_eq!(world.post(&path, event(2, 10)).expect(403).reason(), "requiredAccessLevel");
    let one = format!("{path}/{id}");
    assert_eq!(
        world.patch(&one, json!({"summary": "x"})).expect(403).reason(),
        "requiredAccessLevel"
    );
    assert_eq!(world.delete(&one).expect(403).reason(), "requiredAccessLevel");
    assert_eq!(world.google().events(TEAM).len(), 1);
}

#[test]
fn a_writer_writes() {
    let world = World::new();
    let path = format!("/calendar/v3/calendars/{FRONT_DESK}/events");
    let got = world.post(&path, event(1, 10)).expect(200);
    assert_eq!(got.json["creator"]["email"], DANA);
    assert_eq!(got.json["organizer"]["email"], FRONT_DESK);
}

#[test]
fn a_calendar_of_nobodys_business_is_404() {
    let world = World::new();
    for id in [NOA, "nowhere@example.com"] {
        let path = format!("/calendar/v3/calendars/{id}/events");
        assert_eq!(world.get(&path).expect(404).reason(), "notFound");
        world.post(&path, event(1, 10)).expect(404);
    }
    world.google().share(TEAM, DANA, None);
    world.get(&format!("/calendar/v3/calendars/{TEAM}/events")).expect(404);
}

#[test]
fn whoever_sees_only_busy_times_does_not_see_events() {
    let world = World::new();
    world.google().share(TEAM, DANA, Some(oxpi_simulators::Access::FreeBusyReader));
    let got = world.get(&format!("/calendar/v3/calendars/{TEAM}/events")).expect(403);
    assert_eq!(got.reason(), "requiredAccessLevel");
}

#[test]
fn a_method_the_simulator_lacks_says_so() {
    let world = World::new();
    let got = world.post(&format!("{EVENTS}/import"), event(1, 10)).expect(501);
    assert!(got.json["error"]["message"].as_str().unwrap().contains("events.import"));
    world.get("/calendar/v3/nothing").expect(404);
}
