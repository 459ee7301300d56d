//! What rules name, how they are written and read, and what is refused.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn days(rule: &str, first: Date, most: usize) -> Vec<String> {
    let rule: Recurrence = rule.parse().unwrap();
    rule.dates(first).take(most).map(|day| day.to_string()).collect()
}

#[test]
fn a_week_has_the_days_that_are_named_and_begins_with_the_first() {
    let got = days("FREQ=WEEKLY;BYDAY=WE,MO", date(2026, 11, 24), 3);
    assert_eq!(got, ["2026-11-25", "2026-11-30", "2026-12-02"]);
    let got = days("FREQ=WEEKLY;INTERVAL=2", date(2026, 11, 24), 3);
    assert_eq!(got, ["2026-11-24", "2026-12-08", "2026-12-22"]);
}

#[test]
fn weeks_that_are_left_out_begin_with_the_day_that_the_rule_says() {
    let first = date(2026, 12, 6);
    let got = days("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU", first, 4);
    assert_eq!(got, ["2026-12-06", "2026-12-08", "2026-12-20", "2026-12-22"]);
    // Without it they begin with Monday, as rules that are kept already have it.
    let got = days("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU", first, 4);
    assert_eq!(got, ["2026-12-06", "2026-12-15", "2026-12-20", "2026-12-29"]);
}

#[test]
fn other_programs_find_the_same_days() {
    for (rule, first, wanted) in [
        (
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR,SA;WKST=SA",
            date(2026, 12, 11),
            ["2026-12-11", "2026-12-26", "2026-12-28", "2027-01-01"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=WE",
            date(2026, 11, 29),
            ["2026-11-29", "2026-12-09", "2026-12-13", "2026-12-23"],
        ),
        // The first is not one of them: where its week begins decides which week is the next.
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU",
            date(2026, 12, 6),
            ["2026-12-07", "2026-12-21", "2027-01-04", "2027-01-18"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            date(2026, 12, 6),
            ["2026-12-14", "2026-12-28", "2027-01-11", "2027-01-25"],
        ),
        (
            "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1",
            date(2027, 9, 30),
            ["2027-09-30", "2028-02-29", "2028-07-31", "2028-12-31"],
        ),
    ] {
        assert_eq!(days(rule, first, 4), wanted, "{rule}");
    }
}

#[test]
fn another_end_leaves_the_days_where_they_were() {
    let rule = |text: &str| text.parse::<Recurrence>().unwrap();
    let before = rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU");
    let shorter = rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;COUNT=5;WKST=SU");
    assert_eq!(shorter.of_weeks_as(&before).week_begins(), Weekday::Monday);
    let other = rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU");
    assert_eq!(other.of_weeks_as(&before).week_begins(), Weekday::Sunday);
}

#[test]
fn the_last_day_of_a_month_is_whichever_it_is() {
    let got = days("FREQ=MONTHLY;BYMONTHDAY=-1", date(2028, 1, 31), 4);
    assert_eq!(got, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]);
    let got = days("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1", date(2026, 11, 10), 2);
    assert_eq!(got, ["2026-11-30", "2027-01-31"]);
    let next: Recurrence = "FREQ=MONTHLY;BYMONTHDAY=-1".parse().unwrap();
    assert_eq!(next.shifted(1).to_string(), "FREQ=MONTHLY");
}

#[test]
fn a_month_without_the_day_is_left_out() {
    let got = days("FREQ=MONTHLY", date(2026, 1, 31), 3);
    assert_eq!(got, ["2026-01-31", "2026-03-31", "2026-05-31"]);
    let got = days("FREQ=YEARLY", date(2024, 2, 29), 2);
    assert_eq!(got, ["2024-02-29", "2028-02-29"]);
}

#[test]
fn the_last_weekday_of_a_month_is_found() {
    let got = days("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 11, 27), 2);
    assert_eq!(got, ["2026-11-27", "2026-12-25"]);
    let got = days("FREQ=MONTHLY;BYDAY=2TU", date(2026, 11, 20), 2);
    assert_eq!(got, ["2026-12-08", "2027-01-12"]);
}

#[test]
fn it_ends_after_its_count_or_with_its_last_day() {
    assert_eq!(days("FREQ=DAILY;COUNT=3", date(2026, 11, 24), 9).len(), 3);
    let got = days("FREQ=DAILY;INTERVAL=3;UNTIL=20261130T090000Z", date(2026, 11, 24), 9);
    assert_eq!(got, ["2026-11-24", "2026-11-27", "2026-11-30"]);
    assert!(days("FREQ=DAILY;UNTIL=20261101", date(2026, 11, 24), 9).is_empty());
}

#[test]
fn what_would_be_read_as_something_else_is_refused() {
    for rule in [
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=MONTHLY;BYDAY=MO,TU",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=1SU",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;UNTIL=2026",
        "FREQ=WEEKLY;BYDAY=\u{05d0}",
    ] {
        assert!(rule.parse::<Recurrence>().is_err(), "{rule}");
    }
}

fn rules() -> impl Strategy<Value = Recurrence> {
    let every = prop_oneof![
        Just(Every::Day),
        Just(Every::Week),
        Just(Every::Month),
        Just(Every::MonthEnd),
        Just(Every::Year),
        (prop_oneof![Just(-1_i8), 1_i8..=4], 0_usize..7)
            .prop_map(|(nth, day)| Every::MonthOn(nth, WEEKDAYS[day].1)),
    ];
    let ends = prop_oneof![
        Just(Ends::Never),
        (1..=COUNT_MAX).prop_map(Ends::After),
        (2000_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Ends::Until(date(y, m, d))),
    ];
    let days = prop::collection::vec(0_usize..7, 0..7);
    let all = (every, 1..=INTERVAL_MAX, days, ends, 0_usize..7);
    all.prop_map(|(every, interval, days, ends, begins)| {
        let days = days.into_iter().map(|day| WEEKDAYS[day].1).collect();
        let days = if every == Every::Week { days } else { Vec::new() };
        let rule = Recurrence::new(every, interval, days, ends).unwrap();
        rule.of_weeks_from(WEEKDAYS[begins].1)
    })
}

/// Whether a rule without an end names a day, asked of the day alone: no step of a rule is made.
fn names(rule: &Recurrence, first: Date, day: Date) -> bool {
    let interval = i32::from(rule.interval());
    let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    let week = |day: Date| {
        let into = i64::from(day.weekday().since(rule.week_begins()));
        date(1900, 1, 1).until(day.checked_sub(into.days()).unwrap()).unwrap().get_days()
    };
    let apart = match rule.every() {
        Every::Day => first.until(day).unwrap().get_days(),
        Every::Week => (week(day) - week(first)) / 7,
        Every::Month | Every::MonthEnd | Every::MonthOn(..) => months(day) - months(first),
        Every::Year => i32::from(day.year()) - i32::from(first.year()),
    };
    let is_it = match rule.every() {
        Every::Day => true,
        Every::Week if rule.days().is_empty() => day.weekday() == first.weekday(),
        Every::Week => rule.days().contains(&day.weekday()),
        Every::Month => day.day() == first.day(),
        Every::MonthEnd => day.tomorrow().unwrap().day() == 1,
        Every::MonthOn(-1, weekday) => {
            day.weekday() == weekday && day.checked_add(7.days()).unwrap().month() != day.month()
        }
        Every::MonthOn(nth, weekday) => day.weekday() == weekday && (day.day() - 1) / 7 + 1 == nth,
        Every::Year => (day.month(), day.day()) == (first.month(), first.day()),
    };
    day >= first && is_it && apart % interval == 0
}

proptest! {
    #[test]
    fn a_rule_is_read_as_it_was_written(rule in rules()) {
        prop_assert_eq!(rule.to_string().parse::<Recurrence>().unwrap(), rule);
    }

    #[test]
    fn days_go_up_from_the_first_on_and_keep_to_the_end(
        rule in rules(), y in 1990_i16..2090, m in 1_i8..=12, d in 1_i8..=28,
    ) {
        let first = date(y, m, d);
        let days: Vec<Date> = rule.dates(first).take(40).collect();
        prop_assert!(days.iter().all(|day| *day >= first));
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        if let Ends::Until(last) = rule.ends() {
            prop_assert!(days.iter().all(|day| *day <= last));
        }
        if let Ends::After(count) = rule.ends() {
            prop_assert!(days.len() <= usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn its_days_are_those_that_it_names(
        rule in rules(), y in 1990_i16..2090, m in 1_i8..=12, d in 1_i8..=31, near in 1_u16..=4,
    ) {
        let first = date(y, m, 1).saturating_add((i64::from(d) - 1).days());
        let rule = Recurrence { ends: Ends::Never, interval: near, ..rule };
        let rule = rule.clone().of_weeks_from(rule.week_begins());
        let last = first.saturating_add(1_000.days());
        let days: Vec<Date> = rule.dates(first).take_while(|day| *day <= last).collect();
        let all = (0_i64..=1_000).map(|n| first.saturating_add(n.days()));
        let named: Vec<Date> = all.filter(|day| names(&rule, first, *day)).collect();
        prop_assert_eq!(days, named, "{} from {}", rule, first);
    }

    #[test]
    fn weeks_move_along_with_their_days(
        rule in rules().prop_filter("by weeks", |rule| rule.every() == Every::Week),
        y in 1990_i16..2090, m in 1_i8..=12, d in 1_i8..=28, by in -20_i64..=20,
    ) {
        let first = date(y, m, d);
        let moved = rule.dates(first).take(20).map(|day| day.saturating_add(by.days()));
        let moved: Vec<Date> = moved.collect();
        let shifted = rule.shifted(by);
        let days: Vec<Date> = shifted.dates(first.saturating_add(by.days())).take(20).collect();
        prop_assert_eq!(days, moved);
    }

    #[test]
    fn any_text_is_a_rule_or_refused(text in "\\PC{0,60}") {
        if let Ok(rule) = text.parse::<Recurrence>() {
            prop_assert!(rule.dates(date(2026, 1, 1)).take(1_000).count() <= 1_000);
        }
    }
}
