//! Which event an appointment has, in which calendar.

use diesel::prelude::*;
use domain::{AppointmentId, CalendarId, TenantId};

use super::{Appointment, Link, OnlineState, Status, SyncState, find, lock_many};
use crate::backend::Conn;
use crate::error::{Error, Result, found, settled};
use crate::schema::appointments;
use crate::scope;

/// Notes what the provider answered, if nobody else did since `link_rev` was read; answers the new
/// one. The appointment's own revision stays: nobody's open form is out of date because of it.
pub fn set_link(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    link: &Link,
    link_rev: i64,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target = appointments::table
        .find((tenant.as_str(), id.as_str()))
        .filter(appointments::link_rev.eq(link_rev));
    let set = (link.clone(), appointments::link_rev.eq(link_rev + 1));
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    Ok(link_rev + 1)
}

/// Notes how keeping the provider's event up to date went, and nothing else.
pub fn set_sync(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    state: SyncState,
    problem: Option<&str>,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let set = (appointments::sync_state.eq(state.as_str()), appointments::sync_problem.eq(problem));
    let target = appointments::table.find((tenant.as_str(), id.as_str()));
    found(diesel::update(target).set(set).execute(c)?)
}

/// The appointments whose events are in a calendar, cancelled ones left out; at most 10,000.
pub fn list_linked(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .filter(appointments::external_id.is_not_null())
        .filter(appointments::status.eq(Status::Booked.as_str()))
        .limit(10_000)
        .select(Appointment::as_select())
        .load(c)?)
}

/// Lets go of a calendar that is no longer used; the appointments stay. Answers how many there were.
pub fn unlink_calendar(c: &mut Conn, tenant: &TenantId, calendar: &CalendarId) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()));
    // Held in the order in which acts over many hold them.
    let ids: Vec<String> = target.select(appointments::id).load(c)?;
    let ids: Result<Vec<AppointmentId>> =
        ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect();
    lock_many(c, tenant, &ids?)?;
    let set = (
        appointments::calendar_id.eq(None::<String>),
        appointments::external_id.eq(None::<String>),
        appointments::etag.eq(None::<String>),
        appointments::external_url.eq(None::<String>),
        appointments::online_state.eq(OnlineState::None.as_str()),
        appointments::online_url.eq(None::<String>),
        appointments::sync_state.eq(SyncState::None.as_str()),
        appointments::sync_problem.eq(None::<String>),
        appointments::link_rev.eq(appointments::link_rev + 1),
    );
    Ok(diesel::update(target).set(set).execute(c)?)
}

/// Puts an appointment back into the calendar that its event is in; it waits to be compared with it.
///
/// # Errors
/// [`Error::Conflict`] when its link changed since `link_rev` was read.
pub fn relink(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    calendar: &CalendarId,
    external_id: &str,
    link_rev: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = appointments::table
        .find((tenant.as_str(), id.as_str()))
        .filter(appointments::link_rev.eq(link_rev));
    let set = (
        appointments::calendar_id.eq(calendar.as_str()),
        appointments::external_id.eq(external_id),
        appointments::sync_state.eq(SyncState::Pending.as_str()),
        appointments::link_rev.eq(link_rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Puts an appointment back into the calendar that it was on its way to when that was let go of.
///
/// # Errors
/// [`Error::Conflict`] when its link changed since `link_rev` was read.
pub fn send_to(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    calendar: &CalendarId,
    link_rev: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = appointments::table
        .find((tenant.as_str(), id.as_str()))
        .filter(appointments::link_rev.eq(link_rev));
    let set = (
        appointments::calendar_id.eq(calendar.as_str()),
        appointments::sync_state.eq(SyncState::Pending.as_str()),
        appointments::link_rev.eq(link_rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Puts an appointment back into the calendar that its event was in, as being in step with it: what
/// became of the event is to be looked at, and nothing to be written.
///
/// # Errors
/// [`Error::Conflict`] when its link changed since `link_rev` was read.
pub fn relink_as_it_was(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    calendar: &CalendarId,
    external_id: &str,
    link_rev: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    relink(c, tenant, id, calendar, external_id, link_rev)?;
    set_sync(c, tenant, id, SyncState::Synced, None)
}

/// Forgets what is known of an appointment's event, which is to be made anew; its id stays.
///
/// # Errors
/// [`Error::Conflict`] when its link changed since `link_rev` was read.
pub fn lose_event(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    link_rev: i64,
) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = appointments::table
        .find((tenant.as_str(), id.as_str()))
        .filter(appointments::link_rev.eq(link_rev));
    let set = (
        appointments::etag.eq(None::<String>),
        appointments::sync_state.eq(SyncState::Pending.as_str()),
        appointments::link_rev.eq(link_rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}
