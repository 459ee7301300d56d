//! Calls of plugins that behave, and of plugins that don't.

use std::time::{Duration, Instant};

use oxpi_runtime::{CallError, EgressConfig, Export, Grant, Plugin};
use serde_json::{Value, json};

use crate::fake::{Fake, House, files};
use crate::guests::{self, MANIFEST};

async fn run(house: &House, plugin: &Plugin) -> Result<Option<Value>, CallError> {
    house.engine.run_job(plugin, house.ctx(plugin), "work", &json!({}), 1).await
}

fn problem(outcome: Result<Option<Value>, CallError>) -> String {
    match outcome {
        Err(CallError::Problem(problem)) => problem.code,
        other => panic!("expected a problem, not {other:?}"),
    }
}

#[tokio::test]
async fn a_good_plugin_answers_and_is_measured() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::FINE));
    assert_eq!(plugin.exports().iter().copied().collect::<Vec<_>>(), [Export::JobHandler]);
    assert_eq!(run(&house, &plugin).await, Ok(None));
    let reports = house.fake.reports.lock().unwrap();
    assert_eq!((reports[0].hook, reports[0].outcome), ("job-handler.run", "ok"));
    assert_eq!(reports[0].memory_bytes_max, 2 << 20);
    assert!(reports[0].cpu > Duration::ZERO);
}

#[tokio::test]
async fn what_is_not_exported_is_said_so() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::FINE));
    let ctx = house.ctx(&plugin);
    assert_eq!(
        house.engine.calendar_calendars(&plugin, ctx.clone()).await,
        Err(CallError::NotExported)
    );
    assert_eq!(house.engine.validate(&plugin, ctx, &json!({})).await, Err(CallError::NotExported));
}

#[tokio::test]
async fn a_spinning_guest_is_stopped_soon_after_its_budget() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::SPIN));
    assert_eq!(run(&house, &plugin).await, Err(CallError::OutOfCpu));
    let reports = house.fake.reports.lock().unwrap();
    let used = reports[0].cpu;
    assert!(used >= Duration::from_millis(250) && used < Duration::from_millis(350), "{used:?}");
}

#[tokio::test]
async fn a_spinning_guest_is_stopped_by_the_clock_too() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::SPIN));
    let mut ctx = house.ctx(&plugin);
    (ctx.limits.cpu_ms, ctx.limits.wall_ms) = (60_000, 100);
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(outcome, Err(CallError::TimedOut));
}

#[tokio::test]
async fn a_guest_asleep_in_a_host_call_is_stopped_by_the_clock() {
    let fake = Fake { slowness: Duration::from_secs(600), ..Fake::default() };
    let house = House::with(fake, EgressConfig::default());
    let plugin = house.load(&guests::asking(), guests::kv());
    let mut ctx = house.ctx(&plugin);
    ctx.limits.wall_ms = 100;
    let began = Instant::now();
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(outcome, Err(CallError::TimedOut));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn crashes_are_told_apart_and_leave_the_engine_well() {
    let house = House::new();
    let trap = house.load(MANIFEST, guests::job(guests::TRAP));
    assert_eq!(run(&house, &trap).await.map_err(|e| e.kind()), Err("trapped"));
    let deep = house.load(MANIFEST, guests::recursing());
    match run(&house, &deep).await {
        Err(CallError::Trapped { reason }) => assert!(reason.contains("stack"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let hungry = house.load(MANIFEST, guests::job(guests::ALLOCATE));
    assert_eq!(run(&house, &hungry).await, Err(CallError::OutOfMemory));
    assert!(house.fake.reports.lock().unwrap()[2].memory_bytes_max <= 64 << 20);
    let good = house.load(MANIFEST, guests::job(guests::FINE));
    assert_eq!(run(&house, &good).await, Ok(None));
}

#[tokio::test]
async fn a_guest_born_too_large_is_out_of_memory() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::FINE));
    let mut ctx = house.ctx(&plugin);
    ctx.limits.memory_bytes = 1 << 20;
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(outcome, Err(CallError::OutOfMemory));
}

#[tokio::test]
async fn tables_count_towards_the_same_sum_as_memories() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job_with("(table 100 funcref)", guests::FINE));
    for (more, expected) in [(1_000, Err(CallError::OutOfMemory)), (2_000, Ok(None))] {
        let mut ctx = house.ctx(&plugin);
        ctx.limits.memory_bytes = (2 << 20) + more;
        let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
        assert_eq!(outcome, expected, "{more}");
    }
}

#[tokio::test]
async fn a_giant_list_of_the_same_bytes_is_not_copied() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::giant_list());
    let outcome =
        house.engine.webhook_accounts(&plugin, "r-1", "push", Vec::new(), Vec::new()).await;
    assert_eq!(outcome.map_err(|error| error.kind()), Err("trapped"));
}

#[tokio::test]
async fn what_was_not_granted_answers_denied() {
    let house = House::new();
    let plugin = house.load(&guests::asking(), guests::kv());
    let mut ctx = house.ctx(&plugin);
    ctx.grant = Grant::nothing().into();
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(problem(outcome), "denied");
    assert_eq!(house.fake.reports.lock().unwrap()[0].denials, 1);
    assert_eq!(run(&house, &plugin).await, Ok(None), "granted, and not there");
}

#[tokio::test]
async fn fields_that_were_not_granted_are_not_seen() {
    let house = House::new();
    let plugin = house.load(&guests::asking(), guests::reader());
    let seen = house.engine.run_job(&plugin, house.ctx(&plugin), "p-1", &json!({}), 1).await;
    assert_eq!(seen, Ok(Some(json!({"id": "p-1", "rev": 1, "name": "Dana"}))));
    let mut ctx = house.ctx(&plugin);
    let narrow = ctx.grant.ids().filter(|id| !id.contains("records.read")).map(str::to_owned);
    ctx.grant = Grant::from_ids(narrow.collect::<Vec<_>>()).into();
    let outcome = house.engine.run_job(&plugin, ctx, "p-1", &json!({}), 1).await;
    assert_eq!(problem(outcome), "denied");
}

#[tokio::test]
async fn a_flood_of_forged_lines_is_cut_and_escaped() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::logger());
    let payload = json!("x\n2026-01-01 ERROR forged");
    let outcome = house.engine.run_job(&plugin, house.ctx(&plugin), "work", &payload, 5_000).await;
    assert_eq!(outcome, Ok(None));
    let logged = house.fake.logged.lock().unwrap();
    assert_eq!(logged.len(), 200);
    assert!(logged.iter().all(|entry| !entry.message.contains('\n')));
    assert!(!logged[199].fields.is_empty(), "the last line says that more was dropped");
}

#[tokio::test]
async fn a_neighbour_answers_while_another_spins() {
    let house = House::new();
    let spinner = house.load(MANIFEST, guests::job(guests::SPIN));
    let good = house.load(&MANIFEST.replace("\"acme\"", "\"other\""), guests::job(guests::FINE));
    let mut spinning = Vec::new();
    for _ in 0..4 {
        let (engine, spinner, ctx) = (house.engine.clone(), spinner.clone(), house.ctx(&spinner));
        spinning.push(tokio::spawn(async move {
            engine.run_job(&spinner, ctx, "w", &json!({}), 1).await
        }));
    }
    for _ in 0..10 {
        assert_eq!(run(&house, &good).await, Ok(None));
    }
    for spin in spinning {
        assert_eq!(spin.await.unwrap(), Err(CallError::OutOfCpu));
    }
}

#[tokio::test]
async fn another_plugins_context_is_refused() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::FINE));
    let mut ctx = house.ctx(&plugin);
    ctx.plugin = "other".parse().unwrap();
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(problem(outcome), "internal");
}

#[tokio::test]
async fn a_second_start_loads_compiled_code() {
    let house = House::new();
    let wasm = guests::job(guests::FINE);
    house.load(MANIFEST, wasm.clone());
    let kept = std::fs::read_dir(house.cache.path()).unwrap().count();
    assert_eq!(kept, 1);
    let again = House::on(Fake::default(), EgressConfig::default(), house.cache.clone());
    let plugin = again.load(MANIFEST, wasm);
    assert_eq!(run(&again, &plugin).await, Ok(None));
    assert_eq!(std::fs::read_dir(house.cache.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_engine_ends_within_a_runtime_without_blocking_it() {
    let house = House::new();
    drop(house);
}

#[test]
fn a_packages_hash_covers_every_file() {
    let wasm = guests::job(guests::FINE);
    let one = files(MANIFEST, wasm.clone());
    let mut two = files(MANIFEST, wasm.clone());
    two.icon = Some(b"<svg />".to_vec());
    let mut three = files(MANIFEST, wasm);
    three.locales.push((domain::Locale::En, "a = b".to_owned()));
    assert!(one.hash() != two.hash() && one.hash() != three.hash());
}

#[tokio::test]
async fn a_call_is_stopped_at_once_and_leaves_the_place_free() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::job(guests::SPIN));
    let mut ctx = house.ctx(&plugin);
    ctx.limits.cpu_ms = 60_000;
    ctx.limits.wall_ms = 60_000;
    let (engine, spinning) = (house.engine.clone(), plugin.clone());
    let tenant = house.tenant.clone();
    let call =
        tokio::spawn(async move { engine.run_job(&spinning, ctx, "work", &json!({}), 1).await });
    while house.engine.drain_calls(&tenant, plugin.id(), Duration::ZERO).await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    let asked = Instant::now();
    assert_eq!(house.engine.stop_calls(&tenant, plugin.id()), 1);
    assert_eq!(call.await.unwrap(), Err(CallError::Stopped));
    assert!(asked.elapsed() < Duration::from_millis(200), "{:?}", asked.elapsed());
    assert!(house.engine.drain_calls(&tenant, plugin.id(), Duration::from_secs(1)).await);
    let fine = house.load(MANIFEST, guests::job(guests::FINE));
    assert_eq!(run(&house, &fine).await, Ok(None));
}
