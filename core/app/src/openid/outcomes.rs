//! Coming back from the provider: who it is, and what becomes of it. Whoever is refused is told why,
//! and so is whoever it concerns: the account, or the business that invited.

use openidconnect::core::CoreIdToken;
use serde_json::json;
use store::Conn;

use super::flows::{self, Answer, Flow, Purpose};
use super::identities;
use super::provider::{NoToken, Provider};
use super::refusal::Refusal;
use super::token::{self, Disbelieved, Identity};
use crate::App;
use crate::attempts::{self, Attempt};
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::sessions::{self, Login, SignedIn};
use crate::sign_ins::{self, Entry};
use crate::{accounts, factors, fields, invitations};

/// What became of a flow.
pub enum Finished {
    /// Signed in, or half of it; and where to go on.
    Entered {
        /// How far.
        entry: Entry,
        /// A path, as it was given.
        next: String,
    },
    /// The identity was linked; the session has a new token.
    Linked(SignedIn),
    /// Somebody new joined a business.
    Joined(SignedIn),
}

/// A refusal, and whom the token claimed to be, if there was one.
struct Refused {
    refusal: Refusal,
    detail: String,
    subject: Option<String>,
}

enum Problem {
    Refused(Refused),
    Failed(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Refused { refusal, detail: String::new(), subject: None })
    }
}

type Outcome<T> = std::result::Result<T, Problem>;

/// Finishes a flow in the browser that began it. `login` is who is signed in there, if anybody.
pub async fn finish(
    app: &App,
    origin: &Origin,
    login: Option<&Login>,
    token: &str,
    answer: Answer,
) -> Result<Finished> {
    let provider = app.openid.provider()?;
    Attempt::openid_return(app, origin).count(app).await?;
    let state = answer.state.clone().unwrap_or_default();
    let Some(flow) = flows::take(app, token, &state).await? else {
        warn(origin, Refusal::State, "");
        return Err(Refusal::State.error());
    };
    let back = Back { app, origin, provider, flow: &flow };
    let outcome = async { back.settle(login, back.identify(answer).await?).await };
    match outcome.await {
        Ok(finished) => Ok(finished),
        Err(Problem::Failed(error)) => Err(error),
        Err(Problem::Refused(refused)) => {
            warn(origin, refused.refusal, &refused.detail);
            back.tell(&refused).await?;
            Err(refused.refusal.error())
        }
    }
}

fn warn(origin: &Origin, refusal: Refusal, detail: &str) {
    let (request, address, reason) = (&origin.request_id, &origin.address, refusal.word());
    tracing::warn!(request, address, reason, detail, "refused a sign-in by OpenID");
}

/// Somebody who came back.
struct Back<'a> {
    app: &'a App,
    origin: &'a Origin,
    provider: &'a Provider,
    flow: &'a Flow,
}

impl Back<'_> {
    /// Who it is.
    async fn identify(&self, answer: Answer) -> Outcome<Identity> {
        // An answer of another provider that was mixed in (RFC 9207).
        if answer.iss.is_some_and(|issuer| issuer != self.provider.issuer()) {
            return Err(Refusal::Issuer.into());
        }
        if let Some(error) = answer.error {
            let declined = error == "access_denied";
            let refusal = if declined { Refusal::Declined } else { Refusal::Provider };
            let detail = error.chars().filter(char::is_ascii_graphic).take(80).collect();
            return Err(Problem::Refused(Refused { refusal, detail, subject: None }));
        }
        let code = answer.code.ok_or(Refusal::Provider)?;
        let metadata = self.provider.metadata(self.app).await?;
        let words = &self.flow.words;
        let exchanged = self.provider.exchange(self.app, metadata.clone(), code, words).await;
        let token = exchanged.map_err(|no| match no {
            NoToken::Refused(refusal, detail) => {
                Problem::Refused(Refused { refusal, detail, subject: None })
            }
            NoToken::Unavailable(error) => Problem::Failed(error),
        })?;
        let now = self.app.clock.now();
        let first = token::check(self.provider, &metadata, &token, &words.nonce, now);
        let checked = match first {
            Err(no) if no.is_key_unknown => match self.provider.fresh_keys(self.app).await? {
                Some(fresh) => token::check(self.provider, &fresh, &token, &words.nonce, now),
                None => Err(no),
            },
            other => other,
        };
        checked.map_err(|no| Problem::Refused(refused(no, &token)))
    }

    /// What becomes of it.
    async fn settle(&self, login: Option<&Login>, identity: Identity) -> Outcome<Finished> {
        match &self.flow.purpose {
            Purpose::SignIn { next } => {
                let entry = self.sign_in(identity).await?;
                Ok(Finished::Entered { entry, next: next.clone() })
            }
            Purpose::Link => self.link(login, identity).await.map(Finished::Linked),
            Purpose::Join { invitation } => {
                self.join(invitation, identity).await.map(Finished::Joined)
            }
        }
    }

    async fn sign_in(&self, identity: Identity) -> Outcome<Entry> {
        let (issuer, subject) = (self.provider.issuer().to_owned(), identity.subject.clone());
        let find = move |c: &mut Conn| store::openid_identities::find(c, &issuer, &subject);
        let found = self.app.db.read(find).await.map_err(Error::from)?;
        let row = found.ok_or(Refusal::Unknown)?;
        let attempt = Attempt::openid(self.app, &row.id);
        attempt.count(self.app).await?;
        let vouched = identity.second_step && self.app.openid.trusts_second_step();
        let (app, origin) = (self.app.clone(), self.origin.clone());
        let entered = self.app.db.transact(move |c| -> Result<Entry> {
            attempt.forgive(c)?;
            match store::openid_identities::note_use(c, &row.id, &identity.label, app.clock.now()) {
                // Taken away while they were at the provider.
                Err(store::Error::NotFound) => return Err(Refusal::Unknown.error()),
                other => other?,
            }
            let account = &row.account_id;
            let who = Who { actor: Actor::Account(account.clone()), origin: origin.clone() };
            accounts::note(&app, c, account, &who, "account.openid-used")?;
            if !vouched {
                return sign_ins::enter(&app, c, account, &origin);
            }
            let signed = sign_ins::open_session(&app, c, account, &origin)?;
            sessions::vouch(&app, c, &signed)?;
            Ok(Entry::Open(signed))
        });
        Ok(entered.await?)
    }

    async fn link(&self, login: Option<&Login>, identity: Identity) -> Outcome<SignedIn> {
        let login = login.filter(|login| self.flow.account.as_ref() == Some(&login.account));
        let login = login.ok_or(Refusal::State)?.clone();
        let (app, issuer) = (self.app.clone(), self.provider.issuer().to_owned());
        let linked = self.app.db.transact(move |c| -> Result<Option<SignedIn>> {
            store::accounts::lock(c, &login.account)?;
            if !identities::link(&app, c, &login.account, &issuer, &identity)? {
                return Ok(None);
            }
            factors::changed(&app, c, &login, "account.openid-linked").map(Some)
        });
        Ok(linked.await?.ok_or(Refusal::Taken)?)
    }

    async fn join(&self, invitation: &str, identity: Identity) -> Outcome<SignedIn> {
        let (app, issuer) = (self.app.clone(), self.provider.issuer().to_owned());
        let (origin, hash) = (self.origin.clone(), invitation.to_owned());
        let joined = self.app.db.transact(move |c| -> Result<Outcome<SignedIn>> {
            let open = store::invitations::find_open(c, &hash, app.clock.now())?;
            let Some(row) = open else { return Ok(Err(Refusal::Invitation.into())) };
            if identity.verified_email.as_ref() != Some(&row.email) {
                return Ok(Err(Refusal::Address.into()));
            }
            if store::accounts::find_by_email(c, &row.email)?.is_some() {
                return Ok(Err(Refusal::HasAccount.into()));
            }
            if store::openid_identities::find(c, &issuer, &identity.subject)?.is_some() {
                return Ok(Err(Refusal::Taken.into()));
            }
            let name = name_of(&identity, &row.email)?;
            let (account, tenant) =
                invitations::join_anew(&app, c, &hash, name, String::new(), &origin)?;
            identities::link(&app, c, &account, &issuer, &identity)?;
            let who = Who { actor: Actor::Account(account.clone()), origin: origin.clone() };
            accounts::note(&app, c, &account, &who, "account.openid-linked")?;
            let signed = sessions::open(&app, c, &account, Some(tenant), &origin)?;
            if identity.second_step && app.openid.trusts_second_step() {
                sessions::vouch(&app, c, &signed)?;
            }
            Ok(Ok(signed))
        });
        joined.await?
    }

    /// Tells of a refusal whomever it concerns, where that can be known.
    async fn tell(&self, refused: &Refused) -> Result<()> {
        match &self.flow.purpose {
            Purpose::Link => self.tell_account(refused).await,
            Purpose::Join { invitation } => self.tell_inviter(refused, invitation).await,
            Purpose::SignIn { .. } => self.tell_claimed(refused).await,
        }
    }

    async fn tell_account(&self, refused: &Refused) -> Result<()> {
        let Some(account) = self.flow.account.clone() else { return Ok(()) };
        let (app, who, reason) = (self.app.clone(), self.system(), refused.refusal.word());
        self.app
            .db
            .transact(move |c| {
                let (action, detail) = ("account.openid-refused", json!({"reason": reason}));
                accounts::note_more(&app, c, &account, &who, action, &detail)
            })
            .await
    }

    async fn tell_inviter(&self, refused: &Refused, invitation: &str) -> Result<()> {
        let (app, who, reason) = (self.app.clone(), self.system(), refused.refusal.word());
        let hash = invitation.to_owned();
        self.app
            .db
            .transact(move |c| -> Result<()> {
                let open = store::invitations::find_open(c, &hash, app.clock.now())?;
                let Some(row) = open else { return Ok(()) };
                let detail = json!({"email": row.email, "reason": reason});
                invitations::record(&app, c, &who, "invitation.openid-refused", &row, detail)
            })
            .await
    }

    /// A token that isn't believed and names a linked identity: its owner hears of it, and after too
    /// many the identity rests. Nobody else's name is known.
    async fn tell_claimed(&self, refused: &Refused) -> Result<()> {
        let Some(subject) = refused.subject.clone() else { return Ok(()) };
        let issuer = self.provider.issuer().to_owned();
        let find = move |c: &mut Conn| store::openid_identities::find(c, &issuer, &subject);
        let Some(row) = self.app.db.read(find).await? else { return Ok(()) };
        let tries = Attempt::openid(self.app, &row.id).count(self.app).await?;
        if tries == attempts::PER_ACCOUNT_MAX {
            sign_ins::note_locked(self.app, self.origin, row.account_id.clone()).await?;
        }
        let (app, who, reason) = (self.app.clone(), self.system(), refused.refusal.word());
        self.app
            .db
            .transact(move |c| {
                let (action, detail) = ("account.openid-refused", json!({"reason": reason}));
                accounts::note_more(&app, c, &row.account_id, &who, action, &detail)
            })
            .await
    }

    /// Nobody knows who it was.
    fn system(&self) -> Who {
        Who { actor: Actor::System, origin: self.origin.clone() }
    }
}

fn refused(no: Disbelieved, token: &CoreIdToken) -> Refused {
    let subject = token::claimed_subject(token);
    Refused { refusal: no.refusal, detail: no.detail, subject }
}

/// What somebody new is called, until they say otherwise.
fn name_of(identity: &Identity, email: &str) -> Result<String> {
    let local = email.split('@').next().unwrap_or_default();
    let name = identity.name.as_deref().unwrap_or(local);
    let name: String = name.chars().take(fields::NAME_CHARS_MAX).collect();
    fields::required_line("name", &name, fields::NAME_CHARS_MAX)
}
