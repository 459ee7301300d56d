//! What is kept for a while only: ended sessions, spent counters, finished work, deleted people.

use domain::{DocumentId, TenantId, Timestamp};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::{
    approvals, calendar_imports, documents, egress, endpoints, exports, imports, installation,
    reminders, sweeps, tasks, undos,
};

/// How long a deleted person can be brought back, in days.
pub const DELETED_PEOPLE_DAYS: i64 = 30;
/// How long answers, deliveries and finished work are remembered, in days: what comes again within
/// that time is known.
pub const FINISHED_DAYS: i64 = 30;
/// How long work that was given up waits for somebody to look at it, in days.
pub const GIVEN_UP_DAYS: i64 = 180;

/// How long notifications are kept, read or not, in days.
pub const TOLD_DAYS: i64 = 90;

/// How long it can be read what exactly was proposed and decided, in days; the activity log says for
/// ever that it was.
pub const DECIDED_DAYS: i64 = 365;

const DAY_SECS: i64 = 24 * 3_600;

/// Forgets all that has had its time, however much it is; answers how many rows went.
pub async fn sweep(app: &App) -> usize {
    let mut gone = sweep_rows(app).await;
    loop {
        match purge_some(app).await {
            0 => return gone,
            some => gone += some,
        }
    }
}

/// Forgets what has had its time and is never much at once; the worker does it every hour. Each step is a
/// transaction of its own, so that nobody waits for all of them, and where one fails the others are done
/// nevertheless.
pub(crate) async fn sweep_rows(app: &App) -> usize {
    let now = app.clock.now();
    let finished = now.plus_secs(-FINISHED_DAYS * DAY_SECS);
    let decided = now.plus_secs(-DECIDED_DAYS * DAY_SECS);
    let given_up = now.plus_secs(-GIVEN_UP_DAYS * DAY_SECS);
    let yesterday = now.plus_secs(-DAY_SECS);
    let long_told = now.plus_secs(-TOLD_DAYS * DAY_SECS);
    let long_asked = now.plus_secs(-egress::KEPT_DAYS * DAY_SECS);
    let left = now.plus_secs(-calendar_imports::WAITING_DAYS * DAY_SECS);
    let imported = now.plus_secs(-calendar_imports::UNDO_DAYS * DAY_SECS);
    let own = now.plus_secs(-installation::KEPT_DAYS * DAY_SECS);
    let undone = now.plus_secs(-undos::KEPT_DAYS * DAY_SECS);
    let reminded = now.plus_secs(-reminders::KEPT_DAYS * DAY_SECS);
    let delivered = now.plus_secs(-endpoints::KEPT_DAYS * DAY_SECS);
    let rows: [(&str, Forget); 19] = [
        ("sessions", Box::new(move |c| store::sessions::delete_expired(c, now))),
        ("tries", Box::new(move |c| store::sign_in_attempts::delete_before(c, yesterday))),
        ("oauth", Box::new(move |c| store::oauth_flows::delete_expired(c, now))),
        ("ceremonies", Box::new(move |c| store::ceremonies::delete_expired(c, now))),
        ("kv", Box::new(move |c| store::kv::delete_expired(c, now))),
        ("answers", Box::new(move |c| store::idempotency::delete_before(c, finished))),
        ("programs' answers", Box::new(move |c| store::api_answers::delete_before(c, yesterday))),
        ("undos", Box::new(move |c| store::undos::delete_before(c, undone))),
        ("jobs", Box::new(move |c| store::jobs::delete_finished(c, finished))),
        ("dismissed jobs", Box::new(move |c| store::jobs::delete_dismissed(c, finished))),
        ("dead jobs", Box::new(move |c| store::jobs::delete_dead(c, given_up))),
        ("outbox", Box::new(move |c| store::outbox::delete_dispatched(c, finished))),
        ("inbox", Box::new(move |c| store::inbox::delete_handled(c, finished))),
        ("reminders", Box::new(move |c| store::reminders::delete_before(c, reminded))),
        ("notifications", Box::new(move |c| store::notifications::delete_before(c, long_told))),
        (
            "calendar files",
            Box::new(move |c| store::calendar_imports::delete_before(c, left, imported)),
        ),
        ("requests", Box::new(move |c| store::egress_entries::delete_before(c, long_asked))),
        ("deliveries", Box::new(move |c| store::deliveries::delete_before(c, delivered))),
        ("own record", Box::new(move |c| store::installation_entries::delete_before(c, own))),
    ];
    let mut gone = 0;
    for (what, forget) in rows {
        gone += told(what, app.db.write(forget).await.map_err(Error::from));
    }
    gone += told("overdue approvals", approvals::expire_overdue(app).await);
    gone += told("imports", imports::sweep(app).await);
    gone += told("acts over all", sweeps::forget_old(app).await);
    gone += told("archives", exports::everything::sweep(app).await);
    gone += told("old secrets", endpoints::signing::sweep(app).await);
    gone += told("orphans", documents::sweep_orphans(app).await);
    let old = app.db.write(move |c| store::approvals::delete_before(c, decided)).await;
    gone += told("approvals", old.map_err(Error::from));
    gone + told("former plugins", crate::plugins::forget_former(app).await)
}

/// Forgets a lot of the people and tasks that were removed: of what was removed by the hundred thousand all has
/// its time at once. Others have their turn between two lots. Answers how many went, and 0 when none is left
/// that can.
pub(crate) async fn purge_some(app: &App) -> usize {
    let now = app.clock.now();
    let removed = now.plus_secs(-tasks::DELETED_DAYS * DAY_SECS);
    let gone = app.db.write(move |c| store::tasks::delete_before(c, removed)).await;
    let gone = told("tasks", gone.map_err(Error::from));
    gone + purge_some_people(app, now.plus_secs(-DELETED_PEOPLE_DAYS * DAY_SECS)).await
}

type Forget = Box<dyn FnOnce(&mut Conn) -> store::Result<usize> + Send>;

/// How many rows went; a failure is told and is 0.
fn told(what: &'static str, result: Result<usize>) -> usize {
    result.unwrap_or_else(|error| {
        tracing::error!(what, %error, "could not forget what had its time; next hour again");
        0
    })
}

/// A lot of one business's; where one can't be forgotten another business's are.
async fn purge_some_people(app: &App, before: Timestamp) -> usize {
    let with_some = move |c: &mut Conn| -> store::Result<Vec<TenantId>> {
        let mut some = Vec::new();
        for tenant in store::tenants::list(c)? {
            if store::people::has_removed(c, &tenant.id, before)? {
                some.push(tenant.id);
            }
        }
        Ok(some)
    };
    let tenants = match app.db.read(with_some).await {
        Ok(tenants) => tenants,
        Err(error) => return told("people", Err(error.into())),
    };
    for tenant in tenants {
        match told("people", purge_people(app, tenant, before).await) {
            0 => {}
            some => return some,
        }
    }
    0
}

async fn purge_people(app: &App, tenant: TenantId, before: Timestamp) -> Result<usize> {
    let (app2, of) = (app.clone(), tenant.clone());
    let (gone, files) = app
        .db
        .transact(move |c| -> Result<(usize, Vec<DocumentId>)> {
            let (gone, files) = store::people::purge(c, &tenant, before)?;
            if gone > 0 {
                let detail = json!({"count": gone});
                let act = Act { action: "person.purged", entity: "person", entity_id: "", detail };
                audit::append(&app2, c, &tenant, &Who::system(), &act)?;
            }
            Ok((gone, files))
        })
        .await?;
    if !files.is_empty() {
        documents::delete_bodies(app, &of, files).await;
    }
    Ok(gone)
}
