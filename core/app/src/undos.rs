//! Taking back, as a whole, what one act did to many; `lists` tells what there is to take back.

mod lists;

use domain::{ApiScope, Permission, UndoId};
use serde_json::{Value, json};
use store::Conn;
use store::undos::Undo;

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::{apart, bulk, merge};
use crate::series::undoing;
use crate::sweeps::{self, List};
use crate::tasks::bulk as tasks;
use crate::{App, notifications};

pub use lists::{Done, Removed, Summary, get_done, list_done};
pub(crate) use lists::{NAMED_MAX, member, names};
pub use store::{Cursor, Page};

/// How long an act can be taken back, in days.
pub const KEPT_DAYS: i64 = 30;

/// Keeps what an act can be taken back with, inside its transaction.
pub(crate) fn keep(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    kind: &'static str,
    state: Value,
) -> Result<UndoId> {
    let undo = Undo {
        tenant_id: ctx.tenant.clone(),
        id: UndoId::new(&*app.clock, &*app.rng),
        kind: kind.to_owned(),
        member_id: ctx.member.clone(),
        made_at: app.clock.now(),
        state_json: state.into(),
        undone_at: None,
    };
    store::undos::insert(c, &undo)?;
    Ok(undo.id)
}

/// Where the list is that an act of a member changed.
pub async fn list_of(app: &App, ctx: &Context, id: &UndoId) -> Result<&'static str> {
    let (ctx, id) = (ctx.clone(), id.clone());
    let found = app.db.read(move |c| store::undos::find(c, &ctx.tenant, &id)).await?;
    let kind = found.ok_or(Error::NotFound)?.kind;
    Ok(match kind.as_str() {
        tasks::UNDO => "/tasks",
        kind if sweeps::list_of_kind(kind) == Some(List::Tasks) => "/tasks",
        undoing::UNDO => "/calendar",
        _ => "/people",
    })
}

/// The act, for whoever may take it back: who did it, and who may change the business's settings.
///
/// # Errors
/// [`Error::NotFound`] for another member's act, and for one that is too long ago; [`Error::Forbidden`] for
/// another's act over all that match, which everybody sees who could begin one.
fn find(c: &mut Conn, ctx: &Context, id: &UndoId) -> Result<Undo> {
    let undo = store::undos::find(c, &ctx.tenant, id)?.ok_or(Error::NotFound)?;
    if undo.member_id == ctx.member || ctx.may(Permission::ManageSettings) {
        return Ok(undo);
    }
    let list = sweeps::list_of_kind(&undo.kind).ok_or(Error::NotFound)?;
    sweeps::require(ctx, list)?;
    Err(Error::Forbidden)
}

/// What a token must be good for to take an act back that it may take back.
///
/// # Errors
/// As for [`undo`], of whose act it is.
pub async fn scope_of(app: &App, ctx: &Context, id: &UndoId) -> Result<ApiScope> {
    let (ctx, id) = (ctx.clone(), id.clone());
    app.db.inspect(move |c| -> Result<ApiScope> { Ok(scope_for(&find(c, &ctx, &id)?.kind)) }).await
}

/// What a token must be good for to take an act of this kind back.
fn scope_for(kind: &str) -> ApiScope {
    match kind {
        tasks::UNDO => ApiScope::TasksWrite,
        kind if sweeps::list_of_kind(kind) == Some(List::Tasks) => ApiScope::TasksWrite,
        undoing::UNDO => ApiScope::AppointmentsWrite,
        _ => ApiScope::PeopleWrite,
    }
}

/// Takes an act back that the same member did, or anybody's for who may change the business's settings,
/// with the permission that the act itself needs; answers how many it was taken back of. What was done in
/// lots is taken back in lots from then on, and of nobody yet. Doing so again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for another member's act, and for one that is too long ago; [`Error::Forbidden`] for
/// another's act over all that match, which everybody sees who could begin one.
pub async fn undo(app: &App, ctx: &Context, id: &UndoId) -> Result<usize> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<usize> {
            let undo = find(c, &ctx, &id)?;
            let done_by = undo.member_id.clone();
            if undo.undone_at.is_some() {
                return Err(Error::Conflict { key: "error-undone-already" });
            }
            if sweeps::list_of_kind(&undo.kind).is_some() {
                sweeps::begin_undo(&app2, c, &ctx, &undo)?;
                return Ok(0);
            }
            let count = match undo.kind.as_str() {
                bulk::UNDO => {
                    notifications::people_taken_back(&app2, c, &ctx.tenant, id.as_str())?;
                    bulk::take_back(&app2, c, &ctx, undo.state_json.0)?
                }
                merge::UNDO => merge::take_back(&app2, c, &ctx, undo.state_json.0)?,
                apart::UNDO => apart::take_back(c, &ctx, undo.state_json.0)?,
                undoing::UNDO => undoing::take_back(&app2, c, &ctx, undo.state_json.0)?,
                tasks::UNDO => {
                    notifications::tasks_taken_back(&app2, c, &ctx.tenant, id.as_str())?;
                    tasks::take_back(&app2, c, &ctx, undo.state_json.0)?
                }
                _ => return Err(Error::NotFound),
            };
            if !store::undos::settle(c, &ctx.tenant, &id, app2.clock.now())? {
                // Somebody was quicker: what was taken back here again is given up with this.
                return Err(Error::Conflict { key: "error-undone-already" });
            }
            let detail = match done_by == ctx.member {
                true => json!({"count": count}),
                false => json!({"count": count, "member": done_by}),
            };
            let act = Act { action: "act.undone", entity: "act", entity_id: id.as_str(), detail };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)?;
            Ok(count)
        })
        .await
        .inspect(|_| app.wake_jobs())
}
