//! A workspace that remembers what plugins did to it, and an engine on top of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::rng::SeededRng;
use domain::time::{ManualClock, SystemClock};
use domain::{ConnectionId, Locale, Secret, TenantId, Timestamp, Zone};
use oxpi_runtime::manifest::Slot;
use oxpi_runtime::{
    CallContext, CallReport, ConnectionInfo, Egress, EgressConfig, EgressEntry, Engine,
    EngineConfig, Grant, Limits, LogEntry, MemoryWatch, Page, Plugin, PluginFiles, Problem,
    Services,
};
use serde_json::{Value, json};

pub const TOKEN: &str = "ya29.s3cr3t/token+of==acme";

#[derive(Default)]
pub struct Fake {
    pub logged: Mutex<Vec<LogEntry>>,
    pub audited: Mutex<Vec<EgressEntry>>,
    pub reports: Mutex<Vec<CallReport>>,
    /// What calls wished for beyond what they may have.
    pub refused: Mutex<Vec<&'static str>>,
    pub kv: Mutex<HashMap<String, Vec<u8>>>,
    pub used_connections: Mutex<Vec<Option<ConnectionId>>>,
    /// What the next credentials are; the last one stays.
    pub tokens: Mutex<Vec<String>>,
    /// How long each kv call takes.
    pub slowness: Duration,
    /// Whether accounts that are chosen belong to another tenant.
    pub foreign_connections: bool,
    /// The tenants in whose name such an account was asked for.
    pub asked_for: Mutex<Vec<TenantId>>,
}

#[async_trait]
impl Services for Fake {
    async fn credential(
        &self,
        ctx: &CallContext,
        _: &Slot,
        connection: Option<&ConnectionId>,
    ) -> Result<Secret, Problem> {
        if self.foreign_connections && connection.is_some() {
            self.asked_for.lock().unwrap().push(ctx.tenant.clone());
            return Err(Problem::not_found("there is no such connection"));
        }
        self.used_connections.lock().unwrap().push(connection.cloned());
        let mut tokens = self.tokens.lock().unwrap();
        let token = if tokens.len() > 1 {
            tokens.remove(0)
        } else {
            tokens.first().cloned().unwrap_or(TOKEN.into())
        };
        Ok(Secret::from_text(token))
    }

    async fn credential_refused(
        &self,
        _: &CallContext,
        _: &Slot,
        _: Option<&ConnectionId>,
    ) -> bool {
        !self.tokens.lock().unwrap().is_empty()
    }

    async fn records_get(
        &self,
        _: &CallContext,
        _: &str,
        id: &str,
    ) -> Result<Option<Value>, Problem> {
        Ok(Some(
            json!({"id": id, "rev": 1, "name": "Dana", "email": "d@x.co", "phone": "+972501234567"}),
        ))
    }

    async fn records_query(
        &self,
        _: &CallContext,
        _: &str,
        _: &Value,
        _: Option<&str>,
        _: u32,
    ) -> Result<Page<Value>, Problem> {
        Ok((Vec::new(), None))
    }

    async fn records_upsert(
        &self,
        _: &CallContext,
        _: &str,
        value: Value,
        _: Option<u64>,
        _: &str,
    ) -> Result<Value, Problem> {
        Ok(value)
    }

    async fn records_delete(
        &self,
        _: &CallContext,
        _: &str,
        _: &str,
        _: Option<u64>,
    ) -> Result<(), Problem> {
        Ok(())
    }

    async fn kv_get(&self, _: &CallContext, key: &str) -> Result<Option<(Vec<u8>, u64)>, Problem> {
        tokio::time::sleep(self.slowness).await;
        Ok(self.kv.lock().unwrap().get(key).map(|value| (value.clone(), 1)))
    }

    async fn kv_put(
        &self,
        _: &CallContext,
        key: &str,
        value: Vec<u8>,
        _: Option<u64>,
        _: Option<u32>,
    ) -> Result<u64, Problem> {
        self.kv.lock().unwrap().insert(key.to_owned(), value);
        Ok(1)
    }

    async fn kv_delete(&self, _: &CallContext, key: &str, _: Option<u64>) -> Result<(), Problem> {
        self.kv.lock().unwrap().remove(key);
        Ok(())
    }

    async fn kv_keys(
        &self,
        _: &CallContext,
        _: &str,
        _: Option<&str>,
        _: u32,
    ) -> Result<Page<String>, Problem> {
        Ok((self.kv.lock().unwrap().keys().cloned().collect(), None))
    }

    async fn jobs_enqueue(
        &self,
        _: &CallContext,
        _: &str,
        _: Value,
        _: Option<Timestamp>,
        _: &str,
    ) -> Result<String, Problem> {
        Ok("job".to_owned())
    }

    async fn jobs_cancel(&self, _: &CallContext, _: &str) -> Result<(), Problem> {
        Ok(())
    }

    async fn events_publish(
        &self,
        _: &CallContext,
        _: &str,
        _: Value,
        _: &str,
    ) -> Result<(), Problem> {
        Ok(())
    }

    async fn log(&self, _: &CallContext, entry: LogEntry) {
        self.logged.lock().unwrap().push(entry);
    }

    async fn connections(&self, _: &CallContext) -> Result<Vec<ConnectionInfo>, Problem> {
        Ok(Vec::new())
    }

    async fn audit_egress(&self, _: &CallContext, entry: EgressEntry) {
        self.audited.lock().unwrap().push(entry);
    }

    async fn call_finished(&self, _: &CallContext, report: CallReport) {
        self.reports.lock().unwrap().push(report);
    }

    fn refused(&self, _: &CallContext, kind: &'static str) {
        self.refused.lock().unwrap().push(kind);
    }
}

/// A workspace, an engine on it, and a context of one tenant.
pub struct House {
    pub fake: Arc<Fake>,
    pub engine: Engine,
    pub tenant: TenantId,
    pub cache: Arc<tempfile::TempDir>,
}

impl House {
    pub fn new() -> Self {
        Self::with(Fake::default(), EgressConfig::default())
    }

    pub fn with(fake: Fake, egress: EgressConfig) -> Self {
        Self::on(fake, egress, Arc::new(tempfile::tempdir().unwrap()))
    }

    /// The same with somebody who looks at guests' memory.
    pub fn watched(fake: Fake, egress: EgressConfig, watch: Arc<dyn MemoryWatch>) -> Self {
        let cache = Arc::new(tempfile::tempdir().unwrap());
        Self::made(fake, egress, cache, |config| config.memory_watch = Some(watch))
    }

    pub fn on(fake: Fake, egress: EgressConfig, cache: Arc<tempfile::TempDir>) -> Self {
        Self::made(fake, egress, cache, |_| {})
    }

    /// The same with a change of the engine's configuration.
    pub fn made(
        fake: Fake,
        egress: EgressConfig,
        cache: Arc<tempfile::TempDir>,
        change: impl FnOnce(&mut EngineConfig),
    ) -> Self {
        let fake = Arc::new(fake);
        let mut config = EngineConfig::new(cache.path().to_owned(), Secret::new(vec![7; 32]));
        config.instances_max = 8;
        config.threads = 2;
        change(&mut config);
        let egress = Egress::new(egress).unwrap();
        let services: Arc<dyn Services> = fake.clone();
        let rng = Arc::new(SeededRng::new(11));
        let engine = Engine::new(config, services, egress, Arc::new(SystemClock), rng).unwrap();
        let tenant = TenantId::new(&ManualClock::at(5), &SeededRng::new(3));
        Self { fake, engine, tenant, cache }
    }

    /// Loads a guest under the sample's manifest, or another that promises what it exports.
    pub fn load(&self, manifest: &str, component: Vec<u8>) -> Plugin {
        self.engine.load_files(files(manifest, component)).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn ctx(&self, plugin: &Plugin) -> CallContext {
        CallContext {
            tenant: self.tenant.clone(),
            plugin: plugin.manifest().plugin.id.clone(),
            grant: Arc::new(Grant::everything(plugin.manifest())),
            settings: json!({}),
            locale: Locale::En,
            zone: Zone::utc(),
            connection: None,
            candidate: None,
            version: plugin.manifest().plugin.version,
            generation: 0,
            request_id: "r-1".to_owned(),
            limits: Limits::default(),
        }
    }
}

pub fn files(manifest: &str, component: Vec<u8>) -> PluginFiles {
    let icon = Some(b"<svg/>".to_vec());
    PluginFiles { manifest: manifest.to_owned(), component, icon, locales: Vec::new() }
}
