//! Appointments as files that other calendars read.

use domain::ics::{self, Event, When};
use domain::{AppointmentId, Permission, TenantId, Timestamp, Zone};
use store::Conn;
use store::appointments::SpanFilter;

use super::{Appointment, Status, get_appointment};
use crate::context::Context;
use crate::error::Result;
use crate::{App, series};

/// Appointments that are read at a time, and the most that a file has: the first of its time.
const READ_AT_ONCE: i64 = 500;
const WRITTEN_MAX: usize = 20_000;

/// One appointment as a calendar file.
pub async fn export_appointment(app: &App, ctx: &Context, id: &AppointmentId) -> Result<String> {
    let appointment = get_appointment(app, ctx, id).await?;
    Ok(ics::write(&[to_event(&appointment, &ctx.zone)], app.clock.now()))
}

/// The appointments between two instants as a calendar file; series of which there are any as a whole,
/// each as one event with its rule. What connected calendars have of their own stays out: it is there
/// already.
pub async fn export_span(
    app: &App,
    ctx: &Context,
    from: Timestamp,
    to: Timestamp,
) -> Result<String> {
    let events = events_between(app, ctx, from, to).await?;
    Ok(ics::write(&events, app.clock.now()))
}

/// The same for programs that read it again and again, under a name.
pub(crate) async fn export_feed(
    app: &App,
    ctx: &Context,
    name: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<String> {
    let events = events_between(app, ctx, from, to).await?;
    Ok(ics::write_feed(name, &events, app.clock.now()))
}

async fn events_between(
    app: &App,
    ctx: &Context,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Event>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| -> Result<Vec<Event>> {
            let booked = booked(c, &ctx.tenant, (from, to))?;
            let (mut events, single) = series::export(c, &ctx, booked)?;
            events.extend(single.iter().map(|each| to_event(each, &ctx.zone)));
            Ok(events)
        })
        .await
}

/// All that takes place in a time: a busy business has more of it than its pages show.
fn booked(
    c: &mut Conn,
    tenant: &TenantId,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Appointment>> {
    let filter = SpanFilter { status: Some(Status::Booked), person: None };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let last = after.as_ref();
        let page = store::appointments::page_between(c, tenant, span, &filter, last, READ_AT_ONCE)?;
        all.extend(page.items);
        after = page.next;
        if after.is_none() || all.len() >= WRITTEN_MAX {
            return Ok(all);
        }
    }
}

/// An appointment by itself.
pub(crate) fn to_event(appointment: &Appointment, zone: &Zone) -> Event {
    let (start, end) = (zone.local(appointment.starts_at), zone.local(appointment.ends_at));
    let midnight = jiff::civil::Time::midnight();
    let is_days = start.time() == midnight && end.time() == midnight && end > start;
    let (starts, ends) = match is_days {
        true => (When::Day(start.date()), When::Day(end.date())),
        false => (When::At(appointment.starts_at), When::At(appointment.ends_at)),
    };
    Event {
        uid: format!("{}@oxpi", appointment.id),
        sequence: appointment.rev,
        changed_at: appointment.updated_at,
        starts,
        ends,
        title: appointment.title.clone(),
        notes: appointment.notes.clone(),
        location: appointment.location.clone(),
        url: appointment.online_url.clone().filter(|url| url.starts_with("https://")),
        cancelled: appointment.status == Status::Cancelled,
        rule: None,
        except: Vec::new(),
        stands_for: None,
    }
}
