//! Charts, drawn from numbers alone: what stands in the drawing is geometry, and every word is beside
//! it, where it can be read, wrapped and translated. Right-to-left, the drawing is mirrored.

use std::fmt::Write as _;

use app::currencies;
use app::plugin_views::document::{Chart, ChartKind, Unit};
use domain::Locale;

use super::Drawer;
use super::values::number_text;
use crate::views::plugin_views::{Bar, Bars, ChartBlock, ChartRow, Legend, Line, Slice};

/// Beyond this a number is drawn as this.
const NUMBER_MAX: f64 = 1e15;

impl Drawer<'_> {
    pub(super) fn chart(&self, chart: &Chart) -> ChartBlock {
        let labels: Vec<String> = chart.labels.iter().map(|label| self.label(label)).collect();
        let series: Vec<Vec<f64>> =
            chart.series.iter().map(|s| whole(&s.values, labels.len())).collect();
        let names: Vec<String> =
            chart.series.iter().map(|series| self.label(&series.label)).collect();
        let tell = |number: f64| tell(number, &chart.unit, self.locale);
        let drawing = Drawing { title: self.label(&chart.title), labels, names, series };
        drawing.draw(&chart.chart, self.locale, tell)
    }
}

/// What a chart is drawn from: a number of each series for each label.
pub struct Drawing {
    /// What it shows.
    pub title: String,
    /// Such as months.
    pub labels: Vec<String>,
    /// What each series is.
    pub names: Vec<String>,
    /// The numbers of each series, one a label.
    pub series: Vec<Vec<f64>>,
}

impl Drawing {
    /// Draws it for a reader of this language, each number told as `tell` does.
    pub fn draw(
        self,
        kind: &ChartKind,
        locale: Locale,
        tell: impl Fn(f64) -> String,
    ) -> ChartBlock {
        let Self { title, labels, names, series } = self;
        let (low, high) = span(&series);
        let is_rtl = locale.direction() == "rtl";
        let rows = labels.iter().enumerate().map(|(at, label)| ChartRow {
            label: label.clone(),
            cells: series.iter().map(|numbers| tell(numbers[at])).collect(),
        });
        let mut block = ChartBlock {
            title,
            chart: "bar",
            legend: names
                .iter()
                .enumerate()
                .map(|(at, label)| Legend { label: label.clone(), color: at + 1 })
                .collect(),
            bars: Vec::new(),
            lines: Vec::new(),
            slices: Vec::new(),
            edges: vec![tell(high), tell(low)],
            ends: labels.first().into_iter().chain(labels.last()).cloned().collect(),
            rows: rows.collect(),
            heads: names,
        };
        match kind {
            ChartKind::Bar => block.bars = bars(&labels, &series, (low, high), is_rtl, tell),
            ChartKind::Line => {
                block.chart = "line";
                block.lines = lines(&series, (low, high), is_rtl);
            }
            ChartKind::Donut => {
                block.chart = "donut";
                block.legend.clear();
                block.slices = slices(&labels, series.first().map_or(&[], Vec::as_slice), tell);
            }
        }
        block
    }
}

fn tell(number: f64, unit: &Unit, locale: Locale) -> String {
    match unit {
        Unit::Number => number_text(number, None),
        #[allow(clippy::cast_possible_truncation, reason = "numbers are within ±1e15")]
        Unit::Money { currency } => {
            currencies::shown(number.round() as i64, &super::cut(currency, 3), locale)
        }
    }
}

/// One number for each label.
fn whole(numbers: &[f64], labels: usize) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers
        .iter()
        .take(labels)
        .map(|n| if n.is_finite() { n.clamp(-NUMBER_MAX, NUMBER_MAX) } else { 0.0 })
        .collect();
    numbers.resize(labels, 0.0);
    numbers
}

/// The least and the greatest number; zero is always in between, so that lengths can be compared.
fn span(series: &[Vec<f64>]) -> (f64, f64) {
    let all = series.iter().flatten().copied();
    let (low, high) = all.fold((0.0_f64, 0.0_f64), |(low, high), n| (low.min(n), high.max(n)));
    if high - low > 0.0 { (low, high) } else { (0.0, 1.0) }
}

fn bars(
    labels: &[String],
    series: &[Vec<f64>],
    (low, high): (f64, f64),
    is_rtl: bool,
    tell: impl Fn(f64) -> String,
) -> Vec<Bars> {
    let place = |number: f64| (number - low) / (high - low) * 100.0;
    let bar = |number: f64, color: usize| {
        let (from, to) = (place(number.min(0.0)), place(number.max(0.0)));
        let x = if is_rtl { 100.0 - to } else { from };
        Bar { x: short(x), width: short(to - from), color, text: tell(number) }
    };
    let of_label = |(at, label): (usize, &String)| Bars {
        label: label.clone(),
        bars: series.iter().enumerate().map(|(n, numbers)| bar(numbers[at], n + 1)).collect(),
    };
    labels.iter().enumerate().map(of_label).collect()
}

fn lines(series: &[Vec<f64>], (low, high): (f64, f64), is_rtl: bool) -> Vec<Line> {
    let line = |(n, numbers): (usize, &Vec<f64>)| {
        let mut points = String::new();
        let last = numbers.len().saturating_sub(1).max(1);
        for (at, number) in numbers.iter().enumerate() {
            #[allow(clippy::cast_precision_loss, reason = "at most 60 points")]
            let along = at as f64 / last as f64 * 600.0;
            let x = if is_rtl { 600.0 - along } else { along };
            let y = 200.0 - (number - low) / (high - low) * 200.0;
            let _ = write!(points, "{},{} ", short(x), short(y));
        }
        Line { points: points.trim_end().to_owned(), color: n + 1 }
    };
    series.iter().enumerate().map(line).collect()
}

/// Parts of a whole; what is less than nothing has no part.
fn slices(labels: &[String], numbers: &[f64], tell: impl Fn(f64) -> String) -> Vec<Slice> {
    let all: f64 = numbers.iter().map(|number| number.max(0.0)).sum();
    let mut begin = 0.0;
    let slice = |(at, (label, number)): (usize, (&String, &f64))| {
        let share = if all > 0.0 { number.max(0.0) / all * 100.0 } else { 0.0 };
        let offset = -begin;
        begin += share;
        Slice {
            length: short(share),
            offset: short(offset),
            color: at % 6 + 1,
            label: label.clone(),
            text: format!("{} · {}%", tell(*number), number_text(share.round(), None)),
        }
    };
    labels.iter().zip(numbers).enumerate().map(slice).collect()
}

fn short(number: f64) -> String {
    let number = if number == 0.0 { 0.0 } else { number };
    format!("{number:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_numbers_and_mirrored() {
        let labels = ["a".to_owned(), "b".to_owned()];
        let series = [vec![5.0, 10.0]];
        let of = |is_rtl| bars(&labels, &series, span(&series), is_rtl, |n| n.to_string());
        let (ltr, rtl) = (of(false), of(true));
        assert_eq!((&*ltr[0].bars[0].x, &*ltr[0].bars[0].width), ("0.00", "50.00"));
        assert_eq!((&*rtl[0].bars[0].x, &*rtl[0].bars[0].width), ("50.00", "50.00"));
        assert_eq!(&*rtl[1].bars[0].width, "100.00");
    }

    #[test]
    fn parts_make_a_whole_and_nothing_makes_no_part() {
        let labels = ["a".to_owned(), "b".to_owned()];
        let parts = slices(&labels, &[1.0, 3.0], |n| n.to_string());
        assert_eq!(
            (&*parts[0].length, &*parts[1].length, &*parts[1].offset),
            ("25.00", "75.00", "-25.00")
        );
        assert_eq!(&*slices(&labels, &[0.0, -3.0], |n| n.to_string())[1].length, "0.00");
        assert_eq!(span(&[vec![]]), (0.0, 1.0));
        assert_eq!(whole(&[f64::MAX], 2), [NUMBER_MAX, 0.0]);
    }
}
