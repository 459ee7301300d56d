//! Calls to a plugin on behalf of a business, and what their failures mean.

use std::sync::Arc;

use domain::{ConnectionId, PluginId, TenantId};
use runtime::{CallContext, CallError, Grant, Limits, Plugin};
use store::Conn;
use store::tenant_plugins::TenantPlugin;
use store::tenants::Tenant;

use crate::App;
use crate::error::{Error, Result};

/// Whether the grant covers what a version asks for.
pub(super) fn is_covered(plugin: &Plugin, row: &TenantPlugin) -> bool {
    grant_of(row).missing(plugin.manifest()).is_empty()
}

pub(crate) fn grant_of(row: &TenantPlugin) -> Grant {
    serde_json::from_value(row.grant_json.0.clone()).unwrap_or_default()
}

/// A plugin that this business has on, with a grant that covers what it asks for; for somebody at a
/// page, to whom one that is off is a conflict and not an outage.
pub(crate) async fn find_enabled(app: &App, tenant: &TenantId, id: &PluginId) -> Result<Plugin> {
    match call_context(app, tenant, id, None).await {
        Ok((plugin, _)) => Ok(plugin),
        Err(Error::Unavailable { key, .. }) if is_resting(key) => Err(Error::Conflict { key }),
        Err(error) => Err(error),
    }
}

/// Whether this says that a business's plugin rests: what waits for it goes on when it doesn't.
pub(crate) fn is_resting(key: &str) -> bool {
    matches!(
        key,
        "error-plugin-off"
            | "error-plugin-needs-consent"
            | "error-plugin-changing"
            | "error-plugin-missing"
    )
}

/// The plugin in the version that a business has.
pub(super) fn running(app: &App, id: &PluginId, version: &str) -> Result<Plugin> {
    let rests = |key| Error::Unavailable { key, detail: Some(version.to_owned()) };
    let found = app.plugins.find_version(id, version);
    // Where only another version is left, a person decides about that one.
    found.ok_or_else(|| match app.plugins.find(id) {
        Some(_) => rests("error-plugin-needs-consent"),
        None => rests("error-plugin-missing"),
    })
}

/// The version that a business has on, where calls to it could be made now.
pub(crate) fn running_to_show(app: &App, row: &TenantPlugin) -> Option<Plugin> {
    let plugin = running(app, &row.plugin_id, &row.version).ok()?;
    (row.enabled && row.changing_until.is_none() && is_covered(&plugin, row)).then_some(plugin)
}

/// The plugin and the context of a call to it on behalf of a business; refused while it is off or
/// being changed.
pub(crate) async fn call_context(
    app: &App,
    tenant: &TenantId,
    id: &PluginId,
    connection: Option<ConnectionId>,
) -> Result<(Plugin, CallContext)> {
    if app.plugins.find(id).is_none() {
        return Err(Error::Unavailable { key: "error-plugin-missing", detail: None });
    }
    let (tenant2, id2) = (tenant.clone(), id.clone());
    let (row, business) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::tenant_plugins::find(c, &tenant2, &id2)?;
            Ok((row, store::tenants::get(c, &tenant2)?))
        })
        .await?;
    let row = row
        .filter(|row| row.enabled)
        .ok_or(Error::Unavailable { key: "error-plugin-off", detail: None })?;
    if row.changing_until.is_some() {
        return Err(Error::Unavailable { key: "error-plugin-changing", detail: None });
    }
    let plugin = running(app, id, &row.version)?;
    if !is_covered(&plugin, &row) {
        return Err(Error::Unavailable { key: "error-plugin-needs-consent", detail: None });
    }
    let mut call = context(app, &plugin, &row, &business);
    call.connection = connection;
    Ok((plugin, call))
}

/// The version that a business has, and whether it is on, whether or not a call could be made just
/// now. [`Error::NotFound`] when the business never had it.
pub(crate) fn running_if_on(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &PluginId,
) -> Result<(Plugin, bool)> {
    let state = store::tenant_plugins::find_state(c, tenant, id)?;
    let (version, is_on) = state.ok_or(Error::NotFound)?;
    let plugin = running(app, id, &version).or_else(|_| super::find_loaded(app, id));
    // A package that is not there just now is no reason to tell a provider to give up.
    let missing = |_| Error::Unavailable { key: "error-plugin-missing", detail: Some(version) };
    Ok((plugin.map_err(missing)?, is_on))
}

/// The context of a call to this version, with what the business allowed and set.
pub(super) fn context(
    app: &App,
    plugin: &Plugin,
    row: &TenantPlugin,
    business: &Tenant,
) -> CallContext {
    CallContext {
        tenant: row.tenant_id.clone(),
        plugin: row.plugin_id.clone(),
        grant: Arc::new(grant_of(row)),
        settings: row.settings_json.0.clone(),
        locale: business.locale,
        zone: business.zone.clone(),
        connection: None,
        candidate: None,
        version: plugin.manifest().plugin.version,
        generation: row.generation,
        request_id: domain::JobId::new(&*app.clock, &*app.rng).to_string(),
        limits: limits_of(app, &row.plugin_id),
    }
}

/// What one call of a plugin may use in this installation.
pub(super) fn limits_of(app: &App, id: &PluginId) -> Limits {
    app.options.plugin_limits.get(id).copied().unwrap_or_default()
}

/// What a failed call means to the caller.
pub(crate) fn call_error(error: CallError) -> Error {
    match &error {
        // The house's own lack of room, not somebody's tries: it answers 503 and when to come back.
        CallError::Busy { .. } => Error::unavailable("error-plugins-busy", &error),
        CallError::Problem(problem) => match problem.code.as_str() {
            "limited" => Error::Limited {
                retry_after_secs: problem.retry_after_ms.unwrap_or(1_000).div_ceil(1_000),
            },
            "reconnect" => Error::unavailable("error-connection-needs-you", problem),
            "rejected" => Error::unavailable("error-provider-rejected", problem),
            "not-found" => Error::unavailable("error-provider-not-found", problem),
            "unavailable" | "timeout" => Error::unavailable("error-provider-unavailable", problem),
            _ => Error::unavailable("error-plugin-failed", problem),
        },
        CallError::Stopped => Error::unavailable("error-plugin-off", &error),
        _ => Error::unavailable("error-plugin-failed", &error),
    }
}

/// A plugin answered with a document that the contract doesn't know.
pub(crate) fn bad_answer(error: serde_json::Error) -> Error {
    Error::unavailable(
        "error-plugin-failed",
        format!("the answer is not as the contract says: {error}"),
    )
}

/// Whether a call ended with this problem code.
pub(crate) fn is_problem(error: &CallError, code: &str) -> bool {
    matches!(error, CallError::Problem(problem) if problem.code == code)
}

/// The word an appointment's page has a text for.
pub(crate) fn problem_word(error: &Error) -> String {
    match error {
        Error::Limited { .. } => "error-provider-busy".to_owned(),
        Error::Unavailable { key, .. } => (*key).to_owned(),
        _ => "error-plugin-failed".to_owned(),
    }
}
