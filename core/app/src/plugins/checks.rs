//! What is tried before a version is taken: it sees the business's settings and may change nothing.

use runtime::{CallError, Export, Grant, Plugin};
use store::plugin_refusals::RefusalReason;
use store::tenant_plugins::TenantPlugin;

use super::calls::{call_error, context};
use crate::App;
use crate::error::Result;
use std::sync::Arc;

/// Why a version is not taken.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) reason: RefusalReason,
    /// For the page: a setting, or what the plugin said; bounded.
    pub(super) detail: String,
}

/// Text that a page shows, cut to size.
pub(super) fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Whether a business's settings suit a version. `row` is the business's as it would be; the call
/// may read what it was granted, and neither write nor send.
pub(super) async fn dry_run(
    app: &App,
    row: &TenantPlugin,
    plugin: &Plugin,
) -> Result<Option<Finding>> {
    let settings = &row.settings_json.0;
    let is_set = settings.as_object().is_some_and(|settings| !settings.is_empty());
    // What was never set is asked for on the page, not here.
    if let Some(schema) = plugin.manifest().settings.as_ref().filter(|_| is_set)
        && let Some(wrong) = schema.violations(settings).into_iter().next()
    {
        return Ok(Some(Finding { reason: RefusalReason::Settings, detail: wrong.property }));
    }
    if !plugin.exports().contains(&Export::Lifecycle) {
        return Ok(None);
    }
    let tenant = row.tenant_id.clone();
    let business = app.db.inspect(move |c| store::tenants::get(c, &tenant)).await?;
    let mut call = context(app, plugin, row, &business);
    call.grant = Arc::new(reading(&call.grant));
    let found = match app.engine.validate(plugin, call, settings).await {
        Ok(problems) => problems.into_iter().next().map(|(setting, key)| {
            let told = plugin.texts().text(business.locale, &key, &[]);
            if setting.is_empty() { told } else { format!("{setting}: {told}") }
        }),
        Err(CallError::NotExported) => None,
        // That says nothing about the version.
        Err(error @ (CallError::Busy { .. } | CallError::Stopped)) => {
            return Err(call_error(error));
        }
        Err(error) => Some(error.to_string()),
    };
    let reason = RefusalReason::Validate;
    Ok(found.map(|detail| Finding { reason, detail: bounded(&detail) }))
}

/// The part of a grant that changes nothing anywhere.
fn reading(grant: &Grant) -> Grant {
    const READING: [&str; 2] = ["records.read:", "records.field:"];
    let is_reading = |id: &&str| READING.iter().any(|prefix| id.starts_with(prefix));
    Grant::from_ids(grant.ids().filter(is_reading).map(str::to_owned))
}
