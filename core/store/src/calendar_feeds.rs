//! Secret addresses that calendar programs read a member's calendar from; one for each member. Only
//! their keyed hashes are kept.

use std::fmt;

use diesel::prelude::*;
use domain::{MemberId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Result, found};
use crate::schema::calendar_feeds;
use crate::scope;

row! {
    /// A feed.
    #[derive(Clone, PartialEq)]
    pub struct CalendarFeed: calendar_feeds, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub member_id: MemberId as String,
        pub secret_hash: String,
        pub created_at: Timestamp as i64,
        pub read_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub digest: String,
        pub changed_at: Timestamp as i64,
    }
}

impl fmt::Debug for CalendarFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CalendarFeed").field("member_id", &self.member_id).finish_non_exhaustive()
    }
}

/// The feed of this secret's hash, whichever business's it is.
pub fn find_by_hash(c: &mut Conn, hash: &str) -> Result<Option<CalendarFeed>> {
    scope::system(c)?;
    let query = calendar_feeds::table.filter(calendar_feeds::secret_hash.eq(hash));
    Ok(query.select(CalendarFeed::as_select()).first(c).optional()?)
}

/// The member's feed, if they have one.
pub fn find(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<Option<CalendarFeed>> {
    scope::tenant(c, tenant)?;
    let query = calendar_feeds::table.find((tenant.as_str(), member.as_str()));
    Ok(query.select(CalendarFeed::as_select()).first(c).optional()?)
}

/// Adds a feed in the place of the one that the member had.
pub fn replace(c: &mut Conn, feed: &CalendarFeed) -> Result<()> {
    scope::tenant(c, &feed.tenant_id)?;
    delete(c, &feed.tenant_id, &feed.member_id)?;
    diesel::insert_into(calendar_feeds::table).values(feed.clone()).execute(c)?;
    Ok(())
}

/// Notes that it was read, and what it said since when.
///
/// # Errors
/// [`crate::Error::NotFound`] when it was withdrawn or renewed meanwhile.
pub fn touch(c: &mut Conn, feed: &CalendarFeed) -> Result<()> {
    scope::tenant(c, &feed.tenant_id)?;
    let target = calendar_feeds::table
        .find((feed.tenant_id.as_str(), feed.member_id.as_str()))
        .filter(calendar_feeds::secret_hash.eq(feed.secret_hash.as_str()));
    let set = (
        calendar_feeds::read_at.eq(feed.read_at.map(Timestamp::as_millis)),
        calendar_feeds::digest.eq(feed.digest.as_str()),
        calendar_feeds::changed_at.eq(feed.changed_at.as_millis()),
    );
    found(diesel::update(target).set(set).execute(c)?)
}

/// Withdraws the member's feed; answers whether they had one.
pub fn delete(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = calendar_feeds::table.find((tenant.as_str(), member.as_str()));
    Ok(diesel::delete(target).execute(c)? > 0)
}
