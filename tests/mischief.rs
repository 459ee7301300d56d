//! A plugin that means harm, loaded and run by the whole house: what it gets, and the entry that it leaves
//! in the log whose chain is whole afterwards.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::activity::list_activity;
use app::audit::AuditFilter;
use app::documents::{DocumentFilter, list_documents};
use app::people::{PersonInput, create_person};
use app::{Context, egress, jobs, plugins};
use async_trait::async_trait;
use oxpi_tests::http;
use oxpi_tests::proposals::{call, propose};
use oxpi_tests::shelf::{Fittings, Shelf, as_it_is, package, publisher};
use oxpi_tests::site::serve;
use runtime::Grant;
use runtime::egress::Lookup;
use serde_json::{Value, json};

/// On both databases, with the plugin on in both businesses; the chains are walked afterwards.
async fn each(test: impl AsyncFn(&Shelf) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let shelf = Shelf::open(db.db.clone()).await.unwrap();
        turned_on(&shelf).await.unwrap();
        test(&shelf).await.unwrap();
        whole(&shelf).await.unwrap();
    }
}

async fn turned_on(shelf: &Shelf) -> Result<()> {
    shelf.install(package("1.0.0", &publisher(1), as_it_is)?).await?;
    for owner in [&shelf.owner, &shelf.other] {
        plugins::enable_plugin(&shelf.app, owner, &shelf.plugin, "1.0.0").await?;
    }
    Ok(())
}

async fn whole(shelf: &Shelf) -> Result<()> {
    app::incidents::write_down(&shelf.app).await;
    let app = &shelf.app;
    let report = app::audit::verify::verify(&app.db, &app.vault, Vec::new()).await?;
    assert!(report.is_whole() && report.entries() > 4, "{report:?}");
    Ok(())
}

/// Has the owner's plugin do this.
async fn does(shelf: &Shelf, handler: &str, payload: Value) -> Result<()> {
    shelf.enqueue_with(handler, payload).await?;
    jobs::run_due(&shelf.app).await?;
    Ok(())
}

/// What a business's log has of this, once it has it.
async fn told(shelf: &Shelf, of: &Context, action: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for _ in 0..200 {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let page = list_activity(&shelf.app, of, filter, None, 100).await?;
        found = page.items.into_iter().map(|entry| entry.detail).collect();
        if !found.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_never_ends_is_stopped_and_its_business_alone_is_told() {
    each(async |shelf| {
        does(shelf, "spin", json!({})).await?;
        let stopped = told(shelf, &shelf.owner, "plugin.stopped").await?;
        assert_eq!(stopped.len(), 1, "{stopped:?}");
        assert_eq!(stopped[0]["kind"], "out-of-cpu");
        app::incidents::write_down(&shelf.app).await;
        let filter =
            AuditFilter { action: Some("plugin.stopped".to_owned()), ..AuditFilter::default() };
        let theirs = list_activity(&shelf.app, &shelf.other, filter, None, 100).await?;
        assert!(theirs.items.is_empty());
        Ok(())
    })
    .await;
}

/// What the plugin asked last: its host, and what became of it.
async fn last_request(shelf: &Shelf) -> Result<(String, String)> {
    shelf.app.journal.flush(&shelf.app).await?;
    let all = egress::list_requests(&shelf.app, &shelf.owner, &shelf.plugin, 10).await?;
    let newest = all.into_iter().next().context("no request is on record")?;
    assert_eq!(newest.status, None, "{newest:?}");
    Ok((newest.host, newest.problem))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_elsewhere_or_for_another_host_is_on_record_as_refused() {
    each(async |shelf| {
        let own = "https://api.example.com/v1/x";
        for (payload, host) in [
            (json!({"url": "https://evil.example/v1/x"}), "evil.example"),
            (json!({"url": "https://169.254.169.254/v1/x"}), "169.254.169.254"),
            (json!({"url": own, "host": "evil.example"}), "api.example.com"),
        ] {
            shelf.clock.advance_millis(3_600_000);
            does(shelf, "ask", payload.clone()).await?;
            if shelf.kept("asked").await?.as_deref() != Some("denied") {
                anyhow::bail!("{payload}: {:?}", shelf.kept("asked").await?);
            }
            // A header is refused while the request is put together: there is nothing on the way yet.
            if payload["host"].is_null() {
                assert_eq!(last_request(shelf).await?, (host.to_owned(), "denied".to_owned()));
            }
        }
        assert_eq!(*shelf.provider.count.lock().unwrap(), 0, "nothing left the house");
        app::incidents::write_down(&shelf.app).await;
        let refused = told(shelf, &shelf.owner, "plugin.refused").await?;
        assert_eq!(refused.len(), 3, "each in an hour of its own: {refused:?}");
        assert!(refused.iter().all(|detail| detail["kind"] == "denied"), "{refused:?}");
        Ok(())
    })
    .await;
}

/// A name that leads to the world when it is first looked up, and inside from then on.
#[derive(Default)]
struct TurnsInside(AtomicUsize);

#[async_trait]
impl Lookup for TurnsInside {
    async fn addresses(&self, _host: &str) -> std::io::Result<Vec<IpAddr>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        // Nobody is reached at the first: it is of a network that is cut off here.
        Ok(vec![if first { [198, 41, 0, 4].into() } else { [127, 0, 0, 1].into() }])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_turns_inside_is_refused_and_on_record() {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let names = Arc::new(TurnsInside::default());
        let lookup: Option<Arc<dyn Lookup>> = Some(names.clone());
        let fittings = Fittings { lookup, ..Fittings::default() };
        let shelf = Shelf::open_with(db.db.clone(), fittings).await.unwrap();
        turns_inside(&shelf).await.unwrap();
        assert_eq!(names.0.load(Ordering::SeqCst), 2, "one look-up a connection");
        whole(&shelf).await.unwrap();
    }
}

async fn turns_inside(shelf: &Shelf) -> Result<()> {
    turned_on(shelf).await?;
    let url = json!({"url": "https://api.example.com/v1/x"});
    does(shelf, "ask", url.clone()).await?;
    let first = shelf.kept("asked").await?.unwrap_or_default();
    assert!(first == "timeout" || first == "unavailable", "{first}");
    shelf.clock.advance_millis(1_000);
    does(shelf, "ask", url).await?;
    assert_eq!(shelf.kept("asked").await?.as_deref(), Some("denied"));
    let asked = last_request(shelf).await?;
    assert_eq!(asked, ("api.example.com".to_owned(), "denied".to_owned()));
    let refused = told(shelf, &shelf.owner, "plugin.refused").await?;
    assert_eq!((refused.len(), &refused[0]["kind"]), (1, &json!("denied")));
    Ok(())
}

/// Something of each kind that the other business has.
async fn things_of_the_other(shelf: &Shelf) -> Result<Vec<(&'static str, String)>> {
    let (app, other) = (&shelf.app, &shelf.other);
    let input = PersonInput { name: "Noa Levi".to_owned(), ..PersonInput::default() };
    let person = create_person(app, other, input, "").await?.id.to_string();
    let plugin = plugins::find_loaded(app, &shelf.plugin)?;
    let theirs = call(&other.tenant, &shelf.plugin, Grant::everything(plugin.manifest()));
    let approval = propose(app, &theirs, "news").await?;
    let workspace = oxpi_tests::proposals::workspace(app);
    let at = Some(app.clock.now().plus_secs(1_000_000));
    let job = runtime::Services::jobs_enqueue(&workspace, &theirs, "count", json!({}), at, "x");
    let job = job.await?;
    let document = runtime::NewDocument {
        name: "invoice.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: b"%PDF-1.4".to_vec(),
        with_connection: false,
        connection: None,
        source: "api.example.com".to_owned(),
        about: None,
        idempotency_key: "once".to_owned(),
    };
    runtime::Services::document_keep(&workspace, &theirs, document).await?;
    let kept = list_documents(app, other, DocumentFilter::default(), None, 1)
        .await?
        .items
        .remove(0)
        .id
        .to_string();
    Ok(vec![("person", person), ("approval", approval), ("job", job), ("document", kept)])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reaches_for_anothers_things_finds_none_and_the_other_is_told() {
    each(async |shelf| {
        let action = "plugin.foreign-id-refused";
        let things = things_of_the_other(shelf).await?;
        let nobodys = "01900000-0000-7000-8000-000000000000".to_owned();
        let mut wanted = 0;
        for (kind, id) in [("person", nobodys)].into_iter().chain(things) {
            // One is looked at in a second, and told of in an hour.
            tokio::time::sleep(Duration::from_millis(1_200)).await;
            shelf.clock.advance_millis(3_600_000);
            does(shelf, "reach", json!({"kind": kind, "id": id})).await?;
            assert_eq!(shelf.kept("reached").await?.as_deref(), Some("not-found"), "{kind}");
            if wanted == 0 && id.starts_with("01900000") {
                tokio::time::sleep(Duration::from_millis(200)).await;
                wanted = 1;
                continue;
            }
            let mut entries = 0;
            for _ in 0..100 {
                entries = told(shelf, &shelf.other, action).await?.len();
                if entries == wanted {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(entries, wanted, "of {kind}");
            wanted += 1;
        }
        app::incidents::write_down(&shelf.app).await;
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let own = list_activity(&shelf.app, &shelf.owner, filter.clone(), None, 10).await?;
        assert!(own.items.is_empty(), "it would tell them that it is somebody's");
        let theirs = list_activity(&shelf.app, &shelf.other, filter, None, 10).await?;
        for entry in &theirs.items {
            let text = entry.detail.to_string();
            assert!(!text.contains(shelf.owner.tenant.as_str()), "not who: {text}");
        }
        let record = app::installation::list_entries(&shelf.app, 100).await?;
        let record: Vec<_> = record.iter().filter(|entry| entry.kind == action).collect();
        assert_eq!(record.len(), 4);
        assert!(record.iter().all(|e| e.detail_json.0["tenant"] == shelf.owner.tenant.as_str()));
        Ok(())
    })
    .await;
}

/// The figures of a page, by the words before them.
fn figure(page: &str, label: &str) -> Option<String> {
    let rest = page.split_once(label)?.1;
    let value = rest.split_once("class=\"ltr\">")?.1;
    Some(value.split('<').next()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugins_page_has_the_figures_of_its_own_business_alone() {
    each(async |shelf| {
        does(shelf, "spin", json!({})).await?;
        does(shelf, "ask", json!({"url": "https://evil.example/v1/x"})).await?;
        does(shelf, "count", json!({})).await?;
        let ours = plugins::plugin_usage(&shelf.app, &shelf.owner, &shelf.plugin).await?;
        let ours = ours.context("it ran")?;
        assert_eq!((ours.stopped(), ours.denials), (1, 1));
        let theirs = plugins::plugin_usage(&shelf.app, &shelf.other, &shelf.plugin).await?;
        assert!(theirs.is_none_or(|figures| figures.stopped() + figures.denials == 0));
        let (port, stop) = serve(&shelf.app, |_| ())?;
        let page = async |token: &str| -> Result<String> {
            let cookie = format!("oxpi={token}");
            let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
            let path = format!("/plugins/{}", shelf.plugin);
            let reply = http::send(port, "GET", &path, &headers, None).await?;
            assert_eq!(reply.status, 200);
            Ok(reply.body)
        };
        let page_of_ours = page(&shelf.token).await?;
        assert_eq!(figure(&page_of_ours, "Times it ran"), Some(ours.calls().to_string()));
        assert_eq!(figure(&page_of_ours, "Stopped or crashed").as_deref(), Some("1"));
        assert_eq!(figure(&page_of_ours, "Wishes refused").as_deref(), Some("1"));
        // What it may use is on both pages; what it used is not.
        for (label, value) in [("Memory, MB", "64"), ("Computing time, seconds", "0.25")] {
            let of = page_of_ours.split_once("What one run may use").context("no limits")?.1;
            assert_eq!(figure(of, label).as_deref(), Some(value));
        }
        let page_of_theirs = page(&shelf.other_token).await?;
        let stopped = figure(&page_of_theirs, "Stopped or crashed");
        assert!(stopped.is_none_or(|count| count == "0"));
        assert!(page_of_theirs.contains("What one run may use"));
        let _ = stop.send(());
        Ok(())
    })
    .await;
}
