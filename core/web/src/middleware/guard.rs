//! Refuses requests that don't come from where they must, before anything else runs.

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use url::{Host, Url};

use crate::api;
use crate::state::Web;
use crate::visit::Visit;

/// Checks the host, and for requests that change something where they come from.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match refusal(&request) {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(status) => {
            let (request, _) = request.into_parts();
            if status == StatusCode::FORBIDDEN {
                tell(&request);
            }
            let answer = HttpResponse::new(status).map_into_right_body();
            Ok(ServiceResponse::new(request, answer))
        }
    }
}

/// Tells of a request from another site, while it is being answered.
fn tell(request: &HttpRequest) {
    let Some(visit) = Visit::of(request) else { return };
    actix_web::rt::spawn(async move {
        let token = visit.token.as_deref();
        app::sessions::note_cross_site(&visit.web.app, token, &visit.origin).await;
    });
}

fn refusal(request: &ServiceRequest) -> Option<StatusCode> {
    // Probes and providers know this server by other names, and send no cookies.
    if matches!(request.path(), "/healthz" | "/readyz" | "/metrics") {
        return None;
    }
    let web = request.app_data::<web::Data<Web>>()?;
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Programs come from anywhere, and what they may do is in a token that no browser adds by itself.
    let is_program = ["/hooks/", api::ROOT].iter().any(|at| request.path().starts_with(at));
    let is_free = is_safe || is_program;
    refusal_for(request, &web.app.options.public_url, is_free)
}

/// Refuses other hosts, and requests from other sites that are not free to come from anywhere.
pub(crate) fn refusal_for(
    request: &ServiceRequest,
    public_url: &str,
    is_free: bool,
) -> Option<StatusCode> {
    let host = header(request, HOST.as_str());
    if !is_own_host(public_url, host) {
        return Some(StatusCode::MISDIRECTED_REQUEST);
    }
    if is_free {
        return None;
    }
    let allowed = comes_from_here(
        request.headers().get("sec-fetch-site").map(|site| site.to_str().unwrap_or_default()),
        request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()),
        host,
    );
    (!allowed).then_some(StatusCode::FORBIDDEN)
}

fn header<'a>(request: &'a ServiceRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The public address's host, or this machine by a loopback name: a name that somebody else's DNS
/// points here is neither.
pub(super) fn is_own_host(public_url: &str, host: &str) -> bool {
    let Ok(public) = Url::parse(public_url) else { return false };
    let Ok(asked) = Url::parse(&format!("{}://{host}", public.scheme())) else { return false };
    if !asked.username().is_empty() || asked.path() != "/" || host.contains(['/', '?', '#']) {
        return false;
    }
    let same = asked.host() == public.host()
        && asked.port_or_known_default() == public.port_or_known_default();
    same || asked.host().is_some_and(|host| is_loopback(&host))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Fetch metadata where the browser sends it, else `Origin`, else no.
pub(super) fn comes_from_here(site: Option<&str>, origin: Option<&str>, host: &str) -> bool {
    match (site, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let stripped =
                origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            stripped.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
        }
        (None, None) => false,
    }
}
