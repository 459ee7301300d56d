//! Signing in: the password, and where the account has one a second proof. In between there is a
//! half-done sign-in that lasts minutes and opens nothing.

use domain::{AccountId, Secret};
use serde_json::json;
use store::Conn;
use store::accounts::Account;
use store::ceremonies::{Ceremony, CeremonyKind};

use crate::App;
use crate::attempts::{self, Attempt};
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::factors::{self, Methods};
use crate::sessions::{self, SignedIn};
use crate::wishes::{self, Want};
use crate::{fields, mail, passwords};

/// How long a half-done sign-in waits for its second proof, in seconds.
pub const PENDING_SECS: i64 = 10 * 60;

/// How far a right password gets.
pub enum Entry {
    /// In.
    Open(SignedIn),
    /// To the second step.
    Second(Pending),
}

impl Entry {
    /// The session, if nothing more is asked for.
    pub fn open(self) -> Option<SignedIn> {
        match self {
            Self::Open(signed) => Some(signed),
            Self::Second(_) => None,
        }
    }
}

/// A sign-in that waits for its second proof.
pub struct Pending {
    /// Its token, for the browser's cookie and nowhere else. It opens no session.
    pub token: String,
    /// What can be proved.
    pub methods: Methods,
}

/// Signs in. Takes the same time for an address that nobody has.
pub async fn sign_in(app: &App, origin: &Origin, email: &str, password: Secret) -> Result<Entry> {
    let email = fields::email("email", email)?;
    let wanted = email.clone();
    let account = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::accounts::find_by_email(c, &wanted)?))
        .await?;
    let id = account.as_ref().map(|account| &account.id);
    let attempt = Attempt::sign_in(app, origin, &email, id);
    let tries = attempt.count(app).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone()).unwrap_or_default();
    let checked = passwords::check_and_rehash(hash, password).await?;
    match account {
        Some(account) if checked.is_right => {
            after_password(app, origin, account, checked.rehashed, attempt).await
        }
        _ => {
            // The same for an address that nobody has, or the time it takes would tell which is which.
            let is_last = tries == attempts::PER_ACCOUNT_MAX;
            let want = if is_last { Want::Locked } else { Want::Refused };
            wishes::make(app, origin, want, &email).await?;
            Err(wrong_password())
        }
    }
}

fn wrong_password() -> Error {
    Error::invalid("password", "error-sign-in-failed")
}

async fn after_password(
    app: &App,
    origin: &Origin,
    account: Account,
    rehashed: Option<String>,
    attempt: Attempt,
) -> Result<Entry> {
    let (app2, origin) = (app.clone(), origin.clone());
    app.db
        .transact(move |c| -> Result<Entry> {
            attempt.forgive(c)?;
            // The password may have been changed while this one was being checked.
            let now = store::accounts::get(c, &account.id)?;
            if now.password_hash != account.password_hash {
                return Err(wrong_password());
            }
            if let Some(hash) = rehashed {
                store::accounts::update_password(c, &account.id, &hash, app2.clock.now())?;
            }
            enter(&app2, c, &account.id, &origin)
        })
        .await
}

/// Opens a session, or asks for the second step, once the first proof was right.
pub(crate) fn enter(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    origin: &Origin,
) -> Result<Entry> {
    let methods = factors::methods_of(c, account)?;
    if !methods.any() {
        return open_session(app, c, account, origin).map(Entry::Open);
    }
    let (now, token) = (app.clock.now(), vault::token::generate(&*app.rng));
    let row = Ceremony {
        token_hash: hash(app, &token),
        kind: CeremonyKind::SignIn,
        account_id: Some(account.clone()),
        state_json: json!({}).into(),
        created_at: now,
        expires_at: now.plus_secs(PENDING_SECS),
    };
    store::ceremonies::insert(c, &row)?;
    Ok(Entry::Second(Pending { token, methods }))
}

/// Opens a session after everything was proved, and says so where others look.
pub(crate) fn open_session(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    origin: &Origin,
) -> Result<SignedIn> {
    let tenant = sessions::last_tenant(app, c, account)?;
    if let Some(tenant) = &tenant {
        let is_new = sessions::is_new_device(c, tenant, account, origin)?;
        let action = if is_new { "session.new-device" } else { "session.started" };
        sessions::note(app, c, tenant, account, origin, action)?;
        if is_new {
            mail::notify(app, c, account, "session.new-device", origin)?;
        }
    }
    sessions::open(app, c, account, tenant, origin)
}

/// What the second step of a half-done sign-in can be. [`Error::SignedOut`] when it took too long.
pub async fn look_up_pending(app: &App, token: &str) -> Result<Methods> {
    let (app2, token) = (app.clone(), token.to_owned());
    app.db
        .inspect(move |c| {
            let account = pending_account(&app2, c, &token)?;
            factors::methods_of(c, &account)
        })
        .await
}

/// Whose sign-in a token is half of.
pub(crate) fn pending_account(app: &App, c: &mut Conn, token: &str) -> Result<AccountId> {
    let now = app.clock.now();
    let found = store::ceremonies::find(c, &hash(app, token), CeremonyKind::SignIn, now)?;
    found.and_then(|row| row.account_id).ok_or(Error::SignedOut)
}

/// Passes the second step with a code of the app or a recovery code.
pub async fn finish_with_code(
    app: &App,
    origin: &Origin,
    token: &str,
    code: &str,
) -> Result<SignedIn> {
    let (app2, token2) = (app.clone(), token.to_owned());
    let account = app.db.inspect(move |c| pending_account(&app2, c, &token2)).await?;
    let attempt = Attempt::second_step(app, origin, &account);
    let tries = attempt.count(app).await?;
    let (app2, origin2, token) = (app.clone(), origin.clone(), token.to_owned());
    let (code, id) = (code.to_owned(), account.clone());
    let opened = app
        .db
        .transact(move |c| -> Result<Option<SignedIn>> {
            if !factors::use_code(&app2, c, &id, &code, &origin2)? {
                return Ok(None);
            }
            attempt.forgive(c)?;
            finish(&app2, c, &token, &origin2).map(Some)
        })
        .await?;
    match opened {
        Some(signed) => Ok(signed),
        None => {
            let is_last = tries == attempts::PER_ACCOUNT_MAX;
            let action = if is_last { "account.locked" } else { "account.code-refused" };
            note_tries(app, origin, account, action).await?;
            Err(Error::invalid("code", "error-code-wrong"))
        }
    }
}

/// Ends the half-done sign-in and opens its session, once the second proof was right.
pub(crate) fn finish(app: &App, c: &mut Conn, token: &str, origin: &Origin) -> Result<SignedIn> {
    let now = app.clock.now();
    let taken = match store::ceremonies::take(c, &hash(app, token), CeremonyKind::SignIn, now) {
        Err(store::Error::NotFound) => return Err(Error::SignedOut),
        other => other?,
    };
    let account = taken.account_id.ok_or(Error::SignedOut)?;
    open_session(app, c, &account, origin)
}

fn hash(app: &App, token: &str) -> String {
    app.vault.hash_token("half-done sign-in", token)
}

/// Tells every business of the account that somebody ran out of tries on it.
pub(crate) async fn note_locked(app: &App, origin: &Origin, account: AccountId) -> Result<()> {
    note_tries(app, origin, account, "account.locked").await
}

/// The same for whatever became of a try.
async fn note_tries(
    app: &App,
    origin: &Origin,
    account: AccountId,
    action: &'static str,
) -> Result<()> {
    let who = Who { actor: Actor::System, origin: origin.clone() };
    let app2 = app.clone();
    app.db.transact(move |c| crate::accounts::note(&app2, c, &account, &who, action)).await
}
