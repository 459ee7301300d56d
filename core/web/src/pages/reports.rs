//! Reports about people: where they come from, who becomes a customer, how soon somebody turns to them.

mod charts;

pub use charts::NO_SOURCE;

use actix_web::web::Query;
use app::people::PersonFilter;
use app::reports::{self, MONTHS, MONTHS_USUAL, Report, Span};
use domain::Permission;
use domain::PipelineId;
use domain::text::grouped;
use serde::Deserialize;

use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::list::{Names, address, owned, owners};
use crate::views::Tab;
use crate::views::reports::{Figure, ReportChart, Reports};

/// Which months are asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ReportQuery {
    months: String,
    pipeline: String,
    owner: String,
}

/// Whom a report is about: everybody, or those in a pipeline or looked after by somebody.
struct Whom {
    pipeline: String,
    owner: String,
}

impl Whom {
    fn pairs(&self) -> [(&str, &str); 2] {
        [("pipeline", &self.pipeline), ("owner", &self.owner)]
    }

    /// What a report of them is asked for with.
    fn with_months<'a>(&'a self, months: &'a str) -> Vec<(&'a str, &'a str)> {
        [&[("months", months)][..], &self.pairs()[..]].concat()
    }

    /// The list of those of them who are narrowed so.
    fn list(&self, narrow: &[(&str, &str)]) -> String {
        address("/people", &[narrow, &self.pairs()].concat())
    }

    fn pipeline(&self) -> Option<PipelineId> {
        self.pipeline.parse().ok()
    }
}

/// What is asked for: how many months, and of whom.
struct Asked {
    months: u8,
    whom: Whom,
    narrowed: bool,
}

async fn look(member: &Member, query: ReportQuery) -> Result<(Asked, Report), Failure> {
    let wanted = query.months.parse().ok().filter(|months| MONTHS.contains(months));
    let months = wanted.unwrap_or(MONTHS_USUAL);
    let whom = Whom { pipeline: query.pipeline, owner: query.owner };
    let (app, ctx, owner) = (&member.web.app, &member.ctx, owned(member, &whom.owner));
    let narrowed = whom.pipeline().is_some() || owner.is_some();
    let report = reports::get_report_of(app, ctx, months, whom.pipeline(), owner).await?;
    Ok((Asked { months, whom, narrowed }, report))
}

/// The charts of a report, each with its table.
pub(super) async fn tables(
    member: &Member,
    query: ReportQuery,
) -> Result<Vec<ReportChart>, Failure> {
    let (asked, report) = look(member, query).await?;
    Ok(charts::all(member, &report, &Names::load(member).await?, &asked.whom))
}

/// The report.
pub async fn show(member: Member, query: Query<ReportQuery>) -> Answer {
    let (Asked { months, whom, narrowed }, report) = look(&member, query.into_inner()).await?;
    let any = narrowed || report.added().people > 0 || !report.stages.is_empty();
    let names = Names::load(&member).await?;
    let ends = report.months.first().zip(report.months.last());
    let dates = member.dates();
    let here = address("/reports", &whom.with_months(&months.to_string()));
    let page = Reports {
        tabs: tabs(months, &whom),
        months,
        pipelines: names.pipelines(&whom.pipeline),
        owners: owners(&member, &names, &whom.owner),
        cleared: narrowed.then(|| address("/reports", &[("months", &months.to_string())])),
        narrowing: here.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        any,
        can_write: member.ctx.role.may(Permission::WritePeople),
        span: ends.map_or_else(String::new, |(first, last)| {
            format!("{} – {}", dates.month_of(first.first), dates.month_of(last.first))
        }),
        figures: figures(&member, &report, &whom),
        charts: if any { charts::all(&member, &report, &names, &whom) } else { Vec::new() },
    };
    member.page(&page).await
}

fn tabs(months: u8, whom: &Whom) -> Vec<Tab> {
    let tab = |(key, of): (&'static str, u8)| Tab {
        key,
        href: address("/reports", &whom.with_months(&of.to_string())),
        count: None,
        current: of == months,
    };
    let all = [("report-months-3", 3), ("report-months-6", 6), ("report-months-12", 12)];
    all.map(tab).to_vec()
}

fn figures(member: &Member, report: &Report, whom: &Whom) -> Vec<Figure> {
    let added = report.added();
    let days = days(member, report.span);
    let won: Vec<String> = report
        .won_values()
        .iter()
        .map(|(currency, value)| member.money(*value, currency))
        .collect();
    let won_people = report.won_people().to_string();
    let waited = report.steps.median_secs.map(|secs| wait(member, secs));
    let waiting = report.steps.waiting.to_string();
    vec![
        Figure {
            key: "report-added",
            value: grouped(&added.people.to_string()),
            note: String::new(),
            href: Some(whom.list(&[("added", &days)])),
        },
        Figure {
            key: "report-customers",
            value: grouped(&added.customers.to_string()),
            note: member.text_with(
                "report-customers-of",
                &[("share", &share(added.customers, added.people))],
            ),
            href: Some(whom.list(&[("standing", "customer"), ("added", &days)])),
        },
        Figure {
            key: "report-won",
            value: if won.is_empty() { grouped(&won_people) } else { won.join(" · ") },
            note: member.text_with("report-won-people", &[("count", &won_people)]),
            href: Some(whom.list(&[("won", &days)])),
        },
        Figure {
            key: "report-step",
            value: waited.unwrap_or_else(|| "–".to_owned()),
            note: member.text_with("report-step-waiting", &[("count", &waiting)]),
            href: Some(whom.list(&[("waiting", "on"), ("added", &days)])),
        },
    ]
}

/// The list of those who came in a span and to whom nobody turned yet.
pub(super) fn waiting_list(member: &Member, span: Span) -> String {
    address("/people", &[("waiting", "on"), ("added", &days(member, span))])
}

/// A share in percent.
fn share(part: i64, whole: i64) -> String {
    if whole == 0 { "0".to_owned() } else { ((part * 200 + whole) / (whole * 2)).to_string() }
}

/// The days of a span as lists of people read them.
fn days(member: &Member, span: Span) -> String {
    let dates = member.dates();
    let last = dates.local(span.until.plus_secs(-1)).date();
    format!("{}..{last}", dates.local(span.from).date())
}

/// A wait in words: in minutes, hours or days.
fn wait(member: &Member, secs: i64) -> String {
    let (key, unit_secs) = unit(secs);
    let count = ((secs + unit_secs / 2) / unit_secs).max(1);
    member.text_with(key, &[("count", &count.to_string())])
}

/// The unit that a wait is told in, rounded: nothing is 60 minutes, or 24 hours.
const fn unit(secs: i64) -> (&'static str, i64) {
    match secs {
        ..3_570 => ("report-minutes", 60),
        3_570..84_600 => ("report-hours", 3_600),
        _ => ("report-days", 86_400),
    }
}

/// The span that a list is asked for, such as `2026-09-01..2026-11-30`; None where that isn't one.
pub fn span_of(member: &Member, text: &str) -> Option<Span> {
    let (first, last) = text.split_once("..")?;
    reports::span_of_days(&member.ctx.zone, first.parse().ok()?, last.parse().ok()?)
}

/// What a list is narrowed to by a report, in words, and the words of its address that do it.
pub fn narrowed(
    member: &Member,
    names: &Names,
    filter: &PersonFilter,
) -> Vec<(&'static str, String)> {
    let dates = member.dates();
    let told = |span: Span| {
        let day = |at| dates.short(dates.local(at).date());
        format!("{} – {}", day(span.from), day(span.until.plus_secs(-1)))
    };
    let mut all = Vec::new();
    match filter.first_source.as_deref() {
        Some("") => all.push(("first", member.text("narrowed-first-unknown"))),
        Some(it) => all.push(("first", member.text_with("narrowed-first", &[("source", it)]))),
        None => {}
    }
    if let Some(span) = filter.added {
        all.push(("added", member.text_with("narrowed-added", &[("days", &told(span))])));
    }
    if let Some(span) = filter.won {
        all.push(("won", member.text_with("narrowed-won", &[("days", &told(span))])));
    }
    if filter.waiting {
        all.push(("waiting", member.text("narrowed-waiting")));
    }
    all.extend(narrowed_more(member, names, filter));
    all
}

fn narrowed_more(
    member: &Member,
    names: &Names,
    filter: &PersonFilter,
) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    if let Some(step) = filter.step {
        let within = member.text(charts::step_key(step));
        all.push(("step", member.text_with("narrowed-step", &[("within", &within)])));
    }
    if let Some(pipeline) = &filter.pipeline {
        let name = names.pipeline(pipeline);
        all.push(("pipeline", member.text_with("narrowed-pipeline", &[("name", &name)])));
    }
    match filter.currency.as_deref() {
        Some("") => all.push(("currency", member.text("narrowed-no-value"))),
        Some(code) => {
            all.push(("currency", member.text_with("narrowed-currency", &[("currency", code)])));
        }
        None => {}
    }
    if !filter.other_sources.is_empty() {
        let count = filter.other_sources.len().to_string();
        all.push(("other_sources", member.text_with("narrowed-others", &[("count", &count)])));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_nobody_is_no_share() {
        assert_eq!(share(0, 0), "0");
        assert_eq!(share(1, 3), "33");
        assert_eq!(share(2, 3), "67");
        assert_eq!(share(5, 5), "100");
    }

    #[test]
    fn no_wait_is_told_as_a_whole_unit_of_the_next() {
        let told = |secs: i64| {
            let (key, size) = unit(secs);
            (key, (secs + size / 2) / size)
        };
        assert_eq!(told(3_569), ("report-minutes", 59));
        assert_eq!(told(3_570), ("report-hours", 1));
        assert_eq!(told(84_599), ("report-hours", 23));
        assert_eq!(told(84_600), ("report-days", 1));
    }
}
