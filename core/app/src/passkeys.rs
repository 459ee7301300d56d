//! Passkeys (WebAuthn, level 2): a key in a phone, a computer or a stick that signs for this site alone
//! after its owner unlocked it by finger, face or code. Using one is both proofs in one: what
//! somebody has, and what somebody is or knows.
//!
//! The browser asks for the questions of a ceremony, and sends the answer with a form. What the
//! question was stays here, in the table `ceremonies`, and is taken out before the answer is looked
//! at: no answer is looked at twice.

#[cfg(test)]
#[path = "../tests/app/support/authenticator.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]
mod authenticator;
mod relying_party;
mod uses;

use domain::{AccountId, PasskeyId};
use serde_json::Value;
use store::Conn;
use store::ceremonies::{Ceremony, CeremonyKind};
use store::passkeys::Passkey;
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use crate::App;
use crate::accounts;
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::factors::{self, Added};
use crate::fields;
use crate::openid;
use crate::sessions::{Login, SignedIn};

pub use relying_party::is_possible;
pub(crate) use uses::prove;
pub use uses::{begin_proof, begin_second_step, begin_sign_in, finish_second_step, sign_in};

/// Passkeys an account may have.
pub const PER_ACCOUNT_MAX: usize = 20;
/// How long the browser may take for an answer, in seconds: as long as it is told to try.
pub const CEREMONY_SECS: i64 = 5 * 60;
/// The longest name of a passkey, in characters.
const NAME_CHARS_MAX: usize = 60;
/// The longest answer, in bytes. Real ones stay below four thousand.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;

/// A ceremony that waits for the browser's answer.
pub struct Begun {
    /// For a cookie of the browser and nowhere else: without it the answer counts for nothing.
    pub token: String,
    /// What the browser is asked, as JSON with bytes in base64url.
    pub options: Value,
}

/// Asks the browser for a new passkey of the account.
pub async fn begin_adding(app: &App, login: &Login) -> Result<Begun> {
    login.require_recent()?;
    let party = relying_party::of(app)?;
    let (app2, account) = (app.clone(), login.account.clone());
    app.db
        .transact(move |c| -> Result<Begun> {
            let profile = store::accounts::get(c, &account)?;
            let known = store::passkeys::list(c, &account)?;
            refuse_more(&known)?;
            let handle = relying_party::handle_of(&account)?;
            let ids = known.iter().filter_map(|row| relying_party::bytes_of(&row.credential_id));
            let name = if profile.name.is_empty() { &profile.email } else { &profile.name };
            let (asked, state) = party
                .start_passkey_registration(handle, &profile.email, name, Some(ids.collect()))
                .map_err(Error::internal)?;
            let mut options = serde_json::to_value(asked)?;
            // One that doesn't say whose it is could not sign in by itself.
            let wish = &mut options["publicKey"]["authenticatorSelection"];
            wish["residentKey"] = "required".into();
            wish["requireResidentKey"] = true.into();
            let state = serde_json::to_value(state)?;
            let token = keep(&app2, c, CeremonyKind::PasskeyAdd, Some(account), state)?;
            Ok(Begun { token, options })
        })
        .await
}

fn refuse_more(known: &[Passkey]) -> Result<()> {
    let is_full = known.len() >= PER_ACCOUNT_MAX;
    if is_full { Err(Error::Conflict { key: "error-too-many-passkeys" }) } else { Ok(()) }
}

/// Keeps a ceremony; answers the token that names it.
fn keep(
    app: &App,
    c: &mut Conn,
    kind: CeremonyKind,
    account_id: Option<AccountId>,
    state: Value,
) -> Result<String> {
    let (now, token) = (app.clock.now(), vault::token::generate(&*app.rng));
    let row = Ceremony {
        token_hash: hash(app, &token),
        kind,
        account_id,
        state_json: state.into(),
        created_at: now,
        expires_at: now.plus_secs(CEREMONY_SECS),
    };
    store::ceremonies::insert(c, &row)?;
    Ok(token)
}

/// Takes a ceremony out, in a transaction of its own: a wrong answer uses it up as well.
async fn take(app: &App, token: &str, kind: CeremonyKind) -> Result<Ceremony> {
    let (hash, now) = (hash(app, token), app.clock.now());
    app.db
        .transact(move |c| match store::ceremonies::take(c, &hash, kind, now) {
            Err(store::Error::NotFound) => Err(Error::invalid("passkey", "error-passkey-late")),
            other => Ok(other?),
        })
        .await
}

fn hash(app: &App, token: &str) -> String {
    app.vault.hash_token("passkey ceremony", token)
}

/// One answer for whatever is wrong: whose a credential is, and whether it is anybody's, is nothing
/// to find out here.
fn refused() -> Error {
    Error::invalid("passkey", "error-passkey-refused")
}

/// Reads what the browser's script wrote.
fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T> {
    if answer.len() > ANSWER_BYTES_MAX {
        return Err(refused());
    }
    serde_json::from_str(answer).map_err(|_| refused())
}

/// Adds the passkey that the browser made.
pub async fn finish_adding(
    app: &App,
    login: &Login,
    token: &str,
    name: &str,
    answer: &str,
) -> Result<Added> {
    login.require_recent()?;
    let party = relying_party::of(app)?;
    let name = fields::required_line("name", name, NAME_CHARS_MAX)?;
    let answer: RegisterPublicKeyCredential = read(answer)?;
    let begun = take(app, token, CeremonyKind::PasskeyAdd).await?;
    if begun.account_id.as_ref() != Some(&login.account) {
        return Err(refused());
    }
    let state: PasskeyRegistration = serde_json::from_value(begun.state_json.0)?;
    let Ok(made) = party.finish_passkey_registration(&answer, &state) else {
        note_refused(app, &login.origin, login.account.clone()).await?;
        return Err(refused());
    };
    let row = Passkey {
        id: PasskeyId::new(&*app.clock, &*app.rng),
        account_id: login.account.clone(),
        name,
        credential_id: relying_party::text_of(made.cred_id()),
        counter: relying_party::counter_of(&made)?,
        credential_json: serde_json::to_value(&made)?.into(),
        created_at: app.clock.now(),
        used_at: None,
    };
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<Added> {
            store::accounts::lock(c, &login.account)?;
            refuse_more(&store::passkeys::list(c, &login.account)?)?;
            match store::passkeys::insert(c, &row) {
                Err(store::Error::Unique { .. }) => return Err(refused()),
                other => other?,
            }
            factors::added(&app2, c, &login, "account.passkey-added")
        })
        .await
}

/// Calls a passkey something else.
pub async fn rename(app: &App, login: &Login, id: &PasskeyId, name: &str) -> Result<()> {
    let name = fields::required_line("name", name, NAME_CHARS_MAX)?;
    let (app2, login, id) = (app.clone(), login.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::passkeys::rename(c, &login.account, &id, &name)?;
            let who = who(&login.account, &login.origin);
            accounts::note(&app2, c, &login.account, &who, "account.passkey-renamed")
        })
        .await
}

/// Takes a passkey away; with the last factor go the recovery codes.
pub async fn remove(app: &App, login: &Login, id: &PasskeyId) -> Result<SignedIn> {
    login.require_recent()?;
    let (app2, login, id) = (app.clone(), login.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            store::accounts::lock(c, &login.account)?;
            store::passkeys::delete(c, &login.account, &id)?;
            openid::require_a_way_in(&app2, c, &login.account)?;
            factors::without_factors(c, &login.account)?;
            factors::changed(&app2, c, &login, "account.passkey-removed")
        })
        .await
}

fn who(account: &AccountId, origin: &Origin) -> Who {
    Who { actor: Actor::Account(account.clone()), origin: origin.clone() }
}

/// Notes that something claimed to be a passkey of the account and was none.
async fn note_refused(app: &App, origin: &Origin, account: AccountId) -> Result<()> {
    let (app2, who) = (app.clone(), Who { actor: Actor::System, origin: origin.clone() });
    app.db
        .transact(move |c| accounts::note(&app2, c, &account, &who, "account.passkey-refused"))
        .await
}
