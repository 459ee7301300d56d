//! What members are told of, and how they want to hear of it: each one's own affair.

use crate::support::{Fixture, Signed, each};
use crate::tasks::task;
use app::notifications::{self, ChoicesInput, Kind, Notification, Way};
use app::reminders::{self, Habits, HabitsChange, HabitsInput};
use app::tasks::{self, TaskInput};
use app::{Error, jobs};
use domain::{Lead, Role};
use jiff::civil::time;

/// How somebody hears of each kind, and how they are reminded.
async fn chosen(f: &Fixture, who: &Signed) -> (Vec<(Kind, Way)>, Habits) {
    let ways = notifications::list_ways(&f.app, &who.ctx).await.unwrap();
    (ways, reminders::get_habits(&f.app, &who.ctx).await.unwrap())
}

async fn choose(f: &Fixture, who: &Signed, kind: Kind, way: Way) {
    let ways = vec![(kind.to_string(), way.as_str().to_owned())];
    notifications::choose_ways(&f.app, &who.ctx, ways).await.unwrap();
}

fn way(of: &[(Kind, Way)], kind: Kind) -> Way {
    of.iter().find(|(it, _)| *it == kind).unwrap().1
}

async fn told(f: &Fixture, who: &Signed) -> Vec<Notification> {
    notifications::list_notifications(&f.app, &who.ctx).await.unwrap()
}

/// A task that somebody gives to another.
async fn give(f: &Fixture, who: &Signed, to: &Signed) {
    let assignee = to.ctx.member.to_string();
    let input = TaskInput { assignee, ..task("Call", "2026-03-01", "12:00") };
    tasks::create_task(&f.app, &who.ctx, input, "").await.unwrap();
}

#[tokio::test]
async fn what_somebody_chooses_is_theirs_alone() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let others = async || [chosen(&f, &owner).await, chosen(&f, &stranger).await];
        let before = others().await;
        choose(&f, &noa, Kind::TaskAssigned, Way::None).await;
        let habits = HabitsInput {
            tasks: "never".into(),
            appointments: "1d".into(),
            follow_ups: "never".into(),
            morning: "07:30".into(),
            quiet_from: "20:00".into(),
            quiet_until: "08:00".into(),
        };
        reminders::choose_habits(&f.app, &noa.ctx, habits).await.unwrap();
        assert_eq!(others().await, before);
        let hers = chosen(&f, &noa).await;
        assert_eq!(way(&hers.0, Kind::TaskAssigned), Way::None);
        assert_eq!(hers.1.morning, time(7, 30, 0, 0));

        choose(&f, &owner, Kind::TaskAssigned, Way::Both).await;
        assert_eq!(chosen(&f, &noa).await, hers);
        assert_eq!(way(&chosen(&f, &owner).await.0, Kind::TaskAssigned), Way::Both);
        give(&f, &owner, &noa).await;
        assert!(told(&f, &noa).await.is_empty(), "she doesn't want to hear of it");
        give(&f, &noa, &owner).await;
        assert_eq!(told(&f, &owner).await.len(), 1);
        // Of the same account in another business it says nothing.
        let second = f.second_business(&owner).await;
        assert_eq!(way(&chosen(&f, &second).await.0, Kind::TaskAssigned), Way::App);
        let chain = f.chain(&owner.ctx.tenant).await;
        let whose = chain.iter().filter(|entry| entry.action == "member.notices-chosen");
        let whose: Vec<&str> = whose.map(|entry| entry.entity_id.as_str()).collect();
        assert_eq!(whose, [noa.ctx.member.as_str(), owner.ctx.member.as_str()]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_said_of_reminders_stays_as_it_was() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let change = async |reminders: HabitsChange| {
            let input = ChoicesInput { reminders: Some(reminders), ..ChoicesInput::default() };
            notifications::choose(&f.app, &owner.ctx, input).await.unwrap();
            chosen(&f, &owner).await.1
        };
        let all = HabitsChange {
            tasks: Some("never".into()),
            appointments: Some("1d".into()),
            follow_ups: Some("2d".into()),
            morning: Some("07:30".into()),
            quiet: Some(("20:00".into(), "08:00".into())),
        };
        let mut known = change(all).await;
        assert_eq!((known.tasks, known.appointments), (Lead::Never, Lead::Days(1)));
        assert_eq!((known.follow_ups, known.morning), (Lead::Days(2), time(7, 30, 0, 0)));
        let nothing = HabitsChange::default;
        assert_eq!(change(nothing()).await, known);
        known.tasks = Lead::Days(7);
        assert_eq!(change(HabitsChange { tasks: Some("7d".into()), ..nothing() }).await, known);
        known.appointments = Lead::Minutes(10);
        let said = Some("10m".into());
        assert_eq!(change(HabitsChange { appointments: said, ..nothing() }).await, known);
        known.follow_ups = Lead::Minutes(60);
        assert_eq!(
            change(HabitsChange { follow_ups: Some("60m".into()), ..nothing() }).await,
            known
        );
        known.morning = time(10, 0, 0, 0);
        assert_eq!(
            change(HabitsChange { morning: Some("10:00".into()), ..nothing() }).await,
            known
        );
        known.quiet = None;
        let none = Some((String::new(), String::new()));
        assert_eq!(change(HabitsChange { quiet: none, ..nothing() }).await, known);
    })
    .await;
}

#[tokio::test]
async fn who_sees_no_tasks_chooses_nothing_of_reminders_nor_what_is_sent_along() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let (before, acts) = (chosen(&f, &books).await, f.actions(&owner).await);
        let input = ChoicesInput {
            ways: vec![(Kind::TaskDue.to_string(), Way::None.as_str().to_owned())],
            reminders: Some(HabitsChange { tasks: Some("1d".into()), ..HabitsChange::default() }),
        };
        let refused = notifications::choose(&f.app, &books.ctx, input).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        assert_eq!((chosen(&f, &books).await, f.actions(&owner).await), (before, acts));
    })
    .await;
}

#[tokio::test]
async fn what_a_colleague_was_told_nobody_else_opens_puts_off_or_settles() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        give(&f, &owner, &noa).await;
        // Half an hour before noon in Jerusalem.
        f.clock.advance_millis(210 * 60_000);
        jobs::run_due(&f.app).await.unwrap();
        let hers = told(&f, &noa).await;
        let kinds: Vec<Kind> = hers.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [Kind::TaskDue, Kind::TaskAssigned]);
        assert!(told(&f, &owner).await.is_empty());
        for one in &hers {
            let opened = notifications::open_notification(&f.app, &owner.ctx, &one.id).await;
            assert!(matches!(opened, Err(Error::NotFound)), "{opened:?}");
            let put_off = reminders::snooze_notification(&f.app, &owner.ctx, &one.id, "10m").await;
            assert!(matches!(put_off, Err(Error::NotFound)), "{put_off:?}");
        }
        notifications::read_all(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(told(&f, &noa).await, hers, "unread, as they were");
        notifications::read_all(&f.app, &noa.ctx).await.unwrap();
        assert!(told(&f, &noa).await.iter().all(|one| one.read_at.is_some()));
    })
    .await;
}
