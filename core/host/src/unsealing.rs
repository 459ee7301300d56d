//! A server that waits for its passphrase: who tries it, how often, and what comes of it. Tries are
//! counted for each network, and for the machine's own command apart from them, so that nobody's wrong
//! ones make the owner wait.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
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
/// Networks whose wrong tries are remembered.
const KNOWN_MAX: usize = 10_000;

/// The way from sealed to open.
pub struct Unsealing {
    sealed: SealedRootKey,
    /// One try at a time: each takes a quarter of a gigabyte.
    turn: tokio::sync::Mutex<()>,
    tries: Mutex<Known>,
    found: Mutex<Option<RootKey>>,
    opened: watch::Sender<bool>,
}

/// By network; None is the machine's own command.
#[derive(Default)]
struct Known(HashMap<Option<IpAddr>, Tries>);

#[derive(Default)]
struct Tries {
    wrong: u32,
    again: Option<Instant>,
}

impl Unsealing {
    /// Waits for the passphrase of this file.
    pub fn new(sealed: SealedRootKey) -> Arc<Self> {
        let opened = watch::Sender::new(false);
        Arc::new(Self {
            sealed,
            turn: Default::default(),
            tries: Mutex::default(),
            found: Mutex::default(),
            opened,
        })
    }

    /// Tries a passphrase that came from this address, or from the machine's own command.
    pub async fn attempt(self: Arc<Self>, passphrase: Secret, from: Option<IpAddr>) -> Tried {
        let from = from.map(network_of);
        // Who has to wait takes no turn of anybody.
        if let Some(left) = self.tries().left(from) {
            return Tried::Wait { secs: left.as_secs().max(1) };
        }
        let Ok(_turn) = self.turn.try_lock() else { return Tried::Wait { secs: 3 } };
        if *self.opened.borrow() {
            return Tried::Opened;
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
                let wrong = self.tries().count(from);
                tracing::warn!(wrong, from = from.map(|ip| ip.to_string()), "a wrong passphrase");
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

    fn tries(&self) -> MutexGuard<'_, Known> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> MutexGuard<'_, Option<RootKey>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn left(&self, from: Option<IpAddr>) -> Option<Duration> {
        self.0.get(&from)?.left()
    }

    /// Counts a wrong try; answers how many there were from there.
    fn count(&mut self, from: Option<IpAddr>) -> u32 {
        if self.0.len() >= KNOWN_MAX && !self.0.contains_key(&from) {
            self.0.retain(|_, tries| tries.left().is_some());
            if self.0.len() >= KNOWN_MAX {
                self.0.clear();
            }
        }
        let tries = self.0.entry(from).or_default();
        tries.count();
        tries.wrong
    }
}

/// An IPv6 customer has a whole /64; counting single addresses of it would count nothing.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
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
    fn a_strangers_wrong_tries_make_only_their_network_wait() {
        let at = |text: &str| text.parse().ok().map(network_of);
        let (stranger, owner) = (at("2001:db8:1:2::5"), at("198.51.100.7"));
        let mut known = Known::default();
        for _ in 0..50 {
            known.count(stranger);
        }
        assert!(known.left(stranger).is_some());
        assert!(known.left(at("2001:db8:1:2:9::1")).is_some(), "the same network");
        for other in [owner, at("2001:db8:1:3::5"), None] {
            assert_eq!(known.left(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_remembered_of_wrong_tries_is_bounded() {
        let mut known = Known::default();
        for n in 0..3 * KNOWN_MAX {
            let address = std::net::Ipv4Addr::from(u32::try_from(n).unwrap_or_default());
            known.count(Some(address.into()));
            assert!(known.0.len() <= KNOWN_MAX);
        }
    }

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
