//! Jobs and events of plugins.

use domain::{JobId, OutboxId, Timestamp};
use runtime::CallContext;
use serde_json::{Value, json};
use store::idempotency::Answer;
use store::jobs::Once;

use crate::error::{Error, Result};
use crate::{App, jobs};

pub(super) async fn enqueue(
    app: &App,
    ctx: &CallContext,
    handler: &str,
    payload: Value,
    run_at: Option<Timestamp>,
    key: &str,
) -> Result<String> {
    let work = json!({"handler": handler, "payload": payload});
    let mut job = jobs::new_job(app, &ctx.tenant, jobs::PLUGIN_JOB, work);
    job.once = if key.is_empty() { Once::No } else { Once::Ever(key.to_owned()) };
    job.plugin_id = Some(ctx.plugin.clone());
    job.connection_id.clone_from(&ctx.connection);
    if let Some(at) = run_at {
        job.run_at = at;
    }
    let now = app.clock.now();
    let ctx = ctx.clone();
    let done = app
        .db
        .transact(move |c| -> Result<_> {
            super::fence(c, &ctx)?;
            Ok(store::jobs::enqueue(c, &job, now)?)
        })
        .await?;
    app.wake_jobs();
    Ok(done.id.to_string())
}

pub(super) async fn cancel(app: &App, ctx: &CallContext, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<JobId>() else { return Err(Error::NotFound) };
    let (ctx, tenant, plugin) = (ctx.clone(), ctx.tenant.clone(), ctx.plugin.clone());
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            let job = store::jobs::find(c, &tenant, &id)?;
            match job {
                Some(job)
                    if job.plugin_id.as_ref() == Some(&plugin) && job.kind == jobs::PLUGIN_JOB =>
                {
                    Ok(store::jobs::cancel(c, &tenant, &id)?)
                }
                _ => Err(Error::NotFound),
            }
        })
        .await
}

pub(super) async fn publish(
    app: &App,
    ctx: &CallContext,
    topic: &str,
    payload: Value,
    key: &str,
) -> Result<()> {
    let (app2, ctx, topic, key) = (app.clone(), ctx.clone(), topic.to_owned(), key.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            let scope = format!("event/{}/{topic}", ctx.plugin);
            let now = app2.clock.now();
            let answer = Answer {
                tenant_id: ctx.tenant.clone(),
                scope,
                key,
                result_json: json!({}).into(),
                created_at: now,
            };
            if !store::idempotency::insert(c, &answer)? {
                return Ok(());
            }
            let row = store::outbox::Effect {
                id: OutboxId::new(&*app2.clock, &*app2.rng),
                tenant_id: ctx.tenant.clone(),
                topic,
                subject_id: ctx.plugin.to_string(),
                payload_json: payload.into(),
                created_at: now,
                dispatched_at: None,
            };
            Ok(store::outbox::insert(c, &row)?)
        })
        .await?;
    app.wake_jobs();
    Ok(())
}
