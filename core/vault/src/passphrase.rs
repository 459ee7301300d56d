//! The root key behind a passphrase: a file holds the key encrypted with what Argon2id makes of the
//! passphrase, so the file alone opens nothing and the passphrase can be changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use domain::{Rng, Secret};
use zeroize::Zeroizing;

use crate::keys::{KEY_LEN, Key, commitment};
use crate::label::canonical;
use crate::root_key::{self, RootKey};
use crate::sodium::{self, MAC_LEN, NONCE_LEN, SALT_LEN, TAG_LEN};
use crate::token::{hex, unhex};
use crate::{Error, RootKeyError};

/// Argon2id's memory for new files.
pub const MEMORY_KIB: usize = 256 * 1024;
/// Argon2id's passes for new files.
pub const PASSES: usize = 3;

/// A file that asks for more was not made here and would only stop the machine.
const MEMORY_KIB_MAX: usize = 4 * 1024 * 1024;
const PASSES_MAX: usize = 16;

const FIRST_LINE: &str = "oxpi-sealed-root-key-1";
const SEALED_LEN: usize = KEY_LEN + TAG_LEN;

/// A root key that a passphrase opens; its text may be kept beside the database.
pub struct SealedRootKey {
    memory_kib: usize,
    passes: usize,
    salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
    commitment: [u8; MAC_LEN],
    sealed: [u8; SEALED_LEN],
}

impl SealedRootKey {
    /// Seals a root key with a passphrase. Takes a second or so, and 256 MiB.
    pub fn seal(root: &RootKey, passphrase: &Secret) -> Result<Self, Error> {
        let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
        sodium::random(&mut salt)?;
        sodium::random(&mut nonce)?;
        let mut file = Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt,
            nonce,
            commitment: [0; MAC_LEN],
            sealed: [0; SEALED_LEN],
        };
        let key = file.key(passphrase)?;
        let bound = file.bound();
        let sealed = sodium::encrypt(&wrapping(&key), &nonce, &bound, root.key().bytes());
        file.commitment = commitment(&key, &nonce, &bound);
        file.sealed = sealed.try_into().map_err(|_| Error::Library("a sealed key's length"))?;
        Ok(file)
    }

    /// Opens it. Takes as long as sealing, whether the passphrase is right or not.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not, or when the file was altered.
    pub fn open(&self, passphrase: &Secret) -> Result<RootKey, Error> {
        let key = self.key(passphrase)?;
        let bound = self.bound();
        if !sodium::same_mac(&self.commitment, &commitment(&key, &self.nonce, &bound)) {
            return Err(Error::Refused);
        }
        let opened = sodium::decrypt(&wrapping(&key), &self.nonce, &bound, &self.sealed)?;
        RootKey::from_secret(&opened).map_err(|_| Error::Refused)
    }

    fn key(&self, passphrase: &Secret) -> Result<Key, Error> {
        sodium::stretch(passphrase.expose(), &self.salt, self.memory_kib, self.passes)
    }

    fn bound(&self) -> Vec<u8> {
        let (memory, passes) = (self.memory_kib as u64, self.passes as u64);
        let costs = [memory.to_be_bytes(), passes.to_be_bytes()].concat();
        canonical(&[b"oxpi sealed root key", &[1], &costs, &self.salt])
    }

    /// The text to keep: one `name = value` a line, bytes in hexadecimal.
    pub fn to_text(&self) -> String {
        format!(
            "{FIRST_LINE}\nmemory_kib = {}\npasses = {}\nsalt = {}\nnonce = {}\ncommitment = {}\n\
             sealed = {}\n",
            self.memory_kib,
            self.passes,
            hex(&self.salt),
            hex(&self.nonce),
            hex(&self.commitment),
            hex(&self.sealed),
        )
    }

    /// Reads such a text; `None` for anything else, also for one that a guesser would like better
    /// because it asks for less work.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(" = ");
        let file = Self {
            memory_kib: value("memory_kib")?.parse().ok()?,
            passes: value("passes")?.parse().ok()?,
            salt: bytes(value("salt")?)?,
            nonce: bytes(value("nonce")?)?,
            commitment: bytes(value("commitment")?)?,
            sealed: bytes(value("sealed")?)?,
        };
        let right = (MEMORY_KIB..=MEMORY_KIB_MAX).contains(&file.memory_kib)
            && (PASSES..=PASSES_MAX).contains(&file.passes)
            && lines.next().is_none();
        right.then_some(file)
    }

    /// Reads the file, with the same care as the plain root key's.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let text = root_key::read_private(path)?;
        let text = std::str::from_utf8(&text).ok();
        text.and_then(Self::from_text)
            .ok_or_else(|| RootKeyError::Malformed(path.display().to_string()))
    }

    /// Writes the file in the place of the one before, whole or not at all.
    pub fn save(&self, path: &Path, rng: &dyn Rng) -> Result<(), RootKeyError> {
        let failed = |source: io::Error| RootKeyError::Io {
            action: "write",
            path: PathBuf::from(path),
            source,
        };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut name = [0; 8];
        rng.fill(&mut name);
        let draft = folder.join(format!(".root-key-{}", hex(&name)));
        root_key::write_private(&draft, self.to_text().as_bytes()).map_err(failed)?;
        let renamed = fs::rename(&draft, path);
        if renamed.is_err() {
            let _nothing_to_remove = fs::remove_file(&draft);
        }
        renamed.map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

fn wrapping(key: &Key) -> Key {
    key.derive("oxpi passphrase wrapping key 1", &[])
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    let mut bytes = Zeroizing::new([0; N]);
    if text.len() != 2 * N {
        return None;
    }
    // In pieces of at most 32 bytes, which is what is read at once.
    for (to, from) in bytes.chunks_mut(32).zip(text.chunks(64)) {
        let mut padded = [b'0'; 64];
        padded[..from.len()].copy_from_slice(from);
        let mut read = [0; 32];
        unhex(&padded, &mut read)?;
        to.copy_from_slice(&read[..to.len()]);
    }
    Some(*bytes)
}
