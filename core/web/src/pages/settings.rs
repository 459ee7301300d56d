//! The business's settings.

use actix_web::web::Form;
use app::settings;
use app::tenants::BusinessInput;

use crate::answer::{Answer, form_errors};
use crate::member::{Member, languages};
use crate::pages::{currencies, zones};
use crate::views::Errors;
use crate::views::settings::{Settings, SettingsForm};

/// The settings.
pub async fn show(member: Member) -> Answer {
    let tenant = settings::get_settings(&member.web.app, &member.ctx).await?;
    let form = SettingsForm {
        business: tenant.name,
        locale: tenant.locale.tag().to_owned(),
        zone: tenant.zone.to_string(),
        currency: tenant.currency,
        rev: tenant.rev,
    };
    page(&member, form, Errors::new()).await
}

async fn page(member: &Member, form: SettingsForm, errors: Errors) -> Answer {
    let page = Settings {
        locales: languages(&form.locale),
        zones: zones(&form.zone),
        currencies: currencies(&form.currency),
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
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
    match settings::update_settings(&member.web.app, &member.ctx, input, form.rev).await {
        Ok(_) => member.said("/settings", "said-saved"),
        Err(error) => page(&member, form, form_errors(error)?).await,
    }
}
