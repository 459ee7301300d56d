//! The list of people: what it is asked for, what it shows, and what is done from it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BoardTab, PersonRow};
use crate::views::own_fields::{OwnAsked, OwnNarrow};
use crate::views::{Choice, Errors, Tab};

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct People {
    /// What is asked of the list.
    pub asked: Asked,
    /// All, leads, customers.
    pub tabs: Vec<Tab>,
    /// Saved views, everybody's and the reader's own.
    pub views: Vec<SavedRow>,
    /// How many match, in words.
    pub count: i64,
    /// What stands above the columns, the name's first.
    pub heads: Vec<Head>,
    /// Which of what every business keeps is shown, by its name.
    pub shown: BTreeMap<&'static str, bool>,
    /// Whether somebody chose what is shown, or own fields are.
    pub is_wide: bool,
    /// The orders there are, as links.
    pub sorts: Vec<BoardTab>,
    /// What the list may show.
    pub columns: Columns,
    /// Those of this page.
    pub people: Vec<PersonRow>,
    /// The address of the next page.
    pub next: Option<String>,
    /// This page of the list, as its address has it after the question mark.
    pub place: String,
    /// Whose row is open to be changed; empty for nobody's.
    pub row: String,
    /// Whether the business has anybody at all.
    pub any: bool,
    /// An act over all that match which is under way: its page.
    pub under_way: Option<String>,
    /// Whether the role may add people.
    pub can_write: bool,
    /// What can be done with those that are chosen.
    pub bulk: Bulk,
    /// What is wrong with what was asked to be done.
    pub errors: Errors,
}

/// The head of a column.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Head {
    /// What stands in it.
    pub label: String,
    /// The same list ordered by it, the other way where it is already; empty where it can't be.
    pub href: String,
    /// `ascending` or `descending` where the list is ordered by it, otherwise empty.
    pub sorted: &'static str,
    /// How it stands.
    pub class: &'static str,
}

/// What a list may show, as the form asks for it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Columns {
    /// What every business keeps.
    pub known: Vec<Choice>,
    /// Own fields.
    pub own: Vec<Choice>,
    /// What else is asked of the list, kept as it is: names and values of the address.
    pub kept: Vec<(String, String)>,
}

/// People for a form to choose from: a part of a page.
#[derive(Debug, Clone, Serialize)]
pub struct PeopleChoices {
    /// They.
    pub people: Vec<Choice>,
}

/// A search, filters and an order, as the form of the list shows them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Asked {
    /// What was searched for.
    pub query: String,
    /// The standing shown; empty for all.
    pub standing: String,
    /// The stages to choose from.
    pub stages: Vec<Choice>,
    /// Who may look after them.
    pub owners: Vec<Choice>,
    /// The tags to choose from: who has all that are chosen is shown.
    pub tags: Vec<Choice>,
    /// What is wrong with those that are chosen: a key, or empty.
    pub tags_error: String,
    /// What they may be worth at least, as it was typed.
    pub worth_from: String,
    /// And at most.
    pub worth_to: String,
    /// What is wrong with that: a key, or empty.
    pub worth_error: String,
    /// The currency of that.
    pub currency: String,
    /// The sources to choose from.
    pub sources: Vec<Choice>,
    /// People or companies.
    pub kinds: Vec<Choice>,
    /// What they say of being written to.
    pub consents: Vec<Choice>,
    /// When to get back to them.
    pub follow_ups: Vec<Choice>,
    /// The own fields to narrow by.
    pub own: Vec<OwnNarrow>,
    /// Whether any of them is asked for.
    pub own_asked: bool,
    /// The orders to choose from.
    pub orders: Vec<Choice>,
    /// The columns that were chosen; empty for the usual ones.
    pub columns: Vec<String>,
    /// What a report narrowed the list to.
    pub limits: Vec<Limit>,
    /// How many filters narrow the list.
    pub narrowed: usize,
    /// The list's address after the question mark.
    pub address: String,
    /// The address without any filter.
    pub cleared: String,
}

/// What a report narrowed a list to.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    /// In words.
    pub text: String,
    /// The same list without it.
    pub href: String,
    /// The field of the list's address that does it.
    pub name: &'static str,
    /// And what it holds.
    pub value: String,
}

/// A saved view.
#[derive(Debug, Clone, Serialize)]
pub struct SavedRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
    /// Whether everybody sees it.
    pub shared: bool,
}

/// What can be done with several people at once.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bulk {
    /// The stages to move them to.
    pub stages: Vec<Choice>,
    /// Who may look after them.
    pub owners: Vec<Choice>,
    /// The tags there are.
    pub tags: Vec<Choice>,
    /// The own fields that may be filled in for all of them.
    pub own: Vec<BulkOwn>,
}

/// An own field that may be filled in for everybody who is chosen.
#[derive(Debug, Clone, Serialize)]
pub struct BulkOwn {
    /// What the act is called.
    pub act: String,
    /// How the form asks for the value.
    pub field: OwnAsked,
}
