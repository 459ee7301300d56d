//! Documents: the list, and one of them.

use serde::Serialize;

use super::people::SavedRow;
use super::{Choice, Errors, pages};

pages! {
    Documents => "pages/documents/list.html",
    DocumentPage => "pages/documents/document.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Documents {
    /// What is asked for.
    pub asked: DocumentsAsked,
    /// The views that somebody saved.
    pub views: Vec<SavedRow>,
    /// The documents, newest first.
    pub rows: Vec<DocumentRow>,
    /// How many match.
    pub count: i64,
    /// The address of older ones.
    pub next: Option<String>,
    /// Whether there is any document at all.
    pub any: bool,
    /// Whether the reader may save and remove views for everybody.
    pub can_share: bool,
    /// What is wrong with a view that was to be saved.
    pub errors: Errors,
}

/// What the list is asked for.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentsAsked {
    /// The search.
    pub query: String,
    /// The plugins that keep something, one of them perhaps chosen.
    pub plugins: Vec<Choice>,
    /// The kinds of files, one of them perhaps chosen.
    pub media: Vec<Choice>,
    /// What narrows it, as an address has it.
    pub narrowing: String,
    /// Whether it is narrowed at all.
    pub narrowed: bool,
}

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// What kind of file it is, in words.
    pub media: String,
    /// How large it is, in words.
    pub size: String,
    /// When it was kept, in words.
    pub when: String,
    /// Who keeps it: a plugin's name.
    pub plugin: String,
    /// The connection that it came from, by provider and account, or the server; may be empty.
    pub from: String,
}

/// A document's own page.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentPage {
    /// The document.
    pub row: DocumentRow,
    /// The page of the plugin, where it is there and the reader may see it.
    pub plugin_href: Option<String>,
    /// The page of the connection, where it is there and the reader may see it.
    pub from_href: Option<String>,
    /// Whether it goes with its connection rather than with its plugin.
    pub with_connection: bool,
    /// Whether the reader may delete it.
    pub can_delete: bool,
}
