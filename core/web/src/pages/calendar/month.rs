//! A month: whole weeks, each day with the first few of what is on.

use jiff::civil::Date;

use super::items::{Item, on_day};
use super::{View, same_month};
use crate::dates::Dates;
use crate::views::calendar::{Entry, MonthDay};

/// How many entries a day has room for.
const SHOWN: usize = 3;

pub(super) fn days(dates: &Dates<'_>, month: Date, days: &[Date], items: &[Item]) -> Vec<MonthDay> {
    days.iter().map(|day| draw(dates, month, *day, &on_day(items, *day))).collect()
}

fn draw(dates: &Dates<'_>, month: Date, day: Date, on: &[&Item]) -> MonthDay {
    MonthDay {
        href: View::Day.href(day),
        number: day.day().to_string(),
        full: dates.full(day),
        weekday: dates.weekday_short(day),
        is_today: day == dates.today(),
        is_other: !same_month(day, month),
        entries: on.iter().take(SHOWN).map(|item| told(item, day)).collect(),
        count: on.len(),
        rest: on.len().saturating_sub(SHOWN),
    }
}

/// On the day it begins an entry says when.
fn told(item: &Item, day: Date) -> Entry {
    let begins = item.span.start.date() == day && !item.span.all_day;
    let time = if begins { item.entry.time.chars().take(5).collect() } else { String::new() };
    Entry { time, ..item.entry.clone() }
}
