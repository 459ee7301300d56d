//! When the events of an object are: single times, those of rules and their exceptions.

use domain::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::ical::{Component, Line};
use crate::google::recurrence::Series;
use crate::google::when;

const DAY_SECS: i64 = 86_400;
/// What an expanded event doesn't say any more (RFC 4791, 9.6.5).
const OF_RULES: [&str; 8] =
    ["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"];

/// A day, or a time on a wall somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// What the wall shows.
    pub local: DateTime,
    /// Where it is.
    pub zone: TimeZone,
    /// Whether only the day counts.
    pub is_day: bool,
}

impl Time {
    /// Reads the first time of a line; one without a zone is in `zone`.
    pub fn read(line: &Line, zone: &TimeZone) -> Option<Self> {
        Self::parse(line.value.split(',').next()?.trim(), line.parameter("TZID"), zone)
    }

    fn parse(text: &str, named: Option<&str>, zone: &TimeZone) -> Option<Self> {
        if text.len() == 8 {
            let local = Date::strptime("%Y%m%d", text).ok()?.at(0, 0, 0, 0);
            return Some(Self { local, zone: zone.clone(), is_day: true });
        }
        let (digits, zone) = match (text.strip_suffix('Z'), named) {
            (Some(digits), _) => (digits, TimeZone::UTC),
            (None, Some(name)) => (text, when::zone(name)?),
            (None, None) => (text, zone.clone()),
        };
        Some(Self { local: DateTime::strptime("%Y%m%dT%H%M%S", digits).ok()?, zone, is_day: false })
    }

    /// The instant; a day's is where it begins.
    pub fn instant(&self) -> Timestamp {
        when::instant(self.local, &self.zone).unwrap_or(Timestamp::from_millis(0))
    }

    /// So much later: days by the calendar, everything else by the clock.
    fn plus_secs(&self, secs: i64) -> Self {
        let local = match self.is_day {
            true => self.local.checked_add((secs / DAY_SECS).days()).unwrap_or(self.local),
            false => when::civil(self.instant().plus_secs(secs), &self.zone),
        };
        Self { local, ..self.clone() }
    }

    /// As a line: days as they are, times in UTC.
    fn line(&self, name: &str) -> Line {
        match self.is_day {
            true => Line::new(name, "VALUE=DATE", &self.local.strftime("%Y%m%d").to_string()),
            false => Line::new(name, "", &utc(self.instant())),
        }
    }
}

/// `20261201T080000Z`.
pub fn utc(time: Timestamp) -> String {
    when::civil(time, &TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads what [`utc`] writes.
pub fn read_utc(text: &str) -> Option<Timestamp> {
    let time = Time::parse(text, None, &TimeZone::UTC)?;
    (text.ends_with('Z')).then(|| time.instant())
}

/// The line moved by so many minutes, where it says what time it is.
pub fn moved(line: &Line, minutes: i64) -> Option<Line> {
    let (text, mark) = match line.value.strip_suffix('Z') {
        Some(text) => (text, "Z"),
        None => (line.value.as_str(), ""),
    };
    let format = if text.len() == 8 { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    let local = match text.len() {
        8 => Date::strptime(format, text).ok()?.at(0, 0, 0, 0),
        _ => DateTime::strptime(format, text).ok()?,
    };
    let local = local.checked_add(SignedDuration::from_mins(minutes)).ok()?;
    Some(Line { value: format!("{}{mark}", local.strftime(format)), ..line.clone() })
}

/// When an event is, one time of it.
#[derive(Debug, Clone)]
pub struct Occurrence<'a> {
    /// What says so: the event, or an exception of it.
    pub event: &'a Component,
    /// The beginning.
    pub start: Time,
    /// The end.
    pub end: Time,
    /// Which time of a series it stands for.
    pub which: Option<Time>,
}

impl Occurrence<'_> {
    /// RFC 4791, 9.9.
    pub fn is_within(&self, from: Timestamp, to: Timestamp) -> bool {
        let (start, end) = (self.start.instant(), self.end.instant());
        if start == end { start >= from && start < to } else { start < to && end > from }
    }
}

/// Start and end of what an event says itself; None for what can't be read.
pub fn span(event: &Component, zone: &TimeZone) -> Option<(Time, Time)> {
    let start = Time::read(event.line("DTSTART")?, zone)?;
    let end = match (event.line("DTEND"), event.line("DURATION")) {
        (Some(line), _) => Time::read(line, zone)?,
        (None, Some(line)) => start.plus_secs(duration(&line.value)?),
        (None, None) if start.is_day => start.plus_secs(DAY_SECS),
        (None, None) => start.clone(),
    };
    Some((start, end))
}

/// `P1DT2H30M` in seconds.
fn duration(text: &str) -> Option<i64> {
    let text = text.trim_start_matches('+').strip_prefix('P')?;
    let (mut secs, mut number) = (0, String::new());
    for letter in text.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'T' if number.is_empty() => continue,
            'W' => 7 * DAY_SECS,
            'D' => DAY_SECS,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        secs += number.parse::<i64>().ok()?.checked_mul(unit)?;
        number.clear();
    }
    number.is_empty().then_some(secs)
}

/// The rule and what it leaves out; the error says what is not understood.
fn series(event: &Component, start: &Time) -> Result<Series, String> {
    let mut lines: Vec<String> = Vec::new();
    for line in event.lines.iter().filter(|line| matches!(&*line.name, "RRULE" | "EXDATE")) {
        // `VALUE=DATE` is seen by the length.
        let zone = line.parameter("TZID").map(|zone| format!(";TZID={zone}")).unwrap_or_default();
        lines.push(format!("{}{zone}:{}", line.name, line.value));
    }
    if event.line("RRULE").is_none() {
        lines.push("RRULE:FREQ=DAILY;COUNT=1".to_owned());
    }
    Series::parse(&lines.iter().map(String::as_str).collect::<Vec<_>>(), &start.zone)
}

/// What can't be told of an object; None when all can.
pub fn fault(object: &Component, zone: &TimeZone) -> Option<String> {
    object.events().find_map(|event| match span(event, zone) {
        Some((start, _)) => series(event, &start).err(),
        None => Some("A time can't be read.".to_owned()),
    })
}

/// All times of an object that begin before `until`, in order.
pub fn occurrences<'a>(
    object: &'a Component,
    zone: &TimeZone,
    until: Timestamp,
) -> Vec<Occurrence<'a>> {
    let mut all: Vec<Occurrence<'a>> = Vec::new();
    for event in object.events() {
        let Some((start, end)) = span(event, zone) else { continue };
        if let Some(line) = event.line("RECURRENCE-ID") {
            let which = Time::read(line, zone);
            all.push(Occurrence { event, start, end, which });
        }
    }
    let main = object.events().find(|event| event.line("RECURRENCE-ID").is_none());
    if let Some(event) = main
        && let Some((start, end)) = span(event, zone)
    {
        if object.repeats() || !all.is_empty() {
            let taken: Vec<Timestamp> =
                all.iter().filter_map(|one| one.which.as_ref().map(Time::instant)).collect();
            let length = end.instant().millis_since(start.instant()) / 1_000;
            for first in starts(event, &start, until) {
                if !taken.contains(&first.instant()) {
                    let end = first.plus_secs(length_of(&start, &end, length));
                    all.push(Occurrence { event, end, which: Some(first.clone()), start: first });
                }
            }
        } else {
            all.push(Occurrence { event, start, end, which: None });
        }
    }
    all.sort_by_key(|one| one.start.instant());
    all
}

/// Whole days stay whole where clocks change in between.
fn length_of(start: &Time, end: &Time, secs: i64) -> i64 {
    if !start.is_day {
        return secs;
    }
    let days = start.local.date().until(end.local.date()).map(|span| span.get_days());
    i64::from(days.unwrap_or(1)) * DAY_SECS
}

fn starts(event: &Component, start: &Time, until: Timestamp) -> Vec<Time> {
    let limit = when::civil(until, &start.zone);
    let ruled = series(event, start).map(|series| series.starts(start.local, limit));
    let ruled = ruled.unwrap_or_default().into_iter();
    let mut all: Vec<Time> = ruled.map(|local| Time { local, ..start.clone() }).collect();
    for line in event.lines.iter().filter(|line| line.name == "RDATE") {
        let one = |text: &str| Time::parse(text.trim(), line.parameter("TZID"), &start.zone);
        all.extend(line.value.split(',').filter_map(one));
    }
    all
}

/// The object with single times in place of its rules (RFC 4791, 9.6.5).
pub fn expand(
    object: &Component,
    zone: &TimeZone,
    (from, to): (Timestamp, Timestamp),
) -> Component {
    let within = occurrences(object, zone, to).into_iter().filter(|one| one.is_within(from, to));
    let children = within.map(|one| {
        let mut event = one.event.clone();
        event.lines.retain(|line| !OF_RULES.contains(&line.name.as_str()));
        let which = one.which.map(|which| which.line("RECURRENCE-ID"));
        let lines = [Some(one.start.line("DTSTART")), Some(one.end.line("DTEND")), which];
        event.lines.splice(0..0, lines.into_iter().flatten());
        event
    });
    Component {
        name: object.name.clone(),
        lines: object.lines.clone(),
        children: children.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(events: &str) -> Component {
        let events = events.replace('|', "\n");
        Component::parse(&format!("BEGIN:VCALENDAR\n{events}\nEND:VCALENDAR")).unwrap()
    }

    fn told(events: &str) -> Vec<String> {
        let zone = when::zone("Asia/Jerusalem").unwrap();
        let range = (read_utc("20260101T000000Z").unwrap(), read_utc("20270101T000000Z").unwrap());
        let whole = expand(&object(events), &zone, range);
        let said = |event: &Component| {
            let value = |name| event.line(name).map(|line| line.value.clone()).unwrap_or_default();
            format!("{} {} {}", value("DTSTART"), value("DTEND"), value("SUMMARY"))
        };
        whole.events().map(said).collect()
    }

    #[test]
    fn a_rule_is_told_as_its_times_with_exceptions_where_they_went() {
        let all = told(
            "BEGIN:VEVENT|UID:a|DTSTART;TZID=Asia/Jerusalem:20260324T100000|DURATION:PT1H|SUMMARY:Choir|\
             RRULE:FREQ=WEEKLY;COUNT=4|EXDATE;TZID=Asia/Jerusalem:20260407T100000|END:VEVENT|\
             BEGIN:VEVENT|UID:a|RECURRENCE-ID:20260331T070000Z|DTSTART:20260401T150000Z|\
             DTEND:20260401T160000Z|SUMMARY:Late|END:VEVENT",
        );
        let wanted = [
            "20260324T080000Z 20260324T090000Z Choir",
            "20260401T150000Z 20260401T160000Z Late",
            "20260414T070000Z 20260414T080000Z Choir",
        ];
        assert_eq!(all, wanted);
    }

    #[test]
    fn days_stay_days() {
        let two = "BEGIN:VEVENT|UID:a|DTSTART;VALUE=DATE:20260326|DTEND;VALUE=DATE:20260328|\
            RRULE:FREQ=YEARLY;COUNT=2|END:VEVENT";
        assert_eq!(told(two), ["20260326 20260328 "]);
        assert_eq!(told("BEGIN:VEVENT|UID:a|DTSTART:20260326|END:VEVENT"), ["20260326 20260327 "]);
    }

    #[test]
    fn a_line_is_moved_in_its_own_way() {
        let line = |text: &str| {
            object(&format!("BEGIN:VEVENT|{text}|END:VEVENT")).children[0].lines[0].clone()
        };
        let to = |text: &str, minutes| moved(&line(text), minutes).unwrap().value;
        assert_eq!(to("DTSTART:20260331T233000Z", 60), "20260401T003000Z");
        assert_eq!(to("DTSTART;TZID=Asia/Jerusalem:20260331T090000", -30), "20260331T083000");
        assert_eq!(to("DTSTART;VALUE=DATE:20260331", 1_440), "20260401");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let zone = TimeZone::UTC;
        for bad in ["DTSTART:soon", "DTSTART:20260331T090000Z|RRULE:FREQ=MONTHLY;BYDAY=1MO"] {
            let whole = object(&format!("BEGIN:VEVENT|{bad}|END:VEVENT"));
            assert!(fault(&whole, &zone).is_some(), "{bad}");
        }
    }
}
