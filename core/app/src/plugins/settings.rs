//! A plugin's settings and secrets, as a business sets them.

use domain::{Permission, PluginId, Secret};
use runtime::CallError;
use runtime::manifest::{Property, Schema};
use serde_json::{Value, json};
use store::tenant_plugins::TenantPluginChange;

use super::{call_context, call_error, find_enabled, find_loaded, record, to_change};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, currencies, secrets};

/// A field and what is wrong with it: a key of the theme's texts, or the plugin's own words.
pub type Wrong = (String, String);

/// Keeps a plugin's settings, once its schema and the plugin itself have nothing against them; answers
/// what is wrong with which field, and then nothing was changed. `seen_rev` is the revision that the form
/// showed, where it showed one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed them since.
pub async fn save_plugin_settings(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    settings: Value,
    seen_rev: Option<i64>,
) -> Result<Vec<Wrong>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_enabled(app, &ctx.tenant, id).await?;
    let schema = plugin.manifest().settings.as_ref().ok_or(Error::NotFound)?;
    let mut wrong: Vec<Wrong> = schema
        .violations(&settings)
        .into_iter()
        .map(|each| (each.property, format!("error-setting-{}", each.rule)))
        .collect();
    wrong.extend(money_wrong(schema, &settings, &wrong));
    if !wrong.is_empty() {
        return Ok(wrong);
    }
    let (_, mut call) = call_context(app, &ctx.tenant, id, None).await?;
    call.settings = settings.clone();
    call.locale = ctx.locale;
    match app.engine.validate(&plugin, call, &settings).await {
        Ok(problems) if problems.is_empty() => {}
        Ok(problems) => {
            let text = |key: &str| plugin.texts().text(ctx.locale, key, &[]);
            return Ok(problems.into_iter().map(|(field, key)| (field, text(&key))).collect());
        }
        Err(CallError::NotExported) => {}
        Err(error) => return Err(call_error(error)),
    }
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let row = store::tenant_plugins::get(c, &ctx2.tenant, &id)?;
            let rev = seen_rev.unwrap_or(row.rev);
            let change = TenantPluginChange { settings_json: settings.into(), ..to_change(&row) };
            let now = app2.clock.now();
            store::tenant_plugins::update(c, &ctx2.tenant, &id, &change, rev, now)?;
            record(&app2, c, &ctx2, "plugin.settings-saved", &id, json!({}))
        })
        .await?;
    Ok(Vec::new())
}

/// Amounts whose currency isn't one, or has fewer digits.
fn money_wrong(schema: &Schema, settings: &Value, wrong: &[Wrong]) -> Vec<Wrong> {
    let amounts = schema.properties.iter().filter(|each| each.format.as_deref() == Some("money"));
    let is_wrong = |each: &&Property| {
        let is_told = wrong.iter().any(|(field, _)| *field == each.name);
        let text = settings.get(&each.name).and_then(Value::as_str);
        text.is_some_and(|text| !is_told && !is_amount(text))
    };
    let told = |each: &Property| (each.name.clone(), "error-setting-format".to_owned());
    amounts.filter(is_wrong).map(told).collect()
}

fn is_amount(text: &str) -> bool {
    let Some((amount, code)) = text.split_once(' ') else { return false };
    let digits = amount.split_once('.').map_or(0, |(_, part)| part.len());
    currencies::minor_digits(code).is_some_and(|most| digits <= usize::from(most))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_no_more_digits_than_its_currency() {
        for good in ["12.50 ILS", "12 ILS", "-5 JPY", "0.005 KWD"] {
            assert!(is_amount(good), "{good}");
        }
        for bad in ["12.505 ILS", "5.5 JPY", "12 XXX", "12"] {
            assert!(!is_amount(bad), "{bad}");
        }
    }
}
