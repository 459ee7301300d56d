//! What a sealed secret is bound to, and the one way this crate turns several values into bytes.

use domain::TenantId;

use crate::Error;

/// The longest text a label may hold in one part.
const PART_MAX: usize = 1024;

/// Where a secret belongs. It opens under an equal label only, so a row copied to another tenant,
/// name or record, or an old version put back, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The tenant whose secret it is.
    pub tenant: &'a TenantId,
    /// The plugin or provider it is for.
    pub owner: &'a str,
    /// Which secret of the owner, such as `client-secret`.
    pub name: &'a str,
    /// The record it belongs to, such as a connection's id; may be empty.
    pub record: &'a str,
    /// Counts up with every change of this secret.
    pub version: u64,
}

impl Label<'_> {
    /// The parts that choose the subkey: all but the version.
    pub(crate) fn place(&self) -> Result<[&[u8]; 4], Error> {
        let parts = [self.tenant.as_str(), self.owner, self.name, self.record];
        if parts.iter().any(|part| part.len() > PART_MAX) {
            return Err(Error::LabelTooLong { max: PART_MAX });
        }
        Ok(parts.map(str::as_bytes))
    }
}

/// Joins parts so that no two different lists give the same bytes: how many, then each one after
/// its length, numbers in eight bytes with the highest first.
pub(crate) fn canonical(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + parts.iter().map(|part| 8 + part.len()).sum::<usize>());
    bytes.extend_from_slice(&(parts.len() as u64).to_be_bytes());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moving_a_byte_between_parts_changes_the_bytes() {
        assert_ne!(canonical(&[b"ab", b"c"]), canonical(&[b"a", b"bc"]));
        assert_ne!(canonical(&[b"abc"]), canonical(&[b"abc", b""]));
        assert_ne!(canonical(&[]), canonical(&[b""]));
    }

    proptest! {
        #[test]
        fn only_equal_lists_give_equal_bytes(
            one in prop::collection::vec(prop::collection::vec(0u8..3, 0..4), 0..4),
            other in prop::collection::vec(prop::collection::vec(0u8..3, 0..4), 0..4),
        ) {
            let bytes = |list: &Vec<Vec<u8>>| {
                canonical(&list.iter().map(Vec::as_slice).collect::<Vec<_>>())
            };
            prop_assert_eq!(one == other, bytes(&one) == bytes(&other));
        }
    }
}
