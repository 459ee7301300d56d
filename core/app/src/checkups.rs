//! Trying a connection live, step by step: what works, which step fails, and what mends it. What is the
//! same at every provider is tried here; for what isn't, a plugin's manifest has the words, and its
//! `connection-checker` tries the rest.

mod probe;
mod tries;
mod words;

use std::collections::BTreeMap;

use domain::{ConnectionId, Permission, PluginId, TenantId, Timestamp};
use runtime::manifest::Provider;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::connections::{self, Connection};
use crate::context::Context;
use crate::error::Result;

pub(crate) use probe::{Stopped, token_failure};
pub(crate) use tries::other_account;
pub use tries::{Started, begin_probe, begin_rest, begin_test};
pub use words::{Told, Words};

/// A try that says nothing for so long was broken off, as by a restart.
const SILENT_SECS: i64 = 120;
/// Characters of what is told of a failure beside its name.
const ARG_CHARS_MAX: usize = 254;

/// The steps that the host knows; the theme has a text for each.
pub const STEPS: [&str; 11] = [
    "reach", "client", "redirect", "consent", "scopes", "grant", "account", "secure", "password",
    "kind", "content",
];

/// What the host finds wrong; the theme has words for each, unless the manifest has its own.
pub const FAILURES: [&str; 19] = [
    "unreachable",
    "down",
    "clock",
    "client",
    "redirect",
    "declined",
    "refused",
    "code",
    "scopes",
    "ended",
    "identity",
    "other-account",
    "busy",
    "failed",
    "private",
    "certificate",
    "password",
    "kind",
    "content",
];

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It is as it should be.
    Done,
    /// It isn't.
    Failed,
    /// It wasn't reached.
    Waiting,
}

/// One step of a try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// One of [`STEPS`], or of the manifest's.
    pub id: String,
    /// How far it is.
    pub state: StepState,
    /// What is wrong, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// One of the manifest's failures, else one of [`FAILURES`].
    pub failure: String,
    /// Where exactly it is mended, as the provider said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What fills the places of its words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Found {
    /// This failure and no more.
    pub(crate) fn of(failure: impl Into<String>) -> Self {
        Self { failure: failure.into(), ..Self::default() }
    }

    /// With something that its words name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let value = value.chars().filter(|c| !c.is_control()).take(ARG_CHARS_MAX).collect();
        self.args.insert(name.to_owned(), value);
        self
    }
}

/// A try, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// The steps in their order.
    pub steps: Vec<Step>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Whether it goes on.
    pub is_running: bool,
}

impl Checkup {
    fn of(row: store::checkups::Checkup, now: Timestamp) -> Result<Self> {
        let is_heard_of = row.begun_at.plus_secs(SILENT_SECS) > now;
        Ok(Self {
            steps: serde_json::from_value(row.steps_json.0)?,
            begun_at: row.begun_at,
            is_running: row.ended_at.is_none() && is_heard_of,
        })
    }

    /// The step that failed, if one did.
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.state == StepState::Failed)
    }
}

/// What was found when a connection was tried last.
pub async fn find_checkup(
    app: &App,
    ctx: &Context,
    connection: &ConnectionId,
) -> Result<Option<Checkup>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    find(app, &ctx.tenant, connection.to_string()).await
}

/// What was found at a provider before anything was connected there.
pub async fn find_checkup_of_provider(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
) -> Result<Option<Checkup>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    find(app, &ctx.tenant, connections::owner(plugin, provider)).await
}

async fn find(app: &App, tenant: &TenantId, subject: String) -> Result<Option<Checkup>> {
    let (tenant, now) = (tenant.clone(), app.clock.now());
    let row = app.db.inspect(move |c| store::checkups::find(c, &tenant, &subject)).await?;
    row.map(|row| Checkup::of(row, now)).transpose()
}

/// When somebody left last for this provider and didn't come back, while they still may.
pub async fn left_at(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
) -> Result<Option<Timestamp>> {
    ctx.require(Permission::ManageConnections)?;
    let (ctx, plugin, provider) = (ctx.clone(), plugin.clone(), provider.to_owned());
    let find = move |c: &mut store::Conn| {
        store::oauth_flows::find_left(c, &ctx.tenant, &ctx.account, &plugin, &provider)
    };
    Ok(app.db.inspect(find).await?)
}

/// Which failure a connection that the provider ended shows: where the manifest says that connections
/// end by themselves after so many days and it ended then, that is why.
fn why_ended<'p>(provider: &'p Provider, connection: &Connection, at: Timestamp) -> &'p str {
    const SLACK_MS: i64 = 36 * 3_600_000;
    const DAY_MS: i64 = 24 * 3_600_000;
    let Some(granted) = connection.granted_at else { return "ended" };
    let lasted = at.millis_since(granted);
    let by_itself = provider.failures.iter().find(|failure| {
        let days = failure.ends_after_days.map(|days| i64::from(days) * DAY_MS);
        days.is_some_and(|ends| (ends - SLACK_MS..=ends + SLACK_MS).contains(&lasted))
    });
    by_itself.map_or("ended", |failure| &failure.id)
}

/// Why a connection ends by itself at a known time, where the manifest says.
fn why_ends(provider: &Provider) -> Option<&str> {
    let failure = provider.failures.iter().find(|failure| failure.ends_after_days.is_some());
    failure.map(|failure| failure.id.as_str())
}

/// What connecting an account comes to, in its order.
pub(crate) fn steps_to_connect(provider: &Provider) -> Vec<String> {
    let own: &[&str] = match &provider.login {
        None => &["reach", "client", "redirect", "consent", "scopes", "account"],
        Some(_) => &["reach", "secure", "password", "kind", "content"],
    };
    steps(own, provider)
}

/// What trying a connected account comes to.
fn steps_to_test(provider: &Provider) -> Vec<String> {
    let own: &[&str] = match &provider.login {
        None => &["reach", "client", "grant", "scopes", "account"],
        Some(_) => &["reach", "secure"],
    };
    steps(own, provider)
}

fn steps(own: &[&str], provider: &Provider) -> Vec<String> {
    let mut all: Vec<String> = own.iter().map(|id| (*id).to_owned()).collect();
    for step in &provider.steps {
        if !all.contains(&step.id) {
            all.push(step.id.clone());
        }
    }
    all
}

/// A try under way. What it finds is written down at once, so that a page can show it; where that fails,
/// the try goes on.
pub(crate) struct Progress {
    app: App,
    row: store::checkups::Checkup,
    steps: Vec<Step>,
}

impl Progress {
    /// Begins a try of this, in place of the one before.
    pub(crate) async fn begin(
        app: &App,
        tenant: &TenantId,
        plugin: &PluginId,
        subject: &str,
        steps: Vec<String>,
    ) -> Self {
        let waiting = |id| Step { id, state: StepState::Waiting, found: None };
        let mut begun = Self {
            app: app.clone(),
            row: store::checkups::Checkup {
                tenant_id: tenant.clone(),
                subject: subject.to_owned(),
                plugin_id: plugin.clone(),
                steps_json: serde_json::Value::Null.into(),
                begun_at: app.clock.now(),
                ended_at: None,
            },
            steps: steps.into_iter().map(waiting).collect(),
        };
        begun.write(true).await;
        begun
    }

    /// These are as they should be.
    pub(crate) async fn done(&mut self, ids: &[&str]) {
        for step in self.steps.iter_mut().filter(|step| ids.contains(&step.id.as_str())) {
            (step.state, step.found) = (StepState::Done, None);
        }
        self.write(false).await;
    }

    /// This is wrong, and nothing after it is tried.
    pub(crate) async fn fail(mut self, id: &str, found: Found) -> Checkup {
        let known = self.steps.iter().position(|step| step.id == id);
        // What was not foreseen belongs to the step that was next.
        let next = || self.steps.iter().position(|step| step.state == StepState::Waiting);
        if let Some(at) = known.or_else(next) {
            self.steps[at].state = StepState::Failed;
            self.steps[at].found = Some(found);
        }
        self.end().await
    }

    /// It is over.
    pub(crate) async fn end(mut self) -> Checkup {
        self.row.ended_at = Some(self.app.clock.now());
        self.write(false).await;
        Checkup { steps: self.steps, begun_at: self.row.begun_at, is_running: false }
    }

    /// It is over, and what it found is the new connection's.
    pub(crate) async fn hand_over(mut self, connection: &ConnectionId) {
        let (tenant, before) = (self.row.tenant_id.clone(), self.row.subject.clone());
        self.row.subject = connection.to_string();
        self.row.ended_at = Some(self.app.clock.now());
        self.write(true).await;
        if before == self.row.subject {
            return;
        }
        let gone = self.app.db.transact(move |c| store::checkups::delete(c, &tenant, &before));
        if let Err(error) = gone.await {
            tracing::warn!(%error, "what was found before could not be forgotten");
        }
    }

    async fn write(&mut self, is_new: bool) {
        let steps = serde_json::to_value(&self.steps).unwrap_or_default();
        self.row.steps_json = steps.into();
        let row = self.row.clone();
        let written = self.app.db.transact(move |c| -> store::Result<()> {
            if is_new {
                store::checkups::put(c, &row)
            } else {
                store::checkups::update(c, &row).map(drop)
            }
        });
        if let Err(error) = written.await {
            tracing::warn!(%error, "how far trying a connection is could not be noted");
        }
    }
}
