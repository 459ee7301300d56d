//! The tries that people begin: what can be known before an account is connected, a connected account
//! from end to end, and what is left after connecting one.

use domain::{ConnectionId, Permission, PluginId};
use runtime::CallError;
use runtime::manifest::Provider;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::probe::{self, Place};
use super::{Checkup, FAILURES, Found, Progress, Step, StepState, steps_to_connect, steps_to_test};
use crate::audit::{self, Act, Who};
use crate::connections::{self, Connection};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::oauth;
use crate::{App, calendars, plugins, tokens};

/// A try that was begun. Whoever began it lets it run, and may look at how far it is meanwhile.
pub struct Started {
    app: App,
    ctx: Context,
    plugin: PluginId,
    provider: Provider,
    progress: Progress,
    what: What,
}

enum What {
    /// What can be known without an account.
    Probe,
    /// An account, from end to end.
    Test(Box<Connection>),
    /// An account that was just connected.
    Rest(Box<Connection>),
}

/// Begins to try what can be known of a provider before an account is connected there.
///
/// # Errors
/// [`Error::NotFound`] for a provider where people type a password: nothing is known of it before.
pub async fn begin_probe(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
) -> Result<Started> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    connections::require_flow(app, ctx, plugin, provider).await?;
    let loaded = plugins::find_enabled(app, &ctx.tenant, plugin).await?;
    let section = loaded.manifest().provider(provider).cloned().ok_or(Error::NotFound)?;
    let subject = connections::owner(plugin, provider);
    let steps = steps_to_connect(&section);
    let progress = Progress::begin(app, &ctx.tenant, plugin, &subject, steps).await;
    Ok(started(app, ctx, plugin, section, progress, What::Probe))
}

/// Begins to try a connected account from end to end.
pub async fn begin_test(app: &App, ctx: &Context, id: &ConnectionId) -> Result<Started> {
    let (connection, provider) = connected(app, ctx, id).await?;
    let (subject, steps) = (connection.id.to_string(), steps_to_test(&provider));
    let plugin = connection.plugin_id.clone();
    let progress = Progress::begin(app, &ctx.tenant, &plugin, &subject, steps).await;
    Ok(started(app, ctx, &plugin, provider, progress, What::Test(Box::new(connection))))
}

/// Begins to try what connecting an account left open: what its plugin looks at.
pub async fn begin_rest(app: &App, ctx: &Context, id: &ConnectionId) -> Result<Started> {
    let (connection, provider) = connected(app, ctx, id).await?;
    let before = super::find(app, &ctx.tenant, connection.id.to_string()).await?;
    let (subject, steps) = (connection.id.to_string(), steps_to_connect(&provider));
    let plugin = connection.plugin_id.clone();
    let mut progress = Progress::begin(app, &ctx.tenant, &plugin, &subject, steps).await;
    let done = before.map(|before| before.steps).unwrap_or_default();
    let done = done.iter().filter(|step| step.state == StepState::Done);
    progress.done(&done.map(|step| step.id.as_str()).collect::<Vec<_>>()).await;
    Ok(started(app, ctx, &plugin, provider, progress, What::Rest(Box::new(connection))))
}

async fn connected(app: &App, ctx: &Context, id: &ConnectionId) -> Result<(Connection, Provider)> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let connection = connections::get_connection(app, ctx, id).await?;
    if connection.state == connections::ConnectionState::Disconnected {
        return Err(Error::NotFound);
    }
    let loaded = plugins::find_enabled(app, &ctx.tenant, &connection.plugin_id).await?;
    let provider = loaded.manifest().provider(&connection.provider).cloned();
    Ok((connection, provider.ok_or(Error::NotFound)?))
}

fn started(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: Provider,
    progress: Progress,
    what: What,
) -> Started {
    let (app, ctx, plugin) = (app.clone(), ctx.clone(), plugin.clone());
    Started { app, ctx, plugin, provider, progress, what }
}

/// A step that failed, and what is wrong.
type Wrong = (String, Found);

impl Started {
    /// Tries one step after the other until one fails, and notes in the activity log how it ended.
    pub async fn run(mut self) -> Checkup {
        let wrong = match &self.what {
            What::Probe => self.ask_provider().await,
            What::Test(connection) if self.provider.login.is_none() => {
                let connection = connection.clone();
                match self.try_account(&connection).await {
                    Ok(()) => self.try_steps(&connection).await,
                    wrong => wrong,
                }
            }
            What::Test(connection) | What::Rest(connection) => {
                let connection = connection.clone();
                self.try_steps(&connection).await
            }
        };
        let (app, ctx, what) = (self.app, self.ctx, self.what);
        let checkup = match wrong {
            Ok(()) => self.progress.end().await,
            Err((step, found)) => self.progress.fail(&step, found).await,
        };
        if let What::Test(connection) = what
            && let Err(error) = note(&app, &ctx, &connection, &checkup).await
        {
            tracing::warn!(%error, "that a connection was tried could not be noted");
        }
        checkup
    }

    async fn ask_provider(&mut self) -> Result<(), Wrong> {
        let (app, tenant) = (self.app.clone(), self.ctx.tenant.clone());
        let owner = connections::owner(&self.plugin, &self.provider.id);
        let keys = self
            .app
            .db
            .inspect(move |c| oauth::client_keys(&app, c, &tenant, &owner))
            .await
            .map_err(|_| ("client".to_owned(), Found::of("client")))?;
        let place =
            Place { tenant: &self.ctx.tenant, plugin: &self.plugin, provider: &self.provider };
        let asked = probe::ask(&self.app, &place, keys, &mut self.progress).await;
        asked.map_err(|stopped| (stopped.step.to_owned(), stopped.found))
    }

    /// The client, the permission, and whose account it is.
    async fn try_account(&mut self, connection: &Connection) -> Result<(), Wrong> {
        self.ask_provider().await?;
        let wrong = |step: &str, found: Found| Err((step.to_owned(), found));
        let account = match self.identify(connection).await {
            Ok(account) => account,
            Err(found) => return wrong("grant", found),
        };
        self.progress.done(&["grant"]).await;
        let granted = &connection.scopes.0;
        let is_missing = |scope: &runtime::manifest::ProviderScope| {
            scope.required && !granted.is_empty() && !scope.is_granted(granted)
        };
        if self.provider.scopes.iter().any(is_missing) {
            return wrong("scopes", Found::of("scopes"));
        }
        self.progress.done(&["scopes"]).await;
        if account.reference != connection.account_ref {
            let found = other_account(&account.email, &connection.account_email);
            return wrong("account", found);
        }
        self.progress.done(&["account"]).await;
        Ok(())
    }

    /// Asks whose the token is; with a new one where the one there is isn't taken.
    async fn identify(&self, connection: &Connection) -> Result<connections::Account, Found> {
        let (app, tenant, id) = (&self.app, &connection.tenant_id, &connection.id);
        let ended = || Found::of(self.ended(connection));
        let of_error = |error: Error| match error {
            Error::Unavailable { key: "error-connection-needs-you", .. } => ended(),
            Error::Unavailable { .. } => Found::of("down"),
            _ => Found::of("failed"),
        };
        let mut is_renewed = false;
        loop {
            let access = tokens::access(app, tenant, id).await.map_err(of_error)?;
            let place = (tenant, &connection.plugin_id, &self.provider);
            let asked = oauth::identify(app, place, access.expose_text().unwrap_or_default()).await;
            match asked {
                Ok(account) => return Ok(account),
                Err(unknown) if unknown.status == Some(401) && !is_renewed => {
                    tokens::renew(app, tenant, id).await.map_err(of_error)?;
                    is_renewed = true;
                }
                Err(unknown) => return Err(unknown.found()),
            }
        }
    }

    /// What the plugin itself tries, one step after the other.
    async fn try_steps(&mut self, connection: &Connection) -> Result<(), Wrong> {
        let is_login = self.provider.login.is_some();
        let steps: Vec<String> = self.provider.steps.iter().map(|step| step.id.clone()).collect();
        for step in steps {
            let called = calendars::call_of(&self.app, connection).await;
            let (plugin, call) = called.map_err(|_| (step.clone(), Found::of("failed")))?;
            let answer = match self.app.engine.check_connection(&plugin, call, &step).await {
                Ok(answer) => serde_json::from_value::<Tried>(answer).unwrap_or(Tried::nonsense()),
                Err(error) => {
                    let (met, found) = met(&error, is_login, self.ended(connection));
                    if met == Some("secure") || met == Some("password") {
                        self.progress.done(&["reach"]).await;
                    }
                    return Err((met.map_or(step, str::to_owned), found));
                }
            };
            // Whoever answered was reached.
            let mut done = vec!["reach", "secure"];
            match answer {
                Tried::Done => done.push(&step),
                Tried::Failed { failure, link } => {
                    self.progress.done(&done).await;
                    return Err((step, self.failure(failure, link)));
                }
            }
            self.progress.done(&done).await;
        }
        Ok(())
    }

    fn ended(&self, connection: &Connection) -> &str {
        // One that was marked as ended was so then; another one has ended just now.
        let at = match connection.state {
            connections::ConnectionState::NeedsYou => connection.updated_at,
            _ => self.app.clock.now(),
        };
        super::why_ended(&self.provider, connection, at)
    }

    /// What a plugin found, as far as its manifest has words for it and a place for its link.
    fn failure(&self, failure: String, link: Option<String>) -> Found {
        let known = self.provider.failure(&failure);
        if known.is_none() && !FAILURES.contains(&failure.as_str()) {
            return Found::of("failed");
        }
        let place = known.and_then(|known| known.link.as_deref());
        let link = link.filter(|link| same_origin(link, place.unwrap_or_default()));
        Found { link, ..Found::of(failure) }
    }
}

/// The contract's answer of `connection-checker`.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum Tried {
    Done,
    Failed {
        failure: String,
        #[serde(default)]
        link: Option<String>,
    },
}

impl Tried {
    const fn nonsense() -> Self {
        Self::Failed { failure: String::new(), link: None }
    }
}

/// The account that came is another one than that which was expected.
pub(crate) fn other_account(found: &str, expected: &str) -> Found {
    Found::of("other-account").with("found", found).with("expected", expected)
}

fn same_origin(link: &str, place: &str) -> bool {
    match (Url::parse(link), Url::parse(place)) {
        (Ok(link), Ok(place)) => {
            let is_plain = link.username().is_empty() && link.password().is_none();
            is_plain && link.scheme() == "https" && link.origin() == place.origin()
        }
        _ => false,
    }
}

/// What a plugin's requests met on the way: the step, where it isn't the plugin's own, and what is wrong.
fn met(error: &CallError, is_login: bool, ended: &str) -> (Option<&'static str>, Found) {
    let CallError::Problem(problem) = error else { return (None, Found::of("failed")) };
    let of_login = |step| is_login.then_some(step);
    match problem.code.as_str() {
        "unavailable" if is_login && problem.detail.as_deref() == Some("certificate") => {
            (Some("secure"), Found::of("certificate"))
        }
        "unavailable" if problem.message.starts_with("unreachable") => {
            (of_login("reach"), Found::of("unreachable"))
        }
        "unavailable" | "timeout" => (of_login("reach"), Found::of("down")),
        "denied" if is_login => (Some("reach"), Found::of("private")),
        "reconnect" if is_login => (Some("password"), Found::of("password")),
        "reconnect" => (None, Found::of(ended)),
        "limited" => (None, Found::of("busy")),
        _ => (None, Found::of("failed")),
    }
}

async fn note(app: &App, ctx: &Context, connection: &Connection, checkup: &Checkup) -> Result<()> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), connection.id.clone());
    let failed = checkup.failed().map(|step: &Step| step.id.clone());
    let account = connection.account_email.clone();
    app.db
        .transact(move |c| -> Result<()> {
            let act = Act {
                action: "connection.tested",
                entity: "connection",
                entity_id: id.as_str(),
                detail: json!({"account": account, "failed": failed}),
            };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_the_manifest_says() {
        let place = "https://console.example.com/apis";
        assert!(same_origin("https://console.example.com/apis/42?project=7", place));
        for elsewhere in [
            "https://evil.example/apis",
            "http://console.example.com/apis",
            "https://console.example.com:8443/",
            "https://u@console.example.com/",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!same_origin(elsewhere, place), "{elsewhere}");
        }
        assert!(!same_origin("https://console.example.com/", ""));
    }
}
