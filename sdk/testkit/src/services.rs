//! The workspace behind the runtime, in memory.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use domain::time::ManualClock;
use domain::{Clock, ConnectionId, Secret, Timestamp};
use runtime::manifest::Slot;
use runtime::{
    ApprovalUse, CallContext, ConnectionInfo, EgressEntry, LogEntry, NewDocument, Page, Problem,
    Proposal, Services, Words,
};
use serde_json::Value;

use crate::memory::{FakeJob, JobState, Kept, Memory, Published};
use crate::scan::Scan;
use crate::{approvals, documents, records};

pub(crate) struct FakeServices {
    pub memory: Mutex<Memory>,
    pub clock: Arc<ManualClock>,
    pub scan: Arc<Scan>,
}

impl FakeServices {
    pub fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The value under a key that has not run out.
    fn kept(&self, memory: &Memory, key: &str) -> Option<Kept> {
        let kept = memory.kv.get(key)?;
        let alive = kept.until.is_none_or(|until| until > self.clock.now());
        alive.then(|| kept.clone())
    }
}

#[async_trait]
impl Services for FakeServices {
    async fn credential(
        &self,
        _ctx: &CallContext,
        slot: &Slot,
        _connection: Option<&ConnectionId>,
    ) -> Result<Secret, Problem> {
        let memory = self.lock();
        if let Some(problem) = memory.refusals.get(&slot.id) {
            return Err(problem.clone());
        }
        let again = if memory.refreshed.contains(&slot.id) { "-refreshed" } else { "" };
        let secret = format!("test-{}{again}", slot.id);
        self.scan.watch_for(&secret);
        Ok(Secret::from_text(secret))
    }

    async fn connection_server(
        &self,
        _ctx: &CallContext,
        connection: &ConnectionId,
    ) -> Result<Option<String>, Problem> {
        let memory = self.lock();
        let found = memory.connections.iter().find(|known| known.id == *connection);
        Ok(found.and_then(|known| known.server.clone()))
    }

    /// A token is refreshed once; refused again, the connection is over.
    async fn credential_refused(
        &self,
        _ctx: &CallContext,
        slot: &Slot,
        _connection: Option<&ConnectionId>,
    ) -> bool {
        self.lock().refreshed.insert(slot.id.clone())
    }

    async fn records_get(
        &self,
        _ctx: &CallContext,
        entity: &str,
        id: &str,
    ) -> Result<Option<Value>, Problem> {
        Ok(records::get(&self.lock(), entity, id))
    }

    async fn records_query(
        &self,
        _ctx: &CallContext,
        entity: &str,
        filter: &Value,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Value>, Problem> {
        Ok(records::query(&self.lock(), entity, filter, after, limit))
    }

    async fn records_upsert(
        &self,
        _ctx: &CallContext,
        entity: &str,
        value: Value,
        expected_rev: Option<u64>,
        idempotency_key: &str,
    ) -> Result<Value, Problem> {
        records::upsert(&mut self.lock(), entity, value, expected_rev, idempotency_key)
    }

    async fn records_delete(
        &self,
        _ctx: &CallContext,
        entity: &str,
        id: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem> {
        records::delete(&mut self.lock(), entity, id, expected_rev)
    }

    async fn kv_get(
        &self,
        _ctx: &CallContext,
        key: &str,
    ) -> Result<Option<(Vec<u8>, u64)>, Problem> {
        let kept = self.kept(&self.lock(), key);
        Ok(kept.map(|kept| (kept.value, kept.rev)))
    }

    async fn kv_put(
        &self,
        _ctx: &CallContext,
        key: &str,
        value: Vec<u8>,
        expected_rev: Option<u64>,
        ttl_secs: Option<u32>,
    ) -> Result<u64, Problem> {
        let mut memory = self.lock();
        let rev = self.kept(&memory, key).map_or(0, |kept| kept.rev);
        if expected_rev.is_some_and(|expected| expected != rev) {
            return Err(Problem::conflict("the value has another revision"));
        }
        let until = ttl_secs.map(|secs| self.clock.now().plus_secs(i64::from(secs)));
        memory.kv.insert(key.to_owned(), Kept { value, rev: rev + 1, until });
        Ok(rev + 1)
    }

    async fn kv_delete(
        &self,
        _ctx: &CallContext,
        key: &str,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem> {
        let mut memory = self.lock();
        let rev = self.kept(&memory, key).map(|kept| kept.rev);
        if let (Some(expected), Some(rev)) = (expected_rev, rev)
            && expected != rev
        {
            return Err(Problem::conflict("the value has another revision"));
        }
        memory.kv.remove(key);
        Ok(())
    }

    async fn kv_keys(
        &self,
        _ctx: &CallContext,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, Problem> {
        let memory = self.lock();
        let keys = memory.kv.keys().filter(|key| {
            let later = after.is_none_or(|after| key.as_str() > after);
            later && key.starts_with(prefix) && self.kept(&memory, key).is_some()
        });
        let mut page: Vec<String> = keys.take(limit as usize + 1).cloned().collect();
        let more = page.len() > limit as usize;
        page.truncate(limit as usize);
        let next = page.last().filter(|_| more).cloned();
        Ok((page, next))
    }

    async fn jobs_enqueue(
        &self,
        _ctx: &CallContext,
        handler: &str,
        payload: Value,
        run_at: Option<Timestamp>,
        idempotency_key: &str,
    ) -> Result<String, Problem> {
        let mut memory = self.lock();
        if let Some(id) = memory.job_keys.get(idempotency_key) {
            return Ok(id.clone());
        }
        let id = format!("job-{}", memory.jobs.len() + 1);
        memory.job_keys.insert(idempotency_key.to_owned(), id.clone());
        memory.jobs.push(FakeJob {
            id: id.clone(),
            handler: handler.to_owned(),
            payload,
            run_at: run_at.unwrap_or_else(|| self.clock.now()),
            attempts: 0,
            state: JobState::Waiting,
        });
        Ok(id)
    }

    async fn jobs_cancel(&self, _ctx: &CallContext, id: &str) -> Result<(), Problem> {
        let mut memory = self.lock();
        match memory.jobs.iter_mut().find(|job| job.id == id) {
            Some(job) if job.state == JobState::Waiting => job.state = JobState::Cancelled,
            Some(_) => {}
            None => return Err(Problem::not_found("no such job")),
        }
        Ok(())
    }

    async fn events_publish(
        &self,
        _ctx: &CallContext,
        topic: &str,
        payload: Value,
        dedupe_key: &str,
    ) -> Result<(), Problem> {
        let mut memory = self.lock();
        if memory.published.iter().all(|event| event.dedupe_key != dedupe_key) {
            let (topic, dedupe_key) = (topic.to_owned(), dedupe_key.to_owned());
            memory.published.push(Published { topic, payload, dedupe_key });
        }
        Ok(())
    }

    async fn approval_propose(
        &self,
        _ctx: &CallContext,
        proposal: Proposal,
    ) -> Result<String, Problem> {
        approvals::propose(&mut self.lock(), self.clock.now(), proposal)
    }

    async fn approval_state(&self, _ctx: &CallContext, id: &str) -> Result<Value, Problem> {
        approvals::state(&self.lock(), self.clock.now(), id)
    }

    async fn approval_withdraw(&self, _ctx: &CallContext, id: &str) -> Result<(), Problem> {
        approvals::withdraw(&mut self.lock(), id)
    }

    async fn approval_decline_change(
        &self,
        _ctx: &CallContext,
        id: &str,
        why: Words,
    ) -> Result<(), Problem> {
        approvals::decline_change(&mut self.lock(), id, why)
    }

    async fn approval_use(
        &self,
        _ctx: &CallContext,
        wanted: ApprovalUse<'_>,
    ) -> Result<(), Problem> {
        approvals::spend(&mut self.lock(), self.clock.now(), &wanted)
    }

    async fn approval_settle(&self, _ctx: &CallContext, id: &str, outcome: Result<u16, &Problem>) {
        approvals::settle(&mut self.lock(), id, outcome.is_ok());
    }

    async fn document_keep(
        &self,
        _ctx: &CallContext,
        document: NewDocument,
    ) -> Result<Value, Problem> {
        documents::keep(&mut self.lock(), document)
    }

    async fn document_get(&self, _ctx: &CallContext, id: &str) -> Result<Value, Problem> {
        documents::get(&self.lock(), id)
    }

    async fn document_read(
        &self,
        _ctx: &CallContext,
        id: &str,
        offset: u64,
        max: usize,
    ) -> Result<Vec<u8>, Problem> {
        documents::read(&self.lock(), id, offset, max)
    }

    async fn documents_own(
        &self,
        _ctx: &CallContext,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Value>, Problem> {
        Ok(documents::page(&self.lock(), after, limit))
    }

    async fn document_delete(&self, _ctx: &CallContext, id: &str) -> Result<(), Problem> {
        self.lock().documents.retain(|(known, _)| known != id);
        Ok(())
    }

    async fn log(&self, _ctx: &CallContext, entry: LogEntry) {
        self.lock().log.push(entry);
    }

    async fn connections(&self, _ctx: &CallContext) -> Result<Vec<ConnectionInfo>, Problem> {
        Ok(self.lock().connections.clone())
    }

    async fn audit_egress(&self, _ctx: &CallContext, entry: EgressEntry) {
        self.lock().egress.push(entry);
    }
}
