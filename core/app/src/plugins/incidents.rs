//! Calls that the engine had to stop and wishes it refused, in the business's activity log: one entry
//! for each plugin and kind in an hour, so that a plugin can't flood the log; the next says how many
//! there were.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{PluginId, TenantId, Timestamp};
use runtime::{CallContext, CallReport};
use serde_json::json;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::error::Result;
use crate::notifications;

/// Between two entries of one kind.
const WINDOW_SECS: i64 = 3_600;
/// Tenants, plugins and kinds that are remembered; of more than these, some are told twice an hour.
const KNOWN_MAX: usize = 10_000;

/// What the log has been told of.
#[derive(Default)]
pub(crate) struct Incidents(Mutex<HashMap<Key, Told>>);

type Key = (TenantId, PluginId, &'static str);

struct Told {
    at: Timestamp,
    /// How many there were since.
    since: u64,
}

impl Incidents {
    /// Counts one; answers how many the log is to be told of now, if it is.
    fn note(&self, key: Key, now: Timestamp) -> Option<u64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |told: &Told| told.at.plus_secs(WINDOW_SECS) <= now;
        if known.len() >= KNOWN_MAX && !known.contains_key(&key) {
            known.retain(|_, told| !is_over(told));
            if known.len() >= KNOWN_MAX {
                known.clear();
            }
        }
        match known.get_mut(&key) {
            Some(told) if !is_over(told) => {
                told.since += 1;
                None
            }
            Some(told) => {
                let count = told.since + 1;
                *told = Told { at: now, since: 0 };
                Some(count)
            }
            None => {
                known.insert(key, Told { at: now, since: 0 });
                Some(1)
            }
        }
    }

    /// Takes back what the log could not be told: the next one tells of these too.
    fn untell(&self, key: &Key, count: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = known.get_mut(key) {
            told.since += count;
            told.at = told.at.plus_secs(-WINDOW_SECS);
        }
    }

    /// Tells the log of a call that was stopped, or that wished for what it may not have.
    pub(crate) async fn tell(&self, app: &App, ctx: &CallContext, report: &CallReport) {
        for (action, kind) in kinds_of(report) {
            let key = (ctx.tenant.clone(), ctx.plugin.clone(), kind);
            let Some(count) = self.note(key.clone(), app.clock.now()) else { continue };
            if let Err(error) = keep(app, ctx, report.hook, action, kind, count).await {
                tracing::error!(%error, kind, "a plugin's incident is not in the activity log");
                self.untell(&key, count);
            }
        }
    }
}

fn kinds_of(report: &CallReport) -> impl Iterator<Item = (&'static str, &'static str)> {
    let stopped =
        matches!(report.outcome, "trapped" | "out-of-cpu" | "timed-out" | "out-of-memory");
    let stopped = stopped.then_some(("plugin.stopped", report.outcome));
    let refused = (report.denials > 0).then_some(("plugin.refused", "denied"));
    stopped.into_iter().chain(refused)
}

async fn keep(
    app: &App,
    ctx: &CallContext,
    hook: &'static str,
    action: &'static str,
    kind: &'static str,
    count: u64,
) -> Result<()> {
    let (app2, tenant, plugin) = (app.clone(), ctx.tenant.clone(), ctx.plugin.clone());
    let mut who = Who::system();
    who.origin.request_id.clone_from(&ctx.request_id);
    app.db
        .transact(move |c| -> Result<()> {
            let detail = json!({"kind": kind, "hook": hook, "count": count});
            let act = Act { action, entity: "plugin", entity_id: plugin.as_str(), detail };
            audit::append(&app2, c, &tenant, &who, &act)?;
            if action == "plugin.stopped" {
                notifications::plugin_stopped(&app2, c, &tenant, &plugin)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    #[test]
    fn a_flood_is_told_once_an_hour_with_its_number() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let (tenant, other) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let incidents = Incidents::default();
        let note = |tenant: &TenantId, kind, secs: i64| {
            let plugin: PluginId = "acme".parse().unwrap();
            let now = Timestamp::from_millis(1_000).plus_secs(secs);
            incidents.note((tenant.clone(), plugin, kind), now)
        };
        assert_eq!(note(&tenant, "denied", 0), Some(1));
        for secs in 1..100 {
            assert_eq!(note(&tenant, "denied", secs), None);
        }
        assert_eq!(note(&tenant, "trapped", 5), Some(1), "another kind");
        assert_eq!(note(&other, "denied", 5), Some(1), "another business");
        assert_eq!(note(&tenant, "denied", WINDOW_SECS), Some(100));
        assert_eq!(note(&tenant, "denied", WINDOW_SECS + 1), None);
        // The log could not be told of the hundred.
        incidents.untell(&(tenant.clone(), "acme".parse().unwrap(), "denied"), 100);
        assert_eq!(note(&tenant, "denied", WINDOW_SECS + 2), Some(102));
    }
}
