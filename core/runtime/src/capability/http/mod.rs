//! `http`: requests to where the manifest's routes lead, with secrets that the guest never holds.

use std::time::Duration;

use domain::ConnectionId;
use wasmtime::component::Resource;

use crate::egress::{Answer, add_guest_header};
use crate::engine::bindings::oxpi::plugin::http;
use crate::engine::state::State;
use crate::problem::Problem;

mod exact;
mod send;

/// Bytes of an address; a longer one is cut and refused when sent.
const URL_BYTES_MAX: usize = 8 << 10;
/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 8 << 20;
/// Credential slots of one request.
const SLOTS_MAX: usize = 4;
/// Bytes handed over by one read.
const READ_BYTES_MAX: u32 = 1 << 20;

/// A request being put together.
pub struct GuestRequest {
    method: String,
    url: String,
    headers: ::http::HeaderMap,
    body: Vec<u8>,
    slots: Vec<String>,
    connection: Option<ConnectionId>,
    timeout: Option<Duration>,
    idempotency_key: Option<String>,
    approval: Option<String>,
}

/// An answer being read.
pub struct GuestResponse {
    pub(super) answer: Answer,
    /// Its place among the call's entries for the activity log.
    pub(super) entry: usize,
    /// The host it came from.
    pub(super) host: String,
    /// The account it was asked with.
    pub(super) connection: Option<ConnectionId>,
}

fn cut(mut text: String, bytes_max: usize) -> String {
    // One byte over the limit stays, so that a cut text is still too long.
    let end = text.len().min(bytes_max + 1);
    text.truncate(text.floor_char_boundary(end));
    text
}

impl http::HostRequest for State {
    async fn new(
        &mut self,
        method: String,
        url: String,
    ) -> wasmtime::Result<Resource<GuestRequest>> {
        let request = GuestRequest {
            method: cut(method, 16),
            url: cut(url, URL_BYTES_MAX + 8),
            headers: ::http::HeaderMap::new(),
            body: Vec::new(),
            slots: Vec::new(),
            connection: None,
            timeout: None,
            idempotency_key: None,
            approval: None,
        };
        Ok(self.table.push(request)?)
    }

    async fn header(
        &mut self,
        this: Resource<GuestRequest>,
        name: String,
        value: String,
    ) -> Result<(), Problem> {
        add_guest_header(&mut self.request(&this)?.headers, &name, &value)
    }

    async fn body(&mut self, this: Resource<GuestRequest>, bytes: Vec<u8>) -> Result<(), Problem> {
        if bytes.len() > BODY_BYTES_MAX {
            return Err(Problem::too_large(format!("a body has at most {BODY_BYTES_MAX} bytes")));
        }
        let old = self.request(&this)?.body.len();
        self.hold_body(old, bytes.len())?;
        self.request(&this)?.body = bytes;
        Ok(())
    }

    async fn credential(
        &mut self,
        this: Resource<GuestRequest>,
        slot: String,
    ) -> Result<(), Problem> {
        if self.plugin.manifest().slot(&slot).is_none() {
            let slot: String = slot.chars().take(64).collect();
            return Err(Problem::denied(format!("the manifest has no slot {slot:?}")));
        }
        let request = self.request(&this)?;
        if request.slots.len() >= SLOTS_MAX || request.slots.contains(&slot) {
            return Err(Problem::invalid(format!("each slot once, and at most {SLOTS_MAX}")));
        }
        request.slots.push(slot);
        Ok(())
    }

    async fn connection(
        &mut self,
        this: Resource<GuestRequest>,
        id: String,
    ) -> Result<(), Problem> {
        let id = id.parse().map_err(|_| Problem::not_found("there is no such connection"))?;
        self.request(&this)?.connection = Some(id);
        Ok(())
    }

    async fn timeout_ms(&mut self, this: Resource<GuestRequest>, ms: u32) -> wasmtime::Result<()> {
        self.table.get_mut(&this)?.timeout = Some(Duration::from_millis(u64::from(ms).max(1)));
        Ok(())
    }

    async fn idempotency_key(
        &mut self,
        this: Resource<GuestRequest>,
        key: String,
    ) -> wasmtime::Result<()> {
        self.table.get_mut(&this)?.idempotency_key = Some(cut(key, 255));
        Ok(())
    }

    async fn approval(&mut self, this: Resource<GuestRequest>, id: String) -> Result<(), Problem> {
        self.request(&this)?.approval = Some(cut(id, 64));
        Ok(())
    }

    async fn drop(&mut self, this: Resource<GuestRequest>) -> wasmtime::Result<()> {
        let request = self.table.delete(this)?;
        self.body_bytes = self.body_bytes.saturating_sub(request.body.len());
        Ok(())
    }
}

impl State {
    fn request(&mut self, this: &Resource<GuestRequest>) -> Result<&mut GuestRequest, Problem> {
        self.table.get_mut(this).map_err(|_| Problem::invalid("the request was sent already"))
    }
}

impl http::HostResponse for State {
    async fn status(&mut self, this: Resource<GuestResponse>) -> wasmtime::Result<u16> {
        Ok(self.table.get(&this)?.answer.status)
    }

    async fn headers(
        &mut self,
        this: Resource<GuestResponse>,
    ) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.table.get(&this)?.answer.headers.clone())
    }

    async fn read(
        &mut self,
        this: Resource<GuestResponse>,
        max: u32,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let response = self
            .table
            .get_mut(&this)
            .map_err(|_| Problem::invalid("the answer was dropped already"))?;
        let found = response.answer.read(max.min(READ_BYTES_MAX) as usize).await;
        let (entry, bytes) = (response.entry, response.answer.bytes_read());
        let found = found.map_err(Problem::from);
        let code = found.as_ref().err().map(|problem| problem.code.clone());
        self.amend_request(entry, |entry| {
            entry.bytes = bytes;
            entry.problem = code.or_else(|| entry.problem.take());
        });
        found
    }

    async fn drop(&mut self, this: Resource<GuestResponse>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl http::Host for State {
    async fn send(
        &mut self,
        request: Resource<GuestRequest>,
    ) -> Result<Resource<GuestResponse>, Problem> {
        let request = self
            .table
            .delete(request)
            .map_err(|_| Problem::invalid("the request was sent already"))?;
        self.body_bytes = self.body_bytes.saturating_sub(request.body.len());
        let response = self.exchange(request).await?;
        self.table.push(response).map_err(|_| Problem::too_large("too many answers are open"))
    }
}
