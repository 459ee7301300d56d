//! Passkeys: the public halves, and how often each was used.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, PasskeyId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, found};
use crate::schema::passkeys;
use crate::scope;

row! {
    /// A passkey.
    #[derive(Clone, PartialEq)]
    pub struct Passkey: passkeys, [Queryable, Selectable, Insertable] {
        pub id: PasskeyId as String,
        pub account_id: AccountId as String,
        pub name: String,
        pub credential_id: String,
        pub credential_json: Json as String,
        pub counter: i64,
        pub created_at: Timestamp as i64,
        pub used_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The account's passkeys, oldest first.
pub fn list(c: &mut Conn, account: &AccountId) -> Result<Vec<Passkey>> {
    scope::system(c)?;
    Ok(passkeys::table
        .filter(passkeys::account_id.eq(account.as_str()))
        .order(passkeys::id)
        .select(Passkey::as_select())
        .load(c)?)
}

/// The passkey of this credential, whoever's it is.
pub fn find_by_credential(c: &mut Conn, credential_id: &str) -> Result<Option<Passkey>> {
    scope::system(c)?;
    let query = passkeys::table.filter(passkeys::credential_id.eq(credential_id));
    Ok(query.select(Passkey::as_select()).first(c).optional()?)
}

/// Adds a passkey.
///
/// # Errors
/// [`Error::Unique`] when the credential is somebody's already.
pub fn insert(c: &mut Conn, passkey: &Passkey) -> Result<()> {
    scope::system(c)?;
    diesel::insert_into(passkeys::table).values(passkey.clone()).execute(c)?;
    Ok(())
}

/// Notes a use. `counter` is what the authenticator says now, `before` what was read: where it
/// counts at all the number must have grown since, also when two uses come at once.
///
/// # Errors
/// [`Error::Conflict`] when it was used meanwhile or is gone.
pub fn note_use(
    c: &mut Conn,
    id: &PasskeyId,
    before: i64,
    counter: i64,
    credential: &Json,
    now: Timestamp,
) -> Result<()> {
    scope::system(c)?;
    let target = passkeys::table.find(id.as_str()).filter(passkeys::counter.eq(before));
    let set = (
        passkeys::counter.eq(counter),
        passkeys::credential_json.eq(String::from(credential.clone())),
        passkeys::used_at.eq(Some(now.as_millis())),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    if rows == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Names a passkey of the account.
pub fn rename(c: &mut Conn, account: &AccountId, id: &PasskeyId, name: &str) -> Result<()> {
    scope::system(c)?;
    let target =
        passkeys::table.find(id.as_str()).filter(passkeys::account_id.eq(account.as_str()));
    found(diesel::update(target).set(passkeys::name.eq(name)).execute(c)?)
}

/// Deletes a passkey of the account.
pub fn delete(c: &mut Conn, account: &AccountId, id: &PasskeyId) -> Result<()> {
    scope::system(c)?;
    let target =
        passkeys::table.find(id.as_str()).filter(passkeys::account_id.eq(account.as_str()));
    found(diesel::delete(target).execute(c)?)
}

/// Deletes every passkey of the account.
pub fn delete_all(c: &mut Conn, account: &AccountId) -> Result<usize> {
    scope::system(c)?;
    let target = passkeys::table.filter(passkeys::account_id.eq(account.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}
