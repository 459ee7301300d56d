//! What a call may use, where the installation gives a plugin less or more than usual.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use oxpi_tests::shelf::Fittings;
use runtime::Limits;
use serde_json::json;
use store::testing::TestDb;

use super::*;

/// A house with these limits, and the database that it needs for as long as it stands.
async fn limited(limits: Limits) -> Result<(Shelf, TestDb)> {
    let plugin_limits = BTreeMap::from([("testkit-sample".parse()?, limits)]);
    let fresh = store::testing::sqlite().await;
    let fittings = Fittings { plugin_limits, ..Fittings::default() };
    let shelf = Shelf::open_with(fresh.db.clone(), fittings).await?;
    shelf.install(package("1.0.0", &publisher(1), as_it_is)?).await?;
    plugins::enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
    Ok((shelf, fresh))
}

/// Runs a job; answers whether it came to its end, and why not.
async fn run(shelf: &Shelf, handler: &str) -> Result<(bool, String)> {
    let job = shelf.enqueue_with(handler, json!({"thing": "x"})).await?;
    jobs::run_due(&shelf.app).await?;
    let job = shelf.job(&job).await?;
    Ok((job.state.as_str() == "done", job.last_problem.unwrap_or_default()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_with_fewer_requests_or_effects_is_held_to_them() -> Result<()> {
    let (shelf, _db) = limited(Limits { http_calls: 1, ..Limits::default() }).await?;
    let provider = shelf.provider.clone();
    let answering = tokio::spawn(async move {
        loop {
            provider.asked.notified().await;
            provider.answer.notify_one();
        }
    });
    assert!(run(&shelf, "fetch").await?.0, "one is what it has");
    let (done, why) = run(&shelf, "fetch-twice").await?;
    assert!(!done && *shelf.provider.count.lock().unwrap() == 2, "{why}");
    answering.abort();
    assert_eq!(page(&shelf).await?.limits.http_calls, 1, "its page says so");

    let (shelf, _db) = limited(Limits { effects: 2, ..Limits::default() }).await?;
    // Reads, writes and lists: three.
    assert!(!run(&shelf, "count").await?.0);
    let (shelf, _db) = limited(Limits { effects: 3, ..Limits::default() }).await?;
    assert!(run(&shelf, "count").await?.0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_with_more_or_less_computing_is_stopped_later_or_sooner() -> Result<()> {
    let mut took = Vec::new();
    for cpu_ms in [40, 1_500] {
        let (shelf, _db) = limited(Limits { cpu_ms, ..Limits::default() }).await?;
        let began = Instant::now();
        let (done, why) = run(&shelf, "spin").await?;
        assert!(!done, "{why}");
        took.push(began.elapsed());
    }
    assert!(took[1] >= Duration::from_millis(1_500), "{took:?}");
    assert!(took[0] < took[1], "{took:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_keeps_to_the_memory_that_calls_have_and_has_more_time() -> Result<()> {
    // A call of this one could write nothing at all.
    let (shelf, _db) = limited(Limits { effects: 0, ..Limits::default() }).await?;
    shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
    assert_eq!(shelf.move_up().await?, 1, "a migration has more effects than a call");
    let (shelf, _db) = limited(Limits { memory_bytes: 1 << 16, ..Limits::default() }).await?;
    shelf.install(package("1.1.0", &publisher(1), as_it_is)?).await?;
    assert_eq!(shelf.move_up().await?, 0, "and no more memory");
    Ok(())
}
