//! The engine: loads plugins and runs each call in a fresh instance within its budget.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, PluginId, Rng, Secret, TenantId};
use wasmtime::component::{HasSelf, Linker};

use crate::compile::Compiler;
use crate::egress::Egress;
use crate::error::EngineError;
use crate::figures::{Figures, Ledger};
use crate::services::Services;

pub(crate) mod bindings;
mod cache;
mod config;
mod gate;
pub mod hooks;
mod invoke;
mod load;
mod meter;
mod pace;
mod run;
mod running;
mod slots;
pub(crate) mod state;
mod threads;
mod watch;

pub(crate) use load::{COMPONENT_BYTES_MAX, FILE_BYTES_MAX};
pub use load::{Export, Plugin, PluginFiles};
pub use watch::MemoryWatch;

use state::{State, World};

/// How the engine is set up. [`EngineConfig::new`] has the defaults.
pub struct EngineConfig {
    /// Where compiled code is kept.
    pub cache_dir: PathBuf,
    /// Proves that compiled code is our own; 32 bytes.
    pub cache_key: Secret,
    /// Calls that run at once.
    pub instances_max: u32,
    /// Calls of one tenant and plugin that run at once.
    pub share_max: u32,
    /// Calls that wait for a place.
    pub queue_max: u32,
    /// How long a call waits for a place before it is told to come back.
    pub queue_wait: Duration,
    /// Threads that run guests.
    pub threads: usize,
    /// Who compiles; None for this process itself, which nothing then protects from a component that
    /// compiles for hours.
    pub compiler: Option<Arc<dyn Compiler>>,
    /// For tests: is shown every guest's memory after each call, which then takes longer.
    pub memory_watch: Option<Arc<dyn MemoryWatch>>,
}

impl EngineConfig {
    /// The defaults: 64 calls at once, 16 of one tenant and plugin, 256 waiting at most 2 seconds,
    /// compiled in this process.
    pub fn new(cache_dir: PathBuf, cache_key: Secret) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, |n| n.get());
        Self {
            cache_dir,
            cache_key,
            instances_max: 64,
            share_max: 16,
            queue_max: 256,
            queue_wait: Duration::from_secs(2),
            threads: cores.clamp(2, 16),
            compiler: None,
            memory_watch: None,
        }
    }
}

/// Loads and calls plugins. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    engine: wasmtime::Engine,
    linker: Linker<State>,
    cache: cache::Cache,
    compiler: Option<Arc<dyn Compiler>>,
    slots: slots::Slots,
    pacer: pace::Pacer,
    running: running::Running,
    world: Arc<World>,
    threads: threads::Threads,
}

impl Engine {
    /// Starts the engine and its threads.
    pub fn new(
        config: EngineConfig,
        services: Arc<dyn Services>,
        egress: Egress,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, EngineError> {
        let refused = |error: wasmtime::Error| EngineError::Config(format!("{error:#}"));
        let io = |what| move |source| EngineError::Io { what, source };
        let mut settings = config::wasmtime_config(config.instances_max);
        // What shows memory is the engine's report of a trap.
        settings.coredump_on_trap(config.memory_watch.is_some());
        let engine = wasmtime::Engine::new(&settings).map_err(refused)?;
        let watch = config.memory_watch.map(|watch| watch::Watch::new(&engine, watch));
        let watch = watch.transpose().map_err(refused)?;
        let mut linker = Linker::new(&engine);
        bindings::Everything::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)
            .map_err(refused)?;
        let cache = cache::Cache::open(config.cache_dir, config.cache_key)
            .map_err(io("making the folder of compiled code"))?;
        let threads = threads::Threads::start(engine.clone(), config.threads)
            .map_err(io("starting threads"))?;
        let slots = slots::Slots::new(
            config.instances_max,
            config.share_max,
            config.queue_max,
            config.queue_wait,
            config.threads,
        );
        let nobody = TenantId::new(clock.as_ref(), rng.as_ref());
        let world = Arc::new(World {
            services,
            egress,
            clock,
            rng,
            ledger: Ledger::default(),
            watch,
            keeping: tokio::sync::Semaphore::new(FILES_AT_ONCE),
            nobody,
        });
        let (compiler, running) = (config.compiler, running::Running::default());
        let pacer = pace::Pacer::new(config.threads);
        let inner =
            Inner { engine, linker, cache, compiler, slots, pacer, running, world, threads };
        Ok(Self(Arc::new(inner)))
    }

    /// Ends every call of a plugin that runs for a tenant now, wherever it is, also those that wait
    /// for a place; answers how many. The callers get [`crate::CallError::Stopped`].
    pub fn stop_calls(&self, tenant: &TenantId, plugin: &PluginId) -> usize {
        self.0.running.stop(tenant, plugin)
    }

    /// Waits until the calls of a plugin that run for a tenant have ended; false when they haven't
    /// in time.
    pub async fn drain_calls(&self, tenant: &TenantId, plugin: &PluginId, most: Duration) -> bool {
        self.0.running.wait(tenant, plugin, most).await
    }
}

impl Engine {
    /// Each plugin's figures since this process started.
    pub fn figures(&self) -> BTreeMap<PluginId, Figures> {
        self.0.world.ledger.plugins()
    }

    /// A tenant's figures with a plugin since [`Engine::take_figures`].
    pub fn figures_of(&self, tenant: &TenantId, plugin: &PluginId) -> Figures {
        self.0.world.ledger.untaken(tenant, plugin)
    }

    /// Every tenant's figures since this was last called, for whoever keeps them.
    pub fn take_figures(&self) -> Vec<((TenantId, PluginId), Figures)> {
        self.0.world.ledger.take()
    }

    /// Calls that run, and calls that wait for a place.
    pub fn load_now(&self) -> (u32, usize) {
        self.0.slots.load()
    }
}

/// An engine for compiling alone.
pub(crate) fn compiling_engine() -> wasmtime::Result<wasmtime::Engine> {
    wasmtime::Engine::new(&config::code_config())
}

/// Files held in memory at once while they are kept; each takes up to some sixty megabytes.
const FILES_AT_ONCE: usize = 2;

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
