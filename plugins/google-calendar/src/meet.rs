//! The online meeting of an event: ordering it, giving it up, and how far it is.
//!
//! Google makes it after answering, so that it may be pending for a while; an order with an id seen
//! before is ignored (Calendar API v3, `CreateConferenceRequest`).

use oxpi_kit::calendar::{Appointment, Online, OnlineState};
use serde_json::{Value, json};

use crate::wire::{ConferenceData, Event, ONLINE};

/// The order to make a meeting. `after` is the etag of the event it is added to: the same order
/// again has the same id, and one that follows a failed or removed meeting has another.
pub fn order(appointment_id: &str, after: Option<&str>) -> Value {
    let mut id = appointment_id.to_owned();
    let plain: String =
        after.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    if !plain.is_empty() {
        id = format!("{id}-{plain}");
    }
    json!({"createRequest": {
        "requestId": id,
        "conferenceSolutionKey": {"type": "hangoutsMeet"},
    }})
}

/// What to write into `conferenceData` so that the event has a meeting, or hasn't; None: leave it.
/// A meeting that somebody added in Google by hand is not ours to remove.
pub fn change(appointment: &Appointment, event: &Event) -> Option<Value> {
    let state = online(event).state;
    let missing = matches!(state, OnlineState::None | OnlineState::Failed);
    if appointment.online && missing {
        return Some(order(&appointment.id, event.etag.as_deref()));
    }
    let ours = event.private(ONLINE) == Some("1");
    (!appointment.online && ours && state != OnlineState::None).then_some(Value::Null)
}

/// How far the meeting is. An address that is not https is no address to send people to.
pub fn online(event: &Event) -> Online {
    let conference = event.conference_data.as_ref();
    let video = conference.and_then(video_url).or(event.hangout_link.as_deref());
    if let Some(url) = video.filter(|url| url.starts_with("https://")) {
        return Online { state: OnlineState::Ready, url: Some(url.to_owned()) };
    }
    let order = conference.and_then(|conference| conference.create_request.as_ref());
    let status = order.map(|order| order.status.as_ref()?.status_code.as_deref());
    let state = match status {
        None => OnlineState::None,
        Some(Some("failure")) => OnlineState::Failed,
        // Also "success" before the address is there.
        Some(_) => OnlineState::Pending,
    };
    Online { state, url: None }
}

fn video_url(conference: &ConferenceData) -> Option<&str> {
    let is_video = |kind: &Option<String>| kind.as_deref() == Some("video");
    let video = conference.entry_points.iter().find(|entry| is_video(&entry.entry_point_type))?;
    video.uri.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(value: Value) -> Event {
        serde_json::from_value(value).unwrap()
    }

    fn state(value: Value) -> OnlineState {
        online(&event(json!({ "conferenceData": value }))).state
    }

    #[test]
    fn the_state_follows_googles() {
        let with = |code: &str| json!({"createRequest": {"status": {"statusCode": code}}});
        assert_eq!(state(json!(null)), OnlineState::None);
        assert_eq!(state(with("pending")), OnlineState::Pending);
        assert_eq!(state(with("success")), OnlineState::Pending, "no address yet");
        assert_eq!(state(with("failure")), OnlineState::Failed);
        let video = |uri: &str| {
            json!({"entryPoints": [{"entryPointType": "phone", "uri": "tel:1"},
                                                      {"entryPointType": "video", "uri": uri}]})
        };
        assert_eq!(state(video("https://meet.example/abc")), OnlineState::Ready);
        assert_eq!(state(video("javascript:alert(1)")), OnlineState::None);
    }

    #[test]
    fn a_repeated_order_is_the_same_and_a_later_one_is_another() {
        let first = order("a1", None);
        assert_eq!(first["createRequest"]["requestId"], "a1");
        assert_eq!(order("a1", Some("\"31\"")), order("a1", Some("\"31\"")));
        assert_eq!(order("a1", Some("\"31\""))["createRequest"]["requestId"], "a1-31");
    }
}
