//! Connected accounts at providers. Their tokens are in `secrets`, sealed.

use diesel::prelude::*;
use domain::{AccountId, ConnectionId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Opt, TextList};
use crate::error::{Error, Result, found, settled};
use crate::schema::{connections, oauth_flows};
use crate::scope;

words! {
    /// How a connection is.
    pub enum ConnectionState {
        /// Fine.
        Working = "working",
        /// Somebody has to connect the account again.
        NeedsYou = "needs_you",
        /// Set aside for a while.
        Paused = "paused",
        /// Ended; kept as history, without tokens.
        Disconnected = "disconnected",
    }
}

row! {
    /// A connected account.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Connection: connections, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ConnectionId as String,
        pub plugin_id: PluginId as String,
        pub provider: String,
        pub account_ref: String,
        pub account_name: String,
        pub account_email: String,
        pub scopes: TextList as String,
        pub state: ConnectionState as String,
        pub problem: Option<String>,
        pub token_expires_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub token_rev: i64,
        pub refreshing_until: Option<Timestamp> as Opt<i64, Timestamp>,
        pub connected_by: AccountId as String,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub rev: i64,
        pub server: Option<String>,
        pub user_name: Option<String>,
        pub granted_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub grant_ends_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub end_told_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

row! {
    /// What connecting an account again, or a look at its state, may change.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ConnectionChange: connections, [AsChangeset] {
        pub account_name: String,
        pub account_email: String,
        pub scopes: TextList as String,
        pub state: ConnectionState as String,
        pub problem: Option<String> as Opt<String, String>,
        pub connected_by: AccountId as String,
        pub server: Option<String> as Opt<String, String>,
        pub user_name: Option<String> as Opt<String, String>,
    }
}

/// The connection, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ConnectionId) -> Result<Option<Connection>> {
    scope::tenant(c, tenant)?;
    let query = connections::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Connection::as_select()).first(c).optional()?)
}

/// The connection, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &ConnectionId) -> Result<Connection> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// Keeps the account connected until the transaction ends: whoever disconnects it meanwhile waits.
///
/// # Errors
/// [`Error::Conflict`] when it was disconnected, [`Error::NotFound`] when it isn't there.
pub fn hold(c: &mut Conn, tenant: &TenantId, id: &ConnectionId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let row = connections::table.find((tenant.as_str(), id.as_str())).select(connections::state);
    // On SQLite whoever writes has the database to themselves.
    let state: Option<String> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_share().first(c).optional()?
    );
    match state {
        None => Err(Error::NotFound),
        Some(state) if state == ConnectionState::Disconnected.as_str() => Err(Error::Conflict),
        Some(_) => Ok(()),
    }
}

/// The connection of an account at a provider, unless it was disconnected.
pub fn find_by_account(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    provider: &str,
    account_ref: &str,
) -> Result<Option<Connection>> {
    scope::tenant(c, tenant)?;
    let query = connections::table
        .filter(connections::tenant_id.eq(tenant.as_str()))
        .filter(connections::plugin_id.eq(plugin.as_str()))
        .filter(connections::provider.eq(provider))
        .filter(connections::account_ref.eq(account_ref))
        .filter(connections::state.ne(ConnectionState::Disconnected.as_str()));
    Ok(query.select(Connection::as_select()).first(c).optional()?)
}

/// The tenant's connections, oldest first, disconnected ones too.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Connection>> {
    scope::tenant(c, tenant)?;
    Ok(connections::table
        .filter(connections::tenant_id.eq(tenant.as_str()))
        .order((connections::created_at, connections::id))
        .select(Connection::as_select())
        .load(c)?)
}

/// The connections of one plugin that were not disconnected, oldest first.
pub fn list_of_plugin(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
) -> Result<Vec<Connection>> {
    scope::tenant(c, tenant)?;
    Ok(connections::table
        .filter(connections::tenant_id.eq(tenant.as_str()))
        .filter(connections::plugin_id.eq(plugin.as_str()))
        .filter(connections::state.ne(ConnectionState::Disconnected.as_str()))
        .order((connections::created_at, connections::id))
        .select(Connection::as_select())
        .load(c)?)
}

/// Adds a connection.
///
/// # Errors
/// [`Error::Unique`] (`connections_one_an_account`) when the account is connected already.
pub fn insert(c: &mut Conn, connection: &Connection) -> Result<()> {
    scope::tenant(c, &connection.tenant_id)?;
    diesel::insert_into(connections::table).values(connection.clone()).execute(c)?;
    Ok(())
}

/// Changes the connection if it still has the revision; answers the new one.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    change: &ConnectionChange,
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target =
        connections::table.find((tenant.as_str(), id.as_str())).filter(connections::rev.eq(rev));
    let set =
        (change.clone(), connections::updated_at.eq(now.as_millis()), connections::rev.eq(rev + 1));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    Ok(rev + 1)
}

/// Notes how the connection is, whatever its revision: what the provider said last is so.
/// One that was disconnected stays so.
///
/// # Errors
/// [`Error::Conflict`] when it was disconnected.
pub fn set_state(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    state: ConnectionState,
    problem: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = connections::table
        .find((tenant.as_str(), id.as_str()))
        .filter(connections::state.ne(ConnectionState::Disconnected.as_str()));
    let set = (
        connections::state.eq(state.as_str()),
        connections::problem.eq(problem),
        connections::updated_at.eq(now.as_millis()),
        connections::rev.eq(connections::rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Takes the right to refresh the token until an instant, if nobody has it and the token is still
/// the one that was read. Some providers end the older of two refreshed tokens, so two processes
/// must not refresh the same one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else is at it or was faster: read the connection again.
pub fn begin_refresh(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    token_rev: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let nobody = connections::refreshing_until
        .is_null()
        .or(connections::refreshing_until.le(now.as_millis()));
    let target = connections::table
        .find((tenant.as_str(), id.as_str()))
        .filter(connections::token_rev.eq(token_rev))
        .filter(nobody.assume_not_null());
    let set = connections::refreshing_until.eq(until.as_millis());
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Gives the right to refresh that ends at `until` back without a new token. One that ran out and
/// that somebody else has taken since stays theirs.
pub fn end_refresh(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    until: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = connections::table
        .find((tenant.as_str(), id.as_str()))
        .filter(connections::refreshing_until.eq(until.as_millis()));
    diesel::update(target).set(connections::refreshing_until.eq(None::<i64>)).execute(c)?;
    Ok(())
}

/// Notes that there is a new token, if it replaces the one that was read; answers the new token
/// revision. Store the token in the same transaction.
///
/// # Errors
/// [`Error::Conflict`] when another token came in between or the account was disconnected.
pub fn swap_token(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    token_rev: i64,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target = connections::table
        .find((tenant.as_str(), id.as_str()))
        .filter(connections::token_rev.eq(token_rev))
        .filter(connections::state.ne(ConnectionState::Disconnected.as_str()));
    let set = (
        connections::token_rev.eq(token_rev + 1),
        connections::token_expires_at.eq(expires_at.map(Timestamp::as_millis)),
        connections::refreshing_until.eq(None::<i64>),
        connections::updated_at.eq(now.as_millis()),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    Ok(token_rev + 1)
}

/// Notes when an account was connected, and when that ends by itself where the provider says so; that it
/// ends is to be told anew.
pub fn set_grant(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    granted_at: Timestamp,
    ends_at: Option<Timestamp>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let set = (
        connections::granted_at.eq(granted_at.as_millis()),
        connections::grant_ends_at.eq(ends_at.map(Timestamp::as_millis)),
        connections::end_told_at.eq(None::<i64>),
    );
    let target = connections::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Working connections of all tenants that end before then and of whose end nobody was told; a hundred
/// at most, the soonest first.
pub fn list_ending(c: &mut Conn, before: Timestamp) -> Result<Vec<Connection>> {
    scope::system(c)?;
    Ok(connections::table
        .filter(connections::grant_ends_at.le(before.as_millis()).assume_not_null())
        .filter(connections::end_told_at.is_null())
        .filter(connections::state.eq(ConnectionState::Working.as_str()))
        .order((connections::grant_ends_at, connections::id))
        .limit(100)
        .select(Connection::as_select())
        .load(c)?)
}

/// Notes that people were told of the end; answers whether it is news.
pub fn mark_end_told(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = connections::table
        .find((tenant.as_str(), id.as_str()))
        .filter(connections::end_told_at.is_null());
    let set = connections::end_told_at.eq(now.as_millis());
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Removes every connection of a plugin, as on removing it; answers how many. Their calendars are
/// gone before: disconnecting forgets them.
pub fn delete_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let flows = oauth_flows::table
        .filter(oauth_flows::tenant_id.eq(tenant.as_str()))
        .filter(oauth_flows::plugin_id.eq(plugin.as_str()));
    diesel::delete(flows).execute(c)?;
    let all = connections::table
        .filter(connections::tenant_id.eq(tenant.as_str()))
        .filter(connections::plugin_id.eq(plugin.as_str()));
    Ok(diesel::delete(all).execute(c)?)
}
