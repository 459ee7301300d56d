//! Views of the list of people that members saved: a search, filters and an order under a name.

use domain::{Permission, SavedViewId};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;

pub use store::saved_views::SavedView;

/// The longest name of a view, in characters.
pub const VIEW_NAME_CHARS_MAX: usize = 40;
/// The longest address of a view, in bytes.
const QUERY_BYTES_MAX: usize = 1_000;
/// Most views that a member sees.
const VIEWS_MAX: usize = 50;

/// Everybody's views and the member's own.
pub async fn list_views(app: &App, ctx: &Context) -> Result<Vec<SavedView>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    app.db.inspect(move |c| Ok(store::saved_views::list(c, &tenant, &member)?)).await
}

/// Saves a view under a name, for oneself or for everybody. A view that has the name already and is as
/// much theirs is written anew.
pub async fn save_view(
    app: &App,
    ctx: &Context,
    name: &str,
    query: &str,
    is_shared: bool,
) -> Result<SavedView> {
    ctx.require_to_see(Permission::ReadPeople)?;
    if is_shared {
        ctx.require(Permission::WritePeople)?;
    }
    let name = fields::required_line("name", name, VIEW_NAME_CHARS_MAX)?;
    if query.len() > QUERY_BYTES_MAX || query.chars().any(char::is_control) {
        return Err(Error::invalid("query", "error-too-long"));
    }
    let (app2, ctx, query) = (app.clone(), ctx.clone(), query.to_owned());
    app.db
        .transact(move |c| -> Result<SavedView> {
            let all = store::saved_views::list(c, &ctx.tenant, &ctx.member)?;
            let owner = (!is_shared).then(|| ctx.member.clone());
            for same in all.iter().filter(|it| it.name == name && it.member_id == owner) {
                store::saved_views::delete(c, &ctx.tenant, &same.id)?;
            }
            if all.len() >= VIEWS_MAX {
                return Err(Error::invalid("name", "error-too-many-views"));
            }
            let view = SavedView {
                tenant_id: ctx.tenant.clone(),
                id: SavedViewId::new(&*app2.clock, &*app2.rng),
                member_id: owner,
                name,
                query,
                created_at: app2.clock.now(),
            };
            store::saved_views::insert(c, &view)?;
            record(&app2, c, &ctx, "view.saved", &view.id)?;
            Ok(view)
        })
        .await
}

/// Removes one's own view, or one that is everybody's.
pub async fn delete_view(app: &App, ctx: &Context, id: &SavedViewId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let view = store::saved_views::find(c, &ctx.tenant, &id)?.ok_or(Error::NotFound)?;
            match &view.member_id {
                Some(member) if *member != ctx.member => return Err(Error::NotFound),
                Some(_) => {}
                None => ctx.require(Permission::WritePeople)?,
            }
            store::saved_views::delete(c, &ctx.tenant, &id)?;
            record(&app2, c, &ctx, "view.deleted", &id)
        })
        .await
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &SavedViewId,
) -> Result<()> {
    let act = Act { action, entity: "view", entity_id: id.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
