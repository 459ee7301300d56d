//! A plugin as one file, `<id>-<version>.oxpi`: what a publisher signs, sends and an operator
//! installs.
//!
//! It is a tar archive without compression (`tar tf` lists it) that holds, in this order, `FILES`
//! (every file with its hash and length), `SIGNATURE` (Ed25519 over `FILES`; missing while nobody
//! signed), `plugin.toml`, `plugin.wasm`, `icon.svg` and `locales/*.ftl`. A package has exactly one
//! form: what was read is written again and must come out byte for byte, so that nothing can hide
//! in a header, in padding or behind the end.

use domain::PluginId;
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};

use crate::engine::{PluginFiles, hex};
use crate::manifest::{Manifest, ManifestError, Version};

mod archive;
mod key;
#[cfg(test)]
mod tests;

pub use key::{BadKey, PublisherKey, PublisherSecret};

/// How a package's file name ends, without the dot.
pub const EXTENSION: &str = "oxpi";

/// Why a package is refused. Nothing of it was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It isn't a package, or not in the one form that packages have.
    #[error("this is no plugin package: {0}")]
    Form(String),
    /// A file's bytes are not those that were listed.
    #[error("the package was changed after it was packed: {0} is not what its list says")]
    Changed(&'static str),
    /// The manifest is wrong.
    #[error("plugin.toml: {0}")]
    Manifest(#[from] ManifestError),
    /// Signed, but the manifest names no key to check it with.
    #[error("plugin.toml has no `publisher_key`; add this line to its [plugin]: {wanted}")]
    NoKey {
        /// The line that is missing.
        wanted: String,
    },
    /// The signature isn't that of the manifest's key over these files.
    #[error("the signature is not the publisher's: the package was changed, or signed by another")]
    Signature,
    /// The secret key at hand is not the one that the manifest names.
    #[error("plugin.toml names the publisher key {named}; this one is {at_hand}")]
    OtherKey {
        /// The manifest's.
        named: Box<PublisherKey>,
        /// The one that was to sign.
        at_hand: Box<PublisherKey>,
    },
    /// Nobody signed it.
    #[error("the package is not signed")]
    Unsigned,
}

/// A package that was read and found whole; where it has a signature, that is right.
pub struct Package {
    files: PluginFiles,
    manifest: Manifest,
    signature: Option<Signature>,
}

impl Package {
    /// Puts files together, unsigned.
    pub fn new(files: PluginFiles) -> Result<Self, PackageError> {
        let manifest = Manifest::parse(&files.manifest)?;
        archive::check_sizes(&files)?;
        Ok(Self { files, manifest, signature: None })
    }

    /// Reads a package and checks its form, every hash and, where there is one, the signature.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        let parts = archive::read(bytes)?;
        let mut package = Self::new(parts.files)?;
        if parts.list != package.list() {
            return Err(PackageError::Changed("FILES"));
        }
        if let Some(text) = parts.signature {
            package.signature = Some(key::signature(&text).ok_or(PackageError::Signature)?);
            package.check_signature()?;
        }
        if package.to_bytes()? != bytes {
            return Err(PackageError::Form("it holds more than its files".to_owned()));
        }
        Ok(package)
    }

    fn check_signature(&self) -> Result<(), PackageError> {
        let Some(signature) = &self.signature else { return Err(PackageError::Unsigned) };
        let wanted = "publisher_key = \"…\"".to_owned();
        let key = self.publisher_key().ok_or(PackageError::NoKey { wanted })?;
        if key.verifies(self.list().as_bytes(), signature) {
            Ok(())
        } else {
            Err(PackageError::Signature)
        }
    }

    /// Signs it.
    ///
    /// # Errors
    /// [`PackageError::OtherKey`] or [`PackageError::NoKey`] when the manifest doesn't name this key:
    /// the manifest is signed too, and says whom to believe.
    pub fn sign(&mut self, secret: &PublisherSecret) -> Result<(), PackageError> {
        let at_hand = secret.public();
        let wanted = format!("publisher_key = \"{at_hand}\"");
        let named = *self.publisher_key().ok_or(PackageError::NoKey { wanted })?;
        if named != at_hand {
            let (named, at_hand) = (Box::new(named), Box::new(at_hand));
            return Err(PackageError::OtherKey { named, at_hand });
        }
        self.signature = Some(secret.key().sign(self.list().as_bytes()));
        Ok(())
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PackageError> {
        archive::write(&self.list(), self.signature.as_ref().map(key::text_of), &self.files)
    }

    /// What is signed: one line a file, below the name and version.
    fn list(&self) -> String {
        let about = &self.manifest.plugin;
        let mut list = format!("oxpi package 1\n{} {}\n", about.id, about.version);
        for (name, bytes) in archive::entries(&self.files) {
            let hash = hex(&Sha256::digest(bytes));
            list.push_str(&format!("{hash} {} {name}\n", bytes.len()));
        }
        list
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whose key the manifest names.
    pub fn publisher_key(&self) -> Option<&PublisherKey> {
        self.manifest.plugin.publisher_key.as_ref()
    }

    /// Whether the key that the manifest names has signed it.
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// Hex SHA-256 of its files, with or without a signature; [`crate::Plugin::hash`] is the same.
    pub fn hash(&self) -> String {
        self.files.hash()
    }

    /// The name its file has: `<id>-<version>.oxpi`.
    pub fn file_name(&self) -> String {
        file_name(&self.manifest.plugin.id, self.manifest.plugin.version)
    }

    /// Its files, for loading.
    pub fn into_files(self) -> PluginFiles {
        self.files
    }
}

/// The name of a package's file.
pub fn file_name(id: &PluginId, version: Version) -> String {
    format!("{id}-{version}.{EXTENSION}")
}
