//! A member's calendar at a secret address: what it says of what moved, was cancelled or takes whole days,
//! and whose it is.

use crate::support::{Fixture, Signed, each, origin};
use app::appointments::{self as booked, Appointment, AppointmentInput};
use app::calendar_feeds::{self, FeedFile};
use app::series::{book_series, extend_all};
use app::{Context, Error};
use domain::{AppointmentId, Clock as _, Role, Timestamp};
use jiff::civil::{DateTime, date};

fn at(who: &Signed, local: DateTime) -> Timestamp {
    who.ctx.zone.instant(local).unwrap()
}

fn input(who: &Signed, title: &str, (from, to): (DateTime, DateTime)) -> AppointmentInput {
    AppointmentInput {
        person: None,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: at(who, from),
        ends_at: at(who, to),
        zone: who.ctx.zone.clone(),
        online: false,
        calendar: None,
    }
}

async fn book(f: &Fixture, who: &Signed, title: &str, times: (DateTime, DateTime)) -> Appointment {
    let input = input(who, title, times);
    booked::book_anyway(&f.app, &who.ctx, input, "").await.unwrap()
}

async fn renew(f: &Fixture, who: &Signed) -> String {
    let proven = Context { is_recent: true, ..who.ctx.clone() };
    calendar_feeds::renew_feed(&f.app, &proven).await.unwrap()
}

async fn read(f: &Fixture, secret: &str) -> Result<FeedFile, Error> {
    calendar_feeds::read_feed(&f.app, secret, &origin()).await
}

/// An hour of a day in March.
fn hour(day: i8, hour: i8) -> (DateTime, DateTime) {
    let at = |hour| date(2026, 3, day).at(hour, 0, 0, 0);
    (at(hour), at(hour + 1))
}

/// Whole days in March, the last of them left out.
fn days(from: i8, to: i8) -> (DateTime, DateTime) {
    let at = |day| date(2026, 3, day).at(0, 0, 0, 0);
    (at(from), at(to))
}

fn has(file: &FeedFile, lines: &[&str]) {
    for line in lines {
        assert!(file.body.contains(&format!("{line}\r\n")), "{line}: {}", file.body);
    }
}

#[tokio::test]
async fn what_moved_was_cancelled_or_takes_whole_days_is_said_as_it_is_now() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let moved = book(&f, &owner, "Fitting", hour(3, 10)).await;
        let cancelled = book(&f, &owner, "Tasting", hour(4, 10)).await;
        book(&f, &owner, "Fair", days(5, 6)).await;
        // The clocks go ahead on the second day, which has 23 hours.
        book(&f, &owner, "Trip", days(26, 29)).await;
        let secret = renew(&f, &owner).await;
        let before = read(&f, &secret).await.unwrap();
        let uid = format!("UID:{}@oxpi\r\nSEQUENCE:1", moved.id);
        has(&before, &[&uid, "DTSTART:20260303T080000Z", "SUMMARY:Tasting"]);
        has(&before, &["NAME:Dana's Studio", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]);
        has(&before, &["DTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260306"]);
        has(&before, &["DTSTART;VALUE=DATE:20260326\r\nDTEND;VALUE=DATE:20260329"]);

        f.clock.advance_millis(60_000);
        let (from, to) = hour(3, 15);
        let times = (at(&owner, from), at(&owner, to));
        booked::move_appointment(app, ctx, &moved.id, times, moved.rev).await.unwrap();
        booked::cancel_appointment(app, ctx, &cancelled.id).await.unwrap();
        let after = read(&f, &secret).await.unwrap();
        let uid = format!("UID:{}@oxpi\r\nSEQUENCE:2", moved.id);
        has(&after, &[&uid, "DTSTART:20260303T130000Z\r\nDTEND:20260303T140000Z"]);
        for gone in ["DTSTART:20260303T080000Z", "SUMMARY:Tasting"] {
            assert!(!after.body.contains(gone), "{gone}: {}", after.body);
        }
        assert!(after.digest != before.digest && after.changed_at > before.changed_at);
        f.clock.advance_millis(60_000);
        let same = read(&f, &secret).await.unwrap();
        assert_eq!((same.digest, same.changed_at), (after.digest, after.changed_at));
    })
    .await;
}

#[tokio::test]
async fn the_number_of_a_series_rises_with_each_change() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let weekly = input(&owner, "Weekly", hour(3, 10));
        let rule = "FREQ=WEEKLY".parse().unwrap();
        let first = book_series(app, ctx, weekly, rule, "", false).await.unwrap();
        let secret = renew(&f, &owner).await;
        let number = async || -> i64 {
            let body = read(&f, &secret).await.unwrap().body;
            let numbers = body.lines().filter_map(|line| line.strip_prefix("SEQUENCE:"));
            let all: Vec<i64> = numbers.map(|number| number.parse().unwrap()).collect();
            assert!(all.windows(2).all(|two| two[0] == two[1]), "one for all of it: {body}");
            all[0]
        };
        let made = number().await;
        f.clock.advance_millis(60_000);
        let (from, to) = hour(3, 15);
        let times = (at(&owner, from), at(&owner, to));
        booked::move_appointment(app, ctx, &first.id, times, first.rev).await.unwrap();
        let moved = number().await;
        f.clock.advance_millis(60_000);
        booked::cancel_appointment(app, ctx, &first.id).await.unwrap();
        let cancelled = number().await;
        assert!(made < moved && moved < cancelled, "{made}, {moved}, {cancelled}");
        f.clock.advance_millis(40 * 24 * 3_600_000);
        assert!(extend_all(app).await.unwrap() > 0);
        assert_eq!(number().await, cancelled, "nobody changed anything");
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_since_when_it_says_so_has_read_nothing() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        book(&f, &owner, "Fitting", hour(3, 10)).await;
        let secret = renew(&f, &owner).await;
        let read_at =
            async || calendar_feeds::find_feed(&f.app, &owner.ctx).await.unwrap().unwrap().read_at;
        let looked = calendar_feeds::look_at_feed(&f.app, &secret, &origin()).await.unwrap();
        assert_eq!(read_at().await, None);
        f.clock.advance_millis(60_000);
        let file = read(&f, &secret).await.unwrap();
        assert_eq!((file.digest, file.changed_at), (looked.digest, looked.changed_at));
        assert_eq!(read_at().await, Some(f.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn what_is_to_come_is_there_behind_all_that_was() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let first = book(&f, &owner, "Fitting", hour(3, 10)).await;
        book(&f, &owner, "To come", hour(20, 10)).await;
        let before = |n: i64| Appointment {
            id: AppointmentId::new(&*f.app.clock, &*f.app.rng),
            starts_at: first.starts_at.plus_secs(-n * 600),
            ends_at: first.starts_at.plus_secs(-n * 600 + 600),
            ..first.clone()
        };
        let before: Vec<Appointment> = (1..=2_000).map(before).collect();
        let add = move |c: &mut store::Conn| {
            before.iter().try_for_each(|row| store::appointments::insert(c, row))
        };
        f.app.db.write(add).await.unwrap();
        let secret = renew(&f, &owner).await;
        let file = read(&f, &secret).await.unwrap();
        assert_eq!(file.body.matches("BEGIN:VEVENT").count(), 2_002);
        has(&file, &["SUMMARY:To come"]);
    })
    .await;
}

#[tokio::test]
async fn of_a_series_one_that_moved_or_was_cancelled_is_otherwise_than_its_rule() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let weekly = "FREQ=WEEKLY;COUNT=4".parse().unwrap();
        let first = input(&owner, "Stand-up", hour(10, 10));
        book_series(app, ctx, first, weekly, "", true).await.unwrap();
        let (from, to) = (at(&owner, hour(1, 8).0), at(&owner, hour(31, 20).1));
        let all = booked::get_span(app, ctx, from, to).await.unwrap().appointments;
        assert_eq!(all.len(), 4);
        booked::cancel_appointment(app, ctx, &all[1].id).await.unwrap();
        let (from, to) = hour(25, 14);
        let times = (at(&owner, from), at(&owner, to));
        booked::move_appointment(app, ctx, &all[2].id, times, all[2].rev).await.unwrap();
        let secret = renew(&f, &owner).await;
        let file = read(&f, &secret).await.unwrap();
        has(&file, &["DTSTART;TZID=Asia/Jerusalem:20260310T100000", "RRULE:FREQ=WEEKLY;COUNT=4"]);
        has(&file, &["EXDATE;TZID=Asia/Jerusalem:20260317T100000"]);
        // The one that moved stands for its day; the last is after the clocks went ahead, at its hour.
        has(&file, &["DTSTART:20260325T120000Z\r\nDTEND:20260325T130000Z"]);
        has(&file, &["RECURRENCE-ID;TZID=Asia/Jerusalem:20260324T100000"]);
        assert_eq!(file.body.matches("BEGIN:VEVENT").count(), 2, "{}", file.body);
    })
    .await;
}

#[tokio::test]
async fn whose_address_ends_or_is_another_now_changes_nobody_elses() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        book(&f, &owner, "Fitting", hour(3, 10)).await;
        let (own, hers) = (renew(&f, &owner).await, renew(&f, &noa).await);
        let theirs = renew(&f, &stranger).await;
        assert!(!read(&f, &theirs).await.unwrap().body.contains("Fitting"));
        calendar_feeds::withdraw_feed(&f.app, &noa.ctx).await.unwrap();
        assert!(matches!(read(&f, &hers).await, Err(Error::NotFound)));
        let found = calendar_feeds::find_feed(&f.app, &noa.ctx).await.unwrap();
        assert!(found.is_none(), "{found:?}");
        // Once more there is nothing to withdraw, hers or anybody's.
        calendar_feeds::withdraw_feed(&f.app, &noa.ctx).await.unwrap();
        for secret in [&own, &theirs] {
            read(&f, secret).await.unwrap();
        }
        let again = renew(&f, &noa).await;
        assert!(read(&f, &again).await.unwrap().body.contains("Fitting"));
        assert!(matches!(read(&f, &hers).await, Err(Error::NotFound)));
        calendar_feeds::withdraw_feed(&f.app, &stranger.ctx).await.unwrap();
        assert!(matches!(read(&f, &theirs).await, Err(Error::NotFound)));
        assert!(calendar_feeds::find_feed(&f.app, &owner.ctx).await.unwrap().is_some());
        read(&f, &own).await.unwrap();
        let acts = f.actions(&owner).await;
        let ended = acts.iter().filter(|act| *act == "calendar-feed.withdrawn").count();
        assert_eq!(ended, 1, "twice is once");
    })
    .await;
}
