//! The manifest: what secrets a tenant has, so that a row that is gone, that came back or that is
//! an older one is noticed although each row opens by itself.
//!
//! A secret's place decides its bucket, one of [`BUCKETS`]; a bucket lists a code for every secret
//! in it; the root names the state of every bucket, the key that seals what is new, and a counter
//! that only goes up. Changing or checking one secret touches the root and one bucket, however many
//! secrets there are. Codes are made with keys that come from the root key, so whoever can only
//! write to the database can't make a list that fits, and can only put back a whole older state,
//! which the counter, kept outside the database too, gives away.

use std::sync::Arc;

use domain::TenantId;

use crate::Error;
use crate::keys::Key;
use crate::label::{Label, canonical};
use crate::sodium::{self, MAC_LEN};
use crate::vault::Vault;

/// Into how many buckets a tenant's secrets fall.
pub const BUCKETS: usize = 256;

const FORMAT: u8 = 1;
const ROOT: &str = "manifest";
const BUCKET: &str = "manifest's bucket";
const PLACE_LEN: usize = 16;
const ENTRY_LEN: usize = PLACE_LEN + MAC_LEN;
const ROOT_LEN: usize = 1 + 8 + 4 + 8 * BUCKETS;

/// What an attack, or a broken disk, did to stored secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// There is no manifest.
    ManifestMissing,
    /// The manifest, or a bucket of it, is not one that was made here for this place.
    ManifestAltered,
    /// The manifest is older than one that was there before.
    RolledBack,
    /// A secret that should be there is not.
    SecretDeleted,
    /// A secret is there that should not be.
    SecretUnlisted,
    /// A secret's row is not the one that was stored last.
    SecretReplaced,
    /// A data key that is needed is not there.
    KeyMissing,
}

impl Finding {
    /// A word for it, for audit entries and translation keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManifestMissing => "manifest-missing",
            Self::ManifestAltered => "manifest-altered",
            Self::RolledBack => "rolled-back",
            Self::SecretDeleted => "secret-deleted",
            Self::SecretUnlisted => "secret-unlisted",
            Self::SecretReplaced => "secret-replaced",
            Self::KeyMissing => "key-missing",
        }
    }
}

/// Where a secret stands in its tenant's manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place([u8; PLACE_LEN]);

impl Place {
    /// Its bucket.
    pub const fn bucket(&self) -> u8 {
        self.0[0]
    }
}

/// Fits one row of one secret: place, version, key and envelope.
pub type RowCode = [u8; MAC_LEN];

/// The manifest's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Goes up with every change; a new secret's version is the counter after it.
    pub counter: u64,
    /// The data key that seals what is new.
    pub active_key: u32,
    buckets: Box<[u64; BUCKETS]>,
}

impl Root {
    /// The root of a tenant without secrets.
    pub fn new(counter: u64, active_key: u32) -> Self {
        Self { counter, active_key, buckets: Box::new([0; BUCKETS]) }
    }

    /// The counter's value when the bucket last changed; 0 for one that never did.
    pub fn bucket_counter(&self, bucket: u8) -> u64 {
        self.buckets[usize::from(bucket)]
    }

    /// Notes that the bucket changed with the counter as it stands now.
    pub fn touch(&mut self, bucket: u8) {
        self.buckets[usize::from(bucket)] = self.counter;
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ROOT_LEN + MAC_LEN);
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes.extend_from_slice(&self.active_key.to_be_bytes());
        self.buckets.iter().for_each(|at| bytes.extend_from_slice(&at.to_be_bytes()));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: &[u8; ROOT_LEN] = bytes.try_into().map_err(|_| Error::Malformed(ROOT))?;
        if bytes[0] != FORMAT {
            return Err(Error::UnknownFormat { what: ROOT, format: bytes[0] });
        }
        let mut root = Self::new(number(&bytes[1..9]), 0);
        // Four bytes, so it fits.
        root.active_key = u32::try_from(number(&bytes[9..13])).unwrap_or_default();
        for (at, bytes) in root.buckets.iter_mut().zip(bytes[13..].chunks_exact(8)) {
            *at = number(bytes);
        }
        Ok(root)
    }
}

/// The codes of the secrets in one bucket, by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket(std::collections::BTreeMap<Place, RowCode>);

impl Bucket {
    /// The code of the row that should stand at a place.
    pub fn find(&self, place: &Place) -> Option<&RowCode> {
        self.0.get(place)
    }

    /// Lists a row.
    pub fn put(&mut self, place: Place, code: RowCode) {
        self.0.insert(place, code);
    }

    /// Forgets a row.
    pub fn remove(&mut self, place: &Place) {
        self.0.remove(place);
    }

    /// Everything in it, by place.
    pub fn entries(&self) -> impl Iterator<Item = (Place, RowCode)> + '_ {
        self.0.iter().map(|(place, code)| (*place, *code))
    }

    /// How many secrets are in it.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        for (place, code) in &self.0 {
            bytes.extend_from_slice(&place.0);
            bytes.extend_from_slice(code);
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let (format, entries) = bytes.split_first().ok_or(Error::Malformed(BUCKET))?;
        if *format != FORMAT {
            return Err(Error::UnknownFormat { what: BUCKET, format: *format });
        }
        let entries = entries.chunks_exact(ENTRY_LEN);
        if !entries.remainder().is_empty() {
            return Err(Error::Malformed(BUCKET));
        }
        let mut bucket = Self::default();
        for entry in entries {
            let (mut place, mut code) = ([0; PLACE_LEN], [0; MAC_LEN]);
            place.copy_from_slice(&entry[..PLACE_LEN]);
            code.copy_from_slice(&entry[PLACE_LEN..]);
            bucket.put(Place(place), code);
        }
        Ok(bucket)
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

impl Vault {
    fn manifest_key(&self, tenant: &TenantId) -> Arc<Key> {
        let make = || self.root().derive("oxpi manifest key 1", &[tenant.as_str().as_bytes()]);
        self.recent.key(tenant, make)
    }

    /// Where a secret stands; its version doesn't matter.
    pub fn place(&self, label: &Label<'_>) -> Result<Place, Error> {
        let code = self.manifest_key(label.tenant).code("place", &label.place()?);
        let mut place = [0; PLACE_LEN];
        place.copy_from_slice(&code[..PLACE_LEN]);
        Ok(Place(place))
    }

    /// The code of a secret's row as it is stored.
    pub fn row_code(
        &self,
        label: &Label<'_>,
        key_id: i64,
        envelope: &[u8],
    ) -> Result<RowCode, Error> {
        let [tenant, owner, name, record] = label.place()?;
        let (version, key_id) = (label.version.to_be_bytes(), key_id.to_be_bytes());
        let parts: [&[u8]; 7] = [tenant, owner, name, record, &version, &key_id, envelope];
        Ok(self.manifest_key(label.tenant).code("row", &parts))
    }

    /// The root as it is stored: with its code.
    pub fn sign_root(&self, tenant: &TenantId, root: &Root) -> Vec<u8> {
        let mut bytes = root.to_bytes();
        let code = self.manifest_key(tenant).code("root", &[&bytes]);
        bytes.extend_from_slice(&code);
        bytes
    }

    /// Reads a stored root.
    ///
    /// # Errors
    /// [`Finding::ManifestAltered`] for one that was not made here for this tenant.
    pub fn open_root(&self, tenant: &TenantId, stored: &[u8]) -> Result<Root, Error> {
        if self.recent.knows_root(tenant, stored) {
            return Root::from_bytes(&stored[..stored.len() - MAC_LEN]);
        }
        let key = self.manifest_key(tenant);
        let root = Root::from_bytes(checked(stored, |bytes| key.code("root", &[bytes]))?)?;
        self.recent.note_root(tenant, stored);
        Ok(root)
    }

    /// A bucket as it is stored: with the code of the place and the moment it belongs to.
    pub fn sign_bucket(&self, tenant: &TenantId, at: u8, counter: u64, bucket: &Bucket) -> Vec<u8> {
        let mut bytes = bucket.to_bytes();
        let code = self.bucket_code(tenant, at, counter, &bytes);
        bytes.extend_from_slice(&code);
        bytes
    }

    /// Reads a stored bucket, which must be the one of this place and moment.
    ///
    /// # Errors
    /// [`Finding::ManifestAltered`] for another one.
    pub fn open_bucket(
        &self,
        tenant: &TenantId,
        at: u8,
        counter: u64,
        stored: &[u8],
    ) -> Result<Bucket, Error> {
        let bucket = checked(stored, |bytes| self.bucket_code(tenant, at, counter, bytes))?;
        Bucket::from_bytes(bucket)
    }

    fn bucket_code(&self, tenant: &TenantId, at: u8, counter: u64, bytes: &[u8]) -> RowCode {
        self.manifest_key(tenant).code("bucket", &[&[at], &counter.to_be_bytes(), bytes])
    }

    /// A line for a counter that is kept outside the database.
    pub fn sign_counter(&self, tenant: &TenantId, counter: u64) -> String {
        format!("{counter} {}\n", crate::token::hex(&self.counter_code(tenant, counter)))
    }

    /// Reads such a line; `None` for one that was not made here for this tenant.
    pub fn open_counter(&self, tenant: &TenantId, line: &str) -> Option<u64> {
        let (counter, code) = line.trim_end().split_once(' ')?;
        let counter = counter.parse().ok()?;
        let mut given = [0; MAC_LEN];
        crate::token::unhex(code.as_bytes(), &mut given)?;
        sodium::same_mac(&given, &self.counter_code(tenant, counter)).then_some(counter)
    }

    fn counter_code(&self, tenant: &TenantId, counter: u64) -> RowCode {
        let bytes = canonical(&[b"counter", &counter.to_be_bytes()]);
        self.manifest_key(tenant).code("outside", &[&bytes])
    }
}

/// The bytes before their code, if it fits them.
fn checked(stored: &[u8], code: impl Fn(&[u8]) -> RowCode) -> Result<&[u8], Error> {
    let altered = Error::Tampered(Finding::ManifestAltered);
    let (bytes, given) = stored.split_last_chunk::<MAC_LEN>().ok_or(altered)?;
    if sodium::same_mac(given, &code(bytes)) { Ok(bytes) } else { Err(altered) }
}
