//! What became of an approved request: the provider's answer, or that nobody knows. Silence is never
//! read as sent.

use serde_json::json;
use store::Conn;
use store::approvals::{Approval, ApprovalState};

use super::{record, tell_plugin};
use crate::App;
use crate::audit::Who;
use crate::error::Result;
use crate::notifications;

/// How long an answer may take before nobody expects it any more: no call lasts as long.
pub const UNANSWERED_SECS: i64 = 300;

/// How many are looked at in one go.
const AT_ONCE: i64 = 500;

/// How the sending of an approved request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// The provider answered with this status.
    Answered(u16),
    /// No answer came; a problem's code, or what kept us from hearing it.
    Unanswered(&'a str),
}

/// Notes how it ended, in the caller's transaction, and answers whether that was still open. Where no
/// answer came, plugin and people are told: nothing may be sent again before somebody has looked. A
/// plugin that got its answer has it already.
pub(crate) fn settle(
    app: &App,
    c: &mut Conn,
    who: &Who,
    row: &Approval,
    outcome: Outcome<'_>,
) -> Result<bool> {
    let (status, action, more) = match outcome {
        Outcome::Answered(status) => (Some(status), "approval.sent", json!({"status": status})),
        Outcome::Unanswered(why) => (None, "approval.unknown", json!({"problem": why})),
    };
    let now = app.clock.now();
    if !store::approvals::settle(c, &row.tenant_id, &row.id, status, now)? {
        return Ok(false);
    }
    record(app, c, who, row, action, more)?;
    if status.is_none() {
        notifications::approval_unknown(app, c, row)?;
        tell_plugin(app, c, row, ApprovalState::Unknown, None)?;
    }
    Ok(true)
}

/// Gives up on answers that can't come any more, as after a crash between letting a request out and
/// hearing of it; answers how many.
pub(crate) async fn give_up_unanswered(app: &App) -> Result<usize> {
    let before = app.clock.now().plus_secs(-UNANSWERED_SECS);
    let silent =
        app.db.read(move |c| store::approvals::list_unanswered(c, before, AT_ONCE)).await?;
    let mut gone = 0;
    for row in silent {
        let (app2, id) = (app.clone(), row.id.clone());
        let settled = app.db.transact(move |c| {
            settle(&app2, c, &Who::system(), &row, Outcome::Unanswered("unfinished"))
        });
        match settled.await {
            Ok(settled) => gone += usize::from(settled),
            // One that can't be noted keeps no other from it.
            Err(error) => tracing::error!(approval = %id, %error, "an outcome could not be noted"),
        }
    }
    if gone > 0 {
        app.wake_jobs();
    }
    Ok(gone)
}
