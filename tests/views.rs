//! A plugin's views as members meet them: drawn in their language, acted in once, gone with the plugin.

mod settings;

use anyhow::{Context as _, Result};
use app::activity::list_activity;
use app::audit::AuditFilter;
use oxpi_tests::site::Site;

/// On both databases.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Site::start(db).await.unwrap()).await.unwrap();
    }
}

/// The token of the first form of a page that is sent to this action.
fn token<'a>(page: &'a str, action: &str) -> Result<&'a str> {
    let (_, form) = page.split_once(&format!("/do/{action}")).context("no such form")?;
    let (_, rest) = form.split_once("name=\"token\" value=\"").context("no token")?;
    Ok(rest.split('"').next().unwrap_or_default())
}

async fn acted(site: &Site) -> Result<usize> {
    let filter = AuditFilter { action: Some("plugin.acted".into()), ..AuditFilter::default() };
    Ok(list_activity(&site.house.app, &site.house.owner, filter, None, 100).await?.items.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_done_once_and_is_in_the_activity_log() {
    each(async |site| {
        let owner = Some(site.members[0].1.as_str());
        let page = site.get("/apps/gallery/overview?p.page=forms", owner).await?;
        assert_eq!(page.status, 200);
        let form = format!("token={}&f.name=Dana&f.count=3&f.gift=on", token(&page.body, "order")?);
        let to = "/apps/gallery/overview/do/order?p.page=forms";
        let first = site.send("POST", to, owner, Some(&form)).await?;
        assert_eq!(first.status, 200, "{}", first.body);
        assert!(first.body.contains("Dana") && first.body.contains("role=\"status\""));
        let second = site.send("POST", to, owner, Some(&form)).await?;
        assert_eq!(second.status, 422);
        assert_eq!(acted(&site).await?, 1);
        let empty = site.send("POST", to, owner, Some("token=&f.name=Eve&f.count=1")).await?;
        assert_eq!(empty.status, 422, "a form without a token");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_told_and_what_was_typed_stays() {
    each(async |site| {
        let owner = Some(site.members[0].1.as_str());
        let page = site.get("/apps/gallery/overview?p.page=forms", owner).await?;
        let form = format!("token={}&f.name=&f.count=700", token(&page.body, "order")?);
        let to = "/apps/gallery/overview/do/order?p.page=forms";
        let back = site.send("POST", to, owner, Some(&form)).await?;
        assert_eq!(back.status, 422);
        assert!(back.body.contains("aria-invalid=\"true\"") && back.body.contains("value=\"700\""));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_the_plugin_is_a_note_and_no_broken_page() {
    each(async |site| {
        let owner = Some(site.members[0].1.as_str());
        let page = site.get("/apps/gallery/overview?p.page=forms", owner).await?;
        let form = format!("token={}", token(&page.body, "fail")?);
        let failed =
            site.send("POST", "/apps/gallery/overview/do/fail", owner, Some(&form)).await?;
        assert_eq!(failed.status, 422);
        assert!(failed.body.contains("role=\"alert\""));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_says_of_an_action_is_said_on_the_page_it_was_done_on() {
    each(async |site| {
        let (owner, other) = (site.members[0].1.as_str(), site.members[1].1.as_str());
        let card = site.get("/apps/gallery/today/card", Some(owner)).await?;
        let form = format!("token={}&f.task=Water&back=/", token(&card.body, "add-task")?);
        let done =
            site.send("POST", "/apps/gallery/today/do/add-task", Some(owner), Some(&form)).await?;
        assert_eq!((done.status, done.header("location")), (303, Some("/")), "{}", done.body);
        let said = done.header("set-cookie").context("no words")?;
        let said = said.split(';').next().unwrap_or_default().to_owned();
        let page = async |session: &str, said: &str| -> Result<String> {
            let cookie = format!("oxpi={session}; {said}");
            let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
            Ok(oxpi_tests::http::send(site.port, "GET", "/", &headers, None).await?.body)
        };
        assert!(page(owner, &said).await?.contains("Gallery: Saved"), "{said}");
        assert!(!page(other, &said).await?.contains("Gallery: Saved"), "somebody else's");
        let forged = said.replacen("~e", "~f", 1);
        assert_ne!(forged, said);
        assert!(!page(owner, &forged).await?.contains("Gallery: Saved"), "forged");
        site.house.clock.advance_millis(121_000);
        assert!(!page(owner, &said).await?.contains("Gallery: Saved"), "stale");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_is_for_who_sees_the_person_and_goes_with_the_plugin() {
    each(async |site| {
        let person = &site.ids["person"];
        let (owner, accountant) = (site.members[0].1.as_str(), site.members[3].1.as_str());
        let own = site.get(&format!("/people/{person}"), Some(owner)).await?;
        assert!(own.body.contains(&format!("/apps/gallery/person/card?person={person}")));
        let panel = format!("/apps/gallery/person/card?person={person}");
        let shown = site.get(&panel, Some(owner)).await?;
        assert_eq!(shown.status, 200);
        assert!(!shown.body.contains("<html"), "a panel is a part of a page");
        let appointment = &site.ids["appointment"];
        let page = site.get(&format!("/appointments/{appointment}"), Some(owner)).await?;
        let about = format!("/apps/gallery/appointment/card?appointment={appointment}");
        assert!(page.body.contains(&about), "no panel on the appointment");
        assert_eq!(site.get(&about, Some(owner)).await?.status, 200);
        let foreign = site.get(&about, Some(site.stranger.as_str())).await?;
        assert_eq!(foreign.status, 404, "another business's appointment");
        for (path, session) in [
            (panel.as_str(), accountant),
            (panel.as_str(), site.stranger.as_str()),
            ("/apps/gallery/person", owner),
            ("/apps/gallery/unknown", owner),
            ("/apps/google-calendar/overview", owner),
        ] {
            assert_eq!(site.get(path, Some(session)).await?.status, 404, "{path}");
        }
        let home = site.get("/", Some(owner)).await?;
        assert!(home.body.contains("/apps/gallery/today/card"), "no card at home");
        assert!(home.body.contains("href=\"/apps/gallery/overview\""), "no entry in the menu");
        app::plugins::disable_plugin(&site.house.app, &site.house.owner, &"gallery".parse()?)
            .await?;
        assert_eq!(site.get(&panel, Some(owner)).await?.status, 404);
        assert!(!site.get("/", Some(owner)).await?.body.contains("/apps/gallery"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_a_picture_that_was_drawn_anew_and_money_has_its_sign() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = Some(&*site.house.token);
    let page = site.get("/apps/gallery/overview?p.page=boards", owner).await?;
    let body = page.body.replace("&#x2F;", "/");
    let src = body.split("src=\"data:image/").nth(1).and_then(|rest| rest.split('"').next());
    let src = src.expect("a picture");
    assert!(src.starts_with("jpeg;base64,/9j/"), "it is a JPEG of ours: {}", &src[..20]);
    assert!(body.contains("alt=\"Two red flowers on a green field\""));
    assert!(body.contains("₪9,800.00") && !body.contains("9,800.00 ILS"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self' data:;"), "no picture comes from elsewhere: {policy}");
    Ok(())
}
