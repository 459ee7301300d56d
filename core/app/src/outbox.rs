//! From a business change to its effects. A change and its outbox row are one transaction; here the
//! row becomes jobs, again in one transaction, so that nothing is lost and nothing is doubled.

use domain::{AppointmentId, PluginId};
use serde_json::{Value, json};
use store::Conn;
use store::jobs::{Job, Once};
use store::outbox::Effect;

use crate::error::Result;
use crate::jobs::{self, Outcome};
use crate::{App, approvals, plugins};

const ROWS_AT_ONCE: i64 = 100;

/// Turns waiting rows into jobs; answers how many rows.
pub(crate) async fn dispatch(app: &App) -> Result<usize> {
    let waiting = app.db.inspect(store::outbox::count_undispatched).await?;
    if waiting == 0 {
        return Ok(0);
    }
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<usize> {
            let rows = store::outbox::list_undispatched(c, ROWS_AT_ONCE)?;
            for row in &rows {
                to_calendar(&app2, c, row)?;
                to_subscribers(&app2, c, row)?;
                store::outbox::mark(c, &row.tenant_id, &row.id, app2.clock.now())?;
            }
            Ok(rows.len())
        })
        .await
}

/// What changed here goes to the appointment's calendar; what changed there came from it.
fn to_calendar(app: &App, c: &mut Conn, row: &Effect) -> Result<()> {
    let ours = ["appointment.booked", "appointment.changed", "appointment.cancelled"];
    if !ours.contains(&row.topic.as_str()) {
        return Ok(());
    }
    let Ok(id) = row.subject_id.parse::<AppointmentId>() else { return Ok(()) };
    let Some(appointment) = store::appointments::find(c, &row.tenant_id, &id)? else {
        return Ok(());
    };
    let Some(calendar) = appointment.calendar_id else { return Ok(()) };
    let Some(calendar) = store::calendars::find(c, &row.tenant_id, &calendar)? else {
        return Ok(());
    };
    let connection = store::connections::get(c, &row.tenant_id, &calendar.connection_id)?;
    let payload = json!({ "appointment": id });
    let mut job = jobs::new_job(app, &row.tenant_id, jobs::CALENDAR_PUSH, payload);
    job.once = Once::Ever(row.id.to_string());
    job.plugin_id = Some(connection.plugin_id);
    job.connection_id = Some(connection.id);
    store::jobs::enqueue(c, &job, app.clock.now())?;
    Ok(())
}

/// Every plugin that is on and was granted the topic hears of it, each by a job of its own.
fn to_subscribers(app: &App, c: &mut Conn, row: &Effect) -> Result<()> {
    // What people decided concerns the plugin that asked, also while it is off: the job waits then.
    let only = row.payload_json.0.get("plugin").and_then(Value::as_str);
    let is_decision = row.topic == approvals::DECIDED;
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
        let mut job = jobs::new_job(app, &row.tenant_id, jobs::PLUGIN_EVENT, event);
        job.once = Once::Ever(row.id.to_string());
        job.plugin_id = Some(tenant_plugin.plugin_id);
        store::jobs::enqueue(c, &job, app.clock.now())?;
    }
    Ok(())
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
    let (plugin, call) = plugins::call_context(app, &job.tenant_id, &id, None).await?;
    let told = app.engine.on_event(&plugin, call, &event.topic, &event.event, &event.payload).await;
    told.map_err(plugins::call_error)?;
    Ok(Outcome::Done)
}
