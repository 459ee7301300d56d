//! Pipelines and their stages, in the order that the business gave them.

use diesel::prelude::*;
use domain::{PipelineId, StageId, TenantId};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, found};
use crate::people::Standing;
use crate::schema::{people, pipelines, stages};
use crate::scope;

/// More than a pipeline has stages.
const BEHIND_ALL: i64 = 1_000;

words! {
    /// What it means to have come into a stage.
    pub enum Outcome {
        /// Still on the way.
        Open = "open",
        /// Became a customer.
        Won = "won",
        /// Did not, for now.
        Lost = "lost",
    }
}

impl Outcome {
    /// What people in such a stage are.
    pub const fn standing(self) -> Standing {
        match self {
            Self::Won => Standing::Customer,
            Self::Open | Self::Lost => Standing::Lead,
        }
    }
}

row! {
    /// A row of stages.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Pipeline: pipelines, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: PipelineId as String,
        pub name: String,
        pub position: i64,
    }
}

row! {
    /// A place where people can stand.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Stage: stages, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: StageId as String,
        pub pipeline_id: PipelineId as String,
        pub name: String,
        pub position: i64,
        pub outcome: Outcome as String,
        pub goes_to: Option<StageId> as Opt<String, StageId>,
    }
}

impl Stage {
    /// Whether it stays: one that goes takes nobody new in.
    pub const fn stays(&self) -> bool {
        self.goes_to.is_none()
    }
}

/// All pipelines of a tenant, in order.
pub fn list(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Pipeline>> {
    scope::tenant(c, tenant)?;
    Ok(pipelines::table
        .filter(pipelines::tenant_id.eq(tenant.as_str()))
        .order((pipelines::position, pipelines::id))
        .select(Pipeline::as_select())
        .load(c)?)
}

/// All stages of a tenant, in order within their pipelines.
pub fn list_stages(c: &mut Conn, tenant: &TenantId) -> Result<Vec<Stage>> {
    scope::tenant(c, tenant)?;
    Ok(stages::table
        .filter(stages::tenant_id.eq(tenant.as_str()))
        .order((stages::pipeline_id, stages::position, stages::id))
        .select(Stage::as_select())
        .load(c)?)
}

/// Holds all pipelines of a tenant in one of the ways that PostgreSQL has. On SQLite whoever writes has the
/// database to themselves.
macro_rules! hold_all {
    ($c:ident, $tenant:ident, $way:ident) => {{
        let all = pipelines::table
            .filter(pipelines::tenant_id.eq($tenant.as_str()))
            .order(pipelines::id)
            .select(pipelines::id);
        each_backend!(
            $c,
            Sqlite(_c) => {},
            Postgres(c) => {
                let _held: Vec<String> = all.$way().load(c)?;
            }
        );
    }};
}

/// Keeps where people and tasks can be put as it is until the transaction ends: which stages there are, who is in
/// the team, and what options of own fields are ordered by. For whoever puts one there, before any of them is held.
pub fn hold(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    hold_all!(c, tenant, for_share);
    Ok(())
}

/// Waits for all who hold that, and keeps others from it until the transaction ends: for whoever takes a stage
/// or a member away, makes something else of a stage, or moves an option, before any of the people and tasks is
/// held. Otherwise one would be put there unseen, by a transaction that ends after this one.
pub fn lock(c: &mut Conn, tenant: &TenantId) -> Result<()> {
    scope::tenant(c, tenant)?;
    hold_all!(c, tenant, for_no_key_update);
    Ok(())
}

/// The stage, if the tenant has it.
pub fn find_stage(c: &mut Conn, tenant: &TenantId, id: &StageId) -> Result<Option<Stage>> {
    scope::tenant(c, tenant)?;
    let query = stages::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Stage::as_select()).first(c).optional()?)
}

/// Adds a pipeline.
pub fn insert(c: &mut Conn, row: &Pipeline) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(pipelines::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Gives a pipeline another name or place.
pub fn update(c: &mut Conn, row: &Pipeline) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = pipelines::table.find((row.tenant_id.as_str(), row.id.as_str()));
    let set = (pipelines::name.eq(&row.name), pipelines::position.eq(row.position));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Removes a pipeline with its stages, in which nobody is any more.
pub fn delete(c: &mut Conn, tenant: &TenantId, id: &PipelineId) -> Result<()> {
    scope::tenant(c, tenant)?;
    found(diesel::delete(pipelines::table.find((tenant.as_str(), id.as_str()))).execute(c)?)
}

/// Adds a stage.
pub fn insert_stage(c: &mut Conn, row: &Stage) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    diesel::insert_into(stages::table).values(row.clone()).execute(c)?;
    Ok(())
}

/// Gives a stage another name, place or outcome; what people in it are then is for
/// [`mean`](crate::people::mean).
pub fn update_stage(c: &mut Conn, row: &Stage) -> Result<()> {
    scope::tenant(c, &row.tenant_id)?;
    let target = stages::table.find((row.tenant_id.as_str(), row.id.as_str()));
    let set = (
        stages::name.eq(&row.name),
        stages::position.eq(row.position),
        stages::outcome.eq(row.outcome.as_str()),
    );
    found(diesel::update(target).set(set).execute(c)?)
}

/// From now on the stage takes nobody new in, and goes once the last of its people is in the other; among the
/// stages of its pipeline it comes after those that stay.
///
/// # Errors
/// [`Error::NotFound`] when it goes already.
pub fn begin_to_go(c: &mut Conn, stage: &Stage, to: &Stage) -> Result<()> {
    scope::tenant(c, &stage.tenant_id)?;
    let target = stages::table
        .find((stage.tenant_id.as_str(), stage.id.as_str()))
        .filter(stages::goes_to.is_null());
    let set =
        (stages::goes_to.eq(to.id.as_str()), stages::position.eq(stages::position + BEHIND_ALL));
    found(diesel::update(target).set(set).execute(c)?)
}

/// Leads those that go to a stage to another one.
pub fn lead_elsewhere(c: &mut Conn, tenant: &TenantId, from: &StageId, to: &StageId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let theirs = stages::table
        .filter(stages::tenant_id.eq(tenant.as_str()))
        .filter(stages::goes_to.eq(from.as_str()));
    diesel::update(theirs).set(stages::goes_to.eq(to.as_str())).execute(c)?;
    Ok(())
}

/// Removes a stage; whoever is in it, deleted people too, goes to the other first. That is no way of
/// becoming a customer.
pub fn delete_stage(c: &mut Conn, tenant: &TenantId, id: &StageId, to: &Stage) -> Result<usize> {
    scope::tenant(c, tenant)?;
    if *id == to.id || to.tenant_id != *tenant {
        return Err(Error::internal("a stage can't take in its own people"));
    }
    let theirs = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::stage_id.eq(id.as_str()));
    let standing = to.outcome.standing();
    let leave = (standing != Standing::Customer).then(|| people::won_at.eq(None::<i64>));
    let set = (people::stage_id.eq(to.id.as_str()), people::standing.eq(standing.as_str()), leave);
    let moved = diesel::update(theirs).set(set).execute(c)?;
    found(diesel::delete(stages::table.find((tenant.as_str(), id.as_str()))).execute(c)?)?;
    Ok(moved)
}
