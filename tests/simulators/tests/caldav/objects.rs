//! Writing, reading and deleting objects.

use crate::client::*;

const HOUR: &str = "DTSTART:20260310T080000Z|DTEND:20260310T090000Z|SUMMARY:Tea";

#[test]
fn an_object_comes_back_letter_by_letter_under_its_tag() {
    let world = World::new();
    let made = world.make("tea", HOUR);
    let path = format!("{WORK}tea.ics");
    let got = world.ask("GET", &path, &[], "").expect(200);
    assert_eq!(got.text, event("tea", HOUR));
    assert_eq!(got.header("etag"), made.header("etag"));
    assert!(made.header("etag").starts_with('"'));
    let told = world.propfind(&path, "0", "<d:getetag/>").expect(207);
    assert_eq!(told.inside("getetag").replace("&quot;", "\""), made.header("etag"));
    world.ask("GET", &format!("{WORK}none.ics"), &[], "").expect(404);
}

#[test]
fn a_write_that_means_another_revision_is_refused() {
    let world = World::new();
    let path = format!("{WORK}tea.ics");
    let text = event("tea", HOUR);
    world.ask("PUT", &path, &[("If-Match", "\"a\"")], &text).expect(412);
    let first = world.make("tea", HOUR).header("etag").to_owned();
    world.ask("PUT", &path, &[("If-None-Match", "*")], &text).expect(412);
    let other = text.replace("Tea", "Coffee");
    let second = world.ask("PUT", &path, &[("If-Match", &first)], &other).expect(204);
    assert_ne!(second.header("etag"), first);
    world.ask("PUT", &path, &[("If-Match", &first)], &text).expect(412);
    world.ask("DELETE", &path, &[("If-Match", &first)], "").expect(412);
    assert_eq!(world.caldav().events("dana", "work")[0]["title"], "Coffee");
    world.ask("DELETE", &path, &[("If-Match", second.header("etag"))], "").expect(204);
    world.ask("DELETE", &path, &[], "").expect(404);
    assert!(world.caldav().events("dana", "work").is_empty());
}

#[test]
fn what_is_no_event_is_not_taken() {
    let world = World::new();
    let path = format!("{WORK}bad.ics");
    let good = event("bad", HOUR);
    for (text, condition) in [
        ("hello".to_owned(), "valid-calendar-data"),
        (good.replace("VEVENT", "VTODO"), "supported-calendar-component"),
        (good.replace("VERSION:2.0", "METHOD:REQUEST"), "valid-calendar-object-resource"),
        (good.replace("UID:bad\r\n", ""), "valid-calendar-object-resource"),
        (good.replace("20260310T080000Z", "soon"), "valid-calendar-data"),
        (good.replace("SUMMARY:Tea", "RRULE:FREQ=HOURLY"), "valid-calendar-data"),
    ] {
        let refused = world.ask("PUT", &path, &[], &text).expect(403);
        assert!(refused.text.contains(condition), "{condition}: {}", refused.text);
    }
    world.ask("PUT", "/dav/dana/none/x.ics", &[], &good).expect(409);
    assert!(world.caldav().events("dana", "work").is_empty());
}

#[test]
fn one_identity_has_one_object() {
    let world = World::new();
    world.make("tea", HOUR);
    let path = format!("{WORK}copy.ics");
    let refused = world.ask("PUT", &path, &[], &event("tea", HOUR)).expect(409);
    assert!(refused.text.contains("<C:no-uid-conflict><href>/dav/dana/work/tea.ics</href>"));
}

#[test]
fn a_calendar_that_is_only_read_takes_and_gives_nothing() {
    let world = World::new();
    let text = event("tea", HOUR);
    assert!(world.caldav().put("dana", "rota", &text));
    for (method, name) in [("PUT", "new"), ("PUT", "tea"), ("DELETE", "tea")] {
        let path = format!("/dav/dana/rota/{name}.ics");
        let refused = world.ask(method, &path, &[], &text).expect(403);
        assert!(refused.text.contains("<need-privileges/>"), "{}", refused.text);
    }
    world.ask("GET", "/dav/dana/rota/tea.ics", &[], "").expect(200);
}
