//! The configuration: what can be set, one file a section. `config/default.toml` is its manual; a
//! test keeps the two equal.

pub mod audit;
pub mod data;
pub mod database;
mod error;
pub mod jobs;
mod load;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod openid;
mod place;
pub mod plugin_limits;
pub mod plugins;
pub mod sandbox;
pub mod server;
mod show;
pub mod themes;
mod variables;
pub mod vault;

use serde::Deserialize;

pub use error::ConfigError;
pub use load::{Input, Loaded, load};
pub use variables::{ROOT_KEY, ROOT_KEY_FD};

/// The manual, which is also the lowest layer of values.
pub const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how pages are served.
    pub server: server::Server,
    /// Where data is kept.
    pub data: data::Data,
    /// Where the root key comes from.
    pub vault: vault::Vault,
    /// Which database.
    pub database: database::Database,
    /// Simulators in place of providers.
    pub sandbox: sandbox::Sandbox,
    /// Plugins and their limits.
    pub plugins: plugins::Plugins,
    /// What one call of a plugin may use.
    pub plugin_limits: plugin_limits::PluginLimits,
    /// Themes besides those of the program.
    pub themes: themes::Themes,
    /// How mail leaves.
    pub mail: mail::Mail,
    /// The OpenID provider people may sign in by.
    pub openid: openid::Openid,
    /// Background work.
    pub jobs: jobs::Jobs,
    /// Signed heads of the activity logs.
    pub audit: audit::Audit,
    /// Figures for whoever watches the process.
    pub metrics: metrics::Metrics,
    /// The log.
    pub log: log::Log,
}
