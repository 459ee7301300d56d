//! What the house does by itself, every so often.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

extern crate oxpi_app as app;

mod support;

use std::time::Duration;

use app::jobs::run_worker;
use domain::TenantId;
use store::idempotency::{self, Answer};
use support::{Fixture, each};
use tokio::sync::watch;

const DAY_MS: i64 = 24 * 3_600_000;

async fn keep_answer(f: &Fixture, tenant: &TenantId, key: &str) {
    let answer = Answer {
        tenant_id: tenant.clone(),
        scope: "form".to_owned(),
        key: key.to_owned(),
        result_json: serde_json::json!({}).into(),
        created_at: f.app.clock.now(),
    };
    f.app.db.write(move |c| idempotency::insert(c, &answer)).await.unwrap();
}

async fn is_kept(f: &Fixture, tenant: &TenantId, key: &'static str) -> bool {
    let tenant = tenant.clone();
    f.app.db.read(move |c| idempotency::find(c, &tenant, "form", key)).await.unwrap().is_some()
}

/// Waits until it is so; whether it became so.
async fn within_seconds(mut is_so: impl AsyncFnMut() -> bool) -> bool {
    for _ in 0..400 {
        if is_so().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_forget_what_had_its_time_once_an_hour() {
    each(async |f| {
        let tenant = f.first_run().await.ctx.tenant;
        keep_answer(&f, &tenant, "old").await;
        let (stop, stopped) = watch::channel(false);
        let work = || tokio::spawn(run_worker(f.app.clone(), 2, stopped.clone()));
        let workers = [work(), work()];
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(is_kept(&f, &tenant, "old").await, "it is not old yet");

        f.clock.advance_millis(31 * DAY_MS);
        assert!(within_seconds(async || !is_kept(&f, &tenant, "old").await).await, "not forgotten");

        // Within the hour nothing is swept again.
        keep_answer(&f, &tenant, "new").await;
        let now = f.app.clock.now();
        let swept = f.app.db.read(move |c| {
            store::chores::is_due(c, "retention.sweep", now.plus_secs(3_599), 3_600_000)
        });
        assert!(!swept.await.unwrap());
        stop.send(true).unwrap();
        for worker in workers {
            worker.await.unwrap();
        }
    })
    .await;
}
