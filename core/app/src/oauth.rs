//! Connecting an account at a provider: the authorization code flow with PKCE and state (RFC 6749,
//! RFC 7636), run from the provider section of a plugin's manifest. Core knows no provider.

use domain::{ConnectionId, Permission, PluginId, Secret, Timestamp};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::{
    AuthUrl, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope, StandardRevocableToken, TokenUrl,
};
use runtime::Plugin;
use runtime::manifest::Provider;
use serde_json::json;
use store::oauth_flows::OauthFlow;
use url::Url;
use vault::Label;

use crate::audit::{self, Act, Who};
use crate::connections;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::tokens::TokenAnswer;
use crate::{App, plugins, secrets};

mod back;
mod identity;

pub use back::{Callback, finish_connection};
pub(crate) use identity::identify;

/// What providers answer to a redirect address that isn't the registered one; no standard names it.
pub(crate) const REDIRECT_MISMATCH: &str = "redirect_uri_mismatch";
/// Characters of the address of an account that is expected.
const EXPECTED_CHARS_MAX: usize = 254;
/// A flow that isn't finished by then must be begun again.
const FLOW_TTL_SECS: i64 = 15 * 60;

/// What the wizard's page shows before anything is connected.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The plugin.
    pub plugin: PluginId,
    /// The provider's id in the manifest.
    pub provider: String,
    /// The exact address to enter at the provider.
    pub redirect_uri: String,
    /// The client id, once it is set.
    pub client_id: Option<String>,
    /// Whether the client secret is set; it is never shown.
    pub has_client_secret: bool,
    /// Whether what was stored of the client was changed or deleted from outside: then it is as if there
    /// were none, until it is entered anew.
    pub is_untrusted: bool,
}

/// The one redirect address of this instance.
pub fn redirect_uri(app: &App) -> String {
    format!("{}/oauth/callback", app.options.public_url)
}

/// What there is to do before an account can be connected.
pub async fn prepare_connection(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
) -> Result<Preparation> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    connections::require_flow(app, ctx, plugin, provider).await?;
    let (app2, tenant, owner) =
        (app.clone(), ctx.tenant.clone(), connections::owner(plugin, provider));
    let looked = app
        .db
        .inspect(move |c| -> Result<_> {
            let id = secrets::find(&app2, c, &tenant, &client_id_name(&owner))?;
            let id = id.and_then(|opened| opened.secret.expose_text().map(str::to_owned));
            let secret = secrets::find(&app2, c, &tenant, &client_secret_name(&owner))?;
            Ok((id, secret.is_some()))
        })
        .await;
    let (client_id, has_client_secret, is_untrusted) = match looked {
        Ok((id, has_secret)) => (id, has_secret, false),
        // The page is where it is mended.
        Err(Error::Unavailable { key: secrets::alarm::UNTRUSTED, .. }) => (None, false, true),
        Err(error) => return Err(error),
    };
    Ok(Preparation {
        plugin: plugin.clone(),
        provider: provider.to_owned(),
        redirect_uri: redirect_uri(app),
        client_id,
        has_client_secret,
        is_untrusted,
    })
}

/// Keeps the client that the business registered at the provider. An empty secret keeps the old one.
pub async fn save_client(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    client_id: &str,
    client_secret: Secret,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    ctx.require_recent()?;
    connections::require_flow(app, ctx, plugin, provider).await?;
    let client_id = client_id.trim().to_owned();
    if client_id.is_empty() || client_id.len() > 500 {
        return Err(Error::invalid("client_id", "error-client-id"));
    }
    if client_secret.len() > 2_000 {
        return Err(Error::invalid("client_secret", "error-client-secret"));
    }
    let (app2, ctx2, owner) = (app.clone(), ctx.clone(), connections::owner(plugin, provider));
    app.db
        .transact(move |c| -> Result<()> {
            let secret_name = client_secret_name(&owner);
            if client_secret.is_empty() && !secrets::is_set(c, &ctx2.tenant, &secret_name)? {
                return Err(Error::invalid("client_secret", "error-client-secret"));
            }
            let id = Secret::from_text(client_id);
            secrets::replace(&app2, c, &ctx2.tenant, &client_id_name(&owner), &id)?;
            if !client_secret.is_empty() {
                secrets::replace(&app2, c, &ctx2.tenant, &secret_name, &client_secret)?;
            }
            let act = Act {
                action: "client.saved",
                entity: "provider",
                entity_id: &owner,
                detail: json!({}),
            };
            audit::append(&app2, c, &ctx2.tenant, &Who::from(&ctx2), &act)
        })
        .await
}

/// Which account a flow is to bring.
#[derive(Debug, Clone, Default)]
pub enum Wanted {
    /// Whichever the person chooses at the provider.
    #[default]
    Any,
    /// The one that this connection has; another one's data must not come into its place.
    Again(ConnectionId),
    /// The one with this address.
    Named(String),
}

impl Wanted {
    /// The account with this address, as somebody typed it; any where nothing was typed.
    pub fn named(address: &str) -> Result<Self> {
        let address = address.trim();
        let invalid = || Error::invalid("expected", "error-email-invalid");
        match address.split_once('@') {
            None if address.is_empty() => Ok(Self::Any),
            Some((name, host)) if !name.is_empty() && !host.is_empty() => {
                let is_plain = !address.chars().any(|c| c.is_control() || c.is_whitespace());
                let fits = is_plain && address.chars().count() <= EXPECTED_CHARS_MAX;
                if fits { Ok(Self::Named(address.to_owned())) } else { Err(invalid()) }
            }
            _ => Err(invalid()),
        }
    }
}

/// Begins a flow; answers the provider's page to send the person to. The recent proof is asked for
/// here and not when the provider sends the person back, who may have taken long over there: a flow
/// is the account's that began it.
pub async fn begin_connection(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    wanted: Wanted,
) -> Result<Url> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    ctx.require_recent()?;
    let loaded = plugins::find_enabled(app, &ctx.tenant, plugin).await?;
    let section = section(&loaded, provider)?;
    let state = vault::token::generate(&*app.rng);
    let verifier = PkceCodeVerifier::new(vault::token::generate(&*app.rng));
    let state_hash = app.vault.hash_token("oauth-state", &state);
    let flow = OauthFlow {
        state_hash: state_hash.clone(),
        tenant_id: ctx.tenant.clone(),
        account_id: ctx.account.clone(),
        plugin_id: plugin.clone(),
        provider: provider.to_owned(),
        connection_id: match &wanted {
            Wanted::Again(connection) => Some(connection.clone()),
            Wanted::Any | Wanted::Named(_) => None,
        },
        redirect_uri: redirect_uri(app),
        verifier_sealed: Vec::new(),
        created_at: app.clock.now(),
        expires_at: app.clock.now().plus_secs(FLOW_TTL_SECS),
        expected_account: None,
    };
    let secret = Secret::from_text(verifier.secret().clone());
    let (app2, tenant, owner) =
        (app.clone(), ctx.tenant.clone(), connections::owner(plugin, provider));
    let (client, expected) = app
        .db
        .transact(move |c| -> Result<(ClientKeys, Option<String>)> {
            let keys = client_keys(&app2, c, &tenant, &owner)?;
            let expected = match wanted {
                Wanted::Any => None,
                Wanted::Named(address) => Some(address),
                Wanted::Again(id) => {
                    let known = store::connections::get(c, &tenant, &id)?.account_email;
                    Some(known).filter(|known| !known.is_empty())
                }
            };
            let wrapped = secrets::lock_active_key(&app2, c, &tenant)?;
            let verifier_sealed = app2.vault.seal(&wrapped, &verifier_label(&flow), &secret)?;
            let expected_account = expected.clone();
            let flow = OauthFlow { verifier_sealed, expected_account, ..flow };
            store::oauth_flows::insert(c, &flow)?;
            Ok((keys, expected))
        })
        .await?;
    authorize_url(app, section, client, state, &verifier, expected.as_deref())
}

fn authorize_url(
    app: &App,
    provider: &Provider,
    client: ClientKeys,
    state: String,
    verifier: &PkceCodeVerifier,
    expected: Option<&str>,
) -> Result<Url> {
    let client = client.basic_client(app, provider)?;
    let mut request = client.authorize_url(|| CsrfToken::new(state));
    for scope in &provider.scopes {
        request = request.add_scope(Scope::new(scope.scope.clone()));
    }
    if provider.pkce {
        request =
            request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(verifier));
    }
    for (name, value) in &provider.authorization_params {
        request = request.add_extra_param(name.clone(), value.clone());
    }
    if let Some((name, expected)) = provider.account_hint.as_ref().zip(expected) {
        request = request.add_extra_param(name.clone(), expected.to_owned());
    }
    let (url, _) = request.url();
    // In sandbox mode the person is sent to the simulator too.
    Url::parse(&app.egress.browser_url(url.as_str())).map_err(Error::internal)
}

/// The client id and secret of a provider.
pub(crate) struct ClientKeys {
    id: Secret,
    secret: Secret,
}

type Client = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

impl ClientKeys {
    pub(crate) fn basic_client(self, app: &App, provider: &Provider) -> Result<Client> {
        // The library's own copies are not wiped; they live for the one exchange.
        let text = |secret: &Secret| secret.expose_text().unwrap_or_default().to_owned();
        let (id, secret) = (text(&self.id), text(&self.secret));
        Ok(oauth2::Client::new(ClientId::new(id))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_uri(
                AuthUrl::new(provider.authorization.to_string()).map_err(Error::internal)?,
            )
            .set_token_uri(TokenUrl::new(provider.token.to_string()).map_err(Error::internal)?)
            .set_redirect_uri(RedirectUrl::new(redirect_uri(app)).map_err(Error::internal)?))
    }
}

pub(crate) fn client_keys(
    app: &App,
    c: &mut store::Conn,
    tenant: &domain::TenantId,
    owner: &str,
) -> Result<ClientKeys> {
    let missing = || Error::invalid("client_id", "error-client-missing");
    let id = secrets::find(app, c, tenant, &client_id_name(owner))?.ok_or_else(missing)?;
    let secret = secrets::find(app, c, tenant, &client_secret_name(owner))?.ok_or_else(missing)?;
    Ok(ClientKeys { id: id.secret, secret: secret.secret })
}

/// The secrets of a provider's client.
pub(crate) fn client_names(owner: &str) -> [secrets::Name; 2] {
    [client_id_name(owner), client_secret_name(owner)]
}

fn client_id_name(owner: &str) -> secrets::Name {
    secrets::Name { owner: owner.to_owned(), name: "client-id", record: String::new() }
}

fn client_secret_name(owner: &str) -> secrets::Name {
    secrets::Name { owner: owner.to_owned(), name: "client-secret", record: String::new() }
}

/// Seals anew, with the key given, the verifiers of flows that another key sealed: rotation.
pub(crate) fn reseal_verifiers(
    app: &App,
    c: &mut store::Conn,
    tenant: &domain::TenantId,
    new: &vault::WrappedKey,
) -> Result<()> {
    for flow in store::oauth_flows::list(c, tenant)? {
        if vault::key_id(&flow.verifier_sealed)? == new.key_id() {
            continue;
        }
        let old = secrets::key_of(c, tenant, &flow.verifier_sealed)?;
        let label = verifier_label(&flow);
        let sealed = app.vault.reseal(&old, new, &label, &flow.verifier_sealed)?;
        store::oauth_flows::reseal(c, tenant, &flow.state_hash, &sealed)?;
    }
    Ok(())
}

fn verifier_label(flow: &OauthFlow) -> Label<'_> {
    Label {
        tenant: &flow.tenant_id,
        owner: &flow.provider,
        name: "oauth-verifier",
        record: &flow.state_hash,
        version: 1,
    }
}

fn section<'a>(plugin: &'a Plugin, provider: &str) -> Result<&'a Provider> {
    let found = plugin.manifest().provider(provider).filter(|p| p.login.is_none());
    found.ok_or(Error::NotFound)
}

/// When a token that says nothing of its life is taken to expire.
pub(crate) fn expiry(now: Timestamp, ttl: Option<std::time::Duration>) -> Timestamp {
    let secs = ttl.map_or(3_600, |ttl| i64::try_from(ttl.as_secs()).unwrap_or(3_600));
    now.plus_secs(secs)
}
