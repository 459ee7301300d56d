//! What left the house: an entry for each request of a plugin's and of the host's own.

use domain::{EgressEntryId, Permission, PluginId, TenantId};
use runtime::manifest::Provider;
use runtime::{Asked, EgressError};
use serde_json::json;
pub use store::egress_entries::{Asker, EgressEntry};

use crate::context::Context;
use crate::error::Result;
use crate::journal::Line;
use crate::{App, installation, plugins};

/// The newest requests of a plugin that a business keeps; a few more for a while, until they are
/// trimmed.
pub const KEPT: i64 = 1_000;
/// How long they are kept at most, in days.
pub const KEPT_DAYS: i64 = 30;

/// Characters of a host.
const HOST_CHARS_MAX: usize = 253;
/// Characters of a path's pattern.
const PATH_CHARS_MAX: usize = 512;
/// Characters of a method or of a problem's code.
const WORD_CHARS_MAX: usize = 64;

/// What a plugin of this business asked, newest first.
pub async fn list_requests(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    limit: i64,
) -> Result<Vec<EgressEntry>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    plugins::find_loaded(app, plugin)?;
    let (tenant, plugin) = (ctx.tenant.clone(), plugin.clone());
    Ok(app.db.read(move |c| store::egress_entries::list(c, &tenant, &plugin, limit)).await?)
}

/// Asks a provider for the host's own sake, as for tokens, and notes it for the business.
pub(crate) async fn ask_provider(
    app: &App,
    tenant: &TenantId,
    plugin: &PluginId,
    provider: &Provider,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, EgressError> {
    let Asked { entry, answer } = app.egress.send_provider(provider, request).await;
    note(app, (tenant, plugin), Asker::Host, entry);
    answer
}

/// Asks where the installation's configuration leads, and notes it in the installation's own record.
pub(crate) async fn ask_own(
    app: &App,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, EgressError> {
    let Asked { entry, answer } = app.egress.send_own(request).await;
    let detail = json!({
        "method": cut(&entry.method, WORD_CHARS_MAX),
        "host": cut(&entry.host, HOST_CHARS_MAX),
        "path": cut(&entry.path, PATH_CHARS_MAX),
        "status": entry.status,
        "bytes": entry.bytes,
        "ms": entry.ms,
        "problem": entry.problem,
    });
    installation::note(app, "egress", 1, detail);
    answer
}

/// Notes a request. Comes back at once: it is written a moment later.
pub(crate) fn note(
    app: &App,
    (tenant, plugin): (&TenantId, &PluginId),
    asker: Asker,
    entry: runtime::EgressEntry,
) {
    let entry = EgressEntry {
        tenant_id: tenant.clone(),
        id: EgressEntryId::new(&*app.clock, &*app.rng),
        plugin_id: plugin.clone(),
        at: app.clock.now(),
        asker,
        method: cut(&entry.method, WORD_CHARS_MAX),
        host: cut(&entry.host, HOST_CHARS_MAX),
        path: cut(&entry.path, PATH_CHARS_MAX),
        status: entry.status,
        bytes: i64::try_from(entry.bytes).unwrap_or(i64::MAX),
        ms: i64::try_from(entry.ms).unwrap_or(i64::MAX),
        problem: cut(entry.problem.as_deref().unwrap_or_default(), WORD_CHARS_MAX),
    };
    app.journal.add(app, Line::Egress(Box::new(entry)));
}

/// A text as it may be shown and kept: one line, no more than so many characters.
fn cut(text: &str, chars_max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(chars_max).collect()
}
