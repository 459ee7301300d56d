//! However a server echoes the password, no hook ever holds a byte of it. The host looks through the
//! plugin's memory after each; a test of the testkit shows that it would find one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxpi_testkit::{Host, Reply, SERVER, Seen};
use support::{CALENDAR, appointment, event, ok};

/// Answers everything with the password everywhere.
fn echo(seen: &Seen, status: u16) -> Reply {
    let told = seen.header("authorization").unwrap_or_default().to_owned();
    // In clear too, as the server knows it.
    let clear = match told.as_str() {
        "Basic ZGFuYTp0ZXN0LXBhc3N3b3Jk" => "dana:test-password",
        "Basic dGVzdC1zZXJ2ZXI=" => "test-server",
        _ => "test-server-refreshed",
    };
    let object = event(&told, "20261201T080000Z", "20261201T090000Z");
    let props = format!(
        "<D:displayname>{told} {clear}</D:displayname><D:getetag>\"{told}\"</D:getetag>\
         <D:current-user-principal><D:href>/p/</D:href></D:current-user-principal>\
         <C:calendar-home-set><D:href>/h/</D:href></C:calendar-home-set><D:sync-token>{told}</D:sync-token>\
         <C:calendar-data>{object}</C:calendar-data><D:resourcetype><C:calendar/></D:resourcetype>"
    );
    let Reply::Answer { headers, body, .. } = support::xml(status, &ok(CALENDAR, &props)) else {
        unreachable!("it is an answer")
    };
    let status = if seen.method == "GET" && status == 207 { 200 } else { status };
    let body = if seen.method == "GET" { object.into_bytes() } else { body };
    Reply::Answer { status, headers, body }
        .header("x-echo", &told)
        .header("etag", &format!("\"{told}\""))
}

#[tokio::test]
async fn no_hook_ever_holds_a_byte_of_the_password() {
    for status in [207, 301, 401, 403, 404, 412, 500] {
        let host = Host::start().await;
        host.http().answer_with(move |seen| echo(seen, status));
        let mut known = appointment();
        known.external_id = Some(support::own_path());
        // What they answer is other tests' business.
        drop(host.check_account(SERVER).await);
        drop(host.calendars().await);
        drop(host.put_event(&appointment()).await);
        drop(host.put_event(&known).await);
        drop(host.event(&known).await);
        drop(host.remove_event(&known).await);
        drop(host.changes(CALENDAR, None).await);
        drop(host.busy(&[CALENDAR], 1_796_000_000_000, 1_796_100_000_000).await);
        assert!(host.http().seen().len() >= 8, "{status}");
        let told =
            host.memory().egress.iter().map(|entry| format!("{entry:?}")).collect::<String>();
        assert!(!told.contains("test-server") && !told.contains("test-password"));
        host.finish();
    }
}
