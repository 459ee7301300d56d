//! One call from its place in the queue to its answer, within its budget. Three stops together: a
//! yield at every tick, a CPU budget that traps, and a wall-clock limit around the whole.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};
use wasmtime::{Store, StoreContextMut, UpdateDeadline};

use super::invoke::{Hook, Output, invoke};
use super::meter::CpuMeter;
use super::running::Underway;
use super::state::{Entries, State, World};
use super::threads::{QUICK, SHORT};
use super::{Engine, Plugin, bindings};
use crate::capability::log::one_line;
use crate::error::CallError;
use crate::problem::Problem;
use crate::services::{CallContext, CallReport, EgressEntry};

/// Bytes a guest may hand to the host in one host call, or as its answer. Lists that point at the
/// same bytes over and over count each time.
const HANDED_OVER_BYTES_MAX: usize = 24 << 20;

/// What a call that the engine had to stop counts for at least: such calls are short, and what they
/// cost around the guest is not measured.
const STOPPED_COSTS: Duration = QUICK;

fn is_stopped<T>(outcome: &Result<T, CallError>) -> bool {
    use CallError::{OutOfCpu, OutOfMemory, TimedOut, Trapped};
    matches!(outcome, Err(Trapped { .. } | OutOfMemory | OutOfCpu | TimedOut))
}

/// Why the engine stopped a guest.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Stopped {
    #[error("the CPU budget is used up")]
    OutOfCpu,
    #[error("the time is up")]
    TimedOut,
}

/// Whom a call runs for.
pub(super) struct Job {
    pub(super) plugin: Plugin,
    pub(super) ctx: Arc<CallContext>,
    pub(super) hook: Hook,
    pub(super) has_tenant: bool,
}

impl Engine {
    /// Makes a call: waits for a place, runs on the engine's threads, and comes back. A caller who
    /// goes away while it runs doesn't stop it: its effects and their entries belong together.
    pub(super) async fn call(&self, job: Job) -> Result<Output, CallError> {
        if job.ctx.plugin != *job.plugin.id() {
            return Err(CallError::Problem(Problem::internal("the context is another plugin's")));
        }
        if !job.plugin.exports().contains(&job.hook.export()) {
            return Err(CallError::NotExported);
        }
        let began = Instant::now();
        let mut underway = self.0.running.enter(&job.ctx.tenant, &job.ctx.plugin);
        let placed = tokio::select! {
            biased;
            () = underway.stopped() => Err(CallError::Stopped),
            placed = self.0.slots.take(&job.ctx.tenant, &job.ctx.plugin) => placed,
        };
        let place = match placed {
            Ok(place) => place,
            Err(why) => {
                self.0.world.count(&job, &never_ran(&job, began, &why));
                return Err(why);
            }
        };
        let pace = self.0.pacer.begin(&job.ctx.tenant, Instant::now().into_std());
        if !pace.rest.is_zero() {
            // With its place: who rests takes no room from others, only from its own.
            tokio::select! {
                () = underway.stopped() => {}
                () = tokio::time::sleep(pace.rest) => {}
            }
        }
        let queued = began.elapsed();
        let world = Arc::clone(&self.0.world);
        let engine = self.0.engine.clone();
        let (cpu, turns) = (Arc::new(CpuMeter::default()), place.turns.clone());
        let measured = Arc::clone(&cpu);
        let (tenant, inner) = (job.ctx.tenant.clone(), Arc::clone(&self.0));
        let call = async move {
            // All of it: what the guest did, and what the host had to do for it.
            let whole = CpuMeter::default();
            let run = run(&engine, world, job, began, queued, measured, underway);
            let outcome = metered(&whole, run).await;
            let least = if is_stopped(&outcome) { STOPPED_COSTS } else { Duration::ZERO };
            inner.pacer.spend(&tenant, whole.spent().max(least), Instant::now().into_std());
            drop(place);
            outcome
        };
        self.0.threads.run(pace.lately, cpu, turns, call).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a plugin call was lost");
            Err(CallError::Trapped { reason: "the host failed".to_owned() })
        })
    }
}

impl World {
    fn count(&self, job: &Job, report: &CallReport) {
        let tenant = job.has_tenant.then_some(&job.ctx.tenant);
        self.ledger.count(tenant, &job.ctx.plugin, report);
    }
}

/// The report of a call that found no place.
fn never_ran(job: &Job, began: Instant, busy: &CallError) -> CallReport {
    CallReport {
        hook: job.hook.name(),
        wall: began.elapsed(),
        queued: began.elapsed(),
        cpu: Duration::ZERO,
        memory_bytes_max: 0,
        http_calls: 0,
        answer_bytes: 0,
        denials: 0,
        outcome: busy.kind(),
    }
}

async fn run(
    engine: &wasmtime::Engine,
    world: Arc<World>,
    job: Job,
    began: Instant,
    queued: Duration,
    cpu: Arc<CpuMeter>,
    mut underway: Underway,
) -> Result<Output, CallError> {
    let Job { plugin, ctx, hook, has_tenant } = job;
    let name = hook.name();
    let entries = Entries::default();
    let state = State::new(
        Arc::clone(&ctx),
        plugin.clone(),
        Arc::clone(&world),
        has_tenant,
        Arc::clone(&cpu),
        Arc::clone(&entries),
    );
    let mut store = prepared(engine, state, &ctx);
    let outcome = {
        let call = async {
            let instance = plugin.pre().instantiate_async(&mut store).await?;
            invoke(&mut store, &instance, plugin.indices(), hook).await
        };
        tokio::select! {
            biased;
            () = underway.stopped() => None,
            ended = timeout(ctx.limits.wall(), metered(&cpu, call)) => Some(ended),
        }
    };
    let outcome = match outcome {
        None => Err(CallError::Stopped),
        Some(Err(_)) => Err(CallError::TimedOut),
        Some(Ok(Err(error))) => Err(failure(&error, store.data().memory.refused())),
        Some(Ok(Ok(Err(problem)))) => Err(CallError::Problem(bounded(problem))),
        Some(Ok(Ok(Ok(output)))) => Ok(output),
    };
    if let Some(watch) = &world.watch {
        watch.show(&mut store, name).await;
    }
    let entries = std::mem::take(&mut *entries.lock().unwrap_or_else(PoisonError::into_inner));
    let report = CallReport {
        hook: name,
        wall: began.elapsed(),
        queued,
        cpu: cpu.spent(),
        memory_bytes_max: store.data().memory.most(),
        http_calls: store.data().http_calls,
        answer_bytes: entries.iter().map(|entry| entry.bytes).sum(),
        denials: store.data().denials,
        outcome: outcome.as_ref().err().map_or("ok", CallError::kind),
    };
    drop(store);
    world.ledger.count(has_tenant.then_some(&ctx.tenant), plugin.id(), &report);
    if has_tenant {
        tell(&world, &ctx, entries, report).await;
    }
    outcome
}

fn prepared(engine: &wasmtime::Engine, state: State, ctx: &CallContext) -> Store<State> {
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(HANDED_OVER_BYTES_MAX);
    store.set_epoch_deadline(1);
    let (cpu_max, wall_max) = (ctx.limits.cpu(), ctx.limits.wall());
    store.epoch_deadline_callback(move |running: StoreContextMut<'_, State>| {
        let state = running.data();
        if state.cpu.spent() > cpu_max {
            Err(Stopped::OutOfCpu.into())
        } else if state.started.elapsed() > wall_max {
            Err(Stopped::TimedOut.into())
        } else if state.cpu.spent() < SHORT {
            // It met a tick by chance; whoever waits for it shouldn't wait for a change of threads.
            Ok(UpdateDeadline::Continue(1))
        } else {
            Ok(UpdateDeadline::Yield(1))
        }
    });
    store
}

/// Measures the CPU time of each poll of a call.
async fn metered<T>(cpu: &CpuMeter, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    poll_fn(|cx| {
        cpu.begin_poll();
        let polled = call.as_mut().poll(cx);
        cpu.end_poll();
        polled
    })
    .await
}

/// Entries and figures go out however the call ended.
async fn tell(world: &World, ctx: &CallContext, entries: Vec<EgressEntry>, report: CallReport) {
    for entry in entries {
        world.services.audit_egress(ctx, entry).await;
    }
    world.services.call_finished(ctx, report).await;
}

fn failure(error: &wasmtime::Error, memory_refused: bool) -> CallError {
    match error.downcast_ref::<Stopped>() {
        Some(Stopped::OutOfCpu) => return CallError::OutOfCpu,
        Some(Stopped::TimedOut) => return CallError::TimedOut,
        None => {}
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return CallError::Busy { retry_after: Duration::from_secs(1) };
    }
    // A guest whose allocator is refused memory gives up with a trap of its own.
    if memory_refused {
        return CallError::OutOfMemory;
    }
    CallError::Trapped { reason: one_line(&format!("{error:#}"), 1_000) }
}

/// The guest's problem with its texts cut to size and on one line each.
fn bounded(problem: bindings::oxpi::plugin::types::Problem) -> Problem {
    Problem {
        code: one_line(&problem.code, 64),
        message: one_line(&problem.message, 1_000),
        retry_after_ms: problem.retry_after_ms,
        detail: problem.detail.map(|detail| one_line(&detail, 2_000)),
    }
}
