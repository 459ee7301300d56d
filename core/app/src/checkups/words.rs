//! What a manifest says of a provider's steps and failures, in one language.

use domain::{Locale, PluginId};
use runtime::Plugin;
use runtime::manifest::Provider;

use super::{Found, why_ended, why_ends};
use crate::App;
use crate::connections::Connection;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugins;

/// The words of one provider.
pub struct Words {
    plugin: Plugin,
    provider: Provider,
    locale: Locale,
}

/// What is wrong, in a plugin's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What is wrong, in a sentence.
    pub title: String,
    /// What to do, and where to click.
    pub help: String,
    /// Where that is done.
    pub link: Option<String>,
}

impl Words {
    /// Of this provider, in the version that the business has, for who asks.
    pub async fn of(app: &App, ctx: &Context, plugin: &PluginId, provider: &str) -> Result<Self> {
        let plugin = plugins::find_of_tenant(app, &ctx.tenant, plugin).await?;
        let provider = plugin.manifest().provider(provider).cloned().ok_or(Error::NotFound)?;
        Ok(Self { plugin, provider, locale: ctx.locale })
    }

    fn text(&self, key: &str) -> String {
        self.plugin.texts().text(self.locale, key, &[])
    }

    /// The provider's name.
    pub fn provider(&self) -> String {
        self.text(&self.provider.name)
    }

    /// Whether a provider can be told which account is meant.
    pub fn takes_hint(&self) -> bool {
        self.provider.account_hint.is_some()
    }

    /// What is so once a step is done, where the manifest says.
    pub fn step(&self, id: &str) -> Option<String> {
        let step = self.provider.steps.iter().find(|step| step.id == id)?;
        Some(self.text(&step.title))
    }

    /// What is wrong, where the manifest has words for it.
    pub fn failure(&self, found: &Found) -> Option<Told> {
        let failure = self.provider.failure(&found.failure)?;
        Some(Told {
            title: self.text(&failure.title),
            help: self.text(&failure.help),
            link: found.link.clone().or_else(|| failure.link.clone()),
        })
    }

    /// What the provider may have shown on a page of its own to somebody who didn't come back.
    pub fn shown(&self) -> Vec<Found> {
        let shown = self.provider.failures.iter().filter(|failure| failure.shown);
        shown.map(|failure| Found::of(failure.id.as_str())).collect()
    }

    /// Why a connection that the provider ended was ended.
    pub fn ended(&self, connection: &Connection) -> Found {
        Found::of(why_ended(&self.provider, connection, connection.updated_at))
    }

    /// Why a connection ends by itself, where the manifest says.
    pub fn ends(&self) -> Option<Found> {
        why_ends(&self.provider).map(Found::of)
    }
}
