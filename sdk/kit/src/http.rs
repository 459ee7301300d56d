//! Requests to the outside. The host checks each against the manifest's routes, puts the secret of
//! a slot in at the last moment, and never shows it to the plugin.

use core::cell::OnceCell;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::oxpi::plugin::http as raw;
use crate::json::parse;
use crate::problem::{Problem, Result, place_of};
use crate::time::Timestamp;

const READ_BYTES: u32 = 64 * 1024;

/// A request being put together; a mistake on the way comes out of `send`.
pub struct Request {
    raw: raw::Request,
    problem: Option<Problem>,
}

impl Request {
    /// A request with any method. `url` is text or a [`crate::url::Url`].
    pub fn new(method: &str, url: impl core::fmt::Display) -> Self {
        Self { raw: raw::Request::new(method, &url.to_string()), problem: None }
    }

    /// GET.
    pub fn get(url: impl core::fmt::Display) -> Self {
        Self::new("GET", url)
    }

    /// POST.
    pub fn post(url: impl core::fmt::Display) -> Self {
        Self::new("POST", url)
    }

    /// PUT.
    pub fn put(url: impl core::fmt::Display) -> Self {
        Self::new("PUT", url)
    }

    /// PATCH.
    pub fn patch(url: impl core::fmt::Display) -> Self {
        Self::new("PATCH", url)
    }

    /// DELETE.
    pub fn delete(url: impl core::fmt::Display) -> Self {
        Self::new("DELETE", url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let done = self.raw.header(name, value);
        self.noting(done)
    }

    /// Adds a header if there is a value.
    #[must_use]
    pub fn header_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// The body as it is.
    #[must_use]
    pub fn body(self, bytes: &[u8]) -> Self {
        let done = self.raw.body(bytes);
        self.noting(done)
    }

    /// The body as JSON, with its content type.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.header("content-type", "application/json").body(&bytes),
            Err(error) => self.noting(Err(error.into())),
        }
    }

    /// The credential slot of the manifest whose secret the host puts in.
    #[must_use]
    pub fn credential(self, slot: &str) -> Self {
        let done = self.raw.credential(slot);
        self.noting(done)
    }

    /// The connected account whose secret the slot takes; calls of a port have one already.
    #[must_use]
    pub fn connection(self, id: &str) -> Self {
        let done = self.raw.connection(id);
        self.noting(done)
    }

    /// How long to wait at most, within the call's own limit.
    #[must_use]
    pub fn timeout_ms(self, millis: u32) -> Self {
        self.raw.timeout_ms(millis);
        self
    }

    /// Names the effect, so that repeating the request repeats nothing where the provider can tell.
    #[must_use]
    pub fn idempotency_key(self, key: &str) -> Self {
        self.raw.idempotency_key(key);
        self
    }

    /// The approval that people gave this exact request; what a route with an effect needs, and good
    /// for one sending. See [`crate::approvals`].
    #[must_use]
    pub fn approval(self, id: &str) -> Self {
        let done = self.raw.approval(id);
        self.noting(done)
    }

    /// What is proposed instead of sent, or the mistake that was made on the way.
    pub(crate) fn whole(&self) -> Result<&raw::Request> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(&self.raw),
        }
    }

    /// Sends it. Any status is an answer; a problem means that there was none.
    pub fn send(self) -> Result<Response> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(Response { raw: raw::send(self.raw)?, headers: OnceCell::new() }),
        }
    }

    fn noting(mut self, done: Result<()>) -> Self {
        if let (Err(problem), None) = (done, &self.problem) {
            self.problem = Some(problem);
        }
        self
    }
}

/// An answer, its body not yet read.
pub struct Response {
    raw: raw::Response,
    headers: OnceCell<Vec<(String, String)>>,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.raw.status()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.get_or_init(|| self.raw.headers());
        let found = headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// How long `Retry-After` asks to wait, given as seconds or as a date (RFC 9110, 10.2.3).
    pub fn retry_after_ms(&self, now: Timestamp) -> Option<u64> {
        retry_after_ms(self.header("retry-after")?, now)
    }

    /// The answer itself, for keeping its body unread.
    pub(crate) fn into_raw(self) -> raw::Response {
        self.raw
    }

    /// The next piece of the body, at most `max` bytes; none at its end.
    pub fn read(&self, max: u32) -> Result<Option<Vec<u8>>> {
        self.raw.read(max)
    }

    /// The whole body.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.read(READ_BYTES)? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// The whole body as JSON. A provider that answers something else is out of order, not wrong
    /// for good: the problem is `unavailable`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        parse(&self.bytes()?).map_err(|error| {
            Problem::unavailable("the provider answered something unexpected")
                .with_detail(place_of(&error))
        })
    }
}

fn retry_after_ms(value: &str, now: Timestamp) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let until = Timestamp::parse_http_date(value.trim())?;
    Some(u64::try_from(until.as_millis().saturating_sub(now.as_millis())).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_millis(784_111_777_000);
        assert_eq!(retry_after_ms("7", now), Some(7_000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", now), Some(10_000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:30 GMT", now), Some(0));
        assert_eq!(retry_after_ms("soon", now), None);
    }
}
