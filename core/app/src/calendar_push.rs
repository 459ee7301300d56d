//! Sends an appointment to its calendar's provider: the job behind every booking, change and
//! cancellation. It sends what the appointment is now, so running it twice is running it once.

use domain::{AppointmentId, TenantId};
use runtime::{CallContext, Plugin};
use serde::Deserialize;
use serde_json::{Value, json};
use store::appointments::{Appointment, Link, OnlineState, Status, SyncState};
use store::calendars::Calendar;
use store::jobs::{Job, NewJob, Once};

use crate::error::{Error, Result};
use crate::ground::Means;
use crate::jobs::{self, Outcome};
use crate::{App, calendars, plugins};

/// How long to wait before reading an event whose meeting is still being made, by attempt.
const REREAD_AFTER_SECS: [i64; 6] = [2, 5, 15, 60, 300, 900];

/// The contract's link document.
#[derive(Debug, Deserialize)]
pub(crate) struct LinkAnswer {
    pub external_id: String,
    #[serde(default)]
    pub etag: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub online: OnlineAnswer,
}

/// The online meeting inside a link or a change.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct OnlineAnswer {
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub url: Option<String>,
}

impl OnlineAnswer {
    /// The state as we keep it; what we don't know counts as none.
    pub fn known_state(&self) -> OnlineState {
        self.state.parse().unwrap_or(OnlineState::None)
    }

    /// The address, if it is one a person can safely be sent to.
    pub fn safe_url(&self) -> Option<String> {
        self.url.clone().filter(|url| url.starts_with("https://") && url.len() <= 2_000)
    }
}

#[derive(Deserialize)]
struct Payload {
    appointment: AppointmentId,
    #[serde(default)]
    reread: usize,
}

/// Runs the job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    let Some((appointment, calendar)) = load(app, &job.tenant_id, &payload.appointment).await?
    else {
        return Ok(Outcome::Done);
    };
    let connection = get_connection(app, &calendar).await?;
    let (plugin, call) = calendars::call_of(app, &connection).await?;
    let answered = if payload.reread > 0 {
        reread(app, &plugin, call, &appointment, &calendar).await
    } else {
        push(app, &plugin, call, &appointment, &calendar).await
    };
    match answered {
        Ok(link) => keep_link(app, job, &appointment, link, payload.reread).await,
        Err(error) => {
            note_problem(app, &appointment, &error).await?;
            Err(error)
        }
    }
}

async fn load(
    app: &App,
    tenant: &TenantId,
    id: &AppointmentId,
) -> Result<Option<(Appointment, Calendar)>> {
    let (tenant, id) = (tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<_> {
            let Some(appointment) = store::appointments::find(c, &tenant, &id)? else {
                return Ok(None);
            };
            let Some(calendar) = &appointment.calendar_id else { return Ok(None) };
            let calendar = store::calendars::find(c, &tenant, calendar)?;
            Ok(calendar.map(|calendar| (appointment, calendar)))
        })
        .await
}

async fn get_connection(app: &App, calendar: &Calendar) -> Result<store::connections::Connection> {
    let (tenant, id) = (calendar.tenant_id.clone(), calendar.connection_id.clone());
    app.db.inspect(move |c| Ok(store::connections::get(c, &tenant, &id)?)).await
}

async fn push(
    app: &App,
    plugin: &Plugin,
    call: CallContext,
    appointment: &Appointment,
    calendar: &Calendar,
) -> Result<Option<LinkAnswer>> {
    let document = to_document(appointment, calendar);
    if appointment.status == Status::Cancelled {
        app.engine
            .calendar_remove_event(plugin, call, &document)
            .await
            .map_err(plugins::call_error)?;
        return Ok(None);
    }
    let answer = app
        .engine
        .calendar_put_event(plugin, call, &document)
        .await
        .map_err(plugins::call_error)?;
    Ok(Some(serde_json::from_value(answer).map_err(plugins::bad_answer)?))
}

async fn reread(
    app: &App,
    plugin: &Plugin,
    call: CallContext,
    appointment: &Appointment,
    calendar: &Calendar,
) -> Result<Option<LinkAnswer>> {
    if appointment.status == Status::Cancelled {
        return Ok(None);
    }
    let document = to_document(appointment, calendar);
    let answer =
        app.engine.calendar_event(plugin, call, &document).await.map_err(plugins::call_error)?;
    Ok(Some(serde_json::from_value(answer).map_err(plugins::bad_answer)?))
}

/// The contract's appointment document.
fn to_document(appointment: &Appointment, calendar: &Calendar) -> Value {
    json!({
        "id": appointment.id,
        "calendar": calendar.external_id,
        "title": appointment.title,
        "notes": appointment.notes,
        "location": appointment.location,
        "starts_at": appointment.starts_at.to_rfc3339(),
        "ends_at": appointment.ends_at.to_rfc3339(),
        "time_zone": appointment.zone.name(),
        "online": appointment.online,
        // Customers hear from the business itself, after the meeting's link has been checked.
        "guests": [],
        "external_id": appointment.external_id,
        "etag": appointment.etag,
    })
}

async fn keep_link(
    app: &App,
    job: &Job,
    pushed: &Appointment,
    link: Option<LinkAnswer>,
    rereads: usize,
) -> Result<Outcome> {
    let (app2, job, pushed) = (app.clone(), job.clone(), pushed.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &pushed.tenant_id;
            let current = store::appointments::get(c, tenant, &pushed.id)?;
            // What was changed while the call was under way is sent by its own job, or by this one
            // again when that job was faster: the last word is always the newest revision.
            let is_newest = current.rev == pushed.rev;
            let row = to_link(link.as_ref(), &pushed, is_newest);
            store::appointments::set_link(c, tenant, &pushed.id, &row, current.link_rev)?;
            let is_pending = row.online_state == OnlineState::Pending;
            let (reread, after_secs) = match REREAD_AFTER_SECS.get(rereads) {
                _ if !is_newest => (0, 0),
                Some(secs) if is_pending => (rereads + 1, *secs),
                _ => return Ok(()),
            };
            let (means, id) = (app2.means(), pushed.id.as_str());
            let next = next_push(means, &job, id, current.rev, reread, after_secs);
            store::jobs::enqueue(c, &next, means.now())?;
            Ok(())
        })
        .await?;
    Ok(Outcome::Done)
}

fn to_link(link: Option<&LinkAnswer>, pushed: &Appointment, is_newest: bool) -> Link {
    let sync_state = if is_newest { SyncState::Synced } else { SyncState::Pending };
    match link {
        Some(link) => Link {
            external_id: Some(link.external_id.clone()),
            etag: link.etag.clone(),
            external_url: link.url.clone().filter(|url| url.starts_with("https://")),
            online_state: link.online.known_state(),
            online_url: link.online.safe_url(),
            sync_state,
            sync_problem: None,
        },
        None => Link {
            external_id: pushed.external_id.clone(),
            etag: None,
            external_url: None,
            online_state: OnlineState::None,
            online_url: None,
            sync_state,
            sync_problem: None,
        },
    }
}

/// The job that looks at an appointment once more: to send the revision that came while another
/// was under way, or to read what the provider is still making. Its key holds the revision, since
/// the job it follows may have been such a one and is not finished yet.
pub(crate) fn next_push(
    means: Means<'_>,
    job: &Job,
    appointment: &str,
    rev: i64,
    reread: usize,
    after_secs: i64,
) -> NewJob {
    let payload = json!({"appointment": appointment, "reread": reread});
    let mut next = means.new_job(&job.tenant_id, jobs::CALENDAR_PUSH, payload);
    next.once = Once::WhileUnfinished(format!("{appointment}/{rev}/{reread}"));
    next.connection_id.clone_from(&job.connection_id);
    next.plugin_id.clone_from(&job.plugin_id);
    next.run_at = means.now().plus_secs(after_secs);
    next
}

/// Tells the appointment's page what is wrong, in a word that has a translation.
async fn note_problem(app: &App, appointment: &Appointment, error: &Error) -> Result<()> {
    let word = plugins::problem_word(error);
    let (tenant, id) = (appointment.tenant_id.clone(), appointment.id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let state = SyncState::Failed;
            Ok(store::appointments::set_sync(c, &tenant, &id, state, Some(&word))?)
        })
        .await
}
