//! `[jobs]`: background work.

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Jobs that run at once.
    pub at_once: AtOnce,
    /// Seconds that running jobs may take to end when stopping.
    pub stop_secs: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { at_once: AtOnce(8), stop_secs: 20 }
    }
}

/// How many jobs; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "usize")]
pub struct AtOnce(pub usize);

impl TryFrom<usize> for AtOnce {
    type Error = String;
    fn try_from(number: usize) -> Result<Self, String> {
        if (1..=1_000).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is out of range; expected 1 to 1000"))
        }
    }
}
