//! From one version to the next and back.

use app::plugins::{RefusalReason, upgrade_plugin};
use oxpi_tests::shelf::asking_more;
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_asks_for_no_more_is_taken_by_itself() {
    each(async |shelf| {
        started(&shelf).await?;
        // The other business had it on once.
        plugins::enable_plugin(&shelf.app, &shelf.other, &shelf.plugin, "1.0.0").await?;
        plugins::disable_plugin(&shelf.app, &shelf.other, &shelf.plugin).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 1);
        assert_eq!(shelf.move_up().await?, 0, "once");
        assert_eq!(shelf.version(&shelf.owner).await?, ("1.1.0".to_owned(), true));
        assert_eq!(shelf.kept("migrated-from").await?.as_deref(), Some("1.0.0"));
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"));
        assert_eq!(shelf.acts(&shelf.owner).await?, ["plugin.enabled", "plugin.upgraded"]);
        // Off survives: nothing of the new version ran there.
        assert_eq!(shelf.version(&shelf.other).await?, ("1.0.0".to_owned(), false));
        assert_eq!(shelf.acts(&shelf.other).await?, ["plugin.enabled", "plugin.disabled"]);
        plugins::enable_plugin(&shelf.app, &shelf.other, &shelf.plugin, "1.1.0").await?;
        assert_eq!(shelf.version(&shelf.other).await?, ("1.1.0".to_owned(), true));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_asks_for_more_waits_while_the_one_before_works() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.install(package("2.0.0", &publisher(1), asking_more)?).await?;
        assert_eq!(shelf.move_up().await?, 0);
        assert_eq!(shelf.move_up().await?, 0);
        shelf.enqueue("count").await?;
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("2"), "the old one works");
        let seen = page(&shelf).await?;
        assert!(seen.card.update_waits && !seen.card.needs_consent && seen.new_asks.is_empty());
        let update = seen.update.unwrap();
        assert_eq!(update.reason, RefusalReason::Consent);
        let ids: Vec<&str> = update.asks.iter().map(|ask| ask.id.as_str()).collect();
        let wanted =
            ["events.subscribe:appointment.cancelled", "egress:POST https://sms.example.com/send"];
        assert_eq!(ids, wanted);
        // Another version than the one that was read is not taken.
        let stale = upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.5.0").await;
        assert_eq!(key_of(stale.unwrap_err()), "error-plugin-version-changed");
        upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "2.0.0").await?;
        upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "2.0.0").await?;
        assert_eq!(shelf.version(&shelf.owner).await?, ("2.0.0".to_owned(), true));
        let acts = shelf.acts(&shelf.owner).await?;
        let wanted =
            ["plugin.enabled", "plugin.upgrade-waits", "plugin.consented", "plugin.upgraded"];
        assert_eq!(acts, wanted);
        assert!(page(&shelf).await?.update.is_none());
        // Less is taken by itself, and what is no longer asked for is no longer allowed.
        shelf.install(package("2.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 1);
        shelf.install(package("2.2.0", &publisher(1), asking_more)?).await?;
        assert_eq!(shelf.move_up().await?, 0, "it has to ask again");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_a_version_does_not_accept_keep_it_waiting() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.set(json!({"greeting": ""})).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 0);
        let update = page(&shelf).await?.update.unwrap();
        assert_eq!(update.reason, RefusalReason::Validate);
        assert!(update.detail.starts_with("greeting: "), "{}", update.detail);
        assert!(shelf.kept("migrated-from").await?.is_none());
        shelf.set(json!({"greeting": "a long one"})).await?;
        // It isn't tried again by itself; a person asks for it, and then the schema is in the way.
        assert_eq!(shelf.move_up().await?, 0);
        let short = |text: String| {
            let property = "greeting = { type = \"string\"";
            text.replace(property, &format!("{property}, maxLength = 3"))
        };
        shelf.install(package("1.2.0", &publisher(1), short)?).await?;
        assert_eq!(shelf.move_up().await?, 0);
        let update = page(&shelf).await?.update.unwrap();
        assert_eq!((update.reason, update.detail.as_str()), (RefusalReason::Settings, "greeting"));
        shelf.set(json!({"greeting": "hi"})).await?;
        upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.2.0").await?;
        assert_eq!(shelf.version(&shelf.owner).await?, ("1.2.0".to_owned(), true));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_everything_as_it_was() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.set(json!({"greeting": "break"})).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 0);
        assert_eq!(shelf.version(&shelf.owner).await?, ("1.0.0".to_owned(), true));
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"), "it was deleted half-way");
        assert!(shelf.kept("migrated-from").await?.is_none());
        let seen = page(&shelf).await?;
        assert!(seen.former.is_none());
        let update = seen.update.unwrap();
        assert_eq!(update.reason, RefusalReason::Migrate);
        assert!(update.detail.contains("can't be brought over"), "{}", update.detail);
        let acts = shelf.acts(&shelf.owner).await?;
        assert_eq!(acts, ["plugin.enabled", "plugin.upgrade-refused"]);
        shelf.enqueue("count").await?;
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("2"), "the old one works");
        let again = upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.1.0").await;
        assert_eq!(key_of(again.unwrap_err()), "error-plugin-upgrade-refused");
        shelf.set(json!({"greeting": "hi"})).await?;
        upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.1.0").await?;
        assert_eq!(shelf.kept("migrated-from").await?.as_deref(), Some("1.0.0"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_brings_the_data_back_and_stays() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.install(package("1.1.0", &publisher(1), asking_more)?).await?;
        shelf.move_up().await?;
        upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.1.0").await?;
        shelf.enqueue("count").await?;
        jobs::run_due(&shelf.app).await?;
        let former = page(&shelf).await?.former.unwrap();
        assert_eq!((former.version.as_str(), former.restores_data), ("1.0.0", true));
        let back = |version: &'static str| {
            plugins::roll_back_plugin(&shelf.app, &shelf.owner, &shelf.plugin, version)
        };
        assert_eq!(key_of(back("0.9.0").await.unwrap_err()), "error-plugin-version-changed");
        back("1.0.0").await?;
        assert_eq!(key_of(back("1.0.0").await.unwrap_err()), "error-plugin-no-former");
        assert_eq!(shelf.version(&shelf.owner).await?, ("1.0.0".to_owned(), true));
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"));
        assert!(shelf.kept("migrated-from").await?.is_none());
        assert_eq!(shelf.move_up().await?, 0, "it isn't taken again by itself");
        let update = page(&shelf).await?.update.unwrap();
        assert_eq!((update.reason, update.asks.len()), (RefusalReason::RolledBack, 2));
        assert!(shelf.acts(&shelf.owner).await?.ends_with(&["plugin.rolled-back".to_owned()]));
        shelf.enqueue("count").await?;
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("2"));
        // After a restart of the server it is the same, and the next version is taken.
        let restarted = shelf.another()?;
        plugins::load_packages(&restarted, &[] as &[&std::path::Path]).await;
        assert_eq!(plugins::upgrade_all(&restarted).await?, 0);
        shelf.install(package("1.2.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_is_forgotten_after_a_month() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 1);
        app::retention::sweep(&shelf.app).await;
        assert!(page(&shelf).await?.former.is_some());
        shelf.clock.advance_millis((plugins::FORMER_DAYS + 1) * 24 * 3_600_000);
        app::retention::sweep(&shelf.app).await;
        assert!(page(&shelf).await?.former.is_none());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_was_cut_short_is_put_back_and_tried_again() {
    each(async |shelf| {
        started(&shelf).await?;
        let (tenant, plugin) = (shelf.owner.tenant.clone(), shelf.plugin.clone());
        // A process that died in the middle: it had the right to change, a copy beside, and a
        // migration half done.
        let until = shelf.app.clock.now().plus_secs(100);
        let now = shelf.app.clock.now();
        shelf
            .app
            .db
            .write(move |c| {
                store::tenant_plugins::begin_change(c, &tenant, &plugin, until)?;
                let row = store::tenant_plugins::get(c, &tenant, &plugin)?;
                let snapshot = store::plugin_snapshots::Snapshot {
                    tenant_id: tenant.clone(),
                    plugin_id: plugin.clone(),
                    version: row.version,
                    grant_json: row.grant_json,
                    settings_json: row.settings_json,
                    with_state: true,
                    taken_at: now,
                };
                store::plugin_snapshots::put(c, &snapshot)?;
                let space = store::kv::Space { tenant: &tenant, plugin: &plugin };
                store::kv::delete(c, space, "count", None, now)
            })
            .await?;
        let job = shelf.enqueue("count").await?;
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.job(&job).await?.state.as_str(), "ready", "it waits");
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 0, "somebody may still be at it");
        shelf.clock.advance_millis(101_000);
        assert_eq!(shelf.move_up().await?, 1);
        assert_eq!(shelf.version(&shelf.owner).await?, ("1.1.0".to_owned(), true));
        jobs::run_due(&shelf.app).await?;
        assert_eq!(
            shelf.kept("count").await?.as_deref(),
            Some("2"),
            "1 was put back, then counted"
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_move_a_business_once() {
    each(async |shelf| {
        started(&shelf).await?;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        let second = shelf.another()?;
        plugins::load_packages(&second, &[] as &[&std::path::Path]).await;
        let (one, two) =
            tokio::join!(plugins::upgrade_all(&shelf.app), plugins::upgrade_all(&second));
        assert_eq!(one? + two?, 1);
        let acts = shelf.acts(&shelf.owner).await?;
        assert_eq!(acts.iter().filter(|act| *act == "plugin.upgraded").count(), 1);
        assert_eq!(shelf.kept("migrated-from").await?.as_deref(), Some("1.0.0"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_waits_for_the_call_that_runs_and_new_ones_wait_for_it() {
    each(async |shelf| {
        started(&shelf).await?;
        let running = shelf.enqueue("fetch-and-count").await?;
        let worker = shelf.app.clone();
        let run = tokio::spawn(async move { jobs::run_due(&worker).await });
        shelf.provider.asked.notified().await;
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        let app = shelf.app.clone();
        let upgrade = tokio::spawn(async move { plugins::upgrade_all(&app).await });
        let (tenant, id) = (shelf.owner.tenant.clone(), shelf.plugin.clone());
        let row = async || {
            let (tenant, id) = (tenant.clone(), id.clone());
            shelf.app.db.read(move |c| store::tenant_plugins::get(c, &tenant, &id)).await
        };
        for _ in 0..500 {
            if row().await?.changing_until.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(row().await?.changing_until.is_some(), "the change never began");
        let later = shelf.enqueue("count").await?;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        // Whoever comes now waits, and the migration waits for whoever was there before.
        jobs::run_due(&shelf.app.clone()).await?;
        assert_eq!(shelf.job(&later).await?.state.as_str(), "ready");
        assert!(!upgrade.is_finished() && shelf.kept("migrated-from").await?.is_none());
        shelf.provider.answer.notify_one();
        run.await??;
        assert_eq!(upgrade.await??, 1);
        assert_eq!(shelf.job(&running).await?.state.as_str(), "done", "it was not cut short");
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("2"), "and what it did stays");
        assert_eq!(shelf.kept("migrated-from").await?.as_deref(), Some("1.0.0"));
        shelf.clock.advance_millis(120_000);
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.job(&later).await?.state.as_str(), "done");
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("3"));
        Ok(())
    })
    .await;
}
