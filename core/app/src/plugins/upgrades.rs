//! Moving a business to a newer version of a plugin.
//!
//! One that asks for no more than was allowed is taken by itself, once it has nothing against the
//! business's settings; one that asks for more waits for a person, and the version before goes on
//! working. A version that brings data over (`migrate`) does so while no call runs, with everything
//! kept beside: whatever goes wrong, the business is where it was.

use std::time::Duration;

use domain::{PluginId, TenantId, Timestamp};
use runtime::{CallError, Export, Grant, Limits, Plugin};
use serde_json::json;
use store::Conn;
use store::plugin_refusals::{self, Refusal, RefusalReason};
use store::plugin_snapshots::{self, Snapshot};
use store::tenant_plugins::{self, TenantPlugin, TenantPluginChange};

use super::calls::{context, grant_of};
use super::checks::{self, Finding};
use super::record_by;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::{App, schedules};

/// How long changing a version may take before somebody else puts things back.
pub(super) const CHANGE_SECS: i64 = 180;
/// How long calls that run may go on before they are stopped.
const DRAIN: Duration = Duration::from_secs(12);
/// Records and keys that are kept beside.
const STATE_ROWS_MAX: i64 = 200_000;
/// Bytes that are kept beside.
const STATE_BYTES_MAX: i64 = 256 << 20;

/// What became of an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upgraded {
    /// There was nothing to do.
    Nothing,
    /// The business runs the new version.
    Moved,
    /// It stays on the one it has; the page says why.
    Stays(RefusalReason),
}

/// Who wants the upgrade.
pub(super) enum By {
    /// Nobody in particular: only what was allowed already, and nothing that was refused before.
    Itself,
    /// Somebody who saw what the version asks for and allows it all.
    Person {
        who: Who,
        /// Whether the plugin is to be on afterwards, where it was off.
        turn_on: bool,
    },
}

/// Moves every business that has a plugin on to its newest version where that needs nobody, and puts
/// right what an interrupted process left. Answers how many moved.
pub async fn upgrade_all(app: &App) -> Result<usize> {
    recover(app).await?;
    let mut moved = 0;
    for newest in app.plugins.all() {
        let id = newest.id().clone();
        let rows = app.db.inspect(move |c| tenant_plugins::list_enabled(c, &id)).await?;
        for row in rows.iter().filter(|row| row.changing_until.is_none()) {
            match upgrade(app, row, &newest, By::Itself).await {
                Ok(Upgraded::Moved) => moved += 1,
                Ok(_) => {}
                // It is tried again at the next round.
                Err(error) => {
                    tracing::warn!(tenant = %row.tenant_id, plugin = %row.plugin_id, %error, "an upgrade failed");
                }
            }
        }
    }
    Ok(moved)
}

/// Takes one step to one version.
pub(super) async fn upgrade(
    app: &App,
    row: &TenantPlugin,
    to: &Plugin,
    by: By,
) -> Result<Upgraded> {
    let version = to.manifest().plugin.version;
    let granted = grant_of(row);
    let mut new = row.clone();
    new.version = version.to_string();
    let who = match by {
        By::Itself => {
            let is_newer = row.version.parse().is_ok_and(|now| version > now);
            if !is_newer || is_refused(app, row, &new.version).await? {
                return Ok(Upgraded::Nothing);
            }
            let missing = granted.missing(to.manifest());
            if !missing.is_empty() {
                let finding = Finding { reason: RefusalReason::Consent, detail: String::new() };
                return refuse(app, row, &new.version, &finding, &Who::system()).await;
            }
            let asked = Grant::everything(to.manifest());
            let kept = asked.ids().map(str::to_owned);
            new.grant_json = serde_json::to_value(Grant::from_ids(kept))?.into();
            Who::system()
        }
        By::Person { who, turn_on } => {
            new.grant_json = serde_json::to_value(Grant::everything(to.manifest()))?.into();
            new.enabled |= turn_on;
            who
        }
    };
    if let Some(finding) = checks::dry_run(app, &new, to).await? {
        return refuse(app, row, &new.version, &finding, &who).await;
    }
    let change = Change { app, row, new: &new, to, who: &who };
    if to.exports().contains(&Export::Lifecycle) {
        change.with_migration().await
    } else {
        change.at_once().await
    }
}

async fn is_refused(app: &App, row: &TenantPlugin, version: &str) -> Result<bool> {
    let (tenant, id) = (row.tenant_id.clone(), row.plugin_id.clone());
    let refusal = app.db.inspect(move |c| plugin_refusals::find(c, &tenant, &id)).await?;
    Ok(refusal.is_some_and(|refusal| refusal.version == version))
}

async fn refuse(
    app: &App,
    row: &TenantPlugin,
    version: &str,
    finding: &Finding,
    who: &Who,
) -> Result<Upgraded> {
    let (app2, row, version) = (app.clone(), row.clone(), version.to_owned());
    let (finding, who, reason) = (finding.clone(), who.clone(), finding.reason);
    app.db.transact(move |c| note_refusal(&app2, c, &row, &version, &finding, &who)).await?;
    Ok(Upgraded::Stays(reason))
}

pub(super) fn note_refusal(
    app: &App,
    c: &mut Conn,
    row: &TenantPlugin,
    version: &str,
    finding: &Finding,
    who: &Who,
) -> Result<()> {
    let refusal = Refusal {
        tenant_id: row.tenant_id.clone(),
        plugin_id: row.plugin_id.clone(),
        version: version.to_owned(),
        reason: finding.reason,
        detail: finding.detail.clone(),
        refused_at: app.clock.now(),
    };
    plugin_refusals::put(c, &refusal)?;
    let told = json!({"version": version, "reason": finding.reason});
    let (action, detail) = match finding.reason {
        RefusalReason::Consent => ("plugin.upgrade-waits", told),
        RefusalReason::RolledBack => {
            ("plugin.rolled-back", json!({"from": version, "version": finding.detail}))
        }
        _ => ("plugin.upgrade-refused", told),
    };
    record_by(app, c, (&row.tenant_id, who), action, &row.plugin_id, detail)
}

/// One step from what a business has to what it is to have.
struct Change<'a> {
    app: &'a App,
    row: &'a TenantPlugin,
    new: &'a TenantPlugin,
    to: &'a Plugin,
    who: &'a Who,
}

impl Change<'_> {
    /// Without a migration: calls that run end on the version they began with, new ones take the new.
    async fn at_once(&self) -> Result<Upgraded> {
        let (app, row, new) = (self.app.clone(), self.row.clone(), self.new.clone());
        let (to, who, with_state) = (self.to.clone(), self.who.clone(), self.moves_collections());
        let too_much = self
            .app
            .db
            .transact(move |c| -> Result<Option<Finding>> {
                let now = tenant_plugins::get(c, &row.tenant_id, &row.plugin_id)?;
                if now.rev != row.rev || now.changing_until.is_some() {
                    return Err(Error::Conflict { key: "error-changed-meanwhile" });
                }
                if with_state && let Some(finding) = too_much(c, &row)? {
                    return Ok(Some(finding));
                }
                plugin_snapshots::put(c, &snapshot(&app, &row, with_state))?;
                switch(&app, c, &now, &new, &to, &who)?;
                Ok(None)
            })
            .await?;
        match too_much {
            Some(finding) => {
                refuse(self.app, self.row, &self.new.version, &finding, self.who).await
            }
            None => {
                self.app.wake_jobs();
                Ok(Upgraded::Moved)
            }
        }
    }

    /// Whether the two versions keep other collections, so that going back needs the data as it was.
    fn moves_collections(&self) -> bool {
        let from = self.app.plugins.find_version(&self.row.plugin_id, &self.row.version);
        from.is_none_or(|from| from.manifest().collections != self.to.manifest().collections)
    }

    /// With a migration: no call runs meanwhile, and everything is kept beside.
    async fn with_migration(&self) -> Result<Upgraded> {
        let (tenant, id) = (&self.row.tenant_id, &self.row.plugin_id);
        let until = begin(self.app, tenant, id).await?;
        let outcome = self.migrate(until).await;
        if let Ok(None) = &outcome {
            self.app.wake_jobs();
            return Ok(Upgraded::Moved);
        }
        undo(self.app, tenant, id, until).await?;
        self.app.wake_jobs();
        match outcome? {
            Some(finding) => {
                refuse(self.app, self.row, &self.new.version, &finding, self.who).await
            }
            None => Ok(Upgraded::Moved),
        }
    }

    async fn migrate(&self, until: Timestamp) -> Result<Option<Finding>> {
        quiet(self.app, &self.row.tenant_id, &self.row.plugin_id).await;
        let (app, row) = (self.app.clone(), self.row.clone());
        let kept = self.app.db.transact(move |c| keep_beside(&app, c, &row, until)).await?;
        let generation = match kept {
            Ok(generation) => generation,
            Err(finding) => return Ok(Some(finding)),
        };
        let tenant = self.row.tenant_id.clone();
        let business = self.app.db.inspect(move |c| store::tenants::get(c, &tenant)).await?;
        let mut call = context(self.app, self.to, self.new, &business);
        call.generation = generation;
        call.limits = to_migrate(call.limits);
        match self.app.engine.migrate(self.to, call, &self.row.version).await {
            Ok(()) => {}
            Err(CallError::Stopped) => {
                return Err(Error::Conflict { key: "error-changed-meanwhile" });
            }
            Err(error) => {
                let detail = checks::bounded(&error.to_string());
                return Ok(Some(Finding { reason: RefusalReason::Migrate, detail }));
            }
        }
        let (app, new) = (self.app.clone(), self.new.clone());
        let (to, who, same) = (self.to.clone(), self.who.clone(), !self.moves_collections());
        self.app
            .db
            .transact(move |c| -> Result<()> {
                let (tenant, id) = (&new.tenant_id, &new.plugin_id);
                // Turned off meanwhile: then it stays as it was.
                tenant_plugins::hold_generation(c, tenant, id, generation)?;
                tenant_plugins::end_change(c, tenant, id, until)?;
                tenant_plugins::begin_generation(c, tenant, id)?;
                if same && plugin_snapshots::is_state_unchanged(c, tenant, id)? {
                    plugin_snapshots::drop_state(c, tenant, id)?;
                }
                let now = tenant_plugins::get(c, tenant, id)?;
                switch(&app, c, &now, &new, &to, &who)
            })
            .await?;
        Ok(None)
    }
}

/// Bringing a business's data over may take more than a call, whatever that may take.
fn to_migrate(usual: Limits) -> Limits {
    Limits { cpu_ms: 10_000, wall_ms: 60_000, effects: 100_000, ..usual }
}

/// Takes the right to change a business's version: no call begins from now on.
pub(super) async fn begin(app: &App, tenant: &TenantId, id: &PluginId) -> Result<Timestamp> {
    let until = app.clock.now().plus_secs(CHANGE_SECS);
    let (tenant, id) = (tenant.clone(), id.clone());
    app.db.transact(move |c| tenant_plugins::begin_change(c, &tenant, &id, until)).await?;
    Ok(until)
}

/// Lets the calls that run come to an end, and ends those that don't.
pub(super) async fn quiet(app: &App, tenant: &TenantId, id: &PluginId) {
    if !app.engine.drain_calls(tenant, id, DRAIN).await {
        app.engine.stop_calls(tenant, id);
    }
}

/// Keeps everything beside and fences whatever call is left anywhere; answers the new generation.
fn keep_beside(
    app: &App,
    c: &mut Conn,
    row: &TenantPlugin,
    until: Timestamp,
) -> Result<Result<i64, Finding>> {
    let (tenant, id) = (&row.tenant_id, &row.plugin_id);
    let now = tenant_plugins::get(c, tenant, id)?;
    if now.changing_until != Some(until) || now.version != row.version {
        return Err(Error::Conflict { key: "error-changed-meanwhile" });
    }
    if let Some(finding) = too_much(c, row)? {
        return Ok(Err(finding));
    }
    let generation = tenant_plugins::begin_generation(c, tenant, id)?;
    plugin_snapshots::put(c, &snapshot(app, &now, true))?;
    Ok(Ok(generation))
}

fn too_much(c: &mut Conn, row: &TenantPlugin) -> Result<Option<Finding>> {
    let size = plugin_snapshots::size(c, &row.tenant_id, &row.plugin_id)?;
    let fits = size.rows <= STATE_ROWS_MAX && size.bytes <= STATE_BYTES_MAX;
    let detail = format!("{} / {} MB", size.rows, size.bytes >> 20);
    Ok((!fits).then_some(Finding { reason: RefusalReason::TooMuch, detail }))
}

fn snapshot(app: &App, row: &TenantPlugin, with_state: bool) -> Snapshot {
    Snapshot {
        tenant_id: row.tenant_id.clone(),
        plugin_id: row.plugin_id.clone(),
        version: row.version.clone(),
        grant_json: row.grant_json.clone(),
        settings_json: row.settings_json.clone(),
        with_state,
        taken_at: app.clock.now(),
    }
}

/// Writes the new version down, with what goes with it.
fn switch(
    app: &App,
    c: &mut Conn,
    now: &TenantPlugin,
    new: &TenantPlugin,
    to: &Plugin,
    who: &Who,
) -> Result<()> {
    let (tenant, id, at) = (&now.tenant_id, &now.plugin_id, app.clock.now());
    let change = TenantPluginChange {
        version: new.version.clone(),
        enabled: new.enabled,
        grant_json: new.grant_json.clone(),
        settings_json: now.settings_json.clone(),
    };
    tenant_plugins::update(c, tenant, id, &change, now.rev, at)?;
    plugin_refusals::delete(c, tenant, id)?;
    let business = store::tenants::get(c, tenant)?;
    schedules::put_of_plugin(app, c, tenant, to, &business.zone)?;
    let by = (tenant, who);
    let added: Vec<String> =
        grant_of(now).missing(to.manifest()).into_iter().map(|ask| ask.id).collect();
    if !added.is_empty() {
        let detail = json!({"version": new.version, "added": added});
        record_by(app, c, by, "plugin.consented", id, detail)?;
    }
    let detail = json!({"from": now.version, "version": new.version});
    record_by(app, c, by, "plugin.upgraded", id, detail)?;
    if new.enabled {
        store::schedules::set_paused_of_plugin(c, tenant, id, false)?;
        store::jobs::resume_plugin(c, tenant, id, at)?;
    } else {
        store::schedules::set_paused_of_plugin(c, tenant, id, true)?;
    }
    if new.enabled && !now.enabled {
        tenant_plugins::begin_generation(c, tenant, id)?;
        record_by(app, c, by, "plugin.enabled", id, json!({"version": new.version}))?;
    }
    Ok(())
}

/// Puts a change that did not come to its end back to where it began.
pub(super) async fn undo(
    app: &App,
    tenant: &TenantId,
    id: &PluginId,
    until: Timestamp,
) -> Result<()> {
    let (tenant, id) = (tenant.clone(), id.clone());
    app.engine.stop_calls(&tenant, &id);
    app.db
        .transact(move |c| -> Result<()> {
            match tenant_plugins::end_change(c, &tenant, &id, until) {
                // Somebody else has put it right.
                Err(store::Error::Conflict | store::Error::NotFound) => return Ok(()),
                other => other?,
            }
            tenant_plugins::begin_generation(c, &tenant, &id)?;
            let row = tenant_plugins::get(c, &tenant, &id)?;
            // One of an earlier step has an earlier version.
            let kept = plugin_snapshots::find(c, &tenant, &id)?;
            if let Some(kept) = kept.filter(|kept| kept.version == row.version) {
                put_back(c, &kept)?;
                plugin_snapshots::delete(c, &tenant, &id)?;
            }
            Ok(())
        })
        .await
}

/// Records and keys as they were, and no memory of what was answered since: asked again, it is done
/// again.
pub(super) fn put_back(c: &mut Conn, kept: &Snapshot) -> Result<()> {
    let (tenant, id) = (&kept.tenant_id, &kept.plugin_id);
    plugin_snapshots::restore_state(c, tenant, id)?;
    // People and appointments were not put back, so the answers about those stay.
    let own = format!("record/{id}/");
    let is_own = |scope: &str| {
        scope
            .strip_prefix(&own)
            .is_some_and(|name| !runtime::manifest::CORE_ENTITIES.contains(&name))
    };
    store::idempotency::delete_since(c, tenant, kept.taken_at, is_own)?;
    Ok(())
}

/// Changes whose process is gone.
async fn recover(app: &App) -> Result<()> {
    let now = app.clock.now();
    let abandoned = app.db.inspect(move |c| tenant_plugins::list_abandoned(c, now)).await?;
    for row in abandoned {
        tracing::warn!(tenant = %row.tenant_id, plugin = %row.plugin_id, "an upgrade was interrupted; all is put back");
        if let Some(until) = row.changing_until {
            undo(app, &row.tenant_id, &row.plugin_id, until).await?;
        }
    }
    Ok(())
}
