//! What was given up, as a page shows it: what it was about, why, and another try.

use domain::{JobId, Permission, PluginId, Timestamp};
use serde_json::{Value, json};
use store::Conn;
use store::jobs::{Job, JobState, LEASE_RAN_OUT};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};

pub use store::Cursor;

/// The most jobs that one click tries again or sets aside.
pub const AT_ONCE_MAX: usize = 500;

/// A piece of work that was given up.
#[derive(Debug, Clone)]
pub struct GivenUp {
    /// Its id.
    pub id: JobId,
    /// What was to be done, such as `calendar.push`.
    pub kind: String,
    /// What it was about, such as an appointment's title; empty where it has no name.
    pub subject: String,
    /// The page of what it was about, where there is one.
    pub page: Option<String>,
    /// The plugin that was to do it.
    pub plugin: Option<PluginId>,
    /// Why: a translation key, which may be one that nobody has a text for.
    pub problem: String,
    /// What the log says about it.
    pub detail: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was given up.
    pub at: Timestamp,
}

/// A part of the list, latest first.
#[derive(Debug, Clone)]
pub struct GivenUpPage {
    /// The lines.
    pub items: Vec<GivenUp>,
    /// What to ask the next page with.
    pub next: Option<Cursor>,
    /// How many there are of each kind, the most first.
    pub kinds: Vec<(String, i64)>,
}

/// What was given up and not set aside.
pub async fn list_given_up(
    app: &App,
    ctx: &Context,
    after: Option<Cursor>,
    limit: i64,
) -> Result<GivenUpPage> {
    ctx.require_to_see(Permission::ManageJobs)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<GivenUpPage> {
            let page = store::jobs::list_dead(c, &tenant, after.as_ref(), limit)?;
            let items = page.items.into_iter().map(|job| view(c, job));
            Ok(GivenUpPage {
                items: items.collect::<Result<_>>()?,
                next: page.next,
                kinds: store::jobs::count_dead_by_kind(c, &tenant)?,
            })
        })
        .await
}

/// One that was given up and not set aside.
pub async fn get_given_up(app: &App, ctx: &Context, id: &JobId) -> Result<GivenUp> {
    ctx.require_to_see(Permission::ManageJobs)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<GivenUp> {
            let job = store::jobs::get(c, &tenant, &id)?;
            if job.state != JobState::Dead || job.dismissed_at.is_some() {
                return Err(Error::NotFound);
            }
            view(c, job)
        })
        .await
}

fn view(c: &mut Conn, job: Job) -> Result<GivenUp> {
    let (subject, page) = subject(c, &job)?;
    let told = job.last_problem.unwrap_or_default();
    let (problem, detail) = told.split_once(' ').unwrap_or((&told, ""));
    let problem = if problem == LEASE_RAN_OUT { "error-job-cut-off" } else { problem };
    Ok(GivenUp {
        id: job.id,
        kind: job.kind,
        subject,
        page,
        plugin: job.plugin_id,
        problem: problem.to_owned(),
        detail: detail.to_owned(),
        tries: job.attempts,
        at: job.updated_at,
    })
}

/// What a job is about, by its name of today.
fn subject(c: &mut Conn, job: &Job) -> Result<(String, Option<String>)> {
    let payload: &Value = &job.payload_json.0;
    let tenant = &job.tenant_id;
    if let Some(id) = payload["appointment"].as_str().and_then(|id| id.parse().ok())
        && let Some(appointment) = store::appointments::find(c, tenant, &id)?
    {
        return Ok((appointment.title, Some(format!("/appointments/{id}"))));
    }
    if let Some(id) = payload["calendar"].as_str().and_then(|id| id.parse().ok())
        && let Some(calendar) = store::calendars::find(c, tenant, &id)?
    {
        return Ok((calendar.name, Some(format!("/connections/{}", calendar.connection_id))));
    }
    Ok((String::new(), None))
}

/// Has these tried again; answers how many were given up and are not any more. Twice is once.
///
/// # Errors
/// [`crate::Error::NotFound`] when one of them isn't this business's: then none is.
pub async fn try_again(app: &App, ctx: &Context, ids: Vec<JobId>) -> Result<usize> {
    act(app, ctx, ids, "job.retried", store::jobs::replay).await
}

/// Has all of a kind tried again, the oldest [`AT_ONCE_MAX`] of them; answers how many.
pub async fn try_kind_again(app: &App, ctx: &Context, kind: &str) -> Result<usize> {
    let ids = ids_of_kind(app, ctx, kind).await?;
    try_again(app, ctx, ids).await
}

async fn ids_of_kind(app: &App, ctx: &Context, kind: &str) -> Result<Vec<JobId>> {
    ctx.require_to_see(Permission::ManageJobs)?;
    let (tenant, kind) = (ctx.tenant.clone(), kind.to_owned());
    let most = i64::try_from(AT_ONCE_MAX).unwrap_or(i64::MAX);
    let list = move |c: &mut Conn| store::jobs::list_dead_of_kind(c, &tenant, &kind, most);
    Ok(app.db.read(list).await?)
}

/// Sets these aside: they are not tried again, and forgotten after a while. Twice is once.
///
/// # Errors
/// [`crate::Error::NotFound`] when one of them isn't this business's: then none is.
pub async fn dismiss(app: &App, ctx: &Context, ids: Vec<JobId>) -> Result<usize> {
    act(app, ctx, ids, "job.dismissed", store::jobs::dismiss).await
}

/// Sets all of a kind aside, the oldest [`AT_ONCE_MAX`] of them; answers how many.
pub async fn dismiss_kind(app: &App, ctx: &Context, kind: &str) -> Result<usize> {
    let ids = ids_of_kind(app, ctx, kind).await?;
    dismiss(app, ctx, ids).await
}

type Verb = fn(&mut Conn, &domain::TenantId, &JobId, Timestamp) -> store::Result<bool>;

/// Does it to each in one transaction, with an entry for each that it changed.
async fn act(
    app: &App,
    ctx: &Context,
    ids: Vec<JobId>,
    action: &'static str,
    verb: Verb,
) -> Result<usize> {
    ctx.require_to_see(Permission::ManageJobs)?;
    let (app2, ctx2) = (app.clone(), ctx.clone());
    let changed = app
        .db
        .transact(move |c| -> Result<usize> {
            let mut changed = 0;
            for id in ids.iter().take(AT_ONCE_MAX) {
                if !verb(c, &ctx2.tenant, id, app2.clock.now())? {
                    continue;
                }
                changed += 1;
                let job = store::jobs::get(c, &ctx2.tenant, id)?;
                let detail = json!({"kind": job.kind, "problem": job.last_problem});
                let act = Act { action, entity: "job", entity_id: id.as_str(), detail };
                audit::append(&app2, c, &ctx2.tenant, &Who::from(&ctx2), &act)?;
            }
            Ok(changed)
        })
        .await?;
    app.wake_jobs();
    Ok(changed)
}
