//! Places for calls that run at once. Waiting is bounded in number and time, and each tenant and
//! plugin has a share, so that one can't starve another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::{PluginId, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::CallError;

/// Shares kept before those of nobody are dropped.
const SHARES_MAX: usize = 1_024;

type Key = (TenantId, PluginId);

/// All places.
pub(super) struct Slots {
    all: Arc<Semaphore>,
    waiting: AtomicU32,
    queue_max: u32,
    queue_wait: Duration,
    share_max: u32,
    shares: Mutex<HashMap<Key, Weak<Share>>>,
}

struct Share {
    places: Arc<Semaphore>,
    waiting: AtomicU32,
}

/// A place; given back when dropped.
pub(super) struct Place {
    _share: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _of: Arc<Share>,
}

/// Counts somebody who waits, for as long as they do.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicU32, most: u32) -> Option<Self> {
        let entered = Self(count);
        (count.fetch_add(1, Ordering::SeqCst) < most).then_some(entered)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Slots {
    pub(super) fn new(places: u32, share_max: u32, queue_max: u32, queue_wait: Duration) -> Self {
        Self {
            all: Arc::new(Semaphore::new(places as usize)),
            waiting: AtomicU32::new(0),
            queue_max,
            queue_wait,
            share_max: share_max.clamp(1, places.max(1)),
            shares: Mutex::default(),
        }
    }

    /// A place, after waiting if need be.
    pub(super) async fn take(
        &self,
        tenant: &TenantId,
        plugin: &PluginId,
    ) -> Result<Place, CallError> {
        let share = self.share(tenant, plugin);
        if let (Ok(own), Ok(all)) = (
            Arc::clone(&share.places).try_acquire_owned(),
            Arc::clone(&self.all).try_acquire_owned(),
        ) {
            return Ok(Place { _share: own, _all: all, _of: share });
        }
        let busy = CallError::Busy { retry_after: self.queue_wait };
        // A quarter of the queue each: a flood of one leaves room for the rest.
        let own_queue_max = (self.queue_max / 4).max(1);
        let _own = Waiting::enter(&share.waiting, own_queue_max).ok_or_else(|| busy.clone())?;
        let _all = Waiting::enter(&self.waiting, self.queue_max).ok_or_else(|| busy.clone())?;
        let both = async {
            // The own share first: nobody holds a common place while waiting for their own.
            let own = Arc::clone(&share.places).acquire_owned().await.ok()?;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some((own, all))
        };
        match tokio::time::timeout(self.queue_wait, both).await {
            Ok(Some((own, all))) => Ok(Place { _share: own, _all: all, _of: Arc::clone(&share) }),
            _ => Err(busy),
        }
    }

    fn share(&self, tenant: &TenantId, plugin: &PluginId) -> Arc<Share> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant.clone(), plugin.clone());
        if let Some(share) = shares.get(&key).and_then(Weak::upgrade) {
            return share;
        }
        if shares.len() >= SHARES_MAX {
            shares.retain(|_, share| share.strong_count() > 0);
        }
        let places = Arc::new(Semaphore::new(self.share_max as usize));
        let share = Arc::new(Share { places, waiting: AtomicU32::new(0) });
        shares.insert(key, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    const WAIT: Duration = Duration::from_millis(300);

    fn tenants() -> (TenantId, TenantId, PluginId) {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng), "acme".parse().unwrap())
    }

    #[tokio::test]
    async fn one_tenants_flood_leaves_places_for_another() {
        let (a, b, plugin) = tenants();
        let slots = Slots::new(4, 2, 8, WAIT);
        let first = slots.take(&a, &plugin).await.map_err(|e| e.kind());
        let second = slots.take(&a, &plugin).await.map_err(|e| e.kind());
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(slots.take(&a, &plugin).await.err().map(|e| e.kind()), Some("busy"));
        assert!(slots.take(&b, &plugin).await.is_ok());
        drop(first);
        assert!(slots.take(&a, &plugin).await.is_ok());
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let (a, _, plugin) = tenants();
        let slots = Slots::new(1, 1, 4, WAIT);
        let held = slots.take(&a, &plugin).await;
        let begun = tokio::time::Instant::now();
        let (waited, refused) = tokio::join!(slots.take(&a, &plugin), async {
            tokio::task::yield_now().await;
            let refused = slots.take(&a, &plugin).await.err().map(|e| e.kind());
            (refused, begun.elapsed())
        });
        assert_eq!(waited.err().map(|e| e.kind()), Some("busy"));
        assert_eq!(refused.0, Some("busy"));
        assert!(refused.1 < WAIT, "refused at once, not after the wait");
        drop(held);
        assert!(slots.take(&a, &plugin).await.is_ok(), "nobody waits any more");
    }
}
