//! A plugin's settings and secrets, as a business sets them.

use domain::{Permission, PluginId, Secret};
use runtime::CallError;
use serde_json::{Value, json};
use store::tenant_plugins::TenantPluginChange;

use super::{call_context, call_error, find_enabled, find_loaded, record, to_change};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, secrets};

/// Keeps a plugin's settings, once its schema and the plugin itself have nothing against them.
pub async fn save_plugin_settings(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    settings: Value,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_enabled(app, &ctx.tenant, id).await?;
    let schema = plugin.manifest().settings.as_ref().ok_or(Error::NotFound)?;
    if let Some(wrong) = schema.violations(&settings).into_iter().next() {
        return Err(Error::invalid(wrong.property, format!("error-setting-{}", wrong.rule)));
    }
    let (_, mut call) = call_context(app, &ctx.tenant, id, None).await?;
    call.settings = settings.clone();
    match app.engine.validate(&plugin, call, &settings).await {
        Ok(problems) => {
            if let Some((field, key)) = problems.into_iter().next() {
                return Err(Error::invalid(field, plugin.texts().text(ctx.locale, &key, &[])));
            }
        }
        Err(CallError::NotExported) => {}
        Err(error) => return Err(call_error(error)),
    }
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let row = store::tenant_plugins::get(c, &ctx2.tenant, &id)?;
            let change = TenantPluginChange { settings_json: settings.into(), ..to_change(&row) };
            let now = app2.clock.now();
            store::tenant_plugins::update(c, &ctx2.tenant, &id, &change, row.rev, now)?;
            record(&app2, c, &ctx2, "plugin.settings-saved", &id, json!({}))
        })
        .await
}

/// Keeps a secret that one of the plugin's slots takes from the settings.
pub async fn save_plugin_secret(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    name: &str,
    secret: Secret,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    ctx.require_recent()?;
    let plugin = find_loaded(app, id)?;
    let wanted = runtime::manifest::SlotSource::Secret(name.to_owned());
    if !plugin.manifest().slots.iter().any(|slot| slot.source == wanted) {
        return Err(Error::NotFound);
    }
    if secret.is_empty() || secret.len() > 8_000 {
        return Err(Error::invalid(name, "error-required"));
    }
    let (app2, ctx2, id, name) = (app.clone(), ctx.clone(), id.clone(), name.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            secrets::replace(&app2, c, &ctx2.tenant, &setting_secret(&id, &name), &secret)?;
            record(&app2, c, &ctx2, "plugin.secret-saved", &id, json!({"name": name}))
        })
        .await
}

/// Where a plugin's secret setting is kept.
pub(crate) fn setting_secret(plugin: &PluginId, name: &str) -> secrets::Name {
    secrets::Name { owner: plugin.to_string(), name: "setting", record: name.to_owned() }
}
