//! Calendar files: what comes of each event, what a second import changes, and taking it all back.

use std::collections::BTreeSet;

use crate::support::{Fixture, Signed, each};
use app::Error;
use app::appointments::{self as booked, Appointment, AppointmentInput};
use app::calendar_imports::{self as imports, Choice, Counts, Look, Standing, State};
use app::people::{self, PersonInput};
use app::series::{self, Reach};
use domain::{CalendarImportId, Role, Timestamp, Zone};
use jiff::civil::date;

const DAY_SECS: i64 = 24 * 3_600;

fn file(events: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n").into_bytes()
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\n")
}

const FITTING: &str = "DTSTAMP:20261001T000000Z\r\nDTSTART:20261013T070000Z\r\nDURATION:PT1H\r\n\
    SUMMARY:Fitting\r\nATTENDEE:mailto:Noa@Example.com";
const WEEKLY: &str = "DTSTAMP:20261001T000000Z\r\nDTSTART;TZID=Israel Standard Time:20261013T120000\r\n\
    DURATION:PT1H\r\nSUMMARY:Weekly\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n\
    EXDATE;TZID=Israel Standard Time:20261020T120000";
const MOVED: &str = "RECURRENCE-ID;TZID=Israel Standard Time:20261027T120000\r\n\
    DTSTART;TZID=Israel Standard Time:20261028T150000\r\nDURATION:PT2H\r\nSUMMARY:Weekly, later";

/// The first day of October.
fn begin(at: &Fixture) {
    let time = Timestamp::parse_rfc3339("2026-10-01T08:00:00Z").unwrap();
    at.clock.advance_millis(time.millis_since(at.app.clock.now()));
}

async fn house(at: &Fixture) -> Signed {
    let owner = at.first_run().await;
    begin(at);
    owner
}

async fn keep(at: &Fixture, by: &Signed, bytes: Vec<u8>) -> CalendarImportId {
    imports::keep_file(&at.app, &by.ctx, "basic.ics", bytes).await.unwrap()
}

async fn look(at: &Fixture, by: &Signed, id: &CalendarImportId) -> Look {
    imports::look_at_import(&at.app, &by.ctx, id).await.unwrap()
}

async fn standings(at: &Fixture, by: &Signed, id: &CalendarImportId) -> Vec<Standing> {
    look(at, by, id).await.rows.iter().map(|row| row.standing).collect()
}

fn all() -> Choice {
    Choice { events: (0..900).collect(), calendar: None, untitled: "Without a title".into() }
}

async fn bring(at: &Fixture, by: &Signed, id: &CalendarImportId) -> Counts {
    imports::bring_import(&at.app, &by.ctx, id, all()).await.unwrap()
}

async fn import(at: &Fixture, by: &Signed, events: &str) -> (CalendarImportId, Counts) {
    let id = keep(at, by, file(events)).await;
    let counts = bring(at, by, &id).await;
    (id, counts)
}

async fn span(at: &Fixture, by: &Signed) -> Vec<Appointment> {
    let from = at.app.clock.now().plus_secs(-100 * DAY_SECS);
    let to = at.app.clock.now().plus_secs(250 * DAY_SECS);
    booked::get_span(&at.app, &by.ctx, from, to).await.unwrap().appointments
}

/// What takes place: when by the clock in Israel, and what.
async fn on(at: &Fixture, by: &Signed) -> Vec<String> {
    let zone: Zone = "Asia/Jerusalem".parse().unwrap();
    let told = |each: &Appointment| {
        format!("{} {}", zone.local(each.starts_at).strftime("%m-%d %H:%M"), each.title)
    };
    span(at, by).await.iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_first_and_then_taken_in_once() {
    each(async |at| {
        let owner = house(&at).await;
        let noa = PersonInput {
            name: "Noa Levi".into(),
            email: "noa@example.com".into(),
            ..PersonInput::default()
        };
        let noa = people::create_person(&at.app, &owner.ctx, noa, "").await.unwrap();
        let events = event("1", FITTING) + &event("w", WEEKLY) + &event("w", MOVED);
        let bad = event("bad", "SUMMARY:Some day");
        let id = keep(&at, &owner, file(&(events + &bad))).await;
        let seen = look(&at, &owner, &id).await;
        assert_eq!(
            seen.rows.iter().map(|row| row.standing).collect::<Vec<_>>(),
            [Standing::New, Standing::New, Standing::Refused]
        );
        assert_eq!(seen.rows[0].person.clone().unwrap(), (noa.id.clone(), "Noa Levi".into()));
        assert!(on(&at, &owner).await.is_empty(), "nothing came of looking");
        for _ in 0..2 {
            let counts = bring(&at, &owner, &id).await;
            assert_eq!(counts, Counts { made: 4, changed: 0, cancelled: 0 });
        }
        let there = [
            "10-13 10:00 Fitting",
            "10-13 12:00 Weekly",
            "10-28 15:00 Weekly, later",
            "11-03 12:00 Weekly",
        ];
        assert_eq!(on(&at, &owner).await, there);
        assert_eq!(span(&at, &owner).await[0].person_id, Some(noa.id));
        assert!(span(&at, &owner).await.iter().all(|each| each.calendar_id.is_none()));
        let done = look(&at, &owner, &id).await;
        assert_eq!((done.import.state, done.import.file.as_str()), (State::Done, ""));
        let told = at.actions(&owner).await;
        assert_eq!(told.iter().filter(|action| *action == "calendar.imported").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_here_already_is_changed_only_by_something_newer() {
    each(async |at| {
        let owner = house(&at).await;
        let events = event("1", FITTING) + &event("w", WEEKLY);
        import(&at, &owner, &events).await;
        let before = span(&at, &owner).await;
        // The same again, as of another day: there is nothing to choose.
        let again = keep(&at, &owner, file(&events.replace("20261001", "20261002"))).await;
        assert_eq!(standings(&at, &owner, &again).await, [Standing::Same; 2]);
        let none = imports::bring_import(&at.app, &owner.ctx, &again, all()).await;
        assert!(matches!(none, Err(Error::Invalid { .. })), "{none:?}");
        assert_eq!(span(&at, &owner).await, before);
        // Other words that are older than what is here.
        let older = FITTING.replace("20261001", "20260901").replace("Fitting", "Older");
        let id = keep(&at, &owner, file(&event("1", &older))).await;
        assert_eq!(standings(&at, &owner, &id).await, [Standing::Same]);
        for (version, title) in [
            ("DTSTAMP:20261003T000000Z", "Newer"),
            ("SEQUENCE:1\r\nDTSTAMP:20260101T000000Z", "Counted up"),
            (
                "SEQUENCE:1\r\nDTSTAMP:20260101T000000Z\r\nLAST-MODIFIED:20261003T000000Z",
                "Modified",
            ),
        ] {
            let newer = FITTING.replace("DTSTAMP:20261001T000000Z", version);
            let newer = newer.replace("Fitting", title).replace("070000Z", "080000Z");
            let id = keep(&at, &owner, file(&event("1", &newer))).await;
            assert_eq!(standings(&at, &owner, &id).await, [Standing::Changed], "{title}");
            let counts = bring(&at, &owner, &id).await;
            assert_eq!(counts, Counts { made: 0, changed: 1, cancelled: 0 });
            assert_eq!(on(&at, &owner).await[0], format!("10-13 11:00 {title}"));
        }
        assert_eq!(span(&at, &owner).await.len(), before.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_that_changed_goes_on_as_the_file_has_it_and_comes_back_undone() {
    each(async |at| {
        let owner = house(&at).await;
        import(&at, &owner, &event("w", WEEKLY)).await;
        // After the first of them.
        at.clock.advance_millis(15 * DAY_SECS * 1_000);
        let newer = WEEKLY
            .replace("DTSTAMP", "SEQUENCE:1\r\nDTSTAMP")
            .replace("T120000\r\nDURATION", "T140000\r\nDURATION");
        let newer = newer.replace("EXDATE;TZID=Israel Standard Time:20261020T120000", "X-NONE:1");
        let id = keep(&at, &owner, file(&event("w", &newer))).await;
        assert_eq!(standings(&at, &owner, &id).await, [Standing::Changed]);
        let before = on(&at, &owner).await;
        assert_eq!(before, ["10-13 12:00 Weekly", "10-27 12:00 Weekly", "11-03 12:00 Weekly"]);
        bring(&at, &owner, &id).await;
        // What is over isn't made again.
        let after = [
            "10-13 12:00 Weekly",
            "10-20 14:00 Weekly",
            "10-27 14:00 Weekly",
            "11-03 14:00 Weekly",
        ];
        assert_eq!(on(&at, &owner).await, after);
        assert_eq!(imports::undo_import(&at.app, &owner.ctx, &id).await.unwrap(), 0);
        assert_eq!(on(&at, &owner).await, before);
        // What is known of it is what it was: the same file is news again.
        let again = keep(&at, &owner, file(&event("w", &newer))).await;
        assert_eq!(standings(&at, &owner, &again).await, [Standing::Changed]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_cancelled_there_is_cancelled_here_if_it_is_here() {
    each(async |at| {
        let owner = house(&at).await;
        import(&at, &owner, &event("1", FITTING)).await;
        let gone = format!("STATUS:CANCELLED\r\nSEQUENCE:1\r\n{FITTING}");
        let events = event("1", &gone) + &event("2", &gone);
        let id = keep(&at, &owner, file(&events)).await;
        assert_eq!(standings(&at, &owner, &id).await, [Standing::Gone, Standing::Nothing]);
        assert_eq!(bring(&at, &owner, &id).await.cancelled, 1);
        assert!(on(&at, &owner).await.is_empty());
        let again = keep(&at, &owner, file(&events)).await;
        assert_eq!(standings(&at, &owner, &again).await, [Standing::Same, Standing::Nothing]);
        imports::undo_import(&at.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(on(&at, &owner).await, ["10-13 10:00 Fitting"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_undone_as_one_except_for_what_was_changed_since() {
    each(async |at| {
        let owner = house(&at).await;
        let events = event("1", FITTING)
            + &event("w", WEEKLY)
            + &event("2", &FITTING.replace("13T07", "14T07"));
        let (id, _) = import(&at, &owner, &events).await;
        let touched =
            span(&at, &owner).await.into_iter().find(|each| each.title == "Fitting").unwrap();
        let later = (touched.starts_at.plus_secs(14_400), touched.ends_at.plus_secs(14_400));
        booked::move_appointment(&at.app, &owner.ctx, &touched.id, later, touched.rev)
            .await
            .unwrap();
        assert_eq!(imports::undo_import(&at.app, &owner.ctx, &id).await.unwrap(), 1);
        assert_eq!(on(&at, &owner).await, ["10-13 14:00 Fitting"]);
        assert_eq!(imports::undo_import(&at.app, &owner.ctx, &id).await.unwrap(), 0);
        let late = imports::bring_import(&at.app, &owner.ctx, &id, all()).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        // The rule makes no more either.
        at.clock.advance_millis(200 * DAY_SECS * 1_000);
        series::extend_all(&at.app).await.unwrap();
        assert_eq!(span(&at, &owner).await.len(), 0);
        // And it can be brought anew.
        let again = keep(&at, &owner, file(&event("2", FITTING))).await;
        assert_eq!(standings(&at, &owner, &again).await, [Standing::New]);
        let told = at.actions(&owner).await;
        assert_eq!(told.iter().filter(|action| *action == "calendar.import-undone").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_book_may_bring_a_file_and_no_other_business_sees_it() {
    each(async |at| {
        let (owner, stranger) = at.two_businesses().await;
        begin(&at);
        let accountant = at.join(&owner, "books@example.com", Role::Accountant).await;
        let bytes = file(&event("1", FITTING));
        let refused = imports::keep_file(&at.app, &accountant.ctx, "x", bytes.clone()).await;
        assert!(matches!(refused, Err(Error::NotFound | Error::Forbidden)));
        let id = keep(&at, &owner, bytes).await;
        for other in [&accountant, &stranger] {
            let look = imports::look_at_import(&at.app, &other.ctx, &id).await;
            assert!(matches!(look, Err(Error::NotFound | Error::Forbidden)));
            let brought = imports::bring_import(&at.app, &other.ctx, &id, all()).await;
            assert!(matches!(brought, Err(Error::NotFound | Error::Forbidden)));
            let undone = imports::undo_import(&at.app, &other.ctx, &id).await;
            assert!(matches!(undone, Err(Error::NotFound | Error::Forbidden)));
        }
        assert_eq!(bring(&at, &owner, &id).await.made, 1);
        assert!(imports::undo_import(&at.app, &stranger.ctx, &id).await.is_err());
        assert_eq!(on(&at, &owner).await.len(), 1);
        // What one business has is no news to another.
        let theirs = keep(&at, &stranger, file(&event("1", FITTING))).await;
        assert_eq!(standings(&at, &stranger, &theirs).await, [Standing::New]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_nobody_went_on_with_are_forgotten() {
    each(async |at| {
        let owner = house(&at).await;
        let waiting = keep(&at, &owner, file(&event("1", FITTING))).await;
        let (done, _) = import(&at, &owner, &event("2", FITTING)).await;
        at.clock.advance_millis(2 * DAY_SECS * 1_000);
        app::retention::sweep(&at.app).await;
        assert!(imports::look_at_import(&at.app, &owner.ctx, &waiting).await.is_err());
        assert!(imports::look_at_import(&at.app, &owner.ctx, &done).await.is_ok());
        at.clock.advance_millis(30 * DAY_SECS * 1_000);
        app::retention::sweep(&at.app).await;
        assert!(imports::look_at_import(&at.app, &owner.ctx, &done).await.is_err());
        // What came of it is known for good.
        let again = keep(&at, &owner, file(&event("2", FITTING))).await;
        assert_eq!(standings(&at, &owner, &again).await, [Standing::Same]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_ahead_that_is_off_or_otherwise_stays_so_when_the_series_is_carried_on() {
    each(async |at| {
        let owner = house(&at).await;
        let endless = "DTSTART;TZID=Asia/Jerusalem:20261013T120000\r\nDURATION:PT1H\r\nSUMMARY:Monthly\r\n\
            RRULE:FREQ=MONTHLY\r\nEXDATE;TZID=Asia/Jerusalem:20270613T120000";
        let moved = "RECURRENCE-ID;TZID=Asia/Jerusalem:20270713T120000\r\n\
            DTSTART;TZID=Asia/Jerusalem:20270714T090000\r\nDURATION:PT1H\r\nSUMMARY:Later";
        import(&at, &owner, &(event("m", endless) + &event("m", moved))).await;
        at.clock.advance_millis(150 * DAY_SECS * 1_000);
        series::extend_all(&at.app).await.unwrap();
        let there = on(&at, &owner).await;
        let summer: Vec<&str> =
            there.iter().map(String::as_str).filter(|each| each.starts_with("0")).collect();
        let wanted = [
            "01-13 12:00 Monthly",
            "02-13 12:00 Monthly",
            "03-13 12:00 Monthly",
            "04-13 12:00 Monthly",
            "05-13 12:00 Monthly",
            "07-14 09:00 Later",
            "08-13 12:00 Monthly",
        ];
        assert_eq!(summer, wanted);
    })
    .await;
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides).cast_signed()
    }
}

/// What a file tells of an appointment.
fn said(of: Vec<Appointment>) -> BTreeSet<(Timestamp, Timestamp, String, String, String)> {
    of.into_iter()
        .map(|each| (each.starts_at, each.ends_at, each.title, each.notes, each.location))
        .collect()
}

const RULES: [&str; 8] = [
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=6",
    "FREQ=DAILY;COUNT=9",
    "FREQ=MONTHLY",
    "FREQ=DAILY;INTERVAL=2;UNTIL=20261101",
    "FREQ=WEEKLY;UNTIL=20270501",
    "FREQ=YEARLY",
];

/// Books something at random, once or again and again, and changes some of it.
async fn live(at: &Fixture, by: &Signed, dice: &mut Dice) {
    let zone: Zone = "Asia/Jerusalem".parse().unwrap();
    let day = date(2026, 10, 2 + i8::try_from(dice.roll(26)).unwrap());
    let is_day = dice.roll(4) == 0;
    let hour = i8::try_from(dice.roll(23)).unwrap();
    let start = day.at(if is_day { 0 } else { hour }, 0, 0, 0);
    let starts_at = zone.instant(start).unwrap();
    let ends_at = match is_day {
        true => zone.start_of_day(day.tomorrow().unwrap()).unwrap(),
        false => starts_at.plus_secs(900 * (1 + dice.roll(8))),
    };
    let input = AppointmentInput {
        person: None,
        title: format!("No. {}; tea, cake \\ ש", dice.roll(1_000)),
        notes: ["", "Bring\nthe dress, twice", "x\\n"][usize::try_from(dice.roll(3)).unwrap()]
            .into(),
        location: ["", "Allenby 12; back door"][usize::try_from(dice.roll(2)).unwrap()].into(),
        starts_at,
        ends_at,
        zone,
        online: false,
        calendar: None,
    };
    if dice.roll(4) == 0 {
        booked::book_anyway(&at.app, &by.ctx, input, "").await.unwrap();
        return;
    }
    let rule = RULES[usize::try_from(dice.roll(8)).unwrap()].parse().unwrap();
    let first = series::book_series(&at.app, &by.ctx, input, rule, "", true).await.unwrap();
    let mine: Vec<Appointment> =
        span(at, by).await.into_iter().filter(|each| each.title == first.title).collect();
    for each in &mine {
        match dice.roll(9) {
            0 => booked::cancel_appointment(&at.app, &by.ctx, &each.id).await.unwrap(),
            1 => {
                let hours = 3_600 * (1 + dice.roll(30));
                let times = (each.starts_at.plus_secs(hours), each.ends_at.plus_secs(hours));
                booked::move_anyway(&at.app, &by.ctx, &each.id, times, each.rev).await.unwrap();
            }
            _ => {}
        }
    }
    let now = span(at, by).await.into_iter().filter(|each| each.title == first.title);
    let now: Vec<Appointment> = now.collect();
    if let Some(each) = now.get(now.len() / 2)
        && dice.roll(2) == 0
    {
        let (app, ctx) = (&at.app, &by.ctx);
        if dice.roll(2) == 0 {
            let rule = "FREQ=DAILY;INTERVAL=2;COUNT=20".parse().unwrap();
            series::change_rule(app, ctx, &each.id, rule, Reach::Following, true).await.unwrap();
        } else {
            let times = (each.starts_at.plus_secs(1_800), each.ends_at.plus_secs(1_800));
            series::move_series(app, ctx, &each.id, times, each.rev, Reach::Following, true)
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_shows_the_same_in_another_business() {
    for seed in 1..=12_u64 {
        let fresh = store::testing::sqlite().await;
        let at = Fixture::over(fresh.db.clone());
        let (owner, other) = at.two_businesses().await;
        begin(&at);
        let mut dice = Dice(seed * 7_919);
        for _ in 0..4 {
            live(&at, &owner, &mut dice).await;
        }
        let (from, to) = (at.app.clock.now(), at.app.clock.now().plus_secs(120 * DAY_SECS));
        let exported = booked::export_span(&at.app, &owner.ctx, from, to).await.unwrap();
        let id = keep(&at, &other, exported.clone().into_bytes()).await;
        let notes: Vec<_> =
            look(&at, &other, &id).await.rows.into_iter().flat_map(|row| row.told.notes).collect();
        assert!(notes.is_empty(), "seed {seed}: {notes:?}\n{exported}");
        bring(&at, &other, &id).await;
        let shown = async |by: &Signed| {
            said(booked::get_span(&at.app, &by.ctx, from, to).await.unwrap().appointments)
        };
        let (ours, theirs) = (shown(&owner).await, shown(&other).await);
        let missing: Vec<_> = ours.difference(&theirs).collect();
        let more: Vec<_> = theirs.difference(&ours).collect();
        assert_eq!((&missing[..], &more[..]), (&[][..], &[][..]), "seed {seed}\n{exported}");
        // In the business that wrote it everything is there already.
        let own = keep(&at, &owner, exported.into_bytes()).await;
        assert!(standings(&at, &owner, &own).await.iter().all(|each| *each == Standing::Same));
        // One event a series.
        let exported = booked::export_span(&at.app, &other.ctx, from, to).await.unwrap();
        let rules = exported.matches("RRULE:").count();
        assert!(rules <= 12, "seed {seed}: {rules}");
    }
}
