//! What was begun at the door and waits for its second half: a sign-in that needs a code, a passkey
//! that is being added or used. Tokens are kept hashed.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result};
use crate::schema::ceremonies;
use crate::scope;

words! {
    /// What is being done.
    pub enum CeremonyKind {
        /// The password was right; a second proof is missing.
        SignIn = "sign-in",
        /// A passkey is being added.
        PasskeyAdd = "passkey-add",
        /// A passkey is being used.
        PasskeyUse = "passkey-use",
        /// A wish from the door for the worker, as for a mail with a link.
        Forgotten = "forgotten",
        /// Somebody was sent to the OpenID provider.
        Openid = "openid",
    }
}

row! {
    /// A half-done act.
    #[derive(Clone, PartialEq)]
    pub struct Ceremony: ceremonies, [Queryable, Selectable, Insertable] {
        pub token_hash: String,
        pub kind: CeremonyKind as String,
        pub account_id: Option<AccountId> as Opt<String, AccountId>,
        pub state_json: Json as String,
        pub created_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
    }
}

impl fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceremony").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Adds one.
pub fn insert(c: &mut Conn, ceremony: &Ceremony) -> Result<()> {
    scope::system(c)?;
    diesel::insert_into(ceremonies::table).values(ceremony.clone()).execute(c)?;
    Ok(())
}

/// The one of this token's hash and kind, if it has not expired.
pub fn find(
    c: &mut Conn,
    token_hash: &str,
    kind: CeremonyKind,
    now: Timestamp,
) -> Result<Option<Ceremony>> {
    scope::system(c)?;
    let query = ceremonies::table
        .find(token_hash)
        .filter(ceremonies::kind.eq(kind.as_str()))
        .filter(ceremonies::expires_at.gt(now.as_millis()));
    Ok(query.select(Ceremony::as_select()).first(c).optional()?)
}

/// The hashes of those of a kind that have not expired, oldest first, `limit` at most. What they hold
/// is not read: one that can't be read hides none of the others.
pub fn list_hashes(
    c: &mut Conn,
    kind: CeremonyKind,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>> {
    scope::system(c)?;
    Ok(ceremonies::table
        .filter(ceremonies::kind.eq(kind.as_str()))
        .filter(ceremonies::expires_at.gt(now.as_millis()))
        .order((ceremonies::created_at, ceremonies::token_hash))
        .limit(limit)
        .select(ceremonies::token_hash)
        .load(c)?)
}

/// Drops it, whatever it holds.
pub fn delete(c: &mut Conn, token_hash: &str) -> Result<()> {
    scope::system(c)?;
    diesel::delete(ceremonies::table.find(token_hash)).execute(c)?;
    Ok(())
}

/// Takes it out, so that it works once. Of any number of tries at the same time one succeeds.
///
/// # Errors
/// [`Error::NotFound`] when there is none of this kind, or it has expired.
pub fn take(
    c: &mut Conn,
    token_hash: &str,
    kind: CeremonyKind,
    now: Timestamp,
) -> Result<Ceremony> {
    scope::system(c)?;
    let target = ceremonies::table
        .filter(ceremonies::token_hash.eq(token_hash))
        .filter(ceremonies::kind.eq(kind.as_str()));
    let delete = diesel::delete(target);
    let taken: Option<Ceremony> = each_backend!(c, |c| {
        delete.returning(Ceremony::as_returning()).get_result(c).optional()?
    });
    taken.filter(|one| one.expires_at > now).ok_or(Error::NotFound)
}

/// Ends what the account has begun, as after a changed password or factor; answers how many.
pub fn delete_of_account(c: &mut Conn, account: &AccountId) -> Result<usize> {
    scope::system(c)?;
    let target = ceremonies::table.filter(ceremonies::account_id.eq(account.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}

/// Removes what has expired; answers how many.
pub fn delete_expired(c: &mut Conn, now: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let expired = ceremonies::table.filter(ceremonies::expires_at.le(now.as_millis()));
    Ok(diesel::delete(expired).execute(c)?)
}
