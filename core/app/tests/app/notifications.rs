//! What members are told of, and how they want to hear of it: each one's own affair.

use crate::support::{Fixture, Signed, each};
use crate::tasks::task;
use app::notifications::{self, Kind, Notification, Way};
use app::reminders::{self, Habits, HabitsInput};
use app::tasks::{self, TaskInput};
use app::{Error, jobs};
use domain::Role;

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
        assert_eq!(hers.1.morning, jiff::civil::time(7, 30, 0, 0));

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
