//! What the host keeps of one running call: for whom it runs, what it has used, what it has open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Clock, Rng, TenantId};
use tokio::time::Instant;
use wasmtime::component::ResourceTable;

use super::Plugin;
use super::meter::{CpuMeter, MemoryMeter};
use super::watch::Watch;
use crate::egress::Egress;
use crate::figures::Ledger;
use crate::problem::Problem;
use crate::services::{CallContext, EgressEntry, Services};

/// Requests and answers a guest may hold at once.
const HANDLES_MAX: usize = 128;
/// Bytes of request bodies a guest may have the host hold in one call.
const BODY_BYTES_MAX: usize = 16 << 20;

/// What stands behind every call.
pub(crate) struct World {
    pub(crate) services: Arc<dyn Services>,
    pub(crate) egress: Egress,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) ledger: Ledger,
    /// In tests that look at guests' memory.
    pub(crate) watch: Option<Watch>,
    /// Files that are held in memory at once while they are kept.
    pub(crate) keeping: tokio::sync::Semaphore,
    /// Stands for the tenant in the one hook that runs for none; made up, and nobody's.
    pub(crate) nobody: TenantId,
}

/// A request's entry for the activity log, filled while its answer is read.
pub(crate) type Entries = Arc<Mutex<Vec<EgressEntry>>>;

/// One call.
pub(crate) struct State {
    pub(crate) ctx: Arc<CallContext>,
    pub(crate) plugin: Plugin,
    pub(crate) world: Arc<World>,
    /// False for the one hook that runs before anybody knows for which tenant.
    pub(crate) has_tenant: bool,
    pub(crate) table: ResourceTable,
    pub(crate) cpu: Arc<CpuMeter>,
    pub(crate) memory: MemoryMeter,
    pub(crate) entries: Entries,
    pub(crate) started: Instant,
    pub(crate) http_calls: u32,
    /// Whether it wished for more than those, which is told once.
    pub(crate) requests_used_up: bool,
    pub(crate) effects: u32,
    pub(crate) denials: u32,
    /// The kinds of excess that were told of.
    pub(crate) refused: [Option<&'static str>; 2],
    pub(crate) log: crate::capability::log::LogBudget,
    pub(crate) random_bytes: u32,
    pub(crate) body_bytes: usize,
}

impl State {
    pub(super) fn new(
        ctx: Arc<CallContext>,
        plugin: Plugin,
        world: Arc<World>,
        has_tenant: bool,
        cpu: Arc<CpuMeter>,
        entries: Entries,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES_MAX);
        let memory = MemoryMeter::new(ctx.limits.memory_bytes);
        Self {
            ctx,
            plugin,
            world,
            has_tenant,
            table,
            cpu,
            memory,
            entries,
            started: Instant::now(),
            http_calls: 0,
            requests_used_up: false,
            effects: 0,
            denials: 0,
            refused: [None; 2],
            log: Default::default(),
            random_bytes: 0,
            body_bytes: 0,
        }
    }

    /// What is left of the call's time.
    pub(crate) fn wall_left(&self) -> Duration {
        self.ctx.limits.wall().saturating_sub(self.started.elapsed())
    }

    /// Counts a call that does something in the workspace, if it was granted.
    pub(crate) fn effect(&mut self, granted: bool, what: &str) -> Result<(), Problem> {
        if !granted || !self.has_tenant {
            return Err(Problem::denied(format!("{what} was not granted")));
        }
        if self.effects >= self.ctx.limits.effects {
            let most = self.ctx.limits.effects;
            return Err(Problem::limited(format!("one call may do {most} things"), 1_000));
        }
        self.effects += 1;
        Ok(())
    }

    /// Makes room for a request's body, if the call may have it.
    pub(crate) fn hold_body(&mut self, old: usize, new: usize) -> Result<(), Problem> {
        let held = self.body_bytes.saturating_sub(old).saturating_add(new);
        if held > BODY_BYTES_MAX {
            return Err(Problem::too_large("the bodies of this call's requests are too large"));
        }
        self.body_bytes = held;
        Ok(())
    }

    /// Adds an entry for the activity log and answers its place.
    pub(crate) fn record_request(&self, entry: EgressEntry) -> usize {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(entry);
        entries.len() - 1
    }

    /// Changes an entry, as when more of an answer has been read.
    pub(crate) fn amend_request(&self, at: usize, change: impl FnOnce(&mut EgressEntry)) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(at) {
            change(entry);
        }
    }
}
