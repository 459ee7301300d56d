//! Plugin packages on disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use runtime::manifest::Manifest;

/// A package that was found.
pub struct Found {
    /// Its folder.
    pub dir: PathBuf,
    /// What it says of itself, or why that can't be read.
    pub manifest: Result<Manifest, String>,
}

/// The packages directly below a folder, sorted by name; none when there is no such folder.
pub fn find(folder: &Path) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    dirs.retain(|dir| dir.join("plugin.toml").is_file());
    dirs.sort();
    dirs.into_iter().map(|dir| Found { manifest: read(&dir), dir }).collect()
}

fn read(dir: &Path) -> Result<Manifest, String> {
    let path = dir.join("plugin.toml");
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    Manifest::parse(&text).map_err(|error| format!("plugin.toml, {error}"))
}

/// Copies a package to `place`, which appears whole or stays as it was.
pub fn copy(from: &Path, place: &Path) -> anyhow::Result<()> {
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        bail!("{} is no place for a package", place.display());
    };
    fs::create_dir_all(parent).with_context(|| format!("{} can't be made", parent.display()))?;
    let beside = |what: &str| parent.join(format!(".{}.{what}", name.to_string_lossy()));
    let (new, old) = (beside("new"), beside("old"));
    // What an interrupted installation left.
    remove(&new)?;
    if old.exists() && !place.exists() {
        fs::rename(&old, place)?;
    }
    copy_files(from, &new).with_context(|| format!("{} can't be copied", from.display()))?;
    if place.exists() {
        remove(&old)?;
        fs::rename(place, &old)?;
    }
    fs::rename(&new, place).with_context(|| format!("{} can't be made", place.display()))?;
    remove(&old)
}

fn remove(dir: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", dir.display()))
        }
        _ => Ok(()),
    }
}

/// Plain files and folders only: a link could bring in any file of this machine.
fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_files(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        } else {
            bail!("{} is neither a file nor a folder", entry.path().display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = anyhow::Result<()>;

    fn package(dir: &Path, text: &str) -> Outcome {
        fs::create_dir_all(dir.join("locales"))?;
        fs::write(dir.join("plugin.toml"), text)?;
        Ok(fs::write(dir.join("locales/en.ftl"), text)?)
    }

    #[test]
    fn a_copy_takes_the_place_of_the_former_one_whole() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (one, two, place) =
            (folder.path().join("1"), folder.path().join("2"), folder.path().join("p/acme"));
        package(&one, "one")?;
        fs::write(one.join("only-in-one"), "")?;
        package(&two, "two")?;
        copy(&one, &place)?;
        copy(&two, &place)?;
        assert_eq!(fs::read_to_string(place.join("locales/en.ftl"))?, "two");
        assert!(!place.join("only-in-one").exists());
        assert_eq!(fs::read_dir(folder.path().join("p"))?.count(), 1, "nothing is left beside it");
        Ok(())
    }

    #[test]
    fn an_installation_that_was_cut_short_is_put_right() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (new, place) = (folder.path().join("new"), folder.path().join("p/acme"));
        package(&new, "new")?;
        package(&folder.path().join("p/.acme.old"), "old")?;
        package(&folder.path().join("p/.acme.new"), "half")?;
        assert!(copy(&folder.path().join("nowhere"), &place).is_err());
        assert_eq!(fs::read_to_string(place.join("plugin.toml"))?, "old", "it is back");
        copy(&new, &place)?;
        assert_eq!(fs::read_to_string(place.join("plugin.toml"))?, "new");
        assert_eq!(fs::read_dir(folder.path().join("p"))?.count(), 1);
        Ok(())
    }

    #[test]
    fn a_link_in_a_package_is_refused_and_the_place_stays_as_it_was() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (one, bad, place) =
            (folder.path().join("1"), folder.path().join("2"), folder.path().join("p/acme"));
        package(&one, "one")?;
        package(&bad, "bad")?;
        std::os::unix::fs::symlink("/etc/passwd", bad.join("icon.svg"))?;
        copy(&one, &place)?;
        assert!(copy(&bad, &place).is_err());
        assert_eq!(fs::read_to_string(place.join("plugin.toml"))?, "one");
        Ok(())
    }

    #[test]
    fn a_broken_manifest_is_found_with_its_line() -> Outcome {
        let folder = tempfile::tempdir()?;
        package(&folder.path().join("broken"), "[plugin]\nnonsense")?;
        fs::create_dir(folder.path().join("no-package"))?;
        let found = find(folder.path());
        assert_eq!(found.len(), 1);
        let told = found[0].manifest.as_ref().err().cloned().unwrap_or_default();
        assert!(told.contains("line"), "{told}");
        assert!(find(&folder.path().join("nowhere")).is_empty());
        Ok(())
    }
}
