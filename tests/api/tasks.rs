//! Tasks by program: what they are about.

use domain::ApiScope;
use oxpi_tests::site::{MARKER, api_token};
use serde_json::{Value, json};

use super::{call, each, json, own, problem, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_about_what_is_named_and_what_is_left_out_stays() {
    each(async |site| {
        let other = json(&own(&site, "POST", "/tasks", Some(json!({"title": "Other"}))).await?);
        let address = "https://shop.example.com/orders/7";
        let links = json!([
            {"kind": "task", "id": other["id"]},
            {"kind": "address", "id": address},
        ]);
        let body = json!({"title": "Look", "links": links});
        let made = own(&site, "POST", "/tasks", Some(body)).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let task = json(&made);
        let told = json!([
            {"kind": "task", "id": other["id"], "name": "Other"},
            {"kind": "address", "id": address, "name": "shop.example.com"},
        ]);
        assert_eq!(task["links"], told);
        let path = format!("/tasks/{}", text(&task["id"]));
        let merge = [("Content-Type", "application/merge-patch+json")];
        let change = async |body: Value| {
            call(&site, &site.api_token, "PATCH", &path, &merge, Some(body)).await
        };
        let renamed = json(&change(json!({"title": "Look again"})).await?);
        assert_eq!((text(&renamed["title"]), &renamed["links"]), ("Look again", &told));
        for wrong in [
            json!({"links": [{"kind": "address", "id": "http://shop.example.com/"}]}),
            json!({"links": [{"kind": "task", "id": task["id"]}]}),
            json!({"links": [{"kind": "person", "id": address}]}),
            json!({"links": [{"kind": "address"}]}),
        ] {
            assert_eq!(problem(&change(wrong).await?, 422), "invalid");
        }
        let emptied = json(&change(json!({"links": []})).await?);
        assert_eq!(emptied["links"], json!([]));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_names_nobody_whom_the_token_does_not_read() {
    each(async |site| {
        let about = json!({"title": "Call them", "people": [site.ids["person"]]});
        let made = own(&site, "POST", "/tasks", Some(about)).await?;
        let path = format!("/tasks/{}", text(&json(&made)["id"]));
        let (app, owner) = (&site.house.app, &site.house.owner);
        // Reports let people through, but tell of none.
        let scopes = [ApiScope::TasksRead, ApiScope::ReportsRead, ApiScope::TasksWrite];
        let (_, narrow) = api_token(app, owner, &scopes).await?;
        let (_, wide) = api_token(app, owner, &[ApiScope::TasksRead, ApiScope::PeopleRead]).await?;
        for (token, told) in [(&narrow, false), (&wide, true)] {
            for path in [path.as_str(), "/tasks?assignee=nobody"] {
                let shown = call(&site, token, "GET", path, &[], None).await?;
                assert!(shown.body.contains("Call them"), "{}", shown.body);
                let name = format!("{MARKER} Levi");
                assert_eq!(shown.body.contains(&name), told, "{path}: {}", shown.body);
            }
        }
        // Nor can it take away whom it isn't told of.
        let merge = [("Content-Type", "application/merge-patch+json")];
        let body = Some(json!({"people": []}));
        let changed = call(&site, &narrow, "PATCH", &path, &merge, body).await?;
        assert_eq!((changed.status, &json(&changed)["links"]), (200, &json!([])));
        let task = json(&own(&site, "GET", &path, None).await?);
        assert_eq!(task["links"][0]["id"], site.ids["person"].as_str());
        // And one that sees no people puts nothing on anybody's page.
        let (_, blind) =
            api_token(app, owner, &[ApiScope::TasksRead, ApiScope::TasksWrite]).await?;
        for body in [
            json!({"title": "Guess", "people": [site.ids["person"]]}),
            json!({"title": "Guess", "appointments": [site.ids["appointment"]]}),
        ] {
            let guessed = call(&site, &blind, "POST", "/tasks", &[], Some(body)).await?;
            assert_eq!(problem(&guessed, 422), "invalid");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_is_listed_the_longest_ago_first() {
    each(async |site| {
        let span = |minute: u32| {
            json!({"title": "Fitting", "starts_at": format!("2026-05-04T08:{minute:02}:00Z"),
                "ends_at": format!("2026-05-04T08:{:02}:00Z", minute + 5)})
        };
        let bodies = [
            ("/tasks", [json!({"title": "One"}), json!({"title": "Two"})]),
            ("/appointments", [span(0), span(10)]),
        ];
        for (list, bodies) in bodies {
            site.house.clock.advance_millis(60_000);
            let mut paths = Vec::new();
            for body in bodies {
                let made = own(&site, "POST", list, Some(body)).await?;
                assert_eq!(made.status, 201, "{}", made.body);
                paths.push(format!("{list}/{}", text(&json(&made)["id"])));
            }
            site.house.clock.advance_millis(60_000);
            let since = domain::Clock::now(&*site.house.clock).to_rfc3339();
            let changed = async |since: &str| {
                let path = format!("{list}/changed?since={since}");
                let page = own(&site, "GET", &path, None).await?;
                assert_eq!(page.status, 200, "{path}: {}", page.body);
                let all = json(&page)["items"].as_array().unwrap().clone();
                let of = |each: &Value| format!("{list}/{}", text(&each["id"]));
                Ok::<_, anyhow::Error>(all.iter().map(of).collect::<Vec<_>>())
            };
            assert!(changed(&since).await?.is_empty(), "{list}");
            let act = if list == "/tasks" { "done" } else { "cancel" };
            let done = own(&site, "POST", &format!("{}/{act}", paths[1]), None).await?;
            assert_eq!(done.status, 200, "{}", done.body);
            assert_eq!(changed(&since).await?, [paths[1].clone()], "{list}");
            let all = changed("2026-01-01T00:00:00Z").await?;
            assert_eq!(all[all.len() - 2..], paths[..], "{list}");
        }
        let wrong = own(&site, "GET", "/tasks/changed", None).await?;
        assert_eq!(problem(&wrong, 400), "parameter");
        Ok(())
    })
    .await;
}
