//! The control API over HTTP.

use serde_json::{Value, json};

use crate::client::*;

fn control(world: &World, method: &str, path: &str, body: Value) -> Got {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    ask(&world.simulator.url, method, &format!("/_control/{path}"), &[JSON], &body).unwrap()
}

#[test]
fn everything_can_be_done_over_http() {
    let world = World::new();
    control(&world, "POST", "settings", json!({"meet_pending_reads": 3})).expect(200);
    assert_eq!(world.google().settings().meet_pending_reads, 3);
    assert!(world.google().settings().api_enabled, "the others stay");
    let fault = json!({"path": EVENTS, "effect": "status", "status": 503, "times": 2});
    control(&world, "POST", "faults", fault).expect(200);
    world.get(EVENTS).expect(503);
    assert_eq!(control(&world, "GET", "faults", Value::Null).json[0]["times"], 1);
    control(&world, "DELETE", "faults", Value::Null).expect(200);
    world.get(EVENTS).expect(200);
    assert_eq!(control(&world, "GET", "requests", Value::Null).json.as_array().unwrap().len(), 2);
    let cut = json!({"path": EVENTS, "effect": "cut", "when": "after"});
    control(&world, "POST", "faults", cut).expect(200);
    assert!(world.try_send("GET", EVENTS, &[], "").is_err());
    control(&world, "POST", "expire-access-tokens", json!({})).expect(200);
    world.get(EVENTS).expect(401);
    control(&world, "POST", "revoke", json!({"account": DANA})).expect(200);
    assert_eq!(world.google().connections(DANA), 0);
    let asked = json!({"account": DANA, "scopes": [CALENDAR]});
    let tokens = control(&world, "POST", "grants", asked).expect(200).json;
    assert!(world.google().is_live(tokens["access_token"].as_str().unwrap()));
    control(&world, "POST", "clock", json!({"advance_secs": 5_000})).expect(200);
    assert!(!world.google().is_live(tokens["access_token"].as_str().unwrap()));
}

#[test]
fn events_change_at_google_over_http_and_show_in_the_state() {
    let world = World::new();
    let path = format!("calendars/{DANA}/events");
    let id = control(&world, "POST", &path, event(1, 10)).expect(200).json["id"].clone();
    let one = format!("{path}/{}", id.as_str().unwrap());
    control(&world, "PATCH", &one, json!({"summary": "Moved"})).expect(200);
    let state = control(&world, "GET", "state", Value::Null).expect(200).json;
    assert_eq!(state["calendars"][DANA]["events"][0]["summary"], "Moved");
    control(&world, "DELETE", &one, Value::Null).expect(200);
    control(&world, "DELETE", &one, Value::Null).expect(400);
    control(&world, "POST", "reset", json!({})).expect(200);
    assert!(world.google().events(DANA).is_empty());
}

#[test]
fn a_page_of_another_site_can_not_send_it() {
    let world = World::new();
    let url = &world.simulator.url;
    ask(url, "POST", "/_control/reset", &[FORM], "").unwrap().expect(415);
    ask(url, "POST", "/_control/reset", &[("Content-Type", "text/plain")], "{}")
        .unwrap()
        .expect(415);
}

#[test]
fn what_is_not_understood_is_400_or_404() {
    let world = World::new();
    control(&world, "POST", "settings", json!({"meet_pending": 3})).expect(400);
    control(&world, "POST", "faults", json!({"path": "/"})).expect(400);
    control(&world, "GET", "secrets", Value::Null).expect(404);
}
