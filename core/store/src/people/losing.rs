//! What many people lose at once because it goes: their stage, what it made of them, or whoever looked after
//! them. Some at a time, as many as one transaction can bear. Who is deleted loses it like the others.

use diesel::prelude::*;
use domain::{MemberId, PersonId, StageId, TenantId};

use super::Standing;
use crate::backend::{Conn, MultiBackend};
use crate::error::{Error, Result};
use crate::page::bounded;
use crate::pipelines::Stage;
use crate::schema::people;
use crate::scope;

/// Who is meant.
#[derive(Debug, Clone, Copy)]
pub enum Losing<'a> {
    /// Whoever is in a stage.
    Stage(&'a StageId),
    /// Whoever is in a stage and something else than it makes of people.
    Meaning(&'a Stage),
    /// Whom a member looks after.
    Owner(&'a MemberId),
}

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

fn theirs<'a>(tenant: &'a TenantId, of: Losing<'a>, deleted: bool) -> Query<'a> {
    let query = people::table.filter(people::tenant_id.eq(tenant.as_str())).into_boxed();
    let query = match of {
        Losing::Stage(stage) => query.filter(people::stage_id.eq(stage.as_str())),
        Losing::Meaning(stage) => query
            .filter(people::stage_id.eq(stage.id.as_str()))
            .filter(people::standing.ne(stage.outcome.standing().as_str())),
        Losing::Owner(owner) => query.filter(people::owner_id.eq(owner.as_str())),
    };
    match deleted {
        true => query.filter(people::deleted_at.is_not_null()),
        false => query.filter(people::deleted_at.is_null()),
    }
}

/// How many they are.
pub fn count_losing(c: &mut Conn, tenant: &TenantId, of: Losing<'_>, deleted: bool) -> Result<i64> {
    scope::tenant(c, tenant)?;
    Ok(theirs(tenant, of, deleted).count().get_result(c)?)
}

/// Some of them. Those of a stage come as they are found: whoever has lost it isn't found again. A member's
/// come in the order of their ids, after one, which an index has.
pub fn list_losing(
    c: &mut Conn,
    tenant: &TenantId,
    of: Losing<'_>,
    deleted: bool,
    after: &str,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let mut query = theirs(tenant, of, deleted);
    if matches!(of, Losing::Owner(_)) {
        query = query.filter(people::id.gt(after)).order(people::id);
    }
    let ids: Vec<String> = query.limit(bounded(limit)).select(people::id).load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Of these people, those of whom it is still so: somebody else may have changed them until they were locked.
pub fn list_still_losing(
    c: &mut Conn,
    tenant: &TenantId,
    of: Losing<'_>,
    ids: &[PersonId],
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let query = theirs(tenant, of, false)
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)))
        .select(people::id);
    let ids: Vec<String> = query.load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// Moves those of these people who are in a stage to another. That is no way of becoming a customer.
pub fn move_on(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
    (from, to): (&StageId, &Stage),
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let theirs = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::stage_id.eq(from.as_str()))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)));
    let standing = to.outcome.standing();
    let leave = (standing != Standing::Customer).then(|| people::won_at.eq(None::<i64>));
    let set = (people::stage_id.eq(to.id.as_str()), people::standing.eq(standing.as_str()), leave);
    Ok(diesel::update(theirs).set(set).execute(c)?)
}

/// Makes of those of these people who are in a stage what it makes of people. Who is a customer by that alone
/// became one at a time that nobody knows.
pub fn mean(c: &mut Conn, tenant: &TenantId, ids: &[PersonId], stage: &Stage) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let standing = stage.outcome.standing().as_str();
    let theirs = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::stage_id.eq(stage.id.as_str()))
        .filter(people::standing.ne(standing))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)));
    let set = (people::standing.eq(standing), people::won_at.eq(None::<i64>));
    Ok(diesel::update(theirs).set(set).execute(c)?)
}

/// Leaves those of these people whom a member looks after with nobody.
pub fn disown(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[PersonId],
    owner: &MemberId,
) -> Result<usize> {
    scope::tenant(c, tenant)?;
    let theirs = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::owner_id.eq(owner.as_str()))
        .filter(people::id.eq_any(ids.iter().map(PersonId::as_str)));
    Ok(diesel::update(theirs).set(people::owner_id.eq(None::<String>)).execute(c)?)
}
