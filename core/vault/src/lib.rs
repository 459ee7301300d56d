//! Seals and opens secrets, hashes passwords, derives keys. No database, no HTTP.
//!
//! Root key -> tenant key (by tenant and epoch) -> data key (random, stored wrapped) -> subkey of
//! one record -> XChaCha20-Poly1305 with a key commitment. The caller stores wrapped keys and
//! envelopes; neither tells anything without the root key. Invariant: `sodium.rs` alone names the library that
//! does the arithmetic, and no type that holds a secret can be printed or serialized.

mod envelope;
mod error;
mod gate;
mod keys;
mod label;
mod manifest;
mod passphrase;
pub mod password;
mod recent;
mod root_key;
mod signer;
mod sodium;
mod stream;
pub mod token;
mod vault;

pub use error::{Error, RootKeyError};
pub use keys::WrappedKey;
pub use label::Label;
pub use manifest::{BUCKETS, Bucket, Finding, Place, Root, RowCode};
pub use passphrase::SealedRootKey;
pub use root_key::{CredentialSource, FileSource, RootKey, RootKeySource, VariableSource};
pub use signer::{BadPublicKey, PublicKey, SIGNATURE_LEN, Signer};
pub use stream::{FRAME_LEN, Opener, STREAM_HEAD_LEN, Sealer, sealed_len};
pub use vault::{Vault, key_id};
