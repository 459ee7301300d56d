//! The twin test: the same steps on the store and on the memory that stands in for it, which answer
//! the same and end with the same jobs.

use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{Clock, Locale, OutboxId, PluginId, Rng, TenantId, Timestamp, Zone};
use serde_json::json;
use store::jobs::{Enqueued, Job, JobFilter, NewJob, Once, Room};
use store::outbox::Effect;
use store::{Conn, Db, Error, Result};

use super::memory::Memory;
use crate::ground::{Ground, Means};

const STEPS: usize = 400;
const LEASE: i64 = 5_000;

struct Twins<'a> {
    dice: SeededRng,
    ids: SeededRng,
    clock: ManualClock,
    memory: Memory,
    real: &'a mut Conn,
    tenants: Vec<TenantId>,
    plugins: Vec<PluginId>,
    /// Every lease ever given, stale or not.
    leases: Vec<Job>,
    effects: Vec<Effect>,
}

/// An answer as far as it must be the same.
fn told<T: PartialEq + std::fmt::Debug>(result: Result<T>) -> std::result::Result<T, &'static str> {
    result.map_err(|error| match error {
        Error::NotFound => "not found",
        Error::Conflict => "conflict",
        _ => "another",
    })
}

impl Twins<'_> {
    fn roll(&self, below: usize) -> usize {
        usize::try_from(self.dice.below(below as u64)).unwrap()
    }

    fn later(&self) -> Timestamp {
        self.clock.now().plus_millis(i64::try_from(self.roll(20_000)).unwrap() - 5_000)
    }

    fn step(&mut self) {
        match self.roll(12) {
            0..=2 => self.enqueue(),
            3..=4 => self.claim(),
            5..=7 => self.give_back(),
            8 => self.clock.advance_millis(i64::try_from(self.roll(9_000)).unwrap() - 2_000),
            9 => self.hold(),
            10 => self.effect(),
            _ => self.replay(),
        }
    }

    fn enqueue(&mut self) {
        let now = self.clock.now();
        let key = self.roll(12).to_string();
        let new = NewJob {
            once: match self.roll(3) {
                0 => Once::No,
                1 => Once::WhileUnfinished(key),
                _ => Once::Ever(key),
            },
            plugin_id: Some(self.plugins[self.roll(2)].clone()).filter(|_| self.roll(4) > 0),
            run_at: self.later(),
            attempts_max: 1 + i64::try_from(self.roll(4)).unwrap(),
            ..Means { clock: &self.clock, rng: &self.ids }.new_job(
                &self.tenants[self.roll(self.tenants.len())],
                ["push", "event"][self.roll(2)],
                json!({}),
            )
        };
        let is = |done: Result<Enqueued>| told(done.map(|e| (e.id, e.is_new)));
        assert_eq!(is(self.real.enqueue(&new, now)), is(self.memory.enqueue(&new, now)));
    }

    fn claim(&mut self) {
        let now = self.clock.now();
        let running = self.leases.iter().rev().take(self.roll(3)).map(|job| job.lane.clone());
        let room = Room::shared(1 + self.roll(8), running.collect());
        let real = self.real.claim(now, &room, LEASE).unwrap();
        assert_eq!(real, self.memory.claim(now, &room, LEASE).unwrap());
        self.leases.extend(real);
    }

    fn give_back(&mut self) {
        if self.leases.is_empty() {
            return;
        }
        let recent = self.leases.len().min(12);
        let job = self.leases[self.leases.len() - 1 - self.roll(recent)].clone();
        let (now, at, kind) = (self.clock.now(), self.later(), self.roll(5));
        let run = |ground: &mut dyn FnMut() -> Result<()>| told(ground());
        let (real, memory) = (&mut *self.real, &mut self.memory);
        let answers = [
            run(&mut || back(real, kind, &job, at, now)),
            run(&mut || back(memory, kind, &job, at, now)),
        ];
        assert_eq!(answers[0], answers[1], "{kind}");
    }

    fn hold(&mut self) {
        let tenant = self.tenants[self.roll(self.tenants.len())].clone();
        let (plugin, now, hold) = (self.plugins[0].clone(), self.clock.now(), self.roll(2) == 0);
        let change = if hold { store::jobs::pause_plugin } else { store::jobs::resume_plugin };
        change(self.real, &tenant, &plugin, now).unwrap();
        self.memory.hold(&tenant, &plugin, hold, now);
    }

    /// An effect is added, or one is marked, perhaps for the second time.
    fn effect(&mut self) {
        let now = self.clock.now();
        if self.roll(2) == 0 || self.effects.is_empty() {
            let effect = Effect {
                id: OutboxId::new(&self.clock, &self.ids),
                tenant_id: self.tenants[self.roll(self.tenants.len())].clone(),
                topic: "t".to_owned(),
                subject_id: String::new(),
                payload_json: json!({}).into(),
                created_at: now,
                dispatched_at: None,
            };
            store::outbox::insert(self.real, &effect).unwrap();
            self.memory.insert_effect(effect.clone());
            self.effects.push(effect);
        } else {
            let effect = self.effects[self.roll(self.effects.len())].clone();
            let real = told(self.real.mark_dispatched(&effect, now));
            assert_eq!(real, told(self.memory.mark_dispatched(&effect, now)));
        }
        let real = self.real.undispatched(5).unwrap();
        assert_eq!(real, self.memory.undispatched(5).unwrap());
    }

    fn replay(&mut self) {
        let Some(job) = self.leases.last().cloned() else { return };
        let now = self.clock.now();
        let real = store::jobs::replay(self.real, &job.tenant_id, &job.id, now).unwrap();
        assert_eq!(real, self.memory.replay(job.id.as_str(), now));
    }

    fn assert_same(&mut self) {
        let mut real = Vec::new();
        for tenant in &self.tenants {
            let (all, mut after) = (JobFilter::default(), None);
            loop {
                let page = store::jobs::list(self.real, tenant, &all, after.as_ref(), 100).unwrap();
                real.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        real.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        assert_eq!(real.iter().collect::<Vec<_>>(), self.memory.jobs().collect::<Vec<_>>());
    }
}

fn back(
    ground: &mut impl Ground,
    kind: usize,
    job: &Job,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    match kind {
        0 => ground.finish(job, now),
        1 => ground.bury(job, "p", now),
        2 => ground.retry(job, at, "p", now),
        3 => ground.defer(job, at, now),
        _ => ground.rest(job, at),
    }
}

fn run(c: &mut Conn, seed: u64) -> Result<()> {
    let (clock, ids) = (ManualClock::at(1_772_000_000_000), SeededRng::new(seed ^ 0x77));
    let mut tenants = Vec::new();
    for _ in 0..3 {
        let tenant = store::tenants::Tenant {
            id: TenantId::new(&clock, &ids),
            name: "Twin".to_owned(),
            locale: Locale::En,
            zone: Zone::utc(),
            currency: "EUR".to_owned(),
            created_at: clock.now(),
            rev: 1,
            second_step: false,
            colour: store::tenants::Colour::Pine,
            theme: crate::settings::DEFAULT_THEME.to_owned(),
            logo: None,
        };
        store::tenants::insert(c, &tenant)?;
        tenants.push(tenant.id);
    }
    let mut twins = Twins {
        dice: SeededRng::new(seed),
        ids,
        clock,
        memory: Memory::default(),
        real: c,
        tenants: tenants.clone(),
        plugins: vec!["calendar".parse().unwrap(), "crm".parse().unwrap()],
        leases: Vec::new(),
        effects: Vec::new(),
    };
    for step in 0..STEPS {
        twins.step();
        if step % 50 == 49 {
            twins.assert_same();
        }
    }
    tenants.iter().try_for_each(|tenant| store::tenants::delete(c, tenant))
}

store::both_backends! {
    async fn the_memory_does_what_the_store_does(db: Db) {
        for seed in 0..8 {
            let done = db.write(move |c| run(c, seed)).await;
            assert!(done.is_ok(), "seed {seed}: {done:?}");
        }
    }
}
