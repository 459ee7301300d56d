//! Which packages the instance takes: one publisher a plugin, one content a version, no way down.

use domain::PluginId;
use runtime::manifest::{About, Version};
use runtime::{LoadError, PackageError};
use serde_json::json;
use store::Conn;
use store::plugin_publishers::{self, Publisher};
use store::plugins::{InstalledPlugin, Origin};

use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::{App, installation};

/// Why a package is not installed; each in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is broken, changed, unsigned or signed by another than it says.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It doesn't load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The plugin's packages so far are another publisher's.
    #[error(
        "{plugin} is from another publisher: until now {pinned}, this one is {offered}. If the \
         publisher told you of a new key, compare it and install with --accept-new-publisher"
    )]
    OtherPublisher {
        /// The plugin.
        plugin: PluginId,
        /// Whose it was until now.
        pinned: String,
        /// Whose this is.
        offered: String,
    },
    /// The version is there with another content.
    #[error(
        "{plugin} {version} is here with other contents; a changed package needs a new version"
    )]
    Changed {
        /// The plugin.
        plugin: PluginId,
        /// The version.
        version: Version,
    },
    /// A newer version is there.
    #[error("{plugin} {installed} is here already, which is newer than {offered}")]
    Downgrade {
        /// The plugin.
        plugin: PluginId,
        /// The newest that is there.
        installed: Version,
        /// This one.
        offered: Version,
    },
    /// Its name is the house's own.
    #[error("no plugin can be called {0}: OXPI itself uses that name")]
    Reserved(PluginId),
    /// It can't be written.
    #[error("the package can't be kept: {0}")]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    App(#[from] Error),
}

impl From<store::Error> for InstallError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl InstallError {
    /// The word in the activity log, for what the businesses that have the plugin should know of.
    fn word(&self) -> Option<&'static str> {
        match self {
            Self::OtherPublisher { .. } => Some("publisher"),
            Self::Changed { .. } => Some("changed"),
            Self::Downgrade { .. } => Some("downgrade"),
            Self::Package(PackageError::Unsigned) => Some("unsigned"),
            Self::Package(PackageError::Changed(_) | PackageError::Signature) => Some("tampered"),
            Self::Package(_) | Self::Reserved(_) => Some("malformed"),
            Self::Load(_) => Some("unloadable"),
            Self::Io(_) | Self::App(_) => None,
        }
    }
}

/// A package that somebody brings.
#[derive(Clone)]
pub(super) struct Offered {
    pub(super) about: About,
    pub(super) hash: String,
    pub(super) origin: Origin,
    pub(super) path: String,
}

/// Decides and, where it takes the package, notes it. What was taken once is taken again, whatever
/// happened to its publisher's key since.
pub(super) async fn admit(
    app: &App,
    offered: Offered,
    accept_new_publisher: bool,
) -> Result<(), InstallError> {
    let (app2, offer) = (app.clone(), offered.clone());
    let outcome = app.db.transact(move |c| decide(&app2, c, &offer, accept_new_publisher)).await;
    if let Err(error) = &outcome {
        tell(app, offered.about.id.as_str(), Some(&offered.about), error).await;
    }
    outcome
}

/// Tells of a package that was refused: the installation's own record, and the businesses that have its
/// plugin as far as that is known. `about` is what the package says of itself where that could be read,
/// `name` what its file is called. Each file is refused once, so these are few.
pub(super) async fn tell(app: &App, name: &str, about: Option<&About>, error: &InstallError) {
    let Some(word) = error.word() else { return };
    let version = about.map(|about| about.version.to_string());
    // A stranger chose both; they are one harmless line each.
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let detail = json!({"about": name, "version": version, "kind": word});
    installation::note(app, "plugin.package-refused", 1, detail);
    let Some(about) = about else { return };
    if let Err(error) = tell_tenants(app, about.clone(), word).await {
        tracing::error!(%error, name, "nobody could be told of a refused package");
    }
}

/// Ids that mean something else: the house's own files, and a place beside the pages of plugins.
pub const RESERVED: [&str; 2] = [store::documents::OWN, "export"];

fn decide(
    app: &App,
    c: &mut Conn,
    offered: &Offered,
    accept_new_publisher: bool,
) -> Result<(), InstallError> {
    let (plugin, version) = (offered.about.id.clone(), offered.about.version);
    if RESERVED.contains(&plugin.as_str()) {
        return Err(InstallError::Reserved(plugin));
    }
    let rows = store::plugins::list_of(c, &plugin)?;
    let same = rows.iter().find(|row| row.version == version.to_string());
    if let Some(row) = same {
        let is_same = row.hash == offered.hash;
        // A folder is built on this machine; its code may change under the same version.
        if !is_same && (row.origin == Origin::Package || offered.origin == Origin::Package) {
            return Err(InstallError::Changed { plugin, version });
        }
        if is_same && (row.origin == offered.origin || row.origin == Origin::Package) {
            return Ok(());
        }
    }
    match offered.origin {
        Origin::Package => {
            let newest = rows.iter().filter_map(|row| row.version.parse().ok()).max();
            if let Some(installed) = newest.filter(|newest| *newest > version) {
                return Err(InstallError::Downgrade { plugin, installed, offered: version });
            }
            pin(app, c, offered, &rows, accept_new_publisher)?;
        }
        Origin::Folder => {
            if let Some(pinned) = plugin_publishers::find(c, &plugin)? {
                let (pinned, offered) = (shown(&pinned.publisher_key), "a folder".to_owned());
                return Err(InstallError::OtherPublisher { plugin, pinned, offered });
            }
        }
    }
    let row = InstalledPlugin {
        id: plugin,
        version: version.to_string(),
        hash: offered.hash.clone(),
        publisher: offered.about.publisher.clone(),
        path: offered.path.clone(),
        installed_at: app.clock.now(),
        origin: offered.origin,
        publisher_key: offered.about.publisher_key.map(|key| key.to_string()),
    };
    Ok(store::plugins::replace(c, &row)?)
}

/// The first package's publisher is the plugin's; a folder's plugin is its operator's own.
fn pin(
    app: &App,
    c: &mut Conn,
    offered: &Offered,
    rows: &[InstalledPlugin],
    accept_new_publisher: bool,
) -> Result<(), InstallError> {
    let about = &offered.about;
    let key = about.publisher_key.map(|key| key.to_string()).ok_or(PackageError::Unsigned)?;
    let pinned = plugin_publishers::find(c, &about.id)?;
    if pinned.as_ref().is_some_and(|pinned| pinned.publisher_key == key) {
        return Ok(());
    }
    let former = match &pinned {
        Some(pinned) => Some(shown(&pinned.publisher_key)),
        None => rows
            .iter()
            .any(|row| row.publisher_key.as_ref() != Some(&key))
            .then(|| "a folder".to_owned()),
    };
    if let Some(former) = former.filter(|_| !accept_new_publisher) {
        let (plugin, offered) = (about.id.clone(), shown(&key));
        return Err(InstallError::OtherPublisher { plugin, pinned: former, offered });
    }
    if pinned.is_some() {
        plugin_publishers::delete(c, &about.id)?;
    }
    let publisher = Publisher {
        plugin_id: about.id.clone(),
        publisher_key: key,
        publisher: about.publisher.clone(),
        pinned_at: app.clock.now(),
    };
    Ok(plugin_publishers::insert(c, &publisher)?)
}

/// A key as people compare it.
pub(super) fn shown(key: &str) -> String {
    key.parse::<runtime::PublisherKey>().map_or_else(|_| key.to_owned(), |key| key.fingerprint())
}

/// An entry in the activity log of every business that has the plugin.
async fn tell_tenants(app: &App, about: About, word: &'static str) -> Result<()> {
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<()> {
            for row in store::tenant_plugins::list_of_plugin(c, &about.id)? {
                let act = Act {
                    action: "plugin.package-refused",
                    entity: "plugin",
                    entity_id: about.id.as_str(),
                    detail: json!({"version": about.version, "reason": word}),
                };
                audit::append(&app2, c, &row.tenant_id, &Who::system(), &act)?;
            }
            Ok(())
        })
        .await
}
