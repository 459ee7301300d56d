//! Plugins that mean harm. Each gets a typed error within its budget, and the engine stays well.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{ConnectionId, TenantId};
use oxpi_runtime::egress::Lookup;
use oxpi_runtime::{CallError, EgressConfig, Plugin};
use serde_json::{Value, json};

use crate::fake::{Fake, House, files};
use crate::guests::{self, MANIFEST};
use crate::hostile_guests::{self as hostile, Spinning};
use crate::server::start;
use crate::spellings::SPELLINGS;

type Outcome = Result<Option<Value>, CallError>;

async fn run(house: &House, plugin: &Plugin, handler: &str, attempt: u32) -> Outcome {
    house.engine.run_job(plugin, house.ctx(plugin), handler, &json!({}), attempt).await
}

fn kind(outcome: &Outcome) -> &'static str {
    outcome.as_ref().err().map_or("ok", CallError::kind)
}

fn code(outcome: Outcome) -> String {
    match outcome {
        Err(CallError::Problem(problem)) => problem.code,
        other => panic!("expected a problem, not {other:?}"),
    }
}

#[tokio::test]
async fn a_module_with_several_memories_or_tables_is_not_loaded() {
    // What several instances of one component have counts together: see the meter's own tests.
    let house = House::new();
    for component in [hostile::several_memories(), hostile::several_tables()] {
        let refused = house.engine.load_files(files(MANIFEST, component)).err();
        let refused = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("exceeds the per-instance limit"), "{refused}");
    }
}

#[tokio::test]
async fn a_table_that_grows_counts_as_memory() {
    let house = House::new();
    let plugin = house.load(MANIFEST, hostile::growing_table());
    let mut ctx = house.ctx(&plugin);
    ctx.limits.memory_bytes = (2 << 20) + 100_000;
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!({}), 1).await;
    assert_eq!(outcome, Err(CallError::OutOfMemory));
}

#[tokio::test]
async fn memory_that_is_used_up_for_real_is_given_back() {
    let house = House::new();
    let plugin = house.load(MANIFEST, hostile::touching());
    let mut ctx = house.ctx(&plugin);
    ctx.limits.cpu_ms = 10_000;
    for _ in 0..6 {
        let outcome = house.engine.run_job(&plugin, ctx.clone(), "work", &json!({}), 1).await;
        assert_eq!(outcome, Err(CallError::OutOfMemory));
    }
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = status.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(pages * 4_096 < 600 << 20, "{} MiB are resident", pages >> 8);
}

#[tokio::test]
async fn a_million_headers_are_refused_within_the_budget() {
    let house = House::new();
    let plugin = house.load(&guests::asking(), hostile::header_flood());
    let url = "https://api.acme.example/v1/x";
    let outcome = run(&house, &plugin, url, 1_000_000).await;
    assert!(matches!(kind(&outcome), "ok" | "out-of-cpu"), "{outcome:?}");
    assert!(house.fake.reports.lock().unwrap()[0].cpu < Duration::from_millis(400));
    assert_eq!(
        *house.fake.refused.lock().unwrap(),
        ["too-large"],
        "told once, not a million times"
    );
}

#[tokio::test]
async fn requests_that_are_never_let_go_end_at_the_tables_edge() {
    let house = House::new();
    let plugin = house.load(&guests::asking(), hostile::hoarder());
    assert_eq!(kind(&run(&house, &plugin, "GET", 1).await), "trapped");
}

#[tokio::test]
async fn a_hundred_megabytes_of_log_leave_two_hundred_short_lines() {
    let house = House::new();
    let plugin = house.load(MANIFEST, guests::logger());
    let payload = json!("x".repeat(1_000_000));
    let ctx = house.ctx(&plugin);
    let outcome = house.engine.run_job(&plugin, ctx, "work", &payload, 100).await;
    assert!(matches!(kind(&outcome), "ok" | "out-of-cpu"), "{outcome:?}");
    {
        let logged = house.fake.logged.lock().unwrap();
        let bytes: usize = logged.iter().map(|entry| entry.message.len()).sum();
        assert!(logged.len() <= 200 && bytes < 1 << 20, "{} lines of {bytes} bytes", logged.len());
    }
    assert!(house.fake.refused.lock().unwrap().is_empty(), "a hundred lines are no flood");
    let ctx = house.ctx(&plugin);
    let outcome = house.engine.run_job(&plugin, ctx, "work", &json!("x"), 1_000).await;
    assert!(matches!(kind(&outcome), "ok" | "out-of-cpu"), "{outcome:?}");
    assert_eq!(*house.fake.refused.lock().unwrap(), ["limited"]);
}

#[tokio::test]
async fn requests_beyond_a_calls_number_are_refused_and_told_once() {
    let server = start().await;
    let all = format!("*=http://{}", server.address).parse().unwrap();
    let house = House::with(Fake::default(), EgressConfig { redirects: vec![all], lookup: None });
    let plugin = house.load(&guests::asking(), guests::fetcher());
    let mut ctx = house.ctx(&plugin);
    ctx.limits.http_calls = 0;
    let url = json!("https://api.acme.example/v1/x");
    for _ in 0..2 {
        let outcome = house.engine.run_job(&plugin, ctx.clone(), "work", &url, 2).await;
        assert_eq!(code(outcome), "limited");
    }
    assert!(server.heads.lock().unwrap().is_empty());
    assert_eq!(*house.fake.refused.lock().unwrap(), ["limited", "limited"], "once a call");
    assert_eq!(house.fake.audited.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_giant_list_handed_to_the_host_is_not_copied() {
    let house = House::new();
    let plugin = house.load(MANIFEST, hostile::giant_fields());
    assert_eq!(kind(&run(&house, &plugin, "info", 1).await), "trapped");
    assert!(house.fake.logged.lock().unwrap().is_empty());
}

#[tokio::test]
async fn spinning_where_the_host_is_at_work_is_spinning() {
    let house = House::new();
    for place in [Spinning::AtStart, Spinning::Allocating, Spinning::Afterwards] {
        let plugin = house.load(MANIFEST, hostile::spinning(&place));
        assert_eq!(run(&house, &plugin, "work", 1).await, Err(CallError::OutOfCpu));
    }
    let bad = house.load(MANIFEST, hostile::misallocating());
    assert_eq!(kind(&run(&house, &bad, "work", 1).await), "trapped");
}

#[tokio::test]
async fn nonsense_for_an_answer_is_a_crash_and_not_ours() {
    let house = House::new();
    let parrot = house.load(MANIFEST, hostile::parrot());
    let deep = "[".repeat(200_000);
    for answer in ["", "{", "nonsense", "{\"a\":1}x", deep.as_str()] {
        assert_eq!(kind(&run(&house, &parrot, answer, 1).await), "trapped");
    }
    let boaster = house.load(MANIFEST, hostile::boaster());
    assert_eq!(kind(&run(&house, &boaster, "work", 1).await), "trapped");
}

#[tokio::test]
async fn control_characters_in_answers_and_problems_are_neutralised() {
    let house = House::new();
    let evil = "\u{1b}[31m\u{202e}gpj\n<script>alert(1)</script>\u{2066}\u{0}";
    let complainer = house.load(MANIFEST, hostile::complainer());
    match run(&house, &complainer, evil, 1).await {
        Err(CallError::Problem(problem)) => {
            for text in [&problem.code, &problem.message, problem.detail.as_ref().unwrap()] {
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\n', '\u{2066}', '\0']), "{text:?}");
            }
        }
        other => panic!("{other:?}"),
    }
    let parrot = house.load(MANIFEST, hostile::parrot());
    let answer = json!({"title": evil, "list": [{evil: evil}]}).to_string();
    let seen = run(&house, &parrot, &answer, 1).await.unwrap().unwrap();
    let title = seen["title"].as_str().unwrap();
    // Markup is text, which templates escape; what no template can make harmless is gone.
    assert_eq!(title, "[31mgpj\n<script>alert(1)</script>");
    assert!(!seen.to_string().contains("202e") && !seen.to_string().contains('\u{202e}'));
}

#[tokio::test]
async fn guessed_handles_are_nobodys() {
    let house = House::new();
    let plugin = house.load(&guests::asking(), hostile::handle_guesser());
    // 1 is its own request, which is no answer; the others don't exist.
    for handle in [0, 1, 2, 3, 1_000, u32::MAX >> 4, u32::MAX] {
        assert_eq!(kind(&run(&house, &plugin, "GET", handle).await), "trapped", "{handle}");
    }
}

#[tokio::test]
async fn another_tenants_account_is_asked_for_in_this_tenants_name() {
    let server = start().await;
    let all = format!("*=http://{}", server.address).parse().unwrap();
    let house = House::with(
        Fake { foreign_connections: true, ..Fake::default() },
        EgressConfig { redirects: vec![all], lookup: None },
    );
    let plugin = house.load(&guests::asking(), hostile::account_chooser());
    let foreign = ConnectionId::new(&ManualClock::at(9), &SeededRng::new(9));
    assert_eq!(code(run(&house, &plugin, foreign.as_str(), 1).await), "not-found");
    assert_eq!(code(run(&house, &plugin, "' or 1=1 --", 1).await), "not-found");
    assert!(server.heads.lock().unwrap().is_empty(), "nothing left the house");
    assert_eq!(*house.fake.asked_for.lock().unwrap(), std::slice::from_ref(&house.tenant));
}

#[tokio::test]
async fn every_spelling_of_elsewhere_is_refused_with_an_entry_each() {
    let server = start().await;
    let all = format!("*=http://{}", server.address).parse().unwrap();
    let house = House::with(Fake::default(), EgressConfig { redirects: vec![all], lookup: None });
    let plugin = house.load(&guests::asking(), guests::fetcher());
    for url in SPELLINGS {
        let refused = code(run(&house, &plugin, url, 2).await);
        assert!(matches!(refused.as_str(), "denied" | "invalid"), "{url}: {refused}");
    }
    assert!(server.heads.lock().unwrap().is_empty());
    let audited = house.fake.audited.lock().unwrap();
    assert_eq!(audited.len(), SPELLINGS.len());
    let told = |entry: &oxpi_runtime::EgressEntry| {
        entry.problem.is_some() && entry.host.len() <= 253 && !entry.host.contains(char::is_control)
    };
    assert!(audited.iter().all(told));
}

/// A name that is public when it is looked up first, and this machine from then on.
#[derive(Default)]
struct Rebinding {
    lookups: AtomicUsize,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Lookup for Rebinding {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(host.to_owned());
        // In the part of the internet that was never given out: nothing answers there.
        let public = "3000::1".parse().unwrap();
        let first = self.lookups.fetch_add(1, Ordering::SeqCst) == 0;
        Ok(vec![if first { public } else { IpAddr::from([127, 0, 0, 1]) }])
    }
}

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere() {
    let server = start().await;
    let lookup = Arc::new(Rebinding::default());
    let config = EgressConfig { redirects: Vec::new(), lookup: Some(lookup.clone()) };
    let house = House::with(Fake::default(), config);
    let manifest = guests::asking().replace(
        "https://api.acme.example",
        &format!("https://api.acme.example:{}", server.address.port()),
    );
    let plugin = house.load(&manifest, guests::fetcher());
    let mut ctx = house.ctx(&plugin);
    ctx.limits.wall_ms = 1_500;
    let url = format!("https://api.acme.example:{}/v1/x", server.address.port());
    let first = house.engine.run_job(&plugin, ctx.clone(), &url, &json!({}), 2).await;
    // One look-up a connection: what was checked is what was connected to.
    assert!(first.is_err() && lookup.lookups.load(Ordering::SeqCst) == 1, "{first:?}");
    let second = house.engine.run_job(&plugin, ctx, &url, &json!({}), 2).await;
    assert_eq!(code(second), "denied");
    assert!(server.heads.lock().unwrap().is_empty() && server.accepted.load(Ordering::SeqCst) == 0);
}

#[tokio::test]
async fn a_neighbours_calls_all_succeed_beside_each_kind() {
    let house = House::new();
    let good = house.load(&MANIFEST.replace("\"acme\"", "\"other\""), guests::job(guests::FINE));
    let neighbour = TenantId::new(&ManualClock::at(6), &SeededRng::new(6));
    for (name, component) in [
        ("spins", guests::job(guests::SPIN)),
        ("recurses", guests::recursing()),
        ("allocates", hostile::touching()),
        ("traps", guests::job(guests::TRAP)),
        ("logs", guests::logger()),
    ] {
        let bad = house.load(MANIFEST, component);
        let mut hostile = Vec::new();
        for _ in 0..12 {
            let (engine, bad, ctx) = (house.engine.clone(), bad.clone(), house.ctx(&bad));
            hostile.push(tokio::spawn(async move {
                engine.run_job(&bad, ctx, "w", &json!("x".repeat(1_000)), 1_000).await
            }));
        }
        let began = Instant::now();
        for _ in 0..20 {
            let mut ctx = house.ctx(&good);
            ctx.tenant = neighbour.clone();
            let outcome = house.engine.run_job(&good, ctx, "w", &json!({}), 1).await;
            assert_eq!(outcome, Ok(None), "beside one that {name}");
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{name}");
        for call in hostile {
            call.await.unwrap().ok();
        }
    }
    assert_eq!(house.engine.load_now(), (0, 0));
    assert_eq!(house.engine.figures_of(&neighbour, good.id()).ended("ok"), 100);
}
