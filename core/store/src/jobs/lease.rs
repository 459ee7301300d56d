//! Taking jobs and giving them back. Each lease has a token that is larger than the one before:
//! who was away for too long holds a stale one, and what they bring back is refused.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::{JobId, Timestamp};

use super::{Job, JobState};
use crate::backend::{Backend, Conn};
use crate::error::{Error, Result, settled};
use crate::schema::{job_turns, jobs};
use crate::scope;

/// A lease that ran out counts as a try: a job that takes its process down with it must end too.
const EXPIRE: &str = "\
    UPDATE jobs SET
        state = CASE
            WHEN attempts >= attempts_max THEN 'dead'
            WHEN held_by_plugin OR held_by_connection THEN 'paused'
            ELSE 'ready' END,
        last_problem = 'lease ran out', lease_until = NULL, updated_at = $1
    WHERE id IN (SELECT id FROM jobs WHERE state = 'leased' AND lease_until <= $1";

/// Tenants with something to do, the one served longest ago first. Walks the index from tenant to
/// tenant, so a long queue of one costs nothing.
const TENANTS: &str = "\
    WITH RECURSIVE waiting (tenant_id) AS (
        SELECT MIN(tenant_id) FROM jobs WHERE state = 'ready'
        UNION ALL
        SELECT (SELECT MIN(j.tenant_id) FROM jobs j
                WHERE j.state = 'ready' AND j.tenant_id > w.tenant_id)
        FROM waiting w WHERE w.tenant_id IS NOT NULL
    )
    SELECT w.tenant_id AS tenant_id
    FROM waiting w LEFT JOIN job_turns t ON t.tenant_id = w.tenant_id
    WHERE w.tenant_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM jobs j
        WHERE j.state = 'ready' AND j.tenant_id = w.tenant_id AND j.run_at <= $1)
    ORDER BY COALESCE(t.turn, 0), w.tenant_id LIMIT $2";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    tenant_id: String,
}

/// Takes up to `limit` jobs whose time has come, each under a lease of `lease_ms`. Tenants take
/// turns, so one with ten thousand jobs doesn't keep another's one waiting. Also gives back to the
/// queue what others took and never returned.
pub fn claim(c: &mut Conn, now: Timestamp, limit: i64, lease_ms: i64) -> Result<Vec<Job>> {
    scope::system(c)?;
    expire(c, now)?;
    let tenants: Vec<Waiting> = diesel::sql_query(TENANTS)
        .bind::<BigInt, _>(now.as_millis())
        .bind::<BigInt, _>(limit)
        .load(c)?;
    let mut queues = Vec::with_capacity(tenants.len());
    // With enough tenants for all places one job each is enough.
    let each = if i64::try_from(tenants.len()).is_ok_and(|n| n >= limit) { 1 } else { limit };
    for tenant in &tenants {
        queues.push(due(c, &tenant.tenant_id, now, each)?.into_iter());
    }
    let ids = take_turns(&mut queues, usize::try_from(limit).unwrap_or(0));
    let jobs = lease(c, &ids, now, now.plus_millis(lease_ms))?;
    note_turns(c, &tenants, &jobs)?;
    Ok(jobs)
}

fn expire(c: &mut Conn, now: Timestamp) -> Result<()> {
    // Another process may be ending one of them just now; it is left to that one.
    let end = match c.backend() {
        Backend::Sqlite => ")",
        Backend::Postgres => " FOR UPDATE SKIP LOCKED)",
    };
    diesel::sql_query(format!("{EXPIRE}{end}")).bind::<BigInt, _>(now.as_millis()).execute(c)?;
    Ok(())
}

/// A tenant's next jobs; on PostgreSQL held until the transaction ends, passing by those that
/// another process holds.
fn due(c: &mut Conn, tenant: &str, now: Timestamp, limit: i64) -> Result<Vec<String>> {
    let query = jobs::table
        .filter(jobs::state.eq(JobState::Ready.as_str()))
        .filter(jobs::tenant_id.eq(tenant))
        .filter(jobs::run_at.le(now.as_millis()))
        .order((jobs::run_at, jobs::id))
        .limit(limit)
        .select(jobs::id);
    Ok(each_backend!(
        c,
        Sqlite(c) => query.load(c)?,
        Postgres(c) => query.for_update().skip_locked().load(c)?
    ))
}

/// One of each queue in turn, until there are enough.
fn take_turns(queues: &mut [std::vec::IntoIter<String>], limit: usize) -> Vec<String> {
    let mut taken = Vec::new();
    loop {
        let before = taken.len();
        for queue in &mut *queues {
            if taken.len() < limit {
                taken.extend(queue.next());
            }
        }
        if taken.len() == before || taken.len() >= limit {
            return taken;
        }
    }
}

fn lease(c: &mut Conn, ids: &[String], now: Timestamp, until: Timestamp) -> Result<Vec<Job>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let target =
        jobs::table.filter(jobs::id.eq_any(ids)).filter(jobs::state.eq(JobState::Ready.as_str()));
    let set = (
        jobs::state.eq(JobState::Leased.as_str()),
        jobs::attempts.eq(jobs::attempts + 1),
        jobs::lease_token.eq(jobs::lease_token + 1),
        jobs::lease_until.eq(until.as_millis()),
        jobs::updated_at.eq(now.as_millis()),
    );
    diesel::update(target).set(set).execute(c)?;
    let rows = jobs::table.filter(jobs::id.eq_any(ids)).select(Job::as_select());
    let mut leased: Vec<Job> = rows.load(c)?;
    // In the order of turns, which is that of `ids`.
    leased.sort_by_key(|job| ids.iter().position(|id| id == job.id.as_str()));
    Ok(leased)
}

/// Puts the tenants that were served at the end of the line.
fn note_turns(c: &mut Conn, tenants: &[Waiting], jobs: &[Job]) -> Result<()> {
    let last: Option<i64> = job_turns::table.select(diesel::dsl::max(job_turns::turn)).first(c)?;
    let mut turns: Vec<(&str, i64)> = Vec::new();
    for tenant in tenants {
        if jobs.iter().any(|job| job.tenant_id.as_str() == tenant.tenant_id) {
            let after = turns.last().map_or(last.unwrap_or(0), |(_, turn)| *turn);
            turns.push((&tenant.tenant_id, after + 1));
        }
    }
    // Always in the same order, or two processes could wait for each other in a circle.
    turns.sort_unstable();
    for (tenant, turn) in turns {
        let insert = diesel::insert_into(job_turns::table)
            .values((job_turns::tenant_id.eq(tenant), job_turns::turn.eq(turn)))
            .on_conflict(job_turns::tenant_id)
            .do_update()
            .set(job_turns::turn.eq(turn));
        each_backend!(c, |c| insert.execute(c)?);
    }
    Ok(())
}

/// When there will be something to claim: a job's time, or the end of a lease.
pub fn next_due(c: &mut Conn) -> Result<Option<Timestamp>> {
    scope::system(c)?;
    let ready: Option<i64> = jobs::table
        .filter(jobs::state.eq(JobState::Ready.as_str()))
        .select(diesel::dsl::min(jobs::run_at))
        .first(c)?;
    let lease: Option<i64> = jobs::table
        .filter(jobs::state.eq(JobState::Leased.as_str()))
        .select(diesel::dsl::min(jobs::lease_until))
        .first(c)?;
    Ok(ready.into_iter().chain(lease).min().map(Timestamp::from_millis))
}

type Held<'a> = diesel::helper_types::Filter<
    diesel::helper_types::Filter<
        diesel::helper_types::Find<jobs::table, &'a str>,
        diesel::dsl::Eq<jobs::state, &'static str>,
    >,
    diesel::dsl::Eq<jobs::lease_token, i64>,
>;

/// The job while it is leased under this token.
fn held(id: &JobId, token: i64) -> Held<'_> {
    jobs::table
        .find(id.as_str())
        .filter(jobs::state.eq(JobState::Leased.as_str()))
        .filter(jobs::lease_token.eq(token))
}

fn exists(c: &mut Conn, id: &JobId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(jobs::table.find(id.as_str()))).get_result(c)?)
}

/// Ends the job as done.
///
/// # Errors
/// [`Error::Conflict`] when the token is stale: somebody else has the job, or had it since.
pub fn finish(c: &mut Conn, id: &JobId, token: i64, now: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set = (
        jobs::state.eq(JobState::Done.as_str()),
        jobs::lease_until.eq(None::<i64>),
        jobs::last_problem.eq(None::<String>),
        jobs::updated_at.eq(now.as_millis()),
    );
    settled(diesel::update(held(id, token)).set(set).execute(c)?, || exists(c, id))
}

/// Gives the job up.
///
/// # Errors
/// [`Error::Conflict`] when the token is stale.
pub fn bury(c: &mut Conn, id: &JobId, token: i64, problem: &str, now: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set = (
        jobs::state.eq(JobState::Dead.as_str()),
        jobs::lease_until.eq(None::<i64>),
        jobs::last_problem.eq(problem),
        jobs::updated_at.eq(now.as_millis()),
    );
    settled(diesel::update(held(id, token)).set(set).execute(c)?, || exists(c, id))
}

/// Gives the job back to be tried again later, or gives it up when that was its last try; answers
/// which. One whose plugin or connection was turned off meanwhile is paused.
///
/// # Errors
/// [`Error::Conflict`] when the token is stale.
pub fn retry(
    c: &mut Conn,
    id: &JobId,
    token: i64,
    run_at: Timestamp,
    problem: &str,
    now: Timestamp,
) -> Result<JobState> {
    scope::system(c)?;
    give_back(c, id, token, Back { run_at, problem: Some(problem), counts: true }, now)
}

/// Gives the job back without spending a try, as when the vault is sealed or there is no room.
///
/// # Errors
/// [`Error::Conflict`] when the token is stale.
pub fn defer(
    c: &mut Conn,
    id: &JobId,
    token: i64,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<JobState> {
    scope::system(c)?;
    give_back(c, id, token, Back { run_at, problem: None, counts: false }, now)
}

struct Back<'a> {
    run_at: Timestamp,
    problem: Option<&'a str>,
    counts: bool,
}

fn give_back(
    c: &mut Conn,
    id: &JobId,
    token: i64,
    back: Back<'_>,
    now: Timestamp,
) -> Result<JobState> {
    let row = held(id, token);
    let job: Option<Job> = each_backend!(
        c,
        Sqlite(c) => row.select(Job::as_select()).first(c).optional()?,
        Postgres(c) => row.select(Job::as_select()).for_update().first(c).optional()?
    );
    let Some(job) = job else {
        return Err(if exists(c, id)? { Error::Conflict } else { Error::NotFound });
    };
    let state = if back.counts && job.attempts >= job.attempts_max {
        JobState::Dead
    } else if job.held_by_plugin || job.held_by_connection {
        JobState::Paused
    } else {
        JobState::Ready
    };
    let set = (
        jobs::state.eq(state.as_str()),
        jobs::run_at.eq(back.run_at.as_millis()),
        jobs::attempts.eq(job.attempts - i64::from(!back.counts)),
        jobs::lease_until.eq(None::<i64>),
        jobs::last_problem.eq(back.problem),
        jobs::updated_at.eq(now.as_millis()),
    );
    settled(diesel::update(held(id, token)).set(set).execute(c)?, || exists(c, id))?;
    Ok(state)
}

/// Keeps the lease for longer.
///
/// # Errors
/// [`Error::Conflict`] when the token is stale: stop working on the job.
pub fn extend(c: &mut Conn, id: &JobId, token: i64, until: Timestamp) -> Result<()> {
    scope::system(c)?;
    let set = jobs::lease_until.eq(until.as_millis());
    settled(diesel::update(held(id, token)).set(set).execute(c)?, || exists(c, id))
}
