//! What people choose of a calendar in use: how much of it is shown here, and whose time it takes.

use domain::{CalendarId, ConnectionId, Permission};
use serde_json::json;
use store::Conn;
use store::calendars::Detail;

use super::hurry;
use crate::App;
use crate::audit::{self, Act, Who};
use crate::connections::Connection;
use crate::context::Context;
use crate::error::{Error, Result};

/// Chooses how much of each calendar's events that were made elsewhere is shown here. Less is forgotten
/// at once; for more everything is read anew.
pub async fn choose_details(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
    chosen: Vec<(CalendarId, Detail)>,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let connection = crate::connections::get_connection(app, ctx, connection).await?;
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| {
            chosen.iter().try_for_each(|(id, detail)| {
                choose_detail(&app2, c, &ctx2, &connection, id, *detail)
            })
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

fn choose_detail(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    connection: &Connection,
    id: &CalendarId,
    detail: Detail,
) -> Result<()> {
    let tenant = &ctx.tenant;
    // A pull that is under way must not write what is no longer to be kept.
    let calendar = store::calendars::lock(c, tenant, id)?;
    if calendar.connection_id != connection.id {
        return Err(Error::NotFound);
    }
    if calendar.detail == detail {
        return Ok(());
    }
    let is_more = rank(detail) > rank(calendar.detail);
    store::calendars::set_detail(c, tenant, id, detail, is_more)?;
    if is_more {
        hurry(c, tenant, &connection.plugin_id, id, app.clock.now())?;
    } else {
        store::busy_blocks::delete_details(c, tenant, id, detail == Detail::Title)?;
    }
    let act = Act {
        action: "calendar.detail-chosen",
        entity: "calendar",
        entity_id: id.as_str(),
        detail: json!({"name": calendar.name, "shown": detail}),
    };
    audit::append(app, c, tenant, &Who::from(ctx), &act)
}

/// Chooses which calendars of a connected account take the time in its others as well: exactly these.
pub async fn choose_blocking(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
    blocking: Vec<CalendarId>,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let (app, ctx, connection) = (app.clone(), ctx.clone(), connection.clone());
    app.db
        .clone()
        .transact(move |c| -> Result<()> {
            store::connections::get(c, &ctx.tenant, &connection)?;
            for each in store::calendars::list_of_connection(c, &ctx.tenant, &connection)? {
                let blocks = blocking.contains(&each.id);
                if each.blocks == blocks {
                    continue;
                }
                store::calendars::set_blocks(c, &ctx.tenant, &each.id, blocks)?;
                let act = Act {
                    action: if blocks { "calendar.blocks" } else { "calendar.blocks-not" },
                    entity: "calendar",
                    entity_id: each.id.as_str(),
                    detail: json!({"name": each.name}),
                };
                audit::append(&app, c, &ctx.tenant, &Who::from(&ctx), &act)?;
            }
            Ok(())
        })
        .await
}

const fn rank(detail: Detail) -> u8 {
    match detail {
        Detail::Busy => 0,
        Detail::Title => 1,
        Detail::All => 2,
    }
}
