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

impl Version {
    /// Whether a host that speaks `host` understands what was built for this version of the
    /// contract: the same major, and nothing added since.
    pub fn is_spoken_by(self, host: Self) -> bool {
        self.major == host.major && self.minor <= host.minor
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_plain_numbers() {
        assert_eq!("1.4".parse(), Ok(Version { major: 1, minor: 4, patch: 0 }));
        assert!("1.10.0".parse::<Version>().unwrap() > "1.9.9".parse::<Version>().unwrap());
        for bad in
            ["", "1", "1.2.3.4", "1.02.0", "v1.2.3", "1.2.x", "1..2", "1.2.-3", "1.2.9999999"]
        {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_speaks_older_minors_of_its_major() {
        let host = Version { major: 1, minor: 2, patch: 0 };
        let spoken = |text: &str| text.parse::<Version>().is_ok_and(|v| v.is_spoken_by(host));
        assert!(spoken("1.0.0") && spoken("1.2.7"));
        assert!(!spoken("1.3.0") && !spoken("2.0.0") && !spoken("0.9.0"));
    }
}
