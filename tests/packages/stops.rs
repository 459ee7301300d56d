//! What turning a plugin off stops: said beforehand, on its page, and then so.

use oxpi_tests::House;
use oxpi_tests::http;
use oxpi_tests::site::{Site, serve};
use store::jobs::{JobFilter, JobState};

use super::*;

/// The sample with something that it does every night, and another address to be told at.
fn with_schedule(manifest: String) -> String {
    format!(
        "{manifest}\n[[schedules]]\nname = \"nightly\"\ncron = \"0 3 * * *\"\nhandler = \"count\"\n\
         [[webhooks]]\nroute = \"third\"\nsignature = {{ scheme = \"none\" }}\nscope = \"tenant\"\n"
    )
}

/// The list of what stops, as the page has it.
fn list(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("check-list-stop").unwrap();
    let list = rest.split("</ul>").next().unwrap();
    let items = list.split("<span>").skip(1);
    let plain = |item: &str| item.replace(['\u{2068}', '\u{2069}'], "");
    items.map(|item| plain(item.split('<').next().unwrap())).collect()
}

async fn page_of(shelf: &Shelf, token: &str) -> Result<String> {
    let (port, stop) = serve(&shelf.app, |_| ())?;
    let cookie = format!("oxpi={token}");
    let headers = [("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie.as_str())];
    let path = format!("/plugins/{}", shelf.plugin);
    let reply = http::send(port, "GET", &path, &headers, None).await?;
    let _ = stop.send(());
    Ok(reply.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn work_schedules_pages_and_notices_are_counted_and_stop() {
    each(async |shelf| {
        shelf.install(package("1.0.0", &publisher(1), with_schedule)?).await?;
        for owner in [&shelf.owner, &shelf.other] {
            plugins::enable_plugin(&shelf.app, owner, &shelf.plugin, "1.0.0").await?;
        }
        let waiting = [shelf.enqueue("count").await?, shelf.enqueue("count").await?];
        let stops = page(&shelf).await?.stops;
        assert_eq!((stops.jobs, stops.schedules, stops.views, stops.webhooks), (2, 1, 1, 4));
        assert_eq!((stops.connections, stops.calendars), (0, 0));
        let said = [
            "One thing it does regularly",
            "2 pieces of work wait",
            "One page or panel disappears",
            "Notices from outside are not accepted",
        ];
        assert_eq!(list(&page_of(&shelf, &shelf.token).await?), said);
        // The other business has no work waiting; the rest is the same.
        let theirs = list(&page_of(&shelf, &shelf.other_token).await?);
        assert_eq!(theirs, [said[0], said[2], said[3]]);

        plugins::disable_plugin(&shelf.app, &shelf.owner, &shelf.plugin).await?;
        let plugin = shelf.plugin.clone();
        let of = async |ctx: &app::Context| {
            let (tenant, plugin) = (ctx.tenant.clone(), plugin.clone());
            let all = shelf.app.db.read(move |c| store::schedules::list(c, &tenant)).await?;
            let own = all.into_iter().filter(move |s| s.plugin_id.as_ref() == Some(&plugin));
            anyhow::Ok(own.map(|schedule| schedule.paused).collect::<Vec<_>>())
        };
        assert_eq!((of(&shelf.owner).await?, of(&shelf.other).await?), (vec![true], vec![false]));
        for id in &waiting {
            assert_eq!(shelf.job(id).await?.state.as_str(), "paused");
        }
        // Two nights later the other business's ran, and nothing here.
        for _ in 0..4 {
            shelf.clock.advance_millis(12 * 3_600_000);
            jobs::run_due(&shelf.app).await?;
        }
        assert_eq!(shelf.kept("count").await?, None);
        plugins::enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        jobs::run_due(&shelf.app).await?;
        let counted: u32 = shelf.kept("count").await?.unwrap_or_default().parse()?;
        assert!((2..=4).contains(&counted), "what waited, and the schedule again: {counted}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_calendars_are_counted_and_rest() -> Result<()> {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let site = Site::start(db).await?;
        let house: &House = &site.house;
        let (app, owner) = (&house.app, &house.owner);
        let stops = plugins::get_plugin(app, owner, &house.plugin).await?.stops;
        assert_eq!((stops.connections, stops.calendars), (1, 1));
        let path = format!("/plugins/{}", house.plugin);
        let said = list(&site.get(&path, Some(&site.members[0].1)).await?.body);
        assert_eq!(said[0], "One connected account rests");
        assert_eq!(said[1], "One calendar is no longer kept in step");
        // The stranger has it on as well, and no account.
        let theirs = list(&site.get(&path, Some(&site.stranger)).await?.body);
        assert!(theirs.iter().all(|line| !line.contains("account")), "{theirs:?}");
        house.clock.advance_millis(24 * 3_600_000);
        plugins::disable_plugin(app, owner, &house.plugin).await?;
        let asked = house.simulator.google().requests().len();
        for _ in 0..4 {
            house.clock.advance_millis(6 * 3_600_000);
            house.work().await?;
        }
        assert_eq!(house.simulator.google().requests().len(), asked, "nothing is fetched or sent");
        let (tenant, plugin) = (owner.tenant.clone(), house.plugin.clone());
        let ready = app.db.read(move |c| {
            let state = Some(JobState::Ready);
            let of = JobFilter { state, plugin_id: Some(plugin), connection_id: None };
            store::jobs::count(c, &tenant, &of)
        });
        assert_eq!(ready.await?, 0);
    }
    Ok(())
}
