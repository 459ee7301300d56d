//! Dates and times in the reader's words and the business's zone.

use domain::{Due, Locale, Timestamp, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::i18n::Texts;

/// Tells dates to one reader.
pub struct Dates<'a> {
    texts: &'a Texts,
    locale: Locale,
    zone: &'a Zone,
    today: Date,
}

impl<'a> Dates<'a> {
    /// For a reader of this language, in this zone, at this moment.
    pub fn new(texts: &'a Texts, locale: Locale, zone: &'a Zone, now: Timestamp) -> Self {
        Self { texts, locale, zone, today: zone.local(now).date() }
    }

    /// Today in the business's zone.
    pub fn today(&self) -> Date {
        self.today
    }

    /// What a clock on the wall shows.
    pub fn local(&self, time: Timestamp) -> DateTime {
        self.zone.local(time)
    }

    /// Such as "14:30".
    pub fn time(&self, time: Timestamp) -> String {
        clock(self.local(time))
    }

    /// Such as "14:30–15:30" or "All day"; the day is added to the end where it is another.
    pub fn time_span(&self, from: Timestamp, to: Timestamp) -> String {
        let (start, end) = (self.local(from), self.local(to));
        if is_whole_days(start, end) {
            let all_day = self.texts.plain(self.locale, "all-day");
            let last = end.date().saturating_sub(1.day());
            return match last == start.date() {
                true => all_day,
                false => format!("{all_day} – {}", self.short(last)),
            };
        }
        if start.date() == end.date() {
            return run(self.locale, &clock(start), &clock(end));
        }
        let end = self.joined(&self.short(end.date()), &clock(end));
        format!("{} – {end}", clock(start))
    }

    /// Such as "Today", "Tomorrow" or "Monday, 23 November"; the year where it isn't this one.
    pub fn day(&self, date: Date) -> String {
        let word = match self.today.until(date).map(|span| span.get_days()) {
            Ok(0) => "today",
            Ok(1) => "tomorrow",
            Ok(-1) => "yesterday",
            _ => return self.full(date),
        };
        self.texts.plain(self.locale, word)
    }

    /// Such as "Monday, 23 November".
    pub fn full(&self, date: Date) -> String {
        let key = if date.year() == self.today.year() { "date-day" } else { "date-day-year" };
        let weekday = self.weekday(date);
        self.put(
            key,
            &[
                ("weekday", weekday),
                ("day", date.day().to_string()),
                ("month", self.month(date)),
                ("year", date.year().to_string()),
            ],
        )
    }

    /// Such as "23 Nov 2026".
    pub fn short(&self, date: Date) -> String {
        let month = self.texts.plain(self.locale, &format!("month-short-{}", date.month()));
        self.put(
            "date-short",
            &[("day", date.day().to_string()), ("month", month), ("year", date.year().to_string())],
        )
    }

    /// Such as "Today, 14:30" or "23 Nov 2026, 14:30".
    pub fn moment(&self, time: Timestamp) -> String {
        let local = self.local(time);
        let near =
            self.today.until(local.date()).map(|span| span.get_days()).unwrap_or(99).abs() <= 1;
        let date = if near { self.day(local.date()) } else { self.short(local.date()) };
        self.joined(&date, &clock(local))
    }

    /// Such as "Tomorrow, 14:30" or "23 Nov 2026", of a day with or without a time.
    pub fn due(&self, due: Due) -> String {
        let near = self.today.until(due.day).map(|span| span.get_days()).unwrap_or(99).abs() <= 1;
        let date = if near { self.day(due.day) } else { self.short(due.day) };
        due.time.map_or_else(|| date.clone(), |time| self.joined(&date, &domain::task::clock(time)))
    }

    /// Such as "Monday, 23 November, 14:30", which says the same whenever it is read.
    pub fn exact(&self, time: Timestamp, is_day: bool) -> String {
        let local = self.local(time);
        let day = self.full(local.date());
        if is_day { day } else { self.joined(&day, &clock(local)) }
    }

    /// Such as "22–28 November 2026".
    pub fn week(&self, first: Date) -> String {
        let last = first.saturating_add(6.days());
        let key = if first.month() == last.month() { "week-in-month" } else { "week-in-year" };
        self.put(
            key,
            &[
                ("days", run(self.locale, &first.day().to_string(), &last.day().to_string())),
                ("first", first.day().to_string()),
                ("last", last.day().to_string()),
                ("month", self.month(first)),
                ("last-month", self.month(last)),
                ("year", last.year().to_string()),
            ],
        )
    }

    /// Such as "November 2026".
    pub fn month_of(&self, date: Date) -> String {
        format!("{} {}", self.month(date), date.year())
    }

    /// Such as "Monday".
    pub fn weekday(&self, date: Date) -> String {
        self.texts.plain(self.locale, &format!("weekday-{}", date.weekday().to_monday_one_offset()))
    }

    /// Such as "Mon".
    pub fn weekday_short(&self, date: Date) -> String {
        let number = date.weekday().to_monday_one_offset();
        self.texts.plain(self.locale, &format!("weekday-short-{number}"))
    }

    fn month(&self, date: Date) -> String {
        self.texts.plain(self.locale, &format!("month-{}", date.month()))
    }

    fn joined(&self, date: &str, time: &str) -> String {
        self.put("date-and-time", &[("date", date.to_owned()), ("time", time.to_owned())])
    }

    /// Dates are of one direction with their language and need no isolation, or are isolated already.
    fn put(&self, key: &str, args: &[(&str, String)]) -> String {
        let borrowed: Vec<_> =
            args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        self.texts.bare(self.locale, key, &borrowed)
    }

    /// The first day of the week a date is in: Sunday where business weeks begin with it.
    pub fn first_of_week(&self, date: Date) -> Date {
        let first = self.locale.first_weekday(self.zone);
        date.saturating_sub(i64::from(first.until(date.weekday())).days())
    }
}

/// Whether something is about days: from one midnight to another.
pub fn is_whole_days(start: DateTime, end: DateTime) -> bool {
    end > start && [start, end].iter().all(|at| at.time() == jiff::civil::Time::midnight())
}

/// From one to another, such as "10:00–11:00". Without a letter in it, it has no direction of its own: in text
/// from right to left the later one would stand first in one place and last in another. So it is one run from
/// left to right there (UAX 9, an isolate), as such ranges are written.
pub fn run(locale: Locale, from: &str, until: &str) -> String {
    match locale.direction() {
        "rtl" => format!("\u{2066}{from}–{until}\u{2069}"),
        _ => format!("{from}–{until}"),
    }
}

fn clock(local: DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn told(locale: Locale, with: impl Fn(&Dates<'_>) -> String) -> String {
        let texts = crate::themes::Themes::built_in().unwrap().default().texts.clone();
        let zone: Zone = "Asia/Jerusalem".parse().unwrap();
        let now = Timestamp::parse_rfc3339("2026-11-23T08:00:00Z").unwrap();
        with(&Dates::new(&texts, locale, &zone, now))
    }

    #[test]
    fn near_days_have_names_and_far_ones_dates() {
        assert_eq!(told(Locale::En, |d| d.day(date(2026, 11, 24))), "Tomorrow");
        assert_eq!(told(Locale::En, |d| d.day(date(2026, 12, 1))), "Tuesday, 1 December");
        assert_eq!(told(Locale::En, |d| d.day(date(2027, 12, 1))), "Wednesday, 1 December 2027");
        assert_eq!(told(Locale::He, |d| d.day(date(2026, 12, 1))), "יום שלישי, 1 בדצמבר");
    }

    #[test]
    fn a_week_in_israel_begins_on_sunday() {
        let first = told(Locale::En, |d| d.first_of_week(date(2026, 11, 23)).to_string());
        assert_eq!(first, "2026-11-22");
        assert_eq!(
            told(Locale::En, |d| d.week(date(2026, 11, 29))),
            "29 November – 5 December 2026"
        );
    }

    #[test]
    fn from_midnight_to_midnight_is_all_day() {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let span = |from, to| told(Locale::En, |d| d.time_span(at(from), at(to)));
        assert_eq!(span("2026-11-22T22:00:00Z", "2026-11-23T22:00:00Z"), "All day");
        assert_eq!(span("2026-11-22T22:00:00Z", "2026-11-25T22:00:00Z"), "All day – 25 Nov 2026");
    }

    #[test]
    fn times_and_days_from_one_to_another_are_one_run_in_text_from_right_to_left() {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let span = |locale| {
            let (from, to) = (at("2026-11-23T08:00:00Z"), at("2026-11-23T09:30:00Z"));
            told(locale, |d| d.time_span(from, to))
        };
        assert_eq!(span(Locale::He), "\u{2066}10:00–11:30\u{2069}");
        assert_eq!(span(Locale::En), "10:00–11:30");
        let week = |locale| told(locale, |d| d.week(date(2026, 11, 22)));
        assert_eq!(week(Locale::He), "\u{2066}22–28\u{2069} בנובמבר 2026");
        assert_eq!(week(Locale::En), "22–28 November 2026");
        // With letters it goes their way, the earlier one first.
        let over = told(Locale::He, |d| {
            d.time_span(at("2026-11-23T20:00:00Z"), at("2026-11-23T23:00:00Z"))
        });
        assert_eq!(over, "22:00 – 24 בנוב׳ 2026, 01:00");
        // What stands in another text keeps its isolate and gets no half of one.
        let told = told(Locale::He, |d| d.exact(at("2026-11-23T08:00:00Z"), false));
        assert_eq!(told, "יום שני, 23 בנובמבר, 10:00");
    }

    #[test]
    fn a_span_over_midnight_names_the_day_it_ends() {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let span = told(Locale::En, |d| {
            d.time_span(at("2026-11-23T20:00:00Z"), at("2026-11-23T23:00:00Z"))
        });
        assert_eq!(span, "22:00 – 24 Nov 2026, 01:00");
    }
}
