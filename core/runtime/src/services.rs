//! What the runtime asks of the workspace behind it. `app` implements this; tests put a fake here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{ConnectionId, Locale, PluginId, Secret, TenantId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::approval::{ApprovalUse, Proposal, Words};
use crate::grant::Grant;
use crate::limits::Limits;
use crate::manifest::{Slot, Version};
use crate::problem::Problem;

/// For whom a plugin runs and what it may do. Every host call is judged by it.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The business.
    pub tenant: TenantId,
    /// The plugin; the engine checks that it is the one called.
    pub plugin: PluginId,
    /// What the tenant allowed.
    pub grant: Arc<Grant>,
    /// The tenant's settings of this plugin, an object.
    pub settings: Value,
    /// The language of this call.
    pub locale: Locale,
    /// The tenant's time zone.
    pub zone: Zone,
    /// The connected account the call is about; set for every port call.
    pub connection: Option<ConnectionId>,
    /// The account that is being connected and not kept yet; set for `account-checker` only.
    pub candidate: Option<Candidate>,
    /// The version that is called.
    pub version: Version,
    /// Which state of the tenant's plugin the call began in: turning it off, on or to another
    /// version begins a new one, and what belongs to an old one may no longer do anything.
    pub generation: i64,
    /// Names the request or job in every log line.
    pub request_id: String,
    /// What the call may use.
    pub limits: Limits,
}

/// An account that is being connected: what a person typed, for the requests of one call.
#[derive(Clone)]
pub struct Candidate {
    /// The manifest's provider id.
    pub provider: String,
    /// The server's address.
    pub server: Option<String>,
    /// `name:password`, for the slots of the provider.
    pub secret: Secret,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// A connected account as plugins see it: never a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionInfo {
    /// The connection's id, which `request.connection` takes.
    pub id: ConnectionId,
    /// The manifest's provider id.
    pub provider: String,
    /// The account's name at the provider.
    pub account: String,
    /// The address of the server that was named for it, where people name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What the account's owner allowed.
    pub scopes: Vec<String>,
    /// `working`, `needs_you` or `paused`.
    pub health: String,
}

/// How urgent a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For the plugin's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is off.
    Warn,
    /// Something failed.
    Error,
}

/// A line a plugin logged: bounded, one line, control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// How urgent.
    pub level: LogLevel,
    /// The line.
    pub message: String,
    /// Names and values beside it.
    pub fields: Vec<(String, String)>,
}

/// A request that left the house, or was refused at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressEntry {
    /// The host it was for; cut to 253 characters.
    pub host: String,
    /// The route's path pattern, never the path itself; empty where no route matched.
    pub path: String,
    /// The method.
    pub method: String,
    /// The provider's status, where it answered.
    pub status: Option<u16>,
    /// Bytes of the answer that were read.
    pub bytes: u64,
    /// Milliseconds until the answer's head.
    pub ms: u64,
    /// The code of the problem, where there was one; `unfinished` where the call was stopped while
    /// the request was under way, so that it may or may not have been done.
    pub problem: Option<String>,
}

impl EgressEntry {
    /// The entry of a request of which nothing else is known yet.
    pub(crate) fn begun(method: &str) -> Self {
        Self {
            host: String::new(),
            path: String::new(),
            method: method.to_owned(),
            status: None,
            bytes: 0,
            ms: 0,
            problem: None,
        }
    }
}

/// A file to be kept. Its media type was seen in its bytes and allowed.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Its name for people; no path.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it goes when the connection it came from is ended.
    pub with_connection: bool,
    /// The account it came from.
    pub connection: Option<ConnectionId>,
    /// The host it came from.
    pub source: String,
    /// The id of the person it is about, as the plugin said it.
    pub about: Option<String>,
    /// Twice with one key is once.
    pub idempotency_key: String,
}

impl std::fmt::Debug for NewDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("NewDocument");
        out.field("media_type", &self.media_type).field("size", &self.bytes.len());
        out.finish_non_exhaustive()
    }
}

/// What a call used, for metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReport {
    /// The hook, such as `job-handler.run`.
    pub hook: &'static str,
    /// From the request for a slot to the answer.
    pub wall: Duration,
    /// Of that, waiting for a slot.
    pub queued: Duration,
    /// Time on a CPU inside the guest and its host calls.
    pub cpu: Duration,
    /// The most bytes of memory and tables at once.
    pub memory_bytes_max: u64,
    /// Requests sent.
    pub http_calls: u32,
    /// Bytes of the answers that were read.
    pub answer_bytes: u64,
    /// Host calls answered with `denied`.
    pub denials: u32,
    /// `ok` or [`crate::CallError::kind`].
    pub outcome: &'static str,
}

/// A page of something and the place to go on from.
pub type Page<T> = (Vec<T>, Option<String>);

/// The workspace, as plugins reach it. The grant has been checked before any of these is called;
/// an implementation checks tenancy (through `ctx.tenant`) and does the work. No implementation may
/// hold a database connection across an await of something slow.
#[async_trait]
pub trait Services: Send + Sync {
    /// The secret of a slot: an access token fit for use (refreshed if need be), or a secret of the
    /// settings. `connection` is the account the plugin chose, else the call's own; it is the
    /// implementation's to check that it belongs to this tenant, plugin and provider.
    async fn credential(
        &self,
        ctx: &CallContext,
        slot: &Slot,
        connection: Option<&ConnectionId>,
    ) -> Result<Secret, Problem>;

    /// The address of the server that was named when this account was connected, which must be one of
    /// the call's tenant and plugin; None where its provider has none.
    async fn connection_server(
        &self,
        _ctx: &CallContext,
        _connection: &ConnectionId,
    ) -> Result<Option<String>, Problem> {
        Ok(None)
    }

    /// Whether the tenant still lets this call do things: asked before each request leaves. What
    /// changes something here is to be asked inside its own transaction.
    async fn may_go_on(&self, _ctx: &CallContext) -> bool {
        true
    }

    /// The provider answered 401 to this slot's secret. True when a fresh secret is worth one try.
    async fn credential_refused(
        &self,
        _ctx: &CallContext,
        _slot: &Slot,
        _connection: Option<&ConnectionId>,
    ) -> bool {
        false
    }

    /// One record, by id; fields that weren't granted are cut out by the runtime.
    async fn records_get(
        &self,
        ctx: &CallContext,
        entity: &str,
        id: &str,
    ) -> Result<Option<Value>, Problem>;

    /// A page of records; `filter` is an object whose keys are granted fields.
    async fn records_query(
        &self,
        ctx: &CallContext,
        entity: &str,
        filter: &Value,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Value>, Problem>;

    /// Inserts a record, or changes the one whose `id` the value holds. Twice with one key is once.
    async fn records_upsert(
        &self,
        ctx: &CallContext,
        entity: &str,
        value: Value,
        expected_rev: Option<u64>,
        idempotency_key: &str,
    ) -> Result<Value, Problem>;

    /// Deletes a record.
    async fn records_delete(
        &self,
        ctx: &CallContext,
        entity: &str,
        id: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem>;

    /// A value and its revision.
    async fn kv_get(&self, ctx: &CallContext, key: &str)
    -> Result<Option<(Vec<u8>, u64)>, Problem>;

    /// Sets a value and answers its new revision; an expected revision of 0 means "not there yet".
    async fn kv_put(
        &self,
        ctx: &CallContext,
        key: &str,
        value: Vec<u8>,
        expected_rev: Option<u64>,
        ttl_secs: Option<u32>,
    ) -> Result<u64, Problem>;

    /// Forgets a value; one that is not there is a success.
    async fn kv_delete(
        &self,
        ctx: &CallContext,
        key: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem>;

    /// A page of keys that begin with `prefix`, sorted.
    async fn kv_keys(
        &self,
        ctx: &CallContext,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, Problem>;

    /// Puts a job of the plugin's own into the queue and answers its id. Twice with one key is once.
    async fn jobs_enqueue(
        &self,
        ctx: &CallContext,
        handler: &str,
        payload: Value,
        run_at: Option<Timestamp>,
        idempotency_key: &str,
    ) -> Result<String, Problem>;

    /// Takes a job of the plugin's own out of the queue; one that ran already is a success.
    async fn jobs_cancel(&self, ctx: &CallContext, id: &str) -> Result<(), Problem>;

    /// Tells whoever subscribes. Twice with one key is once.
    async fn events_publish(
        &self,
        ctx: &CallContext,
        topic: &str,
        payload: Value,
        dedupe_key: &str,
    ) -> Result<(), Problem>;

    /// Puts a request before people and answers the approval's id. Twice with one key is once. What it
    /// names as replaced must be the plugin's own and may still come to something; in the same step it no
    /// longer does.
    async fn approval_propose(
        &self,
        _ctx: &CallContext,
        _proposal: Proposal,
    ) -> Result<String, Problem> {
        Err(Problem::denied("nobody here can approve anything"))
    }

    /// How far an approval of the plugin's own is, as the contract's schemas say.
    async fn approval_state(&self, _ctx: &CallContext, _id: &str) -> Result<Value, Problem> {
        Err(Problem::not_found("there is no such approval"))
    }

    /// Takes a proposal of the plugin's own back; one that is over already is a success.
    async fn approval_withdraw(&self, _ctx: &CallContext, _id: &str) -> Result<(), Problem> {
        Err(Problem::not_found("there is no such approval"))
    }

    /// Leaves a proposal of the plugin's own as it was, which people asked to have changed, with a word to
    /// them; one that isn't to be changed any more is a success.
    async fn approval_decline_change(
        &self,
        _ctx: &CallContext,
        _id: &str,
        _why: Words,
    ) -> Result<(), Problem> {
        Err(Problem::not_found("there is no such approval"))
    }

    /// Uses an approval up, right before its request is sent: at most one of many that try at once
    /// is told Ok. Anything but an approved, unexpired, unused approval of this digest for this
    /// tenant, plugin and route is `not-approved`, and leaves an entry in the activity log.
    async fn approval_use(
        &self,
        _ctx: &CallContext,
        _wanted: ApprovalUse<'_>,
    ) -> Result<(), Problem> {
        Err(Problem::not_approved("nobody here can approve anything").with_detail("none"))
    }

    /// Notes how the sending of what [`Self::approval_use`] let out ended: the provider's status, or why
    /// there is no answer. Isn't called where the call is stopped in between: whoever keeps approvals
    /// must not read silence as sent.
    async fn approval_settle(
        &self,
        _ctx: &CallContext,
        _id: &str,
        _outcome: Result<u16, &Problem>,
    ) {
    }

    /// Keeps a file, sealed, and tells what is known of it. Twice with one key is once.
    async fn document_keep(
        &self,
        _ctx: &CallContext,
        _document: NewDocument,
    ) -> Result<Value, Problem> {
        Err(Problem::denied("nothing is kept here"))
    }

    /// What is known of a document of the plugin's own.
    async fn document_get(&self, _ctx: &CallContext, _id: &str) -> Result<Value, Problem> {
        Err(Problem::not_found("there is no such document"))
    }

    /// Bytes of a document of the plugin's own; none at its end.
    async fn document_read(
        &self,
        _ctx: &CallContext,
        _id: &str,
        _offset: u64,
        _max: usize,
    ) -> Result<Vec<u8>, Problem> {
        Err(Problem::not_found("there is no such document"))
    }

    /// A page of the plugin's own documents, oldest first.
    async fn documents_own(
        &self,
        _ctx: &CallContext,
        _after: Option<&str>,
        _limit: u32,
    ) -> Result<Page<Value>, Problem> {
        Ok((Vec::new(), None))
    }

    /// Deletes a document of the plugin's own; one that is gone already is a success.
    async fn document_delete(&self, _ctx: &CallContext, _id: &str) -> Result<(), Problem> {
        Ok(())
    }

    /// A line of the plugin's own log.
    async fn log(&self, ctx: &CallContext, entry: LogEntry);

    /// The tenant's connected accounts at this plugin's providers.
    async fn connections(&self, ctx: &CallContext) -> Result<Vec<ConnectionInfo>, Problem>;

    /// Keeps an entry of each request; called once for each, at the latest when the call ends.
    async fn audit_egress(&self, ctx: &CallContext, entry: EgressEntry);

    /// A call wished for more than it may have, `too-large` or `limited`; told once a call and kind.
    /// Comes back at once.
    fn refused(&self, _ctx: &CallContext, _kind: &'static str) {}

    /// A call has ended; for metrics.
    async fn call_finished(&self, _ctx: &CallContext, _report: CallReport) {}
}
