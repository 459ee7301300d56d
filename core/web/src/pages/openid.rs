//! Signing in by the OpenID provider: the way there, the way back, and identities on the profile.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Form, Path, Query};
use actix_web::{HttpMessage, HttpRequest, ResponseError as _};
use app::openid::{self, Answer as Returned, Begun, Finished};
use app::{Error, invitations};
use domain::{OpenidIdentityId, Timestamp};

use crate::answer::{Answer, go_with, own_path};
use crate::cookies;
use crate::error::{Failure, minutes};
use crate::member::{Member, current};
use crate::pages::door::{Next, entered, further};
use crate::pages::factors::back;
use crate::views::Errors;
use crate::views::account::{IdentityRow, IdentityRows};
use crate::views::door::{OpenidLeaving, OpenidRefused};
use crate::visit::{Reader, Visit};

/// The identities on the profile; None where there is no provider and none was linked.
pub(super) async fn rows(member: &Member) -> Result<Option<IdentityRows>, Failure> {
    let app = &member.web.app;
    let Some(provider) = app.openid.name() else { return Ok(None) };
    let dates = member.dates();
    let day = |at: Timestamp| dates.short(dates.local(at).date());
    let found = openid::list_identities(app, &member.login).await?;
    let row = |view: openid::IdentityView| IdentityRow {
        id: view.id.to_string(),
        label: view.label,
        added: day(view.added_at),
        used: view.used_at.map(|at| dates.moment(at)).unwrap_or_default(),
    };
    let identities = found.into_iter().map(row).collect();
    Ok(Some(IdentityRows { provider: provider.to_owned(), identities }))
}

/// Sends somebody to the provider. A form's policy holds for where its answer redirects to as well,
/// and where that is only the provider knows: so the answer is a page that goes on by itself.
fn leave(visit: &Visit, begun: &Begun) -> Answer {
    let provider = visit.web.app.openid.name().unwrap_or_default().to_owned();
    let page = OpenidLeaving { provider, address: begun.url.to_string() };
    let mut answer = visit.door(&page, &Errors::new())?;
    let refresh = HeaderValue::from_str(&format!("0;url={}", begun.url));
    let refresh = refresh.map_err(Error::internal)?;
    answer.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    let kept = cookies::openid(&visit.web, &begun.token);
    answer.add_cookie(&kept).map_err(Error::internal)?;
    Ok(answer)
}

/// To the provider, to sign in.
pub async fn begin(visit: Visit, form: Form<Next>) -> Answer {
    let next = own_path(&form.next);
    match openid::begin_sign_in(&visit.web.app, &visit.origin, next).await {
        Ok(begun) => leave(&visit, &begun),
        Err(error) => refused(&visit, error, "/sign-in"),
    }
}

/// To the provider, to accept an invitation as somebody new.
pub async fn join(visit: Visit, token: Path<String>) -> Answer {
    let app = &visit.web.app;
    // What is no invitation is told as on its own page.
    invitations::look_up_invitation(app, &visit.origin, &token).await?;
    match openid::begin_joining(app, &visit.origin, &token).await {
        Ok(begun) => leave(&visit, &begun),
        Err(error) => refused(&visit, error, &format!("/join/{token}")),
    }
}

/// To the provider, to link who they are there.
pub async fn link(member: Member) -> Answer {
    match openid::begin_linking(&member.web.app, &member.login).await {
        Ok(begun) => leave(&member.visit, &begun),
        Err(Error::Unproven) => Err(Error::Unproven.into()),
        Err(error) => refused(&member.visit, error, "/profile"),
    }
}

/// Back from the provider.
pub async fn finish(visit: Visit, query: Query<Returned>, request: HttpRequest) -> Answer {
    let login = current(&visit).await.ok().map(|current| current.login);
    if let Some(login) = &login {
        request.extensions_mut().insert(Reader(login.locale));
    }
    let token = cookies::openid_token(&visit.web, &request).unwrap_or_default();
    let (app, origin) = (&visit.web.app, &visit.origin);
    let finished = openid::finish(app, origin, login.as_ref(), &token, query.into_inner()).await;
    let mut answer = match finished {
        Ok(Finished::Entered { entry, next }) => further(&visit, &entry, own_path(&next)),
        Ok(Finished::Linked(signed)) => {
            let said = cookies::passing(&visit.web, cookies::SAID, "said-openid-linked");
            go_with("/profile", [cookies::session(&visit.web, &signed.token), said])
        }
        Ok(Finished::Joined(signed)) => {
            let mut answer = entered(&visit, &signed, "/");
            let said = cookies::passing(&visit.web, cookies::SAID, "said-joined");
            answer.add_cookie(&said).map_err(Error::internal)?;
            answer
        }
        Err(error) => {
            let visit = Visit::of(&request).ok_or_else(|| Error::internal("no middleware"))?;
            let way_back = if login.is_some() { "/profile" } else { "/sign-in" };
            refused(&visit, error, way_back)?
        }
    };
    let done = cookies::forget(&visit.web, cookies::openid_name(&visit.web));
    answer.add_cookie(&done).map_err(Error::internal)?;
    Ok(answer)
}

/// Says why not, and what to do instead.
fn refused(visit: &Visit, error: Error, way_back: &str) -> Answer {
    let (key, wait_minutes) = match &error {
        Error::Invalid { key, .. } => (key.clone(), None),
        Error::Conflict { key } => ((*key).to_owned(), None),
        Error::Unavailable { key, .. } => ((*key).to_owned(), None),
        Error::Limited { retry_after_secs } => (String::new(), Some(minutes(*retry_after_secs))),
        _ => return Err(error.into()),
    };
    let status: StatusCode = Failure::from(error).status_code();
    let page = OpenidRefused {
        provider: visit.web.app.openid.name().unwrap_or_default().to_owned(),
        key,
        wait_minutes,
        code: visit.origin.request_id.clone(),
        back: way_back.to_owned(),
    };
    let mut answer = visit.door(&page, &Errors::new())?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// Takes an identity away.
pub async fn remove(member: Member, id: Path<OpenidIdentityId>) -> Answer {
    match openid::remove_identity(&member.web.app, &member.login, &id).await {
        Ok(signed) => Ok(back(&member, &signed, "said-openid-removed")),
        Err(error @ Error::Conflict { .. }) => refused(&member.visit, error, "/profile"),
        Err(error) => Err(error.into()),
    }
}
