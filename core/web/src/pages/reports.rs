//! Reports about people: where they come from, who becomes a customer, how soon somebody turns to them.

mod charts;
mod figures;

pub use charts::NO_SOURCE;

use actix_web::web::Query;
use app::people::PersonFilter;
use app::reports::{self, MONTHS, MONTHS_USUAL, Period, Report, Span};
use domain::{Permission, PipelineId};
use jiff::civil::Date;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::list::{Names, address, owned, owners};
use crate::views::reports::{ReportChart, Reports};
use crate::views::{Errors, Tab};

/// Which days are asked for, and of whom.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ReportQuery {
    months: String,
    period: String,
    from: String,
    to: String,
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

    /// Where a report of them is.
    fn report(&self, when: &When) -> String {
        address("/reports", &[&when.pairs()[..], &self.pairs()[..]].concat())
    }

    /// The list of those of them who are narrowed so.
    fn list(&self, narrow: &[(&str, &str)]) -> String {
        address("/people", &[narrow, &self.pairs()].concat())
    }

    fn pipeline(&self) -> Option<PipelineId> {
        self.pipeline.parse().ok()
    }
}

/// A period as an address has it: months or a name, and days of one's own as they were typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct When {
    months: String,
    period: &'static str,
    from: String,
    to: String,
}

impl When {
    /// So many months.
    fn months(months: u8) -> Self {
        Self { months: months.to_string(), ..Self::default() }
    }

    fn named(period: &'static str) -> Self {
        Self { period, ..Self::default() }
    }

    /// What is asked for; what can't be read is as if it weren't said.
    fn of(query: &ReportQuery) -> Self {
        if !query.from.is_empty() || !query.to.is_empty() {
            let (from, to) = (query.from.clone(), query.to.clone());
            return Self { from, to, ..Self::default() };
        }
        let mut names = Period::NAMED.iter().map(|(name, _)| *name);
        if let Some(name) = names.find(|name| *name == query.period) {
            return Self::named(name);
        }
        let months = query.months.parse().ok().filter(|months| MONTHS.contains(months));
        Self::months(months.unwrap_or(MONTHS_USUAL))
    }

    fn pairs(&self) -> [(&str, &str); 4] {
        [("months", &self.months), ("period", self.period), ("from", &self.from), ("to", &self.to)]
    }

    /// Which period that is.
    ///
    /// # Errors
    /// For days that are none; of what is left out nothing can be guessed.
    fn period(&self) -> Result<Period, app::Error> {
        if let Some(period) = Period::named(self.period) {
            return Ok(period);
        }
        if let Ok(months) = self.months.parse::<u8>() {
            return Ok(Period::Months(months));
        }
        let day = |name: &'static str, text: &str| match text {
            "" => Err(app::Error::invalid(name, "error-required")),
            text => text.parse::<Date>().map_err(|_| app::Error::invalid(name, "error-invalid")),
        };
        Ok(Period::Days(day("from", &self.from)?, day("to", &self.to)?))
    }
}

/// What is asked for: of which days, and of whom.
struct Asked {
    when: When,
    whom: Whom,
    narrowed: bool,
    /// What is wrong with the days that were typed: then the report is of the usual months.
    errors: Errors,
}

async fn look(member: &Member, query: ReportQuery) -> Result<(Asked, Report), Failure> {
    let when = When::of(&query);
    let whom = Whom { pipeline: query.pipeline, owner: query.owner };
    let (app, ctx) = (&member.web.app, &member.ctx);
    let owner = || owned(member, &whom.owner);
    let narrowed = whom.pipeline().is_some() || owner().is_some();
    let found = match when.period() {
        Ok(period) => reports::get_report_of(app, ctx, period, whom.pipeline(), owner()).await,
        Err(error) => Err(error),
    };
    let (report, errors) = match found {
        Ok(report) => (report, Errors::new()),
        Err(error) => {
            let errors = form_errors(error)?;
            let (usual, pipeline) = (MONTHS_USUAL, whom.pipeline());
            (reports::get_report_of(app, ctx, usual, pipeline, owner()).await?, errors)
        }
    };
    Ok((Asked { when, whom, narrowed, errors }, report))
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
    let (asked, report) = look(&member, query.into_inner()).await?;
    let Asked { when, whom, narrowed, errors } = asked;
    let any = narrowed || report.added().people > 0 || !report.stages.is_empty();
    let names = Names::load(&member).await?;
    let here = whom.report(&when);
    let nobody = Whom { pipeline: String::new(), owner: String::new() };
    let page = Reports {
        tabs: tabs(&when, &whom),
        period: figures::kept(&when),
        from: when.from.clone(),
        to: when.to.clone(),
        pipelines: names.pipelines(&whom.pipeline),
        owners: owners(&member, &names, &whom.owner),
        cleared: narrowed.then(|| nobody.report(&when)),
        narrowing: here.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        any,
        can_write: member.ctx.role.may(Permission::WritePeople),
        span: figures::span(&member, &report),
        compared: figures::days_told(&member, report.before.first, report.before.last),
        figures: figures::all(&member, &report, &whom),
        charts: if any { charts::all(&member, &report, &names, &whom) } else { Vec::new() },
        errors,
    };
    member.page(&page).await
}

fn tabs(when: &When, whom: &Whom) -> Vec<Tab> {
    let tab = |(key, of): (&'static str, When)| Tab {
        key,
        href: whom.report(&of),
        count: None,
        current: of == *when,
    };
    let all = [
        ("report-this-month", When::named("this-month")),
        ("report-last-month", When::named("last-month")),
        ("report-this-quarter", When::named("this-quarter")),
        ("report-this-year", When::named("this-year")),
        ("report-months-3", When::months(3)),
        ("report-months-6", When::months(6)),
        ("report-months-12", When::months(12)),
    ];
    all.map(tab).to_vec()
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
}
