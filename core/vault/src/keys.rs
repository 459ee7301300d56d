//! The keys between the root key and a secret: tenant keys, wrapped data keys, subkeys.

use domain::TenantId;
use zeroize::Zeroizing;

use crate::Error;
use crate::label::canonical;
use crate::sodium::{self, MAC_LEN, NONCE_LEN, TAG_LEN};

/// Bytes of every key here.
pub(crate) const KEY_LEN: usize = 32;

/// A symmetric key; zeroed when dropped, never printed.
pub(crate) struct Key(Zeroizing<[u8; KEY_LEN]>);

impl Key {
    pub(crate) fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::new([0; KEY_LEN]);
        (bytes.len() == KEY_LEN).then(|| key.0.copy_from_slice(bytes)).map(|()| key)
    }

    pub(crate) fn random() -> Result<Self, Error> {
        let mut key = Self::new([0; KEY_LEN]);
        sodium::random(key.0.as_mut())?;
        Ok(key)
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// The key for one use: a keyed hash of the use's name and what it is for.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> Self {
        Self::new(self.code(purpose, parts))
    }

    /// A code that fits this key, this purpose and these parts only.
    pub(crate) fn code(&self, purpose: &str, parts: &[&[u8]]) -> [u8; MAC_LEN] {
        let mut all = Vec::with_capacity(parts.len() + 1);
        all.push(purpose.as_bytes());
        all.extend_from_slice(parts);
        sodium::mac(self, &Zeroizing::new(canonical(&all)))
    }
}

/// The key of a tenant in an epoch; a new epoch is a new key without a new root key.
pub(crate) fn tenant_key(root: &Key, tenant: &TenantId, epoch: u32) -> Key {
    root.derive("oxpi tenant key 1", &[tenant.as_str().as_bytes(), &epoch.to_be_bytes()])
}

const FORMAT: u8 = 1;
const WHAT: &str = "wrapped data key";
const NONCE_AT: usize = 1 + 4 + 4;
const COMMITMENT_AT: usize = NONCE_AT + NONCE_LEN;
const SEALED_AT: usize = COMMITMENT_AT + MAC_LEN;
const WRAPPED_LEN: usize = SEALED_AT + KEY_LEN + TAG_LEN;

/// A data key, encrypted under its tenant's key; its bytes may be stored anywhere. Destroying every
/// copy destroys what was sealed with it.
///
/// Bytes: format, epoch, key id (both four, highest first), nonce, commitment, sealed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey([u8; WRAPPED_LEN]);

impl WrappedKey {
    /// Reads stored bytes; says nothing about whether they open.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: [u8; WRAPPED_LEN] = bytes.try_into().map_err(|_| Error::Malformed(WHAT))?;
        match bytes[0] {
            FORMAT => Ok(Self(bytes)),
            format => Err(Error::UnknownFormat { what: WHAT, format }),
        }
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The epoch of the tenant key it is wrapped with.
    pub fn epoch(&self) -> u32 {
        self.number(1)
    }

    /// Which of the tenant's data keys it is.
    pub fn key_id(&self) -> u32 {
        self.number(5)
    }

    fn number(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.0[at..at + 4]);
        u32::from_be_bytes(bytes)
    }
}

/// What a wrapped key is bound to.
fn bound(tenant: &TenantId, epoch: u32, key_id: u32) -> Vec<u8> {
    let (epoch, key_id) = (epoch.to_be_bytes(), key_id.to_be_bytes());
    canonical(&[b"oxpi data key", &[FORMAT], tenant.as_str().as_bytes(), &epoch, &key_id])
}

/// Encrypts a data key under the tenant's key of the epoch.
pub(crate) fn wrap(
    root: &Key,
    tenant: &TenantId,
    epoch: u32,
    key_id: u32,
    data_key: &Key,
) -> Result<WrappedKey, Error> {
    let tenant_key = tenant_key(root, tenant, epoch);
    let bound = bound(tenant, epoch, key_id);
    let mut nonce = [0; NONCE_LEN];
    sodium::random(&mut nonce)?;
    let sealed = sodium::encrypt(&wrapping(&tenant_key), &nonce, &bound, data_key.bytes());
    let mut bytes = [0; WRAPPED_LEN];
    if sealed.len() != WRAPPED_LEN - SEALED_AT {
        return Err(Error::Library("a sealed key has another length than expected"));
    }
    bytes[0] = FORMAT;
    bytes[1..5].copy_from_slice(&epoch.to_be_bytes());
    bytes[5..NONCE_AT].copy_from_slice(&key_id.to_be_bytes());
    bytes[NONCE_AT..COMMITMENT_AT].copy_from_slice(&nonce);
    bytes[COMMITMENT_AT..SEALED_AT].copy_from_slice(&commitment(&tenant_key, &nonce, &bound));
    bytes[SEALED_AT..].copy_from_slice(&sealed);
    Ok(WrappedKey(bytes))
}

/// Decrypts a data key that was wrapped for this tenant.
pub(crate) fn unwrap(root: &Key, tenant: &TenantId, wrapped: &WrappedKey) -> Result<Key, Error> {
    let tenant_key = tenant_key(root, tenant, wrapped.epoch());
    let bound = bound(tenant, wrapped.epoch(), wrapped.key_id());
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&wrapped.0[NONCE_AT..COMMITMENT_AT]);
    let mut stored = [0; MAC_LEN];
    stored.copy_from_slice(&wrapped.0[COMMITMENT_AT..SEALED_AT]);
    if !sodium::same_mac(&stored, &commitment(&tenant_key, &nonce, &bound)) {
        return Err(Error::Refused);
    }
    let sealed = &wrapped.0[SEALED_AT..];
    let opened = sodium::decrypt(&wrapping(&tenant_key), &nonce, &bound, sealed)?;
    Key::from_slice(opened.expose()).ok_or(Error::Malformed(WHAT))
}

fn wrapping(tenant_key: &Key) -> Key {
    tenant_key.derive("oxpi wrapping key 1", &[])
}

/// Ties a ciphertext to one key: Poly1305 alone can be made to fit two.
pub(crate) fn commitment(key: &Key, nonce: &[u8], bound: &[u8]) -> [u8; MAC_LEN] {
    key.code("oxpi commitment 1", &[nonce, bound])
}
