//! Writes iCalendar (RFC 5545): what other calendars read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};

use crate::recurrence::Ends;
use crate::{Recurrence, Timestamp, Zone};

/// The most octets of a line, its end not counted (section 3.1).
const LINE_MAX: usize = 75;
/// For how long the clocks of a zone are described, before the first and after the last time, in days.
const CLOCKS_DAYS: i64 = 400;
/// How far ahead they are described for what comes on and on, in days: whoever takes a file and never another
/// has the right hours for ten years.
const AHEAD_DAYS: i64 = 3_660;
/// The most that is described of them: two changes a year, for as long as there are appointments.
const CLOCKS_MAX: usize = 400;
const DAY_SECS: i64 = 24 * 3_600;
/// How often a calendar that is followed is to be read again.
const EVERY: &str = "PT1H";

/// When an event begins or ends.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// With a day.
    Day(Date),
    /// At an instant.
    At(Timestamp),
    /// When the wall clock of a zone shows this.
    In(DateTime, Zone),
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Names it in the whole world.
    pub uid: String,
    /// Rises with each change.
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
    /// How it comes again.
    pub rule: Option<Recurrence>,
    /// Times that the rule names and at which it doesn't take place.
    pub except: Vec<When>,
    /// Which of the times of the event with the same UID this one stands for.
    pub stands_for: Option<When>,
}

/// A calendar file of these events, made now.
pub fn write(events: &[Event], now: Timestamp) -> String {
    whole(&[], events, now)
}

/// The same for programs that read it again and again: they show it by its name (RFC 7986). What many of them
/// know as yet is the older spelling of both lines.
pub fn write_feed(name: &str, events: &[Event], now: Timestamp) -> String {
    let name = escaped(name);
    let about = [
        ("NAME", name.as_str()),
        ("X-WR-CALNAME", name.as_str()),
        ("REFRESH-INTERVAL;VALUE=DURATION", EVERY),
        ("X-PUBLISHED-TTL", EVERY),
    ];
    whole(&about, events, now)
}

fn whole(about: &[(&str, &str)], events: &[Event], now: Timestamp) -> String {
    let mut file = Lines::default();
    file.put("BEGIN", "VCALENDAR");
    file.put("VERSION", "2.0");
    file.put("PRODID", "-//OXPI//Calendar//EN");
    for (name, value) in about {
        file.put(name, value);
    }
    for (zone, from, to) in zones(events, now) {
        file.zone(&zone, from, to);
    }
    for event in events {
        file.event(event);
    }
    file.put("END", "VCALENDAR");
    file.0
}

/// The zones whose wall clocks are named, with the first and the last of their times.
fn zones(events: &[Event], now: Timestamp) -> Vec<(Zone, Timestamp, Timestamp)> {
    let mut all: BTreeMap<String, (Zone, Timestamp, Timestamp)> = BTreeMap::new();
    for event in events {
        let times = [Some(&event.starts), Some(&event.ends), event.stands_for.as_ref()];
        for when in times.into_iter().flatten().chain(&event.except) {
            let When::In(local, zone) = when else { continue };
            let Some(at) = zone.instant(*local) else { continue };
            let known = all.entry(zone.name().to_owned()).or_insert((zone.clone(), at, at));
            (known.1, known.2) = (known.1.min(at), known.2.max(at));
        }
        if let (Some(rule), When::In(first, zone)) = (&event.rule, &event.starts)
            && let Some(known) = all.get_mut(zone.name())
        {
            known.2 = known.2.max(last_of(rule, *first, zone, now));
        }
    }
    all.into_values().collect()
}

/// The last time that a rule names by the clock of a zone; of one that goes on and on, or for very long, one
/// that is far enough ahead.
fn last_of(rule: &Recurrence, first: DateTime, zone: &Zone, now: Timestamp) -> Timestamp {
    let start = zone.instant(first).unwrap_or(now);
    let far = start.max(now).plus_secs(AHEAD_DAYS * DAY_SECS);
    let day = match rule.ends() {
        Ends::Never => None,
        Ends::Until(last) => Some(last),
        Ends::After(_) => rule.dates(first.date()).last(),
    };
    let last = day.and_then(|day| zone.instant(day.to_datetime(first.time())));
    last.map_or(far, |last| last.min(far))
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn event(&mut self, event: &Event) {
        self.put("BEGIN", "VEVENT");
        self.put("UID", &event.uid);
        self.put("SEQUENCE", &event.sequence.to_string());
        self.put("DTSTAMP", &instant(event.changed_at));
        self.when("DTSTART", &event.starts);
        self.when("DTEND", &event.ends);
        if let Some(when) = &event.stands_for {
            self.when("RECURRENCE-ID", when);
        }
        if let Some(rule) = &event.rule {
            self.put("RRULE", &rule_from(rule, &event.starts));
        }
        for when in &event.except {
            self.when("EXDATE", when);
        }
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

    fn when(&mut self, name: &str, when: &When) {
        match when {
            When::Day(day) => {
                self.put(&format!("{name};VALUE=DATE"), &day.strftime("%Y%m%d").to_string());
            }
            When::At(time) => self.put(name, &instant(*time)),
            When::In(local, zone) => {
                self.put(&format!("{name};TZID={}", zone.name()), &wall(*local));
            }
        }
    }

    /// What the clocks of a zone do around these times (section 3.6.5), each change by itself.
    fn zone(&mut self, zone: &Zone, from: Timestamp, to: Timestamp) {
        let around = CLOCKS_DAYS * DAY_SECS;
        let (from, to) = (from.plus_secs(-around), to.plus_secs(around));
        self.put("BEGIN", "VTIMEZONE");
        self.put("TZID", zone.name());
        let mut before = zone.offset_secs(from);
        let changes = zone.changes(from, to);
        // Before the first change it is as it is until then.
        let first = (from, changes.first().is_some_and(|(_, is_summer)| !is_summer));
        for (at, is_summer) in std::iter::once(first).chain(changes.into_iter().take(CLOCKS_MAX)) {
            let kind = if is_summer { "DAYLIGHT" } else { "STANDARD" };
            let after = zone.offset_secs(at);
            let local = Zone::utc().local(at.plus_secs(i64::from(before)));
            self.put("BEGIN", kind);
            self.put("DTSTART", &wall(local));
            self.put("TZOFFSETFROM", &offset(before));
            self.put("TZOFFSETTO", &offset(after));
            self.put("END", kind);
            before = after;
        }
        self.put("END", "VTIMEZONE");
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

/// A rule as its event has it: where that has hours, so has the rule's end (section 3.3.10).
fn rule_from(rule: &Recurrence, starts: &When) -> String {
    let (Ends::Until(last), When::In(first, zone)) = (rule.ends(), starts) else {
        return rule.to_string();
    };
    match zone.instant(last.to_datetime(first.time())) {
        Some(end) => {
            let day = format!("UNTIL={}", last.strftime("%Y%m%d"));
            rule.to_string().replace(&day, &format!("UNTIL={}", instant(end)))
        }
        None => rule.to_string(),
    }
}

fn wall(local: DateTime) -> String {
    local.strftime("%Y%m%dT%H%M%S").to_string()
}

fn offset(secs: i32) -> String {
    let (sign, mins) = (if secs < 0 { '-' } else { '+' }, secs.abs() / 60);
    format!("{sign}{:02}{:02}", mins / 60, mins % 60)
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

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-11-24T08:00:00Z").unwrap()
    }

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
            rule: None,
            except: Vec::new(),
            stands_for: None,
        }
    }

    #[test]
    fn one_that_comes_again_is_one_with_its_rule_and_the_clocks_of_its_zone() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let at = |day: i8, hour| {
            When::In(jiff::civil::date(2026, 10, day).at(hour, 0, 0, 0), zone.clone())
        };
        let weekly = Event {
            starts: at(13, 10),
            ends: at(13, 11),
            rule: Some("FREQ=WEEKLY;UNTIL=20261103".parse().unwrap()),
            except: vec![at(20, 10)],
            ..event("Weekly")
        };
        let moved = Event {
            starts: at(28, 9),
            ends: at(28, 10),
            stands_for: Some(at(27, 10)),
            ..event("Later")
        };
        let file = write(&[weekly, moved], now());
        for line in [
            "DTSTART;TZID=Asia/Jerusalem:20261013T100000",
            // By the clock of winter.
            "RRULE:FREQ=WEEKLY;UNTIL=20261103T080000Z",
            "EXDATE;TZID=Asia/Jerusalem:20261020T100000",
            "RECURRENCE-ID;TZID=Asia/Jerusalem:20261027T100000",
            "BEGIN:STANDARD\r\nDTSTART:20261025T020000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200",
        ] {
            assert!(file.contains(&format!("{line}\r\n")), "{line}: {file}");
        }
        assert_eq!(file.matches("BEGIN:VTIMEZONE").count(), 1);
    }

    #[test]
    fn the_clocks_are_described_for_as_long_as_it_comes_again() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let at = |hour| When::In(jiff::civil::date(2024, 6, 4).at(hour, 0, 0, 0), zone.clone());
        let told = |rule: &str| {
            let rule = Some(rule.parse().unwrap());
            write(&[Event { starts: at(10), ends: at(11), rule, ..event("Weekly") }], now())
        };
        // In Israel they go ahead on the Friday before the last Sunday in March.
        let summer = |day: &str| format!("BEGIN:DAYLIGHT\r\nDTSTART:{day}T020000\r\n");
        let (old, soon, late) = (summer("20260327"), summer("20270326"), summer("20350323"));
        let endless = told("FREQ=WEEKLY");
        for day in [&summer("20240329"), &old, &soon, &late] {
            assert!(endless.contains(day.as_str()), "{day}: {endless}");
        }
        for rule in ["FREQ=WEEKLY;UNTIL=20270401", "FREQ=WEEKLY;COUNT=150"] {
            let file = told(rule);
            assert!(file.contains(&old) && file.contains(&soon), "{rule}: {file}");
            assert!(!file.contains(&late), "{rule}: {file}");
        }
        let over = told("FREQ=WEEKLY;UNTIL=20240701");
        assert!(!over.contains(&old), "{over}");
    }

    #[test]
    fn what_is_read_again_and_again_has_a_name_and_says_how_often() {
        let file = write_feed("Wild Fig, flowers", &[event("x")], now());
        let name = "NAME:Wild Fig\\, flowers\r\nX-WR-CALNAME:Wild Fig\\, flowers\r\n";
        assert!(file.contains(&format!("\r\n{name}")), "{file}");
        assert!(file.contains("\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"), "{file}");
        assert!(!write(&[event("x")], now()).contains("NAME"), "a file to take once has none");
    }

    #[test]
    fn an_event_has_its_times_in_utc_and_its_text_escaped() {
        let file = write(&[event("Fitting; tea, cake\nand\\or")], now());
        assert!(file.contains("DTSTART:20261124T100000Z\r\nDTEND:20261124T113000Z\r\n"), "{file}");
        assert!(file.contains("SUMMARY:Fitting\\; tea\\, cake\\nand\\\\or\r\n"), "{file}");
        let day = jiff::civil::date(2026, 11, 24);
        let file = write(&[Event { starts: When::Day(day), ..event("x") }], now());
        assert!(file.contains("DTSTART;VALUE=DATE:20261124\r\n"), "{file}");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_line_of_its_own_or_one_too_long(title in any::<String>()) {
            let file = write(&[event(&title)], now());
            prop_assert!(file.split("\r\n").all(|line| line.len() <= LINE_MAX));
            let unfolded = file.replace("\r\n ", "");
            prop_assert_eq!(unfolded.matches("\r\n").count(), 12);
            prop_assert_eq!(unfolded.lines().filter(|line| line.starts_with("SUMMARY:")).count(), 1);
        }
    }
}
