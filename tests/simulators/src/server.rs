//! The process: one port, one state, a clean end.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use domain::rng::SystemRng;
use domain::time::SystemClock;
use domain::{Clock, Rng};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::caldav::{self, handle::CalDav};
use crate::control;
use crate::faults::{Cut, Effect, Faults};
use crate::google::handle::Google;
use crate::google::state::{Client, State};
use crate::google::{self, errors, seed};
use crate::ground::Ground;
use crate::http::{Reply, Request};
use crate::journal::Journal;
use crate::kept::{self, Keeper};
use crate::openid::{self, OpenId};
use crate::panel;
use crate::push::{self, Delivery, Push};

/// How a simulator starts.
#[derive(Clone)]
pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub address: SocketAddr,
    /// The registered apps.
    pub clients: Vec<Client>,
    /// Whether any loopback address may be a redirect.
    pub any_loopback_redirect: bool,
    /// Whether calendars begin with a few events.
    pub sample_events: bool,
    /// The clock below the offset.
    pub clock: Arc<dyn Clock>,
    /// Randomness for tokens and ids.
    pub rng: Arc<dyn Rng>,
    /// Where what it holds is kept, for the next that starts with this file.
    pub keep: Option<PathBuf>,
    /// Whether it ends, and keeps what it holds, when the process is told to.
    pub ends_on_signals: bool,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        let client = Client {
            id: "demo".to_owned(),
            secret: "demo-secret".to_owned(),
            name: "OXPI".to_owned(),
            redirects: Vec::new(),
        };
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            clients: vec![client],
            any_loopback_redirect: false,
            sample_events: false,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            keep: None,
            ends_on_signals: false,
        }
    }
}

/// Everything behind the port.
#[derive(Debug)]
pub struct Inner {
    /// Google.
    pub google: State,
    /// An OpenID provider.
    pub openid: openid::State,
    /// A CalDAV server.
    pub caldav: caldav::state::State,
    /// Faults that wait.
    pub faults: Faults,
    /// What was asked.
    pub journal: Journal,
    /// What became of pushes.
    pub deliveries: Vec<Delivery>,
    options: Options,
}

/// Everything, shared.
pub type World = Arc<Mutex<Inner>>;

/// Takes the lock; a panic elsewhere doesn't spoil it.
pub fn locked(world: &World) -> MutexGuard<'_, Inner> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn new(options: Options, outbox: UnboundedSender<Push>) -> Self {
        let ground = Arc::new(Ground::new(options.clock.clone(), options.rng.clone()));
        let openid = fresh_openid(&options, &ground);
        let caldav = fresh_caldav(&options, &ground);
        let google = fresh(&options, ground, outbox);
        let (faults, journal) = (Faults::default(), Journal::default());
        Self { google, openid, caldav, faults, journal, deliveries: Vec::new(), options }
    }

    /// As if just started.
    pub fn reset(&mut self) {
        let ground = self.google.ground.clone();
        ground.reset();
        self.openid = fresh_openid(&self.options, &ground);
        self.caldav = fresh_caldav(&self.options, &ground);
        self.google = fresh(&self.options, ground, self.google.outbox.clone());
        self.faults.clear();
        self.journal.clear();
        self.deliveries.clear();
    }
}

fn fresh_openid(options: &Options, ground: &Arc<Ground>) -> openid::State {
    openid::State::new(ground.clone(), &options.clients, options.any_loopback_redirect)
}

fn fresh_caldav(options: &Options, ground: &Arc<Ground>) -> caldav::state::State {
    let mut state = caldav::state::State::new(ground.clone());
    caldav::seed::people(&mut state);
    if options.sample_events {
        caldav::seed::events(&mut state);
    }
    state
}

fn fresh(options: &Options, ground: Arc<Ground>, outbox: UnboundedSender<Push>) -> State {
    let mut state = State::new(ground, outbox);
    state.any_loopback_redirect = options.any_loopback_redirect;
    for client in &options.clients {
        state.clients.insert(client.id.clone(), client.clone());
    }
    seed::people(&mut state);
    if options.sample_events {
        seed::events(&mut state);
    }
    state
}

/// A running simulator; it stops when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    /// Such as `http://127.0.0.1:40123`.
    pub url: String,
    /// What people should know of how it started.
    pub note: Option<String>,
    google: Google,
    openid: OpenId,
    caldav: CalDav,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Simulator {
    /// Starts on a free port with the client `demo` / `demo-secret`, two accounts and no events.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Options::default())
    }

    /// Starts; refuses an address that other machines could reach.
    pub fn start_with(options: Options) -> io::Result<Self> {
        if !options.address.ip().is_loopback() {
            let message = format!("{} is not a loopback address", options.address);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(options.address)?;
        let url = format!("http://{}", listener.local_addr()?);
        let (outbox, waiting) = unbounded_channel();
        let (keep, ends_on_signals) = (options.keep.clone(), options.ends_on_signals);
        let mut inner = Inner::new(options, outbox);
        let note = match &keep {
            Some(file) => kept::recall(&mut inner, file)?,
            None => None,
        };
        let world: World = Arc::new(Mutex::new(inner));
        let (tell, told) = std::sync::mpsc::channel();
        let inside = world.clone();
        let thread = std::thread::spawn(move || {
            let keeper = keep.map(Keeper::new);
            let run = run((listener, ends_on_signals), inside, keeper, waiting, tell);
            actix_web::rt::System::new().block_on(run)
        });
        let handle = told.recv().map_err(io::Error::other)?;
        let (google, openid) = (Google::new(world.clone()), OpenId::new(world.clone()));
        let caldav = CalDav::new(world);
        Ok(Self { url, note, google, openid, caldav, handle, thread: Some(thread) })
    }

    /// Google's state and its switches.
    pub fn google(&self) -> &Google {
        &self.google
    }

    /// The OpenID provider's.
    pub fn openid(&self) -> &OpenId {
        &self.openid
    }

    /// The CalDAV server's.
    pub fn caldav(&self) -> &CalDav {
        &self.caldav
    }

    /// Stops and waits for the end.
    pub fn stop(mut self) -> io::Result<()> {
        self.end()
    }

    /// Runs until the process is told to stop by somebody else.
    pub fn wait(mut self) -> io::Result<()> {
        join(self.thread.take())
    }

    fn end(&mut self) -> io::Result<()> {
        // The command is sent at once; what comes back only tells when it is done.
        drop(self.handle.stop(false));
        join(self.thread.take())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.end();
    }
}

fn join(thread: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match thread.map(JoinHandle::join) {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(_)) => Err(io::Error::other("the simulator's thread panicked")),
    }
}

async fn run(
    (listener, ends_on_signals): (TcpListener, bool),
    world: World,
    keeper: Option<Keeper>,
    waiting: UnboundedReceiver<Push>,
    tell: std::sync::mpsc::Sender<ServerHandle>,
) -> io::Result<()> {
    let delivery = actix_web::rt::spawn(push::deliver(world.clone(), waiting));
    let inside = world.clone();
    let make =
        move || App::new().app_data(Data::new(inside.clone())).default_service(web::to(entry));
    let server = HttpServer::new(make).workers(1).shutdown_timeout(1);
    let server = if ends_on_signals { server } else { server.disable_signals() };
    let server = server.listen(listener)?.run();
    tell.send(server.handle()).map_err(io::Error::other)?;
    let result = match keeper {
        None => server.await,
        Some(mut keeper) => {
            let result = tokio::select! {
                result = server => result,
                () = keeper.watch(&world) => Ok(()),
            };
            // The last word, after the last request.
            result.and(keeper.write(&world))
        }
    };
    delivery.abort();
    result
}

async fn entry(http: HttpRequest, body: Bytes, world: Data<World>) -> HttpResponse {
    let name = |name: &actix_web::http::header::HeaderName| name.as_str().to_owned();
    let headers = http.headers().iter();
    let headers = headers
        .map(|(key, value)| (name(key), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let request = Request::new(
        http.method().as_str(),
        http.uri().path(),
        http.query_string(),
        headers.collect(),
        body.to_vec(),
    );
    if request.path.starts_with("/_control/") {
        return finish(control::answer(&world, &request), None);
    }
    if let Some(reply) = page(&world, &request) {
        return finish(reply, None);
    }
    serve(&world, &request).await
}

/// Pages of the simulator's own, which are nobody's request to a provider.
fn page(world: &World, request: &Request) -> Option<Reply> {
    panel::answer(world, request)
        .or_else(|| caldav::pages::answer(&mut locked(world).caldav, request))
}

/// Answers a provider's request, and lets the faults that wait for it happen.
async fn serve(world: &World, request: &Request) -> HttpResponse {
    let effect = locked(world).faults.meet(request);
    let fault = effect
        .as_ref()
        .map(|effect| serde_json::to_string(effect).unwrap_or_else(|_| "fault".to_owned()));
    let (reply, cut) = match effect {
        None => (provider_answer(world, request), None),
        Some(Effect::Slow { millis }) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            (provider_answer(world, request), None)
        }
        Some(Effect::Duplicate) => {
            provider_answer(world, request);
            (provider_answer(world, request), None)
        }
        Some(Effect::Status { status, reason, retry_after, applied }) => {
            if applied {
                provider_answer(world, request);
            }
            let reply = match caldav::is_asked(request) {
                true => caldav::injected(status, reason.as_deref()),
                false => errors::injected(request, status, reason.as_deref()),
            };
            let reply = match retry_after {
                Some(secs) => reply.with("Retry-After", &secs.to_string()),
                None => reply,
            };
            (reply, None)
        }
        Some(Effect::Cut { when: Cut::Before }) => (Reply::empty(0), Some(Cut::Before)),
        Some(Effect::Cut { when: Cut::After }) => {
            provider_answer(world, request);
            (Reply::empty(0), Some(Cut::After))
        }
        Some(Effect::Cut { when: Cut::Midway }) => {
            (provider_answer(world, request), Some(Cut::Midway))
        }
    };
    let mut inner = locked(world);
    let now = inner.google.now();
    inner.journal.add(now.to_rfc3339(), request, &reply, fault);
    let reply = reply.with("Date", &date(now.plus_secs(inner.google.settings.date_off_secs)));
    drop(inner);
    finish(reply, cut)
}

/// As HTTP writes times (RFC 9110, 5.6.7).
fn date(at: domain::Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

fn provider_answer(world: &World, request: &Request) -> Reply {
    let mut inner = locked(world);
    let answered = openid::answer(&mut inner.openid, request);
    let answered = answered.or_else(|| caldav::answer(&mut inner.caldav, request));
    answered.unwrap_or_else(|| google::answer(&mut inner.google, request))
}

fn finish(reply: Reply, cut: Option<Cut>) -> HttpResponse {
    let status = if reply.status == 0 { 200 } else { reply.status };
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    for (name, value) in &reply.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    match cut {
        None => response.body(reply.body),
        Some(when) => {
            let half = reply.body.len() / 2;
            let head = (when == Cut::Midway).then(|| Bytes::copy_from_slice(&reply.body[..half]));
            let promised = reply.body.len().max(1) as u64;
            response.force_close().body(Broken { head, promised, flushed: false })
        }
    }
}

/// A body that ends in a cut connection.
struct Broken {
    head: Option<Bytes>,
    promised: u64,
    flushed: bool,
}

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.promised)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if self.promised > 1 && !self.flushed {
            // Once round, so that the half that was given is on its way.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::other("cut by a test"))))
    }
}
