//! Writes iCalendar (RFC 5545): what other calendars read.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::Timestamp;

/// The most octets of a line, its end not counted (section 3.1).
const LINE_MAX: usize = 75;

/// When an event begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With a day.
    Day(Date),
    /// At an instant.
    At(Timestamp),
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names it in the whole world.
    pub uid: String,
    /// How often it was changed.
    pub sequence: i64,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// When it begins.
    pub starts: When,
    /// When it ends; not included.
    pub ends: When,
    /// What it is.
    pub title: String,
    /// More about it; empty for nothing.
    pub notes: String,
    /// Where; empty for nowhere in particular.
    pub location: String,
    /// The address of an online meeting.
    pub url: Option<String>,
    /// Whether it doesn't take place any more.
    pub cancelled: bool,
}

/// A calendar file of these events.
pub fn write(events: &[Event]) -> String {
    let mut file = Lines::default();
    file.put("BEGIN", "VCALENDAR");
    file.put("VERSION", "2.0");
    file.put("PRODID", "-//OXPI//Calendar//EN");
    for event in events {
        file.event(event);
    }
    file.put("END", "VCALENDAR");
    file.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn event(&mut self, event: &Event) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &event.uid);
        self.put("SEQUENCE", &event.sequence.to_string());
        self.put("DTSTAMP", &instant(event.changed_at));
        self.when("DTSTART", event.starts);
        self.when("DTEND", event.ends);
        self.put("SUMMARY", &escaped(&event.title));
        for (name, text) in [("DESCRIPTION", &event.notes), ("LOCATION", &event.location)] {
            if !text.is_empty() {
                self.put(name, &escaped(text));
            }
        }
        if let Some(url) = &event.url {
            self.put("URL", url);
        }
        if event.cancelled {
            self.put("STATUS", "CANCELLED");
        }
        self.put("END", "VEVENT");
    }

    fn when(&mut self, name: &str, when: When) {
        match when {
            When::Day(day) => {
                self.put(&format!("{name};VALUE=DATE"), &day.strftime("%Y%m%d").to_string());
            }
            When::At(time) => self.put(name, &instant(time)),
        }
    }

    /// A line, in as many pieces as it takes; no character is cut.
    fn put(&mut self, name: &str, value: &str) {
        let mut length = 0;
        let clean = |c: &char| *c == '\t' || !c.is_control();
        for c in format!("{name}:{value}").chars().filter(clean) {
            if length + c.len_utf8() > LINE_MAX {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn instant(time: Timestamp) -> String {
    let local = crate::Zone::utc().local(time);
    local.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value holds it (section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                let _ = write!(escaped, "\\{c}");
            }
            '\n' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(title: &str) -> Event {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        Event {
            uid: "1@oxpi".to_owned(),
            sequence: 2,
            changed_at: at("2026-11-24T08:00:00Z"),
            starts: When::At(at("2026-11-24T10:00:00Z")),
            ends: When::At(at("2026-11-24T11:30:00Z")),
            title: title.to_owned(),
            notes: String::new(),
            location: String::new(),
            url: None,
            cancelled: false,
        }
    }

    #[test]
    fn an_event_has_its_times_in_utc_and_its_text_escaped() {
        let file = write(&[event("Fitting; tea, cake\nand\\or")]);
        assert!(file.contains("DTSTART:20261124T100000Z\r\nDTEND:20261124T113000Z\r\n"), "{file}");
        assert!(file.contains("SUMMARY:Fitting\\; tea\\, cake\\nand\\\\or\r\n"), "{file}");
        let day = jiff::civil::date(2026, 11, 24);
        let file = write(&[Event { starts: When::Day(day), ..event("x") }]);
        assert!(file.contains("DTSTART;VALUE=DATE:20261124\r\n"), "{file}");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_line_of_its_own_or_one_too_long(title in any::<String>()) {
            let file = write(&[event(&title)]);
            prop_assert!(file.split("\r\n").all(|line| line.len() <= LINE_MAX));
            let unfolded = file.replace("\r\n ", "");
            prop_assert_eq!(unfolded.matches("\r\n").count(), 12);
            prop_assert_eq!(unfolded.lines().filter(|line| line.starts_with("SUMMARY:")).count(), 1);
        }
    }
}
