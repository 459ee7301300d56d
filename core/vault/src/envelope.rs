//! The sealed form of a secret: format, key id (four bytes, highest first), nonce, commitment,
//! ciphertext with its tag.

use domain::Secret;

use crate::Error;
use crate::keys::{Key, commitment};
use crate::label::{Label, canonical};
use crate::sodium::{self, MAC_LEN, NONCE_LEN, TAG_LEN};

const FORMAT: u8 = 1;
const WHAT: &str = "sealed secret";
const NONCE_AT: usize = 1 + 4;
const COMMITMENT_AT: usize = NONCE_AT + NONCE_LEN;
const SEALED_AT: usize = COMMITMENT_AT + MAC_LEN;
/// Bytes that an envelope adds.
pub(crate) const ENVELOPE_ADDS: usize = SEALED_AT + TAG_LEN;

/// What is in an envelope: one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A secret.
    Secret,
    /// A stream's key and header.
    Stream,
}

impl Kind {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Secret => b"oxpi secret",
            Self::Stream => b"oxpi stream",
        }
    }
}

/// Everything an envelope is bound to. The format is in it, so that bytes of a later format can't
/// be passed off as this one.
fn bound(kind: Kind, format: u8, label: &Label<'_>, key_id: u32) -> Result<Vec<u8>, Error> {
    let [tenant, owner, name, record] = label.place()?;
    let (version, key_id) = (label.version.to_be_bytes(), key_id.to_be_bytes());
    Ok(canonical(&[kind.name(), &[format], tenant, owner, name, record, &version, &key_id]))
}

fn subkey(data_key: &Key, label: &Label<'_>) -> Result<Key, Error> {
    Ok(data_key.derive("oxpi record key 1", &label.place()?))
}

/// Which data key sealed these bytes.
pub(crate) fn key_id(envelope: &[u8]) -> Result<u32, Error> {
    match envelope.first() {
        Some(&FORMAT) => {}
        Some(&format) => return Err(Error::UnknownFormat { what: WHAT, format }),
        None => return Err(Error::Malformed(WHAT)),
    }
    if envelope.len() < SEALED_AT + TAG_LEN {
        return Err(Error::Malformed(WHAT));
    }
    let mut id = [0; 4];
    id.copy_from_slice(&envelope[1..NONCE_AT]);
    Ok(u32::from_be_bytes(id))
}

/// Seals a secret with a data key.
pub(crate) fn seal(
    kind: Kind,
    data_key: &Key,
    key_id: u32,
    label: &Label<'_>,
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    sodium::random(&mut nonce)?;
    seal_as((kind, FORMAT), data_key, key_id, label, &nonce, plain)
}

fn seal_as(
    (kind, format): (Kind, u8),
    data_key: &Key,
    key_id: u32,
    label: &Label<'_>,
    nonce: &[u8; NONCE_LEN],
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let bound = bound(kind, format, label, key_id)?;
    let mut envelope = Vec::with_capacity(SEALED_AT + plain.len() + TAG_LEN);
    envelope.push(format);
    envelope.extend_from_slice(&key_id.to_be_bytes());
    envelope.extend_from_slice(nonce);
    envelope.extend_from_slice(&commitment(data_key, nonce, &bound));
    envelope.extend_from_slice(&sodium::encrypt(&subkey(data_key, label)?, nonce, &bound, plain));
    Ok(envelope)
}

/// Opens an envelope that this data key sealed under an equal label.
pub(crate) fn open(
    kind: Kind,
    data_key: &Key,
    given: u32,
    label: &Label<'_>,
    envelope: &[u8],
) -> Result<Secret, Error> {
    let sealed_with = key_id(envelope)?;
    if sealed_with != given {
        return Err(Error::OtherKey { sealed_with, given });
    }
    let bound = bound(kind, FORMAT, label, given)?;
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&envelope[NONCE_AT..COMMITMENT_AT]);
    let mut stored = [0; MAC_LEN];
    stored.copy_from_slice(&envelope[COMMITMENT_AT..SEALED_AT]);
    if !sodium::same_mac(&stored, &commitment(data_key, &nonce, &bound)) {
        return Err(Error::Refused);
    }
    sodium::decrypt(&subkey(data_key, label)?, &nonce, &bound, &envelope[SEALED_AT..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_format_passed_off_as_this_one_is_refused() -> Result<(), Box<dyn std::error::Error>>
    {
        let tenant = "0190a0b0-0000-7000-8000-000000000001".parse()?;
        let label = Label { tenant: &tenant, owner: "o", name: "n", record: "", version: 1 };
        let key = Key::random()?;
        let mut envelope =
            seal_as((Kind::Secret, FORMAT + 1), &key, 7, &label, &[9; NONCE_LEN], b"plain")?;
        assert_eq!(
            open(Kind::Secret, &key, 7, &label, &envelope).err(),
            Some(Error::UnknownFormat { what: WHAT, format: FORMAT + 1 })
        );
        envelope[0] = FORMAT;
        assert_eq!(open(Kind::Secret, &key, 7, &label, &envelope).err(), Some(Error::Refused));
        Ok(())
    }

    #[test]
    fn a_ciphertext_moved_under_another_commitment_is_refused()
    -> Result<(), Box<dyn std::error::Error>> {
        // The commitment fits this key, the ciphertext does not: both must be checked.
        let tenant = "0190a0b0-0000-7000-8000-000000000001".parse()?;
        let label = Label { tenant: &tenant, owner: "o", name: "n", record: "", version: 1 };
        let (key, other) = (Key::random()?, Key::random()?);
        let mut envelope =
            seal_as((Kind::Secret, FORMAT), &key, 7, &label, &[9; NONCE_LEN], b"plain")?;
        let foreign =
            seal_as((Kind::Secret, FORMAT), &other, 7, &label, &[9; NONCE_LEN], b"plain")?;
        envelope[SEALED_AT..].copy_from_slice(&foreign[SEALED_AT..]);
        assert_eq!(open(Kind::Secret, &key, 7, &label, &envelope).err(), Some(Error::Refused));
        Ok(())
    }
}
