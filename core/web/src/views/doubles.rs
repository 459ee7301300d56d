//! People who may be there twice, and making one of them.

use serde::Serialize;

use super::people::{ContactRow, PersonRow};
use super::{Errors, pages};

pages! {
    Doubles => "pages/people/doubles.html",
    MergeLook => "pages/people/merge.html",
}

/// People who may be there twice.
#[derive(Debug, Clone, Serialize)]
pub struct Doubles {
    /// Those who share something.
    pub groups: Vec<DoublesRow>,
    /// The address of the next page.
    pub next: Option<String>,
    /// Whether the role may make one of them.
    pub can_write: bool,
    /// What is wrong with what was asked to be merged.
    pub errors: Errors,
}

/// People who share a number, an address or a name.
#[derive(Debug, Clone, Serialize)]
pub struct DoublesRow {
    /// `phone`, `email`, `address` or `name`.
    pub by: String,
    /// They, oldest first.
    pub people: Vec<PersonRow>,
}

/// What would come of a merge, before somebody says that it shall be done.
#[derive(Debug, Clone, Serialize)]
pub struct MergeLook {
    /// The one that stays, as they would be.
    pub person: PersonRow,
    /// All of their numbers and addresses.
    pub contacts: Vec<ContactRow>,
    /// Where they came from.
    pub source: String,
    /// The day they became a customer; empty for who isn't one, and where nobody knows.
    pub customer_since: String,
    /// Whether they agreed to be written to: a sentence, empty where nobody asked.
    pub consent: String,
    /// Notes, one paragraph an entry.
    pub notes: Vec<String>,
    /// Who would be removed.
    pub gone: Vec<PersonRow>,
    /// Where the form goes.
    pub action: String,
}
