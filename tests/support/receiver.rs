//! Somebody's program that is told by webhooks: keeps what comes, and answers as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    /// The path and query it was sent to.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Message {
    /// A header's value; empty where it has none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// What comes after an answer's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A word.
    Whole,
    /// A word, and then nothing, where the head said more.
    Cut,
    /// More and more, until nobody reads any more.
    Endless,
}

/// Where even an endless body ends, so that no test fills the machine.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// One more header line, such as `Retry-After: 60`.
    pub header: &'static str,
    /// How long that takes.
    pub after: Duration,
    /// What comes after it.
    pub body: Body,
}

impl Answer {
    /// A status at once.
    pub const fn of(status: u16) -> Self {
        Self { status, header: "", after: Duration::ZERO, body: Body::Whole }
    }
}

#[derive(Default)]
struct Inner {
    got: Mutex<Vec<Message>>,
    came: Condvar,
    next: Mutex<VecDeque<Answer>>,
    usual: Mutex<Option<Answer>>,
    sent: AtomicUsize,
}

/// A program that listens on this machine. Its thread ends with the test's process.
#[derive(Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
    address: SocketAddr,
}

impl Receiver {
    /// Listens, and says yes to everything.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let inner = Arc::new(Inner::default());
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        Ok(Self { inner, address })
    }

    /// Leads an origin, such as `https://hooks.example`, here.
    pub fn redirect(&self, origin: &str) -> String {
        format!("{origin}=http://{}", self.address)
    }

    /// What came so far, in order.
    pub fn got(&self) -> Vec<Message> {
        lock(&self.inner.got).clone()
    }

    /// How many bytes of endless bodies were taken from here so far.
    pub fn sent_bytes(&self) -> usize {
        self.inner.sent.load(Ordering::SeqCst)
    }

    /// Waits until so many came.
    pub fn wait_for(&self, count: usize, at_most: Duration) -> bool {
        let got = lock(&self.inner.got);
        let waited = self.inner.came.wait_timeout_while(got, at_most, |got| got.len() < count);
        waited.unwrap_or_else(PoisonError::into_inner).0.len() >= count
    }

    /// Answers the next message so, before whatever it usually answers.
    pub fn answer_next(&self, answer: Answer) {
        lock(&self.inner.next).push_back(answer);
    }

    /// Answers every message so from now on.
    pub fn answer_always(&self, answer: Answer) {
        *lock(&self.inner.usual) = Some(answer);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[allow(clippy::disallowed_methods, reason = "a slow program takes real time")]
fn serve(inner: &Inner, mut stream: TcpStream) {
    let Ok(message) = read(&stream) else { return };
    let answer = lock(&inner.next).pop_front().or_else(|| lock(&inner.usual).clone());
    let answer = answer.unwrap_or(Answer::of(200));
    lock(&inner.got).push(message);
    inner.came.notify_all();
    std::thread::sleep(answer.after);
    let header =
        if answer.header.is_empty() { String::new() } else { format!("{}\r\n", answer.header) };
    let length = match answer.body {
        Body::Whole => "Content-Length: 4\r\n",
        Body::Cut => "Content-Length: 1000\r\n",
        Body::Endless => "",
    };
    let text =
        format!("HTTP/1.1 {} X\r\n{header}{length}Connection: close\r\n\r\nseen", answer.status);
    let is_read = stream.write_all(text.as_bytes()).is_ok();
    if !is_read || answer.body != Body::Endless {
        return;
    }
    let piece = vec![b'x'; 64 << 10];
    let left = |inner: &Inner| inner.sent.load(Ordering::SeqCst) < BODY_BYTES_MAX;
    while left(inner) && stream.write_all(&piece).is_ok() {
        inner.sent.fetch_add(piece.len(), Ordering::SeqCst);
    }
}

fn read(stream: &TcpStream) -> Result<Message> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).context("no path")?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").context("no length")?.parse()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Message { path, headers, body: String::from_utf8(body)? })
}
