//! `[data]`: where data is kept.

use std::path::PathBuf;

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder of the SQLite file, documents, compiled plugins and the root key.
    pub dir: PathBuf,
}

impl Default for Data {
    fn default() -> Self {
        Self { dir: PathBuf::from("./data") }
    }
}

impl Data {
    /// The SQLite file.
    pub fn sqlite(&self) -> PathBuf {
        self.dir.join("oxpi.sqlite3")
    }

    /// Sealed documents.
    pub fn documents(&self) -> PathBuf {
        self.dir.join("documents")
    }

    /// The root key.
    pub fn root_key(&self) -> PathBuf {
        self.dir.join("root.key")
    }

    /// The signed heads of the activity logs; only ever added to.
    pub fn audit_heads(&self) -> PathBuf {
        self.dir.join("audit-heads")
    }

    /// The root key behind a passphrase.
    pub fn sealed_root_key(&self) -> PathBuf {
        self.dir.join("root.sealed")
    }

    /// The counters of the businesses' secrets, kept outside the database.
    pub fn vault_counters(&self) -> PathBuf {
        self.dir.join("vault")
    }

    /// Plugins that were installed, not shipped.
    pub fn plugins(&self) -> PathBuf {
        self.dir.join("plugins")
    }

    /// Themes that whoever looks after the server put there.
    pub fn themes(&self) -> PathBuf {
        self.dir.join("themes")
    }

    /// Compiled plugins; may be deleted at any time.
    pub fn plugin_cache(&self) -> PathBuf {
        self.dir.join("cache").join("plugins")
    }
}
