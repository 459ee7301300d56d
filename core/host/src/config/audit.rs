//! `[audit]`: where the activity logs' signed heads go.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// A second folder for the signed heads; empty for none.
    pub heads: PathBuf,
    /// Minutes between two signings.
    pub every_mins: Minutes,
}

impl Default for Audit {
    fn default() -> Self {
        Self { heads: PathBuf::new(), every_mins: Minutes(60) }
    }
}

impl Audit {
    /// The second folder, if there is one.
    pub fn copy(&self) -> Option<PathBuf> {
        (!self.heads.as_os_str().is_empty()).then(|| self.heads.clone())
    }

    /// The time between two signings.
    pub fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.every_mins.0) * 60)
    }
}

/// Some minutes; from one to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Minutes(pub u32);

impl TryFrom<u32> for Minutes {
    type Error = String;
    fn try_from(number: u32) -> Result<Self, String> {
        if (1..=1_440).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("{number} is out of range; expected 1 to 1440"))
        }
    }
}
