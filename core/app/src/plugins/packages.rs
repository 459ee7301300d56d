//! From folders and package files to loaded plugins, and from a publisher's package to an installed
//! one.
//!
//! A folder of a configured place is the operator's own and needs no signature. A package file must
//! be signed, at every start anew; the one exception is the copy that the instance itself keeps of a
//! folder's version, so that businesses can stay on it or go back when the folder has a newer one:
//! the database has its hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::PluginId;
use runtime::manifest::Version;
use runtime::package::EXTENSION;
use runtime::{Package, PackageError, Plugin, PluginFiles, PublisherKey};
use store::plugins::Origin;

use super::admission::{self, InstallError, Offered, admit};
use super::keeping;
use super::registry::Stamp;
use crate::App;
use crate::error::{Error, Result};

/// Loads what is new below these folders and among the installed packages: every folder's plugin,
/// and of package files the newest version of each plugin and those that some business has or can go
/// back to. A broken one is noted and left out.
pub async fn load_packages(app: &App, dirs: &[impl AsRef<Path>]) {
    let mut places: Vec<PathBuf> = dirs.iter().map(|dir| dir.as_ref().to_owned()).collect();
    if let Some(place) = app.plugins.place() {
        keeping::clean(place);
        if !places.iter().any(|dir| dir == place) {
            places.push(place.to_owned());
        }
    }
    let entries = places.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.join("plugin.toml").is_file()) {
        if app.plugins.is_new(path, stamp(&[path.join("plugin.toml"), path.join("plugin.wasm")]))
            && let Err(error) = load_folder(app, path).await
        {
            refuse(app, path, error).await;
        }
    }
    paths.retain(|path| path.extension().is_some_and(|e| e == EXTENSION) && path.is_file());
    let is_new = |path: &&PathBuf| app.plugins.is_new(path, stamp(&[path.to_path_buf()]));
    let new: Vec<&PathBuf> = paths.iter().filter(is_new).collect();
    if !new.is_empty() {
        load_files(app, &new).await;
    }
}

/// Leaves a package out, and tells why.
async fn refuse(app: &App, path: &Path, error: InstallError) {
    // What [`admit`] refused it has told of.
    if matches!(error, InstallError::Package(_) | InstallError::Load(_)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        admission::tell(app, &name, None, &error).await;
    }
    app.plugins.refuse(path, error.to_string());
}

fn stamp(files: &[PathBuf]) -> Stamp {
    let about = |file: &PathBuf| std::fs::metadata(file).ok();
    files.iter().filter_map(about).map(|about| (about.len(), about.modified().ok())).collect()
}

async fn load_folder(app: &App, folder: &Path) -> Result<(), InstallError> {
    let path = folder.to_owned();
    let files = blocking(move || Ok(PluginFiles::read(&path)?)).await?;
    let (engine, copy) = (app.engine.clone(), files.clone());
    // Compiling takes a while: not on a thread that serves.
    let plugin = blocking(move || Ok(engine.load_files(copy)?)).await?;
    let offered = Offered {
        about: plugin.manifest().plugin.clone(),
        hash: plugin.hash().to_owned(),
        origin: Origin::Folder,
        path: folder.to_string_lossy().into_owned(),
    };
    admit(app, offered, false).await?;
    if let Some(place) = app.plugins.place().map(Path::to_owned) {
        blocking(move || keeping::keep_copy(&place, files)).await?;
    }
    app.plugins.put(plugin);
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InstallError> + Send + 'static,
) -> Result<T, InstallError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| InstallError::App(Error::internal(error)))?
}

/// A package file that may be loaded.
struct Candidate {
    path: PathBuf,
    id: PluginId,
    version: Version,
    is_signed: bool,
}

async fn load_files(app: &App, paths: &[&PathBuf]) {
    let mut all = Vec::new();
    for path in paths {
        match read_file(app, path).await {
            Ok((candidate, offered)) => all.push((candidate, offered)),
            Err(error) => refuse(app, path, error).await,
        }
    }
    // Of several new versions none is a step down from a later one of the same batch.
    all.sort_by(|(a, _), (b, _)| (&a.id, a.version).cmp(&(&b.id, b.version)));
    let mut candidates = Vec::new();
    for (candidate, offered) in all {
        let admitted = match candidate.is_signed {
            true => admit(app, offered, false).await,
            false => is_own_copy(app, &offered).await,
        };
        match admitted {
            Ok(()) => candidates.push(candidate),
            Err(error) => {
                refuse(app, &candidate.path, error).await;
                keeping::set_aside(app.plugins.place(), &candidate.path);
            }
        }
    }
    if let Err(error) = load_needed(app, candidates).await {
        tracing::error!(%error, "installed plugins could not be read");
    }
}

async fn read_file(app: &App, path: &Path) -> Result<(Candidate, Offered), InstallError> {
    let file = path.to_owned();
    let package = blocking(move || Ok(Package::read(&keeping::read(&file)?)?)).await?;
    let is_ours = app.plugins.place().is_some_and(|place| path.parent() == Some(place));
    if !package.is_signed() && !is_ours {
        return Err(PackageError::Unsigned.into());
    }
    let about = package.manifest().plugin.clone();
    let candidate = Candidate {
        path: path.to_owned(),
        id: about.id.clone(),
        version: about.version,
        is_signed: package.is_signed(),
    };
    let offered = Offered {
        about,
        hash: package.hash(),
        origin: Origin::Package,
        path: path.to_string_lossy().into_owned(),
    };
    Ok((candidate, offered))
}

/// An unsigned file is the instance's own copy of a folder's version, or nothing to be trusted.
async fn is_own_copy(app: &App, offered: &Offered) -> Result<(), InstallError> {
    let (id, version) = (offered.about.id.clone(), offered.about.version.to_string());
    let row = app.db.inspect(move |c| store::plugins::find(c, &id, &version)).await?;
    match row {
        Some(row) if row.origin == Origin::Folder && row.hash == offered.hash => Ok(()),
        _ => Err(PackageError::Unsigned.into()),
    }
}

async fn load_needed(app: &App, candidates: Vec<Candidate>) -> Result<()> {
    let used = app.db.inspect(store::tenant_plugins::versions_in_use).await?;
    let mut newest: BTreeMap<PluginId, Version> = BTreeMap::new();
    for plugin in app.plugins.all() {
        newest.insert(plugin.id().clone(), plugin.manifest().plugin.version);
    }
    for candidate in &candidates {
        let version = newest.entry(candidate.id.clone()).or_insert(candidate.version);
        *version = (*version).max(candidate.version);
    }
    for candidate in candidates {
        let text = candidate.version.to_string();
        if app.plugins.find_version(&candidate.id, &text).is_some() {
            continue;
        }
        let is_newest = newest.get(&candidate.id) == Some(&candidate.version);
        if !is_newest && !used.contains(&(candidate.id.to_string(), text)) {
            if !candidate.is_signed {
                keeping::remove(&candidate.path);
            }
            continue;
        }
        let (engine, path) = (app.engine.clone(), candidate.path.clone());
        match blocking(move || load_file(&engine, &path)).await {
            Ok(plugin) => app.plugins.put(plugin),
            Err(error) => refuse(app, &candidate.path, error).await,
        }
    }
    Ok(())
}

fn load_file(engine: &runtime::Engine, path: &Path) -> Result<Plugin, InstallError> {
    let package = Package::read(&keeping::read(path)?)?;
    Ok(engine.load_files(package.into_files())?)
}

/// What was installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The plugin.
    pub id: PluginId,
    /// The version.
    pub version: Version,
    /// Its publisher's name.
    pub publisher: String,
    /// Its publisher's key.
    pub key: PublisherKey,
    /// Where it is kept.
    pub path: PathBuf,
}

/// Installs a publisher's package for the whole instance, at its operator's word: checks signature,
/// publisher, version and contents, compiles and links it, and only then puts the file in its place,
/// whole. Twice is once. A server that runs finds it by itself.
pub async fn install_package(
    app: &App,
    bytes: Vec<u8>,
    accept_new_publisher: bool,
) -> Result<Installed, InstallError> {
    let place = app.plugins.place().map(Path::to_owned);
    let place = place.ok_or_else(|| Error::internal("no folder for packages"))?;
    let (package, key) = match signed(&bytes) {
        Ok(signed) => signed,
        Err(error) => {
            admission::tell(app, "", None, &error).await;
            return Err(error);
        }
    };
    let about = package.manifest().plugin.clone();
    let path = place.join(package.file_name());
    let offered = Offered {
        about: about.clone(),
        hash: package.hash(),
        origin: Origin::Package,
        path: path.to_string_lossy().into_owned(),
    };
    let engine = app.engine.clone();
    if let Err(error) = blocking(move || Ok(engine.load_files(package.into_files())?)).await {
        admission::tell(app, about.id.as_str(), Some(&about), &error).await;
        return Err(error);
    }
    admit(app, offered, accept_new_publisher).await?;
    let target = path.clone();
    blocking(move || Ok(keeping::write(&place, &target, &bytes)?)).await?;
    Ok(Installed { id: about.id, version: about.version, publisher: about.publisher, key, path })
}

/// A package that somebody signed, and the key.
fn signed(bytes: &[u8]) -> Result<(Package, PublisherKey), InstallError> {
    let package = Package::read(bytes)?;
    let key = package.manifest().plugin.publisher_key.filter(|_| package.is_signed());
    Ok((package, key.ok_or(PackageError::Unsigned)?))
}

/// Removes installed packages of a plugin that no business has or can go back to; answers the
/// versions. With the last one its publisher is forgotten.
pub async fn remove_packages(
    app: &App,
    id: &PluginId,
    version: Option<Version>,
) -> Result<Vec<String>> {
    let id2 = id.clone();
    let removed = app
        .db
        .transact(move |c| -> Result<Vec<String>> {
            let used = store::tenant_plugins::versions_in_use(c)?;
            let mut removed = Vec::new();
            let mut left = 0;
            for row in store::plugins::list_of(c, &id2)? {
                let is_meant = version.is_none_or(|version| version.to_string() == row.version);
                let is_used = used.contains(&(id2.to_string(), row.version.clone()));
                if row.origin == Origin::Package && is_meant && !is_used {
                    store::plugins::delete(c, &id2, &row.version)?;
                    removed.push(row.version);
                } else if row.origin == Origin::Package {
                    left += 1;
                }
            }
            if left == 0 && store::plugin_publishers::find(c, &id2)?.is_some() {
                store::plugin_publishers::delete(c, &id2)?;
            }
            Ok(removed)
        })
        .await?;
    for version in removed.iter().filter_map(|version| version.parse().ok()) {
        if let Some(place) = app.plugins.place() {
            keeping::remove(&place.join(runtime::package::file_name(id, version)));
        }
    }
    Ok(removed)
}

/// How often a running server looks for packages that were installed, and for businesses to move.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Keeps a running server up to date until `stop` is closed: takes in packages as they are installed
/// and moves businesses to new versions.
pub async fn keep_up(app: App, dirs: Vec<PathBuf>, mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = super::upgrade_all(&app).await {
            tracing::warn!(%error, "businesses could not be moved to new versions; tried again soon");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => load_packages(&app, &dirs).await,
            _ = stop.changed() => return,
        }
    }
}
