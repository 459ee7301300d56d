//! What every simulator stands on: a clock that can be moved and random names.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Rng, Timestamp};

/// The simulators' clock and randomness.
pub struct Ground {
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    offset_millis: AtomicI64,
}

impl fmt::Debug for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ground").field("now", &self.now().to_rfc3339()).finish()
    }
}

impl Ground {
    /// On this clock and this randomness.
    pub fn new(clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { clock, rng, offset_millis: AtomicI64::new(0) }
    }

    /// Now, by the simulators' clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now().plus_millis(self.offset_millis.load(Ordering::SeqCst))
    }

    /// Moves the clock; negative sets it back.
    pub fn advance_secs(&self, secs: i64) {
        self.offset_millis.fetch_add(secs.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// How far the clock has been moved.
    pub fn offset_secs(&self) -> i64 {
        self.offset_millis.load(Ordering::SeqCst) / 1_000
    }

    /// Sets the clock to the machine's again.
    pub fn reset(&self) {
        self.offset_millis.store(0, Ordering::SeqCst);
    }

    /// A random name of characters `a` to `v` and `0` to `9`.
    pub fn name(&self, length: usize) -> String {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
        let mut bytes = vec![0u8; length];
        self.rng.fill(&mut bytes);
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }
}
