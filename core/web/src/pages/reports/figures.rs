//! The numbers that sum a report up, each beside that of the period before.

use app::reports::Report;
use domain::text::grouped;
use jiff::civil::Date;

use super::{When, Whom, days, share};
use crate::member::Member;
use crate::views::reports::{Earlier, Figure};

/// What a form on the page keeps of the period; days of one's own are fields of it.
pub(super) fn kept(when: &When) -> Vec<(&'static str, String)> {
    let all = [("months", when.months.clone()), ("period", when.period.to_owned())];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The days of a report in words: months where they are whole.
pub(super) fn span(member: &Member, report: &Report) -> String {
    let (first, last) = (report.first, report.last);
    if first != first.first_of_month() || last != last.last_of_month() {
        return days_told(member, first, last);
    }
    let dates = member.dates();
    let (from, to) = (dates.month_of(first), dates.month_of(last));
    if from == to { from } else { format!("{from} – {to}") }
}

/// From one day to another, in words.
pub(super) fn days_told(member: &Member, first: Date, last: Date) -> String {
    let dates = member.dates();
    let (from, to) = (dates.short(first), dates.short(last));
    if from == to { from } else { format!("{from} – {to}") }
}

/// All of them.
pub(super) fn all(member: &Member, report: &Report, whom: &Whom) -> Vec<Figure> {
    let (now, then) = (Numbers::of(report), Numbers::before(report));
    let (here, there) = (days(member, report.span), days(member, report.before.span));
    let pair = |key, tell: fn(&Member, &Numbers) -> String, narrow: &[(&str, &str)], by: &str| {
        let list = |span: &str| whom.list(&[narrow, &[(by, span)]].concat());
        let earlier = Earlier { value: tell(member, &then), href: list(&there) };
        Figure {
            key,
            value: tell(member, &now),
            note: String::new(),
            href: Some(list(&here)),
            earlier: Some(earlier),
        }
    };
    let added = pair("report-added", |_, it| counted(it.people), &[], "added");
    let customers = pair(
        "report-customers",
        |_, it| counted(it.customers),
        &[("standing", "customer")],
        "added",
    );
    let won = pair("report-won", worth, &[], "won");
    let step = pair("report-step", waited, &[("waiting", "on")], "added");
    let of = share(now.customers, now.people);
    vec![
        added,
        Figure { note: member.text_with("report-customers-of", &[("share", &of)]), ..customers },
        Figure {
            note: member.text_with("report-won-people", &[("count", &now.won.to_string())]),
            ..won
        },
        Figure {
            note: member.text_with("report-step-waiting", &[("count", &now.waiting.to_string())]),
            ..step
        },
    ]
}

/// What is told of a period, this one or the one before.
struct Numbers {
    people: i64,
    customers: i64,
    won: i64,
    values: Vec<(String, i64)>,
    median_secs: Option<i64>,
    waiting: i64,
}

impl Numbers {
    fn of(report: &Report) -> Self {
        let added = report.added();
        Self {
            people: added.people,
            customers: added.customers,
            won: report.won_people(),
            values: report.won_values(),
            median_secs: report.steps.median_secs,
            waiting: report.steps.waiting,
        }
    }

    fn before(report: &Report) -> Self {
        Self {
            people: report.before.added.people,
            customers: report.before.added.customers,
            won: report.won_people_before(),
            values: report.won_values_before(),
            median_secs: report.before.steps.median_secs,
            waiting: report.before.steps.waiting,
        }
    }
}

fn counted(number: i64) -> String {
    grouped(&number.to_string())
}

/// What customers are worth; how many they are where nobody said a value.
fn worth(member: &Member, of: &Numbers) -> String {
    let values = of.values.iter().map(|(currency, value)| member.money(*value, currency));
    let values: Vec<String> = values.collect();
    if values.is_empty() { counted(of.won) } else { values.join(" · ") }
}

fn waited(member: &Member, of: &Numbers) -> String {
    of.median_secs.map_or_else(|| "–".to_owned(), |secs| wait(member, secs))
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

#[cfg(test)]
mod tests {
    use super::*;

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
