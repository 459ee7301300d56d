//! The worker: claims jobs, runs them, and tries again with patience. At least once; every job is
//! written so that twice is once.

use std::sync::Arc;
use std::time::Duration;

use domain::{JobId, PluginId, TenantId};
use serde_json::Value;
use store::jobs::{Job, NewJob, Once};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::{
    App, calendar_pull, calendar_push, mail, outbox, plugins, resets, schedules, webhooks,
};

/// Sends an appointment to its calendar.
pub(crate) const CALENDAR_PUSH: &str = "calendar.push";
/// Asks a calendar what changed.
pub(crate) const CALENDAR_PULL: &str = "calendar.pull";
/// Runs a plugin's own job.
pub(crate) const PLUGIN_JOB: &str = "plugin.job";
/// Tells a plugin of an event.
pub(crate) const PLUGIN_EVENT: &str = "plugin.event";
/// Hands a webhook's delivery to a plugin.
pub(crate) const PLUGIN_WEBHOOK: &str = "plugin.webhook";

/// Sends a mail.
pub(crate) const MAIL_SEND: &str = "mail.send";

const ATTEMPTS_MAX: i64 = 12;
const LEASE_MS: i64 = 60_000;
const AT_ONCE: usize = 8;
const WAIT_MS: i64 = 60_000;
const IDLE_MS: u64 = 500;
const BACKOFF_FIRST_MS: u64 = 2_000;
const BACKOFF_MOST_MS: u64 = 3_600_000;

/// How a job ended well.
pub(crate) enum Outcome {
    /// It is done.
    Done,
}

/// A job that runs at once, is tried [`ATTEMPTS_MAX`] times, and may be there twice.
pub(crate) fn new_job(app: &App, tenant: &TenantId, kind: &str, payload: Value) -> NewJob {
    NewJob {
        id: JobId::new(&*app.clock, &*app.rng),
        tenant_id: tenant.clone(),
        kind: kind.to_owned(),
        plugin_id: None,
        connection_id: None,
        once: Once::No,
        payload_json: payload.into(),
        run_at: app.clock.now(),
        attempts_max: ATTEMPTS_MAX,
    }
}

/// Runs jobs, the outbox and schedules until `stop` is closed. What runs then is finished first.
pub async fn run_worker(app: App, stop: tokio::sync::watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut stop = stop;
    while !*stop.borrow() {
        let busy = match turn(&app, &slots).await {
            Ok(busy) => busy,
            Err(error) => {
                tracing::error!(%error, "the worker could not read its jobs; it goes on");
                false
            }
        };
        if !busy {
            tokio::select! {
                () = app.woken.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(IDLE_MS)) => {}
                _ = stop.changed() => {}
            }
        }
    }
    let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
    let _ = slots.acquire_many(all).await;
}

/// One round; says whether there was anything to do.
async fn turn(app: &App, slots: &Arc<Semaphore>) -> Result<bool> {
    let due = schedules::run_due(app).await?;
    let dispatched = outbox::dispatch(app).await? + resets::order_links(app).await?;
    let free = slots.available_permits();
    if free == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        return Ok(true);
    }
    let jobs = claim(app, free).await?;
    let busy = due + dispatched + jobs.len() > 0;
    for job in jobs {
        let Ok(slot) = slots.clone().acquire_owned().await else { continue };
        let app = app.clone();
        tokio::spawn(async move {
            run_one(&app, job).await;
            drop(slot);
            app.wake_jobs();
        });
    }
    Ok(busy)
}

async fn claim(app: &App, most: usize) -> Result<Vec<Job>> {
    let (now, most) = (app.clock.now(), i64::try_from(most).unwrap_or(1));
    Ok(app.db.transact(move |c| store::jobs::claim(c, now, most, LEASE_MS)).await?)
}

/// Runs everything that is due now, one after the other, and answers how many jobs ran; for tests
/// and commands that must not return before the work is done.
pub async fn run_due(app: &App) -> Result<usize> {
    let mut ran = 0;
    loop {
        schedules::run_due(app).await?;
        let dispatched = outbox::dispatch(app).await? + resets::order_links(app).await?;
        let jobs = claim(app, 1).await?;
        if jobs.is_empty() && dispatched == 0 {
            return Ok(ran);
        }
        for job in jobs {
            run_one(app, job).await;
            ran += 1;
        }
    }
}

async fn run_one(app: &App, job: Job) {
    let ended = match run(app, &job).await {
        Ok(Outcome::Done) => settle(app, &job, Settlement::Done).await,
        Err(error) => {
            let settlement = judge(app, &job, &error);
            tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, %error, "a job failed");
            settle(app, &job, settlement).await
        }
    };
    if let Err(error) = ended {
        // Somebody else has the job now, or the database is away: the lease decides.
        tracing::warn!(job = %job.id, %error, "a job's end could not be noted");
    }
}

async fn run(app: &App, job: &Job) -> Result<Outcome> {
    match job.kind.as_str() {
        CALENDAR_PUSH => calendar_push::run(app, job).await,
        CALENDAR_PULL => calendar_pull::run(app, job).await,
        PLUGIN_JOB => run_plugin_job(app, job).await,
        PLUGIN_EVENT => outbox::deliver(app, job).await,
        PLUGIN_WEBHOOK => webhooks::deliver(app, job).await,
        MAIL_SEND => mail::run(app, job).await,
        other => Err(Error::internal(format!("no such kind of job: {other}"))),
    }
}

#[derive(serde::Deserialize)]
struct PluginJob {
    handler: String,
    #[serde(default)]
    payload: Value,
}

async fn run_plugin_job(app: &App, job: &Job) -> Result<Outcome> {
    let id = plugin_of(job)?;
    let work: PluginJob = serde_json::from_value(job.payload_json.0.clone())?;
    let (plugin, call) =
        plugins::call_context(app, &job.tenant_id, &id, job.connection_id.clone()).await?;
    let attempt = u32::try_from(job.attempts).unwrap_or_default();
    app.engine
        .run_job(&plugin, call, &work.handler, &work.payload, attempt)
        .await
        .map_err(plugins::call_error)?;
    Ok(Outcome::Done)
}

pub(crate) fn plugin_of(job: &Job) -> Result<PluginId> {
    job.plugin_id.clone().ok_or_else(|| Error::internal("a plugin's job without a plugin"))
}

enum Settlement {
    Done,
    Retry { after_ms: u64, problem: String },
    Wait,
    Bury { problem: String },
}

/// What becomes of a failed job. One whose plugin is off or whose account needs a person waits
/// without spending attempts.
fn judge(app: &App, job: &Job, error: &Error) -> Settlement {
    let problem: String = error.to_string().chars().take(500).collect();
    match error {
        Error::Unavailable { key, .. } if is_waiting(key) => Settlement::Wait,
        Error::Unavailable { key: "error-provider-rejected", .. } => Settlement::Bury { problem },
        Error::NotFound | Error::Invalid { .. } | Error::Forbidden => Settlement::Bury { problem },
        _ if job.attempts >= job.attempts_max => Settlement::Bury { problem },
        Error::Limited { retry_after_secs } => {
            let after_ms = retry_after_secs.saturating_mul(1_000).min(BACKOFF_MOST_MS);
            Settlement::Retry { after_ms: after_ms + app.rng.below(1_000), problem }
        }
        _ => Settlement::Retry { after_ms: backoff_ms(app, job.attempts), problem },
    }
}

fn is_waiting(key: &str) -> bool {
    key == "error-connection-needs-you" || plugins::is_resting(key)
}

/// Full jitter: anything up to an exponentially growing bound, so that what failed together doesn't
/// come back together.
fn backoff_ms(app: &App, attempts: i64) -> u64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or_default();
    let bound = BACKOFF_FIRST_MS.saturating_mul(1 << doublings).min(BACKOFF_MOST_MS);
    500 + app.rng.below(bound)
}

async fn settle(app: &App, job: &Job, settlement: Settlement) -> Result<()> {
    let (job, now) = (job.clone(), app.clock.now());
    app.db
        .transact(move |c| -> Result<()> {
            let (id, token) = (&job.id, job.lease_token);
            match settlement {
                Settlement::Done => store::jobs::finish(c, id, token, now)?,
                Settlement::Retry { after_ms, problem } => {
                    let at = now.plus_millis(i64::try_from(after_ms).unwrap_or(i64::MAX));
                    store::jobs::retry(c, id, token, at, &problem, now)?;
                }
                // The store pauses it when its plugin or connection is off; else it asks again.
                Settlement::Wait => {
                    store::jobs::defer(c, id, token, now.plus_millis(WAIT_MS), now)?;
                }
                Settlement::Bury { problem } => store::jobs::bury(c, id, token, &problem, now)?,
            }
            Ok(())
        })
        .await
}
