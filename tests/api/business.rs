//! The business by program: what it says of itself, its tags, views, fields, plugins, and given-up work.

use anyhow::Result;
use domain::ApiScope;
use oxpi_tests::House;
use oxpi_tests::house::Extras;
use oxpi_tests::mailbox::post;
use oxpi_tests::site::{MARKER, Site, api_token};
use serde_json::{Value, json};
use simulators::smtp::Smtp;

use super::{call, each, json, own, problem, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_business_tags_and_views_are_changed() {
    each(async |site| {
        let before = json(&own(&site, "GET", "/business", None).await?);
        let change = json!({"name": "Renamed", "currency": "EUR"});
        let changed = own(&site, "PATCH", "/business", Some(change)).await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let after = json(&changed);
        assert_eq!((text(&after["name"]), text(&after["currency"])), ("Renamed", "EUR"));
        assert_eq!((&after["zone"], &after["language"]), (&before["zone"], &before["language"]));
        let wrong = own(&site, "PATCH", "/business", Some(json!({"language": "xx"}))).await?;
        assert_eq!(problem(&wrong, 422), "invalid");
        assert_eq!(json(&wrong)["errors"][0]["pointer"], "/language");

        let body = json!({"name": "spring"});
        let made = own(&site, "POST", "/tags", Some(body.clone())).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!(json(&own(&site, "GET", &path, None).await?)["name"], "spring");
        assert_eq!(problem(&own(&site, "POST", "/tags", Some(body)).await?, 422), "invalid");

        let view = json!({"name": "Fresh", "query": "standing=lead", "is_shared": true});
        let made = own(&site, "POST", "/views", Some(view)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!(json(&own(&site, "GET", &path, None).await?), json(&made));
        let other = json!({"name": "Stale", "query": "standing=lead", "is_shared": true});
        assert_eq!(own(&site, "POST", "/views", Some(other)).await?.status, 201);
        let rename =
            async |name: &str| own(&site, "PATCH", &path, Some(json!({"name": name}))).await;
        let taken = rename("Stale").await?;
        assert_eq!(problem(&taken, 422), "invalid");
        assert_eq!(json(&taken)["errors"][0]["pointer"], "/name");
        let renamed = json(&rename("Ripe").await?);
        assert_eq!(
            (&renamed["name"], &renamed["query"]),
            (&json!("Ripe"), &json!("standing=lead"))
        );
        assert_eq!(json(&own(&site, "GET", &path, None).await?), renamed);
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        assert_eq!(own(&site, "GET", &path, None).await?.status, 404);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_of_the_lists_that_the_token_is_good_for() {
    each(async |site| {
        let view = json!({"list": "documents", "name": "Bills", "query": "kind=pdf"});
        let made = own(&site, "POST", "/views", Some(view.clone())).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let all = json(&own(&site, "GET", "/views?list=documents", None).await?);
        assert_eq!(all["items"], json!([json(&made)]));
        assert_eq!(json(&made)["list"], "documents");
        let people = json(&own(&site, "GET", "/views", None).await?);
        let people = people["items"].as_array().unwrap();
        assert!(!people.is_empty() && people.iter().all(|it| it["list"] == "people"), "{people:?}");
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, reads) = api_token(app, owner, &[ApiScope::DocumentsRead]).await?;
        let seen = call(&site, &reads, "GET", &path, &[], None).await?;
        assert_eq!(json(&seen), json(&made));
        for (method, path, sent) in [
            ("DELETE", path.as_str(), None),
            ("PATCH", path.as_str(), Some(json!({"name": "Receipts"}))),
            ("POST", "/views", Some(view)),
            ("GET", "/views", None),
        ] {
            let refused = call(&site, &reads, method, path, &[], sent).await?;
            assert_eq!(problem(&refused, 403), "scope", "{method} {path}");
        }
        let of_people = format!("/views/{}", site.ids["saved_view"]);
        let hidden = call(&site, &reads, "GET", &of_people, &[], None).await?;
        assert_eq!(problem(&hidden, 404), "not-found");
        let (_, writes) = api_token(app, owner, &[ApiScope::DocumentsWrite]).await?;
        let held = [("If-Match", seen.header("etag").unwrap())];
        let name = Some(json!({"name": "Receipts"}));
        let renamed = call(&site, &writes, "PATCH", &path, &held, name.clone()).await?;
        assert_eq!((renamed.status, &json(&renamed)["name"]), (200, &json!("Receipts")));
        let late = call(&site, &writes, "PATCH", &path, &held, name).await?;
        assert_eq!(late.status, 412, "{}", late.body);
        let held = [("If-Match", renamed.header("etag").unwrap())];
        let gone = call(&site, &writes, "DELETE", &path, &held, None).await?;
        assert_eq!(gone.status, 204, "{}", gone.body);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_a_list_saves_and_removes_no_view_of_it() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        for (list, read, write) in [
            ("people", ApiScope::PipelinesRead, ApiScope::PeopleWrite),
            ("tasks", ApiScope::TasksRead, ApiScope::TasksWrite),
            ("documents", ApiScope::DocumentsRead, ApiScope::DocumentsWrite),
        ] {
            let (_, reads) = api_token(app, owner, &[read]).await?;
            let (_, writes) = api_token(app, owner, &[write]).await?;
            let view = json!({"list": list, "name": "Late", "query": "q=late"});
            let refused = call(&site, &reads, "POST", "/views", &[], Some(view.clone())).await?;
            assert_eq!(problem(&refused, 403), "scope", "{list}");
            let made = call(&site, &writes, "POST", "/views", &[], Some(view)).await?;
            assert_eq!(made.status, 201, "{list}: {}", made.body);
            let path = format!("/views/{}", text(&json(&made)["id"]));
            let refused = call(&site, &reads, "DELETE", &path, &[], None).await?;
            assert_eq!(problem(&refused, 403), "scope", "{list}");
            let seen = call(&site, &reads, "GET", &path, &[], None).await?;
            assert_eq!(json(&seen), json(&made), "{list}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_fields_are_made_changed_removed_and_brought_back() {
    each(async |site| {
        let body = json!({"name": "Colour", "kind": "choice",
            "options": [{"name": "Red"}, {"name": "Blue"}]});
        let made = own(&site, "POST", "/person-fields", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        let first = json(&made)["options"][0]["id"].clone();
        // Who names no options leaves them; those that are named come first.
        let change = json!({"help": "Of the door"});
        let same = json(&own(&site, "PATCH", &path, Some(change)).await?);
        assert_eq!(same["options"], json(&made)["options"]);
        let change = json!({"options": [{"name": "Green"}, {"id": first, "name": "Scarlet"}]});
        let changed = json(&own(&site, "PATCH", &path, Some(change)).await?);
        let names: Vec<&str> =
            changed["options"].as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
        assert_eq!(names, ["Green", "Scarlet", "Blue"]);
        assert_eq!(text(&changed["help"]), "Of the door");
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        assert_eq!(own(&site, "GET", &path, None).await?.status, 404);
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 404);
        let back = own(&site, "POST", &format!("{path}/restore"), None).await?;
        assert_eq!(back.status, 200, "{}", back.body);
        assert_eq!(json(&back)["options"], changed["options"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_was_given_up_is_tried_again_and_plugins_are_told() {
    each(async |site| {
        let jobs = json(&own(&site, "GET", "/jobs", None).await?);
        assert_eq!(jobs["items"][0]["id"], site.ids["job"].as_str(), "{jobs}");
        assert_eq!(text(&jobs["items"][0]["subject"]), format!("{MARKER} fitting"));
        let scopes = [ApiScope::JobsRead, ApiScope::JobsWrite];
        let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let told = call(&site, &narrow, "GET", "/jobs", &[], None).await?;
        assert!(!told.body.contains(&format!("{MARKER} fitting")), "{}", told.body);
        let again = format!("/jobs/{}/again", site.ids["job"]);
        assert_eq!(call(&site, &narrow, "POST", &again, &[], None).await?.status, 204);
        let left = json(&own(&site, "GET", "/jobs", None).await?);
        assert_eq!(left["items"], json!([]));

        let plugins = json(&own(&site, "GET", "/plugins", None).await?);
        let all = plugins["items"].as_array().unwrap();
        let gallery = all.iter().find(|each| each["id"] == site.ids["app"].as_str());
        assert_eq!(gallery.unwrap()["on"], true, "{plugins}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_work_of_a_kind_that_was_given_up_is_tried_again_once() {
    each(async |site| {
        let scopes = [ApiScope::JobsWrite];
        let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let again = async |kind: &str| {
            let body = Some(json!({"kind": kind}));
            call(&site, &narrow, "POST", "/jobs/again", &[], body).await
        };
        assert_eq!(json(&again("mail.send").await?), json!({"count": 0}));
        let left = json(&own(&site, "GET", "/jobs", None).await?);
        assert_eq!(left["items"][0]["id"], site.ids["job"].as_str(), "of another kind");
        assert_eq!(json(&again("calendar.push").await?), json!({"count": 1}));
        assert_eq!(json(&again("calendar.push").await?), json!({"count": 0}), "twice is once");
        assert_eq!(json(&own(&site, "GET", "/jobs", None).await?)["items"], json!([]));
        assert_eq!(problem(&again(" ").await?, 422), "invalid");
        let log = json(&own(&site, "GET", "/activity", None).await?).to_string();
        assert_eq!(log.matches("job.retried").count(), 1, "{log}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_invitations_are_listed_without_their_links() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, reads) = api_token(app, owner, &[ApiScope::TeamRead]).await?;
        let made = app::invitations::create_invitation(app, owner, "noa@example.com", "accountant");
        let made = made.await?;
        let get = async |path: &str| call(&site, &reads, "GET", path, &[], None).await;
        let list = get("/invitations").await?;
        assert_eq!(list.status, 200, "{}", list.body);
        let token = made.link.rsplit('/').next().unwrap();
        assert!(!list.body.contains(token) && !list.body.contains("/join/"), "{}", list.body);
        let all = json(&list);
        let all = all["items"].as_array().unwrap();
        let emails: Vec<&str> = all.iter().map(|it| text(&it["email"])).collect();
        assert!(emails.contains(&"later@example.com"), "{emails:?}");
        let noa = all.iter().find(|it| it["email"] == "noa@example.com").unwrap();
        assert_eq!((text(&noa["role"]), &noa["id"]), ("accountant", &json!(made.id)));
        let path = format!("/invitations/{}", made.id);
        assert_eq!(json(&get(&path).await?), *noa);
        // Who only reads withdraws nothing; what is over is not there any more.
        let refused = call(&site, &reads, "DELETE", &path, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope");
        assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
        assert_eq!(problem(&get(&path).await?, 404), "not-found");
        assert!(!get("/invitations").await?.body.contains("noa@example.com"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendars_address_is_made_by_who_reads_appointments() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let (_, narrow) = api_token(app, owner, &[ApiScope::CalendarsWrite]).await?;
    let refused = call(&site, &narrow, "POST", "/calendar-feed", &[], None).await?;
    assert_eq!(problem(&refused, 403), "scope");
    let made = own(&site, "POST", "/calendar-feed", None).await?;
    assert_eq!(made.status, 200, "{}", made.body);
    let url = url::Url::parse(text(&json(&made)["url"]))?;
    assert!(site.get(url.path(), None).await?.body.contains("BEGIN:VCALENDAR"));
    // The same request again makes no other address, which would end the one before.
    let scopes = [ApiScope::CalendarsWrite, ApiScope::AppointmentsRead];
    let (_, token) = api_token(app, owner, &scopes).await?;
    let key = [("Idempotency-Key", "feed-1")];
    let made = call(&site, &token, "POST", "/calendar-feed", &key, None).await?;
    let url = url::Url::parse(text(&json(&made)["url"]))?;
    let again = call(&site, &token, "POST", "/calendar-feed", &key, None).await?;
    assert_eq!((again.status, &json(&again)["url"]), (200, &Value::Null));
    assert_eq!(site.get(url.path(), None).await?.status, 200);
    let known = json(&own(&site, "GET", "/calendar-feed", None).await?);
    assert!(known["created_at"].is_string(), "{known}");
    assert_eq!(own(&site, "DELETE", "/calendar-feed", None).await?.status, 204);
    assert_eq!(site.get(url.path(), None).await?.status, 404);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_invites_nobody_who_could_make_tokens() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let invite = |role: &str| json!({"email": "noa@example.com", "role": role});
    let refused = own(&site, "POST", "/invitations", Some(invite("admin"))).await?;
    assert_eq!(problem(&refused, 422), "invalid");
    // Nothing is sent here, and whoever holds the token isn't told the link.
    let refused = own(&site, "POST", "/invitations", Some(invite("member"))).await?;
    assert_eq!(problem(&refused, 409), "mail-off");
    let scopes = [ApiScope::TeamWrite].into_iter().collect();
    let token = app::Context { scopes: Some(scopes), is_recent: false, ..owner.clone() };
    let create = app::invitations::create_invitation;
    let admin = create(app, &token, "noa@example.com", "admin").await;
    assert!(matches!(admin, Err(app::Error::Forbidden)));
    let made = create(app, &token, "noa@example.com", "member").await?;
    let path = format!("/invitations/{}", made.id);
    assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_a_token_makes_says_where_it_is() -> Result<()> {
    let smtp = Smtp::start()?;
    let extras = Extras { post: post(smtp.port, "")?, ..Extras::default() };
    let house = House::start_with(store::testing::sqlite().await, extras).await?;
    let site = Site::start_with(house, |_| ()).await?;
    let body = json!({"email": "noa@example.com", "role": "member"});
    let key = [("Idempotency-Key", "invite-1")];
    let invite = async || {
        call(&site, &site.api_token, "POST", "/invitations", &key, Some(body.clone())).await
    };
    let made = invite().await?;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!made.body.contains("/join/"), "{}", made.body);
    let location = made.header("location").unwrap().to_owned();
    let path = location.strip_prefix("/api/v1").unwrap();
    let shown = own(&site, "GET", path, None).await?;
    assert_eq!(json(&shown), json(&made));
    assert_eq!(shown.header("etag"), made.header("etag"));
    let again = invite().await?;
    assert_eq!((again.status, &again.body), (201, &made.body));
    assert_eq!(again.header("location"), Some(location.as_str()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_work_of_a_kind_that_was_given_up_is_left() {
    each(async |site| {
        let path = format!("/jobs/{}", site.ids["job"]);
        let shown = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(text(&shown["kind"]), "calendar.push");
        let dismiss = async |kind: &str| {
            let body = Some(json!({"kind": kind}));
            Ok::<_, anyhow::Error>(json(&own(&site, "POST", "/jobs/dismiss", body).await?))
        };
        assert_eq!(dismiss("mail.send").await?, json!({"count": 0}));
        assert_eq!(dismiss("calendar.push").await?, json!({"count": 1}));
        assert_eq!(dismiss("calendar.push").await?, json!({"count": 0}), "twice is once");
        assert_eq!(problem(&own(&site, "GET", &path, None).await?, 404), "not-found");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_changes_roles_and_takes_members_out_but_nobody_who_could_make_tokens() {
    each(async |site| {
        let team = json(&own(&site, "GET", "/team", None).await?);
        let of = |role: &str| {
            let mut all = team["items"].as_array().unwrap().iter();
            format!("/team/{}", text(&all.find(|it| it["role"] == role).unwrap()["id"]))
        };
        let change = async |path: &str, role: &str| {
            own(&site, "PATCH", path, Some(json!({"role": role}))).await
        };
        let member = of("member");
        let changed = change(&member, "accountant").await?;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(text(&json(&changed)["role"]), "accountant");
        assert_eq!(json(&own(&site, "GET", &member, None).await?), json(&changed));
        assert_eq!(problem(&change(&member, "admin").await?, 422), "invalid");
        for path in [of("owner"), of("admin")] {
            assert_eq!(problem(&change(&path, "member").await?, 403), "forbidden", "{path}");
            let stays = own(&site, "DELETE", &path, None).await?;
            assert_eq!(problem(&stays, 403), "forbidden", "{path}");
        }
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, reads) = api_token(app, owner, &[ApiScope::TeamRead]).await?;
        let refused = call(&site, &reads, "DELETE", &member, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope");
        assert_eq!(own(&site, "DELETE", &member, None).await?.status, 204);
        assert_eq!(problem(&own(&site, "GET", &member, None).await?, 404), "not-found");
        // Not by another way either, whatever the body's schema lets through.
        let scopes = [ApiScope::TeamWrite].into_iter().collect();
        let token = app::Context { scopes: Some(scopes), is_recent: false, ..owner.clone() };
        let accountant = of("accountant").trim_start_matches("/team/").parse()?;
        let more = app::members::change_role(app, &token, &accountant, "admin").await;
        assert!(matches!(more, Err(app::Error::Forbidden)), "{more:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_list_is_what_the_list_says_of_it() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    for list in ["/team", "/plugins", "/calendars", "/jobs", "/notifications", "/undo"] {
        let all = json(&own(&site, "GET", list, None).await?);
        let first = &all["items"][0];
        let one = own(&site, "GET", &format!("{list}/{}", text(&first["id"])), None).await?;
        assert_eq!((one.status, json(&one)), (200, first.clone()), "{list}");
    }
    for path in ["/plugins/no-such-plugin", "/plugins/No", "/team/1"] {
        assert_eq!(problem(&own(&site, "GET", path, None).await?, 404), "not-found", "{path}");
    }
    Ok(())
}
