//! Who knocks: what a request says of itself before any session is looked at.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_LANGUAGE, HOST, REFERER, USER_AGENT};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use app::Origin;
use domain::{AccountId, Locale, TenantId};
use url::Url;

use crate::answer::own_path;
use crate::cookies;
use crate::state::Web;

/// What the outermost middleware gives every request.
#[derive(Debug, Clone)]
pub struct Marks {
    /// Finds the request's lines in the log.
    pub request_id: String,
    /// Allows the page's own scripts.
    pub nonce: String,
}

/// The language of the account that asks, once that is known: error pages speak it too.
#[derive(Debug, Clone, Copy)]
pub struct Reader(pub Locale);

/// The business and account that ask, once they are known.
#[derive(Debug, Clone)]
pub struct AtWork(pub TenantId, pub AccountId);

/// A request, before it is known whose.
#[derive(Clone)]
pub struct Visit {
    /// The state of the server.
    pub web: web::Data<Web>,
    /// Where it comes from.
    pub origin: Origin,
    /// The script nonce of the answer.
    pub nonce: String,
    /// The language of the cookie or the browser.
    pub locale: Locale,
    /// `auto`, `light` or `dark`.
    pub appearance: String,
    /// The session's token.
    pub token: Option<String>,
    /// The token of a half-done sign-in.
    pub pending: Option<String>,
    /// The token of a passkey's question.
    pub ceremony: Option<String>,
    /// Path and query.
    pub path: String,
    /// Whether a form was sent.
    pub is_post: bool,
    /// Whether only the head of the answer is asked for.
    pub is_head: bool,
    /// The page of ours that it was sent from, or that was left for this one.
    pub from: Option<String>,
    /// The key of what has just been done.
    pub said: Option<String>,
    /// What a plugin said of it, sealed.
    pub told: Option<String>,
    /// Where that is taken back.
    pub undo: Option<String>,
}

/// What the words of a plugin begin with in the cookie of what has just been done.
pub(crate) const TOLD: char = '~';

impl Visit {
    /// Whether something is said that is not to be said again.
    pub(crate) fn says(&self) -> bool {
        self.said.is_some() || self.told.is_some()
    }

    /// Reads a request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let web = request.app_data::<web::Data<Web>>()?.clone();
        let marks = request.extensions().get::<Marks>().cloned()?;
        let cookie = |name| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let said = cookie(cookies::SAID).unwrap_or_default();
        let told = said.strip_prefix(TOLD).map(str::to_owned);
        let (said, undo) = said.split_once('|').unwrap_or((&said, ""));
        let undo = Some(undo).filter(|path| path.ends_with("/restore") && own_path(path) == *path);
        let undo = undo.map(str::to_owned);
        let said = Some(said.to_owned())
            .filter(|key| key.starts_with("said-") && web.theme.texts.has(Locale::En, key));
        let path = request.uri().path_and_query().map(|path| path.as_str().to_owned());
        Some(Self {
            origin: Origin {
                request_id: marks.request_id,
                address: client_address(&web, request),
                device: header(request, USER_AGENT.as_str()).chars().take(300).collect(),
                browser: cookie(cookies::BROWSER).filter(|mark| mark.len() <= 256),
                token: None,
            },
            nonce: marks.nonce,
            locale: match request.extensions().get::<Reader>() {
                Some(Reader(known)) => *known,
                None => locale(request, cookie(cookies::LANGUAGE)),
            },
            appearance: cookie(cookies::APPEARANCE)
                .filter(|word| matches!(word.as_str(), "light" | "dark"))
                .unwrap_or_else(|| "auto".to_owned()),
            token: cookies::session_token(&web, request),
            pending: cookies::pending_token(&web, request),
            ceremony: cookies::ceremony_token(&web, request),
            path: path.unwrap_or_default(),
            is_post: request.method() == Method::POST,
            is_head: request.method() == Method::HEAD,
            from: came_from(request),
            said,
            told,
            undo,
            web,
        })
    }
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || actix_web::error::ErrorInternalServerError("the middleware is missing");
        ready(Self::of(request).ok_or_else(missing))
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Path and query of the page of this very site that led here, as the browser tells it.
fn came_from(request: &HttpRequest) -> Option<String> {
    let from = Url::parse(header(request, REFERER.as_str())).ok()?;
    let same = format!("{}://{}", from.scheme(), header(request, HOST.as_str()));
    if Url::parse(&same).ok()?.origin() != from.origin() {
        return None;
    }
    let path = match from.query() {
        Some(query) => format!("{}?{query}", from.path()),
        None => from.path().to_owned(),
    };
    Some(path).filter(|path| own_path(path) == path)
}

/// The language of a cookie, else of the browser.
pub(crate) fn locale(request: &HttpRequest, chosen: Option<String>) -> Locale {
    chosen
        .and_then(|tag| tag.parse().ok())
        .or_else(|| Locale::from_accept_language(header(request, ACCEPT_LANGUAGE.as_str())))
        .unwrap_or(Locale::En)
}

fn client_address(web: &Web, request: &HttpRequest) -> String {
    client_ip(web, request).map(|address| address.to_string()).unwrap_or_default()
}

/// The peer, or what configured proxies say of it: from the nearest on, the first address that is
/// no proxy of ours.
pub fn client_ip(web: &Web, request: &HttpRequest) -> Option<IpAddr> {
    client_behind(|peer| web.is_proxy(peer), request)
}

/// [`client_ip`] where there is no workspace yet.
pub(crate) fn client_behind(
    is_proxy: impl Fn(IpAddr) -> bool,
    request: &HttpRequest,
) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !is_proxy(peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for");
    let hops: Vec<IpAddr> = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    let client = hops.iter().rev().find(|hop| !is_proxy(**hop));
    Some(client.or(hops.first()).copied().unwrap_or(peer))
}
