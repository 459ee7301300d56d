//! What a member was told of, and how they want to hear.

use serde::Serialize;

use super::{Choice, pages};

pages! {
    Notifications => "pages/notifications.html",
}

/// The notifications.
#[derive(Debug, Clone, Serialize)]
pub struct Notifications {
    /// Newest first.
    pub rows: Vec<NoticeRow>,
    /// How many are unread.
    pub unread: usize,
    /// How each kind is heard of.
    pub ways: Vec<WayRow>,
    /// Whether mail leaves.
    pub can_mail: bool,
}

/// One of them.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeRow {
    /// Where it is opened.
    pub action: String,
    /// Its text is `notice-<kind>`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Its icon.
    pub icon: &'static str,
    /// When.
    pub at: String,
    /// Whether it was not read yet.
    pub unread: bool,
}

/// How a kind is heard of.
#[derive(Debug, Clone, Serialize)]
pub struct WayRow {
    /// Its text is `notice-kind-<kind>`.
    pub kind: String,
    /// `both`, `app` or `none`.
    pub choices: Vec<Choice>,
}
