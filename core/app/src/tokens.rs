//! Access tokens: opened for one use, refreshed once for all who wait, revoked honestly.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::{ConnectionId, PluginId, Secret, TenantId, Timestamp};
use oauth2::basic::{BasicErrorResponseType, BasicTokenType};
use oauth2::{
    ExtraTokenFields, RefreshToken, RequestTokenError, StandardTokenResponse, TokenResponse,
};
use runtime::manifest::Provider;
use runtime::{EgressError, Plugin};
use serde::{Deserialize, Serialize};
use store::connections::Connection;
use zeroize::Zeroize;

use crate::error::{Error, Result};
use crate::{App, connections, egress, oauth, plugins, secrets};

/// A token that ends within this is refreshed first, so that it doesn't end under way.
const REFRESH_BEFORE_SECS: i64 = 60;

/// By how much two tellings of one end may differ.
const GRANT_SLACK_MS: i64 = 3_600_000;
/// What ends later than that ends too late to be told of: ten years.
const GRANT_SECS_MAX: u64 = 10 * 366 * 86_400;

/// The end of what doesn't end: of the year 9999.
const NEVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// Why a password is not confirmed to be revoked: only its server's own pages can do that.
pub(crate) const PASSWORD_STAYS: &str = "password-stays";

/// What providers say beside the standard's fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Extra {
    /// After how many seconds the refresh token, and with it the connection, ends by itself; whatever
    /// else is written there says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<serde_json::Value>,
}

impl ExtraTokenFields for Extra {}

/// A token endpoint's answer.
pub(crate) type TokenAnswer = StandardTokenResponse<Extra, BasicTokenType>;

/// What the vault keeps of a connection. Zeroed when dropped; no Debug, no Serialize.
#[derive(Clone)]
pub(crate) struct Tokens {
    access: String,
    refresh: Option<String>,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// What the provider granted; empty when it didn't say.
    pub scopes: Vec<String>,
    /// When the grant itself ends, where this answer said so; a connection's row remembers it.
    pub grant_ends_at: Option<Timestamp>,
}

impl Drop for Tokens {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl Tokens {
    /// From a token answer; `before` fills in what a refresh leaves out (RFC 6749, section 6).
    pub fn from_answer(now: Timestamp, answer: &TokenAnswer, before: Option<&Self>) -> Self {
        let refresh = answer.refresh_token().map(|token| token.secret().clone());
        let scopes = answer.scopes().map(|s| s.iter().map(|scope| scope.to_string()).collect());
        let grant_secs = answer.extra_fields().refresh_token_expires_in.as_ref();
        let grant_secs = grant_secs.and_then(serde_json::Value::as_u64).filter(|secs| *secs > 0);
        let end = |secs| oauth::expiry(now, Some(Duration::from_secs(secs)));
        Self {
            grant_ends_at: grant_secs.filter(|secs| *secs <= GRANT_SECS_MAX).map(end),
            access: answer.access_token().secret().clone(),
            refresh: refresh.or_else(|| before.and_then(|b| b.refresh.clone())),
            expires_at: oauth::expiry(now, answer.expires_in()),
            scopes: scopes.or_else(|| before.map(|b| b.scopes.clone())).unwrap_or_default(),
        }
    }

    /// A user name and a password in place of tokens: they never end by themselves, and nothing renews
    /// them when the server refuses them.
    pub fn of_login(credential: &Secret) -> Self {
        let access = credential.expose_text().unwrap_or_default().to_owned();
        Self { access, refresh: None, expires_at: NEVER, scopes: Vec::new(), grant_ends_at: None }
    }

    /// When the access token ends, if it does.
    pub fn ends_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then_some(self.expires_at)
    }

    /// The access token.
    pub fn access_text(&self) -> &str {
        &self.access
    }

    /// As the vault keeps it.
    pub fn to_secret(&self) -> Result<Secret> {
        let kept = Kept {
            access: (&self.access).into(),
            refresh: self.refresh.as_deref().map(Into::into),
            expires_at: self.expires_at,
            scopes: self.scopes.clone(),
        };
        // Room for all of it, so that growing leaves no copy behind.
        let scopes: usize = kept.scopes.iter().map(|scope| 2 * scope.len() + 8).sum();
        let tokens = kept.access.len() + kept.refresh.as_deref().map_or(0, str::len);
        let mut bytes = Vec::with_capacity(2 * tokens + scopes + 256);
        serde_json::to_writer(&mut bytes, &kept)?;
        Ok(Secret::new(bytes))
    }

    fn from_secret(secret: &Secret) -> Result<Self> {
        let kept: Kept<'_> = serde_json::from_slice(secret.expose())?;
        Ok(Self {
            access: kept.access.into_owned(),
            refresh: kept.refresh.map(Cow::into_owned),
            expires_at: kept.expires_at,
            scopes: kept.scopes,
            grant_ends_at: None,
        })
    }
}

/// The form of the bytes that are sealed; private, and lives only while they are written or read.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    access: Cow<'a, str>,
    refresh: Option<Cow<'a, str>>,
    expires_at: Timestamp,
    scopes: Vec<String>,
}

/// Where a connection's tokens are.
pub(crate) fn name(connection: &Connection) -> secrets::Name {
    secrets::Name {
        owner: connections::owner(&connection.plugin_id, &connection.provider),
        name: "tokens",
        record: connection.id.to_string(),
    }
}

/// The access token of a connection, fresh enough to be used now.
pub(crate) async fn access(app: &App, tenant: &TenantId, id: &ConnectionId) -> Result<Secret> {
    let (connection, tokens, _) = load(app, tenant, id).await?;
    if still_good(app, &tokens) {
        return Ok(Secret::from_text(tokens.access.clone()));
    }
    refresh(app, connection, Some(&tokens)).await
}

/// A new access token after the provider refused one. Whoever comes while another is being made
/// takes that one.
pub(crate) async fn renew(app: &App, tenant: &TenantId, id: &ConnectionId) -> Result<()> {
    let (connection, tokens, _) = load(app, tenant, id).await?;
    refresh(app, connection, Some(&tokens)).await?;
    Ok(())
}

fn still_good(app: &App, tokens: &Tokens) -> bool {
    tokens.expires_at > app.clock.now().plus_secs(REFRESH_BEFORE_SECS)
}

async fn load(
    app: &App,
    tenant: &TenantId,
    id: &ConnectionId,
) -> Result<(Connection, Tokens, i64)> {
    let (app2, tenant, id) = (app.clone(), tenant.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<_> {
            let connection = store::connections::get(c, &tenant, &id)?;
            if !connections::is_usable(&connection) {
                return Err(Error::unavailable("error-connection-needs-you", connection.state));
            }
            let opened = secrets::find(&app2, c, &tenant, &name(&connection))?;
            let opened = opened
                .ok_or_else(|| Error::unavailable("error-connection-needs-you", "no tokens"))?;
            Ok((connection, Tokens::from_secret(&opened.secret)?, opened.version))
        })
        .await
}

/// How long one process may take to refresh before another may try. Longer than a provider is given
/// to answer, since two refreshes of one token can end the connection; not much longer, since a
/// process that died at it leaves everybody waiting.
const REFRESH_LEASE_SECS: i64 = 20;
/// How often to look whether the process that refreshes is done.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Refreshes under the connection's lock, held first in this process and then in the database.
/// Whoever waited finds the work done and takes that token.
async fn refresh(app: &App, connection: Connection, seen: Option<&Tokens>) -> Result<Secret> {
    let lock = app.refresh_locks.of(&connection.id);
    let guard = lock.lock_owned().await;
    let waited = Instant::now();
    let most = Duration::from_secs(REFRESH_LEASE_SECS.unsigned_abs());
    loop {
        let (connection, tokens, version) =
            load(app, &connection.tenant_id, &connection.id).await?;
        if seen.is_some_and(|seen| seen.access != tokens.access) && still_good(app, &tokens) {
            return Ok(Secret::from_text(tokens.access.clone()));
        }
        if let Some(lease) = lease(app, &connection).await? {
            // Whoever waits may give up, as a plugin does whose time is over; a refresh that has
            // begun goes to its end, or the provider's answer would be lost.
            let app = app.clone();
            let refreshed = tokio::spawn(async move {
                let _guard = guard;
                refresh_alone(&app, &connection, &tokens, version, lease).await
            });
            return refreshed.await.map_err(Error::internal)?;
        }
        if waited.elapsed() > most {
            return Err(Error::unavailable("error-provider-unavailable", "refreshed elsewhere"));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Takes the right to refresh, of all processes; None while another has it or was faster.
async fn lease(app: &App, connection: &Connection) -> Result<Option<Timestamp>> {
    let (tenant, id, rev) =
        (connection.tenant_id.clone(), connection.id.clone(), connection.token_rev);
    let now = app.clock.now();
    let until = now.plus_secs(REFRESH_LEASE_SECS);
    let begun = app
        .db
        .transact(move |c| store::connections::begin_refresh(c, &tenant, &id, rev, now, until))
        .await;
    match begun {
        Ok(()) => Ok(Some(until)),
        Err(store::Error::Conflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn refresh_alone(
    app: &App,
    connection: &Connection,
    tokens: &Tokens,
    version: i64,
    lease: Timestamp,
) -> Result<Secret> {
    match ask_for_new(app, connection, tokens).await {
        Ok(fresh) => {
            let access = Secret::from_text(fresh.access.clone());
            match keep(app, connection, &fresh, version).await {
                Ok(()) => Ok(access),
                // The lease ran out under way and another process was faster: its token counts.
                Err(Error::Conflict { .. }) => {
                    let (_, theirs, _) = load(app, &connection.tenant_id, &connection.id).await?;
                    Ok(Secret::from_text(theirs.access.clone()))
                }
                Err(error) => Err(error),
            }
        }
        Err(refused) => {
            let (tenant, id) = (connection.tenant_id.clone(), connection.id.clone());
            app.db
                .transact(move |c| store::connections::end_refresh(c, &tenant, &id, lease))
                .await?;
            match refused {
                Refused::Final(reason) => {
                    connections::needs_person(app, connection, &reason).await?;
                    Err(Error::unavailable("error-connection-needs-you", reason))
                }
                Refused::ForNow(reason) => {
                    Err(Error::unavailable("error-provider-unavailable", reason))
                }
            }
        }
    }
}

enum Refused {
    /// Trying again can't help; a person must connect again.
    Final(String),
    ForNow(String),
}

async fn ask_for_new(
    app: &App,
    connection: &Connection,
    tokens: &Tokens,
) -> Result<Tokens, Refused> {
    let for_now = |error: Error| Refused::ForNow(error.to_string());
    let Some(refresh) = tokens.refresh.clone() else {
        return Err(Refused::Final("no refresh token".to_owned()));
    };
    let (tenant, id) = (&connection.tenant_id, &connection.plugin_id);
    let provider = plugins::find_provider(app, tenant, id, &connection.provider).await;
    let provider = provider.map_err(for_now)?;
    let (app2, tenant) = (app.clone(), connection.tenant_id.clone());
    let owner = connections::owner(&connection.plugin_id, &connection.provider);
    let keys = app
        .db
        .inspect(move |c| oauth::client_keys(&app2, c, &tenant, &owner))
        .await
        .map_err(for_now)?;
    let client = keys.basic_client(app, &provider).map_err(for_now)?;
    let http = http_client(app, &connection.tenant_id, &connection.plugin_id, &provider);
    let token = RefreshToken::new(refresh);
    let answer = client.exchange_refresh_token(&token).request_async(&http).await;
    match answer {
        Ok(answer) => Ok(Tokens::from_answer(app.clock.now(), &answer, Some(tokens))),
        Err(RequestTokenError::ServerResponse(said)) => {
            let reason = said.error().as_ref().to_owned();
            match said.error() {
                BasicErrorResponseType::InvalidGrant
                | BasicErrorResponseType::InvalidClient
                | BasicErrorResponseType::UnauthorizedClient => Err(Refused::Final(reason)),
                _ => Err(Refused::ForNow(reason)),
            }
        }
        Err(other) => Err(Refused::ForNow(other.to_string())),
    }
}

async fn keep(app: &App, connection: &Connection, fresh: &Tokens, version: i64) -> Result<()> {
    let (app2, connection, fresh) = (app.clone(), connection.clone(), fresh.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &connection.tenant_id;
            secrets::put(&app2, c, tenant, &name(&connection), &fresh.to_secret()?, version)?;
            let (expires_at, now) = (Some(fresh.expires_at), app2.clock.now());
            let (id, rev) = (&connection.id, connection.token_rev);
            store::connections::swap_token(c, tenant, id, rev, expires_at, now)?;
            let is_news = |end: Timestamp| {
                let known = connection.grant_ends_at;
                known.is_none_or(|known| known.millis_since(end).abs() > GRANT_SLACK_MS)
            };
            if let Some(end) = fresh.grant_ends_at.filter(|end| is_news(*end)) {
                let granted = connection.granted_at.unwrap_or(connection.created_at);
                store::connections::set_grant(c, tenant, id, granted, Some(end))?;
            }
            Ok(())
        })
        .await
}

/// Whether the provider has confirmed that the grant is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The provider said so, or said that it knew nothing of the token.
    Confirmed,
    /// It couldn't be asked, or its answer wasn't a confirmation: why.
    Unconfirmed(String),
}

/// Revokes a grant at the provider (RFC 7009): the refresh token where there is one, since that
/// takes the access tokens with it.
pub(crate) async fn revoke(
    app: &App,
    tenant: &TenantId,
    plugin: &Plugin,
    provider: &Provider,
    tokens: &Tokens,
) -> Revocation {
    if provider.login.is_some() {
        return Revocation::Unconfirmed(PASSWORD_STAYS.to_owned());
    }
    let Some(endpoint) = &provider.revocation else {
        return Revocation::Unconfirmed("no-revocation-endpoint".to_owned());
    };
    let token = tokens.refresh.as_deref().unwrap_or(&tokens.access);
    // Room for all of it, so that growing leaves no copy behind; whoever sends it wipes it.
    let mut form =
        url::form_urlencoded::Serializer::new(String::with_capacity(3 * token.len() + 8));
    form.append_pair("token", token);
    let request = http::Request::post(endpoint.as_str())
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.finish().into_bytes());
    let Ok(request) = request else { return Revocation::Unconfirmed("bad-endpoint".to_owned()) };
    match egress::ask_provider(app, tenant, &plugin.manifest().plugin.id, provider, request).await {
        Ok(answer) if answer.status().is_success() => Revocation::Confirmed,
        Ok(answer) if answer.status() == 400 && says_unknown_token(answer.body()) => {
            Revocation::Confirmed
        }
        Ok(answer) => Revocation::Unconfirmed(format!("status-{}", answer.status().as_u16())),
        Err(error) => Revocation::Unconfirmed(error.to_string()),
    }
}

/// A token that the provider doesn't know any more is as good as revoked.
fn says_unknown_token(body: &[u8]) -> bool {
    let said: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    said.get("error").and_then(|e| e.as_str()) == Some("invalid_token")
}

/// The tokens of a connection about to be disconnected, if any are left.
pub(crate) fn find(
    app: &App,
    c: &mut store::Conn,
    connection: &Connection,
) -> Result<Option<Tokens>> {
    let opened = secrets::find(app, c, &connection.tenant_id, &name(connection))?;
    opened.map(|opened| Tokens::from_secret(&opened.secret)).transpose()
}

pub(crate) type Sent =
    Pin<Box<dyn Future<Output = Result<http::Response<Vec<u8>>, EgressError>> + Send>>;

/// The `oauth2` crate's way to the network: the same guarded egress as everybody's.
pub(crate) fn http_client(
    app: &App,
    tenant: &TenantId,
    plugin: &PluginId,
    provider: &Provider,
) -> impl Fn(http::Request<Vec<u8>>) -> Sent + Send + Sync + 'static {
    let (app, tenant, plugin, provider) =
        (app.clone(), tenant.clone(), plugin.clone(), provider.clone());
    move |request| {
        let (app, tenant, plugin, provider) =
            (app.clone(), tenant.clone(), plugin.clone(), provider.clone());
        Box::pin(
            async move { egress::ask_provider(&app, &tenant, &plugin, &provider, request).await },
        )
    }
}

pub(crate) type ExchangeError =
    RequestTokenError<EgressError, oauth2::StandardErrorResponse<BasicErrorResponseType>>;

/// What a failed code exchange means to a person: each cause has its own text.
pub(crate) fn exchange_error(error: ExchangeError) -> Error {
    match error {
        RequestTokenError::ServerResponse(said) => match said.error() {
            BasicErrorResponseType::InvalidGrant => Error::invalid("code", "error-oauth-code"),
            BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => {
                Error::invalid("client_secret", "error-oauth-client")
            }
            BasicErrorResponseType::Extension(code) if code == oauth::REDIRECT_MISMATCH => {
                Error::invalid("redirect_uri", "error-oauth-redirect")
            }
            other => Error::unavailable("error-oauth-refused", other.as_ref()),
        },
        other => Error::unavailable("error-provider-unavailable", other),
    }
}
