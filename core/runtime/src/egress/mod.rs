//! The only door to the world: parse once, match a route, resolve, refuse what isn't global,
//! connect to what was checked.

use std::sync::Arc;

use domain::{PluginId, TenantId};

use crate::manifest::Provider;

mod headers;
mod redirect;

pub(crate) use headers::is_reserved_header;

pub use redirect::{BadRedirect, Redirect};

/// How requests leave.
#[derive(Default, Clone)]
pub struct EgressConfig {
    /// Sandbox mode: origins that lead to a simulator. Empty outside sandbox mode.
    pub redirects: Vec<Redirect>,
}

/// Why a request of the host's own to a provider gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address is not one the manifest names, or not one anybody may reach.
    #[error("refused: {0}")]
    Refused(String),
    /// The network or the provider is down.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    config: Arc<EgressConfig>,
}

impl Egress {
    /// A door with these redirects.
    pub fn new(config: EgressConfig) -> Result<Self, EgressError> {
        Ok(Self { config: Arc::new(config) })
    }

    /// Whether sandbox mode is on.
    pub fn is_sandbox(&self) -> bool {
        !self.config.redirects.is_empty()
    }

    /// Sends a request of the host's own, as for tokens: only to an address of the provider's section.
    pub async fn send_provider(
        &self,
        _tenant: &TenantId,
        _plugin: &PluginId,
        _provider: &Provider,
        _request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, EgressError> {
        Err(EgressError::Unreachable("not connected yet".to_owned()))
    }
}
