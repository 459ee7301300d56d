//! Who is reminded of what, and when: a row a member and occurrence.

use diesel::prelude::*;
use domain::{Due, Lead, MemberId, ReminderId, TenantId, Timestamp, Zone};

use crate::appointments::{Appointment, Status};
use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::Result;
use crate::page::bounded;
use crate::people::Person;
use crate::schema::{appointments, people, reminders};
use crate::scope;

words! {
    /// What somebody is reminded of.
    pub enum Subject {
        /// Something that is to be done.
        Task = "task",
        /// An appointment.
        Appointment = "appointment",
        /// Getting back to one of the people.
        Person = "person",
    }
}

words! {
    /// Where a reminder stands.
    pub enum State {
        /// It waits for its time.
        Pending = "pending",
        /// It came, and waits to come again.
        Snoozed = "snoozed",
        /// It came.
        Sent = "sent",
        /// What it reminds of has moved or is over.
        Withdrawn = "withdrawn",
    }
}

row! {
    /// A reminder.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Reminder: reminders, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: ReminderId as String,
        pub subject: Subject as String,
        pub subject_id: String,
        pub member_id: MemberId as String,
        pub occurrence: Due as String,
        pub lead: Lead as String,
        pub zone: Zone as String,
        pub instant: Timestamp as i64,
        pub fires_at: Timestamp as i64,
        pub state: State as String,
        pub sent_at: Option<Timestamp> as Opt<i64, Timestamp>,
        pub sent_count: i64,
        pub created_at: Timestamp as i64,
    }
}

const WAITING: [&str; 2] = ["pending", "snoozed"];

/// All reminders of something, whoever they are for.
pub fn list_about(
    c: &mut Conn,
    tenant: &TenantId,
    subject: Subject,
    id: &str,
) -> Result<Vec<Reminder>> {
    scope::tenant(c, tenant)?;
    Ok(reminders::table
        .filter(reminders::tenant_id.eq(tenant.as_str()))
        .filter(reminders::subject.eq(subject.as_str()))
        .filter(reminders::subject_id.eq(id))
        .order((reminders::instant, reminders::id))
        .select(Reminder::as_select())
        .load(c)?)
}

/// The reminder, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &ReminderId) -> Result<Option<Reminder>> {
    scope::tenant(c, tenant)?;
    let query = reminders::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Reminder::as_select()).first(c).optional()?)
}

/// Adds a reminder; answers false when that member has one of this occurrence.
pub fn insert(c: &mut Conn, row: &Reminder) -> Result<bool> {
    scope::tenant(c, &row.tenant_id)?;
    let insert = diesel::insert_into(reminders::table).values(row.clone()).on_conflict_do_nothing();
    Ok(each_backend!(c, |c| insert.execute(c)?) > 0)
}

/// Writes anew what a reminder goes by and when it comes; whether and how often it came stays.
pub fn update(c: &mut Conn, row: &Reminder) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = reminders::table.find((row.tenant_id.as_str(), row.id.as_str()));
    let set = (
        reminders::lead.eq(row.lead.to_string()),
        reminders::zone.eq(row.zone.name()),
        reminders::instant.eq(row.instant.as_millis()),
        reminders::fires_at.eq(row.fires_at.as_millis()),
        reminders::state.eq(row.state.as_str()),
    );
    diesel::update(target).set(set).execute(c)?;
    Ok(())
}

/// What is due in all tenants, the longest due first.
pub fn due(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Reminder>> {
    scope::system(c)?;
    Ok(reminders::table
        .filter(reminders::state.eq_any(WAITING))
        .filter(reminders::fires_at.le(now.as_millis()))
        .order((reminders::fires_at, reminders::id))
        .limit(bounded(limit))
        .select(Reminder::as_select())
        .load(c)?)
}

/// Takes a reminder that is due, to send it; answers whether this caller has it. Whoever comes second,
/// or finds it snoozed or withdrawn meanwhile, has not.
pub fn take(c: &mut Conn, due: &Reminder, now: Timestamp) -> Result<bool> {
    scope::tenant(c, &due.tenant_id)?;
    let target = reminders::table
        .find((due.tenant_id.as_str(), due.id.as_str()))
        .filter(reminders::state.eq_any(WAITING))
        .filter(reminders::fires_at.eq(due.fires_at.as_millis()))
        .filter(reminders::sent_count.eq(due.sent_count));
    let set = (
        reminders::state.eq(State::Sent.as_str()),
        reminders::sent_at.eq(now.as_millis()),
        reminders::sent_count.eq(due.sent_count + 1),
    );
    Ok(diesel::update(target).set(set).execute(c)? > 0)
}

/// Removes what is long over, of all tenants; answers how many.
pub fn delete_before(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = reminders::table
        .filter(reminders::instant.lt(before.as_millis()))
        .filter(reminders::state.ne_all(WAITING));
    Ok(diesel::delete(old).execute(c)?)
}

/// Appointments that take place and start between two instants, in the order of their ids: for going
/// through all of them.
pub fn appointments_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: &str,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::starts_at.ge(from.as_millis()))
        .filter(appointments::starts_at.lt(to.as_millis()))
        .filter(appointments::status.eq(Status::Booked.as_str()))
        .filter(appointments::id.gt(after))
        .order(appointments::id)
        .limit(bounded(limit))
        .select(Appointment::as_select())
        .load(c)?)
}

/// People to get back to between two days, in the order of their ids: for going through all of them.
pub fn people_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: &str,
    (from, to): (Due, Due),
    limit: i64,
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    Ok(people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_null())
        .filter(people::follow_up_on.ge(from.day.to_string()))
        .filter(people::follow_up_on.le(to.day.to_string()))
        .filter(people::id.gt(after))
        .order(people::id)
        .limit(bounded(limit))
        .select(Person::as_select())
        .load(c)?)
}
