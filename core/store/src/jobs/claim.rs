//! Taking jobs: what was never returned comes back first, then the lanes take turns.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::Timestamp;

use super::turns::{Lane, Room, choose, tenant_of};
use super::{Job, JobState, LEASE_RAN_OUT};
use crate::backend::{Backend, Conn};
use crate::error::Result;
use crate::schema::{job_lanes, job_turns, jobs};
use crate::scope;

/// A lease that ran out counts as a try: a job that takes its process down with it must end too.
/// SQLite counts parameters in the order in which they first stand here.
const EXPIRE: &str = "\
    UPDATE jobs SET updated_at = $1,
        state = CASE
            WHEN attempts >= attempts_max THEN 'dead'
            WHEN held_by_plugin OR held_by_connection THEN 'paused'
            ELSE 'ready' END,
        last_problem = $2, lease_until = NULL
    WHERE id IN (SELECT id FROM jobs WHERE state = 'leased' AND lease_until <= $1";

/// Lanes with something to do that need not wait for their provider. Walks the index from lane to
/// lane, so a long queue costs no more than a short one. A lane begins with its tenant's id, which
/// has 36 characters.
const LANES: &str = "\
    WITH RECURSIVE waiting (lane) AS (
        SELECT MIN(lane) FROM jobs WHERE state = 'ready'
        UNION ALL
        SELECT (SELECT MIN(j.lane) FROM jobs j WHERE j.state = 'ready' AND j.lane > w.lane)
        FROM waiting w WHERE w.lane IS NOT NULL
    )
    SELECT w.lane AS lane, COALESCE(l.turn, 0) AS turn, COALESCE(t.turn, 0) AS tenant_turn
    FROM waiting w
        LEFT JOIN job_lanes l ON l.lane = w.lane
        LEFT JOIN job_turns t ON t.tenant_id = SUBSTR(w.lane, 1, 36)
    WHERE w.lane IS NOT NULL AND COALESCE(l.not_before, 0) <= $1 AND EXISTS (
        SELECT 1 FROM jobs j
        WHERE j.state = 'ready' AND j.lane = w.lane AND j.run_at <= $1)";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    lane: String,
    #[diesel(sql_type = BigInt)]
    turn: i64,
    #[diesel(sql_type = BigInt)]
    tenant_turn: i64,
}

/// Takes up to `limit` jobs whose time has come, each under a lease of `lease_ms`, whoever's they
/// are: [`claim_into`] for a process that does nothing else.
pub fn claim(c: &mut Conn, now: Timestamp, limit: i64, lease_ms: i64) -> Result<Vec<Job>> {
    scope::system(c)?;
    claim_into(c, now, &Room::of(usize::try_from(limit).unwrap_or_default()), lease_ms)
}

/// Takes as many jobs whose time has come as there is room for, each under a lease of `lease_ms`.
/// Businesses take turns, so one with a hundred thousand jobs doesn't keep another's one waiting,
/// and so do the plugins and connections of each. Also gives back to the queue what others took and
/// never returned.
pub fn claim_into(c: &mut Conn, now: Timestamp, room: &Room, lease_ms: i64) -> Result<Vec<Job>> {
    scope::system(c)?;
    expire(c, now)?;
    if room.limit == 0 {
        return Ok(Vec::new());
    }
    let waiting: Vec<Waiting> =
        diesel::sql_query(LANES).bind::<BigInt, _>(now.as_millis()).load(c)?;
    let lanes = waiting.into_iter().map(|row| Lane {
        lane: row.lane,
        turn: row.turn,
        tenant_turn: row.tenant_turn,
    });
    let chosen = choose(lanes.collect(), room, |lane, most| due(c, lane, now, most))?;
    let ids: Vec<&str> = chosen.iter().map(|(id, _)| id.as_str()).collect();
    let jobs = lease(c, &ids, now, now.plus_millis(lease_ms))?;
    note_turns(c, &jobs)?;
    Ok(jobs)
}

fn expire(c: &mut Conn, now: Timestamp) -> Result<()> {
    // Another process may be ending one of them just now; it is left to that one.
    let end = match c.backend() {
        Backend::Sqlite => ")",
        Backend::Postgres => " FOR UPDATE SKIP LOCKED)",
    };
    diesel::sql_query(format!("{EXPIRE}{end}"))
        .bind::<BigInt, _>(now.as_millis())
        .bind::<Text, _>(LEASE_RAN_OUT)
        .execute(c)?;
    Ok(())
}

/// A lane's next jobs; on PostgreSQL held until the transaction ends, passing by those that another
/// process holds.
fn due(c: &mut Conn, lane: &str, now: Timestamp, most: usize) -> Result<Vec<String>> {
    let query = jobs::table
        .filter(jobs::state.eq(JobState::Ready.as_str()))
        .filter(jobs::lane.eq(lane))
        .filter(jobs::run_at.le(now.as_millis()))
        .order((jobs::run_at, jobs::id))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(jobs::id);
    Ok(each_backend!(
        c,
        Sqlite(c) => query.load(c)?,
        Postgres(c) => query.for_update().skip_locked().load(c)?
    ))
}

fn lease(c: &mut Conn, ids: &[&str], now: Timestamp, until: Timestamp) -> Result<Vec<Job>> {
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
    leased.sort_by_key(|job| ids.iter().position(|id| *id == job.id.as_str()));
    Ok(leased)
}

/// Puts the lanes and tenants that were served at the end of their lines.
fn note_turns(c: &mut Conn, jobs: &[Job]) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let last: Option<i64> = job_turns::table.select(diesel::dsl::max(job_turns::turn)).first(c)?;
    let mut turns: Vec<(&str, i64)> = Vec::new();
    for (job, turn) in jobs.iter().zip(last.unwrap_or(0) + 1..) {
        match turns.iter_mut().find(|(lane, _)| *lane == job.lane) {
            Some(seen) => seen.1 = turn,
            None => turns.push((&job.lane, turn)),
        }
    }
    // Always in the same order, or two processes could wait for each other in a circle: the first
    // tenant's row, then its lanes, then the next.
    turns.sort_unstable();
    for lanes in turns.chunk_by(|a, b| tenant_of(a.0) == tenant_of(b.0)) {
        let tenant = tenant_of(lanes[0].0);
        let turn = lanes.iter().map(|lane| lane.1).max().unwrap_or_default();
        let insert = diesel::insert_into(job_turns::table)
            .values((job_turns::tenant_id.eq(tenant), job_turns::turn.eq(turn)))
            .on_conflict(job_turns::tenant_id)
            .do_update()
            .set(job_turns::turn.eq(turn));
        each_backend!(c, |c| insert.execute(c)?);
        for (lane, turn) in lanes {
            note_lane(c, tenant, lane, *turn)?;
        }
    }
    Ok(())
}

fn note_lane(c: &mut Conn, tenant: &str, lane: &str, turn: i64) -> Result<()> {
    let insert = diesel::insert_into(job_lanes::table)
        .values((
            job_lanes::lane.eq(lane),
            job_lanes::tenant_id.eq(tenant),
            job_lanes::turn.eq(turn),
            job_lanes::not_before.eq(0_i64),
        ))
        .on_conflict(job_lanes::lane)
        .do_update()
        .set(job_lanes::turn.eq(turn));
    each_backend!(c, |c| insert.execute(c)?);
    Ok(())
}

/// Leaves a lane alone until an instant, as its provider asked: none of its jobs is taken before.
/// What was asked last counts.
pub fn rest(c: &mut Conn, job: &Job, until: Timestamp) -> Result<()> {
    scope::tenant(c, &job.tenant_id)?;
    let insert = diesel::insert_into(job_lanes::table)
        .values((
            job_lanes::lane.eq(&job.lane),
            job_lanes::tenant_id.eq(job.tenant_id.as_str()),
            job_lanes::turn.eq(0_i64),
            job_lanes::not_before.eq(until.as_millis()),
        ))
        .on_conflict(job_lanes::lane)
        .do_update()
        .set(job_lanes::not_before.eq(until.as_millis()));
    each_backend!(c, |c| insert.execute(c)?);
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
        // As the index says it.
        .filter(jobs::lease_until.is_not_null())
        .select(diesel::dsl::min(jobs::lease_until))
        .first(c)?;
    Ok(ready.into_iter().chain(lease).min().map(Timestamp::from_millis))
}
