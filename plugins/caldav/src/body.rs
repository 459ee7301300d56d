//! What is written: the object of an appointment, and what of it changes.

use core::ops::Range;

use oxpi_kit::Timestamp;
use oxpi_kit::calendar::{Appointment, EventContent, Status};

use crate::ical::{Document, Instants, When, escape, local_in, utc};

const PROGRAM: &str = "PRODID:-//OXPI//Calendar//EN";

/// A new object. Its identity is the appointment's, so that it is known again wherever it is.
pub fn created(appointment: &Appointment, now: Timestamp) -> Document {
    let stamp = utc(now);
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        PROGRAM.to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", appointment.id),
        format!("DTSTAMP:{stamp}"),
        format!("CREATED:{stamp}"),
        format!("LAST-MODIFIED:{stamp}"),
        "SEQUENCE:0".to_owned(),
        format!("DTSTART{}", times(appointment).0),
        format!("DTEND{}", times(appointment).1),
        format!("SUMMARY:{}", escape(&appointment.title)),
    ];
    for (name, text) in [("DESCRIPTION", &appointment.notes), ("LOCATION", &appointment.location)] {
        if !text.is_empty() {
            lines.push(format!("{name}:{}", escape(text)));
        }
    }
    lines.extend(["TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR"].map(str::to_owned));
    lines.into_iter().collect()
}

/// Writes into the object what was changed in the workspace; None where nothing is to be written. What
/// else is in it, such as alarms, guests and zones, stays.
pub fn changed(
    appointment: &Appointment,
    document: &Document,
    there: &EventContent,
    now: Timestamp,
    instants: Instants<'_>,
) -> Option<Document> {
    let mut document = document.clone();
    let mut event = document.main_event()?;
    let seen = appointment.seen.as_ref();
    let mut is_changed = false;
    if there.status == Status::Cancelled {
        document.set(&mut event, "STATUS", Some(":CONFIRMED"));
        is_changed = true;
    }
    for (name, wanted, is, seen) in [
        ("SUMMARY", &appointment.title, &there.title, seen.map(|seen| &seen.title)),
        ("DESCRIPTION", &appointment.notes, &there.notes, seen.map(|seen| &seen.notes)),
        ("LOCATION", &appointment.location, &there.location, seen.map(|seen| &seen.location)),
    ] {
        // What wasn't changed here stays as it is there, such as a text too long for us.
        if !is_same(wanted, is) && seen != Some(wanted) {
            let rest = format!(":{}", escape(wanted));
            let rest = (name == "SUMMARY" || !wanted.is_empty()).then_some(rest);
            document.set(&mut event, name, rest.as_deref());
            is_changed = true;
        }
    }
    let (from, to) = (appointment.starts_at, appointment.ends_at);
    let is_moved = seen.is_none_or(|seen| (seen.starts_at, seen.ends_at) != (from, to));
    let is_there = is_second(there.starts_at, from) && is_second(there.ends_at, to);
    if is_moved && !is_there {
        move_to(&mut document, &mut event, appointment, instants);
        is_changed = true;
    }
    if !is_changed {
        return None;
    }
    let sequence = document.property(&event, "SEQUENCE");
    let sequence = sequence.and_then(|found| found.value.trim().parse::<u32>().ok()).unwrap_or(0);
    document.set(&mut event, "SEQUENCE", Some(&format!(":{}", sequence.saturating_add(1))));
    for name in ["DTSTAMP", "LAST-MODIFIED"] {
        document.set(&mut event, name, Some(&format!(":{}", utc(now))));
    }
    Some(document)
}

/// What follows the names of both ends: days, or instants.
fn times(appointment: &Appointment) -> (String, String) {
    let day = |text: &str| format!(";VALUE=DATE:{}", text.replace('-', ""));
    match &appointment.days {
        Some(days) => (day(&days.first), day(&days.after)),
        None => {
            (format!(":{}", utc(appointment.starts_at)), format!(":{}", utc(appointment.ends_at)))
        }
    }
}

/// Both in the zone in which the event began, so that it stays at its hour for whoever made it so; as
/// days where it is about days, or as instants where none of this can be said.
fn move_to(
    document: &mut Document,
    event: &mut Range<usize>,
    appointment: &Appointment,
    instants: Instants<'_>,
) {
    let (from, to) = (appointment.starts_at, appointment.ends_at);
    let start = document.property(event, "DTSTART").and_then(|start| When::read(&start));
    let zone = match start {
        Some(When::Local(_, Some(zone))) if appointment.days.is_none() => Some(zone),
        _ => None,
    };
    let in_zone = zone
        .as_deref()
        .and_then(|zone| Some((local_in(from, zone, instants)?, local_in(to, zone, instants)?)));
    let rests = match (in_zone, zone) {
        (Some((from, to)), Some(zone)) => {
            (format!(";TZID={zone}:{from}"), format!(";TZID={zone}:{to}"))
        }
        _ => times(appointment),
    };
    document.set(event, "DURATION", None);
    document.set(event, "DTSTART", Some(&rests.0));
    document.set(event, "DTEND", Some(&rests.1));
}

/// Line breaks are of one kind there.
fn is_same(ours: &str, theirs: &str) -> bool {
    ours == theirs || ours.replace("\r\n", "\n") == theirs
}

/// Objects keep whole seconds.
fn is_second(there: Option<Timestamp>, ours: Timestamp) -> bool {
    there.is_some_and(|there| {
        there.as_millis().div_euclid(1_000) == ours.as_millis().div_euclid(1_000)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::content_of;
    use oxpi_kit::calendar::Seen;
    use proptest::prelude::*;
    use serde_json::json;

    fn utc_only(local: &str, zone: &str) -> Option<Timestamp> {
        let offset = match zone {
            "Europe/Berlin" => "+01:00",
            _ => "Z",
        };
        format!("{local}{offset}").parse().ok()
    }

    fn appointment(title: &str, notes: &str) -> Appointment {
        let value = json!({
            "id": "0190a0b0-1111-7222-8333-444455556666", "calendar": "/c/", "title": title,
            "notes": notes, "location": "", "starts_at": "2026-12-01T08:00:00Z",
            "ends_at": "2026-12-01T09:00:00Z", "time_zone": "Asia/Jerusalem", "online": false,
            "guests": [],
        });
        serde_json::from_value(value).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(1_795_420_800_000)
    }

    fn seen(appointment: &Appointment) -> Seen {
        Seen {
            title: appointment.title.clone(),
            notes: appointment.notes.clone(),
            location: appointment.location.clone(),
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
        }
    }

    fn change(appointment: &Appointment, document: &Document) -> Option<String> {
        let there = content_of(document, "UTC", &utc_only).unwrap();
        changed(appointment, document, &there, now(), &utc_only).map(|changed| changed.to_text())
    }

    const THEIRS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nSEQUENCE:4\r\nDTSTART;TZID=Europe/Berlin:20261201T090000\r\n\
        DURATION:PT1H\r\nSUMMARY:Fitting\r\nDESCRIPTION:Longer than we keep\r\n\
        ATTENDEE;CN=Noa:mailto:noa@example.com\r\nBEGIN:VALARM\r\nDESCRIPTION:Ring\r\nEND:VALARM\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn only_what_was_changed_here_is_written() {
        let document = Document::parse(THEIRS.as_bytes()).unwrap();
        let mut ours = appointment("Fitting", "Longer");
        ours.seen = Some(seen(&ours));
        assert_eq!(change(&ours, &document), None, "their longer notes stay");
        ours.title = "Second fitting".to_owned();
        let text = change(&ours, &document).unwrap();
        for kept in [
            "DESCRIPTION:Longer than we keep",
            "ATTENDEE;CN=Noa",
            "DESCRIPTION:Ring",
            "DURATION:PT1H",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert!(text.contains("SUMMARY:Second fitting") && text.contains("SEQUENCE:5"), "{text}");
    }

    #[test]
    fn a_move_keeps_the_zone_that_was_there() {
        let document = Document::parse(THEIRS.as_bytes()).unwrap();
        let mut ours = appointment("Fitting", "Longer");
        ours.seen = Some(seen(&ours));
        (ours.starts_at, ours.ends_at) =
            (ours.starts_at.plus_millis(3_600_000), ours.ends_at.plus_millis(3_600_000));
        let text = change(&ours, &document).unwrap();
        assert!(text.contains("DTSTART;TZID=Europe/Berlin:20261201T100000\r\n"), "{text}");
        assert!(text.contains("DTEND;TZID=Europe/Berlin:20261201T110000\r\n"), "{text}");
        assert!(!text.contains("DURATION"), "{text}");
        let day = THEIRS.replace(
            "DTSTART;TZID=Europe/Berlin:20261201T090000\r\nDURATION:PT1H",
            "DTSTART;VALUE=DATE:20261201",
        );
        let text = change(&ours, &Document::parse(day.as_bytes()).unwrap()).unwrap();
        assert!(text.contains("DTSTART:20261201T090000Z\r\n"), "{text}");
    }

    #[test]
    fn days_are_written_as_days() {
        let mut ours = appointment("Fitting", "");
        ours.days = Some(oxpi_kit::calendar::Days {
            first: "2026-12-01".to_owned(),
            after: "2026-12-03".to_owned(),
        });
        let whole = "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261203\r\n";
        let text = created(&ours, now()).to_text();
        assert!(text.contains(whole), "{text}");
        // In the place of hours.
        ours.starts_at = "2026-11-30T23:00:00Z".parse().unwrap();
        ours.ends_at = "2026-12-02T23:00:00Z".parse().unwrap();
        let text = change(&ours, &Document::parse(THEIRS.as_bytes()).unwrap()).unwrap();
        assert!(text.contains("DTSTART;VALUE=DATE:20261201\r\n"), "{text}");
        assert!(text.contains("DTEND;VALUE=DATE:20261203\r\n"), "{text}");
        assert!(!text.contains("DURATION"), "{text}");
    }

    #[test]
    fn one_that_was_cancelled_takes_place_again() {
        let text = THEIRS.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY");
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut ours = appointment("Fitting", "Longer");
        ours.seen = Some(seen(&ours));
        assert!(change(&ours, &document).unwrap().contains("STATUS:CONFIRMED"));
    }

    proptest! {
        #[test]
        fn what_is_written_says_what_the_appointment_says(
            title in "[\\PC]{1,60}", notes in "[\\PC\n]{0,120}", other in "[\\PC\n]{0,60}",
        ) {
            let ours = appointment(&title, &notes);
            let text = created(&ours, now()).to_text();
            let document = Document::parse(text.as_bytes()).unwrap();
            let there = content_of(&document, "UTC", &utc_only).unwrap();
            prop_assert_eq!((&there.title, &there.notes), (&title, &notes));
            prop_assert_eq!(there.starts_at, Some(ours.starts_at));
            prop_assert_eq!(change(&ours, &document), None);
            let mut next = appointment(&title, &other);
            next.seen = Some(seen(&ours));
            if let Some(text) = change(&next, &document) {
                let again = Document::parse(text.as_bytes()).unwrap();
                prop_assert_eq!(content_of(&again, "UTC", &utc_only).unwrap().notes, other);
            } else {
                prop_assert_eq!(notes, other);
            }
        }
    }
}
