//! `jobs`: work of the plugin's own that runs later, through `job-handler`.

use domain::Timestamp;

use super::{json, once_key, short};
use crate::engine::bindings::oxpi::plugin::jobs;
use crate::engine::state::State;
use crate::problem::Problem;

const HANDLER_BYTES_MAX: usize = 64;
const PAYLOAD_BYTES_MAX: usize = 64 << 10;

impl jobs::Host for State {
    async fn enqueue(
        &mut self,
        handler: String,
        payload: String,
        run_at_ms: Option<u64>,
        idempotency_key: String,
    ) -> Result<String, Problem> {
        self.effect(self.ctx.grant.allows_jobs(), "jobs")?;
        short("a handler's name", &handler, HANDLER_BYTES_MAX)?;
        once_key(&idempotency_key)?;
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(Problem::too_large(format!(
                "a job's payload has at most {PAYLOAD_BYTES_MAX} bytes"
            )));
        }
        let payload = json("the payload", &payload)?;
        let run_at =
            run_at_ms.map(|ms| Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)));
        let services = &self.world.services;
        services.jobs_enqueue(&self.ctx, &handler, payload, run_at, &idempotency_key).await
    }

    async fn cancel(&mut self, id: String) -> Result<(), Problem> {
        self.effect(self.ctx.grant.allows_jobs(), "jobs")?;
        short("a job's id", &id, 64)?;
        self.world.services.jobs_cancel(&self.ctx, &id).await
    }
}
