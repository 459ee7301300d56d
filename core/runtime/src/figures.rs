//! What calls of plugins used, counted in this process: for each plugin since the start, and for
//! each tenant and plugin since somebody last took the counts to keep them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId};

use crate::services::CallReport;

/// Tenants and plugins whose counts wait to be taken. With more, the next one's are counted for the
/// plugin alone.
const UNTAKEN_MAX: usize = 20_000;

/// Counts of calls and what they used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls by how they ended: `ok` or [`crate::CallError::kind`]. Those that were `busy` never ran.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Time on a CPU.
    pub cpu: Duration,
    /// From a call's wish to its answer.
    pub wall: Duration,
    /// Of that, waiting for a place.
    pub queued: Duration,
    /// The most memory of one call, in bytes.
    pub memory_bytes_max: u64,
    /// Requests sent.
    pub requests: u64,
    /// Bytes that providers answered.
    pub answer_bytes: u64,
    /// Host calls that were refused.
    pub denials: u64,
}

impl Figures {
    /// Calls, however they ended.
    pub fn calls(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// Calls that ended so.
    pub fn ended(&self, outcome: &str) -> u64 {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }

    /// Calls that the host had to stop, or that crashed.
    pub fn stopped(&self) -> u64 {
        ["trapped", "out-of-cpu", "timed-out", "out-of-memory"]
            .map(|kind| self.ended(kind))
            .iter()
            .sum()
    }

    /// Adds a call.
    pub fn add(&mut self, report: &CallReport) {
        *self.outcomes.entry(report.outcome).or_default() += 1;
        self.cpu += report.cpu;
        self.wall += report.wall;
        self.queued += report.queued;
        self.memory_bytes_max = self.memory_bytes_max.max(report.memory_bytes_max);
        self.requests += u64::from(report.http_calls);
        self.answer_bytes += report.answer_bytes;
        self.denials += u64::from(report.denials);
    }
}

/// All counts of this process.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    plugins: BTreeMap<PluginId, Figures>,
    untaken: HashMap<(TenantId, PluginId), Figures>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; `tenant` is none for a call that ran for nobody yet.
    pub(crate) fn count(&self, tenant: Option<&TenantId>, plugin: &PluginId, report: &CallReport) {
        let mut counts = self.lock();
        counts.plugins.entry(plugin.clone()).or_default().add(report);
        let Some(tenant) = tenant else { return };
        let key = (tenant.clone(), plugin.clone());
        if counts.untaken.len() < UNTAKEN_MAX || counts.untaken.contains_key(&key) {
            counts.untaken.entry(key).or_default().add(report);
        }
    }

    /// Each plugin's counts since the start.
    pub(crate) fn plugins(&self) -> BTreeMap<PluginId, Figures> {
        self.lock().plugins.clone()
    }

    /// A tenant's counts with a plugin that were not taken yet.
    pub(crate) fn untaken(&self, tenant: &TenantId, plugin: &PluginId) -> Figures {
        let key = (tenant.clone(), plugin.clone());
        self.lock().untaken.get(&key).cloned().unwrap_or_default()
    }

    /// Takes every tenant's counts, to be kept elsewhere.
    pub(crate) fn take(&self) -> Vec<((TenantId, PluginId), Figures)> {
        std::mem::take(&mut self.lock().untaken).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    fn report(outcome: &'static str) -> CallReport {
        CallReport {
            hook: "job-handler.run",
            wall: Duration::from_millis(9),
            queued: Duration::from_millis(2),
            cpu: Duration::from_millis(3),
            memory_bytes_max: if outcome == "ok" { 10 } else { 30 },
            http_calls: 2,
            answer_bytes: 100,
            denials: 1,
            outcome,
        }
    }

    #[test]
    fn calls_add_up_for_the_plugin_and_for_each_tenant_until_taken() {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let (a, b) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let plugin: PluginId = "acme".parse().unwrap();
        let ledger = Ledger::default();
        ledger.count(Some(&a), &plugin, &report("ok"));
        ledger.count(Some(&a), &plugin, &report("out-of-cpu"));
        ledger.count(Some(&b), &plugin, &report("ok"));
        ledger.count(None, &plugin, &report("trapped"));
        let of_a = ledger.untaken(&a, &plugin);
        assert_eq!((of_a.calls(), of_a.stopped(), of_a.memory_bytes_max), (2, 1, 30));
        assert_eq!((of_a.requests, of_a.answer_bytes, of_a.denials), (4, 200, 2));
        assert_eq!((of_a.cpu.as_millis(), of_a.wall.as_millis()), (6, 18));
        assert_eq!(ledger.take().len(), 2);
        assert_eq!(ledger.untaken(&a, &plugin), Figures::default());
        assert_eq!(ledger.plugins()[&plugin].calls(), 4);
        assert_eq!(ledger.plugins()[&plugin].stopped(), 2);
    }
}
