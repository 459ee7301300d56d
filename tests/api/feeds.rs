//! A member's calendar at its secret address.

use anyhow::Result;
use app::{calendar_feeds, members};
use domain::Role;
use oxpi_tests::http::Reply;
use oxpi_tests::site::{MARKER, Site};
use serde_json::Value;

use super::{call, each, json, own, problem, send};

async fn read(site: &Site, secret: &str, headers: &[(&str, &str)]) -> Result<Reply> {
    send(site, "GET", &format!("/feeds/{secret}.ics"), headers, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_shows_the_calendar_until_it_is_renewed_or_withdrawn() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let old = calendar_feeds::renew_feed(app, owner).await?;
        let reply = read(&site, &old, &[]).await?;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert!(reply.body.starts_with("BEGIN:VCALENDAR") && reply.body.contains(MARKER));
        let tag = reply.header("etag").unwrap().to_owned();
        let since = reply.header("last-modified").unwrap().to_owned();
        site.house.clock.advance_millis(3_600_000);
        let same = read(&site, &old, &[("If-None-Match", &tag)]).await?;
        assert_eq!((same.status, same.body.as_str()), (304, ""));
        assert_eq!(same.header("last-modified"), Some(since.as_str()));

        let id = site.ids["appointment"].parse()?;
        app::appointments::cancel_appointment(app, owner, &id).await?;
        let after = read(&site, &old, &[("If-None-Match", &tag)]).await?;
        assert_eq!(after.status, 200);
        assert_ne!(after.header("last-modified"), Some(since.as_str()));
        assert!(!after.body.contains(MARKER), "{}", after.body);

        let new = calendar_feeds::renew_feed(app, owner).await?;
        assert_eq!(read(&site, &old, &[]).await?.status, 404);
        assert_eq!(read(&site, &new, &[]).await?.status, 200);
        calendar_feeds::withdraw_feed(app, owner).await?;
        assert_eq!(read(&site, &new, &[]).await?.status, 404);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_for_the_head_of_a_calendar_has_read_nothing() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let secret = calendar_feeds::renew_feed(app, owner).await?;
        let read_at =
            async || calendar_feeds::find_feed(app, owner).await.unwrap().unwrap().read_at;
        let head = send(&site, "HEAD", &format!("/feeds/{secret}.ics"), &[], None).await?;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(read_at().await, None);
        let file = read(&site, &secret, &[]).await?;
        for name in ["etag", "last-modified", "content-type"] {
            assert_eq!(head.header(name), file.header(name), "{name}");
        }
        assert!(read_at().await.is_some());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_read_is_the_one_that_its_tag_tells() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let secret = calendar_feeds::renew_feed(app, owner).await?;
        let made = own(&site, "GET", "/calendar-feed", None).await?;
        assert_eq!(json(&made)["read_at"], Value::Null, "{}", made.body);
        assert_eq!(read(&site, &secret, &[]).await?.status, 200);
        let known = own(&site, "GET", "/calendar-feed", None).await?;
        assert!(json(&known)["read_at"].is_string(), "{}", known.body);
        let tag = made.header("etag").unwrap();
        assert_eq!(known.header("etag"), Some(tag));
        site.house.clock.advance_millis(1_000);
        let renew = async || {
            let held = [("If-Match", tag)];
            call(&site, &site.api_token, "POST", "/calendar-feed", &held, None).await
        };
        let renewed = renew().await?;
        assert_eq!(renewed.status, 200, "{}", renewed.body);
        assert_eq!(read(&site, &secret, &[]).await?.status, 404);
        assert_eq!(problem(&renew().await?, 412), "changed", "it is another address now");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_ends_with_its_members_place_and_role() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, session) = site.members.iter().find(|(role, _)| *role == Role::Member).unwrap();
        let origin = app::Origin::default();
        let member = app::sessions::context_of(app, session, &origin).await?.context.unwrap();
        let secret = calendar_feeds::renew_feed(app, &member).await?;
        assert_eq!(read(&site, &secret, &[]).await?.status, 200);
        members::change_role(app, owner, &member.member, "accountant").await?;
        assert_eq!(read(&site, &secret, &[]).await?.status, 404, "who sees no appointments");
        members::change_role(app, owner, &member.member, "member").await?;
        assert_eq!(read(&site, &secret, &[]).await?.status, 200);
        members::remove_member(app, owner, &member.member).await?;
        assert_eq!(read(&site, &secret, &[]).await?.status, 404);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_address_once() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let owner = site.members[0].1.clone();
    let made = site.send("POST", "/calendar/feed", Some(&owner), Some("")).await?;
    assert_eq!(made.status, 200, "{}", made.body);
    let body = made.body.replace("&#x2F;", "/");
    let at = body.find("/feeds/").unwrap() + "/feeds/".len();
    let secret: String = body[at..].chars().take_while(|c| *c != '.').collect();
    assert_eq!(read(&site, &secret, &[]).await?.status, 200);
    let page = site.get("/calendar/feed", Some(&owner)).await?;
    assert!(!page.body.contains(&secret));
    let gone = site.send("POST", "/calendar/feed/withdraw", Some(&owner), Some("")).await?;
    assert_eq!(gone.status, 303);
    assert_eq!(read(&site, &secret, &[]).await?.status, 404);
    Ok(())
}
