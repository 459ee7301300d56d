//! Which calls are under way, by tenant and plugin, so that they can be stopped at once when a
//! business turns a plugin off, or waited for when a plugin is about to change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId};
use tokio::sync::watch;

type Key = (TenantId, PluginId);

/// Every call under way.
#[derive(Default, Clone)]
pub(super) struct Running(Arc<Mutex<HashMap<Key, watch::Sender<bool>>>>);

/// A call under way, for as long as this lives.
pub(super) struct Underway {
    stop: Option<watch::Receiver<bool>>,
    running: Running,
    key: Key,
}

impl Underway {
    /// Comes back when the call is to stop; never otherwise.
    pub(super) async fn stopped(&mut self) {
        let told = match &mut self.stop {
            Some(stop) => stop.wait_for(|stop| *stop).await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut all = self.running.lock();
        drop(self.stop.take());
        if all.get(&self.key).is_some_and(|calls| calls.receiver_count() == 0) {
            all.remove(&self.key);
        }
    }
}

impl Running {
    /// Counts a call in.
    pub(super) fn enter(&self, tenant: &TenantId, plugin: &PluginId) -> Underway {
        let key = (tenant.clone(), plugin.clone());
        let mut all = self.lock();
        let calls = all.entry(key.clone()).or_insert_with(|| watch::Sender::new(false));
        Underway { stop: Some(calls.subscribe()), running: self.clone(), key }
    }

    /// Tells every call there is now to stop; answers how many. Later ones run.
    pub(super) fn stop(&self, tenant: &TenantId, plugin: &PluginId) -> usize {
        let mut all = self.lock();
        let Some(calls) = all.remove(&(tenant.clone(), plugin.clone())) else { return 0 };
        calls.send_replace(true);
        calls.receiver_count()
    }

    /// Waits until the calls there are have ended; false when they haven't in time.
    pub(super) async fn wait(&self, tenant: &TenantId, plugin: &PluginId, most: Duration) -> bool {
        let calls = self.lock().get(&(tenant.clone(), plugin.clone())).cloned();
        match calls {
            Some(calls) => tokio::time::timeout(most, calls.closed()).await.is_ok(),
            None => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, watch::Sender<bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        drop((one, other));
        assert!(running.lock().is_empty(), "what nobody calls is kept");
    }
}
