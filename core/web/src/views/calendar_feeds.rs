//! A member's calendar for other programs.

use serde::Serialize;

use super::pages;

pages! {
    FeedPage => "pages/calendar/feed.html",
}

/// The address, when it was just made, or that there is one.
#[derive(Debug, Clone, Serialize)]
pub struct FeedPage {
    /// The address, shown this once; empty otherwise.
    pub address: String,
    /// Since when there is one, in words; empty for none.
    pub since: String,
    /// When it was last read, in words; empty for never.
    pub read: String,
}
