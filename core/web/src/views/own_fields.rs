//! Own fields of people: as the settings have them, as forms ask for them, as pages show them.

use serde::Serialize;

use super::{Choice, Errors};

/// What the settings show of all of them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OwnSettings {
    /// Each field's form, in order.
    pub fields: Vec<OwnFieldForm>,
    /// The form for another one.
    pub new: OwnFieldForm,
    /// Those that were removed.
    pub removed: Vec<RemovedField>,
    /// What is wrong with something else than a form.
    pub error: String,
}

/// A field in its form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OwnFieldForm {
    /// Its id; empty for a new one.
    pub id: String,
    /// Names the form of a new one, so that sending it twice adds once.
    pub form_id: String,
    /// Its name.
    pub name: String,
    /// What it is called while its form is shut: its name before anything was typed.
    pub title: String,
    /// What it holds.
    pub kind: String,
    /// What a new one may hold.
    pub kinds: Vec<Choice>,
    /// A word of help.
    pub help: String,
    /// What can be chosen, and some empty ones.
    pub options: Vec<OptionField>,
    /// Options of a new one, a line each.
    pub lines: String,
    /// Whether one stands before it.
    pub can_move: bool,
    /// What is wrong with it.
    pub errors: Errors,
}

/// Something that can be chosen, in a form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OptionField {
    /// Its id; empty for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether nobody can choose it any more.
    pub retired: bool,
}

/// A field that was removed.
#[derive(Debug, Clone, Serialize)]
pub struct RemovedField {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When.
    pub when: String,
}

/// A field in the form of a person.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OwnAsked {
    /// What the form calls it.
    pub field: String,
    /// Its name.
    pub label: String,
    /// What it holds.
    pub kind: String,
    /// A word of help.
    pub help: String,
    /// What is entered.
    pub value: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// A field on the page of a person, or in a list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OwnShown {
    /// Its name.
    pub label: String,
    /// What it holds.
    pub kind: String,
    /// In the reader's words, a paragraph each.
    pub lines: Vec<String>,
    /// Where a link leads.
    pub href: String,
}

/// A field in the form that narrows a list of people.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OwnNarrow {
    /// What the address calls it.
    pub field: String,
    /// Its name.
    pub label: String,
    /// What it holds.
    pub kind: String,
    /// What can be asked for.
    pub choices: Vec<Choice>,
    /// The least that is asked for.
    pub from: String,
    /// The most.
    pub to: String,
    /// Whether it is asked from and to.
    pub has_ends: bool,
    /// Whether the list shows it in any case.
    pub shown: bool,
    /// What is wrong with from and to: a key, or empty.
    pub error: String,
}
