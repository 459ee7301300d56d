//! Takes a whole act back, some at a time, as it was done: of everybody in whom what it made is still as it
//! made it. Among what can be taken back it stands under its own id.

use domain::{PersonId, SweepId, TaskId, TenantId, UndoId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Conn;
use store::members::NamedMember;
use store::sweeps::{Counts, List, State, Sweep, SweepRow};
use store::undos::Undo;

use super::running::{ROWS_AT_ONCE, count, end};
use super::{queue, record, require, still_changed, undo_id};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::bulk as people;
use crate::saved_views::{self, Followed};
use crate::tasks::bulk as tasks;
use crate::undos::{NAMED_MAX, Summary};
use crate::{App, notifications};

/// What the undos of such acts are called, and what they are of.
pub(crate) const KINDS: [(&str, List); 2] =
    [("people-all", List::People), ("tasks-all", List::Tasks)];

/// What an undo's kind is an act over; nothing for the undo of another act.
pub(crate) fn list_of_kind(kind: &str) -> Option<List> {
    KINDS.into_iter().find(|(name, _)| *name == kind).map(|(_, list)| list)
}

fn kind_of(list: List) -> &'static str {
    match list {
        List::People => KINDS[0].0,
        List::Tasks => KINDS[1].0,
    }
}

/// What is kept beside its rows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Beside {
    /// Views that followed a source.
    #[serde(default)]
    views: Vec<Followed>,
}

/// Keeps that one can be taken back; what each was before stands in its rows.
pub(super) fn keep(app: &App, c: &mut Conn, sweep: &Sweep, views: Vec<Followed>) -> Result<()> {
    let undo = Undo {
        tenant_id: sweep.tenant_id.clone(),
        id: undo_id(sweep)?,
        kind: kind_of(sweep.list).to_owned(),
        member_id: sweep.member_id.clone(),
        made_at: app.clock.now(),
        state_json: serde_json::to_value(Beside { views })?.into(),
        undone_at: None,
    };
    Ok(store::undos::insert(c, &undo)?)
}

/// Notes that one was taken back, and what followed it goes back too.
pub(super) fn settle(app: &App, c: &mut Conn, who: &Who, sweep: &Sweep) -> Result<()> {
    let (tenant, id, undo) = (&sweep.tenant_id, sweep.id.as_str(), undo_id(sweep)?);
    if let Some(kept) = store::undos::find(c, tenant, &undo)? {
        let beside: Beside = serde_json::from_value(kept.state_json.0)?;
        saved_views::take_back(app, c, (tenant, who), &beside.views)?;
    }
    store::undos::settle(c, tenant, &undo, app.clock.now())?;
    match sweep.list {
        List::People => notifications::people_taken_back(app, c, tenant, id),
        List::Tasks => notifications::tasks_taken_back(app, c, tenant, id),
    }
}

fn sweep_of(c: &mut Conn, tenant: &TenantId, undo: &Undo) -> Result<Sweep> {
    let id: SweepId = undo.id.as_str().parse().map_err(Error::internal)?;
    Ok(store::sweeps::get(c, tenant, &id)?)
}

/// The act over all that matched which an undo of the business takes back, if it is of one: its page shows
/// how far that is.
pub async fn find_of_undo(app: &App, ctx: &Context, id: &UndoId) -> Result<Option<SweepId>> {
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    let undo = app.db.read(move |c| store::undos::find(c, &tenant, &id)).await?;
    let undo = undo.filter(|undo| list_of_kind(&undo.kind).is_some());
    undo.map(|undo| undo.id.as_str().parse().map_err(Error::internal)).transpose()
}

/// Begins to take one back, inside the caller's transaction, which has seen that it may be.
///
/// # Errors
/// [`Error::Conflict`] where it is being taken back already.
pub(crate) fn begin_undo(app: &App, c: &mut Conn, ctx: &Context, undo: &Undo) -> Result<()> {
    store::tenants::lock(c, &ctx.tenant)?;
    let sweep = sweep_of(c, &ctx.tenant, undo)?;
    require(ctx, sweep.list)?;
    if matches!(sweep.state, State::Running | State::Undoing | State::Undone) {
        return Err(Error::Conflict { key: "error-undone-already" });
    }
    let token = ctx.origin.token.as_ref().map(|token| &token.id);
    store::sweeps::begin_undo(c, &sweep, (&ctx.member, token), app.clock.now())?;
    queue(app, c, &sweep)?;
    let detail = match undo.member_id == ctx.member {
        true => json!({"count": sweep.changed}),
        false => json!({"count": sweep.changed, "member": undo.member_id}),
    };
    record(app, c, &Who::from(ctx), &sweep, "sweep.undo-begun", detail)
}

/// Takes the next rows back; answers whether it goes on after them.
pub(super) fn take_back_lot(app: &App, c: &mut Conn, ctx: &Context, sweep: &Sweep) -> Result<bool> {
    let rows = store::sweeps::list_rows(c, sweep, &sweep.reached, true, ROWS_AT_ONCE)?;
    let Some(last) = rows.last().map(|row| row.row_id.clone()) else {
        let who = Who::from(ctx);
        end(app, c, &who, sweep, (State::Undone, ""))?;
        let detail = json!({"changed": sweep.changed, "kept": sweep.kept});
        record(app, c, &who, sweep, "sweep.undone", detail)?;
        return Ok(false);
    };
    lock(c, sweep, &rows)?;
    let (all, mut back) = (rows.len(), Vec::new());
    for row in rows {
        let Some(was) = row.was_json else { continue };
        let is_back = match sweep.list {
            List::People => people::take_back_of(app, c, ctx, &row.row_id, was.0)?,
            List::Tasks => tasks::take_back_of(app, c, ctx, &row.row_id, was.0)?,
        };
        if is_back {
            back.push(row.row_id);
        }
    }
    // Should it fail later and begin anew, these aren't looked at again.
    store::sweeps::delete_rows(c, sweep, &back)?;
    let more = Counts { done: count(all)?, changed: 0, kept: count(all - back.len())? };
    store::sweeps::advance(c, sweep, &last, more)?;
    let detail = json!({"restored": back.len(), "kept": more.kept});
    record(app, c, &Who::from(ctx), sweep, "sweep.rows-undone", detail)?;
    Ok(true)
}

/// Holds all of them before the first is written, as an act over a few does.
fn lock(c: &mut Conn, sweep: &Sweep, rows: &[SweepRow]) -> Result<()> {
    let ids = rows.iter().map(|row| row.row_id.as_str());
    match sweep.list {
        List::People => {
            let ids: Vec<PersonId> = ids.filter_map(|id| id.parse().ok()).collect();
            store::people::lock_many(c, &sweep.tenant_id, &ids)?;
        }
        List::Tasks => {
            let ids: Vec<TaskId> = ids.filter_map(|id| id.parse().ok()).collect();
            store::tasks::lock_many(c, &sweep.tenant_id, &ids)?;
        }
    }
    Ok(())
}

/// What one was, in a few words; nothing while it is being taken back.
pub(crate) fn summary(
    c: &mut Conn,
    tenant: &TenantId,
    team: &[NamedMember],
    undo: &Undo,
) -> Result<Option<Summary>> {
    let sweep = match sweep_of(c, tenant, undo) {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    if sweep.state.is_under_way() {
        return Ok(None);
    }
    let some = i64::try_from(NAMED_MAX).unwrap_or(i64::MAX);
    let rows = store::sweeps::list_rows(c, &sweep, "", true, some)?;
    let first = rows.into_iter().filter_map(|row| Some(json!([row.row_id, row.was_json?.0])));
    let first = Value::Array(first.collect());
    let summary = match sweep.list {
        List::People => people::summary(c, tenant, team, first)?,
        List::Tasks => tasks::summary(c, tenant, team, first)?,
    };
    let changed = usize::try_from(still_changed(c, &sweep)?).unwrap_or_default();
    Ok(summary.map(|summary| Summary { count: changed, ..summary }))
}
