//! The chains as they lie in the database, for verifying them: every column as it is, whatever
//! somebody may have made of it.

use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::Entry;
use crate::backend::Conn;
use crate::error::Result;
use crate::schema::{audit, audit_heads};
use crate::scope;

row! {
    /// An entry, nothing of it read as what it should be.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoredEntry: audit, [Queryable, Selectable] {
        pub tenant_id: String,
        pub seq: i64,
        pub id: String,
        pub at: i64,
        pub actor_kind: String,
        pub actor_id: String,
        pub action: String,
        pub entity: String,
        pub entity_id: String,
        pub detail_json: String,
        pub address: String,
        pub device: String,
        pub request_id: String,
        pub previous_mac: Vec<u8>,
        pub mac: Vec<u8>,
    }
}

impl From<&Entry> for StoredEntry {
    fn from(entry: &Entry) -> Self {
        Self {
            tenant_id: entry.tenant_id.to_string(),
            seq: entry.seq,
            id: entry.id.to_string(),
            at: entry.at.as_millis(),
            actor_kind: entry.actor_kind.to_string(),
            actor_id: entry.actor_id.clone(),
            action: entry.action.clone(),
            entity: entry.entity.clone(),
            entity_id: entry.entity_id.clone(),
            detail_json: entry.detail_json.clone().into(),
            address: entry.address.clone(),
            device: entry.device.clone(),
            request_id: entry.request_id.clone(),
            previous_mac: entry.previous_mac.clone(),
            mac: entry.mac.clone(),
        }
    }
}

/// Entries in the order of their chain, and how the chain is said to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The entries.
    pub entries: Vec<StoredEntry>,
    /// The number and MAC of the last entry by the chain's own head, read at the same moment; none
    /// where there is no head.
    pub head: Option<(i64, Vec<u8>)>,
}

/// Up to `limit` entries after a number.
pub fn stretch(c: &mut Conn, tenant: &str, after: i64, limit: i64) -> Result<Stretch> {
    scope::named(c, tenant)?;
    let entries = audit::table
        .filter(audit::tenant_id.eq(tenant))
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(limit)
        .select(StoredEntry::as_select())
        .load(c)?;
    let head = audit_heads::table.find(tenant).select((audit_heads::seq, audit_heads::mac));
    Ok(Stretch { entries, head: head.first(c).optional()? })
}

/// The first business after another, by id, that has a chain or the head of one, whether or not it
/// is still there itself.
pub fn next_tenant(c: &mut Conn, after: &str) -> Result<Option<String>> {
    scope::system(c)?;
    let entries = audit::table.filter(audit::tenant_id.gt(after));
    let with_entries: Option<String> = entries.select(min(audit::tenant_id)).first(c)?;
    let heads = audit_heads::table.filter(audit_heads::tenant_id.gt(after));
    let with_head: Option<String> = heads.select(min(audit_heads::tenant_id)).first(c)?;
    Ok(with_entries.into_iter().chain(with_head).min())
}

/// The number of the last entry there is, whatever the head says.
pub fn last_seq(c: &mut Conn, tenant: &str) -> Result<Option<i64>> {
    scope::named(c, tenant)?;
    let entries = audit::table.filter(audit::tenant_id.eq(tenant));
    Ok(entries.select(max(audit::seq)).first(c)?)
}
