//! What was worked out for a tenant's manifest lately: its key, and the root that was last found to be
//! genuine. Each look at a secret needs both; the root's code alone runs over two kilobytes.
//!
//! Nothing here could not be derived from the root key, which lives as long as this does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::TenantId;

use crate::keys::Key;

/// Tenants remembered, the latest first.
const TENANTS_MAX: usize = 16;

struct Entry {
    tenant: TenantId,
    key: Arc<Key>,
    /// As stored, with its code.
    root: Vec<u8>,
}

/// The latest tenants.
#[derive(Default)]
pub(crate) struct Recent(Mutex<VecDeque<Entry>>);

impl Recent {
    /// The tenant's key, made where it isn't remembered.
    pub(crate) fn key(&self, tenant: &TenantId, make: impl FnOnce() -> Key) -> Arc<Key> {
        let mut entries = self.lock();
        let found = entries.iter().position(|entry| entry.tenant == *tenant);
        if let Some(entry) = found.and_then(|at| entries.remove(at)) {
            let key = Arc::clone(&entry.key);
            entries.push_front(entry);
            return key;
        }
        let key = Arc::new(make());
        entries.truncate(TENANTS_MAX - 1);
        let entry = Entry { tenant: tenant.clone(), key: Arc::clone(&key), root: Vec::new() };
        entries.push_front(entry);
        key
    }

    /// Whether exactly these bytes were found to be the tenant's root before.
    pub(crate) fn knows_root(&self, tenant: &TenantId, stored: &[u8]) -> bool {
        let entries = self.lock();
        let entry = entries.iter().find(|entry| entry.tenant == *tenant);
        entry.is_some_and(|entry| !stored.is_empty() && entry.root == stored)
    }

    /// Remembers a root whose code fits.
    pub(crate) fn note_root(&self, tenant: &TenantId, stored: &[u8]) {
        let mut entries = self.lock();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.tenant == *tenant) {
            entry.root.clear();
            entry.root.extend_from_slice(stored);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    use super::*;

    #[test]
    fn a_root_is_known_by_all_its_bytes_and_for_its_tenant_only() {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let (one, other) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let recent = Recent::default();
        recent.note_root(&one, b"nobody asked for its key");
        assert!(!recent.knows_root(&one, b"nobody asked for its key"));
        recent.key(&one, || Key::new([1; 32]));
        assert!(!recent.knows_root(&one, b""));
        recent.note_root(&one, b"root");
        assert!(recent.knows_root(&one, b"root"));
        assert!(!recent.knows_root(&one, b"rooT") && !recent.knows_root(&other, b"root"));
        recent.note_root(&one, b"next");
        assert!(!recent.knows_root(&one, b"root"));
    }

    #[test]
    fn few_tenants_are_remembered_and_each_has_its_own_key() {
        let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
        let tenants: Vec<_> = (0..100).map(|_| TenantId::new(&clock, &rng)).collect();
        let recent = Recent::default();
        for (n, tenant) in (0u8..).zip(&tenants) {
            recent.key(tenant, || Key::new([n; 32]));
            assert_eq!(recent.key(tenant, || unreachable!()).bytes(), &[n; 32]);
        }
        assert_eq!(recent.lock().len(), TENANTS_MAX);
        assert_eq!(recent.key(&tenants[0], || Key::new([7; 32])).bytes(), &[7; 32]);
    }
}
