//! Plugins: the list, a plugin, turning it on and off, its settings.

use actix_web::web::{Form, Path};
use app::Error;
use app::connections as connected;
use app::egress::{self, Asker, EgressEntry};
use app::plugins::{
    self, Ask, Figures, Limits, PluginCard, PluginPage as Found, ProviderCard, Stops,
};
use domain::{Permission, PluginId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::connections::rows as connection_rows;
use crate::pages::{id, plugin_settings};
use crate::views::Errors;
use crate::views::plugins::{
    AskRow, FormerRow, PluginPage, PluginRow, Plugins, ProviderRow, RequestRow, SourceRow, StopRow,
    UpdateRow, UsageRow,
};

/// Requests of a plugin that its page lists.
const REQUESTS: i64 = 60;
/// How many of them are seen at once.
const REQUESTS_OPEN: usize = 6;

/// The list.
pub async fn list(member: Member) -> Answer {
    let cards = plugins::list_plugins(&member.web.app, &member.ctx).await?;
    let page = Plugins {
        plugins: cards.into_iter().map(|card| row(&member, card)).collect(),
        can_manage: member.ctx.role.may(Permission::ManagePlugins),
    };
    member.page(&page).await
}

fn row(member: &Member, card: PluginCard) -> PluginRow {
    PluginRow {
        href: format!("/plugins/{}", card.id),
        icon: icon(member, &card.id),
        id: card.id.to_string(),
        name: card.name,
        description: card.description,
        publisher: card.publisher,
        version: card.version,
        enabled: card.enabled,
        needs_consent: card.needs_consent,
        update_waits: card.update_waits,
    }
}

/// The address of a plugin's icon, where it has one.
pub fn icon(member: &Member, id: &PluginId) -> Option<String> {
    let plugin = plugins::find_loaded(&member.web.app, id).ok()?;
    plugin.icon().map(|_| format!("/plugins/{id}/icon"))
}

/// What pages show of a provider.
pub async fn provider(
    member: &Member,
    plugin: &PluginId,
    name: &str,
) -> Result<ProviderCard, Error> {
    let (app, tenant) = (&member.web.app, &member.ctx.tenant);
    let loaded = plugins::find_of_tenant(app, tenant, plugin).await?;
    let provider = plugins::find_provider(app, tenant, plugin, name).await?;
    Ok(plugins::provider_card(&loaded, &provider, member.ctx.locale))
}

/// A plugin's name in the reader's language.
pub fn plugin_name(member: &Member, plugin: &PluginId) -> String {
    let Ok(loaded) = plugins::find_loaded(&member.web.app, plugin) else {
        return plugin.to_string();
    };
    loaded.texts().text(member.ctx.locale, &loaded.manifest().plugin.name, &[])
}

/// One plugin.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    page(&member, &id(&path)?, Errors::new()).await
}

async fn page(member: &Member, plugin: &PluginId, errors: Errors) -> Answer {
    page_with(member, plugin, errors, None).await
}

/// The page, with what was typed into its settings where that wasn't right.
pub(super) async fn page_with(
    member: &Member,
    plugin: &PluginId,
    errors: Errors,
    typed: Option<&Value>,
) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let found = plugins::get_plugin(app, ctx, plugin).await?;
    let mut connections = connected::list_connections(app, ctx).await?;
    connections.retain(|each| each.plugin_id == *plugin && each.state.as_str() != "disconnected");
    let (hosts, asks) = asks(member, &found.asks, &found.new_asks);
    let asked = egress::list_requests(app, ctx, plugin, REQUESTS).await?;
    let mut requests: Vec<_> = asked.into_iter().map(|entry| request(member, entry)).collect();
    let older_requests = requests.split_off(requests.len().min(REQUESTS_OPEN));
    let page = PluginPage {
        settings: plugin_settings::fields(member, plugin, &found, typed).await?,
        settings_rev: found.settings_rev,
        update: update(member, &found),
        former: former(member, &found),
        source: SourceRow {
            is_signed: found.source.is_signed,
            fingerprint: found.source.fingerprint.clone(),
        },
        can_remove: found.can_remove,
        stops: stops(&found.stops),
        usage: usage(plugins::plugin_usage(app, ctx, plugin).await?),
        limits: limits(&found.limits),
        requests,
        older_requests,
        providers: found
            .providers
            .iter()
            .map(|provider| ProviderRow {
                name: provider.name.clone(),
                href: format!("/connections/new/{plugin}/{}", provider.id),
            })
            .collect(),
        connections: connection_rows(member, connections).await?,
        plugin: row(member, found.card),
        asks,
        hosts,
        errors,
        can_manage: ctx.role.may(Permission::ManagePlugins),
        can_connect: ctx.role.may(Permission::ManageConnections),
    };
    member.form_page(&page, &page.errors).await
}

/// The version that waits, with what it asks for beyond what was allowed.
fn update(member: &Member, found: &Found) -> Option<UpdateRow> {
    let update = found.update.as_ref()?;
    let (hosts, asks) = asks(member, &update.asks, &BTreeSet::new());
    Some(UpdateRow {
        version: update.version.clone(),
        reason: update.reason.as_str(),
        detail: update.detail.clone(),
        asks,
        hosts,
    })
}

fn former(member: &Member, found: &Found) -> Option<FormerRow> {
    let former = found.former.as_ref()?;
    Some(FormerRow {
        version: former.version.clone(),
        since: member.dates().moment(former.replaced_at),
        restores_data: former.restores_data,
    })
}

/// What it asks for by kind, and the servers it may talk to.
fn asks(member: &Member, all: &[Ask], new: &BTreeSet<String>) -> (Vec<String>, Vec<AskRow>) {
    let (mut hosts, mut rows): (Vec<String>, Vec<AskRow>) = (Vec::new(), Vec::new());
    for ask in all {
        let kind = serde_json::to_value(ask.kind).unwrap_or_default();
        let mut key = kind.as_str().unwrap_or_default().to_owned();
        if matches!(key.as_str(), "egress" | "slot") {
            hosts.extend(host_of(&ask.subject).filter(|host| !hosts.contains(host)));
        }
        if key == "egress" && ask.subject == NAMED_SERVER {
            "server".clone_into(&mut key);
        }
        if key == "egress" {
            continue;
        }
        let reason = ask.reason.clone().unwrap_or_default();
        let detail = detail(member, &key, &ask.subject, &reason);
        let is_new = new.contains(&ask.id);
        let same = |row: &&mut AskRow| {
            row.key == key && row.is_new == is_new && (row.reason == reason || key == "scope")
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.details.extend(detail),
            None => rows.push(AskRow {
                reason: if key == "scope" { String::new() } else { reason },
                details: detail.into_iter().collect(),
                is_new,
                key,
            }),
        }
    }
    // First where it talks to, then that it acts there.
    rows.sort_by_key(|row| row.key != "server");
    (hosts, rows)
}

/// In a manifest: the server that a person names when they connect an account.
const NAMED_SERVER: &str = "connection:server";

fn host_of(subject: &str) -> Option<String> {
    let (_, rest) = subject.split_once("://")?;
    rest.split(['/', ' ', '?']).next().map(str::to_owned)
}

fn detail(member: &Member, kind: &str, subject: &str, reason: &str) -> Option<String> {
    let known = |key: String| {
        member.web.theme.texts.has(member.ctx.locale, &key).then(|| member.text(&key))
    };
    let word = match kind {
        "subscribe" | "publish" => known(format!("topic-{}", subject.replace('.', "-"))),
        "approvals" => known(format!("effect-{subject}")),
        "read-records" | "write-records" => known(format!("entity-{subject}")),
        "field" => known(format!("ask-field-{}", subject.replace('.', "-"))),
        "scope" => Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        "kv" | "jobs" | "server" | "slot" | "sign" => return None,
        _ => None,
    };
    Some(word.unwrap_or_else(|| subject.to_owned())).filter(|word| !word.is_empty())
}

fn stops(stops: &Stops) -> Vec<StopRow> {
    let count = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    let rows = [
        ("connections", count(stops.connections)),
        ("calendars", count(stops.calendars)),
        ("schedules", count(stops.schedules)),
        ("jobs", stops.jobs),
        ("views", count(stops.views)),
        ("webhooks", count(stops.webhooks)),
    ];
    rows.into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| StopRow { key, count })
        .collect()
}

fn usage(figures: Option<Figures>) -> Vec<UsageRow> {
    let Some(figures) = figures else { return Vec::new() };
    let rows = [
        ("calls", figures.calls().to_string()),
        ("stopped", figures.stopped().to_string()),
        ("refused", figures.denials.to_string()),
        ("requests", figures.requests.to_string()),
        ("cpu", format!("{:.1}", figures.cpu.as_secs_f64())),
        ("memory", figures.memory_bytes_max.div_ceil(1 << 20).to_string()),
    ];
    rows.into_iter().map(|(key, value)| UsageRow { key, value }).collect()
}

/// What one call may use: computing time in seconds, room in megabytes.
fn limits(limits: &Limits) -> Vec<UsageRow> {
    let megabytes = |bytes: u64| (bytes >> 20).to_string();
    let rows = [
        ("memory", megabytes(limits.memory_bytes)),
        ("cpu", format!("{}", limits.cpu().as_secs_f64())),
        ("wall", format!("{}", limits.wall().as_secs_f64())),
        ("requests", limits.http_calls.to_string()),
        ("answer", megabytes(limits.response_bytes)),
        ("effects", limits.effects.to_string()),
    ];
    rows.into_iter().map(|(key, value)| UsageRow { key, value }).collect()
}

fn request(member: &Member, entry: EgressEntry) -> RequestRow {
    let problem = problem(&entry.problem);
    let tone = match (problem, entry.status) {
        (Some(_), _) => "bad",
        (None, Some(200..=399)) => "good",
        _ => "warn",
    };
    let (unit, size) = match entry.bytes {
        bytes @ 0..1_024 => ("bytes", bytes),
        bytes => ("kilobytes", bytes.div_euclid(1_024)),
    };
    RequestRow {
        at: member.dates().moment(entry.at),
        by_host: entry.asker == Asker::Host,
        method: entry.method,
        host: entry.host,
        path: entry.path,
        status: entry.status,
        problem,
        tone,
        size,
        unit,
        ms: entry.ms,
    }
}

/// What people read of a problem's code.
fn problem(code: &str) -> Option<&'static str> {
    Some(match code {
        "" => return None,
        "denied" | "not-approved" | "invalid" => "refused",
        "timeout" => "timeout",
        "unavailable" => "unreachable",
        "too-large" => "too-large",
        "limited" => "limited",
        "reconnect" => "reconnect",
        "unfinished" => "unfinished",
        _ => "failed",
    })
}

/// The version whose permissions were read.
#[derive(Deserialize)]
pub struct Consent {
    #[serde(default)]
    version: String,
}

/// Turns a plugin on, allowing what its page shows.
pub async fn turn_on(member: Member, path: Path<String>, form: Form<Consent>) -> Answer {
    let plugin: PluginId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match plugins::enable_plugin(app, ctx, &plugin, &form.version).await {
        Ok(()) => member.said(&format!("/plugins/{plugin}"), "said-plugin-on"),
        Err(error) => page(&member, &plugin, form_errors(error)?).await,
    }
}

/// Turns a plugin off.
pub async fn turn_off(member: Member, path: Path<String>) -> Answer {
    let plugin: PluginId = id(&path)?;
    plugins::disable_plugin(&member.web.app, &member.ctx, &plugin).await?;
    member.said(&format!("/plugins/{plugin}"), "said-plugin-off")
}

/// Takes the version that waits, allowing what its page shows.
pub async fn upgrade(member: Member, path: Path<String>, form: Form<Consent>) -> Answer {
    let plugin: PluginId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match plugins::upgrade_plugin(app, ctx, &plugin, &form.version).await {
        Ok(()) => member.said(&format!("/plugins/{plugin}"), "said-plugin-updated"),
        Err(error) => page(&member, &plugin, form_errors(error)?).await,
    }
}

/// Goes back to the version before.
pub async fn roll_back(member: Member, path: Path<String>, form: Form<Consent>) -> Answer {
    let plugin: PluginId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match plugins::roll_back_plugin(app, ctx, &plugin, &form.version).await {
        Ok(()) => member.said(&format!("/plugins/{plugin}"), "said-plugin-back"),
        Err(error) => page(&member, &plugin, form_errors(error)?).await,
    }
}

/// What was typed to show that it is meant.
#[derive(Deserialize)]
pub struct Confirmation {
    #[serde(default)]
    confirm: String,
}

/// Removes a plugin's data from the business.
pub async fn remove(member: Member, path: Path<String>, form: Form<Confirmation>) -> Answer {
    let plugin: PluginId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match plugins::remove_plugin(app, ctx, &plugin, &form.confirm).await {
        Ok(()) => member.said(&format!("/plugins/{plugin}"), "said-plugin-removed"),
        Err(error) => page(&member, &plugin, form_errors(error)?).await,
    }
}
