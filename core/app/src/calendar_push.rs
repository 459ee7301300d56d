//! Keeps an appointment and its event the same: the job behind every booking, change and cancellation
//! here, and behind every change that is heard of from there. It sends what the appointment is now, so
//! running it twice is running it once.
//!
//! Writes are guarded by the event's revision. One that meets another revision reads the event, puts
//! both sides together (`event_merge`) and writes what is then to be written.

mod fold;
mod moved;
pub(crate) mod withdrawal;

use domain::{AppointmentId, TenantId, Zone};
use serde::Deserialize;
use serde_json::{Value, json};
use store::appointments::{Appointment, Link, OnlineState, Status, SyncState};
use store::calendars::Calendar;
use store::connections::Connection;
use store::jobs::{Job, NewJob, Once};

use crate::error::{Error, Result};
use crate::event_merge::{Content, Copy, EventAnswer};
use crate::ground::Means;
use crate::jobs::{self, Outcome};
use crate::{App, calendars, notifications, plugins};

/// How long to wait before reading an event whose meeting is still being made, by attempt.
const REREAD_AFTER_SECS: [i64; 6] = [2, 5, 15, 60, 300, 900];

/// How often an event that keeps changing is read and written again in one run.
const ROUNDS: usize = 4;

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
    #[serde(default)]
    pub event: Option<EventAnswer>,
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
    /// The provider told that the event is gone.
    #[serde(default)]
    gone: bool,
}

/// An appointment with its event, as they were when they were read.
pub(super) struct Pair {
    pub appointment: Appointment,
    pub calendar: Calendar,
    pub copy: Copy,
    /// The business's zone: in it an appointment is about days, or isn't.
    pub zone: Zone,
}

/// What a round came to.
enum Round {
    /// Both sides are the same, as far as is known.
    Settled,
    /// Look at it anew.
    Again,
}

/// Runs the job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.payload_json.0.clone())?;
    for _ in 0..ROUNDS {
        let Some(pair) = load(app, &job.tenant_id, &payload.appointment).await? else {
            return Ok(Outcome::Done);
        };
        let was_synced = pair.appointment.sync_state == SyncState::Synced;
        match round(app, job, &payload, &pair).await {
            Ok(Round::Settled) => return Ok(Outcome::Done),
            Ok(Round::Again) => {}
            Err(error) => {
                // Deleted here meanwhile: there is nothing to send any more, and nowhere to note that
                // it couldn't be sent.
                if is_deleted(app, &pair).await? {
                    return Ok(Outcome::Done);
                }
                // Only what is to be written can fail to be; a look that failed is tried again.
                if !was_synced {
                    note_problem(app, &pair, &error).await?;
                }
                return Err(error);
            }
        }
    }
    Err(Error::unavailable("error-event-keeps-changing", "both sides keep changing"))
}

async fn load(app: &App, tenant: &TenantId, id: &AppointmentId) -> Result<Option<Pair>> {
    let (tenant, id) = (tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<_> {
            let Some(appointment) = store::appointments::find(c, &tenant, &id)? else {
                return Ok(None);
            };
            let Some(calendar) = &appointment.calendar_id else { return Ok(None) };
            let calendar = store::calendars::find(c, &tenant, calendar)?;
            let copy = Copy::read(store::event_copies::find(c, &tenant, &id)?)?;
            let zone = store::tenants::get(c, &tenant)?.zone;
            Ok(calendar.map(|calendar| Pair { appointment, calendar, copy, zone }))
        })
        .await
}

async fn is_deleted(app: &App, pair: &Pair) -> Result<bool> {
    let of = &pair.appointment;
    Ok(load(app, &of.tenant_id, &of.id).await?.is_none())
}

async fn get_connection(app: &App, calendar: &Calendar) -> Result<Connection> {
    let (tenant, id) = (calendar.tenant_id.clone(), calendar.connection_id.clone());
    app.db.inspect(move |c| Ok(store::connections::get(c, &tenant, &id)?)).await
}

async fn round(app: &App, job: &Job, payload: &Payload, pair: &Pair) -> Result<Round> {
    let connection = get_connection(app, &pair.calendar).await?;
    if pair.appointment.sync_state == SyncState::Synced {
        return look(app, job, payload, pair, &connection).await;
    }
    let (plugin, call) = calendars::call_of(app, &connection).await?;
    let document = to_document(pair, &pair.calendar);
    let written = match pair.appointment.status {
        Status::Booked => {
            note_sent(app, pair).await?;
            app.engine.calendar_put_event(&plugin, call, &document).await.map(Some)
        }
        Status::Cancelled => {
            app.engine.calendar_remove_event(&plugin, call, &document).await.map(|()| None)
        }
    };
    match written {
        Ok(answer) => {
            let link: Option<LinkAnswer> =
                answer.map(serde_json::from_value).transpose().map_err(plugins::bad_answer)?;
            keep_written(app, job, pair, link, payload.reread).await
        }
        // It is not as we know it: see how it is, and put both sides together.
        Err(error) if plugins::is_problem(&error, "conflict") => {
            look(app, job, payload, pair, &connection).await?;
            Ok(Round::Again)
        }
        Err(error) => Err(plugins::call_error(error)),
    }
}

/// Writes down what is about to be sent: should no answer come, it may have arrived all the same.
async fn note_sent(app: &App, pair: &Pair) -> Result<()> {
    let appointment = pair.appointment.clone();
    app.db
        .transact(move |c| -> Result<()> {
            let (tenant, id) = (&appointment.tenant_id, &appointment.id);
            store::appointments::lock(c, tenant, id)?;
            let mut copy = Copy::read(store::event_copies::find(c, tenant, id)?)?;
            if copy.note_sent(&Content::of(&appointment)) {
                store::event_copies::put(c, &copy.to_row(&appointment)?)?;
            }
            Ok(())
        })
        .await
}

/// Reads the event and puts both sides together.
async fn look(
    app: &App,
    job: &Job,
    payload: &Payload,
    pair: &Pair,
    connection: &Connection,
) -> Result<Round> {
    let (plugin, call) = calendars::call_of(app, connection).await?;
    let document = to_document(pair, &pair.calendar);
    let theirs = match app.engine.calendar_event(&plugin, call, &document).await {
        Ok(answer) => {
            Some(serde_json::from_value::<LinkAnswer>(answer).map_err(plugins::bad_answer)?)
        }
        Err(error) if plugins::is_problem(&error, "not-found") => {
            // A calendar that is gone reads like this too: only a deletion that was told counts.
            if !payload.gone && pair.appointment.sync_state == SyncState::Synced {
                return Ok(Round::Settled);
            }
            None
        }
        Err(error) => return Err(plugins::call_error(error)),
    };
    let is_there = theirs.as_ref().is_some_and(|link| !fold::is_cancelled(link));
    if payload.gone && !is_there && moved::follow(app, pair, connection).await? {
        return Ok(Round::Again);
    }
    let read = fold::Read { theirs, is_told_gone: payload.gone, rereads: payload.reread };
    fold::fold(app, job, pair, read).await
}

/// The contract's appointment document, in its own calendar or as if it were in another.
fn to_document(pair: &Pair, calendar: &Calendar) -> Value {
    let Pair { appointment, copy, zone, .. } = pair;
    json!({
        "id": appointment.id,
        "calendar": calendar.external_id,
        "title": appointment.title,
        "notes": appointment.notes,
        "location": appointment.location,
        "starts_at": appointment.starts_at.to_rfc3339(),
        "ends_at": appointment.ends_at.to_rfc3339(),
        "days": days_of(appointment, zone),
        "time_zone": appointment.zone.name(),
        "online": appointment.online,
        // Customers hear from the business itself, after the meeting's link has been checked.
        "guests": [],
        "external_id": appointment.external_id,
        "etag": appointment.etag,
        "seen": copy.seen.as_ref().map(|seen| json!({
            "title": seen.title,
            "notes": seen.notes,
            "location": seen.location,
            "starts_at": seen.starts_at.to_rfc3339(),
            "ends_at": seen.ends_at.to_rfc3339(),
        })),
    })
}

/// The days that an appointment is about, if it is about days.
fn days_of(appointment: &Appointment, zone: &Zone) -> Option<Value> {
    let (start, end) = (zone.local(appointment.starts_at), zone.local(appointment.ends_at));
    let begins = |at: domain::Timestamp, day| zone.start_of_day(day) == Some(at);
    let is_days =
        begins(appointment.starts_at, start.date()) && begins(appointment.ends_at, end.date());
    let days = || json!({"first": start.date().to_string(), "after": end.date().to_string()});
    (is_days && end.date() > start.date()).then(days)
}

/// Notes what the provider answered to a write.
async fn keep_written(
    app: &App,
    job: &Job,
    written: &Pair,
    link: Option<LinkAnswer>,
    rereads: usize,
) -> Result<Round> {
    let (app2, job, pushed) = (app.clone(), job.clone(), written.appointment.clone());
    app.db
        .transact(move |c| -> Result<Round> {
            let (tenant, id) = (&pushed.tenant_id, &pushed.id);
            match store::appointments::lock(c, tenant, id) {
                // Deleted here while its event was written there, which nobody else can know of.
                Err(store::Error::NotFound) => return take_back(&app2, c, pushed, link.as_ref()),
                other => other?,
            }
            let current = store::appointments::get(c, tenant, id)?;
            if current.link_rev != pushed.link_rev {
                // Somebody else wrote or read meanwhile, perhaps later than this.
                return Ok(Round::Again);
            }
            let mut copy = Copy::read(store::event_copies::find(c, tenant, id)?)?;
            if let Some(link) = &link {
                copy.seen = Some(Content::of(&pushed));
                // Every write is bound to a revision: once that is another, what was sent before can't arrive
                // any more. A write of what stands there already may leave it as it was.
                if link.etag.is_none() || link.etag != pushed.etag {
                    copy.sent = Vec::new();
                }
            } else if copy.seen.is_some() {
                copy.sent = Vec::new();
            }
            if copy.failing_since.take().is_some() {
                notifications::appointment_settled(&app2, c, &pushed)?;
            }
            store::event_copies::put(c, &copy.to_row(&pushed)?)?;
            // What was changed while the call was under way is sent by its own job, or by this one
            // again when that job was faster: the last word is always the newest revision.
            let is_newest = current.rev == pushed.rev;
            let row = to_link(link.as_ref(), &pushed, is_newest);
            store::appointments::set_link(c, tenant, id, &row, current.link_rev)?;
            if !is_newest {
                return Ok(Round::Again);
            }
            reread_later(&app2, c, &job, &current, row.online_state, rereads)?;
            Ok(Round::Settled)
        })
        .await
}

/// Has an event taken away that came too late.
fn take_back(
    app: &App,
    c: &mut store::Conn,
    pushed: Appointment,
    link: Option<&LinkAnswer>,
) -> Result<Round> {
    if let Some(link) = link {
        let (external_id, etag) = (Some(link.external_id.clone()), link.etag.clone());
        withdrawal::enqueue(app, c, &Appointment { external_id, etag, ..pushed })?;
    }
    Ok(Round::Settled)
}

/// Reads an event again later, while its meeting is still being made. The job's key holds the revision, since
/// the job that it follows may have been such a one and is not finished yet.
fn reread_later(
    app: &App,
    c: &mut store::Conn,
    job: &Job,
    of: &Appointment,
    state: OnlineState,
    rereads: usize,
) -> Result<()> {
    let Some(after_secs) = REREAD_AFTER_SECS.get(rereads) else { return Ok(()) };
    if state != OnlineState::Pending {
        return Ok(());
    }
    let (means, reread) = (app.means(), rereads + 1);
    let payload = json!({"appointment": of.id, "reread": reread});
    let mut next = means.new_job(&job.tenant_id, jobs::CALENDAR_PUSH, payload);
    next.once = Once::WhileUnfinished(format!("{}/{}/{reread}", of.id, of.rev));
    next.connection_id.clone_from(&job.connection_id);
    next.plugin_id.clone_from(&job.plugin_id);
    next.run_at = means.now().plus_secs(*after_secs);
    store::jobs::enqueue(c, &next, means.now())?;
    Ok(())
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

/// The job that looks at the event of an appointment, because its provider told of a change. One
/// that was told of the same revision stands for it as long as it has not run.
pub(crate) fn look_at(
    means: Means<'_>,
    of: &Appointment,
    connection: &Connection,
    etag: Option<&str>,
    gone: bool,
) -> NewJob {
    let payload = json!({"appointment": of.id, "gone": gone});
    let mut job = means.new_job(&of.tenant_id, jobs::CALENDAR_PUSH, payload);
    let told = if gone { "gone" } else { etag.unwrap_or("changed") };
    job.once = Once::WhileUnfinished(format!("{}/look/{told}", of.id));
    job.connection_id = Some(connection.id.clone());
    job.plugin_id = Some(connection.plugin_id.clone());
    job
}

/// Tries anew to write an event that couldn't be written, in place of every try that was given up.
pub(crate) fn try_again(
    c: &mut store::Conn,
    means: Means<'_>,
    of: &Appointment,
    connection: &Connection,
    why: &str,
) -> Result<()> {
    let (tenant, now) = (&of.tenant_id, means.now());
    store::jobs::dismiss_about(c, tenant, jobs::CALENDAR_PUSH, of.id.as_str(), now)?;
    store::jobs::enqueue(c, &look_at(means, of, connection, Some(why), false), now)?;
    Ok(())
}

/// Tells the appointment's page what is wrong and since when, in a word that has a translation.
async fn note_problem(app: &App, pair: &Pair, error: &Error) -> Result<()> {
    let (app2, word) = (app.clone(), plugins::problem_word(error));
    let appointment = pair.appointment.clone();
    app.db
        .transact(move |c| -> Result<()> {
            let (tenant, id) = (&appointment.tenant_id, &appointment.id);
            store::appointments::lock(c, tenant, id)?;
            let mut copy = Copy::read(store::event_copies::find(c, tenant, id)?)?;
            copy.failing_since = copy.failing_since.or_else(|| Some(app2.clock.now()));
            store::event_copies::put(c, &copy.to_row(&appointment)?)?;
            let state = SyncState::Failed;
            Ok(store::appointments::set_sync(c, tenant, id, state, Some(&word))?)
        })
        .await
}
