//! Requests of plugins that people decide before they are sent. Each change of state is a
//! compare-and-swap, so of many who try at once one succeeds.

use diesel::prelude::*;
use domain::{AccountId, ApprovalId, ConnectionId, PluginId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, settled};
use crate::page::{Page, bounded};
use crate::schema::approvals;
use crate::scope;

mod changes;

pub use changes::{Ask, Basis, ask_change, find_basis, give_back, list_unanswered_asks, replace};

words! {
    /// How far an approval is.
    pub enum ApprovalState {
        /// Nobody has decided.
        Waiting = "waiting",
        /// The request may be sent, once.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
        /// Its time is over.
        Expired = "expired",
        /// It was let out, and what became of it isn't known yet.
        Used = "used",
        /// It was sent, and the provider answered.
        Sent = "sent",
        /// It was let out, and nobody knows whether it arrived.
        Unknown = "unknown",
        /// The plugin took it back.
        Withdrawn = "withdrawn",
        /// Somebody asked the plugin to propose it otherwise; nothing may be sent on it meanwhile.
        Changing = "changing",
        /// Another proposal took its place.
        Replaced = "replaced",
    }
}

/// Those of which something may still come.
const OPEN: [&str; 3] = [
    ApprovalState::Waiting.as_str(),
    ApprovalState::Approved.as_str(),
    ApprovalState::Changing.as_str(),
];

row! {
    /// A proposed request and what became of it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Approval: approvals, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ApprovalId as String,
        pub plugin_id: PluginId as String,
        pub once_key: String,
        pub state: ApprovalState as String,
        pub effect: String,
        pub route: String,
        pub digest: Vec<u8>,
        pub method: String,
        pub url: String,
        pub headers_json: Json as String,
        pub body: Vec<u8>,
        pub connection_id: Option<ConnectionId> as Opt<String, ConnectionId>,
        pub words_json: Json as String,
        pub proposed_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
        pub decided_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub decided_by: Option<AccountId> as Opt<String, AccountId>,
        pub reason: Option<String>,
        pub used_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub settled_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub answer_status: Option<i64>,
        pub asked_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub asked_by: Option<AccountId> as Opt<String, AccountId>,
        pub asked_json: Option<Json> as Opt<String, Json>,
        pub replaces: Option<ApprovalId> as Opt<String, ApprovalId>,
        pub replaced_by: Option<ApprovalId> as Opt<String, ApprovalId>,
    }
}

row! {
    /// What a list shows of an approval. Bodies may be large, and a list has hundreds.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Listed: approvals, [Queryable, Selectable] {
        pub id: ApprovalId as String,
        pub plugin_id: PluginId as String,
        pub state: ApprovalState as String,
        pub effect: String,
        pub url: String,
        pub words_json: Json as String,
        pub proposed_at: Timestamp as i64,
        pub expires_at: Timestamp as i64,
    }
}

impl From<&Approval> for Listed {
    fn from(row: &Approval) -> Self {
        Self {
            id: row.id.clone(),
            plugin_id: row.plugin_id.clone(),
            state: row.state,
            effect: row.effect.clone(),
            url: row.url.clone(),
            words_json: row.words_json.clone(),
            proposed_at: row.proposed_at,
            expires_at: row.expires_at,
        }
    }
}

/// What a request at the door has to match.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The plugin that sends it.
    pub plugin: &'a PluginId,
    /// Its route.
    pub route: &'a str,
    /// The digest of the request.
    pub digest: &'a [u8],
}

/// Adds a proposal.
///
/// # Errors
/// [`Error::Unique`] (`approvals_tenant_id_plugin_id_once_key_key`) when the plugin's key is taken.
pub fn insert(c: &mut Conn, approval: &Approval) -> Result<()> {
    scope::tenant(c, &approval.tenant_id)?;
    diesel::insert_into(approvals::table).values(approval.clone()).execute(c)?;
    Ok(())
}

/// The approval, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ApprovalId) -> Result<Option<Approval>> {
    scope::tenant(c, tenant)?;
    let query = approvals::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Approval::as_select()).first(c).optional()?)
}

/// The approval, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &ApprovalId) -> Result<Approval> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The approval of a plugin by its own key.
pub fn find_by_key(
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &PluginId,
    once_key: &str,
) -> Result<Option<Approval>> {
    scope::tenant(c, tenant)?;
    let query = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::plugin_id.eq(plugin.as_str()))
        .filter(approvals::once_key.eq(once_key));
    Ok(query.select(Approval::as_select()).first(c).optional()?)
}

/// What waits for a decision at this time, oldest first; at most `limit`.
pub fn list_waiting(
    c: &mut Conn,
    tenant: &TenantId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Listed>> {
    scope::tenant(c, tenant)?;
    Ok(approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::state.eq(ApprovalState::Waiting.as_str()))
        .filter(approvals::expires_at.gt(now.as_millis()))
        .order((approvals::proposed_at, approvals::id))
        .limit(bounded(limit))
        .select(Listed::as_select())
        .load(c)?)
}

/// How much waits for a decision at this time.
pub fn count_waiting(c: &mut Conn, tenant: &TenantId, now: Timestamp) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::state.eq(ApprovalState::Waiting.as_str()))
        .filter(approvals::expires_at.gt(now.as_millis()))
        .count()
        .get_result(c)?)
}

/// How much of one plugin waits, expired or not.
pub fn count_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::plugin_id.eq(plugin.as_str()))
        .filter(approvals::state.eq(ApprovalState::Waiting.as_str()))
        .count()
        .get_result(c)?)
}

/// What waits no more, newest first. The cursor is an id: ids sort by when they were proposed.
pub fn list_settled(
    c: &mut Conn,
    tenant: &TenantId,
    now: Timestamp,
    before: Option<&str>,
    limit: i64,
) -> Result<Page<Listed, String>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let over = approvals::state
        .ne(ApprovalState::Waiting.as_str())
        .or(approvals::expires_at.le(now.as_millis()));
    let mut query = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(over)
        .order(approvals::id.desc())
        .limit(limit + 1)
        .select(Listed::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(approvals::id.lt(before.to_owned()));
    }
    Ok(Page::cut(query.load(c)?, limit, |row: &Listed| row.id.to_string()))
}

/// Notes a decision on what still waits and whose time isn't over. What is being changed can be rejected all
/// the same.
///
/// # Errors
/// [`Error::Conflict`] when it was decided, withdrawn or expired meanwhile.
pub fn decide(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApprovalId,
    state: ApprovalState,
    by: &AccountId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let also = match state {
        ApprovalState::Rejected => ApprovalState::Changing,
        _ => ApprovalState::Waiting,
    };
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::state.eq_any([ApprovalState::Waiting.as_str(), also.as_str()]))
        .filter(approvals::expires_at.gt(now.as_millis()));
    let set = (
        approvals::state.eq(state.as_str()),
        approvals::decided_at.eq(now.as_millis()),
        approvals::decided_by.eq(by.as_str()),
        approvals::reason.eq(reason),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Uses the approval up for a request, if it was given to exactly this one and is good now; answers
/// whether it was. At most one of many that try gets a yes.
pub fn spend(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApprovalId,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::plugin_id.eq(wanted.plugin.as_str()))
        .filter(approvals::route.eq(wanted.route))
        .filter(approvals::digest.eq(wanted.digest))
        .filter(approvals::state.eq(ApprovalState::Approved.as_str()))
        .filter(approvals::expires_at.gt(now.as_millis()));
    let set =
        (approvals::state.eq(ApprovalState::Used.as_str()), approvals::used_at.eq(now.as_millis()));
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Notes what became of a request that was let out: the provider's status, or that no answer came.
/// Answers whether that was still open.
pub fn settle(
    c: &mut Conn,
    tenant: &TenantId,
    id: &ApprovalId,
    answer_status: Option<u16>,
    now: Timestamp,
) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let state = answer_status.map_or(ApprovalState::Unknown, |_| ApprovalState::Sent);
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::state.eq(ApprovalState::Used.as_str()));
    let set = (
        approvals::state.eq(state.as_str()),
        approvals::answer_status.eq(answer_status.map(i64::from)),
        approvals::settled_at.eq(now.as_millis()),
    );
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Up to `limit` approvals of all tenants whose request was let out before this time and of which
/// nothing was heard since, oldest first.
pub fn list_unanswered(c: &mut Conn, before: Timestamp, limit: i64) -> Result<Vec<Approval>> {
    scope::system(c)?;
    Ok(approvals::table
        .filter(approvals::state.eq(ApprovalState::Used.as_str()))
        .filter(approvals::used_at.lt(before.as_millis()))
        .order((approvals::used_at, approvals::id))
        .limit(bounded(limit))
        .select(Approval::as_select())
        .load(c)?)
}

/// Takes back what was not sent; answers whether there was anything to take back.
pub fn withdraw(c: &mut Conn, tenant: &TenantId, id: &ApprovalId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target =
        approvals::table.find((tenant.as_str(), id.as_str())).filter(approvals::state.eq_any(OPEN));
    let set = approvals::state.eq(ApprovalState::Withdrawn.as_str());
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Deletes a plugin's approvals, whatever became of them, as on removing it; answers how many.
pub fn delete_of_plugin(c: &mut Conn, tenant: &TenantId, plugin: &PluginId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let own = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::plugin_id.eq(plugin.as_str()));
    Ok(diesel::delete(own).execute(c)?)
}

/// Up to `limit` open approvals of all tenants whose time is over, oldest first.
pub fn list_overdue(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Approval>> {
    scope::system(c)?;
    Ok(approvals::table
        .filter(approvals::state.eq_any(OPEN))
        .filter(approvals::expires_at.le(now.as_millis()))
        .order((approvals::expires_at, approvals::id))
        .limit(bounded(limit))
        .select(Approval::as_select())
        .load(c)?)
}

/// Notes that an open approval's time is over; answers whether it was open.
pub fn expire(c: &mut Conn, tenant: &TenantId, id: &ApprovalId, now: Timestamp) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = approvals::table
        .find((tenant.as_str(), id.as_str()))
        .filter(approvals::state.eq_any(OPEN))
        .filter(approvals::expires_at.le(now.as_millis()));
    let set = approvals::state.eq(ApprovalState::Expired.as_str());
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Deletes approvals that are over and were proposed before this time; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = approvals::table
        .filter(approvals::proposed_at.lt(before.as_millis()))
        .filter(approvals::state.ne_all(OPEN))
        .filter(approvals::state.ne(ApprovalState::Used.as_str()));
    Ok(diesel::delete(old).execute(c)?)
}
