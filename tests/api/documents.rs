//! What plugins keep, listed, downloaded and deleted by program.

use anyhow::Result;
use app::endpoints::{self, EndpointInput};
use domain::ApiScope;
use oxpi_tests::http::Reply;
use oxpi_tests::proposals::{call as plugin_call, keep};
use oxpi_tests::site::{MARKER, Site, api_token};
use runtime::Grant;
use serde_json::json;

use super::told::told_of;
use super::{call, each, json, own, problem, text};

/// A file that the first business's plugin keeps; its id.
async fn kept(site: &Site, name: &str, media_type: &str) -> Result<String> {
    let owner = &site.house.owner;
    // What is kept later is listed before.
    site.house.clock.advance_millis(1);
    let plugin = plugin_call(&owner.tenant, &site.house.plugin, Grant::nothing());
    let from = Some(site.ids["connection"].parse()?);
    keep(&site.house.app, &plugin, name, media_type, from).await
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_listed_narrowed_and_paged() {
    each(async |site| {
        let vase = kept(&site, "Blue vase.png", "image/png").await?;
        let first = &site.ids["document"];
        let connection = &site.ids["connection"];
        let all = json(&own(&site, "GET", "/documents", None).await?);
        let ids: Vec<&str> =
            all["items"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
        assert_eq!(
            ids,
            [vase.as_str(), first.as_str()],
            "newest first, and none of the house's own"
        );
        for (query, found) in [
            ("media=picture".to_owned(), Some(&vase)),
            ("media=pdf".to_owned(), Some(first)),
            (format!("connection={connection}"), Some(&vase)),
            ("plugin=google-calendar&q=blue".to_owned(), Some(&vase)),
            ("plugin=gone-plugin".to_owned(), None),
            ("media=table".to_owned(), None),
        ] {
            let list = json(&own(&site, "GET", &format!("/documents?{query}"), None).await?);
            let items = list["items"].as_array().unwrap();
            assert_eq!(items.len(), usize::from(found.is_some()), "{query}: {list}");
            assert_eq!(
                items.first().map(|it| text(&it["id"])),
                found.map(String::as_str),
                "{query}"
            );
        }
        let one = json(&own(&site, "GET", "/documents?limit=1", None).await?);
        let path = format!("/documents?limit=1&after={}", text(&one["next"]));
        let rest = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(rest["items"][0]["id"], first.as_str(), "{rest}");
        assert!(rest["next"].is_null(), "{rest}");
        let wrong = own(&site, "GET", "/documents?media=film", None).await?;
        assert_eq!(problem(&wrong, 400), "parameter");
        let path = "/documents/export?media=picture";
        let file = own(&site, "GET", path, None).await?;
        assert!(
            file.body.contains("Blue vase.png") && !file.body.contains(MARKER),
            "{}",
            file.body
        );
        assert!(file.body.contains("dana@example.com"), "{}", file.body);
        // A token that doesn't read connections learns of no account.
        let (_, reads) =
            api_token(&site.house.app, &site.house.owner, &[ApiScope::DocumentsRead]).await?;
        let file = call(&site, &reads, "GET", path, &[], None).await?;
        assert!(file.body.contains("Blue vase.png"), "{}", file.body);
        assert!(!file.body.contains("dana@example.com"), "{}", file.body);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_downloaded_and_deleted_while_it_is_the_same() {
    each(async |site| {
        let id = kept(&site, "Blue vase.png", "image/png").await?;
        let path = format!("/documents/{id}");
        let shown = own(&site, "GET", &path, None).await?;
        let tag = shown.header("etag").unwrap().to_owned();
        let known = [("If-None-Match", tag.as_str())];
        let same = call(&site, &site.api_token, "GET", &path, &known, None).await?;
        assert_eq!(same.status, 304);
        let file = own(&site, "GET", &format!("{path}/content"), None).await?;
        assert_eq!((file.status, file.body.as_str()), (200, "%PDF-1.7 Blue vase.png"));
        assert_eq!(file.header("content-type"), Some("image/png"));
        let name = file.header("content-disposition").unwrap();
        assert!(name.starts_with("attachment; filename=\"Blue vase.png\""), "{name}");
        let (_, reads) =
            api_token(&site.house.app, &site.house.owner, &[ApiScope::DocumentsRead]).await?;
        let refused = call(&site, &reads, "DELETE", &path, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope");
        let other = [("If-Match", "\"another\"")];
        let changed = call(&site, &site.api_token, "DELETE", &path, &other, None).await?;
        assert_eq!(changed.status, 412, "{}", changed.body);
        let held = [("If-Match", tag.as_str())];
        let gone = call(&site, &site.api_token, "DELETE", &path, &held, None).await?;
        assert_eq!(gone.status, 204, "{}", gone.body);
        for path in [path.clone(), format!("{path}/content")] {
            assert_eq!(problem(&own(&site, "GET", &path, None).await?, 404), "not-found");
        }
        let again = own(&site, "DELETE", &path, None).await?;
        assert_eq!(problem(&again, 404), "not-found");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_how_large_a_document_is_has_downloaded_nothing() {
    each(async |site| {
        let id = kept(&site, "Blue vase.png", "image/png").await?;
        let path = format!("/documents/{id}/content");
        let downloads = async || -> Result<usize> {
            let tenant = site.house.owner.tenant.clone();
            let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
            let chain = site.house.app.db.read(list).await?;
            Ok(chain.iter().filter(|entry| entry.action == "document.downloaded").count())
        };
        let file = own(&site, "GET", &path, None).await?;
        let head = own(&site, "HEAD", &path, None).await?;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        for name in ["content-length", "content-type", "content-disposition"] {
            assert_eq!(head.header(name), file.header(name), "{name}");
        }
        let page = site.send("HEAD", &path, Some(&site.house.token), None).await?;
        assert_eq!(
            (page.status, page.header("content-length")),
            (200, file.header("content-length"))
        );
        assert_eq!(downloads().await?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_document_is_what_the_api_shows() {
    each(async |site| {
        let input = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        endpoints::add_endpoint(&site.house.app, &site.house.owner, input, "").await?;
        let id = kept(&site, "Blue vase.png", "image/png").await?;
        let path = format!("/documents/{id}");
        let mut shown = json(&own(&site, "GET", &path, None).await?);
        shown["object"] = json!("document");
        assert_eq!(told_of(&site, "document.kept", &id).await?, shown);
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        let told = told_of(&site, "document.deleted", &id).await?;
        let gone = json!({"object": "document", "id": id, "person": null});
        assert_eq!(told, gone, "its name is gone too");
        Ok(())
    })
    .await;
}

/// Sends a file as a program would.
async fn send_file(site: &Site, token: &str, query: &str, kind: &str, key: &str) -> Result<Reply> {
    let headers = [("Content-Type", kind), ("Idempotency-Key", key)];
    let body = Some(json!("Twelve tables"));
    call(site, token, "POST", &format!("/documents?{query}"), &headers, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_to_a_person_once_and_told_by_the_same_names() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let all = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        endpoints::add_endpoint(app, owner, all, "").await?;
        let person = &site.ids["person"];
        let query = format!("name=offer.txt&person={person}");
        let made = send_file(&site, &site.api_token, &query, "text/plain", "one").await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let mut shown = json(&made);
        let id = text(&shown["id"]).to_owned();
        assert_eq!(made.header("location"), Some(format!("/api/v1/documents/{id}").as_str()));
        assert_eq!((&shown["person"], &shown["plugin"]), (&json!(person), &json!(null)));
        assert_eq!(shown["added_by"], owner.member.as_str());
        assert_eq!((&shown["retention"], &shown["media"]), (&json!("member"), &json!("other")));
        let again = send_file(&site, &site.api_token, &query, "text/plain", "one").await?;
        assert_eq!((again.status, json(&again)), (201, shown.clone()));
        let other = format!("name=bill.txt&person={person}");
        let other = send_file(&site, &site.api_token, &other, "text/plain", "one").await?;
        assert_eq!(problem(&other, 422), "key-other");
        shown["object"] = json!("document");
        assert_eq!(told_of(&site, "document.added", &id).await?, shown);
        let file = own(&site, "GET", &format!("/documents/{id}/content"), None).await?;
        assert_eq!(file.body, "\"Twelve tables\"");
        let theirs = own(&site, "GET", &format!("/documents?person={person}"), None).await?;
        assert_eq!(json(&theirs)["items"].as_array().map(Vec::len), Some(1), "{}", theirs.body);
        assert_eq!(own(&site, "DELETE", &format!("/documents/{id}"), None).await?.status, 204);
        let told = told_of(&site, "document.deleted", &id).await?;
        assert_eq!(told["person"], person.as_str());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_documents_adds_by_an_id_and_learns_no_name() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let scopes = [ApiScope::DocumentsRead, ApiScope::DocumentsWrite];
        let (_, token) = api_token(app, owner, &scopes).await?;
        let person = &site.ids["person"];
        let query = format!("name=offer.txt&person={person}");
        let made = send_file(&site, &token, &query, "text/plain", "one").await?;
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(!made.body.contains(MARKER), "{}", made.body);
        let export = call(&site, &token, "GET", "/documents/export", &[], None).await?;
        assert!(export.body.contains("offer.txt"), "{}", export.body);
        assert!(!export.body.contains(&format!("{MARKER} Levi")), "{}", export.body);
        let path = format!("/documents?person={person}");
        let narrowed = call(&site, &token, "GET", &path, &[], None).await?;
        assert_eq!(problem(&narrowed, 403), "scope");
        let nobody = "name=offer.txt&person=01900000-0000-7000-8000-000000000000";
        let nobody = send_file(&site, &token, nobody, "text/plain", "two").await?;
        assert_eq!(problem(&nobody, 404), "not-found");
        let nameless = send_file(&site, &token, "name=offer.txt", "text/plain", "three").await?;
        assert_eq!(problem(&nameless, 400), "parameter");
        let kind = send_file(&site, &token, &query, "text/html", "four").await?;
        assert_eq!(kind.status, 415, "{}", kind.body);
        let (_, reads) = api_token(app, owner, &scopes[..1]).await?;
        let refused = send_file(&site, &reads, &query, "text/plain", "five").await?;
        assert_eq!(problem(&refused, 403), "scope");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_who_added_a_file_to_a_token_that_reads_the_team() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let team = app::members::list_members(app, owner).await?;
    let name = &team.iter().find(|it| it.id == owner.member).unwrap().name;
    let query = format!("name=offer.txt&person={}", site.ids["person"]);
    let made = send_file(&site, &site.api_token, &query, "text/plain", "one").await?;
    assert_eq!(made.status, 201, "{}", made.body);
    let (_, narrow) = api_token(app, owner, &[ApiScope::DocumentsRead]).await?;
    for (token, names) in [(&site.api_token, true), (&narrow, false)] {
        let file = call(&site, token, "GET", "/documents/export", &[], None).await?;
        let row = file.body.lines().find(|line| line.contains("offer.txt")).unwrap();
        let found = row.split(',').any(|cell| cell.trim_matches('"') == name);
        assert_eq!(found, names, "{row}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_gets_another_name_and_webhooks_hear_of_it() {
    each(async |site| {
        let input = EndpointInput {
            url: "https://hooks.example/in".to_owned(),
            all: true,
            ..EndpointInput::default()
        };
        endpoints::add_endpoint(&site.house.app, &site.house.owner, input, "").await?;
        let query = format!("name=scan0001.xyz&person={}", site.ids["person"]);
        let kind = "application/octet-stream";
        let made = send_file(&site, &site.api_token, &query, kind, "rename-1").await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = format!("/documents/{}", text(&json(&made)["id"]));
        let rename = async |token: &str, held: &[(&str, &str)], name: &str| {
            call(&site, token, "PATCH", &path, held, Some(json!({"name": name}))).await
        };
        let tag = made.header("etag").unwrap().to_owned();
        let held = [("If-Match", tag.as_str())];
        let done = rename(&site.api_token, &held, "../Signed offer").await?;
        assert_eq!(done.status, 200, "{}", done.body);
        // Nothing else than its end says what it is.
        let name = text(&json(&done)["name"]).to_owned();
        assert!(name == "Signed offer.xyz" || json(&done)["media_type"] != kind, "{name}");
        assert_eq!(rename(&site.api_token, &held, "Late").await?.status, 412);
        assert_eq!(problem(&rename(&site.api_token, &[], " ").await?, 422), "invalid");
        let (_, reads) =
            api_token(&site.house.app, &site.house.owner, &[ApiScope::DocumentsRead]).await?;
        assert_eq!(problem(&rename(&reads, &[], "Mine").await?, 403), "scope");
        let found = json(&own(&site, "GET", "/documents?q=signed", None).await?);
        assert_eq!(found["items"][0]["id"], json(&made)["id"], "{found}");
        let mut shown = json(&own(&site, "GET", &path, None).await?);
        shown["object"] = json!("document");
        let id = text(&json(&made)["id"]).to_owned();
        assert_eq!(told_of(&site, "document.changed", &id).await?, shown);
        Ok(())
    })
    .await;
}
