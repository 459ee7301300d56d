//! What a business's calls of a plugin used.

use domain::{Permission, PluginId};
pub use runtime::Figures;

use super::find_loaded;
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// What this business's calls of a plugin used since this process started; none before the first.
pub async fn plugin_usage(app: &App, ctx: &Context, id: &PluginId) -> Result<Option<Figures>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    find_loaded(app, id)?;
    let figures = app.engine.figures_of(&ctx.tenant, id);
    Ok((figures.calls() > 0).then_some(figures))
}
