//! The tables in memory, with transactions: what the store does in SQL, done with maps. The twin
//! test (`same`) holds the two against each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{PluginId, ScheduleId, TenantId, Timestamp};
use store::inbox::{Delivery, Received};
use store::jobs::{
    Enqueued, Job, JobState, LEASE_RAN_OUT, Lane, NewJob, Once, Room, choose, lane_of,
};
use store::outbox::Effect;
use store::schedules::Schedule;
use store::{Error, Result};

use crate::ground::{Ground, Means};

/// Rows, and what they were before the transaction.
struct Table<V> {
    rows: BTreeMap<String, V>,
    before: Vec<(String, Option<V>)>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), before: Vec::new() }
    }
}

impl<V: Clone> Table<V> {
    fn get(&self, key: &str) -> Option<&V> {
        self.rows.get(key)
    }

    fn set(&mut self, key: &str, row: Option<V>) {
        let was = match row {
            Some(row) => self.rows.insert(key.to_owned(), row),
            None => self.rows.remove(key),
        };
        self.before.push((key.to_owned(), was));
    }

    fn roll_back(&mut self) {
        while let Some((key, was)) = self.before.pop() {
            match was {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}

/// The database.
#[derive(Default)]
pub(super) struct Memory {
    jobs: Table<Job>,
    ready: BTreeMap<String, BTreeSet<(i64, String)>>,
    leased: BTreeSet<(i64, String)>,
    keys: HashMap<String, String>,
    /// Turn and rest of each lane.
    lanes: Table<(i64, i64)>,
    tenants: Table<i64>,
    outbox: Table<Effect>,
    waiting: BTreeSet<(i64, String)>,
    pub schedules: BTreeMap<String, Schedule>,
    schedules_before: Vec<Schedule>,
    inbox: Table<Delivery>,
    off: HashSet<String>,
    /// Set to see what happens when a stale token is not refused.
    pub without_fencing: bool,
    /// The same for turns.
    pub without_turns: bool,
}

fn key_of(job: &Job) -> Option<String> {
    let plugin = job.plugin_id.as_ref().map(PluginId::as_str).unwrap_or_default();
    let key = job.unique_key.as_ref()?;
    Some(format!("{}|{}|{plugin}|{key}", job.tenant_id, job.kind))
}

impl Memory {
    /// Runs the closure as one transaction that ends as `commit` says, or is undone by an error.
    pub fn transact<T>(
        &mut self,
        commit: bool,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let result = work(self);
        if commit && result.is_ok() {
            self.jobs.before.clear();
            self.lanes.before.clear();
            self.tenants.before.clear();
            self.outbox.before.clear();
            self.inbox.before.clear();
            self.schedules_before.clear();
        } else {
            self.roll_back();
        }
        result
    }

    fn roll_back(&mut self) {
        while let Some((id, was)) = self.jobs.before.pop() {
            let now = match &was {
                Some(job) => self.jobs.rows.insert(id.clone(), job.clone()),
                None => self.jobs.rows.remove(&id),
            };
            self.index(now.as_ref(), was.as_ref());
        }
        while let Some((id, was)) = self.outbox.before.pop() {
            if let Some(now) = self.outbox.rows.remove(&id) {
                self.waiting.remove(&(now.created_at.as_millis(), id.clone()));
            }
            if let Some(effect) = was {
                if effect.dispatched_at.is_none() {
                    self.waiting.insert((effect.created_at.as_millis(), id.clone()));
                }
                self.outbox.rows.insert(id, effect);
            }
        }
        while let Some(was) = self.schedules_before.pop() {
            self.schedules.insert(was.id.to_string(), was);
        }
        self.lanes.roll_back();
        self.tenants.roll_back();
        self.inbox.roll_back();
    }

    fn index(&mut self, was: Option<&Job>, now: Option<&Job>) {
        if let Some(job) = was {
            if let Some(queue) = self.ready.get_mut(&job.lane) {
                queue.remove(&(job.run_at.as_millis(), job.id.to_string()));
                if queue.is_empty() {
                    self.ready.remove(&job.lane);
                }
            }
            if let Some(until) = job.lease_until {
                self.leased.remove(&(until.as_millis(), job.id.to_string()));
            }
            if let Some(key) = key_of(job) {
                self.keys.remove(&key);
            }
        }
        let Some(job) = now else { return };
        if job.state == JobState::Ready {
            let queue = self.ready.entry(job.lane.clone()).or_default();
            queue.insert((job.run_at.as_millis(), job.id.to_string()));
        }
        if let (JobState::Leased, Some(until)) = (job.state, job.lease_until) {
            self.leased.insert((until.as_millis(), job.id.to_string()));
        }
        if let Some(key) = key_of(job) {
            self.keys.insert(key, job.id.to_string());
        }
    }

    fn put(&mut self, job: Job) {
        let was = self.jobs.get(job.id.as_str()).cloned();
        self.index(was.as_ref(), Some(&job));
        let id = job.id.to_string();
        self.jobs.set(&id, Some(job));
    }

    /// Every job there is.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.rows.values()
    }

    /// Lanes in which something is due, and that need not rest.
    pub fn due_lanes(&self, now: Timestamp) -> Vec<Lane> {
        let at = now.as_millis();
        let due = self.ready.iter().filter(|(lane, queue)| {
            queue.first().is_some_and(|(run_at, _)| *run_at <= at)
                && self.lanes.get(lane).is_none_or(|(_, not_before)| *not_before <= at)
        });
        due.map(|(lane, _)| Lane {
            lane: lane.clone(),
            turn: self.lanes.get(lane).map_or(0, |(turn, _)| *turn),
            tenant_turn: self.tenants.get(&lane[..36]).copied().unwrap_or(0),
        })
        .collect()
    }

    /// The job while it is leased under the token its holder has.
    fn held(&self, job: &Job) -> Result<Job> {
        let now = self.jobs.get(job.id.as_str()).ok_or(Error::NotFound)?;
        let is_held = now.state == JobState::Leased && now.lease_token == job.lease_token;
        if is_held || self.without_fencing { Ok(now.clone()) } else { Err(Error::Conflict) }
    }

    fn end(&mut self, mut job: Job, state: JobState, problem: Option<&str>, now: Timestamp) {
        job.state = state;
        job.lease_until = None;
        job.last_problem = problem.map(str::to_owned);
        job.updated_at = now;
        self.put(job);
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some((until, id)) = self.leased.first().cloned() {
            if until > now.as_millis() {
                return;
            }
            let Some(job) = self.jobs.get(&id).cloned() else { return };
            let state = if job.attempts >= job.attempts_max { JobState::Dead } else { back(&job) };
            self.end(job, state, Some(LEASE_RAN_OUT), now);
        }
    }

    fn note_turns(&mut self, jobs: &[Job]) {
        if self.without_turns {
            return;
        }
        let last = self.tenants.rows.values().max().copied().unwrap_or(0);
        for (job, turn) in jobs.iter().zip(last + 1..) {
            let rest = self.lanes.get(&job.lane).map_or(0, |(_, rest)| *rest);
            self.lanes.set(&job.lane, Some((turn, rest)));
            self.tenants.set(job.tenant_id.as_str(), Some(turn));
        }
    }

    /// Holds a plugin's jobs back or lets them go on; `off` also holds back those to come.
    pub fn hold(&mut self, tenant: &TenantId, plugin: &PluginId, hold: bool, now: Timestamp) {
        let of: Vec<Job> = self
            .jobs()
            .filter(|job| job.tenant_id == *tenant && job.plugin_id.as_ref() == Some(plugin))
            .filter(|job| if hold { job.state != JobState::Done } else { job.held_by_plugin })
            .cloned()
            .collect();
        for mut job in of {
            job.held_by_plugin = hold;
            if job.state != JobState::Dead {
                job.updated_at = now;
            }
            job.state = match job.state {
                JobState::Ready if hold => JobState::Paused,
                JobState::Paused if !hold && !job.held_by_connection => JobState::Ready,
                other => other,
            };
            self.put(job);
        }
    }

    /// Notes whether a plugin is off, as its row would.
    pub fn switch(&mut self, tenant: &TenantId, plugin: &PluginId, off: bool) {
        let name = format!("{tenant}/{plugin}");
        if off {
            self.off.insert(name)
        } else {
            self.off.remove(&name)
        };
    }

    /// Gives a dead job its tries again.
    pub fn replay(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(mut job) = self.jobs.get(id).cloned() else { return false };
        if job.state != JobState::Dead {
            return false;
        }
        job.state = back(&job);
        (job.attempts, job.run_at) = (0, now);
        (job.dismissed_at, job.updated_at) = (None, now);
        self.put(job);
        true
    }

    /// Adds an effect.
    pub fn insert_effect(&mut self, effect: Effect) {
        self.waiting.insert((effect.created_at.as_millis(), effect.id.to_string()));
        let id = effect.id.to_string();
        self.outbox.set(&id, Some(effect));
    }

    /// Whether something is still to be done.
    pub fn has_open(&self) -> bool {
        !(self.waiting.is_empty() && self.ready.is_empty() && self.leased.is_empty())
    }

    /// Forgets what was finished before, as the sweep does.
    pub fn forget(&mut self, before: Timestamp) {
        let old = |job: &&Job| job.state == JobState::Done && job.updated_at < before;
        let old: Vec<Job> = self.jobs().filter(old).cloned().collect();
        for job in old {
            self.index(Some(&job), None);
            self.jobs.set(job.id.as_str(), None);
        }
        let gone = |effect: &&Effect| effect.dispatched_at.is_some_and(|at| at < before);
        let old: Vec<String> =
            self.outbox.rows.values().filter(gone).map(|e| e.id.to_string()).collect();
        old.iter().for_each(|id| self.outbox.set(id, None));
    }
}

/// Where a job goes that comes back.
fn back(job: &Job) -> JobState {
    if job.held_by_plugin || job.held_by_connection { JobState::Paused } else { JobState::Ready }
}

fn row_of(new: &NewJob, key: Option<String>, off: bool, now: Timestamp) -> Job {
    Job {
        id: new.id.clone(),
        tenant_id: new.tenant_id.clone(),
        kind: new.kind.clone(),
        plugin_id: new.plugin_id.clone(),
        connection_id: new.connection_id.clone(),
        unique_key: key,
        payload_json: new.payload_json.clone(),
        state: if off { JobState::Paused } else { JobState::Ready },
        run_at: new.run_at,
        attempts: 0,
        attempts_max: new.attempts_max.max(1),
        lease_token: 0,
        lease_until: None,
        held_by_plugin: off,
        held_by_connection: false,
        last_problem: None,
        created_at: now,
        updated_at: now,
        lane: lane_of(&new.tenant_id, new.plugin_id.as_ref(), new.connection_id.as_ref()),
        dismissed_at: None,
    }
}

impl Ground for Memory {
    fn enqueue(&mut self, new: &NewJob, now: Timestamp) -> Result<Enqueued> {
        let (key, ever) = match &new.once {
            Once::No => (None, false),
            Once::WhileUnfinished(key) => (Some(key.clone()), false),
            Once::Ever(key) => (Some(key.clone()), true),
        };
        let plugin = new.plugin_id.as_ref().map(PluginId::as_str).unwrap_or_default();
        let off = self.off.contains(&format!("{}/{plugin}", new.tenant_id));
        let job = row_of(new, key, off, now);
        if let Some(there) = key_of(&job).and_then(|key| self.keys.get(&key)).cloned()
            && let Some(mut there) = self.jobs.get(&there).cloned()
        {
            if ever || !matches!(there.state, JobState::Done | JobState::Dead) {
                return Ok(Enqueued { id: there.id, is_new: false });
            }
            there.unique_key = None;
            self.put(there);
        }
        self.put(job);
        Ok(Enqueued { id: new.id.clone(), is_new: true })
    }

    fn claim(&mut self, now: Timestamp, room: &Room, lease_ms: i64) -> Result<Vec<Job>> {
        self.expire(now);
        let at = now.as_millis();
        let chosen = choose(self.due_lanes(now), room, |lane, most| {
            let queue = self.ready.get(lane).into_iter().flatten();
            let due = queue.take_while(|(run_at, _)| *run_at <= at);
            Ok::<_, Error>(due.take(most).map(|(_, id)| id.clone()).collect())
        })?;
        let mut taken = Vec::with_capacity(chosen.len());
        for (id, _) in chosen {
            let mut job = self.jobs.get(&id).cloned().ok_or(Error::NotFound)?;
            job.state = JobState::Leased;
            job.attempts += 1;
            job.lease_token += 1;
            job.lease_until = Some(now.plus_millis(lease_ms));
            job.updated_at = now;
            self.put(job.clone());
            taken.push(job);
        }
        self.note_turns(&taken);
        Ok(taken)
    }

    fn finish(&mut self, job: &Job, now: Timestamp) -> Result<()> {
        let held = self.held(job)?;
        self.end(held, JobState::Done, None, now);
        Ok(())
    }

    fn retry(&mut self, job: &Job, at: Timestamp, problem: &str, now: Timestamp) -> Result<()> {
        let mut held = self.held(job)?;
        let dead = held.attempts >= held.attempts_max;
        let state = if dead { JobState::Dead } else { back(&held) };
        held.run_at = at;
        self.end(held, state, Some(problem), now);
        Ok(())
    }

    fn defer(&mut self, job: &Job, at: Timestamp, now: Timestamp) -> Result<()> {
        let mut held = self.held(job)?;
        held.run_at = at;
        held.attempts -= 1;
        let state = back(&held);
        self.end(held, state, None, now);
        Ok(())
    }

    fn bury(&mut self, job: &Job, problem: &str, now: Timestamp) -> Result<()> {
        let held = self.held(job)?;
        self.end(held, JobState::Dead, Some(problem), now);
        Ok(())
    }

    fn rest(&mut self, job: &Job, until: Timestamp) -> Result<()> {
        let turn = self.lanes.get(&job.lane).map_or(0, |(turn, _)| *turn);
        self.lanes.set(&job.lane, Some((turn, until.as_millis())));
        Ok(())
    }

    fn undispatched(&mut self, limit: i64) -> Result<Vec<Effect>> {
        let first = self.waiting.iter().take(usize::try_from(limit).unwrap_or(0));
        Ok(first.filter_map(|(_, id)| self.outbox.get(id).cloned()).collect())
    }

    fn mark_dispatched(&mut self, effect: &Effect, now: Timestamp) -> Result<()> {
        let mut row = self.outbox.get(effect.id.as_str()).cloned().ok_or(Error::NotFound)?;
        if row.dispatched_at.is_some() {
            return Err(Error::Conflict);
        }
        self.waiting.remove(&(row.created_at.as_millis(), row.id.to_string()));
        row.dispatched_at = Some(now);
        self.outbox.set(effect.id.as_str(), Some(row));
        Ok(())
    }

    fn led_to_by(&mut self, means: Means<'_>, effect: &Effect) -> Result<Vec<NewJob>> {
        super::led_to(means, effect)
    }

    fn to_endpoints(&mut self, _: Means<'_>, _: &Effect) -> Result<()> {
        Ok(())
    }

    fn advance(&mut self, schedule: &Schedule, to: Timestamp) -> Result<()> {
        let row = self.schedules.get_mut(schedule.id.as_str()).ok_or(Error::NotFound)?;
        if row.next_at != schedule.next_at || row.paused {
            return Err(Error::Conflict);
        }
        self.schedules_before.push(row.clone());
        row.next_at = to;
        Ok(())
    }

    fn pause_schedule(&mut self, _: &TenantId, id: &ScheduleId) -> Result<()> {
        let row = self.schedules.get_mut(id.as_str()).ok_or(Error::NotFound)?;
        self.schedules_before.push(row.clone());
        row.paused = true;
        Ok(())
    }

    fn keep_delivery(&mut self, delivery: &Delivery) -> Result<Received> {
        let (plugin, route) = (&delivery.plugin_id, &delivery.route);
        let key = format!("{plugin}|{route}|{}|{}", delivery.tenant_id, delivery.delivery_id);
        if self.inbox.get(&key).is_some() {
            return Ok(Received::Duplicate);
        }
        self.inbox.set(&key, Some(delivery.clone()));
        Ok(Received::New)
    }
}
