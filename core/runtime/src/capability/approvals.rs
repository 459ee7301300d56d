//! `approvals`: putting a request before people. The host makes the digest and finds the route; a
//! guest can't say that a request is another one than it is.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use wasmtime::component::Resource;

use super::http::GuestRequest;
use super::{JSON_BYTES_MAX, once_key, short};
use crate::approval::{Amount, CHANGE_ASKED, Change, Proposal, Words};
use crate::egress::parse_url;
use crate::engine::bindings::oxpi::plugin::approvals;
use crate::engine::state::State;
use crate::problem::Problem;

/// Bytes of a body that people can be asked to look at.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;
/// Characters of a summary.
const SUMMARY_CHARS_MAX: usize = 2_000;
/// Characters of why a change comes to nothing.
const WHY_CHARS_MAX: usize = 500;
/// Places of a text that are filled in.
const ARGS_MAX: usize = 20;
/// How long people have where the plugin doesn't say.
const EXPIRES_DEFAULT_SECS: i64 = 7 * 24 * 3_600;
/// The longest a proposal may wait, for what is planned far ahead.
const EXPIRES_MAX_SECS: i64 = 90 * 24 * 3_600;

/// The contract's proposal.
#[derive(Deserialize)]
struct Said {
    title: Words,
    summary: Option<Words>,
    amount: Option<Amount>,
    expires_at: Option<String>,
    change: Option<Value>,
    replaces: Option<String>,
}

/// Why a change that people asked for comes to nothing.
#[derive(Deserialize)]
struct Declined {
    why: Words,
}

impl approvals::Host for State {
    async fn propose(
        &mut self,
        request: Resource<GuestRequest>,
        proposal: String,
        idempotency_key: String,
    ) -> Result<String, Problem> {
        self.effect(self.ctx.grant.allows_approvals(), "proposing actions")?;
        once_key(&idempotency_key)?;
        let said = read(&proposal)?;
        self.changeable(said.change.as_ref())?;
        let now = self.world.clock.now();
        let expires_at = expiry(said.expires_at.as_deref(), now)?;
        let plugin = self.plugin.clone();
        let manifest = plugin.manifest();
        let request = self
            .table
            .get(&request)
            .map_err(|_| Problem::invalid("the request was sent already"))?;
        let (method, url) = request.target();
        let url = parse_url(url)?;
        let route = self.world.egress.route(manifest, &self.ctx.grant, method, &url)?;
        if !route.effect.needs_approval() {
            return Err(Problem::invalid(format!(
                "the route {:?} has no effect: its requests need no approval",
                route.id
            )));
        }
        if !self.ctx.grant.may_propose(route.effect) {
            return Err(Problem::denied("proposing this was not granted"));
        }
        let request = request.exact(manifest, route, &url, self.ctx.connection.as_ref())?;
        if request.body.len() > BODY_BYTES_MAX {
            return Err(Problem::too_large(format!(
                "people can be asked about a body of at most {BODY_BYTES_MAX} bytes"
            )));
        }
        let proposal = Proposal {
            digest: request.digest(&self.ctx.tenant, &self.ctx.plugin),
            request,
            title: said.title,
            summary: said.summary,
            amount: said.amount,
            expires_at,
            idempotency_key,
            change: said.change,
            replaces: said.replaces,
        };
        self.world.services.approval_propose(&self.ctx, proposal).await
    }

    async fn state(&mut self, id: String) -> Result<String, Problem> {
        self.own(&id)?;
        let state = self.world.services.approval_state(&self.ctx, &id).await?;
        Ok(state.to_string())
    }

    async fn withdraw(&mut self, id: String) -> Result<(), Problem> {
        self.own(&id)?;
        self.world.services.approval_withdraw(&self.ctx, &id).await
    }

    async fn decline_change(&mut self, id: String, why: String) -> Result<(), Problem> {
        self.own(&id)?;
        if why.len() > JSON_BYTES_MAX {
            return Err(Problem::too_large("what is said of the change is too large"));
        }
        let said: Declined = serde_json::from_str(&why)
            .map_err(|_| Problem::invalid("what is said of the change has no `why`"))?;
        words("the reason", &said.why, WHY_CHARS_MAX)?;
        self.world.services.approval_decline_change(&self.ctx, &id, said.why).await
    }
}

impl State {
    /// Whether what may be changed can be asked for: fields are asked by an event, a view must be there.
    fn changeable(&self, change: Option<&Value>) -> Result<(), Problem> {
        let Some(change) = change else { return Ok(()) };
        match Change::read(change).map_err(Problem::invalid)? {
            Change::Fields(_) if !self.ctx.grant.may_subscribe(CHANGE_ASKED) => {
                Err(Problem::invalid(format!(
                    "`change` has fields, and the plugin doesn't hear of {CHANGE_ASKED}"
                )))
            }
            Change::View { view, .. } if self.plugin.manifest().view(&view).is_none() => {
                Err(Problem::invalid(format!("`change` leads to {view:?}, which is no view")))
            }
            _ => Ok(()),
        }
    }

    fn own(&mut self, id: &str) -> Result<(), Problem> {
        self.effect(self.ctx.grant.allows_approvals(), "proposing actions")?;
        short("an approval's id", id, 64)
    }
}

fn read(text: &str) -> Result<Said, Problem> {
    if text.len() > JSON_BYTES_MAX {
        return Err(Problem::too_large("the proposal is too large"));
    }
    let said: Said = serde_json::from_str(text)
        .map_err(|_| Problem::invalid("the proposal is not as the contract says"))?;
    words("the title", &said.title, TITLE_CHARS_MAX)?;
    if let Some(summary) = &said.summary {
        words("the summary", summary, SUMMARY_CHARS_MAX)?;
    }
    if let Some(id) = &said.replaces {
        short("an approval's id", id, 64)?;
    }
    match &said.amount {
        Some(amount) if amount.minor < 0 || !is_currency(&amount.currency) => {
            Err(Problem::invalid("an amount is from 0, in a currency of three capital letters"))
        }
        _ => Ok(said),
    }
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn words(what: &str, words: &Words, chars_max: usize) -> Result<(), Problem> {
    match words {
        Words::Text(text) => plain(what, text, chars_max),
        Words::Key { key, args } => {
            plain(what, key, 100)?;
            arguments(what, args, chars_max)
        }
    }
}

fn arguments(what: &str, args: &BTreeMap<String, String>, chars_max: usize) -> Result<(), Problem> {
    if args.len() > ARGS_MAX {
        return Err(Problem::invalid(format!("{what} has more than {ARGS_MAX} places")));
    }
    let filled = args.iter().filter(|(_, value)| !value.is_empty());
    filled.into_iter().try_for_each(|(name, value)| {
        plain(what, name, 64)?;
        plain(what, value, chars_max)
    })
}

/// Text that shows as it is: no control characters but the end of a line, and none that turn the
/// order of what follows.
fn plain(what: &str, text: &str, chars_max: usize) -> Result<(), Problem> {
    let hidden = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    let count = text.chars().count();
    if text.trim().is_empty() || count > chars_max || text.chars().any(hidden) {
        return Err(Problem::invalid(format!(
            "{what} must have 1 to {chars_max} characters, none of them hidden"
        )));
    }
    Ok(())
}

fn expiry(said: Option<&str>, now: Timestamp) -> Result<Timestamp, Problem> {
    let Some(text) = said else { return Ok(now.plus_secs(EXPIRES_DEFAULT_SECS)) };
    let at = Timestamp::parse_rfc3339(text);
    at.filter(|at| *at > now && *at <= now.plus_secs(EXPIRES_MAX_SECS))
        .ok_or_else(|| Problem::invalid("expires_at is a time to come, at most 90 days from now"))
}
