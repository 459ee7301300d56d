//! The secret of a slot, for the host to place: an account's access token or a secret setting.

use domain::{ConnectionId, Secret};
use runtime::manifest::{Slot, SlotSource};
use runtime::{CallContext, ConnectionInfo};

use crate::connections::{Connection, ConnectionState};
use crate::error::{Error, Result};
use crate::{App, plugins, secrets, tokens};

pub(super) async fn find(
    app: &App,
    ctx: &CallContext,
    slot: &Slot,
    chosen: Option<&ConnectionId>,
) -> Result<Secret> {
    match &slot.source {
        SlotSource::Provider(provider) => {
            let connection = connection_of(app, ctx, provider, chosen).await?;
            tokens::access(app, &ctx.tenant, &connection.id).await
        }
        SlotSource::Secret(name) => {
            let (app2, tenant) = (app.clone(), ctx.tenant.clone());
            let name = plugins::setting_secret(&ctx.plugin, name);
            let ctx2 = ctx.clone();
            let opened = app.db.inspect(move |c| -> Result<_> {
                super::still_on(c, &ctx2)?;
                secrets::find(&app2, c, &tenant, &name)
            });
            Ok(opened.await?.ok_or(Error::NotFound)?.secret)
        }
    }
}

/// After a 401: a new token, once.
pub(super) async fn renew(
    app: &App,
    ctx: &CallContext,
    slot: &Slot,
    chosen: Option<&ConnectionId>,
) -> Result<()> {
    let SlotSource::Provider(provider) = &slot.source else { return Err(Error::NotFound) };
    let connection = connection_of(app, ctx, provider, chosen).await?;
    tokens::renew(app, &ctx.tenant, &connection.id).await
}

/// The account the plugin chose, else the call's own, else the only one there is. It must belong to
/// this tenant, this plugin and this provider: anything else reads as not there.
async fn connection_of(
    app: &App,
    ctx: &CallContext,
    provider: &str,
    chosen: Option<&ConnectionId>,
) -> Result<Connection> {
    let all = own(app, ctx).await?;
    let mut fitting = all.into_iter().filter(|x| x.provider == provider);
    match chosen.or(ctx.connection.as_ref()) {
        Some(id) => fitting.find(|x| &x.id == id).ok_or(Error::NotFound),
        None => match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Error::NotFound),
            (Some(_), Some(_)) => Err(Error::invalid("connection", "error-connection-choose")),
        },
    }
}

async fn own(app: &App, ctx: &CallContext) -> Result<Vec<Connection>> {
    let (ctx2, plugin) = (ctx.clone(), ctx.plugin.clone());
    let all = app.db.inspect(move |c| -> Result<_> {
        super::still_on(c, &ctx2)?;
        Ok(store::connections::list(c, &ctx2.tenant)?)
    });
    let all = all.await?;
    let kept = |x: &Connection| x.plugin_id == plugin && x.state != ConnectionState::Disconnected;
    Ok(all.into_iter().filter(kept).collect())
}

/// The address of the server that was named for an account of this plugin's.
pub(super) async fn server(
    app: &App,
    ctx: &CallContext,
    connection: &ConnectionId,
) -> Result<Option<String>> {
    let found = own(app, ctx).await?.into_iter().find(|x| &x.id == connection);
    Ok(found.and_then(|x| x.server))
}

pub(super) async fn list(app: &App, ctx: &CallContext) -> Result<Vec<ConnectionInfo>> {
    let told = own(app, ctx).await?.into_iter().map(|x| ConnectionInfo {
        scopes: x.scopes.0,
        server: x.server,
        id: x.id,
        provider: x.provider,
        account: x.account_name,
        health: x.state.to_string(),
    });
    Ok(told.collect())
}
