//! The charts of a report, each with the table of the lists behind it.

use app::people::StepWithin;
use app::plugin_views::document::ChartKind;
use app::reports::{Added, Month, Report};
use domain::StageId;
use domain::text::grouped;

use super::{Whom, days, share};
use crate::member::Member;
use crate::pages::people::list::Names;
use crate::views::reports::{ReportCell, ReportChart, ReportRow};
use crate::widgets::Drawing;

/// How many sources are told by name; what is left is one more.
const SOURCES_MAX: usize = 8;
/// The word for no source, and for no currency, in the address of a list: none of them is a space.
pub const NO_SOURCE: &str = " ";

/// Every chart there is something for.
pub(super) fn all(
    member: &Member,
    report: &Report,
    names: &Names,
    whom: &Whom,
) -> Vec<ReportChart> {
    let mut all = vec![months(member, report, whom)];
    if !report.sources.is_empty() {
        all.push(sources(member, report, whom));
    }
    if report.won_people() > 0 {
        all.extend(won(member, report, whom));
    }
    if !report.stages.is_empty() {
        all.push(stages(member, report, names, whom));
    }
    if report.added().people > 0 {
        all.push(steps(member, report, whom));
    }
    all.extend(compared(member, report, whom));
    all
}

/// What a chart is made of.
struct Parts {
    key: &'static str,
    /// What stands behind its name, such as a currency; may be empty.
    of: String,
    kind: ChartKind,
    first: &'static str,
    /// The heads of the columns; those that are drawn come first.
    heads: Vec<String>,
    drawn: Vec<Vec<f64>>,
    rows: Vec<ReportRow>,
    /// Which columns are amounts, and of what currency: files say it in their heads.
    amounts: Vec<(usize, String)>,
}

fn chart(member: &Member, parts: Parts, tell: impl Fn(f64) -> String) -> ReportChart {
    let Parts { key, of, kind, first, heads, drawn, rows, amounts } = parts;
    let title = member.text(&format!("report-{key}"));
    let id = if of.is_empty() { key.to_owned() } else { format!("{key}-{of}") };
    let drawing = Drawing {
        title: if of.is_empty() { title } else { format!("{title} · {of}") },
        labels: rows.iter().map(|row| row.label.clone()).collect(),
        names: heads.iter().take(drawn.len()).cloned().collect(),
        series: drawn,
    };
    let block = drawing.draw(&kind, member.ctx.locale, tell);
    let mut file_heads = heads.clone();
    for (at, currency) in amounts {
        if let Some(head) = file_heads.get_mut(at) {
            *head = format!("{} · {currency}", member.text("report-value"));
        }
    }
    ReportChart { key, id, block, first: member.text(first), heads, file_heads, rows }
}

fn cell(number: i64, href: String) -> ReportCell {
    let plain = number.to_string();
    ReportCell { text: grouped(&plain), plain, href: (number > 0).then_some(href) }
}

fn share_of(added: Added) -> ReportCell {
    let text = format!("{}%", share(added.customers, added.people));
    ReportCell { plain: text.clone(), text, href: None }
}

fn amount(member: &Member, value: i64, currency: &str, href: Option<String>) -> ReportCell {
    let text = member.money(value, currency);
    ReportCell { text, plain: app::money::typed(value, currency), href }
}

/// A source or a currency as an address has it.
fn in_address(text: &str) -> &str {
    if text.is_empty() { NO_SOURCE } else { text }
}

/// Counts in a business stay far below what a double holds exactly.
#[allow(clippy::cast_precision_loss, reason = "only drawn")]
fn length(number: i64) -> f64 {
    number as f64
}

fn count(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

/// Who came and who of them became a customer: two lists, and the share.
fn added_cells(added: Added, whom: &Whom, narrow: &[(&str, &str)]) -> Vec<ReportCell> {
    let customers = [&[("standing", "customer")], narrow].concat();
    vec![
        cell(added.people, whom.list(narrow)),
        cell(added.customers, whom.list(&customers)),
        share_of(added),
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

fn months(member: &Member, report: &Report, whom: &Whom) -> ReportChart {
    let all: Vec<Added> = report.months.iter().map(|month| month.added).collect();
    let row = |month: &Month| ReportRow {
        label: member.dates().month_of(month.first),
        cells: added_cells(month.added, whom, &[("added", &days(member, month.span))]),
    };
    let parts = Parts {
        key: "months",
        of: String::new(),
        kind: ChartKind::Bar,
        first: "report-month",
        heads: added_heads(member),
        drawn: both(&all),
        rows: report.months.iter().map(row).collect(),
        amounts: Vec::new(),
    };
    chart(member, parts, count)
}

fn sources(member: &Member, report: &Report, whom: &Whom) -> ReportChart {
    let span = days(member, report.span);
    let (named, rest) = report.sources.split_at(report.sources.len().min(SOURCES_MAX));
    let mut all: Vec<Added> = named.iter().map(|each| each.added).collect();
    let mut rows: Vec<ReportRow> = named
        .iter()
        .map(|each| {
            let is_known = !each.source.is_empty();
            let source = in_address(&each.source);
            ReportRow {
                label: match is_known {
                    true => each.source.clone(),
                    false => member.text("report-no-source"),
                },
                cells: added_cells(each.added, whom, &[("first", source), ("added", &span)]),
            }
        })
        .collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(Added::default(), |sum, each| Added {
            people: sum.people + each.added.people,
            customers: sum.customers + each.added.customers,
        });
        all.push(sum);
        let others: Vec<&str> = named.iter().map(|each| in_address(&each.source)).collect();
        let narrow = [("other_sources", others.join("\n")), ("added", span)];
        let narrow = narrow.each_ref().map(|(name, text)| (*name, text.as_str()));
        let cells = added_cells(sum, whom, &narrow);
        rows.push(ReportRow { label: member.text("report-other-sources"), cells });
    }
    let parts = Parts {
        key: "sources",
        of: String::new(),
        kind: ChartKind::Bar,
        first: "report-source",
        heads: added_heads(member),
        drawn: both(&all),
        rows,
        amounts: Vec::new(),
    };
    chart(member, parts, count)
}

/// What customers are worth by the month in which they became it: a chart for each currency. Those of whom
/// nobody said a value stand beside the first.
fn won(member: &Member, report: &Report, whom: &Whom) -> Vec<ReportChart> {
    let mut currencies: Vec<String> =
        report.won_values().into_iter().map(|(currency, _)| currency).collect();
    if currencies.is_empty() {
        currencies.push(report.currency.clone());
    }
    let is_one = currencies.len() == 1;
    let chart = |(at, currency): (usize, &String)| {
        let of = if is_one { String::new() } else { currency.clone() };
        won_in(member, report, whom, currency, (of, at == 0))
    };
    currencies.iter().enumerate().map(chart).collect()
}

/// The value and number of those who were won in a month, of one currency.
fn won_of(month: &Month, currency: &str) -> (i64, i64) {
    let its = month.won.iter().filter(|won| won.currency == currency);
    its.fold((0, 0), |(value, people), won| (value + won.value, people + won.people))
}

fn won_in(
    member: &Member,
    report: &Report,
    whom: &Whom,
    currency: &str,
    (of, with_rest): (String, bool),
) -> ReportChart {
    let with_rest = with_rest && report.months.iter().any(|month| won_of(month, "").1 > 0);
    let row = |month: &Month| {
        let span = days(member, month.span);
        let list = |currency| whom.list(&[("won", &span), ("currency", in_address(currency))]);
        let (value, people) = won_of(month, currency);
        let href = (people > 0).then(|| list(currency));
        let worth = amount(member, value, currency, href);
        let mut cells = vec![worth, cell(people, list(currency))];
        if with_rest {
            cells.push(cell(won_of(month, "").1, list("")));
        }
        ReportRow { label: member.dates().month_of(month.first), cells }
    };
    let mut heads = vec!["report-value", "report-won-customers"];
    heads.extend(with_rest.then_some("report-won-unsaid"));
    let values = report.months.iter().map(|month| length(won_of(month, currency).0));
    let parts = Parts {
        key: "won",
        of,
        kind: ChartKind::Bar,
        first: "report-month",
        heads: heads.into_iter().map(|key| member.text(key)).collect(),
        drawn: vec![values.collect()],
        rows: report.months.iter().map(row).collect(),
        amounts: vec![(0, currency.to_owned())],
    };
    #[allow(clippy::cast_possible_truncation, reason = "it was a whole number before")]
    chart(member, parts, |number| member.money(number as i64, currency))
}

/// What each stage holds now, in the order of the stages: everybody in it, and their worth by currency.
fn stages(member: &Member, report: &Report, names: &Names, whom: &Whom) -> ReportChart {
    let mut currencies: Vec<&str> = report
        .stages
        .iter()
        .filter(|sum| sum.value != 0)
        .map(|sum| sum.currency.as_str())
        .collect();
    currencies.sort_by_key(|currency| (*currency != report.currency, *currency));
    currencies.dedup();
    let all = match whom.pipeline() {
        Some(pipeline) => names.even_going_of(&pipeline),
        None => names.even_going(""),
    };
    let mut rows = Vec::new();
    let mut counts = Vec::new();
    for choice in all {
        let Ok(id) = choice.value.parse::<StageId>() else { continue };
        let its = || report.stages.iter().filter(|sum| sum.stage == id);
        let people: i64 = its().map(|sum| sum.count).sum();
        let worth = |currency: &&str| {
            let sum = its().find(|sum| sum.currency == **currency && sum.value != 0);
            let list = [("stage", choice.value.as_str()), ("currency", *currency)];
            match sum {
                Some(sum) => amount(member, sum.value, currency, Some(whom.list(&list))),
                None => ReportCell::default(),
            }
        };
        counts.push(length(people));
        let mut cells = vec![cell(people, whom.list(&[("stage", &choice.value)]))];
        cells.extend(currencies.iter().map(worth));
        rows.push(ReportRow { label: choice.label.clone(), cells });
    }
    let mut heads = vec![member.text("nav-people")];
    let value = member.text("report-value");
    let is_one = currencies.len() == 1;
    heads.extend(currencies.iter().map(|currency| match is_one {
        true => value.clone(),
        false => format!("{value} · {currency}"),
    }));
    let amounts = (1..).zip(&currencies).map(|(at, currency)| (at, (*currency).to_owned()));
    let amounts = amounts.collect();
    let parts = Parts {
        key: "stages",
        of: String::new(),
        kind: ChartKind::Bar,
        first: "stage",
        heads,
        drawn: vec![counts],
        rows,
        amounts,
    };
    chart(member, parts, count)
}

/// Who came and who was won, beside the period before; nothing where nobody was in either.
fn compared(member: &Member, report: &Report, whom: &Whom) -> Option<ReportChart> {
    let (now, then) = (report.added(), report.before.added);
    let numbers = [
        [now.people, then.people],
        [now.customers, then.customers],
        [report.won_people(), report.won_people_before()],
    ];
    if numbers.as_flattened().iter().all(|number| *number == 0) {
        return None;
    }
    let spans = [days(member, report.span), days(member, report.before.span)];
    let asked = [
        ("report-added", "", "added"),
        ("report-customers", "customer", "added"),
        ("report-won-customers", "", "won"),
    ];
    let row = |((key, standing, by), numbers): ((&str, &str, &str), [i64; 2])| {
        let cells = numbers.into_iter().zip(&spans).map(|(number, span)| {
            cell(number, whom.list(&[("standing", standing), (by, span.as_str())]))
        });
        ReportRow { label: member.text(key), cells: cells.collect() }
    };
    let drawn = |at: usize| -> Vec<f64> { numbers.iter().map(|pair| length(pair[at])).collect() };
    let parts = Parts {
        key: "compared",
        of: String::new(),
        kind: ChartKind::Bar,
        first: "report-what",
        heads: ["report-this-period", "report-before"].map(|key| member.text(key)).to_vec(),
        drawn: vec![drawn(0), drawn(1)],
        rows: asked.into_iter().zip(numbers).map(row).collect(),
        amounts: Vec::new(),
    };
    Some(chart(member, parts, count))
}

/// The words for how soon somebody was turned to.
pub const fn step_key(step: StepWithin) -> &'static str {
    match step {
        StepWithin::Hour => "report-step-hour",
        StepWithin::Day => "report-step-day",
        StepWithin::ThreeDays => "report-step-three-days",
        StepWithin::Later => "report-step-later",
    }
}

fn steps(member: &Member, report: &Report, whom: &Whom) -> ReportChart {
    let steps = report.steps;
    let span = days(member, report.span);
    let mut numbers = Vec::new();
    let mut rows = Vec::new();
    let mut row = |key: &str, number: i64, narrow: (&str, &str)| {
        numbers.push(length(number));
        let list = whom.list(&[narrow, ("added", &span)]);
        rows.push(ReportRow { label: member.text(key), cells: vec![cell(number, list)] });
    };
    for step in StepWithin::ALL {
        row(step_key(*step), steps.within(*step), ("step", step.as_str()));
    }
    row("report-step-none", steps.waiting, ("waiting", "on"));
    let parts = Parts {
        key: "steps",
        of: String::new(),
        kind: ChartKind::Bar,
        first: "report-step-within",
        heads: vec![member.text("nav-people")],
        drawn: vec![numbers],
        rows,
        amounts: Vec::new(),
    };
    chart(member, parts, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_on_the_page_and_not_in_files() {
        let one = cell(12_345, "/people".to_owned());
        assert_eq!((one.text.as_str(), one.plain.as_str()), ("12,345", "12345"));
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!((cell(0, "/people".to_owned()).href, count(7.0)), (None, "7".to_owned()));
    }
}
