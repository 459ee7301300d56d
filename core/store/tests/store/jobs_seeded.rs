//! The queue against a model of it: random steps from a seed, after each of which both say the
//! same. A failure names its seed.

use std::collections::BTreeMap;

use domain::rng::SeededRng;
use domain::{JobId, Rng, TenantId, Timestamp};
use store::jobs::{self, Job, JobState, Once};
use store::{Conn, Db, Error};

use crate::support::*;

const LEASE: i64 = 100;
const STEPS: usize = 160;

#[derive(Debug, Clone, PartialEq)]
struct Model {
    tenant: TenantId,
    state: JobState,
    run_at: i64,
    attempts: i64,
    attempts_max: i64,
    token: i64,
    until: Option<i64>,
    of_plugin: bool,
    held: bool,
}

struct Run {
    world: World,
    dice: SeededRng,
    now: i64,
    tenants: Vec<TenantId>,
    model: BTreeMap<JobId, Model>,
    /// Every lease ever given, stale or not.
    leases: Vec<(JobId, i64)>,
}

impl Run {
    fn new(seed: u64, tenants: Vec<TenantId>) -> Self {
        let dice = SeededRng::new(seed);
        let world = World { rng: SeededRng::new(seed ^ 0xABCD), ..World::new() };
        let (model, leases) = (BTreeMap::new(), Vec::new());
        Self { world, dice, now: START.as_millis(), tenants, model, leases }
    }

    fn roll(&self, below: usize) -> usize {
        usize::try_from(self.dice.below(below as u64)).unwrap()
    }

    fn roll_ms(&self, below: i64) -> i64 {
        i64::try_from(self.dice.below(below.unsigned_abs())).unwrap()
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn step(&mut self, c: &mut Conn) {
        match self.roll(12) {
            0..=2 => self.enqueue(c),
            3..=5 => self.claim(c),
            6..=9 => self.give_back(c),
            10 => self.now += self.roll_ms(LEASE),
            _ => self.hold(c),
        }
    }

    fn enqueue(&mut self, c: &mut Conn) {
        let tenant = self.tenants[self.roll(self.tenants.len())].clone();
        let run_at = self.at().plus_millis(self.roll_ms(60) - 20);
        let mut job = self.world.job(&tenant, run_at);
        job.attempts_max = self.roll_ms(4) + 1;
        job.once = Once::No;
        let of_plugin = self.roll(2) == 0;
        job.plugin_id = of_plugin.then(plugin);
        jobs::enqueue(c, &job, self.at()).unwrap();
        let model = Model {
            tenant,
            state: JobState::Ready,
            run_at: run_at.as_millis(),
            attempts: 0,
            attempts_max: job.attempts_max,
            token: 0,
            until: None,
            of_plugin,
            held: false,
        };
        self.model.insert(job.id, model);
    }

    fn claim(&mut self, c: &mut Conn) {
        for job in self.model.values_mut() {
            if job.state == JobState::Leased && job.until.is_some_and(|until| until <= self.now) {
                job.state = match (job.attempts >= job.attempts_max, job.held) {
                    (true, _) => JobState::Dead,
                    (_, true) => JobState::Paused,
                    _ => JobState::Ready,
                };
                job.until = None;
            }
        }
        let due = |job: &&Model| job.state == JobState::Ready && job.run_at <= self.now;
        let due_count = self.model.values().filter(due).count();
        let limit = self.roll(5) + 1;
        let taken = jobs::claim(c, self.at(), limit as i64, LEASE).unwrap();
        assert_eq!(taken.len(), due_count.min(limit), "as many as there are and were asked for");
        for job in &taken {
            let model = self.model.get_mut(&job.id).unwrap();
            assert_eq!(model.state, JobState::Ready, "only what is ready is taken");
            assert!(model.run_at <= self.now, "nothing is taken early");
            assert!(job.lease_token > model.token, "tokens grow");
            model.state = JobState::Leased;
            model.attempts += 1;
            model.token = job.lease_token;
            model.until = Some(self.now + LEASE);
            self.leases.push((job.id.clone(), job.lease_token));
        }
        self.assert_fair(&taken);
    }

    /// Nobody got two more than somebody who could have had one of them.
    fn assert_fair(&self, taken: &[Job]) {
        let got = |t: &TenantId| taken.iter().filter(|job| job.tenant_id == *t).count();
        let most = self.tenants.iter().map(got).max().unwrap_or(0);
        for tenant in &self.tenants {
            let waits = self.model.values().any(|job| {
                job.tenant == *tenant && job.state == JobState::Ready && job.run_at <= self.now
            });
            assert!(!waits || got(tenant) + 1 >= most, "{tenant} waits while others feast");
        }
    }

    fn give_back(&mut self, c: &mut Conn) {
        if self.leases.is_empty() {
            return;
        }
        let (id, token) = self.leases[self.roll(self.leases.len())].clone();
        let (now, later) = (self.at(), self.at().plus_millis(self.roll_ms(50)));
        let kind = self.roll(5);
        let result = match kind {
            0 => jobs::finish(c, &id, token, now),
            1 => jobs::bury(c, &id, token, "p", now),
            2 => jobs::retry(c, &id, token, later, "p", now).map(drop),
            3 => jobs::defer(c, &id, token, later, now).map(drop),
            _ => jobs::extend(c, &id, token, later),
        };
        let model = self.model.get_mut(&id).unwrap();
        if model.state != JobState::Leased || model.token != token {
            assert!(matches!(result, Err(Error::Conflict)), "a stale token was accepted");
            return;
        }
        result.unwrap();
        let back = if model.held { JobState::Paused } else { JobState::Ready };
        model.state = match kind {
            0 => JobState::Done,
            1 => JobState::Dead,
            2 if model.attempts >= model.attempts_max => JobState::Dead,
            2 | 3 => back,
            _ => JobState::Leased,
        };
        model.until = (kind == 4).then_some(later.as_millis());
        if matches!(kind, 2 | 3) {
            model.run_at = later.as_millis();
        }
        model.attempts -= i64::from(kind == 3);
    }

    fn hold(&mut self, c: &mut Conn) {
        let tenant = self.tenants[self.roll(self.tenants.len())].clone();
        let pause = self.roll(2) == 0;
        let change = if pause { jobs::pause_plugin } else { jobs::resume_plugin };
        change(c, &tenant, &plugin(), self.at()).unwrap();
        for job in self.model.values_mut() {
            if job.tenant != tenant || !job.of_plugin || job.state == JobState::Done {
                continue;
            }
            job.held = pause;
            match job.state {
                JobState::Ready if pause => job.state = JobState::Paused,
                JobState::Paused if !pause => job.state = JobState::Ready,
                _ => {}
            }
        }
    }

    fn assert_same(&self, c: &mut Conn) {
        for (id, model) in &self.model {
            let job = jobs::get(c, &model.tenant, id).unwrap();
            let stored = Model {
                tenant: job.tenant_id,
                state: job.state,
                run_at: job.run_at.as_millis(),
                attempts: job.attempts,
                attempts_max: job.attempts_max,
                token: job.lease_token,
                until: job.lease_until.map(Timestamp::as_millis),
                of_plugin: job.plugin_id.is_some(),
                held: if job.state == JobState::Done { model.held } else { job.held_by_plugin },
            };
            assert_eq!(&stored, model);
        }
    }
}

store::both_backends! {
    async fn the_queue_does_what_its_model_does(db: Db) {
        for seed in 0..8 {
            let world = World { rng: SeededRng::new(1_000 + seed), ..World::new() };
            let mut tenants = Vec::new();
            for _ in 0..3 {
                tenants.push(a_tenant(&db, &world).await);
            }
            let outcome = db.write(move |c| {
                let mut run = Run::new(seed, tenants.clone());
                for step in 0..STEPS {
                    run.step(c);
                    if step % 20 == 0 || step + 1 == STEPS {
                        run.assert_same(c);
                    }
                }
                // The next seed begins with an empty queue.
                tenants.iter().try_for_each(|tenant| store::tenants::delete(c, tenant))
            }).await;
            assert!(outcome.is_ok(), "seed {seed}: {outcome:?}");
        }
    }
}
