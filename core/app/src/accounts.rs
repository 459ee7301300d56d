//! Accounts: the profile of somebody who signs in, their password, and what an admin of the machine
//! can do when they are locked out. Accounts belong to the installation; what happens to one is
//! noted in every business it is a member of.

use domain::{AccountId, Locale, Secret};
use serde_json::{Value, json};
use store::Conn;
use store::accounts::AccountChange;

use crate::App;
use crate::attempts::Attempt;
use crate::audit::{self, Act, Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::sessions::{self, Login, SignedIn};
use crate::{attempts, fields, mail, passwords, resets};

pub use store::accounts::Account;

/// An account without its password, as pages show it.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Who.
    pub id: AccountId,
    /// What they sign in with, in lower case.
    pub email: String,
    /// What colleagues call them.
    pub name: String,
    /// As typed; empty when not given.
    pub phone: String,
    /// The language they chose; None follows the business's.
    pub locale: Option<Locale>,
}

impl From<Account> for Profile {
    fn from(account: Account) -> Self {
        let Account { id, email, name, phone, locale, .. } = account;
        Self { id, email, name, phone, locale }
    }
}

/// What the profile page sends.
pub struct ProfileInput {
    /// Their name.
    pub name: String,
    /// Their phone number, or nothing.
    pub phone: String,
    /// A language, or nothing for the business's.
    pub locale: String,
}

/// The profile of who is signed in.
pub async fn get_profile(app: &App, login: &Login) -> Result<Profile> {
    let id = login.account.clone();
    app.db.inspect(move |c| Ok::<_, Error>(store::accounts::get(c, &id)?.into())).await
}

/// Changes name, phone and language.
pub async fn update_profile(app: &App, login: &Login, input: ProfileInput) -> Result<Profile> {
    let name = fields::required_line("name", &input.name, fields::NAME_CHARS_MAX)?;
    let phone = fields::optional_phone("phone", &input.phone)?.unwrap_or_default();
    let locale = match input.locale.trim() {
        "" => None,
        tag => Some(fields::locale("locale", tag)?),
    };
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<Profile> {
            let change = AccountChange { name, phone, locale };
            store::accounts::update(c, &login.account, &change, app2.clock.now())?;
            note(&app2, c, &login.account, &who(&login), "account.profile-changed")?;
            Ok(store::accounts::get(c, &login.account)?.into())
        })
        .await
}

/// Changes the address they sign in with, which takes the password.
pub async fn change_email(app: &App, login: &Login, email: &str, password: Secret) -> Result<()> {
    let email = fields::email("email", email)?;
    let hash = confirm_password(app, login, "password", password).await?;
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let before = unchanged(c, &login.account, &hash)?;
            if before.email == email {
                return Ok(());
            }
            let now = app2.clock.now();
            if_taken(store::accounts::update_email(c, &before.id, &email, now))?;
            note(&app2, c, &before.id, &who(&login), "account.email-changed")?;
            // To the address it was: whoever reads that one must hear of it.
            mail::notify_at(&app2, c, &before, "account.email-changed", &login.origin)
        })
        .await
}

/// Changes the password, ends every other session and gives this one a new token.
pub async fn change_password(
    app: &App,
    login: &Login,
    current: Secret,
    new: Secret,
) -> Result<SignedIn> {
    let profile = get_profile(app, login).await?;
    passwords::check("new_password", &new, &[&profile.email, &profile.name])?;
    let hash = confirm_password(app, login, "current_password", current).await?;
    let new_hash = passwords::hash(new).await?;
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            let before = unchanged(c, &login.account, &hash)?;
            store::accounts::update_password(c, &before.id, &new_hash, app2.clock.now())?;
            sessions::end_others(&app2, c, &login)?;
            store::ceremonies::delete_of_account(c, &before.id)?;
            note(&app2, c, &before.id, &who(&login), "account.password-changed")?;
            mail::notify(&app2, c, &before.id, "account.password-changed", &login.origin)?;
            let tenant = sessions::get(&app2, c, &login.session)?.tenant_id;
            sessions::rotate(&app2, c, &login, tenant)
        })
        .await
}

/// Asks for the password again before something that a borrowed browser must not do. Answers the
/// hash it fits, for [`unchanged`].
async fn confirm_password(
    app: &App,
    login: &Login,
    field: &str,
    password: Secret,
) -> Result<String> {
    let id = login.account.clone();
    let account = app.db.inspect(move |c| Ok::<_, Error>(store::accounts::get(c, &id)?)).await?;
    let attempt = Attempt::confirm(app, &account.id);
    attempt.count(app).await?;
    let hash = account.password_hash;
    if !passwords::check_and_rehash(hash.clone(), password).await?.is_right {
        return Err(Error::invalid(field, "error-password-wrong"));
    }
    app.db.transact(move |c| attempt.forgive(c)).await?;
    Ok(hash)
}

/// The account, if its password is still the one that was confirmed outside this transaction.
fn unchanged(c: &mut Conn, id: &AccountId, hash: &str) -> Result<Account> {
    store::accounts::lock(c, id)?;
    let account = store::accounts::get(c, id)?;
    let same = account.password_hash == hash;
    if same { Ok(account) } else { Err(Error::Conflict { key: "error-changed-meanwhile" }) }
}

/// How an admin of the machine lets somebody in again who forgot the password.
pub enum Reset {
    /// A link that sets a new one, once, within a day.
    Link,
    /// This one.
    Password(Secret),
}

/// Resets an account's password from the command line. Answers the link, when one was asked for.
pub async fn reset_password(app: &App, email: &str, how: Reset) -> Result<Option<String>> {
    let email = fields::email("email", email)?;
    match how {
        Reset::Link => resets::create_link(app, &email).await.map(Some),
        Reset::Password(new) => {
            passwords::check("password", &new, &[&email])?;
            let hash = passwords::hash(new).await?;
            let app2 = app.clone();
            app.db
                .transact(move |c| -> Result<()> {
                    let account =
                        store::accounts::find_by_email(c, &email)?.ok_or(Error::NotFound)?;
                    set_password(&app2, c, &account, &hash, &Who::system())
                })
                .await?;
            Ok(None)
        }
    }
}

/// Sets a password without the old one: every session ends, the counted tries are forgiven.
pub(crate) fn set_password(
    app: &App,
    c: &mut Conn,
    account: &Account,
    hash: &str,
    who: &Who,
) -> Result<()> {
    store::accounts::update_password(c, &account.id, hash, app.clock.now())?;
    store::sessions::delete_others(c, &account.id, None)?;
    store::ceremonies::delete_of_account(c, &account.id)?;
    attempts::forgive_all(app, c, &account.id, &account.email)?;
    note(app, c, &account.id, who, "account.password-reset")
}

/// Lets an account that used up its tries sign in again at once.
pub async fn unlock(app: &App, email: &str) -> Result<()> {
    let email = fields::email("email", email)?;
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<()> {
            let account = store::accounts::find_by_email(c, &email)?.ok_or(Error::NotFound)?;
            attempts::forgive_all(&app2, c, &account.id, &email)?;
            note(&app2, c, &account.id, &Who::system(), "account.unlocked")
        })
        .await
}

/// Takes every second factor from an account, for somebody who lost the phone and the recovery codes;
/// their sessions end, and they sign in with the password alone.
pub async fn remove_factors(app: &App, email: &str) -> Result<()> {
    let email = fields::email("email", email)?;
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<()> {
            let account = store::accounts::find_by_email(c, &email)?.ok_or(Error::NotFound)?;
            store::totp_keys::delete(c, &account.id)?;
            store::passkeys::delete_all(c, &account.id)?;
            store::recovery_codes::delete(c, &account.id)?;
            store::ceremonies::delete_of_account(c, &account.id)?;
            store::sessions::delete_others(c, &account.id, None)?;
            note(&app2, c, &account.id, &Who::system(), "account.factors-removed")?;
            let origin = Origin::default();
            mail::notify(&app2, c, &account.id, "account.factors-removed", &origin)
        })
        .await
}

/// A new account's clean fields.
pub(crate) struct NewAccount {
    /// In lower case.
    pub email: String,
    /// A line.
    pub name: String,
    /// Hashed.
    pub password_hash: String,
    /// The language its page was in.
    pub locale: Option<Locale>,
}

/// Adds an account; an address that has one is the form's error.
pub(crate) fn insert(app: &App, c: &mut Conn, new: NewAccount) -> Result<Account> {
    let now = app.clock.now();
    let account = Account {
        id: AccountId::new(&*app.clock, &*app.rng),
        email: new.email,
        name: new.name,
        phone: String::new(),
        password_hash: new.password_hash,
        locale: new.locale,
        created_at: now,
        updated_at: now,
    };
    if_taken(store::accounts::insert(c, &account)).map(|()| account)
}

fn taken() -> Error {
    Error::invalid("email", "error-email-taken")
}

fn if_taken(result: store::Result<()>) -> Result<()> {
    match result {
        Err(store::Error::Unique { .. }) => Err(taken()),
        other => Ok(other?),
    }
}

fn who(login: &Login) -> Who {
    Who { actor: Actor::Account(login.account.clone()), origin: login.origin.clone() }
}

/// Notes what happened to an account in every business it is a member of.
pub(crate) fn note(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    who: &Who,
    action: &'static str,
) -> Result<()> {
    note_more(app, c, account, who, action, &json!({}))
}

/// [`note`], with more to show.
pub(crate) fn note_more(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    who: &Who,
    action: &'static str,
    detail: &Value,
) -> Result<()> {
    let memberships = store::members::list_of_account(c, account)?;
    let mut tenants: Vec<_> = memberships.into_iter().map(|(tenant, _)| tenant.id).collect();
    // Always in this order, so that two such transactions never wait for each other in a circle.
    tenants.sort();
    for tenant in tenants {
        let detail = detail.clone();
        let act = Act { action, entity: "account", entity_id: account.as_str(), detail };
        audit::append(app, c, &tenant, who, &act)?;
    }
    Ok(())
}
