//! How much another tenant's plugins slow a tenant's own: calls of a good plugin measured alone, and
//! beside sixteen of each hostile kind, in turns. Writes a JSON object a line, to the screen and to
//! `bench/neighbours.jsonl` of the target folder, where `make bench` finds it.
//!
//!     cargo bench -p oxpi-runtime --bench neighbours [-- KIND]

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    dead_code,
    reason = "a measurement, not a part of the program"
)]

#[path = "../tests/plugins/fake.rs"]
mod fake;
#[path = "../tests/plugins/guests.rs"]
mod guests;
#[path = "../tests/plugins/hostile_guests.rs"]
mod hostile_guests;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::TenantId;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use oxpi_runtime::{EgressConfig, Plugin};
use serde_json::{Value, json};

use fake::{Fake, House};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(700);
/// Calls that the hostile tenant makes at once: all that its share allows.
const HOSTILE: usize = 16;
/// Between two calls of the good plugin.
const PAUSE: Duration = Duration::from_micros(500);
/// How many times as long the ninety-ninth of a hundred calls may take beside a hostile plugin.
const GOAL: f64 = 2.0;

fn main() {
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut lines = String::new();
    for (kind, manifest, component) in kinds() {
        if only.as_ref().is_some_and(|only| only != kind) {
            continue;
        }
        let line = runtime.block_on(measure(kind, &manifest, component)).to_string();
        println!("{line}");
        writeln!(lines, "{line}").unwrap();
    }
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| usual.into());
    let folder = std::path::PathBuf::from(target).join("bench");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("neighbours.jsonl"), lines).unwrap();
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

async fn measure(kind: &'static str, manifest: &str, component: Vec<u8>) -> Value {
    let fake = Fake { slowness: Duration::from_millis(300), ..Fake::default() };
    let cache = Arc::new(tempfile::tempdir().unwrap());
    let house = House::made(fake, EgressConfig::default(), cache, |config| {
        config.instances_max = 64;
        config.threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    });
    let good =
        house.load(&guests::MANIFEST.replace("\"acme\"", "\"good\""), guests::job(guests::FINE));
    let bad = house.load(manifest, component);
    let neighbour = TenantId::new(&ManualClock::at(6), &SeededRng::new(6));
    // Once to warm up.
    calls(&house, &good, &neighbour).await;
    let (mut alone, mut beside, mut ended) = (Vec::new(), Vec::new(), 0);
    // Of each round its own, and of those the median: one busy moment of the machine is no finding.
    let (mut p99s_alone, mut p99s_beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut times = calls(&house, &good, &neighbour).await;
        p99s_alone.push(p99(&mut times));
        alone.extend(times);
        let stop = Arc::new(AtomicBool::new(false));
        let attackers =
            if kind != "idle" { attack(&house, &bad, &stop) } else { Default::default() };
        // Until it has all that it can get.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut times = calls(&house, &good, &neighbour).await;
        p99s_beside.push(p99(&mut times));
        beside.extend(times);
        stop.store(true, Ordering::Relaxed);
        for attacker in attackers {
            ended += attacker.await.unwrap();
        }
        house.fake.logged.lock().unwrap().clear();
        house.fake.reports.lock().unwrap().clear();
    }
    let (before, after) = (median(&mut p99s_alone), median(&mut p99s_beside));
    let ratio = after / before;
    json!({
        "name": format!("another tenant's p99 beside a plugin that {kind}"),
        "value": after, "unit": "us", "baseline": before,
        "against": "the same tenant alone", "ratio": ratio,
        "goal": format!("at most {GOAL} times as long as alone"), "holds": ratio <= GOAL,
        "median_us": median(&mut beside), "median_alone_us": median(&mut alone),
        "calls": beside.len(), "hostile_calls": ended,
    })
}

fn attack(
    house: &House,
    bad: &Plugin,
    stop: &Arc<AtomicBool>,
) -> Vec<tokio::task::JoinHandle<u64>> {
    let attacker = |_| {
        let (engine, bad, ctx) = (house.engine.clone(), bad.clone(), house.ctx(bad));
        let (stop, payload) = (Arc::clone(stop), json!("line"));
        tokio::spawn(async move {
            let mut ended = 0;
            while !stop.load(Ordering::Relaxed) {
                // What it answers is other tests' business.
                drop(engine.run_job(&bad, ctx.clone(), "w", &payload, 100_000).await);
                ended += 1;
            }
            ended
        })
    };
    (0..HOSTILE).map(attacker).collect()
}

/// How many microseconds each call of a round took; every one must succeed.
async fn calls(house: &House, good: &Plugin, tenant: &TenantId) -> Vec<f64> {
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < ROUND {
        let mut ctx = house.ctx(good);
        ctx.tenant = tenant.clone();
        let call = Instant::now();
        let outcome = house.engine.run_job(good, ctx, "w", &json!({}), 1).await;
        took.push(call.elapsed().as_secs_f64() * 1e6);
        assert_eq!(outcome, Ok(None));
        tokio::time::sleep(PAUSE).await;
    }
    took
}

fn p99(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
