//! Proving once more who is signed in, before what a borrowed or stolen session must not do: secrets
//! of connections, plugins' permissions, roles, members, factors.

use domain::Secret;

use crate::App;
use crate::attempts::Attempt;
use crate::error::{Error, Result};
use crate::sessions::{self, Login, SignedIn};
use crate::{factors, passkeys, passwords};

/// What is proved.
pub enum Proof {
    /// The password; only where the account has no second factor.
    Password(Secret),
    /// A code of the app, or a recovery code.
    Code(String),
    /// A passkey's answer.
    Passkey {
        /// What [`crate::passkeys::begin_proof`] gave the browser to keep.
        token: String,
        /// As the browser's script wrote it.
        answer: String,
    },
}

/// Takes the proof: for a while the session may do everything, under a new token.
pub async fn prove(app: &App, login: &Login, proof: Proof) -> Result<SignedIn> {
    let code = match proof {
        Proof::Passkey { token, answer } => {
            return passkeys::prove(app, login, &token, &answer).await;
        }
        Proof::Code(code) => {
            Attempt::confirm(app, &login.account).count(app).await?;
            Some(code)
        }
        Proof::Password(password) => {
            Attempt::confirm(app, &login.account).count(app).await?;
            check_password(app, login, password).await?;
            None
        }
    };
    let attempt = Attempt::confirm(app, &login.account);
    let (app2, login) = (app.clone(), login.clone());
    let proved = app
        .db
        .transact(move |c| -> Result<Option<SignedIn>> {
            let is_right = match &code {
                Some(code) => factors::use_code(&app2, c, &login.account, code, &login.origin)?,
                None => true,
            };
            if !is_right {
                return Ok(None);
            }
            attempt.forgive(c)?;
            proved_again(&app2, c, &login).map(Some)
        })
        .await?;
    proved.ok_or_else(|| Error::invalid("confirm_code", "error-code-wrong"))
}

async fn check_password(app: &App, login: &Login, password: Secret) -> Result<()> {
    let wrong = || Error::invalid("confirm_password", "error-password-wrong");
    let id = login.account.clone();
    let (account, methods) = app
        .db
        .inspect(move |c| -> Result<_> {
            Ok((store::accounts::get(c, &id)?, factors::methods_of(c, &id)?))
        })
        .await?;
    // A password that was looked over a shoulder must not take the second factor away.
    if methods.any() {
        return Err(wrong());
    }
    let checked = passwords::check_and_rehash(account.password_hash, password).await?;
    if checked.is_right { Ok(()) } else { Err(wrong()) }
}

/// What follows a right proof.
pub(crate) fn proved_again(app: &App, c: &mut store::Conn, login: &Login) -> Result<SignedIn> {
    note(app, c, login)?;
    sessions::elevate(app, c, login)
}

/// Notes the proof in the business that the session is in.
fn note(app: &App, c: &mut store::Conn, login: &Login) -> Result<()> {
    match sessions::get(app, c, &login.session)?.tenant_id {
        Some(tenant) => {
            sessions::note(app, c, &tenant, &login.account, &login.origin, "session.confirmed")
        }
        None => Ok(()),
    }
}
