//! Taking back that several of a series were cancelled.

use domain::{AppointmentId, Permission, SeriesId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Conn;
use store::appointments::Status;

use super::bringing::{Before, go_on};
use crate::App;
use crate::appointments::{self as booked, input_of};
use crate::audit::Who;
use crate::availability;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::undos::{self, Summary};

/// What the act is called.
pub(crate) const UNDO: &str = "series-cancel";

/// How it was.
#[derive(Serialize, Deserialize)]
pub(super) struct Was {
    pub series: SeriesId,
    pub before: Before,
    /// Those that were cancelled with it.
    pub cancelled: Vec<AppointmentId>,
}

/// Books again what was cancelled, and lets the series go on; answers how many.
///
/// # Errors
/// [`Error::Conflict`] when one of the times is taken by now; then nothing is booked.
pub(crate) fn take_back(app: &App, c: &mut Conn, ctx: &Context, state: Value) -> Result<usize> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let Was { series, before, cancelled } = serde_json::from_value(state)?;
    // As cancelling them did: the business first, then those that are meant.
    store::tenants::lock(c, &ctx.tenant)?;
    store::appointments::lock_many(c, &ctx.tenant, &cancelled)?;
    let mut count = 0;
    for id in &cancelled {
        let Some(of) = store::appointments::find(c, &ctx.tenant, id)? else { continue };
        if of.status == Status::Booked {
            continue;
        }
        match availability::require_free(c, ctx, &input_of(&of), &cancelled) {
            Err(Error::Taken { .. }) => {
                return Err(Error::Conflict { key: "error-series-taken" });
            }
            other => other?,
        }
        let after = booked::set_status(app, c, &of, Status::Booked)?;
        booked::record(app, c, &Who::from(ctx), "appointment.restored", &after)?;
        count += 1;
    }
    if let Some(series) = store::series::find(c, &ctx.tenant, &series)? {
        go_on(app, c, series, before)?;
    }
    Ok(count)
}

/// What the act was, in a few words.
pub(crate) fn summary(c: &mut Conn, tenant: &TenantId, state: Value) -> Result<Option<Summary>> {
    let Was { cancelled, .. } = serde_json::from_value(state)?;
    let mut names = undos::names(&cancelled, |id| {
        Ok(store::appointments::find(c, tenant, id)?.map(|it| it.title))
    })?;
    // They share a title more often than not, so one stands for all.
    names.truncate(1);
    let count = cancelled.len();
    Ok(Some(Summary { what: "series-cancelled", count, names, to: String::new() }))
}
