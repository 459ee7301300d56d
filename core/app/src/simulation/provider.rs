//! Somebody else's machine: it keeps what it was told by key, answers, or seems not to.

use std::collections::{BTreeMap, HashMap};

use domain::Rng;
use store::jobs::Job;

use crate::error::Error;

/// What the provider has.
#[derive(Default)]
pub(super) struct Provider {
    /// What was done, by what it was about: the key it came with.
    pub done: HashMap<String, String>,
    /// The revision of each subject that was sent last.
    pub subjects: BTreeMap<String, i64>,
    /// Whether it is in good health.
    pub healthy: bool,
}

/// What comes of a call.
pub(super) enum Answer {
    /// It is done, and said so.
    Done,
    /// It may or may not be done.
    Lost,
    /// It refused.
    Failed(Error),
}

impl Provider {
    /// Does what a job asks for. `about` names the work, `key` is its idempotency key: the same key
    /// does nothing twice. The error says that work was done under two keys.
    pub fn call(
        &mut self,
        dice: &dyn Rng,
        job: &Job,
        about: &str,
        key: &str,
        rev: Option<i64>,
    ) -> Result<Answer, String> {
        let roll = if self.healthy { 99 } else { dice.below(100) };
        match roll {
            0..=4 => return Ok(Answer::Lost),
            5..=9 => return Ok(Answer::Failed(unavailable())),
            10..=12 => {
                let retry_after_secs = dice.below(600);
                return Ok(Answer::Failed(Error::Limited { retry_after_secs }));
            }
            _ => {}
        }
        if let Some(rev) = rev {
            self.subjects.insert(job.payload_json.0["subject"].to_string(), rev);
        } else {
            match self.done.get(about) {
                Some(before) if before != key => {
                    return Err(format!("{about} was done as {before} and as {key}"));
                }
                _ => {}
            }
            self.done.insert(about.to_owned(), key.to_owned());
        }
        Ok(if roll < 20 { Answer::Lost } else { Answer::Done })
    }
}

fn unavailable() -> Error {
    Error::unavailable("error-provider-unavailable", "simulated")
}
