//! The day to get back to somebody, said from their page.

use anyhow::{Context as _, Result, ensure};
use app::people::{PersonInput, create_person, get_person};
use app::timeline::create_note;
use domain::Clock as _;
use oxpi_tests::site::Site;

async fn day(site: &Site) -> Result<Option<String>> {
    let id = site.ids["person"].parse()?;
    Ok(get_person(&site.house.app, &site.house.owner, &id).await?.follow_up_on)
}

/// Whether somebody is listed among those whom nobody is to get back to, on the page and by programs.
async fn without(site: &Site, person: &str) -> Result<bool> {
    let page = site.get("/people?follow_up=none", Some(&site.house.token)).await?;
    let by_day =
        site.get("/people?follow_up=none&order=follow-up", Some(&site.house.token)).await?;
    let bearer = format!("Bearer {}", site.api_token);
    let path = "/api/v1/people?no_follow_up=true&limit=100";
    let headers = [("Authorization", bearer.as_str())];
    let list = oxpi_tests::http::send(site.port, "GET", path, &headers, None).await?;
    ensure!((page.status, list.status) == (200, 200), "{}", list.body);
    let id = person.trim_start_matches("/people/");
    let (shown, told) = (page.body.contains(&format!("href=\"{person}\"")), list.body.contains(id));
    ensure!(shown == told, "page and API tell apart: {}", list.body);
    let href = format!("href=\"{person}\"");
    ensure!(by_day.body.contains(&href) == shown, "the order by days hides who has none");
    Ok(shown)
}

async fn post(site: &Site, path: &str, body: &str) -> Result<()> {
    let reply = site.send("POST", path, Some(&site.house.token), Some(body)).await?;
    ensure!(reply.status == 303, "{path}: {}", reply.status);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_to_get_back_to_somebody_is_said_with_one_press() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let person = format!("/people/{}", site.ids["person"]);
        let action = format!("{person}/follow-up");
        let page = site.get(&person, Some(&site.house.token)).await?.body;
        // A form with a day to choose, and one with days to press; the first of those is tomorrow.
        let form = page.split(&format!("action=\"{action}\"")).nth(2).context("no days")?;
        let (_, rest) = form.split_once("name=\"follow_up_on\" value=\"").context("no day")?;
        let tomorrow = rest.split('"').next().unwrap_or_default().to_owned();
        let now = site.house.owner.zone.local(site.house.clock.now());
        assert_eq!(tomorrow, now.date().tomorrow()?.to_string());

        post(&site, &action, &format!("follow_up_on={tomorrow}")).await?;
        assert_eq!(day(&site).await?.as_deref(), Some(tomorrow.as_str()));
        assert!(!without(&site, &person).await?);
        post(&site, &action, "follow_up_on=").await?;
        assert_eq!(day(&site).await?, None);
        assert!(without(&site, &person).await?);
        // Nobody is changed by saying it again.
        post(&site, &action, "follow_up_on=").await?;
        let wrong = Some("follow_up_on=soon");
        let reply = site.send("POST", &action, Some(&site.house.token), wrong).await?;
        assert_eq!((reply.status, day(&site).await?), (400, None));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn days_to_press_are_as_far_away_as_they_are_called() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let person = format!("/people/{}", site.ids["person"]);
    let page = site.get(&person, Some(&site.house.token)).await?.body;
    let form = page.split(&format!("action=\"{person}/follow-up\"")).nth(2).context("no days")?;
    let form = form.split("</form>").next().unwrap_or_default();
    let today = site.house.owner.zone.local(site.house.clock.now()).date();
    let on = |days: usize| (0..days).try_fold(today, |day, _| day.tomorrow());
    // The same day of the month that comes.
    let mut month = on(28)?;
    while month.day() != today.day() {
        month = month.tomorrow()?;
    }
    for (label, day) in [("Tomorrow", on(1)?), ("In a week", on(7)?), ("In a month", month)] {
        assert!(form.contains(&format!("value=\"{day}\">{label}<")), "{label}: {form}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn home_leads_to_those_to_whom_nobody_turned_yet() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let (app, owner, session) = (&site.house.app, &site.house.owner, &site.house.token);
        let input = PersonInput { name: "Newcomer".to_owned(), ..PersonInput::default() };
        let new = create_person(app, owner, input, "").await?.id;
        let href = format!("href=\"/people/{new}\"");
        let home = site.get("/", Some(session)).await?.body;
        let (_, card) = home.split_once("id=\"home-fresh\"").context("nobody waits")?;
        assert!(card.contains(&href), "{card}");
        let (_, rest) = card.split_once("<a href=\"").context("it leads nowhere")?;
        let to = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
        let list = site.get(&to, Some(session)).await?;
        assert!(list.status == 200 && list.body.contains(&href), "{to}: {}", list.body);
        let noted = format!("href=\"/people/{}\"", site.ids["person"]);
        assert!(!list.body.contains(&noted), "somebody wrote a note about them");
        create_note(app, owner, &new, "Called them", "").await?;
        let home = site.get("/", Some(session)).await?.body;
        assert!(!home.contains(&href), "somebody turned to them");
    }
    Ok(())
}
