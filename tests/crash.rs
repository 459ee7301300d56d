//! The real program, killed at random moments under load: what it acknowledged is there, nothing is
//! there twice, and within a minute of the last start everything has gone out.
//!
//! `OXPI_CRASH_KILLS` sets how many times, `OXPI_CRASH_SEED` which moments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::rng::SeededRng;
use domain::{PluginId, Rng};
use oxpi_tests::house::DANA;
use oxpi_tests::process::{Place, RECEIVER, is_booked, is_kept, tail};
use store::jobs::{JobFilter, JobState};
use store::testing::TestDb;

const CLIENTS: usize = 4;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What clients asked for, and whether they were told that it is done.
#[derive(Default)]
struct Ledger {
    appointments: BTreeMap<String, bool>,
    deliveries: BTreeMap<String, bool>,
}

type Shared = Arc<Mutex<Ledger>>;

/// One client: books and delivers in turn. What has no answer is sent again, or left as it is.
async fn client(
    place: Arc<Place>,
    cookie: String,
    n: usize,
    ledger: Shared,
    stop: Arc<AtomicBool>,
) {
    let dice = SeededRng::new(n as u64);
    for turn in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let name = format!("c{n}-{turn}");
        let tries = 1 + dice.below(6);
        for _ in 0..tries {
            let done = if turn % 2 == 0 {
                is_booked(place.book(&cookie, &name).await)
            } else {
                is_kept(place.deliver(&name).await)
            };
            let known = {
                let mut ledger = ledger.lock().unwrap();
                let of =
                    if turn % 2 == 0 { &mut ledger.appointments } else { &mut ledger.deliveries };
                let known = of.entry(name.clone()).or_default();
                *known |= done;
                *known
            };
            if known {
                // As fast as people are: the provider's quota is not what is tried here.
                tokio::time::sleep(Duration::from_millis(100 + dice.below(300))).await;
                break;
            }
            tokio::time::sleep(Duration::from_millis(dice.below(120))).await;
        }
    }
}

/// Kills the program as often as it is told to, and lets it run at last.
async fn torment(db: TestDb, seed: u64, kills: u64) -> Result<()> {
    let place = Arc::new(Place::new(db).await?);
    let outcome = torment_at(&place, seed, kills).await;
    if let Err(error) = outcome {
        let (log, kept) = (tail(&place.log()), place.folder().display().to_string());
        // Nobody drops it, so the data stays to be looked at.
        std::mem::forget(place);
        return Err(error.context(format!(
            "seed {seed}, {kills} kills (OXPI_CRASH_SEED, OXPI_CRASH_KILLS); data in {kept}\n{log}"
        )));
    }
    Ok(())
}

async fn torment_at(place: &Arc<Place>, seed: u64, kills: u64) -> Result<()> {
    let dice = SeededRng::new(seed);
    let mut running = place.start().await?;
    let cookie = place.sign_in().await?;
    let (ledger, stop) = (Shared::default(), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (place, cookie) = (Arc::clone(place), cookie.clone());
            tokio::spawn(client(place, cookie, n, Arc::clone(&ledger), Arc::clone(&stop)))
        })
        .collect();
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(20 + dice.below(400))).await;
        running.kill()?;
        running = place.start().await?;
    }
    let started = Instant::now();
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.await?;
    }
    while !is_drained(place).await? {
        ensure!(started.elapsed() < Duration::from_secs(60), "not drained: {}", left(place).await?);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = started.elapsed();
    running.kill()?;
    let ledger = std::mem::take(&mut *ledger.lock().unwrap());
    check_appointments(place, &ledger.appointments).await?;
    check_deliveries(place, &ledger.deliveries).await?;
    let (booked, delivered) = (told(&ledger.appointments), told(&ledger.deliveries));
    eprintln!("{kills} kills: {booked} booked, {delivered} delivered, drained in {took:?}");
    ensure!(booked > 10 && delivered > 10, "too little happened to prove anything");
    Ok(())
}

fn told(of: &BTreeMap<String, bool>) -> usize {
    of.values().filter(|told| **told).count()
}

/// The states that jobs must not be in at the end; pulls come and go by themselves.
const OPEN: [JobState; 4] = [JobState::Ready, JobState::Leased, JobState::Paused, JobState::Dead];

async fn open_jobs(place: &Place) -> Result<Vec<store::jobs::Job>> {
    let tenant = place.house.owner.tenant.clone();
    let all = place.house.app.db.read(move |c| {
        let mut open = Vec::new();
        for state in OPEN {
            let filter = JobFilter { state: Some(state), ..JobFilter::default() };
            open.extend(store::jobs::list(c, &tenant, &filter, None, 500)?.items);
        }
        open.retain(|job| job.kind != "calendar.pull");
        Ok(open)
    });
    Ok(all.await?)
}

async fn is_drained(place: &Place) -> Result<bool> {
    let waiting = place.house.app.db.read(store::outbox::count_undispatched).await?;
    Ok(waiting == 0 && open_jobs(place).await?.is_empty())
}

async fn left(place: &Place) -> Result<String> {
    let open = open_jobs(place).await?;
    let some: Vec<_> = open
        .iter()
        .take(5)
        .map(|job| (job.kind.as_str(), job.state, job.attempts, job.last_problem.as_deref()))
        .collect();
    Ok(format!("{} jobs, such as {some:?}", open.len()))
}

async fn check_appointments(place: &Place, asked: &BTreeMap<String, bool>) -> Result<()> {
    let tenant = place.house.owner.tenant.clone();
    let kept = place.house.app.db.read(move |c| {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = store::appointments::list_after(c, &tenant, after.as_deref(), 500)?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.id.to_string());
            all.extend(page);
        }
    });
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for appointment in kept.await? {
        ensure!(appointment.sync_state.as_str() == "synced", "{appointment:?} has not gone out");
        *titles.entry(appointment.title).or_default() += 1;
    }
    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    for event in place.house.simulator.google().events(DANA) {
        let title = event["summary"].as_str().unwrap_or_default().to_owned();
        if event["status"] != "cancelled" && title.starts_with('c') && title.contains('-') {
            *events.entry(title).or_default() += 1;
        }
    }
    for (name, told) in asked {
        let (here, there) = (titles.get(name).copied(), events.get(name).copied());
        ensure!(!told || here == Some(1), "{name} was acknowledged, and is here {here:?} times");
        ensure!(here.is_none_or(|n| n == 1), "{name} is here {here:?} times");
        ensure!(here == there, "{name} is here {here:?} times and at the provider {there:?} times");
    }
    Ok(())
}

/// What the plugin keeps of each delivery: its name, and how often it was handled, which is the
/// revision of what it overwrites each time.
async fn handled_deliveries(place: &Place) -> Result<BTreeMap<String, (String, i64)>> {
    let (tenant, plugin) = (place.house.owner.tenant.clone(), RECEIVER.parse::<PluginId>()?);
    let now = place.house.app.clock.now();
    let kept = place.house.app.db.read(move |c| {
        let of = store::kv::Space { tenant: &tenant, plugin: &plugin };
        let (mut all, mut after) = (BTreeMap::new(), None::<String>);
        loop {
            let page = store::kv::keys(c, of, "delivery/", after.as_deref(), 500, now)?;
            for key in page.items {
                if let Some(entry) = store::kv::find(c, of, &key, now)? {
                    let name = String::from_utf8_lossy(&entry.value).into_owned();
                    all.insert(key, (name, entry.rev));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    });
    Ok(kept.await?)
}

/// How often the job of each delivery was tried, under the key that the plugin writes.
async fn tries_by_delivery(place: &Place) -> Result<BTreeMap<String, i64>> {
    let (tenant, plugin) = (place.house.owner.tenant.clone(), RECEIVER.parse::<PluginId>()?);
    let tried = place.house.app.db.read(move |c| {
        let filter = JobFilter { plugin_id: Some(plugin), ..JobFilter::default() };
        let (mut all, mut after) = (BTreeMap::new(), None);
        loop {
            let page = store::jobs::list(c, &tenant, &filter, after.as_ref(), 500)?;
            for job in page.items.iter().filter(|job| job.kind == "plugin.webhook") {
                let id = job.payload_json.0["delivery"].as_str().and_then(|id| id.parse().ok());
                let Some(id) = id else { continue };
                let delivery = store::inbox::get(c, &tenant, &id)?;
                *all.entry(format!("delivery/{}", delivery.delivery_id)).or_default() +=
                    job.attempts;
            }
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    });
    Ok(tried.await?)
}

/// Each is handled under one id, and again only where its job was tried again because of a crash.
async fn check_deliveries(place: &Place, asked: &BTreeMap<String, bool>) -> Result<()> {
    let tries = tries_by_delivery(place).await?;
    let mut handled = BTreeSet::new();
    for (key, (name, times)) in handled_deliveries(place).await? {
        ensure!(handled.insert(name.clone()), "{name} was taken in twice");
        let tried = tries.get(&key).copied().unwrap_or_default();
        ensure!(times <= tried, "{name} was handled {times} times in {tried} tries");
    }
    for (name, told) in asked {
        ensure!(!told || handled.contains(name), "{name} was acknowledged and is lost");
    }
    ensure!(handled.iter().all(|name| asked.contains_key(name)), "nobody sent what was handled");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_it_loses_nothing_and_doubles_nothing() {
    let (seed, kills) = (number("OXPI_CRASH_SEED", 1), number("OXPI_CRASH_KILLS", 50));
    torment(store::testing::sqlite().await, seed, kills).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_postgresql_it_loses_nothing_and_doubles_nothing() {
    let (seed, kills) = (number("OXPI_CRASH_SEED", 2), number("OXPI_CRASH_KILLS", 15));
    torment(store::testing::postgres().await, seed, kills).await.unwrap();
}
