//! Faults on demand.

use std::time::{Duration, Instant};

use oxpi_simulators::{Cut, Effect, Fault};
use serde_json::json;

use crate::client::*;

const CALENDAR_API: &str = "/calendar/v3/";

#[test]
fn each_status_has_the_providers_own_words_and_passes() {
    let world = World::new();
    for (status, reason) in [
        (401, "authError"),
        (403, "rateLimitExceeded"),
        (410, "deleted"),
        (412, "conditionNotMet"),
        (429, "rateLimitExceeded"),
        (500, "backendError"),
        (503, "backendError"),
    ] {
        world.google().fault(Fault::status(CALENDAR_API, status));
        let got = world.get(EVENTS).expect(status);
        assert_eq!(got.reason(), reason);
        world.get(EVENTS).expect(200);
    }
}

#[test]
fn a_sync_token_meets_a_410_as_full_sync() {
    let world = World::new();
    let token = world.get(EVENTS).json["nextSyncToken"].as_str().unwrap().to_owned();
    world.google().fault(Fault::status(CALENDAR_API, 410));
    let got = world.get(&format!("{EVENTS}?syncToken={token}")).expect(410);
    assert_eq!(got.reason(), "fullSyncRequired");
}

#[test]
fn slow_down_says_for_how_long() {
    let world = World::new();
    world.google().fault(Fault::rate_limited(EVENTS, 7).method("POST"));
    world.get(EVENTS).expect(200);
    let got = world.post(EVENTS, event(1, 10)).expect(429);
    assert_eq!(got.header("Retry-After"), "7");
    assert!(world.google().events(DANA).is_empty());
}

#[test]
fn an_error_can_hide_an_effect_that_happened() {
    let world = World::new();
    let effect = Effect::Status { status: 503, reason: None, retry_after: None, applied: true };
    world.google().fault(Fault::next(EVENTS, effect));
    world.post(EVENTS, event(1, 10)).expect(503);
    assert_eq!(world.google().events(DANA).len(), 1);
}

#[test]
fn a_cut_before_changes_nothing_and_a_cut_after_does() {
    for (when, events) in [(Cut::Before, 0), (Cut::After, 1), (Cut::Midway, 1)] {
        let world = World::new();
        world.google().fault(Fault::cut(EVENTS, when));
        let body = event(1, 10).to_string();
        let error = world.try_send("POST", EVENTS, &[], &body).expect_err("no whole answer");
        assert!(world.google().events(DANA).len() == events, "{when:?}: {error}");
        world.get(EVENTS).expect(200);
    }
}

#[test]
fn a_slow_answer_is_right_but_late() {
    let world = World::new();
    world.google().fault(Fault::next(EVENTS, Effect::Slow { millis: 300 }));
    let begun = Instant::now();
    world.get(EVENTS).expect(200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_duplicate_happens_twice() {
    let world = World::new();
    world.google().fault(Fault::next(EVENTS, Effect::Duplicate).method("POST").times(2));
    world.post(EVENTS, event(1, 10)).expect(200);
    assert_eq!(world.google().events(DANA).len(), 2, "without an own id there are two");
    let mut body = event(2, 10);
    body["id"] = json!("abc123");
    world.post(EVENTS, body).expect(409);
    assert_eq!(world.google().events(DANA).len(), 3, "with one there is one");
}

#[test]
fn the_sign_in_fails_in_its_own_words() {
    let world = World::new();
    let effect = Effect::Status {
        status: 400,
        reason: Some("invalid_grant".to_owned()),
        retry_after: None,
        applied: false,
    };
    world.google().fault(Fault::next("/token", effect));
    let got = world.form("/token", &[("grant_type", "refresh_token")]).expect(400);
    assert_eq!(got.json["error"], "invalid_grant");
}

#[test]
fn the_journal_has_every_request_and_no_secret() {
    let world = World::new();
    world.google().fault(Fault::status(EVENTS, 500));
    world.post(EVENTS, event(1, 10)).expect(500);
    world.form("/revoke", &[("token", &world.tokens.refresh)]).expect(200);
    let entries = world.google().requests();
    let seen: Vec<(&str, u16)> = entries.iter().map(|e| (e.path.as_str(), e.status)).collect();
    assert_eq!(seen, [(EVENTS, 500), ("/revoke", 200)]);
    assert!(entries[0].fault.is_some() && entries[0].body["summary"] == "Visit 1 10");
    let text = serde_json::to_string(&entries).unwrap();
    assert!(!text.contains(&world.tokens.access) && !text.contains(&world.tokens.refresh));
}
