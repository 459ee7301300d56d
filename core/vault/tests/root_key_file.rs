//! The file that holds the root key: made once, refused when others could have read or placed it.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::error::Error as StdError;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;

use domain::Secret;
use domain::rng::{SeededRng, SystemRng};
use oxpi_vault::{
    CredentialSource, FileSource, RootKey, RootKeyError, RootKeySource, VariableSource, Vault,
};

type Outcome = Result<(), Box<dyn StdError>>;

fn fingerprint(key: RootKey) -> String {
    Vault::new(key).fingerprint()
}

#[test]
fn the_first_start_makes_a_file_that_only_its_owner_may_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("root.key");
    let made = fingerprint(RootKey::load_or_create(&path, &SystemRng)?);
    assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o7777, 0o400);
    assert_eq!(fingerprint(RootKey::load_or_create(&path, &SystemRng)?), made, "the same later");
    assert_eq!(fingerprint(RootKey::load(&path)?), made);
    assert_eq!(fs::read_dir(&folder)?.count(), 1, "no draft is left");
    Ok(())
}

#[test]
fn starts_at_the_same_time_end_with_one_key() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("root.key");
    let prints: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| RootKey::load_or_create(&path, &SystemRng).map(fingerprint)))
            .collect();
        starts.into_iter().map(|start| start.join().expect("no panic").expect("a key")).collect()
    });
    assert!(prints.iter().all(|print| *print == prints[0]));
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    Ok(())
}

#[test]
fn a_missing_file_is_said_so_when_none_may_be_made() -> Outcome {
    let folder = tempfile::tempdir()?;
    let result = RootKey::load(&folder.path().join("root.key"));
    assert!(matches!(result.err(), Some(RootKeyError::Missing(_))));
    Ok(())
}

#[test]
fn a_symbolic_link_is_refused_even_to_a_good_key() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (real, link) = (folder.path().join("real.key"), folder.path().join("root.key"));
    RootKey::load_or_create(&real, &SystemRng)?;
    symlink(&real, &link)?;
    let result = RootKey::load_or_create(&link, &SystemRng);
    assert!(matches!(result.err(), Some(RootKeyError::SymbolicLink(_))));
    Ok(())
}

#[test]
fn a_dangling_link_is_refused_and_nothing_is_made_behind_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (elsewhere, link) = (folder.path().join("elsewhere"), folder.path().join("root.key"));
    symlink(&elsewhere, &link)?;
    let result = RootKey::load_or_create(&link, &SystemRng);
    assert!(matches!(result.err(), Some(RootKeyError::SymbolicLink(_))));
    assert!(!elsewhere.exists());
    Ok(())
}

#[test]
fn a_file_open_to_others_is_refused_with_the_mend() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("root.key");
    RootKey::load_or_create(&path, &SystemRng)?;
    for mode in [0o440, 0o404, 0o420, 0o402, 0o401, 0o644, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        let error = RootKey::load(&path).err().expect("refused");
        assert!(matches!(error, RootKeyError::OpenToOthers { mode: m, .. } if m == mode));
        assert!(error.to_string().contains("chmod 0400"), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    assert!(RootKey::load(&path).is_ok());
    Ok(())
}

#[test]
fn a_folder_is_no_key() -> Outcome {
    let folder = tempfile::tempdir()?;
    let result = RootKey::load_or_create(folder.path(), &SystemRng);
    assert!(matches!(result.err(), Some(RootKeyError::NotAFile(_))));
    Ok(())
}

#[test]
fn other_contents_are_no_key() -> Outcome {
    let folder = tempfile::tempdir()?;
    let digits = "a".repeat(64);
    for (n, text) in [
        String::new(),
        digits.clone(),
        format!("oxpi-root-key-1:{}", &digits[1..]),
        format!("oxpi-root-key-1:{digits}a"),
        format!("oxpi-root-key-2:{digits}"),
        format!("oxpi-root-key-1:{}", "g".repeat(64)),
        "x".repeat(100_000),
    ]
    .iter()
    .enumerate()
    {
        let path = folder.path().join(n.to_string());
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400))?;
        let error = RootKey::load(&path).err().expect("refused");
        assert!(matches!(error, RootKeyError::Malformed(_)), "{n}");
        assert!(!error.to_string().contains("aaaa"), "no digit of it is told: {error}");
    }
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_told() -> Outcome {
    let folder = tempfile::tempdir()?;
    let result = RootKey::load_or_create(&folder.path().join("none/root.key"), &SystemRng);
    assert!(matches!(result.err(), Some(RootKeyError::Io { .. })));
    Ok(())
}

#[test]
fn sources_name_their_place_and_a_variable_warns() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("root.key");
    let file = FileSource::new(path.clone(), Arc::new(SeededRng::new(1)));
    assert!(file.load().is_ok() && file.warning().is_none());
    assert_eq!(file.place(), path.display().to_string());
    let text = Secret::from_text(std::fs::read_to_string(&path)?);
    let variable = VariableSource::new("OXPI_ROOT_KEY", text);
    assert!(variable.warning().is_some());
    assert_eq!(fingerprint(variable.load()?), fingerprint(file.load()?));
    let variable = VariableSource::new("OXPI_ROOT_KEY", Secret::from_text("x".to_owned()));
    assert!(matches!(variable.load().err(), Some(RootKeyError::Malformed(_))));
    Ok(())
}

#[test]
fn a_credential_of_the_service_manager_is_read_and_never_made() -> Outcome {
    let folder = tempfile::tempdir()?;
    let source = CredentialSource::new(folder.path());
    assert!(matches!(source.load().err(), Some(RootKeyError::Missing(_))));
    let path = folder.path().join("oxpi-root-key");
    let made = fingerprint(RootKey::load_or_create(&path, &SystemRng)?);
    assert_eq!(fingerprint(source.load()?), made);
    assert!(source.warning().is_none());
    Ok(())
}
