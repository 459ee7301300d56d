//! The person's own account.

use actix_web::web::{Form, Path};
use app::accounts::{self, ProfileInput};
use app::{Error, sessions};
use domain::{Locale, Secret};
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go_with};
use crate::cookies;
use crate::device;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::{factors, openid};
use crate::views::account::{Profile, ProfileForm, SessionRow};
use crate::views::{Avatar, Choice, Errors};

/// The profile.
pub async fn show(member: Member) -> Answer {
    let form = present(&member).await?;
    page(&member, form, Errors::new()).await
}

/// The profile again, with what was wrong on it.
async fn again(member: &Member, errors: Errors) -> Answer {
    let form = present(member).await?;
    page(member, form, errors).await
}

async fn present(member: &Member) -> Result<ProfileForm, Failure> {
    let profile = accounts::get_profile(&member.web.app, &member.login).await?;
    Ok(ProfileForm {
        name: profile.name,
        email: profile.email,
        phone: profile.phone,
        locale: profile.locale.map(|locale| locale.tag().to_owned()).unwrap_or_default(),
        password: String::new(),
    })
}

async fn page(member: &Member, form: ProfileForm, errors: Errors) -> Answer {
    let locales = Locale::ALL.map(|each| Choice::new(each.tag(), each.own_name(), &form.locale));
    let page = Profile {
        avatar: Avatar::of(&form.name),
        locales: locales.to_vec(),
        sessions: session_rows(member).await?,
        factors: factors::rows(member).await?,
        openid: openid::rows(member).await?,
        owes_second_step: member.owes_second_step,
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

async fn session_rows(member: &Member) -> Result<Vec<SessionRow>, Failure> {
    let (texts, locale) = (&member.web.theme.texts, member.ctx.locale);
    let dates = member.dates();
    let all = sessions::list_sessions(&member.web.app, &member.login).await?;
    let rows = all.into_iter().map(|each| SessionRow {
        device: device::in_words(texts, locale, &each.device)
            .unwrap_or_else(|| member.text("device-unknown")),
        id: each.id,
        address: each.address,
        seen: dates.moment(each.seen_at),
        current: each.is_current,
    });
    Ok(rows.collect())
}

/// Saves the profile. Another address takes the password, which the page then asks for.
pub async fn save(member: Member, form: Form<ProfileForm>) -> Answer {
    let mut form = form.into_inner();
    let password = std::mem::take(&mut form.password);
    match save_both(&member, &form, password).await {
        Ok(()) => member.said("/profile", "said-saved"),
        Err(error) => page(&member, form, form_errors(error)?).await,
    }
}

async fn save_both(member: &Member, form: &ProfileForm, password: String) -> Result<(), Error> {
    let (app, login) = (&member.web.app, &member.login);
    let before = accounts::get_profile(app, login).await?;
    if form.email.trim().to_lowercase() != before.email {
        if password.is_empty() {
            return Err(Error::invalid("password", "error-required"));
        }
        accounts::change_email(app, login, &form.email, Secret::from_text(password)).await?;
    }
    let input = ProfileInput {
        name: form.name.clone(),
        phone: form.phone.clone(),
        locale: form.locale.clone(),
    };
    accounts::update_profile(app, login, input).await.map(|_| ())
}

/// What the password's form sends.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// Changes the password; other devices are signed out.
pub async fn change_password(member: Member, form: Form<PasswordForm>) -> Answer {
    let PasswordForm { current_password, new_password } = form.into_inner();
    let (current, new) = (Secret::from_text(current_password), Secret::from_text(new_password));
    match accounts::change_password(&member.web.app, &member.login, current, new).await {
        Ok(opened) => Ok(go_with(
            "/profile",
            [
                cookies::session(&member.web, &opened.token),
                cookies::passing(&member.web, cookies::SAID, "said-password-changed"),
            ],
        )),
        Err(error) => again(&member, form_errors(error)?).await,
    }
}

/// Signs another device out.
pub async fn end_session(member: Member, path: Path<String>) -> Answer {
    sessions::end_session(&member.web.app, &member.login, &path).await?;
    member.said("/profile", "said-session-ended")
}
