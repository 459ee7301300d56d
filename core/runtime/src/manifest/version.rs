//! Versions of plugins and of the contract: three numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Major, minor, patch. Compared number by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    /// Rises with what breaks.
    pub major: u32,
    /// Rises with what is added.
    pub minor: u32,
    /// Rises with what is mended.
    pub patch: u32,
}

/// Text that is not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a version; write three numbers such as 1.4.0")]
pub struct BadVersion;

impl FromStr for Version {
    type Err = BadVersion;
    /// Reads `1.4.0`, and `1.4` as `1.4.0`.
    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let mut numbers = [0u32; 3];
        let parts: Vec<&str> = text.split('.').collect();
        if !(2..=3).contains(&parts.len()) {
            return Err(BadVersion);
        }
        for (number, part) in numbers.iter_mut().zip(parts) {
            let plain = part.bytes().all(|b| b.is_ascii_digit()) && (1..=6).contains(&part.len());
            if !plain || (part.len() > 1 && part.starts_with('0')) {
                return Err(BadVersion);
            }
            *number = part.parse().map_err(|_| BadVersion)?;
        }
        let [major, minor, patch] = numbers;
        Ok(Self { major, minor, patch })
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;
    fn try_from(text: String) -> Result<Self, BadVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
