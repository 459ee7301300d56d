//! Reports: charts of people over the last months, each number leading to the list behind it.

use serde::Serialize;

use super::plugin_views::ChartBlock;
use super::{Choice, Tab, pages};

pages! {
    Reports => "pages/reports.html",
}

/// The report of some months.
#[derive(Debug, Clone, Serialize)]
pub struct Reports {
    /// How many months it may be about.
    pub tabs: Vec<Tab>,
    /// How many it is about.
    pub months: u8,
    /// The pipelines it may be narrowed to, where there are several.
    pub pipelines: Vec<Choice>,
    /// Those who look after people, to narrow it to theirs.
    pub owners: Vec<Choice>,
    /// The report of everybody, where it is narrowed.
    pub cleared: Option<String>,
    /// What is asked for, as an address has it.
    pub narrowing: String,
    /// Whether there is anybody to report on.
    pub any: bool,
    /// Whether the role may add people, where there is nobody.
    pub can_write: bool,
    /// The first month and the last.
    pub span: String,
    /// The numbers that sum it up.
    pub figures: Vec<Figure>,
    /// The charts.
    pub charts: Vec<ReportChart>,
}

/// A number that sums up.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The key of what it is.
    pub key: &'static str,
    /// The number in the reader's words.
    pub value: String,
    /// What goes with it; may be empty.
    pub note: String,
    /// The list behind it.
    pub href: Option<String>,
}

/// A chart with its table.
#[derive(Debug, Clone, Serialize)]
pub struct ReportChart {
    /// Its texts are `report-<key>` and `report-<key>-text`.
    pub key: &'static str,
    /// Names it among the others: its key, and a currency where there are several.
    pub id: String,
    /// The drawing.
    pub block: ChartBlock,
    /// What each row of the table is.
    pub first: String,
    /// The table's other columns.
    pub heads: Vec<String>,
    /// The same above the columns of a file, where amounts stand without their signs.
    pub file_heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<ReportRow>,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize)]
pub struct ReportRow {
    /// Such as a month.
    pub label: String,
    /// Its numbers.
    pub cells: Vec<ReportCell>,
}

/// A number.
#[derive(Debug, Clone, Serialize)]
pub struct ReportCell {
    /// In the reader's words.
    pub text: String,
    /// As programs read it.
    pub file: String,
    /// The list that it is the length of.
    pub href: Option<String>,
}
