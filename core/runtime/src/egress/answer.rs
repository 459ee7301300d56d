//! A provider's answer, read piece by piece within its size and with secrets removed.

use domain::Secret;

use super::EgressError;
use super::headers::visible_headers;
use super::redact::Redactor;
use super::transport_error;

/// An answer whose body is still arriving.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names lower-case; secrets removed.
    pub(crate) headers: Vec<(String, String)>,
    body: Option<reqwest::Response>,
    redactor: Redactor,
    pending: Vec<u8>,
    left: u64,
    read: u64,
}

impl Answer {
    pub(crate) fn new(response: reqwest::Response, secrets: &[Secret], bytes_max: u64) -> Self {
        let headers = visible_headers(response.headers()).into_iter().map(|(name, value)| {
            let clean = Redactor::new(secrets).whole(&value);
            (name, String::from_utf8_lossy(&clean).into_owned())
        });
        Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: Some(response),
            redactor: Redactor::new(secrets),
            pending: Vec::new(),
            left: bytes_max,
            read: 0,
        }
    }

    /// The next bytes, at most `max`; none at the end.
    pub(crate) async fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, EgressError> {
        while self.pending.is_empty() {
            let Some(body) = &mut self.body else { return Ok(None) };
            match body.chunk().await.map_err(|error| transport_error(&error))? {
                Some(chunk) => {
                    let size = chunk.len() as u64;
                    if size > self.left {
                        self.body = None;
                        return Err(EgressError::TooLarge);
                    }
                    (self.left, self.read) = (self.left - size, self.read + size);
                    self.pending = self.redactor.push(&chunk);
                }
                None => {
                    self.body = None;
                    self.pending = self.redactor.finish();
                }
            }
        }
        let rest = self.pending.split_off(max.max(1).min(self.pending.len()));
        Ok(Some(std::mem::replace(&mut self.pending, rest)))
    }

    /// The whole body in one piece, within another limit than the guest's own reading has.
    ///
    /// # Errors
    /// None of it may have been read before: a part that is kept is no file.
    pub(crate) async fn whole(&mut self, bytes_max: u64) -> Result<Vec<u8>, EgressError> {
        self.left = bytes_max.saturating_sub(self.read);
        let mut whole = Vec::new();
        while let Some(mut piece) = self.read(usize::MAX).await? {
            whole.append(&mut piece);
        }
        Ok(whole)
    }

    /// Bytes that have arrived so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read
    }
}
