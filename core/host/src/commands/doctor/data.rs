//! The data folder and the root key.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vault::{RootKey, RootKeyError};

use super::Finding;
use crate::config::Config;
use crate::config::vault::Source;
use crate::{handed, root_key, terminal};

const FOLDER: &str = "data folder";
const KEY: &str = "root key";

/// Is it there, ours alone and writable?
pub fn folder(dir: &Path) -> Vec<Finding> {
    let shown = dir.display();
    let found = match fs::metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let what = format!("{shown} is not there yet; it is made at the first start");
            return vec![Finding::good(FOLDER, what)];
        }
        Err(error) => {
            let mend =
                "give the user who runs oxpi access to it, or set data.dir to another folder";
            return vec![Finding::wrong(FOLDER, format!("{shown}: {error}"), mend)];
        }
        Ok(found) => found,
    };
    if !found.is_dir() {
        let what = format!("{shown} is not a folder");
        return vec![Finding::wrong(FOLDER, what, "set data.dir to a folder")];
    }
    let mut findings = vec![writable(dir)];
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        findings.push(Finding::unwise(
            FOLDER,
            format!("other users of this machine can look into {shown} (mode {mode:04o})"),
            format!("run: chmod 0700 {shown}"),
        ));
    }
    findings
}

fn writable(dir: &Path) -> Finding {
    match tempfile_in(dir) {
        Ok(()) => Finding::good(FOLDER, format!("{} is writable", dir.display())),
        Err(error) => Finding::wrong(
            FOLDER,
            format!("nothing can be written to {}: {error}", dir.display()),
            format!("run as root: chown -R USER {} (the user who runs oxpi)", dir.display()),
        ),
    }
}

fn tempfile_in(dir: &Path) -> std::io::Result<()> {
    let path = dir.join(format!(".doctor-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(path)
}

/// The root key, as far as it can be told without the database.
pub fn root_key(config: &Config) -> (Finding, Option<RootKey>) {
    if handed::was_handed() || config.vault.source == Source::Credential {
        return elsewhere(config);
    }
    if config.vault.source == Source::Passphrase {
        return passphrase(config);
    }
    let path = config.data.root_key();
    match RootKey::load(&path) {
        Ok(key) => (Finding::good(KEY, format!("{} is sound", path.display())), Some(key)),
        Err(RootKeyError::Missing(_)) => {
            let what =
                format!("{} is not there yet; it is made at the first start", path.display());
            (Finding::good(KEY, what), None)
        }
        Err(error) => (Finding::wrong(KEY, error.to_string(), mend(&error)), None),
    }
}

/// A key that is not in the data folder: in a variable, or with the service manager.
fn elsewhere(config: &Config) -> (Finding, Option<RootKey>) {
    let source = match root_key::source(config) {
        Ok(Some(source)) => source,
        Ok(None) => return passphrase(config),
        Err(error) => {
            let mend = "start oxpi by systemd with the credential, or set vault.source";
            return (Finding::wrong(KEY, error.to_string(), mend), None);
        }
    };
    match source.load() {
        Ok(key) => {
            let finding = match source.warning() {
                Some(what) => {
                    Finding::unwise(KEY, what, "write it to root.key in data.dir, mode 0400")
                }
                None => Finding::good(KEY, format!("{} is sound", source.place())),
            };
            (finding, Some(key))
        }
        Err(error) => (Finding::wrong(KEY, error.to_string(), mend(&error)), None),
    }
}

/// A key behind a passphrase, which is asked where there is somebody to ask.
fn passphrase(config: &Config) -> (Finding, Option<RootKey>) {
    let sealed = match root_key::sealed(config) {
        Ok(sealed) => sealed,
        Err(error) => {
            return (Finding::wrong(KEY, format!("{error:#}"), "run: oxpi vault passphrase"), None);
        }
    };
    let asked = terminal::ask("Passphrase of this installation, to look at the vault too: ");
    match asked.and_then(|passphrase| root_key::open(&sealed, &passphrase)) {
        Ok(key) => (Finding::good(KEY, "behind its passphrase"), Some(key)),
        Err(error) => {
            let what = format!("it stays closed, so the vault isn't looked at: {error:#}");
            (Finding::unwise(KEY, what, "run it again with the right passphrase"), None)
        }
    }
}

fn mend(error: &RootKeyError) -> String {
    match error {
        RootKeyError::OpenToOthers { path, .. } => format!(
            "run: chmod 0400 {}; if others used this machine, treat what it protects as seen",
            path.display()
        ),
        RootKeyError::SymbolicLink(path) => {
            format!("replace the link {} by the file it points to", path.display())
        }
        RootKeyError::Io { .. } => {
            "the user who runs oxpi must own the file: chown it, then chmod 0400".to_owned()
        }
        _ => "put the right file back from a backup".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::rng::SystemRng;

    use super::*;

    fn config(dir: &Path) -> Config {
        let mut config = Config::default();
        config.data.dir = dir.to_owned();
        config
    }

    #[test]
    fn a_fresh_place_is_well() -> std::io::Result<()> {
        let parent = tempfile::tempdir()?;
        let dir = parent.path().join("data");
        assert!(folder(&dir).iter().all(Finding::is_good));
        assert!(!dir.exists(), "looking makes nothing");
        let (finding, key) = root_key(&config(&dir));
        assert!(finding.is_good() && key.is_none());
        Ok(())
    }

    #[test]
    fn a_file_in_its_place_is_wrong() -> std::io::Result<()> {
        let parent = tempfile::tempdir()?;
        let dir = parent.path().join("data");
        fs::write(&dir, "")?;
        assert!(folder(&dir)[0].is_wrong_and_mended_by("data.dir"));
        Ok(())
    }

    #[test]
    fn a_folder_open_to_others_is_unwise() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))?;
        let findings = folder(dir.path());
        let open = findings.iter().find(|f| f.what.contains("0755")).expect("a finding");
        assert!(open.mend.as_deref().is_some_and(|mend| mend.contains("chmod 0700")));
        Ok(())
    }

    #[test]
    fn a_key_open_to_others_is_wrong_with_the_mend() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let config = config(dir.path());
        RootKey::load_or_create(&config.data.root_key(), &SystemRng)?;
        assert!(root_key(&config).0.is_good());
        fs::set_permissions(config.data.root_key(), fs::Permissions::from_mode(0o644))?;
        let (finding, key) = root_key(&config);
        assert!(finding.is_wrong_and_mended_by("chmod 0400") && key.is_none());
        Ok(())
    }
}
