//! Reports: charts of people over a period, each number leading to the list behind it.

use serde::Serialize;

use super::plugin_views::ChartBlock;
use super::{Choice, Errors, Tab, pages};

pages! {
    Reports => "pages/reports.html",
}

/// The report of a period.
#[derive(Debug, Clone, Serialize)]
pub struct Reports {
    /// The periods it may be about.
    pub tabs: Vec<Tab>,
    /// The one it is about, as a form keeps it: names and values of the address.
    pub period: Vec<(&'static str, String)>,
    /// The first of days of one's own, as it was typed.
    pub from: String,
    /// And the last.
    pub to: String,
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
    /// The first month and the last, or the days.
    pub span: String,
    /// The days it is compared with.
    pub compared: String,
    /// The numbers that sum it up.
    pub figures: Vec<Figure>,
    /// The charts.
    pub charts: Vec<ReportChart>,
    /// What is wrong with the days that were typed.
    pub errors: Errors,
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
    /// The same of the period before.
    pub earlier: Option<Earlier>,
}

/// A number of the period before.
#[derive(Debug, Clone, Serialize)]
pub struct Earlier {
    /// In the reader's words.
    pub value: String,
    /// The list behind it.
    pub href: String,
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
    /// The same as a file has them, with the currency of amounts.
    #[serde(skip)]
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
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportCell {
    /// In the reader's words.
    pub text: String,
    /// As a file has it, which spreadsheets count with.
    #[serde(skip)]
    pub plain: String,
    /// The list that it is the length of.
    pub href: Option<String>,
}
