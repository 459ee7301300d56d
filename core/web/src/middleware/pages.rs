//! Marks every request, sets the headers every answer has, and gives failures their page.

use std::fmt::Write as _;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    LOCATION, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use domain::PersonId;

use crate::answer::FormTarget;
use crate::api::{self, Problem};
use crate::error::{self, Failure};
use crate::middleware::limit::Wait;
use crate::state::Web;
use crate::views::Shell;
use crate::visit::{AtWork, Marks, Visit};

/// The outermost middleware.
pub async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(web) = request.app_data::<web::Data<Web>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let marks = Marks { request_id: web.random(9), nonce: web.random(16) };
    request.extensions_mut().insert(marks.clone());
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let answer = next.call(request).await?.map_into_boxed_body();
    log(&answer, method.as_str(), &path, &marks.request_id);
    if answer.status() == StatusCode::NOT_FOUND {
        tell_foreign_ids(&web, answer.request());
    }
    let mut answer = with_page(answer, &marks).await;
    let target = answer.response().extensions().get::<FormTarget>().map(|target| target.0.clone());
    set_headers(answer.headers_mut(), web.is_https(), &marks, target.as_deref());
    Ok(answer)
}

fn log(answer: &ServiceResponse, method: &str, path: &str, request: &str) {
    let status = answer.status().as_u16();
    // Links that let people in are secrets: their tokens stay out of the log.
    let path = match path.split('/').nth(1) {
        Some(first @ ("join" | "reset" | "feeds")) => format!("/{first}/…"),
        _ => path.to_owned(),
    };
    match answer.response().error() {
        Some(error) if status >= 500 => {
            let source = error.as_error::<Failure>().map(std::string::ToString::to_string);
            let source = source.unwrap_or_else(|| error.to_string());
            tracing::error!(request, method, path, status, error = source, "failed");
        }
        _ => tracing::info!(request, method, path, status, "answered"),
    }
}

/// A member asked for what reads as not there: where that is another business's, it is told, while the
/// same answer goes out as for what nobody has.
fn tell_foreign_ids(web: &web::Data<Web>, request: &HttpRequest) {
    let Some(AtWork(tenant, account)) = request.extensions().get::<AtWork>().cloned() else {
        return;
    };
    let asked = request.uri().path_and_query().map(|asked| asked.as_str()).unwrap_or_default();
    let words = asked.split(['/', '?', '&', '=']);
    // All of our ids are spelled the same.
    let ids: Vec<String> =
        words.filter(|w| w.parse::<PersonId>().is_ok()).map(Into::into).collect();
    if ids.is_empty() {
        return;
    }
    let web = web.clone();
    actix_web::rt::spawn(async move {
        app::sessions::note_foreign_ids(&web.app, &tenant, &account, ids).await;
    });
}

/// Puts a page where a failure left the body empty.
async fn with_page(answer: ServiceResponse, marks: &Marks) -> ServiceResponse {
    let status = answer.status();
    let is_dressed =
        answer.headers().contains_key(CONTENT_TYPE) && answer.response().error().is_none();
    if answer.request().path().starts_with(api::ROOT) {
        return with_problem(answer);
    }
    let Some(visit) = Visit::of(answer.request()) else { return answer };
    let failure = answer.response().error().and_then(|error| error.as_error::<Failure>());
    if let Some(way) = failure.and_then(|failure| way_out(failure, &visit)) {
        return answer.into_response(way);
    }
    if !(status.is_client_error() || status.is_server_error()) || is_dressed {
        return answer;
    }
    let limited = answer.request().extensions().get::<Wait>().map(|wait| wait.0);
    let retry = failure.and_then(Failure::retry_after_secs).or(limited);
    let at_work = answer.request().extensions().get::<AtWork>().cloned();
    let ways = error::ways(status, &visit, at_work.is_some());
    let page = error::page(status, failure, retry, &marks.request_id, ways);
    let shell = Shell { answers_form: false, ..worn(&visit, at_work).await };
    let body = visit.web.themes.render(&page, &shell);
    let mut dressed = HttpResponse::build(status);
    if let Some(secs) = retry {
        dressed.insert_header((RETRY_AFTER, secs));
    }
    let dressed = match body {
        Ok(body) => dressed.content_type("text/html; charset=utf-8").body(body),
        Err(_) => dressed.finish(),
    };
    answer.into_response(dressed)
}

/// Tells a program what failed before its request got to the API itself.
fn with_problem(answer: ServiceResponse) -> ServiceResponse {
    let status = answer.status();
    let is_told =
        answer.headers().contains_key(CONTENT_TYPE) && answer.response().error().is_none();
    if is_told || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let limited = answer.request().extensions().get::<Wait>().map(|wait| wait.0);
    let mut problem = Problem::of_status(status);
    if let Some(secs) = limited {
        problem = problem.with("Retry-After", secs.to_string());
    }
    let told = problem.answer(answer.request());
    answer.into_response(told)
}

/// The frame of an error's page: as the business shows itself, where somebody is at work in one.
async fn worn(visit: &Visit, at_work: Option<AtWork>) -> Shell {
    let shell = visit.door_shell(visit.locale);
    let Some(AtWork(tenant, _)) = at_work else { return shell };
    match app::settings::find_brand(&visit.web.app, &tenant).await {
        Ok(Some(brand)) => shell.worn_by(&brand),
        // What broke may be the database itself.
        _ => shell,
    }
}

/// Who isn't signed in is shown the door; who is in no business chooses one.
fn way_out(failure: &Failure, visit: &Visit) -> Option<HttpResponse> {
    let to = match failure {
        Failure::NoTenant => "/businesses".to_owned(),
        Failure::NoSecondStep => "/profile#second-step".to_owned(),
        Failure::App(app::Error::SignedOut) if visit.path == "/" => "/sign-in".to_owned(),
        Failure::App(app::Error::SignedOut) => {
            // A form is sent again from its page, not by its address.
            let page = if visit.is_post { visit.from.as_deref() } else { Some(&*visit.path) };
            let page = page.unwrap_or("/");
            let next: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
            format!("/sign-in?next={next}")
        }
        _ => return None,
    };
    debug_assert!(failure.status_code() != StatusCode::OK);
    Some(HttpResponse::SeeOther().insert_header((LOCATION, to)).finish())
}

/// Sets the headers that every answer has.
pub(crate) fn set_headers(
    headers: &mut HeaderMap,
    is_https: bool,
    marks: &Marks,
    form_target: Option<&str>,
) {
    let policy = policy(&marks.nonce, form_target);
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(CONTENT_SECURITY_POLICY, &policy);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    // The path can be a link that lets somebody in.
    set(REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
    set(HeaderName::from_static("x-request-id"), &marks.request_id);
    if is_https {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    // What mail shows says otherwise itself.
    let resources = HeaderName::from_static("cross-origin-resource-policy");
    if !headers.contains_key(&resources) {
        headers.insert(resources, HeaderValue::from_static("same-origin"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn policy(nonce: &str, form_target: Option<&str>) -> String {
    let mut policy = format!(
        "default-src 'none'; object-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    );
    if let Some(target) = form_target {
        let _ = write!(policy, " {target}");
    }
    policy
}
