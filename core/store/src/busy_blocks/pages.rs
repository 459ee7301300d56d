//! What is taken between two instants, a page at a time: all of it, however much that is.

use std::fmt;
use std::str::FromStr;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::{CalendarId, TenantId, Timestamp};

use super::BusyBlock;
use crate::appointments::{IS_LONG, LONG_MILLIS};
use crate::backend::{Conn, MultiBackend};
use crate::error::Result;
use crate::page::{BadCursor, Page, bounded};
use crate::schema::busy_blocks;
use crate::scope;

/// The place after a block. As text it is opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusyCursor {
    at: i64,
    calendar: CalendarId,
    event: String,
}

impl fmt::Display for BusyCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} {}", self.at, self.calendar, self.event)
    }
}

impl FromStr for BusyCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, block) = text.split_once('.').ok_or(BadCursor)?;
        let (calendar, event) = block.split_once(' ').ok_or(BadCursor)?;
        Ok(Self {
            at: at.parse().map_err(|_| BadCursor)?,
            calendar: calendar.parse().map_err(|_| BadCursor)?,
            event: event.to_owned(),
        })
    }
}

type Query<'a> = busy_blocks::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(tenant: &'a TenantId, after: Option<&'a BusyCursor>) -> Query<'a> {
    let query = busy_blocks::table.filter(busy_blocks::tenant_id.eq(tenant.as_str())).into_boxed();
    let Some(BusyCursor { at, calendar, event }) = after else { return query };
    let of_calendar = busy_blocks::calendar_id
        .eq(calendar.as_str())
        .and(busy_blocks::external_id.gt(event.as_str()));
    let same = busy_blocks::starts_at
        .eq(*at)
        .and(busy_blocks::calendar_id.gt(calendar.as_str()).or(of_calendar));
    query.filter(busy_blocks::starts_at.gt(*at).or(same))
}

/// A page of what is taken from `from` up to `to`, by start.
pub fn page_between(
    c: &mut Conn,
    tenant: &TenantId,
    (from, to): (Timestamp, Timestamp),
    after: Option<&BusyCursor>,
    limit: i64,
) -> Result<Page<BusyBlock, BusyCursor>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let (from, to) = (from.as_millis(), to.as_millis());
    let long_before = from.saturating_sub(LONG_MILLIS);
    let order = (busy_blocks::starts_at, busy_blocks::calendar_id, busy_blocks::external_id);
    // A page begins where the one before ended: an index leads there, and nothing before is walked through.
    let begin = after.map_or(long_before, |after| long_before.max(after.at));
    // As in the whole: those that began long before are few, and come first.
    let long_until = if begin > long_before { i64::MIN } else { to.min(long_before) };
    let mut on: Vec<BusyBlock> = matching(tenant, after)
        .filter(busy_blocks::starts_at.lt(long_until))
        .filter(busy_blocks::ends_at.gt(from))
        .filter(sql::<Bool>(IS_LONG))
        .order(order)
        .limit(limit + 1)
        .select(BusyBlock::as_select())
        .load(c)?;
    let left = limit + 1 - i64::try_from(on.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let rest: Vec<BusyBlock> = matching(tenant, after)
            .filter(busy_blocks::starts_at.ge(begin))
            .filter(busy_blocks::starts_at.lt(to))
            .filter(busy_blocks::ends_at.gt(from))
            .order(order)
            .limit(left)
            .select(BusyBlock::as_select())
            .load(c)?;
        on.extend(rest);
    }
    Ok(Page::cut(on, limit, |last| BusyCursor {
        at: last.starts_at.as_millis(),
        calendar: last.calendar_id.clone(),
        event: last.external_id.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text() {
        let calendar: CalendarId = "0192f000-0000-7000-8000-000000000001".parse().unwrap();
        let place = BusyCursor { at: -5, calendar, event: "a b.c".to_owned() };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", "5", "5.", "x.y z", "5.calendar event"] {
            assert_eq!(bad.parse::<BusyCursor>(), Err(BadCursor), "{bad}");
        }
    }
}
