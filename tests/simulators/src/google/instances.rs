//! The single events of a series, and how a stored event is shown.

use domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::event_rules::series_zone;
use super::recurrence::Series;
use super::state::{Calendar, Event};
use super::when;

/// Whether an event is a series.
pub fn is_series(event: &Event) -> bool {
    event.json.contains_key("recurrence")
}

/// When an event starts and ends.
pub fn span(event: &Event, calendar: &Calendar) -> (Timestamp, Timestamp) {
    let at = |name: &str| when::stored_instant(&event.json[name], &calendar.zone);
    (at("start"), at("end"))
}

/// A stored event, or the instance that an id such as `abcde_20261201T080000Z` names.
pub fn find(calendar: &Calendar, id: &str) -> Option<Event> {
    if let Some(event) = calendar.events.get(id) {
        return Some(event.clone());
    }
    let (series, day) = id.rsplit_once('_')?;
    let series = calendar.events.get(series).filter(|event| is_series(event))?;
    let wanted = |start: &DateTime| suffix(series, *start) == day;
    let limit = series_limit(day)?;
    let start = starts(series, limit).into_iter().find(wanted)?;
    Some(instance(series, start))
}

fn series_limit(day: &str) -> Option<DateTime> {
    let date = jiff::civil::Date::strptime("%Y%m%d", day.get(..8)?).ok()?;
    Some(date.tomorrow().ok()?.at(23, 59, 59, 0))
}

/// Every instance that starts by `until`, exceptions in their place, cancelled ones included.
pub fn expand(calendar: &Calendar, series: &Event, until: Timestamp) -> Vec<Event> {
    let limit = when::civil(until, &series_zone(&series.json));
    let id = &series.json["id"];
    let exceptions =
        calendar.events.values().filter(|e| e.json.get("recurringEventId") == Some(id));
    let mut found: Vec<Event> = starts(series, limit)
        .into_iter()
        .map(|start| instance(series, start))
        .map(|event| match calendar.events.get(event.json["id"].as_str().unwrap_or_default()) {
            Some(exception) => exception.clone(),
            None => event,
        })
        .collect();
    for exception in exceptions {
        if !found.iter().any(|event| event.json["id"] == exception.json["id"]) {
            found.push(exception.clone());
        }
    }
    found
}

fn first(series: &Event) -> DateTime {
    let zone = series_zone(&series.json);
    when::civil(when::stored_instant(&series.json["start"], &zone), &zone)
}

fn starts(series: &Event, limit: DateTime) -> Vec<DateTime> {
    let lines = series.json["recurrence"].as_array();
    let lines: Vec<&str> = lines.into_iter().flatten().filter_map(Value::as_str).collect();
    let parsed = Series::parse(&lines, &series_zone(&series.json));
    parsed.map(|parsed| parsed.starts(first(series), limit)).unwrap_or_default()
}

fn is_all_day(series: &Event) -> bool {
    series.json["start"].get("date").is_some()
}

fn suffix(series: &Event, start: DateTime) -> String {
    if is_all_day(series) {
        return start.strftime("%Y%m%d").to_string();
    }
    let instant = when::instant(start, &series_zone(&series.json));
    let utc = when::civil(instant.unwrap_or(Timestamp::from_millis(0)), &TimeZone::UTC);
    utc.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The instance of a series that starts then.
fn instance(series: &Event, start: DateTime) -> Event {
    let zone = series_zone(&series.json);
    let at = |name: &str| when::stored_instant(&series.json[name], &zone);
    let length = at("end").millis_since(at("start"));
    let mut json = series.json.clone();
    json.remove("recurrence");
    let id =
        format!("{}_{}", series.json["id"].as_str().unwrap_or_default(), suffix(series, start));
    json.insert("id".to_owned(), json!(id));
    json.insert("recurringEventId".to_owned(), series.json["id"].clone());
    let (from, to) = if is_all_day(series) {
        let days = (length + 43_200_000) / 86_400_000;
        let end = (0..days).fold(start.date(), |day, _| day.tomorrow().unwrap_or(day));
        (json!({"date": start.date().to_string()}), json!({"date": end.to_string()}))
    } else {
        let from = when::instant(start, &zone).unwrap_or(Timestamp::from_millis(0));
        let time = |time, which: &str| {
            let text = when::rfc3339(time, &TimeZone::UTC);
            json!({"dateTime": text, "timeZone": series.json[which]["timeZone"]})
        };
        (time(from, "start"), time(from.plus_millis(length), "end"))
    };
    json.insert("originalStartTime".to_owned(), from.clone());
    json.insert("start".to_owned(), from);
    json.insert("end".to_owned(), to);
    Event { json, revision: series.revision, order: series.order, meet_reads_left: 0 }
}

/// How an event is answered.
#[derive(Debug, Clone)]
pub struct View {
    /// The zone of the offsets.
    pub zone: TimeZone,
    /// At most this many guests; more and only the person's own entry is left.
    pub attendees_max: Option<usize>,
    /// Whether deleted events keep their details.
    pub deleted_details: bool,
}

/// An event as it is answered.
pub fn show(event: &Event, view: &View) -> Value {
    if event.json["status"] == "cancelled" && !view.deleted_details {
        return remains(event, view);
    }
    let mut json = event.json.clone();
    for name in ["start", "end", "originalStartTime"] {
        if let Some(value) = json.get_mut(name) {
            *value = when::show(value, &view.zone);
        }
    }
    limit_attendees(&mut json, view.attendees_max);
    Value::Object(json)
}

/// All that a deleted event or instance promises.
fn remains(event: &Event, view: &View) -> Value {
    let mut json = Map::new();
    for name in ["kind", "etag", "id", "status", "recurringEventId", "originalStartTime"] {
        if let Some(value) = event.json.get(name) {
            let time = name == "originalStartTime";
            let value = if time { when::show(value, &view.zone) } else { value.clone() };
            json.insert(name.to_owned(), value);
        }
    }
    Value::Object(json)
}

fn limit_attendees(json: &mut Map<String, Value>, max: Option<usize>) {
    let Some(max) = max else { return };
    let Some(attendees) = json.get_mut("attendees").and_then(Value::as_array_mut) else { return };
    if attendees.len() > max {
        attendees.retain(|attendee| attendee["self"] == true);
        json.insert("attendeesOmitted".to_owned(), json!(true));
    }
}
