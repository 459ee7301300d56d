//! Who is signed in, from where. Tokens are kept hashed.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::sessions;
use crate::scope;

row! {
    /// A session.
    #[derive(Clone, PartialEq)]
    pub struct Session: sessions, [Queryable, Selectable, Insertable] {
        pub token_hash: String,
        pub account_id: AccountId as String,
        pub tenant_id: Option<TenantId> as Opt<String, TenantId>,
        pub created_at: Timestamp as i64,
        pub seen_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
        pub address: String,
        pub device: String,
        pub proved_until: Timestamp as i64,
        pub second_step_elsewhere: bool,
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}

/// The session of this token's hash, if it has not expired.
pub fn find(c: &mut Conn, token_hash: &str, now: Timestamp) -> Result<Option<Session>> {
    scope::system(c)?;
    let query = sessions::table.find(token_hash).filter(sessions::expires_at.gt(now.as_millis()));
    Ok(query.select(Session::as_select()).first(c).optional()?)
}

/// The account's sessions that have not expired, latest used first.
pub fn list(c: &mut Conn, account: &AccountId, now: Timestamp) -> Result<Vec<Session>> {
    scope::system(c)?;
    Ok(sessions::table
        .filter(sessions::account_id.eq(account.as_str()))
        .filter(sessions::expires_at.gt(now.as_millis()))
        .order(sessions::seen_at.desc())
        .select(Session::as_select())
        .load(c)?)
}

/// Adds a session.
pub fn insert(c: &mut Conn, session: &Session) -> Result<()> {
    scope::system(c)?;
    diesel::insert_into(sessions::table).values(session.clone()).execute(c)?;
    Ok(())
}

/// Notes that the session was used, and until when it lasts now.
pub fn touch(c: &mut Conn, token_hash: &str, seen: Timestamp, expires: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set =
        (sessions::seen_at.eq(seen.as_millis()), sessions::expires_at.eq(expires.as_millis()));
    found(diesel::update(sessions::table.find(token_hash)).set(set).execute(c)?)
}

/// Gives the session another token, and a tenant: for signing in and for switching tenants, after
/// which the old token is worth nothing.
pub fn rotate(
    c: &mut Conn,
    token_hash: &str,
    new_hash: &str,
    tenant: Option<&TenantId>,
) -> Result<()> {
    scope::system(c)?;
    let set =
        (sessions::token_hash.eq(new_hash), sessions::tenant_id.eq(tenant.map(TenantId::as_str)));
    found(diesel::update(sessions::table.find(token_hash)).set(set).execute(c)?)
}

/// Notes until when the session may do what a borrowed browser must not.
pub fn prove(c: &mut Conn, token_hash: &str, until: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set = sessions::proved_until.eq(until.as_millis());
    found(diesel::update(sessions::table.find(token_hash)).set(set).execute(c)?)
}

/// Notes that somebody else vouched for a second step.
pub fn vouch(c: &mut Conn, token_hash: &str) -> Result<()> {
    scope::system(c)?;
    let set = sessions::second_step_elsewhere.eq(true);
    found(diesel::update(sessions::table.find(token_hash)).set(set).execute(c)?)
}

/// Ends the session; one that is gone already is fine.
pub fn delete(c: &mut Conn, token_hash: &str) -> Result<()> {
    scope::system(c)?;
    diesel::delete(sessions::table.find(token_hash)).execute(c)?;
    Ok(())
}

/// Ends every session of the account but one, as after a changed password; all of them without
/// one to keep. Answers how many.
pub fn delete_others(c: &mut Conn, account: &AccountId, keep: Option<&str>) -> Result<usize> {
    scope::system(c)?;
    let others = sessions::table
        .filter(sessions::account_id.eq(account.as_str()))
        .filter(sessions::token_hash.ne(keep.unwrap_or_default()));
    Ok(diesel::delete(others).execute(c)?)
}

/// Removes what has expired; answers how many.
pub fn delete_expired(c: &mut Conn, now: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let expired = sessions::table.filter(sessions::expires_at.le(now.as_millis()));
    Ok(diesel::delete(expired).execute(c)?)
}
