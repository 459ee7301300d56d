//! Tags of what is shown, keys of what is asked, and how a request is refused.

use anyhow::Result;
use oxpi_tests::House;
use oxpi_tests::site::Site;
use serde_json::{Value, json};

use super::{call, each, json, own, problem, send, text};

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_still_the_same_is_changed() {
    each(async |site| {
        let path = format!("/people/{}", site.ids["person"]);
        let read = own(&site, "GET", &path, None).await?;
        let tag = read.header("etag").unwrap().to_owned();
        let known = [("If-None-Match", tag.as_str())];
        let same = call(&site, &site.api_token, "GET", &path, &known, None).await?;
        assert_eq!((same.status, same.body.as_str()), (304, ""));
        assert_eq!(same.header("etag"), Some(tag.as_str()));

        let held = [("If-Match", tag.as_str())];
        let change = |source: &str| Some(json!({"source": source}));
        let patch = async |held: &[(&str, &str)], body: Option<Value>| {
            call(&site, &site.api_token, "PATCH", &path, held, body).await
        };
        let done = patch(&held, change("first")).await?;
        assert_eq!(done.status, 200, "{}", done.body);
        let late = patch(&held, change("second")).await?;
        assert_eq!(problem(&late, 412), "changed");
        let now = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(now["source"], "first");
        let weak = format!("W/{}", done.header("etag").unwrap());
        assert_eq!(patch(&[("If-Match", &weak)], change("weak")).await?.status, 412);
        assert_eq!(patch(&[("If-Match", "*")], change("any")).await?.status, 200);
        // Whoever doesn't ask for it isn't held to it.
        assert_eq!(patch(&[], change("plain")).await?.status, 200);
        let gone = call(&site, &site.api_token, "DELETE", &path, &held, None).await?;
        assert_eq!(problem(&gone, 412), "changed");
        let stage = format!("{path}/stage");
        let body = Some(json!({"stage": "customer"}));
        let moved = call(&site, &site.api_token, "POST", &stage, &held, body).await?;
        assert_eq!(problem(&moved, 412), "changed");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_know_the_same_one_changes_it() {
    each(async |site| {
        let path = format!("/people/{}", site.ids["person"]);
        let tag = async || {
            let read = own(&site, "GET", &path, None).await?;
            Ok::<_, anyhow::Error>(read.header("etag").unwrap_or_default().to_owned())
        };
        let (stage, undo) = (format!("{path}/stage"), format!("{path}/restore"));
        own(&site, "POST", &stage, Some(json!({"stage": "lead"}))).await?;
        for (method, path) in [("POST", &stage), ("DELETE", &path)] {
            let known = tag().await?;
            let held = [("If-Match", known.as_str())];
            let act = async || {
                let body = (method == "POST").then(|| json!({"stage": "customer"}));
                let told = call(&site, &site.api_token, method, path, &held, body).await?;
                Ok::<_, anyhow::Error>(told.status)
            };
            // Somebody else's work on other things is in nobody's way.
            let others = async {
                for number in 0..8 {
                    let body = Some(json!({"name": format!("Other {number}")}));
                    own(&site, "POST", "/people", body).await?;
                }
                Ok::<_, anyhow::Error>(())
            };
            let acts = async { tokio::try_join!(act(), act(), act(), act()) };
            let (told, ()) = tokio::try_join!(acts, others)?;
            let all: [u16; 4] = told.into();
            let done = all.iter().filter(|status| matches!(status, 200 | 204)).count();
            let late = all.iter().filter(|status| matches!(status, 412 | 404)).count();
            assert_eq!((done, late), (1, 3), "{method} {path}: {all:?}");
        }
        assert_eq!(own(&site, "POST", &undo, None).await?.status, 200);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_under_a_key_is_done_once() {
    each(async |site| {
        let key = [("Idempotency-Key", "order-7")];
        let post = async |key: &[(&str, &str)], name: &str| {
            let body = Some(json!({"name": name}));
            call(&site, &site.api_token, "POST", "/people", key, body).await
        };
        let first = post(&key, "Once").await?;
        let again = post(&key, "Once").await?;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.body, again.body);
        for name in ["location", "etag"] {
            assert_eq!(first.header(name), again.header(name), "{name}");
        }
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(problem(&post(&key, "Other").await?, 422), "key-other");
        let listed = json(&own(&site, "GET", "/people?q=Once", None).await?);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);

        // Another token's keys are its own.
        let (_, other) =
            oxpi_tests::site::api_token(&site.house.app, &site.house.owner, domain::ApiScope::ALL)
                .await?;
        let body = Some(json!({"name": "Once"}));
        let theirs = call(&site, &other, "POST", "/people", &key, body).await?;
        assert!(theirs.status == 201 && theirs.body != first.body);

        // What failed may be tried again under its key.
        let retry = [("Idempotency-Key", "retry")];
        assert_eq!(post(&retry, "").await?.status, 422);
        assert_eq!(post(&retry, "Retried").await?.status, 201);
        for bad in ["", "a b"] {
            assert_eq!(post(&[("Idempotency-Key", bad)], "A").await?.status, 400, "{bad:?}");
        }
        site.house.clock.advance_millis(app::api_answers::KEPT_SECS * 1_000);
        assert_eq!(post(&key, "Another day").await?.status, 201);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_under_a_key_one_is_done() {
    each(async |site| {
        let key = [("Idempotency-Key", "storm")];
        let one = || async {
            let body = Some(json!({"name": "Storm"}));
            call(&site, &site.api_token, "POST", "/people", &key, body).await
        };
        let all = futures_util::future::join_all((0..6).map(|_| one())).await;
        for reply in all {
            let reply = reply?;
            match reply.status {
                201 => {}
                _ => assert_eq!(problem(&reply, 409), "key-working"),
            }
        }
        let listed = json(&own(&site, "GET", "/people?q=Storm", None).await?);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_problem() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let token = site.api_token.clone();
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    for path in ["/api/v1/nothing", "/api/v2/people", "/api/", "/api/v1/people/none"] {
        let reply = send(&site, "GET", path, &headers, None).await?;
        assert_eq!(problem(&reply, 404), "not-found", "{path}");
    }
    let reply = call(&site, &token, "PUT", "/people", &[], Some(json!({}))).await?;
    assert_eq!(problem(&reply, 405), "method");
    assert_eq!(reply.header("allow"), Some("GET, POST, HEAD"));
    let html = [("Accept", "text/html")];
    let reply = call(&site, &token, "GET", "/people", &html, None).await?;
    assert_eq!(problem(&reply, 406), "accept");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = call(&site, &token, "POST", "/people", &form, Some(json!({}))).await?;
    assert_eq!(problem(&reply, 415), "media");
    let merge = [("Content-Type", "application/merge-patch+json")];
    let reply = call(&site, &token, "POST", "/people", &merge, Some(json!({}))).await?;
    assert_eq!(problem(&reply, 415), "media");
    let packed = [("Content-Encoding", "gzip")];
    let reply = call(&site, &token, "POST", "/people", &packed, Some(json!({}))).await?;
    assert_eq!(problem(&reply, 415), "media");
    let large = json!({"name": "A", "notes": "x".repeat(300 * 1024)});
    let reply = call(&site, &token, "POST", "/people", &[], Some(large)).await?;
    assert_eq!(problem(&reply, 413), "too-large");
    for body in ["{", "[1", "\"\\ud800\"", ""] {
        let request = format!(
            "POST /api/v1/people HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Authorization: {bearer}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            site.port,
            body.len()
        );
        let reply = oxpi_tests::http::send_raw(site.port, request.as_bytes()).await?.unwrap();
        assert_eq!(problem(&reply, 400), "json", "{body}");
    }
    let reply = call(&site, &token, "POST", "/people", &[], Some(Value::Null)).await?;
    assert_eq!(problem(&reply, 422), "invalid");
    let reply = call(&site, &token, "GET", "/people?q=%00", &[], None).await?;
    assert_eq!(problem(&reply, 400), "refused");
    let host = [("Host", "evil.example")];
    let other = format!(
        "GET /api/v1/people HTTP/1.1\r\n{}: {}\r\nConnection: close\r\n\r\n",
        host[0].0, host[0].1
    );
    let reply = oxpi_tests::http::send_raw(site.port, other.as_bytes()).await?.unwrap();
    assert_eq!(problem(&reply, 421), "refused");
    let head = call(&site, &token, "HEAD", "/people", &[], None).await?;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_often_waits() -> Result<()> {
    let house = House::start(store::testing::sqlite().await).await?;
    let site = Site::start_with(house, |options| options.token_requests_per_minute = 2).await?;
    let first = own(&site, "GET", "/token", None).await?;
    assert_eq!(first.header("ratelimit-policy"), Some("\"token\";q=2;w=60"));
    assert_eq!(first.header("ratelimit"), Some("\"token\";r=1;t=60"));
    assert_eq!(own(&site, "GET", "/token", None).await?.status, 200);
    let over = own(&site, "GET", "/token", None).await?;
    assert_eq!(problem(&over, 429), "limited");
    assert_eq!(
        (over.header("retry-after"), over.header("ratelimit")),
        (Some("60"), Some("\"token\";r=0;t=60"))
    );
    site.house.clock.advance_millis(60_000);
    assert_eq!(own(&site, "GET", "/token", None).await?.status, 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_log_names_the_token() {
    each(async |site| {
        let made = own(&site, "POST", "/people", Some(json!({"name": "Logged"}))).await?;
        let id = text(&json(&made)["id"]).to_owned();
        let path = format!("/activity?action=person.created&entity_id={id}");
        let told = json(&own(&site, "GET", &path, None).await?);
        let entry = &told["items"][0];
        assert_eq!(entry["detail"]["token"]["id"], site.ids["api_token"].as_str());
        assert_eq!(entry["subject"], "Logged");
        let page = site.get("/activity", Some(&site.members[0].1)).await?;
        assert!(page.body.contains("with the token"), "the page doesn't say so");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_to_a_tag_what_has_none_is_told_so() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let held = [("If-Match", "\"some\"")];
    for (path, body) in [
        ("/people", Some(json!({"name": "Nobody"}))),
        ("/tasks/change", Some(json!({"tasks": [site.ids["task"]], "act": "remove"}))),
        ("/notifications/read", None),
        ("/jobs/again", Some(json!({"kind": "calendar.push"}))),
    ] {
        let refused = call(&site, &site.api_token, "POST", path, &held, body).await?;
        assert_eq!(problem(&refused, 400), "if-match", "{path}");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "If-Match");
    }
    let found = own(&site, "GET", "/people?q=nobody", None).await?;
    assert_eq!(json(&found)["items"], json!([]), "nothing was done");
    // What has a tag by now is held to it.
    let (job, undo) = (&site.ids["job"], &site.ids["undo"]);
    let note = &site.ids["notification"];
    for path in [
        format!("/jobs/{job}/again"),
        format!("/jobs/{job}/dismiss"),
        format!("/undo/{undo}"),
        format!("/notifications/{note}/read"),
        "/calendar-feed".to_owned(),
    ] {
        let late = call(&site, &site.api_token, "POST", &path, &held, None).await?;
        assert_eq!(problem(&late, 412), "changed", "{path}");
    }
    let job = format!("/jobs/{job}");
    let seen = own(&site, "GET", &job, None).await?;
    let tag = [("If-Match", seen.header("etag").unwrap())];
    let again = format!("{job}/again");
    let done = call(&site, &site.api_token, "POST", &again, &tag, None).await?;
    assert_eq!(done.status, 204, "{}", done.body);
    Ok(())
}
