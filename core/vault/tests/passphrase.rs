//! A root key behind a passphrase.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use domain::Secret;
use domain::rng::SystemRng;
use oxpi_vault::{Error, RootKey, RootKeyError, SealedRootKey, Vault};

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn root() -> RootKey {
    RootKey::from_secret(&Secret::new(vec![9; 32])).expect("32 bytes")
}

fn fingerprint(key: RootKey) -> String {
    Vault::new(key).fingerprint()
}

#[test]
fn the_passphrase_opens_it_and_no_other_does() {
    let sealed = SealedRootKey::seal(&root(), &secret("four plain words here")).expect("sealed");
    let read = SealedRootKey::from_text(&sealed.to_text()).expect("its own text");
    let opened = read.open(&secret("four plain words here")).expect("opened");
    assert_eq!(fingerprint(opened), fingerprint(root()));
    for wrong in ["four plain words herE", "", "four plain words here "] {
        assert_eq!(read.open(&secret(wrong)).err(), Some(Error::Refused), "{wrong:?}");
    }
    assert!(!sealed.to_text().contains("0909"), "the key itself is not in the file");
}

#[test]
fn an_altered_file_opens_nothing() {
    let text = SealedRootKey::seal(&root(), &secret("four plain words here")).expect("s").to_text();
    // A digit of each value; every one of them costs a second to try.
    for name in ["salt", "nonce", "commitment", "sealed"] {
        let at = text.find(&format!("{name} = ")).expect("a line") + name.len() + 4;
        let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
        let mut bent = text.clone();
        bent.replace_range(at..=at, digit);
        let read = SealedRootKey::from_text(&bent).expect("still a file");
        let opened = read.open(&secret("four plain words here"));
        assert_eq!(opened.err(), Some(Error::Refused), "{name}");
    }
}

#[test]
fn a_file_that_asks_for_less_work_or_is_cut_is_no_file() {
    let text = SealedRootKey::seal(&root(), &secret("four plain words here")).expect("s").to_text();
    for (from, to) in [
        ("memory_kib = 262144", "memory_kib = 262143"),
        ("memory_kib = 262144", "memory_kib = 99999999"),
        ("passes = 3", "passes = 2"),
        ("passes = 3", "passes = 17"),
        ("root-key-1", "root-key-2"),
    ] {
        assert!(SealedRootKey::from_text(&text.replacen(from, to, 1)).is_none(), "{to}");
    }
    for len in 0..text.len() - 1 {
        assert!(SealedRootKey::from_text(&text[..len]).is_none(), "{len}");
    }
    assert!(SealedRootKey::from_text(&format!("{text}more")).is_none());
}

#[test]
fn the_file_is_private_and_a_new_passphrase_takes_its_place() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("root.sealed");
    assert!(matches!(SealedRootKey::load(&path).err(), Some(RootKeyError::Missing(_))));
    for words in ["four plain words here", "four other words here"] {
        let sealed = SealedRootKey::seal(&root(), &secret(words)).expect("sealed");
        sealed.save(&path, &SystemRng).expect("saved");
    }
    let loaded = SealedRootKey::load(&path).expect("loaded");
    assert!(loaded.open(&secret("four other words here")).is_ok());
    assert_eq!(loaded.open(&secret("four plain words here")).err(), Some(Error::Refused));
    let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o7777;
    assert_eq!(mode, 0o400);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("mode");
    assert!(matches!(SealedRootKey::load(&path).err(), Some(RootKeyError::OpenToOthers { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no draft stays");
}
