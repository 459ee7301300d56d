//! Plugins: which there are, which a business has turned on, and what it allowed them.

mod calls;
mod cards;
pub(crate) mod incidents;
mod registry;
mod settings;
mod usage;

use domain::{Permission, PluginId, TenantId, Timestamp};
use runtime::Grant;
use serde_json::{Value, json};
use store::Conn;
use store::connections::ConnectionState;
use store::jobs::{JobFilter, JobState};
use store::tenant_plugins::{TenantPlugin, TenantPluginChange};

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, schedules};

use cards::card;

pub(crate) use calls::{
    bad_answer, call_context, call_error, find_enabled, grant_of, is_problem, problem_word,
};
pub use cards::{PluginCard, PluginPage, ProviderCard, ScopeCard, Stops, provider_card};
pub(crate) use registry::name_of;
pub use registry::{RefusedPackage, Registry, find_loaded, find_provider, load_packages};
pub use runtime::{Ask, AskKind};
pub(crate) use settings::setting_secret;
pub use settings::{save_plugin_secret, save_plugin_settings};
pub use usage::{Figures, plugin_usage};

/// All plugins, those that are on first.
pub async fn list_plugins(app: &App, ctx: &Context) -> Result<Vec<PluginCard>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let tenant = ctx.tenant.clone();
    let rows = app.db.inspect(move |c| store::tenant_plugins::list(c, &tenant)).await?;
    let mut cards: Vec<_> = app
        .plugins
        .all()
        .iter()
        .map(|plugin| {
            let row = rows.iter().find(|row| row.plugin_id == plugin.manifest().plugin.id);
            card(plugin, row, ctx.locale)
        })
        .collect();
    cards.sort_by(|a, b| b.enabled.cmp(&a.enabled).then_with(|| a.name.cmp(&b.name)));
    Ok(cards)
}

/// One plugin.
pub async fn get_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<PluginPage> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let plugin = find_loaded(app, id)?;
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let (row, stops) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::tenant_plugins::find(c, &tenant, &id2)?;
            Ok((row, stops(c, &tenant, &id2)?))
        })
        .await?;
    let text = |key: &str| plugin.texts().text(ctx.locale, key, &[]);
    let asks = plugin.manifest().asks().into_iter();
    let settings = row.as_ref().map(|row| row.settings_json.0.clone());
    Ok(PluginPage {
        card: card(&plugin, row.as_ref(), ctx.locale),
        asks: asks.map(|ask| Ask { reason: ask.reason.as_deref().map(text), ..ask }).collect(),
        settings_schema: plugin.manifest().settings.clone(),
        settings: settings.unwrap_or_else(|| json!({})),
        providers: plugin
            .manifest()
            .providers
            .iter()
            .map(|p| provider_card(&plugin, p, ctx.locale))
            .collect(),
        stops: Stops {
            views: plugin.manifest().views.len(),
            webhooks: plugin.manifest().webhooks.len(),
            ..stops
        },
    })
}

fn stops(c: &mut Conn, tenant: &TenantId, id: &PluginId) -> Result<Stops> {
    let connections: Vec<_> = store::connections::list_of_plugin(c, tenant, id)?
        .into_iter()
        .filter(|x| x.state != ConnectionState::Disconnected)
        .collect();
    let calendars = store::calendars::list(c, tenant)?;
    let of_plugin =
        |k: &&store::calendars::Calendar| connections.iter().any(|x| x.id == k.connection_id);
    let schedules = store::schedules::list(c, tenant)?.into_iter();
    let waiting = JobFilter {
        state: Some(JobState::Ready),
        plugin_id: Some(id.clone()),
        connection_id: None,
    };
    Ok(Stops {
        connections: connections.len(),
        calendars: calendars.iter().filter(of_plugin).count(),
        schedules: schedules.filter(|s| s.plugin_id.as_ref() == Some(id)).count(),
        jobs: store::jobs::count(c, tenant, &waiting)?,
        views: 0,
        webhooks: 0,
    })
}

/// Turns a plugin on: the person has seen what this version asks for and allows it all.
pub async fn enable_plugin(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    seen_version: &str,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_loaded(app, id)?;
    let about = &plugin.manifest().plugin;
    if about.version.to_string() != seen_version {
        return Err(Error::Conflict { key: "error-plugin-version-changed" });
    }
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let about = &plugin.manifest().plugin;
            let now = app2.clock.now();
            let grant = serde_json::to_value(Grant::everything(plugin.manifest()))?;
            keep_enabled(c, tenant, about, grant, now)?;
            schedules::put_of_plugin(&app2, c, tenant, &plugin, &ctx2.zone)?;
            store::schedules::set_paused_of_plugin(c, tenant, &about.id, false)?;
            store::jobs::resume_plugin(c, tenant, &about.id, now)?;
            record(&app2, c, &ctx2, "plugin.enabled", &about.id, json!({"version": about.version}))
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

fn keep_enabled(
    c: &mut Conn,
    tenant: &TenantId,
    about: &runtime::manifest::About,
    grant: Value,
    now: Timestamp,
) -> Result<()> {
    let version = about.version.to_string();
    if let Some(before) = store::tenant_plugins::find(c, tenant, &about.id)? {
        let change = TenantPluginChange {
            version,
            enabled: true,
            grant_json: grant.into(),
            settings_json: before.settings_json,
        };
        store::tenant_plugins::update(c, tenant, &about.id, &change, before.rev, now)?;
        return Ok(());
    }
    let row = TenantPlugin {
        tenant_id: tenant.clone(),
        plugin_id: about.id.clone(),
        version,
        enabled: true,
        grant_json: grant.into(),
        settings_json: json!({}).into(),
        changed_at: now,
        rev: 1,
    };
    Ok(store::tenant_plugins::insert(c, &row)?)
}

fn to_change(row: &TenantPlugin) -> TenantPluginChange {
    TenantPluginChange {
        version: row.version.clone(),
        enabled: row.enabled,
        grant_json: row.grant_json.clone(),
        settings_json: row.settings_json.clone(),
    }
}

/// Turns a plugin off: nothing of it runs from now on. Settings, data and connections stay.
pub async fn disable_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    find_loaded(app, id)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let Some(row) = store::tenant_plugins::find(c, tenant, &id)? else { return Ok(()) };
            if !row.enabled {
                return Ok(());
            }
            let now = app2.clock.now();
            let change = TenantPluginChange { enabled: false, ..to_change(&row) };
            store::tenant_plugins::update(c, tenant, &id, &change, row.rev, now)?;
            store::schedules::set_paused_of_plugin(c, tenant, &id, true)?;
            store::jobs::pause_plugin(c, tenant, &id, now)?;
            record(&app2, c, &ctx2, "plugin.disabled", &id, json!({}))
        })
        .await
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &PluginId,
    detail: Value,
) -> Result<()> {
    let act = Act { action, entity: "plugin", entity_id: id.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
