//! Reports: how many people came and from where, who became a customer and what they are worth, and how
//! soon somebody turned to those who came. By months of the business's own calendar; each number is the
//! length of a list that people can open.

use domain::{Permission, PipelineId, TenantId, Timestamp, Zone};
use jiff::civil::Date;
use store::Conn;
use store::people::{Owned, PersonFilter, StageSum, StepWithin};
use store::reports::Asked;

use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};

pub use store::people::Span;
pub use store::reports::{Added, FirstStep, FromSource, Won};

/// How many months a report may be about.
pub const MONTHS: [u8; 3] = [3, 6, 12];
/// How many it is about where nobody says.
pub const MONTHS_USUAL: u8 = 6;

/// The report of the last months, this one included.
#[derive(Debug, Clone)]
pub struct Report {
    /// All of it.
    pub span: Span,
    /// The months, oldest first.
    pub months: Vec<Month>,
    /// Where the people of these months came from first, most of them before others.
    pub sources: Vec<FromSource>,
    /// What each stage holds now, whenever they came.
    pub stages: Vec<StageSum>,
    /// How soon somebody turned to those who came in these months.
    pub steps: Steps,
    /// The business's currency.
    pub currency: String,
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
        let mut sums: Vec<(String, i64)> = Vec::new();
        for won in self.months.iter().flat_map(|month| &month.won).filter(|won| won.value != 0) {
            match sums.iter_mut().find(|(currency, _)| *currency == won.currency) {
                Some((_, sum)) => *sum = sum.saturating_add(won.value),
                None => sums.push((won.currency.clone(), won.value)),
            }
        }
        sums.sort_by_key(|(currency, _)| (*currency != self.currency, currency.clone()));
        sums
    }
}

/// The report of the last `months` months, this one included.
///
/// # Errors
/// For another number of months than [`MONTHS`] has.
pub async fn get_report(app: &App, ctx: &Context, months: u8) -> Result<Report> {
    get_report_of(app, ctx, months, None, None).await
}

/// The same of some people: those who are in a pipeline, or looked after so.
///
/// # Errors
/// As for [`get_report`].
pub async fn get_report_of(
    app: &App,
    ctx: &Context,
    months: u8,
    pipeline: Option<PipelineId>,
    owner: Option<Owned>,
) -> Result<Report> {
    ctx.require_to_see(Permission::ReadPeople)?;
    if !MONTHS.contains(&months) {
        return Err(Error::invalid("months", "error-invalid"));
    }
    let (ctx, now) = (ctx.clone(), app.clock.now());
    app.db
        .inspect(move |c| -> Result<Report> {
            let tenant = &ctx.tenant;
            let spans = months_until(&ctx.zone, now, months)?;
            let of = |span| Asked { span, pipeline: pipeline.clone(), owner: owner.clone() };
            let months: Result<Vec<Month>> =
                spans.into_iter().map(|(first, span)| month(c, tenant, first, of(span))).collect();
            let months = months?;
            let ends = months.first().zip(months.last());
            let (first, last) = ends.ok_or_else(|| Error::internal("no months"))?;
            let span = Span { from: first.span.from, until: last.span.until };
            let now = PersonFilter {
                pipeline: pipeline.clone(),
                owner: owner.clone(),
                ..PersonFilter::default()
            };
            Ok(Report {
                span,
                sources: store::reports::list_sources(c, tenant, of(span))?,
                stages: store::people::sums(c, tenant, &now)?,
                steps: Steps::of(&store::reports::list_first_steps(c, tenant, of(span))?),
                currency: store::tenants::get(c, tenant)?.currency,
                months,
            })
        })
        .await
}

/// To whom nobody turned yet of those who came in the usual months: as many as a report of these months counts
/// that wait, and since when they are looked at.
pub(crate) fn waiting(zone: &Zone, now: Timestamp) -> Result<(PersonFilter, Span)> {
    let spans = months_until(zone, now, MONTHS_USUAL)?;
    let ends = spans.first().zip(spans.last());
    let ((_, first), (_, last)) = ends.ok_or_else(|| Error::internal("no months"))?;
    let span = Span { from: first.from, until: last.until };
    Ok((PersonFilter { added: Some(span), waiting: true, ..PersonFilter::default() }, span))
}

fn month(c: &mut Conn, tenant: &TenantId, first: Date, asked: Asked) -> Result<Month> {
    let span = asked.span;
    let added = store::reports::count_added(c, tenant, asked.clone())?;
    Ok(Month { first, span, added, won: store::reports::list_won(c, tenant, asked)? })
}

/// The days from one to another, both included, as a span of the zone's own days; None where the second
/// comes before the first.
pub fn span_of_days(zone: &Zone, first: Date, last: Date) -> Option<Span> {
    let until = zone.start_of_day(last.tomorrow().ok()?)?;
    let from = zone.start_of_day(first)?;
    (from < until).then_some(Span { from, until })
}

/// The last months of a zone's calendar, oldest first, this one included.
fn months_until(zone: &Zone, now: Timestamp, months: u8) -> Result<Vec<(Date, Span)>> {
    let this = zone.local(now).date().first_of_month();
    (0..i32::from(months))
        .rev()
        .map(|back| {
            let first =
                this.checked_sub(jiff::Span::new().months(back)).map_err(Error::internal)?;
            let span = span_of_days(zone, first, first.last_of_month());
            Ok((first, span.ok_or_else(|| Error::internal("no such month"))?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_SECS: i64 = 86_400;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn months_are_those_of_the_business_and_leave_no_gap() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        // It is December there already.
        let months = months_until(&zone, at("2026-11-30T22:30:00Z"), 12).unwrap();
        assert_eq!(months[0].0, jiff::civil::date(2026, 1, 1));
        assert_eq!(months[11].0, jiff::civil::date(2026, 12, 1));
        for pair in months.windows(2) {
            assert_eq!(pair[0].1.until, pair[1].1.from);
        }
        // Summer time ends in October.
        assert_eq!(months[9].1.from, at("2026-09-30T21:00:00Z"));
        assert_eq!(months[9].1.until, at("2026-10-31T22:00:00Z"));
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
