//! Lists of people brought by program: looked at, taken in, and taken back.

use anyhow::{Context as _, Result};
use domain::ApiScope;
use oxpi_tests::http::{Reply, send_raw};
use oxpi_tests::site::{Site, api_token};
use serde_json::json;

use super::{call, each, json, own, problem, text};

/// Sends a file as it is.
async fn bring(site: &Site, token: &str, kind: &str, key: &str, file: &[u8]) -> Result<Reply> {
    let mut request = format!(
        "POST /api/v1/imports?name=customers.csv HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         Connection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n",
        site.port,
        file.len()
    )
    .into_bytes();
    request.extend_from_slice(file);
    send_raw(site.port, &request).await?.context("closed without an answer")
}

const LIST: &str = "Name,Email\nRina Gal,rina@example.com\nBad,nobody\nZanzibar7714 Levi,\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_taken_in_and_taken_back() {
    each(async |site| {
        let token = site.api_token.clone();
        let made = bring(&site, &token, "text/csv", "list-1", LIST.as_bytes()).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let again = bring(&site, &token, "text/csv", "list-1", LIST.as_bytes()).await?;
        assert_eq!(again.body, made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!(
            (&json(&made)["name"], &json(&made)["rows"]),
            (&json!("customers.csv"), &json!(3))
        );
        let plan = json(&own(&site, "GET", &format!("{path}/plan"), None).await?);
        assert_eq!(plan["columns"][0], json!({"name": "Name", "to": "name"}));
        assert_eq!(plan["columns"][1]["to"], "email");
        let change = json!({"source": "fair", "doubles": "skip", "tag": "fair"});
        let planned = own(&site, "PATCH", &format!("{path}/plan"), Some(change)).await?;
        assert_eq!(planned.status, 200, "{}", planned.body);
        assert_eq!(
            (&json(&planned)["tag"], &json(&planned)["columns"]),
            (&json!("fair"), &plan["columns"])
        );
        let twice = json!({"columns": ["name", "name"]});
        let refused = own(&site, "PATCH", &format!("{path}/plan"), Some(twice)).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/columns/1");
        let look = json(&own(&site, "GET", &format!("{path}/look"), None).await?);
        assert_eq!(
            (&look["wrong"], &look["mistakes"][0]["code"]),
            (&json!(1), &json!("email-invalid"))
        );
        let known = &look["shown"].as_array().unwrap()[1];
        assert_eq!(known["person"], site.ids["person"].as_str(), "{look}");

        assert_eq!(own(&site, "POST", &format!("{path}/start"), None).await?.status, 200);
        site.house.work().await?;
        let done = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(text(&done["state"]), "done");
        assert_eq!(
            (&done["made"], &done["refused"], &done["skipped"]),
            (&json!(1), &json!(1), &json!(1))
        );
        let wrong = json(&own(&site, "GET", &format!("{path}/refused"), None).await?);
        assert_eq!(wrong["items"][0]["cells"], json!(["Bad", "nobody"]));
        assert_eq!((&wrong["items"][0]["column"], &wrong["next"]), (&json!(1), &json!(null)));
        let skipped = json(&own(&site, "GET", &format!("{path}/skipped"), None).await?);
        assert_eq!(skipped["items"], json!([{"row": 4, "person": site.ids["person"]}]));
        // A token that reads no people is told of rows alone.
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, blind) = api_token(app, owner, &[ApiScope::ImportsRead]).await?;
        let rows = call(&site, &blind, "GET", &format!("{path}/skipped"), &[], None).await?;
        assert_eq!(json(&rows)["items"], json!([{"row": 4, "person": null}]));
        let came = json(&own(&site, "GET", "/people?source=fair", None).await?);
        assert_eq!(came["items"][0]["name"], "Rina Gal");
        assert_eq!(own(&site, "POST", &format!("{path}/undo"), None).await?.status, 200);
        site.house.work().await?;
        assert_eq!(text(&json(&own(&site, "GET", &path, None).await?)["state"]), "undone");
        let came = json(&own(&site, "GET", "/people?source=fair", None).await?);
        assert_eq!(came["items"], json!([]));
        let kept = json(&own(&site, "GET", &format!("{path}/kept"), None).await?);
        assert_eq!(kept, json!({"items": [], "next": null}));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_and_a_waiting_one_is_thrown_away() {
    each(async |site| {
        let token = site.api_token.clone();
        for key in ["one", "two", "three"] {
            let kind = "application/octet-stream";
            let made = bring(&site, &token, kind, key, LIST.as_bytes()).await?;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        let (mut path, mut ids) = ("/imports?limit=2".to_owned(), Vec::new());
        loop {
            let page = json(&own(&site, "GET", &path, None).await?);
            ids.extend(
                page["items"].as_array().unwrap().iter().map(|each| text(&each["id"]).to_owned()),
            );
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/imports?limit=2&after={next}");
        }
        assert_eq!(ids.len(), 4, "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4, "one is listed twice");
        let path = format!("/imports/{}", ids[0]);
        let still = own(&site, "POST", &format!("{path}/cancel"), None).await?;
        assert_eq!((still.status, text(&json(&still)["state"])), (200, "waiting"));
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        assert_eq!(own(&site, "GET", &path, None).await?.status, 404);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_tokens_list_may_be_large_and_only_a_list_is_one() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let mut large = "Name,Notes\n".to_owned();
    while large.len() < 400 * 1024 {
        large.push_str(&format!("Person {},{}\n", large.len(), "x".repeat(1_000)));
    }
    let token = site.api_token.clone();
    let made = bring(&site, &token, "text/csv", "large", large.as_bytes()).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let stranger = format!("oxpi_{}", "0".repeat(43));
    let refused = bring(&site, &stranger, "text/csv", "large", large.as_bytes()).await?;
    assert_eq!(problem(&refused, 413), "too-large");
    let page = bring(&site, &token, "text/html", "page", b"<p>").await?;
    assert_eq!(problem(&page, 415), "media");
    let nothing = bring(&site, &token, "text/csv", "none", b"").await?;
    assert_eq!(problem(&nothing, 422), "invalid");
    // Who doesn't read people isn't told who is there already.
    let scopes = [ApiScope::ImportsRead, ApiScope::ImportsWrite];
    let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
    let made = json(&bring(&site, &narrow, "text/csv", "narrow", LIST.as_bytes()).await?);
    let path = format!("/imports/{}/look", text(&made["id"]));
    let look = call(&site, &narrow, "GET", &path, &[], None).await?;
    assert!(!look.body.contains(site.ids["person"].as_str()), "{}", look.body);
    assert_eq!(json(&look)["shown"][1]["known_by"], "name");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_another_program_are_given_a_meaning() {
    each(async |site| {
        let list = "Name,Status\nRina Gal,Warm\nOri Gal,warm\nTal Gal,Cold\n";
        let made = bring(&site, &site.api_token, "text/csv", "list-9", list.as_bytes()).await?;
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let plan = format!("{path}/plan");
        let change = async |body| own(&site, "PATCH", &plan, Some(body)).await;
        let planned = json(&change(json!({"columns": ["name", "stage"]})).await?);
        assert_eq!(planned["meanings"], json!([]));
        let look = json(&own(&site, "GET", &format!("{path}/look"), None).await?);
        let unknown = |word: &str, rows: i32, to: Option<&str>| {
            json!({"column": 1, "word": word, "rows": rows, "to": to})
        };
        assert_eq!(look["wrong"], 3);
        assert_eq!(look["unknown"], json!([unknown("Warm", 2, None), unknown("Cold", 1, None)]));
        let pipelines = json(&own(&site, "GET", "/pipelines", None).await?);
        let stage = text(&pipelines["items"][0]["stages"][1]["id"]).to_owned();
        let meaning = |word: &str, to: &str| json!({"column": 1, "word": word, "to": to});
        let both = json!({"meanings": [meaning("Warm", &stage), meaning("COLD", "tag")]});
        let planned = json(&change(both).await?);
        let all = json!([meaning("cold", "tag"), meaning("warm", &stage)]);
        assert_eq!(planned["meanings"], all);
        assert_eq!(json(&change(json!({"tag": "brought"})).await?)["meanings"], all);
        // All of it is said anew.
        let planned = json(&change(json!({"meanings": [meaning("Warm", &stage)]})).await?);
        assert_eq!(planned["meanings"], json!([meaning("warm", &stage)]));
        let wrong = change(json!({"meanings": [meaning("Warm", "nowhere")]})).await?;
        assert_eq!(problem(&wrong, 422), "invalid");
        assert_eq!(json(&wrong)["errors"][0]["pointer"], "/columns/1");
        let look = json(&own(&site, "GET", &format!("{path}/look"), None).await?);
        assert_eq!((&look["wrong"], &look["unknown"][0]["to"]), (&json!(1), &json!(stage)));

        let page = site.get(&path, Some(&site.house.token)).await?.body;
        assert!(page.contains("name=\"means-1-0\"") && page.contains("value=\"Warm\""), "{page}");
        let form = format!(
            "column-0=name&column-1=stage&of-1=stage&word-1-0=Warm&means-1-0={stage}&word-1-1=Cold\
             &means-1-1=leave&head=on&dates=day-first&doubles=skip&tag=&source=warm&act=run"
        );
        let begun = site.send("POST", &path, Some(&site.house.token), Some(&form)).await?;
        assert_eq!(begun.status, 303, "{}", begun.body);
        site.house.work().await?;
        let done = json(&own(&site, "GET", &path, None).await?);
        assert_eq!((&done["made"], &done["refused"]), (&json!(3), &json!(0)), "{done}");
        let came = json(&own(&site, "GET", &format!("/people?stage={stage}"), None).await?);
        assert_eq!(came["items"].as_array().unwrap().len(), 2, "{came}");
        Ok(())
    })
    .await;
}
