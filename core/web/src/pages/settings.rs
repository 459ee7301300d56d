//! The business's settings.

use actix_web::web::Form;
use app::settings;
use app::settings::LookInput;
use app::tenants::{BusinessInput, Colour};
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::member::{Member, languages};
use crate::pages::{currencies, zones};
use crate::theme::Theme;
use crate::views::Errors;
use crate::views::settings::{Settings, SettingsForm, ThemeChoice};

/// The settings.
pub async fn show(member: Member) -> Answer {
    again(&member, Errors::new()).await
}

/// The page with what is wrong.
pub async fn again(member: &Member, errors: Errors) -> Answer {
    let tenant = settings::get_settings(&member.web.app, &member.ctx).await?;
    let form = SettingsForm {
        business: tenant.name,
        locale: tenant.locale.tag().to_owned(),
        zone: tenant.zone.to_string(),
        currency: tenant.currency,
        colour: tenant.colour.as_str().to_owned(),
        theme: member.web.themes.get(&tenant.theme).id.clone(),
        rev: tenant.rev,
    };
    page(member, form, tenant.second_step, errors).await
}

async fn page(member: &Member, form: SettingsForm, second_step: bool, errors: Errors) -> Answer {
    let page = Settings {
        second_step,
        locales: languages(&form.locale),
        zones: zones(&form.zone),
        currencies: currencies(&form.currency),
        themes: themes(member, &form.theme),
        colours: Colour::ALL.iter().map(|colour| colour.as_str()).collect(),
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn themes(member: &Member, chosen: &str) -> Vec<ThemeChoice> {
    let locale = member.ctx.locale;
    let choice = |theme: &Theme| ThemeChoice {
        id: theme.id.clone(),
        name: theme.name(locale),
        about: theme.about(locale),
        preview: theme.preview(),
        selected: theme.id == chosen,
    };
    member.web.themes.all().iter().map(|theme| choice(theme)).collect()
}

/// Saves them.
pub async fn save(member: Member, form: Form<SettingsForm>) -> Answer {
    let form = form.into_inner();
    let input = BusinessInput {
        business: form.business.clone(),
        locale: form.locale.clone(),
        zone: form.zone.clone(),
        currency: form.currency.clone(),
    };
    let look = LookInput { colour: form.colour.clone(), theme: form.theme.clone() };
    match settings::update_settings(&member.web.app, &member.ctx, input, look, form.rev).await {
        Ok(_) => member.said("/settings", "said-saved"),
        Err(error) => {
            let errors = form_errors(error)?;
            let tenant = settings::get_settings(&member.web.app, &member.ctx).await?;
            page(&member, form, tenant.second_step, errors).await
        }
    }
}

/// The form that asks everybody for a second step, or no longer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SecondStepForm {
    needed: String,
}

/// Asks everybody for a second step, or no longer.
pub async fn second_step(member: Member, form: Form<SecondStepForm>) -> Answer {
    let needed = form.needed == "yes";
    match settings::require_second_step(&member.web.app, &member.ctx, needed).await {
        Ok(()) => member.said("/settings", "said-saved"),
        Err(error) => again(&member, form_errors(error)?).await,
    }
}
