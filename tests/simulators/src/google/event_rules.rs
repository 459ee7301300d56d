//! What may be written into an event: which fields, and with which values.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::errors::{Answer, ApiError};
use super::recurrence::Series;
use super::when;

/// The fields a caller may write; anything else in a body is ignored.
const WRITABLE: [&str; 22] = [
    "anyoneCanAddSelf",
    "attachments",
    "attendees",
    "colorId",
    "description",
    "end",
    "extendedProperties",
    "gadget",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "location",
    "originalStartTime",
    "recurrence",
    "reminders",
    "sequence",
    "source",
    "start",
    "status",
    "summary",
    "transparency",
    "visibility",
];

const EXTENDED_KEY_MAX: usize = 44;
const EXTENDED_VALUE_MAX: usize = 1_024;

/// The writable fields of a body.
pub fn writable(body: &Map<String, Value>) -> Map<String, Value> {
    let wanted = |(name, _): &(&String, &Value)| WRITABLE.contains(&name.as_str());
    body.iter().filter(wanted).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// RFC 7386: null removes, objects merge, everything else replaces.
pub fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(name), value) {
            (_, Value::Null) => {
                into.remove(name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, Value::Object(new)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, new);
                into.insert(name.clone(), Value::Object(fresh));
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Whether an own id has the characters and the length that are allowed.
pub fn is_valid_id(id: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
    (5..=1024).contains(&id.len()) && id.bytes().all(letter)
}

/// Checks an event and brings its times and guests into the stored form. `calendar` is the id.
pub fn check(event: &mut Map<String, Value>, calendar: &str, zone: &TimeZone) -> Answer<()> {
    check_texts(event)?;
    check_times(event, zone)?;
    check_recurrence(event)?;
    check_attendees(event, calendar)?;
    check_reminders(event)?;
    check_extended(event)
}

fn check_texts(event: &Map<String, Value>) -> Answer<()> {
    for name in ["summary", "description", "location"] {
        if event.get(name).is_some_and(|value| !value.is_string()) {
            return Err(ApiError::invalid(&format!("Invalid value for: {name}")));
        }
    }
    let choices: [(&str, &[&str]); 3] = [
        ("status", &["confirmed", "tentative", "cancelled"]),
        ("transparency", &["opaque", "transparent"]),
        ("visibility", &["default", "public", "private", "confidential"]),
    ];
    for (name, allowed) in choices {
        let Some(value) = event.get(name) else { continue };
        if !value.as_str().is_some_and(|value| allowed.contains(&value)) {
            return Err(ApiError::invalid(&format!("Invalid {name} value.")));
        }
    }
    let color = event.get("colorId").map(|value| value.as_str().and_then(|c| c.parse::<u8>().ok()));
    match color {
        Some(None) => Err(ApiError::invalid("Invalid color id.")),
        Some(Some(number)) if !(1..=11).contains(&number) => {
            Err(ApiError::invalid("Invalid color id."))
        }
        _ => Ok(()),
    }
}

fn check_times(event: &mut Map<String, Value>, zone: &TimeZone) -> Answer<()> {
    let read = |which: &str| match event.get(which) {
        Some(value) => when::read(value, which, zone),
        None => Err(ApiError::required(&format!("Missing {which} time."))),
    };
    let (start, end) = (read("start")?, read("end")?);
    if start.get("date").is_some() != end.get("date").is_some() {
        let message = "Start and end times must either both be date or both be dateTime.";
        return Err(ApiError::invalid(message));
    }
    let (from, to) = (when::stored_instant(&start, zone), when::stored_instant(&end, zone));
    let all_day = start.get("date").is_some();
    if to < from || all_day && to == from {
        let message = "The specified time range is empty.";
        let error = ApiError::new(400, "timeRangeEmpty", message);
        return Err(ApiError { domain: "calendar", ..error });
    }
    let repeats = event.contains_key("recurrence");
    for which in ["start", "end"] {
        let given = event.get(which).and_then(|value| value.get("timeZone"));
        if repeats && !all_day && given.is_none_or(Value::is_null) {
            let message = format!("Missing time zone definition for {which} time.");
            return Err(ApiError::required(&message));
        }
    }
    event.insert("start".to_owned(), start);
    event.insert("end".to_owned(), end);
    Ok(())
}

fn check_recurrence(event: &Map<String, Value>) -> Answer<()> {
    let Some(value) = event.get("recurrence") else { return Ok(()) };
    let bad = || ApiError::invalid("Invalid recurrence rule.");
    let lines: Option<Vec<&str>> =
        value.as_array().map(|lines| lines.iter().filter_map(Value::as_str).collect());
    let lines = lines.filter(|lines| !lines.is_empty()).ok_or_else(bad)?;
    let zone = series_zone(event);
    Series::parse(&lines, &zone).map(|_| ()).map_err(|reason| ApiError::invalid(&reason))
}

/// The zone a series repeats in: the start's.
pub fn series_zone(event: &Map<String, Value>) -> TimeZone {
    let name = event.get("start").and_then(|start| start["timeZone"].as_str());
    name.and_then(when::zone).unwrap_or(TimeZone::UTC)
}

fn check_attendees(event: &mut Map<String, Value>, calendar: &str) -> Answer<()> {
    let Some(value) = event.get_mut("attendees") else { return Ok(()) };
    let Some(attendees) = value.as_array_mut() else {
        return Err(ApiError::invalid("Invalid value for: attendees"));
    };
    for attendee in attendees {
        let email = attendee["email"].as_str().unwrap_or_default().to_owned();
        if email.is_empty() {
            return Err(ApiError::required("Missing attendee email."));
        }
        let (name, host) = email.split_once('@').unwrap_or_default();
        if name.is_empty() || !host.contains('.') || email.contains(char::is_whitespace) {
            return Err(ApiError::invalid("Invalid attendee email."));
        }
        let answer = attendee["responseStatus"].as_str().unwrap_or("needsAction").to_owned();
        if !["needsAction", "declined", "tentative", "accepted"].contains(&answer.as_str()) {
            return Err(ApiError::invalid("Invalid attendee response status."));
        }
        attendee["responseStatus"] = json!(answer);
        if email == calendar {
            attendee["self"] = json!(true);
            attendee["organizer"] = json!(true);
        }
    }
    Ok(())
}

fn check_reminders(event: &Map<String, Value>) -> Answer<()> {
    let Some(reminders) = event.get("reminders") else { return Ok(()) };
    let none = Vec::new();
    let overrides = reminders["overrides"].as_array().unwrap_or(&none);
    if reminders["useDefault"] == json!(true) && !overrides.is_empty() {
        let message = "Cannot specify both default reminders and overrides at the same time.";
        let reason = "cannotUseDefaultRemindersAndSpecifyOverride";
        return Err(ApiError { domain: "calendar", ..ApiError::new(400, reason, message) });
    }
    let good = |reminder: &Value| {
        matches!(reminder["method"].as_str(), Some("email" | "popup"))
            && reminder["minutes"].as_u64().is_some_and(|minutes| minutes <= 40_320)
    };
    match overrides.len() <= 5 && overrides.iter().all(good) {
        true => Ok(()),
        false => Err(ApiError::invalid("Invalid reminder.")),
    }
}

/// Extended properties are text; long names are dropped and long values cut, silently.
fn check_extended(event: &mut Map<String, Value>) -> Answer<()> {
    let Some(extended) = event.get_mut("extendedProperties") else { return Ok(()) };
    let bad = || ApiError::invalid("Invalid value for: extendedProperties");
    let Some(extended) = extended.as_object_mut() else { return Err(bad()) };
    extended.retain(|name, _| name == "private" || name == "shared");
    for properties in extended.values_mut() {
        let Some(properties) = properties.as_object_mut() else { return Err(bad()) };
        properties.retain(|name, _| name.chars().count() <= EXTENDED_KEY_MAX);
        for value in properties.values_mut() {
            let Some(text) = value.as_str() else { return Err(bad()) };
            *value = text.chars().take(EXTENDED_VALUE_MAX).collect::<String>().into();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(body: Value) -> Answer<Map<String, Value>> {
        let mut event = writable(body.as_object().unwrap());
        check(&mut event, "me@example.com", &TimeZone::UTC).map(|()| event)
    }

    fn with(extra: Value) -> Value {
        let mut body = json!({"start": {"dateTime": "2026-12-01T10:00:00Z"},
                              "end": {"dateTime": "2026-12-01T11:00:00Z"}});
        merge(body.as_object_mut().unwrap(), extra.as_object().unwrap());
        body
    }

    #[test]
    fn ids_are_base32hex_of_5_to_1024() {
        for good in ["abcde", "0123456789v", &"a".repeat(1024)] {
            assert!(is_valid_id(good), "{good}");
        }
        for bad in ["abcd", "abcdw", "ABCDE", "abc-de", "abc_de", &"a".repeat(1025)] {
            assert!(!is_valid_id(bad), "{bad}");
        }
    }

    #[test]
    fn values_that_are_not_allowed_are_refused() {
        assert!(checked(with(json!({}))).is_ok());
        for bad in [
            json!({"end": {"dateTime": "2026-12-01T09:00:00Z"}}),
            json!({"end": {"dateTime": null, "date": "2026-12-02"}}),
            json!({"status": "maybe"}),
            json!({"colorId": "12"}),
            json!({"visibility": "secret"}),
            json!({"summary": 3}),
            json!({"attendees": [{"displayName": "Nobody"}]}),
            json!({"attendees": [{"email": "nobody"}]}),
            json!({"reminders": {"useDefault": true, "overrides": [{"method": "popup", "minutes": 5}]}}),
            json!({"reminders": {"useDefault": false, "overrides": [{"method": "sms", "minutes": 5}]}}),
            json!({"recurrence": ["RRULE:FREQ=DAILY"]}),
            json!({"extendedProperties": {"private": {"count": 3}}}),
        ] {
            let error = checked(with(bad.clone())).map(|_| bad.clone()).unwrap_err();
            assert_eq!(error.status, 400, "{bad}");
        }
    }

    #[test]
    fn long_extended_properties_are_dropped_and_cut_without_a_word() {
        let long = "k".repeat(45);
        let body =
            with(json!({"extendedProperties": {"private": {long: "x", "a": "y".repeat(2000)}}}));
        let event = checked(body).unwrap();
        let private = event["extendedProperties"]["private"].as_object().unwrap();
        assert_eq!(private.len(), 1);
        assert_eq!(private["a"].as_str().unwrap().len(), 1024);
    }
}
