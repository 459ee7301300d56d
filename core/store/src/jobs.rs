//! Work that is done later, by whichever process takes it. `claim` and `lease` are for those who do
//! the work, `turns` decides whose is done first, `hold` is for turning plugins and connections off
//! and on, `dead` for what was given up.

mod claim;
mod dead;
mod hold;
mod lease;
mod turns;

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{ConnectionId, JobId, PluginId, TenantId, Timestamp};

use crate::backend::{Conn, MultiBackend};
use crate::columns::{Json, Opt};
use crate::error::{Error, Result, settled};
use crate::page::{Cursor, Page, bounded};
use crate::schema::{connections, jobs, tenant_plugins};
use crate::scope;

pub use claim::{claim, claim_into, next_due, rest};
pub use dead::replay;
pub use dead::{
    count_dead, count_dead_by_kind, count_waiting_and_dead, delete_dead, delete_dismissed, dismiss,
    dismiss_about, list_dead, list_dead_of_kind,
};
pub use hold::{
    cancel_in_lane, cancel_of_connection, cancel_of_plugin, pause_connection, pause_plugin,
};
pub use hold::{resume_connection, resume_plugin};
pub use lease::{bury, defer, extend, finish, retry};
pub use turns::{Lane, Room, choose, lane_of, lane_of_endpoint};

/// The problem of a job whose lease ran out: whoever was at it went away.
pub const LEASE_RAN_OUT: &str = "lease-ran-out";

words! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time, or for somebody to take it.
        Ready = "ready",
        /// Somebody is at it.
        Leased = "leased",
        /// Done.
        Done = "done",
        /// Given up; somebody may replay it.
        Dead = "dead",
        /// Held back with its plugin or connection.
        Paused = "paused",
    }
}

row! {
    /// A job.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Job: jobs, [Queryable, Selectable, Insertable] {
        pub id: JobId as String,
        pub tenant_id: TenantId as String,
        pub kind: String,
        pub plugin_id: Option<PluginId> as Opt<String, PluginId>,
        pub connection_id: Option<ConnectionId> as Opt<String, ConnectionId>,
        pub unique_key: Option<String>,
        pub payload_json: Json as String,
        pub state: JobState as String,
        pub run_at: Timestamp as i64,
        pub attempts: i64,
        pub attempts_max: i64,
        pub lease_token: i64,
        pub lease_until: Option<Timestamp> as Opt<i64, Timestamp>,
        pub held_by_plugin: bool,
        pub held_by_connection: bool,
        pub last_problem: Option<String>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub lane: String,
        pub dismissed_at: Option<Timestamp> as Opt<i64, Timestamp>,
    }
}

/// Whether the same work may be asked for twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// Yes.
    No,
    /// Not while a job of this kind and key is unfinished.
    WhileUnfinished(String),
    /// Never again, as long as the finished job is remembered.
    Ever(String),
}

/// A job to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What to do.
    pub kind: String,
    /// The plugin that does it; its jobs stop with it.
    pub plugin_id: Option<PluginId>,
    /// The connection it needs; its jobs stop with it.
    pub connection_id: Option<ConnectionId>,
    /// Whether it may be there twice.
    pub once: Once,
    /// What to do it with.
    pub payload_json: Json,
    /// When, at the earliest.
    pub run_at: Timestamp,
    /// How often to try.
    pub attempts_max: i64,
}

/// The job that does the work asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    /// Its id: of the one that was there already, where there was one.
    pub id: JobId,
    /// Whether it is a new one.
    pub is_new: bool,
}

/// Adds a job, unless the same work is waiting (or was done) already. The job of a plugin that is
/// off, or of a connection that doesn't work, is paused from the start.
pub fn enqueue(c: &mut Conn, new: &NewJob, now: Timestamp) -> Result<Enqueued> {
    scope::tenant(c, &new.tenant_id)?;
    let lane = lane_of(&new.tenant_id, new.plugin_id.as_ref(), new.connection_id.as_ref());
    enqueue_in(c, new, lane, now)
}

/// [`enqueue`] in a lane of one's own choosing; it begins with the tenant's id.
pub fn enqueue_in(c: &mut Conn, new: &NewJob, lane: String, now: Timestamp) -> Result<Enqueued> {
    scope::tenant(c, &new.tenant_id)?;
    let (key, ever) = match &new.once {
        Once::No => (None, false),
        Once::WhileUnfinished(key) => (Some(key.clone()), false),
        Once::Ever(key) => (Some(key.clone()), true),
    };
    let job = to_row(c, new, key.clone(), lane, now)?;
    // The second round is for a finished job that gives up its key, the third for one that did so
    // at the same moment.
    for _ in 0..3 {
        let insert = diesel::insert_into(jobs::table).values(job.clone()).on_conflict_do_nothing();
        if each_backend!(c, |c| insert.execute(c)?) > 0 {
            return Ok(Enqueued { id: new.id.clone(), is_new: true });
        }
        let there = key.as_deref().map(|key| find_by_key(c, new, key)).transpose()?.flatten();
        match there {
            Some(job) if ever || !matches!(job.state, JobState::Done | JobState::Dead) => {
                return Ok(Enqueued { id: job.id, is_new: false });
            }
            Some(job) => release_key(c, &job)?,
            None => {}
        }
    }
    Err(Error::Conflict)
}

fn to_row(
    c: &mut Conn,
    new: &NewJob,
    key: Option<String>,
    lane: String,
    now: Timestamp,
) -> Result<Job> {
    let held_by_plugin = plugin_is_off(c, new)?;
    let held_by_connection = connection_is_out(c, new)?;
    let held = held_by_plugin || held_by_connection;
    Ok(Job {
        id: new.id.clone(),
        tenant_id: new.tenant_id.clone(),
        kind: new.kind.clone(),
        plugin_id: new.plugin_id.clone(),
        connection_id: new.connection_id.clone(),
        unique_key: key,
        payload_json: new.payload_json.clone(),
        state: if held { JobState::Paused } else { JobState::Ready },
        run_at: new.run_at,
        attempts: 0,
        attempts_max: new.attempts_max.max(1),
        lease_token: 0,
        lease_until: None,
        held_by_plugin,
        held_by_connection,
        last_problem: None,
        created_at: now,
        updated_at: now,
        lane,
        dismissed_at: None,
    })
}

fn plugin_is_off(c: &mut Conn, new: &NewJob) -> Result<bool> {
    let Some(plugin) = &new.plugin_id else { return Ok(false) };
    let off = tenant_plugins::table
        .find((new.tenant_id.as_str(), plugin.as_str()))
        .filter(tenant_plugins::enabled.eq(false));
    Ok(each_backend!(c, |c| diesel::select(exists(off)).get_result(c)?))
}

fn connection_is_out(c: &mut Conn, new: &NewJob) -> Result<bool> {
    let Some(connection) = &new.connection_id else { return Ok(false) };
    let out = connections::table
        .find((new.tenant_id.as_str(), connection.as_str()))
        .filter(connections::state.ne("working"));
    Ok(diesel::select(exists(out)).get_result(c)?)
}

fn find_by_key(c: &mut Conn, new: &NewJob, key: &str) -> Result<Option<Job>> {
    let mut query = jobs::table
        .filter(jobs::tenant_id.eq(new.tenant_id.as_str()))
        .filter(jobs::kind.eq(&*new.kind))
        .filter(jobs::unique_key.eq(key))
        .into_boxed();
    query = match &new.plugin_id {
        Some(plugin) => query.filter(jobs::plugin_id.eq(plugin.as_str())),
        None => query.filter(jobs::plugin_id.is_null()),
    };
    Ok(query.select(Job::as_select()).first(c).optional()?)
}

fn release_key(c: &mut Conn, finished: &Job) -> Result<()> {
    let target =
        jobs::table.find(finished.id.as_str()).filter(jobs::state.eq(finished.state.as_str()));
    diesel::update(target).set(jobs::unique_key.eq(None::<String>)).execute(c)?;
    Ok(())
}

/// The job, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &JobId) -> Result<Option<Job>> {
    scope::tenant(c, tenant)?;
    let query = jobs::table.find(id.as_str()).filter(jobs::tenant_id.eq(tenant.as_str()));
    Ok(query.select(Job::as_select()).first(c).optional()?)
}

/// The job, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &JobId) -> Result<Job> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only in this state.
    pub state: Option<JobState>,
    /// Only of this plugin.
    pub plugin_id: Option<PluginId>,
    /// Only of this connection.
    pub connection_id: Option<ConnectionId>,
}

fn matching<'a>(tenant: &'a TenantId, filter: &'a JobFilter) -> jobs::BoxedQuery<'a, MultiBackend> {
    let mut query = jobs::table.filter(jobs::tenant_id.eq(tenant.as_str())).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(jobs::state.eq(state.as_str()));
    }
    if let Some(plugin) = &filter.plugin_id {
        query = query.filter(jobs::plugin_id.eq(plugin.as_str()));
    }
    if let Some(connection) = &filter.connection_id {
        query = query.filter(jobs::connection_id.eq(connection.as_str()));
    }
    query
}

/// A page of the tenant's jobs, newest first.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &JobFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Job>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = matching(tenant, filter);
    if let Some(after) = after {
        let same = jobs::created_at.eq(after.at).and(jobs::id.lt(after.id.clone()));
        query = query.filter(jobs::created_at.lt(after.at).or(same));
    }
    let rows: Vec<Job> = query
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .limit(limit + 1)
        .select(Job::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.created_at, last.id.as_str())))
}

/// How many of the tenant's jobs match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &JobFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(matching(tenant, filter).count().get_result(c)?)
}

/// Takes the job back while nobody is at it.
///
/// # Errors
/// [`Error::Conflict`] when somebody is, or it has ended.
pub fn cancel(c: &mut Conn, tenant: &TenantId, id: &JobId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let waiting = jobs::table
        .find(id.as_str())
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::state.eq_any(["ready", "paused"]));
    let rows = diesel::delete(waiting).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))
}

/// Removes jobs of all tenants that were done before; answers how many. Dead ones stay.
pub fn delete_finished(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = jobs::table
        .filter(jobs::state.eq(JobState::Done.as_str()))
        .filter(jobs::updated_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
