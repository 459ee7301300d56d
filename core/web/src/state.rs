//! What every request can reach: the use cases, the theme, and how the instance is reached.

use std::net::IpAddr;
use std::sync::Arc;

use app::App;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use domain::Secret;

use crate::api::TokenLimits;
use crate::live::Live;
use crate::middleware::limit::Limits;
use crate::middleware::room::Rooms;
use crate::theme::Theme;
use crate::themes::Themes;

/// Whether an address is one of the configured proxies, whose word on the client's is believed.
pub type IsProxy = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// How often a program's token may ask in a minute where nobody says.
pub const TOKEN_REQUESTS_PER_MINUTE: u32 = 600;

/// Shared by all workers.
pub struct Web {
    /// The use cases.
    pub app: App,
    /// The default theme, whose texts the pages' own words come from.
    pub theme: Arc<Theme>,
    /// Every theme that a business may choose.
    pub themes: Arc<Themes>,
    /// How often an address may ask.
    pub limits: Limits,
    /// How often a program's token may ask.
    pub token_limits: TokenLimits,
    /// The streams of changes that are open.
    pub live: Live,
    /// The room for large bodies.
    pub rooms: Rooms,
    /// Who shows this reads the process's figures; without one nobody does.
    pub metrics_token: Option<Secret>,
    /// When this was set up, in milliseconds of Unix time.
    pub started_ms: i64,
    is_proxy: IsProxy,
}

impl Web {
    /// Pages over an app.
    pub fn new(app: App, themes: Arc<Themes>, is_proxy: IsProxy, limits: Limits) -> Self {
        let (theme, started_ms) = (themes.default().clone(), app.clock.now().as_millis());
        let live = Live::default();
        let token_limits = TokenLimits::new(TOKEN_REQUESTS_PER_MINUTE);
        Self {
            app,
            theme,
            themes,
            limits,
            token_limits,
            live,
            rooms: Rooms::default(),
            metrics_token: None,
            started_ms,
            is_proxy,
        }
    }

    /// The same where a program's token may ask so often a minute; 0 for no limit.
    #[must_use]
    pub fn with_token_limit(self, per_minute: u32) -> Self {
        Self { token_limits: TokenLimits::new(per_minute), ..self }
    }

    /// The same with figures for whoever shows this token.
    #[must_use]
    pub fn with_metrics(self, metrics_token: Option<Secret>) -> Self {
        Self { metrics_token, ..self }
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
        random_text(&*self.app.rng, bytes)
    }
}

/// Random text of this many bytes, safe in addresses, headers and attributes.
pub(crate) fn random_text(rng: &dyn domain::Rng, bytes: usize) -> String {
    let mut random = vec![0; bytes];
    rng.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}
