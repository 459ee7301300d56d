//! What every request can reach: the use cases, the theme, and how the instance is reached.

use std::net::IpAddr;
use std::sync::Arc;

use app::App;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::assets::BadTheme;
use crate::middleware::limit::Limits;
use crate::theme::Theme;

/// Whether an address is one of the configured proxies, whose word on the client's is believed.
pub type IsProxy = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// Shared by all workers.
pub struct Web {
    /// The use cases.
    pub app: App,
    /// The theme.
    pub theme: Theme,
    /// How often an address may ask.
    pub limits: Limits,
    is_proxy: IsProxy,
}

impl Web {
    /// Reads the theme.
    pub fn new(app: App, is_proxy: IsProxy, limits: Limits) -> Result<Self, BadTheme> {
        Ok(Self { app, theme: Theme::load()?, limits, is_proxy })
    }

    /// Whether people come by https, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.app.options.public_url.starts_with("https://")
    }

    /// Whether this peer's forwarded addresses are believed.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        (self.is_proxy)(peer)
    }

    /// Random text of this many bytes, safe in addresses, headers and attributes.
    pub fn random(&self, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        self.app.rng.fill(&mut random);
        URL_SAFE_NO_PAD.encode(random)
    }
}
