//! How much another tenant's plugins slow a tenant's own: calls of a good plugin measured alone, and
//! beside sixteen of each hostile kind, in turns.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::TenantId;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use runtime::{EgressConfig, Plugin};
use serde_json::json;

use crate::fake::{Fake, House};
use crate::measure::median;
use crate::report::{Report, Row};
use crate::{guests, hostile_guests};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(700);
/// Calls that the hostile tenant makes at once: all that its share allows.
const HOSTILE: usize = 16;
/// Between two calls of the good plugin.
const PAUSE: Duration = Duration::from_micros(500);
/// How many times as long the ninety-ninth of a hundred calls may take beside a hostile plugin.
const GOAL: f64 = 2.0;

/// Measures beside each kind.
pub async fn measure(report: &mut Report) -> Result<()> {
    for (kind, manifest, component) in kinds() {
        report.add(beside(kind, &manifest, component).await?);
    }
    Ok(())
}

fn kinds() -> Vec<(&'static str, String, Vec<u8>)> {
    let plain = || guests::MANIFEST.to_owned();
    vec![
        ("idle", plain(), guests::job(guests::FINE)),
        ("spins", plain(), guests::job(guests::SPIN)),
        ("recurses", plain(), guests::recursing()),
        ("allocates", plain(), hostile_guests::touching()),
        ("traps", plain(), guests::job(guests::TRAP)),
        ("floods logs", plain(), guests::logger()),
        ("floods headers", guests::asking(), hostile_guests::header_flood()),
        ("hands over giant lists", plain(), hostile_guests::giant_fields()),
        ("sleeps in host calls", guests::asking(), guests::kv()),
    ]
}

async fn beside(kind: &'static str, manifest: &str, component: Vec<u8>) -> Result<Row> {
    let fake = Fake { slowness: Duration::from_millis(300), ..Fake::default() };
    let cache = Arc::new(tempfile::tempdir()?);
    let house = House::made(fake, EgressConfig::default(), cache, |config| {
        config.instances_max = 64;
        config.threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    });
    let good =
        house.load(&guests::MANIFEST.replace("\"acme\"", "\"good\""), guests::job(guests::FINE));
    let bad = house.load(manifest, component);
    let neighbour = TenantId::new(&ManualClock::at(6), &SeededRng::new(6));
    // Once to warm up.
    calls(&house, &good, &neighbour).await?;
    // Of each round its own, and of those the median: one busy moment of the machine is no finding.
    let (mut p99s_alone, mut p99s_beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let times = calls(&house, &good, &neighbour).await?;
        p99s_alone.push(p99(times));
        let stop = Arc::new(AtomicBool::new(false));
        let attackers =
            if kind != "idle" { attack(&house, &bad, &stop) } else { Default::default() };
        // Until it has all that it can get.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let times = calls(&house, &good, &neighbour).await?;
        p99s_beside.push(p99(times));
        stop.store(true, Ordering::Relaxed);
        for attacker in attackers {
            attacker.await?;
        }
        house.fake.logged.lock().unwrap_or_else(PoisonError::into_inner).clear();
        house.fake.reports.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
    let name = format!("another tenant's p99 beside a plugin that {kind}");
    let (alone, beside) = (median(p99s_alone), median(p99s_beside));
    Ok(Row::new(&name, beside, "us").against("the same tenant alone", alone).at_most_times(GOAL))
}

fn attack(house: &House, bad: &Plugin, stop: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<()>> {
    let attacker = |_| {
        let (engine, bad, ctx) = (house.engine.clone(), bad.clone(), house.ctx(bad));
        let (stop, payload) = (Arc::clone(stop), json!("line"));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                // What it answers is other tests' business.
                drop(engine.run_job(&bad, ctx.clone(), "w", &payload, 100_000).await);
            }
        })
    };
    (0..HOSTILE).map(attacker).collect()
}

/// How many microseconds each call of a round took; every one must succeed.
async fn calls(house: &House, good: &Plugin, tenant: &TenantId) -> Result<Vec<f64>> {
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < ROUND {
        let mut ctx = house.ctx(good);
        ctx.tenant = tenant.clone();
        let call = Instant::now();
        let outcome = house.engine.run_job(good, ctx, "w", &json!({}), 1).await;
        took.push(call.elapsed().as_secs_f64() * 1e6);
        ensure!(outcome == Ok(None), "a good plugin's call ended with {outcome:?}");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(took)
}

fn p99(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}
