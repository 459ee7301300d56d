//! What is read of calendar files, and that nothing is too much for it.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn own() -> Zone {
    "Asia/Jerusalem".parse().unwrap()
}

fn file(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn all(text: &str) -> Vec<Told> {
    read(&text_of(text.as_bytes()).unwrap(), &own()).unwrap()
}

fn one(lines: &str) -> Told {
    let mut told = all(&file(&format!("BEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\n")));
    assert_eq!(told.len(), 1);
    told.remove(0)
}

fn span(lines: &str) -> (String, String, bool) {
    let told = one(lines);
    assert!(told.notes.is_empty(), "{lines}: {:?}", told.notes);
    let Content { starts_at, ends_at, .. } = told.content;
    (starts_at.to_rfc3339(), ends_at.to_rfc3339(), told.all_day)
}

#[test]
fn every_way_to_say_when_is_read() {
    let eight = ("2026-12-01T08:00:00Z".to_owned(), "2026-12-01T09:00:00Z".to_owned(), false);
    for lines in [
        "DTSTART:20261201T080000Z\nDTEND:20261201T090000Z",
        "DTSTART;TZID=Asia/Jerusalem:20261201T100000\r\nDTEND;TZID=Asia/Jerusalem:20261201T110000",
        "DTSTART;TZID=Israel Standard Time:20261201T100000\r\nDURATION:PT1H",
        "DTSTART;TZID=\"(UTC+02:00) Jerusalem\":20261201T100000\r\nDURATION:PT1H",
        "DTSTART;TZID=\"W. Europe Standard Time\":20261201T090000\r\nDURATION:PT60M",
        "DTSTART;TZID=\"/freeassociation.example/Tzfile/Asia/Jerusalem\":20261201T100000\r\nDURATION:PT1H",
        "dtstart;value=date-time:20261201T100000\rduration:PT1H",
    ] {
        assert_eq!(span(lines), eight, "{lines}");
    }
    let day = ("2026-11-30T22:00:00Z".to_owned(), "2026-12-01T22:00:00Z".to_owned(), true);
    for lines in [
        "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202",
        "DTSTART;VALUE=DATE:20261201",
        "DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261201",
        "DTSTART;VALUE=DATE:20261201\r\nDURATION:P1D",
        "DTSTART:20261201",
    ] {
        assert_eq!(span(lines), day, "{lines}");
    }
}

#[test]
fn a_zone_that_nobody_knows_is_told_of() {
    let told = one("DTSTART;TZID=Mars/Olympus:20261201T100000\r\nDURATION:PT1H");
    assert_eq!(told.content.starts_at.to_rfc3339(), "2026-12-01T08:00:00Z");
    assert_eq!(told.notes, BTreeSet::from([Note::Zone]));
    // One that the file itself explains is known.
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nX-LIC-LOCATION:Europe/Berlin\r\nEND:VTIMEZONE\r\n";
    let event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Ours:20261201T090000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n";
    let told = all(&file(&format!("{zone}{event}"))).remove(0);
    assert_eq!(told.content.starts_at.to_rfc3339(), "2026-12-01T08:00:00Z");
    assert!(told.notes.is_empty());
}

#[test]
fn what_no_time_can_be_made_of_is_refused_event_by_event() {
    for (lines, note) in [
        ("SUMMARY:x", Note::NoStart),
        ("DTSTART:soon", Note::NoStart),
        ("DTSTART:20261301T100000", Note::NoStart),
        ("DTSTART:00010101T000000Z", Note::NoStart),
        ("DTSTART:20261201T100000Z\r\nDURATION:P40D", Note::TooLong),
        ("DTSTART:20261201T100000Z\r\nDURATION:P2D\r\nRRULE:FREQ=DAILY", Note::Overlaps),
    ] {
        let told = one(lines);
        assert!(told.is_refused() && told.notes.contains(&note), "{lines}: {:?}", told.notes);
    }
    let told = one("DTSTART:20261201T100000Z\r\nDTEND:20261201T090000Z");
    assert_eq!(told.notes, BTreeSet::from([Note::NoEnd]));
    assert_eq!(told.content.ends_at.to_rfc3339(), "2026-12-01T10:30:00Z");
}

#[test]
fn folds_line_ends_marks_and_unknown_lines_are_no_matter() {
    let event = "BEGIN:VEVENT\r\nUID:1\r\nX-UNKNOWN;A=b:c\r\nnonsense without a colon\r\n\
        DTSTART:20261201T080000Z\r\nDURATION:PT1H\r\nSUMMARY:Fit\r\n ting\\, tea\\nand more\r\n\
        BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nSUMMARY:Ring\r\nEND:VALARM\r\nEND:VEVENT\r\n";
    let text = file(event);
    let title = |bytes: &[u8]| {
        let told = read(&text_of(bytes).unwrap(), &own()).unwrap();
        assert_eq!(told.len(), 1);
        told[0].content.title.clone()
    };
    assert_eq!(title(text.as_bytes()), "Fitting, tea and more");
    assert_eq!(title(text.replace("\r\n", "\n").as_bytes()), "Fitting, tea and more");
    assert_eq!(title(format!("\u{feff}{text}").as_bytes()), "Fitting, tea and more");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    assert_eq!(title(&wide(&format!("\u{feff}{text}"))), "Fitting, tea and more");
    // Folded within a character.
    let torn = file(
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T080000Z\r\nSUMMARY:\u{05e9}x\r\nEND:VEVENT\r\n",
    );
    let at = torn.find('\u{05e9}').unwrap() + 1;
    let torn = [&torn.as_bytes()[..at], b"\r\n ", &torn.as_bytes()[at..]].concat();
    assert_eq!(title(&torn), "\u{05e9}x");
}

#[test]
fn rules_that_say_the_same_in_other_words_are_followed() {
    for (rule, ours) in [
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH", "FREQ=WEEKLY;BYDAY=TU,TH"),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
        ),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYDAY=1TU"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1TU"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1", "FREQ=YEARLY"),
        ("FREQ=DAILY;COUNT=5", "FREQ=DAILY;COUNT=5"),
        // At ten by the clock in Israel it is eight: this end is before it, that one after it.
        ("FREQ=DAILY;UNTIL=20261205T075959Z", "FREQ=DAILY;UNTIL=20261204"),
        ("FREQ=DAILY;UNTIL=20261205T080000Z", "FREQ=DAILY;UNTIL=20261205"),
        ("FREQ=DAILY;UNTIL=20261205", "FREQ=DAILY;UNTIL=20261205"),
    ] {
        let start = "DTSTART;TZID=Asia/Jerusalem:20261201T100000\r\nDURATION:PT1H\r\nRRULE:";
        let told = one(&format!("{start}{rule}"));
        let got = told.repeats.map(|repeats| repeats.rule.to_string());
        assert_eq!(got.as_deref(), Some(ours), "{rule}");
        assert!(told.notes.is_empty(), "{rule}: {:?}", told.notes);
    }
}

#[test]
fn of_other_rules_only_the_first_is_offered_and_that_is_said() {
    for rule in [
        "RRULE:FREQ=HOURLY",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15",
        "RRULE:FREQ=MONTHLY;BYDAY=TU",
        "RRULE:FREQ=WEEKLY;BYDAY=WE",
        "RRULE:FREQ=YEARLY;BYWEEKNO=20",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
        "RRULE:FREQ=YEARLY;BYMONTHDAY=1",
        "RRULE:FREQ=DAILY;BYSETPOS=3",
        "RRULE:nonsense",
        "RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY",
        "RRULE:FREQ=DAILY\r\nRDATE:20261220T080000Z",
        "RDATE:20261220T080000Z",
        "RRULE:FREQ=DAILY;COUNT=100000",
    ] {
        let told =
            one(&format!("DTSTART;TZID=Asia/Jerusalem:20261201T100000\r\nDURATION:PT1H\r\n{rule}"));
        assert_eq!(told.repeats, None, "{rule}");
        assert!(told.notes.contains(&Note::Rule) && !told.is_refused(), "{rule}");
    }
}

const WEEKLY: &str = "BEGIN:VEVENT\r\nUID:w\r\nSEQUENCE:2\r\nDTSTAMP:20261101T000000Z\r\n\
    DTSTART;TZID=Asia/Jerusalem:20261201T100000\r\nDURATION:PT1H\r\nSUMMARY:Weekly\r\n\
    RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=Asia/Jerusalem:20261208T100000,20261215T100000\r\n\
    EXDATE:20261209T080000Z\r\nEND:VEVENT\r\n";

#[test]
fn days_that_are_off_or_otherwise_are_told_with_their_series() {
    let moved = "BEGIN:VEVENT\r\nUID:w\r\nRECURRENCE-ID:20261222T080000Z\r\n\
        DTSTART:20261223T120000Z\r\nDTEND:20261223T130000Z\r\nSUMMARY:Later\r\nEND:VEVENT\r\n";
    let off = "BEGIN:VEVENT\r\nUID:w\r\nRECURRENCE-ID;TZID=Asia/Jerusalem:20261229T100000\r\n\
        DTSTART;TZID=Asia/Jerusalem:20261229T100000\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n";
    let stray = "BEGIN:VEVENT\r\nUID:w\r\nRECURRENCE-ID:20261224T080000Z\r\n\
        DTSTART:20261224T080000Z\r\nEND:VEVENT\r\n";
    let told = all(&file(&format!("{off}{moved}{WEEKLY}"))).remove(0);
    let repeats = told.repeats.clone().unwrap();
    let except: Vec<String> = repeats.except.iter().map(ToString::to_string).collect();
    assert_eq!(except, ["2026-12-08", "2026-12-15", "2026-12-29"]);
    assert_eq!(repeats.moved.len(), 1);
    assert_eq!(repeats.moved[&date(2026, 12, 22)].title, "Later");
    assert!(told.notes.is_empty());
    let told = all(&file(&format!("{WEEKLY}{stray}"))).remove(0);
    assert_eq!(told.notes, BTreeSet::from([Note::Strays]));
    // Alone it is one event.
    let told = all(&file(moved)).remove(0);
    assert_eq!((told.uid.as_str(), told.repeats), ("w/20261222T080000", None));
}

#[test]
fn an_event_is_the_same_whoever_wrote_it_and_when() {
    let first = all(&file(WEEKLY)).remove(0);
    let again =
        WEEKLY.replace("SEQUENCE:2", "SEQUENCE:2\r\nX-MORE:1").replace("20261101", "20261102");
    let again = all(&file(&again)).remove(0);
    assert_eq!(first.digest(), again.digest());
    assert!(again.stamp > first.stamp);
    assert_eq!((first.sequence, again.sequence), (2, 2));
    let other = all(&file(&WEEKLY.replace("20261208T100000,", ""))).remove(0);
    assert_ne!(first.digest(), other.digest());
}

#[test]
fn one_that_was_cancelled_is_known_as_such_and_answers_are_no_calendars() {
    assert!(one("DTSTART:20261201T080000Z\r\nSTATUS:CANCELLED").cancelled);
    let cancel = file(
        "METHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T080000Z\r\nEND:VEVENT\r\n",
    );
    assert!(all(&cancel)[0].cancelled);
    let key = |text: &str| match text_of(text.as_bytes()).and_then(|text| read(&text, &own())) {
        Err(Error::Invalid { key, .. }) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(key(&cancel.replace("CANCEL", "REPLY")), "error-import-answer");
    assert_eq!(key(&file("")), "error-import-empty");
    assert_eq!(key("Hello"), "error-import-kind");
    assert_eq!(key(""), "error-import-missing");
    assert_eq!(key(&"x".repeat(FILE_BYTES_MAX + 1)), "error-import-large");
    let event = |n: usize| format!("BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20261201\r\nEND:VEVENT\r\n");
    let events = |n: usize| file(&(0..n).map(event).collect::<String>());
    assert_eq!(all(&events(EVENTS_MAX)).len(), EVENTS_MAX);
    assert_eq!(key(&events(EVENTS_MAX + 1)), "error-import-many");
}

#[test]
fn guests_are_addresses_and_a_meeting_is_noted() {
    let told = one("DTSTART:20261201T080000Z\r\nORGANIZER:mailto:Boss@Example.com\r\n\
         ATTENDEE;CN=\"Noa, Levi\";PARTSTAT=ACCEPTED:MAILTO:noa@example.com\r\nATTENDEE:urn:x\r\n\
         DESCRIPTION:Bring the dress\r\nX-ACME-CONFERENCE:https://meet.example/abc\r\nDURATION:PT1H");
    assert_eq!(told.guests, ["noa@example.com", "boss@example.com"]);
    assert_eq!(told.content.notes, "Bring the dress\nhttps://meet.example/abc");
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let whole = [b"BEGIN:VCALENDAR\n", &bytes[..]].concat();
        if let Ok(text) = text_of(&whole) {
            let _ = read(&text, &own());
        }
    }

    #[test]
    fn no_lines_are_too_much(lines in proptest::collection::vec(
        "(BEGIN|END):(VCALENDAR|VEVENT|VTIMEZONE|VALARM)|\
         (DTSTART|DTEND|DURATION|EXDATE|RDATE|RECURRENCE-ID|SEQUENCE|DTSTAMP|UID)\
         (;(TZID|VALUE)=[A-Za-z/\"-]{0,12})?:[0-9TZPWDHMS,:+-]{0,24}|\
         RRULE:(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY|X);?)?((INTERVAL|COUNT|UNTIL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS)=[0-9A-Z,-]{0,9};?){0,4}|\
         (SUMMARY|DESCRIPTION|ATTENDEE|URL|STATUS|METHOD|[A-Z-]{1,9})(;[A-Z]{1,4}=[\\PC]{0,6})?:[\\PC]{0,40}| [\\PC]{0,20}", 0..60,
    )) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n", lines.join("\n"));
        if let Ok(text) = text_of(text.as_bytes()) && let Ok(all) = read(&text, &own()) {
            for told in all {
                prop_assert!(told.is_refused() || told.content.ends_at > told.content.starts_at);
                prop_assert!(told.content.title.chars().count() <= 200 && !told.content.title.contains('\n'));
                let _ = told.digest();
            }
        }
    }
}
