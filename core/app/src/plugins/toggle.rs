//! Turning a plugin on and off for a business.

use domain::{Permission, PluginId};
use runtime::{Grant, Plugin};
use serde_json::json;
use store::tenant_plugins::{self, TenantPlugin, TenantPluginChange};

use super::upgrades::{By, Upgraded, upgrade};
use super::{find_loaded, record, to_change};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, channels, schedules};

/// Turns a plugin on: the person has seen what this version asks for and allows it all. One that was
/// off goes on where it was; a newer version than it had is taken with its checks and migration.
pub async fn enable_plugin(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    seen_version: &str,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    find_loaded(app, id)?;
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let row = app.db.inspect(move |c| tenant_plugins::find(c, &tenant, &id2)).await?;
    let plugin = offered(app, id, row.as_ref(), seen_version)?;
    if let Some(row) = row.filter(|row| row.version != seen_version) {
        let by = By::Person { who: Who::from(ctx), turn_on: true };
        return moved(upgrade(app, &row, &plugin, by).await?);
    }
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db.transact(move |c| keep_enabled(&app2, c, &ctx2, &plugin)).await?;
    app.wake_jobs();
    Ok(())
}

/// The version that the person saw: the newest, or the one that the business has.
fn offered(
    app: &App,
    id: &PluginId,
    row: Option<&TenantPlugin>,
    seen_version: &str,
) -> Result<Plugin> {
    let newest = find_loaded(app, id)?;
    let is_newest = newest.manifest().plugin.version.to_string() == seen_version;
    let is_own = row.is_some_and(|row| row.version == seen_version);
    let found = app.plugins.find_version(id, seen_version).filter(|_| is_newest || is_own);
    found.ok_or(Error::Conflict { key: "error-plugin-version-changed" })
}

/// What the person is told of an upgrade they asked for.
pub(super) fn moved(outcome: Upgraded) -> Result<()> {
    match outcome {
        Upgraded::Moved | Upgraded::Nothing => Ok(()),
        Upgraded::Stays(_) => Err(Error::Conflict { key: "error-plugin-upgrade-refused" }),
    }
}

fn keep_enabled(app: &App, c: &mut store::Conn, ctx: &Context, plugin: &Plugin) -> Result<()> {
    let (tenant, about, now) = (&ctx.tenant, &plugin.manifest().plugin, app.clock.now());
    let (id, version) = (&about.id, about.version.to_string());
    let grant = serde_json::to_value(Grant::everything(plugin.manifest()))?;
    match tenant_plugins::find(c, tenant, id)? {
        Some(before) => {
            if before.changing_until.is_some() {
                return Err(Error::Conflict { key: "error-plugin-changing" });
            }
            if before.enabled && before.version == version && before.grant_json.0 == grant {
                return Ok(());
            }
            let settings_json = before.settings_json;
            let change = TenantPluginChange {
                version,
                enabled: true,
                grant_json: grant.into(),
                settings_json,
            };
            tenant_plugins::update(c, tenant, id, &change, before.rev, now)?;
            tenant_plugins::begin_generation(c, tenant, id)?;
        }
        None => {
            let row = TenantPlugin {
                tenant_id: tenant.clone(),
                plugin_id: id.clone(),
                version,
                enabled: true,
                grant_json: grant.into(),
                settings_json: json!({}).into(),
                changed_at: now,
                rev: 1,
                generation: 1,
                changing_until: None,
            };
            tenant_plugins::insert(c, &row)?;
        }
    }
    schedules::put_of_plugin(app, c, tenant, plugin, &ctx.zone)?;
    store::schedules::set_paused_of_plugin(c, tenant, id, false)?;
    store::jobs::resume_plugin(c, tenant, id, now)?;
    record(app, c, ctx, "plugin.enabled", id, json!({"version": about.version}))
}

/// Turns a plugin off, at once: calls that run are ended, and whatever of them is still under way
/// anywhere may neither send nor change anything from the moment this is written down. Settings,
/// data and connections stay; jobs wait.
pub async fn disable_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    // While it still may: afterwards nothing of it leaves any more.
    channels::close_all(app, &ctx.tenant, id, channels::Whose::Plugin).await?;
    let (app2, ctx2, id2) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let row = match tenant_plugins::find(c, tenant, &id2)? {
                Some(row) => row,
                None => return find_loaded(&app2, &id2).map(drop),
            };
            if !row.enabled {
                return Ok(());
            }
            let now = app2.clock.now();
            let change = TenantPluginChange { enabled: false, ..to_change(&row) };
            tenant_plugins::update(c, tenant, &id2, &change, row.rev, now)?;
            tenant_plugins::begin_generation(c, tenant, &id2)?;
            store::schedules::set_paused_of_plugin(c, tenant, &id2, true)?;
            store::jobs::pause_plugin(c, tenant, &id2, now)?;
            record(&app2, c, &ctx2, "plugin.disabled", &id2, json!({}))
        })
        .await?;
    app.engine.stop_calls(&ctx.tenant, id);
    Ok(())
}
