//! The page behind an invitation's link.

use actix_web::web::{Form, Path};
use app::invitations::{self, JoinInput, Offer};
use app::sessions::{self, Login};
use app::sign_ins::Entry;
use app::{Error, accounts, passkeys, sign_ins};
use domain::Secret;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::cookies;
use crate::member::current;
use crate::pages::door::{entered, further};
use crate::views::door::AcceptInvitation;
use crate::views::{Avatar, Errors};
use crate::visit::Visit;

/// Shows who invites, to what, as what.
pub async fn show(visit: Visit, token: Path<String>) -> Answer {
    page(&visit, &token, String::new(), Errors::new()).await
}

async fn page(visit: &Visit, token: &str, name: String, errors: Errors) -> Answer {
    let offer = invitations::look_up_invitation(&visit.web.app, &visit.origin, token).await?;
    let signed_in = login_of(visit, &offer).await.is_some();
    let page = AcceptInvitation {
        action: format!("/join/{token}"),
        avatar: Avatar::of(&offer.brand.name),
        business: offer.brand.name.clone(),
        invited_by: offer.invited_by,
        role: offer.role.as_str().to_owned(),
        email: offer.email,
        has_account: offer.has_account,
        openid: visit.web.app.openid.name().filter(|_| !signed_in).map(str::to_owned),
        passkey: offer.has_account && !signed_in && passkeys::is_possible(&visit.web.app),
        signed_in,
        name,
        errors,
    };
    visit.door_of(&page, &offer.brand, &page.errors)
}

/// The session of the account that is invited, if that is who looks.
async fn login_of(visit: &Visit, offer: &Offer) -> Option<Login> {
    let login = current(visit).await.ok()?.login;
    let profile = accounts::get_profile(&visit.web.app, &login).await.ok()?;
    (profile.email == offer.email).then_some(login)
}

/// What the form sends.
#[derive(Deserialize)]
pub struct JoinForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// Accepts: as the account that is signed in, as one that signs in with this, or as a new one.
pub async fn accept(visit: Visit, token: Path<String>, form: Form<JoinForm>) -> Answer {
    let JoinForm { name, password } = form.into_inner();
    match join(&visit, &token, name.clone(), Secret::from_text(password)).await {
        Ok(Entry::Open(opened)) => {
            let mut answer = entered(&visit, &opened, "/");
            let said = cookies::passing(&visit.web, cookies::SAID, "said-joined");
            answer.add_cookie(&said).map_err(Error::internal)?;
            Ok(answer)
        }
        // After the second step they come back and join as who they are.
        Ok(second) => Ok(further(&visit, &second, &format!("/join/{token}"))),
        Err(error) => page(&visit, &token, name, form_errors(error)?).await,
    }
}

async fn join(visit: &Visit, token: &str, name: String, password: Secret) -> Result<Entry, Error> {
    let (app, origin) = (&visit.web.app, &visit.origin);
    let offer = invitations::look_up_invitation(app, origin, token).await?;
    if !offer.has_account {
        let input = JoinInput { name, password };
        return invitations::accept_as_new(app, origin, token, input).await.map(Entry::Open);
    }
    let login = match login_of(visit, &offer).await {
        Some(login) => login,
        None => match sign_ins::sign_in(app, origin, &offer.email, password).await? {
            Entry::Open(opened) => sessions::context_of(app, &opened.token, origin).await?.login,
            second => return Ok(second),
        },
    };
    invitations::accept_invitation(app, &login, token).await.map(Entry::Open)
}
