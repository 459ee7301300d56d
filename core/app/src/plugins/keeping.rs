//! Package files on disk: each appears whole or not at all, whenever the machine stops.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use runtime::{Package, PluginFiles};

use super::admission::InstallError;

/// How a file that is still being written ends.
const PART: &str = ".part";
/// Bytes of a package at most; the format has the exact limit.
const BYTES_MAX: u64 = 96 << 20;
/// Held by whoever writes, so that nobody clears away what is being written.
const LOCK: &str = ".writing";

/// A package file's bytes.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts bytes into a file of the folder: written beside it, on disk, then renamed.
pub(super) fn write(place: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(place)?;
    let lock = lock_file(place)?;
    lock.lock()?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let part = place.join(format!(".{name}{PART}"));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&part, target));
    if written.is_err() {
        remove(&part);
    }
    written?;
    // The new name too must outlive a power cut.
    File::open(place)?.sync_all()
}

fn lock_file(place: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(place.join(LOCK))
}

/// Clears away what an interrupted installation left; not while another one is at work.
pub(super) fn clean(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    let is_part = |name: &str| name.starts_with('.') && name.ends_with(PART);
    let parts: Vec<_> = entries
        .flatten()
        .filter(|entry| is_part(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    if parts.is_empty() {
        return;
    }
    let Ok(lock) = lock_file(place) else { return };
    if lock.try_lock().is_ok() {
        parts.iter().for_each(|part| remove(part));
    }
}

/// Keeps a copy of a folder's version, unless the very same is there.
pub(super) fn keep_copy(place: &Path, files: PluginFiles) -> Result<(), InstallError> {
    let package = Package::new(files)?;
    let target = place.join(package.file_name());
    let there = read(&target).ok().and_then(|bytes| Package::read(&bytes).ok());
    if there.is_some_and(|there| there.hash() == package.hash()) {
        return Ok(());
    }
    Ok(write(place, &target, &package.to_bytes()?)?)
}

/// Renames a refused file of the instance's own folder, so that it is refused once and not at every
/// start.
pub(super) fn set_aside(place: Option<&Path>, path: &Path) {
    if place.is_some() && path.parent() == place {
        let mut aside = path.as_os_str().to_owned();
        aside.push(".refused");
        if let Err(error) = fs::rename(path, aside) {
            tracing::warn!(%error, "a refused package could not be set aside");
        }
    }
}

/// Removes a file; one that isn't there is fine.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }) {
        tracing::warn!(%error, path = %path.display(), "a file could not be removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_short_is_cleared_away_but_not_what_is_being_written() -> io::Result<()> {
        let place = tempfile::tempdir()?;
        let (part, whole) = (place.path().join(".a-1.0.0.oxpi.part"), place.path().join("a.oxpi"));
        fs::write(&part, "half")?;
        write(place.path(), &whole, b"whole")?;
        let busy = lock_file(place.path())?;
        busy.lock()?;
        clean(place.path());
        assert!(part.exists(), "somebody is writing");
        drop(busy);
        clean(place.path());
        assert!(!part.exists());
        assert_eq!(read(&whole)?, b"whole");
        Ok(())
    }
}
