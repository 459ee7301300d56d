//! Deliveries on their way: one job each, in the lane of its endpoint, tried with growing waits for about
//! three days. Only the job that a delivery names may send it, and only while the endpoint is on; both are
//! looked at before each try.

use domain::{DeliveryId, JobId, Secret, TenantId, Timestamp};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use runtime::{Asked, EgressError};
use serde_json::json;
use store::Conn;
use store::deliveries::{Delivery, DeliveryState, Step, Try, TryEnd};
use store::endpoints::{Endpoint, OffReason};
use store::jobs::{Job, NewJob, Once, lane_of_endpoint};
use store::outbox::Effect;

use super::{events, kinds, signing, switch_off};
use crate::App;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::ground::Means;
use crate::jobs::Outcome;
use crate::notifications;

/// The job's kind.
pub(crate) const DELIVER: &str = "endpoint.deliver";

/// How long to wait after each failed try, in seconds: as the specification suggests.
const WAITS_SECS: [i64; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600];
/// The longest a receiver's wish to be left alone is honoured for, in seconds.
const REST_SECS_MAX: i64 = 24 * 3_600;
/// After how long of nothing but failures an endpoint is turned off, in seconds.
const FAILING_SECS_MAX: i64 = 5 * 24 * 3_600;
/// How often a delivery's job may be begun, tries that were cut off counted.
const BEGUN_MAX: i64 = 100;
/// Characters of an answer that are kept.
const ANSWER_CHARS_MAX: usize = 500;

/// Makes deliveries of an event, one for each endpoint that is told of it, and the jobs that send them.
pub(crate) fn queue(c: &mut Conn, means: Means<'_>, row: &Effect) -> store::Result<()> {
    if row.topic != events::TOPIC {
        return Ok(());
    }
    let name = row.payload_json.0["kind"].as_str().unwrap_or_default();
    let Some(kind) = kinds::find(name) else { return Ok(()) };
    let body = json!({
        "type": kind.name,
        "timestamp": row.created_at.to_rfc3339(),
        "version": kind.version,
        "data": row.payload_json.0["data"],
    });
    let body = body.to_string();
    for endpoint in store::endpoints::list_enabled(c, &row.tenant_id)? {
        if events::is_told(&endpoint, kind.name) {
            let new = Message { event: row.id.clone(), kind: kind.name, body: body.clone() };
            begin(c, means, &endpoint, new)?;
        }
    }
    Ok(())
}

/// A message that is to go to an endpoint.
pub(super) struct Message {
    pub event: domain::OutboxId,
    pub kind: &'static str,
    pub body: String,
}

/// Keeps a delivery with its job, unless the endpoint has one of the same event.
pub(super) fn begin(
    c: &mut Conn,
    means: Means<'_>,
    endpoint: &Endpoint,
    message: Message,
) -> store::Result<DeliveryId> {
    let now = means.now();
    let delivery = Delivery {
        tenant_id: endpoint.tenant_id.clone(),
        id: DeliveryId::new(means.clock, means.rng),
        endpoint_id: endpoint.id.clone(),
        event_id: message.event,
        kind: message.kind.to_owned(),
        body: message.body,
        state: DeliveryState::Waiting,
        job_id: JobId::new(means.clock, means.rng),
        step: 0,
        tries: 0,
        next_at: None,
        created_at: now,
        ended_at: None,
    };
    if store::deliveries::insert(c, &delivery)? {
        enqueue(c, means, &delivery)?;
    }
    Ok(delivery.id)
}

/// Begins a delivery anew under another job; the one before may send nothing any more.
pub(super) fn begin_again(
    c: &mut Conn,
    means: Means<'_>,
    delivery: &Delivery,
) -> store::Result<()> {
    let step = Step {
        state: DeliveryState::Waiting,
        job_id: JobId::new(means.clock, means.rng),
        step: 0,
        next_at: None,
        ended_at: None,
    };
    store::deliveries::update(c, &delivery.tenant_id, &delivery.id, &step)?;
    enqueue(c, means, &Delivery { job_id: step.job_id, ..delivery.clone() })
}

fn enqueue(c: &mut Conn, means: Means<'_>, delivery: &Delivery) -> store::Result<()> {
    let tenant = &delivery.tenant_id;
    let job = NewJob {
        id: delivery.job_id.clone(),
        once: Once::No,
        attempts_max: BEGUN_MAX,
        ..means.new_job(tenant, DELIVER, json!({ "delivery": delivery.id }))
    };
    let lane = lane_of_endpoint(tenant, &delivery.endpoint_id);
    store::jobs::enqueue_in(c, &job, lane, means.now()).map(drop)
}

/// What a job finds before it sends.
enum Found {
    /// There is nothing to send, or nothing any more.
    Over,
    /// Its time has not come: the job was cut off after it had noted the try.
    Early(Timestamp),
    /// The endpoint is off.
    Off,
    /// It goes out.
    Due(Box<Due>),
}

struct Due {
    delivery: Delivery,
    url: String,
    secrets: Vec<Secret>,
}

fn delivery_of(job: &Job) -> Result<DeliveryId> {
    let id = job.payload_json.0["delivery"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("a job of no delivery"))
}

/// Tries a delivery once.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let (app2, job2) = (app.clone(), job.clone());
    match app.db.inspect(move |c| look(&app2, c, &job2)).await? {
        Found::Over => Ok(Outcome::Done),
        Found::Early(at) => {
            Ok(Outcome::Again { at, problem: "error-job-cut-off".to_owned(), rest: None })
        }
        Found::Off => {
            let (app2, tenant, id) = (app.clone(), job.tenant_id.clone(), delivery_of(job)?);
            app.db.transact(move |c| stop(&app2, c, &tenant, &id)).await?;
            Ok(Outcome::Done)
        }
        Found::Due(due) => {
            let tried = send(app, &due).await?;
            let (app2, job2) = (app.clone(), job.clone());
            app.db.transact(move |c| note(&app2, c, &job2, &due.delivery, tried)).await
        }
    }
}

fn look(app: &App, c: &mut Conn, job: &Job) -> Result<Found> {
    let (tenant, id) = (&job.tenant_id, delivery_of(job)?);
    let Some(delivery) = store::deliveries::find(c, tenant, &id)? else { return Ok(Found::Over) };
    if delivery.job_id != job.id || delivery.state != DeliveryState::Waiting {
        return Ok(Found::Over);
    }
    let endpoint = store::endpoints::get(c, tenant, &delivery.endpoint_id)?;
    if !endpoint.enabled {
        return Ok(Found::Off);
    }
    if let Some(at) = delivery.next_at.filter(|at| *at > app.clock.now()) {
        return Ok(Found::Early(at));
    }
    let secrets = signing::open_all(app, c, &endpoint)?;
    Ok(Found::Due(Box::new(Due { delivery, url: endpoint.url, secrets })))
}

fn stop(app: &App, c: &mut Conn, tenant: &TenantId, id: &DeliveryId) -> Result<()> {
    let delivery = store::deliveries::get(c, tenant, id)?;
    let step = Step {
        state: DeliveryState::Stopped,
        job_id: delivery.job_id,
        step: delivery.step,
        next_at: None,
        ended_at: Some(app.clock.now()),
    };
    Ok(store::deliveries::update(c, tenant, id, &step)?)
}

/// What became of a try.
struct Tried {
    at: Timestamp,
    ended: TryEnd,
    status: Option<u16>,
    ms: i64,
    answer: String,
    /// How long the receiver wants to be left alone, in seconds.
    rest_secs: Option<i64>,
}

async fn send(app: &App, due: &Due) -> Result<Tried> {
    let (at, id) = (app.clock.now(), format!("msg_{}", due.delivery.event_id));
    let body = &due.delivery.body;
    let request = http::Request::post(&due.url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", (at.as_millis() / 1_000).to_string())
        .header("webhook-signature", signing::sign(&due.secrets, &id, at, body)?)
        .body(body.clone().into_bytes())
        .map_err(Error::internal)?;
    let Asked { entry, answer } = app.egress.send_to_endpoint(request).await;
    let mut tried = Tried {
        at,
        ended: TryEnd::Accepted,
        status: entry.status,
        ms: i64::try_from(entry.ms).unwrap_or(i64::MAX),
        answer: String::new(),
        rest_secs: None,
    };
    match answer {
        Ok(response) => {
            tried.ended = end_of(response.status().as_u16());
            tried.answer = shown(response.body());
            let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            tried.rest_secs = after.and_then(|text| rest_secs(text, at));
        }
        Err(error) => {
            tried.ended = match &error {
                EgressError::Refused(_) => TryEnd::Refused,
                EgressError::TimedOut => TryEnd::TimedOut,
                EgressError::Certificate(_) => TryEnd::Untrusted,
                EgressError::Unreachable(_) | EgressError::TooLarge => TryEnd::Unreachable,
            };
            tried.answer = shown(error.to_string().as_bytes());
        }
    }
    Ok(tried)
}

const fn end_of(status: u16) -> TryEnd {
    match status {
        200..=299 => TryEnd::Accepted,
        300..=399 => TryEnd::Moved,
        410 => TryEnd::Gone,
        _ => TryEnd::Rejected,
    }
}

/// The first characters of an answer, none of which control anything.
fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let plain = |c: &char| *c == '\n' || !c.is_control();
    text.chars().filter(plain).take(ANSWER_CHARS_MAX).collect()
}

/// `Retry-After` in seconds, whether it says seconds or a date (RFC 9110, section 10.2.3).
fn rest_secs(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    let secs = match text.parse::<u32>() {
        Ok(secs) => i64::from(secs),
        Err(_) => {
            let date = jiff::fmt::rfc2822::parse(text).ok()?;
            (date.timestamp().as_millisecond() - now.as_millis()).div_euclid(1_000) + 1
        }
    };
    Some(secs.clamp(0, REST_SECS_MAX))
}

/// Notes a try and decides what follows, in one transaction.
fn note(app: &App, c: &mut Conn, job: &Job, sent: &Delivery, tried: Tried) -> Result<Outcome> {
    let (tenant, id) = (&sent.tenant_id, &sent.id);
    // Removed while it was on its way: there is nothing to note it with.
    if store::endpoints::lock(c, tenant, &sent.endpoint_id)?.is_none() {
        return Ok(Outcome::Done);
    }
    let delivery = match store::deliveries::count_try(c, tenant, id) {
        Err(store::Error::NotFound) => return Ok(Outcome::Done),
        other => other?,
    };
    let row = Try {
        tenant_id: tenant.clone(),
        delivery_id: id.clone(),
        number: delivery.tries,
        at: tried.at,
        ended: tried.ended,
        status: tried.status,
        ms: tried.ms,
        answer: tried.answer.clone(),
    };
    store::deliveries::insert_try(c, &row)?;
    if tried.ended == TryEnd::Accepted {
        settle(app, c, &delivery, DeliveryState::Done)?;
        store::endpoints::note_success(c, tenant, &delivery.endpoint_id)?;
        return Ok(Outcome::Done);
    }
    // Stopped or begun anew meanwhile: what follows is decided there.
    if delivery.job_id != job.id || delivery.state != DeliveryState::Waiting {
        return Ok(Outcome::Done);
    }
    note_failure(app, c, &delivery, &tried)
}

/// A delivery ends.
fn settle(app: &App, c: &mut Conn, delivery: &Delivery, state: DeliveryState) -> Result<()> {
    let step = Step {
        state,
        job_id: delivery.job_id.clone(),
        step: delivery.step + 1,
        next_at: None,
        ended_at: Some(app.clock.now()),
    };
    Ok(store::deliveries::update(c, &delivery.tenant_id, &delivery.id, &step)?)
}

fn note_failure(app: &App, c: &mut Conn, delivery: &Delivery, tried: &Tried) -> Result<Outcome> {
    let (tenant, now) = (&delivery.tenant_id, app.clock.now());
    store::endpoints::note_failure(c, tenant, &delivery.endpoint_id, now)?;
    let endpoint = store::endpoints::get(c, tenant, &delivery.endpoint_id)?;
    let too_long = |since: Timestamp| now >= since.plus_secs(FAILING_SECS_MAX);
    let reason = match tried.ended {
        TryEnd::Gone => Some(OffReason::Gone),
        _ if endpoint.failing_since.is_some_and(too_long) => Some(OffReason::Failing),
        _ => None,
    };
    if let Some(reason) = reason {
        settle(app, c, delivery, DeliveryState::Failed)?;
        if switch_off(app, c, &Who::system(), &endpoint, Some(reason))? {
            notifications::endpoint_off(app, c, &endpoint)?;
        }
        return Ok(Outcome::Done);
    }
    let Some(at) = next_try(app.means(), delivery.step, tried.rest_secs) else {
        settle(app, c, delivery, DeliveryState::Failed)?;
        return Ok(Outcome::Done);
    };
    let step = Step {
        state: DeliveryState::Waiting,
        job_id: delivery.job_id.clone(),
        step: delivery.step + 1,
        next_at: Some(at),
        ended_at: None,
    };
    store::deliveries::update(c, tenant, &delivery.id, &step)?;
    let rest = tried.rest_secs.map(|secs| now.plus_secs(secs));
    Ok(Outcome::Again { at, problem: format!("endpoint-{}", tried.ended), rest })
}

/// When it is tried again after so many tries: a little later than said, so that what failed together
/// doesn't come back together, and not before the receiver wants it. None when it was tried enough.
fn next_try(means: Means<'_>, step: i64, rest_secs: Option<i64>) -> Option<Timestamp> {
    let wait_ms = WAITS_SECS.get(usize::try_from(step).ok()?)? * 1_000;
    let wait_ms = wait_ms.max(rest_secs.unwrap_or_default() * 1_000);
    let jitter = means.rng.below(u64::try_from(wait_ms / 10).unwrap_or_default() + 1);
    Some(means.now().plus_millis(wait_ms + i64::try_from(jitter).unwrap_or_default()))
}

/// Ends a delivery whose job was given up, for reasons of the house's own.
pub(crate) fn give_up(app: &App, c: &mut Conn, job: &Job) -> Result<()> {
    let found = store::deliveries::find(c, &job.tenant_id, &delivery_of(job)?)?;
    match found {
        Some(it) if it.job_id == job.id && it.state == DeliveryState::Waiting => {
            settle(app, c, &it, DeliveryState::Failed)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    use super::*;

    #[test]
    fn waits_grow_over_three_days_and_never_come_early() {
        let (clock, rng) = (ManualClock::at(0), SeededRng::new(1));
        let means = Means { clock: &clock, rng: &rng };
        for (step, wait) in WAITS_SECS.iter().enumerate() {
            let at = next_try(means, i64::try_from(step).unwrap(), None).unwrap().as_millis();
            assert!((wait * 1_000..=wait * 1_100).contains(&at), "{step}: {at}");
        }
        assert_eq!(next_try(means, 9, Some(60)), None);
        let total: i64 = WAITS_SECS.iter().sum();
        assert!((3 * 24 * 3_600..4 * 24 * 3_600).contains(&total), "{total}");
        // Who wants to be left alone is, unless the wait is longer anyway.
        let rested = next_try(means, 0, Some(3_600)).unwrap().as_millis();
        assert!((3_600_000..=3_960_000).contains(&rested), "{rested}");
        assert!(next_try(means, 4, Some(60)).unwrap().as_millis() >= 5 * 3_600_000);
    }

    #[test]
    fn a_wish_to_be_left_alone_is_seconds_or_a_date_within_a_day() {
        let now = Timestamp::from_millis(784_111_777_000);
        assert_eq!(rest_secs("120", now), Some(120));
        assert_eq!(rest_secs(" 999999999 ", now), Some(REST_SECS_MAX));
        assert_eq!(rest_secs("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(61));
        assert_eq!(rest_secs("Tue, 06 Nov 1990 08:50:37 GMT", now), Some(0));
        for bad in ["", "-5", "soon", "1.5"] {
            assert_eq!(rest_secs(bad, now), None, "{bad}");
        }
    }

    #[test]
    fn only_two_hundreds_are_a_yes() {
        let ends: Vec<_> = [200, 204, 299, 301, 304, 400, 404, 410, 429, 500].map(end_of).into();
        use TryEnd::{Accepted, Gone, Moved, Rejected};
        let expected = [
            Accepted, Accepted, Accepted, Moved, Moved, Rejected, Rejected, Gone, Rejected,
            Rejected,
        ];
        assert_eq!(ends, expected);
    }
}
