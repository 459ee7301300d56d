//! Accounts on their way to being connected: from leaving for the provider to coming back.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, ConnectionId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result};
use crate::schema::oauth_flows;
use crate::scope;

row! {
    /// A flow. Its state is kept hashed, its PKCE verifier sealed.
    #[derive(Clone, PartialEq)]
    pub struct OauthFlow: oauth_flows, [Queryable, Selectable, Insertable] {
        pub state_hash: String,
        pub tenant_id: TenantId as String,
        pub account_id: AccountId as String,
        pub plugin_id: PluginId as String,
        pub provider: String,
        pub connection_id: Option<ConnectionId> as Opt<String, ConnectionId>,
        pub redirect_uri: String,
        pub verifier_sealed: Vec<u8>,
        pub created_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
        pub expected_account: Option<String>,
    }
}

impl fmt::Debug for OauthFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OauthFlow").field("tenant_id", &self.tenant_id).finish_non_exhaustive()
    }
}

/// Adds a flow.
pub fn insert(c: &mut Conn, flow: &OauthFlow) -> Result<()> {
    scope::tenant(c, &flow.tenant_id)?;
    diesel::insert_into(oauth_flows::table).values(flow.clone()).execute(c)?;
    Ok(())
}

/// Takes the flow out, so that a state works once, whatever comes of it. Of any number of tries at
/// the same time one succeeds.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it has expired.
pub fn take(c: &mut Conn, state_hash: &str, now: Timestamp) -> Result<OauthFlow> {
    scope::system(c)?;
    let delete = diesel::delete(oauth_flows::table.find(state_hash));
    let taken: Option<OauthFlow> = each_backend!(c, |c| {
        delete.returning(OauthFlow::as_returning()).get_result(c).optional()?
    });
    taken.filter(|flow| flow.expires_at > now).ok_or(Error::NotFound)
}

/// When somebody left last for this provider and didn't come back.
pub fn find_left(
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    plugin: &PluginId,
    provider: &str,
) -> Result<Option<Timestamp>> {
    scope::tenant(c, tenant)?;
    let last = oauth_flows::table
        .filter(oauth_flows::tenant_id.eq(tenant.as_str()))
        .filter(oauth_flows::account_id.eq(account.as_str()))
        .filter(oauth_flows::plugin_id.eq(plugin.as_str()))
        .filter(oauth_flows::provider.eq(provider))
        .order(oauth_flows::created_at.desc())
        .select(oauth_flows::created_at);
    let at: Option<i64> = each_backend!(c, |c| last.first(c).optional()?);
    Ok(at.map(Timestamp::from_millis))
}

/// A tenant's flows.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<OauthFlow>> {
    scope::tenant(c, tenant)?;
    Ok(oauth_flows::table
        .filter(oauth_flows::tenant_id.eq(tenant.as_str()))
        .order(oauth_flows::state_hash)
        .select(OauthFlow::as_select())
        .load(c)?)
}

/// Puts the same verifier, sealed anew, in its place; nothing when the flow is gone.
pub fn reseal(c: &mut Conn, tenant: &TenantId, state_hash: &str, sealed: &[u8]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = oauth_flows::table.find(state_hash);
    diesel::update(target).set(oauth_flows::verifier_sealed.eq(sealed)).execute(c)?;
    Ok(())
}

/// Removes what has expired; answers how many.
pub fn delete_expired(c: &mut Conn, now: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let expired = oauth_flows::table.filter(oauth_flows::expires_at.le(now.as_millis()));
    Ok(diesel::delete(expired).execute(c)?)
}
