//! Plugins that reach for another business's things by their ids. Those read as not there; here the
//! business whose they are hears that somebody's plugin did, and the installation's own record whose.
//!
//! The plugin's own business hears nothing: that would tell it that they are somebody's. Nor does the
//! plugin by the time it takes: the looking is done beside the call.

use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use runtime::CallContext;
use serde_json::{Value, json};

use crate::App;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::incidents::Incident;

/// How long nothing else is looked up then: no index leads from an id alone to its row.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Passes on what came of asking with an id, and tells of it where it led nowhere but to another's.
pub(super) fn watched<T>(app: &App, ctx: &CallContext, id: &str, outcome: Result<T>) -> Result<T> {
    if matches!(outcome, Err(Error::NotFound)) {
        note(app, ctx, id);
    }
    outcome
}

/// Looks whose an id is that led nowhere. Of many at once some are not looked at.
pub(super) fn note(app: &App, ctx: &CallContext, id: &str) {
    let looking = Arc::clone(&app.incidents.looking_of_plugins).try_acquire_owned();
    let (Ok(looking), Ok(runtime)) = (looking, tokio::runtime::Handle::try_current()) else {
        return;
    };
    let (app, ctx, id) = (app.clone(), ctx.clone(), id.to_owned());
    runtime.spawn(async move {
        match app.db.read(move |c| store::owners::find(c, &id)).await {
            Ok(Some(owner)) if owner != ctx.tenant => tell(&app, &ctx, &owner).await,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "an id of a plugin's could not be looked up"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        drop(looking);
    });
}

async fn tell(app: &App, ctx: &CallContext, owner: &TenantId) {
    let incident = |tenant, entity_id, detail: Value| Incident {
        tenant,
        action: "plugin.foreign-id-refused",
        entity: "plugin",
        entity_id,
        kind: "foreign-id",
        detail,
        who: Who::system(),
    };
    app.incidents.tell(app, incident(Some(owner), "", json!({}))).await;
    let detail = json!({"tenant": ctx.tenant, "plugin": ctx.plugin});
    app.incidents.tell(app, incident(None, ctx.plugin.as_str(), detail)).await;
}
