//! Channels are opened with the workspace's token and closed by Google's name of what is watched.

mod support;

use oxpi_testkit::{Expect, Host, Reply, problem};
use serde_json::json;
use support::{EVENTS, TOKEN, refusal};

const STOP: &str = "https://www.googleapis.com/calendar/v3/channels/stop";

fn wish(act: &str) -> serde_json::Value {
    json!({
        "do": act,
        "calendar": "owner@example.com",
        "channel": {"id": "c-1", "token": "c-1.secret", "seconds": 604_800, "resource": "r1",
                    "address": "https://oxpi.example.com/hooks/google-calendar/push/t"},
    })
}

#[tokio::test]
async fn a_channel_is_opened_with_the_workspaces_id_token_and_address() {
    let host = Host::start().await;
    let expect = Expect::post(&format!("{EVENTS}/watch"))
        .header("authorization", TOKEN)
        .body_at("/id", json!("c-1"))
        .body_at("/type", json!("web_hook"))
        .body_at("/token", json!("c-1.secret"))
        .body_at("/params/ttl", json!("604800"))
        .body_at("/address", json!("https://oxpi.example.com/hooks/google-calendar/push/t"));
    let answer = json!({"id": "c-1", "resourceId": "r1", "expiration": "1772000000000"});
    host.http().expect(expect.reply(200, answer));
    let opened = host.run_job("channels", &wish("open"), 1).await.unwrap().unwrap();
    assert_eq!(opened["resource"], "r1");
    assert_eq!(opened["expires_at"], "2026-02-25T06:13:20Z");
    host.finish();
}

#[tokio::test]
async fn a_channel_that_google_refuses_is_a_problem() {
    let host = Host::start().await;
    let expect = Expect::post(&format!("{EVENTS}/watch"));
    host.http().expect(expect.reply_with(refusal(401, "push.webhookUrlUnauthorized")));
    host.http().expect(
        Expect::post(&format!("{EVENTS}/watch"))
            .reply_with(refusal(401, "push.webhookUrlUnauthorized")),
    );
    assert_eq!(problem(host.run_job("channels", &wish("open"), 1).await).code, "reconnect");
}

#[tokio::test]
async fn closing_one_that_has_ended_is_a_success() {
    let host = Host::start().await;
    let expect =
        || Expect::post(STOP).body_at("/id", json!("c-1")).body_at("/resourceId", json!("r1"));
    host.http().expect(expect().reply_with(Reply::status(204)));
    host.run_job("channels", &wish("close"), 1).await.unwrap();
    host.http().expect(expect().reply_with(refusal(404, "notFound")));
    host.run_job("channels", &wish("close"), 1).await.unwrap();
    host.finish();
}
