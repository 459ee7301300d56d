//! The only door to the world: parse once, match a route, resolve, refuse what isn't global,
//! connect to what was checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{PluginId, Secret, TenantId};
use url::Url;
use zeroize::Zeroizing;

use crate::grant::Grant;
use crate::manifest::{EgressRoute, Manifest, Provider};
use crate::problem::Problem;
use crate::services::EgressEntry;

mod address;
mod answer;
mod certificate;
mod client;
mod headers;
mod place;
mod rate;
mod redact;
mod redirect;
mod resolve;
mod routes;
mod spelt;
mod target;

pub(crate) use answer::Answer;
pub(crate) use headers::{add_guest_header, is_reserved_header};
pub(crate) use place::{Outgoing, place};
pub use redirect::{BadRedirect, Redirect};
pub use resolve::Lookup;
pub(crate) use routes::slot_fits;
pub(crate) use target::parse as parse_url;

/// Bytes of an answer to a request of the host's own.
const PROVIDER_ANSWER_BYTES_MAX: u64 = 1 << 20;
/// What such an answer takes at most as a rule: larger ones are moved once more.
const ANSWER_BYTES_USUAL: usize = 16 << 10;
/// Bytes of an endpoint's answer that are read: it says yes or no by its status.
const ENDPOINT_ANSWER_BYTES_MAX: usize = 2 << 10;
/// How long a request of the host's own may take.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(15);
/// Characters of a host in an entry; a real one has no more.
pub(crate) const HOST_CHARS_MAX: usize = 253;
/// Characters of a path in an entry of the host's own.
const PATH_CHARS_MAX: usize = 255;

/// How requests leave.
#[derive(Default, Clone)]
pub struct EgressConfig {
    /// Sandbox mode: origins that lead to a simulator. Empty outside sandbox mode.
    pub redirects: Vec<Redirect>,
    /// Looks names up; None for the system's resolver.
    pub lookup: Option<Arc<dyn Lookup>>,
}

/// What became of a request of the host's own.
#[must_use = "each request leaves an entry: hand it to the record"]
pub struct Asked {
    /// For the record of what was asked.
    pub entry: EgressEntry,
    /// The answer.
    pub answer: Result<http::Response<Vec<u8>>, EgressError>,
}

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address is not one the manifest names, or not one anybody may reach.
    #[error("refused: {0}")]
    Refused(String),
    /// The network or the provider is down.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The server's certificate isn't to be trusted.
    #[error("unreachable: its certificate: {0}")]
    Certificate(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
}

impl From<EgressError> for Problem {
    fn from(error: EgressError) -> Self {
        match &error {
            EgressError::Refused(_) => Self::denied(error.to_string()),
            EgressError::Unreachable(_) => Self::unavailable(error.to_string()),
            EgressError::Certificate(_) => {
                Self::unavailable(error.to_string()).with_detail("certificate")
            }
            EgressError::TimedOut => Self::timeout(error.to_string()),
            EgressError::TooLarge => Self::too_large(error.to_string()),
        }
    }
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    redirects: Vec<Redirect>,
    clients: client::Clients,
    rates: rate::Rates,
}

impl Egress {
    /// A door with these redirects.
    pub fn new(config: EgressConfig) -> Result<Self, EgressError> {
        let lookup = config.lookup.unwrap_or_else(|| Arc::new(resolve::SystemLookup));
        let clients = client::Clients::new(lookup, config.redirects.is_empty())?;
        let rates = rate::Rates::default();
        Ok(Self(Arc::new(Inner { redirects: config.redirects, clients, rates })))
    }

    /// Whether sandbox mode is on.
    pub fn is_sandbox(&self) -> bool {
        !self.0.redirects.is_empty()
    }

    /// The address a browser is sent to in place of this one: the simulator's in sandbox mode, else
    /// the same. For pages that send a person to a provider.
    pub fn browser_url(&self, url: &str) -> String {
        match Url::parse(url) {
            Ok(parsed) => self.redirected(parsed).into(),
            Err(_) => url.to_owned(),
        }
    }

    /// Reads an address and finds the route it goes by, within that route's rate.
    pub(crate) fn admit<'m>(
        &self,
        tenant: &TenantId,
        manifest: &'m Manifest,
        grant: &Grant,
        method: &str,
        url: &Url,
        server: Option<&str>,
    ) -> Result<&'m EgressRoute, Problem> {
        let route = routes::find(manifest, grant, method, url, server)?;
        let plugin = &manifest.plugin.id;
        self.0.rates.take(tenant, plugin, &route.id, route.rate_per_minute).map_err(|wait| {
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            Problem::limited("the route's requests for this minute are used up", wait_ms)
        })?;
        Ok(route)
    }

    /// The route that a request would go by, of those that may need an approval; counts nothing.
    pub(crate) fn route<'m>(
        &self,
        manifest: &'m Manifest,
        grant: &Grant,
        method: &str,
        url: &Url,
    ) -> Result<&'m EgressRoute, Problem> {
        routes::find(manifest, grant, method, url, None)
    }

    /// Sends a request that was admitted. `secrets` are removed from what comes back.
    pub(crate) async fn send(
        &self,
        tenant: &TenantId,
        plugin: &PluginId,
        request: Outgoing,
        secrets: &[Secret],
        timeout: Duration,
        bytes_max: u64,
    ) -> Result<Answer, EgressError> {
        let client = self.0.clients.of(tenant, plugin)?;
        let response = self.exchange(&client, request, timeout).await?;
        Ok(Answer::new(response, secrets, bytes_max))
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: Outgoing,
        timeout: Duration,
    ) -> Result<reqwest::Response, EgressError> {
        let url = self.redirected(request.url);
        let sending = client
            .request(request.method, url)
            .headers(request.headers)
            .header(http::header::ACCEPT_ENCODING, "identity")
            .body(bytes::Bytes::from_owner(request.body))
            .timeout(timeout)
            .send();
        let response = sending.await.map_err(|error| transport_error(&error))?;
        // The resolver gave checked addresses only; this is the second lock on the same door.
        match response.remote_addr() {
            Some(peer) if !self.may_reach(peer) => {
                Err(EgressError::Refused(resolve::NotPublic.to_string()))
            }
            _ => Ok(response),
        }
    }

    fn may_reach(&self, peer: std::net::SocketAddr) -> bool {
        address::is_global(peer.ip()) || self.0.redirects.iter().any(|redirect| redirect.to == peer)
    }

    /// The simulator's address for this one in sandbox mode, path and query kept; else the same.
    fn redirected(&self, mut url: Url) -> Url {
        let origin = url.origin().ascii_serialization();
        let exact = self.0.redirects.iter().find(|r| r.from.as_deref() == Some(origin.as_str()));
        let Some(redirect) = exact.or_else(|| self.0.redirects.iter().find(|r| r.from.is_none()))
        else {
            return url;
        };
        // Order matters: a scheme can't be changed while the port would be its default.
        let moved = url.set_scheme("http").is_ok()
            && url.set_ip_host(redirect.to.ip()).is_ok()
            && url.set_port(Some(redirect.to.port())).is_ok();
        debug_assert!(moved, "an https address can be pointed at a loopback port");
        url
    }

    /// Sends a request of the installation's own, to where its configuration leads: any public https
    /// address, with no tenant and no plugin involved.
    pub async fn send_own(&self, request: http::Request<Vec<u8>>) -> Asked {
        self.ask(request, Reading::Whole, |_| Ok(())).await
    }

    /// Sends a message to an endpoint that a business named: any public https address. The answer's first
    /// bytes are read and no more; one that breaks off after its status is an answer.
    pub async fn send_to_endpoint(&self, request: http::Request<Vec<u8>>) -> Asked {
        self.ask(request, Reading::First, |_| Ok(())).await
    }

    /// Sends a request of the host's own, as for tokens and identity: only to an address that the
    /// provider's section names (its query may differ), with no plugin involved.
    pub async fn send_provider(
        &self,
        provider: &Provider,
        request: http::Request<Vec<u8>>,
    ) -> Asked {
        self.ask(request, Reading::Whole, |url| match is_endpoint(provider, url) {
            true => Ok(()),
            false => {
                Err(EgressError::Refused("the manifest's provider names no such address".into()))
            }
        })
        .await
    }

    async fn ask(
        &self,
        request: http::Request<Vec<u8>>,
        reading: Reading,
        admit: impl FnOnce(&Url) -> Result<(), EgressError>,
    ) -> Asked {
        let began = Instant::now();
        let mut entry = EgressEntry::begun(request.method().as_str());
        let answer = self.answer_to(request, admit, began, &mut entry).await;
        let answer = match (answer, reading) {
            (Ok(response), Reading::Whole) => collect(response, &mut entry.bytes).await,
            (Ok(response), Reading::First) => Ok(collect_first(response, &mut entry.bytes).await),
            (Err(error), _) => Err(error),
        };
        if let Err(error) = &answer {
            entry.problem = Some(Problem::from(error.clone()).code);
        }
        Asked { entry, answer }
    }

    async fn answer_to(
        &self,
        request: http::Request<Vec<u8>>,
        admit: impl FnOnce(&Url) -> Result<(), EgressError>,
        began: Instant,
        entry: &mut EgressEntry,
    ) -> Result<reqwest::Response, EgressError> {
        let (parts, body) = request.into_parts();
        let body = Zeroizing::new(body);
        let url = target::parse(&parts.uri.to_string())
            .map_err(|problem| EgressError::Refused(problem.message))?;
        entry.host = url.host_str().unwrap_or_default().chars().take(HOST_CHARS_MAX).collect();
        admit(&url)?;
        // Where the manifest or the configuration leads: no more than they say, so no secret.
        entry.path = url.path().chars().take(PATH_CHARS_MAX).collect();
        let client = self.0.clients.single()?;
        let outgoing = Outgoing { method: parts.method, url, headers: parts.headers, body };
        let exchanged = self.exchange(&client, outgoing, PROVIDER_TIMEOUT).await;
        entry.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let response = exchanged?;
        entry.status = Some(response.status().as_u16());
        Ok(response)
    }
}

/// How much of an answer is read.
#[derive(Clone, Copy)]
enum Reading {
    /// All of it, within its size.
    Whole,
    /// Its beginning.
    First,
}

/// The address of an endpoint that a person named, if anything may be sent there at all: https and a
/// public name. Where its name leads is looked at with each request.
pub fn endpoint_address(text: &str) -> Result<Url, EgressError> {
    target::parse(text).map_err(|problem| EgressError::Refused(problem.message))
}

/// The address of a server that a person named, if requests may go there at all: https, a public name,
/// nothing but a path. Where its name leads is looked at with each request.
pub fn server_address(text: &str) -> Result<Url, EgressError> {
    let url = target::parse(text).map_err(|problem| EgressError::Refused(problem.message))?;
    if url.query().is_some() {
        return Err(EgressError::Refused("the address must not have a query".to_owned()));
    }
    Ok(url)
}

fn is_endpoint(provider: &Provider, url: &Url) -> bool {
    let bare = |mut url: Url| {
        url.set_query(None);
        url
    };
    let known = [&provider.token].into_iter().chain(&provider.revocation).chain(&provider.identity);
    let wanted = bare(url.clone());
    known.filter_map(|known| Url::parse(known).ok()).any(|known| bare(known) == wanted)
}

async fn collect_first(
    mut response: reqwest::Response,
    bytes_read: &mut u64,
) -> http::Response<Vec<u8>> {
    let mut out = http::Response::new(Vec::new());
    *out.status_mut() = response.status();
    *out.headers_mut() = response.headers().clone();
    let mut body = Vec::new();
    while body.len() < ENDPOINT_ANSWER_BYTES_MAX
        && let Ok(Some(piece)) = response.chunk().await
    {
        *bytes_read += piece.len() as u64;
        body.extend_from_slice(&piece);
    }
    body.truncate(ENDPOINT_ANSWER_BYTES_MAX);
    *out.body_mut() = body;
    out
}

async fn collect(
    response: reqwest::Response,
    bytes_read: &mut u64,
) -> Result<http::Response<Vec<u8>>, EgressError> {
    let mut out = http::Response::new(Vec::new());
    *out.status_mut() = response.status();
    *out.headers_mut() = response.headers().clone();
    let mut answer = Answer::new(response, &[], PROVIDER_ANSWER_BYTES_MAX);
    // Tokens may be in it: what growing would leave behind is wiped, and so is each piece.
    let mut body = Zeroizing::new(Vec::with_capacity(ANSWER_BYTES_USUAL));
    loop {
        let piece = answer.read(usize::MAX).await;
        *bytes_read = answer.bytes_read();
        let Some(piece) = piece?.map(Zeroizing::new) else { break };
        if body.capacity() - body.len() < piece.len() {
            let mut wider = Zeroizing::new(Vec::with_capacity(2 * (body.len() + piece.len())));
            wider.extend_from_slice(&body);
            body = wider;
        }
        body.extend_from_slice(&piece);
    }
    *out.body_mut() = std::mem::take(&mut *body);
    Ok(out)
}

/// A failure of the client in our words; its own could hold an address with a secret in it.
fn transport_error(error: &reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut deepest = String::new();
    while let Some(inner) = cause {
        if inner.is::<resolve::NotPublic>() {
            return EgressError::Refused(inner.to_string());
        }
        deepest = inner.to_string();
        cause = inner.source();
    }
    if error.is_timeout() {
        return EgressError::TimedOut;
    }
    let what = if error.is_connect() { "no connection" } else { "the exchange broke off" };
    // The deepest cause is the system's or TLS's; only the outermost names the address.
    let detail = if std::error::Error::source(error).is_some() { deepest } else { String::new() };
    let detail: String = detail.chars().filter(|c| !c.is_control()).take(200).collect();
    if certificate::is_refused(error) {
        return EgressError::Certificate(detail);
    }
    EgressError::Unreachable(if detail.is_empty() {
        what.into()
    } else {
        format!("{what}: {detail}")
    })
}
