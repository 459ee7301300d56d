//! Examples to look around with: people, appointments, tasks and files of a small business that never was. They
//! come at once while there is nothing of one's own, or as a sample business of its own, whose story is
//! told act by act. They are told apart from what is one's own, and go at one press.

mod bringing;
mod story;
mod telling;

use domain::{AppointmentId, DocumentId, Permission, PersonId, TaskId, TenantId};
use serde_json::json;
use store::Conn;
use store::documents::Document;
use store::examples::{Example, ExampleKind};
use store::people::PersonFilter;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::calendar_push::withdrawal;
use crate::context::Context;
use crate::documents;
use crate::error::{Error, Result};
use bringing::Bringing;
use story::{PAPERS, Story};

pub use telling::{BEGAN_DAYS, tell};

fn require(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)
}

/// Brings the examples, in the reader's language, into a business that has nobody yet. Twice is once.
///
/// # Errors
/// [`Error::Conflict`] where there are people already.
pub async fn bring(app: &App, ctx: &Context) -> Result<()> {
    require(ctx)?;
    let files = seal(app, ctx).await?;
    let ids: Vec<DocumentId> = files.iter().map(|file| file.id.clone()).collect();
    let (app2, ctx2) = (app.clone(), ctx.clone());
    let brought = app
        .db
        .transact(move |c| -> Result<bool> {
            store::tenants::lock(c, &ctx2.tenant)?;
            if store::examples::count(c, &ctx2.tenant)? > 0 {
                return Ok(false);
            }
            require_empty(c, &ctx2)?;
            Bringing::new(&app2, c, &ctx2)?.all(c, files)?;
            record(&app2, c, &ctx2, BROUGHT)?;
            Ok(true)
        })
        .await;
    if !matches!(brought, Ok(true)) {
        documents::delete_bodies(app, &ctx.tenant, ids).await;
    }
    brought.map(drop)
}

/// The files of the story, sealed before anybody waits for them; nobody knows of them yet.
async fn seal(app: &App, ctx: &Context) -> Result<Vec<Document>> {
    let story = Story::new(ctx, app.clock.now());
    let mut files = Vec::new();
    for paper in &PAPERS {
        files.push(documents::seal_example(app, ctx, story.paper(paper)).await?);
    }
    Ok(files)
}

fn require_empty(c: &mut Conn, ctx: &Context) -> Result<()> {
    match store::people::count(c, &ctx.tenant, &PersonFilter::default())? {
        0 => Ok(()),
        _ => Err(Error::Conflict { key: "error-examples-not-empty" }),
    }
}

/// Removes all examples and what hangs on them, also from the calendars that they were put into. What is
/// one's own stays: an appointment with one of them is with nobody then. Twice is once.
pub async fn remove(app: &App, ctx: &Context) -> Result<()> {
    require(ctx)?;
    let (app2, ctx, tenant) = (app.clone(), ctx.clone(), ctx.tenant.clone());
    let files = app
        .db
        .transact(move |c| -> Result<Vec<DocumentId>> {
            store::tenants::lock(c, &ctx.tenant)?;
            if store::examples::count(c, &ctx.tenant)? == 0 {
                return Ok(Vec::new());
            }
            for each in store::examples::hold_in_calendars(c, &ctx.tenant)? {
                withdrawal::withdraw(&app2, c, &each)?;
            }
            let files = store::examples::delete_all(c, &ctx.tenant)?;
            record(&app2, c, &ctx, "examples.removed")?;
            Ok(files)
        })
        .await?;
    if !files.is_empty() {
        documents::delete_bodies(app, &tenant, files).await;
    }
    app.wake_jobs();
    Ok(())
}

const BROUGHT: &str = "examples.brought";

fn record(app: &App, c: &mut Conn, ctx: &Context, action: &'static str) -> Result<()> {
    let act = Act { action, entity: "tenant", entity_id: ctx.tenant.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}

/// What the story of a sample business made by an act.
enum Made {
    Person(PersonId),
    Appointment(AppointmentId),
    /// The first of a series.
    Series(AppointmentId),
    Task(TaskId),
}

/// Keeps what was just made as an example.
async fn keep(app: &App, ctx: &Context, made: Made) -> Result<()> {
    let tenant = ctx.tenant.clone();
    app.db
        .transact(move |c| -> Result<()> {
            match made {
                Made::Person(id) => {
                    put(c, &tenant, ExampleKind::Person, id.as_str())?;
                    // There were no tags before the story began.
                    for (_, tag) in store::tags::list_of(c, &tenant, std::slice::from_ref(&id))? {
                        put(c, &tenant, ExampleKind::Tag, tag.as_str())?;
                    }
                    Ok(())
                }
                Made::Appointment(id) => put(c, &tenant, ExampleKind::Appointment, id.as_str()),
                Made::Series(first) => {
                    let place = store::series::find_occurrence(c, &tenant, &first)?;
                    let id = place.ok_or(Error::NotFound)?.series_id;
                    put(c, &tenant, ExampleKind::Series, id.as_str())?;
                    for (_, each) in store::series::list_all(c, &tenant, &id)? {
                        put(c, &tenant, ExampleKind::Appointment, each.id.as_str())?;
                    }
                    Ok(())
                }
                Made::Task(id) => put(c, &tenant, ExampleKind::Task, id.as_str()),
            }
        })
        .await
}

fn put(c: &mut Conn, tenant: &TenantId, kind: ExampleKind, id: &str) -> Result<()> {
    if store::examples::is_one(c, tenant, kind, id)? {
        return Ok(());
    }
    let (tenant_id, entity_id) = (tenant.clone(), id.to_owned());
    Ok(store::examples::insert(c, &Example { tenant_id, kind, entity_id })?)
}
