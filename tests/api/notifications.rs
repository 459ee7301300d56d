//! What a token's maker was told of: pages, what is read, and reminders that come again; and the tasks that
//! are asked for by what they are about.

use domain::ApiScope;
use oxpi_tests::site::api_token;
use serde_json::json;

use super::{call, each, json, own, problem, text};

#[tokio::test(flavor = "multi_thread")]
async fn notifications_come_in_pages_and_are_marked_as_read() {
    each(async |site| {
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
