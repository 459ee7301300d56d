//! Moving an appointment: another time for what else stays as it is.

use domain::{AppointmentId, Permission, Timestamp};

use super::{Appointment, AppointmentInput, Overlap, change_here, input_of};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// Moves an appointment that still is at `expected_rev` to another time, if that is free.
///
/// # Errors
/// [`crate::Error::Taken`] when the calendar or the person has something at the new time;
/// [`crate::Error::Conflict`] when somebody else changed it meanwhile. Nothing is changed by either.
pub async fn move_appointment(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    times: (Timestamp, Timestamp),
    expected_rev: i64,
) -> Result<Appointment> {
    shift(app, ctx, id, times, expected_rev, Overlap::Refused).await
}

/// Moves an appointment whatever else there is at its new time.
pub async fn move_anyway(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    times: (Timestamp, Timestamp),
    expected_rev: i64,
) -> Result<Appointment> {
    shift(app, ctx, id, times, expected_rev, Overlap::Allowed).await
}

async fn shift(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    (starts_at, ends_at): (Timestamp, Timestamp),
    expected_rev: i64,
    overlap: Overlap,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let moved = app
        .db
        .transact(move |c| -> Result<Appointment> {
            let before = store::appointments::get(c, &ctx2.tenant, &id)?;
            let input = AppointmentInput { starts_at, ends_at, ..input_of(&before) };
            change_here(&app2, c, &ctx2, before, input, (expected_rev, overlap))
        })
        .await?;
    app.wake_jobs();
    Ok(moved)
}
