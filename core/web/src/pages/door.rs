//! First run, signing in and out, and what the door remembers.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Form, Query};
use app::sessions::SignedIn;
use app::sign_ins::Entry;
use app::tenants::{BusinessInput, FirstRun, OwnerInput};
use app::{Error, attempts, passkeys, sessions, sign_ins, tenants};
use domain::Secret;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go, go_with, own_path};
use crate::cookies;
use crate::error::{Failure, minutes};
use crate::member::{current, languages};
use crate::pages::{currencies, likely_zone_and_currency, zones};
use crate::views::Errors;
use crate::views::door::{SignIn, Welcome, WelcomeForm};
use crate::visit::Visit;

/// The first page of a new installation.
pub async fn show_welcome(visit: Visit) -> Answer {
    if !tenants::needs_first_run(&visit.web.app).await? {
        return Ok(go("/sign-in"));
    }
    let (zone, currency) = likely_zone_and_currency(visit.locale);
    let form = WelcomeForm {
        locale: visit.locale.tag().to_owned(),
        zone: zone.to_owned(),
        currency: currency.to_owned(),
        ..WelcomeForm::default()
    };
    welcome(&visit, form, Errors::new(), false)
}

fn welcome(visit: &Visit, form: WelcomeForm, errors: Errors, zone_chosen: bool) -> Answer {
    let page = Welcome {
        locales: languages(&form.locale),
        zones: zones(&form.zone),
        currencies: currencies(&form.currency),
        errors,
        form,
        zone_chosen,
    };
    visit.door(&page, &page.errors)
}

/// A form with a password, which is never shown again.
#[derive(Deserialize)]
pub struct WithPassword<T> {
    #[serde(flatten)]
    form: T,
    #[serde(default)]
    password: String,
}

/// Opens the workspace.
pub async fn open_workspace(visit: Visit, form: Form<WithPassword<WelcomeForm>>) -> Answer {
    let WithPassword { form, password } = form.into_inner();
    let input = FirstRun {
        business: BusinessInput {
            business: form.business.clone(),
            locale: form.locale.clone(),
            zone: form.zone.clone(),
            currency: form.currency.clone(),
        },
        owner: OwnerInput {
            name: form.name.clone(),
            email: form.email.clone(),
            password: Secret::from_text(password),
        },
    };
    match tenants::create_first_business(&visit.web.app, &visit.origin, input).await {
        Ok(opened) => Ok(entered(&visit, &opened, "/")),
        Err(error) => welcome(&visit, form, form_errors(error)?, true),
    }
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    /// A path; see [`own_path`].
    #[serde(default)]
    pub next: String,
}

/// The sign-in page; who is signed in already goes on.
pub async fn show_sign_in(visit: Visit, query: Query<Next>) -> Answer {
    if tenants::needs_first_run(&visit.web.app).await? {
        return Ok(go("/welcome"));
    }
    if current(&visit).await.is_ok() {
        return Ok(go(own_path(&query.next)));
    }
    sign_in_page(&visit, String::new(), own_path(&query.next).to_owned(), Errors::new(), None)
}

/// What the sign-in form sends.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in.
pub async fn sign_in(visit: Visit, form: Form<SignInForm>) -> Answer {
    let SignInForm { email, password, next } = form.into_inner();
    let password = Secret::from_text(password);
    let next = own_path(&next).to_owned();
    match sign_ins::sign_in(&visit.web.app, &visit.origin, &email, password).await {
        Ok(entry) => Ok(further(&visit, &entry, &next)),
        Err(error) => sign_in_again(&visit, email, next, error),
    }
}

/// In, or to the second step, which goes on to `next` afterwards.
pub(super) fn further(visit: &Visit, entry: &Entry, next: &str) -> HttpResponse {
    match entry {
        Entry::Open(opened) => entered(visit, opened, next),
        Entry::Second(pending) => {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let cookie = cookies::pending(&visit.web, &pending.token);
            go_with(&format!("/sign-in/second?next={next}"), [cookie])
        }
    }
}

/// Goes on with a session, and marks the browser as one that was signed in with.
pub(super) fn entered(visit: &Visit, opened: &SignedIn, next: &str) -> HttpResponse {
    let to = if opened.tenant.is_some() { next } else { "/businesses" };
    let mark = attempts::mark_of_browser(&visit.web.app, &opened.account);
    let set = [
        cookies::session(&visit.web, &opened.token),
        cookies::browser(&visit.web, &mark),
        cookies::forget(&visit.web, cookies::pending_name(&visit.web)),
    ];
    go_with(to, set)
}

/// What a form shows after too many tries: nothing in it is wrong, but when to come back.
pub(crate) fn errors_or_wait(error: Error) -> Result<(Errors, Option<u64>), Failure> {
    match error {
        Error::Limited { retry_after_secs } => {
            Ok((Errors::from([(String::new(), String::new())]), Some(minutes(retry_after_secs))))
        }
        other => Ok((form_errors(other)?, None)),
    }
}

fn sign_in_again(visit: &Visit, email: String, next: String, error: Error) -> Answer {
    let (errors, wait_minutes) = errors_or_wait(error)?;
    sign_in_page(visit, email, next, errors, wait_minutes)
}

pub(super) fn sign_in_page(
    visit: &Visit,
    email: String,
    next: String,
    errors: Errors,
    wait_minutes: Option<u64>,
) -> Answer {
    let app = &visit.web.app;
    let (can_mail, passkey) = (app.post.is_on(), passkeys::is_possible(app));
    let openid = app.openid.name().map(str::to_owned);
    let page = SignIn { email, next, errors, wait_minutes, can_mail, passkey, openid };
    visit.door(&page, &page.errors)
}

/// Signs out; without a session that is done already.
pub async fn sign_out(visit: Visit) -> Answer {
    if let Some(token) = &visit.token {
        sessions::sign_out(&visit.web.app, token, &visit.origin).await?;
    }
    let forgotten = cookies::forget(&visit.web, cookies::session_name(&visit.web));
    let mut answer = go_with("/sign-in", [forgotten]);
    // Not the cookies: language and appearance are the browser's, whoever signs in next.
    let kept = HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), kept);
    Ok(answer)
}

/// A choice made at the door or in a menu, and the page to come back to.
#[derive(Deserialize)]
pub struct Preference {
    #[serde(default)]
    language: String,
    #[serde(default)]
    appearance: String,
    #[serde(default)]
    back: String,
}

/// Remembers a language until there is an account that has one.
pub async fn choose_language(visit: Visit, form: Form<Preference>) -> Answer {
    let chosen: domain::Locale =
        form.language.parse().map_err(|_| Error::invalid("language", "error-language-unknown"))?;
    let cookie = cookies::preference(&visit.web, cookies::LANGUAGE, chosen.tag());
    Ok(go_with(own_path(&form.back), [cookie]))
}

/// Remembers light, dark or the device's choice.
pub async fn choose_appearance(visit: Visit, form: Form<Preference>) -> Answer {
    let chosen = match form.appearance.as_str() {
        word @ ("light" | "dark") => word,
        _ => "auto",
    };
    let cookie = cookies::preference(&visit.web, cookies::APPEARANCE, chosen);
    Ok(go_with(own_path(&form.back), [cookie]))
}
