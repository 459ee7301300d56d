//! The settings of sources.

use serde::Serialize;

use super::pages;

pages! {
    Sources => "pages/people/sources.html",
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Sources {
    /// All of them, by name.
    pub sources: Vec<SourceRow>,
    /// Names this page's forms, so that sending one twice begins once.
    pub form_id: String,
}

/// A source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRow {
    /// What it is called.
    pub name: String,
    /// The name in its form.
    pub typed: String,
    /// How many people are of it.
    pub people: i64,
    /// What is wrong with a new name.
    pub error: String,
}
