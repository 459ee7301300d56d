//! However a provider echoes the token, no hook ever holds a byte of it. The host looks through the
//! plugin's memory after each; a test of the testkit shows that it would find one.

mod support;

use oxpi_testkit::{Host, Reply, Seen};
use serde_json::json;
use support::{TOKEN, appointment, own_id};

/// Answers everything with the token everywhere.
fn echo(seen: &Seen, status: u16) -> Reply {
    let token = seen.header("authorization").unwrap_or_default().to_owned();
    let event = json!({
        "id": own_id(), "etag": token, "status": "confirmed", "summary": token, "htmlLink": token,
        "start": {"dateTime": "2026-12-01T08:00:00Z"}, "end": {"dateTime": "2026-12-01T09:00:00Z"},
    });
    let mut answer = event.clone();
    let more = json!({
        "items": [event, {"id": token, "summary": token, "accessRole": "owner"}],
        "nextSyncToken": token, "calendars": {token.clone(): {"busy": []}},
        "error": {"code": status, "message": token, "errors": [{"reason": token}]},
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    Reply::json(status, answer).header("x-echo", &token).header("etag", &token)
}

fn channel() -> serde_json::Value {
    json!({
        "id": "c-1", "token": "c-1.secret", "seconds": 604_800, "resource": "r1",
        "address": "https://oxpi.example.com/hooks/google-calendar/push/t",
    })
}

#[tokio::test]
async fn no_hook_ever_holds_a_byte_of_the_token() {
    for status in [200, 400, 401, 403, 404, 409, 412, 500] {
        let host = Host::start().await;
        host.http().answer_with(move |seen| echo(seen, status));
        let mut known = appointment();
        known.external_id = Some(own_id());
        // What they answer is other tests' business.
        drop(host.calendars().await);
        drop(host.put_event(&appointment()).await);
        drop(host.put_event(&known).await);
        drop(host.event(&known).await);
        drop(host.remove_event(&known).await);
        drop(host.changes("owner@example.com", None).await);
        drop(host.busy(&["owner@example.com"], 1_796_000_000_000, 1_796_100_000_000).await);
        for act in ["open", "close"] {
            let wish = json!({"do": act, "calendar": "owner@example.com", "channel": channel()});
            drop(host.run_job("channels", &wish, 1).await);
        }
        for step in ["api", "calendars", "events"] {
            drop(host.check_connection(step).await);
        }
        let seen = host.http().seen();
        let watched = |what: &str| seen.iter().any(|seen| seen.url.path().ends_with(what));
        assert!(watched("/watch") && watched("/channels/stop"), "{status}");
        assert!(seen.len() >= 12 && seen[0].header("authorization") == Some(TOKEN), "{status}");
        assert!(
            host.memory().egress.iter().all(|entry| !format!("{entry:?}").contains("test-google"))
        );
        host.finish();
    }
}
