//! Streams: what was sealed opens whatever the pieces, and nothing else does.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::error::Error as StdError;

use domain::{Secret, TenantId};
use oxpi_vault::{
    Error, FRAME_LEN, Label, Opener, RootKey, STREAM_HEAD_LEN, Sealer, Vault, WrappedKey,
    sealed_len,
};
use proptest::prelude::*;

type Outcome<T = ()> = Result<T, Box<dyn StdError>>;

const SEALED_FRAME: usize = FRAME_LEN + 17;

struct House {
    vault: Vault,
    tenant: TenantId,
    key: WrappedKey,
}

fn house() -> Outcome<House> {
    let vault = Vault::new(RootKey::from_secret(&Secret::new(vec![5; 32]))?);
    let tenant: TenantId = "0190a0b0-0000-7000-8000-000000000001".parse()?;
    let key = vault.new_data_key(&tenant, 1, 7)?;
    Ok(House { vault, tenant, key })
}

impl House {
    fn label(&self) -> Label<'_> {
        Label { tenant: &self.tenant, owner: "documents", name: "body", record: "d1", version: 1 }
    }

    fn seal(&self, plain: &[u8], piece: usize) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let (mut sealer, head) = self.vault.seal_stream(&self.key, &self.label())?;
        let mut body = Vec::new();
        for piece in plain.chunks(piece) {
            body.extend(sealer.push(piece)?);
        }
        body.extend(sealer.finish()?);
        Ok((head.to_vec(), body))
    }

    fn open(&self, head: &[u8], body: &[u8], piece: usize) -> Result<Vec<u8>, Error> {
        self.open_as(&self.key, &self.label(), head, body, piece)
    }

    fn open_as(
        &self,
        key: &WrappedKey,
        label: &Label<'_>,
        head: &[u8],
        body: &[u8],
        piece: usize,
    ) -> Result<Vec<u8>, Error> {
        let mut opener = self.vault.open_stream(key, label, head)?;
        let mut plain = Vec::new();
        for piece in body.chunks(piece) {
            plain.extend_from_slice(opener.push(piece)?.expose());
        }
        plain.extend_from_slice(opener.finish()?.expose());
        Ok(plain)
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 251) as u8).collect()
}

#[test]
fn every_length_around_a_frame_comes_back() -> Outcome {
    let house = house()?;
    let edges = [0, 1, FRAME_LEN - 1, FRAME_LEN, FRAME_LEN + 1, 2 * FRAME_LEN, 3 * FRAME_LEN + 5];
    for len in edges {
        let plain = bytes(len);
        let (head, body) = house.seal(&plain, 10_000)?;
        assert_eq!(head.len(), STREAM_HEAD_LEN);
        assert_eq!(body.len() as u64, sealed_len(len as u64), "{len}");
        assert_eq!(house.open(&head, &body, 7_777)?, plain, "{len}");
    }
    Ok(())
}

#[test]
fn a_sealed_stream_shows_nothing_and_no_two_are_equal() -> Outcome {
    let house = house()?;
    let plain = b"the contract says".repeat(8_000);
    let (one, other) = (house.seal(&plain, 1 << 20)?, house.seal(&plain, 1 << 20)?);
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, other.1);
    assert!(!one.1.windows(17).any(|part| part == b"the contract says"));
    assert_eq!(house.open(&other.0, &one.1, 999).err(), Some(Error::Refused));
    Ok(())
}

#[test]
fn a_cut_or_lengthened_body_is_refused() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(&bytes(2 * FRAME_LEN + 40), 1 << 20)?;
    // Every cut in the last frame and around each border; cuts elsewhere go the same way.
    let cuts = (2 * SEALED_FRAME - 20..body.len()).chain(SEALED_FRAME - 20..SEALED_FRAME + 40);
    for len in cuts.chain(0..40) {
        assert_eq!(house.open(&head, &body[..len], 50_000).err(), Some(Error::Refused), "{len}");
    }
    for more in [1, 17, 40, SEALED_FRAME] {
        let longer = [&body[..], &vec![7; more]].concat();
        assert_eq!(house.open(&head, &longer, 50_000).err(), Some(Error::Refused), "{more}");
    }
    let twice = [&body[..], &body[..]].concat();
    assert_eq!(house.open(&head, &twice, 50_000).err(), Some(Error::Refused));
    Ok(())
}

#[test]
fn frames_in_another_order_doubled_or_left_out_are_refused() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(&bytes(3 * FRAME_LEN + 40), 1 << 20)?;
    let frames: Vec<&[u8]> = body.chunks(SEALED_FRAME).collect();
    let orders: [&[usize]; 6] =
        [&[1, 0, 2, 3], &[0, 2, 1, 3], &[0, 0, 1, 2, 3], &[0, 2, 3], &[3], &[0, 1, 2]];
    for order in orders {
        let bent: Vec<u8> = order.iter().flat_map(|at| frames[*at]).copied().collect();
        assert_eq!(house.open(&head, &bent, 1 << 20).err(), Some(Error::Refused), "{order:?}");
    }
    Ok(())
}

#[test]
fn every_flipped_bit_of_a_small_stream_is_refused() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(b"a short document", 5)?;
    for bit in 0..body.len() * 8 {
        let mut bent = body.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(house.open(&head, &bent, 4).err(), Some(Error::Refused), "bit {bit}");
    }
    for bit in 0..head.len() * 8 {
        let mut bent = head.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(house.open(&bent, &body, 4).is_err(), "bit {bit} of the head");
    }
    for len in 0..head.len() {
        assert!(house.open(&head[..len], &body, 4).is_err(), "head of {len}");
    }
    Ok(())
}

#[test]
fn a_head_belongs_to_one_label_one_key_and_is_no_secret() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(b"a short document", 5)?;
    let right = house.label();
    let refused = Some(Error::Refused);
    for wrong in [
        Label { record: "d2", ..right },
        Label { version: 2, ..right },
        Label { owner: "other", ..right },
    ] {
        assert_eq!(house.open_as(&house.key, &wrong, &head, &body, 9).err(), refused, "{wrong:?}");
    }
    let other = house.vault.new_data_key(&house.tenant, 1, 7)?;
    assert_eq!(house.open_as(&other, &right, &head, &body, 9).err(), refused);
    // Taken for a secret it would give its key away.
    assert_eq!(house.vault.open(&house.key, &right, &head).err(), refused);
    let secret = house.vault.seal(&house.key, &right, &Secret::new(vec![1; 56]))?;
    assert_eq!(house.open(&secret, &body, 9).err(), refused);
    Ok(())
}

#[test]
fn rotation_changes_the_head_and_leaves_the_body() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(b"a short document", 5)?;
    let later = house.vault.new_data_key(&house.tenant, 1, 8)?;
    let moved = house.vault.reseal_stream(&house.key, &later, &house.label(), &head)?;
    assert_eq!(oxpi_vault::key_id(&moved), Ok(8));
    assert_eq!(house.open_as(&later, &house.label(), &moved, &body, 9)?, b"a short document");
    Ok(())
}

#[test]
fn a_stream_s_secret_opens_its_body_and_no_other() -> Outcome {
    let (mut sealer, secret) = Sealer::begin()?;
    let body = [sealer.push(b"a short document")?, sealer.finish()?].concat();
    let mut opener = Opener::begin(&secret)?;
    assert!(opener.push(&body)?.is_empty());
    assert_eq!(opener.finish()?.expose(), b"a short document");
    let (_, other) = Sealer::begin()?;
    let mut opener = Opener::begin(&other)?;
    opener.push(&body)?;
    assert_eq!(opener.finish().err(), Some(Error::Refused));
    for len in [0, 31, 32, 55, 57] {
        assert!(Opener::begin(&Secret::new(vec![1; len])).is_err(), "{len}");
    }
    Ok(())
}

#[test]
fn after_a_refusal_nothing_more_opens() -> Outcome {
    let house = house()?;
    let (head, body) = house.seal(&bytes(2 * FRAME_LEN), 1 << 20)?;
    let mut opener = house.vault.open_stream(&house.key, &house.label(), &head)?;
    let mut bent = body.clone();
    bent[3] ^= 1;
    assert_eq!(opener.push(&bent[..SEALED_FRAME + 1]).err(), Some(Error::Refused));
    assert!(opener.push(&body).is_err());
    assert_eq!(opener.finish().err(), Some(Error::Refused));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_size_make_one_body(
        len in 0usize..200_000, seal_by in 1usize..150_000, open_by in 1usize..150_000,
    ) {
        let house = house().expect("a house");
        let plain = bytes(len);
        let (head, body) = house.seal(&plain, seal_by).expect("sealed");
        prop_assert_eq!(house.open(&head, &body, open_by).expect("opened"), plain);
    }

    #[test]
    fn arbitrary_bodies_never_open(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let house = house().expect("a house");
        let (head, _) = house.seal(b"", 1).expect("sealed");
        prop_assert_eq!(house.open(&head, &body, 99).err(), Some(Error::Refused));
    }
}
