//! The second step of signing in.

use actix_web::web::{Form, Query};
use app::{Error, passkeys, sign_ins};
use serde::Deserialize;

use crate::answer::{Answer, go, own_path};
use crate::pages::door::{Next, entered, errors_or_wait};
use crate::views::Errors;
use crate::views::door::SecondStep;
use crate::visit::Visit;

/// Asks for a code. Who hasn't passed the first step, or took too long, begins again.
pub async fn show(visit: Visit, query: Query<Next>) -> Answer {
    page(&visit, &query.next, Errors::new(), None).await
}

pub(super) async fn page(
    visit: &Visit,
    next: &str,
    errors: Errors,
    wait_minutes: Option<u64>,
) -> Answer {
    let token = visit.pending.as_deref().unwrap_or_default();
    let methods = match sign_ins::look_up_pending(&visit.web.app, token).await {
        Err(Error::SignedOut) => return Ok(go("/sign-in")),
        other => other?,
    };
    let page = SecondStep {
        next: own_path(next).to_owned(),
        app: methods.app,
        passkey: methods.passkey && passkeys::is_possible(&visit.web.app),
        errors,
        wait_minutes,
    };
    visit.door(&page, &page.errors)
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// Passes with a code of the app or a recovery code.
pub async fn pass(visit: Visit, form: Form<CodeForm>) -> Answer {
    let CodeForm { code, next } = form.into_inner();
    let token = visit.pending.as_deref().unwrap_or_default();
    match sign_ins::finish_with_code(&visit.web.app, &visit.origin, token, &code).await {
        Ok(opened) => Ok(entered(&visit, &opened, own_path(&next))),
        Err(Error::SignedOut) => Ok(go("/sign-in")),
        Err(error) => {
            let (errors, wait) = errors_or_wait(error)?;
            page(&visit, &next, errors, wait).await
        }
    }
}
