//! Connecting an account by a server's address, a user name and a password.

use actix_web::web::{Form, Path};
use app::connections::Connection;
use app::logins::{Connected, LoginInput, connect_login, find_checkup_of_login};
use app::plugins::{ProviderCard, ServerCard};
use app::{Error, connections};
use domain::{ConnectionId, PluginId, Secret};
use serde::Deserialize;
use url::Url;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::checkups::{Teller, guide};
use crate::pages::id;
use crate::pages::plugins::{icon, plugin_name, provider};
use crate::views::Errors;
use crate::views::checkups::CheckupBlock;
use crate::views::logins::{LoginPage, ServerRow};

/// What the form shows as filled in. The password is typed each time.
#[derive(Default)]
pub struct Typed {
    server: String,
    user: String,
    again: bool,
    elsewhere: Option<String>,
    /// Whether it was tried just now.
    tried: bool,
}

impl Typed {
    /// As for connecting this account again.
    pub fn of(connection: &Connection) -> Self {
        Self {
            server: connection.server.clone().unwrap_or_default(),
            user: connection.user_name.clone().unwrap_or_default(),
            again: true,
            ..Self::default()
        }
    }

    /// As for connecting an account anew, or again the one that is named.
    pub async fn again(member: &Member, connection: &str) -> Result<Self, Error> {
        let Ok(connection) = connection.parse::<ConnectionId>() else { return Ok(Self::default()) };
        let found = connections::get_connection(&member.web.app, &member.ctx, &connection).await?;
        Ok(Self::of(&found))
    }
}

/// The form.
pub async fn form(
    member: &Member,
    plugin: &PluginId,
    card: &ProviderCard,
    typed: Typed,
    errors: Errors,
) -> Answer {
    let row = |server: &ServerCard| ServerRow {
        name: server.name.clone(),
        address: server.address.clone().unwrap_or_default(),
        guide: server.guide.clone(),
    };
    let checkup = match (errors.is_empty() && typed.elsewhere.is_none(), typed.tried) {
        (false, true) => tried(member, plugin, card, &typed).await,
        _ => None,
    };
    let page = LoginPage {
        checkup,
        action: format!("/connections/new/{plugin}/{}/login", card.id),
        plugin: plugin_name(member, plugin),
        icon: icon(member, plugin),
        provider: card.name.clone(),
        guide: card.guide.as_deref().map(guide).unwrap_or_default(),
        servers: card.login.iter().flatten().map(row).collect(),
        server: typed.server,
        user: typed.user,
        again: typed.again,
        elsewhere: typed.elsewhere,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// How far what was typed came.
async fn tried(
    member: &Member,
    plugin: &PluginId,
    card: &ProviderCard,
    typed: &Typed,
) -> Option<CheckupBlock> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let login = (typed.server.as_str(), typed.user.as_str());
    let found = find_checkup_of_login(app, ctx, plugin, &card.id, login).await.ok().flatten()?;
    Some(Teller::of(member, plugin, &card.id).await?.block(&found))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    server: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// Tries what was typed, and keeps it when it works.
pub async fn connect(
    member: Member,
    path: Path<(String, String)>,
    form: Form<LoginForm>,
) -> Answer {
    let (plugin, name) = path.into_inner();
    let plugin: PluginId = id(&plugin)?;
    let LoginForm { server, user, password, again } = form.into_inner();
    let mut typed = Typed { server, user, again: !again.is_empty(), ..Typed::default() };
    typed.tried = true;
    let input = LoginInput {
        server: typed.server.clone(),
        user: typed.user.clone(),
        password: Secret::from_text(password),
    };
    let outcome = connect_login(&member.web.app, &member.ctx, &plugin, &name, input).await;
    let errors = match outcome {
        Ok(Connected::Account(connection)) => {
            return member.said(&format!("/connections/{connection}"), "said-connected");
        }
        Ok(Connected::Elsewhere(server)) => {
            let host = Url::parse(&server).ok().and_then(|url| url.host_str().map(str::to_owned));
            (typed.server, typed.elsewhere) = (server, host);
            Errors::new()
        }
        Err(Error::Unavailable { key, .. }) => Errors::from([("form".to_owned(), key.to_owned())]),
        Err(error) => form_errors(error)?,
    };
    let card = provider(&member, &plugin, &name).await?;
    self::form(&member, &plugin, &card, typed, errors).await
}
