//! Appointments that come again, and moving one: what is made, what stands in the way, what stays.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::appointments::{self as booked, Appointment, AppointmentInput};
use app::series::{self, Reach, book_series, cancel_series, change_series};
use app::{Error, timeline, undos};
use domain::{Recurrence, Role, Timestamp, Zone};
use jiff::civil::date;

/// Two Tuesdays before the clocks in Israel are set back, on 25 October 2026.
fn input(hour: i8) -> AppointmentInput {
    let zone: Zone = "Asia/Jerusalem".parse().unwrap();
    let at = |hour| zone.instant(date(2026, 10, 13).at(hour, 0, 0, 0)).unwrap();
    AppointmentInput {
        person: None,
        title: "Stand-up".into(),
        notes: String::new(),
        location: String::new(),
        starts_at: at(hour),
        ends_at: at(hour + 1),
        zone: zone.clone(),
        online: false,
        calendar: None,
    }
}

fn rule(text: &str) -> Recurrence {
    text.parse().unwrap()
}

/// What takes place in the second half of 2026: when by the clock in Israel, and what.
async fn on(at: &Fixture, by: &Signed) -> Vec<(String, String)> {
    let time = |text| Timestamp::parse_rfc3339(text).unwrap();
    let (from, to) = (time("2026-09-01T00:00:00Z"), time("2027-02-01T00:00:00Z"));
    let span = booked::get_span(&at.app, &by.ctx, from, to).await.unwrap();
    let zone = input(10).zone;
    let told = |each: &Appointment| {
        (zone.local(each.starts_at).strftime("%m-%d %H:%M").to_string(), each.title.clone())
    };
    span.appointments.iter().map(told).collect()
}

async fn times(at: &Fixture, by: &Signed) -> Vec<String> {
    on(at, by).await.into_iter().map(|(time, _)| time).collect()
}

async fn find(at: &Fixture, by: &Signed, when: &str) -> Appointment {
    let time = |text| Timestamp::parse_rfc3339(text).unwrap();
    let (from, to) = (time("2026-09-01T00:00:00Z"), time("2027-02-01T00:00:00Z"));
    let span = booked::get_span(&at.app, &by.ctx, from, to).await.unwrap();
    let zone = input(10).zone;
    let is_it =
        |each: &Appointment| zone.local(each.starts_at).strftime("%m-%d %H:%M").to_string() == when;
    span.appointments.into_iter().find(is_it).unwrap()
}

#[tokio::test]
async fn what_a_series_makes_after_a_merge_was_taken_back_is_with_its_own_person() {
    each(async |at: Fixture| {
        let owner = house(&at).await;
        let (app, ctx) = (&at.app, &owner.ctx);
        let kept = add(&at, &owner, named("N. Levi")).await;
        let own = add(&at, &owner, named("Noa Levi")).await;
        let with = AppointmentInput { person: Some(own.id.clone()), ..input(10) };
        book_series(app, ctx, with, rule("FREQ=MONTHLY"), "", false).await.unwrap();
        let undo = app::people::merge::merge_people(app, ctx, &kept.id, &own.id).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        // Half a year later there are some that it made since.
        at.clock.advance_millis(150 * 86_400_000);
        series::extend_all(app).await.unwrap();
        let all = booked::list_of_person(app, ctx, &own.id).await.unwrap();
        assert!(all.len() > 7, "{}", all.len());
        assert!(booked::list_of_person(app, ctx, &kept.id).await.unwrap().is_empty());
    })
    .await;
}

/// The first day of October, so that half a year ahead is in the next one.
async fn house(at: &Fixture) -> Signed {
    let owner = at.first_run().await;
    begin(at);
    owner
}

fn begin(at: &Fixture) {
    let time = Timestamp::parse_rfc3339("2026-10-01T08:00:00Z").unwrap();
    at.clock.advance_millis(time.millis_since(at.app.clock.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weekly_one_stays_at_its_hour_when_the_clocks_change() {
    each(async |at| {
        let owner = house(&at).await;
        let weekly = rule("FREQ=WEEKLY;COUNT=3");
        for _ in 0..2 {
            book_series(&at.app, &owner.ctx, input(10), weekly.clone(), "form", false)
                .await
                .unwrap();
        }
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-20 10:00", "10-27 10:00"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_does_not_name_the_first_books_nothing() {
    each(async |at| {
        let owner = house(&at).await;
        for other in
            ["FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYMONTHDAY=-1"]
        {
            let refused = book_series(&at.app, &owner.ctx, input(10), rule(other), "", true).await;
            expect_invalid(refused, "repeat");
        }
        assert!(times(&at, &owner).await.is_empty());
        let named = rule("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=2");
        book_series(&at.app, &owner.ctx, input(10), named, "", false).await.unwrap();
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-19 10:00"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_taken_time_refuses_all_unless_they_are_wanted_anyway() {
    each(async |at| {
        let owner = house(&at).await;
        let weekly = rule("FREQ=WEEKLY;COUNT=3");
        let mut other = input(10);
        let week = 7 * 24 * 3_600;
        other.starts_at = other.starts_at.plus_secs(week);
        other.ends_at = other.ends_at.plus_secs(week);
        booked::book_appointment(&at.app, &owner.ctx, other, "").await.unwrap();
        let refused = book_series(&at.app, &owner.ctx, input(10), weekly.clone(), "", false).await;
        assert!(matches!(refused, Err(Error::Taken { by }) if by.len() == 1));
        assert_eq!(times(&at, &owner).await.len(), 1);
        book_series(&at.app, &owner.ctx, input(10), weekly, "", true).await.unwrap();
        assert_eq!(times(&at, &owner).await.len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_this_and_the_following_leaves_what_was_and_what_was_moved() {
    each(async |at| {
        let owner = house(&at).await;
        let daily = rule("FREQ=DAILY;COUNT=5");
        book_series(&at.app, &owner.ctx, input(10), daily, "", false).await.unwrap();
        let single = find(&at, &owner, "10-16 10:00").await;
        let later = (single.starts_at.plus_secs(14_400), single.ends_at.plus_secs(14_400));
        booked::move_appointment(&at.app, &owner.ctx, &single.id, later, single.rev).await.unwrap();
        let second = find(&at, &owner, "10-14 10:00").await;
        let mut change = input(12);
        change.title = "Lunch".into();
        change.starts_at = second.starts_at.plus_secs(7_200);
        change.ends_at = second.ends_at.plus_secs(7_200);
        let reach = Reach::Following;
        let stale = change_series(
            &at.app,
            &owner.ctx,
            &second.id,
            change.clone(),
            second.rev + 1,
            reach,
            false,
        );
        assert!(matches!(stale.await, Err(Error::Conflict { .. })));
        change_series(&at.app, &owner.ctx, &second.id, change, second.rev, reach, false)
            .await
            .unwrap();
        let told = on(&at, &owner).await;
        let wanted = [
            ("10-13 10:00", "Stand-up"),
            ("10-14 12:00", "Lunch"),
            ("10-15 12:00", "Lunch"),
            ("10-16 14:00", "Lunch"),
            ("10-17 12:00", "Lunch"),
        ];
        assert_eq!(told, wanted.map(|(time, title)| (time.to_owned(), title.to_owned())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_the_following_ends_the_series() {
    each(async |at| {
        let owner = house(&at).await;
        let weekly = rule("FREQ=WEEKLY");
        book_series(&at.app, &owner.ctx, input(10), weekly, "", false).await.unwrap();
        let third = find(&at, &owner, "10-27 10:00").await;
        cancel_series(&at.app, &owner.ctx, &third.id, Reach::Following).await.unwrap();
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-20 10:00"]);
        at.clock.advance_millis(200 * 24 * 3_600 * 1_000);
        series::extend_all(&at.app).await.unwrap();
        assert_eq!(times(&at, &owner).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_series_is_taken_back_as_a_whole_or_not_at_all() {
    each(async |at| {
        let owner = house(&at).await;
        let (app, ctx) = (&at.app, &owner.ctx);
        book_series(app, ctx, input(10), rule("FREQ=WEEKLY"), "", false).await.unwrap();
        let before = times(&at, &owner).await;
        // One that was cancelled by itself stays so.
        let second = find(&at, &owner, "10-20 10:00").await;
        booked::cancel_appointment(app, ctx, &second.id).await.unwrap();
        let third = find(&at, &owner, "10-27 10:00").await;
        let undo = cancel_series(app, ctx, &third.id, Reach::Following).await.unwrap();
        let there =
            AppointmentInput { starts_at: third.starts_at, ends_at: third.ends_at, ..input(10) };
        let other = booked::book_appointment(app, ctx, there, "").await.unwrap();
        let taken = undos::undo(app, ctx, &undo).await;
        assert!(matches!(taken, Err(Error::Conflict { key: "error-series-taken" })), "{taken:?}");
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-27 10:00"]);
        booked::cancel_appointment(app, ctx, &other.id).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let after: Vec<_> = before.iter().filter(|time| *time != "10-20 10:00").cloned().collect();
        assert_eq!(times(&at, &owner).await, after);
        at.clock.advance_millis(40 * 24 * 3_600 * 1_000);
        assert!(series::extend_all(app).await.unwrap() > 0, "it goes on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_one_is_carried_on_once_however_often_it_is_looked_at() {
    each(async |at| {
        let owner = house(&at).await;
        let monthly = rule("FREQ=MONTHLY");
        book_series(&at.app, &owner.ctx, input(10), monthly, "", false).await.unwrap();
        let before = times(&at, &owner).await;
        assert_eq!(before.len(), 4, "{before:?}");
        let all = async |at: &Fixture| {
            let (from, to) = (Timestamp::from_millis(0), at.app.clock.now().plus_secs(60_000_000));
            let span = booked::get_span(&at.app, &owner.ctx, from, to).await.unwrap();
            span.appointments.len()
        };
        assert_eq!(all(&at).await, 6);
        for _ in 0..3 {
            at.clock.advance_millis(40 * 24 * 3_600 * 1_000);
            series::extend_all(&at.app).await.unwrap();
            series::extend_all(&at.app).await.unwrap();
        }
        assert_eq!(all(&at).await, 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_ended_on_the_last_day_made_goes_on_with_the_day_after() {
    each(async |at| {
        let owner = house(&at).await;
        // From 13 October to 2 April, which is half a year ahead of the first of October.
        book_series(&at.app, &owner.ctx, input(10), rule("FREQ=DAILY"), "", false).await.unwrap();
        let from = at.app.clock.now();
        let span = async |days: i64| {
            let to = from.plus_secs(days * 86_400);
            booked::get_span(&at.app, &owner.ctx, from, to).await.unwrap().appointments.len()
        };
        assert_eq!(span(400).await, 172);
        at.clock.advance_millis(40 * 24 * 3_600 * 1_000);
        assert_eq!(series::extend_all(&at.app).await.unwrap(), 40);
        assert_eq!(span(400).await, 212);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_move_changes_nothing_and_a_taken_one_says_by_what() {
    each(async |at| {
        let owner = house(&at).await;
        let one = booked::book_appointment(&at.app, &owner.ctx, input(10), "").await.unwrap();
        booked::book_appointment(&at.app, &owner.ctx, input(12), "").await.unwrap();
        let to = |hour| (input(hour).starts_at, input(hour).ends_at);
        let stale = booked::move_appointment(&at.app, &owner.ctx, &one.id, to(15), one.rev + 1);
        assert!(matches!(stale.await, Err(Error::Conflict { .. })));
        let taken = booked::move_appointment(&at.app, &owner.ctx, &one.id, to(12), one.rev).await;
        assert!(matches!(taken, Err(Error::Taken { by }) if by.len() == 1));
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-13 12:00"]);
        booked::move_anyway(&at.app, &owner.ctx, &one.id, to(12), one.rev).await.unwrap();
        assert_eq!(times(&at, &owner).await, ["10-13 12:00", "10-13 12:00"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_book_neither_moves_nor_repeats() {
    each(async |at| {
        let (owner, stranger) = at.two_businesses().await;
        begin(&at);
        let accountant = at.join(&owner, "books@example.com", Role::Accountant).await;
        let weekly = rule("FREQ=WEEKLY;COUNT=2");
        let first =
            book_series(&at.app, &owner.ctx, input(10), weekly.clone(), "", false).await.unwrap();
        for who in [&stranger, &accountant] {
            let to = (input(15).starts_at, input(15).ends_at);
            let moved = booked::move_appointment(&at.app, &who.ctx, &first.id, to, first.rev).await;
            assert!(matches!(moved, Err(Error::NotFound)));
            let gone = cancel_series(&at.app, &who.ctx, &first.id, Reach::All).await;
            assert!(matches!(gone, Err(Error::NotFound | Error::Invalid { .. })));
        }
        let repeated = book_series(&at.app, &accountant.ctx, input(15), weekly, "", false).await;
        assert!(matches!(repeated, Err(Error::NotFound)));
        assert_eq!(times(&at, &owner).await, ["10-13 10:00", "10-20 10:00"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_rule_leaves_what_was_and_what_was_changed_by_itself() {
    each(async |at| {
        let owner = house(&at).await;
        book_series(&at.app, &owner.ctx, input(10), rule("FREQ=WEEKLY;COUNT=6"), "", false)
            .await
            .unwrap();
        // One is moved, one is cancelled, one has other notes; the first is over by now.
        let moved = find(&at, &owner, "10-27 10:00").await;
        let later = (moved.starts_at.plus_secs(3_600), moved.ends_at.plus_secs(3_600));
        booked::move_appointment(&at.app, &owner.ctx, &moved.id, later, moved.rev).await.unwrap();
        let off = find(&at, &owner, "11-03 10:00").await;
        booked::cancel_appointment(&at.app, &owner.ctx, &off.id).await.unwrap();
        let noted = find(&at, &owner, "11-10 10:00").await;
        let input = AppointmentInput {
            starts_at: noted.starts_at,
            ends_at: noted.ends_at,
            notes: "Key".into(),
            ..input(10)
        };
        booked::change_appointment(&at.app, &owner.ctx, &noted.id, input, noted.rev).await.unwrap();
        at.clock.advance_millis(13 * 24 * 3_600 * 1_000);
        let second = find(&at, &owner, "10-20 10:00").await;
        let every_two = rule("FREQ=WEEKLY;INTERVAL=2;COUNT=3");
        let done =
            series::change_rule(&at.app, &owner.ctx, &second.id, every_two, Reach::All, false)
                .await
                .unwrap();
        assert_eq!((done.first.id, done.kept), (second.id, 2));
        // 20 October and 17 November are there, 3 November stays off; what was changed stands alone.
        let wanted = ["10-13 10:00", "10-20 10:00", "10-27 11:00", "11-10 10:00", "11-17 10:00"];
        assert_eq!(times(&at, &owner).await, wanted);
        assert_eq!(series::find_rule(&at.app, &owner.ctx, &moved.id).await.unwrap(), None);
        at.clock.advance_millis(300 * 24 * 3_600 * 1_000);
        series::extend_all(&at.app).await.unwrap();
        assert_eq!(times(&at, &owner).await, wanted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_rule_adds_needs_free_times_unless_it_is_wanted_anyway() {
    each(async |at| {
        let owner = house(&at).await;
        let first =
            book_series(&at.app, &owner.ctx, input(10), rule("FREQ=WEEKLY;COUNT=3"), "", false)
                .await
                .unwrap();
        let mut other = input(10);
        (other.starts_at, other.ends_at) =
            (other.starts_at.plus_secs(86_400), other.ends_at.plus_secs(86_400));
        other.title = "Dentist".into();
        booked::book_appointment(&at.app, &owner.ctx, other, "").await.unwrap();
        let before = on(&at, &owner).await;
        let daily = rule("FREQ=DAILY;COUNT=3");
        let change = async |anyway| {
            series::change_rule(
                &at.app,
                &owner.ctx,
                &first.id,
                daily.clone(),
                Reach::Following,
                anyway,
            )
            .await
        };
        assert!(matches!(change(false).await, Err(Error::Taken { by }) if by.len() == 1));
        assert_eq!(on(&at, &owner).await, before);
        change(true).await.unwrap();
        let wanted = ["10-13 10:00", "10-14 10:00", "10-14 10:00", "10-15 10:00"];
        assert_eq!(times(&at, &owner).await, wanted);
        let member = at.join(&owner, "books@example.com", Role::Accountant).await;
        let refused =
            series::change_rule(&at.app, &member.ctx, &first.id, daily.clone(), Reach::All, true)
                .await;
        assert!(matches!(refused, Err(Error::NotFound | Error::Forbidden)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_moved_by_as_much_as_the_one_and_back() {
    each(async |at| {
        let owner = house(&at).await;
        book_series(&at.app, &owner.ctx, input(10), rule("FREQ=DAILY;COUNT=4"), "", false)
            .await
            .unwrap();
        let second = find(&at, &owner, "10-14 10:00").await;
        let shift = async |each: &Appointment, hours: i64| {
            let to =
                (each.starts_at.plus_secs(hours * 3_600), each.ends_at.plus_secs(hours * 3_600));
            let following = Reach::Following;
            series::move_series(&at.app, &owner.ctx, &each.id, to, each.rev, following, false).await
        };
        let moved = shift(&second, 26).await.unwrap();
        assert_eq!(
            times(&at, &owner).await,
            ["10-13 10:00", "10-15 12:00", "10-16 12:00", "10-17 12:00"]
        );
        assert!(matches!(shift(&second, 1).await, Err(Error::Conflict { .. })), "as it was shown");
        shift(&moved, -26).await.unwrap();
        assert_eq!(
            times(&at, &owner).await,
            ["10-13 10:00", "10-14 10:00", "10-15 10:00", "10-16 10:00"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_made_a_series_is_told_when_it_goes_on_over_something_else() {
    each(async |at| {
        let (owner, stranger) = at.two_businesses().await;
        begin(&at);
        let told = async |who: &Signed| {
            let all = app::notifications::list_notifications(&at.app, &who.ctx).await.unwrap();
            let it = all.into_iter().filter(|one| one.kind.as_str() == "series-overlaps");
            it.map(|one| (one.subject, one.href)).collect::<Vec<_>>()
        };
        for by in [&owner, &stranger] {
            book_series(&at.app, &by.ctx, input(10), rule("FREQ=MONTHLY"), "", false)
                .await
                .unwrap();
        }
        at.clock.advance_millis(60 * 24 * 3_600 * 1_000);
        // In the way of the one on 13 May, which isn't made yet.
        let mut dentist = input(10);
        let zone = dentist.zone.clone();
        let at_ten = |hour| zone.instant(date(2027, 5, 13).at(hour, 30, 0, 0)).unwrap();
        (dentist.starts_at, dentist.ends_at) = (at_ten(10), at_ten(11));
        booked::book_appointment(&at.app, &owner.ctx, dentist, "").await.unwrap();
        assert_eq!(series::extend_all(&at.app).await.unwrap(), 4, "of both businesses");
        let it = told(&owner).await;
        assert_eq!(it.len(), 1);
        assert_eq!(it[0].0, "Stand-up");
        let id = it[0].1.rsplit('/').next().unwrap().parse().unwrap();
        let over = booked::get_appointment(&at.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(zone.local(over.starts_at), date(2027, 5, 13).at(10, 0, 0, 0));
        assert!(told(&stranger).await.is_empty());
        assert_eq!(series::extend_all(&at.app).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_is_told_once_on_the_page_of_whom_it_is_with() {
    each(async |at: Fixture| {
        let owner = house(&at).await;
        let person = add(&at, &owner, named("Noa")).await;
        let input = AppointmentInput { person: Some(person.id.clone()), ..input(10) };
        let every = rule("FREQ=WEEKLY");
        let first = book_series(&at.app, &owner.ctx, input, every, "", false).await.unwrap();
        let kinds = async || -> Vec<String> {
            let told = timeline::list_entries(&at.app, &owner.ctx, &person.id, None, 99).await;
            told.unwrap().items.into_iter().map(|told| told.entry.kind).collect()
        };
        let mut told = kinds().await;
        told.sort();
        assert_eq!(told, ["appointment-series-booked", "created"]);
        at.clock.advance_millis(1);
        booked::cancel_appointment(&at.app, &owner.ctx, &first.id).await.unwrap();
        assert_eq!(kinds().await[0], "appointment-cancelled");
    })
    .await;
}
