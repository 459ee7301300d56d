//! Appointments become objects on the server, once, and are changed and removed only as they are known.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_kit::calendar::{Link, Seen, Status};
use oxpi_testkit::{Host, Reply, problem};
use support::{MiniDav, appointment, event, own_path};

fn known(link: &Link) -> oxpi_kit::calendar::Appointment {
    let mut known = appointment();
    known.external_id = Some(link.external_id.clone());
    known.etag = Some(link.etag.clone());
    known.seen = Some(Seen {
        title: known.title.clone(),
        notes: known.notes.clone(),
        location: known.location.clone(),
        starts_at: known.starts_at,
        ends_at: known.ends_at,
    });
    known
}

#[tokio::test]
async fn an_appointment_becomes_an_object_once() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let link = host.put_event(&appointment()).await.unwrap();
    assert_eq!((link.external_id.as_str(), link.etag.as_str()), (own_path().as_str(), "\"1\""));
    let text = dav.text(&own_path());
    for line in ["SUMMARY:Fitting\\, second", "DTSTART:20261201T080000Z", "LOCATION:Herzl 1"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(host.http().seen().len(), 1, "one request");
    // Known or not, putting the same again writes nothing.
    assert_eq!(host.put_event(&appointment()).await.unwrap().etag, "\"1\"");
    assert_eq!(host.put_event(&known(&link)).await.unwrap().etag, "\"1\"");
    host.finish();
}

#[tokio::test]
async fn a_change_here_leaves_what_was_changed_there() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let link = host.put_event(&appointment()).await.unwrap();
    let theirs = dav
        .text(&own_path())
        .replace("END:VEVENT", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT");
    dav.write(&own_path(), &theirs);
    let mut ours = known(&link);
    ours.title = "Third".to_owned();
    assert_eq!(problem(host.put_event(&ours).await).code, "conflict", "not the revision we know");
    let read = host.event(&ours).await.unwrap();
    assert_eq!(read.event.unwrap().title, "Fitting, second");
    ours.etag = Some(read.etag);
    host.put_event(&ours).await.unwrap();
    let text = dav.text(&own_path());
    assert!(text.contains("SUMMARY:Third") && text.contains("TRIGGER:-PT5M"), "{text}");
    host.finish();
}

#[tokio::test]
async fn one_that_is_there_and_not_known_is_a_conflict_unless_it_says_the_same() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    host.put_event(&appointment()).await.unwrap();
    let theirs = dav.text(&own_path()).replace("SUMMARY:Fitting\\, second", "SUMMARY:Theirs");
    dav.write(&own_path(), &theirs);
    assert_eq!(problem(host.put_event(&appointment()).await).code, "conflict");
    dav.write(&own_path(), &event("other", "20261201T080000Z", "20261201T090000Z"));
    assert_eq!(problem(host.put_event(&appointment()).await).code, "rejected", "a stranger's");
    assert_eq!(problem(host.event(&appointment()).await).code, "rejected");
    host.finish();
}

#[tokio::test]
async fn one_changed_there_is_a_conflict_though_nothing_is_to_be_written() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let ours = known(&host.put_event(&appointment()).await.unwrap());
    let theirs = dav.text(&own_path()).replace("SUMMARY:Fitting\\, second", "SUMMARY:Theirs");
    dav.write(&own_path(), &theirs);
    assert_eq!(problem(host.put_event(&ours).await).code, "conflict", "what is there isn't known");
    // Written once more as it was: another revision that says the same is taken over.
    let same = theirs.replace("SUMMARY:Theirs", "SUMMARY:Fitting\\, second");
    dav.write(&own_path(), &same);
    assert_eq!(host.put_event(&ours).await.unwrap().etag, dav.tag(&own_path()));
    host.finish();
}

#[tokio::test]
async fn one_deleted_there_is_made_again_and_one_cancelled_takes_place() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let link = host.put_event(&appointment()).await.unwrap();
    dav.delete(&own_path());
    assert_eq!(problem(host.event(&known(&link)).await).code, "not-found");
    let again = host.put_event(&known(&link)).await.unwrap();
    let cancelled = dav.text(&own_path()).replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY");
    dav.write(&own_path(), &cancelled);
    let read = host.event(&known(&again)).await.unwrap();
    assert_eq!(read.event.as_ref().unwrap().status, Status::Cancelled);
    host.put_event(&known(&read)).await.unwrap();
    assert!(dav.text(&own_path()).contains("STATUS:CONFIRMED"));
    host.finish();
}

#[tokio::test]
async fn removing_takes_what_is_known_and_is_content_with_nothing() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    let link = host.put_event(&appointment()).await.unwrap();
    let text = dav.text(&own_path());
    dav.write(&own_path(), &text);
    assert_eq!(problem(host.remove_event(&known(&link)).await).code, "conflict");
    let mut now = known(&link);
    now.etag = Some(dav.tag(&own_path()));
    host.remove_event(&now).await.unwrap();
    host.remove_event(&now).await.unwrap();
    assert!(dav.with(|state| state.objects.is_empty()));
    // A server that says 412 of what isn't there.
    let path = own_path();
    host.http().answer_with(move |seen| {
        assert_eq!(seen.url.path(), path);
        Reply::status(if seen.method == "DELETE" { 412 } else { 404 })
    });
    host.remove_event(&now).await.unwrap();
    host.finish();
}

#[tokio::test]
async fn a_server_that_gives_no_tag_is_asked_for_it() {
    let host = Host::start().await;
    let dav = MiniDav::behind(&host);
    dav.with(|state| state.tags_writes = false);
    assert_eq!(host.put_event(&appointment()).await.unwrap().etag, "\"1\"");
    host.finish();
}

/// Whatever request breaks, before or after it was done, and whatever the workspace knows then: trying
/// again ends with one object, as the appointment says.
#[tokio::test]
async fn a_crash_anywhere_leaves_one_object() {
    for tags_writes in [true, false] {
        for n in 1..=4 {
            for status in [None, Some(503)] {
                let host = Host::start().await;
                let dav = MiniDav::behind(&host);
                dav.with(|state| state.tags_writes = tags_writes);
                match status {
                    None => host.http().cut_nth(n),
                    Some(status) => host.http().fail_nth(n, status),
                }
                let mut tries = 0;
                let link = loop {
                    tries += 1;
                    match host.put_event(&appointment()).await {
                        Ok(link) => break link,
                        Err(_) => assert!(tries < 5, "{n}"),
                    }
                };
                host.http().clear_faults();
                assert_eq!(dav.with(|state| state.objects.len()), 1);
                assert_eq!(link.etag, dav.tag(&own_path()), "the revision that is there");
                let mut ours = known(&link);
                ours.title = "Changed".to_owned();
                host.http().cut_nth(n);
                let changed = match host.put_event(&ours).await {
                    Ok(link) => link,
                    // As the workspace does it: read, then put what is left to put.
                    Err(_) => {
                        host.http().clear_faults();
                        let read = host.event(&ours).await.unwrap();
                        ours.etag = Some(read.etag);
                        host.put_event(&ours).await.unwrap()
                    }
                };
                host.http().clear_faults();
                assert!(dav.text(&own_path()).contains("SUMMARY:Changed"));
                assert_eq!(changed.etag, dav.tag(&own_path()));
                host.finish();
            }
        }
    }
}
