//! What can be taken back.

use serde::Serialize;

use super::{Tab, pages};

pages! {
    Undos => "pages/undos.html",
}

/// A page of it.
#[derive(Debug, Clone, Serialize)]
pub struct Undos {
    /// What was done, removed people and removed tasks, as far as the role has a part in them.
    pub tabs: Vec<Tab>,
    /// `done`, `people` or `tasks`.
    pub show: &'static str,
    /// Latest first.
    pub rows: Vec<UndoRow>,
    /// The address of what is older.
    pub next: Option<String>,
    /// For how many days things can be taken back.
    pub days: i64,
}

/// Something that can be taken back.
#[derive(Debug, Clone, Serialize)]
pub struct UndoRow {
    /// What was done: the text is `undos-did-<what>`; `removed` where that needs none.
    pub what: &'static str,
    /// To how many.
    pub count: usize,
    /// To what or whom.
    pub to: String,
    /// Some of them by name.
    pub names: Vec<String>,
    /// How many more there are than have a name here.
    pub more: usize,
    /// By whom; empty where nobody is known for it.
    pub by: String,
    /// When.
    pub when: String,
    /// Where it is taken back.
    pub action: String,
    /// An icon's name.
    pub icon: &'static str,
}
