//! The plugins that are loaded, and the packages that couldn't be.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use domain::{Locale, PluginId};
use runtime::Plugin;
use runtime::manifest::Provider;
use store::plugins::InstalledPlugin;

use crate::App;
use crate::error::{Error, Result};

/// The plugins that this process has loaded.
#[derive(Default)]
pub struct Registry {
    loaded: RwLock<BTreeMap<PluginId, Plugin>>,
    refused: RwLock<Vec<RefusedPackage>>,
}

/// A package that could not be loaded, for the instance's admin.
#[derive(Debug, Clone)]
pub struct RefusedPackage {
    /// The folder's name.
    pub name: String,
    /// Why, in words for its author.
    pub reason: String,
}

impl Registry {
    pub(super) fn find(&self, id: &PluginId) -> Option<Plugin> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Plugin> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn put(&self, plugin: Plugin) {
        let id = plugin.manifest().plugin.id.clone();
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(id, plugin);
    }

    fn refuse(&self, name: String, reason: String) {
        tracing::warn!(package = name, reason, "a plugin's package could not be loaded");
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        refused.push(RefusedPackage { name, reason });
    }

    /// What could not be loaded.
    pub fn refused(&self) -> Vec<RefusedPackage> {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Loads every package below these folders. A broken one is noted and left out; of two packages of
/// one plugin the higher version counts.
pub async fn load_packages(app: &App, dirs: &[impl AsRef<Path>]) {
    for dir in dirs {
        let Ok(entries) = std::fs::read_dir(dir.as_ref()) else { continue };
        let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        folders.retain(|path| path.join("plugin.toml").is_file());
        folders.sort();
        for folder in folders {
            let (engine, path) = (app.engine.clone(), folder.clone());
            // Compiling takes a while: not on a thread that serves.
            let loaded = tokio::task::spawn_blocking(move || engine.load(&path)).await;
            let loaded = loaded
                .map_err(|error| error.to_string())
                .and_then(|l| l.map_err(|e| e.to_string()));
            match loaded {
                Ok(plugin) => {
                    if let Err(error) = register(app, plugin, &folder).await {
                        let name = folder.file_name().unwrap_or_default().to_string_lossy();
                        app.plugins.refuse(name.into_owned(), error.to_string());
                    }
                }
                Err(error) => {
                    let name = folder.file_name().unwrap_or_default().to_string_lossy();
                    app.plugins.refuse(name.into_owned(), error);
                }
            }
        }
    }
}

/// Notes which version is there, and takes the highest into use.
async fn register(app: &App, plugin: Plugin, path: &Path) -> Result<()> {
    let about = plugin.manifest().plugin.clone();
    let row = InstalledPlugin {
        id: about.id.clone(),
        version: about.version.to_string(),
        hash: plugin.hash().to_owned(),
        publisher: about.publisher.clone(),
        path: path.to_string_lossy().into_owned(),
        installed_at: app.clock.now(),
    };
    app.db.transact(move |c| store::plugins::replace(c, &row)).await?;
    match app.plugins.find(&about.id) {
        Some(before) if before.manifest().plugin.version >= about.version => {}
        _ => app.plugins.put(plugin),
    }
    Ok(())
}

/// A loaded plugin.
pub fn find_loaded(app: &App, id: &PluginId) -> Result<Plugin> {
    app.plugins.find(id).ok_or(Error::NotFound)
}

/// A provider section of a loaded plugin.
pub fn find_provider(app: &App, id: &PluginId, provider: &str) -> Result<Provider> {
    let plugin = find_loaded(app, id)?;
    plugin.manifest().provider(provider).cloned().ok_or(Error::NotFound)
}

/// A plugin's name in a language, or its id where it isn't loaded.
pub(crate) fn name_of(app: &App, id: &PluginId, locale: Locale) -> String {
    app.plugins.find(id).map_or_else(
        || id.to_string(),
        |plugin| plugin.texts().text(locale, &plugin.manifest().plugin.name, &[]),
    )
}
