//! Appointments that come again by a rule, and which appointment is the one of which day.

use diesel::prelude::*;
use domain::{
    AccountId, AppointmentId, CalendarId, PersonId, Recurrence, SeriesId, TenantId, Timestamp, Zone,
};

use crate::appointments::{Appointment, Status};
use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found};
use crate::schema::{appointments, occurrences, series};
use crate::scope;

/// Most appointments of a series that are looked at in one go.
const OCCURRENCES_MAX: i64 = 1_000;
/// Most series that are carried on in one go.
const DUE_MAX: i64 = 1_000;

row! {
    /// A rule, and what its next appointments will be like.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Series: series, [Queryable, Selectable, Insertable, AsChangeset] {
        pub tenant_id: TenantId as String,
        pub id: SeriesId as String,
        pub rule: Recurrence as String,
        pub first_day: String,
        pub starts_min: i64,
        pub ends_min: i64,
        pub zone: Zone as String,
        pub person_id: Option<PersonId> as Opt<String, PersonId>,
        pub calendar_id: Option<CalendarId> as Opt<String, CalendarId>,
        pub title: String,
        pub notes: String,
        pub location: String,
        pub online: bool,
        pub made_until: String,
        pub ended: bool,
        pub created_by: Option<AccountId> as Opt<String, AccountId>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
    }
}

row! {
    /// An appointment's place in its series.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Occurrence: occurrences, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub appointment_id: AppointmentId as String,
        pub series_id: SeriesId as String,
        pub day: String,
    }
}

/// Adds a series.
pub fn insert(c: &mut Conn, row: &Series) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(series::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Writes a series anew.
pub fn update(c: &mut Conn, row: &Series) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = series::table.find((row.tenant_id.as_str(), row.id.as_str()));
    found(diesel::update(target).set(row.clone()).execute(c)?)
}

/// The series, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &SeriesId) -> Result<Series> {
    scope::tenant(c, tenant)?;
    let query = series::table.find((tenant.as_str(), id.as_str()));
    query.select(Series::as_select()).first(c).optional()?.ok_or(Error::NotFound)
}

/// The series, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &SeriesId) -> Result<Option<Series>> {
    scope::tenant(c, tenant)?;
    let query = series::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Series::as_select()).first(c).optional()?)
}

/// The place of an appointment in its series, if it is of one.
pub fn find_occurrence(
    c: &mut Conn,
    tenant: &TenantId,
    appointment: &AppointmentId,
) -> Result<Option<Occurrence>> {
    scope::tenant(c, tenant)?;
    let query = occurrences::table.find((tenant.as_str(), appointment.as_str()));
    Ok(query.select(Occurrence::as_select()).first(c).optional()?)
}

/// Which of these appointments are of a series.
pub fn list_recurring(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[AppointmentId],
) -> Result<Vec<AppointmentId>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(AppointmentId::as_str).collect();
    let found: Vec<String> = occurrences::table
        .filter(occurrences::tenant_id.eq(tenant.as_str()))
        .filter(occurrences::appointment_id.eq_any(ids))
        .select(occurrences::appointment_id)
        .load(c)?;
    found.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Of which series these appointments are, as far as they are of any.
pub fn list_of(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[AppointmentId],
) -> Result<Vec<(AppointmentId, SeriesId)>> {
    scope::tenant(c, tenant)?;
    let ids: Vec<&str> = ids.iter().map(AppointmentId::as_str).collect();
    let found: Vec<(String, String)> = occurrences::table
        .filter(occurrences::tenant_id.eq(tenant.as_str()))
        .filter(occurrences::appointment_id.eq_any(ids))
        .select((occurrences::appointment_id, occurrences::series_id))
        .load(c)?;
    let read = |(id, series): (String, String)| {
        Ok((id.parse().map_err(Error::internal)?, series.parse().map_err(Error::internal)?))
    };
    found.into_iter().map(read).collect()
}

/// Gives an appointment its place in a series.
///
/// # Errors
/// [`Error::Unique`] (`occurrences_one_a_day`) when the day has one.
pub fn insert_occurrence(c: &mut Conn, row: &Occurrence) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(occurrences::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Gives an appointment another place, such as in the series that goes on from it.
pub fn update_occurrence(c: &mut Conn, row: &Occurrence) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = occurrences::table.find((row.tenant_id.as_str(), row.appointment_id.as_str()));
    let set = (occurrences::series_id.eq(row.series_id.as_str()), occurrences::day.eq(&row.day));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Takes an appointment out of its series: it stands by itself from then on.
pub fn delete_occurrence(c: &mut Conn, tenant: &TenantId, id: &AppointmentId) -> Result<()> {
    scope::tenant(c, tenant)?;
    diesel::delete(occurrences::table.find((tenant.as_str(), id.as_str()))).execute(c)?;
    Ok(())
}

/// The appointments of a series that take place, from a day of its rule on, by these days.
pub fn list_from(
    c: &mut Conn,
    tenant: &TenantId,
    id: &SeriesId,
    day: &str,
) -> Result<Vec<(String, Appointment)>> {
    scope::tenant(c, tenant)?;
    with_days(c, tenant, id, Some(day))
}

/// The appointments of a series with their days, cancelled ones too; a thousand at most.
pub fn list_all(
    c: &mut Conn,
    tenant: &TenantId,
    id: &SeriesId,
) -> Result<Vec<(String, Appointment)>> {
    scope::tenant(c, tenant)?;
    with_days(c, tenant, id, None)
}

/// With a day: only those that take place, and not before it.
fn with_days(
    c: &mut Conn,
    tenant: &TenantId,
    id: &SeriesId,
    booked_from: Option<&str>,
) -> Result<Vec<(String, Appointment)>> {
    let mut query = occurrences::table
        .inner_join(
            appointments::table.on(appointments::tenant_id
                .eq(occurrences::tenant_id)
                .and(appointments::id.eq(occurrences::appointment_id))),
        )
        .filter(occurrences::tenant_id.eq(tenant.as_str()))
        .filter(occurrences::series_id.eq(id.as_str()))
        .into_boxed();
    if let Some(day) = booked_from {
        query = query
            .filter(occurrences::day.ge(day))
            .filter(appointments::status.eq(Status::Booked.as_str()));
    }
    Ok(query
        .order(occurrences::day)
        .limit(OCCURRENCES_MAX)
        .select((occurrences::day, Appointment::as_select()))
        .load(c)?)
}

/// The days of a series that have an appointment, from one on.
pub fn list_days(
    c: &mut Conn,
    tenant: &TenantId,
    id: &SeriesId,
    from: &str,
) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    Ok(occurrences::table
        .filter(occurrences::tenant_id.eq(tenant.as_str()))
        .filter(occurrences::series_id.eq(id.as_str()))
        .filter(occurrences::day.ge(from))
        .select(occurrences::day)
        .load(c)?)
}

/// Series of all tenants that go on and have nothing made from this day on, those that wait longest first;
/// a thousand at most.
pub fn list_due(c: &mut Conn, day: &str) -> Result<Vec<(TenantId, SeriesId)>> {
    scope::system(c)?;
    let due: Vec<(String, String)> = series::table
        .filter(series::ended.eq(false))
        .filter(series::made_until.lt(day))
        .order((series::made_until, series::tenant_id, series::id))
        .limit(DUE_MAX)
        .select((series::tenant_id, series::id))
        .load(c)?;
    let read = |(tenant, id): (String, String)| {
        let tenant = tenant.parse().map_err(Error::internal)?;
        Ok((tenant, id.parse().map_err(Error::internal)?))
    };
    due.into_iter().map(read).collect()
}
