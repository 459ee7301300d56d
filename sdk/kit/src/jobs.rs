//! Work for later, run by the plugin's job handler.

use serde::Serialize;

use crate::Timestamp;
use crate::bindings::oxpi::plugin::jobs as raw;
use crate::problem::{Problem, Result};

/// Enqueues a job to run as soon as possible; answers its id. The same idempotency key enqueues
/// once.
pub fn enqueue(handler: &str, payload: &impl Serialize, idempotency_key: &str) -> Result<String> {
    raw::enqueue(handler, &serde_json::to_string(payload)?, None, idempotency_key)
}

/// Enqueues a job to run at a time.
pub fn enqueue_at(
    handler: &str,
    payload: &impl Serialize,
    at: Timestamp,
    idempotency_key: &str,
) -> Result<String> {
    let millis = u64::try_from(at.as_millis())
        .map_err(|_| Problem::invalid("a job can't be due before 1970"))?;
    raw::enqueue(handler, &serde_json::to_string(payload)?, Some(millis), idempotency_key)
}

/// Cancels a job that has not run.
pub fn cancel(id: &str) -> Result<()> {
    raw::cancel(id)
}
