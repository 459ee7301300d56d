//! The engine's own threads: those that run guests, and the one that ticks.
//!
//! Where a call begins depends on how long its tenant's calls took lately. Short ones begin on the
//! caller's own thread, since handing a call over and back costs as much as the call itself; a tick
//! sends it away from there. Others begin on a quick thread, and one that has used more than a few
//! milliseconds of CPU goes on on a patient one, which the system runs after everything else, so that
//! a tenant whose calls compute for long doesn't make others' short ones wait. Everywhere a tenant's
//! calls take turns on a part of the threads; there are always others for others.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;

use super::meter::CpuMeter;
use super::slots::TurnsOnThreads;

/// How often a running guest is looked at. A guest over its budget is stopped within two of these.
pub(super) const TICK: Duration = Duration::from_millis(5);
/// CPU time of a call that is too short to be sent elsewhere.
pub(super) const SHORT: Duration = Duration::from_millis(1);
/// CPU time of a call after which it isn't a quick one.
pub(super) const QUICK: Duration = Duration::from_millis(5);
/// How much less of a busy machine the patient threads get: about a tenth.
const PATIENT_NICENESS: i32 = 10;

/// Stops with its last owner, from within a runtime too.
pub(super) struct Threads {
    runtimes: [Option<Runtime>; 2],
    quick: Handle,
    patient: Handle,
    /// The ticker ends when this is dropped.
    _stop: Sender<()>,
}

impl Threads {
    /// `count` threads for one tenant's short calls, as many for another's, and `count` for long ones.
    pub(super) fn start(engine: wasmtime::Engine, count: usize) -> std::io::Result<Self> {
        let count = count.max(1);
        let quick = runtime("oxpi-plugin", count.saturating_mul(2), 0)?;
        let patient = runtime("oxpi-plugin-long", count, PATIENT_NICENESS)?;
        let (stop, stopped) = channel();
        std::thread::Builder::new()
            .name("oxpi-plugin-tick".to_owned())
            .spawn(move || tick(&engine, &stopped))?;
        let handles = [&quick, &patient].map(|runtime| runtime.handle().clone());
        let [quick_handle, patient_handle] = handles;
        Ok(Self {
            runtimes: [Some(quick), Some(patient)],
            quick: quick_handle,
            patient: patient_handle,
            _stop: stop,
        })
    }

    /// Runs a call to its end, first where the tenant's calls begin of late. Whoever waits for it may
    /// go away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        lately: Option<Duration>,
        cpu: Arc<CpuMeter>,
        turns: TurnsOnThreads,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Lost> {
        let mut call: Call<T> = Box::pin(call);
        if lately.is_some_and(|took| took <= SHORT)
            && let Ok(turn) = turns.quick.try_acquire()
            && let Poll::Ready(outcome) = self.poll_here(&mut call).await
        {
            drop(turn);
            return outcome;
        }
        // Between that poll and this there is no place where the caller could go away.
        let patient = self.patient.clone();
        let goes_on = move |turns: TurnsOnThreads, call| patient.spawn(to_its_end(turns, call));
        if lately.is_some_and(|took| took >= QUICK) {
            return goes_on(turns, call).await.map_err(|_| Lost);
        }
        let begun = self.quick.spawn(async move {
            let is_quick = || cpu.spent() < QUICK;
            match in_turns(&turns.quick, &mut call, is_quick).await {
                Some(outcome) => Ok(outcome),
                None => Err(goes_on(turns, call)),
            }
        });
        match begun.await.map_err(|_| Lost)? {
            Ok(outcome) => Ok(outcome),
            Err(goes_on) => goes_on.await.map_err(|_| Lost),
        }
    }

    /// Polls a call once on the caller's thread. Its timers and connections belong to the quick
    /// threads all the same, since the caller's runtime may end before they do.
    async fn poll_here<T>(&self, call: &mut Call<T>) -> Poll<Result<T, Lost>> {
        poll_fn(|cx| {
            let _within = self.quick.enter();
            let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
            Poll::Ready(match polled {
                Ok(polled) => polled.map(Ok),
                Err(_) => Poll::Ready(Err(Lost)),
            })
        })
        .await
    }
}

type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The host failed within a call.
#[derive(Debug, thiserror::Error)]
#[error("the host failed while a plugin ran")]
pub(super) struct Lost;

async fn to_its_end<T>(turns: TurnsOnThreads, mut call: Call<T>) -> T {
    loop {
        if let Some(outcome) = in_turns(&turns.patient, &mut call, || true).await {
            return outcome;
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        for runtime in &mut self.runtimes {
            if let Some(runtime) = runtime.take() {
                // Waiting here would block whichever runtime dropped the engine.
                runtime.shutdown_background();
            }
        }
    }
}

fn runtime(name: &str, threads: usize, niceness: i32) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name(name)
        // Guests yield every tick; with every thread busy, timers and sockets must not wait for
        // sixty-one of those, which is the default.
        .event_interval(2)
        .global_queue_interval(2)
        .on_thread_start(move || {
            if niceness != 0 {
                // On Linux this is the thread's alone. Without it long calls are merely less patient.
                let _ = rustix::process::nice(niceness);
            }
        })
        .enable_all()
        .build()
}

/// Polls a call whenever it has something to do and its tenant has a turn, which it gives back after
/// each poll: a guest yields every tick. Answers the outcome, or none once the call may not go on
/// here.
async fn in_turns<T>(
    turns: &Semaphore,
    call: &mut Pin<Box<impl Future<Output = T> + ?Sized>>,
    may_go_on: impl Fn() -> bool,
) -> Option<T> {
    loop {
        // The semaphore is never closed.
        let turn = turns.acquire().await.ok();
        let polled = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
        drop(turn);
        match polled {
            Poll::Ready(outcome) => return Some(outcome),
            Poll::Pending if !may_go_on() => return None,
            Poll::Pending => woken().await,
        }
    }
}

/// Ends when the task is woken, which the call it just polled will see to.
async fn woken() {
    let mut asked = false;
    poll_fn(|_| if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

fn tick(engine: &wasmtime::Engine, stopped: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        engine.increment_epoch();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_waits_holds_no_turn() {
        let turns = Semaphore::new(1);
        let (tell, told) = tokio::sync::oneshot::channel::<u32>();
        let mut waits = Box::pin(told);
        let mut tells = Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            tell.send(7)
        });
        let (first, second) = tokio::join!(
            in_turns(&turns, &mut waits, || true),
            in_turns(&turns, &mut tells, || true),
        );
        assert_eq!((first, second), (Some(Ok(7)), Some(Ok(()))));
    }

    #[tokio::test]
    async fn a_call_that_may_not_go_on_here_goes_on_elsewhere() {
        let turns = Semaphore::new(1);
        let mut call = Box::pin(async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            "done"
        });
        assert_eq!(in_turns(&turns, &mut call, || false).await, None);
        let elsewhere =
            tokio::spawn(async move { in_turns(&Semaphore::new(1), &mut call, || true).await });
        assert_eq!(elsewhere.await.unwrap(), Some("done"));
    }

    fn turns() -> TurnsOnThreads {
        let of = |count| Arc::new(Semaphore::new(count));
        TurnsOnThreads { quick: of(1), patient: of(1) }
    }

    fn threads() -> Threads {
        Threads::start(wasmtime::Engine::default(), 1).unwrap()
    }

    fn here() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn calls_begin_where_their_like_ended() {
        let threads = threads();
        let begins = async |lately: Option<Duration>| {
            threads.run(lately, Arc::default(), turns(), async { here() }).await.unwrap()
        };
        assert_eq!(begins(Some(SHORT)).await, here());
        assert_eq!(begins(None).await, "oxpi-plugin");
        assert_eq!(begins(Some(QUICK / 2)).await, "oxpi-plugin");
        // What calls that had to be stopped count for at least.
        assert_eq!(begins(Some(QUICK)).await, "oxpi-plugin-long");
    }

    #[tokio::test]
    async fn a_short_call_without_a_turn_waits_on_the_engines_threads() {
        let (threads, turns) = (threads(), turns());
        let turn = Arc::clone(&turns.quick).acquire_owned().await.unwrap();
        let call = threads.run(Some(SHORT), Arc::default(), turns, async { here() });
        let freed = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop(turn);
        };
        assert_eq!(tokio::join!(call, freed).0.unwrap(), "oxpi-plugin");
    }

    #[tokio::test]
    async fn a_call_begun_here_ends_elsewhere_though_its_caller_has_gone() {
        let (threads, (tell, told)) = (threads(), tokio::sync::oneshot::channel());
        let (begun, began) = std::sync::mpsc::channel();
        let call = threads.run(Some(SHORT), Arc::default(), turns(), async move {
            begun.send(here()).unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
            tell.send(here()).unwrap();
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), call).await.is_err());
        assert_eq!(began.recv().unwrap(), here());
        assert_eq!(told.await.unwrap(), "oxpi-plugin");
    }

    #[tokio::test]
    async fn a_host_that_fails_within_a_call_fails_that_call_alone() {
        let threads = threads();
        for lately in [Some(SHORT), None, Some(QUICK * 2)] {
            let fails = async { panic!("the host's own fault") };
            assert!(threads.run::<()>(lately, Arc::default(), turns(), fails).await.is_err());
        }
        assert!(threads.run(Some(SHORT), Arc::default(), turns(), async {}).await.is_ok());
    }
}
