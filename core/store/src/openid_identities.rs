//! Who accounts are at an OpenID provider: keyed on the issuer and its own name for somebody.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, OpenidIdentityId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::openid_identities;
use crate::scope;

row! {
    /// An identity.
    #[derive(Clone, PartialEq)]
    pub struct OpenidIdentity: openid_identities, [Queryable, Selectable, Insertable] {
        pub id: OpenidIdentityId as String,
        pub account_id: AccountId as String,
        pub issuer: String,
        pub subject: String,
        pub label: String,
        pub created_at: Timestamp as i64,
        pub used_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

impl fmt::Debug for OpenidIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenidIdentity").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The account's identities, oldest first.
pub fn list(c: &mut Conn, account: &AccountId) -> Result<Vec<OpenidIdentity>> {
    scope::system(c)?;
    Ok(openid_identities::table
        .filter(openid_identities::account_id.eq(account.as_str()))
        .order(openid_identities::id)
        .select(OpenidIdentity::as_select())
        .load(c)?)
}

/// The identity that this issuer calls so, whoever's it is.
pub fn find(c: &mut Conn, issuer: &str, subject: &str) -> Result<Option<OpenidIdentity>> {
    scope::system(c)?;
    let query = openid_identities::table
        .filter(openid_identities::issuer.eq(issuer))
        .filter(openid_identities::subject.eq(subject));
    Ok(query.select(OpenidIdentity::as_select()).first(c).optional()?)
}

/// Adds an identity.
///
/// # Errors
/// [`crate::Error::Unique`] when it is somebody's already.
pub fn insert(c: &mut Conn, identity: &OpenidIdentity) -> Result<()> {
    scope::system(c)?;
    diesel::insert_into(openid_identities::table).values(identity.clone()).execute(c)?;
    Ok(())
}

/// Notes a use, and what the provider shows of it now.
///
/// # Errors
/// [`crate::Error::NotFound`] when it was taken away meanwhile.
pub fn note_use(c: &mut Conn, id: &OpenidIdentityId, label: &str, now: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set =
        (openid_identities::label.eq(label), openid_identities::used_at.eq(Some(now.as_millis())));
    found(diesel::update(openid_identities::table.find(id.as_str())).set(set).execute(c)?)
}

/// Deletes an identity of the account.
pub fn delete(c: &mut Conn, account: &AccountId, id: &OpenidIdentityId) -> Result<()> {
    scope::system(c)?;
    let target = openid_identities::table
        .find(id.as_str())
        .filter(openid_identities::account_id.eq(account.as_str()));
    found(diesel::delete(target).execute(c)?)
}
