//! Plugins: which there are, which a business has turned on, and what it allowed them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use domain::{ConnectionId, Locale, Permission, PluginId, Secret, TenantId, Timestamp};
use runtime::manifest::Provider;
use runtime::{CallContext, CallError, Grant, Limits, Plugin};
use serde_json::{Value, json};
use store::Conn;
use store::connections::ConnectionState;
use store::jobs::{JobFilter, JobState};
use store::plugins::InstalledPlugin;
use store::tenant_plugins::{TenantPlugin, TenantPluginChange};

use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{App, schedules, secrets};

pub use runtime::{Ask, AskKind};

/// The plugins that this process has loaded.
#[derive(Default)]
pub struct Registry {
    loaded: RwLock<BTreeMap<PluginId, Plugin>>,
    refused: RwLock<Vec<RefusedPackage>>,
}

/// A package that could not be loaded, for the instance's admin.
#[derive(Debug, Clone)]
pub struct RefusedPackage {
    /// The folder's name.
    pub name: String,
    /// Why, in words for its author.
    pub reason: String,
}

impl Registry {
    fn find(&self, id: &PluginId) -> Option<Plugin> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn all(&self) -> Vec<Plugin> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn put(&self, plugin: Plugin) {
        let id = plugin.manifest().plugin.id.clone();
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(id, plugin);
    }

    fn refuse(&self, name: String, reason: String) {
        tracing::warn!(package = name, reason, "a plugin's package could not be loaded");
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        refused.push(RefusedPackage { name, reason });
    }

    /// What could not be loaded.
    pub fn refused(&self) -> Vec<RefusedPackage> {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Loads every package below these folders. A broken one is noted and left out; of two packages of
/// one plugin the higher version counts.
pub async fn load_packages(app: &App, dirs: &[impl AsRef<Path>]) {
    for dir in dirs {
        let Ok(entries) = std::fs::read_dir(dir.as_ref()) else { continue };
        let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        folders.retain(|path| path.join("plugin.toml").is_file());
        folders.sort();
        for folder in folders {
            let (engine, path) = (app.engine.clone(), folder.clone());
            // Compiling takes a while: not on a thread that serves.
            let loaded = tokio::task::spawn_blocking(move || engine.load(&path)).await;
            let loaded = loaded
                .map_err(|error| error.to_string())
                .and_then(|l| l.map_err(|e| e.to_string()));
            match loaded {
                Ok(plugin) => {
                    if let Err(error) = register(app, plugin, &folder).await {
                        let name = folder.file_name().unwrap_or_default().to_string_lossy();
                        app.plugins.refuse(name.into_owned(), error.to_string());
                    }
                }
                Err(error) => {
                    let name = folder.file_name().unwrap_or_default().to_string_lossy();
                    app.plugins.refuse(name.into_owned(), error);
                }
            }
        }
    }
}

/// Notes which version is there, and takes the highest into use.
async fn register(app: &App, plugin: Plugin, path: &Path) -> Result<()> {
    let about = plugin.manifest().plugin.clone();
    let row = InstalledPlugin {
        id: about.id.clone(),
        version: about.version.to_string(),
        hash: plugin.hash().to_owned(),
        publisher: about.publisher.clone(),
        path: path.to_string_lossy().into_owned(),
        installed_at: app.clock.now(),
    };
    app.db.transact(move |c| store::plugins::replace(c, &row)).await?;
    match app.plugins.find(&about.id) {
        Some(before) if before.manifest().plugin.version >= about.version => {}
        _ => app.plugins.put(plugin),
    }
    Ok(())
}

/// A plugin as the list shows it.
#[derive(Debug, Clone)]
pub struct PluginCard {
    /// Its id.
    pub id: PluginId,
    /// Its name in the reader's language.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Its version.
    pub version: String,
    /// Who made it.
    pub publisher: String,
    /// Whether this business has it on.
    pub enabled: bool,
    /// Whether the loaded version asks for more than was allowed: off until an admin consents.
    pub needs_consent: bool,
}

/// Everything about a plugin that its page shows.
#[derive(Debug, Clone)]
pub struct PluginPage {
    /// What the list shows.
    pub card: PluginCard,
    /// What it asks for, with its reasons in the reader's language.
    pub asks: Vec<Ask>,
    /// The settings form, where it has one.
    pub settings_schema: Option<runtime::manifest::Schema>,
    /// What is set.
    pub settings: Value,
    /// Its providers' ids and names.
    pub providers: Vec<ProviderCard>,
    /// What stops when it is turned off.
    pub stops: Stops,
}

/// A provider that a plugin can connect accounts at.
#[derive(Debug, Clone)]
pub struct ProviderCard {
    /// The manifest's id.
    pub id: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Where to click there, in the reader's language.
    pub guide: Option<String>,
    /// What is asked for, with the reason for each.
    pub scopes: Vec<ScopeCard>,
}

/// A scope and why it is wanted.
#[derive(Debug, Clone)]
pub struct ScopeCard {
    /// The provider's word.
    pub scope: String,
    /// Why, in the reader's language.
    pub reason: String,
    /// Whether nothing works without it.
    pub required: bool,
}

/// What turning a plugin off stops.
#[derive(Debug, Clone, Default)]
pub struct Stops {
    /// Connected accounts that rest.
    pub connections: usize,
    /// Calendars no longer kept in step.
    pub calendars: usize,
    /// Repeating jobs.
    pub schedules: usize,
    /// Jobs that wait now and will wait until it is on again.
    pub jobs: i64,
    /// Pages, panels and cards that disappear.
    pub views: usize,
    /// Addresses at which it hears from providers.
    pub webhooks: usize,
}

/// All plugins, those that are on first.
pub async fn list_plugins(app: &App, ctx: &Context) -> Result<Vec<PluginCard>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let tenant = ctx.tenant.clone();
    let rows = app.db.inspect(move |c| store::tenant_plugins::list(c, &tenant)).await?;
    let mut cards: Vec<_> = app
        .plugins
        .all()
        .iter()
        .map(|plugin| {
            let row = rows.iter().find(|row| row.plugin_id == plugin.manifest().plugin.id);
            card(plugin, row, ctx.locale)
        })
        .collect();
    cards.sort_by(|a, b| b.enabled.cmp(&a.enabled).then_with(|| a.name.cmp(&b.name)));
    Ok(cards)
}

fn card(plugin: &Plugin, row: Option<&TenantPlugin>, locale: Locale) -> PluginCard {
    let about = &plugin.manifest().plugin;
    PluginCard {
        id: about.id.clone(),
        name: plugin.texts().text(locale, &about.name, &[]),
        description: plugin.texts().text(locale, &about.description, &[]),
        version: about.version.to_string(),
        publisher: about.publisher.clone(),
        enabled: row.is_some_and(|row| row.enabled),
        needs_consent: row.is_some_and(|row| row.enabled && !is_covered(plugin, row)),
    }
}

/// Whether the grant covers what the loaded version asks for.
fn is_covered(plugin: &Plugin, row: &TenantPlugin) -> bool {
    grant_of(row).missing(plugin.manifest()).is_empty()
}

pub(crate) fn grant_of(row: &TenantPlugin) -> Grant {
    serde_json::from_value(row.grant_json.0.clone()).unwrap_or_default()
}

/// One plugin.
pub async fn get_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<PluginPage> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    let plugin = find_loaded(app, id)?;
    let (tenant, id2) = (ctx.tenant.clone(), id.clone());
    let (row, stops) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::tenant_plugins::find(c, &tenant, &id2)?;
            Ok((row, stops(c, &tenant, &id2)?))
        })
        .await?;
    let text = |key: &str| plugin.texts().text(ctx.locale, key, &[]);
    let asks = plugin.manifest().asks().into_iter();
    let settings = row.as_ref().map(|row| row.settings_json.0.clone());
    Ok(PluginPage {
        card: card(&plugin, row.as_ref(), ctx.locale),
        asks: asks.map(|ask| Ask { reason: ask.reason.as_deref().map(text), ..ask }).collect(),
        settings_schema: plugin.manifest().settings.clone(),
        settings: settings.unwrap_or_else(|| json!({})),
        providers: plugin
            .manifest()
            .providers
            .iter()
            .map(|p| provider_card(&plugin, p, ctx.locale))
            .collect(),
        stops: Stops {
            views: plugin.manifest().views.len(),
            webhooks: plugin.manifest().webhooks.len(),
            ..stops
        },
    })
}

/// A provider as pages show it.
pub fn provider_card(plugin: &Plugin, provider: &Provider, locale: Locale) -> ProviderCard {
    let text = |key: &str| plugin.texts().text(locale, key, &[]);
    ProviderCard {
        id: provider.id.clone(),
        name: text(&provider.name),
        guide: provider.guide.as_deref().map(text),
        scopes: provider
            .scopes
            .iter()
            .map(|s| ScopeCard {
                scope: s.scope.clone(),
                reason: text(&s.reason),
                required: s.required,
            })
            .collect(),
    }
}

fn stops(c: &mut Conn, tenant: &TenantId, id: &PluginId) -> Result<Stops> {
    let connections: Vec<_> = store::connections::list_of_plugin(c, tenant, id)?
        .into_iter()
        .filter(|x| x.state != ConnectionState::Disconnected)
        .collect();
    let calendars = store::calendars::list(c, tenant)?;
    let of_plugin =
        |k: &&store::calendars::Calendar| connections.iter().any(|x| x.id == k.connection_id);
    let schedules = store::schedules::list(c, tenant)?.into_iter();
    let waiting = JobFilter {
        state: Some(JobState::Ready),
        plugin_id: Some(id.clone()),
        connection_id: None,
    };
    Ok(Stops {
        connections: connections.len(),
        calendars: calendars.iter().filter(of_plugin).count(),
        schedules: schedules.filter(|s| s.plugin_id.as_ref() == Some(id)).count(),
        jobs: store::jobs::count(c, tenant, &waiting)?,
        views: 0,
        webhooks: 0,
    })
}

/// Turns a plugin on: the person has seen what this version asks for and allows it all.
pub async fn enable_plugin(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    seen_version: &str,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_loaded(app, id)?;
    let about = &plugin.manifest().plugin;
    if about.version.to_string() != seen_version {
        return Err(Error::Conflict { key: "error-plugin-version-changed" });
    }
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let about = &plugin.manifest().plugin;
            let now = app2.clock.now();
            let grant = serde_json::to_value(Grant::everything(plugin.manifest()))?;
            keep_enabled(c, tenant, about, grant, now)?;
            schedules::put_of_plugin(&app2, c, tenant, &plugin, &ctx2.zone)?;
            store::schedules::set_paused_of_plugin(c, tenant, &about.id, false)?;
            store::jobs::resume_plugin(c, tenant, &about.id, now)?;
            record(&app2, c, &ctx2, "plugin.enabled", &about.id, json!({"version": about.version}))
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

fn keep_enabled(
    c: &mut Conn,
    tenant: &TenantId,
    about: &runtime::manifest::About,
    grant: Value,
    now: Timestamp,
) -> Result<()> {
    let version = about.version.to_string();
    if let Some(before) = store::tenant_plugins::find(c, tenant, &about.id)? {
        let change = TenantPluginChange {
            version,
            enabled: true,
            grant_json: grant.into(),
            settings_json: before.settings_json,
        };
        store::tenant_plugins::update(c, tenant, &about.id, &change, before.rev, now)?;
        return Ok(());
    }
    let row = TenantPlugin {
        tenant_id: tenant.clone(),
        plugin_id: about.id.clone(),
        version,
        enabled: true,
        grant_json: grant.into(),
        settings_json: json!({}).into(),
        changed_at: now,
        rev: 1,
    };
    Ok(store::tenant_plugins::insert(c, &row)?)
}

fn to_change(row: &TenantPlugin) -> TenantPluginChange {
    TenantPluginChange {
        version: row.version.clone(),
        enabled: row.enabled,
        grant_json: row.grant_json.clone(),
        settings_json: row.settings_json.clone(),
    }
}

/// Turns a plugin off: nothing of it runs from now on. Settings, data and connections stay.
pub async fn disable_plugin(app: &App, ctx: &Context, id: &PluginId) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    find_loaded(app, id)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let tenant = &ctx2.tenant;
            let Some(row) = store::tenant_plugins::find(c, tenant, &id)? else { return Ok(()) };
            if !row.enabled {
                return Ok(());
            }
            let now = app2.clock.now();
            let change = TenantPluginChange { enabled: false, ..to_change(&row) };
            store::tenant_plugins::update(c, tenant, &id, &change, row.rev, now)?;
            store::schedules::set_paused_of_plugin(c, tenant, &id, true)?;
            store::jobs::pause_plugin(c, tenant, &id, now)?;
            record(&app2, c, &ctx2, "plugin.disabled", &id, json!({}))
        })
        .await
}

/// Keeps a plugin's settings, once its schema and the plugin itself have nothing against them.
pub async fn save_plugin_settings(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    settings: Value,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_enabled(app, &ctx.tenant, id).await?;
    let schema = plugin.manifest().settings.as_ref().ok_or(Error::NotFound)?;
    if let Some(wrong) = schema.violations(&settings).into_iter().next() {
        return Err(Error::invalid(wrong.property, format!("error-setting-{}", wrong.rule)));
    }
    let (_, mut call) = call_context(app, &ctx.tenant, id, None).await?;
    call.settings = settings.clone();
    match app.engine.validate(&plugin, call, &settings).await {
        Ok(problems) => {
            if let Some((field, key)) = problems.into_iter().next() {
                return Err(Error::invalid(field, plugin.texts().text(ctx.locale, &key, &[])));
            }
        }
        Err(CallError::NotExported) => {}
        Err(error) => return Err(call_error(error)),
    }
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let row = store::tenant_plugins::get(c, &ctx2.tenant, &id)?;
            let change = TenantPluginChange { settings_json: settings.into(), ..to_change(&row) };
            let now = app2.clock.now();
            store::tenant_plugins::update(c, &ctx2.tenant, &id, &change, row.rev, now)?;
            record(&app2, c, &ctx2, "plugin.settings-saved", &id, json!({}))
        })
        .await
}

/// Keeps a secret that one of the plugin's slots takes from the settings.
pub async fn save_plugin_secret(
    app: &App,
    ctx: &Context,
    id: &PluginId,
    name: &str,
    secret: Secret,
) -> Result<()> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManagePlugins)?;
    let plugin = find_loaded(app, id)?;
    let wanted = runtime::manifest::SlotSource::Secret(name.to_owned());
    if !plugin.manifest().slots.iter().any(|slot| slot.source == wanted) {
        return Err(Error::NotFound);
    }
    if secret.is_empty() || secret.len() > 8_000 {
        return Err(Error::invalid(name, "error-required"));
    }
    let (app2, ctx2, id, name) = (app.clone(), ctx.clone(), id.clone(), name.to_owned());
    app.db
        .transact(move |c| -> Result<()> {
            secrets::replace(&app2, c, &ctx2.tenant, &setting_secret(&id, &name), &secret)?;
            record(&app2, c, &ctx2, "plugin.secret-saved", &id, json!({"name": name}))
        })
        .await
}

/// Where a plugin's secret setting is kept.
pub(crate) fn setting_secret(plugin: &PluginId, name: &str) -> secrets::Name {
    secrets::Name { owner: plugin.to_string(), name: "setting", record: name.to_owned() }
}

fn record(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    action: &'static str,
    id: &PluginId,
    detail: Value,
) -> Result<()> {
    let act = Act { action, entity: "plugin", entity_id: id.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}

/// A loaded plugin.
pub fn find_loaded(app: &App, id: &PluginId) -> Result<Plugin> {
    app.plugins.find(id).ok_or(Error::NotFound)
}

/// A provider section of a loaded plugin.
pub fn find_provider(app: &App, id: &PluginId, provider: &str) -> Result<Provider> {
    let plugin = find_loaded(app, id)?;
    plugin.manifest().provider(provider).cloned().ok_or(Error::NotFound)
}

/// A plugin that this business has on, with a grant that covers what it asks for.
pub(crate) async fn find_enabled(app: &App, tenant: &TenantId, id: &PluginId) -> Result<Plugin> {
    Ok(call_context(app, tenant, id, None).await?.0)
}

/// The plugin and the context of a call to it on behalf of a business; refused while it is off.
pub(crate) async fn call_context(
    app: &App,
    tenant: &TenantId,
    id: &PluginId,
    connection: Option<ConnectionId>,
) -> Result<(Plugin, CallContext)> {
    let plugin = find_loaded(app, id)?;
    let (tenant2, id2) = (tenant.clone(), id.clone());
    let (row, business) = app
        .db
        .inspect(move |c| -> Result<_> {
            let row = store::tenant_plugins::find(c, &tenant2, &id2)?;
            Ok((row, store::tenants::get(c, &tenant2)?))
        })
        .await?;
    let row = row
        .filter(|row| row.enabled)
        .ok_or(Error::Unavailable { key: "error-plugin-off", detail: None })?;
    if !is_covered(&plugin, &row) {
        return Err(Error::Unavailable { key: "error-plugin-needs-consent", detail: None });
    }
    let call = CallContext {
        tenant: tenant.clone(),
        plugin: id.clone(),
        grant: Arc::new(grant_of(&row)),
        settings: row.settings_json.0,
        locale: business.locale,
        zone: business.zone,
        connection,
        request_id: domain::JobId::new(&*app.clock, &*app.rng).to_string(),
        limits: Limits::default(),
    };
    Ok((plugin, call))
}

/// What a failed call means to the caller.
pub(crate) fn call_error(error: CallError) -> Error {
    match &error {
        CallError::Busy { retry_after } => {
            Error::Limited { retry_after_secs: retry_after.as_secs().max(1) }
        }
        CallError::Problem(problem) => match problem.code.as_str() {
            "limited" => Error::Limited {
                retry_after_secs: problem.retry_after_ms.unwrap_or(1_000).div_ceil(1_000),
            },
            "reconnect" => Error::unavailable("error-connection-needs-you", problem),
            "rejected" => Error::unavailable("error-provider-rejected", problem),
            "unavailable" | "timeout" => Error::unavailable("error-provider-unavailable", problem),
            _ => Error::unavailable("error-plugin-failed", problem),
        },
        _ => Error::unavailable("error-plugin-failed", &error),
    }
}

/// A plugin answered with a document that the contract doesn't know.
pub(crate) fn bad_answer(error: serde_json::Error) -> Error {
    Error::unavailable(
        "error-plugin-failed",
        format!("the answer is not as the contract says: {error}"),
    )
}

/// Whether a call ended with this problem code.
pub(crate) fn is_problem(error: &CallError, code: &str) -> bool {
    matches!(error, CallError::Problem(problem) if problem.code == code)
}

/// The word an appointment's page has a text for.
pub(crate) fn problem_word(error: &Error) -> String {
    match error {
        Error::Limited { .. } => "error-provider-busy".to_owned(),
        Error::Unavailable { key, .. } => (*key).to_owned(),
        _ => "error-plugin-failed".to_owned(),
    }
}
