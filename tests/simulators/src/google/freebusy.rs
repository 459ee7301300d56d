//! When people are busy, without why.

use domain::Timestamp;
use serde_json::{Map, Value, json};

use super::api::{Caller, body, grant};
use super::errors::{Answer, ApiError};
use super::instances::{expand, is_series, span};
use super::scopes::{Need, Subject};
use super::state::{Calendar, Event, State};
use super::when;
use crate::http::Request;

/// `freebusy.query`.
pub fn query(state: &State, caller: &Caller, request: &Request) -> Answer<Value> {
    grant(caller, Need::FreeBusy, Subject::default())?;
    let body = body(request)?;
    let time = |name: &str| {
        let text = body[name].as_str();
        let text = text.ok_or_else(|| ApiError::required(&format!("Missing {name}.")))?;
        let message = format!("Invalid value for: {name}");
        Timestamp::parse_rfc3339(text).ok_or_else(|| ApiError::invalid(&message))
    };
    let (from, to) = (time("timeMin")?, time("timeMax")?);
    if to <= from {
        let error = ApiError::new(400, "timeRangeEmpty", "The specified time range is empty.");
        return Err(ApiError { domain: "calendar", ..error });
    }
    let zone = match body["timeZone"].as_str() {
        None => jiff::tz::TimeZone::UTC,
        Some(name) => when::zone(name).ok_or_else(|| ApiError::invalid("Invalid time zone."))?,
    };
    let none = Vec::new();
    let items = body["items"].as_array().unwrap_or(&none);
    if items.len() > 50 {
        return Err(ApiError::invalid("Too many calendars requested."));
    }
    let mut calendars = Map::new();
    for item in items {
        let id = item["id"].as_str().ok_or_else(|| ApiError::required("Missing item id."))?;
        let named = if id == "primary" { &caller.account } else { id };
        let held = state.calendars.get(named);
        let answer = match held.filter(|held| held.access.contains_key(&caller.account)) {
            None => json!({"busy": [], "errors": [{"domain": "global", "reason": "notFound"}]}),
            Some(held) => {
                let span = |(from, to): &(Timestamp, Timestamp)| json!({"start": when::rfc3339(*from, &zone), "end": when::rfc3339(*to, &zone)});
                json!({"busy": busy(held, from, to).iter().map(span).collect::<Vec<_>>()})
            }
        };
        calendars.insert(id.to_owned(), answer);
    }
    Ok(json!({
        "kind": "calendar#freeBusy",
        "timeMin": when::rfc3339(from, &jiff::tz::TimeZone::UTC),
        "timeMax": when::rfc3339(to, &jiff::tz::TimeZone::UTC),
        "calendars": calendars,
    }))
}

/// Busy times within bounds, in order, those that touch made one.
fn busy(held: &Calendar, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
    for event in held.events.values() {
        let exception = event.json.contains_key("recurringEventId");
        let singles = match is_series(event) {
            true => expand(held, event, to),
            false if exception => continue,
            false => vec![event.clone()],
        };
        spans.extend(singles.iter().filter(|one| is_busy(one)).map(|one| span(one, held)));
    }
    spans.retain(|(start, end)| *end > from && *start < to);
    spans.sort();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in spans.into_iter().map(|(start, end)| (start.max(from), end.min(to))) {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

fn is_busy(event: &Event) -> bool {
    let text = |name: &str| event.json.get(name).and_then(Value::as_str);
    let attendees = event.json.get("attendees").and_then(Value::as_array);
    let declined = attendees
        .into_iter()
        .flatten()
        .any(|attendee| attendee["self"] == true && attendee["responseStatus"] == "declined");
    text("status") != Some("cancelled") && text("transparency") != Some("transparent") && !declined
}
