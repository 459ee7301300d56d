//! The key that an account shares with an authenticator app, sealed. One account, one key.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::totp_keys;
use crate::scope;

row! {
    /// A key; it counts from when a first code confirmed it.
    #[derive(Clone, PartialEq)]
    pub struct TotpKey: totp_keys, [Queryable, Selectable, Insertable] {
        pub account_id: AccountId as String,
        pub sealed: Vec<u8>,
        pub last_step: i64,
        pub created_at: Timestamp as i64,
        pub confirmed_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub used_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpKey").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}

/// The account's key, confirmed or not.
pub fn find(c: &mut Conn, account: &AccountId) -> Result<Option<TotpKey>> {
    scope::system(c)?;
    let query = totp_keys::table.find(account.as_str()).select(TotpKey::as_select());
    Ok(query.first(c).optional()?)
}

/// Puts an unconfirmed key in the place of another unconfirmed one; a confirmed one stays. Answers
/// whether it was put.
pub fn begin(c: &mut Conn, key: &TotpKey) -> Result<bool> {
    scope::system(c)?;
    let old =
        totp_keys::table.find(key.account_id.as_str()).filter(totp_keys::confirmed_at.is_null());
    diesel::delete(old).execute(c)?;
    let insert = diesel::insert_into(totp_keys::table).values(key.clone()).on_conflict_do_nothing();
    let rows = each_backend!(c, |c| insert.execute(c)?);
    Ok(rows == 1)
}

/// Uses up a step, if no code of it or of a later one was used. Of any number of tries at the same
/// time with one code one succeeds. Answers whether this one did.
pub fn use_step(c: &mut Conn, account: &AccountId, step: i64, now: Timestamp) -> Result<bool> {
    scope::system(c)?;
    let target = totp_keys::table.find(account.as_str()).filter(totp_keys::last_step.lt(step));
    let set = (totp_keys::last_step.eq(step), totp_keys::used_at.eq(Some(now.as_millis())));
    Ok(diesel::update(target).set(set).execute(c)? == 1)
}

/// Makes an unconfirmed key count.
pub fn confirm(c: &mut Conn, account: &AccountId, now: Timestamp) -> Result<()> {
    scope::system(c)?;
    let target = totp_keys::table.find(account.as_str()).filter(totp_keys::confirmed_at.is_null());
    found(diesel::update(target).set(totp_keys::confirmed_at.eq(Some(now.as_millis()))).execute(c)?)
}

/// Deletes the key; answers whether there was one.
pub fn delete(c: &mut Conn, account: &AccountId) -> Result<bool> {
    scope::system(c)?;
    Ok(diesel::delete(totp_keys::table.find(account.as_str())).execute(c)? == 1)
}
