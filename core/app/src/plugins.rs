//! Plugins: which there are, which a business has turned on, and what it allowed them.

mod admission;
mod calls;
mod cards;
mod checks;
mod keeping;
mod packages;
mod registry;
mod settings;
mod toggle;
mod upgrades;
mod usage;
mod ways_back;

use std::collections::BTreeSet;

use domain::{Permission, PluginId, TenantId};
use serde_json::Value;
use store::Conn;
use store::connections::ConnectionState;
use store::jobs::{JobFilter, JobState};
use store::tenant_plugins::{TenantPlugin, TenantPluginChange};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::Result;

use cards::card;

pub use admission::{InstallError, RESERVED};
pub(crate) use calls::{
    bad_answer, call_context, call_error, find_enabled, grant_of, is_problem, is_resting,
    problem_word, running_if_on, running_to_show,
};
pub use cards::{
    Former, NewVersion, PluginCard, PluginPage, ProviderCard, ScopeCard, ServerCard, Source, Stops,
    provider_card,
};
pub use packages::{Installed, install_package, keep_up, load_packages, remove_packages};
pub use registry::{RefusedPackage, Registry, find_loaded, find_of_tenant, find_provider};
pub(crate) use registry::{find_version, name_of};
pub use runtime::manifest::{Property, PropertyKind};
pub use runtime::{Ask, AskKind, Limits, Words};
pub(crate) use settings::setting_secret;
pub use settings::{Wrong, save_plugin_secret, save_plugin_settings};
pub use store::plugin_refusals::RefusalReason;
pub use toggle::{disable_plugin, enable_plugin};
pub use upgrades::{Upgraded, upgrade_all};
pub use usage::{Figures, plugin_usage};
pub(crate) use ways_back::forget_former;
pub use ways_back::{
    FORMER_DAYS, remove_plugin, roll_back_everywhere, roll_back_plugin, upgrade_plugin,
};

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
            card(&cards::shown(app, plugin, row), plugin, row, ctx.locale)
        })
        .collect();
    cards.sort_by(|a, b| b.enabled.cmp(&a.enabled).then_with(|| a.name.cmp(&b.name)));
    Ok(cards)
}

/// The plugins of the business to which no call is made now: they are off, or wait for somebody.
pub async fn list_resting(app: &App, ctx: &Context) -> Result<BTreeSet<PluginId>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let tenant = ctx.tenant.clone();
    let rows = app.db.inspect(move |c| store::tenant_plugins::list(c, &tenant)).await?;
    let resting = rows.into_iter().filter(|row| running_to_show(app, row).is_none());
    Ok(resting.map(|row| row.plugin_id).collect())
}

/// One plugin.
pub async fn get_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<PluginPage> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let newest = find_loaded(app, id)?;
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let (row, stops, known) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::tenant_plugins::find(c, &tenant, &id2)?;
            let known = cards::Known::read(c, &tenant, &id2)?;
            Ok((row, stops(c, &tenant, &id2)?, known))
        })
        .await?;
    let plugin = cards::shown(app, &newest, row.as_ref());
    let settings = row.as_ref().map(|row| row.settings_json.0.clone());
    let granted = row.as_ref().map(grant_of);
    let update = cards::update(&newest, row.as_ref(), &known, ctx.locale);
    Ok(PluginPage {
        card: card(&plugin, &newest, row.as_ref(), ctx.locale),
        asks: cards::asks(&plugin, ctx.locale),
        new_asks: granted
            .map(|granted| granted.missing(plugin.manifest()))
            .unwrap_or_default()
            .into_iter()
            .map(|ask| ask.id)
            .collect(),
        settings_schema: plugin.manifest().settings.clone(),
        settings: settings.unwrap_or_else(|| serde_json::json!({})),
        settings_rev: row.as_ref().map_or(0, |row| row.rev),
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
        limits: calls::limits_of(app, id),
        former: cards::former(app, &known),
        source: known.source(&plugin),
        can_remove: row.is_some_and(|row| !row.enabled),
        update,
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

fn to_change(row: &TenantPlugin) -> TenantPluginChange {
    TenantPluginChange {
        version: row.version.clone(),
        enabled: row.enabled,
        grant_json: row.grant_json.clone(),
        settings_json: row.settings_json.clone(),
    }
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &PluginId,
    detail: Value,
) -> Result<()> {
    record_by(app, c, (&ctx.tenant, &Who::from(ctx)), action, id, detail)
}

fn record_by(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    action: &'static str,
    id: &PluginId,
    detail: Value,
) -> Result<()> {
    let act = Act { action, entity: "plugin", entity_id: id.as_str(), detail };
    audit::append(app, c, tenant, who, &act)
}
