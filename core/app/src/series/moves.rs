//! Moving more than one of a series: another time for what else stays as it is.

use domain::{AppointmentId, Permission, Timestamp};

use super::{Reach, change_series};
use crate::App;
use crate::appointments::{Appointment, AppointmentInput, get_appointment, input_of};
use crate::context::Context;
use crate::error::Result;

/// Moves an appointment that still is at `expected_rev`, and others of its series by as much.
///
/// # Errors
/// As [`change_series`].
pub async fn move_series(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    (starts_at, ends_at): (Timestamp, Timestamp),
    expected_rev: i64,
    reach: Reach,
    anyway: bool,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    // One that changed since is refused by its revision.
    let before = get_appointment(app, ctx, id).await?;
    let input = AppointmentInput { starts_at, ends_at, ..input_of(&before) };
    change_series(app, ctx, id, input, expected_rev, reach, anyway).await
}
