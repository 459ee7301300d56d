//! One request from the guest's wish to the provider's answer, and its entry in the activity log.

use std::sync::Arc;
use std::time::Duration;

use domain::{ConnectionId, Secret};
use http::HeaderValue;
use tokio::time::Instant;
use url::Url;

use super::{GuestRequest, GuestResponse};
use crate::approval::ApprovalUse;
use crate::egress::{Answer, HOST_CHARS_MAX, Outgoing, parse_url, place, slot_fits};
use crate::engine::Plugin;
use crate::engine::state::{State, World};
use crate::manifest::{EgressRoute, Slot, SlotSource};
use crate::problem::Problem;
use crate::services::{CallContext, Candidate, EgressEntry};

/// How long a request may take where the guest doesn't say.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// What is left of a call's time for noting how the sending of an approved request ended.
const TIME_TO_NOTE: Duration = Duration::from_millis(250);

impl State {
    /// Sends a request; whatever becomes of it, an entry tells. It is there from the start, so that
    /// a request under way when the call is stopped leaves one too.
    pub(super) async fn exchange(
        &mut self,
        request: GuestRequest,
    ) -> Result<GuestResponse, Problem> {
        if self.http_calls >= self.ctx.limits.http_calls {
            // One entry tells that more was wished for; a guest that insists fills no list.
            let used_up = Problem::limited("this call's requests are used up", 1_000);
            if std::mem::replace(&mut self.requests_used_up, true) {
                return Err(used_up);
            }
        }
        let began = Instant::now();
        let unfinished = Some("unfinished".to_owned());
        let begun = EgressEntry::begun(&request.method);
        let entry = self.record_request(EgressEntry { problem: unfinished, ..begun });
        let connection = request.connection.clone().or_else(|| self.ctx.connection.clone());
        let host = Url::parse(&request.url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
        // One that is refused for its spelling tells where it was to go, too.
        let shown = host.chars().take(HOST_CHARS_MAX).collect();
        self.amend_request(entry, |entry| entry.host = shown);
        let outcome = self.admitted(request, entry).await;
        self.amend_request(entry, |entry| {
            entry.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            entry.status = outcome.as_ref().ok().map(|answer| answer.status);
            entry.problem = outcome.as_ref().err().map(|problem| problem.code.clone());
        });
        Ok(GuestResponse { answer: outcome?, entry, host, connection })
    }

    async fn admitted(&mut self, request: GuestRequest, entry: usize) -> Result<Answer, Problem> {
        if !self.has_tenant {
            return Err(Problem::denied("this hook runs for no business and sends nothing"));
        }
        if self.http_calls >= self.ctx.limits.http_calls {
            return Err(Problem::limited("this call's requests are used up", 1_000));
        }
        self.http_calls += 1;
        let url = parse_url(&request.url)?;
        let (ctx, plugin) = (Arc::clone(&self.ctx), self.plugin.clone());
        let sender = Sender { ctx, plugin, world: Arc::clone(&self.world) };
        let server = sender.server(&request).await?;
        let server = server.as_deref();
        let route = sender.route(&request.method, &url, server)?.clone();
        self.amend_request(entry, |entry| entry.path.clone_from(&route.path));
        let timeout = request.timeout.unwrap_or(TIMEOUT_DEFAULT).min(self.wall_left());
        if route.effect.needs_approval() {
            // Whether an answer came is noted within the call's time, too.
            let left = self.wall_left().saturating_sub(TIME_TO_NOTE);
            let timeout = timeout.min(left);
            return sender.attempt_approved(&request, &url, &route, timeout).await;
        }
        if request.approval.is_some() {
            return Err(Problem::invalid("this route needs no approval"));
        }
        let aim = Aim { url: &url, server };
        let answer = sender.attempt(&request, aim, timeout, None).await?;
        if answer.status == 401 && sender.wants_fresh_secret(&request).await {
            return sender.attempt(&request, aim, timeout.min(self.wall_left()), None).await;
        }
        Ok(answer)
    }
}

/// Where a request goes: its address, and the server that its own account has.
#[derive(Clone, Copy)]
struct Aim<'a> {
    url: &'a Url,
    server: Option<&'a str>,
}

/// What sending takes of a call; unlike the whole state it can be shared across an await.
struct Sender {
    ctx: Arc<CallContext>,
    plugin: Plugin,
    world: Arc<World>,
}

impl Sender {
    /// The origin of the server that was named for the account which the request is made with. A request
    /// leads there or to an origin of the manifest, never to another account's server.
    async fn server(&self, request: &GuestRequest) -> Result<Option<String>, Problem> {
        if !self.plugin.manifest().reaches_connections() {
            return Ok(None);
        }
        let named = match (&self.ctx.candidate, self.connection(request)) {
            (Some(candidate), _) => candidate.server.clone(),
            (None, Some(id)) => self.world.services.connection_server(&self.ctx, id).await?,
            (None, None) => None,
        };
        let origin =
            |address: String| Some(parse_url(&address).ok()?.origin().ascii_serialization());
        Ok(named.and_then(origin))
    }

    fn route(
        &self,
        method: &str,
        url: &Url,
        server: Option<&str>,
    ) -> Result<&EgressRoute, Problem> {
        let (tenant, manifest) = (&self.ctx.tenant, self.plugin.manifest());
        self.world.egress.admit(tenant, manifest, &self.ctx.grant, method, url, server)
    }

    /// Sends what people approved, once and for all: whatever becomes of it, the approval is spent. A
    /// token that was refused is renewed for the next request, but this one isn't sent again.
    async fn attempt_approved(
        &self,
        request: &GuestRequest,
        url: &Url,
        route: &EgressRoute,
        timeout: Duration,
    ) -> Result<Answer, Problem> {
        let own = self.ctx.connection.as_ref();
        let exact = request.exact(self.plugin.manifest(), route, url, own)?;
        let wanted = ApprovalUse {
            id: request.approval.as_deref(),
            effect: route.effect,
            route: &route.id,
            host: url.host_str().unwrap_or_default(),
            digest: exact.digest(&self.ctx.tenant, &self.ctx.plugin),
        };
        // What people approve never leads to a server that somebody named.
        let aim = Aim { url, server: None };
        let answer = self.attempt(request, aim, timeout, Some(wanted)).await?;
        if answer.status == 401 {
            self.wants_fresh_secret(request).await;
        }
        Ok(answer)
    }

    /// Sends once, with secrets as they are now. An approval is used up after everything else that
    /// can fail before sending, so that it isn't spent on a request that never left.
    async fn attempt(
        &self,
        request: &GuestRequest,
        aim: Aim<'_>,
        timeout: Duration,
        wanted: Option<ApprovalUse<'_>>,
    ) -> Result<Answer, Problem> {
        let mut outgoing = outgoing(request, aim.url)?;
        let mut secrets = Vec::with_capacity(request.slots.len());
        for slot in self.slots(request) {
            secrets.push(self.fill(&mut outgoing, request, slot, aim).await?);
        }
        // As late as can be: a plugin that was turned off while it ran sends nothing any more.
        if !self.world.services.may_go_on(&self.ctx).await {
            return Err(Problem::denied("the plugin was turned off while it ran"));
        }
        let approval = wanted.as_ref().and_then(|wanted| wanted.id);
        if let Some(wanted) = wanted {
            self.world.services.approval_use(&self.ctx, wanted).await?;
        }
        let (tenant, plugin) = (&self.ctx.tenant, &self.ctx.plugin);
        let bytes_max = self.ctx.limits.response_bytes;
        let egress = &self.world.egress;
        let sent = egress.send(tenant, plugin, outgoing, &secrets, timeout, bytes_max).await;
        let sent = sent.map_err(Problem::from);
        if let Some(id) = approval {
            let outcome = sent.as_ref().map(|answer| answer.status);
            self.world.services.approval_settle(&self.ctx, id, outcome).await;
        }
        sent
    }

    fn slots<'s>(&'s self, request: &'s GuestRequest) -> impl Iterator<Item = &'s Slot> {
        request.slots.iter().filter_map(|id| self.plugin.manifest().slot(id))
    }

    fn connection<'s>(&'s self, request: &'s GuestRequest) -> Option<&'s ConnectionId> {
        request.connection.as_ref().or(self.ctx.connection.as_ref())
    }

    async fn fill(
        &self,
        outgoing: &mut Outgoing,
        request: &GuestRequest,
        slot: &Slot,
        aim: Aim<'_>,
    ) -> Result<Secret, Problem> {
        let fits = slot_fits(slot, &request.method, aim.url, aim.server);
        if !self.ctx.grant.allows_slot(slot) || !fits {
            return Err(Problem::denied(format!("the slot {:?} is not for this request", slot.id)));
        }
        let connection = self.connection(request);
        let secret = match self.candidate(slot) {
            Some(candidate) => candidate.secret.clone(),
            None => self.world.services.credential(&self.ctx, slot, connection).await?,
        };
        if secret.is_empty() {
            return Err(Problem::reconnect(format!("the slot {:?} has no secret yet", slot.id)));
        }
        place(outgoing, &slot.place, &secret)?;
        Ok(secret)
    }

    /// The account that is just being connected, where this slot is for it.
    fn candidate(&self, slot: &Slot) -> Option<&Candidate> {
        let candidate = self.ctx.candidate.as_ref()?;
        (slot.source == SlotSource::Provider(candidate.provider.clone())).then_some(candidate)
    }

    /// A provider's 401 means that nothing was done, so one more try with a fresh token is safe.
    async fn wants_fresh_secret(&self, request: &GuestRequest) -> bool {
        if self.ctx.candidate.is_some() {
            return false;
        }
        let connection = self.connection(request);
        for slot in self.slots(request) {
            let is_token = matches!(slot.source, SlotSource::Provider(_));
            let services = &self.world.services;
            if is_token && services.credential_refused(&self.ctx, slot, connection).await {
                return true;
            }
        }
        false
    }
}

fn outgoing(request: &GuestRequest, url: &Url) -> Result<Outgoing, Problem> {
    let method = http::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Problem::invalid("the method can't be read"))?;
    let mut headers = request.headers.clone();
    if let Some(key) = &request.idempotency_key {
        let fits = !key.is_empty() && key.len() <= 255 && key.bytes().all(|b| b.is_ascii_graphic());
        let value = HeaderValue::from_str(key).ok().filter(|_| fits);
        let value = value.ok_or_else(|| {
            Problem::invalid("an idempotency key has 1 to 255 visible ASCII characters")
        })?;
        headers.insert("idempotency-key", value);
    }
    Ok(Outgoing { method, url: url.clone(), headers, body: request.body.clone().into() })
}
