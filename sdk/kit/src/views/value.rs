//! Values, which say what they are so that the host can tell them, and links.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Words;
use crate::time::Timestamp;

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// What the page is about, or for.
    Accent,
    /// Well.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong, or destroying something.
    Bad,
    /// To be known.
    Info,
}

/// A value of a cell, a fact, a line's end.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Value(pub(super) Json);

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Link(Json);

/// Nothing.
pub fn none() -> Value {
    Value(Json::Null)
}

/// A text.
pub fn text(text: impl Into<Words>) -> Value {
    Value(json!({"kind": "text", "text": text.into()}))
}

/// A number.
pub fn number(number: impl Into<f64>) -> Value {
    Value(json!({"kind": "number", "number": number.into()}))
}

/// Yes or no.
pub fn flag(flag: bool) -> Value {
    Value(json!(flag))
}

/// Money, in the currency's smallest unit.
pub fn money(minor: i64, currency: &str) -> Value {
    Value(json!({"kind": "money", "minor": minor, "currency": currency}))
}

/// A day, `2026-01-31`.
pub fn date(date: &str) -> Value {
    Value(json!({"kind": "date", "date": date}))
}

/// An instant, shown in the business's zone.
pub fn instant(at: Timestamp) -> Value {
    Value(json!({"kind": "datetime", "ms": at.as_millis()}))
}

/// A time that passes, in seconds.
pub fn duration(seconds: u64) -> Value {
    Value(json!({"kind": "duration", "seconds": seconds}))
}

/// A phone number.
pub fn phone(phone: &str) -> Value {
    Value(json!({"kind": "phone", "phone": phone}))
}

/// A mark with a colour.
pub fn badge(text: impl Into<Words>, tone: Tone) -> Value {
    Value(json!({"kind": "badge", "text": text.into(), "tone": tone}))
}

/// A text that leads somewhere.
pub fn link(text: impl Into<Words>, to: Link) -> Value {
    Value(json!({"kind": "link", "text": text.into(), "to": to}))
}

/// Another view of this plugin.
pub fn to_view(view: &str) -> Link {
    to_view_with(view, &[])
}

/// Another view of this plugin, given something.
pub fn to_view_with(view: &str, params: &[(&str, &str)]) -> Link {
    let params: serde_json::Map<String, Json> =
        params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    Link(json!({"view": view, "params": params}))
}

/// A person's page.
pub fn to_person(id: &str) -> Link {
    Link(json!({"person": id}))
}

/// An appointment's page.
pub fn to_appointment(id: &str) -> Link {
    Link(json!({"appointment": id}))
}

/// Elsewhere; https only, and shown with its host.
pub fn to_url(url: &str) -> Link {
    Link(json!({"url": url}))
}
