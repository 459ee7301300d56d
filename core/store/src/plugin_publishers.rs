//! Whose packages of a plugin are taken: one key a plugin, pinned by the first package.

use diesel::prelude::*;
use domain::{PluginId, Timestamp};

use crate::backend::Conn;
use crate::error::{Result, found};
use crate::schema::plugin_publishers;

row! {
    /// The publisher of a plugin.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Publisher: plugin_publishers, [Queryable, Selectable, Insertable] {
        pub plugin_id: PluginId as String,
        pub publisher_key: String,
        pub publisher: String,
        pub pinned_at: Timestamp as i64,
    }
}

/// The plugin's publisher, if one is pinned.
pub fn find(c: &mut Conn, plugin: &PluginId) -> Result<Option<Publisher>> {
    let query = plugin_publishers::table.find(plugin.as_str());
    Ok(query.select(Publisher::as_select()).first(c).optional()?)
}

/// Pins the plugin's first publisher.
///
/// # Errors
/// [`crate::Error::Unique`] when somebody else was faster.
pub fn insert(c: &mut Conn, publisher: &Publisher) -> Result<()> {
    diesel::insert_into(plugin_publishers::table).values(publisher.clone()).execute(c)?;
    Ok(())
}

/// Forgets the plugin's publisher: the next package's is pinned.
pub fn delete(c: &mut Conn, plugin: &PluginId) -> Result<()> {
    found(diesel::delete(plugin_publishers::table.find(plugin.as_str())).execute(c)?)
}
