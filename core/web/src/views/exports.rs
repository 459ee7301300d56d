//! Everything of the business in one archive.

use serde::Serialize;

use super::pages;

pages! {
    ExportsPage => "pages/exports.html",
}

/// The archives that are kept.
#[derive(Debug, Clone, Serialize)]
pub struct ExportsPage {
    /// They, latest first.
    pub archives: Vec<ArchiveRow>,
    /// Whether one is being made.
    pub is_running: bool,
    /// Whether who looks may begin another: theirs isn't being made.
    pub can_make: bool,
    /// For how many days one is kept.
    pub days: i64,
}

/// An archive.
#[derive(Debug, Clone, Serialize)]
pub struct ArchiveRow {
    /// Its address.
    pub href: String,
    /// When it was asked for, in words.
    pub when: String,
    /// The text is `exports-state-<state>`.
    pub state: &'static str,
    /// Whether who looks asked for it, and so may have it.
    pub is_mine: bool,
    /// How much of it is done.
    pub done: i64,
    /// How much there is to do.
    pub todo: i64,
    /// How large it is, in words.
    pub size: String,
    /// Until when it is kept, in words.
    pub until: String,
}
