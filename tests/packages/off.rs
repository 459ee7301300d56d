//! Off means off, at once; on again goes on; removed is gone.

use app::documents::{DocumentFilter, list_documents};
use app::plugins::{
    disable_plugin, enable_plugin, remove_plugin, save_plugin_secret, upgrade_plugin,
};
use app::webhooks::{self, Arrival};
use app::{oauth, vault_state};
use domain::Secret;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_a_provider_is_ended_when_the_plugin_is_turned_off() {
    each(async |shelf| {
        started(&shelf).await?;
        let job = shelf.enqueue("fetch-and-count").await?;
        let (app, worker) = (shelf.app.clone(), shelf.app.clone());
        let run = tokio::spawn(async move { jobs::run_due(&worker).await });
        shelf.provider.asked.notified().await;
        let stops = page(&shelf).await?.stops;
        assert_eq!(stops.views, 1, "the page says before what will stop");
        disable_plugin(&app, &shelf.owner, &shelf.plugin).await?;
        // The provider never answered: the call was ended, not waited for.
        tokio::time::timeout(std::time::Duration::from_secs(5), run).await???;
        let held = shelf.job(&job).await?;
        assert_eq!((held.state.as_str(), held.held_by_plugin), ("paused", true));
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"));
        assert_eq!(jobs::run_due(&shelf.app).await?, 0);
        // Off survives a new version; settings and data are there when it is on again.
        shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
        assert_eq!(shelf.move_up().await?, 0);
        let off = upgrade_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.1.0").await;
        assert_eq!(key_of(off.unwrap_err()), "error-plugin-off");
        shelf.provider.answer.notify_one();
        enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        shelf.clock.advance_millis(120_000);
        shelf.provider.answer.notify_one();
        jobs::run_due(&shelf.app).await?;
        assert_eq!(shelf.job(&job).await?.state.as_str(), "done");
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("2"));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_another_process_may_do_nothing_any_more() {
    each(async |shelf| {
        started(&shelf).await?;
        let job = shelf.enqueue("fetch-and-count").await?;
        let worker = shelf.app.clone();
        let run = tokio::spawn(async move { jobs::run_due(&worker).await });
        shelf.provider.asked.notified().await;
        // Another process turns it off: this one's call runs on, and is fenced.
        disable_plugin(&shelf.another_loaded().await?, &shelf.owner, &shelf.plugin).await?;
        shelf.provider.answer.notify_one();
        run.await??;
        assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"), "the write was refused");
        assert_eq!(shelf.job(&job).await?.state.as_str(), "paused");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_another_process_keeps_no_document_any_more() {
    each(async |shelf| {
        started(&shelf).await?;
        let job = shelf.enqueue("keep").await?;
        let worker = shelf.app.clone();
        let run = tokio::spawn(async move { jobs::run_due(&worker).await });
        shelf.provider.asked.notified().await;
        disable_plugin(&shelf.another_loaded().await?, &shelf.owner, &shelf.plugin).await?;
        shelf.provider.answer.notify_one();
        run.await??;
        let kept =
            list_documents(&shelf.app, &shelf.owner, DocumentFilter::default(), None, 10).await?;
        assert!(kept.items.is_empty(), "{:?}", kept.items);
        assert_eq!(shelf.job(&job).await?.state.as_str(), "paused");
        // On again it goes on, and keeps it.
        enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        shelf.clock.advance_millis(120_000);
        shelf.provider.answer.notify_one();
        jobs::run_due(&shelf.app).await?;
        assert_eq!(
            list_documents(&shelf.app, &shelf.owner, DocumentFilter::default(), None, 10)
                .await?
                .items
                .len(),
            1
        );
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn turning_off_and_on_at_once_ends_in_one_of_the_two() {
    each(async |shelf| {
        started(&shelf).await?;
        for _ in 0..5 {
            let (app, owner, id) = (&shelf.app, &shelf.owner, &shelf.plugin);
            let both = tokio::join!(
                disable_plugin(app, owner, id),
                enable_plugin(app, owner, id, "1.0.0"),
                disable_plugin(app, owner, id),
                enable_plugin(app, owner, id, "1.0.0"),
            );
            for outcome in [both.0, both.1, both.2, both.3] {
                // On PostgreSQL the one who comes second may be told so.
                assert!(outcome.is_ok() || matches!(outcome, Err(Error::Conflict { .. })));
            }
            let (_, enabled) = shelf.version(owner).await?;
            let job = shelf.enqueue("count").await?;
            jobs::run_due(app).await?;
            let wanted = if enabled { "done" } else { "paused" };
            assert_eq!(shelf.job(&job).await?.state.as_str(), wanted);
        }
        Ok(())
    })
    .await;
}

/// The sample with an address of each business's own.
fn with_webhook(manifest: String) -> String {
    manifest.replace("scope = \"instance\"", "scope = \"tenant\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_told_to_come_back_while_the_plugin_is_off() {
    each(async |shelf| {
        shelf.install(package("1.0.0", &publisher(1), with_webhook)?).await?;
        let arrival = |body: &str| Arrival {
            plugin: shelf.plugin.clone(),
            route: "push".to_owned(),
            tenant: shelf.owner.tenant.clone(),
            headers: vec![("x-from".to_owned(), "them".to_owned())],
            body: body.as_bytes().to_vec(),
            origin: app::Origin::default(),
        };
        let never = webhooks::receive(&shelf.app, arrival("0")).await;
        assert!(matches!(never, Err(Error::NotFound)), "it was never on");
        enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        webhooks::receive(&shelf.app, arrival("1")).await?;
        disable_plugin(&shelf.app, &shelf.owner, &shelf.plugin).await?;
        let off = webhooks::receive(&shelf.app, arrival("2")).await;
        assert_eq!(key_of(off.unwrap_err()), "error-plugin-off");
        assert_eq!(jobs::run_due(&shelf.app).await?, 0, "what came before waits");
        enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
        webhooks::receive(&shelf.app, arrival("2")).await?;
        assert_eq!(jobs::run_due(&shelf.app).await?, 2);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_takes_the_typed_name_and_deletes_what_it_kept() {
    each(async |shelf| {
        started(&shelf).await?;
        let (app, owner, id) = (&shelf.app, &shelf.owner, &shelf.plugin);
        let wrong = remove_plugin(app, owner, id, "sample").await;
        assert_eq!(key_of(wrong.unwrap_err()), "error-plugin-remove-confirm");
        let on = remove_plugin(app, owner, id, id.as_str()).await;
        assert_eq!(key_of(on.unwrap_err()), "error-plugin-still-on");
        let job = shelf.enqueue("count").await?;
        disable_plugin(app, owner, id).await?;
        assert!(shelf.kept("count").await?.is_some(), "off keeps it");
        assert!(page(&shelf).await?.can_remove);
        remove_plugin(app, owner, id, id.as_str()).await?;
        remove_plugin(app, owner, id, id.as_str()).await?;
        assert!(shelf.kept("count").await?.is_none());
        assert!(shelf.job(&job).await.is_err());
        assert!(!page(&shelf).await?.can_remove);
        let acts = shelf.acts(owner).await?;
        assert_eq!(acts.iter().filter(|act| *act == "plugin.removed").count(), 1);
        enable_plugin(app, owner, id, "1.0.0").await?;
        assert!(shelf.kept("count").await?.is_none(), "it begins anew");
        Ok(())
    })
    .await;
}

/// The sample with accounts of a provider.
fn with_provider(manifest: String) -> String {
    format!(
        "{manifest}\n[[providers]]\nid = \"acme\"\nname = \"plugin-name\"\n\
         authorization = \"https://acme.example.com/authorize\"\n\
         token = \"https://acme.example.com/token\"\npkce = true\nguide = \"plugin-name\"\n\
         [[providers.scopes]]\nscope = \"read\"\nreason = \"plugin-name\"\nrequired = true\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_forgets_secrets_so_that_the_vault_stays_whole() {
    each(async |shelf| {
        shelf.install(package("1.0.0", &publisher(1), with_provider)?).await?;
        let (app, owner, id) = (&shelf.app, &shelf.owner, &shelf.plugin);
        enable_plugin(app, owner, id, "1.0.0").await?;
        let secret = || Secret::new(b"hush".to_vec());
        save_plugin_secret(app, owner, id, "signing_key", secret()).await?;
        oauth::save_client(app, owner, id, "acme", "client-1", secret()).await?;
        disable_plugin(app, owner, id).await?;
        remove_plugin(app, owner, id, id.as_str()).await?;
        let report = vault_state::verify(app, &owner.tenant).await?;
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        // On again it begins anew, and takes secrets as it did before.
        enable_plugin(app, owner, id, "1.0.0").await?;
        let before = oauth::prepare_connection(app, owner, id, "acme").await?;
        assert_eq!((before.client_id, before.has_client_secret), (None, false));
        oauth::save_client(app, owner, id, "acme", "client-2", secret()).await?;
        save_plugin_secret(app, owner, id, "signing_key", secret()).await?;
        assert!(vault_state::verify(app, &owner.tenant).await?.findings.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_takes_documents_and_what_was_proposed_along() {
    each(async |shelf| {
        started(&shelf).await?;
        let (app, owner, id) = (&shelf.app, &shelf.owner, &shelf.plugin);
        shelf.enqueue("keep").await?;
        let post = serde_json::json!({"page": "news", "text": "hello"});
        shelf.enqueue_with("propose", post.clone()).await?;
        shelf.provider.answer.notify_one();
        jobs::run_due(app).await?;
        let kept =
            list_documents(app, owner, DocumentFilter::default(), None, 10).await?.items.remove(0);
        let proposed = async || {
            let (tenant, plugin) = (owner.tenant.clone(), id.clone());
            let find = move |c: &mut store::Conn| {
                store::approvals::find_by_key(c, &tenant, &plugin, "news")
            };
            anyhow::Ok(app.db.read(find).await?)
        };
        let before = proposed().await?.unwrap();
        disable_plugin(app, owner, id).await?;
        remove_plugin(app, owner, id, id.as_str()).await?;
        assert!(
            list_documents(app, owner, DocumentFilter::default(), None, 10).await?.items.is_empty()
        );
        assert!(app.blobs.open(&owner.tenant, &kept.id)?.is_none(), "its bytes are gone too");
        assert!(proposed().await?.is_none(), "an old approval is good for nothing");
        enable_plugin(app, owner, id, "1.0.0").await?;
        shelf.enqueue_with("propose", post).await?;
        jobs::run_due(app).await?;
        assert_ne!(proposed().await?.unwrap().id, before.id, "people are asked anew");
        Ok(())
    })
    .await;
}
