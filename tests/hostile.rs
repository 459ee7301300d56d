//! Plugins that mean harm, as the whole house meets them: what the activity log says, what another
//! business's ids are good for, and what the watcher of the process sees.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::activity::list_activity;
use app::audit::AuditFilter;
use app::people::{PersonInput, create_person};
use app::services::Workspace;
use app::sessions::context_of;
use app::sign_ins::sign_in;
use app::tenants::{BusinessInput, FirstRun, OwnerInput, create_business};
use app::{Context, Origin};
use domain::Secret;
use oxpi_tests::House;
use oxpi_tests::house::password;
use oxpi_tests::proposals::call;
use oxpi_tests::site::Site;
use runtime::{CallContext, CallReport, Grant, Services};
use serde_json::json;

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

/// What the plugin's calls get for this business.
fn call_of(house: &House, context: &Context) -> CallContext {
    let plugin = app::plugins::find_loaded(&house.app, &house.plugin).unwrap();
    call(&context.tenant, &house.plugin, Grant::everything(plugin.manifest()))
}

fn report(outcome: &'static str, denials: u32) -> CallReport {
    CallReport {
        hook: "job-handler.run",
        wall: Duration::from_millis(300),
        queued: Duration::ZERO,
        cpu: Duration::from_millis(250),
        memory_bytes_max: 1 << 20,
        http_calls: 0,
        answer_bytes: 0,
        denials,
        outcome,
    }
}

async fn told(house: &House, action: &str) -> Result<Vec<serde_json::Value>> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let page = list_activity(&house.app, &house.owner, filter, None, 100).await?;
    Ok(page.items.into_iter().map(|entry| entry.detail).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_or_refused_is_in_the_log_once_an_hour() {
    each(async |house| {
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let call = call_of(&house, &house.owner);
        for _ in 0..50 {
            workspace.call_finished(&call, report("out-of-cpu", 0)).await;
            workspace.call_finished(&call, report("ok", 3)).await;
            workspace.call_finished(&call, report("ok", 0)).await;
        }
        let stopped = told(&house, "plugin.stopped").await?;
        assert_eq!(stopped.len(), 1, "{stopped:?}");
        assert_eq!((&stopped[0]["kind"], &stopped[0]["count"]), (&json!("out-of-cpu"), &json!(1)));
        assert_eq!(told(&house, "plugin.refused").await?.len(), 1);
        house.clock.advance_millis(3_600_000);
        workspace.call_finished(&call, report("out-of-cpu", 0)).await;
        let stopped = told(&house, "plugin.stopped").await?;
        assert_eq!((stopped.len(), &stopped[0]["count"]), (2, &json!(50)));
        Ok(())
    })
    .await;
}

async fn another_business(house: &House) -> Result<Context> {
    let input = FirstRun {
        business: BusinessInput {
            business: "Somewhere else".to_owned(),
            locale: "en".to_owned(),
            zone: "UTC".to_owned(),
            currency: "USD".to_owned(),
        },
        owner: OwnerInput {
            name: "Sam".to_owned(),
            email: "stranger@example.com".to_owned(),
            password: password(),
        },
    };
    create_business(&house.app, input).await?;
    let origin = Origin::default();
    let entry = sign_in(&house.app, &origin, "stranger@example.com", password()).await?;
    let signed = entry.open().context("a second step")?;
    context_of(&house.app, &signed.token, &origin).await?.context.context("no business")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_businesss_handles_are_nobodys() {
    each(async |house| {
        let (connection, _) = house.with_calendar().await?;
        let person = PersonInput { name: "Dana Levi".to_owned(), ..PersonInput::default() };
        let person = create_person(&house.app, &house.owner, person, "").await?;
        let other = another_business(&house).await?;
        let version =
            app::plugins::get_plugin(&house.app, &other, &house.plugin).await?.card.version;
        app::plugins::enable_plugin(&house.app, &other, &house.plugin, &version).await?;
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let (own, foreign) = (call_of(&house, &house.owner), call_of(&house, &other));
        let plugin = app::plugins::find_loaded(&house.app, &house.plugin)?;
        let slot = plugin.manifest().slots.first().context("no slot")?;

        assert!(workspace.credential(&own, slot, Some(&connection)).await.is_ok());
        let refused = workspace.credential(&foreign, slot, Some(&connection)).await.err();
        assert_eq!(refused.map(|problem| problem.code).as_deref(), Some("not-found"));
        assert!(!workspace.credential_refused(&foreign, slot, Some(&connection)).await);
        assert!(workspace.connections(&foreign).await?.is_empty());
        assert_eq!(workspace.connections(&own).await?.len(), 1);

        let id = person.id.as_str();
        assert!(workspace.records_get(&own, "person", id).await?.is_some());
        let seen = workspace.records_get(&foreign, "person", id).await;
        assert!(!matches!(seen, Ok(Some(_))), "{seen:?}");

        workspace.kv_put(&own, "cursor", b"secret".to_vec(), None, None).await?;
        assert_eq!(workspace.kv_get(&foreign, "cursor").await?, None);
        assert!(workspace.kv_keys(&foreign, "", None, 10).await?.0.is_empty());

        let job = workspace.jobs_enqueue(&own, "later", json!({}), None, "once").await?;
        // Whether it is there is not theirs to know, and it stays.
        let _ = workspace.jobs_cancel(&foreign, &job).await;
        let id = job.parse()?;
        let tenant = house.owner.tenant.clone();
        let kept = house.app.db.read(move |c| store::jobs::get(c, &tenant, &id)).await?;
        assert_eq!(kept.state, store::jobs::JobState::Ready);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_whoever_has_the_token() -> Result<()> {
    const TOKEN: &str = "prometheus-may-read-this";
    let house = House::start(store::testing::sqlite().await).await?;
    let site = Site::start_with(house, |options| {
        options.metrics_token = Some(Secret::from_text(TOKEN.to_owned()));
    })
    .await?;
    let ask = async |header: &str| -> Result<(u16, String)> {
        let request = format!(
            "GET /metrics HTTP/1.1\r\nhost: prometheus.internal\r\n{header}connection: close\r\n\r\n"
        );
        let reply = oxpi_tests::http::send_raw(site.port, request.as_bytes()).await?;
        let reply = reply.context("closed without an answer")?;
        Ok((reply.status, reply.body.clone()))
    };
    assert_eq!(ask("").await?.0, 404);
    assert_eq!(ask("authorization: Bearer prometheus-may-read-thus\r\n").await?.0, 404);
    assert_eq!(site.get("/metrics", Some(&site.members[0].1)).await?.status, 404, "an owner");
    let (status, text) = ask(&format!("authorization: Bearer {TOKEN}\r\n")).await?;
    assert_eq!(status, 200);
    let calls = "oxpi_plugin_calls_total{plugin=\"google-calendar\",outcome=\"ok\"}";
    assert!(text.lines().any(|line| line.starts_with(calls)), "{text}");
    for private in ["Dana", "dana@", site.house.owner.tenant.as_str()] {
        assert!(!text.contains(private), "{private}");
    }
    Ok(())
}

/// What a page must not hold as it is: markup, and marks that turn what follows round.
const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

/// The sample plugin with markup in everything that people read of it.
fn dressed_up(folder: &Path) -> Result<()> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/testkit/sample");
    let package = oxpi_testkit::package_of(&sample)?;
    let to = folder.join("testkit-sample");
    std::fs::create_dir_all(to.join("locales"))?;
    for name in ["plugin.wasm", "icon.svg"] {
        std::fs::copy(package.join(name), to.join(name))?;
    }
    let icon = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(3)</script></svg>";
    std::fs::write(to.join("icon.svg"), icon)?;
    let manifest = std::fs::read_to_string(package.join("plugin.toml"))?;
    let publisher = format!("publisher = '''{MARKUP}'''");
    std::fs::write(to.join("plugin.toml"), manifest.replace("publisher = \"OXPI\"", &publisher))?;
    for name in ["en.ftl", "he.ftl"] {
        let texts = std::fs::read_to_string(package.join("locales").join(name))?;
        let texts: Vec<_> = texts
            .lines()
            .map(|line| {
                line.split_once(" = ")
                    .map_or_else(|| line.to_owned(), |(key, _)| format!("{key} = {MARKUP}"))
            })
            .collect();
        std::fs::write(to.join("locales").join(name), texts.join("\n") + "\n")?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_plugin_contributes_becomes_markup() -> Result<()> {
    let house = House::start(store::testing::sqlite().await).await?;
    let folder = tempfile::tempdir()?;
    dressed_up(folder.path())?;
    app::plugins::load_packages(&house.app, &[folder.path()]).await;
    let id: domain::PluginId = "testkit-sample".parse()?;
    let version = app::plugins::get_plugin(&house.app, &house.owner, &id).await?.card.version;
    let site = Site::start_with(house, |_| ()).await?;
    let owner = site.members[0].1.clone();
    let pages = |ids: &BTreeMap<&'static str, String>| -> Vec<String> {
        let all = web::routes::table().iter().filter(|route| route.method == "GET");
        all.map(|route| site.fill_in(route.path, ids)).collect()
    };
    let mut ids = site.ids.clone();
    ids.insert("plugin", id.to_string());
    // Its view greets in its own words.
    ids.insert("app", id.to_string());
    ids.insert("view", "home".to_owned());
    // Before it is on, its page asks for consent in its words.
    let mut paths = pages(&ids);
    let (mut seen, mut words) = (0, 0);
    for round in 0..2 {
        for path in &paths {
            let reply = site.get(path, Some(&owner)).await?;
            assert!(reply.status < 500, "{path}: {}", reply.status);
            let is_page =
                reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
            if !is_page {
                continue;
            }
            seen += 1;
            words += reply.body.matches("&lt;script&gt;alert").count();
            for bad in ["<script>alert", "<img src=x", "\" onerror", "\u{202e}"] {
                assert!(!reply.body.contains(bad), "{path} has {bad}");
            }
        }
        if round == 0 {
            app::plugins::enable_plugin(&site.house.app, &site.house.owner, &id, &version).await?;
            let call = call(&site.house.owner.tenant, &id, Grant::nothing());
            let title = format!("{MARKUP}\u{2067}");
            let approval = oxpi_tests::proposals::propose(&site.house.app, &call, &title).await?;
            ids.insert("approval", approval);
            paths = pages(&ids);
        }
    }
    assert!(seen > 40 && words > 10, "{seen} pages with {words} of its words prove nothing");
    let icon = site.get(&format!("/plugins/{id}/icon"), Some(&owner)).await?;
    assert_eq!(icon.header("content-type"), Some("image/svg+xml"));
    let policy = icon.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("script-src 'nonce-") && !policy.contains("unsafe"), "{policy}");
    Ok(())
}
