//! A month with what is on: a grid of days when wide, a list of the days that have something on a phone.

use app::plugin_views::document::{Calendar, CalendarEvent, Value};
use domain::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Drawer, tone};
use crate::views::plugin_views::{Block, DayRow, EntryRow};

/// Days whose names stand above.
const WEEK: i64 = 7;

impl Drawer<'_> {
    pub(super) fn month(&self, calendar: &Calendar) -> Block {
        let Ok(first) = format!("{}-01", calendar.month).parse::<Date>() else {
            return self.broken("`month` is no month");
        };
        let start = self.dates.first_of_week(first);
        let mut days: Vec<DayRow> = (0..i64::from(first.days_in_month()))
            .map(|n| self.day(start, first.saturating_add(n.days())))
            .collect();
        for event in calendar.events.iter() {
            let (date, entry) = self.event(event);
            let inside = date.filter(|date| date.first_of_month() == first);
            let day = inside.and_then(|date| days.get_mut(usize::try_from(date.day()).ok()? - 1));
            if let Some(day) = day {
                day.events.push(entry);
            }
        }
        Block::Calendar {
            title: match &calendar.title {
                Some(title) => self.label(title),
                None => self.dates.month_of(first),
            },
            weekdays: (0..WEEK)
                .map(|n| self.dates.weekday_short(start.saturating_add(n.days())))
                .collect(),
            has_events: days.iter().any(|day| !day.events.is_empty()),
            days,
        }
    }

    fn day(&self, start: Date, date: Date) -> DayRow {
        let column = start.until(date).map(|span| span.get_days()).unwrap_or_default() + 1;
        DayRow {
            number: date.day(),
            full: self.dates.full(date),
            column: if date.day() == 1 { i8::try_from(column).unwrap_or(1) } else { 0 },
            today: date == self.dates.today(),
            events: Vec::new(),
        }
    }

    fn event(&self, event: &CalendarEvent) -> (Option<Date>, EntryRow) {
        let (date, at) = match &event.at {
            Value::Date(date) => (date.parse().ok(), String::new()),
            Value::DateTime(ms) => {
                let time = Timestamp::from_millis(*ms);
                (Some(self.dates.local(time).date()), self.dates.time(time))
            }
            _ => (None, String::new()),
        };
        let entry = EntryRow {
            title: self.label(&event.title),
            text: String::new(),
            at,
            tone: tone(event.tone),
            to: event.to.as_ref().map(|to| self.target(to)),
        };
        (date, entry)
    }
}
