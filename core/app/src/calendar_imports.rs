//! Calendar files (`.ics`) that somebody brings: looked at first, event by event, and then taken in, or
//! not. What an import did can be undone as one.
//!
//! Nobody outside hears of it: guests of the events are looked for among the people, and get nothing. The
//! appointments stay here, unless a calendar was chosen for them.

mod bringing;
mod looking;
mod moments;
mod reading;
mod rules;
mod texts;
mod undoing;

use domain::{CalendarImportId, Permission};
use serde_json::json;
use store::Conn;
use store::calendar_imports::{Effect, Import};

pub use bringing::{Choice, bring_import};
pub use looking::{Row, Standing};
pub use reading::{Content, EVENTS_MAX, FILE_BYTES_MAX, Note, Repeats, Told};
pub use store::calendar_imports::{Import as CalendarImport, State};
pub use undoing::undo_import;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};

/// How many imports a page shows.
const LISTED_MAX: i64 = 5;
/// How many files of a business wait at once; older ones make room.
const WAITING_MAX: i64 = 20;
/// How long a file waits for somebody to go on with it, in days.
pub const WAITING_DAYS: i64 = 1;
/// How long an import can be undone, in days.
pub const UNDO_DAYS: i64 = 30;

/// Keeps a file, to be looked at before anything comes of it.
///
/// # Errors
/// [`Error::Invalid`] of the field `file` where it is no calendar file, or a larger one than is read.
pub async fn keep_file(
    app: &App,
    ctx: &Context,
    name: &str,
    bytes: Vec<u8>,
) -> Result<CalendarImportId> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let text = reading::text_of(&bytes)?;
    // What can't be read is refused before it is kept.
    read(text.clone(), ctx).await?;
    let plain: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let import = Import {
        tenant_id: ctx.tenant.clone(),
        id: CalendarImportId::new(&*app.clock, &*app.rng),
        name: plain.trim().to_owned(),
        state: State::Waiting,
        file: text,
        created_by: Some(ctx.account.clone()),
        created_at: app.clock.now(),
        settled_at: None,
    };
    let id = import.id.clone();
    app.db
        .write(move |c| {
            store::calendar_imports::insert(c, &import)?;
            store::calendar_imports::delete_waiting(c, &import.tenant_id, WAITING_MAX)
        })
        .await?;
    Ok(id)
}

/// Reading is work for a processor, and for a library: should that break, it is the file's fault.
async fn read(text: String, ctx: &Context) -> Result<Vec<Told>> {
    let zone = ctx.zone.clone();
    let read = tokio::task::spawn_blocking(move || reading::read(&text, &zone)).await;
    read.unwrap_or_else(|_| Err(Error::invalid("file", "error-import-kind")))
}

/// An import, and what its file tells while it waits.
#[derive(Debug, Clone)]
pub struct Look {
    /// The import.
    pub import: CalendarImport,
    /// The file's events; none when it doesn't wait any more.
    pub rows: Vec<Row>,
    /// What it did.
    pub counts: Counts,
}

/// What an import did, or undid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Appointments that were made.
    pub made: i64,
    /// Appointments that were changed.
    pub changed: i64,
    /// Appointments that were cancelled.
    pub cancelled: i64,
}

/// Looks at an import: what would come of each event, or what came of the file.
pub async fn look_at_import(app: &App, ctx: &Context, id: &CalendarImportId) -> Result<Look> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (tenant, which) = (ctx.tenant.clone(), id.clone());
    let import =
        app.db.inspect(move |c| Ok::<_, Error>(store::calendar_imports::get(c, &tenant, &which)?));
    let import = import.await?;
    let told = match import.state {
        State::Waiting => read(import.file.clone(), ctx).await?,
        State::Done | State::Undone => Vec::new(),
    };
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Look> {
            let rows = looking::look(&app2, c, &ctx, told)?;
            let counts = counts(c, &ctx, &id)?;
            Ok(Look { import, rows, counts })
        })
        .await
}

fn counts(c: &mut Conn, ctx: &Context, id: &CalendarImportId) -> Result<Counts> {
    let mut count = |kind| store::calendar_imports::count_effects(c, &ctx.tenant, id, kind);
    Ok(Counts {
        made: count(Effect::Made)?,
        changed: count(Effect::Changed)?,
        cancelled: count(Effect::Cancelled)?,
    })
}

/// The last files that were taken in, latest first.
pub async fn list_imports(app: &App, ctx: &Context) -> Result<Vec<CalendarImport>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| Ok::<_, Error>(store::calendar_imports::list(c, &tenant, LISTED_MAX)?))
        .await
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    import: &Import,
    counts: Counts,
) -> Result<()> {
    let Counts { made, changed, cancelled } = counts;
    let detail = json!({
        "name": import.name, "made": made, "changed": changed, "cancelled": cancelled,
    });
    let act = Act { action, entity: "calendar_import", entity_id: import.id.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
