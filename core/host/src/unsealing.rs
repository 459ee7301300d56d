//! A server that waits for its passphrase: who tries it, how often, and what comes of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::Secret;
use tokio::sync::watch;
use vault::{RootKey, SealedRootKey};
use web::sealed::Tried;

/// Wrong tries before there is a wait.
const FREE: u32 = 5;
/// The first wait; each further wrong try doubles it.
const WAIT_FIRST: Duration = Duration::from_secs(30);
const WAIT_MOST: Duration = Duration::from_secs(15 * 60);

/// The way from sealed to open.
pub struct Unsealing {
    sealed: SealedRootKey,
    /// One try at a time: each takes a quarter of a gigabyte.
    turn: tokio::sync::Mutex<Tries>,
    found: Mutex<Option<RootKey>>,
    opened: watch::Sender<bool>,
}

#[derive(Default)]
struct Tries {
    wrong: u32,
    again: Option<Instant>,
}

impl Unsealing {
    /// Waits for the passphrase of this file.
    pub fn new(sealed: SealedRootKey) -> Arc<Self> {
        let opened = watch::Sender::new(false);
        Arc::new(Self { sealed, turn: Default::default(), found: Mutex::default(), opened })
    }

    /// Tries a passphrase.
    pub async fn attempt(self: Arc<Self>, passphrase: Secret) -> Tried {
        let Ok(mut tries) = self.turn.try_lock() else { return Tried::Wait { secs: 3 } };
        if *self.opened.borrow() {
            return Tried::Opened;
        }
        if let Some(left) = tries.left() {
            return Tried::Wait { secs: left.as_secs().max(1) };
        }
        let this = self.clone();
        let opened = tokio::task::spawn_blocking(move || this.sealed.open(&passphrase)).await;
        match opened {
            Ok(Ok(key)) => {
                *self.found() = Some(key);
                self.opened.send_replace(true);
                tracing::info!("unsealed");
                Tried::Opened
            }
            Ok(Err(vault::Error::Refused)) => {
                tries.count();
                tracing::warn!(wrong = tries.wrong, "a wrong passphrase");
                Tried::Wrong
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the passphrase could not be checked");
                Tried::Failed
            }
            Err(_) => Tried::Failed,
        }
    }

    /// Ends when the passphrase was given.
    pub async fn opened(&self) {
        let mut opened = self.opened.subscribe();
        // The sender is here, so it doesn't end before.
        let _ended = opened.wait_for(|opened| *opened).await;
    }

    /// The key, once, after [`Unsealing::opened`].
    pub fn take(&self) -> Option<RootKey> {
        self.found().take()
    }

    fn found(&self) -> MutexGuard<'_, Option<RootKey>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tries {
    fn left(&self) -> Option<Duration> {
        self.again?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    fn count(&mut self) {
        self.wrong += 1;
        if let Some(over) = self.wrong.checked_sub(FREE) {
            let wait = WAIT_FIRST.saturating_mul(1 << over.min(10)).min(WAIT_MOST);
            self.again = Instant::now().checked_add(wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_try_makes_the_next_wait_and_waits_grow_to_a_bound() {
        let mut tries = Tries::default();
        for _ in 0..4 {
            tries.count();
            assert!(tries.left().is_none());
        }
        let mut before = Duration::ZERO;
        for _ in 0..4 {
            tries.count();
            let left = tries.left().expect("a wait");
            assert!(left > before && left <= WAIT_MOST);
            before = left;
        }
        (0..100).for_each(|_| tries.count());
        assert!(tries.left().expect("a wait") <= WAIT_MOST);
    }
}
