//! Having a proposal made otherwise. What was proposed is never edited: from the moment somebody asks,
//! nothing is sent on it, the plugin is told, and what it proposes anew takes its place, to be decided like
//! any other. Where nothing comes of it the old one waits again and says why.

use std::collections::BTreeMap;

use domain::{Permission, PluginId, TenantId, Timestamp};
use runtime::Words;
use runtime::approval::Change;
use serde_json::{Map, Value, json};
use store::approvals::Ask;
use store::jobs::Job;
use store::{Conn, Json};

use super::lineage::asked_fields;
use super::{
    Approval, ApprovalId, ApprovalState, CHANGE_ASKED, Typed, announce, fields, over, record, said,
    state_at,
};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, notifications, plugins};

/// How long a plugin has to propose anew.
pub const CHANGE_SECS: i64 = 600;
/// How long, where people change it on the plugin's own pages.
pub const VIEW_SECS: i64 = 3_600;
/// How many are looked at in one go.
const AT_ONCE: i64 = 500;

/// Asks the plugin to propose it otherwise: with what was typed into the fields, or as somebody will
/// change it on the plugin's own page. Asking for the same twice is asking once. It lets nothing out and
/// takes an approval back, so it asks for no recent proof.
///
/// # Errors
/// [`Error::Invalid`] for a field, named `fields/NAME`; [`Error::Conflict`] when it can't be changed, or
/// something became of it meanwhile.
pub async fn ask_change(
    app: &App,
    ctx: &Context,
    id: &ApprovalId,
    typed: Typed,
) -> Result<Option<Elsewhere>> {
    ctx.require_to_see(Permission::DecideApprovals)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let elsewhere = app
        .db
        .transact(move |c| -> Result<Option<Elsewhere>> {
            let row = store::approvals::get(c, &ctx2.tenant, &id)?;
            let change = ask(&app2, c, &ctx2, &row, &typed)?;
            Ok(match change {
                Change::Fields(_) => None,
                Change::View { view, mut params } => {
                    params.insert("approval".to_owned(), row.id.to_string());
                    Some(Elsewhere { plugin: row.plugin_id, view, params })
                }
            })
        })
        .await?;
    app.wake_jobs();
    Ok(elsewhere)
}

/// Where somebody goes on to change it: a view of the plugin's, which is told which approval it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The plugin.
    pub plugin: PluginId,
    /// The view.
    pub view: String,
    /// What it is given.
    pub params: BTreeMap<String, String>,
}

fn ask(app: &App, c: &mut Conn, ctx: &Context, row: &Approval, typed: &Typed) -> Result<Change> {
    let conflict = |key| Error::Conflict { key };
    let fixed = || conflict("error-approval-fixed");
    let change = said(row)?.change.as_ref().map(Change::read).ok_or_else(fixed)?;
    let change = change.map_err(|_| fixed())?;
    let (values, changed) = match &change {
        Change::Fields(own) => fields::read(own, typed)?,
        Change::View { .. } if typed.values.is_empty() => (Map::new(), Vec::new()),
        Change::View { .. } => return Err(conflict("error-approval-elsewhere")),
    };
    let (now, values) = (app.clock.now(), Value::Object(values));
    let state = state_at(row, now);
    if state == ApprovalState::Changing
        && row.asked_by.as_ref() == Some(&ctx.account)
        && asked_fields(row) == Some(&values)
    {
        return Ok(change);
    }
    if !matches!(state, ApprovalState::Waiting | ApprovalState::Approved) {
        return Err(conflict(over(state)));
    }
    reach(app, c, ctx, row, &change)?.map_err(conflict)?;
    let what = Json(json!({"fields": values}));
    let ask = Ask { by: &ctx.account, what: &what, at: now };
    match store::approvals::ask_change(c, &ctx.tenant, &row.id, ask) {
        // Somebody was faster: they are told how it stands.
        Err(store::Error::Conflict) => {
            let state = store::approvals::get(c, &ctx.tenant, &row.id)?.state;
            return Err(conflict(over(state)));
        }
        other => other?,
    }
    let detail = json!({"changed": changed});
    record(app, c, &Who::from(ctx), row, "approval.change-asked", detail)?;
    notifications::approval_decided(app, c, &ctx.tenant, &row.plugin_id)?;
    let payload = json!({
        "approval": row.id, "key": row.once_key, "plugin": row.plugin_id,
        "asked_at": now.to_rfc3339(), "fields": values, "by": ctx.member,
    });
    announce(app, c, row, CHANGE_ASKED, payload)?;
    Ok(change)
}

/// Whether the plugin could answer now, and where it is changed on its pages whether this member sees
/// them; else the key of what keeps it from being asked.
pub(super) fn reach(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: &Approval,
    change: &Change,
) -> Result<Result<(), &'static str>> {
    let Some(on) = store::tenant_plugins::find(c, &ctx.tenant, &row.plugin_id)? else {
        return Ok(Err("error-plugin-off"));
    };
    let Some(plugin) = plugins::running_to_show(app, &on) else {
        return Ok(Err("error-plugin-off"));
    };
    let manifest = plugin.manifest();
    let can = match change {
        Change::Fields(_) => plugins::grant_of(&on).may_subscribe(CHANGE_ASKED),
        Change::View { view, .. } => {
            manifest.view(view).is_some() && manifest.plugin.roles.contains(&ctx.role)
        }
    };
    Ok(if can { Ok(()) } else { Err("error-approval-fixed") })
}

/// Why nothing came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// The plugin said nothing in time.
    Silent,
    /// The plugin could not be told.
    Failed,
    /// The plugin said no.
    Declined(Words),
}

/// Lets a proposal wait again of whose change nothing came, in the caller's transaction; answers whether
/// that was still open.
pub(crate) fn give_back(
    app: &App,
    c: &mut Conn,
    who: &Who,
    row: &Approval,
    why: &Why,
) -> Result<bool> {
    let (Some(asked_at), Some(asked)) = (row.asked_at, &row.asked_json) else { return Ok(false) };
    let (word, action, said) = match why {
        Why::Silent => ("silent", "approval.change-failed", None),
        Why::Failed => ("failed", "approval.change-failed", None),
        Why::Declined(words) => ("declined", "approval.change-declined", Some(words)),
    };
    let mut what = asked.clone();
    what.0["back"] = json!({"why": word, "word": said});
    if !store::approvals::give_back(c, &row.tenant_id, &row.id, asked_at, &what)? {
        return Ok(false);
    }
    record(app, c, who, row, action, json!({"why": word}))?;
    notifications::approval_waiting(app, c, &row.tenant_id, &row.plugin_id)?;
    Ok(true)
}

/// Gives back what plugins said nothing of in time; answers how many.
pub(crate) async fn give_back_unanswered(app: &App) -> Result<usize> {
    let before = app.clock.now().plus_secs(-CHANGE_SECS);
    let (mut gone, mut after) = (0, None);
    loop {
        let from = after;
        let silent = app
            .db
            .read(move |c| {
                store::approvals::list_unanswered_asks(c, before, from.as_ref(), AT_ONCE)
            })
            .await?;
        // Those that are left be keep none behind them waiting.
        after = silent.last().and_then(|row| Some((row.asked_at?, row.id.clone())));
        for row in silent {
            gone += usize::from(give_back_late(app, row).await);
        }
        if after.is_none() {
            return Ok(gone);
        }
    }
}

/// Gives one back unless it may still take its time; answers whether it did.
async fn give_back_late(app: &App, row: Approval) -> bool {
    let now = app.clock.now();
    // What is too late anyway is swept; on a page of the plugin's people take their time.
    let waits = is_on_a_page(&row) && row.asked_at > Some(now.plus_secs(-VIEW_SECS));
    if row.expires_at <= now || waits {
        return false;
    }
    let (app2, id) = (app.clone(), row.id.clone());
    let given = app.db.transact(move |c| give_back(&app2, c, &Who::system(), &row, &Why::Silent));
    given.await.unwrap_or_else(|error| {
        // One that can't be noted keeps no other from it.
        tracing::error!(approval = %id, %error, "a change could not be given up");
        false
    })
}

fn is_on_a_page(row: &Approval) -> bool {
    let said = said(row).ok().and_then(|said| said.change);
    matches!(said.as_ref().map(Change::read), Some(Ok(Change::View { .. })))
}

/// The ask that an event tells of, where it is one.
fn told_of(
    c: &mut Conn,
    tenant: &TenantId,
    payload: &Value,
    now: Timestamp,
) -> Result<Option<Approval>> {
    let id = payload.get("approval").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let Some(id): Option<ApprovalId> = id else { return Ok(None) };
    let found = store::approvals::find(c, tenant, &id)?;
    let at = payload.get("asked_at").and_then(Value::as_str);
    let is_it = |row: &Approval| {
        state_at(row, now) == ApprovalState::Changing
            && row.asked_at.map(Timestamp::to_rfc3339).as_deref() == at
    };
    Ok(found.filter(is_it))
}

/// Whether what an event asks for is still wanted: a plugin that was away for long isn't asked for what
/// was given back meanwhile.
pub(crate) async fn is_still_asked(app: &App, tenant: &TenantId, payload: &Value) -> Result<bool> {
    let (tenant, payload, now) = (tenant.clone(), payload.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<bool> { Ok(told_of(c, &tenant, &payload, now)?.is_some()) })
        .await
}

/// The plugin could not be told of an ask, and nobody tries again.
pub(crate) fn give_up_asking(app: &App, c: &mut Conn, job: &Job) -> Result<()> {
    let event = &job.payload_json.0;
    if event.get("topic").and_then(Value::as_str) != Some(CHANGE_ASKED) {
        return Ok(());
    }
    let payload = event.get("payload").unwrap_or(&Value::Null);
    if let Some(row) = told_of(c, &job.tenant_id, payload, app.clock.now())? {
        give_back(app, c, &Who::system(), &row, &Why::Failed)?;
    }
    Ok(())
}

/// A new proposal of the plugin's takes the place of one of its own, in the caller's transaction.
///
/// # Errors
/// [`Error::Conflict`] where nothing could come of that one any more.
pub(crate) fn take_place(app: &App, c: &mut Conn, before: &Approval, by: &Approval) -> Result<()> {
    let plugin: &PluginId = &by.plugin_id;
    let now = app.clock.now();
    if !store::approvals::replace(c, &by.tenant_id, &before.id, plugin, &by.id, now)? {
        return Err(Error::Conflict { key: "error-approval-over" });
    }
    record(app, c, &Who::plugin(plugin), before, "approval.replaced", json!({"by": by.id}))
}
