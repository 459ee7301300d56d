//! A request that a test expects: which one, what must be in it, and what to answer.

use std::fmt;

use serde_json::Value;
use url::Url;

use crate::http::{Reply, Seen, segments};

enum Check {
    Query(String, Option<String>),
    Header(String, Option<String>),
    Body(Value),
    At(String, Value),
}

/// A request that must come. Method and path choose it; the rest is checked when it comes.
pub struct Expect {
    method: String,
    url: Url,
    checks: Vec<Check>,
    reply: Reply,
}

impl Expect {
    /// A request of any method. A query in the address is checked like [`Expect::query`].
    ///
    /// # Panics
    /// When the address can't be read: a mistake of the test.
    pub fn new(method: &str, url: &str) -> Self {
        let Ok(url) = url.parse::<Url>() else { panic!("{url} is no address") };
        let checks = url
            .query_pairs()
            .map(|(name, value)| Check::Query(name.into_owned(), Some(value.into_owned())))
            .collect();
        Self { method: method.to_owned(), url, checks, reply: Reply::status(200) }
    }

    /// GET.
    pub fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    /// POST.
    pub fn post(url: &str) -> Self {
        Self::new("POST", url)
    }

    /// PATCH.
    pub fn patch(url: &str) -> Self {
        Self::new("PATCH", url)
    }

    /// PUT.
    pub fn put(url: &str) -> Self {
        Self::new("PUT", url)
    }

    /// DELETE.
    pub fn delete(url: &str) -> Self {
        Self::new("DELETE", url)
    }

    /// A query parameter must have this value.
    #[must_use]
    pub fn query(self, name: &str, value: &str) -> Self {
        self.checking(Check::Query(name.to_owned(), Some(value.to_owned())))
    }

    /// A query parameter must not be there.
    #[must_use]
    pub fn no_query(self, name: &str) -> Self {
        self.checking(Check::Query(name.to_owned(), None))
    }

    /// A header (lower-case name) must have this value.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.checking(Check::Header(name.to_owned(), Some(value.to_owned())))
    }

    /// A header (lower-case name) must not be there.
    #[must_use]
    pub fn no_header(self, name: &str) -> Self {
        self.checking(Check::Header(name.to_owned(), None))
    }

    /// The body must be this JSON.
    #[must_use]
    pub fn body(self, body: Value) -> Self {
        self.checking(Check::Body(body))
    }

    /// The body must have this value at a JSON pointer, such as `/start/timeZone`; null also means
    /// that nothing is there.
    #[must_use]
    pub fn body_at(self, pointer: &str, value: Value) -> Self {
        self.checking(Check::At(pointer.to_owned(), value))
    }

    /// Answers with JSON.
    #[must_use]
    pub fn reply(self, status: u16, body: Value) -> Self {
        self.reply_with(Reply::json(status, body))
    }

    /// Answers so.
    #[must_use]
    pub fn reply_with(self, reply: Reply) -> Self {
        Self { reply, ..self }
    }

    fn checking(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    pub(crate) fn is_for(&self, seen: &Seen) -> bool {
        self.method == seen.method
            && self.url.origin() == seen.url.origin()
            && segments(&self.url) == seen.segments()
    }

    pub(crate) fn complaints(&self, seen: &Seen) -> Vec<String> {
        let complaints = self.checks.iter().filter_map(|check| complaint(check, seen));
        complaints.map(|text| format!("{} {}: {text}", seen.method, seen.url)).collect()
    }

    pub(crate) fn into_reply(self) -> Reply {
        self.reply
    }
}

fn complaint(check: &Check, seen: &Seen) -> Option<String> {
    match check {
        Check::Query(name, wanted) => {
            let found = seen.query(name);
            (found != *wanted).then(|| format!("query {name} is {found:?}, not {wanted:?}"))
        }
        Check::Header(name, wanted) => {
            let found = seen.header(name);
            (found != wanted.as_deref())
                .then(|| format!("header {name} is {found:?}, not {wanted:?}"))
        }
        Check::Body(wanted) => {
            let found = seen.json();
            (found != *wanted).then(|| format!("the body is {found}, not {wanted}"))
        }
        Check::At(pointer, wanted) => {
            let body = seen.json();
            let found = body.pointer(pointer).unwrap_or(&Value::Null);
            (found != wanted).then(|| format!("{pointer} is {found}, not {wanted}"))
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}
