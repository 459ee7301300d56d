//! What becomes of a job that was run: done, tried again, held back, or given up.

use domain::Timestamp;
use store::Result;
use store::jobs::Job;

use crate::error::Error;
use crate::ground::{Ground, Means};
use crate::plugins;

const WAIT_MS: i64 = 60_000;
/// How soon it is looked whether the house has room again.
const SOON_MS: i64 = 5_000;
const BACKOFF_FIRST_MS: u64 = 2_000;
const BACKOFF_MOST_MS: u64 = 3_600_000;
/// The longest a provider's wish to be left alone is honoured for.
const REST_MOST_SECS: u64 = 24 * 3_600;
/// The longest that a job waits because it was refused before, where its provider names no time.
const GROWN_MOST_SECS: u64 = 15 * 60;
/// How long a job may be told to come back later without that counting as a try.
const PATIENCE_MS: i64 = 24 * 3_600_000;

/// What becomes of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settlement {
    Done,
    /// It failed and is tried again.
    Retry {
        at: Timestamp,
        problem: String,
    },
    /// It knows itself when to be tried again, and how long its lane is to be left alone.
    Again {
        at: Timestamp,
        problem: String,
        rest: Option<Timestamp>,
    },
    /// Its turn has not come; that costs no try.
    Wait {
        at: Timestamp,
    },
    /// Its provider wants to be left alone until then, by all jobs of its lane.
    Rest {
        at: Timestamp,
        problem: Option<String>,
    },
    /// Trying again can't help, or was tried enough.
    Bury {
        problem: String,
    },
}

/// What becomes of a failed job. One whose plugin is off or whose account needs a person waits
/// without spending tries, and so does one that the house had no room for; one whose provider is busy
/// does so for a day.
pub(crate) fn judge(means: Means<'_>, job: &Job, error: &Error) -> Settlement {
    let (now, problem) = (means.now(), problem(error));
    match error {
        Error::Unavailable { key, .. } if is_waiting(key) => {
            Settlement::Wait { at: now.plus_millis(WAIT_MS) }
        }
        // The house's own trouble: the job did nothing, and nothing it could have done better.
        Error::Unavailable { key: "error-plugins-busy", .. } => soon(means),
        _ if error.is_outage() => soon(means),
        Error::Unavailable { key: "error-provider-rejected", .. } => Settlement::Bury { problem },
        Error::NotFound | Error::Invalid { .. } | Error::Forbidden => Settlement::Bury { problem },
        Error::Limited { retry_after_secs } => {
            let age_ms = now.as_millis() - job.created_at.as_millis();
            let patient = age_ms < PATIENCE_MS;
            if !patient && job.attempts >= job.attempts_max {
                return Settlement::Bury { problem };
            }
            // Not before, and a little later, so that not everybody is back at the same moment.
            // Who is refused again and again waits as long again as it took so far.
            let grown = u64::try_from(age_ms / 2_000).unwrap_or_default().min(GROWN_MOST_SECS);
            let secs = (*retry_after_secs).min(REST_MOST_SECS).max(grown);
            let after = secs.saturating_mul(1_000) + means.rng.below(1_000);
            let at = now.plus_millis(i64::try_from(after).unwrap_or(i64::MAX));
            Settlement::Rest { at, problem: (!patient).then_some(problem) }
        }
        _ if job.attempts >= job.attempts_max => Settlement::Bury { problem },
        _ => {
            let after = backoff_ms(means, job.attempts);
            let at = now.plus_millis(i64::try_from(after).unwrap_or(i64::MAX));
            Settlement::Retry { at, problem }
        }
    }
}

/// The problem as it is kept: a key that has a text, and what the log says.
fn problem(error: &Error) -> String {
    let (key, detail) = match error {
        Error::Unavailable { key, detail } => (*key, detail.clone().unwrap_or_default()),
        Error::Limited { .. } => ("error-provider-busy", String::new()),
        Error::NotFound => ("error-job-subject-gone", String::new()),
        Error::Invalid { field, key } => (key.as_str(), field.clone()),
        Error::Conflict { key } => (*key, String::new()),
        Error::Taken { .. } => ("error-time-taken", String::new()),
        Error::Forbidden | Error::SignedOut | Error::Unproven => {
            ("error-job-not-allowed", String::new())
        }
        Error::Internal(source) => ("error-job-broken", source.to_string()),
    };
    format!("{key} {detail}").trim_end().chars().take(500).collect()
}

/// In a few seconds, not all at the same moment, without having used up a try.
fn soon(means: Means<'_>) -> Settlement {
    let after = SOON_MS + i64::try_from(means.rng.below(5_000)).unwrap_or_default();
    Settlement::Wait { at: means.now().plus_millis(after) }
}

fn is_waiting(key: &str) -> bool {
    key == "error-connection-needs-you" || plugins::is_resting(key)
}

/// Full jitter: anything up to an exponentially growing bound, so that what failed together doesn't
/// come back together.
fn backoff_ms(means: Means<'_>, attempts: i64) -> u64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or_default();
    let bound = BACKOFF_FIRST_MS.saturating_mul(1 << doublings).min(BACKOFF_MOST_MS);
    500 + means.rng.below(bound)
}

/// Notes it, if the job is still this worker's.
///
/// # Errors
/// [`store::Error::Conflict`] when somebody else has the job, or had it since.
pub(crate) fn settle(
    c: &mut impl Ground,
    means: Means<'_>,
    job: &Job,
    settlement: &Settlement,
) -> Result<()> {
    let now = means.now();
    match settlement {
        Settlement::Done => c.finish(job, now),
        Settlement::Retry { at, problem } => c.retry(job, *at, problem, now),
        Settlement::Again { at, problem, rest } => {
            c.retry(job, *at, problem, now)?;
            rest.map_or(Ok(()), |until| c.rest(job, until))
        }
        // The store pauses it when its plugin or connection is off; else it asks again.
        Settlement::Wait { at } => c.defer(job, *at, now),
        Settlement::Rest { at, problem } => {
            match problem {
                Some(problem) => c.retry(job, *at, problem, now)?,
                None => c.defer(job, *at, now)?,
            }
            c.rest(job, *at)
        }
        Settlement::Bury { problem } => c.bury(job, problem, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;
    use domain::{JobId, TenantId};
    use store::jobs::JobState;

    fn last_try(means: Means<'_>) -> Job {
        Job {
            id: JobId::new(means.clock, means.rng),
            tenant_id: TenantId::new(means.clock, means.rng),
            kind: "plugin.job".to_owned(),
            plugin_id: None,
            connection_id: None,
            unique_key: None,
            payload_json: serde_json::json!({}).into(),
            state: JobState::Leased,
            run_at: means.now(),
            attempts: 12,
            attempts_max: 12,
            lease_token: 1,
            lease_until: None,
            held_by_plugin: false,
            held_by_connection: false,
            last_problem: None,
            created_at: means.now(),
            updated_at: means.now(),
            lane: String::new(),
            dismissed_at: None,
        }
    }

    #[test]
    fn what_the_house_lacks_buries_no_job() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let means = Means { clock: &clock, rng: &rng };
        let job = last_try(means);
        let judged = |error: &Error| judge(means, &job, error);
        let busy = Error::unavailable("error-plugins-busy", "too many calls are waiting");
        let away = Error::from(store::Error::Unavailable("the disk is full".to_owned()));
        for error in [busy, away, store::Error::Timeout.into()] {
            assert!(matches!(judged(&error), Settlement::Wait { .. }), "{error}");
        }
        let failed = Error::unavailable("error-plugin-failed", "it crashed");
        assert!(matches!(judged(&failed), Settlement::Bury { .. }));
    }

    #[test]
    fn who_is_refused_again_and_again_waits_longer_each_time_up_to_a_bound() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let means = Means { clock: &clock, rng: &rng };
        let job = last_try(means);
        let (mut waits, refused) = (Vec::new(), Error::Limited { retry_after_secs: 10 });
        for _ in 0..14 {
            let Settlement::Rest { at, problem: None } = judge(means, &job, &refused) else {
                panic!("it is patient");
            };
            let wait = at.millis_since(means.now());
            waits.push(wait / 1_000);
            clock.advance_millis(wait);
        }
        assert!(waits[0] == 10 && waits.is_sorted(), "{waits:?}");
        assert!(waits[9] > 60 && waits.iter().all(|secs| *secs <= 901), "{waits:?}");
        // What the provider says itself counts where it is longer.
        let named = judge(means, &job, &Error::Limited { retry_after_secs: 3_600 });
        assert!(
            matches!(named, Settlement::Rest { at, .. } if at.millis_since(means.now()) >= 3_600_000)
        );
    }
}
