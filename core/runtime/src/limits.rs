//! What one call may use. Whoever runs the installation may change these per plugin (`[plugin_limits]`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The budget of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes over all memories and tables of the instance; at most [`Limits::MEMORY_BYTES_MAX`].
    pub memory_bytes: u64,
    /// Milliseconds on a CPU.
    pub cpu_ms: u64,
    /// Milliseconds from start to answer, waiting for providers included.
    pub wall_ms: u64,
    /// Requests a call may send.
    pub http_calls: u32,
    /// Bytes of one answer of a provider.
    pub response_bytes: u64,
    /// Calls of records, kv, jobs and events.
    pub effects: u32,
}

impl Limits {
    /// The most memory an admin can give; the instance pool reserves address space by it.
    pub const MEMORY_BYTES_MAX: u64 = 256 << 20;

    /// The most an admin can give a call. Beyond that one plugin would be everybody's trouble: a place
    /// among the calls is held for as long as the call runs, and an answer lies in the host's memory.
    pub const MOST: Self = Self {
        memory_bytes: Self::MEMORY_BYTES_MAX,
        cpu_ms: 10_000,
        wall_ms: 60_000,
        http_calls: 500,
        response_bytes: 16 << 20,
        effects: 10_000,
    };

    /// The wall-clock limit.
    pub fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_ms)
    }

    /// The CPU limit.
    pub fn cpu(&self) -> Duration {
        Duration::from_millis(self.cpu_ms)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            cpu_ms: 250,
            wall_ms: 10_000,
            http_calls: 32,
            response_bytes: 4 << 20,
            effects: 1_000,
        }
    }
}
