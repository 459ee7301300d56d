//! What a plugin left behind: values, records, jobs, events, log lines. In memory, one tenant.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use runtime::{ConnectionInfo, EgressEntry, LogEntry, NewDocument, Problem, Proposal, Words};
use serde_json::Value;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its time.
    Waiting,
    /// It ran.
    Done,
    /// It failed for good.
    Failed(Problem),
    /// It was cancelled.
    Cancelled,
}

/// A job of the plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct FakeJob {
    /// Its id.
    pub id: String,
    /// Its handler.
    pub handler: String,
    /// Its payload.
    pub payload: Value,
    /// When it is due.
    pub run_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// How far it is.
    pub state: JobState,
}

/// An event that the plugin published.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Its topic.
    pub topic: String,
    /// What it says.
    pub payload: Value,
    /// What keeps it from being told twice.
    pub dedupe_key: String,
}

/// A request that the plugin put before people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeApproval {
    /// Its id.
    pub id: String,
    /// What people see of it.
    pub proposal: Proposal,
    /// `waiting`, `approved`, `rejected`, `used`, `sent`, `unknown`, `withdrawn`, `changing` or
    /// `replaced`.
    pub state: &'static str,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The plugin's word on a change that it declined.
    pub declined: Option<Words>,
    /// The id of the one that took its place.
    pub replaced_by: Option<String>,
}

/// A value under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub value: Vec<u8>,
    pub rev: u64,
    pub until: Option<Timestamp>,
}

/// The workspace's memory of this plugin.
#[derive(Default)]
pub struct Memory {
    pub(crate) kv: BTreeMap<String, Kept>,
    pub(crate) records: BTreeMap<(String, String), (Value, u64)>,
    pub(crate) written: BTreeMap<String, Value>,
    pub(crate) job_keys: BTreeMap<String, String>,
    pub(crate) refreshed: BTreeSet<String>,
    pub(crate) documents_kept: usize,
    pub(crate) refusals: BTreeMap<String, Problem>,
    /// Jobs, in the order they were enqueued.
    pub jobs: Vec<FakeJob>,
    /// Published events, each once.
    pub published: Vec<Published>,
    /// Files that the plugin kept and did not delete, with their ids, in order.
    pub documents: Vec<(String, NewDocument)>,
    /// What the plugin proposed, in order.
    pub approvals: Vec<FakeApproval>,
    /// Log lines.
    pub log: Vec<LogEntry>,
    /// Requests that left or were refused at the door.
    pub egress: Vec<EgressEntry>,
    /// The connected accounts that the plugin sees.
    pub connections: Vec<ConnectionInfo>,
}

impl Memory {
    /// The bytes under a key.
    pub fn kept(&self, key: &str) -> Option<&[u8]> {
        self.kv.get(key).map(|kept| kept.value.as_slice())
    }

    /// A record.
    pub fn record(&self, entity: &str, id: &str) -> Option<&Value> {
        self.records.get(&(entity.to_owned(), id.to_owned())).map(|(value, _)| value)
    }

    /// Puts a record there, as if it had been in the workspace all along.
    pub fn put_record(&mut self, entity: &str, id: &str, value: Value) {
        self.records.insert((entity.to_owned(), id.to_owned()), (value, 1));
    }

    /// From now on a slot gives no secret but this problem.
    pub fn refuse_credential(&mut self, slot: &str, problem: Problem) {
        self.refusals.insert(slot.to_owned(), problem);
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &FakeJob> {
        self.jobs.iter().filter(|job| job.state == JobState::Waiting)
    }
}
