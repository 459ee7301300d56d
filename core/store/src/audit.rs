//! Who did what, when, from where. Each tenant has a chain without gaps: an entry carries a MAC
//! over itself and the MAC before it, made by the vault.

use diesel::dsl::{max, min};
use diesel::prelude::*;
use domain::{AuditId, TenantId, Timestamp};

use crate::backend::{Conn, MultiBackend};
use crate::columns::Json;
use crate::error::{Error, Result};
use crate::held;
use crate::page::{Page, bounded};
use crate::schema::{audit, audit_heads};
use crate::scope;

pub mod chain;

words! {
    /// Who acted.
    pub enum ActorKind {
        /// Somebody who signed in.
        Account = "account",
        /// A plugin.
        Plugin = "plugin",
        /// The house itself.
        System = "system",
    }
}

row! {
    /// An entry of the chain.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Entry: audit, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub seq: i64,
        pub id: AuditId as String,
        pub at: Timestamp as i64,
        pub actor_kind: ActorKind as String,
        pub actor_id: String,
        pub action: String,
        pub entity: String,
        pub entity_id: String,
        pub detail_json: Json as String,
        pub address: String,
        pub device: String,
        pub request_id: String,
        pub previous_mac: Vec<u8>,
        pub mac: Vec<u8>,
    }
}

/// What an entry tells, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// Its id.
    pub id: AuditId,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted.
    pub actor_kind: ActorKind,
    /// The account's or plugin's id; empty for the system.
    pub actor_id: String,
    /// What was done, such as `person.deleted`.
    pub action: String,
    /// What kind of thing it was done to.
    pub entity: String,
    /// Which one; empty where there is none.
    pub entity_id: String,
    /// More about it. Never a secret; personal data only where it must be.
    pub detail_json: Json,
    /// The address it came from.
    pub address: String,
    /// The device it came from.
    pub device: String,
    /// The request it happened in.
    pub request_id: String,
}

/// Which entries to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this actor.
    pub actor_id: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only about this kind of thing.
    pub entity: Option<String>,
    /// Only about this one.
    pub entity_id: Option<String>,
    /// Only from then on.
    pub from: Option<Timestamp>,
    /// Only before then.
    pub to: Option<Timestamp>,
}

/// Appends an entry to the tenant's chain, in the transaction of the change it tells of. `mac`
/// gets the entry with its number and the MAC before it (empty for the first), and answers its MAC.
/// Others who append to the same chain wait until this transaction ends.
///
/// # Errors
/// [`Error::Conflict`] in a transaction that is held to another end of the chain ([`crate::held_to`]).
pub fn append(
    c: &mut Conn,
    tenant: &TenantId,
    new: NewEntry,
    mac: impl FnOnce(&Entry) -> Vec<u8>,
) -> Result<Entry> {
    scope::tenant(c, tenant)?;
    let (seq, previous_mac) = lock_head(c, tenant)?;
    held::check_told(tenant, seq)?;
    let mut entry = Entry {
        tenant_id: tenant.clone(),
        seq: seq + 1,
        id: new.id,
        at: new.at,
        actor_kind: new.actor_kind,
        actor_id: new.actor_id,
        action: new.action,
        entity: new.entity,
        entity_id: new.entity_id,
        detail_json: new.detail_json,
        address: new.address,
        device: new.device,
        request_id: new.request_id,
        previous_mac,
        mac: Vec::new(),
    };
    entry.mac = mac(&entry);
    diesel::insert_into(audit::table).values(entry.clone()).execute(c)?;
    let set = (audit_heads::seq.eq(entry.seq), audit_heads::mac.eq(&entry.mac));
    diesel::update(audit_heads::table.find(tenant.as_str())).set(set).execute(c)?;
    Ok(entry)
}

/// Keeps others from noting what they did until this transaction ends: for changing what they change after
/// they noted something.
pub fn hold(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    lock_head(c, tenant).map(drop)
}

/// The head of the chain, held until the transaction ends. A row to hold is made for a new chain.
pub(crate) fn lock_head(c: &mut Conn, tenant: &TenantId) -> Result<(i64, Vec<u8>)> {
    scope::tenant(c, tenant)?;
    let first = (
        audit_heads::tenant_id.eq(tenant.as_str()),
        audit_heads::seq.eq(0_i64),
        audit_heads::mac.eq(Vec::new()),
    );
    let head =
        audit_heads::table.find(tenant.as_str()).select((audit_heads::seq, audit_heads::mac));
    let held: Option<(i64, Vec<u8>)> = each_backend!(
        c,
        Sqlite(c) => head.first(c).optional()?,
        Postgres(c) => head.for_update().first(c).optional()?
    );
    if let Some(held) = held {
        return Ok(held);
    }
    let insert = diesel::insert_into(audit_heads::table).values(first).on_conflict_do_nothing();
    each_backend!(c, |c| insert.execute(c)?);
    Ok(each_backend!(c, Sqlite(c) => head.first(c)?, Postgres(c) => head.for_update().first(c)?))
}

/// The number and MAC of the chain's last entry; none while it is empty.
pub fn find_head(c: &mut Conn, tenant: &TenantId) -> Result<Option<(i64, Vec<u8>)>> {
    scope::tenant(c, tenant)?;
    let head = audit_heads::table.find(tenant.as_str()).filter(audit_heads::seq.gt(0));
    Ok(head.select((audit_heads::seq, audit_heads::mac)).first(c).optional()?)
}

/// What kinds of things the entries after a number are about, in their order, at most `limit`.
pub fn list_entities_after(
    c: &mut Conn,
    tenant: &TenantId,
    seq: i64,
    limit: i64,
) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    Ok(audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::seq.gt(seq))
        .order(audit::seq)
        .limit(bounded(limit))
        .select(audit::entity)
        .load(c)?)
}

/// The entry, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, seq: i64) -> Result<Entry> {
    scope::tenant(c, tenant)?;
    let query = audit::table.find((tenant.as_str(), seq)).select(Entry::as_select());
    query.first(c).optional()?.ok_or(Error::NotFound)
}

type Query<'a> = audit::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(tenant: &'a TenantId, filter: &'a AuditFilter) -> Query<'a> {
    let mut query = audit::table.filter(audit::tenant_id.eq(tenant.as_str())).into_boxed();
    if let Some(actor) = &filter.actor_id {
        query = query.filter(audit::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit::action.eq(action));
    }
    if let Some(entity) = &filter.entity {
        query = query.filter(audit::entity.eq(entity));
    }
    if let Some(id) = &filter.entity_id {
        query = query.filter(audit::entity_id.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit::at.ge(from.as_millis()));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit::at.lt(to.as_millis()));
    }
    query
}

/// The first and the last number of entries within a filter's times: what lies outside isn't read. Nothing
/// where no entry is.
fn numbers(c: &mut Conn, tenant: &TenantId, filter: &AuditFilter) -> Result<Option<(i64, i64)>> {
    scope::tenant(c, tenant)?;
    if filter.from.is_none() && filter.to.is_none() {
        return Ok(Some((0, i64::MAX)));
    }
    let millis = |at: Option<Timestamp>, else_at| at.map_or(else_at, Timestamp::as_millis);
    let ends: (Option<i64>, Option<i64>) = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::at.ge(millis(filter.from, i64::MIN)))
        .filter(audit::at.lt(millis(filter.to, i64::MAX)))
        .select((min(audit::seq), max(audit::seq)))
        .first(c)?;
    Ok(ends.0.zip(ends.1))
}

/// A page of entries, newest first; the cursor is the last number of the page before.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Page<Entry, i64>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let Some((first, last)) = numbers(c, tenant, filter)? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let rows: Vec<Entry> = matching(tenant, filter)
        .filter(audit::seq.ge(first))
        .filter(audit::seq.le(last))
        .filter(audit::seq.lt(before.unwrap_or(i64::MAX)))
        .order(audit::seq.desc())
        .limit(limit + 1)
        .select(Entry::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| last.seq))
}

/// Who did something to each of these last: the entity's id, what kind of actor, and which.
pub fn list_last_actors(
    c: &mut Conn,
    tenant: &TenantId,
    action: &str,
    entity: &str,
    ids: &[String],
) -> Result<Vec<(String, ActorKind, String)>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<Entry> = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::entity.eq(entity))
        .filter(audit::entity_id.eq_any(ids))
        .filter(audit::action.eq(action))
        .order(audit::seq)
        .select(Entry::as_select())
        .load(c)?;
    let mut last: Vec<(String, ActorKind, String)> = Vec::new();
    for row in rows {
        last.retain(|(id, ..)| *id != row.entity_id);
        last.push((row.entity_id, row.actor_kind, row.actor_id));
    }
    Ok(last)
}

/// Up to `limit` of the entries that match after a number, in the order of the chain: for exporting them.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &AuditFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    scope::tenant(c, tenant)?;
    let Some((first, last)) = numbers(c, tenant, filter)? else { return Ok(Vec::new()) };
    Ok(matching(tenant, filter)
        .filter(audit::seq.ge(first))
        .filter(audit::seq.le(last))
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select(Entry::as_select())
        .load(c)?)
}

/// Up to `limit` entries after a number, in the order of the chain, for verifying it.
pub fn list_chain(c: &mut Conn, tenant: &TenantId, after: i64, limit: i64) -> Result<Vec<Entry>> {
    scope::tenant(c, tenant)?;
    Ok(audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select(Entry::as_select())
        .load(c)?)
}
