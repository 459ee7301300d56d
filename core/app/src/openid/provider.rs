//! The provider as it describes itself (OpenID Connect Discovery 1.0): asked when first needed, kept
//! for a while, and its keys asked for again when it signs with one that isn't known.

use std::pin::Pin;

use domain::Timestamp;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreIdToken,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, JsonWebKeySet, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use runtime::EgressError;
use tokio::sync::Mutex;
use url::Url;

use super::refusal::Refusal;
use super::{Settings, redirect_uri};
use crate::error::{Error, Result};
use crate::{App, egress};

/// How long the provider's description is believed, in seconds.
const KNOWN_SECS: i64 = 3_600;
/// How long nobody asks again after it didn't answer, in seconds.
const PAUSE_SECS: i64 = 10;
/// How long nobody asks for its keys again, in seconds.
const KEYS_EVERY_SECS: i64 = 60;

/// The provider.
pub(crate) struct Provider {
    pub(super) settings: Settings,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<CoreProviderMetadata>,
    /// When the description was asked for, with success or without.
    asked_at: Option<Timestamp>,
    keys_at: Option<Timestamp>,
}

/// What travels and what stays of one flow.
pub(super) struct Words {
    /// Travels.
    pub state: String,
    /// Comes back inside the token.
    pub nonce: String,
    /// Goes with the code.
    pub verifier: String,
}

/// Why there is no token.
pub(super) enum NoToken {
    Refused(Refusal, String),
    Unavailable(Error),
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, known: Mutex::default() }
    }

    /// The issuer exactly as it calls itself.
    pub(super) fn issuer(&self) -> &str {
        // A bare host has no slash at its end in what issuers call themselves.
        let text = self.settings.issuer.as_str();
        if self.settings.issuer.path() == "/" { text.trim_end_matches('/') } else { text }
    }

    /// The provider's description and keys.
    pub(super) async fn metadata(&self, app: &App) -> Result<CoreProviderMetadata> {
        let now = app.clock.now();
        let mut known = self.known.lock().await;
        let age_ms = known.asked_at.map(|at| now.millis_since(at));
        match (&known.metadata, age_ms) {
            (Some(metadata), Some(age)) if age < KNOWN_SECS * 1_000 => return Ok(metadata.clone()),
            (None, Some(age)) if age < PAUSE_SECS * 1_000 => {
                return Err(unavailable("it didn't answer a moment ago"));
            }
            _ => {}
        }
        known.asked_at = Some(now);
        known.metadata = None;
        let issuer = IssuerUrl::new(self.issuer().to_owned()).map_err(Error::internal)?;
        let http = http_client(app);
        let metadata = CoreProviderMetadata::discover_async(issuer, &http)
            .await
            .map_err(|error| unavailable(in_one_line(&error)))?;
        known.keys_at = Some(now);
        known.metadata = Some(metadata.clone());
        Ok(metadata)
    }

    /// The description with keys that were asked for just now; None where that was done a moment ago.
    pub(super) async fn fresh_keys(&self, app: &App) -> Result<Option<CoreProviderMetadata>> {
        let now = app.clock.now();
        let mut known = self.known.lock().await;
        let is_early = |at: Timestamp| now.millis_since(at) < KEYS_EVERY_SECS * 1_000;
        if known.keys_at.is_some_and(is_early) {
            return Ok(None);
        }
        let Some(metadata) = known.metadata.clone() else { return Ok(None) };
        known.keys_at = Some(now);
        let http = http_client(app);
        let keys = JsonWebKeySet::fetch_async(metadata.jwks_uri(), &http)
            .await
            .map_err(|error| unavailable(in_one_line(&error)))?;
        let metadata = metadata.set_jwks(keys);
        known.metadata = Some(metadata.clone());
        Ok(Some(metadata))
    }

    /// Where to send somebody.
    pub(super) async fn address(&self, app: &App, words: &Words) -> Result<Url> {
        let client = self.client(app, self.metadata(app).await?)?;
        let (state, nonce) = (words.state.clone(), words.nonce.clone());
        let verifier = PkceCodeVerifier::new(words.verifier.clone());
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        if url.scheme() != "https" {
            return Err(unavailable("its authorization endpoint isn't https"));
        }
        // In sandbox mode the person is sent to the simulator too.
        Url::parse(&app.egress.browser_url(url.as_str())).map_err(Error::internal)
    }

    /// Exchanges a code for the id token.
    pub(super) async fn exchange(
        &self,
        app: &App,
        metadata: CoreProviderMetadata,
        code: String,
        words: &Words,
    ) -> std::result::Result<CoreIdToken, NoToken> {
        let down = |why: String| NoToken::Unavailable(unavailable(why));
        let client = self.client(app, metadata).map_err(NoToken::Unavailable)?;
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| down(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(words.verifier.clone()));
        let http = http_client(app);
        let answer = request.request_async(&http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => {
                let refusal = match said.error() {
                    CoreErrorResponseType::InvalidGrant => Refusal::Code,
                    CoreErrorResponseType::InvalidClient
                    | CoreErrorResponseType::UnauthorizedClient => Refusal::Client,
                    _ => Refusal::Provider,
                };
                NoToken::Refused(refusal, said.error().as_ref().to_owned())
            }
            RequestTokenError::Request(error) => down(error.to_string()),
            RequestTokenError::Parse(error, _) => {
                NoToken::Refused(Refusal::Malformed, error.to_string())
            }
            RequestTokenError::Other(error) => down(error),
        })?;
        // Nothing else is asked of the provider: the token that would open it is dropped here.
        let _ = answer.access_token();
        let token = answer.id_token().cloned();
        token.ok_or_else(|| NoToken::Refused(Refusal::Malformed, "no id token".to_owned()))
    }

    fn client(&self, app: &App, metadata: CoreProviderMetadata) -> Result<Client> {
        let Settings { client_id, client_secret, .. } = &self.settings;
        let methods = metadata.token_endpoint_auth_methods_supported().cloned();
        let takes = |method| methods.as_ref().is_none_or(|all| all.contains(&method));
        let in_body = !takes(CoreClientAuthMethod::ClientSecretBasic)
            && takes(CoreClientAuthMethod::ClientSecretPost);
        let secret = client_secret.expose_text().unwrap_or_default().to_owned();
        let redirect = RedirectUrl::new(redirect_uri(&app.options.public_url));
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(client_id.clone()),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(redirect.map_err(Error::internal)?)
        .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        Ok(client)
    }
}

fn unavailable(why: impl std::fmt::Display) -> Error {
    tracing::warn!(%why, "the OpenID provider can't be used");
    Error::unavailable("error-openid-unavailable", why)
}

/// An error with its causes; answers of the provider are not among them.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text.chars().take(500).collect()
}

type Sent =
    Pin<Box<dyn Future<Output = std::result::Result<http::Response<Vec<u8>>, EgressError>> + Send>>;

/// The library's way to the network: the same guarded egress as everybody's.
fn http_client(app: &App) -> impl Fn(http::Request<Vec<u8>>) -> Sent + Send + Sync + 'static {
    let app = app.clone();
    move |request| {
        let app = app.clone();
        Box::pin(async move { egress::ask_own(&app, request).await })
    }
}
