//! Meet links.

use serde_json::{Value, json};

use crate::client::*;

fn online(day: u8, request: &str) -> Value {
    let mut body = event(day, 10);
    body["conferenceData"] = json!({"createRequest": {
        "requestId": request, "conferenceSolutionKey": {"type": "hangoutsMeet"}}});
    body
}

fn path(id: &Value) -> String {
    format!("{EVENTS}/{}", id.as_str().unwrap())
}

fn status(event: &Value) -> &str {
    event["conferenceData"]["createRequest"]["status"]["statusCode"].as_str().unwrap_or_default()
}

const VERSION_1: &str = "conferenceDataVersion=1";

#[test]
fn without_the_version_a_conference_is_ignored() {
    let world = World::new();
    for query in ["", "?conferenceDataVersion=0"] {
        let got = world.post(&format!("{EVENTS}{query}"), online(1, "r1")).expect(200).json;
        assert!(got.get("conferenceData").is_none() && got.get("hangoutLink").is_none());
    }
    world.post(&format!("{EVENTS}?conferenceDataVersion=2"), online(1, "r1")).expect(400);
}

#[test]
fn a_requested_meeting_has_a_link() {
    let world = World::new();
    let got = world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200).json;
    assert_eq!(status(&got), "success");
    let link = got["hangoutLink"].as_str().unwrap();
    assert!(link.starts_with("https://meet.google.com/"), "{link}");
    assert_eq!(got["conferenceData"]["entryPoints"][0]["uri"], link);
    assert_eq!(got["conferenceData"]["entryPoints"][0]["entryPointType"], "video");
}

#[test]
fn a_pending_meeting_is_there_after_some_reads_and_has_moved_the_etag() {
    let world = World::new();
    world.google().set(|settings| settings.meet_pending_reads = 2);
    let made = world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200).json;
    assert_eq!((status(&made), made.get("hangoutLink")), ("pending", None));
    assert_eq!(status(&world.get(&path(&made["id"])).json), "pending");
    let ready = world.get(&path(&made["id"])).expect(200).json;
    assert_eq!(status(&ready), "success");
    assert!(ready["hangoutLink"].is_string());
    assert_ne!(ready["etag"], made["etag"]);
}

#[test]
fn a_list_brings_a_pending_meeting_closer_too_and_a_sync_sees_it() {
    let world = World::new();
    world.google().set(|settings| settings.meet_pending_reads = 2);
    world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200);
    let list = world.get(EVENTS).expect(200);
    assert_eq!(status(&list.json["items"][0]), "pending");
    let token = list.json["nextSyncToken"].as_str().unwrap();
    let changes = world.get(&format!("{EVENTS}?syncToken={token}")).expect(200);
    assert_eq!(status(&changes.json["items"][0]), "success");
}

#[test]
fn a_meeting_can_fail() {
    let world = World::new();
    world.google().set(|settings| settings.meet_fails = true);
    let got = world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200).json;
    assert_eq!((status(&got), got.get("hangoutLink")), ("failure", None));
}

#[test]
fn a_repeated_request_id_is_ignored() {
    let world = World::new();
    let made = world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200).json;
    let again = json!({"conferenceData": online(1, "r1")["conferenceData"]});
    let got = world.patch(&format!("{}?{VERSION_1}", path(&made["id"])), again).expect(200).json;
    assert_eq!(got["hangoutLink"], made["hangoutLink"]);
    let other = world.post(&format!("{EVENTS}?{VERSION_1}"), online(2, "r1")).expect(200).json;
    assert!(other.get("conferenceData").is_none(), "on another event too");
    let fresh = json!({"conferenceData": online(1, "r2")["conferenceData"]});
    let got = world.patch(&format!("{}?{VERSION_1}", path(&made["id"])), fresh).expect(200).json;
    assert_ne!(got["hangoutLink"], made["hangoutLink"]);
}

#[test]
fn a_meeting_stays_through_changes_and_goes_when_it_is_cleared() {
    let world = World::new();
    let made = world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "r1")).expect(200).json;
    let path = path(&made["id"]);
    let got = world.patch(&path, json!({"conferenceData": null, "summary": "x"})).expect(200).json;
    assert_eq!(got["hangoutLink"], made["hangoutLink"], "ignored without the version");
    let got = world.send("PUT", &path, event(2, 10)).expect(200).json;
    assert_eq!(got["hangoutLink"], made["hangoutLink"]);
    let got = world
        .patch(&format!("{path}?{VERSION_1}"), json!({"conferenceData": null}))
        .expect(200)
        .json;
    assert!(got.get("hangoutLink").is_none() && got.get("conferenceData").is_none());
}

#[test]
fn another_kind_of_conference_or_none_named_is_400() {
    let world = World::new();
    let mut body = online(1, "r1");
    body["conferenceData"]["createRequest"]["conferenceSolutionKey"]["type"] = json!("addOn");
    world.post(&format!("{EVENTS}?{VERSION_1}"), body).expect(400);
    world.post(&format!("{EVENTS}?{VERSION_1}"), online(1, "")).expect(400);
}
