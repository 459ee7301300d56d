//! What a proposal's page shows of how it came about and how it can go on: what may be changed of it, what
//! was asked, and what it takes the place of.

use domain::{AccountId, ApprovalId, Timestamp};
use runtime::Words;
use runtime::approval::Change;
use runtime::plugin_view::Field;
use serde_json::Value;
use store::Conn;

use super::change::reach;
use super::compare::{Side, differences, fields_of};
use super::{Approval, ApprovalState, Difference, in_words, said, state_at, title_of, visible};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// How a proposal may be changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Changeable {
    /// By these fields, in the reader's language, with what is in them.
    Here(Vec<Field>),
    /// In a view of the plugin's.
    There,
}

/// What was asked to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedChange {
    /// When.
    pub at: Timestamp,
    /// By whom; empty when the account is gone.
    pub by: String,
    /// Why nothing came of it: `silent`, `failed` or `declined`; None while that is open.
    pub came_back: Option<String>,
    /// The plugin's word on that.
    pub word: Option<String>,
}

/// What a proposal takes the place of: the last before it that people had to do with.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// Its id.
    pub id: ApprovalId,
    /// What it was, in the plugin's words.
    pub title: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// In what they differ.
    pub differences: Vec<Difference>,
    /// Whether more differs than that tells.
    pub is_cut: bool,
}

/// All of it.
pub(super) struct Lineage {
    pub change: Option<Changeable>,
    pub asked: Option<AskedChange>,
    pub replaces: Option<Replaced>,
}

pub(super) fn find(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: &Approval,
    account: Option<&str>,
) -> Result<Lineage> {
    let state = state_at(row, app.clock.now());
    let is_open = matches!(state, ApprovalState::Waiting | ApprovalState::Approved);
    // Whoever left the plugin's page on the way finds back there.
    let is_at_it = state == ApprovalState::Changing && row.asked_by.as_ref() == Some(&ctx.account);
    let change = if is_open || is_at_it { changeable(app, c, ctx, row)? } else { None };
    let change = change.filter(|change| is_open || *change == Changeable::There);
    Ok(Lineage {
        change,
        asked: asked(app, c, ctx, row)?,
        replaces: replaces(app, c, ctx, row, account)?,
    })
}

/// How it may be changed by this member now; a plugin that could not answer isn't asked.
fn changeable(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: &Approval,
) -> Result<Option<Changeable>> {
    let said = said(row)?;
    let Some(Ok(change)) = said.change.as_ref().map(Change::read) else { return Ok(None) };
    if reach(app, c, ctx, row, &change)?.is_err() {
        return Ok(None);
    }
    Ok(Some(match change {
        Change::Fields(_) => Changeable::Here(fields_of(app, ctx, row, &said)),
        Change::View { .. } => Changeable::There,
    }))
}

fn asked(app: &App, c: &mut Conn, ctx: &Context, row: &Approval) -> Result<Option<AskedChange>> {
    let (Some(at), Some(kept)) = (row.asked_at, &row.asked_json) else { return Ok(None) };
    let back = kept.0.get("back");
    let word = back.and_then(|back| back.get("word")).filter(|word| !word.is_null());
    let word = word.and_then(|word| serde_json::from_value::<Words>(word.clone()).ok());
    Ok(Some(AskedChange {
        at,
        by: name_of(c, row.asked_by.as_ref())?.unwrap_or_default(),
        came_back: back.and_then(|back| back.get("why")?.as_str()).map(str::to_owned),
        word: word.map(|words| in_words(app, ctx, &row.plugin_id, &words)),
    }))
}

fn replaces(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    row: &Approval,
    account: Option<&str>,
) -> Result<Option<Replaced>> {
    let Some(id) = &row.replaces else { return Ok(None) };
    // A plugin may have replaced its own several times over: what nobody saw is nothing to compare with.
    let Some(basis) = store::approvals::find_basis(c, &ctx.tenant, id)? else { return Ok(None) };
    let Some(before) = store::approvals::find(c, &ctx.tenant, &basis.id)? else { return Ok(None) };
    let account_before = account_of(c, &before)?;
    let old = Side { row: &before, account: account_before.as_deref() };
    let found = differences(app, ctx, old, Side { row, account })?;
    Ok(Some(Replaced {
        id: before.id.clone(),
        title: title_of(app, ctx, &before),
        proposed_at: before.proposed_at,
        differences: found.all,
        is_cut: found.is_cut || basis.is_cut,
    }))
}

/// The name of the account that acts, as people see it: it is whatever its provider or its plugin says.
pub(super) fn account_of(c: &mut Conn, row: &Approval) -> Result<Option<String>> {
    let Some(id) = &row.connection_id else { return Ok(None) };
    let found = store::connections::find(c, &row.tenant_id, id)?;
    Ok(found.map(|found| {
        let has_email = !found.account_email.is_empty();
        visible(if has_email { &found.account_email } else { &found.account_name })
    }))
}

/// Somebody's name; empty when the account is gone.
pub(super) fn name_of(c: &mut Conn, id: Option<&AccountId>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(Some(store::accounts::find(c, id)?.map(|found| found.name).unwrap_or_default()))
}

/// What was typed when it was last asked for.
pub(super) fn asked_fields(row: &Approval) -> Option<&Value> {
    row.asked_json.as_ref()?.0.get("fields")
}
