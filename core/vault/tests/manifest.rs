//! The manifest's parts fit their tenant, place, moment and content only.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use domain::{Secret, TenantId};
use oxpi_vault::{Bucket, Error, Finding, Label, Root, RootKey, Vault};

const ALTERED: Error = Error::Tampered(Finding::ManifestAltered);

fn tenant(n: u8) -> TenantId {
    format!("0190a0b0-0000-7000-8000-0000000000{n:02x}").parse().expect("an id")
}

fn vault(byte: u8) -> Vault {
    Vault::new(RootKey::from_secret(&Secret::new(vec![byte; 32])).expect("32 bytes"))
}

fn label(tenant: &TenantId) -> Label<'_> {
    Label { tenant, owner: "acme", name: "tokens", record: "r1", version: 3 }
}

fn bucket(vault: &Vault, tenant: &TenantId) -> Bucket {
    let mut bucket = Bucket::default();
    for record in ["r1", "r2", "r3"] {
        let label = Label { record, ..label(tenant) };
        let code = vault.row_code(&label, 1, record.as_bytes()).expect("a code");
        bucket.put(vault.place(&label).expect("a place"), code);
    }
    bucket
}

#[test]
fn a_root_comes_back_for_its_tenant_and_key_only() {
    let (vault, one) = (vault(1), tenant(1));
    let mut root = Root::new(41, 6);
    root.counter += 1;
    root.touch(7);
    let stored = vault.sign_root(&one, &root);
    let read = vault.open_root(&one, &stored).expect("a root");
    assert_eq!(read, root);
    assert_eq!((read.counter, read.active_key), (42, 6));
    assert_eq!((read.bucket_counter(7), read.bucket_counter(8)), (42, 0));
    assert_eq!(vault.open_root(&tenant(2), &stored), Err(ALTERED));
    assert_eq!(self::vault(2).open_root(&one, &stored), Err(ALTERED));
}

#[test]
fn a_bucket_comes_back_at_its_place_and_moment_only() {
    let (vault, one) = (vault(1), tenant(1));
    let bucket = bucket(&vault, &one);
    let stored = vault.sign_bucket(&one, 9, 5, &bucket);
    assert_eq!(vault.open_bucket(&one, 9, 5, &stored), Ok(bucket));
    assert_eq!(vault.open_bucket(&one, 9, 4, &stored), Err(ALTERED), "an older moment");
    assert_eq!(vault.open_bucket(&one, 8, 5, &stored), Err(ALTERED), "another bucket");
    assert_eq!(vault.open_bucket(&tenant(2), 9, 5, &stored), Err(ALTERED), "another tenant");
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let (vault, one) = (vault(1), tenant(1));
    let root = vault.sign_root(&one, &Root::new(4, 1));
    let bucket = vault.sign_bucket(&one, 9, 5, &bucket(&vault, &one));
    for len in 0..root.len() {
        assert_eq!(vault.open_root(&one, &root[..len]), Err(ALTERED), "{len}");
    }
    for bit in 0..root.len() * 8 {
        let mut bent = root.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(vault.open_root(&one, &bent), Err(ALTERED), "bit {bit}");
    }
    for len in 0..bucket.len() {
        assert_eq!(vault.open_bucket(&one, 9, 5, &bucket[..len]), Err(ALTERED), "{len}");
    }
    for bit in 0..bucket.len() * 8 {
        let mut bent = bucket.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(vault.open_bucket(&one, 9, 5, &bent), Err(ALTERED), "bit {bit}");
    }
}

#[test]
fn a_row_s_code_covers_all_that_is_stored_and_its_place_all_but_the_version() {
    let (vault, one) = (vault(1), tenant(1));
    let right = label(&one);
    let code = |label: &Label<'_>, key_id, envelope| vault.row_code(label, key_id, envelope);
    let (row, place) = (code(&right, 1, b"sealed"), vault.place(&right));
    let other = tenant(2);
    for wrong in [
        Label { tenant: &other, ..right },
        Label { owner: "acme2", ..right },
        Label { name: "token", record: "sr1", ..right },
        Label { record: "r2", ..right },
    ] {
        assert_ne!(code(&wrong, 1, b"sealed"), row, "{wrong:?}");
        assert_ne!(vault.place(&wrong), place, "{wrong:?}");
    }
    assert_ne!(code(&Label { version: 2, ..right }, 1, b"sealed"), row);
    assert_ne!(code(&right, 2, b"sealed"), row);
    assert_ne!(code(&right, 1, b"sealer"), row);
    assert_eq!(vault.place(&Label { version: 2, ..right }), place);
}

#[test]
fn a_counter_s_line_can_not_be_written_by_hand() {
    let (vault, one) = (vault(1), tenant(1));
    let line = vault.sign_counter(&one, 17);
    assert_eq!(vault.open_counter(&one, &line), Some(17));
    assert_eq!(vault.open_counter(&tenant(2), &line), None);
    assert_eq!(vault.open_counter(&one, &line.replacen("17", "16", 1)), None);
    for len in 0..line.len() - 1 {
        assert_eq!(vault.open_counter(&one, &line[..len]), None, "{len}");
    }
}
