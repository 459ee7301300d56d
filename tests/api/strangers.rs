//! Every operation, visited by everybody who has no business there: nobody, a browser's cookie, another
//! business's token with this one's ids, and tokens that are good for everything else.

use anyhow::Result;
use app::Origin;
use domain::ApiScope;
use oxpi_tests::site::{MARKER, Site, api_token};
use serde_json::{Value, json};
use store::documents::DocumentFilter;
use web::api::operations::{Operation, PLUGIN, Shows, operations};

use super::{call, each, json, problem, send};

/// A body that each schema takes, with the first business's ids where an id belongs.
fn body(operation: &Operation, site: &Site) -> Option<Value> {
    let ids = &site.ids;
    let fields = match operation.body? {
        "PersonNew" => json!({"name": "Eve", "owner": ids["member"]}),
        "PersonChange" => json!({"name": "Mine now"}),
        "StageMove" => json!({"stage": "customer"}),
        "Merge" | "Apart" => json!({"other": "01900000-0000-7000-8000-000000000000"}),
        "PeopleAct" => json!({"people": [ids["person"]], "act": "remove"}),
        "TasksAct" => json!({"tasks": [ids["task"]], "act": "remove"}),
        "PeopleActAll" | "TasksActAll" => json!({"act": "remove"}),
        "File" => json!("Name,Phone\nEve,050-1112222\n"),
        "ImportPlanChange" => json!({"doubles": "update"}),
        "ApprovalChange" => json!({"fields": {"text": "Mine now"}}),
        "EndpointNew" => json!({"url": "https://hooks.example.com/mine"}),
        "EndpointChange" => json!({"description": "Mine now"}),
        "SendAgain" => json!({"since": "2026-01-01T00:00:00Z"}),
        "KindAgain" | "KindDismiss" => json!({"kind": "calendar.push"}),
        "CalendarImportStart" => json!({"events": [0], "untitled": "Mine"}),
        "DocumentChange" => json!({"name": "Mine now.pdf"}),
        "MemberChange" => json!({"role": "accountant"}),
        "NoticeChoicesChange" => json!({"kinds": {"task-due": "none"}}),
        "Snooze" => json!({"until": "1h"}),
        "BusinessChange" => json!({"name": "Mine"}),
        "ViewNew" => json!({"name": "Mine", "query": "q=x", "is_shared": true}),
        "ViewChange" => json!({"name": "Mine now"}),
        "PersonFieldNew" => json!({"name": "Mine", "kind": "text"}),
        "PersonFieldChange" => json!({"name": "Mine"}),
        "SeriesChange" => json!({"rule": "FREQ=WEEKLY", "reach": "all"}),
        "SeriesCancel" => json!({"reach": "all"}),
        "InvitationNew" => json!({"email": "mine@example.com", "role": "member"}),
        "NoteNew" => json!({"text": "Mine now"}),
        "TagChange" => json!({"name": "mine"}),
        "SourceRename" => json!({"from": "website", "to": "mine"}),
        "PipelineNew" | "PipelineChange" => json!({"name": "Mine", "stages": [
            {"name": "In", "outcome": "open"}, {"name": "Won", "outcome": "won"}]}),
        "TaskNew" => json!({"title": "Mine", "people": [ids["person"]]}),
        "TaskChange" => json!({"title": "Mine", "appointments": [ids["appointment"]]}),
        "AppointmentNew" => json!({"title": "Mine", "starts_at": "2026-03-05T10:00:00Z",
            "ends_at": "2026-03-05T11:00:00Z", "calendar": ids["calendar"]}),
        "AppointmentChange" => json!({"title": "Mine", "person": ids["person"]}),
        "AppointmentMove" => json!({"starts_at": "2026-03-05T10:00:00Z",
            "ends_at": "2026-03-05T11:00:00Z"}),
        other => panic!("no body for {other}"),
    };
    Some(fields)
}

/// The operation's path with these ids, and what it must be asked.
fn path(operation: &Operation, site: &Site) -> String {
    let path = site.fill_in(operation.path, &site.ids);
    let path = path.strip_prefix("/api/v1").unwrap_or(&path).to_owned();
    let query = (operation.query)();
    let must = |wanted: &str| {
        query.iter().any(|(name, schema)| *name == wanted && schema.get("required").is_some())
    };
    if must("from") {
        return format!("{path}?from=2026-02-01T00:00:00Z&to=2026-04-01T00:00:00Z");
    }
    if must("since") {
        return format!("{path}?since=2026-01-01T00:00:00Z");
    }
    if must("person") {
        return format!("{path}?name=a.txt&person={}", site.ids["person"]);
    }
    if must("q") { format!("{path}?q={MARKER}") } else { path }
}

/// How much of the first business there is, and what it is.
async fn everything(site: &Site) -> Result<String> {
    let tenant = site.house.owner.tenant.clone();
    let all = site.house.app.db.read(move |c| {
        let told = store::audit::list_chain(c, &tenant, 0, 100_000)?;
        let acts = told.iter().filter(|entry| entry.action != "session.foreign-id-refused");
        Ok(format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            store::people::list_after(c, &tenant, None, 100)?,
            store::appointments::list_after(c, &tenant, None, 100)?,
            store::tasks::list(c, &tenant, &store::tasks::TaskFilter::default(), None, 100)?,
            (
                store::pipelines::list_stages(c, &tenant)?,
                store::documents::list(c, &tenant, &DocumentFilter::default(), None, 100)?,
            ),
            (
                store::tags::list(c, &tenant)?,
                store::own_fields::list_even_removed(c, &tenant)?,
                store::members::list(c, &tenant)?,
                store::jobs::list_dead(c, &tenant, None, 100)?,
            ),
            acts.count(),
        ))
    });
    Ok(all.await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_no_cookie_get_further_than_the_door() {
    each(async |site| {
        let before = everything(&site).await?;
        let cookie = format!("oxpi={}; __Host-oxpi={}", site.house.token, site.house.token);
        let session = format!("Bearer {}", site.house.token);
        let basic = format!("Basic {}", site.api_token);
        let wrong: [&[(&str, &str)]; 6] = [
            &[],
            &[("Cookie", &cookie), ("Sec-Fetch-Site", "same-origin")],
            &[("Authorization", &session)],
            &[("Authorization", &basic)],
            &[("Authorization", &site.api_token)],
            &[("Authorization", "Bearer oxpi_")],
        ];
        for operation in operations() {
            let path = format!("/api/v1{}", path(operation, &site));
            for headers in &wrong[..if operation.method == "GET" { 6 } else { 2 }] {
                let sent = body(operation, &site);
                let reply = send(&site, operation.method, &path, headers, sent.as_ref()).await?;
                let what = format!("{} {path} {headers:?}", operation.method);
                assert!(matches!(reply.status, 401 | 429), "{what}: {}", reply.status);
                problem(&reply, reply.status);
                assert!(!reply.body.contains(MARKER), "{what}");
                assert!(reply.session().is_none(), "{what}");
            }
        }
        assert_eq!(before, everything(&site).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_business_finds_nothing_and_changes_nothing() {
    each(async |site| {
        let origin = Origin::default();
        let theirs = app::sessions::context_of(&site.house.app, &site.stranger, &origin).await?;
        let theirs = theirs.context.unwrap();
        let (_, token) = api_token(&site.house.app, &theirs, ApiScope::ALL).await?;
        let before = everything(&site).await?;
        for operation in operations() {
            let path = path(operation, &site);
            let sent = body(operation, &site);
            let reply = call(&site, &token, operation.method, &path, &[], sent).await?;
            let what = format!("{} {path}", operation.method);
            let shown = reply.body.replace(&format!("{MARKER} token"), "");
            assert!(!shown.contains(MARKER), "{what} shows what is another's: {}", reply.body);
            assert!(reply.status < 500, "{what}: {}", reply.status);
            // Which plugins there are is the installation's, and the same for all.
            if operation.ids().any(|id| id != PLUGIN) {
                assert_eq!(problem(&reply, 404), "not-found", "{what}");
            }
            for id in site.ids.values().filter(|id| id.len() == 36) {
                assert!(!shown.contains(id.as_str()), "{what} names an id of another's");
            }
        }
        assert_eq!(before, everything(&site).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_refused_and_the_scope_is_named() {
    each(async |site| {
        let before = everything(&site).await?;
        for scope in ApiScope::ALL {
            let others: Vec<ApiScope> =
                ApiScope::ALL.iter().copied().filter(|other| other != scope).collect();
            let (_, token) = api_token(&site.house.app, &site.house.owner, &others).await?;
            for operation in operations().iter().filter(|one| one.scope == Some(*scope)) {
                let (path, sent) = (path(operation, &site), body(operation, &site));
                let reply = call(&site, &token, operation.method, &path, &[], sent).await?;
                assert_eq!(problem(&reply, 403), "scope", "{} {path}", operation.method);
                let told = reply.header("www-authenticate").unwrap();
                assert!(told.contains(scope.as_str()), "{told}");
            }
        }
        let changed = everything(&site).await?;
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&before), lines(&changed));
        let rest = |text: &str| text.rsplit_once('\n').unwrap().0.to_owned();
        assert_eq!(rest(&before), rest(&changed), "only the tokens themselves were noted");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_says_what_its_schema_says() {
    each(async |site| {
        let document = web::api::document::document();
        let is_file = |one: &Operation| matches!(one.shows, Shows::File(_));
        let all = operations().iter().filter(|one| one.method == "GET" && !is_file(one));
        for operation in all {
            let path = path(operation, &site);
            let reply = call(&site, &site.api_token, "GET", &path, &[], None).await?;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            let schema = &document["paths"][operation.path]["get"]["responses"]["200"]["content"]
                ["application/json"]["schema"];
            let wrong = web::api::schema::check(schema, &json(&reply));
            assert!(wrong.is_empty(), "{path}: {wrong:?} in {}", reply.body);
        }
        Ok(())
    })
    .await;
}
