//! `[jobs]`: background work.

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Seconds that running jobs may take to end when stopping.
    pub stop_secs: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { stop_secs: 20 }
    }
}
