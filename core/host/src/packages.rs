//! Plugins on disk: folders, and package files.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use runtime::Package;
use runtime::manifest::Manifest;
use runtime::package::EXTENSION;

/// Bytes of a package file at most; the format has the exact limit.
const BYTES_MAX: u64 = 96 << 20;

/// How a plugin lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A package with its publisher's signature.
    Signed,
    /// A package without: a copy of a folder's version, for businesses that still have it.
    Unsigned,
}

/// A plugin that was found.
pub struct Found {
    /// Its folder or file.
    pub path: PathBuf,
    /// Which of the two.
    pub kind: Kind,
    /// What it says of itself, or why that can't be read.
    pub manifest: Result<Manifest, String>,
}

/// The plugins directly below a folder, sorted by name; none when there is no such folder.
pub fn find(folder: &Path) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().filter_map(found).collect()
}

fn found(path: PathBuf) -> Option<Found> {
    if path.join("plugin.toml").is_file() {
        return Some(Found { manifest: read(&path), kind: Kind::Folder, path });
    }
    if path.extension().is_none_or(|extension| extension != EXTENSION) || !path.is_file() {
        return None;
    }
    let package = read_file(&path).map_err(|error| format!("{error:#}"));
    let package = package.and_then(|bytes| Package::read(&bytes).map_err(|e| e.to_string()));
    let is_signed = package.as_ref().is_ok_and(Package::is_signed);
    let kind = if is_signed { Kind::Signed } else { Kind::Unsigned };
    Some(Found { manifest: package.map(|package| package.manifest().clone()), kind, path })
}

fn read(dir: &Path) -> Result<Manifest, String> {
    let path = dir.join("plugin.toml");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    Manifest::parse(&text).map_err(|error| format!("plugin.toml, {error}"))
}

/// A package file's bytes.
pub fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.is_dir() {
        bail!("{} is a folder and no plugin package", path.display());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes))
        .with_context(|| format!("{} can't be read", path.display()))?;
    Ok(bytes)
}

/// Writes a package file, which appears whole or stays as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let written = File::create(&part)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&part, path));
    written.with_context(|| format!("{} can't be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = anyhow::Result<()>;

    #[test]
    fn a_broken_manifest_and_a_broken_package_are_found_with_what_is_wrong() -> Outcome {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("broken"))?;
        fs::write(folder.path().join("broken/plugin.toml"), "[plugin]\nnonsense")?;
        fs::create_dir(folder.path().join("no-package"))?;
        fs::write(folder.path().join("half-1.0.0.oxpi"), "half")?;
        let found = find(folder.path());
        assert_eq!(found.len(), 2);
        let told = |at: usize| found[at].manifest.as_ref().err().cloned().unwrap_or_default();
        assert!(told(0).contains("line"), "{}", told(0));
        assert!(told(1).contains("no plugin package"), "{}", told(1));
        assert!(find(&folder.path().join("nowhere")).is_empty());
        Ok(())
    }
}
