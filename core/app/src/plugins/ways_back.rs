//! Consenting to a version that waits, going back to the one before, and removing a plugin with its
//! data.

use domain::{DocumentId, Permission, PluginId, TenantId};
use serde_json::json;
use store::Conn;
use store::connections::ConnectionState;
use store::plugin_refusals::RefusalReason;
use store::plugin_snapshots::{self, Snapshot};
use store::tenant_plugins::{self, TenantPlugin, TenantPluginChange};

use super::checks::Finding;
use super::record;
use super::toggle::moved;
use super::upgrades::{By, begin, note_refusal, put_back, quiet, undo, upgrade};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, connections, documents, schedules, secrets};

/// How long the version before can be gone back to, in days.
pub const FORMER_DAYS: i64 = 30;

/// Takes a newer version that waits: the person has seen what it asks for beyond what was allowed
/// and allows it, or wants it tried once more.
pub async fn upgrade_plugin(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    seen_version: &str,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    let newest = super::find_loaded(app, id)?;
    let version = newest.manifest().plugin.version;
    if version.to_string() != seen_version {
        return Err(Error::Conflict { key: "error-plugin-version-changed" });
    }
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| tenant_plugins::get(c, &tenant, &id2)).await?;
    if !row.enabled {
        return Err(Error::Conflict { key: "error-plugin-off" });
    }
    if row.version.parse().is_ok_and(|now| version <= now) {
        // Somebody else was faster.
        return Ok(());
    }
    let by = By::Person { who: Who::from(ctx), turn_on: false };
    moved(upgrade(app, &row, &newest, by).await?)
}

/// Goes back to the version before, which the person saw the name of. Where the newer one changed
/// the data, it is as it was before that: what came since is lost.
pub async fn roll_back_plugin(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    seen_version: &str,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    go_back(app, &ctx.tenant, id, Some(seen_version), &Who::from(ctx)).await
}

/// Takes every business that can back to the version before, at the operator's word; answers which
/// went and which couldn't.
pub async fn roll_back_everywhere(app: &App, id: &PluginId) -> Result<Vec<(TenantId, Result<()>)>> {
    let id2 = id.clone();
    let kept = app.db.inspect(move |c| plugin_snapshots::list_of_plugin(c, &id2)).await?;
    let mut outcomes = Vec::new();
    for snapshot in kept {
        let tenant = snapshot.tenant_id;
        let outcome = go_back(app, &tenant, id, None, &Who::system()).await;
        outcomes.push((tenant, outcome));
    }
    Ok(outcomes)
}

async fn go_back(
    app: &App,
    tenant: &TenantId,
    id: &PluginId,
    seen_version: Option<&str>,
    who: &Who,
) -> Result<()> {
    let (tenant2, id2) = (tenant.clone(), id.clone());
    let kept = app.db.inspect(move |c| plugin_snapshots::find(c, &tenant2, &id2)).await?;
    let kept = kept.ok_or(Error::Conflict { key: "error-plugin-no-former" })?;
    if seen_version.is_some_and(|seen| seen != kept.version) {
        return Err(Error::Conflict { key: "error-plugin-version-changed" });
    }
    let to = app.plugins.find_version(id, &kept.version);
    let to = to.ok_or(Error::Conflict { key: "error-plugin-no-former" })?;
    let until = begin(app, tenant, id).await?;
    quiet(app, tenant, id).await;
    let (app2, who) = (app.clone(), who.clone());
    let done = app
        .db
        .transact(move |c| -> Result<()> {
            let (tenant, id) = (&kept.tenant_id, &kept.plugin_id);
            tenant_plugins::end_change(c, tenant, id, until)?;
            tenant_plugins::begin_generation(c, tenant, id)?;
            let row = tenant_plugins::get(c, tenant, id)?;
            restore(&app2, c, &row, &kept, &to)?;
            let detail = kept.version.clone();
            let finding = Finding { reason: RefusalReason::RolledBack, detail };
            plugin_snapshots::delete(c, tenant, id)?;
            note_refusal(&app2, c, &row, &row.version, &finding, &who)
        })
        .await;
    if done.is_err() {
        undo(app, tenant, id, until).await?;
    }
    app.wake_jobs();
    done
}

fn restore(
    app: &App,
    c: &mut Conn,
    row: &TenantPlugin,
    kept: &Snapshot,
    to: &runtime::Plugin,
) -> Result<()> {
    let (tenant, id) = (&row.tenant_id, &row.plugin_id);
    if kept.with_state {
        put_back(c, kept)?;
    }
    let schema = to.manifest().settings.as_ref();
    let fits = schema.is_some_and(|schema| schema.violations(&row.settings_json.0).is_empty());
    let keeps_settings = fits && !kept.with_state;
    let settings = if keeps_settings { &row.settings_json } else { &kept.settings_json };
    let change = TenantPluginChange {
        version: kept.version.clone(),
        enabled: row.enabled,
        grant_json: kept.grant_json.clone(),
        settings_json: settings.clone(),
    };
    tenant_plugins::update(c, tenant, id, &change, row.rev, app.clock.now())?;
    let business = store::tenants::get(c, tenant)?;
    schedules::put_of_plugin(app, c, tenant, to, &business.zone)?;
    store::schedules::set_paused_of_plugin(c, tenant, id, !row.enabled)?;
    Ok(())
}

/// Removes a plugin that is off from a business for good, with its settings, secrets, records and
/// connections. `typed` is what the person typed to show that they mean it: the plugin's id. Twice
/// is once.
pub async fn remove_plugin(app: &App, ctx: &Context, id: &PluginId, typed: &str) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    if typed.trim() != id.as_str() {
        return Err(Error::invalid("confirm", "error-plugin-remove-confirm"));
    }
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let (row, connected) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = tenant_plugins::find(c, &tenant, &id2)?;
            Ok((row, store::connections::list_of_plugin(c, &tenant, &id2)?))
        })
        .await?;
    let Some(row) = row else { return super::find_loaded(app, id).map(drop) };
    if row.enabled {
        return Err(Error::Conflict { key: "error-plugin-still-on" });
    }
    // The providers are told first, while there is still something to tell them with.
    for connection in connected.iter().filter(|c| c.state != ConnectionState::Disconnected) {
        connections::disconnect(app, ctx, &connection.id).await?;
    }
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let bodies = app.db.transact(move |c| forget(&app2, c, &ctx2, &id)).await?;
    documents::delete_bodies(app, &ctx.tenant, bodies).await;
    Ok(())
}

/// Answers the documents whose bodies are to be deleted after this is committed.
fn forget(app: &App, c: &mut Conn, ctx: &Context, id: &PluginId) -> Result<Vec<DocumentId>> {
    let tenant = &ctx.tenant;
    let Some(row) = tenant_plugins::find(c, tenant, id)? else { return Ok(Vec::new()) };
    if row.enabled || row.changing_until.is_some() {
        return Err(Error::Conflict { key: "error-plugin-still-on" });
    }
    store::jobs::cancel_of_plugin(c, tenant, id)?;
    store::schedules::delete_of_plugin(c, tenant, id)?;
    store::inbox::delete_of_plugin(c, tenant, id)?;
    // Turned on again it begins anew: nothing that was allowed before is good for it.
    let approvals = store::approvals::delete_of_plugin(c, tenant, id)?;
    let bodies = store::documents::delete_of_plugin(c, tenant, id)?;
    let own = format!("record/{id}/");
    let ever = domain::Timestamp::from_millis(0);
    store::idempotency::delete_since(c, tenant, ever, |scope| scope.starts_with(&own))?;
    let mut owners = vec![id.to_string()];
    owners.extend(
        store::connections::list_of_plugin(c, tenant, id)?
            .into_iter()
            .map(|each| connections::owner(&each.plugin_id, &each.provider)),
    );
    let known = app.plugins.find(id);
    owners.extend(
        known
            .iter()
            .flat_map(|plugin| &plugin.manifest().providers)
            .map(|provider| connections::owner(id, &provider.id)),
    );
    owners.sort();
    owners.dedup();
    for owner in owners {
        secrets::delete_owner(app, c, tenant, &owner)?;
    }
    store::connections::delete_of_plugin(c, tenant, id)?;
    store::checkups::delete_of_plugin(c, tenant, id)?;
    tenant_plugins::delete(c, tenant, id)?;
    let detail = json!({"version": row.version, "documents": bodies.len(), "approvals": approvals});
    record(app, c, ctx, "plugin.removed", id, detail)?;
    Ok(bodies)
}

/// Forgets versions before that nobody went back to in time; answers how many.
pub(crate) async fn forget_former(app: &App) -> Result<usize> {
    let before = app.clock.now().plus_secs(-FORMER_DAYS * 24 * 3_600);
    Ok(app.db.write(move |c| plugin_snapshots::delete_before(c, before)).await?)
}
