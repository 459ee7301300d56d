//! Bringing a list of people.

use serde::Serialize;

use super::{Choice, Errors, pages};

pages! {
    ImportsPage => "pages/imports/list.html",
    LookPage => "pages/imports/look.html",
    ImportPage => "pages/imports/import.html",
    RowPeoplePage => "pages/imports/people.html",
}

/// Choosing a file, and those that came before.
#[derive(Debug, Clone, Serialize)]
pub struct ImportsPage {
    /// What is wrong with the last one.
    pub errors: Errors,
    /// Files that were brought, latest first.
    pub imports: Vec<ImportRow>,
    /// Where those before them are.
    pub next: Option<String>,
}

/// A file that was brought.
#[derive(Debug, Clone, Serialize)]
pub struct ImportRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// When, in words.
    pub when: String,
    /// The text is `imports-state-<state>`.
    pub state: &'static str,
    /// The badge's tone.
    pub tone: &'static str,
    /// How many people came with it.
    pub made: i64,
}

/// What would come of a file.
#[derive(Debug, Clone, Serialize)]
pub struct LookPage {
    /// Its address.
    pub href: String,
    /// What the file is called.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
    /// Whether it is text, whose encoding and separator can be chosen.
    pub is_text: bool,
    /// Whether it is cards, whose encoding can be chosen and whose heads are ours.
    pub is_cards: bool,
    /// The encodings to choose from.
    pub encodings: Vec<Choice>,
    /// What may stand between cells.
    pub separators: Vec<Choice>,
    /// The sheets to choose from; none where there is one.
    pub sheets: Vec<Choice>,
    /// Whether the first row is a head.
    pub head: bool,
    /// Its columns.
    pub columns: Vec<ColumnRow>,
    /// How dates may be written.
    pub dates: Vec<Choice>,
    /// How numbers may be.
    pub decimals: Vec<Choice>,
    /// Whether customers come in of whom it doesn't say since when they are.
    pub undated: bool,
    /// What may become of doubles.
    pub doubles: Vec<Choice>,
    /// A tag for everybody.
    pub tag: String,
    /// Where they came from.
    pub source: String,
    /// The first rows as they will become.
    pub shown: Vec<ShownRow>,
    /// The first rows with a mistake.
    pub mistakes: Vec<WrongRow>,
    /// How many rows were read for that, and for those who are here already.
    pub checked: usize,
    /// Whether there are more.
    pub is_part: bool,
    /// How many of them have a mistake.
    pub wrong: usize,
    /// How many of them are of people who are here already.
    pub doubles_found: usize,
    /// The first of those.
    pub doubles_shown: Vec<ShownRow>,
    /// How many of them are of people who come with a row before.
    pub twice: usize,
    /// What is wrong with what was sent.
    pub errors: Errors,
}

/// A column of the file.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnRow {
    /// The field's name.
    pub field: String,
    /// What its head says, or its number.
    pub name: String,
    /// A few of its cells.
    pub samples: Vec<String>,
    /// What it can be.
    pub choices: Vec<Choice>,
    /// What is wrong with that: a key, or empty.
    pub error: String,
    /// Its place.
    pub place: usize,
    /// What it is now, as its choices have it.
    pub of: String,
    /// Words of it that aren't known here.
    pub words: Vec<WordRow>,
    /// How many more there are that aren't shown yet.
    pub more: usize,
    /// Whether rows with such a word don't come in.
    pub refuses: bool,
}

/// A word that isn't known here.
#[derive(Debug, Clone, Serialize)]
pub struct WordRow {
    /// The word.
    pub word: String,
    /// In how many rows.
    pub rows: usize,
    /// What it can mean.
    pub choices: Vec<Choice>,
}

/// A row as it will become.
#[derive(Debug, Clone, Serialize)]
pub struct ShownRow {
    /// Where it stands in the file.
    pub number: i64,
    /// The name.
    pub name: String,
    /// The company.
    pub company: String,
    /// Numbers and addresses.
    pub contacts: Vec<String>,
    /// The rest, in the reader's words.
    pub more: Vec<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// Who it is already: their name; empty for somebody new.
    pub double: String,
    /// Their page.
    pub double_href: String,
    /// The text is `imports-double-<by>`.
    pub double_by: &'static str,
    /// Whether it is of somebody new who comes with a row before.
    pub twice: bool,
}

/// A row with a mistake.
#[derive(Debug, Clone, Serialize)]
pub struct WrongRow {
    /// Where it stands in the file.
    pub number: i64,
    /// The column, as its head says.
    pub column: String,
    /// The cell.
    pub cell: String,
    /// The text's key.
    pub problem: String,
}

/// An import that runs, or what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct ImportPage {
    /// Its address.
    pub href: String,
    /// What the file is called.
    pub name: String,
    /// `running`, `done`, `cancelled`, `failed`, `undoing` or `undone`.
    pub state: &'static str,
    /// Whether somebody is at it.
    pub is_under_way: bool,
    /// How many rows there are.
    pub rows: i64,
    /// How many are done.
    pub done: i64,
    /// People who are new.
    pub made: i64,
    /// People who were changed.
    pub changed: i64,
    /// Rows of people who were there already.
    pub skipped: i64,
    /// Rows with a mistake.
    pub refused: i64,
    /// Of an undone import: who stayed.
    pub kept: i64,
    /// The first rows with a mistake.
    pub mistakes: Vec<WrongRow>,
    /// Why it ended before its end; a key, or empty.
    pub problem: String,
    /// Whether it can be taken back.
    pub can_undo: bool,
}

/// Who some rows of an import are about.
#[derive(Debug, Clone, Serialize)]
pub struct RowPeoplePage {
    /// The import's page.
    pub href: String,
    /// What the file is called.
    pub name: String,
    /// `skipped` or `kept`.
    pub which: &'static str,
    /// The rows.
    pub rows: Vec<PersonOfRow>,
    /// Where the next ones are.
    pub next: Option<String>,
}

/// A row, and who it is about.
#[derive(Debug, Clone, Serialize)]
pub struct PersonOfRow {
    /// Where it stands in the file.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// Their page; none where they aren't here any more.
    pub href: Option<String>,
}
