//! Endpoints: the list, one with its log, its form, its secret, and a message.

use serde::Serialize;

use super::{Errors, Tab, pages};

pages! {
    Endpoints => "pages/endpoints/list.html",
    EndpointPage => "pages/endpoints/endpoint.html",
    EndpointEdit => "pages/endpoints/edit.html",
    EndpointSecret => "pages/endpoints/secret.html",
    DeliveryPage => "pages/endpoints/delivery.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoints {
    /// The lines.
    pub rows: Vec<EndpointRow>,
}

/// An endpoint in a list, and on its own page.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointRow {
    /// Its page.
    pub href: String,
    /// What it is for, or its host.
    pub title: String,
    /// Its host.
    pub host: String,
    /// `on`, `failing`, `off`, `off-gone` or `off-failing`.
    pub state: &'static str,
    /// `good`, `warn`, `bad` or nothing.
    pub tone: &'static str,
}

/// One endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointPage {
    /// Its line.
    pub row: EndpointRow,
    /// Whether it is on.
    pub is_on: bool,
    /// Its whole address.
    pub url: String,
    /// What it is told of, in words; nothing is everything.
    pub told: Vec<String>,
    /// Since when nothing arrived, in words; may be empty.
    pub failing_since: String,
    /// Until when the secret before signs too, in words; may be empty.
    pub old_secret_until: String,
    /// States to narrow the log to.
    pub tabs: Vec<Tab>,
    /// What it is narrowed to, as an address has it.
    pub narrowing: String,
    /// The log, newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether anything is about to be sent.
    pub is_busy: bool,
    /// The address of older ones.
    pub next: Option<String>,
    /// How many did not arrive.
    pub failed: i64,
    /// The day from which those are sent again, as forms have it.
    pub since: String,
    /// How many days the log is kept.
    pub days: i64,
    /// Names the forms, so that a second click does nothing.
    pub form_id: String,
    /// What is wrong.
    pub errors: Errors,
}

/// A message in the log, and on its own page.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryRow {
    /// Its page.
    pub href: String,
    /// What it tells of, in words.
    pub what: String,
    /// The same as the message has it.
    pub kind: String,
    /// When that was, in words.
    pub when: String,
    /// `waiting`, `done`, `failed` or `stopped`.
    pub state: &'static str,
    /// `good`, `bad`, `info` or nothing.
    pub tone: &'static str,
    /// How the last try ended, in words; empty before the first.
    pub last: String,
    /// When it is tried next, in words; may be empty.
    pub next: String,
    /// How often it was tried.
    pub tries: i64,
}

/// A message with its tries.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryPage {
    /// The endpoint's page.
    pub endpoint: String,
    /// Its name.
    pub endpoint_title: String,
    /// The message's line.
    pub row: DeliveryRow,
    /// Whether the endpoint is on.
    pub is_on: bool,
    /// Its `webhook-id`.
    pub id: String,
    /// What was sent, as it was.
    pub body: String,
    /// The tries, latest first.
    pub tries: Vec<TryRow>,
    /// What is wrong.
    pub errors: Errors,
}

/// A try.
#[derive(Debug, Clone, Serialize)]
pub struct TryRow {
    /// Which it was.
    pub number: i64,
    /// When, in words.
    pub when: String,
    /// How it ended, in words.
    pub ended: String,
    /// `good` or `bad`.
    pub tone: &'static str,
    /// The status and the time it took, in words.
    pub took: String,
    /// The answer's first characters; may be empty.
    pub answer: String,
}

/// What the form for an endpoint holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct EndpointForm {
    /// Names the form, so that it is sent once.
    pub form_id: String,
    /// The address.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Whether it is told of everything.
    pub all: bool,
    /// The revision that was being changed.
    pub rev: i64,
}

/// The form.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointEdit {
    /// Whether it is for a new one.
    pub is_new: bool,
    /// Where it is sent.
    pub action: String,
    /// Where to go back to.
    pub back: String,
    /// What is entered.
    pub form: EndpointForm,
    /// What it can be told of, in groups.
    pub groups: Vec<KindGroup>,
    /// What is wrong with it.
    pub errors: Errors,
}

/// Kinds about the same.
#[derive(Debug, Clone, Serialize)]
pub struct KindGroup {
    /// What they are about, in words.
    pub label: String,
    /// The kinds.
    pub kinds: Vec<KindChoice>,
}

/// A kind to choose.
#[derive(Debug, Clone, Serialize)]
pub struct KindChoice {
    /// Its name in messages.
    pub value: String,
    /// The same in words.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// A secret, shown once.
#[derive(Serialize)]
pub struct EndpointSecret {
    /// The endpoint's page.
    pub href: String,
    /// The secret.
    pub secret: String,
    /// Until when the one before signs too, in words; empty for a new endpoint.
    pub old_until: String,
}
