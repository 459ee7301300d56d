//! Calendar objects as the workspace understands them.

use core::ops::Range;

use oxpi_kit::calendar::{ChangedEvent, EventContent, Online, Status};
use oxpi_kit::{Timestamp, env};

use crate::ical::{Document, Instants, span_of, unescape};
use crate::path::stem;

/// More of a text is not shown anywhere.
const SHOWN_CHARS_MAX: usize = 2_000;

/// An object that a server told of.
pub struct Object<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its revision.
    pub etag: Option<&'a str>,
    /// What it says.
    pub document: &'a Document,
}

/// Whether appointments of ours are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// They are, and the first time of one that repeats is the appointment itself.
    Told,
    /// They are, in a later piece of a first reading: the first times of those that repeat were before.
    Later,
    /// They are events like any other.
    Any,
}

/// The host's way from wall-clock times to instants.
pub fn instants(local: &str, zone: &str) -> Option<Timestamp> {
    env::instant(local, zone)
}

/// The events of an object. One that repeats is told as its single times, which are a series under the
/// object's path; one of ours is told under the path too, so that the workspace looks at it.
pub fn events_of(
    object: &Object<'_>,
    own: Own,
    zone: &str,
    instants: Instants<'_>,
) -> Vec<ChangedEvent> {
    let events = object.document.events();
    let has_first = own == Own::Told;
    let own = appointment_of(object).filter(|_| own != Own::Any);
    let repeats = |event: &Range<usize>| {
        let has = |name: &str| object.document.property(event, name).is_some();
        has("RECURRENCE-ID") || has("RRULE")
    };
    if let [only] = &events[..]
        && !repeats(only)
    {
        return one(object, only, own, zone, instants).into_iter().collect();
    }
    let mut all: Vec<ChangedEvent> =
        events.iter().filter_map(|event| time_of(object, event, zone, instants)).collect();
    all.sort_by_key(|event| event.starts_at);
    if let Some(appointment) = own {
        if has_first && !all.is_empty() {
            all.remove(0);
        }
        let etag = object.etag.map(str::to_owned);
        let mut marker = ChangedEvent::cancelled(object.path, Some(appointment));
        (marker.status, marker.etag) = (Status::Confirmed, etag);
        all.push(marker);
    }
    all
}

fn one(
    object: &Object<'_>,
    event: &Range<usize>,
    own: Option<String>,
    zone: &str,
    instants: Instants<'_>,
) -> Option<ChangedEvent> {
    let status = status_of(object.document, event);
    if status == Status::Cancelled {
        return Some(ChangedEvent::cancelled(object.path, own));
    }
    let (starts_at, ends_at, all_day) = span_of(object.document, event, zone, instants)?;
    let [title, notes, location] =
        ["SUMMARY", "DESCRIPTION", "LOCATION"].map(|name| shown(object.document, event, name));
    Some(ChangedEvent {
        external_id: object.path.to_owned(),
        series: None,
        status,
        appointment_id: own,
        etag: object.etag.map(str::to_owned),
        title,
        notes,
        location,
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        all_day,
        busy: is_busy(object.document, event),
        url: None,
        online: Online::default(),
    })
}

/// What the workspace may show of somebody's event, if its people want it shown. Who marked it private
/// meant their colleagues too, and so may whoever used a word that isn't known (RFC 5545, 3.8.1.3).
fn shown(document: &Document, event: &Range<usize>, name: &str) -> Option<String> {
    let class = document.property(event, "CLASS");
    if class.is_some_and(|class| !class.value.trim().eq_ignore_ascii_case("PUBLIC")) {
        return None;
    }
    let value = document.property(event, name)?.value;
    // Two characters may stand for one.
    let end = value.char_indices().nth(2 * SHOWN_CHARS_MAX).map_or(value.len(), |(end, _)| end);
    Some(unescape(&value[..end]).chars().take(SHOWN_CHARS_MAX).collect())
}

/// A time of one that repeats: the object's path and which time it stands for.
fn time_of(
    object: &Object<'_>,
    event: &Range<usize>,
    zone: &str,
    instants: Instants<'_>,
) -> Option<ChangedEvent> {
    let found = one(object, event, None, zone, instants)?;
    let which = object.document.property(event, "RECURRENCE-ID");
    let which = which.or_else(|| object.document.property(event, "DTSTART"))?;
    let which: String = which.value.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    (found.status != Status::Cancelled).then(|| ChangedEvent {
        external_id: format!("{}#{which}", object.path),
        series: Some(object.path.to_owned()),
        etag: None,
        ..found
    })
}

/// What the main event of an object says. A day without a zone is one of the business.
pub fn content_of(document: &Document, zone: &str, instants: Instants<'_>) -> Option<EventContent> {
    let event = document.main_event()?;
    let text = |name: &str| {
        document.property(&event, name).map(|found| unescape(found.value)).unwrap_or_default()
    };
    let span = span_of(document, &event, zone, instants);
    Some(EventContent {
        status: status_of(document, &event),
        title: text("SUMMARY"),
        notes: text("DESCRIPTION"),
        location: text("LOCATION"),
        starts_at: span.map(|(from, _, _)| from),
        ends_at: span.map(|(_, to, _)| to),
    })
}

/// Objects of ours are named for their appointment and identified by it; a copy that somebody makes gets
/// an identity of its own.
fn appointment_of(object: &Object<'_>) -> Option<String> {
    let name = stem(object.path);
    let event = object.document.main_event()?;
    let uid = object.document.property(&event, "UID")?;
    (name.len() == 36 && uid.value.trim() == name).then(|| name.to_owned())
}

fn status_of(document: &Document, event: &Range<usize>) -> Status {
    let status = document.property(event, "STATUS").map(|found| found.value.trim().to_uppercase());
    match status.as_deref() {
        Some("CANCELLED") => Status::Cancelled,
        Some("TENTATIVE") => Status::Tentative,
        _ => Status::Confirmed,
    }
}

/// Whether an event takes time that can't be given away.
pub fn is_busy(document: &Document, event: &Range<usize>) -> bool {
    let says = |name: &str, word: &str| {
        document
            .property(event, name)
            .is_some_and(|found| found.value.trim().eq_ignore_ascii_case(word))
    };
    !says("TRANSP", "TRANSPARENT")
        && !says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
        && status_of(document, event) != Status::Cancelled
}

/// The IANA name of the zone that a calendar object is about.
pub fn zone_in(text: &str) -> Option<String> {
    let document = Document::parse(text.trim().as_bytes())?;
    ["X-LIC-LOCATION", "TZID"].into_iter().find_map(|name| {
        let value = document.anywhere(name)?.value.trim().trim_matches('/').to_owned();
        let is_name = value.len() <= 64
            && (value.contains('/') || value == "UTC")
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
        is_name.then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "0190a0b0-1111-7222-8333-444455556666";

    fn utc(local: &str, _: &str) -> Option<Timestamp> {
        let local = if local.len() == 10 { format!("{local}T00:00:00") } else { local.to_owned() };
        format!("{local}Z").parse().ok()
    }

    fn told(path: &str, events: &str) -> Vec<ChangedEvent> {
        told_as(Own::Told, path, events)
    }

    fn told_as(own: Own, path: &str, events: &str) -> Vec<ChangedEvent> {
        let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
        let document = Document::parse(text.as_bytes()).unwrap();
        events_of(&Object { path, etag: Some("\"1\""), document: &document }, own, "UTC", &utc)
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")
    }

    #[test]
    fn a_single_event_is_told_under_its_path() {
        let lines = "UID:x\nDTSTART:20261201T080000Z\nDTEND:20261201T090000Z";
        let all = told("/c/x.ics", &event(lines));
        assert_eq!((all.len(), all[0].external_id.as_str(), all[0].busy), (1, "/c/x.ics", true));
        assert_eq!((&all[0].series, &all[0].appointment_id), (&None, &None));
        let free = told("/c/x.ics", &event(&format!("{lines}\nTRANSP:TRANSPARENT")));
        assert!(!free[0].busy);
        let cancelled = told("/c/x.ics", &event(&format!("{lines}\nSTATUS:CANCELLED")));
        assert_eq!(cancelled[0].status, Status::Cancelled);
        assert!(told("/c/x.ics", &event("UID:x\nDTSTART:soon")).is_empty());
    }

    #[test]
    fn what_is_marked_private_is_busy_and_says_nothing() {
        let lines = "UID:x\nDTSTART:20261201T080000Z\nDURATION:PT1H\nSUMMARY:Dentist\\, again\n\
            LOCATION:Allenby 12\nDESCRIPTION:Floor\\n2";
        let open = &told("/c/x.ics", &event(lines))[0];
        let said = [&open.title, &open.location, &open.notes].map(|text| text.as_deref());
        assert_eq!(said, [Some("Dentist, again"), Some("Allenby 12"), Some("Floor\n2")]);
        let public = &told("/c/x.ics", &event(&format!("{lines}\nCLASS:public")))[0];
        assert_eq!(public.title, open.title);
        for class in ["PRIVATE", "confidential", "X-SECRET", ""] {
            let closed = &told("/c/x.ics", &event(&format!("{lines}\nCLASS:{class}")))[0];
            assert!(closed.busy);
            assert_eq!((&closed.title, &closed.location, &closed.notes), (&None, &None, &None));
        }
    }

    #[test]
    fn the_times_of_one_that_repeats_are_a_series() {
        let time = |day: u32| {
            event(&format!(
                "UID:x\nRECURRENCE-ID:202612{day:02}T080000Z\nDTSTART:202612{day:02}T080000Z\nDURATION:PT1H"
            ))
        };
        let all = told("/c/x.ics", &format!("{}{}", time(8), time(1)));
        let ids: Vec<_> = all.iter().map(|each| each.external_id.as_str()).collect();
        assert_eq!(ids, ["/c/x.ics#20261201T080000Z", "/c/x.ics#20261208T080000Z"]);
        assert!(all.iter().all(|each| each.series.as_deref() == Some("/c/x.ics")));
    }

    #[test]
    fn one_of_ours_is_known_by_name_and_identity_together() {
        let lines = format!("UID:{OWN}\nDTSTART:20261201T080000Z\nDURATION:PT1H");
        let path = format!("/c/{OWN}.ics");
        assert_eq!(told(&path, &event(&lines))[0].appointment_id.as_deref(), Some(OWN));
        assert_eq!(told("/c/copy.ics", &event(&lines))[0].appointment_id, None);
        assert_eq!(told(&path, &event(&lines.replace(OWN, "other")))[0].appointment_id, None);
        // Made to repeat by somebody there: the first time is ours, the others take time.
        let time = |day: u32| {
            event(&format!(
                "UID:{OWN}\nRECURRENCE-ID:202612{day:02}T080000Z\nDTSTART:202612{day:02}T080000Z\nDURATION:PT1H"
            ))
        };
        let all = told(&path, &format!("{}{}", time(1), time(8)));
        assert_eq!(all.len(), 2);
        assert!(all[0].external_id.ends_with("#20261208T080000Z") && all[0].busy);
        assert_eq!((all[1].external_id.as_str(), all[1].busy), (path.as_str(), false));
        assert_eq!(all[1].appointment_id.as_deref(), Some(OWN));
        let later = told_as(Own::Later, &path, &format!("{}{}", time(15), time(22)));
        assert_eq!(later.len(), 3, "in a later piece none of them is the appointment");
    }

    #[test]
    fn a_calendars_zone_is_an_iana_name_or_none() {
        let zone = |lines: &str| {
            zone_in(&format!(
                "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n{lines}\nEND:VTIMEZONE\nEND:VCALENDAR"
            ))
        };
        assert_eq!(zone("TZID:Asia/Jerusalem").as_deref(), Some("Asia/Jerusalem"));
        assert_eq!(
            zone("TZID:Custom\nX-LIC-LOCATION:Europe/Berlin").as_deref(),
            Some("Europe/Berlin")
        );
        assert_eq!((zone("TZID:Custom"), zone_in("no")), (None, None));
    }
}
