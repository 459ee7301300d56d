//! What a token's maker was told of: pages, what is read, and reminders that come again; and the tasks that
//! are asked for by what they are about.

use anyhow::Result;
use app::notifications::{self, Kind, Way};
use app::{Context, Origin, reminders, sessions};
use domain::{ApiScope, Lead, Role};
use oxpi_tests::proposals;
use oxpi_tests::site::{Site, api_token};
use runtime::{Grant, Services as _};
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

/// A colleague's token and pages reach neither what the owner was told of nor how they want to hear of it.
async fn a_colleague_reaches_nothing_of_it(site: &Site) -> Result<()> {
    let (app, owner) = (&site.house.app, &site.house.owner);
    let (_, session) = site.members.iter().find(|(role, _)| *role == Role::Admin).unwrap();
    let current = sessions::context_of(app, session, &Origin::default()).await?;
    let colleague = Context { is_recent: true, ..current.context.unwrap() };
    let scopes = [ApiScope::NotificationsRead, ApiScope::NotificationsWrite];
    let (_, token) = api_token(app, &colleague, &scopes).await?;
    let theirs = async |method, path: &str, body| call(site, &token, method, path, &[], body).await;
    let (before, id) = (own(site, "GET", "/notifications", None).await?, &site.ids["notification"]);
    assert!(before.body.contains(id) && before.body.contains("\"read_at\":null"));
    let told = theirs("GET", "/notifications", None).await?;
    assert!(told.status == 200 && !told.body.contains(id), "{}", told.body);
    for (act, body) in [("read", None), ("snooze", Some(json!({"until": "1h"})))] {
        let refused = theirs("POST", &format!("/notifications/{id}/{act}"), body).await?;
        assert_eq!(problem(&refused, 404), "not-found");
    }
    assert_eq!(theirs("POST", "/notifications/read", None).await?.status, 204);
    let opened = format!("/notifications/{id}/open");
    assert_eq!(site.send("POST", &opened, Some(session), Some("")).await?.status, 404);
    assert_eq!(own(site, "GET", "/notifications", None).await?.body, before.body);

    let ways = notifications::list_ways(app, owner).await?;
    let habits = reminders::get_habits(app, owner).await?;
    // Whoever a form names besides: it is about who sends it.
    let whose = format!("member={}&account={}", owner.member, owner.account);
    let habits_form = "tasks=never&appointments=1d&follow_ups=never&morning=07:30";
    for (path, form) in [
        ("/notifications/choices", format!("way-task-due=none&{whose}")),
        ("/notifications/reminders", format!("{habits_form}&quiet_from=&quiet_until=&{whose}")),
    ] {
        let saved = site.send("POST", path, Some(session), Some(&form)).await?;
        assert_eq!(saved.status, 303, "{path}: {}", saved.body);
    }
    assert_eq!(notifications::list_ways(app, owner).await?, ways);
    assert_eq!(reminders::get_habits(app, owner).await?, habits);
    let ways = notifications::list_ways(app, &colleague).await?;
    assert!(ways.contains(&(Kind::TaskDue, Way::None)), "{ways:?}");
    assert_eq!(reminders::get_habits(app, &colleague).await?.tasks, Lead::Never);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_come_in_pages_and_are_marked_as_read() {
    each(async |site| {
        a_colleague_reaches_nothing_of_it(&site).await?;
        let first = json(&own(&site, "GET", "/notifications?limit=1", None).await?);
        assert!(first["items"].as_array().is_some_and(|items| items.len() == 1), "{first}");
        let all = json(&own(&site, "GET", "/notifications", None).await?);
        let all = all["items"].as_array().unwrap().clone();
        let (mut path, mut seen) = ("/notifications?limit=1".to_owned(), Vec::new());
        loop {
            let page = json(&own(&site, "GET", &path, None).await?);
            seen.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/notifications?limit=1&after={next}");
        }
        assert_eq!(seen, all);
        let one = format!("/notifications/{}", site.ids["notification"]);
        assert_eq!(own(&site, "POST", &format!("{one}/read"), None).await?.status, 204);
        let body = json!({"until": "1h"});
        let snoozed = own(&site, "POST", &format!("{one}/snooze"), Some(body)).await?;
        assert_eq!(problem(&snoozed, 404), "not-found", "it reminds of nothing");
        assert_eq!(own(&site, "POST", "/notifications/read", None).await?.status, 204);
        let after = json(&own(&site, "GET", "/notifications", None).await?);
        let all = after["items"].as_array().unwrap();
        assert!(all.iter().all(|each| each["read_at"].is_string()), "{after}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_notifications_sees_all_choices_and_makes_none() {
    each(async |site| {
        let path = "/notifications/choices";
        let told = json(&own(&site, "GET", path, None).await?);
        let scopes = [ApiScope::NotificationsRead];
        let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let same = call(&site, &narrow, "GET", path, &[], None).await?;
        assert_eq!(json(&same)["kinds"], told["kinds"]);
        let none = Some(json!({"kinds": {"task-due": "none"}}));
        let refused = call(&site, &narrow, "PATCH", path, &[], none).await?;
        assert_eq!(problem(&refused, 403), "scope");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tokens_maker_chooses_how_they_are_told_as_on_their_page() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        let path = "/notifications/choices";
        let change = async |body| own(&site, "PATCH", path, Some(body)).await;
        let before = own(&site, "GET", path, None).await?;
        let tag = before.header("etag").unwrap().to_owned();
        let told = json(&before);
        assert_eq!(told["kinds"]["task-due"], "both", "{told}");
        assert_eq!(told["kinds"]["jobs"], Value::Null, "{told}");
        assert_eq!(told["reminders"]["quiet"], Value::Null, "{told}");
        let body = json!({"kinds": {"task-due": "none"}, "reminders": {"tasks": "1d",
            "quiet": {"from": "22:00", "until": "07:00"}}});
        let done = change(body).await?;
        assert_eq!(done.status, 200, "{}", done.body);
        let done = json(&done);
        assert_eq!(done["kinds"]["task-due"], "none");
        assert_eq!(done["reminders"]["quiet"]["until"], "07:00");
        let ways = notifications::list_ways(app, owner).await?;
        assert!(ways.contains(&(Kind::TaskDue, Way::None)), "{ways:?}");
        let habits = reminders::get_habits(app, owner).await?;
        assert_eq!((habits.tasks, habits.appointments), (Lead::Days(1), Lead::Minutes(30)));
        let page = site.get("/notifications", Some(&site.house.token)).await?.body;
        assert!(page.contains("22:00") && page.contains("07:00"), "{page}");
        // Whoever knows what was is not taken at their word.
        let body = json!({"reminders": {"quiet": null}});
        let held = [("If-Match", tag.as_str())];
        let late = call(&site, &site.api_token, "PATCH", path, &held, Some(body.clone())).await?;
        assert_eq!(problem(&late, 412), "changed");
        // What can't be changes nothing of what could.
        let wrong = json!({"kinds": {"task-due": "both"}, "reminders": {"morning": "08:00",
            "quiet": {"from": "08:00", "until": "08:00"}}});
        let refused = change(wrong).await?;
        assert_eq!(problem(&refused, 422), "invalid");
        assert_eq!(json(&refused)["errors"][0]["pointer"], "/reminders/quiet/until");
        for wrong in [
            json!({}),
            json!({"kinds": {"task-due": "loud"}}),
            json!({"kinds": {"tasks-assigned": "app"}}),
            json!({"reminders": {"tasks": "soon"}}),
        ] {
            assert_eq!(problem(&change(wrong).await?, 422), "invalid");
        }
        assert_eq!(json(&own(&site, "GET", path, None).await?), done);
        let none = json(&change(body).await?);
        assert_eq!(none["reminders"]["quiet"], Value::Null, "{none}");
        assert_eq!(none["reminders"]["tasks"], "1d");
        let tenant = owner.tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
        let chain = app.db.read(list).await?;
        let count = |action: &str| chain.iter().filter(|entry| entry.action == action).count();
        assert_eq!((count("member.notices-chosen"), count("member.reminders-chosen")), (1, 2));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tasks_reminder_comes_again_and_tasks_are_found_by_what_they_are_about() {
    each(async |site| {
        let (person, booked) = (&site.ids["person"], &site.ids["appointment"]);
        let body = json!({"title": "Call", "day": "2026-03-05", "people": [person],
            "appointments": [booked]});
        let task = json(&own(&site, "POST", "/tasks", Some(body)).await?);
        let path = format!("/tasks/{}/snooze", text(&task["id"]));
        let now = site.house.app.clock.now();
        let snoozed = own(&site, "POST", &path, Some(json!({"until": "3h"}))).await?;
        assert_eq!(snoozed.status, 200, "{}", snoozed.body);
        assert_eq!(text(&json(&snoozed)["at"]), now.plus_secs(3 * 3_600).to_rfc3339());
        let never = own(&site, "POST", &path, Some(json!({"until": "never"}))).await?;
        assert_eq!(problem(&never, 422), "invalid");

        let about = async |query: String| own(&site, "GET", &format!("/tasks?{query}"), None).await;
        for query in [
            format!("person={person}"),
            format!("appointment={booked}"),
            format!("person={person}&appointment={booked}"),
        ] {
            let found = json(&about(query).await?);
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
            assert_eq!(found["items"][0]["id"], task["id"]);
        }
        let other = json(&about(format!("person={booked}")).await?);
        assert_eq!(other["items"], json!([]));
        let scopes = [ApiScope::TasksRead];
        let (_, narrow) = api_token(&site.house.app, &site.house.owner, &scopes).await?;
        let path = format!("/tasks?person={person}");
        let refused = call(&site, &narrow, "GET", &path, &[], None).await?;
        assert_eq!(problem(&refused, 403), "scope");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_that_a_program_and_a_plugin_bring_are_told_together_and_once() {
    each(async |site| {
        let (app, owner) = (&site.house.app, &site.house.owner);
        notifications::read_all(app, owner).await?;
        let told = async || -> Result<Vec<(Kind, String)>> {
            let all = notifications::list_notifications(app, owner).await?.into_iter();
            Ok(all.filter(|it| it.read_at.is_none()).map(|it| (it.kind, it.subject)).collect())
        };
        let made = own(&site, "POST", "/people", Some(json!({"name": "Dana"}))).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(told().await?, [(Kind::LeadNew, "Dana".to_owned())]);
        let grant = Grant::from_ids(["records.write:person".to_owned()]);
        let plugin = proposals::call(&owner.tenant, &site.house.plugin, grant);
        let workspace = proposals::workspace(app);
        for _ in 0..2 {
            let lead = json!({"name": "Noa"});
            workspace.records_upsert(&plugin, "person", lead, None, "once").await?;
        }
        assert_eq!(told().await?, [(Kind::LeadsNew, "2".to_owned())]);
        Ok(())
    })
    .await;
}
