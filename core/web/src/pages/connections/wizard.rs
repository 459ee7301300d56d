//! The wizard of a provider: its client, the way there and back, what was found on it.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path, Query};
use app::connections as connected;
use app::oauth::{self, Callback, Wanted};
use app::{App, Context, Error, checkups, plugins};
use domain::{ConnectionId, Locale, Permission, PluginId, Secret};
use serde::Deserialize;
use url::Url;

use super::scope_row;
use crate::answer::{Answer, FormTarget, form_errors, go_with};
use crate::cookies;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::checkups::{Teller, follow, guide};
use crate::pages::id;
use crate::pages::logins::{self, Typed};
use crate::pages::plugins::{icon, plugin_name, provider};
use crate::views::Errors;
use crate::views::connections::{ConnectPage, LeftRow};

/// What went wrong on the way back, for the wizard to say.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WizardQuery {
    failed: String,
    /// The account that is connected again.
    again: String,
}

/// The wizard of a provider.
pub async fn show_new(
    member: Member,
    path: Path<(String, String)>,
    query: Query<WizardQuery>,
) -> Answer {
    let (plugin, name) = path.into_inner();
    let plugin: PluginId = id(&plugin)?;
    let WizardQuery { failed, again } = query.into_inner();
    let card = provider(&member, &plugin, &name).await?;
    if card.login.is_some() {
        // Asked for now, so that a password that was typed needn't be typed twice.
        member.ctx.require_recent()?;
        let typed = Typed::again(&member, &again).await?;
        return logins::form(&member, &plugin, &card, typed, Errors::new()).await;
    }
    let texts = &member.web.theme.texts;
    let failed = Some(failed).filter(|key| key.starts_with("error-") && texts.has(Locale::En, key));
    wizard(&member, &plugin, &name, Wrong { failed, ..Wrong::default() }).await
}

/// What was typed and isn't right.
#[derive(Default)]
struct Wrong {
    errors: Errors,
    failed: Option<String>,
    expected: String,
}

async fn wizard(member: &Member, plugin: &PluginId, name: &str, wrong: Wrong) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let ready = oauth::prepare_connection(app, ctx, plugin, name).await?;
    let card = provider(member, plugin, name).await?;
    let base = format!("/connections/new/{plugin}/{name}");
    let teller = Teller::of(member, plugin, name).await;
    let checkup = checkups::find_checkup_of_provider(app, ctx, plugin, name).await?;
    let page = ConnectPage {
        check_action: format!("{base}/check"),
        checkup: teller.as_ref().zip(checkup).map(|(teller, found)| teller.block(&found)),
        left: left(member, plugin, name, teller.as_ref()).await?,
        expected: wrong.expected,
        client_action: format!("{base}/client"),
        start_action: format!("{base}/start"),
        plugin_href: format!("/plugins/{plugin}"),
        plugin: plugin_name(member, plugin),
        icon: icon(member, plugin),
        provider: card.name.clone(),
        redirect_uri: ready.redirect_uri,
        guide: card.guide.as_deref().map(guide).unwrap_or_default(),
        is_untrusted: ready.is_untrusted,
        has_client: ready.client_id.is_some() && ready.has_client_secret,
        client_id: ready.client_id.unwrap_or_default(),
        scopes: card.scopes.iter().map(|scope| scope_row(scope, false)).collect(),
        errors: wrong.errors,
        failed: wrong.failed,
    };
    let answer = member.form_page(&page, &page.errors).await?;
    Ok(leading_to(member, plugin, name, answer).await)
}

/// What a person who left for the provider and didn't come back may have seen there.
async fn left(
    member: &Member,
    plugin: &PluginId,
    name: &str,
    teller: Option<&Teller<'_>>,
) -> Result<Option<LeftRow>, Failure> {
    let Some(teller) = teller else { return Ok(None) };
    let shown = teller.words().shown();
    let left = checkups::left_at(&member.web.app, &member.ctx, plugin, name).await?;
    let Some(left) = left.filter(|_| !shown.is_empty()) else { return Ok(None) };
    Ok(Some(LeftRow {
        when: member.dates().moment(left),
        shown: shown.iter().map(|found| teller.trouble(found)).collect(),
    }))
}

/// Lets this page's forms be redirected to the provider, which browsers otherwise refuse.
pub(super) async fn leading_to(
    member: &Member,
    plugin: &PluginId,
    name: &str,
    mut answer: HttpResponse,
) -> HttpResponse {
    if let Some(target) = provider_target(&member.web.app, &member.ctx, plugin, name).await {
        answer.extensions_mut().insert(target);
    }
    answer
}

async fn provider_target(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    name: &str,
) -> Option<FormTarget> {
    let provider = plugins::find_provider(app, &ctx.tenant, plugin, name).await.ok()?;
    let url = Url::parse(&app.egress.browser_url(&provider.authorization)).ok()?;
    Some(FormTarget(url.origin().ascii_serialization()))
}

/// Where the form that is sent to this path leads in the end, if that is a provider: the page that
/// asks for a proof first sends the same form.
pub async fn target_of(app: &App, ctx: &Context, path: &str) -> Option<FormTarget> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["connections", "new", plugin, provider, "start"] => {
            ctx.require_to_see(Permission::ReadPlugins).ok()?;
            provider_target(app, ctx, &plugin.parse().ok()?, provider).await
        }
        ["connections", which, "reconnect"] => {
            let which = which.parse().ok()?;
            let found = connected::get_connection(app, ctx, &which).await.ok()?;
            provider_target(app, ctx, &found.plugin_id, &found.provider).await
        }
        _ => None,
    }
}

/// What the client's form sends.
#[derive(Deserialize)]
pub struct ClientForm {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    /// That a secret was typed and has to be typed again.
    #[serde(default)]
    retype: String,
}

/// Keeps the client that the business registered at the provider.
pub async fn save_client(
    member: Member,
    path: Path<(String, String)>,
    form: Form<ClientForm>,
) -> Answer {
    let (plugin, provider) = path.into_inner();
    let plugin: PluginId = id(&plugin)?;
    let ClientForm { client_id, client_secret, retype } = form.into_inner();
    let (app, ctx) = (&member.web.app, &member.ctx);
    let secret = Secret::from_text(client_secret.trim().to_owned());
    let saved = if secret.is_empty() && !retype.is_empty() {
        Err(Error::invalid("client_secret", "error-secret-again"))
    } else {
        oauth::save_client(app, ctx, &plugin, &provider, &client_id, secret).await
    };
    match saved {
        Ok(()) => {
            // Whether the provider knows it can be seen at once.
            follow(checkups::begin_probe(app, ctx, &plugin, &provider).await?).await;
            member.said(&format!("/connections/new/{plugin}/{provider}"), "said-client-saved")
        }
        Err(error) => {
            let wrong = Wrong { errors: form_errors(error)?, ..Wrong::default() };
            wizard(&member, &plugin, &provider, wrong).await
        }
    }
}

/// Which account is expected, if that was said.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StartForm {
    expected: String,
}

/// Sends the person to the provider.
pub async fn start(member: Member, path: Path<(String, String)>, form: Form<StartForm>) -> Answer {
    let (plugin, provider) = path.into_inner();
    let plugin: PluginId = id(&plugin)?;
    match Wanted::named(&form.expected) {
        Ok(wanted) => begin(&member, &plugin, &provider, wanted).await,
        Err(error) => {
            let wrong = Wrong {
                errors: form_errors(error)?,
                expected: form.into_inner().expected,
                ..Wrong::default()
            };
            wizard(&member, &plugin, &provider, wrong).await
        }
    }
}

pub(super) async fn begin(
    member: &Member,
    plugin: &PluginId,
    provider: &str,
    wanted: Wanted,
) -> Answer {
    let again = match &wanted {
        Wanted::Again(connection) => format!("/{connection}"),
        Wanted::Any | Wanted::Named(_) => String::new(),
    };
    let begun =
        oauth::begin_connection(&member.web.app, &member.ctx, plugin, provider, wanted).await;
    match begun {
        Ok(url) => {
            let wizard = format!("{plugin}/{provider}{again}");
            Ok(go_with(url.as_str(), [cookies::passing(&member.web, cookies::CONNECTING, &wizard)]))
        }
        Err(error @ (Error::Invalid { .. } | Error::Conflict { .. })) => {
            let failed = form_errors(error)?.into_values().next();
            wizard(member, plugin, provider, Wrong { failed, ..Wrong::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The way back from a provider.
pub async fn callback(
    member: Member,
    query: Query<Callback>,
    request: actix_web::HttpRequest,
) -> Answer {
    let wizard = request.cookie(cookies::CONNECTING).map(|cookie| cookie.value().to_owned());
    let done = cookies::forget(&member.web, cookies::CONNECTING);
    let (app, ctx) = (&member.web.app, &member.ctx);
    let finished = oauth::finish_connection(app, ctx, query.into_inner()).await;
    let (error, key) = match finished {
        Ok(connection) => {
            follow(checkups::begin_rest(app, ctx, &connection).await?).await;
            let said = cookies::passing(&member.web, cookies::SAID, "said-connected");
            return Ok(go_with(&format!("/connections/{connection}"), [done, said]));
        }
        Err(Error::Invalid { field, key }) => (Error::Invalid { field, key: key.clone() }, key),
        Err(Error::Conflict { key }) => (Error::Conflict { key }, key.to_owned()),
        Err(Error::Unavailable { key, detail }) => {
            (Error::Unavailable { key, detail }, key.to_owned())
        }
        Err(other) => return Err(other.into()),
    };
    let parts: Vec<&str> = wizard.as_deref().unwrap_or_default().split('/').collect();
    let (plugin, provider, again) = match parts[..] {
        [plugin, provider] => (plugin, provider, None),
        [plugin, provider, again] => (plugin, provider, Some(again)),
        _ => return Err(error.into()),
    };
    let plugin: PluginId = id(plugin)?;
    plugins::find_provider(app, &ctx.tenant, &plugin, provider).await?;
    tracing::info!(%plugin, provider, %error, "an account was not connected");
    // What belongs to no flow of ours is in no list of steps.
    let is_ours = key != "error-oauth-state";
    let to = match again {
        Some(connection) if is_ours => {
            let connection: ConnectionId = id(connection)?;
            format!("/connections/{connection}#checkup")
        }
        _ if is_ours => format!("/connections/new/{plugin}/{provider}#checkup"),
        _ => format!("/connections/new/{plugin}/{provider}?failed={key}"),
    };
    Ok(go_with(&to, [done]))
}
