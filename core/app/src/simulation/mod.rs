//! A seeded simulation of background work: the real decisions (what is claimed, retried, spread,
//! fired and buried) over a database in memory, a clock that jumps, workers that die and a provider
//! that loses answers. `OXPI_SIM_SEED` and `OXPI_SIM_STEPS` replay a run or make a longer one.

mod chaos;
mod memory;
mod provider;
mod same;
mod world;

use domain::{Clock as _, ConnectionId, PluginId};
use serde_json::{Value, json};
use store::Result;
use store::jobs::NewJob;
use store::outbox::Effect;

use crate::ground::Means;
use world::{Breakage, World};

/// The jobs that an effect of the simulation names itself.
fn led_to(means: Means<'_>, effect: &Effect) -> Result<Vec<NewJob>> {
    let targets = effect.payload_json.0["targets"].as_array().map(Vec::as_slice);
    let targets = targets.unwrap_or_default();
    let payload = json!({
        "subject": effect.payload_json.0["subject"],
        "effect": effect.payload_json.0["effect"],
    });
    let of = |target: &Value| {
        let text = |name: &str| target[name].as_str().unwrap_or_default().to_owned();
        let mut job = means.new_job(&effect.tenant_id, &text("kind"), payload.clone());
        job.plugin_id = text("plugin").parse::<PluginId>().ok();
        job.connection_id = text("connection").parse::<ConnectionId>().ok();
        job
    };
    Ok(targets.iter().map(of).collect())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs a seed; the error says what broke and how to see it again. Everything comes to rest, and is
/// looked at, every `calm` steps.
fn run(seed: u64, steps: u64, calm: u64, breakage: Breakage) -> Result<World, String> {
    let mut world = World::new(seed, breakage);
    for step in 0..steps {
        world.step();
        if (step + 1) % calm == 0 || step + 1 == steps {
            world.settle_down();
        }
        if let Some(wrong) = world.wrong.first() {
            return Err(format!(
                "step {step}: {wrong}\nreplay: OXPI_SIM_SEED={seed} OXPI_SIM_STEPS={} \
                 cargo test -p oxpi-app a_million_steps",
                step + 1
            ));
        }
    }
    Ok(world)
}

#[test]
fn a_million_steps_lose_nothing_and_double_nothing() {
    let seed = number("OXPI_SIM_SEED").unwrap_or(20_261_123);
    let steps = number("OXPI_SIM_STEPS").unwrap_or(1_000_000);
    let began = std::time::Instant::now();
    let world = run(seed, steps, 10_000, Breakage::None).unwrap_or_else(|wrong| panic!("{wrong}"));
    eprintln!("{steps} steps of seed {seed} in {:?}: {:?}", began.elapsed(), world.seen);
    if steps >= 100_000 {
        world.assert_eventful();
    }
}

/// What a seed is for: what it found once, it finds again.
#[test]
fn the_same_seed_runs_the_same_and_another_does_not() {
    let ends = |seed| {
        let world =
            run(seed, 20_000, 1_000, Breakage::None).unwrap_or_else(|wrong| panic!("{wrong}"));
        format!("{:?} {:?}", world.seen, world.clock.now())
    };
    assert_eq!(ends(11), ends(11));
    assert_ne!(ends(11), ends(12));
    let found = |seed| run(seed, 60_000, 500, Breakage::NoFencing).err();
    assert_eq!(found(7), found(7), "and says the same of it");
    let told = found(7).unwrap();
    assert!(told.contains("OXPI_SIM_SEED=7 OXPI_SIM_STEPS="), "{told}");
}

/// What the simulation is for: it notices.
#[test]
fn the_simulation_notices_what_is_broken() {
    for breakage in [
        Breakage::NoFencing,
        Breakage::MarkAlone,
        Breakage::NewKeyEachTry,
        Breakage::AcknowledgeFirst,
        Breakage::NoTurns,
        Breakage::LastWordLost,
    ] {
        // Often at rest: what a later change would cover up is seen before it comes.
        let found = run(7, 60_000, 500, breakage).err();
        assert!(found.is_some(), "{breakage:?} goes unnoticed");
    }
}
