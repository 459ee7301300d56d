//! What left the house is on record: for each request of a plugin's and of the host's own a line, without
//! secrets, bounded, and in its business's view alone.

use anyhow::Result;
use app::egress::{self, Asker, EgressEntry};
use app::services::Workspace;
use app::{Context, calendars, connections, retention};
use oxpi_tests::House;
use oxpi_tests::house::DANA;
use oxpi_tests::proposals::call;
use oxpi_tests::site::Site;
use runtime::{CallContext, Grant, Services};

/// On both databases.
async fn each(test: impl AsyncFn(House) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let house = House::start(db).await.unwrap();
        test(house).await.unwrap();
    }
}

fn call_of(house: &House, context: &Context) -> CallContext {
    let plugin = app::plugins::find_loaded(&house.app, &house.plugin).unwrap();
    call(&context.tenant, &house.plugin, Grant::everything(plugin.manifest()))
}

fn asked(status: Option<u16>, problem: Option<&str>) -> runtime::EgressEntry {
    runtime::EgressEntry {
        host: "api.example.com".to_owned(),
        path: "/v1/things/*".to_owned(),
        method: "GET".to_owned(),
        status,
        bytes: 2_048,
        ms: 12,
        problem: problem.map(str::to_owned),
    }
}

async fn listed(house: &House, context: &Context) -> Result<Vec<EgressEntry>> {
    house.app.journal.flush(&house.app).await?;
    Ok(egress::list_requests(&house.app, context, &house.plugin, 500).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_a_connection_s_life_is_on_record_without_a_secret() {
    each(async |house| {
        let connection = house.connect(DANA).await?;
        calendars::offer_calendars(&house.app, &house.owner, &connection).await?;
        connections::disconnect(&house.app, &house.owner, &connection).await?;
        let all = listed(&house, &house.owner).await?;
        let of = |asker: Asker, path: &str| {
            let mut fitting = all.iter().filter(|e| e.asker == asker && e.path.contains(path));
            fitting.any(|e| e.status == Some(200) && e.bytes > 0 && e.problem.is_empty())
        };
        assert!(of(Asker::Host, "/token"), "the code's exchange: {all:?}");
        assert!(of(Asker::Host, "userinfo"), "whose account it is: {all:?}");
        assert!(of(Asker::Plugin, "calendarList"), "the plugin's own: {all:?}");
        let revoked = all.iter().any(|e| e.asker == Asker::Host && e.path.contains("revoke"));
        assert!(revoked, "{all:?}");
        for entry in &all {
            let text = format!("{entry:?}");
            assert!(!text.contains('?') && !text.contains("Bearer"), "{text}");
            assert!(!text.contains("ya29") && !text.contains("1//"), "a token: {text}");
        }
        // The consent page was a browser's to ask for.
        let sent = house.simulator.google().requests();
        let sent = sent.iter().filter(|entry| !entry.path.contains("/auth")).count();
        assert_eq!(all.len(), sent, "{all:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_sees_its_own_and_the_newest_alone_are_kept() {
    each(async |house| {
        let other = house.another_business().await?;
        let before = listed(&house, &house.owner).await?.len();
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let (own, theirs) = (call_of(&house, &house.owner), call_of(&house, &other));
        for _ in 0..egress::KEPT + 250 {
            workspace.audit_egress(&own, asked(Some(200), None)).await;
            house.clock.advance_millis(1);
        }
        workspace.audit_egress(&own, asked(None, Some("denied"))).await;
        let newest = listed(&house, &house.owner).await?;
        assert_eq!((newest[0].status, newest[0].problem.as_str()), (None, "denied"));
        assert_eq!(listed(&house, &other).await?.len(), before, "nothing of it is theirs");
        let (tenant, plugin) = (house.owner.tenant.clone(), house.plugin.clone());
        // All that are kept go in one trim, so this counts them.
        let kept = house.app.db.write(move |c| store::egress_entries::trim(c, &tenant, &plugin, 0));
        let kept = i64::try_from(kept.await?)?;
        assert!((egress::KEPT..egress::KEPT + 200).contains(&kept), "{kept}");

        workspace.audit_egress(&theirs, asked(Some(200), None)).await;
        assert_eq!(listed(&house, &other).await?.len(), before + 1);
        house.clock.advance_millis(egress::KEPT_DAYS * 24 * 3_600_000 + 1_000);
        retention::sweep(&house.app).await;
        assert_eq!(listed(&house, &other).await?.len(), 0, "they had their time");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_waits_for_what_another_writes() {
    each(async |house| {
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let own = call_of(&house, &house.owner);
        let newest = async || {
            house.app.journal.flush(&house.app).await?;
            let all = egress::list_requests(&house.app, &house.owner, &house.plugin, 1).await?;
            anyhow::Ok(all.into_iter().next().map(|entry| entry.host))
        };
        for round in 0..12 {
            house.clock.advance_millis(1);
            for _ in 0..350 {
                workspace.audit_egress(&own, asked(Some(200), None)).await;
            }
            house.clock.advance_millis(1);
            let last = format!("{round}.example.com");
            let entry = runtime::EgressEntry { host: last.clone(), ..asked(Some(200), None) };
            workspace.audit_egress(&own, entry).await;
            let both = tokio::try_join!(newest(), newest())?;
            assert_eq!(both, (Some(last.clone()), Some(last)), "of round {round}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_written_takes_nothing_else_with_it() {
    each(async |house| {
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let own = call_of(&house, &house.owner);
        // A business that was deleted while its plugin's call ran.
        let gone = domain::TenantId::new(&*house.app.clock, &*house.app.rng);
        let nobodys = CallContext { tenant: gone, ..own.clone() };
        let before = listed(&house, &house.owner).await?.len();
        workspace.audit_egress(&own, asked(Some(200), None)).await;
        workspace.audit_egress(&nobodys, asked(Some(200), None)).await;
        workspace.audit_egress(&own, asked(Some(404), None)).await;
        let all = listed(&house, &house.owner).await?;
        assert_eq!(all.len(), before + 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_the_record_and_it_is_written_by_itself() {
    each(async |house| {
        let workspace = Workspace::default();
        workspace.bind(&house.app);
        let own = call_of(&house, &house.owner);
        let before = listed(&house, &house.owner).await?.len();
        workspace.audit_egress(&own, asked(Some(200), None)).await;
        let find = || egress::list_requests(&house.app, &house.owner, &house.plugin, 500);
        for _ in 0..200 {
            if find().await?.len() > before {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        anyhow::bail!("nobody came for it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugin_s_page_shows_what_it_asked_and_a_stranger_none_of_it() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let house = &site.house;
    let workspace = Workspace::default();
    workspace.bind(&house.app);
    let mut odd = asked(Some(503), None);
    odd.host = "odd.example.com".to_owned();
    workspace.audit_egress(&call_of(house, &house.owner), odd).await;
    house.app.journal.flush(&house.app).await?;
    let path = format!("/plugins/{}", house.plugin);
    let owner = &site.members.iter().find(|(role, _)| *role == domain::Role::Owner).unwrap().1;
    let page = site.get(&path, Some(owner)).await?;
    assert_eq!(page.status, 200);
    for shown in ["odd.example.com", "GET /v1/things/*", "503", "2 KB"] {
        assert!(page.body.replace(['\u{2068}', '\u{2069}'], "").contains(shown), "{shown}");
    }
    let theirs = site.get(&path, Some(&site.stranger)).await?;
    assert!(!theirs.body.contains("odd.example.com"));
    Ok(())
}
