//! Codes for the day the phone is gone, hashed, each good for one use.

use diesel::prelude::*;
use domain::{AccountId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::schema::recovery_codes;
use crate::scope;

/// Puts these codes in the place of all the account had.
pub fn replace(c: &mut Conn, account: &AccountId, hashes: &[String], now: Timestamp) -> Result<()> {
    scope::system(c)?;
    delete(c, account)?;
    for hash in hashes {
        let row = (
            recovery_codes::account_id.eq(account.as_str()),
            recovery_codes::code_hash.eq(hash),
            recovery_codes::created_at.eq(now.as_millis()),
        );
        diesel::insert_into(recovery_codes::table).values(row).execute(c)?;
    }
    Ok(())
}

/// Uses a code up. Of any number of tries at the same time one succeeds. Answers whether this one
/// did.
pub fn use_up(c: &mut Conn, account: &AccountId, hash: &str, now: Timestamp) -> Result<bool> {
    scope::system(c)?;
    let target = recovery_codes::table
        .find((account.as_str(), hash))
        .filter(recovery_codes::used_at.is_null());
    let set = recovery_codes::used_at.eq(Some(now.as_millis()));
    Ok(diesel::update(target).set(set).execute(c)? == 1)
}

/// How many codes are left.
pub fn count_left(c: &mut Conn, account: &AccountId) -> Result<i64> {
    scope::system(c)?;
    Ok(recovery_codes::table
        .filter(recovery_codes::account_id.eq(account.as_str()))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(c)?)
}

/// Deletes every code of the account.
pub fn delete(c: &mut Conn, account: &AccountId) -> Result<()> {
    scope::system(c)?;
    let target = recovery_codes::table.filter(recovery_codes::account_id.eq(account.as_str()));
    diesel::delete(target).execute(c)?;
    Ok(())
}
