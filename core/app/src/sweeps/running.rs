//! Does an act some at a time: each lot in one transaction that also moves the place up to which it was
//! done, so that whoever comes to the same rows again finds them done. By the authority of whoever began it,
//! and of the token that a program began it with, as they are then. After some lots the job makes room for
//! others and is queued anew.

use domain::text::grouped;
use domain::{MemberId, SweepId, TenantId};
use serde_json::json;
use store::Conn;
use store::jobs::Job;
use store::sweeps::{Counts, List, State, Sweep};

use super::{closing, kept_of, queue, record, require, undoing};
use crate::audit::Who;
use crate::context::{Context, Origin};
use crate::error::{Error, Result};
use crate::jobs::Outcome as Done;
use crate::people::bulk as people;
use crate::saved_views::Followed;
use crate::tasks::bulk as tasks;
use crate::{App, api_tokens, notifications};

/// The job's kind.
pub(crate) const RUN: &str = "sweep.run";
/// Rows of one transaction: others who write wait for so many.
pub(super) const ROWS_AT_ONCE: i64 = 200;
/// Lots after which others come first.
const LOTS: usize = 20;

fn sweep_of(job: &Job) -> Result<SweepId> {
    let id = job.payload_json.0["sweep"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a job of no act"))
}

/// Works at one until it is done, stopped, or others' turn comes.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Done> {
    let id = sweep_of(job)?;
    for lot in 1..=LOTS {
        let (app2, tenant, id2) = (app.clone(), job.tenant_id.clone(), id.clone());
        let took = app.db.transact(move |c| take_lot(&app2, c, &tenant, &id2, lot == LOTS)).await;
        let problem = match took {
            Ok(true) => continue,
            Ok(false) => break,
            Err(Error::Forbidden) => "error-sweeps-not-allowed".to_owned(),
            // What it was to be changed to isn't there any more, or the token: trying again won't help.
            Err(Error::Invalid { key, .. }) => why(key),
            Err(error) => return Err(error),
        };
        let (app2, tenant) = (app.clone(), job.tenant_id.clone());
        app.db.transact(move |c| fail(&app2, c, (&tenant, &id), &problem)).await?;
        break;
    }
    Ok(Done::Done)
}

/// Why it can't go on, for whoever looks at it then: a form's word would have them choose another.
fn why(key: String) -> String {
    match key.as_str() {
        "error-stage-unknown" | "error-stage-goes" => "error-sweeps-stage-gone".to_owned(),
        "error-member-unknown" => "error-sweeps-member-gone".to_owned(),
        _ => key,
    }
}

/// Ends one whose job was given up; what was changed until then stays.
pub(crate) fn give_up(app: &App, c: &mut Conn, job: &Job) -> Result<()> {
    fail(app, c, (&job.tenant_id, &sweep_of(job)?), "error-sweeps-failed")
}

fn fail(app: &App, c: &mut Conn, (tenant, id): (&TenantId, &SweepId), problem: &str) -> Result<()> {
    store::tenants::lock(c, tenant)?;
    let sweep = match store::sweeps::get(c, tenant, id) {
        Err(store::Error::NotFound) => return Ok(()),
        other => other?,
    };
    if !sweep.state.is_under_way() {
        return Ok(());
    }
    if closing::of(&sweep)?.is_some() {
        return closing::try_later(app, c, &sweep);
    }
    end(app, c, &Who::system(), &sweep, (State::Failed, problem))?;
    let detail = json!({"problem": problem, "changed": sweep.changed});
    record(app, c, &Who::system(), &sweep, "sweep.failed", detail)
}

/// By whose authority it goes on, as they are now.
///
/// # Errors
/// [`Error::Forbidden`] where they have left, or may not any more; [`Error::Invalid`] where the token that it
/// was begun with opens nothing any more.
fn authority(app: &App, c: &mut Conn, sweep: &Sweep) -> Result<Context> {
    let tenant = store::tenants::get(c, &sweep.tenant_id)?;
    let member = store::members::find(c, &tenant.id, &sweep.member_id)?;
    let member = member.ok_or(Error::Forbidden)?;
    let open = match &sweep.token_id {
        Some(id) => {
            let open = api_tokens::find_open(app, c, &tenant.id, id)?;
            Some(open.ok_or_else(|| Error::invalid("token", "error-sweeps-token-ended"))?)
        }
        None => None,
    };
    let (token, scopes) = open.unzip();
    let ctx = Context {
        tenant: tenant.id,
        account: member.account_id,
        member: member.id,
        role: member.role,
        locale: tenant.locale,
        zone: tenant.zone,
        origin: Origin { token, ..Origin::default() },
        is_recent: false,
        scopes,
    };
    require(&ctx, sweep.list).map_err(|_| Error::Forbidden)?;
    Ok(ctx)
}

/// Takes the next lot; answers whether it goes on after it.
fn take_lot(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &SweepId,
    others_turn: bool,
) -> Result<bool> {
    // Lots of two jobs, and of imports, come one after the other.
    store::tenants::lock(c, tenant)?;
    let sweep = match store::sweeps::get(c, tenant, id) {
        Err(store::Error::NotFound) => return Ok(false),
        other => other?,
    };
    if !sweep.state.is_under_way() {
        return Ok(false);
    }
    let goes_on = match closing::of(&sweep)? {
        Some(closing) => closing::take_lot(app, c, &sweep, &closing)?,
        None => {
            let ctx = authority(app, c, &sweep)?;
            match sweep.state {
                State::Undoing => undoing::take_back_lot(app, c, &ctx, &sweep)?,
                _ => change_lot(app, c, &ctx, &sweep)?,
            }
        }
    };
    if goes_on && others_turn {
        queue(app, c, &sweep)?;
    }
    Ok(goes_on)
}

fn change_lot(app: &App, c: &mut Conn, ctx: &Context, sweep: &Sweep) -> Result<bool> {
    let rows = store::sweeps::list_rows(c, sweep, &sweep.reached, false, ROWS_AT_ONCE)?;
    let ids: Vec<String> = rows.into_iter().map(|row| row.row_id).collect();
    let Some(last) = ids.last() else {
        finish(app, c, ctx, sweep)?;
        return Ok(false);
    };
    let kept = kept_of(sweep)?;
    let (act, to) = (kept.act, kept.to);
    let was = match sweep.list {
        List::People => people::change_lot(app, c, ctx, &people::BulkInput { act, to }, &ids)?,
        List::Tasks => tasks::change_lot(app, c, ctx, &tasks::BulkInput { act, to }, &ids)?,
    };
    let was: Vec<(String, store::Json)> =
        was.into_iter().map(|(id, was)| (id, was.into())).collect();
    store::sweeps::put_was(c, sweep, &was)?;
    let more = Counts { done: count(ids.len())?, changed: count(was.len())?, kept: 0 };
    store::sweeps::advance(c, sweep, last, more)?;
    let detail = json!({"done": more.done, "changed": more.changed});
    record(app, c, &Who::from(ctx), sweep, "sweep.rows", detail)?;
    Ok(true)
}

fn finish(app: &App, c: &mut Conn, ctx: &Context, sweep: &Sweep) -> Result<()> {
    let who = Who::from(ctx);
    end(app, c, &who, sweep, (State::Done, ""))?;
    let detail = json!({"done": sweep.done, "changed": sweep.changed});
    record(app, c, &who, sweep, "sweep.finished", detail)
}

/// Ends what is under way: from then on it can be taken back, or is.
pub(super) fn end(
    app: &App,
    c: &mut Conn,
    who: &Who,
    sweep: &Sweep,
    (to, problem): (State, &str),
) -> Result<()> {
    store::sweeps::settle(c, sweep, to, problem, app.clock.now())?;
    match (sweep.state, to) {
        (State::Running, _) if sweep.changed > 0 && closing::of(sweep)?.is_none() => {
            let views = match to {
                State::Done => follow(app, c, who, sweep)?,
                _ => Vec::new(),
            };
            undoing::keep(app, c, sweep, views)?;
            tell_given(app, c, sweep)?;
        }
        (State::Undoing, State::Undone) => undoing::settle(app, c, who, sweep)?,
        _ => {}
    }
    let ended = store::sweeps::get(c, &sweep.tenant_id, &sweep.id)?;
    let named = kept_of(&ended)?.named;
    let came_to = match to {
        State::Undone => ended.changed - ended.kept,
        _ => ended.changed,
    };
    let came_to = grouped(&came_to.to_string());
    let subject = match named.is_empty() {
        true => came_to,
        false => format!("{came_to} · {named}"),
    };
    notifications::sweep_ended(app, c, &ended, &subject)
}

/// Has follow what does once the last is changed.
fn follow(app: &App, c: &mut Conn, who: &Who, sweep: &Sweep) -> Result<Vec<Followed>> {
    let kept = kept_of(sweep)?;
    let input = people::BulkInput { act: kept.act, to: kept.to };
    match sweep.list {
        List::People => people::renaming::follow(app, c, (&sweep.tenant_id, who), &input),
        List::Tasks => Ok(Vec::new()),
    }
}

/// Tells whoever it gave people or tasks to, once for all of them. Whoever gives something to themselves knows.
fn tell_given(app: &App, c: &mut Conn, sweep: &Sweep) -> Result<()> {
    let kept = kept_of(sweep)?;
    let gives = match sweep.list {
        List::People => "owner",
        List::Tasks => "assign",
    };
    let to: Option<MemberId> = kept.to.trim().parse().ok();
    let Some(to) = to.filter(|to| kept.act == gives && *to != sweep.member_id) else {
        return Ok(());
    };
    // What somebody changed meanwhile isn't theirs.
    let count = match sweep.list {
        List::People => store::sweeps::count_looked_after(c, sweep, &to)?,
        List::Tasks => store::sweeps::count_to_do(c, sweep, &to)?,
    };
    let (tenant, id, given) = (&sweep.tenant_id, sweep.id.as_str(), (&to, count));
    match sweep.list {
        _ if count == 0 => Ok(()),
        List::People => notifications::people_assigned(app, c, tenant, id, given),
        List::Tasks => notifications::tasks_assigned(app, c, tenant, id, given),
    }
}

pub(super) fn count(rows: usize) -> Result<i64> {
    i64::try_from(rows).map_err(Error::internal)
}
