//! Takes a cancellation back.

use domain::{AppointmentId, Permission};
use store::appointments::{Appointment, Status};

use super::{input_of, record, set_status};
use crate::audit::Who;
use crate::context::Context;
use crate::error::Result;
use crate::{App, availability};

/// Books a cancelled appointment again as it was, if its time is still free; its event comes back with
/// it. One that takes place stays as it is.
///
/// # Errors
/// [`crate::Error::Taken`] when the calendar or the person has something else by now.
pub async fn restore_appointment(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
) -> Result<Appointment> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let restored = app
        .db
        .transact(move |c| -> Result<Appointment> {
            let before = store::appointments::get(c, &ctx2.tenant, &id)?;
            if before.status == Status::Booked {
                return Ok(before);
            }
            availability::require_free(c, &ctx2, &input_of(&before), std::slice::from_ref(&id))?;
            let after = set_status(&app2, c, &before, Status::Booked)?;
            record(&app2, c, &Who::from(&ctx2), "appointment.restored", &after)?;
            Ok(after)
        })
        .await?;
    app.wake_jobs();
    Ok(restored)
}
