//! Passkeys: the questions that the page's script asks for, and the forms that it sends the answers
//! with.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use app::Error;
use app::passkeys::{self, Begun};
use domain::PasskeyId;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go, own_path};
use crate::cookies;
use crate::device;
use crate::member::{Account, Member};
use crate::pages::door::{entered, errors_or_wait, sign_in_page};
use crate::pages::factors::{back, show_codes};
use crate::pages::second_step;
use crate::views::Errors;
use crate::views::account::NewPasskey;
use crate::visit::Visit;

/// The one answer of ours that no person reads.
fn asked(visit: &Visit, begun: &Begun) -> HttpResponse {
    let cookie = cookies::ceremony(&visit.web, &begun.token);
    HttpResponse::Ok().cookie(cookie).json(&begun.options)
}

/// What the script asks the browser to sign in with.
pub async fn ask_to_sign_in(visit: Visit) -> Answer {
    let begun = passkeys::begin_sign_in(&visit.web.app, &visit.origin).await?;
    Ok(asked(&visit, &begun))
}

/// What it asks for the second step.
pub async fn ask_second_step(visit: Visit) -> Answer {
    let pending = visit.pending.as_deref().unwrap_or_default();
    let begun = passkeys::begin_second_step(&visit.web.app, &visit.origin, pending).await?;
    Ok(asked(&visit, &begun))
}

/// What it asks where somebody proves once more who they are.
pub async fn ask_proof(account: Account) -> Answer {
    let begun = passkeys::begin_proof(&account.web.app, &account.login).await?;
    Ok(asked(&account.visit, &begun))
}

/// What it asks for a new passkey.
pub async fn ask_new(member: Member) -> Answer {
    let begun = passkeys::begin_adding(&member.web.app, &member.login).await?;
    Ok(asked(&member.visit, &begun))
}

/// What the forms of the door send.
#[derive(Deserialize)]
pub struct UseForm {
    #[serde(default)]
    passkey: String,
    #[serde(default)]
    next: String,
}

/// Signs in with a passkey alone.
pub async fn sign_in(visit: Visit, form: Form<UseForm>) -> Answer {
    let UseForm { passkey, next } = form.into_inner();
    let next = own_path(&next).to_owned();
    let token = visit.ceremony.as_deref().unwrap_or_default();
    match passkeys::sign_in(&visit.web.app, &visit.origin, token, &passkey).await {
        Ok(opened) => Ok(entered(&visit, &opened, &next)),
        Err(error) => {
            let (errors, wait) = errors_or_wait(error)?;
            sign_in_page(&visit, String::new(), next, errors, wait)
        }
    }
}

/// Passes the second step with a passkey.
pub async fn pass_second_step(visit: Visit, form: Form<UseForm>) -> Answer {
    let UseForm { passkey, next } = form.into_inner();
    let pending = visit.pending.as_deref().unwrap_or_default();
    let token = visit.ceremony.as_deref().unwrap_or_default();
    let (app, origin) = (&visit.web.app, &visit.origin);
    match passkeys::finish_second_step(app, origin, pending, token, &passkey).await {
        Ok(opened) => Ok(entered(&visit, &opened, own_path(&next))),
        Err(Error::SignedOut) => Ok(go("/sign-in")),
        Err(error) => {
            let (errors, wait) = errors_or_wait(error)?;
            second_step::page(&visit, &next, errors, wait).await
        }
    }
}

/// The page on which a passkey is made.
pub async fn show_new(member: Member) -> Answer {
    member.login.require_recent()?;
    let device = &member.origin.device;
    let name = device::in_words(&member.web.theme.texts, member.ctx.locale, device);
    new_page(&member, name.unwrap_or_default(), Errors::new()).await
}

async fn new_page(member: &Member, name: String, errors: Errors) -> Answer {
    let page = NewPasskey { name, possible: passkeys::is_possible(&member.web.app), errors };
    member.form_page(&page, &page.errors).await
}

/// What that page's form sends.
#[derive(Deserialize)]
pub struct NewForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    passkey: String,
}

/// Adds the passkey that was made.
pub async fn add(member: Member, form: Form<NewForm>) -> Answer {
    let NewForm { name, passkey } = form.into_inner();
    let token = member.ceremony.as_deref().unwrap_or_default();
    let (app, login) = (&member.web.app, &member.login);
    match passkeys::finish_adding(app, login, token, &name, &passkey).await {
        Ok(added) => show_codes(&member, added, "said-passkey-added").await,
        Err(error) => {
            let errors = form_errors(error)?;
            new_page(&member, name, errors).await
        }
    }
}

/// What the form of a name sends.
#[derive(Deserialize)]
pub struct NameForm {
    #[serde(default)]
    passkey_name: String,
}

/// Calls a passkey something else.
pub async fn rename(member: Member, id: Path<PasskeyId>, form: Form<NameForm>) -> Answer {
    passkeys::rename(&member.web.app, &member.login, &id, &form.passkey_name).await?;
    member.said("/profile", "said-passkey-renamed")
}

/// Takes a passkey away.
pub async fn remove(member: Member, id: Path<PasskeyId>) -> Answer {
    let signed = passkeys::remove(&member.web.app, &member.login, &id).await?;
    Ok(back(&member, &signed, "said-passkey-removed"))
}
