//! What a call has used so far: time on a CPU, and memory over the whole instance.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use wasmtime::ResourceLimiter;

/// Time this thread has spent on a CPU. Waiting for one doesn't count, so a busy machine doesn't
/// make a plugin look greedy.
fn thread_cpu() -> Duration {
    ThreadTime::try_now().map(|time| time.as_duration()).unwrap_or_default()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of one call, summed over the polls of its future, each of which runs on one thread.
#[derive(Default)]
pub(crate) struct CpuMeter {
    done: AtomicU64,
    poll_began: AtomicU64,
}

impl CpuMeter {
    pub(super) fn begin_poll(&self) {
        self.poll_began.store(nanos(thread_cpu()), Ordering::Relaxed);
    }

    pub(super) fn end_poll(&self) {
        self.done.store(nanos(self.spent()), Ordering::Relaxed);
        self.poll_began.store(u64::MAX, Ordering::Relaxed);
    }

    /// What was used until now; the current poll counts when asked from within it.
    pub(crate) fn spent(&self) -> Duration {
        let done = self.done.load(Ordering::Relaxed);
        let began = self.poll_began.load(Ordering::Relaxed);
        let poll = if began == u64::MAX { 0 } else { nanos(thread_cpu()).saturating_sub(began) };
        Duration::from_nanos(done.saturating_add(poll))
    }
}

/// Memory of one call: every memory and table of the instance counts towards one sum, so that
/// several small memories are no way round the limit.
pub(crate) struct MemoryMeter {
    used: u64,
    most: u64,
    limit: u64,
    refused: bool,
}

/// Bytes an element of a table costs the host.
const TABLE_ELEMENT_BYTES: u64 = 16;

impl MemoryMeter {
    pub(super) fn new(limit: u64) -> Self {
        Self { used: 0, most: 0, limit, refused: false }
    }

    /// The most bytes in use at once.
    pub(super) fn most(&self) -> u64 {
        self.most
    }

    /// Whether the guest asked for more than it may have.
    pub(super) fn refused(&self) -> bool {
        self.refused
    }

    /// Bytes the guest may still take.
    pub(crate) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    fn grow(&mut self, current: usize, desired: usize, unit: u64) -> bool {
        let more = (desired.saturating_sub(current) as u64).saturating_mul(unit);
        if more > self.left() {
            self.refused = true;
            return false;
        }
        self.used += more;
        self.most = self.most.max(self.used);
        true
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, 1))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, TABLE_ELEMENT_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_sum() {
        let mut meter = MemoryMeter::new(1_000);
        assert!(meter.memory_growing(0, 400, None).unwrap());
        assert!(meter.memory_growing(0, 400, None).unwrap());
        assert!(meter.table_growing(0, 10, None).unwrap());
        assert!(!meter.memory_growing(400, 441, None).unwrap());
        assert!(meter.refused());
        assert_eq!((meter.most(), meter.left()), (960, 40));
    }
}
