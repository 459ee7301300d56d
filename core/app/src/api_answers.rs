//! Answers to programs that were given under a key: the same request again gets the same answer, without
//! anything being done again.

use domain::{ApiTokenId, TenantId};
use serde_json::{Value, json};
use store::api_answers::ApiAnswer;

use crate::App;
use crate::error::{Error, Result};

/// How long an answer is kept, in seconds.
pub const KEPT_SECS: i64 = 24 * 3_600;
/// How long a request may be at work; after that its process is gone, and the next tries anew.
const WORKING_SECS: i64 = 60;

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A request with a key.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// Whose.
    pub tenant: TenantId,
    /// Of which token.
    pub token: ApiTokenId,
    /// The key it bears.
    pub key: String,
    /// What tells it from another.
    pub request_hash: String,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// It is new: answer it, then [`finish`] or [`give_up`].
    New,
    /// It was answered.
    Before(Answered),
    /// It is being answered.
    Working,
    /// The key was another request's.
    Other,
}

/// Begins to answer a request.
pub async fn begin(app: &App, keyed: &Keyed) -> Result<Begun> {
    let (app2, keyed) = (app.clone(), keyed.clone());
    app.db
        .transact(move |c| -> Result<Begun> {
            let Keyed { tenant, token, key, request_hash } = keyed;
            let now = app2.clock.now();
            if let Some(there) = store::api_answers::find(c, &tenant, &token, &key)? {
                let age = now.millis_since(there.created_at);
                let kept = if there.status.is_some() { KEPT_SECS } else { WORKING_SECS };
                match there.status {
                    _ if age >= kept * 1_000 => {
                        store::api_answers::delete(c, &tenant, &token, &key)?;
                    }
                    _ if there.request_hash != request_hash => return Ok(Begun::Other),
                    Some(status) => return Ok(Begun::Before(answered(status, there)?)),
                    None => return Ok(Begun::Working),
                }
            }
            let row = ApiAnswer {
                tenant_id: tenant,
                token_id: token,
                key,
                request_hash,
                status: None,
                headers_json: json!([]).into(),
                body: String::new(),
                created_at: now,
            };
            Ok(if store::api_answers::insert(c, &row)? { Begun::New } else { Begun::Working })
        })
        .await
}

fn answered(status: i64, row: ApiAnswer) -> Result<Answered> {
    Ok(Answered {
        status: u16::try_from(status).map_err(Error::internal)?,
        headers: serde_json::from_value(row.headers_json.0)?,
        body: row.body,
    })
}

/// Keeps what was answered.
pub async fn finish(app: &App, keyed: &Keyed, answer: &Answered) -> Result<()> {
    let headers: Value = serde_json::to_value(&answer.headers)?;
    let row = ApiAnswer {
        tenant_id: keyed.tenant.clone(),
        token_id: keyed.token.clone(),
        key: keyed.key.clone(),
        request_hash: keyed.request_hash.clone(),
        status: Some(i64::from(answer.status)),
        headers_json: headers.into(),
        body: answer.body.clone(),
        created_at: app.clock.now(),
    };
    match app.db.transact(move |c| store::api_answers::update(c, &row)).await {
        // The token was revoked meanwhile.
        Ok(()) | Err(store::Error::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Forgets a request that could not be answered: it may be tried again.
pub async fn give_up(app: &App, keyed: &Keyed) -> Result<()> {
    let Keyed { tenant, token, key, .. } = keyed.clone();
    Ok(app.db.transact(move |c| store::api_answers::delete(c, &tenant, &token, &key)).await?)
}
