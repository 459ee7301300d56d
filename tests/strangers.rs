//! Every route of the router's own table, visited by everybody who has no business there: nobody,
//! another business's owner with this one's ids, and each role.

use std::collections::BTreeMap;

use anyhow::Result;
use oxpi_tests::http::Reply;
use oxpi_tests::site::{MARKER, Site};
use store::deliveries::Delivery;
use store::documents::DocumentFilter;
use store::endpoints::Endpoint;
use web::routes::{Auth, Route, table};

/// On both databases; and on PostgreSQL with each of the two guards alone, our filters and its row
/// level security.
async fn each(test: impl AsyncFn(Site) -> Result<()>) {
    use store::testing::{
        postgres, postgres_by_filters_alone, postgres_by_row_security_alone, sqlite,
    };
    let guards = [postgres_by_filters_alone().await, postgres_by_row_security_alone().await];
    for db in [sqlite().await, postgres().await].into_iter().chain(guards) {
        let unfiltered = db.unfiltered.clone();
        let site = Site::start(db).await.unwrap();
        test(site).await.unwrap();
        let removed = unfiltered.map(|unfiltered| unfiltered.removed());
        assert!(removed.is_none_or(|count| count > 50), "{removed:?}");
    }
}

/// Fields of every form there is, with the first business's ids where an id belongs.
fn form(site: &Site) -> String {
    form_with(&site.ids)
}

fn form_with(ids: &BTreeMap<&'static str, String>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, id) in ids {
        form.append_pair(name, id);
    }
    let plain = [
        ("name", "Eve"),
        ("title", "Mine now"),
        ("date", "2026-03-05"),
        ("starts", "10:00"),
        ("ends", "11:00"),
        ("role", "owner"),
        ("email", "eve@example.com"),
        ("rev", "1"),
        ("version", "0.1.0"),
        ("confirm", "google-calendar"),
        ("client_id", "x"),
        ("client_secret", "y"),
        ("stage", "lead"),
        ("current", "wrong wrong wrong"),
        ("password", "another long password"),
    ];
    for (name, value) in plain {
        form.append_pair(name, value);
    }
    form.finish()
}

/// The path with every id in its query, under every name.
fn with_query(path: &str, ids: &BTreeMap<&str, String>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(ids);
    format!("{path}?{}", query.finish())
}

/// A visit with these ids in the path, the query, each header and the form.
async fn visit_with(
    site: &Site,
    route: &Route,
    ids: &BTreeMap<&'static str, String>,
    session: &str,
) -> Result<Reply> {
    let path = with_query(&site.fill_in(route.path, ids), ids);
    let names: Vec<String> = ids.keys().map(|name| format!("X-{name}-Id")).collect();
    let cookie = format!("oxpi={session}");
    let mut headers = vec![("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
    headers.extend(names.iter().map(String::as_str).zip(ids.values().map(String::as_str)));
    let form = (route.method == "POST").then(|| form_with(ids));
    let form = form.as_deref();
    oxpi_tests::http::send(site.port, route.method, &path, &headers, form).await
}

/// A page without what differs from answer to answer: ids that were asked for, nonces and codes.
fn plain(body: &str, ids: &BTreeMap<&'static str, String>) -> String {
    let mut plain = body.to_owned();
    for name in OWNED {
        plain = plain.replace(&ids[name], name);
    }
    // The language's form leads back to what was asked for, and with it to the ids in it.
    let differs = [("nonce=\"", "\""), ("code-note\">", "<"), ("name=\"back\" value=\"", "\"")];
    for (from, to) in differs {
        let mut parts = plain.split(from);
        let mut rest = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            rest.push_str(part.split_once(to).map_or("", |(_, after)| after));
        }
        plain = rest;
    }
    plain
}

async fn visit(site: &Site, route: &Route, path: &str, session: Option<&str>) -> Result<Reply> {
    let form = (route.method == "POST").then(|| form(site));
    site.send(route.method, path, session, form.as_deref()).await
}

/// The business's endpoints with their messages.
fn hooks(
    c: &mut store::Conn,
    tenant: &domain::TenantId,
) -> store::Result<Vec<(Endpoint, Vec<Delivery>)>> {
    let all = store::endpoints::list(c, tenant)?;
    let with_log = |of: Endpoint| {
        let log = store::deliveries::list(c, tenant, &of.id, None, None, 100)?;
        Ok((of, log.items))
    };
    all.into_iter().map(with_log).collect()
}

/// Everything of the first business that a stranger might have changed.
async fn everything(site: &Site) -> Result<String> {
    let tenant = site.house.owner.tenant.clone();
    let person: domain::PersonId = site.ids["person"].parse()?;
    let import: domain::CalendarImportId = site.ids["import"].parse()?;
    let all = site.house.app.db.read(move |c| {
        Ok(format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            store::tenants::get(c, &tenant)?,
            store::api_tokens::list(c, &tenant)?,
            hooks(c, &tenant)?,
            store::calendar_imports::get(c, &tenant, &import)?,
            (store::imports::list(c, &tenant, 100)?, store::exports::list(c, &tenant, 100)?),
            store::pipelines::list_stages(c, &tenant)?,
            (
                store::tags::list(c, &tenant)?,
                store::own_fields::list_even_removed(c, &tenant)?,
                store::own_fields::list_of(c, &tenant, std::slice::from_ref(&person))?,
            ),
            store::tasks::list(c, &tenant, &store::tasks::TaskFilter::default(), None, 100)?,
            store::timeline::list(c, &tenant, &person, None, 100)?,
            store::people::list_after(c, &tenant, None, 100)?,
            store::appointments::list_after(c, &tenant, None, 100)?,
            store::connections::list(c, &tenant)?,
            store::calendars::list(c, &tenant)?,
            store::members::list(c, &tenant)?,
            store::approvals::list_waiting(c, &tenant, domain::Timestamp::from_millis(0), 100)?,
            store::jobs::list_dead(c, &tenant, None, 100)?,
            // What it set of each plugin, and what it allowed, is in its row.
            store::tenant_plugins::list(c, &tenant)?,
            store::schedules::list(c, &tenant)?,
            store::documents::list(c, &tenant, &DocumentFilter::default(), None, 100)?,
            store::secrets::list_after(c, &tenant, ("", "", ""), 100)?
                .into_iter()
                .map(|kept| (kept.owner, kept.name, kept.record, kept.version, kept.envelope))
                .collect::<Vec<_>>(),
            // That a stranger asked is told, and all that may be.
            store::audit::list_chain(c, &tenant, 0, 100_000)?
                .into_iter()
                .filter(|entry| {
                    !matches!(
                        entry.action.as_str(),
                        "session.foreign-id-refused"
                            | "session.cross-site-refused"
                            | "webhook.refused"
                    )
                })
                .count(),
        ))
    });
    Ok(all.await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_further_than_the_door() {
    each(async |site| {
        for route in table().iter().filter(|route| route.auth != Auth::Anyone) {
            let path = site.fill_in(route.path, &site.ids);
            let reply = visit(&site, route, &path, None).await?;
            let (method, status) = (route.method, reply.status);
            assert!(matches!(status, 303 | 401), "{method} {path}: {status}");
            assert!(!reply.body.contains(MARKER), "{method} {path}");
        }
        Ok(())
    })
    .await;
}

/// The ids that belong to one business.
const OWNED: [&str; 23] = [
    "api_token",
    "approval",
    "export",
    "import",
    "people_import",
    "person",
    "appointment",
    "connection",
    "document",
    "endpoint",
    "delivery",
    "member",
    "invitation",
    "job",
    "notification",
    "note",
    "own_field",
    "pipeline",
    "saved_view",
    "sweep",
    "tag",
    "task",
    "undo",
];

#[tokio::test(flavor = "multi_thread")]
async fn another_business_finds_nothing_and_changes_nothing() {
    each(async |site| {
        let before = everything(&site).await?;
        let mut random = site.ids.clone();
        for name in OWNED {
            random.insert(name, "01900000-0000-7000-8000-000000000000".to_owned());
        }
        for route in table().iter().filter(|route| route.name != "door::sign_out") {
            let session = site.stranger.as_str();
            let reply = visit_with(&site, route, &site.ids, session).await?;
            let what = format!("{} {}", route.method, route.path);
            assert!(!reply.body.contains(MARKER), "{what} shows what is another's");
            assert!(reply.status < 500, "{what}: {}", reply.status);
            if OWNED.iter().any(|name| route.path.contains(&format!("{{{name}}}"))) {
                let nobodys = visit_with(&site, route, &random, session).await?;
                assert_eq!(reply.status, 404, "{what}");
                assert_eq!(nobodys.status, 404, "{what} with a random id");
                let (theirs, nobodys) =
                    (plain(&reply.body, &site.ids), plain(&nobodys.body, &random));
                assert_eq!(theirs, nobodys, "{what} tells that there is such a one");
            }
        }
        assert_eq!(before, everything(&site).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_meets_404_and_403_where_the_table_says() {
    each(async |site| {
        for (role, session) in &site.members {
            for route in table().iter().filter(|route| route.auth == Auth::Member) {
                let path = site.fill_in(route.path, &site.ids);
                let sees = route.sees.is_none_or(|permission| role.may(permission));
                let does = route.needs.is_none_or(|permission| role.may(permission));
                if sees && does && route.method == "POST" {
                    // What they may do is another test's; here it would change the ground.
                    continue;
                }
                let reply = visit(&site, route, &path, Some(session)).await?;
                let what = format!("{role}: {} {path}", route.method);
                match (sees, does) {
                    (false, _) => assert_eq!(reply.status, 404, "{what}"),
                    (true, false) => assert_eq!(reply.status, 403, "{what}"),
                    (true, true) if route.path == "/oauth/callback" => {
                        assert_eq!(reply.status, 400, "{what}: a flow nobody began");
                    }
                    (true, true) if route.path == "/profile/app" => {
                        assert_eq!(reply.status, 303, "{what}: a key nobody asked for");
                    }
                    (true, true)
                        if route.path == "/exports/{export}/file"
                            && *role != domain::Role::Owner =>
                    {
                        assert_eq!(reply.status, 403, "{what}: the owner asked for it");
                    }
                    (true, true) => assert_eq!(reply.status, 200, "{what}"),
                }
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_another_site_is_refused() {
    each(async |site| {
        let cookie = format!("oxpi={}", site.house.token);
        let wrong: [&[(&str, &str)]; 4] = [
            &[("Cookie", &cookie)],
            &[("Cookie", &cookie), ("Sec-Fetch-Site", "cross-site")],
            &[("Cookie", &cookie), ("Sec-Fetch-Site", "same-site")],
            &[("Cookie", &cookie), ("Origin", "https://evil.example")],
        ];
        let before = everything(&site).await?;
        for route in table().iter().filter(|r| r.method == "POST" && r.name != "hooks::receive") {
            let path = site.fill_in(route.path, &site.ids);
            for headers in wrong {
                let form = form(&site);
                let sent = oxpi_tests::http::send(site.port, "POST", &path, headers, Some(&form));
                assert_eq!(sent.await?.status, 403, "{path} {headers:?}");
            }
        }
        assert_eq!(before, everything(&site).await?);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_with_anothers_id_is_told_of_without_telling_them_anything() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let app = &site.house.app;
        let acts = async |tenant: &domain::TenantId| -> Result<Vec<store::audit::Entry>> {
            let tenant = tenant.clone();
            let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
            let mut chain = app.db.read(list).await?;
            chain.retain(|entry| entry.action == "session.foreign-id-refused");
            Ok(chain)
        };
        let tenants = app.db.read(store::tenants::list).await?;
        let theirs = tenants.iter().find(|t| t.id != site.house.owner.tenant).unwrap().id.clone();
        let random = "/people/01900000-0000-7000-8000-000000000000";
        assert_eq!(site.get(random, Some(&site.stranger)).await?.status, 404);
        // One who looks at a time: the next is looked at a moment later.
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        assert!(acts(&site.house.owner.tenant).await?.is_empty());
        let path = format!("/people/{}", site.ids["person"]);
        for _ in 0..5 {
            assert_eq!(site.get(&path, Some(&site.stranger)).await?.status, 404);
        }
        for _ in 0..100 {
            if !acts(&site.house.owner.tenant).await?.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        app::incidents::write_down(app).await;
        let ours = acts(&site.house.owner.tenant).await?;
        assert_eq!(ours.len(), 1, "{ours:?}");
        assert_eq!((ours[0].actor_id.as_str(), ours[0].address.as_str()), ("", ""), "not who");
        assert!(acts(&theirs).await?.is_empty(), "it would tell them that it is somebody's");
        let own = app::installation::list_entries(app, 100).await?;
        let own: Vec<_> =
            own.iter().filter(|entry| entry.kind == "session.foreign-id-refused").collect();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].detail_json.0["tenant"], theirs.as_str());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_another_site_is_told_to_the_business_of_the_session() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let app = &site.house.app;
    let cookie = format!("oxpi={}", site.members[0].1);
    for cookie in [cookie.as_str(), cookie.as_str(), "", ""] {
        let headers = [("Sec-Fetch-Site", "cross-site"), ("Cookie", cookie)];
        let reply =
            oxpi_tests::http::send(site.port, "POST", "/people", &headers, Some("name=Eve"));
        assert_eq!(reply.await?.status, 403);
    }
    let tenant = site.house.owner.tenant.clone();
    let told = async || -> Result<(Vec<u64>, Vec<i64>)> {
        app::incidents::write_down(app).await;
        let tenant = tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
        let ours = app.db.read(list).await?.into_iter();
        let ours = ours.filter(|entry| entry.action == "session.cross-site-refused");
        let own = app::installation::list_entries(app, 100).await?.into_iter();
        let own = own.filter(|entry| entry.kind == "session.cross-site-refused");
        let count = |entry: store::audit::Entry| {
            assert!(!entry.actor_id.is_empty(), "whose session it was");
            entry.detail_json.0["count"].as_u64().unwrap()
        };
        Ok((ours.map(count).collect(), own.map(|entry| entry.count).collect()))
    };
    for _ in 0..100 {
        let (ours, own) = told().await?;
        if ours.iter().sum::<u64>() == 2 && own.iter().sum::<i64>() == 2 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    anyhow::bail!("{:?}", told().await?)
}
