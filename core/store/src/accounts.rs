//! Those who sign in. An account belongs to the instance; what it may see is in its memberships.

use std::fmt;

use diesel::prelude::*;
use domain::{AccountId, Locale, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found};
use crate::schema::accounts;

row! {
    /// An account. Not printable, because of the password's hash.
    #[derive(Clone, PartialEq)]
    pub struct Account: accounts, [Queryable, Selectable, Insertable] {
        pub id: AccountId as String,
        pub email: String,
        pub name: String,
        pub phone: String,
        pub password_hash: String,
        pub locale: Option<Locale> as Opt<String, Locale>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

row! {
    /// What a profile page may change.
    #[derive(Debug, Clone, PartialEq)]
    pub struct AccountChange: accounts, [AsChangeset] {
        pub name: String,
        pub phone: String,
        pub locale: Option<Locale> as Opt<String, Locale>,
    }
}

/// The form in which addresses are kept and compared.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The account, if there is one.
pub fn find(c: &mut Conn, id: &AccountId) -> Result<Option<Account>> {
    let query = accounts::table.find(id.as_str()).select(Account::as_select());
    Ok(query.first(c).optional()?)
}

/// The account, or [`Error::NotFound`].
pub fn get(c: &mut Conn, id: &AccountId) -> Result<Account> {
    find(c, id)?.ok_or(Error::NotFound)
}

/// The account with this address, in whatever case it is written.
pub fn find_by_email(c: &mut Conn, email: &str) -> Result<Option<Account>> {
    let query = accounts::table.filter(accounts::email.eq(normal_email(email)));
    Ok(query.select(Account::as_select()).first(c).optional()?)
}

/// Adds an account; its address is kept in lower case.
///
/// # Errors
/// [`Error::Unique`] (`accounts_email_key`) when the address is taken.
pub fn insert(c: &mut Conn, account: &Account) -> Result<()> {
    let account = Account { email: normal_email(&account.email), ..account.clone() };
    diesel::insert_into(accounts::table).values(account).execute(c)?;
    Ok(())
}

/// Changes the profile.
pub fn update(c: &mut Conn, id: &AccountId, change: &AccountChange, now: Timestamp) -> Result<()> {
    let rows = diesel::update(accounts::table.find(id.as_str()))
        .set((change.clone(), accounts::updated_at.eq(now.as_millis())))
        .execute(c)?;
    found(rows)
}

/// Changes the address.
///
/// # Errors
/// [`Error::Unique`] (`accounts_email_key`) when it is taken.
pub fn update_email(c: &mut Conn, id: &AccountId, email: &str, now: Timestamp) -> Result<()> {
    let set = (accounts::email.eq(normal_email(email)), accounts::updated_at.eq(now.as_millis()));
    found(diesel::update(accounts::table.find(id.as_str())).set(set).execute(c)?)
}

/// Changes the password's hash.
pub fn update_password(c: &mut Conn, id: &AccountId, hash: &str, now: Timestamp) -> Result<()> {
    let set = (accounts::password_hash.eq(hash), accounts::updated_at.eq(now.as_millis()));
    found(diesel::update(accounts::table.find(id.as_str())).set(set).execute(c)?)
}

/// Makes other transactions that lock the same account wait for this one, such as two that set a
/// new password by one link; on SQLite writers wait for each other anyway.
pub fn lock(c: &mut Conn, id: &AccountId) -> Result<()> {
    let row = accounts::table.find(id.as_str()).select(accounts::id);
    let found: Option<String> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_no_key_update().first(c).optional()?
    );
    found.map(drop).ok_or(Error::NotFound)
}

/// Deletes the account with its memberships and sessions.
pub fn delete(c: &mut Conn, id: &AccountId) -> Result<()> {
    found(diesel::delete(accounts::table.find(id.as_str())).execute(c)?)
}
