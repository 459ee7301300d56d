//! Jobs that were given up: looked at, tried again, or set aside by a person.

use diesel::prelude::*;
use domain::{JobId, TenantId, Timestamp};

use super::{Job, JobState};
use crate::backend::{Conn, MultiBackend};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, bounded};
use crate::schema::jobs;
use crate::scope;

/// Those of a tenant that nobody set aside.
fn open(tenant: &TenantId) -> jobs::BoxedQuery<'_, MultiBackend> {
    jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::dismissed_at.is_null())
        .into_boxed()
}

/// A page of the tenant's jobs that were given up and not set aside, the latest first.
pub fn list_dead(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Job>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let mut query = open(tenant);
    if let Some(after) = after {
        let same = jobs::updated_at.eq(after.at).and(jobs::id.lt(after.id.clone()));
        query = query.filter(jobs::updated_at.lt(after.at).or(same));
    }
    let rows: Vec<Job> = query
        .order((jobs::updated_at.desc(), jobs::id.desc()))
        .limit(limit + 1)
        .select(Job::as_select())
        .load(c)?;
    Ok(Page::cut(rows, limit, |last| Cursor::new(last.updated_at, last.id.as_str())))
}

/// How many of the tenant's jobs were given up and not set aside.
pub fn count_dead(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(open(tenant).count().get_result(c)?)
}

/// The same, counted by kind, the most first.
pub fn count_dead_by_kind(c: &mut Conn, tenant: &TenantId) -> Result<Vec<(String, i64)>> {
    scope::tenant(c, tenant)?;
    let mut counts: Vec<(String, i64)> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::dismissed_at.is_null())
        .group_by(jobs::kind)
        .select((jobs::kind, diesel::dsl::count_star()))
        .load(c)?;
    counts.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    Ok(counts)
}

/// How many jobs of the whole installation wait, and how many were given up and not set aside.
pub fn count_waiting_and_dead(c: &mut Conn) -> Result<(i64, i64)> {
    scope::system(c)?;
    let of = |state: JobState| jobs::table.filter(jobs::state.eq(state.as_str()));
    let waiting = of(JobState::Ready).count().get_result(c)?;
    let dead = of(JobState::Dead).filter(jobs::dismissed_at.is_null()).count().get_result(c)?;
    Ok((waiting, dead))
}

/// The ids of all jobs of a kind that were given up and not set aside, oldest first, at most
/// `limit`.
pub fn list_dead_of_kind(
    c: &mut Conn,
    tenant: &TenantId,
    kind: &str,
    limit: i64,
) -> Result<Vec<JobId>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<Job> = open(tenant)
        .filter(jobs::kind.eq(kind.to_owned()))
        .order((jobs::updated_at, jobs::id))
        .limit(limit)
        .select(Job::as_select())
        .load(c)?;
    Ok(rows.into_iter().map(|job| job.id).collect())
}

/// Gives a dead job all its tries again, from now on; its key stays, so what it did already it does
/// not do again. Answers whether it was dead: trying again twice is once.
///
/// # Errors
/// [`Error::NotFound`] when the tenant doesn't have it.
pub fn replay(c: &mut Conn, tenant: &TenantId, id: &JobId, now: Timestamp) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let job = super::get(c, tenant, id)?;
    let held = job.held_by_plugin || job.held_by_connection;
    let state = if held { JobState::Paused } else { JobState::Ready };
    let dead = jobs::table.find(id.as_str()).filter(jobs::state.eq(JobState::Dead.as_str()));
    let set = (
        jobs::state.eq(state.as_str()),
        jobs::attempts.eq(0_i64),
        jobs::run_at.eq(now.as_millis()),
        jobs::dismissed_at.eq(None::<i64>),
        jobs::updated_at.eq(now.as_millis()),
    );
    Ok(diesel::update(dead).set(set).execute(c)? > 0)
}

/// Sets a dead job aside: it is kept for a while and never run. Answers whether it was there to be
/// set aside: twice is once.
///
/// # Errors
/// [`Error::NotFound`] when the tenant doesn't have it.
pub fn dismiss(c: &mut Conn, tenant: &TenantId, id: &JobId, now: Timestamp) -> Result<bool> {
    scope::tenant(c, tenant)?;
    let target = jobs::table
        .find(id.as_str())
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::dismissed_at.is_null());
    let set = jobs::dismissed_at.eq(now.as_millis());
    if diesel::update(target).set(set).execute(c)? > 0 {
        return Ok(true);
    }
    super::find(c, tenant, id)?.map(|_| false).ok_or(Error::NotFound)
}

/// Sets aside every dead job of a kind whose payload names this id, such as when it is tried otherwise;
/// answers how many.
pub fn dismiss_about(
    c: &mut Conn,
    tenant: &TenantId,
    kind: &str,
    about: &str,
    now: Timestamp,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let target = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::dismissed_at.is_null())
        .filter(jobs::payload_json.like(format!("%\"{about}\"%")));
    Ok(diesel::update(target).set(jobs::dismissed_at.eq(now.as_millis())).execute(c)?)
}

/// Removes jobs of all tenants that were set aside before; answers how many.
pub fn delete_dismissed(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = jobs::table
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::dismissed_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}

/// Removes jobs of all tenants that were given up before and that nobody ever looked after; answers
/// how many.
pub fn delete_dead(c: &mut Conn, before: Timestamp) -> Result<usize> {
    scope::system(c)?;
    let old = jobs::table
        .filter(jobs::state.eq(JobState::Dead.as_str()))
        .filter(jobs::updated_at.lt(before.as_millis()));
    Ok(diesel::delete(old).execute(c)?)
}
