//! Repeating jobs: when the time has come, a job is queued and the next time written down, in one
//! transaction, so that no time fires twice. Times missed while the process was down fire once.

use domain::{ScheduleId, TenantId, Timestamp, Zone};
use runtime::Plugin;
use serde_json::json;
use store::Conn;
use store::jobs::Once;
use store::schedules::{Schedule, ScheduleChange};

use crate::error::{Error, Result};
use crate::ground::{Ground, Means};
use crate::{App, cron, jobs};

const SCHEDULES_AT_ONCE: i64 = 100;

/// Queues what is due; answers how many jobs. Where one schedule can't be fired the others are, each
/// in a transaction of its own.
pub(crate) async fn run_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let due = app.db.inspect(move |c| store::schedules::due(c, now, SCHEDULES_AT_ONCE)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let (app2, all) = (app.clone(), due.clone());
    let fired = app.db.transact(move |c| fire_all(c, app2.means(), &all)).await;
    match fired {
        Err(store::Error::Unavailable(_) | store::Error::Timeout) | Ok(_) => Ok(fired?),
        Err(error) => {
            tracing::warn!(%error, "a schedule can't be fired; each is tried alone");
            fire_each(app, due).await
        }
    }
}

async fn fire_each(app: &App, due: Vec<Schedule>) -> Result<usize> {
    let mut queued = 0;
    for schedule in due {
        let (app2, one) = (app.clone(), schedule.clone());
        match app.db.transact(move |c| fire(c, app2.means(), &one)).await {
            Ok(fired) => queued += usize::from(fired),
            Err(error @ (store::Error::Unavailable(_) | store::Error::Timeout)) => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::error!(schedule = %schedule.id, %error, "not fired; left out this time");
                leave_out(app, schedule).await;
            }
        }
    }
    Ok(queued)
}

/// Leaves out a time that can't be fired: schedules that stay due would fill all places in the end.
async fn leave_out(app: &App, schedule: Schedule) {
    let (id, now) = (schedule.id.clone(), app.clock.now());
    let left = app.db.transact(move |c| -> store::Result<()> {
        let after = now.max(schedule.next_at);
        match cron::next_after(&schedule.cron, &schedule.zone, after) {
            Some(next_at) => c.advance(&schedule, next_at),
            None => c.pause_schedule(&schedule.tenant_id, &schedule.id),
        }
    });
    if let Err(error) = left.await {
        tracing::error!(schedule = %id, %error, "could not be left out either");
    }
}

/// Fires these; answers how many jobs it queued.
pub(crate) fn fire_all(
    c: &mut impl Ground,
    means: Means<'_>,
    due: &[Schedule],
) -> store::Result<usize> {
    let mut queued = 0;
    for schedule in due {
        queued += usize::from(fire(c, means, schedule)?);
    }
    Ok(queued)
}

/// Queues one schedule's job, unless somebody else has. One whose time never comes again is paused:
/// it would be due for ever.
fn fire(c: &mut impl Ground, means: Means<'_>, schedule: &Schedule) -> store::Result<bool> {
    let now = means.now();
    let (tenant, id) = (&schedule.tenant_id, &schedule.id);
    // After this occurrence too: the clock may have been set back since it was found due.
    let after = now.max(schedule.next_at);
    let Some(next_at) = cron::next_after(&schedule.cron, &schedule.zone, after) else {
        tracing::error!(schedule = %id, line = schedule.cron, "a schedule that never comes");
        c.pause_schedule(tenant, id)?;
        return Ok(false);
    };
    match c.advance(schedule, next_at) {
        Err(store::Error::Conflict | store::Error::NotFound) => return Ok(false),
        other => other?,
    }
    let payload = schedule.payload_json.0.clone();
    let connection = payload.get("connection").and_then(|id| id.as_str()?.parse().ok());
    let mut job = means.new_job(tenant, &schedule.kind, payload);
    // While the last one still runs, or waits for its provider, another would only stand behind it.
    job.once = Once::WhileUnfinished(id.to_string());
    job.plugin_id.clone_from(&schedule.plugin_id);
    job.connection_id = connection;
    c.enqueue(&job, now)?;
    Ok(true)
}

/// The first time of a cron line after an instant, by the clock of a zone. A time in a gap moves to
/// the first instant after it; one in an overlap fires once.
pub(crate) fn next_after(line: &str, zone: &Zone, after: Timestamp) -> Result<Timestamp> {
    cron::next_after(line, zone, after)
        .ok_or_else(|| Error::internal(format!("a schedule that never comes: {line}")))
}

/// Adds a schedule, or sets the one of its name.
pub(crate) fn put(c: &mut Conn, schedule: &Schedule) -> Result<()> {
    let (tenant, plugin) = (&schedule.tenant_id, schedule.plugin_id.as_ref());
    let Some(before) = store::schedules::find_by_name(c, tenant, plugin, &schedule.name)? else {
        return Ok(store::schedules::insert(c, schedule)?);
    };
    let change = ScheduleChange {
        kind: schedule.kind.clone(),
        payload_json: schedule.payload_json.clone(),
        cron: schedule.cron.clone(),
        zone: schedule.zone.clone(),
        next_at: schedule.next_at,
        paused: schedule.paused,
    };
    Ok(store::schedules::update(c, tenant, &before.id, &change)?)
}

/// Makes the schedules of a plugin those of its manifest. One that is there already keeps its next
/// time; one that the manifest doesn't have any more goes.
pub(crate) fn put_of_plugin(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    plugin: &Plugin,
    zone: &Zone,
) -> Result<()> {
    let wanted = &plugin.manifest().schedules;
    let mut there = store::schedules::list(c, tenant)?;
    there.retain(|s| s.plugin_id.as_ref() == Some(plugin.id()) && s.kind == jobs::PLUGIN_JOB);
    for gone in there.iter().filter(|s| wanted.iter().all(|w| w.name != s.name)) {
        store::schedules::delete(c, tenant, &gone.id)?;
    }
    for wanted in wanted {
        let same = there.iter().find(|s| {
            s.name == wanted.name && s.cron == wanted.cron && s.zone.name() == zone.name()
        });
        let next_at = match same {
            Some(same) => same.next_at,
            None => next_after(&wanted.cron, zone, app.clock.now())?,
        };
        let schedule = Schedule {
            id: ScheduleId::new(&*app.clock, &*app.rng),
            tenant_id: tenant.clone(),
            plugin_id: Some(plugin.manifest().plugin.id.clone()),
            name: wanted.name.clone(),
            kind: jobs::PLUGIN_JOB.to_owned(),
            payload_json: json!({"handler": wanted.handler, "payload": {}}).into(),
            cron: wanted.cron.clone(),
            zone: zone.clone(),
            next_at,
            paused: false,
        };
        put(c, &schedule)?;
    }
    Ok(())
}
