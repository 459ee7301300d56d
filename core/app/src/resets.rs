//! Links that set a new password, mailed to the account's own address or handed over by an admin of
//! the machine. A link carries no state: its token is the account, when it ends,
//! and a code over both and over the password's present hash, so that using it, or changing the
//! password in any other way, makes it void.

use domain::{AccountId, Secret, Timestamp};

use crate::App;
use crate::accounts::{self, Account};
use crate::attempts::{self, Attempt};
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::wishes::{self, Want};
use crate::{fields, mail, passwords};

/// How long a link works that an admin hands over, in seconds.
pub const LASTS_SECS: i64 = 24 * 3_600;
/// How long a link works that was mailed, in seconds.
pub const MAILED_SECS: i64 = 3_600;

/// Notes that somebody wants a mail with a link. Whether the address has an account is looked up
/// afterwards, by the worker: what is done here, and so how long it takes, is the same for every
/// address.
pub async fn request_link(app: &App, origin: &Origin, email: &str) -> Result<()> {
    if !app.post.is_on() {
        return Err(Error::Conflict { key: "error-mail-off" });
    }
    let email = fields::email("email", email)?;
    Attempt::mail(app, origin, &email).count(app).await?;
    wishes::make(app, origin, Want::Reset, &email).await
}

/// A link to mail to the account's owner.
pub(crate) fn link_by_mail(app: &App, account: &Account) -> String {
    let token = token_of(app, account, app.clock.now().plus_secs(MAILED_SECS));
    format!("{}/reset/{token}", app.options.public_url)
}

/// Makes a link for the account of this address, for an admin of the machine to hand over.
pub(crate) async fn create_link(app: &App, email: &str) -> Result<String> {
    let (app2, email) = (app.clone(), email.to_owned());
    let token = app
        .db
        .transact(move |c| -> Result<String> {
            let account = store::accounts::find_by_email(c, &email)?.ok_or(Error::NotFound)?;
            accounts::note(&app2, c, &account.id, &Who::system(), "account.reset-offered")?;
            Ok(token_of(&app2, &account, app2.clock.now().plus_secs(LASTS_SECS)))
        })
        .await?;
    Ok(format!("{}/reset/{token}", app.options.public_url))
}

/// The address of the account that a link's token is for; NotFound when it is void.
pub async fn look_up_reset(app: &App, origin: &Origin, token: &str) -> Result<String> {
    attempts::before_link(app, origin).await?;
    attempts::after_link(app, origin, find_reset(app, token).await).await
}

async fn find_reset(app: &App, token: &str) -> Result<String> {
    let (app2, token) = (app.clone(), token.to_owned());
    app.db
        .inspect(move |c| {
            let (id, ends) = parts_of(&token).ok_or(Error::NotFound)?;
            let account = store::accounts::find(c, &id)?.ok_or(Error::NotFound)?;
            check(&app2, &account, ends, &token).map(|()| account.email)
        })
        .await
}

/// Sets the password a link's token is for. They sign in with it afterwards.
pub async fn finish_reset(app: &App, origin: &Origin, token: &str, new: Secret) -> Result<()> {
    let email = look_up_reset(app, origin, token).await?;
    passwords::check("password", &new, &[&email])?;
    let hash = passwords::hash(new).await?;
    let (app2, origin, token) = (app.clone(), origin.clone(), token.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            let (id, ends) = parts_of(&token).ok_or(Error::NotFound)?;
            // Of two who use one link at once the second finds another hash, and the link void.
            store::accounts::lock(c, &id)?;
            let account = store::accounts::get(c, &id)?;
            check(&app2, &account, ends, &token)?;
            let who = Who { actor: Actor::Account(id), origin };
            accounts::set_password(&app2, c, &account, &hash, &who)?;
            mail::notify(&app2, c, &account.id, "account.password-reset", &who.origin)
        })
        .await
}

fn token_of(app: &App, account: &Account, ends: Timestamp) -> String {
    let (id, millis) = (&account.id, ends.as_millis());
    let bound = format!("{id} {millis} {}", account.password_hash);
    format!("{id}.{millis}.{}", app.vault.hash_token("password reset", &bound))
}

fn parts_of(token: &str) -> Option<(AccountId, Timestamp)> {
    let mut parts = token.split('.');
    let id = parts.next()?.parse().ok()?;
    let ends = Timestamp::from_millis(parts.next()?.parse().ok()?);
    Some((id, ends))
}

fn check(app: &App, account: &Account, ends: Timestamp, token: &str) -> Result<()> {
    // Compared as keyed hashes: how long it takes tells nothing of how much was right.
    let same =
        |a: &str, b: &str| app.vault.hash_token("compare", a) == app.vault.hash_token("compare", b);
    if app.clock.now() < ends && same(&token_of(app, account, ends), token) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
