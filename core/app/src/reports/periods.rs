//! The periods that reports are about, and the one before each of them.

use domain::Zone;
use jiff::civil::Date;

use super::{Span, span_of_days};
use crate::error::{Error, Result};

/// How many months a report may be about.
pub const MONTHS: [u8; 3] = [3, 6, 12];
/// How many it is about where nobody says.
pub const MONTHS_USUAL: u8 = 6;
/// The most months that days of one's own may touch.
pub const OWN_MONTHS_MAX: i32 = 60;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// So many months, this one included.
    Months(u8),
    /// This month.
    ThisMonth,
    /// The month before.
    LastMonth,
    /// This quarter, up to the end of this month.
    ThisQuarter,
    /// This year, up to the end of this month.
    ThisYear,
    /// From one day to another, both included.
    Days(Date, Date),
}

impl From<u8> for Period {
    fn from(months: u8) -> Self {
        Self::Months(months)
    }
}

impl Period {
    /// Those that have a name, as addresses have it.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("this-month", Self::ThisMonth),
        ("last-month", Self::LastMonth),
        ("this-quarter", Self::ThisQuarter),
        ("this-year", Self::ThisYear),
    ];

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(its, _)| *its == name).map(|(_, period)| *period)
    }

    /// Its first day and its last.
    ///
    /// # Errors
    /// For another number of months than [`MONTHS`] has, and for days that end before they begin or are too many.
    pub(super) fn days(self, today: Date) -> Result<(Date, Date)> {
        let (this, end) = (today.first_of_month(), today.last_of_month());
        Ok(match self {
            Self::Months(months) if MONTHS.contains(&months) => {
                (back(this, i32::from(months) - 1)?, end)
            }
            Self::Months(_) => return Err(Error::invalid("months", "error-invalid")),
            Self::ThisMonth => (this, end),
            Self::LastMonth => {
                let first = back(this, 1)?;
                (first, first.last_of_month())
            }
            Self::ThisQuarter => (back(this, i32::from((today.month() - 1) % 3))?, end),
            Self::ThisYear => (today.first_of_year(), end),
            Self::Days(first, last) => {
                let years = i32::from(last.year()) - i32::from(first.year());
                let months = years * 12 + i32::from(last.month()) - i32::from(first.month()) + 1;
                if first > last {
                    return Err(Error::invalid("to", "error-days-turned"));
                }
                if months > OWN_MONTHS_MAX {
                    return Err(Error::invalid("from", "error-days-many"));
                }
                (first, last)
            }
        })
    }

    /// The days that it is compared with: as many as of it are over, or begun. Those of months begin where months
    /// do, the others are the days just before.
    pub(super) fn before(self, (first, last): (Date, Date), today: Date) -> Result<(Date, Date)> {
        let until = if (first..=last).contains(&today) { today } else { last };
        let months = match self {
            Self::Months(months) => i32::from(months),
            Self::ThisMonth | Self::LastMonth => 1,
            Self::ThisQuarter => 3,
            Self::ThisYear => 12,
            Self::Days(..) => {
                let length = first.until(until).map_err(out_of_time)?.get_days();
                let end = first.yesterday().map_err(out_of_time)?;
                let begin = end.checked_sub(jiff::Span::new().days(length)).map_err(out_of_time)?;
                return Ok((begin, end));
            }
        };
        let end = back(until, months)?;
        // Months that are over are compared with whole ones, however long those are.
        let is_whole = until == until.last_of_month();
        Ok((back(first, months)?, if is_whole { end.last_of_month() } else { end }))
    }
}

/// Some months earlier, on the same day or the last that there is.
fn back(day: Date, months: i32) -> Result<Date> {
    day.checked_sub(jiff::Span::new().months(months)).map_err(out_of_time)
}

/// Of days long before or after all calendars of ours.
fn out_of_time(_: jiff::Error) -> Error {
    Error::invalid("from", "error-invalid")
}

/// Days as a span of a zone's own time.
pub(super) fn span((first, last): (Date, Date), zone: &Zone) -> Result<Span> {
    span_of_days(zone, first, last).ok_or_else(|| Error::invalid("from", "error-invalid"))
}

/// The months of some days, oldest first, each with its own first day. Of the first and the last only the days
/// that are meant.
pub(super) fn months_of(days: (Date, Date), zone: &Zone) -> Result<Vec<(Date, Span)>> {
    let (mut first, last) = days;
    let mut all = Vec::new();
    loop {
        let end = first.last_of_month().min(last);
        all.push((first, span((first, end), zone)?));
        if end >= last {
            return Ok(all);
        }
        first = end.tomorrow().map_err(out_of_time)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn months_are_those_of_the_business_and_leave_no_gap() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        // It is December there already.
        let today = zone.local(at("2026-11-30T22:30:00Z")).date();
        let months = months_of(Period::Months(12).days(today).unwrap(), &zone).unwrap();
        assert_eq!(months.len(), 12);
        assert_eq!(months[0].0, date(2026, 1, 1));
        assert_eq!(months[11].0, date(2026, 12, 1));
        for pair in months.windows(2) {
            assert_eq!(pair[0].1.until, pair[1].1.from);
        }
        // Summer time ends in October.
        assert_eq!(months[9].1.from, at("2026-09-30T21:00:00Z"));
        assert_eq!(months[9].1.until, at("2026-10-31T22:00:00Z"));
    }

    #[test]
    fn days_of_ones_own_are_cut_where_months_end() {
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let days = (date(2026, 10, 20), date(2026, 12, 5));
        let months = months_of(days, &zone).unwrap();
        let firsts: Vec<Date> = months.iter().map(|(first, _)| *first).collect();
        assert_eq!(firsts, [date(2026, 10, 20), date(2026, 11, 1), date(2026, 12, 1)]);
        let whole = span(days, &zone).unwrap();
        assert_eq!((months[0].1.from, months[2].1.until), (whole.from, whole.until));
        let one = (date(2026, 10, 20), date(2026, 10, 20));
        assert_eq!(months_of(one, &zone).unwrap().len(), 1);
    }

    #[test]
    fn a_period_is_compared_with_as_much_of_the_one_before() {
        let today = date(2026, 5, 10);
        let days = |from, to| Period::Days(from, to);
        for (period, its, before) in [
            (Period::ThisMonth, "2026-05-01..2026-05-31", "2026-04-01..2026-04-10"),
            (Period::LastMonth, "2026-04-01..2026-04-30", "2026-03-01..2026-03-31"),
            (Period::ThisQuarter, "2026-04-01..2026-05-31", "2026-01-01..2026-02-10"),
            (Period::ThisYear, "2026-01-01..2026-05-31", "2025-01-01..2025-05-10"),
            (Period::Months(3), "2026-03-01..2026-05-31", "2025-12-01..2026-02-10"),
            (Period::Months(12), "2025-06-01..2026-05-31", "2024-06-01..2025-05-10"),
            (
                days(date(2026, 3, 30), date(2026, 4, 2)),
                "2026-03-30..2026-04-02",
                "2026-03-26..2026-03-29",
            ),
            // Ten days of it are over or begun.
            (
                days(date(2026, 5, 1), date(2026, 6, 30)),
                "2026-05-01..2026-06-30",
                "2026-04-21..2026-04-30",
            ),
        ] {
            let told = |(first, last): (Date, Date)| format!("{first}..{last}");
            let found = period.days(today).unwrap();
            assert_eq!(told(found), its, "{period:?}");
            assert_eq!(told(period.before(found, today).unwrap()), before, "{period:?}");
        }
        // On the last day of a short month all of the long one before counts.
        let end = date(2026, 4, 30);
        let found = Period::ThisMonth.days(end).unwrap();
        let before = Period::ThisMonth.before(found, end).unwrap();
        assert_eq!(before, (date(2026, 3, 1), date(2026, 3, 31)));
    }

    #[test]
    fn what_is_no_period_is_refused() {
        let today = date(2026, 5, 10);
        for (period, wanted) in [
            (Period::Months(5), "months"),
            (Period::Days(date(2026, 5, 2), date(2026, 5, 1)), "to"),
            (Period::Days(date(2021, 5, 1), date(2026, 5, 1)), "from"),
        ] {
            match period.days(today) {
                Err(Error::Invalid { field, .. }) => assert_eq!(field, wanted),
                other => panic!("{other:?}"),
            }
        }
        assert!(Period::Days(date(2021, 6, 1), date(2026, 5, 31)).days(today).is_ok());
        assert_eq!(Period::named("this-year"), Some(Period::ThisYear));
        assert_eq!(Period::named("year"), None);
    }
}
