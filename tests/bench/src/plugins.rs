//! Calls of a plugin, and loading one.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench_plugin::{Appointment, Day};
use domain::{Locale, Zone};
use runtime::{CallContext, Engine, Grant, Limits, Plugin};
use serde_json::Value;

use crate::bare::Bare;
use crate::measure::{Times, median, ms, per_second, us};
use crate::place::{Build, Place, plugin};
use crate::report::{Report, Row};

const ROUNDS: usize = 20;
const CALLS: usize = 500;
const LOADS: usize = 20;
/// As many threads as the measured machines have at least.
const AT_ONCE: usize = 2;

/// A plugin and all it takes to call it.
struct Called {
    engine: Engine,
    plugin: Plugin,
    ctx: CallContext,
    input: Value,
    text: String,
}

impl Called {
    async fn call(&self) -> Result<Value> {
        Ok(self.engine.render(&self.plugin, self.ctx.clone(), "day", &self.input).await?)
    }
}

/// Measures calls and loading.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    let place = Place::new(build, "plugins").await?;
    let wasm = fs::read(build.bench_package().join("plugin.wasm"))?;
    let bare = Arc::new(Bare::new(&wasm)?);
    let called = Arc::new(called(&place)?);
    check(&called, &bare).await?;
    one_after_the_other(&called, &bare, report).await?;
    at_once(&called, &bare, report).await?;
    loading(&place, build, &bare, report).await
}

fn called(place: &Place) -> Result<Called> {
    let plugin = app::plugins::find_loaded(&place.app, &plugin()?)?;
    let day = Day {
        appointments: (0..4)
            .map(|n| Appointment {
                title: format!("Fitting {n}"),
                person: "Noa Levi".to_owned(),
                starts: 540 + n * 60,
                lasts: 45,
            })
            .collect(),
    };
    let input = serde_json::to_value(&day)?;
    let ctx = CallContext {
        tenant: place.owner.tenant.clone(),
        plugin: plugin.id().clone(),
        grant: Arc::new(Grant::everything(plugin.manifest())),
        settings: Value::Object(Default::default()),
        locale: Locale::En,
        zone: Zone::utc(),
        connection: None,
        candidate: None,
        version: plugin.manifest().plugin.version,
        generation: 1,
        request_id: "bench".to_owned(),
        limits: Limits::default(),
    };
    let text = input.to_string();
    Ok(Called { engine: place.app.engine.clone(), plugin, ctx, input, text })
}

/// All three do the same.
async fn check(called: &Called, bare: &Bare) -> Result<()> {
    let hosted = called.call().await?;
    let rows = hosted["rows"].as_array().context("no rows")?;
    ensure!(rows.len() == 4 && rows[0]["time"] == "09:00–09:45", "the plugin answered {hosted}");
    let by_itself: Value = serde_json::from_str(&bare.render(&called.text)?)?;
    let natively: Value = serde_json::from_str(&native(&called.text)?)?;
    ensure!(hosted == by_itself && hosted == natively, "the answers differ");
    Ok(())
}

fn native(text: &str) -> Result<String> {
    let input: Value = serde_json::from_str(text)?;
    let view = bench_plugin::view(serde_json::from_value(input)?);
    Ok(serde_json::to_value(view)?.to_string())
}

async fn one_after_the_other(
    called: &Arc<Called>,
    bare: &Arc<Bare>,
    report: &mut Report,
) -> Result<()> {
    let (mut hosted, mut alone, mut natively) =
        (Times::default(), Times::default(), Times::default());
    let (mut hosted_p50, mut alone_p50) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (bare, called) = (Arc::clone(bare), Arc::clone(called));
        let (round, bare_round, native_round) = tokio::spawn(async move {
            let (mut bare_round, mut round, mut native_round) =
                (Times::default(), Times::default(), Times::default());
            for _ in 0..CALLS {
                bare_round.time(|| bare.render(&called.text))?;
            }
            for _ in 0..CALLS {
                let start = Instant::now();
                called.call().await?;
                round.add(start.elapsed());
            }
            for _ in 0..CALLS {
                native_round.time(|| native(&called.text))?;
            }
            anyhow::Ok((round, bare_round, native_round))
        })
        .await??;
        hosted_p50.push(us(round.p50()));
        alone_p50.push(us(bare_round.p50()));
        hosted.extend(round);
        alone.extend(bare_round);
        natively.extend(native_round);
    }
    let (here, there) = (median(hosted_p50), median(alone_p50));
    let what = "bare wasmtime";
    report.add(
        Row::new("plugin call, fresh instance, p50", here, "us")
            .against(what, there)
            .at_most_times(2.0),
    );
    report.add(
        Row::new("plugin call, fresh instance, p99", us(hosted.p99()), "us")
            .against(what, us(alone.p99())),
    );
    // Of the two tails: one call in a hundred is slow without a host too, for the machine's reasons.
    let overhead = us(hosted.p99()) - us(alone.p99());
    report.add(Row::new("host overhead of a call, p99", overhead, "us").below(100.0));
    report.add(
        Row::new("plugin call against a native one, p50", here, "us")
            .against("the function natively", us(natively.p50())),
    );
    Ok(())
}

async fn at_once(called: &Arc<Called>, bare: &Arc<Bare>, report: &mut Report) -> Result<()> {
    let (mut hosted, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (bare, called) = (Arc::clone(bare), Arc::clone(called));
                tokio::task::spawn_blocking(move || {
                    (0..CALLS).try_for_each(|_| bare.render(&called.text).map(drop))
                })
            })
            .collect();
        for thread in threads {
            thread.await??;
        }
        alone.push(per_second(CALLS * AT_ONCE, start.elapsed()));
        let start = Instant::now();
        let callers: Vec<_> = (0..AT_ONCE * 4)
            .map(|_| {
                let called = Arc::clone(called);
                tokio::spawn(async move {
                    for _ in 0..CALLS / 4 {
                        called.call().await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for caller in callers {
            caller.await??;
        }
        hosted.push(per_second(CALLS * AT_ONCE, start.elapsed()));
    }
    report.add(
        Row::new("plugin calls, eight callers", median(hosted), "a second")
            .against("bare wasmtime on two threads", median(alone))
            .at_least_times(0.5),
    );
    Ok(())
}

async fn loading(place: &Place, build: &Build, bare: &Bare, report: &mut Report) -> Result<()> {
    let compiled = bare.compiled()?;
    let (mut cached, mut alone) = (Times::default(), Times::default());
    for _ in 0..LOADS {
        alone.time(|| bare.load(&compiled))?;
        let (engine, package) = (place.app.engine.clone(), build.bench_package());
        let took: Result<Duration> = tokio::task::spawn_blocking(move || {
            let start = Instant::now();
            engine.load(&package)?;
            Ok(start.elapsed())
        })
        .await?;
        cached.add(took?);
    }
    report.add(
        Row::new("loading a cached plugin, p50", ms(cached.p50()), "ms")
            .against("bare wasmtime", ms(alone.p50()))
            .below(10.0),
    );
    report
        .add(Row::new("loading a cached plugin, slowest", ms(cached.share(1.0)), "ms").below(10.0));
    Ok(())
}
