//! Lists of people that somebody brings in a file: looked at first, then taken in row by row as work of
//! the worker's, which can be followed, stopped, and taken back as one.

#[macro_use]
mod words;
mod cards;
mod dates;
mod decimals;
mod doubles;
mod encodings;
mod files;
mod known;
mod listing;
mod looking;
mod meanings;
mod plan;
mod planning;
mod reading;
mod rows;
mod running;
mod sheet;
mod taking;
mod targets;
mod telling;
mod undoing;
mod workbooks;
mod worth;

use std::sync::Arc;

use domain::{ImportId, Permission};
use serde_json::json;
use store::Conn;
use store::imports::Import;
use store::jobs::Once;

pub use encodings::CHOICES as ENCODINGS;
pub use listing::{RowPerson, Whom, list_imports_after, list_row_people};
pub use looking::{Look, Shown, look_at_import};
pub use meanings::{
    AS_NOTE, AS_TAG, LEAVE, MEANINGS_MAX, MEANT_CHARS_MAX, Meaning, Unknown, Words,
};
pub use plan::{Column, DateOrder, Decimals, Doubles, Format, Plan, Reading};
pub use planning::{PlanInput, plan_import, plan_of};
pub use reading::{FILE_BYTES_MAX, SEPARATORS, WORKBOOK_BYTES_MAX};
pub use rows::{Said, Wrong};
pub use sheet::{ROWS_MAX, Sheet};
pub use store::imports::{Counts, Import as PeopleImport, Outcome, RowResult, State};
pub use targets::Target;
pub use undoing::undo_import;

pub(crate) use running::{RUN, give_up, run};

use known::Known;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::notifications;

/// How many files of a business wait at once; older ones make room.
const WAITING_MAX: usize = 10;
/// How long a file waits for somebody to go on with it, in days.
pub const WAITING_DAYS: i64 = 2;
/// How long an import can be undone, in days; what it refused can be had for as long.
pub const UNDO_DAYS: i64 = 30;
/// Of how many rows what came of them is forgotten in a transaction.
const FORGOTTEN_AT_ONCE: i64 = 5_000;

fn require(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::WritePeople)
}

/// Work for a processor, and for libraries: should one of them break, it is the file's fault.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Error::invalid("file", "error-imports-kind")))
}

/// What a column can be in every business, in the order in which it is offered; behind them stand its own
/// fields.
pub fn list_targets() -> &'static [Target] {
    Target::ALL
}

/// Keeps a file, to be looked at before anything comes of it.
///
/// # Errors
/// [`Error::Invalid`] of the field `file` where it can't be read, or is larger than is read.
pub async fn keep_file(app: &App, ctx: &Context, name: &str, bytes: Vec<u8>) -> Result<ImportId> {
    require(ctx)?;
    let (locale, zone) = (ctx.locale, ctx.zone.name().to_owned());
    let own = crate::own_fields::list_fields(app, ctx).await?;
    let known = Known::of(app, ctx).await?;
    // As when it is read later: many who send files at once wait for each other.
    let room = files::room_for(bytes.len(), reading::is_packed(&bytes)).await?;
    let bytes = Arc::new(bytes);
    let read = bytes.clone();
    // What can't be read is refused before it is kept.
    let (plan, rows_all) = apart(move || {
        let _held = room;
        let reading = reading::sniff(&read, locale)?;
        let sheet = reading::read(&read, &reading)?;
        Ok(planning::guess(reading, &sheet, locale, &zone, &own, &known))
    })
    .await?;
    let plain: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let document = files::keep(app, ctx, plain.trim(), bytes).await?;
    let import = Import {
        tenant_id: ctx.tenant.clone(),
        id: ImportId::new(&*app.clock, &*app.rng),
        name: plain.trim().to_owned(),
        state: State::Waiting,
        document_id: Some(document.id.clone()),
        plan_json: serde_json::to_value(plan)?.into(),
        rows_all,
        rows_done: 0,
        made: 0,
        changed: 0,
        skipped: 0,
        refused: 0,
        kept: 0,
        problem: String::new(),
        created_by: ctx.account.clone(),
        created_at: app.clock.now(),
        settled_at: None,
        begun_at: None,
        begun_by: None,
    };
    let id = import.id.clone();
    let (app2, ctx2) = (app.clone(), ctx.clone());
    let gone = app
        .db
        .transact(move |c| -> Result<Vec<domain::DocumentId>> {
            store::documents::insert(c, &document)?;
            store::imports::insert(c, &import)?;
            record(&app2, c, &Who::from(&ctx2), &import, "import.uploaded", json!({}))?;
            make_room(&app2, c, &ctx2, &import)
        })
        .await?;
    files::forget(app, &ctx.tenant, gone).await;
    Ok(id)
}

/// The oldest waiting files of a business go where there are too many, never the one that came just now,
/// whatever the clock says of the others; answers whose bodies follow.
fn make_room(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    newest: &Import,
) -> Result<Vec<domain::DocumentId>> {
    let mut gone = Vec::new();
    let waiting = store::imports::list_waiting(c, &ctx.tenant)?;
    let others = waiting.into_iter().filter(|import| import.id != newest.id);
    for old in others.skip(WAITING_MAX - 1) {
        gone.extend(discard(app, c, ctx, &old)?);
    }
    Ok(gone)
}

/// An import.
pub async fn get_import(app: &App, ctx: &Context, id: &ImportId) -> Result<Import> {
    require(ctx)?;
    find(app, ctx, id).await
}

async fn find(app: &App, ctx: &Context, id: &ImportId) -> Result<Import> {
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok::<_, Error>(store::imports::get(c, &tenant, &id)?)).await
}

/// Begins to take a waiting file in. Once begun, beginning again changes nothing.
///
/// # Errors
/// [`Error::Invalid`] where no column is a name, a company, a number or an address to be known by.
pub async fn start_import(app: &App, ctx: &Context, id: &ImportId) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let import = store::imports::get(c, &ctx2.tenant, &id)?;
            if import.state != State::Waiting {
                return Ok(());
            }
            let plan = plan_of(&import)?;
            let names = |column: &Column| {
                use Target::{Company, Email, FirstName, LastName, Name, Phone};
                matches!(column.to, Name | FirstName | LastName | Company | Email | Phone)
            };
            if !plan.columns.iter().any(names) {
                return Err(Error::invalid("form", "error-imports-no-name"));
            }
            if import.rows_all == 0 {
                return Err(Error::invalid("form", "error-imports-empty"));
            }
            let step = (State::Waiting, State::Running);
            let now = app2.clock.now();
            store::imports::begin(c, &ctx2.tenant, &id, step, (now, &ctx2.account))?;
            queue(&app2, c, &import)?;
            let detail = json!({"rows": import.rows_all, "doubles": plan.doubles.as_str()});
            record(&app2, c, &Who::from(&ctx2), &import, "import.begun", detail)
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

/// Queues the work on an import that is under way.
fn queue(app: &App, c: &mut Conn, import: &Import) -> Result<()> {
    let payload = json!({"import": import.id});
    let mut job = crate::jobs::new_job(app, &import.tenant_id, RUN, payload);
    // Two at once would do no harm, and no good.
    job.once = Once::No;
    store::jobs::enqueue(c, &job, app.clock.now())?;
    Ok(())
}

/// Stops an import that is running; who came until then stays. One that has ended stays as it is. A
/// waiting file is thrown away.
pub async fn cancel_import(app: &App, ctx: &Context, id: &ImportId) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let gone = app
        .db
        .transact(move |c| -> Result<Option<domain::DocumentId>> {
            let import = store::imports::get(c, &ctx2.tenant, &id)?;
            if !matches!(import.state, State::Running | State::Waiting) {
                return Ok(None);
            }
            if import.state == State::Waiting {
                return discard(&app2, c, &ctx2, &import);
            }
            let who = Who::from(&ctx2);
            let step = (State::Running, State::Cancelled);
            store::imports::settle(c, &ctx2.tenant, &id, step, "", app2.clock.now())?;
            telling::given(&app2, c, &import)?;
            let detail = json!({"done": import.rows_done});
            record(&app2, c, &who, &import, "import.cancelled", detail)?;
            files::forget_row(c, &import)
        })
        .await?;
    files::forget(app, &ctx.tenant, gone).await;
    Ok(())
}

/// Throws a waiting file away.
///
/// # Errors
/// [`Error::Conflict`] where it waits no more.
pub async fn discard_import(app: &App, ctx: &Context, id: &ImportId) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let gone = app
        .db
        .transact(move |c| -> Result<Option<domain::DocumentId>> {
            let import = store::imports::get(c, &ctx2.tenant, &id)?;
            if import.state != State::Waiting {
                return Err(Error::Conflict { key: "error-imports-begun" });
            }
            discard(&app2, c, &ctx2, &import)
        })
        .await?;
    files::forget(app, &ctx.tenant, gone).await;
    Ok(())
}

fn discard(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    import: &Import,
) -> Result<Option<domain::DocumentId>> {
    store::imports::delete(c, &ctx.tenant, &import.id)?;
    record(app, c, &Who::from(ctx), import, "import.discarded", json!({}))?;
    files::forget_row(c, import)
}

/// What came of rows after a number, such as those that were refused.
pub async fn list_results(
    app: &App,
    ctx: &Context,
    id: &ImportId,
    outcome: Outcome,
    after: i64,
    limit: i64,
) -> Result<Vec<RowResult>> {
    require(ctx)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| {
            store::imports::get(c, &tenant, &id)?;
            Ok(store::imports::list_results(c, &tenant, &id, &[outcome], after, limit)?)
        })
        .await
}

/// Forgets files that nobody went on with, and what came of old imports; answers how many.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    const DAY_SECS: i64 = 24 * 3_600;
    let now = app.clock.now();
    let (waiting, settled) =
        (now.plus_secs(-WAITING_DAYS * DAY_SECS), now.plus_secs(-UNDO_DAYS * DAY_SECS));
    let old = app.db.read(move |c| store::imports::list_before(c, waiting, settled, 100)).await?;
    let count = old.len();
    for import in old {
        let tenant = import.tenant_id.clone();
        // What came of its rows goes some at a time: others write in between.
        loop {
            let (of, id) = (tenant.clone(), import.id.clone());
            let some = move |c: &mut Conn| {
                store::imports::delete_some_results(c, &of, &id, FORGOTTEN_AT_ONCE)
            };
            if app.db.write(some).await? == 0 {
                break;
            }
        }
        let gone = app
            .db
            .transact(move |c| -> Result<Option<domain::DocumentId>> {
                store::imports::delete(c, &import.tenant_id, &import.id)?;
                notifications::import_forgotten(c, &import)?;
                files::forget_row(c, &import)
            })
            .await?;
        files::forget(app, &tenant, gone).await;
    }
    Ok(count)
}

fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    import: &Import,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let mut detail = detail;
    detail["name"] = json!(import.name);
    let act = Act { action, entity: "import", entity_id: import.id.as_str(), detail };
    audit::append(app, c, &import.tenant_id, who, &act)
}
