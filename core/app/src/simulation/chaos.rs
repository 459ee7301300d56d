//! What happens: one step at a time, chosen by dice.

use std::collections::HashMap;

use domain::{DeliveryId, PluginId, TenantId};
use serde_json::json;
use store::Error;
use store::inbox::Delivery;
use store::jobs::{Job, Once, Room};

use super::provider::Answer;
use super::world::{Breakage, Read, Task, World};
use crate::error::Error as Failure;
use crate::ground::{Ground, take_in};
use crate::jobs::{LEASE_MS, Settlement, judge, settle};
use crate::{outbox, schedules};

const PLACES: usize = 4;

/// Whether a transaction's process outlives it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    DiesBefore,
    DiesAfter,
}

/// What becomes of a push whose call came back.
enum Kept {
    Settled,
    /// It is read and sent once more.
    Again,
    Died,
}

impl World {
    /// One step.
    pub fn step(&mut self) {
        let worker = usize::try_from(self.roll(self.workers.len() as u64)).unwrap();
        match self.roll(1_000) {
            0..=39 => self.change(),
            40..=69 => self.receive(),
            70..=74 => self.send_again(),
            75..=254 => self.claim(worker),
            255..=334 => self.spread(worker),
            335..=354 => self.look_at_schedules(worker),
            355..=374 => self.fire(worker),
            375..=909 => self.go_on(worker),
            910..=989 => self.clock.advance_millis(i64::try_from(self.roll(6_000)).unwrap()),
            _ => self.seldom(worker),
        }
    }

    fn seldom(&mut self, worker: usize) {
        match self.roll(100) {
            0..=39 => self.kill(worker),
            40..=42 => {
                self.seen.jumps += 1;
                // Up to twenty minutes ahead or back, as a clock that is set right.
                let by = i64::try_from(self.roll(2_400_000)).unwrap() - 1_200_000;
                self.clock.advance_millis(by);
            }
            55..=64 => {
                let (tenant, plugin) = self.pick(&self.all_plugins()).clone();
                let off = self.roll(8) == 0;
                self.turn(&tenant, &plugin, off);
            }
            65..=66 => {
                self.seen.floods += 1;
                (0..150).for_each(|_| self.change());
            }
            67..=71 => self.replay(),
            72..=79 => {
                let before = self.now().plus_secs(-12 * 3_600);
                let _ = self.memory.transact(true, |memory| {
                    memory.forget(before);
                    Ok(())
                });
            }
            _ => {}
        }
    }

    pub fn all_plugins(&self) -> Vec<(TenantId, PluginId)> {
        let plugins = |tenant: &TenantId| {
            let tenant = tenant.clone();
            self.plugins.iter().map(move |plugin| (tenant.clone(), plugin.clone()))
        };
        self.tenants.iter().flat_map(plugins).collect()
    }

    /// Turns a plugin off or on.
    pub fn turn(&mut self, tenant: &TenantId, plugin: &PluginId, off: bool) {
        let now = self.now();
        self.memory.switch(tenant, plugin, off);
        let _ = self.memory.transact(true, |memory| {
            memory.hold(tenant, plugin, off, now);
            Ok(())
        });
    }

    fn fate(&self) -> Fate {
        match self.roll(400) {
            _ if self.provider.healthy => Fate::Lives,
            0 => Fate::DiesBefore,
            1 => Fate::DiesAfter,
            _ => Fate::Lives,
        }
    }

    /// Runs a worker's transaction; None where it was undone, else what came of it and whether the
    /// worker lives to hear it.
    fn within<T>(
        &mut self,
        worker: usize,
        work: impl FnOnce(&mut Self) -> store::Result<T>,
    ) -> Option<(store::Result<T>, bool)> {
        let fate = self.fate();
        let result = work(self);
        let commit = fate != Fate::DiesBefore && result.is_ok();
        let _ = self.memory.transact(commit, |_| Ok(()));
        if fate == Fate::Lives {
            return Some((result, true));
        }
        self.seen.undone += u64::from(!commit);
        self.kill(worker);
        commit.then_some((result, false))
    }

    fn kill(&mut self, worker: usize) {
        self.seen.kills += 1;
        self.workers[worker].tasks.clear();
        self.workers[worker].due.clear();
    }

    /// A webhook arrives for the first time.
    fn receive(&mut self) {
        let delivery = Delivery {
            id: DeliveryId::new(&self.clock, &self.ids),
            tenant_id: self.pick(&self.tenants).clone(),
            plugin_id: self.plugins[1].clone(),
            route: "inbound".to_owned(),
            delivery_id: self.roll(u64::MAX).to_string(),
            headers_json: json!({}).into(),
            body: Vec::new(),
            received_at: self.now(),
            handled_at: None,
        };
        self.seen.deliveries += 1;
        self.deliver(delivery, false);
    }

    /// Somebody sends what they have no answer for, or what they had one for, under a new id of
    /// ours: the sender's own id decides.
    fn send_again(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let at = usize::try_from(self.roll(self.sent.len() as u64)).unwrap();
        let again = self.sent.swap_remove(at);
        self.seen.duplicates += 1;
        self.deliver(again, false);
    }

    /// Takes a delivery in as the real route does; without an answer the sender sends it again.
    pub fn deliver(&mut self, mut delivery: Delivery, for_sure: bool) {
        let work = format!("webhook/{}", delivery.delivery_id);
        let fate = if for_sure { Fate::Lives } else { self.fate() };
        let answered = fate == Fate::Lives && (for_sure || self.roll(20) != 0);
        if answered || self.breakage == Breakage::AcknowledgeFirst {
            self.owed.insert(work, true);
        }
        delivery.id = DeliveryId::new(&self.clock, &self.ids);
        self.names.insert(delivery.id.to_string(), delivery.delivery_id.clone());
        let (clock, ids) = (&self.clock, &self.ids);
        let kept = self.memory.transact(fate != Fate::DiesBefore, |memory| {
            take_in(memory, Self::means(clock, ids), "webhook", &delivery)
        });
        if kept.is_err() {
            self.complain("a delivery could not be kept");
        }
        let lost = self.breakage == Breakage::AcknowledgeFirst;
        if !answered && !lost || !for_sure && self.roll(10) == 0 {
            self.sent.push(delivery);
        }
    }

    fn spread(&mut self, worker: usize) {
        if self.breakage == Breakage::MarkAlone {
            return self.spread_badly(worker);
        }
        self.within(worker, |world| {
            let means = Self::means(&world.clock, &world.ids);
            outbox::spread(&mut world.memory, means, 20)
        });
    }

    fn spread_badly(&mut self, worker: usize) {
        let now = self.now();
        let rows = self.memory.undispatched(20).unwrap_or_default();
        let marked = self.within(worker, |world| {
            rows.iter().try_for_each(|row| world.memory.mark_dispatched(row, now))
        });
        if !matches!(marked, Some((Ok(()), true))) {
            return;
        }
        self.within(worker, |world| {
            for row in &rows {
                let means = Self::means(&world.clock, &world.ids);
                for mut job in super::led_to(means, row)? {
                    job.once = Once::Ever(row.id.to_string());
                    world.memory.enqueue(&job, now)?;
                }
            }
            Ok(())
        });
    }

    /// Reads what is due; others may do so at the same time.
    fn look_at_schedules(&mut self, worker: usize) {
        let now = self.now();
        let due = self.memory.schedules.values().filter(|s| !s.paused && s.next_at <= now);
        self.workers[worker].due = due.cloned().collect();
    }

    fn fire(&mut self, worker: usize) {
        let due = std::mem::take(&mut self.workers[worker].due);
        let fired = self.within(worker, |world| {
            let means = Self::means(&world.clock, &world.ids);
            schedules::fire_all(&mut world.memory, means, &due)
        });
        let Some((Ok(_), _)) = fired else { return };
        for schedule in due {
            let moved = self.memory.schedules[schedule.id.as_str()].next_at;
            let before = self.occurrences.get(&schedule.id).copied();
            if before.is_some_and(|before| before >= schedule.next_at) {
                // Somebody else had it: then this worker moved nothing.
                continue;
            }
            if moved <= schedule.next_at {
                self.complain(format!("{} fires again", schedule.name));
            }
            self.seen.fired += 1;
            self.occurrences.insert(schedule.id, schedule.next_at);
        }
    }

    fn claim(&mut self, worker: usize) {
        let running = self.workers[worker].tasks.iter().map(|task| task.job.lane.clone()).collect();
        let room = Room::shared(PLACES, running);
        if room.limit == 0 {
            return;
        }
        let now = self.now();
        let lanes = self.memory.due_lanes(now);
        let claimed = self.within(worker, |world| world.memory.claim(now, &room, LEASE_MS));
        let Some((Ok(jobs), lives)) = claimed else { return };
        self.check_turns(&room, lanes.iter().map(|lane| lane.lane.as_str()), &jobs);
        for job in jobs {
            if self.ended.contains(&job.id) {
                self.complain(format!("{} had ended and is run again", job.id));
            }
            self.holders.insert(job.id.clone(), job.lease_token);
            if lives {
                self.workers[worker].tasks.push(Task { job, read: None, answer: None });
            }
        }
    }

    /// Nobody who could have been served waits for more claims than there are businesses.
    fn check_turns<'a>(&mut self, room: &Room, lanes: impl Iterator<Item = &'a str>, jobs: &[Job]) {
        let mut served: HashMap<&str, usize> = HashMap::new();
        jobs.iter().for_each(|job| *served.entry(job.tenant_id.as_str()).or_default() += 1);
        let running = |name: &str| room.running.iter().filter(|lane| lane.contains(name)).count();
        let mut able: Vec<&str> = Vec::new();
        for lane in lanes {
            let (tenant, plugin) = (&lane[..36], lane.split('/').nth(1).unwrap_or_default());
            let fits = running(lane) < room.lane_max
                && running(tenant) < room.tenant_max
                && running(&format!("/{plugin}/")) < room.plugin_max;
            if fits {
                able.push(tenant);
            }
        }
        let tenants: Vec<String> = self.tenants.iter().map(ToString::to_string).collect();
        for tenant in tenants {
            let waits = able.contains(&tenant.as_str()) && !served.contains_key(tenant.as_str());
            let hunger = self.hunger.entry(tenant.clone()).or_default();
            *hunger = if waits && !jobs.is_empty() { *hunger + 1 } else { 0 };
            if *hunger > 2 * self.tenants.len() {
                self.complain(format!("{tenant} waits while others are served"));
            }
        }
        let most = room.lane_max.max(1);
        if served.values().any(|got| *got > most.max(room.tenant_max)) {
            self.complain("one business has all places");
        }
    }

    /// A worker goes on with one of its jobs: reads, calls, or notes what came of it.
    fn go_on(&mut self, worker: usize) {
        let tasks = self.workers[worker].tasks.len() as u64;
        if tasks == 0 {
            return;
        }
        let at = usize::try_from(self.roll(tasks)).unwrap();
        let task = &self.workers[worker].tasks[at];
        if task.job.kind == "push" && task.read.is_none() {
            let read = self.read_of(&task.job);
            self.workers[worker].tasks[at].read = Some(read);
            return;
        }
        if task.answer.is_none() {
            // What was read is under way for a while; others overtake it.
            let arrives = task.read.is_none() || self.provider.healthy || self.roll(4) == 0;
            if arrives {
                self.call(worker, at);
            }
            return;
        }
        let Task { job, read, answer } = self.workers[worker].tasks.swap_remove(at);
        let Some(answer) = answer else { return };
        self.seen.lost += u64::from(matches!(answer, Answer::Lost));
        let means = Self::means(&self.clock, &self.dice);
        let settlement = match answer {
            Answer::Done => Settlement::Done,
            // The call's time ran out.
            Answer::Lost => {
                let error = Failure::unavailable("error-provider-unavailable", "no answer");
                judge(means, &job, &error)
            }
            Answer::Failed(error) => judge(means, &job, &error),
        };
        self.seen.rested += u64::from(matches!(settlement, Settlement::Rest { .. }));
        if settlement == Settlement::Done {
            match self.keep_link(worker, &job, read) {
                Kept::Settled => {}
                Kept::Again => {
                    self.workers[worker].tasks.push(Task { job, read: None, answer: None });
                    return;
                }
                Kept::Died => return,
            }
        }
        let settled = self.within(worker, |world| {
            let means = Self::means(&world.clock, &world.ids);
            settle(&mut world.memory, means, &job, &settlement)
        });
        self.check_settled(&job, &settlement, settled.map(|(result, _)| result));
    }

    fn read_of(&self, job: &Job) -> Read {
        let subject = job.payload_json.0["subject"].to_string();
        let rev = self.subjects.get(&subject).copied().unwrap_or_default();
        Read { rev, link: self.links.get(&subject).copied().unwrap_or_default() }
    }

    /// After a push: notes that it was written, and whether it was the last word. It wasn't where somebody
    /// else wrote since it was read, perhaps later, or where it changed meanwhile.
    fn keep_link(&mut self, worker: usize, job: &Job, read: Option<Read>) -> Kept {
        let Some(read) = read else { return Kept::Settled };
        if self.breakage == Breakage::LastWordLost {
            return Kept::Settled;
        }
        let now = self.read_of(job);
        if now.link != read.link {
            return Kept::Again;
        }
        let Some((_, lives)) = self.within(worker, |_| Ok(())) else { return Kept::Died };
        let subject = job.payload_json.0["subject"].to_string();
        *self.links.entry(subject).or_default() += 1;
        match lives {
            false => Kept::Died,
            true if now.rev == read.rev => Kept::Settled,
            true => Kept::Again,
        }
    }

    fn check_settled(
        &mut self,
        job: &Job,
        settlement: &Settlement,
        settled: Option<store::Result<()>>,
    ) {
        match settled {
            Some(Ok(())) => {
                if self.holders.get(&job.id) != Some(&job.lease_token) {
                    self.complain(format!("{} was settled by a stale token", job.id));
                }
                if *settlement == Settlement::Done {
                    self.ended.insert(job.id.clone());
                }
                let is_dead = matches!(settlement, Settlement::Bury { .. });
                self.seen.buried += u64::from(is_dead);
            }
            Some(Err(Error::Conflict | Error::NotFound)) => self.seen.stale += 1,
            Some(Err(other)) => self.complain(format!("settling: {other}")),
            None => {}
        }
    }

    /// Calls the provider, which does it or not, and answers or not.
    fn call(&mut self, worker: usize, at: usize) {
        self.seen.runs += 1;
        let task = &self.workers[worker].tasks[at];
        let (job, read) = (task.job.clone(), task.read);
        if job.plugin_id.as_ref() == self.plugins.get(2) {
            return self.call_poison(worker, at);
        }
        let (about, key) = self.work_of(&job);
        let rev = read.map(|read| read.rev);
        match self.provider.call(&self.dice, &job, &about, &key, rev) {
            Ok(answer) => self.workers[worker].tasks[at].answer = Some(answer),
            Err(doubled) => self.complain(doubled),
        }
    }

    /// A job that can't succeed: it fails, or takes its process down with it.
    fn call_poison(&mut self, worker: usize, at: usize) {
        if self.roll(2) == 0 {
            return self.kill(worker);
        }
        let error = Failure::unavailable("error-plugin-failed", "poison");
        self.workers[worker].tasks[at].answer = Some(Answer::Failed(error));
    }

    fn replay(&mut self) {
        let dead = |job: &&Job| job.state == store::jobs::JobState::Dead;
        let Some(id) = self.memory.jobs().find(dead).map(|job| job.id.clone()) else { return };
        let now = self.now();
        let again = self.memory.transact(true, |memory| Ok(memory.replay(id.as_str(), now)));
        self.seen.replayed += u64::from(again.unwrap_or_default());
    }

    /// A worker's round while nothing goes wrong.
    pub fn work_calmly(&mut self, worker: usize) {
        self.spread(worker);
        self.claim(worker);
        for _ in 0..2 * PLACES {
            self.go_on(worker);
        }
    }
}
