//! Where the root key comes from, by the configuration; a variable overrides it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use domain::Secret;
use domain::rng::SystemRng;
use store::Db;
use vault::{
    CredentialSource, FileSource, RootKey, RootKeyError, RootKeySource, SealedRootKey,
    VariableSource,
};

use crate::config::vault::Source;
use crate::config::{Config, ROOT_KEY};
use crate::{handed, terminal};

/// The folder in which systemd puts credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Whether somebody must be asked for a passphrase.
pub fn is_asked_for(config: &Config) -> bool {
    config.vault.source == Source::Passphrase && !handed::was_handed()
}

/// Where a key can be read without asking anybody; `None` where a passphrase is needed. The text of a
/// variable is handed out once in a process's life.
pub fn source(config: &Config) -> anyhow::Result<Option<Box<dyn RootKeySource>>> {
    if handed::was_handed() {
        let text = handed::take_text().context("the root key was read already")?;
        return Ok(Some(Box::new(VariableSource::new(ROOT_KEY, text))));
    }
    Ok(match config.vault.source {
        Source::File => {
            Some(Box::new(FileSource::new(config.data.root_key(), Arc::new(SystemRng))))
        }
        Source::Credential => {
            let folder = std::env::var_os(CREDENTIALS).map(PathBuf::from).with_context(|| {
                format!(
                    "vault.source is \"credential\", but there is no {CREDENTIALS}: start oxpi by \
                     systemd with LoadCredential= or LoadCredentialEncrypted=oxpi-root-key:FILE"
                )
            })?;
            Some(Box::new(CredentialSource::new(&folder)))
        }
        Source::Passphrase => None,
    })
}

/// The key, if it can be read without asking; never makes one.
pub fn present(config: &Config) -> Option<RootKey> {
    if config.vault.source == Source::File && !handed::was_handed() {
        return RootKey::load(&config.data.root_key()).ok();
    }
    source(config).ok().flatten()?.load().ok()
}

/// The key for a command that reads; asks for the passphrase where there is one, never makes a key.
pub fn existing(config: &Config) -> anyhow::Result<RootKey> {
    if is_asked_for(config) {
        return ask(config);
    }
    present(config).context("there is no root key that can be used: run oxpi doctor")
}

fn ask(config: &Config) -> anyhow::Result<RootKey> {
    let sealed = sealed(config)?;
    open(&sealed, &terminal::ask("Passphrase of this installation: ")?)
}

/// The file that a passphrase opens.
pub fn sealed(config: &Config) -> anyhow::Result<SealedRootKey> {
    let path = config.data.sealed_root_key();
    SealedRootKey::load(&path).map_err(|error| match error {
        RootKeyError::Missing(_) => anyhow::anyhow!(
            "vault.source is \"passphrase\", but there is no {}; run: oxpi vault passphrase",
            path.display()
        ),
        other => other.into(),
    })
}

/// The key for a command; asks for the passphrase where there is one. A new key is made only for a
/// database that holds nothing sealed with another.
pub async fn load(config: &Config, db: &Db) -> anyhow::Result<RootKey> {
    let Some(source) = source(config)? else { return ask(config) };
    if let Some(warning) = source.warning() {
        tracing::warn!("{warning}");
    }
    let is_file = config.vault.source == Source::File && !handed::was_handed();
    let missing =
        is_file && matches!(RootKey::load(&config.data.root_key()), Err(RootKeyError::Missing(_)));
    if missing && db.read(store::tenants::count).await? > 0 {
        bail!(
            "the root key {} is gone, but the database has businesses whose secrets only it opens; \
             put it back from a backup, or from another machine of this installation",
            config.data.root_key().display()
        );
    }
    Ok(source.load()?)
}

/// Opens the file with a passphrase.
pub fn open(sealed: &SealedRootKey, passphrase: &Secret) -> anyhow::Result<RootKey> {
    sealed.open(passphrase).map_err(|error| match error {
        vault::Error::Refused => anyhow::anyhow!("that is not the passphrase"),
        other => other.into(),
    })
}
