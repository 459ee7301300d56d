//! The fake host: loads the plugin into the real runtime and calls its hooks.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context, Result};
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, ConnectionId, Locale, Rng, Secret, TenantId, Timestamp, Zone};
use runtime::egress::Redirect;
use runtime::manifest::CONNECTION_SERVER;
use runtime::{
    CallContext, CallError, ConnectionInfo, Egress, EgressConfig, Engine, EngineConfig, Grant,
    Limits, Manifest, MemoryWatch, Plugin, Problem,
};
use serde_json::{Value, json};

use crate::http::FakeHttp;
use crate::memory::{JobState, Memory};
use crate::package::{package_of, target_dir};
use crate::scan::Scan;
use crate::server;
use crate::services::FakeServices;

/// 2026-11-23T08:00:00Z, a Monday; where the clock stands at first.
const START_MS: i64 = 1_795_420_800_000;
/// How often a job is tried before it counts as failed.
const ATTEMPTS_MAX: u32 = 5;

/// The server that people are taken to have named, where a plugin's provider asks for one.
pub const SERVER: &str = "https://dav.example.com";

/// How a host is set up.
pub struct HostBuilder {
    crate_dir: PathBuf,
    outside: Option<SocketAddr>,
    settings: Value,
    locale: Locale,
    zone: String,
    grant: Option<Vec<String>>,
    limits: Limits,
    scans_memory: bool,
}

impl HostBuilder {
    /// Every origin leads to this loopback server instead of the test's own answers.
    #[must_use]
    pub fn outside(self, address: SocketAddr) -> Self {
        Self { outside: Some(address), ..self }
    }

    /// The tenant's settings of the plugin; `{}` unless told.
    #[must_use]
    pub fn settings(self, settings: Value) -> Self {
        Self { settings, ..self }
    }

    /// The language of calls; English unless told.
    #[must_use]
    pub fn locale(self, locale: Locale) -> Self {
        Self { locale, ..self }
    }

    /// The tenant's zone; `Asia/Jerusalem` unless told.
    #[must_use]
    pub fn zone(self, zone: &str) -> Self {
        Self { zone: zone.to_owned(), ..self }
    }

    /// What the tenant allowed, by the runtime's names; everything unless told.
    #[must_use]
    pub fn grant(self, ids: &[&str]) -> Self {
        Self { grant: Some(ids.iter().map(|id| (*id).to_owned()).collect()), ..self }
    }

    /// What a call may use.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Doesn't look through the plugin's memory after each hook.
    #[must_use]
    pub fn without_memory_scan(self) -> Self {
        Self { scans_memory: false, ..self }
    }

    /// Starts the host.
    ///
    /// # Panics
    /// With the reason, when the plugin can't be built or loaded.
    pub async fn start(self) -> Host {
        match self.try_start().await {
            Ok(host) => host,
            Err(error) => panic!("the plugin can't be tested: {error:#}"),
        }
    }

    async fn try_start(self) -> Result<Host> {
        let crate_dir = self.crate_dir.clone();
        let folder = tokio::task::spawn_blocking(move || package_of(&crate_dir)).await??;
        let manifest = Manifest::parse(&std::fs::read_to_string(folder.join("plugin.toml"))?)
            .context("plugin.toml")?;
        let http = Arc::new(FakeHttp::default());
        let redirects = match self.outside {
            Some(to) => vec![Redirect { from: None, to }],
            None => redirects(&manifest, &http).await?,
        };
        let clock = Arc::new(ManualClock::at(START_MS));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(7));
        let scan = Arc::new(Scan::default());
        let services = Arc::new(FakeServices {
            memory: Mutex::default(),
            clock: Arc::clone(&clock),
            scan: Arc::clone(&scan),
        });
        let egress = Egress::new(EgressConfig { redirects, ..EgressConfig::default() })?;
        let config = EngineConfig {
            threads: 2,
            instances_max: 8,
            memory_watch: self.scans_memory.then_some(scan as Arc<dyn MemoryWatch>),
            ..EngineConfig::new(
                target_dir()?.join("testkit/compiled"),
                Secret::new(b"oxpi-testkit-compiled-code-cache".to_vec()),
            )
        };
        let engine =
            Engine::new(config, services.clone(), egress, clock.clone(), Arc::clone(&rng))?;
        let (loader, package) = (engine.clone(), folder);
        let plugin = tokio::task::spawn_blocking(move || loader.load(&package)).await??;
        let context = self.context(&manifest, clock.as_ref(), rng.as_ref())?;
        services.lock().connections = connections(&manifest, context.connection.as_ref());
        Ok(Host { engine, plugin, context, services, http, clock, checked: false })
    }

    fn context(
        &self,
        manifest: &Manifest,
        clock: &dyn Clock,
        rng: &dyn Rng,
    ) -> Result<CallContext> {
        let grant = match &self.grant {
            Some(ids) => Grant::from_ids(ids.iter().cloned()),
            None => Grant::everything(manifest),
        };
        let connected = !manifest.providers.is_empty();
        Ok(CallContext {
            tenant: TenantId::new(clock, rng),
            plugin: manifest.plugin.id.clone(),
            grant: Arc::new(grant),
            settings: self.settings.clone(),
            locale: self.locale,
            zone: self.zone.parse::<Zone>()?,
            connection: connected.then(|| ConnectionId::new(clock, rng)),
            candidate: None,
            version: manifest.plugin.version,
            generation: 0,
            request_id: "test".to_owned(),
            limits: self.limits,
        })
    }
}

/// A server of its own for each origin, so that requests are told apart by it.
async fn redirects(manifest: &Manifest, http: &Arc<FakeHttp>) -> Result<Vec<Redirect>> {
    let origins: BTreeSet<&str> =
        manifest.egress.iter().map(|route| origin_of(&route.origin)).collect();
    let mut redirects = Vec::new();
    for origin in origins {
        let to = server::serve(origin.to_owned(), Arc::clone(http)).await?;
        redirects.push(Redirect { from: Some(origin.to_owned()), to });
    }
    Ok(redirects)
}

fn origin_of(origin: &str) -> &str {
    if origin == CONNECTION_SERVER { SERVER } else { origin }
}

fn connections(manifest: &Manifest, id: Option<&ConnectionId>) -> Vec<ConnectionInfo> {
    let (Some(id), Some(provider)) = (id, manifest.providers.first()) else { return Vec::new() };
    vec![ConnectionInfo {
        id: id.clone(),
        provider: provider.id.clone(),
        account: "owner@example.com".to_owned(),
        server: provider.login.is_some().then(|| format!("{SERVER}/")),
        scopes: provider.scopes.iter().map(|scope| scope.scope.clone()).collect(),
        health: "working".to_owned(),
    }]
}

/// A workspace with one plugin and one tenant.
pub struct Host {
    pub(crate) engine: Engine,
    pub(crate) plugin: Plugin,
    context: CallContext,
    services: Arc<FakeServices>,
    http: Arc<FakeHttp>,
    clock: Arc<ManualClock>,
    checked: bool,
}

impl Host {
    /// A host for the plugin of the crate under test.
    pub fn builder() -> HostBuilder {
        let crate_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| ".".into());
        Self::builder_for(Path::new(&crate_dir))
    }

    /// A host for the plugin of any crate.
    pub fn builder_for(crate_dir: &Path) -> HostBuilder {
        HostBuilder {
            crate_dir: crate_dir.to_owned(),
            outside: None,
            settings: json!({}),
            locale: Locale::En,
            zone: "Asia/Jerusalem".to_owned(),
            grant: None,
            limits: Limits::default(),
            scans_memory: true,
        }
    }

    /// Starts a host for the plugin of the crate under test, with everything allowed.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// The world outside.
    pub fn http(&self) -> &FakeHttp {
        &self.http
    }

    /// What the plugin left behind. Don't hold it across a call.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.services.lock()
    }

    /// Looks for a secret of the test's own in the plugin's memory too, from now on.
    pub fn watch_for(&self, secret: &str) {
        self.services.scan.watch_for(secret);
    }

    pub(crate) fn watched(&self, secret: &str) -> String {
        self.watch_for(secret);
        secret.to_owned()
    }

    /// The loaded plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// The context that calls get; a test may change its copy and call the engine itself.
    pub fn context(&self) -> CallContext {
        self.context.clone()
    }

    /// The clock's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock.
    pub fn advance_secs(&self, secs: i64) {
        self.clock.advance_millis(secs.saturating_mul(1_000));
    }

    /// Runs every job that is due, again while jobs enqueue others that are due at once. One that
    /// fails in a way that may pass is tried up to five times.
    pub async fn run_due_jobs(&self) {
        loop {
            let now = self.clock.now();
            let due = self.memory().waiting().find(|job| job.run_at <= now).cloned();
            let Some(job) = due else { return };
            let attempt = job.attempts + 1;
            let done = self.run_job(&job.handler, &job.payload, attempt).await;
            let state = match done {
                Ok(_) => JobState::Done,
                Err(error) if error.is_retryable() && attempt < ATTEMPTS_MAX => JobState::Waiting,
                Err(CallError::Problem(problem)) => JobState::Failed(problem),
                Err(error) => JobState::Failed(Problem::internal(error.to_string())),
            };
            let mut memory = self.memory();
            if let Some(there) = memory.jobs.iter_mut().find(|there| there.id == job.id) {
                (there.attempts, there.state) = (attempt, state);
            }
        }
    }

    /// Ends the test.
    ///
    /// # Panics
    /// When a request was not expected, was wrong or did not come, a job is left over, or a secret was
    /// in the plugin's memory. A host that is dropped does the same.
    pub fn finish(mut self) {
        self.check();
    }

    fn check(&mut self) {
        self.checked = true;
        let mut complaints = self.http.complaints();
        let memory = self.services.lock();
        let left =
            memory.waiting().map(|job| format!("left over: job {} {}", job.handler, job.payload));
        complaints.extend(left);
        drop(memory);
        complaints.extend(self.services.scan.complaints());
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if !self.checked && !std::thread::panicking() {
            self.check();
        }
    }
}

/// The problem that a call ended with.
///
/// # Panics
/// When it ended otherwise.
pub fn problem<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> Problem {
    match outcome {
        Err(CallError::Problem(problem)) => problem,
        other => panic!("not a problem: {other:?}"),
    }
}
