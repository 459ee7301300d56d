//! The engine's own threads: those that run guests, and the one that ticks.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

/// How often a running guest is looked at. A guest over its budget is stopped within two of these.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// Stops with its last owner, from within a runtime too.
pub(super) struct Threads {
    runtime: Option<Runtime>,
    handle: Handle,
    /// The ticker ends when this is dropped.
    _stop: Sender<()>,
}

impl Threads {
    pub(super) fn start(engine: wasmtime::Engine, count: usize) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(count.max(1))
            .thread_name("oxpi-plugin")
            // Guests yield every tick; with every thread busy, timers and sockets must not wait for
            // sixty-one of those, which is the default.
            .event_interval(2)
            .global_queue_interval(2)
            .enable_all()
            .build()?;
        let (stop, stopped) = channel();
        std::thread::Builder::new()
            .name("oxpi-plugin-tick".to_owned())
            .spawn(move || tick(&engine, &stopped))?;
        let handle = runtime.handle().clone();
        Ok(Self { runtime: Some(runtime), handle, _stop: stop })
    }

    /// Where guests run.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting here would block whichever runtime dropped the engine.
            runtime.shutdown_background();
        }
    }
}

fn tick(engine: &wasmtime::Engine, stopped: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        engine.increment_epoch();
    }
}
