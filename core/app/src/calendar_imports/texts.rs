//! What an event of a calendar file says in words: title, notes, place, guests.

use std::collections::BTreeSet;

use calcard::icalendar::{ICalendarComponent, ICalendarProperty, ICalendarValue, Uri};
use domain::Timestamp;

use super::reading::{Content, Note};

/// An event's texts, with its times.
pub(super) fn texts_of(
    event: &ICalendarComponent,
    (starts_at, ends_at): (Timestamp, Timestamp),
    notes: &mut BTreeSet<Note>,
) -> Content {
    let mut cut = |text: String, most: usize| {
        let clean: String = text.replace("\r\n", "\n").chars().filter(|c| keeps(*c)).collect();
        if clean.chars().count() > most {
            notes.insert(Note::Cut);
        }
        clean.chars().take(most).collect::<String>().trim().to_owned()
    };
    let title = text(event, &ICalendarProperty::Summary).replace(['\n', '\r'], " ");
    let mut said = text(event, &ICalendarProperty::Description);
    if let Some(meeting) = meeting_of(event)
        && !said.contains(&meeting)
    {
        said = format!("{}\n{meeting}", said.trim_end());
    }
    let place = text(event, &ICalendarProperty::Location).replace(['\n', '\r'], ", ");
    Content {
        title: cut(title, 200),
        notes: cut(said, 8_000),
        location: cut(place, 500),
        starts_at,
        ends_at,
    }
}

fn keeps(c: char) -> bool {
    c == '\n' || c == '\t' || !c.is_control()
}

/// Where an online meeting is.
fn meeting_of(event: &ICalendarComponent) -> Option<String> {
    let is_it = |name: &ICalendarProperty| match name {
        ICalendarProperty::Url | ICalendarProperty::Conference => true,
        ICalendarProperty::Other(name) => is_meeting(&name.to_ascii_uppercase()),
        _ => false,
    };
    let found = event.entries.iter().filter(|entry| is_it(&entry.name));
    let mut found = found.filter_map(|entry| address(entry.values.first()?));
    let is_safe = |url: &&str| url.starts_with("https://") && url.len() <= 2_000;
    found.find(is_safe).map(str::to_owned)
}

/// Whether programs of many names keep the address of a meeting in a property of theirs.
fn is_meeting(name: &str) -> bool {
    name.starts_with("X-") && (name.ends_with("CONFERENCE") || name.ends_with("MEETINGURL"))
}

/// A text of an event, however its program cut it.
pub(super) fn text(event: &ICalendarComponent, name: &ICalendarProperty) -> String {
    let Some(entry) = event.property(name) else { return String::new() };
    let texts: Vec<&str> = entry.values.iter().filter_map(ICalendarValue::as_text).collect();
    texts.join(", ")
}

fn address(value: &ICalendarValue) -> Option<&str> {
    match value {
        ICalendarValue::Uri(Uri::Location(url)) | ICalendarValue::Text(url) => Some(url.trim()),
        _ => None,
    }
}

/// Addresses of who comes, and of who asked for it last of all.
pub(super) fn guests_of(event: &ICalendarComponent) -> Vec<String> {
    let of = |name: ICalendarProperty| {
        let found = event.entries.iter().filter(move |entry| entry.name == name);
        found.filter_map(|entry| {
            let url = address(entry.values.first()?)?;
            let mail =
                url.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"));
            let mail = mail.map_or(url, |(_, mail)| mail).trim().to_lowercase();
            (mail.contains('@') && mail.len() <= 254).then_some(mail)
        })
    };
    of(ICalendarProperty::Attendee).chain(of(ICalendarProperty::Organizer)).take(100).collect()
}
