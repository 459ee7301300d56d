//! What is sent twice is done once: the answer that a form's own id was given is given again.

use domain::TenantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Conn;
use store::idempotency::Answer;

use crate::App;
use crate::error::{Error, Result};

/// What was answered to this key before; nothing for an empty one, which doesn't count.
pub(crate) fn find<T: DeserializeOwned>(
    c: &mut Conn,
    tenant: &TenantId,
    scope: &str,
    key: &str,
) -> Result<Option<T>> {
    if key.is_empty() {
        return Ok(None);
    }
    let answer = store::idempotency::find(c, tenant, scope, key)?;
    Ok(answer.map(|answer| serde_json::from_value(answer.result_json.0)).transpose()?)
}

/// Keeps what was answered to a key.
///
/// # Errors
/// [`Error::Conflict`] when somebody else is answering the same: the next try finds theirs.
pub(crate) fn keep<T: Serialize>(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    scope: &str,
    key: &str,
    answer: &T,
) -> Result<()> {
    if key.is_empty() {
        return Ok(());
    }
    let answer = Answer {
        tenant_id: tenant.clone(),
        scope: scope.to_owned(),
        key: key.to_owned(),
        result_json: serde_json::to_value(answer)?.into(),
        created_at: app.clock.now(),
    };
    let kept = store::idempotency::insert(c, &answer)?;
    if kept { Ok(()) } else { Err(Error::Conflict { key: "error-exists-already" }) }
}
