//! Hashes, and keyed hashes with a secret that the host keeps.
//!
//! The key is a secret setting whose slot says so in the manifest:
//!
//! ```toml
//! [[slots]]
//! id = "signing"
//! secret = "signing_key"   # a setting with format = "password"
//! hmac = ["sha256"]
//! ```

use crate::bindings::oxpi::plugin::crypto as raw;
use crate::problem::Result;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Only for a provider that signs with nothing better.
    Sha1,
    /// The usual one.
    Sha256,
    /// The longer one.
    Sha512,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// The HMAC of these bytes with a slot's secret (RFC 2104).
pub fn hmac(slot: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
    raw::hmac_sign(slot, algorithm.name(), data)
}

/// Whether this is the HMAC of these bytes, compared in constant time.
pub fn hmac_fits(slot: &str, algorithm: Algorithm, data: &[u8], mac: &[u8]) -> Result<bool> {
    raw::hmac_verify(slot, algorithm.name(), data, mac)
}

/// The hash of these bytes.
pub fn hash(algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
    raw::hash(algorithm.name(), data)
}

/// Bytes as lower-case hex, as signatures are often written.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// Bytes of hex in either case; none when it is something else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back() {
        assert_eq!(hex(&[0, 0x9f, 0xff]), "009fff");
        assert_eq!(from_hex("009FfF"), Some(vec![0, 0x9f, 0xff]));
        assert_eq!([from_hex("0"), from_hex("zz"), from_hex("é")], [None, None, None]);
    }
}
