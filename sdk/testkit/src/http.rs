//! The world outside, as a test tells it: a list of expected requests, or a function that answers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;

use crate::Expect;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The whole address as the plugin wrote it, with the provider's own origin.
    pub url: url::Url,
    /// Header names (lower-case) and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Seen {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The first query parameter of this name.
    pub fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The path's segments, decoded.
    pub fn segments(&self) -> Vec<String> {
        segments(&self.url)
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

pub(crate) fn segments(url: &url::Url) -> Vec<String> {
    let decoded = |part: &str| {
        // `form` decoding reads `+` as a space, which a path means literally.
        let text = format!("x={}", part.replace('+', "%2B"));
        let decoded = url::form_urlencoded::parse(text.as_bytes()).next();
        decoded.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    url.path().split('/').skip(1).map(decoded).collect()
}

/// What to answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer.
    Answer {
        /// The status code.
        status: u16,
        /// Headers beside the length.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection breaks without an answer, as when a machine dies after doing what it was asked.
    Cut,
    /// No answer, ever.
    Silence,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Answer { status, headers, body: body.to_string().into_bytes() }
    }

    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same with a header; cut or silent ones have none.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

type Handler = Box<dyn FnMut(&Seen) -> Reply + Send>;

/// The world outside.
#[derive(Default)]
pub struct FakeHttp {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    expected: VecDeque<Expect>,
    handler: Option<Handler>,
    seen: Vec<Seen>,
    failures: Vec<String>,
    cut_at: Option<usize>,
    fail_at: Option<(usize, u16)>,
}

impl FakeHttp {
    /// Adds a request that must come; the first one of its method and path answers.
    pub fn expect(&self, expect: Expect) {
        self.lock().expected.push_back(expect);
    }

    /// Answers what no expectation is there for; a small stand-in of a provider, with state.
    pub fn answer_with(&self, handler: impl FnMut(&Seen) -> Reply + Send + 'static) {
        self.lock().handler = Some(Box::new(handler));
    }

    /// Cuts the answer to the `n`-th request from now (1 is the next): what it asked for is done, and
    /// the plugin never hears of it.
    pub fn cut_nth(&self, n: usize) {
        let mut inner = self.lock();
        inner.cut_at = Some(inner.seen.len() + n);
    }

    /// Answers the `n`-th request from now with this status, without doing what it asks for.
    pub fn fail_nth(&self, n: usize, status: u16) {
        let mut inner = self.lock();
        inner.fail_at = Some((inner.seen.len() + n, status));
    }

    /// Whether a cut or a failure is still to come: the call made fewer requests than that.
    pub fn has_fault_left(&self) -> bool {
        let inner = self.lock();
        inner.cut_at.is_some() || inner.fail_at.is_some()
    }

    /// Forgets a cut or a failure that has not come.
    pub fn clear_faults(&self) {
        let mut inner = self.lock();
        (inner.cut_at, inner.fail_at) = (None, None);
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    pub(crate) fn reply_to(&self, seen: Seen) -> Reply {
        let mut inner = self.lock();
        inner.seen.push(seen.clone());
        let count = inner.seen.len();
        if let Some((_, status)) = inner.fail_at.take_if(|(at, _)| *at == count) {
            return Reply::status(status);
        }
        let reply = inner.reply_to(&seen);
        if inner.cut_at.take_if(|at| *at == count).is_some() { Reply::Cut } else { reply }
    }

    /// What went wrong so far, and what did not come.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let inner = self.lock();
        let missing = inner.expected.iter().map(|expect| format!("did not come: {expect}"));
        inner.failures.iter().cloned().chain(missing).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Inner {
    fn reply_to(&mut self, seen: &Seen) -> Reply {
        let at = self.expected.iter().position(|expect| expect.is_for(seen));
        if let Some(expect) = at.and_then(|at| self.expected.remove(at)) {
            self.failures.extend(expect.complaints(seen));
            return expect.into_reply();
        }
        match &mut self.handler {
            Some(handler) => handler(seen),
            None => {
                self.failures.push(format!("not expected: {} {}", seen.method, seen.url));
                Reply::status(501)
            }
        }
    }
}
