//! The mapping by example, and against whatever JSON there may be.

use oxpi_kit::calendar::OnlineState;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A zone two hours ahead, all year.
fn two_ahead(local: &str, zone: &str) -> Option<Timestamp> {
    let text = if local.contains('T') { local.to_owned() } else { format!("{local}T00:00:00") };
    (zone == "Asia/Jerusalem").then(|| format!("{text}+02:00").parse().ok())?
}

fn map(item: Value) -> Option<ChangedEvent> {
    event_of(item, "Asia/Jerusalem", &two_ahead)
}

fn timed(more: Value) -> Value {
    let mut item = json!({
        "id": "e1", "etag": "\"1\"", "status": "confirmed", "summary": "Dentist",
        "start": {"dateTime": "2026-12-01T10:00:00+02:00"},
        "end": {"dateTime": "2026-12-01T11:00:00+02:00"},
    });
    if let (Some(item), Some(more)) = (item.as_object_mut(), more.as_object()) {
        item.extend(more.clone());
    }
    item
}

#[test]
fn a_day_begins_in_the_calendars_zone() {
    let event =
        map(json!({"id": "d1", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}));
    let event = event.unwrap();
    assert!(event.all_day && event.busy);
    assert_eq!(event.starts_at.unwrap().to_string(), "2026-11-30T22:00:00Z");
    assert_eq!(event.ends_at.unwrap().to_string(), "2026-12-01T22:00:00Z");
}

#[test]
fn an_unknown_zone_does_not_hide_a_day() {
    let item = json!({"id": "d1", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}});
    let event = event_of(item, "Mars/Olympus", &two_ahead).unwrap();
    assert_eq!(event.starts_at.unwrap().to_string(), "2026-12-01T00:00:00Z");
}

#[test]
fn time_without_an_offset_is_that_of_its_own_zone() {
    let start = json!({"dateTime": "2026-12-01T10:00:00", "timeZone": "Asia/Jerusalem"});
    let event = event_of(timed(json!({ "start": start })), "UTC", &two_ahead).unwrap();
    assert_eq!(event.starts_at.unwrap().to_string(), "2026-12-01T08:00:00Z");
}

#[test]
fn what_takes_no_time_is_not_busy() {
    assert!(map(timed(json!({}))).unwrap().busy);
    for free in [
        json!({"transparency": "transparent"}),
        json!({"eventType": "workingLocation"}),
        json!({"attendees": [{"self": true, "responseStatus": "declined"}]}),
    ] {
        assert!(!map(timed(free.clone())).unwrap().busy, "{free}");
    }
}

#[test]
fn what_is_marked_private_is_busy_and_says_nothing() {
    let open = map(timed(json!({"location": "Allenby 12"}))).unwrap();
    assert_eq!(
        (open.title.as_deref(), open.location.as_deref()),
        (Some("Dentist"), Some("Allenby 12"))
    );
    for visibility in ["private", "confidential"] {
        let more = json!({"visibility": visibility, "location": "Allenby 12", "description": "x"});
        let event = map(timed(more)).unwrap();
        assert!(event.busy);
        assert_eq!((event.title, event.location, event.notes), (None, None, None));
    }
}

#[test]
fn a_cancelled_event_needs_only_its_id() {
    let event = map(json!({"id": "e1", "status": "cancelled"})).unwrap();
    assert_eq!(event, ChangedEvent::cancelled("e1", None));
}

#[test]
fn only_the_event_itself_stands_for_its_appointment() {
    let appointment = "0190a0b0-1111-7222-8333-444455556666";
    let marked = json!({"private": {APPOINTMENT: appointment}});
    let id = event_id(appointment);
    let own = map(timed(json!({"id": id, "extendedProperties": marked}))).unwrap();
    assert_eq!(own.appointment_id.as_deref(), Some(appointment));
    let instance = format!("{id}_20261201T080000Z");
    let instance = map(timed(json!({"id": instance, "extendedProperties": marked}))).unwrap();
    assert_eq!(instance.appointment_id, None);
}

#[test]
fn addresses_that_are_not_https_are_dropped() {
    let event = map(timed(json!({"htmlLink": "javascript:x", "hangoutLink": "http://x"}))).unwrap();
    assert_eq!((event.url, event.online.state), (None, OnlineState::None));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2}))?"
            .prop_map(Value::from),
        Just(Value::from("cancelled")),
    ];
    leaf.prop_recursive(3, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(a_name(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Names that the mapping reads, so that the values behind them are met.
fn a_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "id",
        "status",
        "start",
        "end",
        "date",
        "dateTime",
        "timeZone",
        "summary",
        "attendees",
        "self",
        "conferenceData",
        "entryPoints",
        "createRequest",
        "uri",
        "entryPointType",
        "extendedProperties",
        "private",
        APPOINTMENT,
        "hangoutLink",
        "other",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn no_json_makes_the_mapping_panic(item in any_json()) {
        if let Some(event) = map(item) {
            prop_assert!(!event.external_id.is_empty());
            prop_assert!(event.starts_at <= event.ends_at);
            prop_assert!(serde_json::to_string(&event).is_ok());
        }
    }

    #[test]
    fn events_of_any_times_never_run_backwards(start in any_json(), end in any_json()) {
        if let Some(event) = map(json!({"id": "e", "start": start, "end": end})) {
            prop_assert!(event.starts_at <= event.ends_at);
        }
    }
}
