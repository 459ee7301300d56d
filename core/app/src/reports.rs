//! Reports: how many people came and from where, who became a customer and what they are worth, and how
//! soon somebody turned to those who came. By months of the business's own calendar, beside the period before;
//! each number is the length of a list that people can open.

mod periods;

use domain::{Permission, PipelineId, TenantId, Timestamp, Zone};
use jiff::civil::Date;
use store::Conn;
use store::people::{Owned, PersonFilter, StageSum, StepWithin};
use store::reports::Asked;

use crate::App;
use crate::context::Context;
use crate::error::Result;

pub use periods::{MONTHS, MONTHS_USUAL, OWN_MONTHS_MAX, Period};
pub use store::people::Span;
pub use store::reports::{Added, FirstStep, FromSource, Won};

/// The report of a period.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// All of it.
    pub span: Span,
    /// The months, oldest first; of the first and the last only the days that are asked for.
    pub months: Vec<Month>,
    /// Where the people of these months came from first, most of them before others.
    pub sources: Vec<FromSource>,
    /// What each stage holds now, whenever they came.
    pub stages: Vec<StageSum>,
    /// How soon somebody turned to those who came in these months.
    pub steps: Steps,
    /// The same numbers of the period before.
    pub before: Before,
    /// The business's currency.
    pub currency: String,
}

/// The period before, as long as what of the one that is asked for has begun.
#[derive(Debug, Clone)]
pub struct Before {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// All of it.
    pub span: Span,
    /// Who came in it.
    pub added: Added,
    /// Who became a customer in it, by currency.
    pub won: Vec<Won>,
    /// How soon somebody turned to those who came in it.
    pub steps: Steps,
}

/// A month.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// From its first moment to its end.
    pub span: Span,
    /// Who came in it.
    pub added: Added,
    /// Who became a customer in it, by currency.
    pub won: Vec<Won>,
}

/// How soon a member took the first step towards people: a note, an appointment, a task, a move to another
/// stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps {
    /// Within an hour.
    pub hour: i64,
    /// Within a day.
    pub day: i64,
    /// Within three days.
    pub three_days: i64,
    /// Later.
    pub later: i64,
    /// Not yet.
    pub waiting: i64,
    /// Half of those who were turned to waited no longer than this, in seconds.
    pub median_secs: Option<i64>,
}

impl Steps {
    fn of(all: &[FirstStep]) -> Self {
        let mut steps = Self::default();
        let mut waits = Vec::with_capacity(all.len());
        for each in all {
            let Some(at) = each.stepped_at else {
                steps.waiting += 1;
                continue;
            };
            // What was written before them belongs to somebody they were merged with.
            let millis = (at.as_millis() - each.added_at.as_millis()).max(0);
            waits.push(millis / 1_000);
            let bucket = match StepWithin::of(millis) {
                StepWithin::Hour => &mut steps.hour,
                StepWithin::Day => &mut steps.day,
                StepWithin::ThreeDays => &mut steps.three_days,
                StepWithin::Later => &mut steps.later,
            };
            *bucket += 1;
        }
        waits.sort_unstable();
        steps.median_secs = median(&waits);
        steps
    }
}

/// The one in the middle; of an even number, half way between the two.
fn median(sorted: &[i64]) -> Option<i64> {
    let low = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    let high = sorted.get(sorted.len() / 2)?;
    Some((low + high) / 2)
}

impl Steps {
    /// How many were turned to so soon.
    pub const fn within(&self, step: StepWithin) -> i64 {
        match step {
            StepWithin::Hour => self.hour,
            StepWithin::Day => self.day,
            StepWithin::ThreeDays => self.three_days,
            StepWithin::Later => self.later,
        }
    }
}

impl Report {
    /// Everybody who came in these months.
    pub fn added(&self) -> Added {
        self.months.iter().fold(Added::default(), |sum, month| Added {
            people: sum.people + month.added.people,
            customers: sum.customers + month.added.customers,
        })
    }

    /// How many became customers in these months, whenever they came.
    pub fn won_people(&self) -> i64 {
        self.months.iter().flat_map(|month| &month.won).map(|won| won.people).sum()
    }

    /// What they are worth, by currency, the business's own first.
    pub fn won_values(&self) -> Vec<(String, i64)> {
        worth(self.months.iter().flat_map(|month| &month.won), &self.currency)
    }

    /// How many became customers in the period before.
    pub fn won_people_before(&self) -> i64 {
        self.before.won.iter().map(|won| won.people).sum()
    }

    /// What those are worth, by currency, the business's own first.
    pub fn won_values_before(&self) -> Vec<(String, i64)> {
        worth(self.before.won.iter(), &self.currency)
    }
}

/// What customers are worth, by currency, the business's own first.
fn worth<'a>(all: impl Iterator<Item = &'a Won>, own: &str) -> Vec<(String, i64)> {
    let mut sums: Vec<(String, i64)> = Vec::new();
    for won in all.filter(|won| won.value != 0) {
        match sums.iter_mut().find(|(currency, _)| *currency == won.currency) {
            Some((_, sum)) => *sum = sum.saturating_add(won.value),
            None => sums.push((won.currency.clone(), won.value)),
        }
    }
    sums.sort_by_key(|(currency, _)| (*currency != own, currency.clone()));
    sums
}

/// The report of the last `months` months, this one included.
///
/// # Errors
/// For another number of months than [`MONTHS`] has.
pub async fn get_report(app: &App, ctx: &Context, months: u8) -> Result<Report> {
    get_report_of(app, ctx, months, None, None).await
}

/// The report of a period and of some people: those who are in a pipeline, or looked after so.
///
/// # Errors
/// For another number of months than [`MONTHS`] has, and for days that end before they begin or touch more months
/// than [`OWN_MONTHS_MAX`].
pub async fn get_report_of(
    app: &App,
    ctx: &Context,
    period: impl Into<Period>,
    pipeline: Option<PipelineId>,
    owner: Option<Owned>,
) -> Result<Report> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let (ctx, period) = (ctx.clone(), period.into());
    let today = ctx.zone.local(app.clock.now()).date();
    let days = period.days(today)?;
    let earlier = period.before(days, today)?;
    app.db
        .inspect(move |c| -> Result<Report> {
            let tenant = &ctx.tenant;
            let span = periods::span(days, &ctx.zone)?;
            let of = |span| Asked { span, pipeline: pipeline.clone(), owner: owner.clone() };
            let spans = periods::months_of(days, &ctx.zone)?;
            let months: Result<Vec<Month>> =
                spans.into_iter().map(|(first, span)| month(c, tenant, first, of(span))).collect();
            let now = PersonFilter {
                pipeline: pipeline.clone(),
                owner: owner.clone(),
                ..PersonFilter::default()
            };
            Ok(Report {
                first: days.0,
                last: days.1,
                span,
                sources: store::reports::list_sources(c, tenant, of(span))?,
                stages: store::people::sums(c, tenant, &now)?,
                steps: Steps::of(&store::reports::list_first_steps(c, tenant, of(span))?),
                before: before(c, tenant, earlier, of(periods::span(earlier, &ctx.zone)?))?,
                currency: store::tenants::get(c, tenant)?.currency,
                months: months?,
            })
        })
        .await
}

/// To whom nobody turned yet of those who came in the usual months: as many as a report of these months counts
/// that wait, and since when they are looked at.
pub(crate) fn waiting(zone: &Zone, now: Timestamp) -> Result<(PersonFilter, Span)> {
    let days = Period::Months(MONTHS_USUAL).days(zone.local(now).date())?;
    let span = periods::span(days, zone)?;
    Ok((PersonFilter { added: Some(span), waiting: true, ..PersonFilter::default() }, span))
}

fn month(c: &mut Conn, tenant: &TenantId, first: Date, asked: Asked) -> Result<Month> {
    let span = asked.span;
    let added = store::reports::count_added(c, tenant, asked.clone())?;
    Ok(Month { first, span, added, won: store::reports::list_won(c, tenant, asked)? })
}

fn before(
    c: &mut Conn,
    tenant: &TenantId,
    (first, last): (Date, Date),
    asked: Asked,
) -> Result<Before> {
    let (span, added) = (asked.span, store::reports::count_added(c, tenant, asked.clone())?);
    let steps = Steps::of(&store::reports::list_first_steps(c, tenant, asked.clone())?);
    let won = store::reports::list_won(c, tenant, asked)?;
    Ok(Before { first, last, span, added, won, steps })
}

/// The days from one to another, both included, as a span of the zone's own days; None where the second
/// comes before the first.
pub fn span_of_days(zone: &Zone, first: Date, last: Date) -> Option<Span> {
    let until = zone.start_of_day(last.tomorrow().ok()?)?;
    let from = zone.start_of_day(first)?;
    (from < until).then_some(Span { from, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_SECS: i64 = 86_400;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn first_steps_are_told_by_how_long_they_took() {
        let added_at = at("2026-03-01T08:00:00Z");
        let step = |secs: Option<i64>| FirstStep {
            added_at,
            stepped_at: secs.map(|secs| added_at.plus_secs(secs)),
        };
        let all = [Some(0), Some(-60), Some(3_600), Some(3_700), Some(3 * DAY_SECS + 60), None];
        let steps = Steps::of(&all.map(step));
        let wanted = Steps {
            hour: 3,
            day: 1,
            three_days: 0,
            later: 1,
            waiting: 1,
            median_secs: Some(3_600),
        };
        assert_eq!(steps, wanted);
        assert_eq!(Steps::of(&[]), Steps::default());
        for (waits, wanted) in [
            (vec![], None),
            (vec![60], Some(60)),
            (vec![60, 180], Some(120)),
            (vec![60, 180, 9_000], Some(180)),
            (vec![60, 180, 240, 9_000], Some(210)),
        ] {
            assert_eq!(median(&waits), wanted, "{waits:?}");
        }
    }
}
