//! Approvals as plugins reach them: proposing, asking, and being let through once.

use domain::{ApprovalId, ConnectionId};
use runtime::{ApprovalUse, CallContext, Problem, Proposal, Words};
use serde_json::{Value, json};
use store::Conn;
use store::approvals::{Approval, ApprovalState, Wanted};

use super::{credentials, problem};
use crate::App;
use crate::approvals::{self, Outcome, Said, Why, record, state_at};
use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::notifications;

/// What one plugin may have waiting for one tenant's people.
const WAITING_MAX: i64 = 200;

pub(super) async fn propose(app: &App, ctx: &CallContext, proposal: Proposal) -> Result<String> {
    check_connection(app, ctx, proposal.request.connection.as_ref()).await?;
    let row = row_of(app, ctx, proposal)?;
    let made = insert(app, ctx, &row).await;
    match made {
        // Somebody proposed with the same key meanwhile; now it is there to be found.
        Err(Error::Conflict { key: "error-exists-already" }) => insert(app, ctx, &row).await,
        other => other,
    }
}

/// An account of another plugin or business reads as one that isn't there.
async fn check_connection(app: &App, ctx: &CallContext, id: Option<&ConnectionId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let own = credentials::list(app, ctx).await?;
    if own.iter().any(|known| known.id == *id) { Ok(()) } else { Err(Error::NotFound) }
}

fn row_of(app: &App, ctx: &CallContext, proposal: Proposal) -> Result<Approval> {
    let request = proposal.request;
    let place = |ask: String| ask.strip_prefix("slot:").map(str::to_owned).unwrap_or(ask);
    let slots = request.slots.into_iter().map(|slot| (slot.id, place(slot.ask))).collect();
    let said = Said {
        title: proposal.title,
        summary: proposal.summary,
        amount: proposal.amount,
        change: proposal.change,
        slots: Some(slots),
    };
    // What is no id is nothing of the plugin's.
    let replaces = proposal.replaces.map(|id| id.parse::<ApprovalId>()).transpose();
    let replaces = replaces.map_err(|_| Error::NotFound)?;
    let headers = match request.idempotency_key {
        Some(key) => [request.headers, vec![("idempotency-key".to_owned(), key)]].concat(),
        None => request.headers,
    };
    Ok(Approval {
        tenant_id: ctx.tenant.clone(),
        id: ApprovalId::new(&*app.clock, &*app.rng),
        plugin_id: ctx.plugin.clone(),
        once_key: proposal.idempotency_key,
        state: ApprovalState::Waiting,
        effect: request.effect.as_str().to_owned(),
        route: request.route,
        digest: proposal.digest.to_vec(),
        method: request.method,
        url: request.url,
        headers_json: serde_json::to_value(headers)?.into(),
        body: request.body,
        connection_id: request.connection,
        words_json: serde_json::to_value(said)?.into(),
        proposed_at: app.clock.now(),
        expires_at: proposal.expires_at,
        decided_at: None,
        decided_by: None,
        reason: None,
        used_at: None,
        settled_at: None,
        answer_status: None,
        asked_at: None,
        asked_by: None,
        asked_json: None,
        replaces,
        replaced_by: None,
    })
}

async fn insert(app: &App, ctx: &CallContext, row: &Approval) -> Result<String> {
    let (app2, ctx, row) = (app.clone(), ctx.clone(), row.clone());
    let id = app
        .db
        .transact(move |c| -> Result<String> {
            super::fence(c, &ctx)?;
            let (tenant, plugin) = (&row.tenant_id, &row.plugin_id);
            if let Some(known) = store::approvals::find_by_key(c, tenant, plugin, &row.once_key)? {
                // Nothing takes its own place: what is said so was to be another proposal.
                let is_itself = row.replaces.as_ref() == Some(&known.id);
                let same = known.digest == row.digest && !is_itself;
                let other = Error::Conflict { key: "error-approval-key" };
                return if same { Ok(known.id.to_string()) } else { Err(other) };
            }
            // One that takes another's place is no more than there was: people may be waiting for it.
            let is_more = row.replaces.is_none();
            if is_more && store::approvals::count_of_plugin(c, tenant, plugin)? >= WAITING_MAX {
                return Err(Error::Limited { retry_after_secs: 3_600 });
            }
            let mut detail = json!({});
            if let Some(before) = &row.replaces {
                let before = own(c, &ctx, before.as_str())?;
                approvals::take_place(&app2, c, &before, &row)?;
                detail["replaces"] = json!(before.id);
            }
            store::approvals::insert(c, &row)?;
            record(&app2, c, &Who::plugin(plugin), &row, "approval.proposed", detail)?;
            notifications::approval_waiting(&app2, c, tenant, plugin)?;
            let payload = json!({"approval": row.id, "plugin": row.plugin_id});
            approvals::announce(&app2, c, &row, approvals::PROPOSED, payload)?;
            Ok(row.id.to_string())
        })
        .await?;
    app.wake_jobs();
    Ok(id)
}

/// The plugin's own approval; any other reads as not there.
fn own(c: &mut Conn, ctx: &CallContext, id: &str) -> Result<Approval> {
    let Ok(id) = id.parse::<ApprovalId>() else { return Err(Error::NotFound) };
    let found = store::approvals::find(c, &ctx.tenant, &id)?;
    found.filter(|row| row.plugin_id == ctx.plugin).ok_or(Error::NotFound)
}

pub(super) async fn state(app: &App, ctx: &CallContext, id: &str) -> Result<Value> {
    let (ctx, id, now) = (ctx.clone(), id.to_owned(), app.clock.now());
    let row = app.db.inspect(move |c| own(c, &ctx, &id)).await?;
    Ok(json!({
        "id": row.id, "key": row.once_key, "state": state_at(&row, now), "reason": row.reason,
        "expires_at": row.expires_at.to_rfc3339(), "replaced_by": row.replaced_by,
    }))
}

pub(super) async fn withdraw(app: &App, ctx: &CallContext, id: &str) -> Result<()> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            let row = own(c, &ctx, &id)?;
            if store::approvals::withdraw(c, &ctx.tenant, &row.id)? {
                let who = Who::plugin(&ctx.plugin);
                record(&app2, c, &who, &row, "approval.withdrawn", json!({}))?;
                notifications::approval_decided(&app2, c, &ctx.tenant, &row.plugin_id)?;
            }
            Ok(())
        })
        .await
}

/// Leaves as it was what people asked to have changed, with the plugin's word on it.
pub(super) async fn decline_change(
    app: &App,
    ctx: &CallContext,
    id: &str,
    why: Words,
) -> Result<()> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            let row = own(c, &ctx, &id)?;
            let why = Why::Declined(why);
            approvals::give_back(&app2, c, &Who::plugin(&ctx.plugin), &row, &why)?;
            Ok(())
        })
        .await
}

/// Lets one request through, or says why not; either way the activity log has it.
pub(super) async fn spend(
    app: &App,
    ctx: &CallContext,
    wanted: ApprovalUse<'_>,
) -> Result<(), Problem> {
    let refusal = judge(app, ctx, &wanted).await.map_err(problem)?;
    match refusal {
        None => Ok(()),
        Some(reason) => {
            let sentence = "people have not approved this request, or not this one";
            Err(Problem::not_approved(sentence).with_detail(reason))
        }
    }
}

/// Notes how the sending of what was let through ended. Nothing fences this off: it has happened, even
/// where the plugin was turned off meanwhile. What can't be noted now is given up by the worker.
pub(super) async fn settle(
    app: &App,
    ctx: &CallContext,
    id: &str,
    outcome: std::result::Result<u16, &Problem>,
) {
    let (app2, ctx2, id2) = (app.clone(), ctx.clone(), id.to_owned());
    let outcome = outcome.map_err(|problem| problem.code.clone());
    let noted = app.db.transact(move |c| -> Result<bool> {
        let row = own(c, &ctx2, &id2)?;
        let outcome = match &outcome {
            Ok(status) => Outcome::Answered(*status),
            Err(code) => Outcome::Unanswered(code),
        };
        approvals::settle(&app2, c, &Who::plugin(&ctx2.plugin), &row, outcome)
    });
    match noted.await {
        Ok(true) => app.wake_jobs(),
        Ok(false) => tracing::warn!(approval = id, "an answer came after it was given up"),
        Err(error) => tracing::error!(approval = id, %error, "an outcome could not be noted"),
    }
}

async fn judge(
    app: &App,
    ctx: &CallContext,
    wanted: &ApprovalUse<'_>,
) -> Result<Option<&'static str>> {
    let (app2, ctx) = (app.clone(), ctx.clone());
    let id = wanted.id.map(str::to_owned);
    let (route, digest) = (wanted.route.to_owned(), wanted.digest);
    let detail = json!({
        "plugin": ctx.plugin, "effect": wanted.effect.as_str(), "route": wanted.route,
        "host": wanted.host,
    });
    app.db
        .transact(move |c| -> Result<Option<&'static str>> {
            super::fence(c, &ctx)?;
            let now = app2.clock.now();
            let wanted = Wanted { plugin: &ctx.plugin, route: &route, digest: &digest };
            let row = match &id {
                None => None,
                Some(id) => own(c, &ctx, id).map(Some).or_else(|error| match error {
                    Error::NotFound => Ok(None),
                    other => Err(other),
                })?,
            };
            if let Some(row) = &row
                && store::approvals::spend(c, &ctx.tenant, &row.id, wanted, now)?
            {
                record(&app2, c, &Who::plugin(&ctx.plugin), row, "approval.used", json!({}))?;
                return Ok(None);
            }
            let reason = match (&id, &row) {
                (None, _) => "none",
                (_, None) => "unknown",
                (_, Some(row)) => {
                    // Read again: somebody may have used it since.
                    let row = store::approvals::get(c, &ctx.tenant, &row.id)?;
                    match state_at(&row, now) {
                        ApprovalState::Approved => "changed",
                        // Whatever became of it, and never the word for an approval that isn't there.
                        ApprovalState::Sent | ApprovalState::Unknown => "used",
                        other => other.as_str(),
                    }
                }
            };
            let mut detail = detail;
            if let Some(fields) = detail.as_object_mut() {
                fields.insert("reason".to_owned(), json!(reason));
            }
            let entity_id = row.as_ref().map(|row| row.id.as_str()).unwrap_or_default();
            let act = Act { action: "approval.refused", entity: "approval", entity_id, detail };
            audit::append(&app2, c, &ctx.tenant, &Who::plugin(&ctx.plugin), &act)?;
            Ok(Some(reason))
        })
        .await
}
