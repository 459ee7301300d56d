//! What a search found.

use serde::Serialize;

use super::pages;

pages! {
    Search => "pages/search/search.html",
    Found => "pages/search/found.html",
}

/// The page of a search, for browsers without scripts.
#[derive(Debug, Clone, Serialize)]
pub struct Search {
    /// What was looked for.
    pub query: String,
    /// What was found.
    pub groups: Vec<Group>,
}

/// What was found, for the palette: a part of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// What was found.
    pub groups: Vec<Group>,
}

/// What was found of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// `pages`, `actions`, `people`, `appointments`, `tasks`, `documents` or `notes`.
    pub key: &'static str,
    /// The lines.
    pub items: Vec<Item>,
    /// The list of all that fit, where there is one; its text is `found-all-<key>`.
    pub more: Option<String>,
}

/// One thing that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Where it is.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// Its name.
    pub title: String,
    /// More about it; empty where there is none.
    pub sub: String,
    /// Whether it is done there by a form, rather than looked at.
    pub posts: bool,
}
