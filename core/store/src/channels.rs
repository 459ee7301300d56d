//! Channels: over each a provider tells, until it ends, that one calendar has changed.

use diesel::prelude::*;
use domain::{CalendarId, ChannelId, ConnectionId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::channels;
use crate::scope;

words! {
    /// How far a channel is.
    pub enum ChannelState {
        /// The provider was asked, or is about to be.
        Opening = "opening",
        /// It tells of changes.
        Open = "open",
        /// The provider would not.
        Refused = "refused",
    }
}

row! {
    /// A channel.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Channel: channels, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ChannelId as String,
        pub plugin_id: PluginId as String,
        pub connection_id: ConnectionId as String,
        pub calendar_id: CalendarId as String,
        pub route: String,
        pub token_mac: Vec<u8>,
        pub state: ChannelState as String,
        pub resource: Option<String> as Opt<String, String>,
        pub opened_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
    }
}

/// The channel, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ChannelId) -> Result<Option<Channel>> {
    scope::tenant(c, tenant)?;
    let query = channels::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Channel::as_select()).first(c).optional()?)
}

/// The channels of a calendar, the one that lasts longest first, of several that end together the newest:
/// those behind the first are closed.
pub fn list_of_calendar(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
) -> Result<Vec<Channel>> {
    scope::tenant(c, tenant)?;
    Ok(channels::table
        .filter(channels::tenant_id.eq(tenant.as_str()))
        .filter(channels::calendar_id.eq(calendar.as_str()))
        .order((channels::expires_at.desc(), channels::id.desc()))
        .select(Channel::as_select())
        .load(c)?)
}

/// The channels of a plugin.
pub fn list_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<Vec<Channel>> {
    scope::tenant(c, tenant)?;
    Ok(channels::table
        .filter(channels::tenant_id.eq(tenant.as_str()))
        .filter(channels::plugin_id.eq(plugin.as_str()))
        .order(channels::id)
        .select(Channel::as_select())
        .load(c)?)
}

/// Adds a channel.
pub fn insert(c: &mut Conn, channel: &Channel) -> Result<()> {
    scope::tenant(c, &channel.tenant_id)?;
    diesel::insert_into(channels::table).values(channel.clone()).execute(c)?;
    Ok(())
}

/// Notes what the provider said.
pub fn set_state(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ChannelId,
    state: ChannelState,
    resource: Option<&str>,
    expires_at: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let set = (
        channels::state.eq(state.as_str()),
        channels::resource.eq(resource),
        channels::expires_at.eq(expires_at.as_millis()),
    );
    let target = channels::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a channel; one that isn't there is fine.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &ChannelId) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(channels::table.find((tenant.as_str(), id.as_str()))).execute(c)?;
    Ok(())
}
