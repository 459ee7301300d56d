//! The engine's own threads: those that run guests, and the one that ticks.
//!
//! A call begins on a quick thread. One that has used more than a few milliseconds of CPU goes on on
//! a patient one, which the system runs after everything else, so that a tenant whose calls compute
//! for long doesn't make others' short ones wait. On both kinds a tenant's calls take turns on a
//! part of the threads; there are always others for others.

use std::future::poll_fn;
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
/// CPU time of a call after which it isn't a quick one.
const QUICK: Duration = Duration::from_millis(5);
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

    /// Runs a call to its end. Whoever waits for it may go away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        cpu: Arc<CpuMeter>,
        turns: TurnsOnThreads,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        let patient = self.patient.clone();
        let begun = self.quick.spawn(async move {
            let mut call = Box::pin(call);
            let is_quick = || cpu.spent() < QUICK;
            match in_turns(&turns.quick, &mut call, is_quick).await {
                Some(outcome) => Ok(outcome),
                None => Err(patient.spawn(async move {
                    loop {
                        if let Some(outcome) = in_turns(&turns.patient, &mut call, || true).await {
                            return outcome;
                        }
                    }
                })),
            }
        });
        match begun.await? {
            Ok(outcome) => Ok(outcome),
            Err(goes_on) => goes_on.await,
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
    call: &mut Pin<Box<impl Future<Output = T>>>,
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
}
