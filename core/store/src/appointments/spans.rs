//! What is on between two instants, a page at a time: all of it, however much that is.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::{PersonId, TenantId, Timestamp};

use super::{Appointment, IS_LONG, LONG_MILLIS, Status};
use crate::backend::{Conn, MultiBackend};
use crate::error::Result;
use crate::page::{Cursor, Page, bounded};
use crate::schema::appointments;
use crate::scope;

/// Which appointments to list; what isn't said doesn't matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpanFilter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those with this person.
    pub person: Option<PersonId>,
}

type Query<'a> = appointments::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(
    tenant: &'a TenantId,
    filter: &'a SpanFilter,
    after: Option<&'a Cursor>,
) -> Query<'a> {
    let mut query =
        appointments::table.filter(appointments::tenant_id.eq(tenant.as_str())).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(appointments::status.eq(status.as_str()));
    }
    if let Some(person) = &filter.person {
        query = query.filter(appointments::person_id.eq(person.as_str()));
    }
    if let Some(after) = after {
        let same = appointments::starts_at.eq(after.at).and(appointments::id.gt(&*after.id));
        query = query.filter(appointments::starts_at.gt(after.at).or(same));
    }
    query
}

/// A page of what touches the time from `from` up to `to`, by start.
pub fn page_between(
    c: &mut Conn,
    tenant: &TenantId,
    (from, to): (Timestamp, Timestamp),
    filter: &SpanFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Appointment>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let (from, to) = (from.as_millis(), to.as_millis());
    let long_before = from.saturating_sub(LONG_MILLIS);
    let order = (appointments::starts_at, appointments::id);
    // A page begins where the one before ended: an index leads there, and nothing before is walked through.
    let begin = after.map_or(long_before, |after| long_before.max(after.at));
    // As in the whole: those that began long before are few, and come first.
    let long_until = if begin > long_before { i64::MIN } else { to.min(long_before) };
    let mut on: Vec<Appointment> = matching(tenant, filter, after)
        .filter(appointments::starts_at.lt(long_until))
        .filter(appointments::ends_at.gt(from))
        .filter(sql::<Bool>(IS_LONG))
        .order(order)
        .limit(limit + 1)
        .select(Appointment::as_select())
        .load(c)?;
    let left = limit + 1 - i64::try_from(on.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let rest: Vec<Appointment> = matching(tenant, filter, after)
            .filter(appointments::starts_at.ge(begin))
            .filter(appointments::starts_at.lt(to))
            .filter(appointments::ends_at.gt(from).or(appointments::starts_at.eq(from)))
            .order(order)
            .limit(left)
            .select(Appointment::as_select())
            .load(c)?;
        on.extend(rest);
    }
    Ok(Page::cut(on, limit, |last| Cursor::new(last.starts_at, last.id.as_str())))
}

/// A page of the appointments, whatever their status, that were changed from an instant on, the longest ago first: what
/// changes while somebody goes through them comes again at the end. What their calendars answer is no change.
pub fn list_changed(
    c: &mut Conn,
    tenant: &TenantId,
    since: Timestamp,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Appointment>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let begin = after.map_or(since.as_millis(), |after| since.as_millis().max(after.at));
    let mut query = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::updated_at.ge(begin))
        .into_boxed();
    if let Some(after) = after {
        let same = appointments::updated_at.eq(after.at).and(appointments::id.gt(after.id.clone()));
        query = query.filter(appointments::updated_at.gt(after.at).or(same));
    }
    let rows: Vec<Appointment> = query
        .order((appointments::updated_at, appointments::id))
        .limit(limit + 1)
        .select(Appointment::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.updated_at, last.id.as_str())))
}
