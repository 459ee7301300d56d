//! What is there, and what changed.

use crate::client::*;
use oxpi_simulators::Options;

const HOUR: &str = "DTSTART:20260310T080000Z|DTEND:20260310T090000Z|SUMMARY:Tea";

fn token(got: &Got) -> String {
    got.inside("sync-token").to_owned()
}

#[test]
fn a_token_tells_what_changed_since_and_no_more() {
    let world = World::new();
    world.make("a", HOUR);
    let all = world.changes("", "").expect(207);
    assert_eq!((all.count("<response>"), all.count("/a.ics")), (1, 1));
    let nothing = world.changes(&token(&all), "").expect(207);
    assert_eq!(nothing.count("<response>"), 0);
    world.make("b", HOUR);
    world.ask("DELETE", &format!("{WORK}a.ics"), &[], "").expect(204);
    let some = world.changes(&token(&all), "").expect(207);
    assert!(some.text.contains("/a.ics</href><status>HTTP/1.1 404 Not Found"), "{}", some.text);
    assert_eq!((some.count("<response>"), some.count("/b.ics")), (2, 1));
    // Who begins anew never knew what is gone.
    assert_eq!(world.changes("", "").count("/a.ics"), 0);
}

#[test]
fn a_list_of_changes_is_cut_where_it_was_asked_to_be() {
    let world = World::new();
    for uid in ["a", "b", "c"] {
        world.make(uid, HOUR);
    }
    let limit = "<d:limit><d:nresults>2</d:nresults></d:limit>";
    let some = world.changes("", limit).expect(207);
    assert_eq!((some.count("/a.ics"), some.count("/b.ics"), some.count("/c.ics")), (1, 1, 0));
    assert!(some.text.contains("<href>/dav/dana/work/</href><status>HTTP/1.1 507"));
    let rest = world.changes(&token(&some), limit).expect(207);
    assert_eq!((rest.count("<response>"), rest.count("/c.ics")), (1, 1));
}

#[test]
fn a_token_that_is_not_good_any_more_is_refused_by_name() {
    let world = World::new();
    let held = token(&world.changes("", ""));
    world.caldav().lose_tokens();
    for bad in [held.as_str(), "https://dav.example.com/ns/sync/x-0", "nonsense"] {
        let refused = world.changes(bad, "").expect(403);
        assert!(refused.text.contains("<valid-sync-token/>"), "{}", refused.text);
    }
    // How far it goes stands in the body; a depth is a mistake.
    let inner = "<d:sync-token/><d:sync-level>1</d:sync-level><d:prop/>";
    world.report("1", "d:sync-collection", inner).expect(400);
}

#[test]
fn objects_are_asked_for_by_name_and_in_part() {
    let world = World::new();
    world.make("a", &format!("{HOUR}|LOCATION:Garden|BEGIN:VALARM|TRIGGER:-PT5M|END:VALARM"));
    let data = "<d:prop><d:getetag/><c:calendar-data><c:comp name=\"VCALENDAR\">\
        <c:comp name=\"VEVENT\"><c:prop name=\"UID\"/><c:prop name=\"SUMMARY\"/></c:comp></c:comp>\
        </c:calendar-data></d:prop>";
    let hrefs = "<d:href>/dav/dana/work/a.ics</d:href><d:href>/dav/dana/work/none.ics</d:href>";
    let got = world.report("1", "c:calendar-multiget", &format!("{data}{hrefs}")).expect(207);
    assert!(
        got.text.contains("SUMMARY:Tea")
            && got.text.contains("none.ics</href><status>HTTP/1.1 404")
    );
    assert!(!got.text.contains("Garden") && !got.text.contains("VALARM"), "{}", got.text);
    let whole = "<d:prop><c:calendar-data/></d:prop><d:href>/dav/dana/work/a.ics</d:href>";
    let got = world.report("1", "c:calendar-multiget", whole).expect(207);
    assert!(got.text.contains("LOCATION:Garden") && got.text.contains("VALARM"));
}

fn between(from: &str, to: &str, expand: bool) -> String {
    let range = format!("start=\"{from}\" end=\"{to}\"");
    let expand = if expand { format!("<c:expand {range}/>") } else { String::new() };
    format!(
        "<d:prop><c:calendar-data>{expand}</c:calendar-data></d:prop><c:filter>\
         <c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"><c:time-range {range}/>\
         </c:comp-filter></c:comp-filter></c:filter>"
    )
}

#[test]
fn a_time_range_finds_what_touches_it_and_tells_rules_as_times() {
    let world = World::new();
    world.make("once", HOUR);
    world.make("day", "DTSTART;VALUE=DATE:20260312|SUMMARY:Fair");
    let weekly =
        "DTSTART;TZID=Asia/Jerusalem:20260324T100000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=3";
    world.make("choir", weekly);
    let found = |from: &str, to: &str| {
        let got = world.report("1", "c:calendar-query", &between(from, to, true)).expect(207);
        ["once", "day", "choir"].map(|uid| got.count(&format!("/{uid}.ics")))
    };
    assert_eq!(found("20260310T083000Z", "20260310T084000Z"), [1, 0, 0]);
    assert_eq!(found("20260310T090000Z", "20260310T100000Z"), [0, 0, 0], "an end is no part");
    // The day begins in the calendar's zone.
    assert_eq!(found("20260311T220000Z", "20260311T230000Z"), [0, 1, 0]);
    assert_eq!(found("20260407T063000Z", "20260407T073000Z"), [0, 0, 1]);
    let spring = between("20260320T000000Z", "20260501T000000Z", true);
    let got = world.report("1", "c:calendar-query", &spring).expect(207);
    for time in ["DTSTART:20260324T080000Z", "DTSTART:20260331T070000Z", "DTSTART:20260407T070000Z"]
    {
        assert!(got.text.contains(time), "{time} in {}", got.text);
    }
    assert!(!got.text.contains("RRULE"));
    let plain = between("20260320T000000Z", "20260501T000000Z", false);
    assert!(world.report("1", "c:calendar-query", &plain).text.contains("RRULE:FREQ=WEEKLY"));
    let odd = between("soon", "later", false);
    world.report("1", "c:calendar-query", &odd).expect(403);
}

#[test]
fn a_demo_begins_with_a_rule_that_has_an_exception_and_with_whole_days() {
    let world = World::with(Options { sample_events: true, ..Options::default() });
    let personal = world.ask("GET", "/dav/dana/personal/choir.ics", &[], "").expect(200);
    assert!(personal.text.contains("RRULE:") && personal.text.contains("RECURRENCE-ID;"));
    let fair = world.ask("GET", "/dav/dana/studio/fair.ics", &[], "").expect(200);
    assert!(fair.text.contains("DTSTART;VALUE=DATE:"));
    assert_eq!(world.caldav().events("dana", "rota").len(), 1);
}
