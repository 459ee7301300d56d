//! Requests a minute, for each tenant, plugin and route.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{PluginId, TenantId};

/// Windows kept before old ones are dropped.
const WINDOWS_MAX: usize = 10_000;
const WINDOW: Duration = Duration::from_secs(60);

type Key = (TenantId, PluginId, String);

/// Counts requests in windows of a minute that begin with the first request.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<Key, (Instant, u32)>>);

impl Rates {
    /// Counts a request, or says in how long the next one may leave.
    pub(crate) fn take(
        &self,
        tenant: &TenantId,
        plugin: &PluginId,
        route: &str,
        per_minute: u32,
    ) -> Result<(), Duration> {
        self.take_at(Instant::now(), (tenant.clone(), plugin.clone(), route.to_owned()), per_minute)
    }

    fn take_at(&self, now: Instant, key: Key, per_minute: u32) -> Result<(), Duration> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= WINDOWS_MAX {
            windows.retain(|_, (start, _)| now.duration_since(*start) < WINDOW);
        }
        let (start, count) = windows.entry(key).or_insert((now, 0));
        let age = now.duration_since(*start);
        if age >= WINDOW {
            (*start, *count) = (now, 0);
        } else if *count >= per_minute {
            return Err(WINDOW - age);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    #[test]
    fn the_next_minute_begins_afresh_and_tenants_count_apart() {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let (a, b) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let plugin: PluginId = "acme".parse().unwrap();
        let (rates, now) = (Rates::default(), Instant::now());
        let take = |tenant: &TenantId, route: &str, secs: u64| {
            let key = (tenant.clone(), plugin.clone(), route.to_owned());
            rates.take_at(now + Duration::from_secs(secs), key, 2)
        };
        assert_eq!(take(&a, "r", 0), Ok(()));
        assert_eq!(take(&a, "r", 1), Ok(()));
        assert_eq!(take(&a, "r", 20), Err(Duration::from_secs(40)));
        assert_eq!(take(&b, "r", 20), Ok(()));
        assert_eq!(take(&a, "other", 20), Ok(()));
        assert_eq!(take(&a, "r", 60), Ok(()));
    }
}
