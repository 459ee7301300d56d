//! What plugins reach of the workspace, always through their tenant: the other caller of this room.
//! The runtime has checked the grant before anything here is called; here tenancy is checked and
//! the work done.

mod approvals;
mod core_records;
mod credentials;
mod documents;
mod events;
mod foreign;
mod keys;
mod records;

use std::sync::{OnceLock, Weak};

use async_trait::async_trait;
use domain::{ConnectionId, Secret, Timestamp};
use runtime::manifest::Slot;
use runtime::{
    ApprovalUse, CallContext, CallReport, ConnectionInfo, EgressEntry, LogEntry, LogLevel,
    NewDocument, Page, Problem, Proposal, Services, Words,
};
use serde_json::{Value, json};

use crate::audit::Who;
use crate::error::Error;
use crate::incidents::Incident;
use crate::{App, Parts, egress};

/// The workspace behind the runtime. Made before the app, since the engine needs it, and bound to
/// the app once that exists.
#[derive(Default)]
pub struct Workspace {
    parts: OnceLock<Weak<Parts>>,
}

impl Workspace {
    /// Lets plugins reach this app from now on.
    pub fn bind(&self, app: &App) {
        let _ = self.parts.set(app.downgrade());
    }

    fn app(&self) -> Result<App, Problem> {
        let parts = self.parts.get().and_then(Weak::upgrade);
        parts
            .map(App::from_parts)
            .ok_or_else(|| Problem::unavailable("the workspace is shutting down"))
    }
}

/// An error as a plugin may see it: a code and a sentence, nothing of the inside.
pub(crate) fn problem(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::not_found("there is no such thing"),
        Error::Forbidden | Error::SignedOut | Error::Unproven => Problem::denied("not allowed"),
        Error::Invalid { field, key } => Problem::invalid(format!("{field}: {key}")),
        Error::Conflict { key } => Problem::conflict(key),
        Error::Taken { .. } => Problem::conflict("the time is taken"),
        Error::Limited { retry_after_secs } => {
            Problem::limited("too much at once", retry_after_secs.saturating_mul(1_000))
        }
        Error::Unavailable { key: "error-connection-needs-you", .. } => {
            Problem::reconnect("the account must be connected again")
        }
        Error::Unavailable { key, .. } => Problem::unavailable(key),
        Error::Internal(source) => {
            tracing::error!(error = %source, "a plugin's call met a defect");
            Problem::internal("something went wrong in the workspace")
        }
    }
}

/// Refuses what a call still wants to do after its plugin was turned off or is being changed. Part
/// of the transaction that would do it, so that nothing slips through between.
pub(crate) fn fence(c: &mut store::Conn, ctx: &CallContext) -> Result<(), Error> {
    match store::tenant_plugins::hold_generation(c, &ctx.tenant, &ctx.plugin, ctx.generation) {
        Err(store::Error::Conflict) => Err(Error::Forbidden),
        other => Ok(other?),
    }
}

/// The same for what only reads: between looking and the answer nothing is held.
pub(crate) fn still_on(c: &mut store::Conn, ctx: &CallContext) -> Result<(), Error> {
    let row = store::tenant_plugins::find(c, &ctx.tenant, &ctx.plugin)?;
    match row {
        Some(row) if row.generation == ctx.generation => Ok(()),
        _ => Err(Error::Forbidden),
    }
}

#[async_trait]
impl Services for Workspace {
    async fn credential(
        &self,
        ctx: &CallContext,
        slot: &Slot,
        connection: Option<&ConnectionId>,
    ) -> Result<Secret, Problem> {
        let app = self.app()?;
        let found = credentials::find(&app, ctx, slot, connection).await;
        let found = match connection {
            Some(id) => foreign::watched(&app, ctx, id.as_str(), found),
            None => found,
        };
        found.map_err(problem)
    }

    async fn credential_refused(
        &self,
        ctx: &CallContext,
        slot: &Slot,
        connection: Option<&ConnectionId>,
    ) -> bool {
        let Ok(app) = self.app() else { return false };
        credentials::renew(&app, ctx, slot, connection).await.is_ok()
    }

    async fn connection_server(
        &self,
        ctx: &CallContext,
        connection: &ConnectionId,
    ) -> Result<Option<String>, Problem> {
        credentials::server(&self.app()?, ctx, connection).await.map_err(problem)
    }

    async fn may_go_on(&self, ctx: &CallContext) -> bool {
        let Ok(app) = self.app() else { return false };
        let (tenant, plugin) = (ctx.tenant.clone(), ctx.plugin.clone());
        let row = app.db.read(move |c| store::tenant_plugins::find(c, &tenant, &plugin)).await;
        matches!(row, Ok(Some(row)) if row.generation == ctx.generation)
    }

    async fn records_get(
        &self,
        ctx: &CallContext,
        entity: &str,
        id: &str,
    ) -> Result<Option<Value>, Problem> {
        let app = self.app()?;
        let found = records::find(&app, ctx, entity, id).await;
        if matches!(found, Ok(None)) && records::is_core(entity) {
            foreign::note(&app, ctx, id);
        }
        found.map_err(problem)
    }

    async fn records_query(
        &self,
        ctx: &CallContext,
        entity: &str,
        filter: &Value,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Value>, Problem> {
        records::query(&self.app()?, ctx, entity, filter, after, limit).await.map_err(problem)
    }

    async fn records_upsert(
        &self,
        ctx: &CallContext,
        entity: &str,
        value: Value,
        expected_rev: Option<u64>,
        idempotency_key: &str,
    ) -> Result<Value, Problem> {
        let app = self.app()?;
        records::upsert(&app, ctx, entity, value, expected_rev, idempotency_key)
            .await
            .map_err(problem)
    }

    async fn records_delete(
        &self,
        ctx: &CallContext,
        entity: &str,
        id: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem> {
        records::delete(&self.app()?, ctx, entity, id, expected_rev).await.map_err(problem)
    }

    async fn kv_get(
        &self,
        ctx: &CallContext,
        key: &str,
    ) -> Result<Option<(Vec<u8>, u64)>, Problem> {
        keys::find(&self.app()?, ctx, key).await.map_err(problem)
    }

    async fn kv_put(
        &self,
        ctx: &CallContext,
        key: &str,
        value: Vec<u8>,
        expected_rev: Option<u64>,
        ttl_secs: Option<u32>,
    ) -> Result<u64, Problem> {
        keys::put(&self.app()?, ctx, key, value, expected_rev, ttl_secs).await.map_err(problem)
    }

    async fn kv_delete(
        &self,
        ctx: &CallContext,
        key: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem> {
        keys::delete(&self.app()?, ctx, key, expected_rev).await.map_err(problem)
    }

    async fn kv_keys(
        &self,
        ctx: &CallContext,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, Problem> {
        keys::list(&self.app()?, ctx, prefix, after, limit).await.map_err(problem)
    }

    async fn jobs_enqueue(
        &self,
        ctx: &CallContext,
        handler: &str,
        payload: Value,
        run_at: Option<Timestamp>,
        idempotency_key: &str,
    ) -> Result<String, Problem> {
        let app = self.app()?;
        events::enqueue(&app, ctx, handler, payload, run_at, idempotency_key).await.map_err(problem)
    }

    async fn jobs_cancel(&self, ctx: &CallContext, id: &str) -> Result<(), Problem> {
        let app = self.app()?;
        let done = events::cancel(&app, ctx, id).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn events_publish(
        &self,
        ctx: &CallContext,
        topic: &str,
        payload: Value,
        dedupe_key: &str,
    ) -> Result<(), Problem> {
        events::publish(&self.app()?, ctx, topic, payload, dedupe_key).await.map_err(problem)
    }

    async fn approval_propose(
        &self,
        ctx: &CallContext,
        proposal: Proposal,
    ) -> Result<String, Problem> {
        let (app, replaces) = (self.app()?, proposal.replaces.clone());
        let done = approvals::propose(&app, ctx, proposal).await;
        let done = match replaces {
            Some(id) => foreign::watched(&app, ctx, &id, done),
            None => done,
        };
        done.map_err(problem)
    }

    async fn approval_state(&self, ctx: &CallContext, id: &str) -> Result<Value, Problem> {
        let app = self.app()?;
        let done = approvals::state(&app, ctx, id).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn approval_withdraw(&self, ctx: &CallContext, id: &str) -> Result<(), Problem> {
        let app = self.app()?;
        let done = approvals::withdraw(&app, ctx, id).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn approval_decline_change(
        &self,
        ctx: &CallContext,
        id: &str,
        why: Words,
    ) -> Result<(), Problem> {
        let app = self.app()?;
        let done = approvals::decline_change(&app, ctx, id, why).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn approval_use(
        &self,
        ctx: &CallContext,
        wanted: ApprovalUse<'_>,
    ) -> Result<(), Problem> {
        approvals::spend(&self.app()?, ctx, wanted).await
    }

    async fn approval_settle(&self, ctx: &CallContext, id: &str, outcome: Result<u16, &Problem>) {
        match self.app() {
            Ok(app) => approvals::settle(&app, ctx, id, outcome).await,
            // The next process's worker gives it up.
            Err(_) => tracing::warn!(approval = id, "an answer came while the house was closing"),
        }
    }

    async fn document_keep(
        &self,
        ctx: &CallContext,
        document: NewDocument,
    ) -> Result<Value, Problem> {
        documents::keep(&self.app()?, ctx, document).await.map_err(problem)
    }

    async fn document_get(&self, ctx: &CallContext, id: &str) -> Result<Value, Problem> {
        let app = self.app()?;
        let done = documents::get(&app, ctx, id).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn document_read(
        &self,
        ctx: &CallContext,
        id: &str,
        offset: u64,
        max: usize,
    ) -> Result<Vec<u8>, Problem> {
        let app = self.app()?;
        let done = documents::read(&app, ctx, id, offset, max).await;
        foreign::watched(&app, ctx, id, done).map_err(problem)
    }

    async fn documents_own(
        &self,
        ctx: &CallContext,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Value>, Problem> {
        documents::list(&self.app()?, ctx, after, limit).await.map_err(problem)
    }

    async fn document_delete(&self, ctx: &CallContext, id: &str) -> Result<(), Problem> {
        documents::delete(&self.app()?, ctx, id).await.map_err(problem)
    }

    async fn log(&self, ctx: &CallContext, entry: LogEntry) {
        let (tenant, plugin, call) = (ctx.tenant.as_str(), ctx.plugin.as_str(), &ctx.request_id);
        let (message, fields) = (entry.message, format!("{:?}", entry.fields));
        match entry.level {
            LogLevel::Debug => tracing::debug!(tenant, plugin, call, message, fields, "plugin"),
            LogLevel::Info => tracing::info!(tenant, plugin, call, message, fields, "plugin"),
            LogLevel::Warn => tracing::warn!(tenant, plugin, call, message, fields, "plugin"),
            LogLevel::Error => tracing::error!(tenant, plugin, call, message, fields, "plugin"),
        }
    }

    async fn connections(&self, ctx: &CallContext) -> Result<Vec<ConnectionInfo>, Problem> {
        credentials::list(&self.app()?, ctx).await.map_err(problem)
    }

    async fn audit_egress(&self, ctx: &CallContext, entry: EgressEntry) {
        let (tenant, plugin, call) = (ctx.tenant.as_str(), ctx.plugin.as_str(), &ctx.request_id);
        let problem = entry.problem.as_deref().unwrap_or_default();
        tracing::debug!(
            tenant,
            plugin,
            call,
            host = entry.host,
            method = entry.method,
            path = entry.path,
            status = entry.status,
            bytes = entry.bytes,
            ms = entry.ms,
            problem,
            "egress"
        );
        if let Ok(app) = self.app() {
            egress::note(&app, (&ctx.tenant, &ctx.plugin), egress::Asker::Plugin, entry);
        }
    }

    async fn call_finished(&self, ctx: &CallContext, report: CallReport) {
        tracing::debug!(
            tenant = ctx.tenant.as_str(),
            plugin = ctx.plugin.as_str(),
            call = ctx.request_id,
            hook = report.hook,
            outcome = report.outcome,
            wall_us = report.wall.as_micros(),
            cpu_us = report.cpu.as_micros(),
            memory = report.memory_bytes_max,
            requests = report.http_calls,
            denials = report.denials,
            "plugin call"
        );
        if let Ok(app) = self.app() {
            for (action, kind) in kinds_of(&report) {
                let incident = incident(ctx, action, kind, json!({"hook": report.hook}));
                app.incidents.tell(&app, incident).await;
            }
        }
    }

    fn refused(&self, ctx: &CallContext, kind: &'static str) {
        if let Ok(app) = self.app() {
            app.incidents.tell_soon(&app, incident(ctx, "plugin.refused", kind, json!({})));
        }
    }
}

/// What the business's log is told of a call: that it was stopped, or wished for what it may not have.
fn kinds_of(report: &CallReport) -> impl Iterator<Item = (&'static str, &'static str)> {
    let stopped =
        matches!(report.outcome, "trapped" | "out-of-cpu" | "timed-out" | "out-of-memory");
    let stopped = stopped.then_some(("plugin.stopped", report.outcome));
    let refused = (report.denials > 0).then_some(("plugin.refused", "denied"));
    stopped.into_iter().chain(refused)
}

fn incident<'a>(
    ctx: &'a CallContext,
    action: &'static str,
    kind: &'static str,
    detail: Value,
) -> Incident<'a> {
    let mut who = Who::system();
    who.origin.request_id.clone_from(&ctx.request_id);
    let (tenant, entity_id) = (Some(&ctx.tenant), ctx.plugin.as_str());
    Incident { tenant, action, entity: "plugin", entity_id, kind, detail, who }
}
