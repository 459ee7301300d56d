//! The simulated house: tenants, workers, and what must be true of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, ConnectionId, JobId, PluginId, Rng, ScheduleId, TenantId, Timestamp, Zone};
use serde_json::json;
use store::inbox::Delivery;
use store::jobs::{Job, JobState};
use store::outbox::Effect;
use store::schedules::Schedule;

use super::memory::Memory;
use super::provider::Provider;
use crate::ground::Means;

/// A defect to be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breakage {
    None,
    /// A stale token settles a job all the same.
    NoFencing,
    /// An effect is marked in a transaction of its own, before its jobs are there.
    MarkAlone,
    /// The idempotency key is the try's, not the effect's.
    NewKeyEachTry,
    /// A webhook is acknowledged before it is on disk.
    AcknowledgeFirst,
    /// Nobody takes turns.
    NoTurns,
    /// A push that was overtaken doesn't go again.
    LastWordLost,
}

/// A subject as it was read: its revision, and how often it was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub rev: i64,
    pub link: i64,
}

/// A job that a worker is at.
pub(super) struct Task {
    pub job: Job,
    /// What was read, and is or will be sent.
    pub read: Option<Read>,
    pub answer: Option<super::provider::Answer>,
}

/// A process that works.
#[derive(Default)]
pub(super) struct Worker {
    pub tasks: Vec<Task>,
    /// What it read and has not acted on.
    pub due: Vec<Schedule>,
}

/// How often things happened.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub effects: u64,
    pub deliveries: u64,
    pub duplicates: u64,
    pub runs: u64,
    pub kills: u64,
    pub undone: u64,
    pub stale: u64,
    pub lost: u64,
    pub jumps: u64,
    pub fired: u64,
    pub floods: u64,
    pub buried: u64,
    pub replayed: u64,
    pub rested: u64,
}

/// Everything.
pub(super) struct World {
    pub dice: SeededRng,
    pub ids: SeededRng,
    pub clock: ManualClock,
    pub memory: Memory,
    pub provider: Provider,
    pub workers: Vec<Worker>,
    pub tenants: Vec<TenantId>,
    pub plugins: Vec<PluginId>,
    pub connection: ConnectionId,
    pub breakage: Breakage,
    /// What was promised: each piece of work, and whether it can succeed.
    pub owed: BTreeMap<String, bool>,
    /// What was taken back before it was promised.
    pub never: BTreeSet<String>,
    /// The sender's name of each delivery.
    pub names: HashMap<String, String>,
    /// The revision of each subject.
    pub subjects: BTreeMap<String, i64>,
    /// How often each was written, as far as it is known here.
    pub links: BTreeMap<String, i64>,
    /// Deliveries that the sender has no answer for, or sends again all the same.
    pub sent: Vec<Delivery>,
    /// Jobs that ended well.
    pub ended: BTreeSet<JobId>,
    /// The worker and token that hold each leased job.
    pub holders: HashMap<JobId, i64>,
    /// The last occurrence of each schedule that fired.
    pub occurrences: HashMap<ScheduleId, Timestamp>,
    /// Claims since each tenant with something to do was served.
    pub hunger: HashMap<String, usize>,
    pub seen: Seen,
    /// What must not be.
    pub wrong: Vec<String>,
}

const START: i64 = 1_772_000_000_000;

impl World {
    pub fn new(seed: u64, breakage: Breakage) -> Self {
        let (dice, ids) = (SeededRng::new(seed), SeededRng::new(seed ^ 0x1D5));
        let clock = ManualClock::at(START);
        let tenants: Vec<_> = (0..5).map(|_| TenantId::new(&clock, &ids)).collect();
        let plugins = ["calendar", "crm", "poison"].map(|id| id.parse::<PluginId>().unwrap());
        let connection = ConnectionId::new(&clock, &ids);
        let mut world = Self {
            dice,
            ids,
            clock,
            memory: Memory::default(),
            provider: Provider::default(),
            workers: (0..3).map(|_| Worker::default()).collect(),
            tenants,
            plugins: plugins.into(),
            connection,
            breakage,
            owed: BTreeMap::new(),
            never: BTreeSet::new(),
            names: HashMap::new(),
            subjects: BTreeMap::new(),
            links: BTreeMap::new(),
            sent: Vec::new(),
            ended: BTreeSet::new(),
            holders: HashMap::new(),
            occurrences: HashMap::new(),
            hunger: HashMap::new(),
            seen: Seen::default(),
            wrong: Vec::new(),
        };
        world.memory.without_fencing = breakage == Breakage::NoFencing;
        world.memory.without_turns = breakage == Breakage::NoTurns;
        world.add_schedules();
        world
    }

    fn add_schedules(&mut self) {
        for (n, cron) in ["*/5 * * * *", "0 * * * *", "0 9 * * *"].iter().enumerate() {
            let id = ScheduleId::new(&self.clock, &self.ids);
            let schedule = Schedule {
                tenant_id: self.tenants[n].clone(),
                id: id.clone(),
                plugin_id: Some(self.plugins[1].clone()),
                name: format!("schedule-{n}"),
                kind: "tick".to_owned(),
                payload_json: json!({}).into(),
                cron: (*cron).to_owned(),
                zone: "Asia/Jerusalem".parse::<Zone>().unwrap(),
                next_at: self.now(),
                paused: false,
            };
            self.memory.schedules.insert(id.to_string(), schedule);
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn roll(&self, below: u64) -> u64 {
        self.dice.below(below)
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }

    pub fn complain(&mut self, wrong: impl Into<String>) {
        self.wrong.push(wrong.into());
    }

    /// Clock and chance as the real code gets them.
    pub fn means<'a>(clock: &'a ManualClock, ids: &'a SeededRng) -> Means<'a> {
        Means { clock, rng: ids }
    }

    /// A business change: a subject's new revision, and somebody to be told of it.
    pub fn change(&mut self) {
        // One subject changes far more often than the others: its changes overtake one another.
        let (tenant, number) = match self.roll(3) {
            0 => (self.tenants[0].clone(), 0),
            _ => (self.pick(&self.tenants).clone(), self.roll(6)),
        };
        let subject = format!("{}-{number}", &tenant.as_str()[24..]);
        let plugin = if self.roll(40) == 0 { "poison" } else { "crm" };
        let id = domain::OutboxId::new(&self.clock, &self.ids);
        let payload = json!({
            "subject": subject,
            "effect": id,
            "targets": [
                {"kind": "push", "plugin": "calendar", "connection": self.connection},
                {"kind": "event", "plugin": plugin},
            ],
        });
        let effect = Effect {
            id: id.clone(),
            tenant_id: tenant,
            topic: "subject.changed".to_owned(),
            subject_id: subject.clone(),
            payload_json: payload.into(),
            created_at: self.now(),
            dispatched_at: None,
        };
        // The process may die before the change is on disk: then it never was.
        let commit = self.roll(50) != 0;
        let _ = self.memory.transact(commit, |memory| {
            memory.insert_effect(effect);
            Ok(())
        });
        let work = format!("event/{id}");
        if commit {
            self.seen.effects += 1;
            *self.subjects.entry(json!(subject).to_string()).or_default() += 1;
            self.owed.insert(work, plugin != "poison");
        } else {
            self.seen.undone += 1;
            self.never.insert(work);
        }
    }

    /// What a job's work is called, and the key it is sent under.
    pub fn work_of(&self, job: &Job) -> (String, String) {
        let payload = &job.payload_json.0;
        let delivery = payload["delivery"].as_str().and_then(|id| self.names.get(id));
        let of = payload["effect"].as_str().or(delivery.map(String::as_str));
        let about = format!("{}/{}", job.kind, of.unwrap_or(job.id.as_str()));
        let key = match self.breakage {
            Breakage::NewKeyEachTry => format!("{}#{}", job.id, job.attempts),
            _ => job.unique_key.clone().unwrap_or_default(),
        };
        (about, key)
    }

    /// Lets everything come to rest, and looks whether all is as it was promised.
    pub fn settle_down(&mut self) {
        self.provider.healthy = true;
        for (tenant, plugin) in self.all_plugins() {
            self.turn(&tenant, &plugin, false);
        }
        let unanswered = std::mem::take(&mut self.sent);
        for delivery in unanswered {
            self.deliver(delivery, true);
        }
        let mut rounds = 0;
        while self.is_busy() && self.wrong.is_empty() {
            rounds += 1;
            if rounds > 50_000 {
                let left: Vec<_> = self.memory.jobs().filter(|job| is_open(job)).take(3).collect();
                let left = format!("{left:?}");
                return self.complain(format!("it never comes to rest: {left}"));
            }
            for worker in 0..self.workers.len() {
                self.work_calmly(worker);
            }
            let idle = self.memory.due_lanes(self.now()).is_empty();
            self.clock.advance_millis(if idle { 60_000 } else { 1_000 });
        }
        self.check_promises();
        self.provider.healthy = false;
    }

    fn is_busy(&self) -> bool {
        self.memory.has_open() || self.workers.iter().any(|worker| !worker.tasks.is_empty())
    }

    fn check_promises(&mut self) {
        let mut wrong = Vec::new();
        let dead: BTreeSet<String> = self
            .memory
            .jobs()
            .filter(|job| job.state == JobState::Dead)
            .map(|job| self.work_of(job).0)
            .collect();
        for (work, can_succeed) in &self.owed {
            let done = self.provider.done.contains_key(work);
            match (can_succeed, done) {
                (true, false) if !dead.contains(work) => wrong.push(format!("{work} was lost")),
                (false, false) if !dead.contains(work) => {
                    wrong.push(format!("{work} can't succeed and is not in the dead letters"));
                }
                (false, true) => wrong.push(format!("{work} can't have been done")),
                _ => {}
            }
        }
        for work in self.never.iter().filter(|work| self.provider.done.contains_key(*work)) {
            wrong.push(format!("{work} was done, and never was"));
        }
        let given_up: BTreeSet<String> = self
            .memory
            .jobs()
            .filter(|job| job.state == JobState::Dead && job.kind == "push")
            .map(|job| job.payload_json.0["subject"].to_string())
            .collect();
        for (subject, rev) in &self.subjects {
            let there = self.provider.subjects.get(subject).copied().unwrap_or(0);
            if there != *rev && !given_up.contains(subject) {
                wrong.push(format!("the provider has {there} of {subject}, which is at {rev}"));
            }
        }
        self.wrong.extend(wrong);
        // What was seen to be right needs no second look.
        let done = &self.provider.done;
        self.owed.retain(|work, _| !done.contains_key(work));
    }

    /// A run in which little happened proves little.
    pub fn assert_eventful(&self) {
        let seen = &self.seen;
        for (what, count) in [
            ("effects", seen.effects),
            ("deliveries", seen.deliveries),
            ("duplicates", seen.duplicates),
            ("kills", seen.kills),
            ("undone", seen.undone),
            ("stale", seen.stale),
            ("lost", seen.lost),
            ("jumps", seen.jumps),
            ("fired", seen.fired),
            ("floods", seen.floods),
            ("buried", seen.buried),
            ("replayed", seen.replayed),
            ("rested", seen.rested),
        ] {
            assert!(count > 10, "{what} happened {count} times only");
        }
    }
}

fn is_open(job: &Job) -> bool {
    matches!(job.state, JobState::Ready | JobState::Leased | JobState::Paused)
}
