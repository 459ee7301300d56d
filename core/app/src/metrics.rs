//! The process's own figures, for whoever watches it. No business and no person is in them.

use std::collections::BTreeMap;

use domain::PluginId;
pub use store::DbLoad;

use crate::App;
use crate::error::Result;
use crate::plugins::Figures;

/// What the process has done and has to do.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Calls of each plugin since the process started.
    pub plugins: BTreeMap<PluginId, Figures>,
    /// Plugin calls that run.
    pub calls_running: u32,
    /// Plugin calls that wait for a place.
    pub calls_waiting: usize,
    /// How many milliseconds ago the oldest job that waits should have run; 0 when none is late.
    pub jobs_late_ms: i64,
    /// Jobs that wait.
    pub jobs_waiting: i64,
    /// Jobs that were given up and wait for a person.
    pub jobs_dead: i64,
    /// Changes whose effects are not jobs yet.
    pub outbox_waiting: i64,
    /// Connections to the database, as they were before this was read.
    pub db: DbLoad,
}

/// Reads them. Whoever asks has shown the token of the configuration.
pub async fn read(app: &App) -> Result<Metrics> {
    let db = app.db.load();
    let (next, (jobs_waiting, jobs_dead), outbox_waiting) = app
        .db
        .read(|c| {
            Ok((
                store::jobs::next_due(c)?,
                store::jobs::count_waiting_and_dead(c)?,
                store::outbox::count_undispatched(c)?,
            ))
        })
        .await?;
    let now = app.clock.now().as_millis();
    let (calls_running, calls_waiting) = app.engine.load_now();
    Ok(Metrics {
        plugins: app.engine.figures(),
        calls_running,
        calls_waiting,
        jobs_late_ms: next.map_or(0, |due| (now - due.as_millis()).max(0)),
        jobs_waiting,
        jobs_dead,
        outbox_waiting,
        db,
    })
}
