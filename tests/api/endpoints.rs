//! Addresses that are told of what happens, set up by program: secrets are told once, and nobody is told of
//! what the token doesn't read.

use anyhow::Result;
use app::endpoints::kinds::KINDS;
use domain::ApiScope;
use oxpi_tests::site::{Site, api_token};
use serde_json::json;

use super::{call, each, json, own, problem, text};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_added_with_a_secret_that_is_told_once() {
    each(async |site| {
        let key = [("Idempotency-Key", "hook-1")];
        let send = async || {
            let body = json!({"url": "https://hooks.example/in", "kinds": ["task.done"]});
            call(&site, &site.api_token, "POST", "/webhooks", &key, Some(body)).await
        };
        let made = send().await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let secret = text(&json(&made)["secret"]).to_owned();
        assert!(secret.len() > 20, "{secret}");
        // Sent again for want of an answer, it is told again; it is kept nowhere for that.
        let again = send().await?;
        assert_eq!((again.status, &again.body), (201, &made.body));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        site.house.clock.advance_millis(11 * 60 * 1_000);
        let late = json(&send().await?);
        assert_eq!((&late["id"], &late["secret"]), (&json(&made)["id"], &json!(null)));

        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let read = own(&site, "GET", &path, None).await?;
        assert_eq!(read.header("etag"), made.header("etag"));
        assert!(!read.body.contains(&secret));
        let change = json!({"kinds": [], "description": "Shop"});
        let changed = json(&own(&site, "PATCH", &path, Some(change)).await?);
        assert_eq!(text(&changed["description"]), "Shop");
        // Everything that its scopes are good for, and nothing that comes to be told later.
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(changed["kinds"], json!(known));
        let same = json(&own(&site, "PATCH", &path, Some(json!({"kinds": []}))).await?);
        assert_eq!(same["kinds"], changed["kinds"]);
        let theirs = format!("/webhooks/{}", site.ids["endpoint"]);
        let before = json(&own(&site, "GET", &theirs, None).await?);
        assert_eq!(before["kinds"], json!([]), "a member said everything");
        let named = json!({"description": "Theirs"});
        assert_eq!(json(&own(&site, "PATCH", &theirs, Some(named)).await?)["kinds"], json!([]));
        let led = json!({"url": "https://hooks.example/elsewhere"});
        assert_eq!(json(&own(&site, "PATCH", &theirs, Some(led)).await?)["kinds"], json!(known));
        assert_eq!(text(&changed["url"]), "https://hooks.example/in");
        let renewed = own(&site, "POST", &format!("{path}/secret"), None).await?;
        assert_eq!(renewed.status, 200, "{}", renewed.body);
        assert_ne!(text(&json(&renewed)["secret"]), secret);
        assert!(json(&renewed)["old_until"].is_string());
        for wrong in ["http://hooks.example/in", "https://127.0.0.1/", "nowhere"] {
            let body = Some(json!({"url": wrong}));
            let refused = own(&site, "POST", "/webhooks", body).await?;
            assert_eq!(problem(&refused, 422), "invalid", "{wrong}");
        }
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        assert_eq!(own(&site, "GET", &path, None).await?.status, 404);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_listed_and_sent_again() {
    each(async |site| {
        let path = format!("/webhooks/{}", site.ids["endpoint"]);
        let (test, message) =
            (format!("{path}/test"), format!("{path}/deliveries/{}", site.ids["delivery"]));
        let again = format!("{message}/again");
        for at in [&test, &again] {
            assert_eq!(problem(&own(&site, "POST", at, None).await?, 409), "endpoint-off");
        }
        let on = json(&own(&site, "POST", &format!("{path}/on"), None).await?);
        assert_eq!(on["on"], true);
        site.house.clock.advance_millis(1_000);
        let sent = own(&site, "POST", &test, None).await?;
        assert_eq!(sent.status, 201, "{}", sent.body);
        let sent = json(&sent);
        assert_eq!((text(&sent["state"]), text(&sent["kind"])), ("waiting", "endpoint.test"));
        assert_eq!(sent["body"]["data"]["id"], site.ids["endpoint"].as_str());
        let list = format!("{path}/deliveries?limit=1");
        let first = json(&own(&site, "GET", &list, None).await?);
        assert_eq!(first["items"][0]["id"], sent["id"]);
        let next = format!("{list}&after={}", text(&first["next"]));
        let second = json(&own(&site, "GET", &next, None).await?);
        assert_eq!(second["items"][0]["id"], site.ids["delivery"].as_str());
        assert_eq!(
            (text(&second["items"][0]["state"]), &second["next"]),
            ("stopped", &json!(null))
        );
        let body = json!({"since": "2020-01-01T00:00:00Z"});
        let count = json(&own(&site, "POST", &format!("{path}/again"), Some(body)).await?);
        assert_eq!(count["count"], 1);
        assert_eq!(json(&own(&site, "GET", &message, None).await?)["state"], "waiting");
        let off = json(&own(&site, "POST", &format!("{path}/off"), None).await?);
        assert_eq!(off["on"], false);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_what_the_token_does_not_read() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let scopes = [ApiScope::WebhooksRead, ApiScope::WebhooksWrite, ApiScope::TasksRead];
    let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
    let add = async |kinds: serde_json::Value| {
        let body = json!({"url": "https://hooks.example/narrow", "kinds": kinds});
        call(&site, &narrow, "POST", "/webhooks", &[], Some(body)).await
    };
    let more = ["approval.sent", "member.joined", "connection.needs_you", "tag.created"];
    let more = more.map(|kind| json!([kind]));
    for kinds in [json!([]), json!(["task.done", "person.created"])].into_iter().chain(more) {
        assert_eq!(problem(&add(kinds).await?, 403), "forbidden");
    }
    let made = add(json!(["task.done"])).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let change = async |id: &str, body: serde_json::Value| {
        call(&site, &narrow, "PATCH", &format!("/webhooks/{id}"), &[], Some(body)).await
    };
    let id = text(&json(&made)["id"]).to_owned();
    let wider = change(&id, json!({"kinds": ["person.created"]})).await?;
    assert_eq!(problem(&wider, 403), "forbidden");
    // Where everything was told until now, nothing is led elsewhere, however little is told from now on.
    let there = &site.ids["endpoint"];
    let elsewhere = json!({"url": "https://other.example/", "kinds": ["task.done"]});
    assert_eq!(problem(&change(there, elsewhere).await?, 403), "forbidden");
    assert_eq!(change(there, json!({"description": "Theirs"})).await?.status, 200);
    Ok(())
}
