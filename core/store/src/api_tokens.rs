//! Tokens that programs work in a business with. Only their keyed hashes are kept.

use std::fmt;

use diesel::prelude::*;
use domain::{ApiScopes, ApiTokenId, MemberId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::api_tokens;
use crate::scope;

row! {
    /// A token.
    #[derive(Clone, PartialEq)]
    pub struct ApiToken: api_tokens, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ApiTokenId as String,
        pub member_id: MemberId as String,
        pub name: String,
        pub ending: String,
        pub token_hash: String,
        pub scopes: ApiScopes as String,
        pub created_at: Timestamp as i64,
        pub expires_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub used_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The token of this hash, whichever business's it is, if it has not expired.
pub fn find_by_hash(c: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<ApiToken>> {
    scope::system(c)?;
    let lasts = api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(now.as_millis()));
    let query = api_tokens::table.filter(api_tokens::token_hash.eq(hash)).filter(lasts);
    Ok(query.select(ApiToken::as_select()).first(c).optional()?)
}

/// The token, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ApiTokenId) -> Result<Option<ApiToken>> {
    scope::tenant(c, tenant)?;
    let query = api_tokens::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(ApiToken::as_select()).first(c).optional()?)
}

/// The tenant's tokens, newest first.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<ApiToken>> {
    scope::tenant(c, tenant)?;
    Ok(api_tokens::table
        .filter(api_tokens::tenant_id.eq(tenant.as_str()))
        .order(api_tokens::id.desc())
        .select(ApiToken::as_select())
        .load(c)?)
}

/// Adds a token.
pub fn insert(c: &mut Conn, token: &ApiToken) -> Result<()> {
    scope::tenant(c, &token.tenant_id)?;
    diesel::insert_into(api_tokens::table).values(token.clone()).execute(c)?;
    Ok(())
}

/// Notes a use.
///
/// # Errors
/// [`crate::Error::NotFound`] when it was revoked meanwhile.
pub fn touch(c: &mut Conn, tenant: &TenantId, id: &ApiTokenId, now: Timestamp) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = api_tokens::table.find((tenant.as_str(), id.as_str()));
    let set = api_tokens::used_at.eq(Some(now.as_millis()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a token, with what was answered to it.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &ApiTokenId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(api_tokens::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Removes all tokens that a member made; answers how many.
pub fn delete_of(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let theirs = api_tokens::table
        .filter(api_tokens::tenant_id.eq(tenant.as_str()))
        .filter(api_tokens::member_id.eq(member.as_str()));
    Ok(diesel::delete(theirs).execute(c)?)
}
