//! Asks once more who it is where a use case wants a recent proof, without losing what was filled
//! in: the page that asks holds the form's fields and sends them again together with the proof,
//! which is taken here and never reaches the handler. A password or another secret that the form had
//! stands in no page: the form asks for it again.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use app::proofs::{self, Proof};
use app::sessions::Current;
use app::{Error as AppError, accounts, factors, passkeys};
use domain::Secret;
use url::form_urlencoded;

use crate::api;
use crate::cookies::{self, Renewed};
use crate::error::Failure;
use crate::member::current;
use crate::middleware::intake;
use crate::pages::connections;
use crate::pages::door::errors_or_wait;
use crate::state::Web;
use crate::views::door::{Confirm, Field};
use crate::visit::{Reader, Visit};

const PASSWORD: &str = "confirm_password";
const CODE: &str = "confirm_code";
const PASSKEY: &str = "confirm_passkey";
const PROOFS: [&str; 3] = [PASSWORD, CODE, PASSKEY];
/// The fields in which people type secrets that aren't the proof; those of a plugin's settings begin
/// with [`SECRET`].
const NEVER_SHOWN: [&str; 2] = ["password", "client_secret"];
/// The field that says of a form sent again that a secret was in it and is missing now.
const RETYPE: &str = "retype";

/// Takes a proof out of a form, and asks for one where it is missing.
pub async fn confirm<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let fields = if is_form(&request) { read(&mut request).await? } else { Vec::new() };
    let proof = proof_in(&request, &fields);
    let fields: Vec<Field> =
        fields.into_iter().filter(|field| !PROOFS.contains(&&*field.name)).collect();
    let mut token = None;
    if let Some(proof) = proof {
        match take(&request, proof).await {
            Ok(renewed) => {
                request.extensions_mut().insert(Renewed(renewed.clone()));
                token = Some(renewed);
            }
            // The handler says so, as it does to everybody who isn't signed in.
            Err(AppError::SignedOut) => {}
            Err(error) => return Ok(ask(request, fields, Some(error)).await),
        }
        request.set_payload(Payload::from(written(&fields)));
    }
    let mut answer = next.call(request).await?;
    if is_unproven(&answer) {
        let (request, _) = answer.into_parts();
        let page = page(&request, fields, None).await.unwrap_or_else(HttpResponse::from_error);
        return Ok(ServiceResponse::new(request, page).map_into_right_body());
    }
    if let Some(token) = token {
        keep(&mut answer, &token)?;
    }
    Ok(answer.map_into_left_body())
}

/// Whether it is one of our forms, by the same rule by which bodies are let in.
pub(super) fn is_form(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let urlencoded = kind.is_some_and(intake::is_form);
    *request.method() == Method::POST
        && urlencoded
        && !["/hooks/", api::ROOT].iter().any(|at| request.path().starts_with(at))
}

/// Reads the form and leaves it for the handler.
async fn read(request: &mut ServiceRequest) -> Result<Vec<Field>, Error> {
    let body = request.extract::<Bytes>().await?;
    let fields = form_urlencoded::parse(&body)
        .map(|(name, value)| Field { name: name.into_owned(), value: value.into_owned() })
        .collect();
    request.set_payload(Payload::from(body));
    Ok(fields)
}

fn written(fields: &[Field]) -> Bytes {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for field in fields {
        form.append_pair(&field.name, &field.value);
    }
    Bytes::from(form.finish())
}

fn proof_in(request: &ServiceRequest, fields: &[Field]) -> Option<Proof> {
    let find = |name: &str| fields.iter().find(|field| field.name == name);
    // The page that asks has a place for each; only the one that was used is filled in.
    if let Some(answer) = find(PASSKEY).filter(|field| !field.value.is_empty()) {
        let web = request.app_data::<Data<Web>>()?;
        let token = cookies::ceremony_token(web, request.request()).unwrap_or_default();
        return Some(Proof::Passkey { token, answer: answer.value.clone() });
    }
    let code = find(CODE).map(|field| Proof::Code(field.value.clone()));
    let password = || Some(Proof::Password(Secret::from_text(find(PASSWORD)?.value.clone())));
    code.or_else(password)
}

async fn take(request: &ServiceRequest, proof: Proof) -> Result<String, AppError> {
    let visit = Visit::of(request.request()).ok_or_else(|| AppError::internal("no middleware"))?;
    let login = current(&visit).await?.login;
    Ok(proofs::prove(&visit.web.app, &login, proof).await?.token)
}

fn is_unproven<B>(answer: &ServiceResponse<B>) -> bool {
    let failure = answer.response().error().and_then(|error| error.as_error::<Failure>());
    matches!(failure, Some(Failure::App(AppError::Unproven)))
}

/// Keeps the session's new token in the browser, unless the handler gave it a newer one.
fn keep<B>(answer: &mut ServiceResponse<B>, token: &str) -> Result<(), Error> {
    let Some(web) = answer.request().app_data::<Data<Web>>().cloned() else { return Ok(()) };
    let name = cookies::session_name(&web);
    if answer.response().cookies().any(|cookie| cookie.name() == name) {
        return Ok(());
    }
    let cookie = cookies::session(&web, token);
    Ok(answer
        .response_mut()
        .add_cookie(&cookie)
        .map_err(AppError::internal)
        .map_err(Failure::from)?)
}

/// Asks again, after a proof that was none. A failure becomes an answer here, so that it gets its
/// page and its headers like any other.
async fn ask<B: MessageBody>(
    request: ServiceRequest,
    fields: Vec<Field>,
    wrong: Option<AppError>,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let (request, _) = request.into_parts();
    let page = page(&request, fields, wrong).await.unwrap_or_else(HttpResponse::from_error);
    ServiceResponse::new(request, page).map_into_right_body()
}

async fn page(
    request: &actix_web::HttpRequest,
    mut fields: Vec<Field>,
    wrong: Option<AppError>,
) -> Result<HttpResponse, Failure> {
    let (errors, wait_minutes) = wrong.map(errors_or_wait).transpose()?.unwrap_or_default();
    let visit = Visit::of(request).ok_or_else(|| Failure::from(AppError::internal("no visit")))?;
    let Current { login, context, .. } = current(&visit).await?;
    request.extensions_mut().insert(Reader(login.locale));
    let (app, is_get) = (&visit.web.app, *request.method() == Method::GET);
    hide_secrets(&mut fields);
    let mut action = visit.path.clone();
    if is_get {
        // A page can't be sent a form: the page that only confirms goes on to it.
        let next = if request.path() == "/confirm" { next_of(request) } else { action };
        fields = vec![Field { name: "next".to_owned(), value: next }];
        action = "/confirm".to_owned();
    }
    let methods = factors::my_methods(app, &login).await?;
    let page = Confirm {
        action,
        fields,
        email: accounts::get_profile(app, &login).await?.email,
        code: methods.any(),
        passkey: methods.passkey && passkeys::is_possible(app),
        back: "/".to_owned(),
        errors,
        wait_minutes,
    };
    let body = visit.web.themes.render(&page, &visit.door_shell(login.locale))?;
    let mut answer = HttpResponse::build(StatusCode::FORBIDDEN);
    let mut answer = answer.content_type("text/html; charset=utf-8").body(body);
    if let Some(ctx) = &context
        && let Some(target) = connections::target_of(app, ctx, request.path()).await
    {
        answer.extensions_mut().insert(target);
    }
    Ok(answer)
}

/// Leaves secrets out, and a note that there were some: the form then asks for them again rather than
/// go on without.
fn hide_secrets(fields: &mut Vec<Field>) {
    let is_secret = |name: &str| {
        NEVER_SHOWN.contains(&name) || name.starts_with(crate::pages::plugin_settings::SECRET)
    };
    let typed = fields.iter().find(|field| is_secret(&field.name) && !field.value.is_empty());
    let note = typed.map(|field| Field { name: RETYPE.to_owned(), value: field.name.clone() });
    fields.retain(|field| !is_secret(&field.name) && field.name != RETYPE);
    fields.extend(note);
}

fn next_of(request: &actix_web::HttpRequest) -> String {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let next = query.into_iter().find(|(name, _)| name == "next").map(|(_, value)| value);
    crate::answer::own_path(&next.unwrap_or_default()).to_owned()
}
