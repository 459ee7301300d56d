//! What an appointment's event at the provider is known to have said: the base that both sides'
//! changes are measured from.

use diesel::prelude::*;
use domain::{AppointmentId, CalendarId, TenantId, Timestamp};

use crate::appointments::{Appointment, SyncState};
use crate::backend::Conn;
use crate::columns::{Json, Opt};
use crate::error::Result;
use crate::schema::{appointments, event_copies};
use crate::scope;

row! {
    /// What is known of one appointment's event.
    #[derive(Debug, Clone, PartialEq)]
    pub struct EventCopy: event_copies, [Queryable, Selectable, Insertable, AsChangeset] {
        pub tenant_id: TenantId as String,
        pub appointment_id: AppointmentId as String,
        pub seen_json: Option<Json> as Opt<String, Json>,
        pub sent_json: Json as String,
        pub clash_json: Option<Json> as Opt<String, Json>,
        pub failing_since: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// What is known of an appointment's event, if anything.
pub fn find(
    c: &mut Conn,
    tenant: &TenantId,
    appointment: &AppointmentId,
) -> Result<Option<EventCopy>> {
    scope::tenant(c, tenant)?;
    let query = event_copies::table.find((tenant.as_str(), appointment.as_str()));
    Ok(query.select(EventCopy::as_select()).first(c).optional()?)
}

/// Keeps what is known now, in place of what was before.
pub fn put(c: &mut Conn, copy: &EventCopy) -> Result<()> {
    scope::tenant(c, &copy.tenant_id)?;
    let insert = diesel::insert_into(event_copies::table)
        .values(copy.clone())
        .on_conflict((event_copies::tenant_id, event_copies::appointment_id))
        .do_update()
        .set(copy.clone());
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// The appointments of a calendar whose events couldn't be written, without those that were refused
/// with the problem `refused`; a hundred at most.
pub fn list_failing(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    refused: &str,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let failing = event_copies::table
        .filter(event_copies::tenant_id.eq(tenant.as_str()))
        .filter(event_copies::failing_since.is_not_null())
        .select(event_copies::appointment_id);
    let is_tried = appointments::sync_problem.is_null().or(appointments::sync_problem.ne(refused));
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .filter(appointments::sync_state.eq(SyncState::Failed.as_str()))
        .filter(is_tried.assume_not_null())
        .filter(appointments::id.eq_any(failing))
        .order(appointments::id)
        .limit(100)
        .select(Appointment::as_select())
        .load(c)?)
}

/// Forgets what is known of one appointment's event.
pub fn delete(c: &mut Conn, tenant: &TenantId, appointment: &AppointmentId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = event_copies::table.find((tenant.as_str(), appointment.as_str()));
    diesel::delete(target).execute(c)?;
    Ok(())
}

/// Keeps of the events of a calendar that is no longer used what they last said, so that both sides
/// can be put together should it be used again; answers of how many.
pub fn detach_of_calendar(c: &mut Conn, tenant: &TenantId, calendar: &CalendarId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let there = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .select(appointments::id);
    let target = event_copies::table
        .filter(event_copies::tenant_id.eq(tenant.as_str()))
        .filter(event_copies::appointment_id.eq_any(there));
    let set = (
        event_copies::sent_json.eq("[]"),
        event_copies::clash_json.eq(None::<String>),
        event_copies::failing_since.eq(None::<i64>),
    );
    Ok(diesel::update(target).set(set).execute(c)?)
}
