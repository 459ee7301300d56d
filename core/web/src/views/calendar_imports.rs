//! Bringing a calendar file.

use serde::Serialize;

use super::{Choice, Errors, pages};

pages! {
    ImportsPage => "pages/calendar-imports/new.html",
    ImportPage => "pages/calendar-imports/look.html",
    ImportedPage => "pages/calendar-imports/done.html",
}

/// Choosing a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportsPage {
    /// What is wrong with the last one.
    pub errors: Errors,
    /// Those that were taken in before, latest first.
    pub imports: Vec<ImportRow>,
}

/// A file that was taken in.
#[derive(Debug, Clone, Serialize)]
pub struct ImportRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// When, in words.
    pub when: String,
    /// Whether it was taken back.
    pub undone: bool,
}

/// What would come of a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportPage {
    /// Where the form goes.
    pub action: String,
    /// What the file is called.
    pub name: String,
    /// Its events, by start.
    pub events: Vec<ImportEvent>,
    /// How many of them there are.
    pub count: usize,
    /// How many can be taken in.
    pub able: usize,
    /// The calendars that they can go to.
    pub calendars: Vec<Choice>,
    /// What is wrong with what was sent.
    pub errors: Errors,
    /// The business's zone.
    pub zone: String,
}

/// An event of a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportEvent {
    /// Its place in the file, which the form sends.
    pub place: usize,
    /// What; empty where the file has none.
    pub title: String,
    /// When, in words; empty for no time at all.
    pub when: String,
    /// How it comes again, in words.
    pub rule: Option<String>,
    /// How many of its days are off or otherwise.
    pub exceptions: usize,
    /// Which of the people it is with.
    pub person: String,
    /// The text is `import-standing-<standing>`.
    pub standing: &'static str,
    /// The badge's tone.
    pub tone: &'static str,
    /// Whether it can be taken in.
    pub able: bool,
    /// Whether it is chosen.
    pub chosen: bool,
    /// The texts are `import-note-<note>`.
    pub notes: Vec<&'static str>,
    /// What else is on at its time, in words.
    pub taken: Vec<String>,
}

/// What came of a file.
#[derive(Debug, Clone, Serialize)]
pub struct ImportedPage {
    /// Its own address.
    pub href: String,
    /// What the file is called.
    pub name: String,
    /// Whether it was taken back.
    pub undone: bool,
    /// Appointments that were made.
    pub made: i64,
    /// Appointments that were changed.
    pub changed: i64,
    /// Appointments that were cancelled.
    pub cancelled: i64,
}
