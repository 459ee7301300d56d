//! Which identities an account has linked, on its profile, and that one way in always stays.

use domain::{AccountId, OpenidIdentityId, Timestamp};
use store::Conn;
use store::openid_identities::OpenidIdentity;

use super::token::Identity;
use crate::App;
use crate::error::{Error, Result};
use crate::factors;
use crate::sessions::{Login, SignedIn};

/// Identities an account may have.
pub const PER_ACCOUNT_MAX: usize = 5;

/// An identity, as the account's page shows it.
#[derive(Debug, Clone)]
pub struct IdentityView {
    /// Which.
    pub id: OpenidIdentityId,
    /// How its owner recognises it: an address, mostly.
    pub label: String,
    /// Since when.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// The account's identities at the provider, oldest first.
pub async fn list_identities(app: &App, login: &Login) -> Result<Vec<IdentityView>> {
    let Ok(provider) = app.openid.provider() else { return Ok(Vec::new()) };
    let issuer = provider.issuer().to_owned();
    let account = login.account.clone();
    let mut rows = app.db.read(move |c| store::openid_identities::list(c, &account)).await?;
    rows.retain(|row| row.issuer == issuer);
    let view = |row: OpenidIdentity| {
        let OpenidIdentity { id, label, created_at, used_at, .. } = row;
        IdentityView { id, label, added_at: created_at, used_at }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Takes an identity away; never the last way in.
pub async fn remove_identity(app: &App, login: &Login, id: &OpenidIdentityId) -> Result<SignedIn> {
    login.require_recent()?;
    let (app2, login, id) = (app.clone(), login.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            store::accounts::lock(c, &login.account)?;
            store::openid_identities::delete(c, &login.account, &id)?;
            require_a_way_in(&app2, c, &login.account)?;
            factors::changed(&app2, c, &login, "account.openid-removed")
        })
        .await
}

/// Refuses to leave an account that nobody could sign in to: without password, passkey and identity.
pub(crate) fn require_a_way_in(app: &App, c: &mut Conn, account: &AccountId) -> Result<()> {
    if !store::accounts::get(c, account)?.password_hash.is_empty() {
        return Ok(());
    }
    let issuer = app.openid.provider().map(|provider| provider.issuer().to_owned()).ok();
    let mut known = store::openid_identities::list(c, account)?.into_iter();
    let by_identity = known.any(|row| Some(row.issuer) == issuer);
    if by_identity || !store::passkeys::list(c, account)?.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict { key: "error-last-way-in" })
}

/// Links an identity, inside the caller's transaction. Answers whether that was possible: it may be
/// somebody else's.
pub(super) fn link(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    issuer: &str,
    identity: &Identity,
) -> Result<bool> {
    if let Some(there) = store::openid_identities::find(c, issuer, &identity.subject)? {
        return Ok(there.account_id == *account);
    }
    if store::openid_identities::list(c, account)?.len() >= PER_ACCOUNT_MAX {
        return Err(Error::Conflict { key: "error-too-many-identities" });
    }
    let row = OpenidIdentity {
        id: OpenidIdentityId::new(&*app.clock, &*app.rng),
        account_id: account.clone(),
        issuer: issuer.to_owned(),
        subject: identity.subject.clone(),
        label: identity.label.clone(),
        created_at: app.clock.now(),
        used_at: None,
    };
    match store::openid_identities::insert(c, &row) {
        // Linked at the same moment by somebody else: PostgreSQL ends the transaction with that.
        Err(store::Error::Unique { .. }) => Err(super::refusal::Refusal::Taken.error()),
        other => {
            other?;
            Ok(true)
        }
    }
}
