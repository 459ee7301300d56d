//! The plugins that are loaded, each in one or more versions, and the packages that couldn't be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use domain::{Locale, PluginId, TenantId};
use runtime::Plugin;
use runtime::manifest::{Provider, Version};

use crate::App;
use crate::error::{Error, Result};

type Versions = BTreeMap<Version, Plugin>;

/// The plugins that this process has loaded.
#[derive(Default)]
pub struct Registry {
    place: Option<PathBuf>,
    loaded: RwLock<BTreeMap<PluginId, Versions>>,
    refused: RwLock<Vec<RefusedPackage>>,
    seen: Mutex<BTreeMap<PathBuf, Stamp>>,
}

/// A package that could not be loaded, for the instance's admin.
#[derive(Debug, Clone)]
pub struct RefusedPackage {
    /// The folder's or file's name.
    pub name: String,
    /// Why, in words for its author.
    pub reason: String,
}

/// What tells that a file is another one than before.
pub(super) type Stamp = Vec<(u64, Option<SystemTime>)>;

impl Registry {
    /// One that keeps installed packages in this folder.
    pub fn keeping_in(place: PathBuf) -> Self {
        Self { place: Some(place), ..Self::default() }
    }

    /// Where installed packages are kept, if anywhere.
    pub(super) fn place(&self) -> Option<&Path> {
        self.place.as_deref()
    }

    /// The newest version of a plugin.
    pub(super) fn find(&self, id: &PluginId) -> Option<Plugin> {
        let all = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        all.get(id)?.last_key_value().map(|(_, plugin)| plugin.clone())
    }

    /// One version of a plugin, by the text that the database has of it.
    pub(super) fn find_version(&self, id: &PluginId, version: &str) -> Option<Plugin> {
        let version: Version = version.parse().ok()?;
        let all = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        all.get(id)?.get(&version).cloned()
    }

    /// Each plugin in its newest version.
    pub(crate) fn all(&self) -> Vec<Plugin> {
        let all = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        all.values().filter_map(|versions| versions.values().next_back().cloned()).collect()
    }

    pub(super) fn put(&self, plugin: Plugin) {
        let about = &plugin.manifest().plugin;
        let (id, version) = (about.id.clone(), about.version);
        let mut all = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(id).or_default().insert(version, plugin);
    }

    pub(super) fn refuse(&self, path: &Path, reason: String) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tracing::warn!(package = name, reason, "a plugin's package is not used");
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|other| other.name != name);
        refused.push(RefusedPackage { name, reason });
    }

    /// What could not be loaded.
    pub fn refused(&self) -> Vec<RefusedPackage> {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a package is new or has changed since this was last asked.
    pub(super) fn is_new(&self, path: &Path, stamp: Stamp) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(path.to_owned(), stamp.clone()) != Some(stamp)
    }
}

/// A loaded plugin in its newest version: for what is the same in all, such as its icon.
pub fn find_loaded(app: &App, id: &PluginId) -> Result<Plugin> {
    app.plugins.find(id).ok_or(Error::NotFound)
}

/// One version of a plugin.
pub(crate) fn find_version(app: &App, id: &PluginId, version: Version) -> Result<Plugin> {
    app.plugins.find_version(id, &version.to_string()).ok_or(Error::NotFound)
}

/// A plugin in the version that a business has, on or off; the newest for one that never had it.
pub async fn find_of_tenant(app: &App, tenant: &TenantId, id: &PluginId) -> Result<Plugin> {
    let (tenant, id2) = (tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| store::tenant_plugins::find(c, &tenant, &id2)).await?;
    row.and_then(|row| app.plugins.find_version(id, &row.version))
        .map_or_else(|| find_loaded(app, id), Ok)
}

/// A provider section of a plugin, in the version that a business has.
pub async fn find_provider(
    app: &App,
    tenant: &TenantId,
    id: &PluginId,
    provider: &str,
) -> Result<Provider> {
    let plugin = find_of_tenant(app, tenant, id).await?;
    plugin.manifest().provider(provider).cloned().ok_or(Error::NotFound)
}

/// A plugin's name in a language, or its id where it isn't loaded.
pub(crate) fn name_of(app: &App, id: &PluginId, locale: Locale) -> String {
    app.plugins.find(id).map_or_else(
        || id.to_string(),
        |plugin| plugin.texts().text(locale, &plugin.manifest().plugin.name, &[]),
    )
}
