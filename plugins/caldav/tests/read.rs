//! Calendars, changes and busy times.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_kit::calendar::{Access, Changes, Status};
use oxpi_testkit::{Host, problem};
use support::{CALENDAR, ID, MiniDav, appointment, event, own_path, series};

/// Every page from here to the end.
async fn all(host: &Host, since: Option<String>) -> (Vec<Changes>, String) {
    let (mut pages, mut cursor) = (Vec::new(), since);
    loop {
        let page = host.changes(CALENDAR, cursor.as_deref()).await.unwrap();
        cursor = Some(page.cursor.clone());
        let more = page.more;
        pages.push(page);
        assert!(pages.len() < 50, "it never ends");
        if !more {
            return (pages, cursor.unwrap());
        }
    }
}

fn ids(pages: &[Changes]) -> Vec<String> {
    let mut ids: Vec<_> =
        pages.iter().flat_map(|page| &page.events).map(|event| event.external_id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

#[tokio::test]
async fn calendars_are_found_from_the_servers_name() {
    let host = Host::start().await;
    let _dav = MiniDav::behind(&host);
    let calendars = host.calendars().await.unwrap();
    assert_eq!(calendars.len(), 1);
    let work = &calendars[0];
    assert_eq!(
        (work.id.as_str(), work.name.as_str(), work.access),
        (CALENDAR, "Work", Access::Owner)
    );
    assert_eq!(work.color.as_deref(), Some("#0b8043"));
    host.finish();
}

#[tokio::test]
async fn a_first_reading_tells_all_and_the_next_what_changed() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    dav.write("/dav/dana/work/a.ics", &event("a", "20261124T080000Z", "20261124T090000Z"));
    dav.write("/dav/dana/work/far.ics", &event("far", "20271101T080000Z", "20271101T090000Z"));
    dav.write("/dav/dana/work/old.ics", &event("old", "20250101T080000Z", "20250101T090000Z"));
    dav.write("/dav/dana/work/s.ics", &series("s", &[1, 8, 15]));
    let link = host.put_event(&appointment()).await.unwrap();
    let (pages, cursor) = all(&host, None).await;
    let expected = [
        "/dav/dana/work/0190a0b0-1111-7222-8333-444455556666.ics",
        "/dav/dana/work/a.ics",
        "/dav/dana/work/far.ics",
        "/dav/dana/work/s.ics#20261201T080000Z",
        "/dav/dana/work/s.ics#20261208T080000Z",
        "/dav/dana/work/s.ics#20261215T080000Z",
    ];
    assert_eq!(ids(&pages), expected, "old ones are left out");
    let events: Vec<_> = pages.iter().flat_map(|page| &page.events).collect();
    let own = events.iter().find(|event| event.external_id == own_path()).unwrap();
    assert_eq!((own.appointment_id.as_deref(), own.etag.as_deref()), (Some(ID), Some(&*link.etag)));
    let titled = |end: &str| {
        events.iter().find(|event| event.external_id.ends_with(end)).unwrap().title.as_deref()
    };
    assert_eq!((titled("a.ics"), titled("s.ics#20261201T080000Z")), (Some("Lesson"), None));

    let (nothing, cursor) = all(&host, Some(cursor)).await;
    assert!(ids(&nothing).is_empty() && nothing[0].replaced.is_empty());
    dav.delete("/dav/dana/work/a.ics");
    dav.write("/dav/dana/work/s.ics", &series("s", &[8, 16]));
    let (changed, _) = all(&host, Some(cursor)).await;
    assert_eq!(
        ids(&changed),
        [
            "/dav/dana/work/a.ics",
            "/dav/dana/work/s.ics#20261208T080000Z",
            "/dav/dana/work/s.ics#20261216T080000Z",
        ]
    );
    assert_eq!(changed[0].replaced, ["/dav/dana/work/a.ics", "/dav/dana/work/s.ics"]);
    let gone = changed[0].events.iter().find(|event| event.external_id.ends_with("a.ics"));
    assert_eq!(gone.unwrap().status, Status::Cancelled);
    host.finish();
}

#[tokio::test]
async fn many_changes_come_page_by_page() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let (_, cursor) = all(&host, None).await;
    dav.with(|state| state.page = 4);
    for n in 0..10 {
        let path = format!("/dav/dana/work/{n}.ics");
        dav.write(&path, &event("x", "20261124T080000Z", "20261124T090000Z"));
    }
    let (pages, _) = all(&host, Some(cursor)).await;
    assert_eq!((pages.len(), ids(&pages).len()), (3, 10));
    host.finish();
}

#[tokio::test]
async fn a_server_that_cannot_stop_in_between_tells_all_at_once() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let (_, cursor) = all(&host, None).await;
    dav.with(|state| state.takes_limits = false);
    dav.write("/dav/dana/work/a.ics", &event("a", "20261124T080000Z", "20261124T090000Z"));
    let (pages, _) = all(&host, Some(cursor)).await;
    assert_eq!(ids(&pages), ["/dav/dana/work/a.ics"]);
    host.finish();
}

#[tokio::test]
async fn a_calendar_too_full_for_one_answer_is_read_in_smaller_pieces() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    // Four of them are more than is read in one call.
    let notes = format!("DESCRIPTION:{}\r\nSUMMARY", "x".repeat(200 << 10));
    let full = |n: u32| {
        let day = 1 + 7 * n;
        event("x", &format!("202612{day:02}T080000Z"), &format!("202612{day:02}T090000Z"))
            .replacen("SUMMARY", &notes, 1)
    };
    for n in 0..5 {
        dav.write(&format!("/dav/dana/work/{n}.ics"), &full(n));
    }
    let (pages, cursor) = all(&host, None).await;
    assert_eq!(ids(&pages).len(), 5);
    assert!(
        pages
            .iter()
            .flat_map(|page| &page.events)
            .all(|event| { event.notes.as_ref().is_some_and(|notes| notes.len() == 2_000) })
    );
    for n in 0..5 {
        dav.write(&format!("/dav/dana/work/{n}.ics"), &full(n));
    }
    let code = problem(host.changes(CALENDAR, Some(&cursor)).await).code;
    assert_eq!(code, "resync", "which reads it in pieces again");
    host.finish();
}

#[tokio::test]
async fn a_forgotten_token_an_old_reading_and_nonsense_are_read_anew() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let (_, cursor) = all(&host, None).await;
    dav.with(|state| state.oldest = 1_000);
    for status in [400, 403, 409, 410, 412, 507] {
        dav.with(|state| state.refuses_with = status);
        let code = problem(host.changes(CALENDAR, Some(&cursor)).await).code;
        assert_eq!(code, "resync", "{status}");
    }
    dav.with(|state| state.oldest = 0);
    host.advance_secs(31 * 24 * 3_600);
    assert_eq!(problem(host.changes(CALENDAR, Some(&cursor)).await).code, "resync");
    for text in ["", "{}", "t1"] {
        assert_eq!(problem(host.changes(CALENDAR, Some(text)).await).code, "resync", "{text}");
    }
    host.finish();
}

#[tokio::test]
async fn a_server_without_tokens_tells_only_that_something_changed() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    dav.with(|state| state.has_sync = false);
    dav.write("/dav/dana/work/a.ics", &event("a", "20261124T080000Z", "20261124T090000Z"));
    let (pages, cursor) = all(&host, None).await;
    assert_eq!(ids(&pages), ["/dav/dana/work/a.ics"]);
    let (nothing, cursor) = all(&host, Some(cursor)).await;
    assert!(ids(&nothing).is_empty());
    dav.delete("/dav/dana/work/a.ics");
    assert_eq!(problem(host.changes(CALENDAR, Some(&cursor)).await).code, "resync");
    host.finish();
}

#[tokio::test]
async fn a_rule_that_was_not_expanded_is_not_taken_for_free_time() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let rule = event("r", "20261124T080000Z", "20261124T090000Z")
        .replace("SUMMARY", "RRULE:FREQ=DAILY\r\nSUMMARY");
    dav.write("/dav/dana/work/r.ics", &rule);
    assert_eq!(problem(host.changes(CALENDAR, None).await).code, "rejected");
    host.finish();
}

#[tokio::test]
async fn busy_is_what_takes_time_within_the_range() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    dav.write("/dav/dana/work/s.ics", &series("s", &[1, 8]));
    let free = event("f", "20261202T080000Z", "20261202T090000Z")
        .replace("SUMMARY", "TRANSP:TRANSPARENT\r\nSUMMARY");
    dav.write("/dav/dana/work/f.ics", &free);
    host.put_event(&appointment()).await.unwrap();
    let (from, to) = (1_796_112_000_000, 1_796_112_000_000 + 20 * 86_400_000);
    let busy = host.busy(&[CALENDAR], from, to).await.unwrap();
    let times: Vec<_> = busy.iter().map(|busy| busy.from.to_string()).collect();
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(busy.iter().all(|busy| busy.calendar == CALENDAR));
    assert_eq!(problem(host.busy(&[CALENDAR], to, from).await).code, "invalid");
    host.finish();
}
