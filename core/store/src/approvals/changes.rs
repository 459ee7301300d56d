//! Having a proposal made otherwise: it is asked for by one of many, answered by one new proposal, and
//! given back where nothing came of it.

use diesel::prelude::*;
use domain::{AccountId, ApprovalId, PluginId, TenantId, Timestamp};

use super::{Approval, ApprovalState, OPEN, find};
use crate::backend::Conn;
use crate::columns::Json;
use crate::error::{Result, settled};
use crate::page::bounded;
use crate::schema::approvals;
use crate::scope;

/// Who asks for what, and when.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who.
    pub by: &'a AccountId,
    /// What they typed.
    pub what: &'a Json,
    /// When; no later ask is answered as this one.
    pub at: Timestamp,
}

/// How many proposals are looked at on the way back to what people had to do with.
const STEPS_MAX: usize = 50;

/// What people compare a proposal with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Its id.
    pub id: ApprovalId,
    /// Whether there was more before it than was looked at.
    pub is_cut: bool,
}

/// Notes that somebody asked for another proposal than this one, which waits or was approved: from then on
/// nothing is sent on it.
///
/// # Errors
/// [`crate::Error::Conflict`] when it was decided, sent, withdrawn, asked about or expired meanwhile.
pub fn ask_change(c: &mut Conn, tenant: &TenantId, id: &ApprovalId, ask: Ask<'_>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let may_ask = [ApprovalState::Waiting.as_str(), ApprovalState::Approved.as_str()];
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::state.eq_any(may_ask))
        .filter(approvals::expires_at.gt(ask.at.as_millis()));
    let set = (
        approvals::state.eq(ApprovalState::Changing.as_str()),
        approvals::asked_at.eq(ask.at.as_millis()),
        approvals::asked_by.eq(ask.by.as_str()),
        approvals::asked_json.eq(ask.what.0.to_string()),
        approvals::decided_at.eq(None::<i64>),
        approvals::decided_by.eq(None::<String>),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Notes that another proposal of the same plugin takes the place of one of which something may still
/// come; answers whether it was one.
pub fn replace(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApprovalId,
    plugin: &PluginId,
    by: &ApprovalId,
    now: Timestamp,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::plugin_id.eq(plugin.as_str()))
        .filter(approvals::state.eq_any(OPEN))
        .filter(approvals::expires_at.gt(now.as_millis()));
    let set = (
        approvals::state.eq(ApprovalState::Replaced.as_str()),
        approvals::replaced_by.eq(by.as_str()),
    );
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Of the proposals that led to one, back from that whose place it took, the last that somebody approved or
/// asked to have changed, else the first: what came and went after it nobody need have seen.
pub fn find_basis(c: &mut Conn, tenant: &TenantId, replaced: &ApprovalId) -> Result<Option<Basis>> {
    scope::tenant(c, tenant)?;
    let (mut basis, mut next) = (None, Some(replaced.clone()));
    for _ in 0..STEPS_MAX {
        let Some(id) = next.take() else { break };
        let row: Option<(Option<String>, Option<i64>, Option<i64>)> = approvals::table
            .find((tenant.as_str(), id.as_str()))
            .select((approvals::replaces, approvals::asked_at, approvals::decided_at))
            .first(c)
            .optional()?;
        // It may be forgotten by now.
        let Some((before, asked_at, decided_at)) = row else { break };
        basis = Some(id);
        if asked_at.is_none() && decided_at.is_none() {
            next = before.and_then(|id| id.parse::<ApprovalId>().ok());
        }
    }
    Ok(basis.map(|id| Basis { id, is_cut: next.is_some() }))
}

/// Lets one wait again of whose change nothing came, and keeps what is said of that; answers whether that
/// ask was still open. Whoever approved it before has to again.
pub fn give_back(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApprovalId,
    asked_at: Timestamp,
    what: &Json,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::state.eq(ApprovalState::Changing.as_str()))
        .filter(approvals::asked_at.eq(asked_at.as_millis()));
    let set = (
        approvals::state.eq(ApprovalState::Waiting.as_str()),
        approvals::asked_json.eq(what.0.to_string()),
    );
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Up to `limit` approvals of all tenants that were to be changed before this time and still are, oldest
/// first; those behind the one that was asked about then and has this id.
pub fn list_unanswered_asks(
    c: &mut Conn,
    before: Timestamp,
    after: Option<&(Timestamp, ApprovalId)>,
    limit: i64,
) -> Result<Vec<Approval>> {
    scope::system(c)?;
    let mut query = approvals::table
        .filter(approvals::state.eq(ApprovalState::Changing.as_str()))
        .filter(approvals::asked_at.lt(before.as_millis()))
        .order((approvals::asked_at, approvals::id))
        .limit(bounded(limit))
        .select(Approval::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.as_millis();
        let same = approvals::asked_at.eq(at).and(approvals::id.gt(id.to_string()));
        query = query.filter(approvals::asked_at.gt(at).or(same));
    }
    Ok(query.load(c)?)
}
