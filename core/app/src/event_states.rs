//! How appointments and their events are getting along, for their pages.

use domain::{AppointmentId, Permission, Timestamp};

use store::appointments::SyncState;

use crate::audit::Who;
use crate::calendar_push::try_again;
use crate::context::Context;
use crate::error::Result;
use crate::event_merge::Copy;
use crate::{App, appointments};

/// What two sides may both have changed; `deleted` where the event was deleted there.
pub const FIELDS: [&str; 5] = ["title", "notes", "location", "time", "deleted"];

/// What the other side said of a field that both had changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// `title`, `notes`, `location`, `time`, or `deleted` where the event was deleted there.
    pub field: String,
    /// What the other side said; two instants with a slash between them for `time`.
    pub other: String,
}

/// How an appointment and its event are getting along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventState {
    /// Since when the event can't be written.
    pub failing_since: Option<Timestamp>,
    /// When both sides were put together at last though both had changed the same.
    pub merged_at: Option<Timestamp>,
    /// What that was; ours was kept.
    pub merges: Vec<Merge>,
}

/// Tries at once to write an appointment's event that couldn't be written; twice is once.
pub async fn send_again(app: &App, ctx: &Context, id: &AppointmentId) -> Result<()> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let (tenant, means) = (&ctx2.tenant, app2.means());
            let appointment = store::appointments::get(c, tenant, &id)?;
            let Some(calendar) = &appointment.calendar_id else { return Ok(()) };
            if appointment.sync_state != SyncState::Failed {
                return Ok(());
            }
            let calendar = store::calendars::get(c, tenant, calendar)?;
            let connection = store::connections::get(c, tenant, &calendar.connection_id)?;
            try_again(c, means, &appointment, &connection, "asked")?;
            store::appointments::set_sync(c, tenant, &id, SyncState::Pending, None)?;
            appointments::record(
                &app2,
                c,
                &Who::from(&ctx2),
                "appointment.sent-again",
                &appointment,
            )
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// How an appointment and its event are getting along.
pub async fn get_event_state(app: &App, ctx: &Context, id: &AppointmentId) -> Result<EventState> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| store::event_copies::find(c, &tenant, &id)).await?;
    let copy = Copy::read(row)?;
    let (merged_at, fields) = match copy.clashes {
        Some(clashes) => (Some(clashes.at), clashes.fields),
        None => (None, Vec::new()),
    };
    Ok(EventState {
        failing_since: copy.failing_since,
        merged_at,
        merges: fields.into_iter().map(|c| Merge { field: c.field, other: c.other }).collect(),
    })
}
