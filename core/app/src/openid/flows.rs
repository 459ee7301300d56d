//! From leaving for the provider to coming back: once, within minutes, in the same browser.

use domain::AccountId;
use serde::{Deserialize, Serialize};
use store::ceremonies::{Ceremony, CeremonyKind};
use url::Url;

use super::provider::Words;
use super::refusal::Refusal;
use crate::App;
use crate::attempts::Attempt;
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::invitations;
use crate::sessions::Login;

/// How long somebody may stay at the provider, in seconds.
pub const FLOW_SECS: i64 = 10 * 60;
/// The longest state, code or browser's word that is looked at.
const WORD_BYTES_MAX: usize = 4_096;

/// A flow that was begun.
pub struct Begun {
    /// Where the person goes.
    pub url: Url,
    /// For a cookie of the browser and nowhere else: without it the way back leads nowhere.
    pub token: String,
}

/// What the provider sent back with the person (RFC 6749, section 4.1.2; RFC 9207).
#[derive(Default, Deserialize)]
pub struct Answer {
    /// Names the flow.
    pub state: Option<String>,
    /// The code to exchange.
    pub code: Option<String>,
    /// Or the reason there is none.
    pub error: Option<String>,
    /// Who answers.
    pub iss: Option<String>,
}

/// What a flow is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "purpose")]
pub(super) enum Purpose {
    /// To sign in, and go on there.
    SignIn { next: String },
    /// To link the identity to the account that began.
    Link,
    /// To accept the invitation whose token has this hash.
    Join { invitation: String },
}

/// What is kept of a flow.
#[derive(Serialize, Deserialize)]
struct Kept {
    issuer: String,
    #[serde(flatten)]
    purpose: Purpose,
}

/// A flow that came back.
pub(super) struct Flow {
    pub purpose: Purpose,
    pub account: Option<AccountId>,
    pub words: Words,
}

/// Begins to sign in. `next` is where to go afterwards.
pub async fn begin_sign_in(app: &App, origin: &Origin, next: &str) -> Result<Begun> {
    Attempt::begin(app, origin).count(app).await?;
    begin(app, Purpose::SignIn { next: next.to_owned() }, None).await
}

/// Begins to link an identity to the account.
pub async fn begin_linking(app: &App, login: &Login) -> Result<Begun> {
    login.require_recent()?;
    Attempt::begin(app, &login.origin).count(app).await?;
    begin(app, Purpose::Link, Some(login.account.clone())).await
}

/// Begins to accept an invitation as somebody new.
pub async fn begin_joining(app: &App, origin: &Origin, token: &str) -> Result<Begun> {
    Attempt::begin(app, origin).count(app).await?;
    let offer = invitations::look_up_invitation(app, origin, token).await?;
    if offer.has_account {
        return Err(Refusal::HasAccount.error());
    }
    begin(app, Purpose::Join { invitation: invitations::hash(app, token) }, None).await
}

async fn begin(app: &App, purpose: Purpose, account: Option<AccountId>) -> Result<Begun> {
    let provider = app.openid.provider()?;
    let (token, state) = (vault::token::generate(&*app.rng), vault::token::generate(&*app.rng));
    let words = words_of(app, &token, state);
    let url = provider.address(app, &words).await?;
    let now = app.clock.now();
    let kept = Kept { issuer: provider.issuer().to_owned(), purpose };
    let row = Ceremony {
        token_hash: hash(app, &token, &words.state),
        kind: CeremonyKind::Openid,
        account_id: account,
        state_json: serde_json::to_value(kept)?.into(),
        created_at: now,
        expires_at: now.plus_secs(FLOW_SECS),
    };
    app.db.write(move |c| store::ceremonies::insert(c, &row)).await?;
    Ok(Begun { url, token })
}

/// Takes the flow out, in a transaction of its own: whatever comes of it, it was the only time. One
/// answer for a wrong, a used, a late and another browser's state: it can't be used to probe.
pub(super) async fn take(app: &App, token: &str, state: &str) -> Result<Option<Flow>> {
    if token.is_empty() || state.is_empty() || state.len() > WORD_BYTES_MAX {
        return Ok(None);
    }
    let (hash, now) = (hash(app, token, state), app.clock.now());
    let taken = app
        .db
        .transact(move |c| match store::ceremonies::take(c, &hash, CeremonyKind::Openid, now) {
            Err(store::Error::NotFound) => Ok(None),
            other => Ok::<_, Error>(Some(other?)),
        })
        .await?;
    let Some(row) = taken else { return Ok(None) };
    let kept: Kept = serde_json::from_value(row.state_json.0)?;
    if kept.issuer != app.openid.provider()?.issuer() {
        return Ok(None);
    }
    let words = words_of(app, token, state.to_owned());
    Ok(Some(Flow { purpose: kept.purpose, account: row.account_id, words }))
}

fn hash(app: &App, token: &str, state: &str) -> String {
    app.vault.hash_token("openid flow", &format!("{token} {state}"))
}

/// Who has the database, or the address that travelled, or both, has neither nonce nor verifier.
fn words_of(app: &App, token: &str, state: String) -> Words {
    let both = format!("{token} {state}");
    Words {
        nonce: app.vault.hash_token("openid nonce", &both),
        verifier: app.vault.hash_token("openid verifier", &both),
        state,
    }
}
