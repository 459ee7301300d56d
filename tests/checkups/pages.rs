//! What people see of it.

use anyhow::{Context as _, Result};
use app::oauth::{Wanted, begin_connection};
use oxpi_tests::browser;
use oxpi_tests::house::DANA;
use oxpi_tests::site::Site;

async fn site() -> Site {
    Site::start(store::testing::sqlite().await).await.unwrap()
}

fn plain(body: &str) -> String {
    body.replace("&#x2F;", "/").replace("&#39;", "'").replace("&#x27;", "'")
}

const WIZARD: &str = "/connections/new/google-calendar/google";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_named_as_soon_as_it_is_saved() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let form = "client_id=demo&client_secret=not-it";
    let saved = site.send("POST", &format!("{WIZARD}/client"), owner, Some(form)).await?;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = plain(&site.get(WIZARD, owner).await?.body);
    for words in
        ["Google doesn’t know this client ID", "checkup-failed", "console.cloud.google.com"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("not-it"));
    let form = "client_id=demo&client_secret=demo-secret";
    site.send("POST", &format!("{WIZARD}/client"), owner, Some(form)).await?;
    let page = plain(&site.get(WIZARD, owner).await?.body);
    assert!(page.contains("checkup-done") && !page.contains("checkup-failed"), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_sees_the_steps_and_the_connection_can_be_tried() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let path = format!("/connections/{}", site.ids["connection"]);
    let tried = site.send("POST", &format!("{path}/check"), owner, Some("")).await?;
    assert_eq!(tried.header("location"), Some(&*format!("{path}#checkup")));
    let page = plain(&site.get(&path, owner).await?.body);
    assert!(page.contains("Everything works.") && page.contains("The Google Calendar API is on"));
    site.house.simulator.google().set(|settings| settings.api_enabled = false);
    site.send("POST", &format!("{path}/check"), owner, Some("")).await?;
    let page = plain(&site.get(&path, owner).await?.body);
    let link = "href=\"https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project=1\"";
    assert!(page.contains(link) && page.contains("One step failed."), "{page}");
    site.house.simulator.google().set(|settings| settings.api_enabled = true);

    // Another account came: the page of the connection says so.
    let (app, ctx) = (&site.house.app, &site.house.owner);
    let wanted = Wanted::Again(site.ids["connection"].parse()?);
    let url = begin_connection(app, ctx, &site.house.plugin, "google", wanted).await?;
    let back = browser::consent(&url, "noa@example.com", None).await?;
    let way = format!("{}?{}", back.path(), back.query().context("no query")?);
    let again = format!("google-calendar/google/{}", site.ids["connection"]);
    let cookie = format!("oxpi={}; oxpi-connecting={again}", site.house.token);
    let headers = [("Sec-Fetch-Site", "cross-site"), ("Cookie", cookie.as_str())];
    let came = oxpi_tests::http::send(site.port, "GET", &way, &headers, None).await?;
    assert_eq!(came.header("location"), Some(&*format!("{path}#checkup")), "{}", came.body);
    let page = plain(&site.get(&path, owner).await?.body);
    assert!(page.contains("noa@example.com") && page.contains(DANA), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_came_back_is_helped_by_what_the_provider_showed() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let page = site.get(WIZARD, owner).await?.body;
    assert!(!page.contains("redirect_uri_mismatch"));
    let begun = site.send("POST", &format!("{WIZARD}/start"), owner, Some("expected=")).await?;
    assert_eq!(begun.status, 303);
    let page = plain(&site.get(WIZARD, owner).await?.body);
    for words in
        ["Error 400: redirect_uri_mismatch", "only named testers (Error 403: access_denied)"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("pressed “Cancel”"), "who pressed it came back");
    let wrong = site.send("POST", &format!("{WIZARD}/start"), owner, Some("expected=x")).await?;
    assert!(wrong.status == 422 && wrong.body.contains("name=\"expected\""), "{}", wrong.status);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_rests_while_its_plugin_is_off() -> Result<()> {
    let site = site().await;
    let owner = Some(&*site.house.token);
    let off = format!("/plugins/{}/off", site.house.plugin);
    assert_eq!(site.send("POST", &off, owner, Some("")).await?.status, 303);
    assert!(site.get("/connections", owner).await?.body.contains("Resting"));
    let path = format!("/connections/{}", site.ids["connection"]);
    let page = site.get(&path, owner).await?.body;
    assert!(page.contains("It rests because") && !page.contains("/check\""), "{page}");
    let tried = site.send("POST", &format!("{path}/check"), owner, Some("")).await?;
    assert_eq!(tried.status, 409);
    Ok(())
}
