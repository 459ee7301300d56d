//! What came out: a table for people and a list of objects for programs.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// A figure.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// How much it is.
    pub value: f64,
    /// Of what.
    pub unit: String,
    /// How much the baseline is, in the same unit.
    pub baseline: Option<f64>,
    /// What the baseline is.
    pub against: Option<String>,
    /// The value over the baseline.
    pub ratio: Option<f64>,
    /// What it should be.
    pub goal: Option<String>,
    /// Whether it is.
    pub holds: Option<bool>,
}

impl Row {
    /// A figure without anything beside it.
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            baseline: None,
            against: None,
            ratio: None,
            goal: None,
            holds: None,
        }
    }

    /// What it is compared with, in the same unit.
    pub fn against(mut self, what: &str, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self.against = Some(what.to_owned());
        self.ratio = (baseline > 0.0).then_some(self.value / baseline);
        self
    }

    /// The value should be below this.
    pub fn below(mut self, most: f64) -> Self {
        self.goal = Some(format!("< {} {}", plain(most), self.unit));
        self.holds = Some(self.value < most);
        self
    }

    /// The value should be at least this.
    pub fn at_least(mut self, least: f64) -> Self {
        self.goal = Some(format!("≥ {} {}", plain(least), self.unit));
        self.holds = Some(self.value >= least);
        self
    }

    /// The ratio should be at most this.
    pub fn at_most_times(mut self, most: f64) -> Self {
        self.goal = Some(format!("≤ {}×", plain(most)));
        self.holds = Some(self.ratio.is_some_and(|ratio| ratio <= most));
        self
    }

    /// The ratio should be at least this.
    pub fn at_least_times(mut self, least: f64) -> Self {
        self.goal = Some(format!("≥ {}×", plain(least)));
        self.holds = Some(self.ratio.is_some_and(|ratio| ratio >= least));
        self
    }
}

/// All figures of a run.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a figure and says it.
    pub fn add(&mut self, row: Row) {
        eprintln!("  {}: {} {}", row.name, plain(row.value), row.unit);
        self.rows.push(row);
    }

    /// Writes the list of objects.
    pub fn write(&self, file: &Path) -> Result<()> {
        fs::write(file, serde_json::to_string_pretty(&self.rows)? + "\n")
            .with_context(|| format!("{}", file.display()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: [&str; 6] = ["what", "value", "beside", "ratio", "goal", ""];
        let mut table = vec![HEAD.map(str::to_owned)];
        for row in &self.rows {
            let beside = row.baseline.map(|value| {
                format!("{} {}", plain(value), row.against.as_deref().unwrap_or_default())
            });
            table.push([
                row.name.clone(),
                format!("{} {}", plain(row.value), row.unit),
                beside.unwrap_or_default(),
                row.ratio.map(|ratio| format!("{ratio:.2}×")).unwrap_or_default(),
                row.goal.clone().unwrap_or_default(),
                match row.holds {
                    Some(true) => "holds".to_owned(),
                    Some(false) => "MISSED".to_owned(),
                    None => String::new(),
                },
            ]);
        }
        let width = |at: usize| table.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
        for row in &table {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// Three digits are enough to judge by.
fn plain(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_judged_by_value_or_ratio() {
        let row = Row::new("a", 30.0, "us").against("b", 20.0);
        assert_eq!(row.ratio, Some(1.5));
        assert_eq!(row.clone().at_most_times(2.0).holds, Some(true));
        assert_eq!(row.clone().at_most_times(1.4).holds, Some(false));
        assert_eq!(row.clone().at_least_times(1.6).holds, Some(false));
        assert_eq!(row.below(30.0).holds, Some(false));
    }

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(
            [1234.5, 56.78, 1.5, 0.25, 2.0, 0.0].map(plain).join(" "),
            "1234 56.8 1.5 0.25 2 0"
        );
    }
}
