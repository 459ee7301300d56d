//! Connections: accounts at providers that the business lets a plugin use.

use std::sync::Arc;

use domain::{ConnectionId, DocumentId, Permission, PluginId, Timestamp};
use serde_json::json;
use store::Conn;
use store::connections::ConnectionChange;

use crate::audit::{self, Act, Who};
use crate::channels::{self, Whose};
use crate::context::Context;
use crate::endpoints::events;
use crate::error::{Error, Result};
use crate::tokens::{self, Revocation, Tokens};
use crate::{App, calendars, documents, notifications, plugins, secrets};

pub use store::connections::{Connection, ConnectionState};

/// Who an account is at its provider.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The provider's own id of it, which never changes.
    pub reference: String,
    pub name: String,
    pub email: String,
}

/// What an account is connected for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub plugin: PluginId,
    /// The manifest's provider.
    pub provider: String,
    /// The server that a person named and the user name they typed, where the provider asks for them.
    pub login: Option<Login>,
}

/// Where an account is and what it is called there, as a person typed it.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub server: String,
    pub user: String,
}

impl Target {
    fn server(&self) -> Option<String> {
        self.login.as_ref().map(|login| login.server.clone())
    }

    fn user_name(&self) -> Option<String> {
        self.login.as_ref().map(|login| login.user.clone())
    }
}

/// The owner of a provider's secrets: two plugins with a provider of the same name share nothing.
pub(crate) fn owner(plugin: &PluginId, provider: &str) -> String {
    format!("{plugin}/{provider}")
}

/// Whether calls may be made with it.
pub(crate) fn is_usable(connection: &Connection) -> bool {
    connection.state == ConnectionState::Working
}

/// Every connection of the business, newest first.
pub async fn list_connections(app: &App, ctx: &Context) -> Result<Vec<Connection>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::connections::list(c, &tenant)?)).await
}

/// One connection.
pub async fn get_connection(app: &App, ctx: &Context, id: &ConnectionId) -> Result<Connection> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let (tenant, id) = (ctx.tenant.clone(), id.clone());
    app.db.inspect(move |c| Ok(store::connections::get(c, &tenant, &id)?)).await
}

/// A provider where people type a password has no clients and no flows.
pub(crate) async fn require_flow(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
) -> Result<()> {
    let found = plugins::find_provider(app, &ctx.tenant, plugin, provider).await?;
    if found.login.is_some() { Err(Error::NotFound) } else { Ok(()) }
}

/// The connection of a user name at a server, if there is one: what is tried anew is about it.
pub(crate) async fn find_login(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    server: &url::Url,
    user: &str,
) -> Result<Option<ConnectionId>> {
    let (tenant, plugin2) = (ctx.tenant.clone(), plugin.clone());
    let list = move |c: &mut Conn| store::connections::list_of_plugin(c, &tenant, &plugin2);
    let same = |each: &Connection| {
        each.provider == provider
            && each.user_name.as_deref() == Some(user)
            && each.server.as_deref() == Some(server.as_str())
    };
    Ok(app.db.inspect(list).await?.into_iter().find(same).map(|each| each.id))
}

/// How long before its end a connection's health says when that is, in days.
const ENDS_SHOWN_DAYS: i64 = 14;

/// In how many days a working connection ends by itself, where that is soon; 0 is today.
pub fn ends_in_days(connection: &Connection, now: Timestamp) -> Option<i64> {
    const DAY_MS: i64 = 86_400_000;
    let left = connection.grant_ends_at?.millis_since(now).max(0);
    let days = left.div_euclid(DAY_MS) + i64::from(left % DAY_MS > 0);
    (is_usable(connection) && days <= ENDS_SHOWN_DAYS).then_some(days)
}

/// How a connection is, in the word that pages have for it: its own state, `paused` while its plugin rests,
/// `behind` where one of its calendars is, `ends` where it does soon.
pub fn health(
    connection: &Connection,
    is_resting: bool,
    is_behind: bool,
    now: Timestamp,
) -> &'static str {
    match connection.state {
        ConnectionState::Working | ConnectionState::NeedsYou if is_resting => "paused",
        ConnectionState::Working if is_behind => "behind",
        ConnectionState::Working if ends_in_days(connection, now).is_some() => "ends",
        state => state.as_str(),
    }
}

/// Keeps an account that proved itself: the same account connects again into the row it had, so that
/// everything that hangs on it stays.
pub(crate) async fn keep(
    app: &App,
    ctx: &Context,
    target: &Target,
    account: &Account,
    tokens: Tokens,
) -> Result<ConnectionId> {
    let (app2, ctx2, target, account) = (app.clone(), ctx.clone(), target.clone(), account.clone());
    app.db
        .transact(move |c| -> Result<ConnectionId> {
            let connection = insert_or_reuse(&app2, c, &ctx2, &target, &account, &tokens)?;
            let name = tokens::name(&connection);
            secrets::replace(&app2, c, &ctx2.tenant, &name, &tokens.to_secret()?)?;
            let (now, ends_at) = (app2.clock.now(), tokens.grant_ends_at);
            store::connections::set_grant(c, &ctx2.tenant, &connection.id, now, ends_at)?;
            store::jobs::resume_connection(c, &ctx2.tenant, &connection.id, app2.clock.now())?;
            calendars::schedule_pulls(&app2, c, &connection)?;
            let act = Act {
                action: "connection.connected",
                entity: "connection",
                entity_id: connection.id.as_str(),
                detail: connected_detail(&target, &account),
            };
            audit::append(&app2, c, &ctx2.tenant, &Who::from(&ctx2), &act)?;
            notifications::connection_settled(&app2, c, &connection)?;
            Ok(connection.id)
        })
        .await
}

fn connected_detail(target: &Target, account: &Account) -> serde_json::Value {
    let named = if account.email.is_empty() { &account.name } else { &account.email };
    let mut detail = json!({"provider": target.provider, "account": named});
    if let Some(server) = target.server() {
        detail["server"] = json!(server);
    }
    detail
}

fn insert_or_reuse(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    target: &Target,
    account: &Account,
    tokens: &Tokens,
) -> Result<Connection> {
    let (now, tenant) = (app.clock.now(), &ctx.tenant);
    let (plugin, provider) = (&target.plugin, &target.provider);
    let scopes = store::TextList(tokens.scopes.clone());
    let before =
        store::connections::find_by_account(c, tenant, plugin, provider, &account.reference)?;
    if let Some(before) = before {
        let change = ConnectionChange {
            account_name: account.name.clone(),
            account_email: account.email.clone(),
            scopes,
            state: ConnectionState::Working,
            problem: None,
            connected_by: ctx.account.clone(),
            server: target.server(),
            user_name: target.user_name(),
        };
        store::connections::update(c, tenant, &before.id, &change, before.rev, now)?;
        let expires_at = tokens.ends_at();
        store::connections::swap_token(c, tenant, &before.id, before.token_rev, expires_at, now)?;
        return Ok(store::connections::get(c, tenant, &before.id)?);
    }
    let connection = Connection {
        tenant_id: tenant.clone(),
        id: ConnectionId::new(&*app.clock, &*app.rng),
        plugin_id: plugin.clone(),
        provider: provider.clone(),
        account_ref: account.reference.clone(),
        account_name: account.name.clone(),
        account_email: account.email.clone(),
        scopes,
        state: ConnectionState::Working,
        problem: None,
        token_expires_at: tokens.ends_at(),
        token_rev: 1,
        refreshing_until: None,
        connected_by: ctx.account.clone(),
        created_at: now,
        updated_at: now,
        rev: 1,
        server: target.server(),
        user_name: target.user_name(),
        granted_at: None,
        grant_ends_at: None,
        end_told_at: None,
    };
    store::connections::insert(c, &connection)?;
    Ok(connection)
}

/// Marks a connection whose grant the provider has ended, tells it once, and pauses its jobs.
pub(crate) async fn needs_person(app: &App, connection: &Connection, reason: &str) -> Result<()> {
    let (app2, connection, reason) = (app.clone(), connection.clone(), reason.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &connection.tenant_id;
            let now = app2.clock.now();
            let current = store::connections::get(c, tenant, &connection.id)?;
            if !is_usable(&current) {
                return Ok(());
            }
            store::connections::set_state(c, tenant, &current.id, ConnectionState::NeedsYou, Some(&reason), now)?;
            store::jobs::pause_connection(c, tenant, &current.id, now)?;
            let act = Act {
                action: "connection.needs-you",
                entity: "connection",
                entity_id: current.id.as_str(),
                detail: json!({"provider": current.provider, "account": current.account_email, "reason": reason}),
            };
            audit::append(&app2, c, tenant, &Who::system(), &act)?;
            notifications::connection_needs_you(&app2, c, &current)
        })
        .await
}

/// How long before a connection ends by itself people are told.
const TOLD_BEFORE_SECS: i64 = 2 * 86_400;

/// Tells people, once, of connections that end soon by themselves; answers how many there were.
pub async fn tell_of_ends(app: &App) -> Result<usize> {
    let before = app.clock.now().plus_secs(TOLD_BEFORE_SECS);
    let ending = app.db.inspect(move |c| store::connections::list_ending(c, before)).await?;
    let count = ending.len();
    for connection in ending {
        let app2 = app.clone();
        app.db
            .transact(move |c| -> Result<()> {
                let (tenant, id) = (&connection.tenant_id, &connection.id);
                if store::connections::mark_end_told(c, tenant, id, app2.clock.now())? {
                    notifications::connection_ends(&app2, c, &connection)?;
                    let (act, none) = ("connection.ends-soon", json!({}));
                    events::publish(&app2, c, tenant, act, id.as_str(), &none)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(count)
}

/// Disconnects: revokes at the provider, then forgets the tokens whatever the provider said, and
/// answers honestly which of the two is certain. Doing it twice is doing it once.
pub async fn disconnect(app: &App, ctx: &Context, id: &ConnectionId) -> Result<Revocation> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    ctx.require_recent()?;
    let (app2, tenant, id2) = (app.clone(), ctx.tenant.clone(), id.clone());
    let (connection, tokens) = app
        .db
        .inspect(move |c| -> Result<_> {
            let connection = store::connections::get(c, &tenant, &id2)?;
            let tokens = tokens::find(&app2, c, &connection)?;
            Ok((connection, tokens))
        })
        .await?;
    let Some(tokens) = tokens else { return Ok(revocation_said_before(&connection)) };
    let whose = Whose::Connection(&connection.id);
    channels::close_all(app, &ctx.tenant, &connection.plugin_id, whose).await?;
    let revocation = revoke(app, &connection, &tokens).await;
    forget(app, ctx, &connection, &revocation).await?;
    Ok(revocation)
}

fn revocation_said_before(connection: &Connection) -> Revocation {
    match &connection.problem {
        Some(reason) => Revocation::Unconfirmed(reason.clone()),
        None => Revocation::Confirmed,
    }
}

async fn revoke(app: &App, connection: &Connection, tokens: &Tokens) -> Revocation {
    let (tenant, id) = (&connection.tenant_id, &connection.plugin_id);
    let loaded = plugins::find_of_tenant(app, tenant, id).await;
    let provider = plugins::find_provider(app, tenant, id, &connection.provider).await;
    match (loaded, provider) {
        (Ok(plugin), Ok(provider)) => {
            tokens::revoke(app, &connection.tenant_id, &plugin, &provider, tokens).await
        }
        _ => Revocation::Unconfirmed("plugin-missing".to_owned()),
    }
}

async fn forget(
    app: &App,
    ctx: &Context,
    connection: &Connection,
    revocation: &Revocation,
) -> Result<()> {
    let (app2, ctx2, connection) = (app.clone(), ctx.clone(), connection.clone());
    let problem = match revocation {
        Revocation::Confirmed => None,
        Revocation::Unconfirmed(reason) => Some(reason.clone()),
    };
    let bodies = app
        .db
        .transact(move |c| -> Result<Vec<DocumentId>> {
            let (tenant, id, now) = (&ctx2.tenant, &connection.id, app2.clock.now());
            let owner = owner(&connection.plugin_id, &connection.provider);
            secrets::delete_record(&app2, c, tenant, &owner, id.as_str())?;
            calendars::forget_connection(&app2, c, &connection)?;
            // Before its documents: what a plugin keeps with it meanwhile is there to be forgotten, or refused.
            store::connections::set_state(
                c,
                tenant,
                id,
                ConnectionState::Disconnected,
                problem.as_deref(),
                now,
            )?;
            let bodies = documents::forget_connection(c, tenant, id)?;
            store::jobs::cancel_of_connection(c, tenant, id)?;
            store::checkups::delete(c, tenant, id.as_str())?;
            let act = Act {
                action: "connection.disconnected",
                entity: "connection",
                entity_id: id.as_str(),
                detail: json!({
                    "provider": connection.provider,
                    "account": connection.account_email,
                    "revocation": if problem.is_none() { "confirmed" } else { "unconfirmed" },
                }),
            };
            audit::append(&app2, c, tenant, &Who::from(&ctx2), &act)?;
            notifications::connection_settled(&app2, c, &connection)?;
            Ok(bodies)
        })
        .await?;
    documents::delete_bodies(app, &ctx.tenant, bodies).await;
    Ok(())
}

/// One lock a connection, so that a token is refreshed once for all who wait for it.
#[derive(Default)]
pub struct RefreshLocks(
    std::sync::Mutex<std::collections::HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>,
);

impl RefreshLocks {
    /// The lock of a connection. Locks nobody holds are dropped when a new one is made.
    pub(crate) fn of(&self, id: &ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(lock) = locks.get(id) {
            return lock.clone();
        }
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        locks.entry(id.clone()).or_default().clone()
    }
}
