//! What is kept for a while only: ended sessions, spent counters, finished work, deleted people.

use domain::{TenantId, Timestamp};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::error::Result;
use crate::{approvals, documents};

/// How long a deleted person can be brought back, in days.
pub const DELETED_PEOPLE_DAYS: i64 = 30;
/// How long answers, deliveries and finished work are remembered, in days: what comes again within
/// that time is known.
pub const FINISHED_DAYS: i64 = 30;
/// How long work that was given up waits for somebody to look at it, in days.
pub const GIVEN_UP_DAYS: i64 = 180;

/// How long it can be read what exactly was proposed and decided, in days; the activity log says for
/// ever that it was.
pub const DECIDED_DAYS: i64 = 365;

const DAY_SECS: i64 = 24 * 3_600;

/// Forgets what has had its time; the worker does it every hour. Answers how many rows went.
pub async fn sweep(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let finished = now.plus_secs(-FINISHED_DAYS * DAY_SECS);
    let decided = now.plus_secs(-DECIDED_DAYS * DAY_SECS);
    let yesterday = now.plus_secs(-DAY_SECS);
    // Each in a transaction of its own: nobody waits for all of them.
    let mut gone = forget(app, move |c| store::sessions::delete_expired(c, now)).await?;
    gone += forget(app, move |c| store::sign_in_attempts::delete_before(c, yesterday)).await?;
    gone += forget(app, move |c| store::oauth_flows::delete_expired(c, now)).await?;
    gone += forget(app, move |c| store::ceremonies::delete_expired(c, now)).await?;
    gone += forget(app, move |c| store::kv::delete_expired(c, now)).await?;
    gone += forget(app, move |c| store::idempotency::delete_before(c, finished)).await?;
    gone += forget(app, move |c| store::jobs::delete_finished(c, finished)).await?;
    gone += forget(app, move |c| store::jobs::delete_dismissed(c, finished)).await?;
    let given_up = now.plus_secs(-GIVEN_UP_DAYS * DAY_SECS);
    gone += forget(app, move |c| store::jobs::delete_dead(c, given_up)).await?;
    gone += forget(app, move |c| store::outbox::delete_dispatched(c, finished)).await?;
    gone += forget(app, move |c| store::inbox::delete_handled(c, finished)).await?;
    gone += approvals::expire_overdue(app).await?;
    gone += documents::sweep_orphans(app).await?;
    gone += forget(app, move |c| store::approvals::delete_before(c, decided)).await?;
    gone += crate::plugins::forget_former(app).await?;
    for tenant in app.db.read(store::tenants::list).await? {
        gone +=
            purge_people(app, tenant.id, now.plus_secs(-DELETED_PEOPLE_DAYS * DAY_SECS)).await?;
    }
    Ok(gone)
}

async fn forget(
    app: &App,
    delete: impl FnOnce(&mut Conn) -> store::Result<usize> + Send + 'static,
) -> Result<usize> {
    Ok(app.db.write(delete).await?)
}

async fn purge_people(app: &App, tenant: TenantId, before: Timestamp) -> Result<usize> {
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<usize> {
            let gone = store::people::purge(c, &tenant, before)?;
            if gone > 0 {
                let detail = json!({"count": gone});
                let act = Act { action: "person.purged", entity: "person", entity_id: "", detail };
                audit::append(&app2, c, &tenant, &Who::system(), &act)?;
            }
            Ok(gone)
        })
        .await
}
