//! Trying a connection, step by step.

use serde::Serialize;

/// A try, as far as it is.
#[derive(Debug, Clone, Serialize)]
pub struct CheckupBlock {
    /// The steps in their order.
    pub steps: Vec<StepRow>,
    /// When it was begun.
    pub when: String,
    /// `running`, `well`, `failed` or `open`; the text is `checkup-<state>`.
    pub state: &'static str,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct StepRow {
    /// What is so once it is done.
    pub title: String,
    /// `done`, `failed`, `now` or `waiting`; the text is `step-is-<state>`.
    pub state: &'static str,
    /// What is wrong.
    pub trouble: Option<TroubleRow>,
}

/// What is wrong, and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct TroubleRow {
    /// What is wrong, in a sentence.
    pub title: String,
    /// What to do, one paragraph a line.
    pub help: Vec<String>,
    /// Where that is done.
    pub link: Option<PlaceRow>,
}

/// One thing to do at the provider.
#[derive(Debug, Clone, Serialize)]
pub struct GuideRow {
    /// What.
    pub text: String,
    /// Where that is done.
    pub link: Option<PlaceRow>,
}

/// A page elsewhere.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceRow {
    /// Its address.
    pub href: String,
    /// Its host.
    pub host: String,
}
