//! Appointments become events: created, changed, adopted, restored, removed.

mod support;

use oxpi_kit::calendar::{Appointment, OnlineState, Status};
use oxpi_testkit::{Expect, Host, Reply, problem};
use serde_json::{Value, json};
use support::{EVENTS, MiniGoogle, TOKEN, appointment, event_url, own_id, refusal};

/// Without a meeting, whose making moves the revision by itself.
fn offline() -> Appointment {
    Appointment { online: false, ..appointment() }
}

/// What Google answers to a write.
fn stored(etag: &str) -> Value {
    json!({"id": own_id(), "etag": etag, "status": "confirmed",
           "htmlLink": "https://calendar.example/e"})
}

#[tokio::test]
async fn a_new_appointment_is_created_under_an_id_of_its_own() {
    let host = Host::start().await;
    let creation = Expect::post(EVENTS)
        .query("conferenceDataVersion", "1")
        .query("sendUpdates", "all")
        .header("authorization", TOKEN)
        .header("content-type", "application/json")
        .body_at("/id", json!(own_id()))
        .body_at("/summary", json!("Fitting"))
        .body_at(
            "/start",
            json!({"dateTime": "2026-12-01T08:00:00Z", "timeZone": "Asia/Jerusalem"}),
        )
        .body_at("/attendees/0/email", json!("dana@example.com"))
        .body_at("/extendedProperties/private/oxpi_appointment", json!(appointment().id))
        .body_at("/conferenceData/createRequest/requestId", json!(appointment().id))
        .body_at("/conferenceData/createRequest/conferenceSolutionKey/type", json!("hangoutsMeet"));
    host.http().expect(creation.reply(200, stored("\"1\"")));
    let link = host.put_event(&appointment()).await.unwrap();
    assert_eq!(link.external_id, own_id());
    assert_eq!(link.etag, "\"1\"");
    assert_eq!(link.url.as_deref(), Some("https://calendar.example/e"));
    host.finish();
}

#[tokio::test]
async fn without_a_meeting_no_conference_is_ordered() {
    let host = Host::start().await;
    let expect = Expect::post(EVENTS).body_at("/conferenceData", Value::Null);
    host.http().expect(expect.reply(200, stored("\"1\"")));
    let mut appointment = appointment();
    appointment.online = false;
    let link = host.put_event(&appointment).await.unwrap();
    assert_eq!(link.online.state, OnlineState::None);
    host.finish();
}

#[tokio::test]
async fn putting_twice_is_putting_once() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let first = host.put_event(&appointment()).await.unwrap();
    // The link was never stored: the second put knows of no event.
    let second = host.put_event(&appointment()).await.unwrap();
    assert_eq!(first.external_id, second.external_id);
    assert_eq!((google.standing().len(), google.orders()), (1, 1));
    let patches = host.http().seen().iter().filter(|seen| seen.method == "PATCH").count();
    assert_eq!(patches, 0, "nothing differed");
    host.finish();
}

#[tokio::test]
async fn a_cut_at_any_request_leaves_one_event_after_the_next_try() {
    for cut in 1..8 {
        let host = Host::start().await;
        let google = MiniGoogle::behind(&host);
        let mut appointment = offline();
        let first = host.put_event(&appointment).await.unwrap();
        appointment.external_id = Some(first.external_id);
        appointment.etag = Some(first.etag);
        appointment.title = "Changed here".to_owned();
        host.http().cut_nth(cut);
        let refused = host.put_event(&appointment).await;
        if host.http().has_fault_left() {
            refused.unwrap();
            assert!(cut > 2, "the calls were cut");
            return;
        }
        assert_eq!(problem(refused).code, "unavailable");
        host.put_event(&appointment).await.unwrap();
        let standing = google.standing();
        assert_eq!(standing.len(), 1);
        assert_eq!(standing[0]["summary"], "Changed here");
        host.finish();
    }
    panic!("a put never ended");
}

#[tokio::test]
async fn a_change_writes_what_differs_with_the_etag_it_read() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let mut appointment = offline();
    let link = host.put_event(&appointment).await.unwrap();
    appointment.external_id = Some(link.external_id);
    appointment.etag = Some(link.etag);
    appointment.title = "Second fitting".to_owned();
    host.put_event(&appointment).await.unwrap();
    let seen = host.http().seen();
    let patch = seen.iter().find(|seen| seen.method == "PATCH").unwrap();
    assert_eq!(patch.json(), json!({"summary": "Second fitting"}));
    assert!(patch.header("if-match").is_some());
    assert_eq!(google.standing()[0]["location"], "Herzl 1");
    host.finish();
}

#[tokio::test]
async fn an_event_at_another_revision_is_a_conflict_and_nothing_is_written() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let mut appointment = offline();
    let link = host.put_event(&appointment).await.unwrap();
    google.edit(&link.external_id, json!({"location": "Upstairs"}));
    appointment.title = "Changed here".to_owned();
    // Neither with the revision from before nor without any.
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    appointment.external_id = Some(link.external_id);
    appointment.etag = Some(link.etag);
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    assert_eq!(problem(host.remove_event(&appointment).await).code, "conflict");
    assert_eq!(google.standing()[0]["summary"], "Fitting");

    let read = host.event(&appointment).await.unwrap();
    assert_eq!(read.event.unwrap().location, "Upstairs");
    appointment.etag = Some(read.etag);
    appointment.location = "Upstairs".to_owned();
    host.put_event(&appointment).await.unwrap();
    assert_eq!(google.standing()[0]["summary"], "Changed here");
    assert_eq!(google.standing()[0]["location"], "Upstairs");
    host.finish();
}

#[tokio::test]
async fn an_event_changed_there_is_a_conflict_though_nothing_is_to_be_written() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let mut appointment = offline();
    let link = host.put_event(&appointment).await.unwrap();
    google.edit(&link.external_id, json!({"location": "Upstairs"}));
    appointment.external_id = Some(link.external_id);
    appointment.etag = Some(link.etag);
    let said = json!({"title": appointment.title, "notes": appointment.notes,
                      "location": appointment.location, "starts_at": appointment.starts_at,
                      "ends_at": appointment.ends_at});
    appointment.seen = Some(serde_json::from_value(said).unwrap());
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    appointment.etag = None;
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    host.finish();
}

#[tokio::test]
async fn an_event_that_changes_while_it_is_written_is_a_conflict() {
    let host = Host::start().await;
    let mut appointment = offline();
    appointment.external_id = Some("theirs1".to_owned());
    appointment.etag = Some("\"1\"".to_owned());
    let url = format!("{EVENTS}/theirs1");
    let there = json!({"id": "theirs1", "etag": "\"1\"", "summary": "Old"});
    host.http().expect(Expect::get(&url).reply(200, there));
    let patch = Expect::patch(&url).header("if-match", "\"1\"");
    host.http().expect(patch.reply_with(refusal(412, "conditionNotMet")));
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    host.finish();
}

#[tokio::test]
async fn an_event_deleted_in_google_is_told_of_with_its_revision() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    let mut appointment = offline();
    let link = host.put_event(&appointment).await.unwrap();
    google.edit(&link.external_id, json!({"status": "cancelled"}));
    appointment.external_id = Some(link.external_id);
    appointment.etag = Some(link.etag);
    let read = host.event(&appointment).await.unwrap();
    assert_eq!(read.event.unwrap().status, Status::Cancelled);
    host.remove_event(&appointment).await.unwrap();
    host.finish();
}

#[tokio::test]
async fn an_event_that_keeps_changing_is_a_conflict_after_a_few_tries() {
    let host = Host::start().await;
    host.http().answer_with(|seen| match seen.method.as_str() {
        "GET" => Reply::json(200, json!({"id": "theirs1", "etag": "\"1\"", "summary": "Old"})),
        _ => refusal(412, "conditionNotMet"),
    });
    let mut appointment = appointment();
    appointment.external_id = Some("theirs1".to_owned());
    assert_eq!(problem(host.put_event(&appointment).await).code, "conflict");
    assert!(host.http().seen().len() <= 8);
    host.finish();
}

#[tokio::test]
async fn an_event_cancelled_in_google_is_restored() {
    let host = Host::start().await;
    let google = MiniGoogle::behind(&host);
    host.put_event(&offline()).await.unwrap();
    host.remove_event(&offline()).await.unwrap();
    assert!(google.standing().is_empty());
    host.put_event(&offline()).await.unwrap();
    assert_eq!(google.standing().len(), 1);
    host.finish();
}

#[tokio::test]
async fn an_event_that_is_gone_for_good_is_made_again() {
    let host = Host::start().await;
    let mut appointment = appointment();
    appointment.external_id = Some("lost1".to_owned());
    host.http()
        .expect(Expect::get(&format!("{EVENTS}/lost1")).reply_with(refusal(404, "notFound")));
    host.http().expect(Expect::post(EVENTS).reply(200, stored("\"1\"")));
    assert_eq!(host.put_event(&appointment).await.unwrap().external_id, own_id());
    host.finish();
}

#[tokio::test]
async fn a_strangers_event_under_our_id_is_left_alone() {
    let host = Host::start().await;
    host.http().expect(Expect::post(EVENTS).reply_with(refusal(409, "duplicate")));
    let theirs = json!({"id": own_id(), "etag": "\"1\"", "summary": "Theirs"});
    host.http().expect(Expect::get(&event_url()).reply(200, theirs));
    assert_eq!(problem(host.put_event(&appointment()).await).code, "rejected");
    host.finish();
}

#[tokio::test]
async fn removing_what_is_gone_is_a_success() {
    for status in [204, 404, 410] {
        let host = Host::start().await;
        let expect = Expect::delete(&event_url()).query("sendUpdates", "all");
        host.http().expect(expect.header("authorization", TOKEN).reply_with(Reply::status(status)));
        host.remove_event(&appointment()).await.unwrap();
        host.finish();
    }
}
