//! The vault: everything that needs the root key.

use domain::{Secret, TenantId};

use crate::envelope::{self, Kind};
use crate::keys::{self, Key, WrappedKey};
use crate::label::Label;
use crate::recent::Recent;
use crate::root_key::RootKey;
use crate::stream::{self, Opener, STREAM_HEAD_LEN, Sealer};
use crate::{Error, sodium};

/// Holds the root key for as long as the process serves.
pub struct Vault {
    root: RootKey,
    pub(crate) recent: Recent,
}

/// Which data key an envelope was sealed with, to fetch that one before opening.
pub fn key_id(envelope: &[u8]) -> Result<u32, Error> {
    envelope::key_id(envelope)
}

impl Vault {
    /// A vault over this root key.
    pub fn new(root: RootKey) -> Self {
        Self { root, recent: Recent::default() }
    }

    pub(crate) fn root(&self) -> &Key {
        self.root.key()
    }

    /// Makes a random data key for a tenant and wraps it. Ids count up per tenant; the pair of
    /// tenant and id must be new.
    pub fn new_data_key(
        &self,
        tenant: &TenantId,
        epoch: u32,
        key_id: u32,
    ) -> Result<WrappedKey, Error> {
        keys::wrap(self.root.key(), tenant, epoch, key_id, &Key::random()?)
    }

    /// The same data key under the tenant's key of another epoch.
    pub fn rewrap(
        &self,
        tenant: &TenantId,
        wrapped: &WrappedKey,
        epoch: u32,
    ) -> Result<WrappedKey, Error> {
        let data_key = keys::unwrap(self.root.key(), tenant, wrapped)?;
        keys::wrap(self.root.key(), tenant, epoch, wrapped.key_id(), &data_key)
    }

    /// Seals a secret; two seals of one secret differ.
    pub fn seal(
        &self,
        key: &WrappedKey,
        label: &Label<'_>,
        secret: &Secret,
    ) -> Result<Vec<u8>, Error> {
        let data_key = keys::unwrap(self.root.key(), label.tenant, key)?;
        envelope::seal(Kind::Secret, &data_key, key.key_id(), label, secret.expose())
    }

    /// Opens what [`Vault::seal`] made with the same data key under an equal label.
    pub fn open(
        &self,
        key: &WrappedKey,
        label: &Label<'_>,
        sealed: &[u8],
    ) -> Result<Secret, Error> {
        let data_key = keys::unwrap(self.root.key(), label.tenant, key)?;
        envelope::open(Kind::Secret, &data_key, key.key_id(), label, sealed)
    }

    /// What `old` sealed, sealed with `new` under the same label: rotation.
    pub fn reseal(
        &self,
        old: &WrappedKey,
        new: &WrappedKey,
        label: &Label<'_>,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.seal(new, label, &self.open(old, label, sealed)?)
    }

    /// Begins to seal what is too large to be one secret, such as a document. Keep the head in the
    /// database (it is sealed like a secret, so rotation changes it alone) and the body, which is
    /// what [`Sealer`] makes, wherever there is room.
    pub fn seal_stream(
        &self,
        key: &WrappedKey,
        label: &Label<'_>,
    ) -> Result<(Sealer, [u8; STREAM_HEAD_LEN]), Error> {
        let data_key = keys::unwrap(self.root.key(), label.tenant, key)?;
        stream::begin(&data_key, key.key_id(), label)
    }

    /// Begins to open a stream by its head, which [`Vault::seal_stream`] made under an equal label.
    pub fn open_stream(
        &self,
        key: &WrappedKey,
        label: &Label<'_>,
        head: &[u8],
    ) -> Result<Opener, Error> {
        let data_key = keys::unwrap(self.root.key(), label.tenant, key)?;
        stream::open(&data_key, key.key_id(), label, head)
    }

    /// A stream's head that `old` sealed, sealed with `new`; the body stays as it is.
    pub fn reseal_stream(
        &self,
        old: &WrappedKey,
        new: &WrappedKey,
        label: &Label<'_>,
        head: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let (old_key, new_key) = (
            keys::unwrap(self.root.key(), label.tenant, old)?,
            keys::unwrap(self.root.key(), label.tenant, new)?,
        );
        let inside = envelope::open(Kind::Stream, &old_key, old.key_id(), label, head)?;
        envelope::seal(Kind::Stream, &new_key, new.key_id(), label, inside.expose())
    }

    /// A code over data that only this installation can make, such as for the audit chain. Codes of
    /// one purpose and tenant never fit another.
    pub fn mac(&self, purpose: &str, tenant: Option<&TenantId>, data: &[u8]) -> [u8; 32] {
        let tenant = tenant.map(|id| id.as_str().as_bytes());
        let mut parts = vec![purpose.as_bytes()];
        parts.extend(tenant);
        sodium::mac(&self.root.key().derive("oxpi mac key 1", &parts), data)
    }

    /// Whether the code is [`Vault::mac`]'s; takes the same time wherever they differ.
    pub fn mac_fits(
        &self,
        purpose: &str,
        tenant: Option<&TenantId>,
        data: &[u8],
        code: &[u8],
    ) -> bool {
        let Ok(code) = code.try_into() else { return false };
        sodium::same_mac(&self.mac(purpose, tenant, data), code)
    }

    /// A 32-byte key for one purpose of the whole installation, always the same.
    pub fn derive(&self, purpose: &str) -> Secret {
        let key = self.root.key().derive("oxpi purpose key 1", &[purpose.as_bytes()]);
        Secret::new(key.bytes().to_vec())
    }

    /// A token's keyed hash in hexadecimal, to store in its place. A stolen database lets nobody
    /// check a guess.
    pub fn hash_token(&self, purpose: &str, token: &str) -> String {
        let key = self.root.key().derive("oxpi token key 1", &[purpose.as_bytes()]);
        crate::token::hex(&sodium::mac(&key, token.as_bytes()))
    }

    /// Names the root key without telling it. Store it at first start, then
    /// [`Vault::check_fingerprint`] at every later one.
    pub fn fingerprint(&self) -> String {
        crate::token::hex(&self.root.key().code("oxpi root key fingerprint 1", &[]))
    }

    /// Refuses a root key other than the one whose fingerprint was stored.
    pub fn check_fingerprint(&self, stored: &str) -> Result<(), Error> {
        if self.fingerprint() == stored { Ok(()) } else { Err(Error::WrongRootKey) }
    }
}
