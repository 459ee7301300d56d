//! Using a passkey: to sign in with it alone, as the second step after a password, and to prove once
//! more who it is.

use domain::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Conn;
use store::ceremonies::CeremonyKind;
use store::passkeys::Passkey;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey as Credential, PublicKeyCredential,
    WebauthnError,
};

use super::{Begun, keep, note_refused, read, refused, relying_party, take, who};
use crate::App;
use crate::attempts::{self, Attempt};
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::sessions::{Login, SignedIn};
use crate::{accounts, mail, proofs, sign_ins};

/// What a passkey is asked for. An answer to one question is none to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    SignIn,
    SecondStep,
    Proof,
}

/// What is kept of a question.
#[derive(Serialize, Deserialize)]
struct Question {
    purpose: Purpose,
    state: DiscoverableAuthentication,
}

/// Asks for a passkey of anybody's: it says itself whose it is.
pub async fn begin_sign_in(app: &App, origin: &Origin) -> Result<Begun> {
    Attempt::begin(app, origin).count(app).await?;
    begin(app, Purpose::SignIn, None).await
}

/// Asks for a passkey of the account whose password was right.
pub async fn begin_second_step(app: &App, origin: &Origin, pending: &str) -> Result<Begun> {
    Attempt::begin(app, origin).count(app).await?;
    let (app2, pending) = (app.clone(), pending.to_owned());
    let account = app.db.inspect(move |c| sign_ins::pending_account(&app2, c, &pending)).await?;
    begin(app, Purpose::SecondStep, Some(account)).await
}

/// Asks for a passkey of who is signed in.
pub async fn begin_proof(app: &App, login: &Login) -> Result<Begun> {
    begin(app, Purpose::Proof, Some(login.account.clone())).await
}

async fn begin(app: &App, purpose: Purpose, account: Option<AccountId>) -> Result<Begun> {
    let party = relying_party::of(app)?;
    // Asked the same way each time: the library would otherwise keep a copy of the passkey, and with
    // it a counter that may have moved before the answer comes.
    let (asked, state) = party.start_discoverable_authentication().map_err(Error::internal)?;
    let mut options = serde_json::to_value(asked)?;
    // The page asks at a press of a button, not while a field is filled in.
    options.as_object_mut().map(|all| all.remove("mediation"));
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<Begun> {
            if let Some(account) = &account {
                options["publicKey"]["allowCredentials"] = allowed(c, account)?;
            }
            let state = serde_json::to_value(Question { purpose, state })?;
            let token = keep(&app2, c, CeremonyKind::PasskeyUse, account, state)?;
            Ok(Begun { token, options })
        })
        .await
}

fn allowed(c: &mut Conn, account: &AccountId) -> Result<Value> {
    let known = store::passkeys::list(c, account)?;
    if known.is_empty() {
        return Err(Error::NotFound);
    }
    let one = |row: Passkey| json!({"type": "public-key", "id": row.credential_id});
    Ok(known.into_iter().map(one).collect())
}

/// Signs in with a passkey alone: it is what somebody has, and opens for who they are.
pub async fn sign_in(app: &App, origin: &Origin, token: &str, answer: &str) -> Result<SignedIn> {
    let used = Use::read(app, origin, Purpose::SignIn, None, answer)?;
    let attempt = Attempt::passkey(app, origin, &used.credential_id);
    let (app2, origin2) = (app.clone(), origin.clone());
    let open = move |c: &mut Conn, account: &AccountId| {
        sign_ins::open_session(&app2, c, account, &origin2)
    };
    used.finish(token, attempt, open).await
}

/// Passes the second step with a passkey.
pub async fn finish_second_step(
    app: &App,
    origin: &Origin,
    pending: &str,
    token: &str,
    answer: &str,
) -> Result<SignedIn> {
    let (app2, pending2) = (app.clone(), pending.to_owned());
    let account = app.db.inspect(move |c| sign_ins::pending_account(&app2, c, &pending2)).await?;
    let attempt = Attempt::second_step(app, origin, &account);
    let used = Use::read(app, origin, Purpose::SecondStep, Some(account), answer)?;
    let (app2, origin2, pending) = (app.clone(), origin.clone(), pending.to_owned());
    let open = move |c: &mut Conn, _: &AccountId| sign_ins::finish(&app2, c, &pending, &origin2);
    used.finish(token, attempt, open).await
}

/// Proves once more who is signed in.
pub(crate) async fn prove(app: &App, login: &Login, token: &str, answer: &str) -> Result<SignedIn> {
    let account = Some(login.account.clone());
    let used = Use::read(app, &login.origin, Purpose::Proof, account, answer).map_err(as_proof)?;
    let attempt = Attempt::confirm(app, &login.account);
    let (app2, login) = (app.clone(), login.clone());
    let elevate = move |c: &mut Conn, _: &AccountId| proofs::proved_again(&app2, c, &login);
    used.finish(token, attempt, elevate).await.map_err(as_proof)
}

/// The page that asks again names its fields after itself.
fn as_proof(error: Error) -> Error {
    match error {
        Error::Invalid { field, key } if field == "passkey" => {
            Error::Invalid { field: "confirm_passkey".to_owned(), key }
        }
        other => other,
    }
}

/// An answer that was read and not believed yet.
struct Use {
    app: App,
    origin: Origin,
    purpose: Purpose,
    /// Whose passkey it must be; None for whoever's it is.
    account: Option<AccountId>,
    answer: PublicKeyCredential,
    credential_id: String,
}

/// How an answer turned out.
enum Outcome<T> {
    Right(T),
    Wrong(Wrong),
}

/// An answer that counts for nothing, and whose passkey it named.
struct Wrong {
    account: Option<AccountId>,
    /// Whether everything was right but the counter: two devices may hold the same key.
    is_copy: bool,
}

impl Use {
    fn read(
        app: &App,
        origin: &Origin,
        purpose: Purpose,
        account: Option<AccountId>,
        answer: &str,
    ) -> Result<Self> {
        let answer: PublicKeyCredential = read(answer)?;
        let credential_id = relying_party::text_of(answer.get_credential_id());
        let (app, origin) = (app.clone(), origin.clone());
        Ok(Self { app, origin, purpose, account, answer, credential_id })
    }

    /// Counts the try, takes the question out, checks the answer, and does `then` in the same
    /// transaction as the use is noted in.
    async fn finish<T: Send + 'static>(
        self,
        token: &str,
        attempt: Attempt,
        then: impl FnOnce(&mut Conn, &AccountId) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, origin) = (self.app.clone(), self.origin.clone());
        let tries = attempt.count(&app).await?;
        let begun = take(&app, token, CeremonyKind::PasskeyUse).await?;
        let question: Question = serde_json::from_value(begun.state_json.0)?;
        if question.purpose != self.purpose || begun.account_id != self.account {
            return Err(refused());
        }
        let outcome = app
            .db
            .transact(move |c| -> Result<Outcome<T>> {
                let account = match self.check(c, question.state)? {
                    Outcome::Right(account) => account,
                    Outcome::Wrong(wrong) => return Ok(Outcome::Wrong(wrong)),
                };
                attempt.forgive(c)?;
                let who = who(&account, &self.origin);
                accounts::note(&self.app, c, &account, &who, "account.passkey-used")?;
                then(c, &account).map(Outcome::Right)
            })
            .await?;
        match outcome {
            Outcome::Right(done) => Ok(done),
            Outcome::Wrong(wrong) => {
                wrong.tell(&app, &origin, tries).await?;
                Err(refused())
            }
        }
    }

    /// Checks the answer against the passkey as it is now, and notes the use.
    fn check(&self, c: &mut Conn, state: DiscoverableAuthentication) -> Result<Outcome<AccountId>> {
        let wrong = |account, is_copy| Ok(Outcome::Wrong(Wrong { account, is_copy }));
        let Some(row) = store::passkeys::find_by_credential(c, &self.credential_id)? else {
            return wrong(self.account.clone(), false);
        };
        if !self.is_of(&row)? {
            return wrong(self.account.clone().or(Some(row.account_id)), false);
        }
        let mut credential: Credential = serde_json::from_value(row.credential_json.0.clone())?;
        let party = relying_party::of(&self.app)?;
        let result = party.finish_discoverable_authentication_v2(&self.answer, state, &credential);
        let result: AuthenticationResult = match result {
            Ok(result) => result,
            Err(error) => {
                let is_copy = matches!(error, WebauthnError::CredentialPossibleCompromise);
                return wrong(Some(row.account_id), is_copy);
            }
        };
        credential.update_credential(&result);
        let (counter, now) = (i64::from(result.counter()), self.app.clock.now());
        let json = serde_json::to_value(&credential)?.into();
        match store::passkeys::note_use(c, &row.id, row.counter, counter, &json, now) {
            // Used at the same moment, or taken away.
            Err(store::Error::Conflict) => wrong(Some(row.account_id), false),
            other => {
                other?;
                Ok(Outcome::Right(row.account_id))
            }
        }
    }

    /// Whether the passkey is of who must use it, and says so itself where it alone says who that is.
    fn is_of(&self, row: &Passkey) -> Result<bool> {
        let handle = relying_party::handle_of(&row.account_id)?;
        let said = self.answer.get_user_unique_id();
        let says_so = match said {
            Some(said) => said == handle.as_bytes(),
            None => self.account.is_some(),
        };
        let is_wanted = self.account.as_ref().is_none_or(|account| *account == row.account_id);
        Ok(says_so && is_wanted)
    }
}

impl Wrong {
    /// Notes it where its owner looks; nobody's is nobody's business.
    async fn tell(self, app: &App, origin: &Origin, tries: i64) -> Result<()> {
        let Some(account) = self.account else { return Ok(()) };
        if tries == attempts::PER_ACCOUNT_MAX {
            sign_ins::note_locked(app, origin, account.clone()).await?;
        }
        if !self.is_copy {
            return note_refused(app, origin, account).await;
        }
        let (app2, origin) = (app.clone(), origin.clone());
        app.db
            .transact(move |c| -> Result<()> {
                let who = Who { actor: Actor::System, origin: origin.clone() };
                accounts::note(&app2, c, &account, &who, "account.passkey-copied")?;
                mail::notify(&app2, c, &account, "account.passkey-copied", &origin)
            })
            .await
    }
}
