//! What is on at a time: appointments, and what connected calendars say is taken.

use std::collections::HashMap;

use domain::{AccountId, AppointmentId, Permission, PersonId, Timestamp};
use store::appointments::SpanFilter;
use store::busy_blocks::BusyCursor;
use store::{Conn, Cursor, Page};

use super::{Appointment, BusyBlock, Calendar, Status};
use crate::context::Context;
use crate::error::Result;
use crate::{App, series};

/// What is on between two instants.
#[derive(Debug, Clone)]
pub struct OnBetween {
    /// Appointments that take place, by start.
    pub appointments: Vec<Appointment>,
    /// Who they are with, as far as the role sees people.
    pub names: HashMap<PersonId, String>,
    /// Busy times of connected calendars, by start.
    pub busy: Vec<BusyBlock>,
    /// The calendars that are connected.
    pub calendars: Vec<Calendar>,
    /// Those of them that come again.
    pub recurring: Vec<AppointmentId>,
    /// Who made appointments among these, by name, as far as the role sees the team.
    pub makers: Vec<(AccountId, String)>,
}

/// What is on between two instants, in one view of the database.
pub async fn get_span(
    app: &App,
    ctx: &Context,
    from: Timestamp,
    to: Timestamp,
) -> Result<OnBetween> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| -> Result<OnBetween> {
            let tenant = &ctx.tenant;
            let mut appointments = store::appointments::list_between(c, tenant, from, to)?;
            appointments.retain(|each| each.status == Status::Booked);
            Ok(OnBetween {
                names: names(c, &ctx, &appointments)?,
                recurring: series::list_recurring(c, tenant, &appointments)?,
                makers: makers(c, &ctx, &appointments)?,
                appointments,
                busy: store::busy_blocks::list_between(c, tenant, from, to)?,
                calendars: store::calendars::list(c, tenant)?,
            })
        })
        .await
}

/// A page of the appointments between two instants that match, by start.
pub async fn list_span(
    app: &App,
    ctx: &Context,
    span: (Timestamp, Timestamp),
    filter: SpanFilter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Appointment>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let tenant = ctx.tenant.clone();
    let list = move |c: &mut Conn| {
        store::appointments::page_between(c, &tenant, span, &filter, after.as_ref(), limit)
    };
    Ok(app.db.read(list).await?)
}

/// A page of the appointments, whatever their status, that were changed from an instant on, the longest ago first.
pub async fn list_changed(
    app: &App,
    ctx: &Context,
    since: Timestamp,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Appointment>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let tenant = ctx.tenant.clone();
    let list = move |c: &mut Conn| {
        store::appointments::list_changed(c, &tenant, since, after.as_ref(), limit)
    };
    Ok(app.db.read(list).await?)
}

/// A page of when connected calendars are busy between two instants, by start.
pub async fn list_busy(
    app: &App,
    ctx: &Context,
    span: (Timestamp, Timestamp),
    after: Option<BusyCursor>,
    limit: i64,
) -> Result<Page<BusyBlock, BusyCursor>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let tenant = ctx.tenant.clone();
    let list = move |c: &mut Conn| {
        store::busy_blocks::page_between(c, &tenant, span, after.as_ref(), limit)
    };
    Ok(app.db.read(list).await?)
}

/// The members who made these appointments; none where the role doesn't see the team.
fn makers(c: &mut Conn, ctx: &Context, all: &[Appointment]) -> Result<Vec<(AccountId, String)>> {
    if !ctx.may(Permission::ReadTeam) {
        return Ok(Vec::new());
    }
    let mut team = store::members::list(c, &ctx.tenant)?;
    team.retain(|one| {
        all.iter().any(|each| each.created_by.as_ref() == Some(&one.member.account_id))
    });
    Ok(team.into_iter().map(|one| (one.member.account_id, one.name)).collect())
}

/// The names of those whom appointments are with; none where the role doesn't see people.
fn names(c: &mut Conn, ctx: &Context, all: &[Appointment]) -> Result<HashMap<PersonId, String>> {
    let mut ids: Vec<PersonId> = all.iter().filter_map(|each| each.person_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || !ctx.may(Permission::ReadPeople) {
        return Ok(HashMap::new());
    }
    Ok(store::people::list_names(c, &ctx.tenant, &ids)?.into_iter().collect())
}
