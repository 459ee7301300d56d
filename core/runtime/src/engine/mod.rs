//! The engine: loads plugins and runs each call in a fresh instance within its budget.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Rng, Secret, TenantId};
use wasmtime::component::{HasSelf, Linker};

use crate::egress::Egress;
use crate::error::EngineError;
use crate::services::Services;

pub(crate) mod bindings;
mod cache;
mod config;
mod gate;
pub mod hooks;
mod invoke;
mod load;
mod meter;
mod run;
mod slots;
pub(crate) mod state;
mod threads;

pub use load::{Export, Plugin, PluginFiles};

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
}

impl EngineConfig {
    /// The defaults: 64 calls at once, 16 of one tenant and plugin, 256 waiting at most 2 seconds.
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
    slots: slots::Slots,
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
        let engine = wasmtime::Engine::new(&config::wasmtime_config(config.instances_max))
            .map_err(refused)?;
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
        );
        let nobody = TenantId::new(clock.as_ref(), rng.as_ref());
        let world = Arc::new(World { services, egress, clock, rng, nobody });
        Ok(Self(Arc::new(Inner { engine, linker, cache, slots, world, threads })))
    }
}

/// Bytes as lower-case hex.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
