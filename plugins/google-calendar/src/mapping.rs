//! An event as Google tells it to an event as the workspace understands it.

use oxpi_kit::calendar::{ChangedEvent, EventContent, Status};
use oxpi_kit::{Timestamp, env};
use serde_json::Value;

use crate::ids::event_id;
use crate::meet;
use crate::wire::{APPOINTMENT, Event, When};

/// Finds the instant of a local time in a zone; the host's, or a test's.
pub type Instants<'a> = &'a dyn Fn(&str, &str) -> Option<Timestamp>;

/// None for an item that is no usable event: without an id, or taking place at no readable time.
pub fn event_of(item: Value, zone: &str, instants: Instants<'_>) -> Option<ChangedEvent> {
    let event: Event = serde_json::from_value(item).ok()?;
    let id = event.id.clone().filter(|id| !id.is_empty())?;
    let appointment_id = appointment_of(&event, &id);
    if event.is_cancelled() {
        return Some(ChangedEvent::cancelled(id, appointment_id));
    }
    let (starts_at, all_day) = instant_of(event.start.as_ref()?, zone, instants)?;
    let (ends_at, _) = instant_of(event.end.as_ref()?, zone, instants)?;
    let [title, notes, location] =
        [&event.summary, &event.description, &event.location].map(|text| told(&event, text));
    Some(ChangedEvent {
        external_id: id,
        series: None,
        status: status_of(&event),
        appointment_id,
        busy: is_busy(&event),
        online: meet::online(&event),
        starts_at: Some(starts_at),
        // The contract's intervals never run backwards.
        ends_at: Some(ends_at.max(starts_at)),
        all_day,
        url: event.html_link.filter(|url| url.starts_with("https://")),
        etag: event.etag,
        title,
        notes,
        location,
    })
}

/// What the workspace may show, if its people want it shown. Whoever marked an event private in Google
/// meant their colleagues too.
fn told(event: &Event, text: &Option<String>) -> Option<String> {
    text.clone().filter(|_| !event.is_private())
}

/// What an event says of itself. A day without a zone of its own is that of the business.
pub fn content_of(event: &Event) -> EventContent {
    let zone = env::time_zone();
    let instants: Instants<'_> = &|local, zone| env::instant(local, zone);
    let instant = |when: &Option<When>| {
        when.as_ref().and_then(|when| instant_of(when, &zone, instants)).map(|(at, _)| at)
    };
    EventContent {
        status: if event.is_cancelled() { Status::Cancelled } else { status_of(event) },
        title: event.summary.clone().unwrap_or_default(),
        notes: event.description.clone().unwrap_or_default(),
        location: event.location.clone().unwrap_or_default(),
        starts_at: instant(&event.start),
        ends_at: instant(&event.end),
    }
}

/// The appointment that this very event stands for. Instances of a series and copies carry the mark
/// of the event they came from, but not its id.
fn appointment_of(event: &Event, id: &str) -> Option<String> {
    let marked = event.private(APPOINTMENT)?;
    (event_id(marked) == id).then(|| marked.to_owned())
}

fn status_of(event: &Event) -> Status {
    match event.status.as_deref() {
        Some("tentative") => Status::Tentative,
        _ => Status::Confirmed,
    }
}

/// Whether the event takes time. Where somebody works from doesn't, and neither does what they
/// declined.
pub fn is_busy(event: &Event) -> bool {
    let declined = event
        .attendees
        .iter()
        .any(|entry| entry["self"] == true && entry["responseStatus"] == "declined");
    let free = event.transparency.as_deref() == Some("transparent")
        || matches!(event.event_type.as_deref(), Some("workingLocation" | "birthday"));
    !(declined || free || event.is_cancelled())
}

/// The instant, and whether it is that of a day. A day begins when it does in the calendar's zone.
pub fn instant_of(when: &When, zone: &str, instants: Instants<'_>) -> Option<(Timestamp, bool)> {
    if let Some(text) = &when.date_time {
        let zone = when.time_zone.as_deref().unwrap_or(zone);
        return Some((text.parse().ok().or_else(|| instants(text, zone))?, false));
    }
    let date = when.date.as_deref()?;
    oxpi_kit::time::parse_date(date)?;
    // A zone the host doesn't know must not hide the event: its day is then that of UTC.
    let start = instants(date, zone).or_else(|| format!("{date}T00:00:00Z").parse().ok())?;
    Some((start, true))
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
