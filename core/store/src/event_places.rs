//! Where events of appointments were left when their calendar was let go of.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{CalendarId, PluginId, TenantId};

use crate::appointments::{Appointment, Status};
use crate::backend::Conn;
use crate::error::Result;
use crate::schema::{appointments, event_places};
use crate::scope;

/// A calendar as its provider calls it, whichever connection leads to it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Whose account it is.
    pub plugin: &'a PluginId,
    /// The account there.
    pub account: &'a str,
    /// The calendar there.
    pub calendar: &'a str,
}

/// Keeps where the events of a calendar's appointments are, before it is let go of; answers how many. One
/// that was booked and hasn't reached its calendar yet is kept with no event.
pub fn keep_of_calendar(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    place: Place<'_>,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let linked = || {
        appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::calendar_id.eq(calendar.as_str()))
            .filter(
                appointments::external_id
                    .is_not_null()
                    .or(appointments::status.eq(Status::Booked.as_str())),
            )
    };
    let old = event_places::table
        .filter(event_places::tenant_id.eq(tenant.as_str()))
        .filter(event_places::appointment_id.eq_any(linked().select(appointments::id)));
    diesel::delete(old).execute(c)?;
    let now = linked().select((
        appointments::tenant_id,
        appointments::id,
        place.plugin.as_str().into_sql::<Text>(),
        place.account.into_sql::<Text>(),
        place.calendar.into_sql::<Text>(),
        sql::<Text>("COALESCE(external_id, '')"),
    ));
    let columns = (
        event_places::tenant_id,
        event_places::appointment_id,
        event_places::plugin_id,
        event_places::account_ref,
        event_places::calendar,
        event_places::event,
    );
    let insert = diesel::insert_into(event_places::table).values(now).into_columns(columns);
    Ok(insert.execute(c)?)
}

/// The appointments whose events were left in a calendar and that are in none since, with the events'
/// ids: empty for what never reached it.
pub fn list_left(
    c: &mut Conn,
    tenant: &TenantId,
    place: Place<'_>,
) -> Result<Vec<(Appointment, String)>> {
    scope::tenant(c, tenant)?;
    Ok(event_places::table
        .inner_join(
            appointments::table.on(appointments::tenant_id
                .eq(event_places::tenant_id)
                .and(appointments::id.eq(event_places::appointment_id))),
        )
        .filter(event_places::tenant_id.eq(tenant.as_str()))
        .filter(event_places::plugin_id.eq(place.plugin.as_str()))
        .filter(event_places::account_ref.eq(place.account))
        .filter(event_places::calendar.eq(place.calendar))
        .filter(appointments::calendar_id.is_null())
        .order(appointments::id)
        .select((Appointment::as_select(), event_places::event))
        .load(c)?)
}

/// Forgets where a calendar's events were left: it is in use again.
pub fn delete_of_calendar(c: &mut Conn, tenant: &TenantId, place: Place<'_>) -> Result<()> {
    scope::tenant(c, tenant)?;
    let target = event_places::table
        .filter(event_places::tenant_id.eq(tenant.as_str()))
        .filter(event_places::plugin_id.eq(place.plugin.as_str()))
        .filter(event_places::account_ref.eq(place.account))
        .filter(event_places::calendar.eq(place.calendar));
    diesel::delete(target).execute(c)?;
    Ok(())
}
