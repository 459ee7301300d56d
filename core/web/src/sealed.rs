//! The server before there is a root key: it says that it is up, asks for the passphrase, and
//! answers everything else with 503. Nothing of a workspace is behind it.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONNECTION, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, Form, FormConfig, Path};
use actix_web::{App as Server, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer};
use app::tenants::Colour;
use domain::{Rng, Secret};
use serde::Deserialize;

use crate::answer::own_path;
use crate::error::minutes;
use crate::health;
use crate::member::languages;
use crate::middleware::{guard, pages};
use crate::pages::files;
use crate::server::{HEADERS_WITHIN, ServeError};
use crate::state::IsProxy;
use crate::themes::{self, Themes};
use crate::views::sealed::{Sealed, Unseal};
use crate::views::{Errors, Page, Shell};
use crate::visit::{self, Marks};
use crate::{cookies, state};

/// A form with a passphrase is this long at most, in bytes.
const FORM_BYTES_MAX: usize = 8 * 1024;
/// Seconds after which a page or a probe may come again.
const AGAIN_SECS: u64 = 15;

/// What came of a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It was right; this server ends soon and the workspace's begins.
    Opened,
    /// It was not.
    Wrong,
    /// It was not looked at: too many were wrong.
    Wait {
        /// Seconds until another is.
        secs: u64,
    },
    /// The machine failed, such as for want of memory.
    Failed,
}

/// Tries a passphrase that came from an address.
pub type TryPassphrase = Arc<
    dyn Fn(Secret, Option<IpAddr>) -> Pin<Box<dyn Future<Output = Tried> + Send>> + Send + Sync,
>;

/// How to serve while sealed.
pub struct SealedOptions {
    /// Already bound.
    pub listener: std::net::TcpListener,
    /// The address people use.
    pub public_url: String,
    /// What pages are drawn with; sealed, all of them in the default theme.
    pub themes: Arc<Themes>,
    /// Where a page's nonce comes from.
    pub rng: Arc<dyn Rng>,
    /// Tries what people enter.
    pub try_passphrase: TryPassphrase,
    /// Whose forwarded addresses are believed.
    pub is_proxy: IsProxy,
}

struct State {
    themes: Arc<Themes>,
    public_url: String,
    rng: Arc<dyn Rng>,
    try_passphrase: TryPassphrase,
    is_proxy: IsProxy,
    opened: AtomicBool,
}

/// Serves until `stop` is done.
pub async fn serve_sealed(
    options: SealedOptions,
    stop: impl Future<Output = ()> + 'static,
) -> Result<(), ServeError> {
    let state = Data::new(State {
        themes: options.themes,
        public_url: options.public_url,
        rng: options.rng,
        try_passphrase: options.try_passphrase,
        is_proxy: options.is_proxy,
        opened: AtomicBool::new(false),
    });
    let running = HttpServer::new(move || {
        Server::new()
            .wrap(from_fn(dress))
            .app_data(state.clone())
            .app_data(FormConfig::default().limit(FORM_BYTES_MAX))
            .route("/healthz", web::get().to(health::live))
            .route("/readyz", web::get().to(not_ready))
            .route("/unseal", web::get().to(show_unseal))
            .route("/unseal", web::post().to(unseal))
            .route("/language", web::post().to(choose_language))
            .route("/assets/{name:.*}", web::get().to(asset))
            .default_service(web::to(sealed))
    })
    .workers(1)
    .client_request_timeout(HEADERS_WITHIN)
    .shutdown_timeout(2)
    .disable_signals()
    .listen(options.listener)?
    .run();
    let handle = running.handle();
    let stopping = async move {
        stop.await;
        handle.stop(true).await;
    };
    let (served, ()) = futures_util::future::join(running, stopping).await;
    Ok(served?)
}

/// Refuses what comes from elsewhere, and sets the headers that every answer has.
async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<Data<State>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let random = |bytes| state::random_text(&*state.rng, bytes);
    let marks = Marks { request_id: random(9), nonce: random(16) };
    request.extensions_mut().insert(marks.clone());
    let mut answer = match refusal(&request, &state) {
        Some(status) => {
            let (request, _) = request.into_parts();
            ServiceResponse::new(request, HttpResponse::new(status))
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let is_https = state.public_url.starts_with("https://");
    pages::set_headers(answer.headers_mut(), is_https, &marks, None);
    // The next request must reach whoever serves then.
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(answer)
}

fn refusal(request: &ServiceRequest, state: &State) -> Option<StatusCode> {
    if matches!(request.path(), "/healthz" | "/readyz") {
        return None;
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    guard::refusal_for(request, &state.public_url, is_safe)
}

async fn not_ready() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .content_type("text/plain; charset=utf-8")
        .insert_header((RETRY_AFTER, AGAIN_SECS))
        .body("sealed\n")
}

async fn asset(state: Data<State>, request: HttpRequest, name: Path<String>) -> HttpResponse {
    let sent = files::send(&state.themes, &request, &name);
    sent.unwrap_or_else(|| HttpResponse::NotFound().finish())
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    language: String,
    #[serde(default)]
    back: String,
}

async fn choose_language(state: Data<State>, form: Form<Chosen>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header(("location", own_path(&form.back)));
    if let Ok(chosen) = form.language.parse::<domain::Locale>() {
        let is_https = state.public_url.starts_with("https://");
        answer.cookie(cookies::language(is_https, chosen.tag()));
    }
    answer.finish()
}

/// Every page but one: it can't be shown now.
async fn sealed(state: Data<State>, request: HttpRequest) -> HttpResponse {
    let opening = state.opened.load(Ordering::SeqCst);
    let page = Sealed { opening };
    let mut answer = draw(&state, &request, &page, StatusCode::SERVICE_UNAVAILABLE);
    let again = if opening { 1 } else { AGAIN_SECS };
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(again));
    answer
}

async fn show_unseal(state: Data<State>, request: HttpRequest) -> HttpResponse {
    if state.opened.load(Ordering::SeqCst) {
        return sealed(state, request).await;
    }
    let page = Unseal { errors: Errors::new(), wait_minutes: None };
    draw(&state, &request, &page, StatusCode::OK)
}

/// What the form holds.
#[derive(Deserialize)]
struct Entered {
    #[serde(default)]
    passphrase: String,
}

async fn unseal(state: Data<State>, request: HttpRequest, form: Form<Entered>) -> HttpResponse {
    let passphrase = Secret::from_text(form.into_inner().passphrase);
    let from = visit::client_behind(|peer| (state.is_proxy)(peer), &request);
    let error = |field: &str, key: &str| Errors::from([(field.to_owned(), key.to_owned())]);
    let (status, errors, wait_minutes) = match (state.try_passphrase)(passphrase, from).await {
        Tried::Opened => {
            state.opened.store(true, Ordering::SeqCst);
            return HttpResponse::SeeOther().insert_header(("location", "/")).finish();
        }
        Tried::Wrong => {
            (StatusCode::BAD_REQUEST, error("passphrase", "error-passphrase-wrong"), None)
        }
        Tried::Wait { secs } => (StatusCode::TOO_MANY_REQUESTS, Errors::new(), Some(minutes(secs))),
        Tried::Failed => {
            (StatusCode::SERVICE_UNAVAILABLE, error("form", "error-passphrase-failed"), None)
        }
    };
    draw(&state, &request, &Unseal { errors, wait_minutes }, status)
}

fn draw<P: Page>(
    state: &State,
    request: &HttpRequest,
    page: &P,
    status: StatusCode,
) -> HttpResponse {
    let cookie = |name| request.cookie(name).map(|cookie| cookie.value().to_owned());
    let locale = visit::locale(request, cookie(cookies::LANGUAGE));
    let marks = request.extensions().get::<Marks>().cloned();
    let shell = Shell {
        locale,
        dir: locale.direction(),
        nonce: marks.map(|marks| marks.nonce).unwrap_or_default(),
        appearance: cookie(cookies::APPEARANCE)
            .filter(|word| matches!(word.as_str(), "light" | "dark"))
            .unwrap_or_else(|| "auto".to_owned()),
        colour: Colour::Pine.as_str(),
        theme: themes::DEFAULT.to_owned(),
        logo: None,
        business: None,
        sandbox: false,
        path: request.path().to_owned(),
        languages: languages(locale.tag()),
        nav: Vec::new(),
        apps: Vec::new(),
        member: None,
        said: None,
        told: None,
        undo: None,
        answers_form: false,
    };
    match state.themes.render(page, &shell) {
        Ok(body) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body),
        Err(error) => {
            tracing::error!(%error, "a page can't be drawn");
            HttpResponse::InternalServerError().finish()
        }
    }
}
