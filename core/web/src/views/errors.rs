//! The page of something that went wrong.

use serde::Serialize;

use super::pages;

pages! {
    ErrorPage => "pages/error.html",
}

/// What went wrong, what was kept, what to do.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorPage {
    /// The HTTP status, `foreign` for what another site sent, or `in-the-way`. Its texts are
    /// `error-page-<kind>-title`, `-text`, `-kept` and `-do`.
    pub kind: String,
    /// More exactly what, where that is known: a key.
    pub detail: Option<String>,
    /// Finds the log's line.
    pub code: String,
    /// Minutes to wait, where waiting helps.
    pub wait_minutes: Option<u64>,
    /// Where the next step leads.
    pub ways: Ways,
}

/// Where to go from here: paths of ours.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ways {
    /// The same once more, where that may help.
    pub again: Option<String>,
    /// The page that the form was on.
    pub back: Option<String>,
    /// Whether there is a search to look with.
    pub can_search: bool,
}
