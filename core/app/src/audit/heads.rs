//! Signed heads: a line of text that says where a business's chain was at a time. The signature is
//! Ed25519 over every field, and each line holds the hash of the line before it, so that whoever has
//! a copy and the public key can check both without any of our secrets.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use vault::token::{hex, unhex};
use vault::{PublicKey, SIGNATURE_LEN, Signer, Vault};

use super::chain::{Place, Signed, canonical_of};

/// The most bytes a line may have.
pub const LINE_MAX: usize = 2_048;

/// What signs the heads of this installation.
pub fn signer(vault: &Vault) -> Signer {
    vault.signer("audit heads")
}

/// A head, read from its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The line's number in its log, from 1.
    pub line: u64,
    /// The hash of the line before it; zeros for the first.
    pub previous: [u8; 32],
    /// When it was signed.
    pub at: Timestamp,
    /// Whose chain.
    pub tenant: String,
    /// Where that was.
    pub place: Place,
}

/// As it is written: bytes as hexadecimal digits, time as RFC 3339.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    line: u64,
    previous: String,
    at: String,
    tenant: String,
    seq: i64,
    mac: String,
    digest: String,
    signature: String,
}

/// Why a line is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// It isn't one of ours.
    #[error("is no signed head")]
    Malformed,
    /// Somebody wrote or changed it who doesn't have the key.
    #[error("has a signature that does not fit")]
    Forged,
}

impl Head {
    fn covered(&self) -> Vec<u8> {
        canonical_of(&[
            b"oxpi audit head 1",
            &self.line.to_be_bytes(),
            &self.previous,
            &self.at.as_millis().to_be_bytes(),
            self.tenant.as_bytes(),
            &self.place.seq.to_be_bytes(),
            &self.place.mac,
            &self.place.digest,
        ])
    }

    /// The line, without its end.
    pub fn sign(&self, signer: &Signer) -> String {
        let written = Written {
            line: self.line,
            previous: hex(&self.previous),
            at: self.at.to_rfc3339(),
            tenant: self.tenant.clone(),
            seq: self.place.seq,
            mac: hex(&self.place.mac),
            digest: hex(&self.place.digest),
            signature: hex(&signer.sign(&self.covered())),
        };
        // A struct of texts and numbers has no way to fail.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads a line and checks its signature.
    pub fn read(line: &str, key: &PublicKey) -> Result<Self, BadLine> {
        let (head, signature) = parse(line).ok_or(BadLine::Malformed)?;
        // One head is one line: another spelling of the same would have another hash.
        if key.accepts(&head.covered(), &signature) { Ok(head) } else { Err(BadLine::Forged) }
    }

    /// What a walk along the chain compares with.
    pub fn signed(&self) -> Signed {
        Signed { seq: self.place.seq, at: self.at, mark: self.place.mark() }
    }
}

fn parse(line: &str) -> Option<(Head, [u8; SIGNATURE_LEN])> {
    if line.len() > LINE_MAX {
        return None;
    }
    let written: Written = serde_json::from_str(line).ok()?;
    let head = Head {
        line: written.line,
        previous: bytes(&written.previous)?,
        at: Timestamp::parse_rfc3339(&written.at)?,
        tenant: written.tenant,
        place: Place {
            seq: written.seq,
            mac: bytes::<32>(&written.mac)?.to_vec(),
            digest: bytes(&written.digest)?,
        },
    };
    Some((head, bytes(&written.signature)?))
}

fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    unhex(digits.as_bytes(), &mut bytes).map(|()| bytes)
}

/// What the next line calls this one.
pub fn hash(line: &str) -> [u8; 32] {
    Sha256::digest(line).into()
}
