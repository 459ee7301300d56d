//! Pipelines: the rows of stages that a business takes its people through, and their order.

use domain::{Locale, Permission, PipelineId, StageId, SweepId, TenantId};
use serde_json::json;
use store::Conn;
use store::people::{Losing, Standing};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;
use crate::people::at_once;
use crate::sweeps::closing;

pub use store::pipelines::{Outcome, Pipeline, Stage};

/// Most pipelines of a business.
pub const PIPELINES_MAX: usize = 10;
/// Most stages of a pipeline.
pub const STAGES_MAX: usize = 20;
/// The longest name of a stage or pipeline, in characters.
pub const STAGE_NAME_CHARS_MAX: usize = 40;

/// A pipeline with its stages in order.
#[derive(Debug, Clone)]
pub struct PipelineStages {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Its stages; never none. Those that go come last.
    pub stages: Vec<Stage>,
}

impl PipelineStages {
    /// Whether the whole pipeline goes: it is there until the last of its people has moved.
    pub fn goes(&self) -> bool {
        !self.stages.iter().any(Stage::stays)
    }

    /// The stages that take somebody in.
    pub fn staying(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.stays())
    }
}

/// What a business begins with, in its own language: a stage and what it means.
fn first_stages(locale: Locale) -> (&'static str, [(&'static str, Outcome); 5]) {
    use Outcome::{Lost, Open, Won};
    match locale.tag() {
        "he" => (
            "לקוחות",
            [("חדש", Open), ("בקשר", Open), ("נשלחה הצעה", Open), ("לקוח", Won), ("לא כרגע", Lost)],
        ),
        _ => (
            "Customers",
            [
                ("New", Open),
                ("In touch", Open),
                ("Offer made", Open),
                ("Customer", Won),
                ("Not now", Lost),
            ],
        ),
    }
}

/// Gives a new business its first pipeline, inside the transaction that makes it.
pub(crate) fn insert_first(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    locale: Locale,
) -> Result<()> {
    let (name, stages) = first_stages(locale);
    let pipeline = Pipeline {
        tenant_id: tenant.clone(),
        id: PipelineId::new(&*app.clock, &*app.rng),
        name: name.to_owned(),
        position: 0,
    };
    store::pipelines::insert(c, &pipeline)?;
    for (position, (name, outcome)) in (0..).zip(stages) {
        let stage = new_stage(app, &pipeline, name.to_owned(), position, outcome);
        store::pipelines::insert_stage(c, &stage)?;
    }
    Ok(())
}

fn new_stage(app: &App, of: &Pipeline, name: String, position: i64, outcome: Outcome) -> Stage {
    Stage {
        tenant_id: of.tenant_id.clone(),
        id: StageId::new(&*app.clock, &*app.rng),
        pipeline_id: of.id.clone(),
        name,
        position,
        outcome,
        goes_to: None,
    }
}

/// All pipelines with their stages, in order; those that go come last.
pub async fn list_pipelines(app: &App, ctx: &Context) -> Result<Vec<PipelineStages>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| list_in(c, &tenant)).await
}

pub(crate) fn list_in(c: &mut Conn, tenant: &TenantId) -> Result<Vec<PipelineStages>> {
    let mut stages = store::pipelines::list_stages(c, tenant)?;
    let gather = |pipeline: Pipeline| {
        let (its, others) =
            stages.drain(..).partition(|stage: &Stage| stage.pipeline_id == pipeline.id);
        stages = others;
        PipelineStages { pipeline, stages: its }
    };
    let mut all: Vec<PipelineStages> =
        store::pipelines::list(c, tenant)?.into_iter().map(gather).collect();
    // The first is where people begin.
    all.sort_by_key(PipelineStages::goes);
    Ok(all)
}

/// The stage where a person of this standing begins: in the pipeline of the stage they are in, or
/// the first that has one. A person who has the standing already stays where they are.
pub(crate) fn first_of(
    c: &mut Conn,
    tenant: &TenantId,
    standing: Standing,
    now: Option<&StageId>,
) -> Result<Stage> {
    let all = list_in(c, tenant)?;
    let stages = || all.iter().flat_map(|each| &each.stages);
    let current = stages().find(|stage| Some(&stage.id) == now);
    if let Some(current) = current.filter(|it| it.outcome.standing() == standing) {
        return Ok(current.clone());
    }
    let wanted = match standing {
        Standing::Customer => Outcome::Won,
        Standing::Lead => Outcome::Open,
    };
    let fits = |stage: &&Stage| stage.outcome == wanted && stage.stays();
    let same = |stage: &&Stage| current.is_some_and(|it| it.pipeline_id == stage.pipeline_id);
    let found = stages().filter(fits).find(same).or_else(|| stages().find(fits));
    // Settings see to it that every pipeline begins with an open stage, and one is won.
    found.cloned().ok_or_else(|| Error::invalid("stage", "error-stage-unknown"))
}

/// What the settings say of a stage; one without an id is new.
#[derive(Debug, Clone, Default)]
pub struct StageInput {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `open`, `won` or `lost`.
    pub outcome: String,
}

/// What the settings say of a pipeline: its name and all of its stages in order. A stage that isn't
/// among them any more is removed; who is in it goes to `move_to`.
#[derive(Debug, Clone, Default)]
pub struct PipelineInput {
    /// Its name.
    pub name: String,
    /// Its stages in order; those without a name don't count.
    pub stages: Vec<StageInput>,
}

type Checked = (Option<StageId>, String, Outcome);

impl PipelineInput {
    fn check(&self) -> Result<(String, Vec<Checked>)> {
        let name = fields::required_line("name", &self.name, STAGE_NAME_CHARS_MAX)?;
        let filled = self.stages.iter().filter(|stage| !stage.name.trim().is_empty());
        let read = |stage: &StageInput| -> Result<Checked> {
            let id = match stage.id.trim() {
                "" => None,
                id => {
                    Some(id.parse().map_err(|_| Error::invalid("stages", "error-stage-unknown"))?)
                }
            };
            let name = fields::required_line("stages", &stage.name, STAGE_NAME_CHARS_MAX)?;
            let outcome = stage.outcome.trim().parse();
            Ok((id, name, outcome.map_err(|_| Error::invalid("stages", "error-invalid"))?))
        };
        let stages = filled.map(read).collect::<Result<Vec<_>>>()?;
        if stages.len() > STAGES_MAX {
            return Err(Error::invalid("stages", "error-too-many-stages"));
        }
        if stages.first().is_none_or(|(_, _, outcome)| *outcome != Outcome::Open) {
            return Err(Error::invalid("stages", "error-stage-first-open"));
        }
        if !stages.iter().any(|(_, _, outcome)| *outcome == Outcome::Won) {
            return Err(Error::invalid("stages", "error-stage-none-won"));
        }
        Ok((name, stages))
    }
}

/// Adds a pipeline with its stages.
pub async fn create_pipeline(app: &App, ctx: &Context, input: PipelineInput) -> Result<Pipeline> {
    require_to_manage(ctx)?;
    let (name, stages) = input.check()?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<Pipeline> {
            store::tenants::lock(c, &ctx.tenant)?;
            let all = store::pipelines::list(c, &ctx.tenant)?;
            if all.len() >= PIPELINES_MAX {
                return Err(Error::invalid("name", "error-too-many-pipelines"));
            }
            let pipeline = Pipeline {
                tenant_id: ctx.tenant.clone(),
                id: PipelineId::new(&*app2.clock, &*app2.rng),
                name,
                position: all.last().map_or(0, |last| last.position + 1),
            };
            store::pipelines::insert(c, &pipeline)?;
            for (position, (_, name, outcome)) in (0..).zip(stages) {
                let stage = new_stage(&app2, &pipeline, name, position, outcome);
                store::pipelines::insert_stage(c, &stage)?;
            }
            let (who, of) = (Who::from(&ctx), (&ctx.tenant, &pipeline.id));
            record(&app2, c, &who, of, "pipeline.created", json!({}))?;
            Ok(pipeline)
        })
        .await
}

/// What a change of stages comes to.
#[derive(Default)]
struct Work {
    /// How many people it was done to.
    done: usize,
    /// Stages whose people are too many: they go once the last of them has moved.
    gone: Vec<Stage>,
    /// Stages that mean something else now, to more people than are told at once.
    meant: Vec<Stage>,
    /// How many people that leaves to be done.
    left: i64,
}

/// Changes a pipeline and its stages. People in a stage that goes move to the first that stays and
/// means the same, or else to the first of the pipeline. Of more people than one transaction bears that is
/// done in lots: the answer is where to follow it. Until then the stage is there and takes nobody new in.
pub async fn update_pipeline(
    app: &App,
    ctx: &Context,
    id: &PipelineId,
    input: PipelineInput,
) -> Result<Option<SweepId>> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Option<SweepId>> {
            store::tenants::lock(c, &ctx.tenant)?;
            store::pipelines::lock(c, &ctx.tenant)?;
            let before = find_in(c, &ctx.tenant, &id)?;
            if before.goes() {
                return Err(Error::Conflict { key: "error-pipeline-goes" });
            }
            let (name, wanted) = input.check()?;
            let renamed = Pipeline { name, ..before.pipeline.clone() };
            store::pipelines::update(c, &renamed)?;
            let (who, mut work) = (Who::from(&ctx), Work::default());
            let kept = put_stages(&app2, c, &who, &before, wanted, &mut work)?;
            let stays = |it: &&Stage| kept.iter().any(|kept| kept.id == it.id);
            let gone = before.staying().filter(|it| !stays(it));
            hand_on(&app2, c, &who, gone, &kept, &mut work)?;
            let detail = json!({"people": work.done});
            let sweep = closing::begin_stages(&app2, c, &ctx, &before.pipeline, work.into())?;
            record(&app2, c, &who, (&ctx.tenant, &id), "pipeline.changed", detail)?;
            Ok(sweep)
        })
        .await
        .inspect(|_| app.wake_jobs())
}

impl From<Work> for closing::Stages {
    fn from(work: Work) -> Self {
        Self { gone: work.gone, meant: work.meant, people: work.left }
    }
}

/// Writes the stages that stay and adds new ones; answers all of them in order.
fn put_stages(
    app: &App,
    c: &mut Conn,
    who: &Who,
    before: &PipelineStages,
    wanted: Vec<Checked>,
    work: &mut Work,
) -> Result<Vec<Stage>> {
    let mut kept: Vec<Stage> = Vec::new();
    for (position, (id, name, outcome)) in (0..).zip(wanted) {
        let Some(id) = id else {
            let stage = new_stage(app, &before.pipeline, name, position, outcome);
            store::pipelines::insert_stage(c, &stage)?;
            kept.push(stage);
            continue;
        };
        let twice = kept.iter().any(|kept| kept.id == id);
        let known = before.stages.iter().find(|stage| stage.id == id).filter(|_| !twice);
        // One that somebody else removed meanwhile, or another pipeline's.
        let known = known.ok_or(Error::Conflict { key: "error-changed-meanwhile" })?;
        if !known.stays() {
            return Err(Error::invalid("stages", "error-stage-goes"));
        }
        let stage = Stage { name, position, outcome, ..known.clone() };
        if outcome.standing() != known.outcome.standing() {
            let of = Losing::Meaning(&stage);
            let many = at_once::how_many(c, &stage.tenant_id, of, work.done)?;
            if many.are_few {
                work.done += at_once::all(|limit| at_once::mean_some(app, c, who, &stage, limit))?;
            } else {
                work.left += many.there;
                work.meant.push(stage.clone());
            }
        }
        store::pipelines::update_stage(c, &stage)?;
        kept.push(stage);
    }
    Ok(kept)
}

/// Removes a pipeline that isn't the last; its people move to the first other one, to a stage that
/// means the same. Of many that is done in lots, as of a stage: the answer is where to follow it.
pub async fn delete_pipeline(app: &App, ctx: &Context, id: &PipelineId) -> Result<Option<SweepId>> {
    require_to_manage(ctx)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<Option<SweepId>> {
            store::tenants::lock(c, &ctx.tenant)?;
            store::pipelines::lock(c, &ctx.tenant)?;
            let before = find_in(c, &ctx.tenant, &id)?;
            if before.goes() {
                // Asked for again.
                return closing::find_of_pipeline(c, &ctx.tenant, &id);
            }
            let all = list_in(c, &ctx.tenant)?;
            let other = all.iter().find(|each| each.pipeline.id != id && !each.goes());
            let other = other.ok_or(Error::Conflict { key: "error-pipeline-last" })?;
            let others: Vec<Stage> = other.staying().cloned().collect();
            let (who, mut work) = (Who::from(&ctx), Work::default());
            hand_on(&app2, c, &who, before.staying(), &others, &mut work)?;
            let detail = json!({"people": work.done});
            let sweep = match closing::begin_stages(&app2, c, &ctx, &before.pipeline, work.into())?
            {
                // The last of its stages may be going for another reason.
                None => closing::find_of_pipeline(c, &ctx.tenant, &id)?,
                begun => begun,
            };
            if sweep.is_none() {
                store::pipelines::delete(c, &ctx.tenant, &id)?;
            }
            let action = if sweep.is_none() { "pipeline.deleted" } else { "pipeline.changed" };
            record(&app2, c, &who, (&ctx.tenant, &id), action, detail)?;
            Ok(sweep)
        })
        .await
        .inspect(|_| app.wake_jobs())
}

/// Removes stages; who is in one moves to the first of the others that means the same, or else to the
/// first of all. One with too many people begins to go.
fn hand_on<'a>(
    app: &App,
    c: &mut Conn,
    who: &Who,
    gone: impl Iterator<Item = &'a Stage>,
    others: &[Stage],
    work: &mut Work,
) -> Result<()> {
    for gone in gone {
        let same = others.iter().find(|it| it.outcome == gone.outcome);
        let to = same.or(others.first()).ok_or(Error::NotFound)?;
        store::pipelines::lead_elsewhere(c, &gone.tenant_id, &gone.id, &to.id)?;
        let of = Losing::Stage(&gone.id);
        let many = at_once::how_many(c, &gone.tenant_id, of, work.done)?;
        if many.are_few {
            work.done += at_once::all(|limit| at_once::move_some(app, c, who, (gone, to), limit))?;
            store::pipelines::delete_stage(c, &gone.tenant_id, &gone.id, to)?;
        } else {
            store::pipelines::begin_to_go(c, gone, to)?;
            work.left += many.there;
            work.gone.push(gone.clone());
        }
    }
    Ok(())
}

/// The last person has moved out of stages that went, and so has the pipeline, if they were its last. Tells
/// of it.
pub(crate) fn have_gone(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (tenant, id): (&TenantId, &PipelineId),
    people: i64,
) -> Result<()> {
    if !store::pipelines::list(c, tenant)?.iter().any(|it| it.id == *id) {
        return Ok(());
    }
    let is_empty =
        !store::pipelines::list_stages(c, tenant)?.iter().any(|it| it.pipeline_id == *id);
    if is_empty {
        store::pipelines::delete(c, tenant, id)?;
    }
    let action = if is_empty { "pipeline.deleted" } else { "pipeline.changed" };
    record(app, c, who, (tenant, id), action, json!({"people": people}))
}

fn find_in(c: &mut Conn, tenant: &TenantId, id: &PipelineId) -> Result<PipelineStages> {
    let all = list_in(c, tenant)?;
    all.into_iter().find(|each| each.pipeline.id == *id).ok_or(Error::NotFound)
}

fn require_to_manage(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)
}

fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    (tenant, id): (&TenantId, &PipelineId),
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "pipeline", entity_id: id.as_str(), detail };
    audit::append(app, c, tenant, who, &act)
}
