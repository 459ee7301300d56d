//! What an appointment's event at the provider is known to have said: the base that both sides'
//! changes are measured from.

use diesel::prelude::*;
use domain::{AppointmentId, CalendarId, TenantId, Timestamp};

use crate::appointments::Appointment;
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

/// The appointments of a calendar whose events couldn't be written; a hundred at most.
pub fn list_failing(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let failing: Vec<String> = event_copies::table
        .filter(event_copies::tenant_id.eq(tenant.as_str()))
        .filter(event_copies::failing_since.is_not_null())
        .order(event_copies::appointment_id)
        .limit(100)
        .select(event_copies::appointment_id)
        .load(c)?;
    if failing.is_empty() {
        return Ok(Vec::new());
    }
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .filter(appointments::id.eq_any(failing))
        .select(Appointment::as_select())
        .load(c)?)
}

/// Forgets what is known of the events of a calendar; answers of how many.
pub fn delete_of_calendar(c: &mut Conn, tenant: &TenantId, calendar: &CalendarId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let there = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .select(appointments::id);
    let target = event_copies::table
        .filter(event_copies::tenant_id.eq(tenant.as_str()))
        .filter(event_copies::appointment_id.eq_any(there));
    Ok(diesel::delete(target).execute(c)?)
}
