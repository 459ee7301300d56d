//! Signatures that others check without any of our keys: Ed25519 (RFC 8032), one key a purpose,
//! derived from the root key.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::Vault;
use crate::keys::KEY_LEN;
use crate::token::{hex, unhex};

/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// Signs for one purpose. Its key is zeroed when it is dropped and is never printed.
pub struct Signer(SigningKey);

impl Vault {
    /// The signer of a purpose, always the same for one root key.
    pub fn signer(&self, purpose: &str) -> Signer {
        let secret = self.derive(&format!("signing key: {purpose}"));
        let mut seed = Zeroizing::new([0; KEY_LEN]);
        seed.copy_from_slice(secret.expose());
        Signer(SigningKey::from_bytes(&seed))
    }
}

impl Signer {
    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }

    /// What checks the signatures; may be known to everybody.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

/// Checks signatures of one [`Signer`]. As text it is 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Text that is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public key, which is 64 hexadecimal digits")]
pub struct BadPublicKey;

impl PublicKey {
    /// Whether the signature is this key's over the message. Strict: a signature has one form only,
    /// and keys that fit many messages are refused.
    pub fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.0.verify_strict(message, &signature).is_ok()
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(self.0.as_bytes()))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = BadPublicKey;
    fn from_str(text: &str) -> Result<Self, BadPublicKey> {
        let mut bytes = [0; KEY_LEN];
        unhex(text.trim().as_bytes(), &mut bytes).ok_or(BadPublicKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| BadPublicKey)
    }
}

#[cfg(test)]
mod tests {
    use domain::Secret;

    use super::*;
    use crate::RootKey;

    fn vault(byte: u8) -> Vault {
        let Ok(root) = RootKey::from_secret(&Secret::new(vec![byte; 32])) else {
            panic!("32 bytes are a root key");
        };
        Vault::new(root)
    }

    #[test]
    fn a_signature_fits_its_message_purpose_and_root_key_alone() {
        let signer = vault(1).signer("heads");
        let (key, signature) = (signer.public_key(), signer.sign(b"message"));
        assert!(key.accepts(b"message", &signature));
        assert!(!key.accepts(b"massage", &signature));
        assert!(!key.accepts(b"message", &signature[..63]));
        assert!(!vault(1).signer("tails").public_key().accepts(b"message", &signature));
        assert!(!vault(2).signer("heads").public_key().accepts(b"message", &signature));
        for at in 0..SIGNATURE_LEN {
            let mut bent = signature;
            bent[at] ^= 1;
            assert!(!key.accepts(b"message", &bent), "byte {at}");
        }
    }

    #[test]
    fn a_public_key_survives_its_text() {
        let key = vault(1).signer("heads").public_key();
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in ["", "00", &"g".repeat(64)] {
            assert_eq!(bad.parse::<PublicKey>(), Err(BadPublicKey), "{bad}");
        }
    }
}
