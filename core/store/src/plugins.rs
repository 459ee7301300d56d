//! Which plugins are installed on the instance, each version with the hash of its code.

use diesel::prelude::*;
use domain::{PluginId, Timestamp};

use crate::backend::Conn;
use crate::error::{Error, Result, found};
use crate::schema::plugins;

words! {
    /// Where a plugin's code comes from.
    pub enum Origin {
        /// A folder that the operator put there, trusted as the program itself is.
        Folder = "folder",
        /// A package with its publisher's signature.
        Package = "package",
    }
}

row! {
    /// An installed version of a plugin.
    #[derive(Debug, Clone, PartialEq)]
    pub struct InstalledPlugin: plugins, [Queryable, Selectable, Insertable] {
        pub id: PluginId as String,
        pub version: String,
        pub hash: String,
        pub publisher: String,
        pub path: String,
        pub installed_at: Timestamp as i64,
        pub origin: Origin as String,
        pub publisher_key: Option<String>,
    }
}

/// The installed version, if there is one.
pub fn find(c: &mut Conn, id: &PluginId, version: &str) -> Result<Option<InstalledPlugin>> {
    let query = plugins::table.find((id.as_str(), version));
    Ok(query.select(InstalledPlugin::as_select()).first(c).optional()?)
}

/// Every installed version of a plugin.
pub fn list_of(c: &mut Conn, id: &PluginId) -> Result<Vec<InstalledPlugin>> {
    Ok(plugins::table
        .filter(plugins::id.eq(id.as_str()))
        .order(plugins::version)
        .select(InstalledPlugin::as_select())
        .load(c)?)
}

/// Everything installed, by id, latest installed first.
pub fn list(c: &mut Conn) -> Result<Vec<InstalledPlugin>> {
    Ok(plugins::table
        .order((plugins::id, plugins::installed_at.desc(), plugins::version))
        .select(InstalledPlugin::as_select())
        .load(c)?)
}

/// Installs a version. Installing the same code again is nothing new.
///
/// # Errors
/// [`Error::Conflict`] when the version is there with another hash: a version's code never changes.
pub fn install(c: &mut Conn, plugin: &InstalledPlugin) -> Result<()> {
    let insert =
        diesel::insert_into(plugins::table).values(plugin.clone()).on_conflict_do_nothing();
    if each_backend!(c, |c| insert.execute(c)?) > 0 {
        return Ok(());
    }
    let same = plugins::table
        .find((plugin.id.as_str(), &*plugin.version))
        .filter(plugins::hash.eq(&*plugin.hash));
    let set = (
        plugins::path.eq(&*plugin.path),
        plugins::publisher.eq(&*plugin.publisher),
        plugins::origin.eq(plugin.origin.as_str()),
        plugins::publisher_key.eq(plugin.publisher_key.as_deref()),
    );
    match diesel::update(same).set(set).execute(c)? {
        0 => Err(Error::Conflict),
        _ => Ok(()),
    }
}

/// Installs a version whatever hash is there: for folders, whose code is built on this machine.
pub fn replace(c: &mut Conn, plugin: &InstalledPlugin) -> Result<()> {
    let insert =
        diesel::insert_into(plugins::table).values(plugin.clone()).on_conflict_do_nothing();
    if each_backend!(c, |c| insert.execute(c)?) > 0 {
        return Ok(());
    }
    let target = plugins::table.find((plugin.id.as_str(), &*plugin.version));
    let set = (
        plugins::hash.eq(&*plugin.hash),
        plugins::path.eq(&*plugin.path),
        plugins::publisher.eq(&*plugin.publisher),
        plugins::installed_at.eq(plugin.installed_at.as_millis()),
        plugins::origin.eq(plugin.origin.as_str()),
        plugins::publisher_key.eq(plugin.publisher_key.as_deref()),
    );
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a version.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there, or a tenant still has it.
pub fn delete(c: &mut Conn, id: &PluginId, version: &str) -> Result<()> {
    found(diesel::delete(plugins::table.find((id.as_str(), version))).execute(c)?)
}
