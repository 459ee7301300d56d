//! Giving jobs back. Each lease has a token that is larger than the one before:
//! who was away for too long holds a stale one, and what they bring back is refused.

use diesel::prelude::*;
use domain::{JobId, Timestamp};

use super::{Job, JobState};
use crate::backend::Conn;
use crate::error::{Error, Result, settled};
use crate::schema::jobs;
use crate::scope;

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
