//! `[vault]`: where the root key comes from.

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Where the root key comes from.
    pub source: Source,
}

/// Where the root key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A file in the data folder, made at the first start.
    #[default]
    File,
    /// The service manager's credential `oxpi-root-key`.
    Credential,
    /// A passphrase that somebody gives at every start.
    Passphrase,
}
