//! What an attacker who can write to the database may try. Every attempt is a typed error.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::error::Error as StdError;

use domain::{Secret, TenantId};
use oxpi_vault::{self as vault, Error, Label, RootKey, Vault, WrappedKey};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn StdError>>;

const PLAIN: &[u8] = b"a refresh token";

fn tenant(n: u8) -> TenantId {
    format!("0190a0b0-0000-7000-8000-0000000000{n:02x}").parse().expect("an id")
}

fn vault(byte: u8) -> Vault {
    Vault::new(RootKey::from_secret(&Secret::new(vec![byte; 32])).expect("32 bytes"))
}

fn label(tenant: &TenantId) -> Label<'_> {
    Label { tenant, owner: "acme", name: "refresh-token", record: "r1", version: 3 }
}

fn sealed(vault: &Vault, tenant: &TenantId) -> Result<(WrappedKey, Vec<u8>), Error> {
    let key = vault.new_data_key(tenant, 1, 7)?;
    let envelope = vault.seal(&key, &label(tenant), &Secret::new(PLAIN.to_vec()))?;
    Ok((key, envelope))
}

/// A `Result<Secret, _>` can't be printed, on purpose; only its error can.
fn refusal(result: Result<Secret, Error>) -> Option<Error> {
    result.err()
}

#[test]
fn what_was_sealed_opens_and_two_seals_differ() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (key, envelope) = sealed(&vault, &tenant)?;
    assert_eq!(vault.open(&key, &label(&tenant), &envelope)?.expose(), PLAIN);
    let again = vault.seal(&key, &label(&tenant), &Secret::new(PLAIN.to_vec()))?;
    assert_ne!(envelope, again);
    assert!(!envelope.windows(PLAIN.len()).any(|part| part == PLAIN));
    Ok(())
}

#[test]
fn the_empty_secret_seals_too() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let key = vault.new_data_key(&tenant, 1, 7)?;
    let envelope = vault.seal(&key, &label(&tenant), &Secret::new(Vec::new()))?;
    assert!(vault.open(&key, &label(&tenant), &envelope)?.is_empty());
    Ok(())
}

#[test]
fn a_row_of_another_tenant_does_not_open() -> Outcome {
    let (vault, one, other) = (vault(1), tenant(1), tenant(2));
    let (key, envelope) = sealed(&vault, &one)?;
    let others_key = vault.new_data_key(&other, 1, 7)?;
    assert_eq!(refusal(vault.open(&others_key, &label(&other), &envelope)), Some(Error::Refused));
    assert_eq!(refusal(vault.open(&key, &label(&other), &envelope)), Some(Error::Refused));
    assert_eq!(refusal(vault.open(&others_key, &label(&one), &envelope)), Some(Error::Refused));
    Ok(())
}

#[test]
fn a_row_of_another_name_record_owner_or_version_does_not_open() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (key, envelope) = sealed(&vault, &tenant)?;
    let right = label(&tenant);
    for wrong in [
        Label { owner: "acme2", ..right },
        Label { name: "access-token", ..right },
        Label { record: "r2", ..right },
        Label { record: "", ..right },
        Label { version: 2, ..right },
        Label { version: 4, ..right },
    ] {
        assert_eq!(refusal(vault.open(&key, &wrong, &envelope)), Some(Error::Refused), "{wrong:?}");
    }
    Ok(())
}

#[test]
fn labels_that_read_the_same_when_joined_are_not_the_same() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let key = vault.new_data_key(&tenant, 1, 7)?;
    let one = Label { tenant: &tenant, owner: "a", name: "bc", record: "d", version: 1 };
    let envelope = vault.seal(&key, &one, &Secret::new(PLAIN.to_vec()))?;
    for other in [
        Label { owner: "ab", name: "c", ..one },
        Label { name: "bcd", record: "", ..one },
        Label { owner: "", name: "abc", ..one },
        Label { owner: "a\0", ..one },
    ] {
        assert_eq!(refusal(vault.open(&key, &other, &envelope)), Some(Error::Refused), "{other:?}");
    }
    Ok(())
}

#[test]
fn a_label_without_measure_is_refused() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let key = vault.new_data_key(&tenant, 1, 7)?;
    let long = "x".repeat(1025);
    let label = Label { name: &long, ..label(&tenant) };
    let result = vault.seal(&key, &label, &Secret::new(PLAIN.to_vec()));
    assert_eq!(result.err(), Some(Error::LabelTooLong { max: 1024 }));
    Ok(())
}

#[test]
fn every_truncation_and_every_addition_is_refused() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (key, envelope) = sealed(&vault, &tenant)?;
    for len in 0..envelope.len() {
        let result = refusal(vault.open(&key, &label(&tenant), &envelope[..len]));
        assert!(matches!(result, Some(Error::Refused | Error::Malformed(_))), "{len}: {result:?}");
    }
    for extra in 0..=u8::MAX {
        let longer = [envelope.as_slice(), &[extra]].concat();
        assert_eq!(refusal(vault.open(&key, &label(&tenant), &longer)), Some(Error::Refused));
    }
    for len in 0..key.as_bytes().len() {
        let result = WrappedKey::from_bytes(&key.as_bytes()[..len]);
        assert!(matches!(result, Err(Error::Malformed(_))), "{len}");
    }
    Ok(())
}

#[test]
fn every_flipped_bit_is_refused() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (key, envelope) = sealed(&vault, &tenant)?;
    for bit in 0..envelope.len() * 8 {
        let mut bent = envelope.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let result = refusal(vault.open(&key, &label(&tenant), &bent));
        let expected = match bit / 8 {
            0 => matches!(result, Some(Error::UnknownFormat { .. })),
            1..=4 => matches!(result, Some(Error::OtherKey { given: 7, .. })),
            _ => matches!(result, Some(Error::Refused)),
        };
        assert!(expected, "bit {bit}: {result:?}");
    }
    for bit in 0..key.as_bytes().len() * 8 {
        let mut bent = key.as_bytes().to_vec();
        bent[bit / 8] ^= 1 << (bit % 8);
        let opened = WrappedKey::from_bytes(&bent)
            .and_then(|bent| vault.open(&bent, &label(&tenant), &envelope));
        assert!(refusal(opened).is_some(), "bit {bit} of the wrapped key");
    }
    Ok(())
}

#[test]
fn a_lowered_format_is_refused() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (key, mut envelope) = sealed(&vault, &tenant)?;
    envelope[0] = 0;
    let result = refusal(vault.open(&key, &label(&tenant), &envelope));
    assert!(matches!(result, Some(Error::UnknownFormat { format: 0, .. })), "{result:?}");
    let mut wrapped = key.as_bytes().to_vec();
    wrapped[0] = 0;
    let result = WrappedKey::from_bytes(&wrapped);
    assert!(matches!(result, Err(Error::UnknownFormat { format: 0, .. })));
    Ok(())
}

#[test]
fn another_root_key_opens_nothing_and_is_known_at_once() -> Outcome {
    let (right, wrong, tenant) = (vault(1), vault(2), tenant(1));
    let (key, envelope) = sealed(&right, &tenant)?;
    assert_eq!(refusal(wrong.open(&key, &label(&tenant), &envelope)), Some(Error::Refused));
    let stored = right.fingerprint();
    assert_eq!(right.check_fingerprint(&stored), Ok(()));
    assert_eq!(wrong.check_fingerprint(&stored), Err(Error::WrongRootKey));
    Ok(())
}

#[test]
fn a_swapped_data_key_does_not_open() -> Outcome {
    let (vault, tenant) = (vault(1), tenant(1));
    let (_, envelope) = sealed(&vault, &tenant)?;
    let same_id = vault.new_data_key(&tenant, 1, 7)?;
    assert_eq!(refusal(vault.open(&same_id, &label(&tenant), &envelope)), Some(Error::Refused));
    let later = vault.new_data_key(&tenant, 1, 8)?;
    assert_eq!(
        refusal(vault.open(&later, &label(&tenant), &envelope)),
        Some(Error::OtherKey { sealed_with: 7, given: 8 })
    );
    assert_eq!(vault::key_id(&envelope), Ok(7));
    Ok(())
}

#[test]
fn a_data_key_moves_to_a_new_epoch_and_still_opens() -> Outcome {
    let (vault, tenant, other) = (vault(1), tenant(1), tenant(2));
    let (key, envelope) = sealed(&vault, &tenant)?;
    let moved = vault.rewrap(&tenant, &key, 2)?;
    assert_eq!((moved.epoch(), moved.key_id()), (2, 7));
    assert_eq!(vault.open(&moved, &label(&tenant), &envelope)?.expose(), PLAIN);
    assert_eq!(vault.open(&key, &label(&tenant), &envelope)?.expose(), PLAIN);
    assert_eq!(vault.rewrap(&other, &key, 2), Err(Error::Refused));
    Ok(())
}

#[test]
fn codes_fit_their_purpose_tenant_and_data_only() {
    let (vault, one, other) = (vault(1), tenant(1), tenant(2));
    let code = vault.mac("audit", Some(&one), b"entry");
    assert!(vault.mac_fits("audit", Some(&one), b"entry", &code));
    assert!(!vault.mac_fits("audit", Some(&other), b"entry", &code));
    assert!(!vault.mac_fits("audit", None, b"entry", &code));
    assert!(!vault.mac_fits("cache", Some(&one), b"entry", &code));
    assert!(!vault.mac_fits("audit", Some(&one), b"entrx", &code));
    assert!(!vault.mac_fits("audit", Some(&one), b"entry", &code[..31]));
    assert_ne!(vault.derive("a").expose(), vault.derive("b").expose());
    assert_ne!(vault.hash_token("session", "t"), vault.hash_token("invitation", "t"));
    assert_ne!(vault.hash_token("session", "t"), self::vault(2).hash_token("session", "t"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes_never_open_and_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (vault, tenant) = (vault(1), tenant(1));
        let key = vault.new_data_key(&tenant, 1, 7).expect("a key");
        prop_assert!(vault.open(&key, &label(&tenant), &bytes).is_err());
        let headed = [&[1, 0, 0, 0, 7], bytes.as_slice()].concat();
        prop_assert!(vault.open(&key, &label(&tenant), &headed).is_err());
        if let Ok(wrapped) = WrappedKey::from_bytes(&bytes) {
            prop_assert!(vault.rewrap(&tenant, &wrapped, 1).is_err());
        }
    }

    #[test]
    fn any_secret_comes_back_under_its_own_label(
        plain in prop::collection::vec(any::<u8>(), 0..300),
        owner in ".{0,20}", name in ".{0,20}", record in ".{0,20}", version: u64,
    ) {
        let (vault, tenant) = (vault(1), tenant(1));
        let key = vault.new_data_key(&tenant, 4, 9).expect("a key");
        let label =
            Label { tenant: &tenant, owner: &owner, name: &name, record: &record, version };
        let sealed = vault.seal(&key, &label, &Secret::new(plain.clone())).expect("sealed");
        let opened = vault.open(&key, &label, &sealed).expect("opened");
        prop_assert_eq!(opened.expose(), &plain[..]);
    }
}
