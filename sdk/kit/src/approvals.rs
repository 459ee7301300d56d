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
//!
//! People may want it otherwise. Say what they may change, as fields with what is in them now, subscribe
//! to [`CHANGE_ASKED`], and propose anew when it comes:
//!
//! ```ignore
//! let fields = [field(FieldKind::Long, "text", key("field-text")).value(text).required()];
//! let proposal = Proposal::new(key("post-title")).change(fields);
//! // later, in `EventHandler::on_event`:
//! let asked: ChangeAsked = event.payload()?;
//! match fits(asked.field("text")) {
//!     Ok(text) => {
//!         let anew = Proposal::new(key("post-title")).change(fields(text)).replaces(&asked.approval);
//!         approvals::propose(&post(text), &anew, &asked.new_key())?;
//!     }
//!     Err(why) => approvals::decline_change(&asked.approval, why)?,
//! }
//! ```
//!
//! From the moment that somebody asks, the old approval lets nothing out, whatever was decided on it. The
//! new one takes its place in the same step in which it is proposed, and is decided like any other. A
//! plugin that says nothing for ten minutes has the old one wait again. Where fields aren't enough,
//! [`Proposal::change_in`] leads people to a view of the plugin's, which is given the approval's id as the
//! parameter `approval` and proposes with [`Proposal::replaces`] itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bindings::oxpi::plugin::approvals as raw;
use crate::http::Request;
use crate::json::parse;
use crate::problem::Result;
use crate::time::Timestamp;
use crate::views::Field;

/// The event that tells of a decision; subscribe to it in the manifest.
pub const DECIDED: &str = "approval.decided";
/// The event that asks for another proposal; subscribe to it in the manifest.
pub const CHANGE_ASKED: &str = "approval.change-asked";

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
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

impl Proposal {
    /// What it is, in a few words; at most 200 characters.
    pub fn new(title: impl Into<Words>) -> Self {
        Self {
            title: title.into(),
            summary: None,
            amount: None,
            expires_at: None,
            change: None,
            replaces: None,
        }
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

    /// What people may change of it: up to 20 fields, with what is in them now. The plugin hears of it by
    /// [`CHANGE_ASKED`].
    #[must_use]
    pub fn change(self, fields: impl IntoIterator<Item = Field>) -> Self {
        let fields: Vec<Field> = fields.into_iter().collect();
        Self { change: Some(json!({"fields": fields})), ..self }
    }

    /// The view in which people change it, and what it is given; besides, it is given the approval's id
    /// as `approval`. A plugin that hears of [`CHANGE_ASKED`] is told of that too, without fields: it
    /// waits for what its view sends.
    #[must_use]
    pub fn change_in(self, view: &str, params: &[(&str, &str)]) -> Self {
        let params: BTreeMap<&str, &str> = params.iter().copied().collect();
        Self { change: Some(json!({"to": {"view": view, "params": params}})), ..self }
    }

    /// The plugin's own approval that it takes the place of: one that waits, was approved and not used,
    /// or is to be changed. Of any other it is a `conflict`.
    #[must_use]
    pub fn replaces(self, id: &str) -> Self {
        Self { replaces: Some(id.to_owned()), ..self }
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
    /// Somebody asked for it otherwise; nothing is let out meanwhile.
    Changing,
    /// Another proposal took its place.
    Replaced,
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
    /// The approval that took its place.
    #[serde(default)]
    pub replaced_by: Option<String>,
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

/// What the event [`CHANGE_ASKED`] carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChangeAsked {
    /// The id of the approval that is to be changed.
    pub approval: String,
    /// The key it was proposed with.
    pub key: String,
    /// When it was asked for; tells one ask from the next.
    pub asked_at: Timestamp,
    /// The member who asks.
    #[serde(default)]
    pub by: String,
    /// Every field of the change with what is in it now, whether it changed or not; none where people
    /// change it in a view of the plugin's.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
}

impl ChangeAsked {
    /// What is in a field; empty for nothing. It is a text whatever the field's kind.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.field(name) == "on"
    }

    /// What is chosen of several.
    pub fn chosen(&self, name: &str) -> Vec<&str> {
        let all = self.fields.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).collect()
    }

    /// A key for the new proposal: the same when the event is delivered again, another for every ask.
    pub fn new_key(&self) -> String {
        format!("changed/{}/{}", self.approval, self.asked_at.as_millis())
    }
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

/// Leaves as it was what people asked to have changed, with a word to them of at most 500 characters. One
/// that isn't to be changed any more is a success.
pub fn decline_change(id: &str, why: impl Into<Words>) -> Result<()> {
    let why: Words = why.into();
    raw::decline_change(id, &json!({"why": why}).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{FieldKind, field, key};

    #[test]
    fn an_ask_is_read_and_has_a_key_of_its_own() {
        let asked = json!({
            "approval": "a1", "key": "k", "plugin": "acme", "asked_at": "2026-03-01T09:30:00.250Z",
            "by": "m1", "fields": {"text": "x", "on": "on", "days": ["a", "b"]},
        });
        let read: ChangeAsked = serde_json::from_value(asked).unwrap_or_else(|_| unreachable!());
        assert_eq!((read.field("text"), read.field("none")), ("x", ""));
        assert!(read.is_on("on") && !read.is_on("text"));
        assert_eq!(read.chosen("days"), ["a", "b"]);
        assert_eq!(read.new_key(), "changed/a1/1772357400250");
    }

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
        let field = field(FieldKind::Long, "text", key("field-text")).value("Fresh bread");
        let changed = Proposal::new("Post").change([field]).replaces("a1");
        assert_eq!(
            serde_json::to_value(&changed).unwrap_or_default(),
            json!({
                "title": "Post",
                "change": {"fields": [{"kind": "long", "name": "text",
                    "label": {"key": "field-text", "args": {}}, "value": "Fresh bread"}]},
                "replaces": "a1",
            })
        );
        let there = Proposal::new("Post").change_in("posts", &[("post", "7")]);
        let there = serde_json::to_value(&there).unwrap_or_default();
        assert_eq!(there["change"], json!({"to": {"view": "posts", "params": {"post": "7"}}}));
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
