//! Who is signed in. Every request asks again, so that whoever was removed a second ago is out.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use app::frame::{Frame, get_frame};
use app::sessions::{Current, Login};
use app::tenants::{Brand, Colour};
use app::{Context, Error, sessions, told};
use domain::{Locale, phone};
use tokio::sync::OnceCell;

use crate::dates::Dates;
use crate::error::Failure;
use crate::pages::plugin_views;
use crate::views::{Avatar, Choice, MemberView, Page, Shell};
use crate::visit::{AtWork, Reader, Visit};
use crate::{nav, themes};

/// A signed-in account, perhaps in no business.
pub struct Account {
    /// The request.
    pub visit: Visit,
    /// On whose behalf account use cases run.
    pub login: Login,
    /// Their place in a business.
    pub context: Option<Context>,
    /// Their place once they have a second step; see [`Current::held`].
    pub held: Option<Context>,
    /// Where the business's activity log ended before anything of the page was read.
    pub head: i64,
}

impl Account {
    /// At work in a business, or what is missing for that.
    pub fn at_work(self) -> Result<Member, Failure> {
        // A second step is set up on the account's own pages.
        let held = self.held.ok_or(Failure::NoTenant).and_then(|held| {
            if self.visit.path.starts_with("/profile") {
                Ok(held)
            } else {
                Err(Failure::NoSecondStep)
            }
        });
        let owes_second_step = self.context.is_none();
        let ctx = self.context.map_or(held, Ok)?;
        let Self { visit, login, head, .. } = self;
        Ok(Member { visit, login, ctx, owes_second_step, head, frame: OnceCell::new() })
    }
}

/// A member at work in a business.
pub struct Member {
    /// The request.
    pub visit: Visit,
    /// On whose behalf account use cases run.
    pub login: Login,
    /// On whose behalf everything else runs.
    pub ctx: Context,
    /// Whether the business asks for a second step that they don't have: then these are their own
    /// pages, and no others are to be had.
    pub owes_second_step: bool,
    head: i64,
    frame: OnceCell<Frame>,
}

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// What the request's session opens, if it has one that opens anything.
pub async fn current(visit: &Visit) -> Result<Current, Error> {
    let token = visit.token.as_deref().ok_or(Error::SignedOut)?;
    sessions::context_of(&visit.web.app, token, &visit.origin).await
}

impl FromRequest for Account {
    type Error = Failure;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (visit, request) = (Visit::of(request), request.clone());
        Box::pin(async move {
            let visit = visit.ok_or_else(|| Failure::from(Error::internal("no middleware")))?;
            let Current { login, context, held, head } = current(&visit).await?;
            request.extensions_mut().insert(Reader(login.locale));
            if let Some(context) = &context {
                let at_work = AtWork(context.tenant.clone(), context.account.clone());
                request.extensions_mut().insert(at_work);
            }
            Ok(Self { visit, login, context, held, head })
        })
    }
}

impl FromRequest for Member {
    type Error = Failure;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let account = Account::from_request(request, payload);
        Box::pin(async move { account.await?.at_work() })
    }
}

impl Deref for Member {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl Deref for Account {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl Visit {
    /// The frame of a page for somebody who isn't at work in a business.
    pub fn door_shell(&self, locale: Locale) -> Shell {
        Shell {
            locale,
            dir: locale.direction(),
            nonce: self.nonce.clone(),
            appearance: self.appearance.clone(),
            colour: Colour::Pine.as_str(),
            theme: themes::DEFAULT.to_owned(),
            logo: None,
            business: None,
            sandbox: self.web.app.options.sandbox,
            path: self.path.clone(),
            languages: languages(locale.tag()),
            nav: Vec::new(),
            apps: Vec::new(),
            member: None,
            said: self.said.clone(),
            told: None,
            undo: self.undo.clone(),
            answers_form: self.is_post,
        }
    }
}

/// The languages to choose from.
pub fn languages(current: &str) -> Vec<Choice> {
    Locale::ALL.map(|each| Choice::new(each.tag(), each.own_name(), current)).to_vec()
}

impl Member {
    /// What stands around the page, asked once a request.
    pub async fn frame(&self) -> Result<&Frame, Failure> {
        let ask = || get_frame(&self.web.app, &self.login, &self.ctx);
        Ok(self.frame.get_or_try_init(ask).await?)
    }

    /// From where the page's stream goes on: from before its content was read, so that nothing falls in
    /// between; what a form did itself is in its answer already.
    fn follows_from(&self, frame: i64) -> i64 {
        if self.is_post { frame } else { self.head }
    }

    /// Tells dates to this member.
    pub fn dates(&self) -> Dates<'_> {
        let now = self.web.app.clock.now();
        Dates::new(&self.web.theme.texts, self.ctx.locale, &self.ctx.zone, now)
    }

    /// A text in this member's language.
    pub fn text(&self, key: &str) -> String {
        self.web.theme.texts.plain(self.ctx.locale, key)
    }

    /// A text with values in it, which it tells apart from its own direction.
    pub fn text_with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, (*value).into())).collect();
        self.web.theme.texts.text(self.ctx.locale, key, &values)
    }

    /// An amount in the currency's smallest unit, as the reader writes money.
    pub fn money(&self, minor: i64, currency: &str) -> String {
        app::currencies::shown(minor, currency, self.ctx.locale)
    }

    /// A number as people in the business's country write it.
    pub fn phone(&self, typed: &str) -> String {
        phone::as_at_home(typed, phone::country_of(&self.ctx.zone))
    }

    /// Draws a page inside the business.
    pub async fn draw<P: Page>(&self, page: &P) -> Result<String, Failure> {
        Ok(self.web.themes.render(page, &self.shell().await?)?)
    }

    /// What stands around a page inside the business.
    pub async fn shell(&self) -> Result<Shell, Failure> {
        let Frame { tenant, profile, many_tenants, live, unread, views } = self.frame().await?;
        let path = self.path.split('?').next().unwrap_or_default();
        let shell = Shell {
            nav: nav::items(self.ctx.role, path),
            apps: plugin_views::apps(self, views, path),
            member: Some(MemberView {
                avatar: Avatar::of(&profile.name),
                name: profile.name.clone(),
                email: profile.email.clone(),
                tenant_avatar: Avatar::of(&tenant.name),
                tenant: tenant.name.clone(),
                many_tenants: *many_tenants,
                live: self.follows_from(*live),
                unread: *unread,
            }),
            told: self
                .told
                .as_deref()
                .and_then(|sealed| told::open(&self.web.app, &self.ctx, sealed)),
            ..self.door_shell(self.ctx.locale).worn_by(&Brand::of(tenant))
        };
        Ok(shell)
    }
}
