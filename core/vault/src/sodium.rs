//! The only file that names the cryptographic library (its upstream is retired, so a replacement
//! must touch nothing else; `tests/golden.rs` opens what this makes with other crates).
//!
//! Used of it: AEAD, secretstream, pwhash, auth, randombytes.

use std::sync::OnceLock;

use domain::Secret;
use sodiumoxide::crypto::aead::xchacha20poly1305_ietf as aead;
use sodiumoxide::crypto::auth::hmacsha512256 as auth;
use sodiumoxide::crypto::pwhash::argon2id13 as pwhash;
use sodiumoxide::crypto::secretstream::{self, Pull, Push, Tag};

use crate::Error;
use crate::keys::Key;

/// Bytes of a nonce of XChaCha20-Poly1305.
pub(crate) const NONCE_LEN: usize = aead::NONCEBYTES;
/// Bytes that encryption adds.
pub(crate) const TAG_LEN: usize = aead::TAGBYTES;
/// Bytes of a message authentication code.
pub(crate) const MAC_LEN: usize = auth::TAGBYTES;

/// Bytes of a stream's header.
pub(crate) const STREAM_HEADER_LEN: usize = secretstream::HEADERBYTES;
/// Bytes that sealing adds to a frame of a stream.
pub(crate) const FRAME_ADDS: usize = secretstream::ABYTES;

/// Argon2id passes (RFC 9106 calls it t).
pub(crate) const PASSWORD_PASSES: usize = 2;
/// Argon2id memory.
pub(crate) const PASSWORD_MEMORY_KIB: usize = 64 * 1024;

/// Starts the library; it is thread-safe only from then on.
fn start() -> Result<(), Error> {
    static STARTED: OnceLock<bool> = OnceLock::new();
    match STARTED.get_or_init(|| sodiumoxide::init().is_ok()) {
        true => Ok(()),
        false => Err(Error::Library("it did not start")),
    }
}

/// Fills `bytes` with random ones.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Error> {
    start()?;
    sodiumoxide::randombytes::randombytes_into(bytes);
    Ok(())
}

/// HMAC-SHA-512 cut to 256 bits.
pub(crate) fn mac(key: &Key, message: &[u8]) -> [u8; MAC_LEN] {
    auth::authenticate(message, &auth::Key(*key.bytes())).0
}

/// Compares two codes in a time that does not depend on them.
pub(crate) fn same_mac(one: &[u8; MAC_LEN], other: &[u8; MAC_LEN]) -> bool {
    auth::Tag(*one) == auth::Tag(*other)
}

/// Encrypts with XChaCha20-Poly1305 (IETF); the tag comes last.
pub(crate) fn encrypt(key: &Key, nonce: &[u8; NONCE_LEN], bound: &[u8], plain: &[u8]) -> Vec<u8> {
    aead::seal(plain, Some(bound), &aead::Nonce(*nonce), &aead::Key(*key.bytes()))
}

/// Decrypts what [`encrypt`] made with the same key, nonce and bound data.
pub(crate) fn decrypt(
    key: &Key,
    nonce: &[u8; NONCE_LEN],
    bound: &[u8],
    sealed: &[u8],
) -> Result<Secret, Error> {
    aead::open(sealed, Some(bound), &aead::Nonce(*nonce), &aead::Key(*key.bytes()))
        .map(Secret::new)
        .map_err(|()| Error::Refused)
}

/// Bytes of the salt of [`stretch`].
pub(crate) const SALT_LEN: usize = pwhash::SALTBYTES;

/// A key that costs Argon2id's work to make of a passphrase.
pub(crate) fn stretch(
    passphrase: &[u8],
    salt: &[u8; SALT_LEN],
    memory_kib: usize,
    passes: usize,
) -> Result<Key, Error> {
    start()?;
    let mut bytes = zeroize::Zeroizing::new([0; crate::keys::KEY_LEN]);
    let (passes, memory) = (pwhash::OpsLimit(passes), pwhash::MemLimit(memory_kib * 1024));
    pwhash::derive_key(bytes.as_mut(), passphrase, &pwhash::Salt(*salt), passes, memory)
        .map_err(|()| Error::Library("no memory for the passphrase"))?;
    Ok(Key::new(*bytes))
}

/// Hashes a password with Argon2id and a random salt, in the PHC text format.
pub(crate) fn hash_password(password: &[u8]) -> Result<String, Error> {
    start()?;
    let memory = pwhash::MemLimit(PASSWORD_MEMORY_KIB * 1024);
    let hash = pwhash::pwhash(password, pwhash::OpsLimit(PASSWORD_PASSES), memory)
        .map_err(|()| Error::Library("no memory to hash a password"))?;
    let text = hash.as_ref().split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8(text.to_vec()).map_err(|_| Error::Library("a password hash is not text"))
}

/// Whether the hash, in the PHC text format, is of this password.
pub(crate) fn verify_password(hash: &str, password: &[u8]) -> bool {
    let mut padded = [0u8; pwhash::HASHEDPASSWORDBYTES];
    // The library reads up to the first NUL, so one must remain.
    if hash.len() >= padded.len() || start().is_err() {
        return false;
    }
    padded[..hash.len()].copy_from_slice(hash.as_bytes());
    pwhash::pwhash_verify(&pwhash::HashedPassword(padded), password)
}

/// A stream being sealed, in its own place in memory so that moving it leaves no copy of its key.
pub(crate) struct SealingStream(Box<secretstream::Stream<Push>>);

/// A stream being opened.
pub(crate) struct OpeningStream(Box<secretstream::Stream<Pull>>);

impl SealingStream {
    /// Begins a stream; its header is random.
    pub(crate) fn begin(key: &Key) -> Result<(Self, [u8; STREAM_HEADER_LEN]), Error> {
        start()?;
        secretstream::Stream::init_push(&secretstream::Key(*key.bytes()))
            .map(|(stream, header)| (Self(Box::new(stream)), header.0))
            .map_err(|()| Error::Library("a stream could not be begun"))
    }

    /// Seals the next frame; after the last one the stream takes no more.
    pub(crate) fn push(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, Error> {
        let tag = if last { Tag::Final } else { Tag::Message };
        self.0.push(plain, None, tag).map_err(|()| Error::Library("the stream has ended"))
    }
}

impl OpeningStream {
    /// Begins to open the stream that has this header.
    pub(crate) fn begin(key: &Key, header: &[u8; STREAM_HEADER_LEN]) -> Result<Self, Error> {
        start()?;
        let (key, header) = (secretstream::Key(*key.bytes()), secretstream::Header(*header));
        secretstream::Stream::init_pull(&header, &key)
            .map(|stream| Self(Box::new(stream)))
            .map_err(|()| Error::Refused)
    }

    /// Opens the next frame, which must be the last one exactly if `last` says so.
    pub(crate) fn pull(&mut self, sealed: &[u8], last: bool) -> Result<Secret, Error> {
        let (plain, tag) = self.0.pull(sealed, None).map_err(|()| Error::Refused)?;
        let plain = Secret::new(plain);
        let expected = if last { Tag::Final } else { Tag::Message };
        if tag == expected { Ok(plain) } else { Err(Error::Refused) }
    }
}

// The library leaves a stream's key in memory; a new one derived from it takes its place. A stream
// that ended has done so by itself and says so by an error.
impl Drop for SealingStream {
    fn drop(&mut self) {
        let _already_replaced = self.0.rekey();
    }
}

impl Drop for OpeningStream {
    fn drop(&mut self) {
        let _already_replaced = self.0.rekey();
    }
}
