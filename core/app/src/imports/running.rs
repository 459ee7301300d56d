//! Takes the rows of a file in, some at a time: each lot in one transaction that first moves the import's
//! own place, so that whoever comes to the same rows again finds them done. After some lots the job makes
//! room for others and is queued anew.

use std::sync::Arc;

use domain::{AccountId, ImportId};
use serde_json::json;
use store::Conn;
use store::imports::{Counts, Import, State};
use store::jobs::Job;

use super::plan::Plan;
use super::planning::plan_of;
use super::sheet::Sheet;
use super::taking::Taking;
use super::{files, queue, record, telling, undoing};
use crate::audit::{Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::jobs::Outcome as Done;
use crate::{App, endpoints, notifications, people};

/// The job's kind.
pub(crate) const RUN: &str = "import.run";
/// What stands on the page of everybody whom an import touched.
pub(super) const TOLD: &str = "imported";
/// Rows of one transaction.
pub(super) const ROWS_AT_ONCE: usize = 500;
/// Lots after which others come first.
const LOTS: usize = 20;

/// Who did it, as the rows' history says: whoever began it.
pub(super) fn who(import: &Import) -> Who {
    Who { actor: Actor::Account(beginner(import).clone()), origin: Origin::default() }
}

/// Whoever began to take it in or back; of one of before that was kept, who brought it.
pub(super) fn beginner(import: &Import) -> &AccountId {
    import.begun_by.as_ref().unwrap_or(&import.created_by)
}

fn import_of(job: &Job) -> Result<ImportId> {
    let id = job.payload_json.0["import"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a job of no import"))
}

/// Works at an import until it is done, stopped, or others' turn comes.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Done> {
    let (tenant, id) = (job.tenant_id.clone(), import_of(job)?);
    let found = app.db.inspect(move |c| store::imports::get(c, &tenant, &id)).await;
    let import = match found {
        // Forgotten meanwhile.
        Err(store::Error::NotFound) => return Ok(Done::Done),
        other => other?,
    };
    match import.state {
        State::Running => take_in(app, import).await?,
        State::Undoing => undoing::take_back(app, import).await?,
        _ => {}
    }
    Ok(Done::Done)
}

/// Ends an import whose job was given up; who came until then stays.
pub(crate) fn give_up(app: &App, c: &mut Conn, job: &Job) -> Result<()> {
    let import = match store::imports::get(c, &job.tenant_id, &import_of(job)?) {
        Err(store::Error::NotFound) => return Ok(()),
        other => other?,
    };
    if import.state.is_under_way() { fail(app, c, &import, "error-imports-failed") } else { Ok(()) }
}

fn fail(app: &App, c: &mut Conn, import: &Import, problem: &str) -> Result<()> {
    let step = (import.state, State::Failed);
    store::imports::settle(c, &import.tenant_id, &import.id, step, problem, app.clock.now())?;
    // Its body has no row any more, and is swept away.
    files::forget_row(c, import)?;
    if import.state == State::Running {
        telling::given(app, c, import)?;
    }
    let now = store::imports::get(c, &import.tenant_id, &import.id)?;
    notifications::import_ended(app, c, &now)?;
    record(app, c, &Who::system(), import, "import.failed", json!({"problem": problem}))
}

/// Whether the import goes on after a lot.
pub(super) enum Next {
    /// It does, after so many rows.
    On(i64),
    /// It is over: done, or stopped by somebody.
    Over,
}

/// Takes the next rows for this transaction alone. Where another worker was quicker, which is none any
/// more or won't be for long, this one goes on after what it did.
pub(super) fn advance(
    c: &mut Conn,
    import: &Import,
    state: State,
    step: (i64, i64),
) -> Result<Option<Next>> {
    let (tenant, id) = (&import.tenant_id, &import.id);
    match store::imports::advance(c, tenant, id, state, step) {
        Ok(()) => return Ok(None),
        Err(store::Error::NotFound) => return Ok(Some(Next::Over)),
        Err(store::Error::Conflict) => {}
        Err(error) => return Err(error.into()),
    }
    let now = store::imports::get(c, tenant, id)?;
    Ok(Some(if now.state == state { Next::On(now.rows_done) } else { Next::Over }))
}

async fn take_in(app: &App, import: Import) -> Result<()> {
    people::numbers::read_all(app, &import.tenant_id).await?;
    let plan = plan_of(&import)?;
    let sheet = match files::sheet_of(app, &import, &plan.reading).await {
        Ok(sheet) => sheet,
        // What was read before can't be read now: trying again won't help.
        Err(Error::Invalid { key, .. }) => return fail_alone(app, import, key).await,
        Err(Error::Conflict { key }) => return fail_alone(app, import, key.to_owned()).await,
        Err(error) => return Err(error),
    };
    let (plan, sheet, import) = (Arc::new(plan), Arc::new(sheet), Arc::new(import));
    let mut done = import.rows_done;
    for lot in 1..=LOTS {
        if lot.is_power_of_two() {
            renew_statistics(app).await;
        }
        let (app2, plan, sheet, import2) =
            (app.clone(), plan.clone(), sheet.clone(), import.clone());
        let next = app
            .db
            .transact(move |c| take_lot(&app2, c, &import2, &plan, &sheet, done, lot == LOTS))
            .await?;
        match next {
            Next::On(next) => done = next,
            Next::Over => break,
        }
    }
    let still = {
        let import = import.clone();
        app.db
            .inspect(move |c| {
                Ok::<_, Error>(store::imports::get(c, &import.tenant_id, &import.id)?)
            })
            .await?
    };
    if still.document_id.is_none() {
        files::forget(app, &import.tenant_id, import.document_id.clone()).await;
    }
    Ok(())
}

/// Many rows at once make another table of one; what isn't known of it makes the next lot slow, not wrong.
async fn renew_statistics(app: &App) {
    if let Err(error) = store::statistics::renew(&app.db).await {
        tracing::debug!(%error, "statistics were not renewed");
    }
}

async fn fail_alone(app: &App, import: Import, problem: String) -> Result<()> {
    let app2 = app.clone();
    app.db
        .transact(move |c| {
            let now = store::imports::get(c, &import.tenant_id, &import.id)?;
            if now.state == State::Running { fail(&app2, c, &now, &problem) } else { Ok(()) }
        })
        .await
}

fn take_lot(
    app: &App,
    c: &mut Conn,
    import: &Import,
    plan: &Plan,
    sheet: &Sheet,
    done: i64,
    others_turn: bool,
) -> Result<Next> {
    // Who is there is looked up once for a lot. Of two imports at once the second looks when the first's
    // lot is there, or both would bring the same people.
    store::tenants::lock(c, &import.tenant_id)?;
    let first = plan.first_row() + usize::try_from(done).map_err(Error::internal)?;
    let count = sheet.len().saturating_sub(first).min(ROWS_AT_ONCE);
    let step = (done, done + i64::try_from(count).map_err(Error::internal)?);
    if let Some(next) = advance(c, import, State::Running, step)? {
        // The last lot doesn't end the work while there is some.
        if others_turn && matches!(next, Next::On(_)) {
            queue(app, c, import)?;
        }
        return Ok(next);
    }
    let mut taking = Taking::begin(app, c, import, plan)?;
    taking.rows(c, sheet, first, count)?;
    let counts = taking.counts;
    telling::keep_given(c, import, taking.given)?;
    store::imports::count(c, &import.tenant_id, &import.id, counts)?;
    let is_last = first + count >= sheet.len();
    if count > 0 {
        record(app, c, &who(import), import, "import.rows", told(counts, step))?;
    }
    if is_last {
        finish(app, c, import)?;
        return Ok(Next::Over);
    }
    if others_turn {
        queue(app, c, import)?;
    }
    Ok(Next::On(step.1))
}

fn told(counts: Counts, (from, to): (i64, i64)) -> serde_json::Value {
    let Counts { made, changed, skipped, refused, .. } = counts;
    json!({
        "from": from + 1, "to": to,
        "made": made, "changed": changed, "skipped": skipped, "refused": refused,
    })
}

fn finish(app: &App, c: &mut Conn, import: &Import) -> Result<()> {
    let step = (State::Running, State::Done);
    store::imports::settle(c, &import.tenant_id, &import.id, step, "", app.clock.now())?;
    files::forget_row(c, import)?;
    telling::given(app, c, import)?;
    let now = store::imports::get(c, &import.tenant_id, &import.id)?;
    notifications::import_ended(app, c, &now)?;
    let detail = told(now.counts(), (0, now.rows_done));
    endpoints::events::publish(
        app,
        c,
        &import.tenant_id,
        "import.finished",
        import.id.as_str(),
        &detail,
    )?;
    // About people, so that pages which show them look again.
    people::record_many(app, c, &import.tenant_id, &who(import), "person.imported", detail)
}
