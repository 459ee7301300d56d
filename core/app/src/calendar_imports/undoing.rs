//! Takes a whole import back, in one transaction. What somebody changed since stays as they left it.

use domain::{AppointmentId, CalendarImportId, Permission, SeriesId};
use store::Conn;
use store::appointments::{Appointment, Status};
use store::calendar_imports::{Done, Effect, State};

use super::{Counts, record};
use crate::App;
use crate::appointments::{self as booked, AppointmentInput};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::series;

/// Undoes an import; answers how many appointments stay because they were changed since. Undoing it again
/// changes nothing.
pub async fn undo_import(app: &App, ctx: &Context, id: &CalendarImportId) -> Result<usize> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let kept = app
        .db
        .transact(move |c| -> Result<usize> {
            store::tenants::lock(c, &ctx2.tenant)?;
            let import = store::calendar_imports::get(c, &ctx2.tenant, &id)?;
            match import.state {
                State::Waiting => return Err(Error::NotFound),
                State::Undone => return Ok(0),
                State::Done => {}
            }
            let all = store::calendar_imports::list_effects(c, &ctx2.tenant, &id)?;
            hold(c, &ctx2, &all)?;
            let (mut kept, mut counts) = (0, Counts::default());
            for each in &all {
                let undone = undo(&app2, c, &ctx2, each)?;
                let count = match each.kind {
                    Effect::Made => &mut counts.made,
                    Effect::Changed => &mut counts.changed,
                    Effect::Cancelled => &mut counts.cancelled,
                    Effect::SeriesMade | Effect::SeriesEnded | Effect::Known => continue,
                };
                *count += i64::from(undone);
                kept += usize::from(!undone);
            }
            let (step, now) = ((State::Done, State::Undone), app2.clock.now());
            store::calendar_imports::settle(c, &ctx2.tenant, &id, step, now)?;
            record(&app2, c, &ctx2, "calendar.import-undone", &import, counts)?;
            Ok(kept)
        })
        .await?;
    app.wake_jobs();
    Ok(kept)
}

/// Holds all appointments of it before the first is written: of whoever else changes several of them, neither
/// waits for the other.
fn hold(c: &mut Conn, ctx: &Context, all: &[Done]) -> Result<()> {
    let is_one =
        |each: &&Done| matches!(each.kind, Effect::Made | Effect::Changed | Effect::Cancelled);
    let ids: Vec<AppointmentId> =
        all.iter().filter(is_one).filter_map(|each| each.subject.parse().ok()).collect();
    Ok(store::appointments::lock_many(c, &ctx.tenant, &ids)?)
}

/// Takes one thing back; answers whether it was still as the import left it.
fn undo(app: &App, c: &mut Conn, ctx: &Context, done: &Done) -> Result<bool> {
    let untouched = |each: &Appointment| each.rev == done.rev;
    match done.kind {
        Effect::Made => match find(c, ctx, done)?.filter(untouched) {
            Some(each) if each.status == Status::Booked => {
                booked::set_status(app, c, &each, Status::Cancelled)?;
                Ok(true)
            }
            found => Ok(found.is_some()),
        },
        Effect::Cancelled => match find(c, ctx, done)?.filter(untouched) {
            Some(each) if each.status == Status::Cancelled => {
                booked::set_status(app, c, &each, Status::Booked)?;
                Ok(true)
            }
            found => Ok(found.is_some()),
        },
        Effect::Changed => {
            let Some(each) = find(c, ctx, done)?.filter(untouched) else { return Ok(false) };
            let Some(before) = &done.before_json else { return Ok(false) };
            let before: AppointmentInput = serde_json::from_value(before.0.clone())?;
            let (who, rev) = (Who::from(ctx), each.rev);
            booked::change_in(app, c, &who, each, before, rev)?;
            Ok(true)
        }
        Effect::SeriesMade | Effect::SeriesEnded => undo_series(app, c, ctx, done),
        Effect::Known => {
            match &done.before_json {
                Some(before) => {
                    let before = serde_json::from_value(before.0.clone())?;
                    store::imported_events::put(c, &before)?;
                }
                None => store::imported_events::delete(c, &ctx.tenant, &done.subject)?,
            }
            Ok(true)
        }
    }
}

fn find(c: &mut Conn, ctx: &Context, done: &Done) -> Result<Option<Appointment>> {
    let id: AppointmentId = done.subject.parse().map_err(Error::internal)?;
    Ok(store::appointments::find(c, &ctx.tenant, &id)?)
}

fn undo_series(app: &App, c: &mut Conn, ctx: &Context, done: &Done) -> Result<bool> {
    let id: SeriesId = done.subject.parse().map_err(Error::internal)?;
    let Some(found) = store::series::find(c, &ctx.tenant, &id)? else { return Ok(false) };
    match &done.before_json {
        Some(before) => series::go_on(app, c, found, serde_json::from_value(before.0.clone())?)?,
        // Its appointments are taken back one by one; the rule makes no more of them.
        None => series::stop(app, c, found)?,
    }
    Ok(true)
}
