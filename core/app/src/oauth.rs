//! Connecting an account at a provider: the authorization code flow with PKCE and state (RFC 6749,
//! RFC 7636), run from the provider section of a plugin's manifest. Core knows no provider.

use domain::{ConnectionId, Permission, PluginId, Secret, Timestamp};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenUrl,
};
use runtime::Plugin;
use runtime::manifest::Provider;
use serde::Deserialize;
use serde_json::{Value, json};
use store::oauth_flows::OauthFlow;
use url::Url;
use vault::Label;
use zeroize::Zeroizing;

use crate::audit::{self, Act, Who};
use crate::connections::{self, Account, Target};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::incidents::Incident;
use crate::tokens::{self, Tokens};
use crate::{App, egress, plugins, secrets};

/// A flow that isn't finished by then must be begun again.
const FLOW_TTL_SECS: i64 = 15 * 60;
/// What a provider's name of an account may take (OpenID Connect Core, section 2: 255).
const REFERENCE_BYTES_MAX: usize = 255;
/// What is kept of the names that people read.
const WORDS_CHARS_MAX: usize = 254;

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

/// Begins a flow; answers the provider's page to send the person to. The recent proof is asked for
/// here and not when the provider sends the person back, who may have taken long over there: a flow
/// is the account's that began it.
pub async fn begin_connection(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    reconnect: Option<ConnectionId>,
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
        connection_id: reconnect.clone(),
        redirect_uri: redirect_uri(app),
        verifier_sealed: Vec::new(),
        created_at: app.clock.now(),
        expires_at: app.clock.now().plus_secs(FLOW_TTL_SECS),
    };
    let secret = Secret::from_text(verifier.secret().clone());
    let (app2, tenant, owner) =
        (app.clone(), ctx.tenant.clone(), connections::owner(plugin, provider));
    let client = app
        .db
        .transact(move |c| -> Result<ClientKeys> {
            let keys = client_keys(&app2, c, &tenant, &owner)?;
            if let Some(id) = &reconnect {
                store::connections::get(c, &tenant, id)?;
            }
            let wrapped = secrets::lock_active_key(&app2, c, &tenant)?;
            let sealed = app2.vault.seal(&wrapped, &verifier_label(&flow), &secret)?;
            store::oauth_flows::insert(c, &OauthFlow { verifier_sealed: sealed, ..flow })?;
            Ok(keys)
        })
        .await?;
    authorize_url(app, section, client, state, &verifier)
}

fn authorize_url(
    app: &App,
    provider: &Provider,
    client: ClientKeys,
    state: String,
    verifier: &PkceCodeVerifier,
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
    let (url, _) = request.url();
    // In sandbox mode the person is sent to the simulator too.
    Url::parse(&app.egress.browser_url(url.as_str())).map_err(Error::internal)
}

/// What the provider sent back with the person.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callback {
    /// Names the flow.
    pub state: Option<String>,
    /// The code to exchange.
    pub code: Option<String>,
    /// Or the reason there is none (RFC 6749, section 4.1.2.1).
    pub error: Option<String>,
}

/// Finishes a flow: exchanges the code, asks who the account is, keeps the tokens in the vault.
pub async fn finish_connection(
    app: &App,
    ctx: &Context,
    callback: Callback,
) -> Result<ConnectionId> {
    ctx.require(Permission::ManageConnections)?;
    let flow = take_flow(app, ctx, callback.state.as_deref().unwrap_or_default()).await?;
    if let Some(error) = callback.error {
        let key =
            if error == "access_denied" { "error-oauth-declined" } else { "error-oauth-refused" };
        return Err(Error::invalid("error", key));
    }
    let code = callback.code.ok_or_else(|| Error::invalid("code", "error-oauth-refused"))?;
    let loaded = plugins::find_enabled(app, &ctx.tenant, &flow.plugin_id).await?;
    let provider = section(&loaded, &flow.provider)?;
    let tokens = exchange(app, &flow, provider, code).await?;
    let missing = missing_scopes(provider, &tokens);
    if !missing.is_empty() {
        // The account holds a grant we won't use: give it back rather than leave it lying about.
        let _ = tokens::revoke(app, &flow.tenant_id, &loaded, provider, &tokens).await;
        let detail = json!({"provider": provider.id, "scopes": missing});
        refuse(app, ctx, "oauth-scopes", detail).await;
        return Err(Error::invalid("scope", "error-oauth-scope-missing"));
    }
    let account = identify(app, &flow, provider, &tokens).await?;
    let target = Target { plugin: flow.plugin_id, provider: flow.provider, login: None };
    connections::keep(app, ctx, &target, &account, tokens).await
}

async fn take_flow(app: &App, ctx: &Context, state: &str) -> Result<OauthFlow> {
    let hash = app.vault.hash_token("oauth-state", state);
    let (now, tenant) = (app.clock.now(), ctx.tenant.clone());
    let taken = app.db.transact(move |c| store::oauth_flows::take(c, &hash, now)).await;
    // One answer for a wrong, a used, a late and a stranger's state: it can't be used to probe.
    let flow = match taken {
        Err(store::Error::NotFound) => return Err(refuse_state(app, ctx).await),
        other => other?,
    };
    if flow.tenant_id != tenant || flow.account_id != ctx.account || flow.expires_at <= now {
        return Err(refuse_state(app, ctx).await);
    }
    Ok(flow)
}

/// The error for an answer that nobody here asked for; the log of whoever brought it is told.
async fn refuse_state(app: &App, ctx: &Context) -> Error {
    refuse(app, ctx, "oauth-state", json!({})).await;
    Error::invalid("state", "error-oauth-state")
}

/// Tells the business's log of an answer that was turned away, once an hour and with the number.
async fn refuse(app: &App, ctx: &Context, kind: &'static str, detail: Value) {
    let incident = Incident {
        tenant: Some(&ctx.tenant),
        action: "connection.refused",
        entity: "connection",
        entity_id: "",
        kind,
        detail,
        who: Who::from(ctx),
    };
    app.incidents.tell(app, incident).await;
}

async fn exchange(
    app: &App,
    flow: &OauthFlow,
    provider: &Provider,
    code: String,
) -> Result<Tokens> {
    let (app2, flow2) = (app.clone(), flow.clone());
    let (keys, verifier) = app
        .db
        .inspect(move |c| -> Result<_> {
            let owner = connections::owner(&flow2.plugin_id, &flow2.provider);
            let keys = client_keys(&app2, c, &flow2.tenant_id, &owner)?;
            let wrapped = secrets::key_of(c, &flow2.tenant_id, &flow2.verifier_sealed)?;
            let label = verifier_label(&flow2);
            Ok((keys, app2.vault.open(&wrapped, &label, &flow2.verifier_sealed)?))
        })
        .await?;
    let verifier = verifier.expose_text().unwrap_or_default().to_owned();
    let client = keys.basic_client(app, provider)?;
    let mut request = client.exchange_code(AuthorizationCode::new(code));
    if provider.pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
    }
    let http = tokens::http_client(app, &flow.tenant_id, &flow.plugin_id, provider);
    let answer = request.request_async(&http).await.map_err(tokens::exchange_error)?;
    Ok(Tokens::from_answer(app.clock.now(), &answer, None))
}

fn missing_scopes<'a>(provider: &'a Provider, tokens: &Tokens) -> Vec<&'a str> {
    // A provider that names no scopes granted what was asked (RFC 6749, section 5.1).
    if tokens.scopes.is_empty() {
        return Vec::new();
    }
    let required = provider.scopes.iter().filter(|scope| scope.required);
    let missing = required.filter(|scope| !scope.is_granted(&tokens.scopes));
    missing.map(|scope| scope.scope.as_str()).collect()
}

/// The fields of an OpenID Connect userinfo answer that we read, and their older names.
#[derive(Debug, Default, Deserialize)]
struct Userinfo {
    #[serde(alias = "id")]
    sub: Option<String>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
}

async fn identify(
    app: &App,
    flow: &OauthFlow,
    provider: &Provider,
    tokens: &Tokens,
) -> Result<Account> {
    let mut last = String::from("no identity endpoint");
    for endpoint in &provider.identity {
        let bearer = ["Bearer ", tokens.access_text()].concat();
        let bearer = bytes::Bytes::from_owner(Zeroizing::new(bearer.into_bytes()));
        let mut bearer = http::HeaderValue::from_maybe_shared(bearer).map_err(Error::internal)?;
        bearer.set_sensitive(true);
        let request = http::Request::get(endpoint.as_str())
            .header(http::header::AUTHORIZATION, bearer)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(Error::internal)?;
        let sent =
            egress::ask_provider(app, &flow.tenant_id, &flow.plugin_id, provider, request).await;
        match sent {
            Ok(answer) if answer.status().is_success() => {
                let Some(account) = account_of(answer.body()) else { continue };
                return Ok(account);
            }
            Ok(answer) => last = format!("status {}", answer.status().as_u16()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(Error::unavailable("error-oauth-identity", last))
}

/// Whose account it is, from a provider's answer. What people read of it can't steer a terminal or
/// turn the text around it round; a reference is taken as it is or not at all.
fn account_of(answer: &[u8]) -> Option<Account> {
    let mut answer: Value = serde_json::from_slice(answer).ok()?;
    let Userinfo { sub: reference, .. } = Userinfo::deserialize(&answer).ok()?;
    let reference = reference.filter(|r| !r.is_empty() && r.len() <= REFERENCE_BYTES_MAX)?;
    runtime::clean_texts(&mut answer);
    let Userinfo { name, email, .. } = Userinfo::deserialize(&answer).ok()?;
    let line = |text: String| {
        let words: Vec<_> = text.split_whitespace().collect();
        words.join(" ").chars().take(WORDS_CHARS_MAX).collect()
    };
    Some(Account { reference, name: line(name), email: line(email) })
}

/// The client id and secret of a provider.
pub(crate) struct ClientKeys {
    id: Secret,
    secret: Secret,
}

type Client = oauth2::basic::BasicClient<
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
        Ok(BasicClient::new(ClientId::new(id))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_calls_an_account_is_one_harmless_line() {
        let answer = json!({
            "sub": "1\u{202e}2", "name": "Da\u{202e}na\n\u{1b}[31mroot", "email": "d@example.com",
        });
        let account = account_of(answer.to_string().as_bytes()).unwrap();
        assert_eq!(account.reference, "1\u{202e}2", "compared, never shown");
        assert_eq!(
            (account.name.as_str(), account.email.as_str()),
            ("Dana [31mroot", "d@example.com")
        );
        let old = account_of(br#"{"id": "7"}"#).unwrap();
        assert_eq!((old.reference.as_str(), old.name.as_str()), ("7", ""));
        let long = json!({"sub": "x".repeat(256)}).to_string();
        for none in ["", "[]", "{}", r#"{"sub": ""}"#, r#"{"sub": 7}"#, &long] {
            assert!(account_of(none.as_bytes()).is_none(), "{none}");
        }
    }
}
