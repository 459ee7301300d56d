//! What the plugin's tests share: an appointment, addresses, and a Google of a few lines.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use oxpi_kit::calendar::Appointment;
use oxpi_testkit::{Host, Reply, Seen};
use serde_json::{Map, Value, json};

pub const EVENTS: &str =
    "https://www.googleapis.com/calendar/v3/calendars/owner%40example.com/events";
pub const LIST: &str = "https://www.googleapis.com/calendar/v3/users/me/calendarList";
pub const TOKEN: &str = "Bearer test-google";

pub fn appointment() -> Appointment {
    let value = json!({
        "id": "0190a0b0-1111-7222-8333-444455556666", "calendar": "owner@example.com",
        "title": "Fitting", "notes": "Bring the dress", "location": "Herzl 1",
        "starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T09:00:00Z",
        "time_zone": "Asia/Jerusalem", "online": true,
        "guests": [{"name": "Dana", "email": "dana@example.com"}],
    });
    serde_json::from_value(value).unwrap()
}

/// The address of the appointment's event.
pub fn event_url() -> String {
    format!("{EVENTS}/{}", own_id())
}

/// The id that the plugin gives the appointment's event: 16 bytes in base32hex.
pub fn own_id() -> String {
    let hex = appointment().id.replace('-', "");
    let number = u128::from_str_radix(&hex, 16).unwrap();
    let alphabet = b"0123456789abcdefghijklmnopqrstuv";
    // 26 digits of 5 bits hold 130: the last two bits are zero.
    (0..26)
        .map(|at| match 123i32 - 5 * at {
            shift if shift >= 0 => (number >> shift) & 31,
            shift => (number << -shift) & 31,
        })
        .map(|value| char::from(alphabet[value as usize]))
        .collect()
}

/// Google's words for a refusal.
pub fn refusal(status: u16, reason: &str) -> Reply {
    let entry = json!({"domain": "global", "reason": reason, "message": "no"});
    Reply::json(status, json!({"error": {"code": status, "message": "no", "errors": [entry]}}))
}

/// The events of one calendar, as strict as it takes here: own ids, etags, cancelled instead of gone,
/// a Meet link that is pending until it is read.
#[derive(Clone, Default)]
pub struct MiniGoogle {
    pub events: Arc<Mutex<BTreeMap<String, Value>>>,
    revision: Arc<Mutex<u64>>,
    orders: Arc<Mutex<Vec<String>>>,
}

impl MiniGoogle {
    /// A Google that answers what the host's plugin asks.
    pub fn behind(host: &Host) -> Self {
        let google = Self::default();
        let answering = google.clone();
        host.http().answer_with(move |seen| answering.answer(seen));
        google
    }

    /// The events that take place.
    pub fn standing(&self) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        events.values().filter(|event| event["status"] != "cancelled").cloned().collect()
    }

    /// Changes an event as somebody in Google's own page would.
    pub fn edit(&self, id: &str, change: Value) {
        let mut events = self.events.lock().unwrap();
        merge(events.get_mut(id).unwrap(), &change);
        self.stamp(events.get_mut(id).unwrap());
    }

    /// How many Meet links were ordered; an order seen before is none.
    pub fn orders(&self) -> usize {
        self.orders.lock().unwrap().len()
    }

    fn answer(&self, seen: &Seen) -> Reply {
        if seen.header("authorization") != Some(TOKEN) {
            return refusal(401, "authError");
        }
        let id = seen.segments().get(5).cloned();
        match (seen.method.as_str(), id) {
            ("POST", None) => self.create(seen.json()),
            ("GET", Some(id)) => self.read(&id),
            ("PATCH", Some(id)) => self.patch(&id, seen),
            ("DELETE", Some(id)) => self.delete(&id, seen),
            _ => refusal(400, "badRequest"),
        }
    }

    fn create(&self, mut event: Value) -> Reply {
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        let mut events = self.events.lock().unwrap();
        if events.contains_key(&id) {
            return refusal(409, "duplicate");
        }
        event["htmlLink"] = json!(format!("https://calendar.example/{id}"));
        self.order(&mut event);
        self.stamp(&mut event);
        events.insert(id, event.clone());
        Reply::json(200, event)
    }

    fn read(&self, id: &str) -> Reply {
        let mut events = self.events.lock().unwrap();
        let Some(event) = events.get_mut(id) else { return refusal(404, "notFound") };
        let answer = event.clone();
        if event.pointer("/conferenceData/createRequest/status/statusCode")
            == Some(&json!("pending"))
        {
            event["conferenceData"]["createRequest"]["status"]["statusCode"] = json!("success");
            event["conferenceData"]["entryPoints"] =
                json!([{"entryPointType": "video", "uri": "https://meet.example/abc-defg-hij"}]);
            self.stamp(event);
        }
        Reply::json(200, answer)
    }

    fn patch(&self, id: &str, seen: &Seen) -> Reply {
        let mut events = self.events.lock().unwrap();
        let Some(event) = events.get_mut(id) else { return refusal(404, "notFound") };
        let wanted = seen.header("if-match");
        if wanted.is_some() && wanted != event["etag"].as_str() {
            return refusal(412, "conditionNotMet");
        }
        merge(event, &seen.json());
        self.order(event);
        self.stamp(event);
        Reply::json(200, event.clone())
    }

    fn delete(&self, id: &str, seen: &Seen) -> Reply {
        let mut events = self.events.lock().unwrap();
        let wanted = seen.header("if-match");
        match events.get_mut(id) {
            None => refusal(404, "notFound"),
            Some(event) if wanted.is_some() && wanted != event["etag"].as_str() => {
                refusal(412, "conditionNotMet")
            }
            Some(event) if event["status"] == "cancelled" => refusal(410, "deleted"),
            Some(event) => {
                event["status"] = json!("cancelled");
                self.stamp(event);
                Reply::status(204)
            }
        }
    }

    fn order(&self, event: &mut Value) {
        let id = &event["conferenceData"]["createRequest"]["requestId"];
        let Some(id) = id.as_str().map(str::to_owned) else { return };
        let mut orders = self.orders.lock().unwrap();
        if !orders.contains(&id) {
            orders.push(id);
            event["conferenceData"]["createRequest"]["status"] = json!({"statusCode": "pending"});
        }
    }

    fn stamp(&self, event: &mut Value) {
        let mut revision = self.revision.lock().unwrap();
        *revision += 1;
        event["etag"] = json!(format!("\"{revision}\""));
    }
}

/// RFC 7396.
fn merge(there: &mut Value, change: &Value) {
    let Some(change) = change.as_object() else {
        *there = change.clone();
        return;
    };
    if !there.is_object() {
        *there = Value::Object(Map::new());
    }
    for (name, value) in change {
        if value.is_null() {
            there.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut there[name], value);
        }
    }
}
