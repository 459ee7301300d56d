//! An act over all that match: asking, and how far it is.

use serde::Serialize;

use super::pages;

pages! {
    SweepAsk => "pages/sweeps/ask.html",
    SweepPage => "pages/sweeps/sweep.html",
}

/// Asks whether so many are meant.
#[derive(Debug, Clone, Serialize)]
pub struct SweepAsk {
    /// What is done: the text is `sweeps-ask-<what>`.
    pub what: &'static str,
    /// To what or whom.
    pub to: String,
    /// To how many.
    pub count: i64,
    /// Where the form is sent.
    pub action: &'static str,
    /// The list that they are of.
    pub back: String,
    /// What was sent already: names and values.
    pub fields: Vec<(String, String)>,
    /// For how many days it can be taken back.
    pub days: i64,
}

/// How far one is, or what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct SweepPage {
    /// Its page.
    pub href: String,
    /// The text of its title is `sweeps-title-<state>`.
    pub state: &'static str,
    /// Whether it goes on.
    pub is_under_way: bool,
    /// Whether it can be stopped.
    pub can_stop: bool,
    /// What is done: the text is `sweeps-ask-<what>`, as it was asked.
    pub what: String,
    /// To what or whom.
    pub to: String,
    /// How many matched when it began.
    pub count: i64,
    /// How many it has come to, and of how many.
    pub done: i64,
    /// How many those are in all: to be changed, or to be taken back.
    pub todo: i64,
    /// How many were changed.
    pub changed: i64,
    /// How many stayed as they are when it was taken back.
    pub kept: i64,
    /// Why it ended before its end: a key, or empty.
    pub problem: String,
    /// Where it is taken back, for who may.
    pub undo: Option<String>,
    /// For how many days it can be.
    pub days: i64,
    /// `people` or `tasks`.
    pub list: &'static str,
    /// Their list.
    pub back: &'static str,
}
