//! Calendars, changes and busy times, page by page.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_kit::calendar::{Access, Status};
use oxpi_testkit::{Expect, Host, problem};
use serde_json::{Value, json};
use support::{EVENTS, LIST, TOKEN, appointment, own_id, refusal};

#[tokio::test]
async fn all_pages_of_calendars_are_listed_with_their_access() {
    let host = Host::start().await;
    let first = json!({"nextPageToken": "p2", "items": [
        {"id": "owner@example.com", "summary": "Owner", "accessRole": "owner", "primary": true,
         "backgroundColor": "#0b8043", "timeZone": "Asia/Jerusalem"},
        {"id": 7},
    ]});
    let second = json!({"items": [
        {"id": "team", "summary": "Team", "accessRole": "writer"},
        {"id": "holidays", "summary": "Holidays", "accessRole": "reader"},
    ]});
    let page = || Expect::get(LIST).header("authorization", TOKEN);
    host.http().expect(page().no_query("pageToken").reply(200, first));
    host.http().expect(page().query("pageToken", "p2").reply(200, second));
    let calendars = host.calendars().await.unwrap();
    let access: Vec<_> = calendars.iter().map(|c| (c.id.as_str(), c.access)).collect();
    assert_eq!(
        access,
        [
            ("owner@example.com", Access::Owner),
            ("team", Access::Writer),
            ("holidays", Access::Reader)
        ]
    );
    assert!(calendars[0].primary);
    assert_eq!(calendars[0].color.as_deref(), Some("#0b8043"));
    host.finish();
}

fn events(items: Value, more: Value) -> Value {
    let mut page = json!({"timeZone": "Asia/Jerusalem", "items": items});
    page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    page
}

#[tokio::test]
async fn changes_come_page_by_page_and_go_on_from_the_sync_token() {
    let host = Host::start().await;
    let list = || Expect::get(EVENTS).query("singleEvents", "true").header("authorization", TOKEN);
    let first = json!([{"id": "e1", "etag": "\"1\"", "summary": "Dentist", "status": "confirmed",
        "start": {"dateTime": "2026-12-01T10:00:00+02:00"},
        "end": {"dateTime": "2026-12-01T11:00:00+02:00"}}]);
    // A month before the testkit's clock.
    let from = "2026-10-23T08:00:00Z";
    let expect = list().query("timeMin", from).no_query("pageToken").no_query("syncToken");
    host.http().expect(expect.reply(200, events(first, json!({"nextPageToken": "p2"}))));
    let page = host.changes("owner@example.com", None).await.unwrap();
    assert!(page.more);
    assert_eq!(page.events[0].title.as_deref(), Some("Dentist"));
    assert_eq!(page.events[0].starts_at.unwrap().to_string(), "2026-12-01T08:00:00Z");

    let expect = list().query("timeMin", from).query("pageToken", "p2");
    let day = json!([{"id": "e2", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}}]);
    host.http().expect(expect.reply(200, events(day, json!({"nextSyncToken": "s1"}))));
    let page = host.changes("owner@example.com", Some(&page.cursor)).await.unwrap();
    assert!(!page.more);
    assert!(page.events[0].all_day);
    assert_eq!(page.events[0].starts_at.unwrap().to_string(), "2026-12-23T22:00:00Z");

    let expect = list().query("syncToken", "s1").no_query("timeMin").no_query("pageToken");
    let gone = json!([{"id": "e1", "status": "cancelled"}]);
    host.http().expect(expect.reply(200, events(gone, json!({"nextSyncToken": "s2"}))));
    let page = host.changes("owner@example.com", Some(&page.cursor)).await.unwrap();
    assert_eq!(page.events[0].status, Status::Cancelled);
    host.finish();
}

#[tokio::test]
async fn our_own_events_name_their_appointment() {
    let host = Host::start().await;
    let item = json!([{"id": own_id(), "etag": "\"1\"",
        "extendedProperties": {"private": {"oxpi_appointment": appointment().id}},
        "start": {"dateTime": "2026-12-01T08:00:00Z"}, "end": {"dateTime": "2026-12-01T09:00:00Z"}}]);
    host.http().expect(Expect::get(EVENTS).reply(200, events(item, json!({"nextSyncToken": "s"}))));
    let page = host.changes("owner@example.com", None).await.unwrap();
    assert_eq!(page.events[0].appointment_id, Some(appointment().id));
    host.finish();
}

#[tokio::test]
async fn one_odd_event_does_not_spoil_the_others() {
    let host = Host::start().await;
    let items = json!([{"id": "bad", "start": "yesterday", "end": 5}, 17,
        {"id": "good", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}}]);
    host.http()
        .expect(Expect::get(EVENTS).reply(200, events(items, json!({"nextSyncToken": "s"}))));
    let page = host.changes("owner@example.com", None).await.unwrap();
    assert_eq!(page.events.len(), 1);
    assert!(host.memory().log.iter().any(|line| line.message == "events left out"));
    host.finish();
}

#[tokio::test]
async fn a_cursor_that_google_no_longer_takes_asks_for_a_resync() {
    let cursor = r#"{"sync":"old"}"#;
    for status in [410, 400] {
        let host = Host::start().await;
        let expect = Expect::get(EVENTS).query("syncToken", "old");
        host.http().expect(expect.reply_with(refusal(status, "fullSyncRequired")));
        let problem = problem(host.changes("owner@example.com", Some(cursor)).await);
        assert_eq!(problem.code, "resync");
        host.finish();
    }
    let host = Host::start().await;
    assert_eq!(problem(host.changes("owner@example.com", Some("x")).await).code, "resync");
    host.finish();
}

#[tokio::test]
async fn busy_times_are_read_from_events_and_cut_to_the_range() {
    let host = Host::start().await;
    let items = json!([
        {"id": "a", "start": {"dateTime": "2026-11-30T20:00:00Z"},
         "end": {"dateTime": "2026-12-01T01:00:00Z"}},
        {"id": "b", "transparency": "transparent", "start": {"dateTime": "2026-12-01T02:00:00Z"},
         "end": {"dateTime": "2026-12-01T03:00:00Z"}},
    ]);
    let expect = Expect::get(EVENTS)
        .query("timeMin", "2026-12-01T00:00:00Z")
        .query("timeMax", "2026-12-02T00:00:00Z")
        .query("singleEvents", "true");
    host.http().expect(expect.reply(200, events(items, json!({}))));
    let busy =
        host.busy(&["owner@example.com"], 1_796_083_200_000, 1_796_169_600_000).await.unwrap();
    assert_eq!(busy.len(), 1);
    assert_eq!(busy[0].from.to_string(), "2026-12-01T00:00:00Z");
    assert_eq!(busy[0].to.to_string(), "2026-12-01T01:00:00Z");
    host.finish();
}
