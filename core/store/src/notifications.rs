//! What members are told of in the workspace.

use diesel::prelude::*;
use domain::{MemberId, NotificationId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::Result;
use crate::page::{Cursor, Page, bounded};
use crate::schema::notifications;
use crate::scope;

words! {
    /// What it tells of.
    pub enum Kind {
        /// A connection waits for a person.
        ConnectionNeedsYou = "connection-needs-you",
        /// A plugin's proposal waits for a decision.
        ApprovalWaiting = "approval-waiting",
        /// Nobody knows whether an approved request arrived.
        ApprovalUnknown = "approval-unknown",
        /// An appointment could not be sent to its calendar.
        AppointmentUnsent = "appointment-unsent",
        /// A connection ends soon by itself.
        ConnectionEnds = "connection-ends",
        /// A calendar has not been in step for a while.
        CalendarBehind = "calendar-behind",
        /// Most events of appointments are missing from a calendar at once.
        CalendarEmptied = "calendar-emptied",
        /// A series was carried on over something that is there.
        SeriesOverlaps = "series-overlaps",
        /// A plugin had to be stopped.
        PluginStopped = "plugin-stopped",
        /// Something is to be done.
        TaskDue = "task-due",
        /// Somebody gave a task to another.
        TaskAssigned = "task-assigned",
        /// An appointment comes soon.
        AppointmentSoon = "appointment-soon",
        /// Somebody is to be got back to.
        FollowUpDue = "follow-up-due",
        /// An endpoint was turned off, because nothing arrived.
        EndpointOff = "endpoint-off",
        /// An import has ended.
        ImportDone = "import-done",
        /// An import could not go on.
        ImportFailed = "import-failed",
        /// An import was taken back.
        ImportUndone = "import-undone",
        /// An archive is there to be downloaded.
        ArchiveReady = "archive-ready",
        /// An archive could not be put together.
        ArchiveFailed = "archive-failed",
        /// An act over all that match has ended.
        SweepDone = "sweep-done",
        /// An act over all that match could not go on.
        SweepFailed = "sweep-failed",
        /// An act over all that match was taken back.
        SweepUndone = "sweep-undone",
        /// Somebody gave many tasks to another at once.
        TasksAssigned = "tasks-assigned",
        /// Somebody gave a person to another to look after.
        PersonAssigned = "person-assigned",
        /// Somebody gave many people to another at once.
        PeopleAssigned = "people-assigned",
        /// A lead came from outside.
        LeadNew = "lead-new",
        /// Several did, before anybody read of the first.
        LeadsNew = "leads-new",
    }
}

row! {
    /// A notification of one member.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Notification: notifications, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: NotificationId as String,
        pub member_id: MemberId as String,
        pub kind: Kind as String,
        pub matter: String,
        pub subject: String,
        pub href: String,
        pub created_at: Timestamp as i64,
        pub read_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// Tells a member. A matter they were told of is renewed in its place: it is unread again, with the
/// new words. Answers whether that is news to them: false while they had it unread already.
pub fn put(c: &mut Conn, new: &Notification) -> Result<bool> {
    scope::tenant(c, &new.tenant_id)?;
    let insert =
        diesel::insert_into(notifications::table).values(new.clone()).on_conflict_do_nothing();
    if each_backend!(c, |c| insert.execute(c)?) > 0 {
        return Ok(true);
    }
    let same = || {
        notifications::table
            .filter(notifications::tenant_id.eq(new.tenant_id.as_str()))
            .filter(notifications::member_id.eq(new.member_id.as_str()))
            .filter(notifications::matter.eq(&new.matter))
    };
    let was_read: bool =
        same().filter(notifications::read_at.is_not_null()).count().get_result::<i64>(c)? > 0;
    let set = (
        notifications::kind.eq(new.kind.as_str()),
        notifications::subject.eq(&new.subject),
        notifications::href.eq(&new.href),
        notifications::created_at.eq(new.created_at.as_millis()),
        notifications::read_at.eq(None::<i64>),
    );
    diesel::update(same()).set(set).execute(c)?;
    Ok(was_read)
}

/// Says otherwise what a member was told and has yet to read; it is as old as it was.
pub fn retell(c: &mut Conn, told: &Notification) -> Result<()> {
    scope::tenant(c, &told.tenant_id)?;
    let unread = notifications::table
        .find((told.tenant_id.as_str(), told.id.as_str()))
        .filter(notifications::read_at.is_null());
    let set = (
        notifications::kind.eq(told.kind.as_str()),
        notifications::subject.eq(&told.subject),
        notifications::href.eq(&told.href),
    );
    diesel::update(unread).set(set).execute(c)?;
    Ok(())
}

/// A member's notifications, newest first.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    limit: i64,
) -> Result<Vec<Notification>> {
    scope::tenant(c, tenant)?;
    Ok(notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .order((notifications::created_at.desc(), notifications::id.desc()))
        .limit(bounded(limit))
        .select(Notification::as_select())
        .load(c)?)
}

/// A page of a member's notifications, newest first.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Notification>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .into_boxed();
    if let Some(after) = after {
        let same =
            notifications::created_at.eq(after.at).and(notifications::id.lt(after.id.clone()));
        query = query.filter(notifications::created_at.lt(after.at).or(same));
    }
    let rows: Vec<Notification> = query
        .order((notifications::created_at.desc(), notifications::id.desc()))
        .limit(limit + 1)
        .select(Notification::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.created_at, last.id.as_str())))
}

/// How many a member hasn't read.
pub fn count_unread(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .filter(notifications::read_at.is_null())
        .count()
        .get_result(c)?)
}

/// A member's notification, if it is theirs.
pub fn find(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    id: &NotificationId,
) -> Result<Option<Notification>> {
    scope::tenant(c, tenant)?;
    let query = notifications::table
        .find((tenant.as_str(), id.as_str()))
        .filter(notifications::member_id.eq(member.as_str()));
    Ok(query.select(Notification::as_select()).first(c).optional()?)
}

/// What a member was told of a matter, if they haven't read it.
pub fn find_unread(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    matter: &str,
) -> Result<Option<Notification>> {
    scope::tenant(c, tenant)?;
    let query = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .filter(notifications::matter.eq(matter))
        .filter(notifications::read_at.is_null());
    Ok(query.select(Notification::as_select()).first(c).optional()?)
}

/// Notes that a member has read one of theirs; once read it stays so.
pub fn mark_read(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    id: &NotificationId,
    now: Timestamp,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let unread = notifications::table
        .find((tenant.as_str(), id.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .filter(notifications::read_at.is_null());
    diesel::update(unread).set(notifications::read_at.eq(now.as_millis())).execute(c)?;
    Ok(())
}

/// Notes that a member has read all of theirs; answers how many they had not.
pub fn mark_all_read(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let unread = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .filter(notifications::read_at.is_null());
    Ok(diesel::update(unread).set(notifications::read_at.eq(now.as_millis())).execute(c)?)
}

/// A matter is settled: nobody needs to read of it any more. Answers how many had not.
pub fn settle(c: &mut Conn, tenant: &TenantId, matter: &str, now: Timestamp) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let unread = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::matter.eq(matter))
        .filter(notifications::read_at.is_null());
    Ok(diesel::update(unread).set(notifications::read_at.eq(now.as_millis())).execute(c)?)
}

/// A matter is settled for one member, who alone was told of it. Answers how many had not read of it.
pub fn settle_of(
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    matter: &str,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let unread = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::member_id.eq(member.as_str()))
        .filter(notifications::matter.eq(matter))
        .filter(notifications::read_at.is_null());
    Ok(diesel::update(unread).set(notifications::read_at.eq(now.as_millis())).execute(c)?)
}

/// Removes what everybody was told of a matter whose page is gone.
pub fn delete(c: &mut Conn, tenant: &TenantId, matter: &str) -> Result<()> {
    scope::tenant(c, tenant)?;
    let told = notifications::table
        .filter(notifications::tenant_id.eq(tenant.as_str()))
        .filter(notifications::matter.eq(matter));
    diesel::delete(told).execute(c)?;
    Ok(())
}

/// Removes those of before; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = notifications::table.filter(notifications::created_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
