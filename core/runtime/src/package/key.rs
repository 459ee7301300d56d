//! Publishers' keys: Ed25519, checked strictly (no weak key, one signature a message and key).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Rng, Secret};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::hex;

const PREFIX: &str = "ed25519:";
const SECRET_PREFIX: &str = "oxpi-publisher-secret:";

/// Text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a publisher's key; `oxpi plugin key` makes one")]
pub struct BadKey;

/// The key that a publisher's packages are checked with; written `ed25519:` and base64.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublisherKey(VerifyingKey);

impl PublisherKey {
    pub(super) fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, signature).is_ok()
    }

    /// Eight groups of four hex digits that two people can compare by voice.
    pub fn fingerprint(&self) -> String {
        let digest = hex(&Sha256::digest(self.0.as_bytes()));
        let groups = digest.as_bytes().chunks(4).take(8).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join(" ")
    }
}

impl FromStr for PublisherKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let encoded = text.strip_prefix(PREFIX).ok_or(BadKey)?;
        let bytes: [u8; 32] = decoded(encoded).ok_or(BadKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| BadKey)?;
        // One text a key: another encoding of the same point would be another pin.
        let key = Self(key);
        if key.0.is_weak() || key.to_string() != text { Err(BadKey) } else { Ok(key) }
    }
}

impl TryFrom<String> for PublisherKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        text.parse()
    }
}

impl From<PublisherKey> for String {
    fn from(key: PublisherKey) -> String {
        key.to_string()
    }
}

impl fmt::Display for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublisherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The key that signs. Wiped when dropped.
pub struct PublisherSecret(SigningKey);

impl PublisherSecret {
    /// A new one.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut seed = zeroize::Zeroizing::new([0u8; 32]);
        rng.fill(&mut *seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads what [`PublisherSecret::to_text`] wrote.
    pub fn from_text(text: &Secret) -> Result<Self, BadKey> {
        let text = text.expose_text().ok_or(BadKey)?;
        let encoded = text.trim_end().strip_prefix(SECRET_PREFIX).ok_or(BadKey)?;
        let seed = zeroize::Zeroizing::new(decoded::<32>(encoded).ok_or(BadKey)?);
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// What a key's file holds: one line.
    pub fn to_text(&self) -> Secret {
        Secret::from_text(format!("{SECRET_PREFIX}{}\n", STANDARD.encode(self.0.as_bytes())))
    }

    /// The key to check with.
    pub fn public(&self) -> PublisherKey {
        PublisherKey(self.0.verifying_key())
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.0
    }
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The text of `SIGNATURE`.
pub(super) fn text_of(signature: &Signature) -> String {
    format!("{PREFIX}{}\n", STANDARD.encode(signature.to_bytes()))
}

/// The signature in such a text.
pub(super) fn signature(text: &str) -> Option<Signature> {
    let encoded = text.strip_prefix(PREFIX)?.strip_suffix('\n')?;
    decoded::<64>(encoded).map(|bytes| Signature::from_bytes(&bytes))
}
