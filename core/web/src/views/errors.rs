//! The page of something that went wrong.

use serde::Serialize;

use super::pages;

pages! {
    ErrorPage => "pages/error.html",
}

/// What went wrong, what was kept, what to do.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorPage {
    /// The HTTP status; its texts are `error-page-<status>-title` and `-text`.
    pub status: u16,
    /// More exactly what, where that is known: a key.
    pub detail: Option<String>,
    /// Finds the log's line.
    pub code: String,
    /// Minutes to wait, where waiting helps.
    pub wait_minutes: Option<u64>,
}
