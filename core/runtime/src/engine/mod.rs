//! The engine: loads plugins and runs each call in a fresh instance within its budget.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::text::Catalogue;
use domain::{Clock, Locale, Rng, Secret};

use crate::egress::Egress;
use crate::error::{EngineError, LoadError};
use crate::manifest::Manifest;
use crate::services::Services;

pub mod hooks;

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

/// An optional interface that a plugin offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// `lifecycle`
    Lifecycle,
    /// `job-handler`
    JobHandler,
    /// `webhook-handler`
    WebhookHandler,
    /// `event-handler`
    EventHandler,
    /// `view-provider`
    ViewProvider,
    /// `calendar-provider`
    CalendarProvider,
}

/// A plugin's package in memory.
pub struct PluginFiles {
    /// `plugin.toml`
    pub manifest: String,
    /// `plugin.wasm`
    pub component: Vec<u8>,
    /// `icon.svg`, where the manifest names one.
    pub icon: Option<Vec<u8>>,
    /// `locales/<tag>.ftl`
    pub locales: Vec<(Locale, String)>,
}

/// A loaded plugin. Cheap to clone.
#[derive(Clone)]
pub struct Plugin(Arc<Loaded>);

struct Loaded {
    manifest: Manifest,
    texts: Catalogue,
    icon: Option<Vec<u8>>,
    exports: BTreeSet<Export>,
    hash: String,
}

impl Plugin {
    /// What it is and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// Its texts in each language.
    pub fn texts(&self) -> &Catalogue {
        &self.0.texts
    }

    /// Its icon's bytes.
    pub fn icon(&self) -> Option<&[u8]> {
        self.0.icon.as_deref()
    }

    /// The optional interfaces it offers.
    pub fn exports(&self) -> &BTreeSet<Export> {
        &self.0.exports
    }

    /// Hex SHA-256 of the whole package.
    pub fn hash(&self) -> &str {
        &self.0.hash
    }
}

/// Loads and calls plugins. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {}

impl Engine {
    /// Starts the engine and its threads.
    pub fn new(
        _config: EngineConfig,
        _services: Arc<dyn Services>,
        _egress: Egress,
        _clock: Arc<dyn Clock>,
        _rng: Arc<dyn Rng>,
    ) -> Result<Self, EngineError> {
        Ok(Self(Arc::new(Inner {})))
    }

    /// Reads a package's folder and loads it. Compiling may take a second: call from a thread that
    /// may block.
    pub fn load(&self, _dir: &Path) -> Result<Plugin, LoadError> {
        Err(LoadError::Component("not connected yet".to_owned()))
    }

    /// Loads a package that is in memory; blocks as [`Engine::load`] does.
    pub fn load_files(&self, _files: PluginFiles) -> Result<Plugin, LoadError> {
        Err(LoadError::Component("not connected yet".to_owned()))
    }
}
