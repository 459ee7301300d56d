//! Connections: the list, and the page of one; the wizard stands beside.

mod wizard;

use actix_web::web::{Form, Path};
use app::calendars::{Calendar, Detail};
use app::connections::{self as connected, Connection};
use app::oauth::Wanted;
use app::{Error, calendars, checkups, plugins};
use domain::{CalendarId, ConnectionId, Locale, Permission, PluginId};
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::checkups::Teller;
use crate::pages::id;
use crate::pages::plugins::{icon, plugin_name, provider};
use crate::views::connections::{
    CalendarRow, ConnectionPage, ConnectionRow, Connections, EndRow, InUseRow, OfferRow, ScopeRow,
};
use crate::views::{Choice, Errors};

use wizard::{begin, leading_to};
pub use wizard::{callback, save_client, show_new, start, target_of};

/// The list, and what else can be connected.
pub async fn list(member: Member) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let mut all = connected::list_connections(app, ctx).await?;
    all.retain(|connection| connection.state.as_str() != "disconnected");
    let can_manage = ctx.role.may(Permission::ManageConnections);
    let mut offers = Vec::new();
    if can_manage {
        for card in plugins::list_plugins(app, ctx).await? {
            let found = plugins::get_plugin(app, ctx, &card.id).await?;
            for provider in found.providers {
                let wizard = format!("/connections/new/{}/{}", card.id, provider.id);
                let enabled = card.enabled && !card.needs_consent;
                offers.push(OfferRow {
                    href: if enabled { wizard } else { format!("/plugins/{}", card.id) },
                    icon: icon(&member, &card.id),
                    provider: provider.name,
                    plugin: card.name.clone(),
                    enabled,
                });
            }
        }
    }
    let page = Connections { connections: rows(&member, all).await?, offers, can_manage };
    member.page(&page).await
}

/// Connections as lists show them.
pub async fn rows(member: &Member, all: Vec<Connection>) -> Result<Vec<ConnectionRow>, Failure> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let (app, ctx) = (&member.web.app, &member.ctx);
    let behind = calendars::list_behind(app, ctx).await?;
    let resting = plugins::list_resting(app, ctx).await?;
    let row = |each: Connection| {
        let how = Health {
            is_resting: resting.contains(&each.plugin_id),
            is_behind: behind.contains(&each.id),
        };
        row(member, &each, how)
    };
    Ok(all.into_iter().map(row).collect())
}

/// What counts for a connection's health beside its own state.
#[derive(Clone, Copy)]
struct Health {
    is_resting: bool,
    is_behind: bool,
}

fn row(member: &Member, connection: &Connection, how: Health) -> ConnectionRow {
    let name = provider_name(member, &connection.plugin_id, &connection.provider);
    let now = member.web.app.clock.now();
    let ends = connected::ends_in_days(connection, now);
    let state = connected::health(connection, how.is_resting, how.is_behind, now);
    ConnectionRow {
        href: format!("/connections/{}", connection.id),
        icon: icon(member, &connection.plugin_id),
        provider: name.unwrap_or_else(|| connection.provider.clone()),
        account: connection.account_name.clone(),
        email: connection.account_email.clone(),
        state: state.to_owned(),
        days: ends.unwrap_or_default(),
        tone: match state {
            "working" => "good",
            "needs_you" | "ends" => "warn",
            "behind" => "bad",
            _ => "off",
        },
    }
}

/// The name of a provider, which is the same in every version.
/// What a provider of a plugin is called; nothing where the plugin isn't there any more.
pub fn provider_name(member: &Member, plugin: &PluginId, name: &str) -> Option<String> {
    let loaded = plugins::find_loaded(&member.web.app, plugin).ok()?;
    let provider = loaded.manifest().provider(name)?;
    Some(loaded.texts().text(member.ctx.locale, &provider.name, &[]))
}

fn scope_row(scope: &plugins::ScopeCard, granted: bool) -> ScopeRow {
    ScopeRow {
        scope: scope.scope.clone(),
        reason: scope.reason.clone(),
        required: scope.required,
        granted,
    }
}

/// One connection.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    connection_page(&member, &id(&path)?, Errors::new()).await
}

async fn connection_page(member: &Member, which: &ConnectionId, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let connection = connected::get_connection(app, ctx, which).await?;
    let can_manage = ctx.role.may(Permission::ManageConnections);
    let state = connection.state.as_str();
    let has_calendars = serves_calendars(member, &connection.plugin_id).await && can_manage;
    let (calendars, calendars_problem) = if has_calendars && state == "working" {
        offered(member, which).await?
    } else {
        (Vec::new(), None)
    };
    let in_use = calendars::list_of_connection(app, ctx, which).await?;
    let wrong = errors.values().next().cloned();
    let teller = Teller::of(member, &connection.plugin_id, &connection.provider).await;
    let checkup = checkups::find_checkup(app, ctx, which).await?;
    let how = Health {
        is_resting: plugins::list_resting(app, ctx).await?.contains(&connection.plugin_id),
        is_behind: in_use.iter().any(|each| each.is_behind || each.missing.is_some()),
    };
    let page = ConnectionPage {
        checkup: teller.as_ref().zip(checkup).map(|(teller, found)| teller.block(&found)),
        can_check: can_manage && !how.is_resting && state != "disconnected",
        ends: ends(member, &connection, teller.as_ref()),
        ended: teller
            .as_ref()
            .filter(|_| state == "needs_you" && connection.server.is_none())
            .map(|teller| teller.trouble(&teller.words().ended(&connection))),
        connection: row(member, &connection, how),
        in_use: in_use.iter().map(|each| in_use_row(member, each)).collect(),
        action: format!("/connections/{which}"),
        plugin_href: format!("/plugins/{}", connection.plugin_id),
        plugin: plugin_name(member, &connection.plugin_id),
        since: member.dates().moment(connection.created_at),
        scopes: granted(member, &connection).await,
        server: connection.server.clone(),
        has_calendars: has_calendars && state == "working",
        defaults: defaults(member).await?,
        calendars,
        calendars_problem: wrong.or(calendars_problem),
        revocation: (state == "disconnected").then_some(match connection.problem {
            None => "confirmed",
            Some(_) if connection.server.is_some() => "password",
            Some(_) => "unconfirmed",
        }),
        can_manage,
    };
    let answer = member.form_page(&page, &errors).await?;
    Ok(leading_to(member, &connection.plugin_id, &connection.provider, answer).await)
}

/// When the connection ends by itself, and why.
fn ends(member: &Member, connection: &Connection, teller: Option<&Teller<'_>>) -> Option<EndRow> {
    connected::ends_in_days(connection, member.web.app.clock.now())?;
    let why = teller.and_then(|teller| Some(teller.trouble(&teller.words().ends()?)));
    Some(EndRow { when: member.dates().moment(connection.grant_ends_at?), why })
}

/// How a calendar is, and what of its events is shown.
fn in_use_row(member: &Member, calendar: &Calendar) -> InUseRow {
    let moment = |at: domain::Timestamp| member.dates().moment(at);
    let (state, tone) = match calendar {
        Calendar { is_behind: true, .. } => ("behind", "bad"),
        Calendar { failing_since: Some(_), .. } => ("trying", "warn"),
        Calendar { missing: Some(_), .. } => ("emptied", "bad"),
        Calendar { pulled_at: None, .. } => ("fresh", "off"),
        Calendar { .. } => ("working", "good"),
    };
    let known = |word: &String| member.web.theme.texts.has(Locale::En, &format!("behind-{word}"));
    let detail = |each: &Detail| {
        let label = member.text(&format!("detail-{each}"));
        Choice::new(each.as_str(), label, calendar.detail.as_str())
    };
    InUseRow {
        name: calendar.name.clone(),
        state: state.to_owned(),
        tone,
        asked: calendar.pulled_at.map(moment),
        failing_since: calendar.failing_since.map(moment),
        problem: calendar.problem.clone().filter(known),
        id: calendar.id.to_string(),
        missing: calendar.missing,
        is_answered: calendar.missing_answer.is_some(),
        field: format!("{DETAIL}{}", calendar.id),
        blocks: calendar.blocks,
        details: Detail::ALL.iter().map(detail).collect(),
    }
}

/// What is asked for, and whether this account granted it.
async fn granted(member: &Member, connection: &Connection) -> Vec<ScopeRow> {
    let (plugin, name) = (&connection.plugin_id, &connection.provider);
    let found = plugins::find_provider(&member.web.app, &member.ctx.tenant, plugin, name).await;
    let (Ok(manifest), Ok(card)) = (found, provider(member, plugin, name).await) else {
        return Vec::new();
    };
    let asked = manifest.scopes.iter().zip(&card.scopes);
    asked.map(|(asked, told)| scope_row(told, asked.is_granted(&connection.scopes.0))).collect()
}

async fn serves_calendars(member: &Member, plugin: &PluginId) -> bool {
    let (app, tenant) = (&member.web.app, &member.ctx.tenant);
    let loaded = plugins::find_of_tenant(app, tenant, plugin).await;
    loaded.is_ok_and(|plugin| plugin.manifest().ports.calendar)
}

async fn offered(
    member: &Member,
    which: &ConnectionId,
) -> Result<(Vec<CalendarRow>, Option<String>), Failure> {
    match calendars::offer_calendars(&member.web.app, &member.ctx, which).await {
        Ok(offered) => {
            let rows = offered.into_iter().map(|calendar| CalendarRow {
                owned: calendar.is_owned(),
                id: calendar.id,
                name: calendar.name,
                access: calendar.access.to_string(),
                chosen: calendar.chosen,
                primary: calendar.primary,
            });
            Ok((rows.collect(), None))
        }
        Err(Error::Unavailable { key, .. } | Error::Conflict { key }) => {
            Ok((Vec::new(), Some(key.to_owned())))
        }
        Err(Error::Limited { .. }) => Ok((Vec::new(), Some("error-provider-busy".to_owned()))),
        Err(other) => Err(other.into()),
    }
}

/// The calendars that new appointments may go to, where there is a choice.
async fn defaults(member: &Member) -> Result<Vec<Choice>, Failure> {
    if !member.ctx.role.may(Permission::ReadAppointments) {
        return Ok(Vec::new());
    }
    let all = calendars::list_calendars(&member.web.app, &member.ctx).await?;
    let current = all.iter().find(|each| each.is_default).map(|each| each.id.to_string());
    let current = current.unwrap_or_default();
    let choices =
        all.iter().map(|each| Choice::new(each.id.to_string(), each.name.clone(), &current));
    Ok(if all.len() > 1 { choices.collect() } else { Vec::new() })
}

/// Chooses which calendars of the account are used.
pub async fn choose_calendars(
    member: Member,
    path: Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let which: ConnectionId = id(&path)?;
    let wanted = form.into_inner().into_iter().filter(|(name, _)| name == "calendar");
    let wanted = wanted.map(|(_, value)| value).collect();
    let (app, ctx) = (&member.web.app, &member.ctx);
    match calendars::choose_calendars(app, ctx, &which, wanted).await {
        Ok(()) => member.said(&format!("/connections/{which}"), "said-calendars-saved"),
        Err(error) => connection_page(&member, &which, form_errors(error)?).await,
    }
}

/// What the names of fields begin with that choose what of a calendar's events is shown.
const DETAIL: &str = "detail-";

/// What the name of a field begins with that says whether a calendar blocks; its id follows.
const BLOCKS: &str = "blocks-";

/// Chooses how much is shown of events that were made in each calendar.
pub async fn choose_details(
    member: Member,
    path: Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let which: ConnectionId = id(&path)?;
    let mut chosen: Vec<(CalendarId, Detail)> = Vec::new();
    let mut blocking: Vec<CalendarId> = Vec::new();
    for (name, value) in form.into_inner() {
        if let Some(calendar) = name.strip_prefix(BLOCKS) {
            blocking.push(id(calendar)?);
        }
        let Some(calendar) = name.strip_prefix(DETAIL) else { continue };
        let detail = value.parse().map_err(|_| Error::invalid(&name, "error-invalid"))?;
        chosen.push((id(calendar)?, detail));
    }
    let (app, ctx) = (&member.web.app, &member.ctx);
    if chosen.len() > 1 {
        // With one calendar there is nothing to choose, and the form doesn't ask.
        calendars::choose_blocking(app, ctx, &which, blocking).await?;
    }
    calendars::choose_details(app, ctx, &which, chosen).await?;
    member.said(&format!("/connections/{which}"), "said-details-saved")
}

/// Asks the account's calendars what changed, now.
pub async fn pull(member: Member, path: Path<String>) -> Answer {
    let which: ConnectionId = id(&path)?;
    calendars::pull_now(&member.web.app, &member.ctx, &which).await?;
    member.said(&format!("/connections/{which}"), "said-calendars-asked")
}

/// What became of the events that are missing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MissingForm {
    answer: String,
}

/// Says whether missing events were deleted on purpose, or are to be made anew.
pub async fn answer_missing(
    member: Member,
    path: Path<(String, String)>,
    form: Form<MissingForm>,
) -> Answer {
    let (which, calendar): (ConnectionId, CalendarId) = (id(&path.0)?, id(&path.1)?);
    let answer = form.answer.parse().ok();
    let (app, ctx) = (&member.web.app, &member.ctx);
    calendars::answer_missing(app, ctx, &which, &calendar, answer).await?;
    member.said(&format!("/connections/{which}"), "said-emptied-answered")
}

/// Which calendar.
#[derive(Deserialize)]
pub struct DefaultForm {
    calendar: String,
}

/// Makes a calendar the one new appointments go to.
pub async fn choose_default(member: Member, path: Path<String>, form: Form<DefaultForm>) -> Answer {
    let which: ConnectionId = id(&path)?;
    let calendar: CalendarId = id(&form.calendar)?;
    calendars::set_default_calendar(&member.web.app, &member.ctx, &calendar).await?;
    member.said(&format!("/connections/{which}"), "said-default-calendar")
}

/// Sends the person to the provider to connect the same account again, or to the form where they type
/// its password.
pub async fn reconnect(member: Member, path: Path<String>) -> Answer {
    let connection = connected::get_connection(&member.web.app, &member.ctx, &id(&path)?).await?;
    let (plugin, name) = (&connection.plugin_id, &connection.provider);
    let found = plugins::find_provider(&member.web.app, &member.ctx.tenant, plugin, name).await?;
    if found.login.is_some() {
        let form = format!("/connections/new/{plugin}/{name}?again={}", connection.id);
        return Ok(crate::answer::go(&form));
    }
    begin(&member, plugin, name, Wanted::Again(connection.id.clone())).await
}

/// Revokes and forgets; the page then says honestly which of the two is certain.
pub async fn disconnect(member: Member, path: Path<String>) -> Answer {
    let which: ConnectionId = id(&path)?;
    connected::disconnect(&member.web.app, &member.ctx, &which).await?;
    Ok(crate::answer::go(&format!("/connections/{which}")))
}
