//! Asking people before something happens that costs money or that others see.
//!
//! A route whose manifest entry has an `effect` sends nothing by itself. Build the request, propose
//! it, and keep the id. When the decision arrives as the event [`DECIDED`], build the very same
//! request again, name the approval, and send it:
//!
//! ```ignore
//! fn post(text: &str) -> Request {
//!     Request::post("https://api.example.com/v1/posts").credential("acme").json(&json!({"text": text}))
//! }
//!
//! let proposal = Proposal::new(words("post-title", &[("page", "Bakery")])).summary(text);
//! let id = approvals::propose(&post(text), &proposal, &format!("post-{text_id}"))?;
//! // later, in `EventHandler::on_event`:
//! let decision: Decision = event.payload()?;
//! if decision.state == State::Approved {
//!     post(text).approval(&decision.approval).send()?;
//! }
//! ```
//!
//! The host compares the request with the approved one byte by byte (address, headers, body, slots,
//! account, idempotency key). One that differs, or an approval that is used, expired or not given, is
//! the problem `not-approved`, whose detail says which. An approval is spent by sending, also when the
//! answer is lost: ask the provider what became of it, or propose again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bindings::oxpi::plugin::approvals as raw;
use crate::http::Request;
use crate::json::parse;
use crate::problem::Result;
use crate::time::Timestamp;

/// The event that tells of a decision; subscribe to it in the manifest.
pub const DECIDED: &str = "approval.decided";

/// Words for people: a text as it is, or a key of the plugin's own texts with what fills its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(Value);

/// A text of the plugin's own, in the language of whoever reads it.
pub fn words(key: &str, args: &[(&str, &str)]) -> Words {
    let args: serde_json::Map<String, Value> =
        args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    Words(json!({"key": key, "args": args}))
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(json!(text))
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(json!(text))
    }
}

/// What people are told beside the request itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    title: Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl Proposal {
    /// What it is, in a few words; at most 200 characters.
    pub fn new(title: impl Into<Words>) -> Self {
        Self { title: title.into(), summary: None, amount: None, expires_at: None }
    }

    /// More about it; at most 2,000 characters.
    #[must_use]
    pub fn summary(self, summary: impl Into<Words>) -> Self {
        Self { summary: Some(summary.into()), ..self }
    }

    /// What it costs, in the currency's smallest unit.
    #[must_use]
    pub fn amount(self, minor: i64, currency: &str) -> Self {
        Self { amount: Some(json!({"minor": minor, "currency": currency})), ..self }
    }

    /// Until when it may be decided and sent: 7 days from now unless told, 90 at most.
    #[must_use]
    pub fn expires_at(self, at: Timestamp) -> Self {
        Self { expires_at: Some(at), ..self }
    }
}

/// How far an approval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody has decided.
    Waiting,
    /// The request may be sent, once.
    Approved,
    /// It may not.
    Rejected,
    /// Its time is over.
    Expired,
    /// It was let out, and the answer is still to come.
    Used,
    /// It was sent, and the provider answered.
    Sent,
    /// It was let out, and nobody knows whether it arrived: never propose it again by yourself.
    Unknown,
    /// The plugin took it back.
    Withdrawn,
    /// A state of a later host.
    #[serde(other)]
    Later,
}

/// An approval as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// The key it was proposed with.
    pub key: String,
    /// How far it is.
    pub state: State,
    /// Why it was rejected, where somebody said so.
    pub reason: Option<String>,
    /// Until when it may be decided and sent.
    pub expires_at: Timestamp,
}

/// What the event [`DECIDED`] carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Decision {
    /// The approval's id.
    pub approval: String,
    /// The key it was proposed with.
    pub key: String,
    /// What became of it.
    pub state: State,
    /// Why it was rejected, where somebody said so.
    pub reason: Option<String>,
}

/// Puts a request before people; answers the approval's id. The same key again proposes nothing new;
/// with another request it is a `conflict`.
pub fn propose(request: &Request, proposal: &Proposal, idempotency_key: &str) -> Result<String> {
    raw::propose(request.whole()?, &serde_json::to_string(proposal)?, idempotency_key)
}

/// How far an approval is.
pub fn state(id: &str) -> Result<Approval> {
    Ok(parse(raw::state(id)?.as_bytes())?)
}

/// Takes back what was not sent yet; one that is over already is a success.
pub fn withdraw(id: &str) -> Result<()> {
    raw::withdraw(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_is_written_as_the_contract_says() {
        let full = Proposal::new(words("post-title", &[("page", "Bakery")]))
            .summary("Fresh bread")
            .amount(1_250, "ILS");
        assert_eq!(
            serde_json::to_value(&full).unwrap_or_default(),
            json!({
                "title": {"key": "post-title", "args": {"page": "Bakery"}},
                "summary": "Fresh bread",
                "amount": {"minor": 1250, "currency": "ILS"},
            })
        );
        let bare = serde_json::to_value(Proposal::new("Post")).unwrap_or_default();
        assert_eq!(bare, json!({"title": "Post"}));
    }

    #[test]
    fn a_later_hosts_state_is_read() {
        let decision = json!({"approval": "a", "key": "k", "state": "postponed", "reason": null});
        let read: Decision = serde_json::from_value(decision).unwrap_or_else(|_| unreachable!());
        assert_eq!(read.state, State::Later);
    }
}
