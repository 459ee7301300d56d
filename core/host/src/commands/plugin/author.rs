//! What a publisher does: a key, a package, a signature.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use domain::Secret;
use domain::rng::SystemRng;
use runtime::{Package, PluginFiles, PublisherSecret};

use crate::packages;

/// Makes a key's file; one that is there is never overwritten.
pub fn key(file: &Path) -> anyhow::Result<()> {
    let secret = PublisherSecret::generate(&SystemRng);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut made = made.with_context(|| format!("{} can't be made", file.display()))?;
    made.write_all(secret.to_text().expose())?;
    made.sync_all()?;
    println!(
        "Your key is in {}. Keep a copy in a safe place, and give it to nobody.",
        file.display()
    );
    println!("Put this line into the [plugin] part of plugin.toml:");
    println!("publisher_key = \"{}\"", secret.public());
    println!("Its fingerprint, for those who ask: {}", secret.public().fingerprint());
    Ok(())
}

fn read_key(file: &Path) -> anyhow::Result<PublisherSecret> {
    let about = fs::metadata(file).with_context(|| format!("{} can't be read", file.display()))?;
    if about.permissions().mode() & 0o077 != 0 {
        bail!("{} can be read by others; run: chmod 600 {0}", file.display());
    }
    let text = Secret::new(fs::read(file)?);
    PublisherSecret::from_text(&text).with_context(|| format!("{} holds no key", file.display()))
}

/// Packs a folder.
pub fn pack(dir: &Path, out: &Path, key: Option<&Path>) -> anyhow::Result<()> {
    let none = || format!("{} is no plugin's folder", dir.display());
    let mut package =
        Package::new(PluginFiles::read(dir).with_context(none)?).with_context(none)?;
    if let Some(key) = key {
        package.sign(&read_key(key)?)?;
    }
    let file = if out.is_dir() { out.join(package.file_name()) } else { out.to_owned() };
    packages::write_file(&file, &package.to_bytes()?)?;
    let signed = if package.is_signed() { "signed" } else { "not signed yet" };
    println!("{} ({signed}, contents {})", file.display(), package.hash());
    Ok(())
}

/// Signs a package in its place.
pub fn sign(file: &Path, key: &Path) -> anyhow::Result<()> {
    let mut package = read(file)?;
    package.sign(&read_key(key)?)?;
    packages::write_file(file, &package.to_bytes()?)?;
    println!("{} is signed.", file.display());
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Package> {
    Package::read(&packages::read_file(file)?)
        .with_context(|| format!("{} is no plugin package", file.display()))
}

/// Says what a package is; fails when nobody signed it.
pub fn verify(file: &Path) -> anyhow::Result<ExitCode> {
    let package = read(file)?;
    let about = &package.manifest().plugin;
    println!("{} {} by {}", about.id, about.version, about.publisher);
    println!("contents {}", package.hash());
    match package.publisher_key() {
        Some(key) if package.is_signed() => {
            println!("signed with {key}");
            println!("fingerprint {}", key.fingerprint());
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            println!("not signed");
            Ok(ExitCode::FAILURE)
        }
    }
}
