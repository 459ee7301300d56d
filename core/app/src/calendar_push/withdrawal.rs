//! Takes the event of an appointment that is deleted here away from its calendar. The row is gone by then,
//! so the job carries what the event is found by, and nothing that it says.

use domain::{CalendarId, JobId};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Conn;
use store::appointments::{Appointment, Status, SyncState};
use store::connections::Connection;
use store::jobs::{Job, NewJob};

use super::{LinkAnswer, ROUNDS};
use crate::error::{Error, Result};
use crate::jobs::{self, Outcome};
use crate::{App, calendars, plugins};

/// When an event is looked for once more that may have been on its way when it was to go. By then whoever
/// wrote it has heard of it, or died.
const AGAIN_AFTER_SECS: i64 = 300;

#[derive(Deserialize)]
struct Payload {
    calendar: CalendarId,
    event: Value,
}

/// Has the event taken away of an appointment that is about to be deleted, if it has one or may have.
pub(crate) fn withdraw(app: &App, c: &mut Conn, of: &Appointment) -> Result<()> {
    let is_gone = of.status == Status::Cancelled && of.sync_state == SyncState::Synced;
    let was_sent =
        of.external_id.is_some() || store::event_copies::find(c, &of.tenant_id, &of.id)?.is_some();
    if was_sent && !is_gone { enqueue(app, c, of) } else { Ok(()) }
}

/// Has whatever event there is taken away.
pub(super) fn enqueue(app: &App, c: &mut Conn, of: &Appointment) -> Result<()> {
    let tenant = &of.tenant_id;
    let Some(calendar) = &of.calendar_id else { return Ok(()) };
    let Some(calendar) = store::calendars::find(c, tenant, calendar)? else { return Ok(()) };
    let connection = store::connections::get(c, tenant, &calendar.connection_id)?;
    // The contract's appointment document, without what nobody needs to know any more.
    let event = json!({
        "id": of.id,
        "calendar": calendar.external_id,
        "title": "",
        "notes": "",
        "location": "",
        "starts_at": of.starts_at.to_rfc3339(),
        "ends_at": of.ends_at.to_rfc3339(),
        "time_zone": of.zone.name(),
        "online": of.online,
        "guests": [],
        "external_id": of.external_id,
        "etag": of.etag,
    });
    let means = app.means();
    let payload = json!({"calendar": calendar.id, "event": event});
    let mut job = means.new_job(tenant, jobs::CALENDAR_WITHDRAW, payload);
    job.plugin_id = Some(connection.plugin_id);
    job.connection_id = Some(connection.id);
    store::jobs::enqueue(c, &job, means.now())?;
    if of.etag.is_none() {
        let id = JobId::new(means.clock, means.rng);
        let run_at = means.now().plus_secs(AGAIN_AFTER_SECS);
        store::jobs::enqueue(c, &NewJob { id, run_at, ..job }, means.now())?;
    }
    Ok(())
}

/// Runs the job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let Payload { calendar, mut event } = serde_json::from_value(job.payload_json.0.clone())?;
    let connection = connection_of(app, job).await?;
    for _ in 0..ROUNDS {
        let (plugin, call) = calendars::call_of(app, &connection).await?;
        match app.engine.calendar_remove_event(&plugin, call, &event).await {
            Ok(()) => return forget(app, job, calendar, &event).await,
            Err(error) if plugins::is_problem(&error, "conflict") => {}
            Err(error) => return Err(plugins::call_error(error)),
        }
        // It was changed there since: it goes as it is now.
        let (plugin, call) = calendars::call_of(app, &connection).await?;
        match app.engine.calendar_event(&plugin, call, &event).await {
            Ok(answer) => {
                let link: LinkAnswer =
                    serde_json::from_value(answer).map_err(plugins::bad_answer)?;
                event["external_id"] = json!(link.external_id);
                event["etag"] = json!(link.etag);
            }
            Err(error) if plugins::is_problem(&error, "not-found") => {
                return forget(app, job, calendar, &event).await;
            }
            Err(error) => return Err(plugins::call_error(error)),
        }
    }
    Err(Error::unavailable("error-event-keeps-changing", "it changes whenever it is to go"))
}

async fn connection_of(app: &App, job: &Job) -> Result<Connection> {
    let id = job.connection_id.clone().ok_or(Error::NotFound)?;
    let tenant = job.tenant_id.clone();
    app.db.inspect(move |c| Ok(store::connections::get(c, &tenant, &id)?)).await
}

/// A look at the calendar meanwhile may have taken it for somebody's own event.
async fn forget(app: &App, job: &Job, calendar: CalendarId, event: &Value) -> Result<Outcome> {
    let Some(event) = event["external_id"].as_str().map(str::to_owned) else {
        return Ok(Outcome::Done);
    };
    let tenant = job.tenant_id.clone();
    app.db
        .transact(move |c| -> Result<()> {
            Ok(store::busy_blocks::delete(c, &tenant, &calendar, &event)?)
        })
        .await?;
    Ok(Outcome::Done)
}
