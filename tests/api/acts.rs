//! One act over many, and taking acts back.

use anyhow::{Context as _, Result};
use app::people::PersonFilter;
use app::sweeps::{self, SweepInput, Whom};
use domain::{ApiScope, Role};
use oxpi_tests::site::{Site, api_token};
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

async fn add(site: &Site, path: &str, body: Value) -> Result<String> {
    let made = own(site, "POST", path, Some(body)).await?;
    assert_eq!(made.status, 201, "{}", made.body);
    Ok(text(&json(&made)["id"]).to_owned())
}

async fn act(site: &Site, path: &str, body: Value) -> Result<Value> {
    let done = own(site, "POST", path, Some(body)).await?;
    assert_eq!(done.status, 200, "{}", done.body);
    Ok(json(&done))
}

async fn undo(site: &Site, of: &Value) -> Result<Value> {
    act(site, &format!("/undo/{}", text(&of["undo"])), json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_people_are_changed_at_once_and_changed_back() {
    each(async |site| {
        let first = add(&site, "/people", json!({"name": "First", "source": "many"})).await?;
        let second = add(&site, "/people", json!({"name": "Second", "source": "many"})).await?;
        let people = json!([first, second, site.ids["task"]]);
        let size = site.ids["own_field"].clone();
        for (by, to, field, after) in [
            ("tag", json!("red"), "/tags", json!(["red"])),
            ("stage", json!("customer"), "/standing", json!("customer")),
            ("owner", json!(site.ids["member"]), "/owner", json!(site.ids["member"])),
            ("follow-up", json!("2026-04-01"), "/follow_up_on", json!("2026-04-01")),
            (&*format!("own-{size}"), json!("1"), &*format!("/fields/{size}"), json!("1")),
        ] {
            let path = format!("/people/{first}");
            let before = json(&own(&site, "GET", &path, None).await?);
            let body = json!({"people": people, "act": by, "to": to});
            let done = act(&site, "/people/change", body.clone()).await?;
            assert_eq!(done["count"], 2, "{by}");
            let now = json(&own(&site, "GET", &path, None).await?);
            assert_eq!(now.pointer(field), Some(&after), "{by}");
            // Who already is so isn't changed, and there is nothing to take back.
            let again = act(&site, "/people/change", body).await?;
            assert_eq!(again, json!({"count": 0, "undo": null}), "{by}");
            assert_eq!(undo(&site, &done).await?["count"], 2, "{by}");
            let back = json(&own(&site, "GET", &path, None).await?);
            assert_eq!(back.pointer(field), before.pointer(field), "{by}");
            let twice = format!("/undo/{}", text(&done["undo"]));
            assert_eq!(problem(&own(&site, "POST", &twice, None).await?, 409), "undone-already");
        }
        let body = json!({"people": people, "act": "remove"});
        let gone = act(&site, "/people/change", body).await?;
        let path = format!("/people/{second}");
        assert_eq!(own(&site, "GET", &path, None).await?.status, 404);
        undo(&site, &gone).await?;
        assert_eq!(own(&site, "GET", &path, None).await?.status, 200);
        for (wrong, at) in [
            (json!({"people": [], "act": "remove"}), "/people"),
            (json!({"people": [first], "act": "eat"}), "/act"),
            (json!({"people": [first], "act": "follow-up", "to": "soon"}), "/to"),
        ] {
            let refused = own(&site, "POST", "/people/change", Some(wrong)).await?;
            assert_eq!(problem(&refused, 422), "invalid");
            assert_eq!(json(&refused)["errors"][0]["pointer"], at, "{}", refused.body);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_are_changed_at_once_and_changed_back() {
    each(async |site| {
        let task = add(&site, "/tasks", json!({"title": "One", "day": "2026-03-05"})).await?;
        let path = format!("/tasks/{task}");
        let tasks = json!([task]);
        let body = json!({"tasks": tasks, "act": "delay", "to": "2026-03-09"});
        let late = act(&site, "/tasks/change", body).await?;
        assert_eq!(json(&own(&site, "GET", &path, None).await?)["day"], "2026-03-09");
        assert_eq!(undo(&site, &late).await?["count"], 1);
        assert_eq!(json(&own(&site, "GET", &path, None).await?)["day"], "2026-03-05");
        let done = act(&site, "/tasks/change", json!({"tasks": tasks, "act": "done"})).await?;
        assert!(json(&own(&site, "GET", &path, None).await?)["done_at"].is_string());
        // Under a key, the act is done once and tells the same undo again.
        let key = [("Idempotency-Key", "done-1")];
        let body = json!({"tasks": [task], "act": "remove"});
        let mut told = Vec::new();
        for _ in 0..2 {
            let body = Some(body.clone());
            let reply = call(&site, &site.api_token, "POST", "/tasks/change", &key, body).await?;
            assert_eq!(reply.status, 200, "{}", reply.body);
            told.push(reply.body);
        }
        assert_eq!(told[0], told[1]);
        undo(&site, &serde_json::from_str(&told[0])?).await?;
        undo(&site, &done).await?;
        assert!(json(&own(&site, "GET", &path, None).await?)["done_at"].is_null());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_says_what_takes_it_back_and_keeps_the_persons_tag() {
    each(async |site| {
        let keep = add(&site, "/people", json!({"name": "Kept"})).await?;
        let other = add(&site, "/people", json!({"name": "Gone", "phone": "050-1112222"})).await?;
        let (path, key) = (format!("/people/{keep}/merge"), [("Idempotency-Key", "merge-1")]);
        let send = async || {
            let body = Some(json!({"other": other}));
            call(&site, &site.api_token, "POST", &path, &key, body).await
        };
        let (merged, again) = (send().await?, send().await?);
        assert_eq!(merged.status, 200, "{}", merged.body);
        assert_eq!((&merged.body, merged.header("etag")), (&again.body, again.header("etag")));
        let read = own(&site, "GET", &format!("/people/{keep}"), None).await?;
        assert_eq!(read.header("etag"), merged.header("etag"));
        assert_eq!(json(&read)["phone"], json(&merged)["phone"]);
        assert_eq!(own(&site, "GET", &format!("/people/{other}"), None).await?.status, 404);
        undo(&site, &json(&merged)).await?;
        assert_eq!(own(&site, "GET", &format!("/people/{other}"), None).await?.status, 200);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_become_one_as_one_act() {
    each(async |site| {
        let body = |name: &str| json!({"name": name, "phone": "03-555 7799"});
        let mut all = Vec::new();
        for name in ["One", "Two", "Three"] {
            all.push(add(&site, "/people", body(name)).await?);
        }
        let (mut path, mut groups) = ("/people/doubles?limit=1".to_owned(), Vec::new());
        loop {
            let page = json(&own(&site, "GET", &path, None).await?);
            groups.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/people/doubles?limit=1&after={next}");
        }
        let ours = groups.iter().filter(|group| group["by"] == "phone");
        let ours: Vec<_> = ours.filter(|group| group["people"] == json!(all)).collect();
        assert_eq!(ours.len(), 1, "{groups:?}");
        let path = format!("/people/{}/merge", all[0]);
        let merged = act(&site, &path, json!({"others": [all[1], all[2]]})).await?;
        for gone in &all[1..] {
            assert_eq!(own(&site, "GET", &format!("/people/{gone}"), None).await?.status, 404);
        }
        undo(&site, &merged).await?;
        for there in &all {
            assert_eq!(own(&site, "GET", &format!("/people/{there}"), None).await?.status, 200);
        }
        for wrong in [json!({}), json!({"others": []}), json!({"others": [all[0]]})] {
            let refused = own(&site, "POST", &path, Some(wrong)).await?;
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_are_said_to_be_two_are_no_doubles_until_that_is_taken_back() {
    each(async |site| {
        let body = |name: &str| json!({"name": name, "phone": "03-555 7788"});
        let one = add(&site, "/people", body("One")).await?;
        let other = add(&site, "/people", body("Other")).await?;
        let doubles = async || -> Result<bool> {
            let read = own(&site, "GET", "/people/doubles", None).await?;
            Ok(read.body.contains(&one) || read.body.contains(&other))
        };
        assert!(doubles().await?);
        let path = format!("/people/{one}/apart");
        let told = act(&site, &path, json!({"other": other})).await?;
        assert!(!doubles().await?);
        undo(&site, &told).await?;
        assert!(doubles().await?);
        for wrong in [json!({"other": one}), json!({"other": "nobody"})] {
            let refused = own(&site, "POST", &path, Some(wrong)).await?;
            assert_eq!(refused.status, 422, "{}", refused.body);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_an_act_back_needs_the_scope_of_the_act() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let scopes = [ApiScope::TasksWrite, ApiScope::NotesWrite];
    let (_, narrow) = api_token(app, owner, &scopes).await?;
    let path = format!("/undo/{}", site.ids["undo"]);
    let refused = call(&site, &narrow, "POST", &path, &[], None).await?;
    assert_eq!(problem(&refused, 403), "scope");
    assert!(refused.header("www-authenticate").unwrap().contains("people:write"));
    assert_eq!(own(&site, "POST", &path, None).await?.status, 200);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_match_are_changed_in_lots_and_changed_back() {
    each(async |site| {
        let first = add(&site, "/people", json!({"name": "First", "source": "many"})).await?;
        add(&site, "/people", json!({"name": "Second", "source": "many"})).await?;
        let (path, body) = ("/people/change/all?source=many", json!({"act": "tag", "to": "red"}));
        let key = [("Idempotency-Key", "all-1")];
        let mut places = Vec::new();
        for _ in 0..2 {
            let body = Some(body.clone());
            let begun = call(&site, &site.api_token, "POST", path, &key, body).await?;
            assert_eq!(begun.status, 202, "{}", begun.body);
            assert_eq!(json(&begun)["state"], "running");
            places.push(begun.header("location").unwrap_or_default().to_owned());
        }
        assert_eq!(places[0], places[1]);
        let place = places[0].strip_prefix("/api/v1").unwrap_or_default().to_owned();
        site.house.work().await?;
        let done = json(&own(&site, "GET", &place, None).await?);
        assert_eq!((&done["state"], &done["matching"]), (&json!("done"), &json!(2)), "{done}");
        assert_eq!((&done["changed"], &done["problem"]), (&json!(2), &Value::Null), "{done}");
        let person = format!("/people/{first}");
        assert_eq!(json(&own(&site, "GET", &person, None).await?)["tags"], json!(["red"]));
        // One that has ended stays as it is.
        let stopped = own(&site, "POST", &format!("{place}/cancel"), None).await?;
        assert_eq!(json(&stopped)["state"], "done", "{}", stopped.body);
        assert_eq!(undo(&site, &done).await?["count"], 0);
        site.house.work().await?;
        let undone = json(&own(&site, "GET", &place, None).await?);
        assert_eq!((&undone["state"], &undone["undo"]), (&json!("undone"), &Value::Null));
        assert_eq!(json(&own(&site, "GET", &person, None).await?)["tags"], json!([]));
        let nobody = own(&site, "POST", "/people/change/all?source=nowhere", Some(body)).await?;
        assert_eq!(problem(&nobody, 422), "invalid");
        // A token must be good for what one changes.
        let scopes = [ApiScope::TasksWrite, ApiScope::TasksRead];
        let (_, token) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let refused = call(&site, &token, "GET", &place, &[], None).await?;
        assert!(matches!(refused.status, 403 | 404), "{}", refused.body);
        let body = json!({"act": "done"});
        let begun = call(&site, &token, "POST", "/tasks/change/all", &[], Some(body)).await?;
        assert_eq!(begun.status, 202, "{}", begun.body);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_members_act_is_seen_and_taken_back_by_who_may_change_the_settings() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let person = add(&site, "/people", json!({"name": "First", "source": "many"})).await?;
    let team = app::members::list_members(app, owner).await?;
    let mate = team.into_iter().find(|it| it.role == Role::Member).context("no mate")?;
    let (member, account, role) = (mate.id, mate.account, mate.role);
    let mate = app::Context { member, account, role, ..owner.clone() };
    let many = PersonFilter { source: Some("many".into()), ..PersonFilter::default() };
    let act = SweepInput { act: "tag".into(), to: "red".into() };
    let which = sweeps::begin_sweep(app, &mate, Whom::people(many), act, "").await?;
    site.house.work().await?;
    let (place, back) = (format!("/sweeps/{which}"), format!("/undo/{which}"));
    // The settings aren't its, though its maker may change them.
    let scopes = [ApiScope::PeopleRead, ApiScope::PeopleWrite];
    let (_, token) = api_token(app, owner, &scopes).await?;
    let seen = json(&call(&site, &token, "GET", &place, &[], None).await?);
    assert_eq!((&seen["state"], &seen["undo"]), (&json!("done"), &Value::Null), "{seen}");
    let refused = call(&site, &token, "POST", &back, &[], None).await?;
    assert_eq!(problem(&refused, 403), "forbidden");
    // One that may change them, and no people.
    let (_, token) = api_token(app, owner, &[ApiScope::BusinessWrite]).await?;
    let refused = call(&site, &token, "POST", &back, &[], None).await?;
    assert_eq!(problem(&refused, 403), "scope");
    let seen = json(&own(&site, "GET", &place, None).await?);
    assert_eq!(seen["undo"], json!(which), "{seen}");
    undo(&site, &seen).await?;
    site.house.work().await?;
    assert_eq!(json(&own(&site, "GET", &place, None).await?)["state"], "undone");
    let person = json(&own(&site, "GET", &format!("/people/{person}"), None).await?);
    assert_eq!(person["tags"], json!([]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_began_stops_when_it_is_revoked() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let scopes = [ApiScope::PeopleRead, ApiScope::PeopleWrite];
    let (id, token) = api_token(app, owner, &scopes).await?;
    let body = Some(json!({"act": "remove"}));
    let begun = call(&site, &token, "POST", "/people/change/all", &[], body).await?;
    assert_eq!(begun.status, 202, "{}", begun.body);
    app::api_tokens::revoke_token(app, owner, &id.parse()?).await?;
    site.house.work().await?;
    let place = begun.header("location").unwrap_or_default().replace("/api/v1", "");
    let ended = json(&own(&site, "GET", &place, None).await?);
    let why = (&ended["state"], &ended["problem"], &ended["changed"]);
    assert_eq!(why, (&json!("failed"), &json!("sweeps-token-ended"), &json!(0)), "{ended}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_many_goes_in_lots_and_says_where_to() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let (app, owner) = (&site.house.app, &site.house.owner);
    let mut list = String::from("Name,Phone\n");
    for n in 0..=app::people::bulk::BULK_MAX {
        list.push_str(&format!("Person {n},+97250{n:07}\n"));
    }
    let list = app::imports::keep_file(app, owner, "crowd.csv", list.into_bytes()).await?;
    app::imports::start_import(app, owner, &list).await?;
    site.house.work().await?;

    let scopes = [ApiScope::PipelinesRead, ApiScope::PipelinesWrite];
    let (_, token) = api_token(app, owner, &scopes).await?;
    let of = app::pipelines::list_pipelines(app, owner).await?.remove(0);
    let path = format!("/pipelines/{}", of.pipeline.id);
    let stages = of.stages[1..].iter().map(
        |stage| json!({"id": stage.id, "name": stage.name, "outcome": stage.outcome.as_str()}),
    );
    let body = json!({"stages": stages.collect::<Vec<_>>()});
    let begun = call(&site, &token, "PATCH", &path, &[], Some(body.clone())).await?;
    assert_eq!((begun.status, &json(&begun)["state"]), (202, &json!("running")), "{}", begun.body);
    let place = begun.header("location").unwrap_or_default().to_owned();
    let place = place.strip_prefix("/api/v1").unwrap_or_default();
    let now = json(&call(&site, &token, "GET", &path, &[], None).await?);
    let going = now["stages"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    assert_eq!(
        (&going["id"], &going["goes_to"]),
        (&json!(of.stages[0].id), &json!(of.stages[1].id))
    );
    let new = json!({"name": "New", "stage": of.stages[0].id});
    let refused = own(&site, "POST", "/people", Some(new)).await?;
    assert_eq!(problem(&refused, 422), "invalid");
    let listed = json!({"stages": now["stages"].as_array().map(|all| all.iter().map(|stage| {
        json!({"id": stage["id"], "name": stage["name"], "outcome": stage["outcome"]})
    }).collect::<Vec<_>>())});
    let refused = call(&site, &token, "PATCH", &path, &[], Some(listed)).await?;
    assert_eq!(problem(&refused, 422), "invalid");
    let stopped = own(&site, "POST", &format!("{place}/cancel"), None).await?;
    assert_eq!(problem(&stopped, 409), "sweeps-decided");
    let again = call(&site, &token, "PATCH", &path, &[], Some(body)).await?;
    assert_eq!(again.status, 200, "it goes already: {}", again.body);
    site.house.work().await?;
    let done = json(&call(&site, &token, "GET", place, &[], None).await?);
    assert_eq!((&done["state"], &done["undo"]), (&json!("done"), &Value::Null), "{done}");
    let now = json(&call(&site, &token, "GET", &path, &[], None).await?);
    assert_eq!(now["stages"].as_array().map(Vec::len), Some(of.stages.len() - 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_taken_back_is_listed_for_who_may() {
    each(async |site| {
        let first = add(&site, "/people", json!({"name": "First"})).await?;
        // What is done later is listed before.
        site.house.clock.advance_millis(1);
        let body = json!({"people": [first], "act": "tag", "to": "red"});
        let done = act(&site, "/people/change", body).await?;
        let path = format!("/undo/{}", text(&done["undo"]));
        let list = json(&own(&site, "GET", "/undo", None).await?);
        let latest = &list["items"][0];
        assert_eq!((&latest["id"], &latest["count"]), (&done["undo"], &json!(1)), "{list}");
        assert_eq!(latest["names"], json!(["First"]));
        assert_ne!(text(&latest["by"]), "");
        assert_eq!(json(&own(&site, "GET", &path, None).await?), *latest);
        let (app, owner) = (&site.house.app, &site.house.owner);
        let (_, tasks) = api_token(app, owner, &[ApiScope::TasksWrite]).await?;
        let theirs = call(&site, &tasks, "GET", "/undo", &[], None).await?;
        assert_eq!(json(&theirs)["items"], json!([]), "of people it tells nothing");
        let refused = call(&site, &tasks, "GET", &path, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope");
        let (_, people) = api_token(app, owner, &[ApiScope::PeopleWrite]).await?;
        let told = json(&call(&site, &people, "GET", &path, &[], None).await?);
        assert_eq!(told["by"], "", "it doesn't read the team");
        undo(&site, &done).await?;
        assert_eq!(problem(&own(&site, "GET", &path, None).await?, 404), "not-found");
        let left = json(&own(&site, "GET", "/undo", None).await?);
        assert_ne!(left["items"][0]["id"], done["undo"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_good_for_notes_alone_is_told_of_no_acts_over_people() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let first = add(&site, "/people", json!({"name": "First"})).await?;
    let body = json!({"people": [first], "act": "tag", "to": "red"});
    let done = act(&site, "/people/change", body).await?;
    let scopes = [ApiScope::NotesWrite];
    let (_, notes) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
    let list = call(&site, &notes, "GET", "/undo", &[], None).await?;
    assert_eq!((list.status, &json(&list)["items"]), (200, &json!([])), "{}", list.body);
    let path = format!("/undo/{}", text(&done["undo"]));
    let refused = call(&site, &notes, "GET", &path, &[], None).await?;
    assert_eq!(problem(&refused, 403), "scope");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_listed_until_it_is_back() {
    each(async |site| {
        for (list, body) in
            [("/people", json!({"name": "Gone"})), ("/tasks", json!({"title": "Gone"}))]
        {
            let id = add(&site, list, body).await?;
            let path = format!("{list}/{id}");
            assert_eq!(own(&site, "DELETE", &path, None).await?.status, 204);
            let removed = async || {
                let page = own(&site, "GET", &format!("{list}/removed"), None).await?;
                assert_eq!(page.status, 200, "{}", page.body);
                Ok::<_, anyhow::Error>(json(&page)["items"].clone())
            };
            let all = removed().await?;
            assert_eq!((text(&all[0]["id"]), text(&all[0]["name"])), (&*id, "Gone"), "{all}");
            let back = own(&site, "POST", &format!("{path}/restore"), None).await?;
            assert_eq!(back.status, 200, "{}", back.body);
            assert_eq!(removed().await?, json!([]), "{list}");
        }
        let scopes = [ApiScope::PeopleRead, ApiScope::TasksRead];
        let (_, reads) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        for path in ["/people/removed", "/tasks/removed"] {
            let refused = call(&site, &reads, "GET", path, &[], None).await?;
            assert_eq!(problem(&refused, 403), "scope", "{path}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_under_way_are_listed_until_they_end() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let body = json!({"act": "tag", "to": "all of them"});
    let begun = own(&site, "POST", "/people/change/all", Some(body)).await?;
    assert_eq!(begun.status, 202, "{}", begun.body);
    let list = json(&own(&site, "GET", "/sweeps", None).await?);
    assert_eq!(list["items"][0]["id"], json(&begun)["id"], "{list}");
    let (app, owner) = (&site.house.app, &site.house.owner);
    let (_, tasks) = api_token(app, owner, &[ApiScope::TasksWrite, ApiScope::PeopleRead]).await?;
    let theirs = call(&site, &tasks, "GET", "/sweeps", &[], None).await?;
    assert_eq!(json(&theirs)["items"], json!([]));
    site.house.work().await?;
    assert_eq!(json(&own(&site, "GET", "/sweeps", None).await?)["items"], json!([]));
    Ok(())
}
