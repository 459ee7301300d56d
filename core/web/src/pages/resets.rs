//! A forgotten password: asking for a link, and choosing a new one by it.

use actix_web::web::{Form, Path};
use app::resets;
use domain::Secret;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::pages::door::errors_or_wait;
use crate::views::Errors;
use crate::views::door::{Forgot, Reset};
use crate::visit::Visit;

/// The page that asks for a link. Where no mail leaves, it says who has one.
pub async fn show_forgot(visit: Visit) -> Answer {
    forgot_page(&visit, String::new(), false, Errors::new(), None)
}

fn forgot_page(
    visit: &Visit,
    email: String,
    sent: bool,
    errors: Errors,
    wait_minutes: Option<u64>,
) -> Answer {
    let can_mail = visit.web.app.post.is_on();
    let page = Forgot { email, sent, can_mail, errors, wait_minutes };
    visit.door(&page, &page.errors)
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ForgotForm {
    #[serde(default)]
    email: String,
}

/// Has a link mailed. What the page says doesn't tell whether there is such an account.
pub async fn forgot(visit: Visit, form: Form<ForgotForm>) -> Answer {
    let email = form.into_inner().email;
    match resets::request_link(&visit.web.app, &visit.origin, &email).await {
        Ok(()) => forgot_page(&visit, email, true, Errors::new(), None),
        Err(error) => {
            let (errors, wait) = errors_or_wait(error)?;
            forgot_page(&visit, email, false, errors, wait)
        }
    }
}

/// The page behind a link that sets a new password.
pub async fn show(visit: Visit, token: Path<String>) -> Answer {
    page(&visit, &token, Errors::new()).await
}

async fn page(visit: &Visit, token: &str, errors: Errors) -> Answer {
    let email = resets::look_up_reset(&visit.web.app, &visit.origin, token).await?;
    let page = Reset { action: format!("/reset/{token}"), email, errors };
    visit.door(&page, &page.errors)
}

/// The new password.
#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(default)]
    password: String,
}

/// Sets the password.
pub async fn reset(visit: Visit, token: Path<String>, form: Form<ResetForm>) -> Answer {
    let password = Secret::from_text(form.into_inner().password);
    match resets::finish_reset(&visit.web.app, &visit.origin, &token, password).await {
        Ok(()) => visit.said("/sign-in", "said-password-changed"),
        Err(error) => page(&visit, &token, form_errors(error)?).await,
    }
}
