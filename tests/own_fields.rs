//! Own fields as people at work meet them: set up, asked for in a form, shown, and narrowing the list.

use anyhow::{Context as _, Result};
use app::own_fields::{list_fields, remove_field};
use oxpi_tests::http::Reply;
use oxpi_tests::proposals::{call, workspace};
use oxpi_tests::site::{MARKER, Site};
use runtime::{CallContext, Grant, Services as _};
use serde_json::json;

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Result<Reply> {
    site.send("POST", path, Some(&site.house.token), Some(&form(pairs))).await
}

async fn get(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    anyhow::ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_set_up_filled_in_shown_and_narrows_the_list() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        walk(&site).await?;
    }
    Ok(())
}

async fn walk(site: &Site) -> Result<()> {
    let settings = "/settings/people/fields";
    let none = [("name", "Mood"), ("kind", "choice"), ("options", "\n"), ("help", "As they say")];
    let refused = post(site, settings, &none).await?;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"As they say\""), "what was typed is kept");
    let guests = [("name", "Guests"), ("kind", "number"), ("form_id", "once")];
    for _ in 0..2 {
        assert_eq!(post(site, settings, &guests).await?.status, 303);
    }
    let all = list_fields(&site.house.app, &site.house.owner).await?;
    assert_eq!(all.len(), 2, "sent twice is there once");
    let id = all.last().context("no field")?.id.to_string();

    let person = format!("/people/{}", site.ids["person"]);
    assert!(get(site, &format!("{person}/edit")).await?.contains("Guests"));
    let before = get(site, &person).await?;
    assert!(!before.contains("Guests"), "what nobody filled in isn't shown");
    let field = format!("own-{id}");
    let rev = {
        let id = site.ids["person"].parse()?;
        app::people::get_person(&site.house.app, &site.house.owner, &id).await?.rev.to_string()
    };
    let typed = |value| [("name", "Noa"), ("rev", rev.as_str()), (field.as_str(), value)];
    let refused = post(site, &person, &typed("many")).await?;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"many\""), "what was typed is kept");
    assert!(refused.body.contains(&format!("{field}-error")), "the error stands at its field");
    assert_eq!(post(site, &person, &typed("1,250.50")).await?.status, 303);
    assert!(get(site, &person).await?.contains("1250.5"));

    let narrowed = |query: &str| format!("/people?{}", query.replace("ID", &id));
    let found = get(site, &narrowed("own-ID-from=1000&own-ID-to=2000")).await?;
    assert!(found.contains(&person) && found.contains("1250.5"), "it shows what narrows it");
    let found = get(site, &narrowed("own-ID-from=2000")).await?;
    assert!(!found.contains(&format!("href=\"{person}\"")));
    let found = get(site, &narrowed("own-ID=none")).await?;
    assert!(!found.contains(&format!("href=\"{person}\"")));
    let ordered = get(site, &narrowed("order=own-ID-down")).await?;
    assert!(ordered.contains(&person) && ordered.contains("1250.5"));
    let address = format!("own-{id}-from=1000");
    let saved = post(site, "/people/views", &[("name", "Big"), ("address", &address)]).await?;
    assert_eq!(saved.status, 303);
    assert!(get(site, "/people").await?.contains(&format!("/people?{address}")));
    let act = format!("own-{id}");
    let to = format!("to-{act}");
    let many = [("person", person.trim_start_matches("/people/")), ("act", act.as_str())];
    let refused = post(site, "/people/change", &[many[0], many[1], (to.as_str(), "lots")]).await?;
    assert_eq!(refused.status, 422);
    let filled =
        post(site, "/people/change", &[many[0], many[1], (to.as_str(), "1500.75")]).await?;
    assert_eq!(filled.status, 303);
    assert!(get(site, &person).await?.contains("1500.75"));
    let back = post(site, "/people/change", &[many[0], many[1], (to.as_str(), "1250.5")]).await?;
    assert_eq!(back.status, 303);
    let export = narrowed("own-ID-from=1000").replacen("/people?", "/people/export?", 1);
    let file = get(site, &export).await?;
    assert!(file.contains("Guests") && file.contains("1250.5"), "{file}");

    let field = format!("{settings}/{id}");
    assert_eq!(post(site, &format!("{field}/remove"), &[]).await?.status, 303);
    assert!(!get(site, &person).await?.contains("1250.5"));
    assert_eq!(post(site, &format!("{field}/restore"), &[]).await?.status, 303);
    assert!(get(site, &person).await?.contains("1250.5"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_reads_own_fields_where_that_was_allowed_and_writes_none() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (workspace, person) = (workspace(app), site.ids["person"].as_str());
        let granted = |ids: &[&str]| {
            let ids = ids.iter().map(|id| (*id).to_owned());
            call(&owner.tenant, &site.house.plugin, Grant::from_ids(ids))
        };
        let reads = granted(&["records.read:person", "records.field:person.fields"]);
        let get = async |ctx: &CallContext| workspace.records_get(ctx, "person", person).await;
        let seen = get(&reads).await?.context("nobody is there")?;
        let theirs = json!([{"id": site.ids["own_field"], "name": format!("{MARKER} size"),
            "kind": "choice", "value": format!("{MARKER} large")}]);
        assert_eq!(seen["fields"], theirs);
        let query = workspace.records_query(&reads, "person", &json!({}), None, 50).await?;
        let listed = query.0.iter().find(|it| it["id"] == person).context("not listed")?;
        assert_eq!(listed, &seen);
        // Without the grant of that field it isn't even read.
        let other = granted(&["records.read:person", "records.field:person.name"]);
        assert_eq!(get(&other).await?.context("nobody is there")?.get("fields"), None);
        let mut back = seen.clone();
        back["fields"][0]["value"] = "small".into();
        let written = workspace.records_upsert(&reads, "person", back, None, "once").await?;
        assert_eq!(written["fields"], theirs, "what is sent back changes nothing");
        let field = site.ids["own_field"].parse()?;
        remove_field(app, owner, &field).await?;
        assert_eq!(get(&reads).await?.context("nobody is there")?["fields"], json!([]));
    }
    Ok(())
}
