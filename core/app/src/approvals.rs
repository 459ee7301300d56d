//! Approvals: what plugins propose to do, as the people who decide see it, and their decision. The
//! plugin's side is in `services`.

mod change;
mod compare;
mod fields;
mod lineage;
mod outcome;
mod places;
mod shown;

use domain::{ApprovalId, Permission, PluginId, Timestamp};
use runtime::{Amount, Words};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::approvals::Listed;
use store::{Conn, Json};

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, notifications, plugins};

pub use change::{CHANGE_SECS, Elsewhere, VIEW_SECS, ask_change};
pub(crate) use change::{
    Why, give_back, give_back_unanswered, give_up_asking, is_still_asked, take_place,
};
pub use compare::{Difference, Part};
pub use fields::Typed;
pub use lineage::{AskedChange, Changeable, Replaced};
pub use outcome::UNANSWERED_SECS;
pub(crate) use outcome::{Outcome, give_up_unanswered, settle};
pub use runtime::approval::CHANGE_ASKED;
pub use shown::{Shown, visible};
pub use store::approvals::{Approval, ApprovalState};

/// The event that tells a plugin of a decision.
pub(crate) const DECIDED: &str = "approval.decided";
/// Tells whoever notifies people that something waits for them. Nobody listens yet.
pub(crate) const PROPOSED: &str = "approval.proposed";

/// How many waiting approvals the list shows; more than a plugin may have.
const WAITING_MAX: i64 = 500;
/// The longest reason.
const REASON_CHARS_MAX: usize = 500;

/// What the plugin says of its proposal, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    pub title: Words,
    pub summary: Option<Words>,
    pub amount: Option<Amount>,
    /// What people may change, as the contract's `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Value>,
    /// Whose secrets the host puts in and where, by the slots' ids and sentences: the plugin's words and the
    /// request say nothing of that. None where it was proposed before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Vec<(String, String)>>,
}

/// A proposal as the list shows it.
#[derive(Debug, Clone)]
pub struct ApprovalCard {
    /// Its id.
    pub id: ApprovalId,
    /// Who proposed it.
    pub plugin: PluginId,
    /// The plugin's name in the reader's language.
    pub plugin_name: String,
    /// `spend`, `publish`, `reply` or `refund`, from the manifest.
    pub effect: String,
    /// What it is, in the plugin's words.
    pub title: String,
    /// What it costs, as the plugin says.
    pub amount: Option<Amount>,
    /// The host it would go to.
    pub host: String,
    /// How far it is now.
    pub state: ApprovalState,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// Until when it may be decided and sent.
    pub expires_at: Timestamp,
}

/// Everything about a proposal.
#[derive(Debug, Clone)]
pub struct ApprovalPage {
    /// What the list shows.
    pub card: ApprovalCard,
    /// More about it, in the plugin's words.
    pub summary: Option<String>,
    /// The name of the account that acts.
    pub account: Option<String>,
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The address's parameters, decoded.
    pub query: Vec<(String, String)>,
    /// Headers of the plugin's.
    pub headers: Vec<(String, String)>,
    /// Slots whose secrets the host puts in, each with where it does.
    pub slots: Vec<(String, String)>,
    /// The body.
    pub body: Shown,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided it; empty when the account is gone.
    pub decided_by: Option<String>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// When it was let out.
    pub used_at: Option<Timestamp>,
    /// The status that the provider answered with.
    pub answer_status: Option<u16>,
    /// How it may be changed now, if at all.
    pub change: Option<Changeable>,
    /// What was last asked to be changed.
    pub asked: Option<AskedChange>,
    /// What it takes the place of.
    pub replaces: Option<Replaced>,
    /// What took its place.
    pub replaced_by: Option<ApprovalId>,
}

/// What waits, and a page of what is over.
#[derive(Debug, Clone)]
pub struct Approvals {
    /// What waits for a decision, oldest first.
    pub waiting: Vec<ApprovalCard>,
    /// What is over, newest first.
    pub settled: Vec<ApprovalCard>,
    /// What to ask the next page of those with.
    pub next: Option<String>,
}

/// What waits for a decision, and a page of what is over.
pub async fn list_approvals(
    app: &App,
    ctx: &Context,
    before: Option<&str>,
    limit: i64,
) -> Result<Approvals> {
    ctx.require_to_see(Permission::DecideApprovals)?;
    let (tenant, now) = (ctx.tenant.clone(), app.clock.now());
    let before = before.map(str::to_owned);
    let (waiting, settled) = app
        .db
        .inspect(move |c| -> Result<_> {
            let waiting = store::approvals::list_waiting(c, &tenant, now, WAITING_MAX)?;
            let before = before.as_deref();
            Ok((waiting, store::approvals::list_settled(c, &tenant, now, before, limit)?))
        })
        .await?;
    let cards = |rows: Vec<Listed>| rows.iter().map(|row| card(app, ctx, row)).collect();
    Ok(Approvals { waiting: cards(waiting), settled: cards(settled.items), next: settled.next })
}

/// One proposal.
pub async fn get_approval(app: &App, ctx: &Context, id: &ApprovalId) -> Result<ApprovalPage> {
    ctx.require_to_see(Permission::DecideApprovals)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let (row, account, decided_by, lineage) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::approvals::get(c, &ctx2.tenant, &id)?;
            let account = lineage::account_of(c, &row)?;
            let by = lineage::name_of(c, row.decided_by.as_ref())?;
            let lineage = lineage::find(&app2, c, &ctx2, &row, account.as_deref())?;
            Ok((row, account, by, lineage))
        })
        .await?;
    let said = said(&row)?;
    let headers: Vec<(String, String)> = serde_json::from_value(row.headers_json.0.clone())?;
    let slots = said.slots.unwrap_or_default().into_iter();
    let slots = slots.map(|(id, place)| (visible(&id), visible(&place))).collect();
    let address = url::Url::parse(&row.url).ok();
    let query = address.as_ref().map(|url| {
        let pairs = url.query_pairs().map(|(name, value)| (visible(&name), visible(&value)));
        pairs.collect()
    });
    Ok(ApprovalPage {
        card: card(app, ctx, &Listed::from(&row)),
        summary: said.summary.map(|words| in_words(app, ctx, &row.plugin_id, &words)),
        account,
        query: query.unwrap_or_default(),
        body: Shown::of(&headers, &row.body),
        headers: headers.into_iter().map(|(name, value)| (name, visible(&value))).collect(),
        slots,
        method: row.method,
        url: row.url,
        decided_at: row.decided_at,
        decided_by,
        reason: row.reason,
        used_at: row.used_at,
        answer_status: row.answer_status.and_then(|status| status.try_into().ok()),
        change: lineage.change,
        asked: lineage.asked,
        replaces: lineage.replaces,
        replaced_by: row.replaced_by,
    })
}

/// How many proposals wait; for a role that may not decide, none.
pub(crate) fn count_waiting(app: &App, c: &mut Conn, ctx: &Context) -> Result<i64> {
    if !ctx.may(Permission::DecideApprovals) {
        return Ok(0);
    }
    Ok(store::approvals::count_waiting(c, &ctx.tenant, app.clock.now())?)
}

pub(crate) fn said(row: &Approval) -> Result<Said> {
    said_in(&row.words_json)
}

fn said_in(words: &Json) -> Result<Said> {
    Ok(serde_json::from_value(words.0.clone())?)
}

/// What is proposed, in the reader's language.
pub(crate) fn title_of(app: &App, ctx: &Context, row: &Approval) -> String {
    card(app, ctx, &row.into()).title
}

/// The host it would go to.
pub(crate) fn host_of(address: &str) -> String {
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}

fn card(app: &App, ctx: &Context, row: &Listed) -> ApprovalCard {
    let said = said_in(&row.words_json).ok();
    let in_words = |said: &Said| in_words(app, ctx, &row.plugin_id, &said.title);
    ApprovalCard {
        id: row.id.clone(),
        plugin: row.plugin_id.clone(),
        plugin_name: plugins::name_of(app, &row.plugin_id, ctx.locale),
        effect: row.effect.clone(),
        title: said.as_ref().map(in_words).unwrap_or_default(),
        amount: said.and_then(|said| said.amount),
        host: host_of(&row.url),
        state: at(row.state, row.expires_at, app.clock.now()),
        proposed_at: row.proposed_at,
        expires_at: row.expires_at,
    }
}

/// The plugin's words in the reader's language; a key that nobody knows any more stands for itself.
fn in_words(app: &App, ctx: &Context, plugin: &PluginId, words: &Words) -> String {
    let text = match words {
        Words::Text(text) => text.clone(),
        Words::Key { key, args } => match plugins::find_loaded(app, plugin) {
            Ok(plugin) => {
                let args: Vec<_> =
                    args.iter().map(|(name, value)| (name.as_str(), value.into())).collect();
                plugin.texts().text(ctx.locale, key, &args)
            }
            Err(_) => key.clone(),
        },
    };
    visible(&text)
}

/// How far it is at this time: what nobody swept yet is expired all the same.
pub(crate) fn state_at(row: &Approval, now: Timestamp) -> ApprovalState {
    at(row.state, row.expires_at, now)
}

fn at(state: ApprovalState, expires_at: Timestamp, now: Timestamp) -> ApprovalState {
    let open =
        matches!(state, ApprovalState::Waiting | ApprovalState::Approved | ApprovalState::Changing);
    if open && expires_at <= now { ApprovalState::Expired } else { state }
}

/// Allows a proposal's request to be sent, once. Allowing it twice is allowing it once. It may spend
/// money, so it asks for a recent proof; refusing needs none.
pub async fn approve(app: &App, ctx: &Context, id: &ApprovalId) -> Result<()> {
    ctx.require_to_see(Permission::DecideApprovals)?;
    ctx.require_recent()?;
    decide(app, ctx, id, ApprovalState::Approved, None).await
}

/// Refuses a proposal, also while it is being changed, with a reason that the plugin is told; it may be
/// empty.
pub async fn reject(app: &App, ctx: &Context, id: &ApprovalId, reason: &str) -> Result<()> {
    let reason = reason.trim();
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::invalid("reason", "error-too-long"));
    }
    let reason = Some(visible(reason)).filter(|reason| !reason.is_empty());
    decide(app, ctx, id, ApprovalState::Rejected, reason).await
}

/// What to tell whoever came too late.
const fn over(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Changing => "error-approval-changing",
        ApprovalState::Replaced => "error-approval-replaced",
        _ => "error-approval-over",
    }
}

async fn decide(
    app: &App,
    ctx: &Context,
    id: &ApprovalId,
    state: ApprovalState,
    reason: Option<String>,
) -> Result<()> {
    ctx.require_to_see(Permission::DecideApprovals)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let (tenant, now) = (&ctx2.tenant, app2.clock.now());
            let row = store::approvals::get(c, tenant, &id)?;
            if row.state == state {
                return Ok(());
            }
            let why = reason.as_deref();
            let done = store::approvals::decide(c, tenant, &id, state, &ctx2.account, why, now);
            match done {
                Err(store::Error::Conflict) => {
                    let now = store::approvals::get(c, tenant, &id)?.state;
                    return Err(Error::Conflict { key: over(now) });
                }
                other => other?,
            }
            let action = match state {
                ApprovalState::Approved => "approval.approved",
                _ => "approval.rejected",
            };
            record(&app2, c, &Who::from(&ctx2), &row, action, json!({}))?;
            notifications::approval_decided(&app2, c, tenant, &row.plugin_id)?;
            tell_plugin(&app2, c, &row, state, why)
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// The event for the plugin that proposed it; nobody else hears it.
pub(crate) fn tell_plugin(
    app: &App,
    c: &mut Conn,
    row: &Approval,
    state: ApprovalState,
    reason: Option<&str>,
) -> Result<()> {
    let payload = json!({
        "approval": row.id, "key": row.once_key, "state": state, "reason": reason,
        "plugin": row.plugin_id,
    });
    announce(app, c, row, DECIDED, payload)
}

pub(crate) fn announce(
    app: &App,
    c: &mut Conn,
    row: &Approval,
    topic: &str,
    payload: Value,
) -> Result<()> {
    let effect = store::outbox::Effect {
        id: domain::OutboxId::new(&*app.clock, &*app.rng),
        tenant_id: row.tenant_id.clone(),
        topic: topic.to_owned(),
        subject_id: row.id.to_string(),
        payload_json: payload.into(),
        created_at: app.clock.now(),
        dispatched_at: None,
    };
    Ok(store::outbox::insert(c, &effect)?)
}

/// An entry of the activity log: which plugin, what kind of action, where; never what it says, which
/// may be about somebody.
pub(crate) fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    row: &Approval,
    action: &'static str,
    more: Value,
) -> Result<()> {
    let mut detail = json!({"plugin": row.plugin_id, "effect": row.effect, "route": row.route});
    if let (Some(into), Value::Object(more)) = (detail.as_object_mut(), more) {
        into.extend(more);
    }
    let act = Act { action, entity: "approval", entity_id: row.id.as_str(), detail };
    audit::append(app, c, &row.tenant_id, who, &act)
}

/// Notes what nobody decided or sent in time, and tells the plugins; answers how many.
pub(crate) async fn expire_overdue(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let overdue = app.db.read(move |c| store::approvals::list_overdue(c, now, 500)).await?;
    let mut gone = 0;
    for row in overdue {
        let app2 = app.clone();
        let expired = app
            .db
            .transact(move |c| -> Result<bool> {
                if !store::approvals::expire(c, &row.tenant_id, &row.id, now)? {
                    return Ok(false);
                }
                record(&app2, c, &Who::system(), &row, "approval.expired", json!({}))?;
                notifications::approval_decided(&app2, c, &row.tenant_id, &row.plugin_id)?;
                tell_plugin(&app2, c, &row, ApprovalState::Expired, None)?;
                Ok(true)
            })
            .await?;
        gone += usize::from(expired);
    }
    if gone > 0 {
        app.wake_jobs();
    }
    Ok(gone)
}
