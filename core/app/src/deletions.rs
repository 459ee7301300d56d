//! Deleting a business for good. The list of destroyed businesses, which lies outside the database,
//! comes first: an older database that has the business still, put back, loses it again. Then go its
//! keys, and with them everything that they sealed; then everything else, in steps that can each be
//! done twice, so that one that was interrupted is gone on with at the next start.

use domain::TenantId;
use serde_json::json;
use store::tenants::Tenant;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};

pub use store::deletions::Deletion;

/// Rows that go in one transaction.
const AT_ONCE: usize = 1_000;

/// What an administrator sees before deciding.
#[derive(Debug, Clone, PartialEq)]
pub struct Business {
    /// The business.
    pub tenant: Tenant,
    /// How many members it has.
    pub members: usize,
    /// How many accounts at providers are still connected. Their providers aren't told: what could
    /// tell them goes with the keys.
    pub connected: usize,
}

/// The businesses of this id or name; of one name there may be several.
pub async fn find_businesses(app: &App, wanted: &str) -> Result<Vec<Business>> {
    let wanted = wanted.trim().to_owned();
    app.db
        .inspect(move |c| -> Result<Vec<Business>> {
            let all = store::tenants::list(c)?;
            let is_meant = |t: &Tenant| t.id.as_str() == wanted || t.name.trim() == wanted;
            let mut found = Vec::new();
            for tenant in all.into_iter().filter(is_meant) {
                let members = store::members::list(c, &tenant.id)?.len();
                let ended = store::connections::ConnectionState::Disconnected;
                let connected = store::connections::list(c, &tenant.id)?;
                let connected = connected.iter().filter(|one| one.state != ended).count();
                found.push(Business { tenant, members, connected });
            }
            Ok(found)
        })
        .await
}

/// The record of a business that was deleted before.
pub async fn find_deletion(app: &App, tenant: &TenantId) -> Result<Option<Deletion>> {
    let tenant = tenant.clone();
    Ok(app.db.read(move |c| store::deletions::find(c, &tenant)).await?)
}

/// Deletes a business for good. For whoever has the machine: there is no page that does this. `typed`
/// is what they typed to show which business they mean: its name.
///
/// # Errors
/// `error-deletion-list` when it can't be kept outside the database that the business is gone;
/// nothing was changed then. Any later failure leaves a business without keys and members, and the
/// next start goes on.
pub async fn delete_business(app: &App, tenant: &TenantId, typed: &str) -> Result<Deletion> {
    let of = tenant.clone();
    let business = app.db.read(move |c| store::tenants::get(c, &of)).await?;
    if typed.trim() != business.name.trim() {
        return Err(Error::invalid("name", "error-business-name-differs"));
    }
    carry_out(app, tenant, false).await
}

/// Goes on with what was interrupted, and deletes again what came back with an older database. Where
/// it can't be told whether a business was deleted, the house stays shut.
pub(crate) async fn go_on(app: &App) -> Result<()> {
    for tenant in app.db.read(store::tenants::list).await? {
        if app.witness.is_destroyed(&app.vault, &tenant.id).map_err(unlisted)? {
            let id = &tenant.id;
            tracing::warn!(tenant = %id, "a deleted business is there still; it is deleted to the end");
            carry_out(app, id, true).await?;
        }
    }
    Ok(())
}

fn unlisted(error: std::io::Error) -> Error {
    Error::unavailable("error-deletion-list", error)
}

/// A part of a deletion; each may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Lists it outside the database.
    List,
    /// Destroys its keys and closes its doors, and begins the record.
    Keys,
    /// Deletes its documents' bodies.
    Bodies,
    /// Deletes its rows.
    Rows,
    /// Deletes the business itself and ends the record.
    End,
}

impl Step {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 5] = [Self::List, Self::Keys, Self::Bodies, Self::Rows, Self::End];
}

async fn carry_out(app: &App, tenant: &TenantId, again: bool) -> Result<Deletion> {
    for step in Step::ALL {
        take(app, tenant, step, again).await?;
    }
    find_deletion(app, tenant).await?.ok_or(Error::NotFound)
}

/// Takes a step. `again` says what kind of deletion the record begins with, if it isn't begun.
pub(crate) async fn take(app: &App, tenant: &TenantId, step: Step, again: bool) -> Result<()> {
    match step {
        Step::List => app.witness.mark_destroyed(&app.vault, &*app.rng, tenant).map_err(unlisted),
        Step::Keys => destroy_keys(app, tenant, again).await,
        Step::Bodies => delete_bodies(app, tenant).await,
        Step::Rows => delete_rows(app, tenant).await,
        Step::End => end(app, tenant).await,
    }
}

async fn destroy_keys(app: &App, tenant: &TenantId, again: bool) -> Result<()> {
    let (of, now) = (tenant.clone(), app.clock.now());
    let plugins = app
        .db
        .transact(move |c| -> Result<_> {
            store::deletions::begin(c, &of, again, now)?;
            store::vault_state::destroy(c, &of)?;
            let gone = store::deletions::shut(c, &of)?;
            count(c, &of, gone, 0)?;
            Ok(store::tenant_plugins::list(c, &of)?)
        })
        .await?;
    // What runs in other processes finds at its next step that it may do nothing any more.
    for plugin in plugins {
        app.engine.stop_calls(tenant, &plugin.plugin_id);
    }
    Ok(())
}

async fn delete_bodies(app: &App, tenant: &TenantId) -> Result<()> {
    let (blobs, of) = (app.blobs.clone(), tenant.clone());
    let gone = tokio::task::spawn_blocking(move || blobs.delete_all(&of));
    let gone = gone.await.map_err(Error::internal)?.map_err(Error::internal)?;
    let of = tenant.clone();
    app.db.transact(move |c| count(c, &of, 0, gone)).await
}

async fn delete_rows(app: &App, tenant: &TenantId) -> Result<()> {
    loop {
        let of = tenant.clone();
        let gone = app
            .db
            .transact(move |c| -> Result<usize> {
                let gone = store::deletions::clear(c, &of, AT_ONCE)?;
                count(c, &of, gone, 0)?;
                Ok(gone)
            })
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

async fn end(app: &App, tenant: &TenantId) -> Result<()> {
    let (app2, of) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<()> {
            match store::tenants::delete(c, &of) {
                // Another process went on with it, and came first.
                Err(store::Error::NotFound) => return Ok(()),
                other => other?,
            }
            store::deletions::end(c, &of, app2.clock.now())?;
            let record = store::deletions::find(c, &of)?.ok_or(Error::NotFound)?;
            let detail = json!({
                "again": record.again, "rows": record.row_count, "documents": record.document_count,
            });
            let act =
                Act { action: "tenant.deleted", entity: "tenant", entity_id: of.as_str(), detail };
            audit::append(&app2, c, &of, &Who::system(), &act)
        })
        .await
}

fn count(c: &mut store::Conn, tenant: &TenantId, rows: usize, documents: usize) -> Result<()> {
    let of = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(store::deletions::count(c, tenant, of(rows), of(documents))?)
}
