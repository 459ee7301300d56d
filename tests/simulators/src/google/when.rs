//! Dates and times of events: read from requests, kept in UTC, shown with an offset.

use domain::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::errors::{Answer, ApiError};
use crate::http::Pairs;

/// What a clock on the wall shows.
pub fn civil(time: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default())
}

/// The instant of a local time; in a gap the first valid one after it.
pub fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = zone.to_ambiguous_zoned(local).compatible().ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// RFC 3339 in a zone, in whole seconds, such as `2026-03-01T11:30:00+02:00`.
pub fn rfc3339(time: Timestamp, zone: &TimeZone) -> String {
    let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
    let zoned = instant.to_zoned(zone.clone());
    if zoned.offset().is_zero() {
        return zoned.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A zone by its IANA name.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Reads `start` or `end` of a request into what is stored: `{"date"}`, or `{"dateTime"}` in UTC
/// with a `timeZone`.
pub fn read(value: &Value, which: &str, calendar: &TimeZone) -> Answer<Value> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let bad = || ApiError::invalid(&format!("Invalid value for: {which}"));
    if value.get("timeZone").is_some_and(|name| !name.is_null() && !name.is_string()) {
        return Err(bad());
    }
    let named = match text("timeZone") {
        None => None,
        Some(name) => Some(zone(name).ok_or_else(|| {
            ApiError::invalid(&format!("Invalid time zone definition for {which} time."))
        })?),
    };
    match (text("date"), text("dateTime")) {
        (Some(date), None) => {
            let date: Date = date.parse().map_err(|_| bad())?;
            Ok(json!({"date": date.to_string()}))
        }
        (None, Some(time)) => {
            let time = read_time(time, which, named.as_ref())?;
            let zone = named.as_ref().unwrap_or(calendar);
            let time = rfc3339(time, &TimeZone::UTC);
            Ok(json!({"dateTime": time, "timeZone": zone.iana_name().unwrap_or("UTC")}))
        }
        (Some(_), Some(_)) => Err(ApiError::invalid(&format!("Invalid {which} time."))),
        (None, None) => Err(ApiError::required(&format!("Missing {which} time."))),
    }
}

fn read_time(text: &str, which: &str, named: Option<&TimeZone>) -> Answer<Timestamp> {
    if let Some(time) = Timestamp::parse_rfc3339(text) {
        return Ok(time);
    }
    let bad = || ApiError::invalid(&format!("Invalid value for: {which}"));
    let local: DateTime = text.parse().map_err(|_| bad())?;
    let Some(zone) = named else {
        let message = format!("Missing time zone definition for {which} time.");
        return Err(ApiError::required(&message));
    };
    instant(local, zone).ok_or_else(bad)
}

/// The instant of a stored time; a day begins in the calendar's zone.
pub fn stored_instant(value: &Value, calendar: &TimeZone) -> Timestamp {
    if let Some(time) = value["dateTime"].as_str().and_then(Timestamp::parse_rfc3339) {
        return time;
    }
    let date = value["date"].as_str().and_then(|date| date.parse::<Date>().ok());
    let midnight = date.map(|date| date.at(0, 0, 0, 0));
    midnight.and_then(|local| instant(local, calendar)).unwrap_or(Timestamp::from_millis(0))
}

/// A stored time as it is answered: with the offset of the zone that was asked for.
pub fn show(value: &Value, zone: &TimeZone) -> Value {
    let mut shown = value.clone();
    if let Some(time) = value["dateTime"].as_str().and_then(Timestamp::parse_rfc3339) {
        shown["dateTime"] = json!(rfc3339(time, zone));
    }
    shown
}

/// A query parameter that is RFC 3339 with an offset.
pub fn parameter(query: &Pairs, name: &str) -> Answer<Option<Timestamp>> {
    let Some(text) = query.get(name) else { return Ok(None) };
    match Timestamp::parse_rfc3339(text) {
        Some(time) => Ok(Some(time)),
        None => Err(ApiError::new(400, "badRequest", "Bad Request").at("parameter", name)),
    }
}

/// The query parameter `timeZone`, or the calendar's zone.
pub fn shown_zone(query: &Pairs, calendar: &TimeZone) -> Answer<TimeZone> {
    match query.filled("timeZone") {
        None => Ok(calendar.clone()),
        Some(name) => {
            zone(name).ok_or_else(|| ApiError::parameter("timeZone", "Invalid time zone"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jerusalem() -> TimeZone {
        zone("Asia/Jerusalem").unwrap()
    }

    #[test]
    fn a_local_time_needs_a_zone() {
        let local = json!({"dateTime": "2026-07-01T10:00:00"});
        let error = read(&local, "start", &jerusalem()).unwrap_err();
        assert_eq!(&*error.message, "Missing time zone definition for start time.");
        let zoned = json!({"dateTime": "2026-07-01T10:00:00", "timeZone": "Europe/London"});
        let stored = read(&zoned, "start", &jerusalem()).unwrap();
        assert_eq!(stored["dateTime"], "2026-07-01T09:00:00Z");
        assert_eq!(show(&stored, &jerusalem())["dateTime"], "2026-07-01T12:00:00+03:00");
        assert_eq!(stored["timeZone"], "Europe/London");
    }

    #[test]
    fn a_day_and_a_time_together_are_refused() {
        let both = json!({"date": "2026-07-01", "dateTime": "2026-07-01T10:00:00Z"});
        assert_eq!(read(&both, "end", &jerusalem()).unwrap_err().status, 400);
        let day = read(&json!({"date": "2026-07-01"}), "end", &jerusalem()).unwrap();
        let begins = Timestamp::parse_rfc3339("2026-06-30T21:00:00Z").unwrap();
        assert_eq!(stored_instant(&day, &jerusalem()), begins);
    }
}
