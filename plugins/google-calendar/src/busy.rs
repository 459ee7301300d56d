//! When calendars are taken, read from their events: the scope for one's own events covers this, and
//! Google's free/busy query would need a scope more.

use oxpi_kit::calendar::Busy;
use oxpi_kit::{Problem, Result, Timestamp, env, t};

use crate::api;
use crate::errors::or_problem;
use crate::mapping::{Instants, instant_of, is_busy};
use crate::wire::{Event, EventPage, LIST_FIELDS};

/// Pages of 250 events a calendar; more than a call may ask for.
const PAGES_MAX: usize = 16;

/// The taken times of these calendars between two instants.
pub fn of(calendars: &[String], from: Timestamp, to: Timestamp) -> Result<Vec<Busy>> {
    if from >= to {
        return Err(Problem::invalid("the range is empty"));
    }
    let mut busy = Vec::new();
    for calendar in calendars {
        collect(&mut busy, calendar, from, to)?;
    }
    Ok(busy)
}

fn collect(busy: &mut Vec<Busy>, calendar: &str, from: Timestamp, to: Timestamp) -> Result<()> {
    let mut token: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut url = api::events(calendar)
            .query("singleEvents", "true")
            .query("maxResults", "250")
            .query("fields", LIST_FIELDS)
            .query("timeMin", &from.to_string())
            .query("timeMax", &to.to_string());
        if let Some(token) = &token {
            url = url.query("pageToken", token);
        }
        let page: EventPage = or_problem(api::get(url)?)?;
        let zone = page.time_zone.unwrap_or_else(env::time_zone);
        let events = page.items.into_iter().filter_map(|item| serde_json::from_value(item).ok());
        let instants: Instants<'_> = &|local, zone| env::instant(local, zone);
        busy.extend(events.filter_map(|event| taken(calendar, &event, &zone, from, to, instants)));
        token = page.next_page_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(());
        }
    }
    // Saying that the rest is free would be worse than saying nothing.
    Err(Problem::too_large(t!("error-refused")).with_detail("more events than can be read"))
}

/// The part of the range that an event takes.
fn taken(
    calendar: &str,
    event: &Event,
    zone: &str,
    from: Timestamp,
    to: Timestamp,
    instants: Instants<'_>,
) -> Option<Busy> {
    if !is_busy(event) {
        return None;
    }
    let (starts_at, _) = instant_of(event.start.as_ref()?, zone, instants)?;
    let (ends_at, _) = instant_of(event.end.as_ref()?, zone, instants)?;
    let (from, to) = (starts_at.max(from), ends_at.min(to));
    (from < to).then(|| Busy { calendar: calendar.to_owned(), from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_part_within_the_range_is_taken() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, to) = (time("2026-12-01T08:00:00Z"), time("2026-12-01T12:00:00Z"));
        let none: Instants<'_> = &|_, _| None;
        let part = |start: &str, end: &str| {
            let event = json!({"start": {"dateTime": start}, "end": {"dateTime": end}});
            let event: Event = serde_json::from_value(event).unwrap();
            taken("c", &event, "UTC", from, to, none).map(|busy| (busy.from, busy.to))
        };
        assert_eq!(part("2026-12-01T07:00:00Z", "2026-12-01T20:00:00Z"), Some((from, to)));
        assert_eq!(part("2026-12-01T12:00:00Z", "2026-12-01T13:00:00Z"), None);
        assert_eq!(part("2026-12-01T09:00:00Z", "soon"), None);
    }
}
