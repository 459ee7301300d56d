//! What many lose because it goes: a stage, what it meant, a tag, or a member who looked after them. It is decided
//! when it begins, by whoever may decide it: so it can't be stopped or taken back, and it goes on whoever
//! leaves meanwhile, until the last has moved. Who it is isn't written down: whoever has lost it isn't found
//! again, and whoever comes to it late is found like the others.

use domain::{AccountId, MemberId, Permission, PipelineId, StageId, SweepId, TagId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::sweeps::{Counts, List, State, Sweep};

use super::running::{ROWS_AT_ONCE, count, end};
use super::{fresh, queue, record};
use crate::App;
use crate::audit::{Actor, Who};
use crate::context::{Context, Origin};
use crate::error::{Error, Result};
use crate::people::at_once::{self, Lot};
use crate::pipelines::{self, Pipeline, Stage};
use crate::reminders;
use crate::tags::{self, Tag};

/// No form can say it.
const ACT: &str = "closing";
/// When one is tried again that could not go on.
const AGAIN_SECS: i64 = 3_600;

/// What is kept of one, in the place of what is kept of an act.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Closing {
    act: String,
    to: String,
    what: String,
    named: String,
    /// Who decided it: on people's pages it is theirs.
    by: AccountId,
    of: Of,
}

/// What goes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Stages { pipeline: PipelineId, gone: Vec<StageId>, meant: Vec<StageId> },
    Owner(MemberId),
    Assignee(MemberId),
    Tag(TagId),
}

/// Stages of a pipeline whose people are too many for one transaction.
pub(crate) struct Stages {
    /// They go.
    pub gone: Vec<Stage>,
    /// They mean something else now.
    pub meant: Vec<Stage>,
    /// How many people that concerns.
    pub people: i64,
}

/// What a sweep closes; nothing for an act over all that match.
pub(super) fn of(sweep: &Sweep) -> Result<Option<Closing>> {
    let kept = &sweep.act_json.0;
    match kept["act"] == ACT {
        true => Ok(Some(serde_json::from_value(kept.clone())?)),
        false => Ok(None),
    }
}

/// Who may follow one: whoever could have begun it, or does the like by hand.
pub(super) fn require(ctx: &Context, list: List, closing: &Closing) -> Result<()> {
    match closing.of {
        Of::Stages { .. } | Of::Tag(_) if ctx.may(Permission::ManageSettings) => {
            ctx.require_to_see(Permission::ReadPeople)
        }
        _ => super::require(ctx, list),
    }
}

impl Closing {
    /// Whether a change of settings began it.
    pub(super) const fn is_of_settings(&self) -> bool {
        matches!(self.of, Of::Stages { .. } | Of::Tag(_))
    }
}

/// Begins with stages, inside the transaction that decides it; nothing where they are none.
pub(crate) fn begin_stages(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    pipeline: &Pipeline,
    stages: Stages,
) -> Result<Option<SweepId>> {
    let Stages { gone, meant, people } = stages;
    if gone.is_empty() && meant.is_empty() {
        return Ok(None);
    }
    let all = pipelines::list_in(c, &pipeline.tenant_id)?;
    let goes = all.iter().any(|each| each.pipeline.id == pipeline.id && each.goes());
    let names = |of: &[Stage]| {
        let names: Vec<&str> = of.iter().map(|stage| stage.name.as_str()).collect();
        names.join(", ")
    };
    let (what, named) = match (goes, gone.is_empty()) {
        (true, _) => ("people-pipeline-goes", pipeline.name.clone()),
        (false, false) => ("people-stage-goes", names(&gone)),
        (false, true) => ("people-stage-means", names(&meant)),
    };
    let ids = |of: Vec<Stage>| -> Vec<StageId> { of.into_iter().map(|stage| stage.id).collect() };
    let of = Of::Stages { pipeline: pipeline.id.clone(), gone: ids(gone), meant: ids(meant) };
    begin(app, c, ctx, (List::People, people), of, (what, named)).map(Some)
}

/// Begins with the people whom a member looked after who has left.
pub(crate) fn begin_owner(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    (member, name): (&MemberId, &str),
    people: i64,
) -> Result<SweepId> {
    let named = ("people-member-left", name.to_owned());
    begin(app, c, ctx, (List::People, people), Of::Owner(member.clone()), named)
}

/// Begins with what a member was to do who has left.
pub(crate) fn begin_assignee(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    (member, name): (&MemberId, &str),
    tasks: i64,
) -> Result<SweepId> {
    let named = ("tasks-member-left", name.to_owned());
    begin(app, c, ctx, (List::Tasks, tasks), Of::Assignee(member.clone()), named)
}

/// Begins with a tag that is removed.
pub(crate) fn begin_tag(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    tag: &Tag,
    people: i64,
) -> Result<SweepId> {
    let named = ("people-tag-goes", tag.name.clone());
    begin(app, c, ctx, (List::People, people), Of::Tag(tag.id.clone()), named)
}

fn begin(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    (list, count): (List, i64),
    of: Of,
    (what, named): (&str, String),
) -> Result<SweepId> {
    let (act, to, by) = (ACT.to_owned(), String::new(), ctx.account.clone());
    let closing = Closing { act, to, what: what.to_owned(), named, by, of };
    let sweep = fresh(app, ctx, (list, count), State::Running, &closing)?;
    store::sweeps::insert(c, &sweep)?;
    queue(app, c, &sweep)?;
    record(app, c, &Who::from(ctx), &sweep, "sweep.begun", json!({"count": count}))?;
    Ok(sweep.id)
}

/// The latest under way that removes stages of a pipeline.
pub(crate) fn find_of_pipeline(
    c: &mut Conn,
    tenant: &TenantId,
    id: &PipelineId,
) -> Result<Option<SweepId>> {
    find(c, tenant, |of| match of {
        Of::Stages { pipeline, gone, .. } => pipeline == id && !gone.is_empty(),
        _ => false,
    })
}

/// The one under way that removes a tag.
pub(crate) fn find_of_tag(c: &mut Conn, tenant: &TenantId, id: &TagId) -> Result<Option<SweepId>> {
    find(c, tenant, |of| matches!(of, Of::Tag(tag) if tag == id))
}

fn find(c: &mut Conn, tenant: &TenantId, is_it: impl Fn(&Of) -> bool) -> Result<Option<SweepId>> {
    for sweep in store::sweeps::list_under_way(c, tenant, List::People)? {
        if of(&sweep)?.is_some_and(|closing| is_it(&closing.of)) {
            return Ok(Some(sweep.id));
        }
    }
    Ok(None)
}

/// Takes the next lot, inside the caller's transaction; answers whether it goes on after it.
pub(super) fn take_lot(app: &App, c: &mut Conn, sweep: &Sweep, closing: &Closing) -> Result<bool> {
    let who = Who { actor: Actor::Account(closing.by.clone()), origin: Origin::default() };
    let tenant = &sweep.tenant_id;
    let lot = match &closing.of {
        Of::Stages { gone, meant, .. } => stages_lot(app, c, (tenant, &who), gone, meant)?,
        Of::Owner(member) => {
            let after = sweep.reached.as_str();
            at_once::disown_some(app, c, (tenant, &who), member, after, ROWS_AT_ONCE)?
        }
        Of::Assignee(member) => assignee_lot(app, c, tenant, member, &sweep.reached)?,
        Of::Tag(tag) => {
            let told = store::tags::take_some(c, tenant, tag, ROWS_AT_ONCE)?;
            Lot { told, was_any: told > 0, last: String::new() }
        }
    };
    if !lot.was_any {
        finish(app, c, &who, sweep, closing)?;
        return Ok(false);
    }
    let told = count(lot.told)?;
    store::sweeps::advance(c, sweep, &lot.last, Counts { done: told, changed: told, kept: 0 })?;
    if told > 0 {
        record(app, c, &who, sweep, "sweep.rows", json!({"done": told, "changed": told}))?;
    }
    Ok(true)
}

fn stages_lot(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    gone: &[StageId],
    meant: &[StageId],
) -> Result<Lot> {
    for id in meant {
        let Some(stage) = store::pipelines::find_stage(c, tenant, id)? else { continue };
        let lot = at_once::mean_some(app, c, who, &stage, ROWS_AT_ONCE)?;
        if lot.was_any {
            return Ok(lot);
        }
    }
    for id in gone {
        let Some(stage) = store::pipelines::find_stage(c, tenant, id)? else { continue };
        // As it is now: where it led to may have gone meanwhile.
        let to = match &stage.goes_to {
            Some(to) => store::pipelines::find_stage(c, tenant, to)?,
            None => None,
        };
        let to = to.ok_or_else(|| Error::internal("a stage that goes leads to none"))?;
        let lot = at_once::move_some(app, c, who, (&stage, &to), ROWS_AT_ONCE)?;
        if lot.was_any {
            return Ok(lot);
        }
        store::pipelines::lock(c, tenant)?;
        store::pipelines::delete_stage(c, tenant, id, &to)?;
    }
    Ok(Lot::default())
}

fn assignee_lot(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    member: &MemberId,
    after: &str,
) -> Result<Lot> {
    let now = app.clock.now();
    let mut ids = store::tasks::disown_some(c, tenant, member, (after, ROWS_AT_ONCE), now)?;
    if ids.is_empty() && !after.is_empty() {
        ids = store::tasks::disown_some(c, tenant, member, ("", ROWS_AT_ONCE), now)?;
    }
    let last = ids.last().map(ToString::to_string).unwrap_or_default();
    Ok(Lot { told: ids.len(), was_any: !ids.is_empty(), last })
}

fn finish(app: &App, c: &mut Conn, who: &Who, sweep: &Sweep, closing: &Closing) -> Result<()> {
    end(app, c, who, sweep, (State::Done, ""))?;
    let detail = json!({"done": sweep.done, "changed": sweep.changed});
    record(app, c, who, sweep, "sweep.finished", detail)?;
    match &closing.of {
        Of::Stages { pipeline, .. } => {
            pipelines::have_gone(app, c, who, (&sweep.tenant_id, pipeline), sweep.changed)
        }
        // Whoever is left hears of what was theirs to be reminded of.
        Of::Owner(_) | Of::Assignee(_) => reminders::enqueue(app, c, &sweep.tenant_id),
        Of::Tag(tag) => tags::has_gone(app, c, who, (&sweep.tenant_id, tag)),
    }
}

/// What could not go on is tried again later, since half of it is nobody's wish; the job that was given up
/// says why.
pub(super) fn try_later(app: &App, c: &mut Conn, sweep: &Sweep) -> Result<()> {
    let payload = json!({"sweep": sweep.id});
    let mut job = crate::jobs::new_job(app, &sweep.tenant_id, super::RUN, payload);
    job.run_at = app.clock.now().plus_secs(AGAIN_SECS);
    store::jobs::enqueue(c, &job, app.clock.now())?;
    Ok(())
}
