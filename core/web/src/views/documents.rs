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
    /// The documents, in their order.
    pub rows: Vec<DocumentRow>,
    /// How many match.
    pub count: i64,
    /// The address of older ones.
    pub next: Option<String>,
    /// Whether there is any document at all.
    pub any: bool,
    /// The form for more; nothing for who may not add any.
    pub adding: Option<AddingFiles>,
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
    /// The person that they are about, where only those are asked for.
    pub about: Option<Choice>,
    /// The plugins that keep something, one of them perhaps chosen.
    pub plugins: Vec<Choice>,
    /// The kinds of files, one of them perhaps chosen.
    pub media: Vec<Choice>,
    /// The orders to choose from.
    pub orders: Vec<Choice>,
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
    /// Who keeps it: a plugin's name, or the member's who added it.
    pub plugin: String,
    /// Whom it is about; may be empty.
    pub about: String,
    /// The page of whom it is about; may be empty.
    pub about_href: String,
    /// The connection that it came from, by provider and account, or the server; may be empty.
    pub from: String,
    /// Whether the reader may delete it.
    pub can_delete: bool,
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
    /// What it goes with: `plugin`, `connection` or, where somebody added it, `member`.
    pub stays: &'static str,
    /// The name that stands in the form for another.
    pub name: String,
    /// What is wrong with it.
    pub errors: Errors,
}

/// The documents about a person, on their page.
#[derive(Debug, Clone, Serialize)]
pub struct PersonFiles {
    /// The latest of them.
    pub rows: Vec<DocumentRow>,
    /// The list of all of them, where there are more.
    pub more: Option<String>,
    /// Names the form for more.
    pub form_id: String,
    /// Whether the reader may add some.
    pub can_add: bool,
    /// How much one form brings.
    pub limits: FileLimits,
    /// What came of files that were just sent, where not all are kept.
    pub sent: SentFiles,
}

/// What came of files that one form brought.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SentFiles {
    /// What those are called that are kept.
    pub kept: Vec<String>,
    /// Those that aren't.
    pub wrong: Vec<WrongFile>,
}

impl SentFiles {
    /// Notes what is wrong with all of them.
    pub fn refuse(&mut self, problem: &str) {
        self.wrong.push(WrongFile { name: String::new(), problem: problem.to_owned() });
    }
}

/// The form for files on the documents' own page.
#[derive(Debug, Clone, Serialize)]
pub struct AddingFiles {
    /// Whom they are about, once somebody is chosen.
    pub to: Option<Choice>,
    /// Whom to choose from.
    pub people: Vec<Choice>,
    /// Names the form.
    pub form_id: String,
    /// How much one form brings.
    pub limits: FileLimits,
    /// Nothing: what came of files is told on the page of whom they are about.
    pub sent: SentFiles,
}

/// How much one form brings, which a browser tells before it sends in vain.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FileLimits {
    /// Files.
    pub files: usize,
    /// Bytes of each.
    pub bytes: usize,
    /// Bytes of all.
    pub bytes_together: usize,
}

/// A file that wasn't kept.
#[derive(Debug, Clone, Serialize)]
pub struct WrongFile {
    /// What it is called; empty where it is about all of them.
    pub name: String,
    /// What is wrong, as a text's key.
    pub problem: String,
}
