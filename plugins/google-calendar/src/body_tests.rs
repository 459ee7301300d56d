//! What is written, compared with what is there.

use super::*;

fn appointment() -> Appointment {
    serde_json::from_value(json!({
        "id": "0190a0b0-1111-7222-8333-444455556666", "calendar": "c", "title": "Fitting",
        "notes": "Bring the dress", "location": "Herzl 1",
        "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T09:00:00Z",
        "time_zone": "Asia/Jerusalem", "online": true,
        "guests": [{"name": "Dana", "email": "Dana@example.com"}],
    }))
    .unwrap()
}

/// The event as Google would hold it after creating it.
fn held(appointment: &Appointment) -> Value {
    let mut body = created(appointment);
    body["etag"] = json!("\"1\"");
    if appointment.days.is_none() {
        body["start"]["dateTime"] = json!("2026-12-01T10:00:00+02:00");
    }
    body["conferenceData"]["createRequest"]["status"] = json!({"statusCode": "pending"});
    body
}

fn event(value: Value) -> Event {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_is_there_already_is_not_written_again() {
    let appointment = appointment();
    assert_eq!(changed(&appointment, &event(held(&appointment))), None);
}

#[test]
fn only_what_differs_is_written() {
    let mut appointment = appointment();
    let event = event(held(&appointment));
    appointment.title = "Second fitting".to_owned();
    assert_eq!(changed(&appointment, &event), Some(json!({"summary": "Second fitting"})));
}

#[test]
fn a_move_writes_both_ends_and_takes_a_day_away() {
    let appointment = appointment();
    let mut value = held(&appointment);
    value["start"] = json!({"date": "2026-12-01"});
    let body = changed(&appointment, &event(value)).unwrap();
    assert_eq!(body["start"]["date"], Value::Null);
    assert_eq!(body["start"]["dateTime"], "2026-12-01T08:00:00Z");
    assert_eq!(body["end"]["dateTime"], "2026-12-01T09:00:00Z");
}

#[test]
fn days_are_written_as_days() {
    let mut appointment = appointment();
    appointment.days = Some(oxpi_kit::calendar::Days {
        first: "2026-12-01".to_owned(),
        after: "2026-12-03".to_owned(),
    });
    let body = created(&appointment);
    assert_eq!(body["start"], json!({"date": "2026-12-01"}));
    assert_eq!(body["end"], json!({"date": "2026-12-03"}));
    // In the place of hours, which have to be taken away.
    let mut value = held(&appointment);
    value["start"] = json!({"dateTime": "2026-12-01T10:00:00+02:00", "timeZone": "Asia/Jerusalem"});
    let moved = changed(&appointment, &event(value.clone())).unwrap();
    let start = json!({"date": "2026-12-01", "dateTime": null, "timeZone": null});
    assert_eq!(moved["start"], start);
    assert_eq!(moved["end"], json!({"date": "2026-12-03"}));
    value["start"] = json!({"date": "2026-12-01"});
    assert_eq!(changed(&appointment, &event(value)), None);
}

#[test]
fn guests_keep_their_answers() {
    let mut appointment = appointment();
    let mut value = held(&appointment);
    value["attendees"] = json!([
        {"email": "owner@example.com", "organizer": true, "self": true},
        {"email": "dana@example.com", "responseStatus": "accepted"},
    ]);
    assert_eq!(changed(&appointment, &event(value.clone())), None);
    appointment.guests.push(Guest { name: String::new(), email: "avi@example.com".to_owned() });
    let body = changed(&appointment, &event(value.clone())).unwrap();
    assert_eq!(
        body["attendees"],
        json!([
            {"email": "owner@example.com", "organizer": true, "self": true},
            {"email": "dana@example.com", "responseStatus": "accepted"},
            {"email": "avi@example.com"},
        ])
    );
    // Whom somebody invited in Google is not sent away.
    appointment.guests.clear();
    assert_eq!(changed(&appointment, &event(value)), None);
}

#[test]
fn what_was_not_changed_here_stays_as_it_is_there() {
    let mut appointment = appointment();
    let mut value = held(&appointment);
    value["description"] = json!("x".repeat(9_000));
    value["start"]["dateTime"] = json!("2026-12-01T12:00:00Z");
    value["end"]["dateTime"] = json!("2026-12-01T13:00:00Z");
    appointment.seen = Some(oxpi_kit::calendar::Seen {
        title: appointment.title.clone(),
        notes: appointment.notes.clone(),
        location: appointment.location.clone(),
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
    });
    assert_eq!(changed(&appointment, &event(value.clone())), None);
    appointment.title = "Second fitting".to_owned();
    assert_eq!(changed(&appointment, &event(value)), Some(json!({"summary": "Second fitting"})));
}

#[test]
fn a_cancelled_event_is_restored() {
    let appointment = appointment();
    let mut value = held(&appointment);
    value["status"] = json!("cancelled");
    assert_eq!(changed(&appointment, &event(value)), Some(json!({"status": "confirmed"})));
}

#[test]
fn turning_online_off_removes_our_meeting_only() {
    let mut appointment = appointment();
    let ours = held(&appointment);
    appointment.online = false;
    let body = changed(&appointment, &event(ours.clone())).unwrap();
    assert_eq!(body["conferenceData"], Value::Null);
    assert!(body.as_object().unwrap().contains_key("conferenceData"));
    let mut by_hand = ours;
    by_hand["extendedProperties"]["private"][ONLINE] = json!("0");
    assert_eq!(changed(&appointment, &event(by_hand)), None);
}

#[test]
fn turning_online_on_orders_a_meeting_under_a_new_id() {
    let mut appointment = appointment();
    appointment.online = false;
    let mut there = created(&appointment);
    there["etag"] = json!("\"77\"");
    appointment.online = true;
    let body = changed(&appointment, &event(there)).unwrap();
    let id = &body["conferenceData"]["createRequest"]["requestId"];
    assert_eq!(*id, json!(format!("{}-77", appointment.id)));
    assert_eq!(body["extendedProperties"]["private"][ONLINE], "1");
}
