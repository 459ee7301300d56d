//! Meet links: requested once, pending for a while, then there.

use serde_json::{Map, Value, json};

use super::errors::{Answer, ApiError};
use super::event_write;
use super::state::State;

const MEET: &str = "hangoutsMeet";

/// Puts into an event what a body asks of its conference. `Some(reads)` when one was requested.
///
/// Without `conferenceDataVersion=1` the body's conference is ignored; a request id that this
/// calendar has seen is ignored too.
pub fn apply(
    state: &mut State,
    calendar: &str,
    event: &mut Map<String, Value>,
    body: &Map<String, Value>,
    version_1: bool,
    replaces: bool,
) -> Answer<Option<u32>> {
    if !version_1 {
        return Ok(None);
    }
    let asked = match body.get("conferenceData") {
        None if !replaces => return Ok(None),
        None | Some(Value::Null) => {
            event.remove("conferenceData");
            event.remove("hangoutLink");
            return Ok(None);
        }
        Some(asked) => asked,
    };
    let Some(request) = asked.get("createRequest").filter(|request| !request.is_null()) else {
        if asked.get("conferenceId").is_some() || asked.get("entryPoints").is_some() {
            event.insert("conferenceData".to_owned(), asked.clone());
        }
        return Ok(None);
    };
    let id = request["requestId"].as_str().filter(|id| !id.is_empty());
    let Some(id) = id.map(str::to_owned) else {
        return Err(ApiError::required("Missing conference request id."));
    };
    let kind = request["conferenceSolutionKey"]["type"].as_str().unwrap_or(MEET);
    if kind != MEET {
        return Err(ApiError::invalid("Invalid conference type value."));
    }
    let held = state.calendar_mut(calendar)?;
    if held.conference_requests.contains(&id) {
        return Ok(None);
    }
    held.conference_requests.push(id.clone());
    event.remove("hangoutLink");
    let pending = json!({"createRequest": {
        "requestId": id,
        "conferenceSolutionKey": {"type": MEET},
        "status": {"statusCode": "pending"},
    }});
    event.insert("conferenceData".to_owned(), pending);
    if state.settings.meet_pending_reads == 0 {
        finish(state, event);
    }
    Ok(Some(state.settings.meet_pending_reads))
}

/// Whether a conference was requested and isn't there yet.
pub fn is_pending(event: &Map<String, Value>) -> bool {
    let data = event.get("conferenceData");
    data.is_some_and(|data| data["createRequest"]["status"]["statusCode"] == "pending")
}

/// An event with a pending conference is read: brings it closer, and changes it when it is there.
pub fn read(state: &mut State, calendar: &str, id: &str) -> Answer<()> {
    let Some(event) = state.calendar_mut(calendar)?.events.get_mut(id) else { return Ok(()) };
    if !is_pending(&event.json) || event.json["status"] == "cancelled" {
        return Ok(());
    }
    event.meet_reads_left = event.meet_reads_left.saturating_sub(1);
    if event.meet_reads_left > 0 {
        return Ok(());
    }
    let mut event = event.clone();
    finish(state, &mut event.json);
    event_write::store(state, calendar, event)
}

fn finish(state: &State, event: &mut Map<String, Value>) {
    let Some(data) = event.get_mut("conferenceData") else { return };
    if state.settings.meet_fails {
        data["createRequest"]["status"]["statusCode"] = json!("failure");
        return;
    }
    data["createRequest"]["status"]["statusCode"] = json!("success");
    let letters: String =
        state.ground.name(64).chars().filter(char::is_ascii_alphabetic).take(10).collect();
    let letters = format!("{letters:a<10}");
    let code = format!("{}-{}-{}", &letters[..3], &letters[3..7], &letters[7..]);
    let uri = format!("https://meet.google.com/{code}");
    data["conferenceId"] = json!(code);
    data["conferenceSolution"] = json!({
        "key": {"type": MEET},
        "name": "Google Meet",
        "iconUri": "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo.png",
    });
    let label = format!("meet.google.com/{code}");
    data["entryPoints"] = json!([{"entryPointType": "video", "uri": uri, "label": label}]);
    event.insert("hangoutLink".to_owned(), json!(uri));
}
