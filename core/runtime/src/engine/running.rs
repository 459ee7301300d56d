//! Which calls are under way, by tenant and plugin, so that they can be stopped at once when a
//! business turns a plugin off, or waited for when a plugin is about to change.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId};
use tokio::sync::watch;

type Key = (TenantId, PluginId);

/// Keys kept before those without calls are dropped.
const KEYS_MAX: usize = 1_024;

/// Every call under way.
#[derive(Default)]
pub(super) struct Running(Mutex<HashMap<Key, watch::Sender<bool>>>);

/// A call under way, for as long as this lives.
pub(super) struct Underway(watch::Receiver<bool>);

impl Underway {
    /// Comes back when the call is to stop; never otherwise.
    pub(super) async fn stopped(&mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Running {
    /// Counts a call in.
    pub(super) fn enter(&self, tenant: &TenantId, plugin: &PluginId) -> Underway {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEYS_MAX {
            all.retain(|_, calls| calls.receiver_count() > 0);
        }
        let calls = all
            .entry((tenant.clone(), plugin.clone()))
            .or_insert_with(|| watch::Sender::new(false));
        Underway(calls.subscribe())
    }

    /// Tells every call there is now to stop; answers how many. Later ones run.
    pub(super) fn stop(&self, tenant: &TenantId, plugin: &PluginId) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(calls) = all.remove(&(tenant.clone(), plugin.clone())) else { return 0 };
        calls.send_replace(true);
        calls.receiver_count()
    }

    /// Waits until the calls there are have ended; false when they haven't in time.
    pub(super) async fn wait(&self, tenant: &TenantId, plugin: &PluginId, most: Duration) -> bool {
        let calls = {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&(tenant.clone(), plugin.clone())).cloned()
        };
        match calls {
            Some(calls) => tokio::time::timeout(most, calls.closed()).await.is_ok(),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn stopping_meets_the_calls_of_one_tenant_and_plugin_that_run_now() {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let (ours, theirs) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let plugin: PluginId = "acme".parse().unwrap();
        let running = Running::default();
        let (mut one, mut other) = (running.enter(&ours, &plugin), running.enter(&theirs, &plugin));
        assert!(!running.wait(&ours, &plugin, SHORT).await);
        assert_eq!(running.stop(&ours, &plugin), 1);
        assert!(tokio::time::timeout(SHORT, one.stopped()).await.is_ok());
        assert!(tokio::time::timeout(SHORT, other.stopped()).await.is_err());
        let mut later = running.enter(&ours, &plugin);
        assert!(tokio::time::timeout(SHORT, later.stopped()).await.is_err());
        drop(later);
        assert!(running.wait(&ours, &plugin, SHORT).await);
    }
}
