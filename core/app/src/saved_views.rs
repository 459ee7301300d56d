//! Views of a list that members saved: a search, filters and an order under a name. Of people, tasks and
//! documents, each for those who see the list.

mod following;

use domain::{Permission, SavedViewId, TenantId};
use serde_json::json;
use store::Conn;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;

pub use following::BY_SOURCE;
pub use store::saved_views::{SavedList, SavedView};

pub(crate) use following::{Followed, follow, hold, take_back};

/// The longest name of a view, in characters.
pub const VIEW_NAME_CHARS_MAX: usize = 40;
/// The longest address of a view, in bytes: a letter of Hebrew is six of them.
pub const VIEW_QUERY_BYTES_MAX: usize = 4_000;
/// Most views of a list that a member sees.
pub const VIEWS_MAX: usize = 50;

/// Who sees a list, and so the views of it.
const fn to_see(list: SavedList) -> Permission {
    match list {
        SavedList::People => Permission::ReadPeople,
        SavedList::Tasks => Permission::ReadTasks,
        SavedList::Documents => Permission::ReadDocuments,
    }
}

/// Who saves and removes views of a list for everybody.
const fn to_share(list: SavedList) -> Permission {
    match list {
        SavedList::People => Permission::WritePeople,
        SavedList::Tasks => Permission::WriteTasks,
        SavedList::Documents => Permission::WriteDocuments,
    }
}

/// Everybody's views of people and the member's own.
pub async fn list_views(app: &App, ctx: &Context) -> Result<Vec<SavedView>> {
    list_views_of(app, ctx, SavedList::People).await
}

/// Everybody's views of a list and the member's own.
pub async fn list_views_of(app: &App, ctx: &Context, list: SavedList) -> Result<Vec<SavedView>> {
    ctx.require_to_see(to_see(list))?;
    let mut all = list_all_views(app, ctx).await?;
    all.retain(|view| view.list == list);
    Ok(all)
}

/// Everybody's views and the member's own, of all lists that they see.
pub async fn list_all_views(app: &App, ctx: &Context) -> Result<Vec<SavedView>> {
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    let mut all: Vec<SavedView> = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::saved_views::list(c, &tenant, &member)?))
        .await?;
    all.retain(|view| ctx.may(to_see(view.list)));
    Ok(all)
}

/// Saves a view of people under a name.
pub async fn save_view(
    app: &App,
    ctx: &Context,
    name: &str,
    query: &str,
    is_shared: bool,
) -> Result<SavedView> {
    save_view_of(app, ctx, SavedList::People, (name, query), is_shared).await
}

/// Saves a view of a list under a name, for oneself or for everybody. A view that has the name already and
/// is as much theirs is written anew.
pub async fn save_view_of(
    app: &App,
    ctx: &Context,
    list: SavedList,
    (name, query): (&str, &str),
    is_shared: bool,
) -> Result<SavedView> {
    ctx.require_to_see(to_see(list))?;
    if is_shared {
        ctx.require(to_share(list))?;
    }
    let name = fields::required_line("name", name, VIEW_NAME_CHARS_MAX)?;
    if query.len() > VIEW_QUERY_BYTES_MAX || query.chars().any(char::is_control) {
        return Err(Error::invalid("query", "error-too-long"));
    }
    let (app2, ctx, query) = (app.clone(), ctx.clone(), query.to_owned());
    app.db
        .transact(move |c| -> Result<SavedView> {
            let mut all = store::saved_views::list(c, &ctx.tenant, &ctx.member)?;
            all.retain(|view| view.list == list);
            let owner = (!is_shared).then(|| ctx.member.clone());
            let is_same = |it: &SavedView| it.name == name && it.member_id == owner;
            for same in all.iter().filter(|it| is_same(it)) {
                store::saved_views::delete(c, &ctx.tenant, &same.id)?;
            }
            // What is written anew is none more.
            all.retain(|it| !is_same(it));
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
                list,
            };
            store::saved_views::insert(c, &view)?;
            record(&app2, c, (&ctx.tenant, &Who::from(&ctx)), "view.saved", &view.id)?;
            Ok(view)
        })
        .await
}

/// Gives one's own view another name, or one that is everybody's. The name that it has changes nothing.
///
/// # Errors
/// [`Error::Invalid`] of the field `name` where another view of the list that is as much theirs has the name:
/// one is written anew by who saves it, and not by who calls another so.
pub async fn rename_view(app: &App, ctx: &Context, id: &SavedViewId, name: &str) -> Result<()> {
    let (app2, ctx, id, name) = (app.clone(), ctx.clone(), id.clone(), name.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            let before = changeable(c, &ctx, &id)?;
            let name = fields::required_line("name", &name, VIEW_NAME_CHARS_MAX)?;
            if name == before.name {
                return Ok(());
            }
            let whose = (before.list, &before.member_id);
            let all = store::saved_views::list(c, &ctx.tenant, &ctx.member)?;
            if all.iter().any(|it| it.name == name && (it.list, &it.member_id) == whose) {
                return Err(Error::invalid("name", "error-view-exists"));
            }
            store::saved_views::update(c, &SavedView { name, ..before })?;
            record(&app2, c, (&ctx.tenant, &Who::from(&ctx)), "view.renamed", &id)
        })
        .await
}

/// Removes one's own view, or one that is everybody's.
pub async fn delete_view(app: &App, ctx: &Context, id: &SavedViewId) -> Result<()> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            changeable(c, &ctx, &id)?;
            store::saved_views::delete(c, &ctx.tenant, &id)?;
            record(&app2, c, (&ctx.tenant, &Who::from(&ctx)), "view.deleted", &id)
        })
        .await
}

/// A view that the member may change: their own, or everybody's for who changes what the list is of.
fn changeable(c: &mut Conn, ctx: &Context, id: &SavedViewId) -> Result<SavedView> {
    let view = store::saved_views::find(c, &ctx.tenant, id)?.ok_or(Error::NotFound)?;
    ctx.require_to_see(to_see(view.list))?;
    match &view.member_id {
        Some(member) if *member != ctx.member => return Err(Error::NotFound),
        Some(_) => {}
        None => ctx.require(to_share(view.list))?,
    }
    Ok(view)
}

fn record(
    app: &App,
    c: &mut Conn,
    (tenant, who): (&TenantId, &Who),
    action: &'static str,
    id: &SavedViewId,
) -> Result<()> {
    let act = Act { action, entity: "view", entity_id: id.as_str(), detail: json!({}) };
    audit::append(app, c, tenant, who, &act)
}
