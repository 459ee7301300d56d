//! What comes, as a list: days that have something, each with what is on.

use jiff::civil::Date;

use super::items::{Item, on_day};
use crate::dates::Dates;
use crate::views::calendar::{Day, Entry};

pub(super) fn days(dates: &Dates<'_>, days: &[Date], items: &[Item]) -> Vec<Day> {
    let drawn = days.iter().map(|day| Day {
        date: day.to_string(),
        weekday: dates.weekday_short(*day),
        weekday_long: dates.weekday(*day),
        number: day.day().to_string(),
        full: dates.day(*day),
        is_today: *day == dates.today(),
        now_row: None,
        entries: entries(*day, items),
    });
    drawn.filter(|day| !day.entries.is_empty() || day.is_today).collect()
}

fn entries(day: Date, items: &[Item]) -> Vec<Entry> {
    let named =
        |(n, item): (usize, &&Item)| Entry { id: format!("entry-{day}-{n}"), ..item.entry.clone() };
    on_day(items, day).iter().enumerate().map(named).collect()
}
