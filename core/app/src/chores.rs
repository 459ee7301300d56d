//! What the installation does every so often, whichever of its processes comes first.

use domain::Timestamp;

use crate::error::Result;
use crate::{App, approvals, connections, people, reminders, retention, search, series};

const UNANSWERED: &str = "approvals.unanswered";
const UNANSWERED_EVERY_MS: i64 = 60_000;
const ENDS: &str = "connections.ends";
const ENDS_EVERY_MS: i64 = 3_600_000;
const SERIES: &str = "series.extend";
const SERIES_EVERY_MS: i64 = 6 * 3_600_000;
const REMINDERS: &str = "reminders.plan";
const REMINDERS_EVERY_MS: i64 = 3_600_000;
const SEARCH: &str = "search.catch-up";
const SEARCH_EVERY_MS: i64 = 1_000;
const NUMBERS: &str = "people.read-numbers";
const NUMBERS_EVERY_MS: i64 = 1_000;
const PURGE: &str = "retention.purge";
const PURGE_EVERY_MS: i64 = 3_600_000;
const SWEEP: &str = "retention.sweep";
const SWEEP_EVERY_MS: i64 = 3_600_000;

/// Does what is due. The time is taken before the work is done: a process that dies at it leaves
/// the rest to the next hour.
pub(crate) async fn run_due(app: &App) -> Result<()> {
    if take(app, UNANSWERED, UNANSWERED_EVERY_MS, app.clock.now()).await? {
        let unknown = approvals::give_up_unanswered(app).await?;
        if unknown > 0 {
            tracing::warn!(unknown, "nobody knows whether approved requests arrived");
        }
        let silent = approvals::give_back_unanswered(app).await?;
        if silent > 0 {
            tracing::warn!(silent, "plugins said nothing of changes they were asked for");
        }
    }
    if take(app, SERIES, SERIES_EVERY_MS, app.clock.now()).await? {
        let made = series::extend_all(app).await?;
        if made > 0 {
            tracing::info!(made, "carried series of appointments on");
        }
    }
    // Asked first: at rest nothing is written for either.
    if people::numbers::is_behind(app).await?
        && take(app, NUMBERS, NUMBERS_EVERY_MS, app.clock.now()).await?
    {
        people::numbers::catch_up(app).await?;
    }
    if search::is_behind(app).await? && take(app, SEARCH, SEARCH_EVERY_MS, app.clock.now()).await? {
        search::catch_up(app).await?;
    }
    if take(app, ENDS, ENDS_EVERY_MS, app.clock.now()).await? {
        connections::tell_of_ends(app).await?;
    }
    if take(app, REMINDERS, REMINDERS_EVERY_MS, app.clock.now()).await? {
        reminders::plan_all(app).await?;
    }
    purge(app).await?;
    if !take(app, SWEEP, SWEEP_EVERY_MS, app.clock.now()).await? {
        return Ok(());
    }
    let rows = retention::sweep_rows(app).await;
    if rows > 0 {
        tracing::info!(rows, "forgot what had its time");
    }
    Ok(())
}

/// Forgets one lot of what was removed long ago. Where there may be more, that has its turn after the jobs that
/// wait; a process that dies before it says so leaves the rest to the next hour.
async fn purge(app: &App) -> Result<()> {
    if !take(app, PURGE, PURGE_EVERY_MS, app.clock.now()).await? {
        return Ok(());
    }
    let rows = retention::purge_some(app).await;
    if rows > 0 {
        tracing::info!(rows, "forgot for good what was removed");
        let now = app.clock.now();
        app.db.transact(move |c| store::chores::set_due(c, PURGE, now)).await?;
    }
    Ok(())
}

async fn take(app: &App, name: &'static str, every_ms: i64, now: Timestamp) -> Result<bool> {
    // Looked at first without the right to write: this is asked twice a second.
    let due = app.db.inspect(move |c| store::chores::is_due(c, name, now, every_ms)).await?;
    if !due {
        return Ok(false);
    }
    Ok(app.db.transact(move |c| store::chores::take(c, name, now, every_ms)).await?)
}
