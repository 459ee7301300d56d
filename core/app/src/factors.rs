//! Second factors: an authenticator app, passkeys (passkeys.rs) and recovery codes. A
//! changed factor takes a recent proof, ends every other session and is told by mail.

use domain::{AccountId, PasskeyId, Secret, Timestamp};
use store::Conn;
use store::totp_keys::TotpKey;

use crate::App;
use crate::accounts;
use crate::attempts::Attempt;
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::sessions::{self, Login, SignedIn};
use crate::{account_secrets, mail, one_time_codes};

/// How many recovery codes an account has.
pub const RECOVERY_CODES: usize = 10;
/// The name under which the key of an app is sealed.
const KEY_NAME: &str = "totp";
/// What apps call the entry.
const ISSUER: &str = "OXPI";

/// With what an account can pass the second step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Methods {
    /// An authenticator app.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

impl Methods {
    /// Whether there is a second step at all.
    pub fn any(self) -> bool {
        self.app || self.passkey
    }
}

/// An account's second factors, as its page shows them.
#[derive(Debug, Clone)]
pub struct Factors {
    /// The authenticator app.
    pub app: Option<AppView>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Recovery codes that are left.
    pub codes_left: i64,
}

/// An authenticator app that counts.
#[derive(Debug, Clone)]
pub struct AppView {
    /// Since when.
    pub added_at: Timestamp,
    /// When its last code was used.
    pub used_at: Option<Timestamp>,
}

/// A passkey.
#[derive(Debug, Clone)]
pub struct PasskeyView {
    /// Which.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// A key that is being shared with an app. It is shown to its owner, once it is asked for.
pub struct Enrolment {
    /// The address that a QR code carries (the de-facto `otpauth` scheme).
    pub uri: String,
    /// The same key, to type.
    pub key: String,
}

/// A factor that counts now.
pub struct Added {
    /// The session's new token.
    pub signed: SignedIn,
    /// Recovery codes, shown this once; none when the account had some already.
    pub recovery_codes: Vec<String>,
}

/// With what the account can pass the second step.
pub(crate) fn methods_of(c: &mut Conn, account: &AccountId) -> Result<Methods> {
    let key = store::totp_keys::find(c, account)?;
    Ok(Methods {
        app: key.is_some_and(|key| key.confirmed_at.is_some()),
        passkey: !store::passkeys::list(c, account)?.is_empty(),
    })
}

/// With what who is signed in can prove it once more.
pub async fn my_methods(app: &App, login: &Login) -> Result<Methods> {
    let account = login.account.clone();
    app.db.inspect(move |c| methods_of(c, &account)).await
}

/// The account's factors.
pub async fn list_factors(app: &App, login: &Login) -> Result<Factors> {
    let account = login.account.clone();
    app.db
        .inspect(move |c| -> Result<Factors> {
            let key = store::totp_keys::find(c, &account)?;
            let view = |key: TotpKey| {
                key.confirmed_at.map(|added_at| AppView { added_at, used_at: key.used_at })
            };
            let codes_left = store::recovery_codes::count_left(c, &account)?;
            let passkeys = store::passkeys::list(c, &account)?;
            let passkeys = passkeys.into_iter().map(passkey_view).collect();
            Ok(Factors { app: key.and_then(view), passkeys, codes_left })
        })
        .await
}

fn passkey_view(row: store::passkeys::Passkey) -> PasskeyView {
    let store::passkeys::Passkey { id, name, created_at, used_at, .. } = row;
    PasskeyView { id, name, added_at: created_at, used_at }
}

/// Makes a key to share with an authenticator app. It counts from when [`confirm_app`] gets a first
/// code; beginning again makes another.
pub async fn begin_app(app: &App, login: &Login) -> Result<()> {
    login.require_recent()?;
    let (app2, account) = (app.clone(), login.account.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let key = one_time_codes::new_key(&*app2.rng);
            let row = TotpKey {
                account_id: account.clone(),
                sealed: account_secrets::seal(&app2, &account, KEY_NAME, &key)?,
                last_step: 0,
                created_at: app2.clock.now(),
                confirmed_at: None,
                used_at: None,
            };
            match store::totp_keys::begin(c, &row)? {
                true => Ok(()),
                false => Err(Error::Conflict { key: "error-app-there-already" }),
            }
        })
        .await
}

/// The key that was begun and isn't confirmed; NotFound when there is none.
pub async fn get_enrolment(app: &App, login: &Login) -> Result<Enrolment> {
    login.require_recent()?;
    let (app2, account) = (app.clone(), login.account.clone());
    app.db
        .inspect(move |c| -> Result<Enrolment> {
            let key = store::totp_keys::find(c, &account)?;
            let key = key.filter(|key| key.confirmed_at.is_none()).ok_or(Error::NotFound)?;
            let email = store::accounts::get(c, &account)?.email;
            let secret = account_secrets::open(&app2, &account, KEY_NAME, &key.sealed)?;
            let key = one_time_codes::base32(secret.expose());
            let email: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
            let uri = format!(
                "otpauth://totp/{ISSUER}:{email}?secret={key}&issuer={ISSUER}&algorithm=SHA1\
                 &digits=6&period=30"
            );
            Ok(Enrolment { uri, key })
        })
        .await
}

/// Makes the key count, by a first code of the app.
pub async fn confirm_app(app: &App, login: &Login, code: &str) -> Result<Added> {
    login.require_recent()?;
    let attempt = Attempt::confirm(app, &login.account);
    attempt.count(app).await?;
    let (app2, login, code) = (app.clone(), login.clone(), code.to_owned());
    app.db
        .transact(move |c| -> Result<Added> {
            let now = app2.clock.now();
            store::accounts::lock(c, &login.account)?;
            let key = store::totp_keys::find(c, &login.account)?;
            let key = key.filter(|key| key.confirmed_at.is_none()).ok_or(Error::NotFound)?;
            if !fits(&app2, c, &key, &code)? {
                return Err(Error::invalid("code", "error-code-wrong"));
            }
            store::totp_keys::confirm(c, &login.account, now)?;
            attempt.forgive(c)?;
            added(&app2, c, &login, "account.app-added")
        })
        .await
}

/// What follows a new factor: recovery codes where there are none, and everything else that follows
/// a changed one.
pub(crate) fn added(app: &App, c: &mut Conn, login: &Login, action: &'static str) -> Result<Added> {
    let has_codes = store::recovery_codes::count_left(c, &login.account)? > 0;
    let recovery_codes = if has_codes { Vec::new() } else { new_codes(app, c, &login.account)? };
    Ok(Added { signed: changed(app, c, login, action)?, recovery_codes })
}

/// What follows a changed factor: it is noted and told, half-done sign-ins and other sessions end,
/// this one gets a new token.
pub(crate) fn changed(
    app: &App,
    c: &mut Conn,
    login: &Login,
    action: &'static str,
) -> Result<SignedIn> {
    let who = Who { actor: Actor::Account(login.account.clone()), origin: login.origin.clone() };
    accounts::note(app, c, &login.account, &who, action)?;
    mail::notify(app, c, &login.account, action, &login.origin)?;
    store::ceremonies::delete_of_account(c, &login.account)?;
    sessions::end_others(app, c, login)?;
    let tenant = sessions::get(app, c, &login.session)?.tenant_id;
    sessions::rotate(app, c, login, tenant)
}

/// Takes the authenticator app away; with the last factor go the recovery codes.
pub async fn remove_app(app: &App, login: &Login) -> Result<SignedIn> {
    login.require_recent()?;
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            store::accounts::lock(c, &login.account)?;
            // One that was never confirmed is no factor: nothing changes when it goes.
            if !methods_of(c, &login.account)?.app {
                return Err(Error::NotFound);
            }
            store::totp_keys::delete(c, &login.account)?;
            without_factors(c, &login.account)?;
            changed(&app2, c, &login, "account.app-removed")
        })
        .await
}

/// Recovery codes stand in for a factor; without one they would be a second way past nothing.
pub(crate) fn without_factors(c: &mut Conn, account: &AccountId) -> Result<()> {
    if methods_of(c, account)?.any() {
        return Ok(());
    }
    Ok(store::recovery_codes::delete(c, account)?)
}

/// New recovery codes; the old ones are worth nothing from now on. Shown this once.
pub async fn renew_recovery_codes(app: &App, login: &Login) -> Result<Added> {
    login.require_recent()?;
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<Added> {
            store::accounts::lock(c, &login.account)?;
            if !methods_of(c, &login.account)?.any() {
                return Err(Error::Conflict { key: "error-no-factor" });
            }
            let recovery_codes = new_codes(&app2, c, &login.account)?;
            let signed = changed(&app2, c, &login, "account.codes-renewed")?;
            Ok(Added { signed, recovery_codes })
        })
        .await
}

fn new_codes(app: &App, c: &mut Conn, account: &AccountId) -> Result<Vec<String>> {
    let codes: Vec<String> =
        (0..RECOVERY_CODES).map(|_| one_time_codes::new_recovery_code(&*app.rng)).collect();
    let hashes: Vec<String> = codes
        .iter()
        .filter_map(|code| one_time_codes::normal_recovery_code(code))
        .map(|code| hash(app, account, &code))
        .collect();
    store::recovery_codes::replace(c, account, &hashes, app.clock.now())?;
    Ok(codes)
}

fn hash(app: &App, account: &AccountId, normal: &str) -> String {
    app.vault.hash_token("recovery code", &format!("{account} {normal}"))
}

/// Uses up a code: of the app, or a recovery code, whichever was typed. Answers whether it was right
/// and unused; of any number of tries at the same time with one code one is.
pub(crate) fn use_code(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    typed: &str,
    origin: &Origin,
) -> Result<bool> {
    let key = store::totp_keys::find(c, account)?.filter(|key| key.confirmed_at.is_some());
    if let Some(key) = key
        && fits(app, c, &key, typed)?
    {
        return Ok(true);
    }
    let Some(code) = one_time_codes::normal_recovery_code(typed) else { return Ok(false) };
    let now = app.clock.now();
    let used = store::recovery_codes::use_up(c, account, &hash(app, account, &code), now)?;
    if used {
        let who = Who { actor: Actor::Account(account.clone()), origin: origin.clone() };
        accounts::note(app, c, account, &who, "account.code-used")?;
        mail::notify(app, c, account, "account.code-used", origin)?;
    }
    Ok(used)
}

/// Whether the code is one of this key's just now, and uses up its thirty seconds.
fn fits(app: &App, c: &mut Conn, key: &TotpKey, typed: &str) -> Result<bool> {
    let (account, now) = (&key.account_id, app.clock.now());
    let secret: Secret = account_secrets::open(app, account, KEY_NAME, &key.sealed)?;
    match one_time_codes::step_of(&secret, typed, now) {
        Some(step) => Ok(store::totp_keys::use_step(c, account, step, now)?),
        None => Ok(false),
    }
}
