//! Everything that a business has, in one archive: each table as lines of JSON, each document as the file
//! it is, and a manifest that counts and sums them. Made by the worker, kept sealed for some days, handed
//! out to who asked for it and proves once more who they are: it tells how they sign in, which is theirs.

mod archive;

use domain::{DocumentId, ExportId, Permission};
use serde_json::json;
use store::Conn;
use store::documents::Retention;
use store::exports::{Export, State};
use store::jobs::{Job, Once};
use tokio::sync::mpsc;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::documents::{self, House};
use crate::error::{Error, Result};
use crate::jobs::{self, Outcome};
use crate::notifications;

pub use store::exports::{Export as Archive, State as ArchiveState};

/// The job's kind.
pub(crate) const RUN: &str = "export.run";
/// How long an archive is kept, in days.
pub const KEPT_DAYS: i64 = 7;
/// How many archives a page shows.
const LISTED_MAX: i64 = 20;

fn require(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)
}

/// The archives that are kept, latest first.
pub async fn list_archives(app: &App, ctx: &Context) -> Result<Vec<Archive>> {
    require(ctx)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::exports::list(c, &tenant, LISTED_MAX)?)).await
}

/// Begins to make an archive. While one is being made for who asks, that is the one.
pub async fn begin_archive(app: &App, ctx: &Context) -> Result<ExportId> {
    require(ctx)?;
    ctx.require_recent()?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    let id = app
        .db
        .transact(move |c| -> Result<ExportId> {
            // Of two who ask at once one waits, and gets the other's.
            store::tenants::lock(c, &ctx.tenant)?;
            let all = store::exports::list(c, &ctx.tenant, LISTED_MAX)?;
            let is_ours = |it: &Export| it.state == State::Running && it.created_by == ctx.account;
            if let Some(running) = all.into_iter().find(is_ours) {
                return Ok(running.id);
            }
            let now = app2.clock.now();
            let export = Export {
                tenant_id: ctx.tenant.clone(),
                id: ExportId::new(&*app2.clock, &*app2.rng),
                state: State::Running,
                document_id: None,
                done: 0,
                todo: 0,
                size_bytes: 0,
                created_by: ctx.account.clone(),
                created_at: now,
                ended_at: None,
                expires_at: now.plus_secs(KEPT_DAYS * 24 * 3_600),
            };
            store::exports::insert(c, &export)?;
            let mut job = jobs::new_job(&app2, &ctx.tenant, RUN, json!({"export": export.id}));
            job.once = Once::WhileUnfinished(export.id.to_string());
            store::jobs::enqueue(c, &job, now)?;
            record(&app2, c, &Who::from(&ctx), &export, "export.begun")?;
            Ok(export.id)
        })
        .await?;
    app.wake_jobs();
    Ok(id)
}

fn export_of(job: &Job) -> Result<ExportId> {
    let id = job.payload_json.0["export"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a job of no export"))
}

/// Makes the archive; begun again, it is made anew.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let (tenant, id) = (job.tenant_id.clone(), export_of(job)?);
    let look = move |c: &mut Conn| -> store::Result<_> {
        Ok((store::exports::get(c, &tenant, &id)?, store::tenants::get(c, &tenant)?.zone))
    };
    let (export, zone) = match app.db.inspect(look).await {
        Err(store::Error::NotFound) => return Ok(Outcome::Done),
        other => other?,
    };
    if export.state != State::Running {
        return Ok(Outcome::Done);
    }
    let day = zone.local(export.created_at).strftime("%Y-%m-%d").to_string();
    let house = House {
        tenant: export.tenant_id.clone(),
        name: format!("oxpi-{day}.zip"),
        media_type: "application/zip".to_owned(),
        source: store::exports::ARCHIVE.to_owned(),
        retention: Retention::Plugin,
    };
    let (app2, export2) = (app.clone(), export.clone());
    let row = documents::keep_own(app, house, move |out| {
        archive::write(&app2, &export2, out).map_err(std::io::Error::other)
    })
    .await?;
    let (app2, row2) = (app.clone(), row.clone());
    let kept = app
        .db
        .transact(move |c| -> Result<()> {
            let document = Some((&row2.id, row2.size_bytes));
            let now = app2.clock.now();
            store::exports::settle(c, &export.tenant_id, &export.id, document, now)?;
            store::documents::insert(c, &row2)?;
            let now = store::exports::get(c, &export.tenant_id, &export.id)?;
            notifications::archive_ended(&app2, c, &now)?;
            record(&app2, c, &Who::system(), &export, "export.made")
        })
        .await;
    if let Err(error) = kept {
        documents::delete_bodies(app, &row.tenant_id, vec![row.id]).await;
        // Somebody removed it meanwhile, or another run was quicker.
        let is_over = matches!(error, Error::Conflict { .. } | Error::NotFound);
        return if is_over { Ok(Outcome::Done) } else { Err(error) };
    }
    Ok(Outcome::Done)
}

/// Ends an archive whose job was given up.
pub(crate) fn give_up(app: &App, c: &mut Conn, job: &Job) -> Result<()> {
    let id = export_of(job)?;
    match store::exports::settle(c, &job.tenant_id, &id, None, app.clock.now()) {
        Err(store::Error::Conflict | store::Error::NotFound) => return Ok(()),
        other => other?,
    }
    let export = store::exports::get(c, &job.tenant_id, &id)?;
    notifications::archive_ended(app, c, &export)?;
    record(app, c, &Who::system(), &export, "export.failed")
}

/// An archive's bytes, for a download, which the activity log notes before they go.
///
/// # Errors
/// [`Error::Unproven`] where the last proof of who acts is too long ago, [`Error::Forbidden`] where
/// somebody else asked for the archive.
pub async fn download_archive(
    app: &App,
    ctx: &Context,
    id: &ExportId,
) -> Result<(documents::Document, mpsc::Receiver<Result<Vec<u8>>>)> {
    let (export, row) = file_of(app, ctx, id).await?;
    let (app2, who) = (app.clone(), Who::from(ctx));
    app.db.transact(move |c| record(&app2, c, &who, &export, "export.downloaded")).await?;
    let body = documents::stream_body(app, &row).await?;
    Ok((row, body))
}

/// What is known of an archive's file, for whoever may download it and asks for no byte of it. Nothing is
/// noted.
///
/// # Errors
/// As of [`download_archive`].
pub async fn get_archive_file(
    app: &App,
    ctx: &Context,
    id: &ExportId,
) -> Result<documents::Document> {
    Ok(file_of(app, ctx, id).await?.1)
}

async fn file_of(app: &App, ctx: &Context, id: &ExportId) -> Result<(Export, documents::Document)> {
    require(ctx)?;
    let (ctx2, id) = (ctx.clone(), id.clone());
    let (export, row) = app
        .db
        .inspect(move |c| -> Result<_> {
            let export = store::exports::get(c, &ctx2.tenant, &id)?;
            let document = export.document_id.clone().ok_or(Error::NotFound)?;
            let row = store::documents::get(c, &ctx2.tenant, &document)?;
            Ok((export, row))
        })
        .await?;
    ctx.require_recent()?;
    if export.created_by != ctx.account {
        return Err(Error::Forbidden);
    }
    Ok((export, row))
}

/// Removes an archive before its time; what it is of stays.
pub async fn delete_archive(app: &App, ctx: &Context, id: &ExportId) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let gone = app
        .db
        .transact(move |c| -> Result<Option<DocumentId>> {
            let export = store::exports::get(c, &ctx2.tenant, &id)?;
            record(&app2, c, &Who::from(&ctx2), &export, "export.removed")?;
            forget(c, &export)
        })
        .await?;
    documents::delete_bodies(app, &ctx.tenant, gone.into_iter().collect()).await;
    Ok(())
}

fn forget(c: &mut Conn, export: &Export) -> Result<Option<DocumentId>> {
    store::exports::delete(c, &export.tenant_id, &export.id)?;
    if let Some(id) = &export.document_id {
        store::documents::delete(c, &export.tenant_id, id)?;
    }
    Ok(export.document_id.clone())
}

/// Forgets archives whose time is over; answers how many.
pub(crate) async fn sweep(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let old = app.db.read(move |c| store::exports::list_expired(c, now, 100)).await?;
    let count = old.len();
    for export in old {
        let tenant = export.tenant_id.clone();
        let gone = app.db.transact(move |c| forget(c, &export)).await?;
        documents::delete_bodies(app, &tenant, gone.into_iter().collect()).await;
    }
    Ok(count)
}

fn record(app: &App, c: &mut Conn, who: &Who, export: &Export, action: &'static str) -> Result<()> {
    let act = Act { action, entity: "export", entity_id: export.id.as_str(), detail: json!({}) };
    audit::append(app, c, &export.tenant_id, who, &act)
}
