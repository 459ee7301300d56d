//! How a file is read, what its columns are and what becomes of doubles: guessed first, then as somebody
//! says.

use std::collections::BTreeMap;

use domain::{Locale, OwnFieldId};
use serde::{Deserialize, Serialize};

use super::meanings::AS_TAG;
use super::targets::Target;
use crate::own_fields::field_name;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text with something between its cells.
    #[default]
    Text,
    /// A workbook.
    Workbook,
    /// Cards of people (vCard).
    Cards,
}

/// How the file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What kind of file it is.
    pub format: Format,
    /// Of a text, and of cards: its encoding, by the name that the Encoding Standard gives it.
    pub encoding: String,
    /// Of a text: what stands between cells.
    pub separator: char,
    /// Of a workbook: which sheet, by its place.
    pub sheet: usize,
    /// Of a workbook: its sheets.
    pub sheets: Vec<String>,
    /// Of cards: the language in which their columns are called.
    #[serde(default)]
    pub locale: Option<Locale>,
}

words! {
    /// In which order the parts of a date stand.
    pub enum DateOrder {
        /// Day, month, year.
        DayFirst = "day-first",
        /// Month, day, year.
        MonthFirst = "month-first",
    }
}

words! {
    /// What stands before the parts of numbers.
    pub enum Decimals {
        /// A point, and commas between thousands.
        Point = "point",
        /// A comma, and points between thousands.
        Comma = "comma",
    }
}

/// How numbers were read before that could be said.
const fn point() -> Decimals {
    Decimals::Point
}

words! {
    /// What becomes of a row of somebody who is there already.
    pub enum Doubles {
        /// Nothing.
        Skip = "skip",
        /// What the row says takes the place of what is known of them.
        Update = "update",
        /// They are there twice.
        Add = "add",
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What its head says; empty where it says nothing.
    pub name: String,
    /// What it is.
    pub to: Target,
    /// The own field that it is; then it is nothing else.
    #[serde(default)]
    pub own: Option<OwnFieldId>,
    /// What words of it mean that the business doesn't know, by the words as they are compared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl Column {
    /// The word of what it is, as a form has it.
    pub fn word(&self) -> String {
        match &self.own {
            Some(field) => field_name(field.as_str()),
            None => self.to.as_str().to_owned(),
        }
    }

    /// Makes it what a form's word says; answers whether that is anything.
    pub fn put(&mut self, word: &str) -> bool {
        let own = word.strip_prefix("own-").and_then(|id| id.parse().ok());
        let to = if own.is_some() { Some(Target::Nothing) } else { Target::of(word) };
        let Some(to) = to else { return false };
        if (self.to, &self.own) != (to, &own) {
            // What its words were is nothing of something else.
            self.values.clear();
        }
        (self.to, self.own) = (to, own);
        true
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How the file is read.
    pub reading: Reading,
    /// Whether its first row says what its columns are.
    pub head: bool,
    /// What they are, in their order.
    pub columns: Vec<Column>,
    /// How dates are written in it.
    pub dates: DateOrder,
    /// How numbers are.
    #[serde(default = "point")]
    pub decimals: Decimals,
    /// What becomes of doubles.
    pub doubles: Doubles,
    /// A tag that everybody of the file gets; empty is none.
    pub tag: String,
    /// Where they came from, where the row doesn't say; empty is nowhere.
    pub source: String,
}

impl Plan {
    /// The place of the first row that is somebody.
    pub fn first_row(&self) -> usize {
        usize::from(self.head)
    }

    /// The first column that puts tags on people, where one of those is wrong.
    pub(super) fn place_of_tags(&self) -> usize {
        let puts = |column: &Column| {
            column.to == Target::Tags || column.values.values().any(|to| to == AS_TAG)
        };
        self.columns.iter().position(puts).unwrap_or(0)
    }

    /// The columns that are this.
    pub fn places(&self, to: Target) -> impl Iterator<Item = usize> {
        let is = move |(at, column): (usize, &Column)| (column.to == to).then_some(at);
        self.columns.iter().enumerate().filter_map(is)
    }
}
