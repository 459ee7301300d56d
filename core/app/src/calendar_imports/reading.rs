//! Reads a calendar file (RFC 5545) into what the workspace can make of it. The syntax is a library's
//! affair; what an event means here, and what can't be followed, is said event by event.

use std::collections::{BTreeMap, BTreeSet};

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarMethod, ICalendarProperty,
    ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use domain::{Timestamp, Zone};
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::moments::{Moment, Zones, moment, moments, seconds};
use super::rules;
use super::texts::{guests_of, text, texts_of};
use crate::appointments::DAYS_MAX;
use crate::error::{Error, Result};

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// The most events of a file: each is a line of a form.
pub const EVENTS_MAX: usize = 900;
/// The most lines; more than any program writes for so many events.
const LINES_MAX: usize = 100_000;
/// The most dates that a series leaves out or has elsewhere.
const EXCEPTIONS_MAX: usize = 1_000;
/// Longer UIDs are known by their digest.
const UID_CHARS_MAX: usize = 255;
/// What has no end takes this long.
const NO_END_SECS: i64 = 1_800;
const FIELD: &str = "file";

/// Something that is to be known of an event; the text is `import-note-<word>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// It repeats in a way that isn't followed here: only the first is brought.
    Rule,
    /// Its time zone isn't known: its times were taken for the business's.
    Zone,
    /// It doesn't say when it ends.
    NoEnd,
    /// Texts were too long and are cut.
    Cut,
    /// Some of its changed dates don't fit its rule and are left out.
    Strays,
    /// It has no start that is a time; refused.
    NoStart,
    /// It lasts longer than an appointment may; refused.
    TooLong,
    /// It comes again before it is over; refused.
    Overlaps,
    /// None of its dates takes place; refused.
    Never,
}

impl Note {
    /// The word in translation keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Zone => "zone",
            Self::NoEnd => "no-end",
            Self::Cut => "cut",
            Self::Strays => "strays",
            Self::NoStart => "no-start",
            Self::TooLong => "too-long",
            Self::Overlaps => "overlaps",
            Self::Never => "never",
        }
    }

    /// Whether nothing can be made of the event.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::NoStart | Self::TooLong | Self::Overlaps | Self::Never)
    }
}

/// What is said of one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// What; empty where the file has none.
    pub title: String,
    /// More about it.
    pub notes: String,
    /// Where.
    pub location: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// How an event comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeats {
    /// The rule.
    pub rule: domain::Recurrence,
    /// Days of the rule on which it doesn't take place.
    pub except: BTreeSet<Date>,
    /// Days of the rule on which it is otherwise.
    pub moved: BTreeMap<Date, Content>,
}

/// An event of a file.
#[derive(Debug, Clone)]
pub struct Told {
    /// Names it in the whole world.
    pub uid: String,
    /// What it says, of the first time where there are several.
    pub content: Content,
    /// Whether it is about days.
    pub all_day: bool,
    /// The zone of its times.
    pub zone: Zone,
    /// How it comes again.
    pub repeats: Option<Repeats>,
    /// Whether it doesn't take place any more.
    pub cancelled: bool,
    /// How often it was changed.
    pub sequence: i64,
    /// When it was changed last, as far as the file says.
    pub stamp: Timestamp,
    /// Addresses of who comes, and of who asked for it last of all.
    pub guests: Vec<String>,
    /// What is to be known of it.
    pub notes: BTreeSet<Note>,
}

impl Told {
    /// Whether nothing can be made of it.
    pub fn is_refused(&self) -> bool {
        self.notes.iter().any(|note| note.is_refusal())
    }

    /// The same for the same words, whichever program wrote the file and when.
    pub fn digest(&self) -> String {
        let repeats = self.repeats.as_ref().map(|repeats| {
            let except: Vec<String> = repeats.except.iter().map(ToString::to_string).collect();
            let moved = repeats.moved.iter().map(|(day, content)| (day.to_string(), content));
            (repeats.rule.to_string(), except, moved.collect::<Vec<_>>())
        });
        let said = (&self.content, self.all_day, repeats, self.cancelled);
        digest_of(&serde_json::to_vec(&said).unwrap_or_default())
    }
}

fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The text of an uploaded file: without folds, with one kind of line end. What isn't a calendar is
/// refused here already.
///
/// # Errors
/// [`Error::Invalid`] of the field `file`.
pub fn text_of(bytes: &[u8]) -> Result<String> {
    let refused = |key: &str| Err(Error::invalid(FIELD, key));
    if bytes.is_empty() {
        return refused("error-import-missing");
    }
    if bytes.len() > FILE_BYTES_MAX {
        return refused("error-import-large");
    }
    let text = unfolded(bytes);
    // A text that names no calendar in its first lines is something else.
    if !text.lines().take(20).any(|line| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return refused("error-import-kind");
    }
    if text.lines().count() > LINES_MAX {
        return refused("error-import-large");
    }
    Ok(text)
}

/// Lines are put together before they are read as text: old programs fold within a character.
fn unfolded(bytes: &[u8]) -> String {
    let bytes = match bytes {
        [0xff, 0xfe, rest @ ..] => return wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => rest,
        all => all,
    };
    let mut whole: Vec<u8> = Vec::with_capacity(bytes.len());
    // Line ends of Windows, Unix and old Macs.
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    for line in lines.filter(|line| !line.is_empty()) {
        match line {
            [b' ' | b'\t', rest @ ..] if !whole.is_empty() => {
                whole.pop();
                whole.extend_from_slice(rest);
            }
            line => whole.extend_from_slice(line),
        }
        whole.push(b'\n');
    }
    // No database of ours keeps a NUL.
    String::from_utf8_lossy(&whole).replace('\0', "")
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    unfolded(text.trim_start_matches('\u{feff}').as_bytes())
}

/// The events of a file's text, as [`text_of`] answers it. `own` is the zone of what has none.
///
/// # Errors
/// [`Error::Invalid`] of the field `file`: where there are none or too many, or the file is an answer to
/// an invitation.
pub fn read(text: &str, own: &Zone) -> Result<Vec<Told>> {
    let refused = |key: &str| Err(Error::invalid(FIELD, key));
    let mut events = Vec::new();
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => events.extend(read_calendar(&calendar, own)?),
            Entry::Eof => break,
            _ => {}
        }
        if events.len() > EVENTS_MAX {
            return refused("error-import-many");
        }
    }
    if events.is_empty() {
        return refused("error-import-empty");
    }
    Ok(events)
}

fn read_calendar(calendar: &ICalendar, own: &Zone) -> Result<Vec<Told>> {
    let method = calendar.components.first().and_then(method_of);
    let is_cancelled = match method {
        None | Some(ICalendarMethod::Publish | ICalendarMethod::Request) => false,
        Some(ICalendarMethod::Cancel) => true,
        Some(_) => return Err(Error::invalid(FIELD, "error-import-answer")),
    };
    let zones = Zones::new(calendar, own);
    let is_event =
        |each: &&ICalendarComponent| each.component_type == ICalendarComponentType::VEvent;
    let mut by_uid: BTreeMap<(usize, String), Vec<&ICalendarComponent>> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, event) in calendar.components.iter().filter(is_event).enumerate() {
        let uid = uid_of(event);
        let place = *places.entry(uid.clone()).or_insert(at);
        by_uid.entry((place, uid)).or_default().push(event);
    }
    let mut all = Vec::new();
    for ((_, uid), versions) in by_uid {
        all.extend(read_event(&uid, &versions, &zones, is_cancelled));
        if all.len() > EVENTS_MAX {
            break;
        }
    }
    Ok(all)
}

fn method_of(component: &ICalendarComponent) -> Option<&ICalendarMethod> {
    match component.property(&ICalendarProperty::Method)?.values.first()? {
        ICalendarValue::Method(method) => Some(method),
        _ => None,
    }
}

/// The event's identity; one without any is known by what it says.
fn uid_of(event: &ICalendarComponent) -> String {
    match text(event, &ICalendarProperty::Uid).trim() {
        "" => format!("none:{}", digest_of(format!("{:?}", event.entries).as_bytes())),
        long if long.chars().count() > UID_CHARS_MAX => {
            format!("long:{}", digest_of(long.as_bytes()))
        }
        uid => uid.chars().filter(|c| !c.is_control()).collect(),
    }
}

/// What the components of one UID tell: the event, and what is otherwise on some of its days. Without
/// the event itself each of those is one.
fn read_event(
    uid: &str,
    versions: &[&ICalendarComponent],
    zones: &Zones<'_>,
    is_cancelled: bool,
) -> Vec<Told> {
    let (changes, mains): (Vec<&ICalendarComponent>, Vec<&ICalendarComponent>) =
        versions.iter().partition(|each| each.has_property(&ICalendarProperty::RecurrenceId));
    // One that is there several times counts as it was changed last.
    let Some(main) = mains.into_iter().max_by_key(|each| version(each)) else {
        let single = |each: &&ICalendarComponent| {
            let which = entry_text(each, &ICalendarProperty::RecurrenceId, zones);
            single(format!("{uid}/{which}"), each, zones, is_cancelled)
        };
        return changes.iter().map(single).collect();
    };
    let mut told = single(uid.to_owned(), main, zones, is_cancelled);
    let start = moment(main, &ICalendarProperty::Dtstart, zones);
    if let Some(start) = start
        && !told.is_refused()
    {
        series(&mut told, main, &changes, &start, zones);
        told.stamp = changes.iter().map(|each| version(each).1).fold(told.stamp, Timestamp::max);
    }
    vec![told]
}

fn entry_text(event: &ICalendarComponent, name: &ICalendarProperty, zones: &Zones<'_>) -> String {
    let found = moment(event, name, zones);
    found.map(|at| at.local.strftime("%Y%m%dT%H%M%S").to_string()).unwrap_or_default()
}

/// An event by itself.
fn single(uid: String, event: &ICalendarComponent, zones: &Zones<'_>, is_cancelled: bool) -> Told {
    let mut notes = BTreeSet::new();
    let start = moment(event, &ICalendarProperty::Dtstart, zones);
    let (content, all_day, zone) = match &start {
        Some(start) => {
            let content = content_of(event, start, zones, &mut notes);
            (content, start.is_day, start.zone_for(zones.own))
        }
        None => {
            notes.insert(Note::NoStart);
            let never = Timestamp::from_millis(0);
            (texts_of(event, (never, never), &mut notes), false, zones.own.clone())
        }
    };
    if is_too_long(&content) {
        notes.insert(Note::TooLong);
    }
    let (sequence, stamp) = version(event);
    let cancelled = is_cancelled || event.status() == Some(&ICalendarStatus::Cancelled);
    let guests = guests_of(event);
    Told { uid, content, all_day, zone, repeats: None, cancelled, sequence, stamp, guests, notes }
}

fn is_too_long(content: &Content) -> bool {
    content.ends_at.millis_since(content.starts_at) > DAYS_MAX * 24 * 3_600_000
}

/// Puts to an event how it comes again.
fn series(
    told: &mut Told,
    main: &ICalendarComponent,
    changes: &[&ICalendarComponent],
    start: &Moment,
    zones: &Zones<'_>,
) {
    let more = [ICalendarProperty::Rdate, ICalendarProperty::Exrule];
    let has_more = more.iter().any(|name| main.has_property(name));
    let rule = match rules::rule_of(main, start) {
        Ok(None) if !has_more => return,
        Ok(Some(rule)) if !has_more => rule,
        _ => {
            told.notes.insert(Note::Rule);
            return;
        }
    };
    let zone = start.zone().clone();
    let day_of = |at: &Moment| at.day_in(&zone);
    let fits =
        |day: &Date| rule.dates(start.local.date()).take_while(|d| d <= day).last() == Some(*day);
    let except = moments(main, &ICalendarProperty::Exdate, zones);
    let mut except: BTreeSet<Date> =
        except.iter().take(EXCEPTIONS_MAX).filter_map(day_of).collect();
    let mut moved = BTreeMap::new();
    let mut order: Vec<&&ICalendarComponent> = changes.iter().take(EXCEPTIONS_MAX).collect();
    order.sort_by_key(|each| version(each));
    for change in order {
        let day =
            moment(change, &ICalendarProperty::RecurrenceId, zones).and_then(|at| day_of(&at));
        let Some(day) = day.filter(fits) else {
            told.notes.insert(Note::Strays);
            continue;
        };
        let start = moment(change, &ICalendarProperty::Dtstart, zones);
        match start {
            _ if change.status() == Some(&ICalendarStatus::Cancelled) => {
                moved.remove(&day);
                except.insert(day);
            }
            Some(start) => {
                let content = content_of(change, &start, zones, &mut told.notes);
                if is_too_long(&content) {
                    told.notes.insert(Note::Strays);
                    continue;
                }
                except.remove(&day);
                moved.insert(day, content);
            }
            None => drop(told.notes.insert(Note::Strays)),
        }
    }
    except.retain(|day| fits(day));
    let first_two: Vec<Date> = rule.dates(start.local.date()).take(2).collect();
    if let [one, next] = first_two[..] {
        let between = i64::from(one.until(next).map(|span| span.get_days()).unwrap_or(i32::MAX));
        let length = told.content.ends_at.millis_since(told.content.starts_at);
        if length > between * 24 * 3_600_000 {
            told.notes.insert(Note::Overlaps);
        }
    }
    told.zone = zone;
    told.repeats = Some(Repeats { rule, except, moved });
}

/// When an event was changed: how often, and when last.
fn version(event: &ICalendarComponent) -> (i64, Timestamp) {
    let sequence = event.property(&ICalendarProperty::Sequence);
    let sequence = sequence.and_then(|found| found.values.first()?.as_integer()).unwrap_or(0);
    let utc = Zone::utc();
    let at = |name| {
        let entry = event.property(&name)?;
        let at = Moment::of(entry.values.first()?.as_partial_date_time()?, utc.clone())?;
        at.instant()
    };
    let stamp = at(ICalendarProperty::LastModified).max(at(ICalendarProperty::Dtstamp));
    (sequence.clamp(0, 1 << 40), stamp.unwrap_or(Timestamp::from_millis(0)))
}

fn content_of(
    event: &ICalendarComponent,
    start: &Moment,
    zones: &Zones<'_>,
    notes: &mut BTreeSet<Note>,
) -> Content {
    if start.is_unknown {
        notes.insert(Note::Zone);
    }
    let from = start.instant().unwrap_or(Timestamp::from_millis(0));
    let end = moment(event, &ICalendarProperty::Dtend, zones);
    let length = event.property(&ICalendarProperty::Duration);
    let length = length.and_then(|found| seconds(found.values.first()?));
    let to = match (end, length) {
        (Some(end), _) if start.is_day && end.is_day && end.local == start.local => {
            start.plus_days(1)
        }
        (Some(end), _) => end.instant(),
        (None, Some(length)) if start.is_day && length % 86_400 == 0 => {
            start.plus_days(length / 86_400)
        }
        (None, Some(length)) => Some(from.plus_secs(length)),
        (None, None) if start.is_day => start.plus_days(1),
        (None, None) => None,
    };
    let to = to.filter(|to| *to > from).unwrap_or_else(|| {
        notes.insert(Note::NoEnd);
        from.plus_secs(NO_END_SECS)
    });
    texts_of(event, (from, to), notes)
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
