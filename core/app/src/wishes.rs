//! What somebody who isn't signed in wants done about an address: a mail with a link, a word to its
//! owner. The door keeps the wish alone; whether the address has an account is looked up by the worker,
//! so that what the door does, and how long it takes, is the same for every address.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::ceremonies::{self, Ceremony, CeremonyKind};

use crate::App;
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::Result;
use crate::{accounts, mail};

/// How long a wish is kept, in seconds.
const KEPT_SECS: i64 = 3_600;
/// How many wishes are looked at in one go.
const AT_ONCE: i64 = 20;

/// What is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Want {
    /// A mail with a link that sets a new password.
    #[default]
    Reset,
    /// The owner's businesses are to know that somebody gave a wrong password.
    Refused,
    /// They are to know that somebody ran out of tries.
    Locked,
}

/// What is kept for the worker.
#[derive(Serialize, Deserialize)]
struct Wish {
    #[serde(default)]
    want: Want,
    email: String,
    address: String,
    device: String,
    request_id: String,
}

/// Keeps a wish.
pub(crate) async fn make(app: &App, origin: &Origin, want: Want, email: &str) -> Result<()> {
    let now = app.clock.now();
    let wish = Wish {
        want,
        email: email.to_owned(),
        address: origin.address.clone(),
        device: origin.device.clone(),
        request_id: origin.request_id.clone(),
    };
    let row = Ceremony {
        token_hash: app.vault.hash_token("forgotten", &vault::token::generate(&*app.rng)),
        kind: CeremonyKind::Forgotten,
        account_id: None,
        state_json: serde_json::to_value(wish)?.into(),
        created_at: now,
        expires_at: now.plus_secs(KEPT_SECS),
    };
    app.db.write(move |c| ceremonies::insert(c, &row)).await?;
    app.wake_jobs();
    Ok(())
}

/// Does what is wanted, for addresses that have an account. Answers how many wishes there were. One
/// that can't be granted is dropped, so that it keeps nothing else waiting.
pub(crate) async fn grant_due(app: &App) -> Result<usize> {
    let (now, kind) = (app.clock.now(), CeremonyKind::Forgotten);
    let waiting = app.db.inspect(move |c| ceremonies::list_hashes(c, kind, now, AT_ONCE)).await?;
    let count = waiting.len();
    for hash in waiting {
        let (app2, hash2) = (app.clone(), hash.clone());
        match app.db.transact(move |c| grant(&app2, c, &hash2, now)).await {
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a wish from the door can't be granted; it is dropped");
                app.db.transact(move |c| ceremonies::delete(c, &hash)).await?;
            }
            Ok(()) => {}
        }
    }
    Ok(count)
}

fn grant(app: &App, c: &mut Conn, hash: &str, now: Timestamp) -> Result<()> {
    // Of two workers that see one wish the second finds it taken.
    let row = match ceremonies::take(c, hash, CeremonyKind::Forgotten, now) {
        Err(store::Error::NotFound) => return Ok(()),
        other => other?,
    };
    let Wish { want, email, address, device, request_id } =
        serde_json::from_value(row.state_json.0)?;
    let Some(account) = store::accounts::find_by_email(c, &email)? else { return Ok(()) };
    // Nobody knows who asks: the entry names nobody.
    let origin = Origin { request_id, address, device, browser: None, token: None };
    let who = Who { actor: Actor::System, origin };
    match want {
        Want::Reset if !app.post.is_on() => Ok(()),
        Want::Reset => {
            accounts::note(app, c, &account.id, &who, "account.reset-asked")?;
            mail::offer_reset(app, c, &account.id)
        }
        Want::Refused => accounts::note(app, c, &account.id, &who, "account.password-refused"),
        Want::Locked => accounts::note(app, c, &account.id, &who, "account.locked"),
    }
}
