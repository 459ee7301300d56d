//! From a business change to its effects. A change and its outbox row are one transaction; here the
//! row becomes jobs, again in one transaction, so that nothing is lost and nothing is doubled.

use domain::{AppointmentId, OutboxId, PluginId};
use serde_json::{Value, json};
use store::Conn;
use store::jobs::{Job, NewJob, Once};
use store::outbox::Effect;

use crate::error::{Error, Result};
use crate::ground::{Ground, Means};
use crate::jobs::{self, Outcome};
use crate::{App, approvals, plugins};

const ROWS_AT_ONCE: i64 = 100;

/// Turns waiting rows into jobs; answers how many rows. A row that can't become jobs, whatever the
/// reason, becomes a job that tries it alone, so that it keeps no other row waiting.
pub(crate) async fn dispatch(app: &App) -> Result<usize> {
    let waiting = app.db.inspect(store::outbox::count_undispatched).await?;
    if waiting == 0 {
        return Ok(0);
    }
    let app2 = app.clone();
    let all = app.db.transact(move |c| spread(c, app2.means(), ROWS_AT_ONCE)).await;
    match all {
        Err(store::Error::Unavailable(_) | store::Error::Timeout) | Ok(_) => Ok(all?),
        Err(error) => {
            tracing::warn!(%error, "an effect can't become jobs; each is tried alone");
            let app2 = app.clone();
            Ok(app.db.transact(move |c| set_apart(c, app2.means(), ROWS_AT_ONCE)).await?)
        }
    }
}

/// Turns up to `limit` rows into jobs.
pub(crate) fn spread(c: &mut impl Ground, means: Means<'_>, limit: i64) -> store::Result<usize> {
    let rows = c.undispatched(limit)?;
    for row in &rows {
        spread_one(c, means, row)?;
        c.mark_dispatched(row, means.now())?;
    }
    Ok(rows.len())
}

fn spread_one(c: &mut impl Ground, means: Means<'_>, row: &Effect) -> store::Result<()> {
    for mut job in c.led_to_by(means, row)? {
        job.once = Once::Ever(row.id.to_string());
        c.enqueue(&job, means.now())?;
    }
    c.to_endpoints(means, row)
}

/// Gives each of up to `limit` rows a job of its own that spreads it.
fn set_apart(c: &mut impl Ground, means: Means<'_>, limit: i64) -> store::Result<usize> {
    let rows = c.undispatched(limit)?;
    for row in &rows {
        let payload = json!({ "effect": row.id });
        let mut job = means.new_job(&row.tenant_id, jobs::OUTBOX_SPREAD, payload);
        job.once = Once::Ever(row.id.to_string());
        c.enqueue(&job, means.now())?;
        c.mark_dispatched(row, means.now())?;
    }
    Ok(rows.len())
}

#[derive(serde::Deserialize)]
struct Apart {
    effect: OutboxId,
}

/// Spreads one row that was set apart.
pub(crate) async fn run_apart(app: &App, job: &Job) -> Result<Outcome> {
    let apart: Apart = serde_json::from_value(job.payload_json.0.clone())?;
    let (app2, tenant) = (app.clone(), job.tenant_id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let row = store::outbox::find(c, &tenant, &apart.effect)?.ok_or(Error::NotFound)?;
            Ok(spread_one(c, app2.means(), &row)?)
        })
        .await?;
    app.wake_jobs();
    Ok(Outcome::Done)
}

/// What an effect leads to.
pub(crate) fn led_to_by(
    c: &mut Conn,
    means: Means<'_>,
    row: &Effect,
) -> store::Result<Vec<NewJob>> {
    let mut jobs: Vec<NewJob> = to_calendar(c, means, row)?.into_iter().collect();
    jobs.extend(to_subscribers(c, means, row)?);
    Ok(jobs)
}

/// What changed here goes to the appointment's calendar; what changed there came from it.
fn to_calendar(c: &mut Conn, means: Means<'_>, row: &Effect) -> store::Result<Option<NewJob>> {
    let ours = ["appointment.booked", "appointment.changed", "appointment.cancelled"];
    if !ours.contains(&row.topic.as_str()) {
        return Ok(None);
    }
    let Ok(id) = row.subject_id.parse::<AppointmentId>() else { return Ok(None) };
    let Some(appointment) = store::appointments::find(c, &row.tenant_id, &id)? else {
        return Ok(None);
    };
    let Some(calendar) = appointment.calendar_id else { return Ok(None) };
    let Some(calendar) = store::calendars::find(c, &row.tenant_id, &calendar)? else {
        return Ok(None);
    };
    let connection = store::connections::get(c, &row.tenant_id, &calendar.connection_id)?;
    let payload = json!({ "appointment": id });
    let mut job = means.new_job(&row.tenant_id, jobs::CALENDAR_PUSH, payload);
    job.plugin_id = Some(connection.plugin_id);
    job.connection_id = Some(connection.id);
    Ok(Some(job))
}

/// Every plugin that is on and was granted the topic hears of it, each by a job of its own.
fn to_subscribers(c: &mut Conn, means: Means<'_>, row: &Effect) -> store::Result<Vec<NewJob>> {
    let mut jobs = Vec::new();
    // What people decided or want changed concerns the plugin that asked, also while it is off: the job
    // waits then.
    let only = row.payload_json.0.get("plugin").and_then(Value::as_str);
    let is_decision = [approvals::DECIDED, approvals::CHANGE_ASKED].contains(&row.topic.as_str());
    for tenant_plugin in store::tenant_plugins::list(c, &row.tenant_id)? {
        let grant = plugins::grant_of(&tenant_plugin);
        let concerns = if is_decision {
            only == Some(tenant_plugin.plugin_id.as_str())
        } else {
            tenant_plugin.enabled
        };
        if !concerns || !grant.may_subscribe(&row.topic) {
            continue;
        }
        let event = json!({"topic": row.topic, "event": row.id, "payload": row.payload_json});
        let mut job = means.new_job(&row.tenant_id, jobs::PLUGIN_EVENT, event);
        job.plugin_id = Some(tenant_plugin.plugin_id);
        jobs.push(job);
    }
    Ok(jobs)
}

#[derive(serde::Deserialize)]
struct Event {
    topic: String,
    event: String,
    payload: Value,
}

/// Tells one plugin of one event.
pub(crate) async fn deliver(app: &App, job: &Job) -> Result<Outcome> {
    let id: PluginId = jobs::plugin_of(job)?;
    let event: Event = serde_json::from_value(job.payload_json.0.clone())?;
    if event.topic == approvals::CHANGE_ASKED
        && !approvals::is_still_asked(app, &job.tenant_id, &event.payload).await?
    {
        return Ok(Outcome::Done);
    }
    let (plugin, call) = plugins::call_context(app, &job.tenant_id, &id, None).await?;
    let told = app.engine.on_event(&plugin, call, &event.topic, &event.event, &event.payload).await;
    told.map_err(plugins::call_error)?;
    Ok(Outcome::Done)
}
