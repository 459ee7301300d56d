//! The worker: claims jobs, runs them, and tries again with patience. At least once; every job is
//! written so that twice is once.

pub mod dead;
mod settle;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId, Timestamp};
use serde_json::Value;
use store::jobs::{Job, NewJob, Room};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::ground::Ground;
use crate::{
    App, approvals, calendar_pull, calendar_push, channels, chores, endpoints, exports, imports,
    mail, notifications, outbox, plugins, reminders, schedules, sweeps, webhooks, wishes,
};

pub(crate) use settle::{Settlement, judge, settle};

/// Sends an appointment to its calendar.
pub(crate) const CALENDAR_PUSH: &str = "calendar.push";
/// Takes the event of an appointment that was deleted out of its calendar.
pub(crate) const CALENDAR_WITHDRAW: &str = "calendar.withdraw";
/// Asks a calendar what changed.
pub(crate) const CALENDAR_PULL: &str = "calendar.pull";
/// Opens and closes the channels over which a provider tells of a calendar's changes.
pub(crate) const CALENDAR_WATCH: &str = "calendar.watch";
/// Runs a plugin's own job.
pub(crate) const PLUGIN_JOB: &str = "plugin.job";
/// Tells a plugin of an event.
pub(crate) const PLUGIN_EVENT: &str = "plugin.event";
/// Hands a webhook's delivery to a plugin.
pub(crate) const PLUGIN_WEBHOOK: &str = "plugin.webhook";

/// Goes through what a business is to be reminded of.
pub(crate) const REMINDERS_PLAN: &str = "reminders.plan";

/// Sends a mail.
pub(crate) const MAIL_SEND: &str = "mail.send";

/// Turns one effect into jobs that could not be turned with the others.
pub(crate) const OUTBOX_SPREAD: &str = "outbox.spread";

/// How often a job is tried.
pub(crate) const ATTEMPTS_MAX: i64 = 12;
/// How long a worker may be silent before its job is somebody else's.
pub(crate) const LEASE_MS: i64 = 20_000;
/// How often it says that it is still at it.
const HEARTBEAT: Duration = Duration::from_secs(5);
const IDLE_MS: u64 = 500;

/// How a job ended well.
pub(crate) enum Outcome {
    /// It is done.
    Done,
    /// It was noted that it didn't work, and when it is tried again; until `rest` nothing else of its lane
    /// is.
    Again {
        /// When.
        at: Timestamp,
        /// Why, for the log.
        problem: String,
        /// How long the other end wants to be left alone.
        rest: Option<Timestamp>,
    },
}

/// A job that runs at once, is tried [`ATTEMPTS_MAX`] times, and may be there twice.
pub(crate) fn new_job(app: &App, tenant: &TenantId, kind: &str, payload: Value) -> NewJob {
    app.means().new_job(tenant, kind, payload)
}

/// The lanes of the jobs that this process runs now.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Vec<String>>>);

impl Running {
    fn lanes(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts the job until the answer is dropped.
    fn begin(&self, job: &Job) -> Place {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(job.lane.clone());
        Place { running: self.clone(), lane: job.lane.clone() }
    }
}

/// One job's place among those that run.
struct Place {
    running: Running,
    lane: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.running.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = lanes.iter().position(|lane| *lane == self.lane) {
            lanes.swap_remove(at);
        }
    }
}

/// Runs jobs, the outbox, schedules and chores until `stop` is closed, `at_once` jobs at a time.
/// What runs then is finished first.
pub async fn run_worker(app: App, at_once: usize, stop: tokio::sync::watch::Receiver<bool>) {
    let (running, mut tasks, mut stop) = (Running::default(), JoinSet::new(), stop);
    while !*stop.borrow() {
        let busy = match turn(&app, at_once, &running, &mut tasks).await {
            Ok(busy) => busy,
            Err(error) => {
                tracing::error!(%error, "the worker could not read its jobs; it goes on");
                false
            }
        };
        while tasks.try_join_next().is_some() {}
        if !busy {
            tokio::select! {
                () = app.woken.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(IDLE_MS)) => {}
                _ = stop.changed() => {}
            }
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// One round; says whether there was anything to do.
async fn turn(
    app: &App,
    at_once: usize,
    running: &Running,
    tasks: &mut JoinSet<()>,
) -> Result<bool> {
    let due = get_past("schedules", schedules::run_due(app).await)?;
    let dispatched = prepare(app).await?;
    get_past("chores", chores::run_due(app).await.map(|()| 0))?;
    let room = Room::shared(at_once, running.lanes());
    let jobs = claim(app, room).await?;
    let busy = due + dispatched + jobs.len() > 0;
    for job in jobs {
        let (app, place) = (app.clone(), running.begin(&job));
        tasks.spawn(async move {
            run_one(&app, job).await;
            drop(place);
            app.wake_jobs();
        });
    }
    Ok(busy)
}

/// Makes jobs of what waits for that; answers how much there was.
async fn prepare(app: &App) -> Result<usize> {
    let effects = get_past("outbox", outbox::dispatch(app).await)?;
    let reminded = get_past("reminders", reminders::run_due(app).await)?;
    Ok(effects + reminded + get_past("wishes", wishes::grant_due(app).await)?)
}

/// What a step before the jobs came to. Its failure is told here and keeps no job of anybody waiting;
/// only where the database is away nothing else would go either.
fn get_past(step: &'static str, result: Result<usize>) -> Result<usize> {
    match result {
        Err(error) if !error.is_outage() => {
            tracing::error!(step, %error, "a step before the jobs failed; the jobs go on");
            Ok(0)
        }
        other => other,
    }
}

async fn claim(app: &App, room: Room) -> Result<Vec<Job>> {
    if room.limit == 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    Ok(app.db.transact(move |c| c.claim(now, &room, LEASE_MS)).await?)
}

/// Runs everything that is due now, one after the other, and answers how many jobs ran; for tests
/// and commands that must not return before the work is done.
pub async fn run_due(app: &App) -> Result<usize> {
    let mut ran = 0;
    loop {
        get_past("schedules", schedules::run_due(app).await)?;
        let dispatched = prepare(app).await?;
        let jobs = claim(app, Room::of(1)).await?;
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
    let ended = tokio::select! {
        ended = run(app, &job) => ended,
        () = hold_on(app, &job) => {
            tracing::warn!(job = %job.id, "somebody else has the job now");
            return;
        }
    };
    let settlement = match ended {
        Ok(Outcome::Done) => Settlement::Done,
        Ok(Outcome::Again { at, problem, rest }) => Settlement::Again { at, problem, rest },
        Err(error) => {
            tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, %error, "a job failed");
            judge(app.means(), &job, &error)
        }
    };
    let (app2, done) = (app.clone(), job.clone());
    let settled = app
        .db
        .transact(move |c| -> Result<()> {
            settle(c, app2.means(), &done, &settlement)?;
            tell_of(&app2, c, &done, &settlement)
        })
        .await;
    if let Err(error) = settled {
        // Somebody else has the job now, or the database is away: the lease decides.
        tracing::warn!(job = %job.id, %error, "a job's end could not be noted");
    }
}

/// Tells people of work that was given up, in the words of what it was about.
fn tell_of(app: &App, c: &mut store::Conn, job: &Job, settlement: &Settlement) -> Result<()> {
    if matches!(settlement, Settlement::Bury { .. }) {
        match job.kind.as_str() {
            imports::RUN => return imports::give_up(app, c, job),
            sweeps::RUN => return sweeps::give_up(app, c, job),
            exports::everything::RUN => return exports::everything::give_up(app, c, job),
            endpoints::DELIVER => return endpoints::give_up(app, c, job),
            PLUGIN_EVENT => return approvals::give_up_asking(app, c, job),
            _ => {}
        }
    }
    if job.kind != CALENDAR_PUSH || !matches!(settlement, Settlement::Bury { .. }) {
        return Ok(());
    }
    let id = job.payload_json.0["appointment"].as_str().and_then(|id| id.parse().ok());
    id.map_or(Ok(()), |id| notifications::appointment_unsent(app, c, &job.tenant_id, &id))
}

/// Keeps the job's lease for as long as it is worked on; returns when it is lost.
async fn hold_on(app: &App, job: &Job) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let (id, token) = (job.id.clone(), job.lease_token);
        let until = app.clock.now().plus_millis(LEASE_MS);
        let held = app.db.transact(move |c| store::jobs::extend(c, &id, token, until)).await;
        if matches!(held, Err(store::Error::Conflict | store::Error::NotFound)) {
            return;
        }
    }
}

async fn run(app: &App, job: &Job) -> Result<Outcome> {
    match job.kind.as_str() {
        CALENDAR_PUSH => calendar_push::run(app, job).await,
        CALENDAR_WITHDRAW => calendar_push::withdrawal::run(app, job).await,
        CALENDAR_PULL => calendar_pull::run(app, job).await,
        CALENDAR_WATCH => channels::run(app, job).await,
        PLUGIN_JOB => run_plugin_job(app, job).await,
        PLUGIN_EVENT => outbox::deliver(app, job).await,
        PLUGIN_WEBHOOK => webhooks::deliver(app, job).await,
        REMINDERS_PLAN => reminders::run(app, job).await,
        MAIL_SEND => mail::run(app, job).await,
        imports::RUN => imports::run(app, job).await,
        sweeps::RUN => sweeps::run(app, job).await,
        exports::everything::RUN => exports::everything::run(app, job).await,
        endpoints::DELIVER => endpoints::run(app, job).await,
        OUTBOX_SPREAD => outbox::run_apart(app, job).await,
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
