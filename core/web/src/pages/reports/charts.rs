//! The charts of a report, each with the table of the lists behind it.

use app::plugin_views::document::ChartKind;
use app::reports::{Added, Report};
use domain::StageId;

use super::{days, share};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::list::{Names, address};
use crate::views::reports::{ReportCell, ReportChart, ReportRow};
use crate::widgets::Drawing;

/// How many sources are told by name; what is left is one more.
const SOURCES_MAX: usize = 8;
/// The word for no source in the address of a list: no source is a space.
pub const NO_SOURCE: &str = " ";

/// Every chart there is something for.
pub async fn all(member: &Member, report: &Report) -> Result<Vec<ReportChart>, Failure> {
    let names = Names::load(member).await?;
    let mut all = vec![months(member, report)];
    if !report.sources.is_empty() {
        all.push(sources(member, report));
    }
    if report.won_people() > 0 {
        all.extend(won(member, report));
    }
    if !report.stages.is_empty() {
        all.push(stages(member, report, &names));
    }
    if report.added().people > 0 {
        all.push(steps(member, report));
    }
    Ok(all)
}

/// What a chart is made of.
struct Parts {
    key: &'static str,
    kind: ChartKind,
    first: &'static str,
    /// The heads of the columns; those that are drawn come first.
    heads: Vec<String>,
    drawn: Vec<Vec<f64>>,
    rows: Vec<ReportRow>,
}

fn chart(member: &Member, parts: Parts, tell: impl Fn(f64) -> String) -> ReportChart {
    let Parts { key, kind, first, heads, drawn, rows } = parts;
    let drawing = Drawing {
        title: member.text(&format!("report-{key}")),
        labels: rows.iter().map(|row| row.label.clone()).collect(),
        names: heads.iter().take(drawn.len()).cloned().collect(),
        series: drawn,
    };
    let block = drawing.draw(&kind, member.ctx.locale, tell);
    ReportChart { key, block, first: member.text(first), heads, rows }
}

fn cell(number: i64, href: String) -> ReportCell {
    ReportCell { text: number.to_string(), href: (number > 0).then_some(href) }
}

fn plain(text: String) -> ReportCell {
    ReportCell { text, href: None }
}

/// Counts in a business stay far below what a double holds exactly.
#[allow(clippy::cast_precision_loss, reason = "only drawn")]
fn length(number: i64) -> f64 {
    number as f64
}

fn count(number: f64) -> String {
    format!("{number:.0}")
}

/// Who came and who of them became a customer: two lists, and the share.
fn added_cells(added: Added, narrow: &[(&str, &str)]) -> Vec<ReportCell> {
    let customers = [&[("standing", "customer")], narrow].concat();
    vec![
        cell(added.people, address("/people", narrow)),
        cell(added.customers, address("/people", &customers)),
        plain(format!("{}%", share(added.customers, added.people))),
    ]
}

fn added_heads(member: &Member) -> Vec<String> {
    ["report-added", "report-customers", "report-share"].map(|key| member.text(key)).to_vec()
}

fn both(all: &[Added]) -> Vec<Vec<f64>> {
    let people = all.iter().map(|added| length(added.people)).collect();
    let customers = all.iter().map(|added| length(added.customers)).collect();
    vec![people, customers]
}

fn months(member: &Member, report: &Report) -> ReportChart {
    let all: Vec<Added> = report.months.iter().map(|month| month.added).collect();
    let row = |month: &app::reports::Month| ReportRow {
        label: member.dates().month_of(month.first),
        cells: added_cells(month.added, &[("added", &days(member, month.span))]),
    };
    let parts = Parts {
        key: "months",
        kind: ChartKind::Bar,
        first: "report-month",
        heads: added_heads(member),
        drawn: both(&all),
        rows: report.months.iter().map(row).collect(),
    };
    chart(member, parts, count)
}

fn sources(member: &Member, report: &Report) -> ReportChart {
    let span = days(member, report.span);
    let (named, rest) = report.sources.split_at(report.sources.len().min(SOURCES_MAX));
    let mut all: Vec<Added> = named.iter().map(|each| each.added).collect();
    let mut rows: Vec<ReportRow> = named
        .iter()
        .map(|each| {
            let is_known = !each.source.is_empty();
            let source = if is_known { each.source.as_str() } else { NO_SOURCE };
            ReportRow {
                label: match is_known {
                    true => each.source.clone(),
                    false => member.text("report-no-source"),
                },
                cells: added_cells(each.added, &[("first", source), ("added", &span)]),
            }
        })
        .collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(Added::default(), |sum, each| Added {
            people: sum.people + each.added.people,
            customers: sum.customers + each.added.customers,
        });
        all.push(sum);
        let texts = [
            sum.people.to_string(),
            sum.customers.to_string(),
            format!("{}%", share(sum.customers, sum.people)),
        ];
        let cells = texts.map(plain).to_vec();
        rows.push(ReportRow { label: member.text("report-other-sources"), cells });
    }
    let parts = Parts {
        key: "sources",
        kind: ChartKind::Bar,
        first: "report-source",
        heads: added_heads(member),
        drawn: both(&all),
        rows,
    };
    chart(member, parts, count)
}

/// What customers are worth by the month in which they became it: a chart for each currency.
fn won(member: &Member, report: &Report) -> Vec<ReportChart> {
    let mut currencies: Vec<String> =
        report.won_values().into_iter().map(|(currency, _)| currency).collect();
    if currencies.is_empty() {
        currencies.push(report.currency.clone());
    }
    currencies.iter().map(|currency| won_in(member, report, currency)).collect()
}

fn won_in(member: &Member, report: &Report, currency: &str) -> ReportChart {
    let values: Vec<i64> = report
        .months
        .iter()
        .map(|month| month.won.iter().filter(|won| won.currency == currency).map(|won| won.value))
        .map(Iterator::sum)
        .collect();
    let row = |(month, value): (&app::reports::Month, &i64)| {
        let people: i64 = month.won.iter().map(|won| won.people).sum();
        let list = address("/people", &[("won", &days(member, month.span))]);
        ReportRow {
            label: member.dates().month_of(month.first),
            cells: vec![plain(member.money(*value, currency)), cell(people, list)],
        }
    };
    let parts = Parts {
        key: "won",
        kind: ChartKind::Bar,
        first: "report-month",
        heads: ["report-value", "report-won-customers"].map(|key| member.text(key)).to_vec(),
        drawn: vec![values.iter().map(|value| length(*value)).collect()],
        rows: report.months.iter().zip(&values).map(row).collect(),
    };
    #[allow(clippy::cast_possible_truncation, reason = "it was a whole number before")]
    chart(member, parts, |number| member.money(number as i64, currency))
}

/// What each stage holds now, in the order of the stages.
fn stages(member: &Member, report: &Report, names: &Names) -> ReportChart {
    let mut rows = Vec::new();
    let mut counts = Vec::new();
    for choice in names.stages("") {
        let Ok(id) = choice.value.parse::<StageId>() else { continue };
        let its = || report.stages.iter().filter(|sum| sum.stage == id);
        let people: i64 = its().map(|sum| sum.count).sum();
        let values: Vec<String> = its()
            .filter(|sum| sum.value != 0)
            .map(|sum| member.money(sum.value, &sum.currency))
            .collect();
        let list = address("/people", &[("stage", &choice.value)]);
        counts.push(length(people));
        rows.push(ReportRow {
            label: choice.label,
            cells: vec![cell(people, list), plain(values.join(" · "))],
        });
    }
    let parts = Parts {
        key: "stages",
        kind: ChartKind::Bar,
        first: "stage",
        heads: ["nav-people", "report-value"].map(|key| member.text(key)).to_vec(),
        drawn: vec![counts],
        rows,
    };
    chart(member, parts, count)
}

fn steps(member: &Member, report: &Report) -> ReportChart {
    let steps = report.steps;
    let span = days(member, report.span);
    let all = [
        ("report-step-hour", steps.hour),
        ("report-step-day", steps.day),
        ("report-step-three-days", steps.three_days),
        ("report-step-later", steps.later),
        ("report-step-none", steps.waiting),
    ];
    let row = |(key, number): (&str, i64)| {
        let waiting = address("/people", &[("waiting", "on"), ("added", &span)]);
        let is_list = key == "report-step-none";
        let cell = if is_list { cell(number, waiting) } else { plain(number.to_string()) };
        ReportRow { label: member.text(key), cells: vec![cell] }
    };
    let parts = Parts {
        key: "steps",
        kind: ChartKind::Bar,
        first: "report-step-within",
        heads: vec![member.text("nav-people")],
        drawn: vec![all.iter().map(|(_, number)| length(*number)).collect()],
        rows: all.map(row).to_vec(),
    };
    chart(member, parts, count)
}
