//! The activity log.

use serde::Serialize;

use super::{Choice, pages};

pages! {
    Activity => "pages/activity.html",
}

/// A page of it.
#[derive(Debug, Clone, Serialize)]
pub struct Activity {
    /// What it is narrowed to.
    pub asked: ActivityAsked,
    /// Days, newest first.
    pub days: Vec<ActivityDay>,
    /// The address of older entries.
    pub next: Option<String>,
}

/// What of the log is asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ActivityAsked {
    /// Who may have acted: members, the workspace itself, plugins.
    pub who: Vec<Choice>,
    /// The kinds of things it may have been done to.
    pub what: Vec<Choice>,
    /// The day, ISO 8601; empty for all.
    pub day: String,
    /// Whether any of them narrows it.
    pub narrowed: bool,
    /// What does, as an address has it.
    pub narrowing: String,
}

/// What happened on a day.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityDay {
    /// The day in words.
    pub name: String,
    /// Its entries, newest first.
    pub entries: Vec<ActivityRow>,
}

/// What somebody did.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityRow {
    /// Who: a name; None for OXPI itself.
    pub who: Option<String>,
    /// What, in a sentence.
    pub what: String,
    /// To what: a name, a title, an address.
    pub subject: String,
    /// What both sides had changed, where two versions were put together.
    pub merges: Vec<MergedRow>,
    /// Such as "14:05".
    pub time: String,
    /// An icon's name.
    pub icon: &'static str,
    /// From which address.
    pub address: String,
    /// From which browser, in words.
    pub device: String,
    /// By which program's token; empty where no program did it.
    pub token: String,
}

/// A field that both sides had changed.
#[derive(Debug, Clone, Serialize)]
pub struct MergedRow {
    /// `title`, `notes`, `location`, `time` or `deleted`; the text is `merge-<field>`.
    pub field: String,
    /// What stayed.
    pub kept: String,
    /// What the other side said.
    pub other: String,
}
