//! What background work asks of the database: few verbs, each inside a transaction of its caller.
//! Behind it is the real store or, in a seeded simulation, a model of it that a million steps are
//! cheap on. A test drives both with the same steps and compares them.

use domain::{Clock, JobId, Rng, ScheduleId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::inbox::{Delivery, Received};
use store::jobs::{Enqueued, Job, NewJob, Once, Room};
use store::outbox::Effect;
use store::schedules::Schedule;
use store::{Conn, Result};

use crate::jobs::ATTEMPTS_MAX;

/// Time and chance, for what is decided inside a transaction.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub clock: &'a dyn Clock,
    pub rng: &'a dyn Rng,
}

impl Means<'_> {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A job that runs at once, is tried [`ATTEMPTS_MAX`] times, and may be there twice.
    pub fn new_job(&self, tenant: &TenantId, kind: &str, payload: Value) -> NewJob {
        NewJob {
            id: JobId::new(self.clock, self.rng),
            tenant_id: tenant.clone(),
            kind: kind.to_owned(),
            plugin_id: None,
            connection_id: None,
            once: Once::No,
            payload_json: payload.into(),
            run_at: self.now(),
            attempts_max: ATTEMPTS_MAX,
        }
    }
}

/// The tables behind jobs, outbox, inbox and schedules; each verb is the store's of the same name.
pub(crate) trait Ground {
    fn enqueue(&mut self, new: &NewJob, now: Timestamp) -> Result<Enqueued>;
    fn claim(&mut self, now: Timestamp, room: &Room, lease_ms: i64) -> Result<Vec<Job>>;
    fn finish(&mut self, job: &Job, now: Timestamp) -> Result<()>;
    fn retry(&mut self, job: &Job, at: Timestamp, problem: &str, now: Timestamp) -> Result<()>;
    fn defer(&mut self, job: &Job, at: Timestamp, now: Timestamp) -> Result<()>;
    fn bury(&mut self, job: &Job, problem: &str, now: Timestamp) -> Result<()>;
    fn rest(&mut self, job: &Job, until: Timestamp) -> Result<()>;

    fn undispatched(&mut self, limit: i64) -> Result<Vec<Effect>>;
    fn mark_dispatched(&mut self, effect: &Effect, now: Timestamp) -> Result<()>;
    /// The jobs an effect leads to, without their ids and keys: whose calendar it concerns, and
    /// which plugins were promised to hear of it.
    fn led_to_by(&mut self, means: Means<'_>, effect: &Effect) -> Result<Vec<NewJob>>;

    /// Makes deliveries of an effect that endpoints are told of.
    fn to_endpoints(&mut self, means: Means<'_>, effect: &Effect) -> Result<()>;

    fn advance(&mut self, schedule: &Schedule, to: Timestamp) -> Result<()>;
    fn pause_schedule(&mut self, tenant: &TenantId, id: &ScheduleId) -> Result<()>;

    fn keep_delivery(&mut self, delivery: &Delivery) -> Result<Received>;
}

impl Ground for Conn {
    fn enqueue(&mut self, new: &NewJob, now: Timestamp) -> Result<Enqueued> {
        store::jobs::enqueue(self, new, now)
    }

    fn claim(&mut self, now: Timestamp, room: &Room, lease_ms: i64) -> Result<Vec<Job>> {
        store::jobs::claim_into(self, now, room, lease_ms)
    }

    fn finish(&mut self, job: &Job, now: Timestamp) -> Result<()> {
        store::jobs::finish(self, &job.id, job.lease_token, now)
    }

    fn retry(&mut self, job: &Job, at: Timestamp, problem: &str, now: Timestamp) -> Result<()> {
        store::jobs::retry(self, &job.id, job.lease_token, at, problem, now).map(drop)
    }

    fn defer(&mut self, job: &Job, at: Timestamp, now: Timestamp) -> Result<()> {
        store::jobs::defer(self, &job.id, job.lease_token, at, now).map(drop)
    }

    fn bury(&mut self, job: &Job, problem: &str, now: Timestamp) -> Result<()> {
        store::jobs::bury(self, &job.id, job.lease_token, problem, now)
    }

    fn rest(&mut self, job: &Job, until: Timestamp) -> Result<()> {
        store::jobs::rest(self, job, until)
    }

    fn undispatched(&mut self, limit: i64) -> Result<Vec<Effect>> {
        store::outbox::list_undispatched(self, limit)
    }

    fn mark_dispatched(&mut self, effect: &Effect, now: Timestamp) -> Result<()> {
        store::outbox::mark(self, &effect.tenant_id, &effect.id, now)
    }

    fn led_to_by(&mut self, means: Means<'_>, effect: &Effect) -> Result<Vec<NewJob>> {
        crate::outbox::led_to_by(self, means, effect)
    }

    fn to_endpoints(&mut self, means: Means<'_>, effect: &Effect) -> Result<()> {
        crate::endpoints::queue(self, means, effect)
    }

    fn advance(&mut self, schedule: &Schedule, to: Timestamp) -> Result<()> {
        store::schedules::advance(self, &schedule.tenant_id, &schedule.id, schedule.next_at, to)
    }

    fn pause_schedule(&mut self, tenant: &TenantId, id: &ScheduleId) -> Result<()> {
        store::schedules::pause(self, tenant, id)
    }

    fn keep_delivery(&mut self, delivery: &Delivery) -> Result<Received> {
        store::inbox::insert(self, delivery)
    }
}

/// Keeps a delivery and the job that hands it over; a delivery that is kept already leads to
/// nothing.
pub(crate) fn take_in(
    ground: &mut impl Ground,
    means: Means<'_>,
    kind: &str,
    delivery: &Delivery,
) -> Result<Received> {
    let received = ground.keep_delivery(delivery)?;
    if received == Received::New {
        let payload = json!({ "delivery": delivery.id });
        let mut job = means.new_job(&delivery.tenant_id, kind, payload);
        job.once = Once::Ever(delivery.id.to_string());
        job.plugin_id = Some(delivery.plugin_id.clone());
        ground.enqueue(&job, means.now())?;
    }
    Ok(received)
}
