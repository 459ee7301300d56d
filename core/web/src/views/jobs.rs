//! What didn't work.

use serde::Serialize;

use super::pages;

pages! {
    Jobs => "pages/jobs.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Jobs {
    /// The lines, latest first.
    pub rows: Vec<JobRow>,
    /// The kinds there are more than one of.
    pub kinds: Vec<KindRow>,
    /// The address of older ones.
    pub next: Option<String>,
}

/// A piece of work that was given up.
#[derive(Debug, Clone, Serialize)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// What was to be done, in words.
    pub what: String,
    /// To what: a title or a plugin's name; may be empty.
    pub subject: String,
    /// The page of that, where there is one.
    pub href: Option<String>,
    /// Why it didn't work, in words.
    pub problem: String,
    /// What the log says; may be empty.
    pub detail: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was given up, in words.
    pub when: String,
}

/// All of a kind.
#[derive(Debug, Clone, Serialize)]
pub struct KindRow {
    /// The kind's name in forms.
    pub kind: String,
    /// What it does, in words.
    pub what: String,
    /// How many there are.
    pub count: i64,
}
