//! Times that somebody else's events in a chosen calendar take up, and what they are as far as the
//! calendar's setting has them shown.

mod pages;

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::upsert::excluded;
use domain::{CalendarId, TenantId, Timestamp};

use crate::appointments::{IS_LONG, LONG_MILLIS};
use crate::backend::Conn;
use crate::error::Result;
use crate::schema::busy_blocks;
use crate::scope;

pub use pages::{BusyCursor, page_between};

/// Most rows that a question about a time answers.
const BETWEEN_MAX: i64 = 5_000;
/// As many ids as one question asks for.
const ASKED_MAX: usize = 500;

row! {
    /// A busy time.
    #[derive(Debug, Clone, PartialEq)]
    pub struct BusyBlock: busy_blocks, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub calendar_id: CalendarId as String,
        pub external_id: String,
        pub starts_at: Timestamp as i64,
        pub ends_at: Timestamp as i64,
        pub all_day: bool,
        pub title: String,
        pub location: String,
        pub notes: String,
        /// What it is one of; empty where it stands alone.
        pub series: String,
    }
}

/// Adds the block, or moves the one of the same event.
pub fn upsert(c: &mut Conn, block: &BusyBlock) -> Result<()> {
    scope::tenant(c, &block.tenant_id)?;
    let insert = diesel::insert_into(busy_blocks::table)
        .values(block.clone())
        .on_conflict((busy_blocks::tenant_id, busy_blocks::calendar_id, busy_blocks::external_id))
        .do_update()
        .set((
            busy_blocks::starts_at.eq(excluded(busy_blocks::starts_at)),
            busy_blocks::ends_at.eq(excluded(busy_blocks::ends_at)),
            busy_blocks::all_day.eq(excluded(busy_blocks::all_day)),
            busy_blocks::title.eq(excluded(busy_blocks::title)),
            busy_blocks::location.eq(excluded(busy_blocks::location)),
            busy_blocks::notes.eq(excluded(busy_blocks::notes)),
            busy_blocks::series.eq(excluded(busy_blocks::series)),
        ));
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Those of these events that a calendar has a block of.
pub fn list_known(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    external_ids: &[String],
) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for some in external_ids.chunks(ASKED_MAX) {
        let found: Vec<String> = busy_blocks::table
            .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
            .filter(busy_blocks::calendar_id.eq(calendar.as_str()))
            .filter(busy_blocks::external_id.eq_any(some))
            .select(busy_blocks::external_id)
            .load(c)?;
        all.extend(found);
    }
    Ok(all)
}

/// Removes the block of an event; one that isn't there is fine.
pub fn delete(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    external_id: &str,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = busy_blocks::table.find((tenant.as_str(), calendar.as_str(), external_id));
    diesel::delete(target).execute(c)?;
    Ok(())
}

/// Forgets what the events of a calendar are, and keeps when they take up time; titles stay where
/// `keep_titles` says so.
pub fn delete_details(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    keep_titles: bool,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let of_calendar = || {
        busy_blocks::table
            .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
            .filter(busy_blocks::calendar_id.eq(calendar.as_str()))
    };
    let set = (busy_blocks::location.eq(""), busy_blocks::notes.eq(""));
    diesel::update(of_calendar()).set(set).execute(c)?;
    if !keep_titles {
        diesel::update(of_calendar()).set(busy_blocks::title.eq("")).execute(c)?;
    }
    Ok(())
}

/// Removes the blocks of a series, and one that stood alone under its name, unless they are among these.
pub fn delete_of_series(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    series: &str,
    kept: &BTreeSet<&str>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let is_one = busy_blocks::series.eq(series).or(busy_blocks::external_id.eq(series));
    let there: Vec<String> = busy_blocks::table
        .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
        .filter(busy_blocks::calendar_id.eq(calendar.as_str()))
        .filter(is_one)
        .select(busy_blocks::external_id)
        .load(c)?;
    for gone in there.iter().filter(|id| !kept.contains(id.as_str())) {
        delete(c, tenant, calendar, gone)?;
    }
    Ok(())
}

/// Removes every block of a calendar, as before pulling it anew.
pub fn delete_all(c: &mut Conn, tenant: &TenantId, calendar: &CalendarId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = busy_blocks::table
        .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
        .filter(busy_blocks::calendar_id.eq(calendar.as_str()));
    Ok(diesel::delete(target).execute(c)?)
}

/// Removes the blocks of a calendar whose events are not among these; answers how many.
pub fn delete_others(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    kept: &BTreeSet<String>,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let there: Vec<String> = busy_blocks::table
        .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
        .filter(busy_blocks::calendar_id.eq(calendar.as_str()))
        .select(busy_blocks::external_id)
        .load(c)?;
    let mut removed = 0;
    for gone in there.iter().filter(|id| !kept.contains(*id)) {
        delete(c, tenant, calendar, gone)?;
        removed += 1;
    }
    Ok(removed)
}

/// What is taken between two instants, in order; 5,000 at most.
pub fn list_between(
    c: &mut Conn,
    tenant: &TenantId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<BusyBlock>> {
    scope::tenant(c, tenant)?;
    let (from, to) = (from.as_millis(), to.as_millis());
    let long_before = from.saturating_sub(LONG_MILLIS);
    let order = (busy_blocks::starts_at, busy_blocks::external_id);
    // As with appointments: those that began long before are few, and come first.
    let mut on: Vec<BusyBlock> = busy_blocks::table
        .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
        .filter(busy_blocks::starts_at.lt(to.min(long_before)))
        .filter(busy_blocks::ends_at.gt(from))
        .filter(sql::<Bool>(IS_LONG))
        .order(order)
        .limit(BETWEEN_MAX)
        .select(BusyBlock::as_select())
        .load(c)?;
    let rest: Vec<BusyBlock> = busy_blocks::table
        .filter(busy_blocks::tenant_id.eq(tenant.as_str()))
        .filter(busy_blocks::starts_at.ge(long_before))
        .filter(busy_blocks::starts_at.lt(to))
        .filter(busy_blocks::ends_at.gt(from))
        .order(order)
        .limit(BETWEEN_MAX)
        .select(BusyBlock::as_select())
        .load(c)?;
    on.extend(rest);
    on.truncate(BETWEEN_MAX as usize);
    Ok(on)
}
