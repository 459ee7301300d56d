//! Channels and pushes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::*;

/// A receiver on this machine: its address and the headers of each push.
fn receiver() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/push", listener.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut text = String::new();
            let mut bytes = [0u8; 2_048];
            while !text.contains("\r\n\r\n") {
                let count = stream.read(&mut bytes).unwrap();
                text.push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            if tell.send(text).is_err() {
                return;
            }
        }
    });
    (address, told)
}

fn next(pushes: &Receiver<String>) -> String {
    pushes.recv_timeout(Duration::from_secs(10)).expect("a push")
}

fn none(pushes: &Receiver<String>) {
    assert!(pushes.recv_timeout(Duration::from_millis(150)).is_err());
}

fn watch(world: &World, body: Value) -> Got {
    world.post(&format!("{EVENTS}/watch"), body)
}

#[test]
fn a_channel_is_told_of_each_change_and_stops() {
    let world = World::new();
    let (address, pushes) = receiver();
    let body = json!({"id": "channel-1", "type": "web_hook", "address": address, "token": "org=1",
                      "params": {"ttl": "604800"}});
    let got = watch(&world, body).expect(200).json;
    assert_eq!((&got["kind"], &got["id"]), (&json!("api#channel"), &json!("channel-1")));
    let text = next(&pushes);
    assert!(text.starts_with("POST /push HTTP/1.1\r\n"), "{text}");
    for line in [
        "X-Goog-Channel-ID: channel-1",
        "X-Goog-Channel-Token: org=1",
        "X-Goog-Resource-State: sync",
        "X-Goog-Message-Number: 1",
        "Content-Length: 0",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
    }
    world.book(1, 10);
    let text = next(&pushes);
    assert!(text.contains("Resource-State: exists\r\n") && text.contains("Message-Number: 2\r\n"));
    let resource = got["resourceId"].as_str().unwrap();
    let stop = |id: &str, resource: &str| {
        world.post("/calendar/v3/channels/stop", json!({"id": id, "resourceId": resource}))
    };
    stop("channel-1", "wrong").expect(404);
    stop("channel-1", resource).expect(204);
    stop("channel-1", resource).expect(404);
    world.book(2, 10);
    none(&pushes);
}

#[test]
fn a_change_by_hand_at_google_is_pushed_and_other_calendars_are_not() {
    let world = World::new();
    let (address, pushes) = receiver();
    watch(&world, json!({"id": "c1", "type": "web_hook", "address": address})).expect(200);
    next(&pushes);
    world.google().put_event(STUDIO, event(1, 10)).unwrap();
    world.google().put_event(DANA, event(1, 10)).unwrap();
    assert!(next(&pushes).contains("Message-Number: 2"));
    none(&pushes);
}

#[test]
fn an_expired_channel_is_quiet() {
    let world = World::new();
    let (address, pushes) = receiver();
    let body = json!({"id": "c1", "type": "web_hook", "address": address, "params": {"ttl": "60"}});
    watch(&world, body).expect(200);
    next(&pushes);
    world.google().advance_secs(61);
    world.book(1, 10);
    none(&pushes);
}

#[test]
fn pushes_get_lost_and_arrive_twice_on_request() {
    let world = World::new();
    let (address, pushes) = receiver();
    watch(&world, json!({"id": "c1", "type": "web_hook", "address": address})).expect(200);
    next(&pushes);
    world.google().set(|settings| {
        settings.drop_pushes = 1;
        settings.duplicate_pushes = 1;
    });
    world.book(1, 10);
    world.book(2, 10);
    assert!(next(&pushes).contains("Message-Number: 3"), "the second was lost");
    assert!(next(&pushes).contains("Message-Number: 3"), "the third came twice");
    none(&pushes);
}

#[test]
fn a_channel_that_makes_no_sense_is_400() {
    let world = World::new();
    let good = json!({"id": "c1", "type": "web_hook", "address": "https://example.test/hook"});
    watch(&world, good.clone()).expect(200);
    assert_eq!(watch(&world, good.clone()).expect(400).reason(), "channelIdNotUnique");
    for (name, value) in [
        ("id", json!("")),
        ("id", json!("with space")),
        ("id", json!("x".repeat(65))),
        ("type", json!("mail")),
        ("address", json!("http://example.test/hook")),
        ("token", json!("x".repeat(257))),
        ("token", json!("a\r\nX-Evil: 1")),
        ("params", json!({"ttl": "soon"})),
        ("params", json!({"ttl": "-5"})),
    ] {
        let mut body = good.clone();
        body["id"] = json!("c2");
        body[name] = value;
        assert_eq!(watch(&world, body.clone()).status, 400, "{body}");
    }
}

#[test]
fn the_list_of_calendars_can_be_watched() {
    let world = World::new();
    let (address, pushes) = receiver();
    let body = json!({"id": "c1", "type": "web_hook", "address": address});
    world.post("/calendar/v3/users/me/calendarList/watch", body).expect(200);
    next(&pushes);
    world.post("/calendar/v3/calendars", json!({"summary": "New"})).expect(200);
    next(&pushes);
}
