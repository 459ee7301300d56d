//! Signing in by an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE):
//! one for the whole installation, named in its configuration.
//!
//! An account is who it is at the provider by issuer and subject, never by an address: a stranger
//! whose provider confirms somebody's address stays a stranger. Nothing of a flow lies in the
//! database but a keyed hash: nonce and verifier are made of the state, which travels, and of a
//! random word, which stays in the browser that began.

mod flows;
mod identities;
mod outcomes;
mod provider;
mod refusal;
mod token;

use domain::Secret;
use url::Url;

use crate::error::{Error, Result};

pub use flows::{Answer, Begun, FLOW_SECS, begin_joining, begin_linking, begin_sign_in};
pub(crate) use identities::require_a_way_in;
pub use identities::{IdentityView, PER_ACCOUNT_MAX, list_identities, remove_identity};
pub use outcomes::{Finished, finish};
use provider::Provider;

/// What the configuration says of the provider.
pub struct Settings {
    /// Its issuer, such as `https://id.example.com/realms/office`.
    pub issuer: Url,
    /// What OXPI is called there.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: Secret,
    /// What people call the provider.
    pub name: String,
    /// Whether a second step that was passed there counts here.
    pub trust_second_step: bool,
}

/// The provider people may sign in by, if there is one.
#[derive(Default)]
pub struct OpenId(Option<Provider>);

impl OpenId {
    /// This provider. Nothing is asked of it before somebody wants to sign in.
    pub fn new(settings: Settings) -> Self {
        Self(Some(Provider::new(settings)))
    }

    /// What the button says, where there is one.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|provider| provider.settings.name.as_str())
    }

    /// Whether a second step that was passed at the provider counts.
    pub fn trusts_second_step(&self) -> bool {
        self.0.as_ref().is_some_and(|provider| provider.settings.trust_second_step)
    }

    fn provider(&self) -> Result<&Provider> {
        self.0.as_ref().ok_or(Error::Conflict { key: "error-openid-off" })
    }
}

/// The one address that the provider may send people back to.
pub fn redirect_uri(public_url: &str) -> String {
    format!("{public_url}/sign-in/openid/return")
}
