//! Acts over all that match a list, from its page: asked about where they are many, followed, and taken back.

use anyhow::{Context as _, Result, ensure};
use app::people::bulk::BULK_MAX;
use oxpi_tests::http::Reply;
use oxpi_tests::site::Site;

async fn post(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Result<Reply> {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    site.send("POST", path, Some(&site.house.token), Some(&form)).await
}

async fn get(site: &Site, path: &str) -> Result<String> {
    let reply = site.get(path, Some(&site.house.token)).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.status);
    Ok(reply.body)
}

/// What a hidden field of the page holds.
fn hidden(page: &str, name: &str) -> Result<String> {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).context("no such field")?;
    Ok(field.split('"').next().unwrap_or_default().to_owned())
}

/// Whether the page says that they are a thousand and one.
fn says_1001(page: &str) -> bool {
    page.contains("1,001") || page.contains("1001")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_over_more_than_are_changed_at_once_is_asked_about_and_followed() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let mut list = String::from("Name,Phone,Source\n");
    for n in 0..=BULK_MAX {
        list.push_str(&format!("Person {n},+97250{n:07},crowd\n"));
    }
    let list = app::imports::keep_file(app, owner, "crowd.csv", list.into_bytes()).await?;
    app::imports::start_import(app, owner, &list).await?;
    site.house.work().await?;

    let act = [("address", "source=crowd"), ("all", "on"), ("act", "tag"), ("to-tag", "spring")];
    let asked = post(&site, "/people/change", &act).await?;
    assert_eq!(asked.status, 200);
    ensure!(says_1001(&asked.body), "it says how many: {}", asked.body);
    for (name, value) in act {
        assert_eq!(hidden(&asked.body, name)?, value);
    }
    let form_id = hidden(&asked.body, "form_id")?;
    let mut sure = act.to_vec();
    sure.extend([("sure", "on"), ("form_id", form_id.as_str())]);
    let begun = post(&site, "/people/change", &sure).await?;
    let page = begun.header("location").context("it leads nowhere")?.to_owned();
    ensure!(begun.status == 303 && page.starts_with("/sweeps/"), "{page}");
    let again = post(&site, "/people/change", &sure).await?;
    assert_eq!(again.header("location"), Some(page.as_str()), "pressed twice");
    let shown = get(&site, &page).await?;
    ensure!(shown.contains("<progress") && shown.contains(&format!("{page}/cancel")), "{shown}");
    ensure!(get(&site, "/people").await?.contains(&page), "the list leads to it");
    site.house.work().await?;
    let shown = get(&site, &page).await?;
    ensure!(!shown.contains("<progress") && says_1001(&shown), "{shown}");
    ensure!(!get(&site, "/people").await?.contains(&page));
    let undo = format!("{}/restore", page.replace("/sweeps/", "/undo/"));
    ensure!(shown.contains(&format!("action=\"{undo}\"")), "{shown}");
    ensure!(get(&site, "/undo").await?.contains(&undo), "it stands among what can be undone");
    let back = post(&site, &undo, &[]).await?;
    assert_eq!((back.status, back.header("location")), (303, Some(page.as_str())));
    site.house.work().await?;
    let shown = get(&site, &page).await?;
    ensure!(!shown.contains(&undo) && !shown.contains("<progress"), "{shown}");

    // So few are changed at once, as ever.
    let address = format!("tag={}", site.ids["tag"]);
    let few = [
        ("address", address.as_str()),
        ("all", "on"),
        ("act", "follow-up"),
        ("to-follow-up", "2027-01-01"),
    ];
    let done = post(&site, "/people/change", &few).await?;
    assert_eq!((done.status, done.header("location")), (303, Some(&*format!("/people?{address}"))));
    let wrong = [("address", "source=crowd"), ("all", "on"), ("act", "untag"), ("to-untag", "x")];
    assert_eq!(post(&site, "/people/change", &wrong).await?.status, 422);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_more_than_are_changed_at_once_goes_while_one_follows_it() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let mut list = String::from("Name,Phone\n");
    for n in 0..=BULK_MAX {
        list.push_str(&format!("Person {n},+97250{n:07}\n"));
    }
    let list = app::imports::keep_file(app, owner, "crowd.csv", list.into_bytes()).await?;
    app::imports::start_import(app, owner, &list).await?;
    site.house.work().await?;

    let before = app::pipelines::list_pipelines(app, owner).await?.remove(0);
    let mut form = vec![("name".to_owned(), before.pipeline.name.clone())];
    for stage in &before.stages[1..] {
        form.push(("stage_id".to_owned(), stage.id.to_string()));
        form.push(("stage_name".to_owned(), stage.name.clone()));
        form.push(("stage_outcome".to_owned(), stage.outcome.to_string()));
    }
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
    let path = format!("/settings/people/pipelines/{}", before.pipeline.id);
    let begun = post(&site, &path, &form).await?;
    let page = begun.header("location").context("it leads nowhere")?.to_owned();
    ensure!(begun.status == 303 && page.starts_with("/sweeps/"), "{page}");
    let shown = get(&site, &page).await?;
    ensure!(shown.contains("<progress") && !shown.contains("/cancel"), "{shown}");
    let gone = &before.stages[0];
    let settings = get(&site, "/settings/people").await?;
    ensure!(!settings.contains(&format!("name=\"stage_id\" value=\"{}\"", gone.id)), "{settings}");
    let board = get(&site, "/people/board").await?;
    ensure!(board.contains(&format!("stage-{}", gone.id)), "its people are still there");
    ensure!(!board.contains(&format!("data-stage=\"{}\"", gone.id)), "nobody can be dragged there");
    ensure!(!board.contains(&format!("name=\"stage\" value=\"{}\"", gone.id)), "or sent there");
    site.house.work().await?;
    let shown = get(&site, &page).await?;
    ensure!(!shown.contains("<progress") && !shown.contains("/restore"), "{shown}");
    ensure!(!get(&site, "/people/board").await?.contains(&format!("stage-{}", gone.id)));
    Ok(())
}
