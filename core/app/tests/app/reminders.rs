//! Reminders: each comes once, whatever clocks, workers and people do meanwhile.

use crate::support::people::{add, detailed, named};
use crate::support::{Fixture, Signed, each, each_with_its_database, expect_invalid};
use crate::tasks::task;
use app::appointments::{self, AppointmentInput};
use app::notifications::{self, Notification};
use app::people::{self, DetailsInput};
use app::reminders::{self, HabitsInput, Reminder, State, Subject};
use app::tasks::{self, Task, TaskFilter, TaskInput};
use app::{Error, jobs};
use domain::{Clock, Role, TenantId, Timestamp};

mod snoozing;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

// The tests begin on Sunday, 1 March 2026, at eight in the morning in Jerusalem.

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// Sets the clock and does what is due then.
async fn work_at(f: &Fixture, text: &str) {
    f.clock.advance_millis(at(text).millis_since(f.clock.now()));
    jobs::run_due(&f.app).await.unwrap();
}

async fn unread(f: &Fixture, who: &Signed) -> Vec<Notification> {
    let mut all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap();
    all.retain(|one| one.read_at.is_none() && one.matter.starts_with("reminder/"));
    all
}

async fn make(f: &Fixture, who: &Signed, input: TaskInput) -> Task {
    tasks::create_task(&f.app, &who.ctx, input, "").await.unwrap()
}

async fn of(f: &Fixture, tenant: &TenantId, subject: Subject, id: &str) -> Vec<Reminder> {
    let (tenant, id) = (tenant.clone(), id.to_owned());
    let list = move |c: &mut store::Conn| store::reminders::list_about(c, &tenant, subject, &id);
    f.app.db.read(list).await.unwrap()
}

/// How often the reminders of a task came.
async fn came(f: &Fixture, of_task: &Task) -> i64 {
    let all = of(f, &of_task.tenant_id, Subject::Task, of_task.id.as_str()).await;
    all.iter().map(|row| row.sent_count).sum()
}

fn habits() -> HabitsInput {
    HabitsInput {
        tasks: "30m".into(),
        appointments: "30m".into(),
        follow_ups: "0m".into(),
        morning: "09:00".into(),
        ..HabitsInput::default()
    }
}

async fn choose(f: &Fixture, who: &Signed, input: HabitsInput) {
    reminders::choose_habits(&f.app, &who.ctx, input).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
}

#[tokio::test]
async fn a_reminder_comes_once_whatever_the_clock_does() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let made = make(&f, &owner, task("Call", "2026-03-02", "10:00")).await;
        work_at(&f, "2026-03-02T07:29:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-02T07:30:00Z").await;
        let told = unread(&f, &owner).await;
        assert_eq!((told.len(), told[0].subject.as_str()), (1, "Call"));
        assert_eq!(told[0].href, format!("/tasks/{}", made.id));
        for again in ["2026-03-02T07:30:01Z", "2026-03-01T06:00:00Z", "2026-03-02T07:30:00Z"] {
            work_at(&f, again).await;
            f.clock.advance_millis(1);
            choose(&f, &owner, habits()).await;
            assert_eq!(came(&f, &made).await, 1, "{again}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_time_that_does_not_exist_or_comes_twice_reminds_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let day = "FREQ=DAILY".parse().unwrap();
        let exact = |day: &str, time: &str| TaskInput { lead: "0m".into(), ..task("x", day, time) };
        // Clocks go from 02:00 to 03:00 on 27 March, and from 02:00 back to 01:00 on 25 October.
        work_at(&f, "2026-03-26T00:00:00Z").await;
        let input = TaskInput { rule: Some(day), ..exact("2026-03-26", "02:30") };
        let first = make(&f, &owner, input).await;
        work_at(&f, "2026-03-26T00:30:00Z").await;
        assert_eq!(came(&f, &first).await, 1);
        tasks::do_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        work_at(&f, "2026-03-26T23:59:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-27T00:00:00Z").await;
        assert_eq!(unread(&f, &owner).await.len(), 1, "the first instant after the gap");
        work_at(&f, "2026-03-27T00:30:00Z").await;
        assert_eq!(unread(&f, &owner).await.len(), 1);

        work_at(&f, "2026-10-24T12:00:00Z").await;
        let twice = make(&f, &owner, exact("2026-10-25", "01:30")).await;
        work_at(&f, "2026-10-24T22:30:00Z").await;
        assert_eq!(came(&f, &twice).await, 1);
        work_at(&f, "2026-10-24T23:30:00Z").await;
        assert_eq!(came(&f, &twice).await, 1, "the hour came twice, the reminder once");
    })
    .await;
}

/// A task at ten every week in a zone, reminded of just then: when its first two come.
async fn weekly(f: &Fixture, who: &Signed, zone: &str, day: &str, comes: [&str; 2]) {
    let ctx = app::Context { zone: zone.parse().unwrap(), ..who.ctx.clone() };
    let first = at(comes[0]);
    f.clock.advance_millis(first.plus_secs(-3_600).millis_since(f.clock.now()));
    let rule = Some("FREQ=WEEKLY".parse().unwrap());
    let input = TaskInput { lead: "0m".into(), rule, ..task("Water", day, "10:00") };
    let mut task = tasks::create_task(&f.app, &ctx, input, "").await.unwrap();
    for time in comes {
        let early = at(time).plus_secs(-1).to_rfc3339();
        work_at(f, &early).await;
        assert_eq!(came(f, &task).await, 0, "{zone}: {early}");
        work_at(f, time).await;
        assert_eq!(came(f, &task).await, 1, "{zone}: {time}");
        tasks::do_task(&f.app, &ctx, &task.id).await.unwrap();
        let open = TaskFilter::default();
        task = tasks::list_tasks(&f.app, &ctx, open, None, 9).await.unwrap().items.remove(0);
    }
    tasks::delete_task(&f.app, &ctx, &task.id).await.unwrap();
}

#[tokio::test]
async fn what_comes_every_week_stays_at_its_hour_when_the_clocks_change() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let of_israel = "Asia/Jerusalem";
        // The clocks go ahead on Friday, 26 March 2027, and back on Sunday, 31 October.
        let spring = ["2027-03-21T08:00:00Z", "2027-03-28T07:00:00Z"];
        weekly(&f, &owner, of_israel, "2027-03-21", spring).await;
        let autumn = ["2027-10-24T07:00:00Z", "2027-10-31T08:00:00Z"];
        weekly(&f, &owner, of_israel, "2027-10-24", autumn).await;
        // Brazil's did so in November, until 2019.
        let same = ["2027-11-01T13:00:00Z", "2027-11-08T13:00:00Z"];
        weekly(&f, &owner, "America/Sao_Paulo", "2027-11-01", same).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_workers_one_reminds_and_one_that_dies_at_it_leaves_it_to_the_next() {
    each_with_its_database(async |f, fresh| {
        let owner = f.first_run().await;
        let mut made = Vec::new();
        for number in 0..20 {
            let input = task(&format!("Call {number}"), "2026-03-01", "10:00");
            made.push(make(&f, &owner, input).await);
        }
        f.clock.advance_millis(2 * HOUR);
        let now = f.clock.now();
        // Taken, and then the process is gone before it could say so.
        let died = f.app.db.write(move |c| {
            for due in store::reminders::due(c, now, 100)? {
                assert!(store::reminders::take(c, &due, now)?);
            }
            Err::<(), _>(store::Error::Conflict)
        });
        died.await.unwrap_err();
        assert!(unread(&f, &owner).await.is_empty());
        let other = Fixture::over(fresh.db.clone());
        other.clock.advance_millis(2 * HOUR);
        let work = |app: app::App| tokio::spawn(async move { jobs::run_due(&app).await.unwrap() });
        let both = [work(f.app.clone()), work(other.app.clone())];
        for one in both {
            one.await.unwrap();
        }
        assert_eq!(unread(&f, &owner).await.len(), 20);
        for task in &made {
            assert_eq!(came(&f, task).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_reminder_is_withdrawn_with_what_it_reminds_of() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let done = make(&f, &owner, task("Done", "2026-03-01", "12:00")).await;
        let gone = make(&f, &owner, task("Gone", "2026-03-01", "12:00")).await;
        let moved = make(&f, &owner, task("Moved", "2026-03-01", "12:00")).await;
        tasks::do_task(&f.app, &owner.ctx, &done.id).await.unwrap();
        tasks::delete_task(&f.app, &owner.ctx, &gone.id).await.unwrap();
        let later = task("Moved", "2026-03-02", "12:00");
        tasks::change_task(&f.app, &owner.ctx, &moved.id, later, moved.rev).await.unwrap();
        work_at(&f, "2026-03-01T10:30:00Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        // What is open again after its time reminds no more.
        tasks::reopen_task(&f.app, &owner.ctx, &done.id).await.unwrap();
        work_at(&f, "2026-03-02T09:30:00Z").await;
        let told = unread(&f, &owner).await;
        assert_eq!(told.iter().map(|one| &*one.subject).collect::<Vec<_>>(), ["Moved"]);
        // What was told already is settled.
        tasks::do_task(&f.app, &owner.ctx, &moved.id).await.unwrap();
        assert!(unread(&f, &owner).await.is_empty());
        let rows = of(&f, &owner.ctx.tenant, Subject::Task, moved.id.as_str()).await;
        assert!(rows.iter().all(|row| row.state == State::Withdrawn));
    })
    .await;
}

fn meeting(f: &Fixture, who: &Signed, starts_at: &str) -> AppointmentInput {
    assert!(at(starts_at) > f.clock.now());
    AppointmentInput {
        person: None,
        title: "Tasting".into(),
        notes: String::new(),
        location: String::new(),
        starts_at: at(starts_at),
        ends_at: at(starts_at).plus_secs(3_600),
        zone: who.ctx.zone.clone(),
        online: false,
        calendar: None,
    }
}

#[tokio::test]
async fn an_appointment_reminds_who_booked_it_and_not_when_it_moved_or_was_cancelled() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &noa.ctx);
        let book = async |at: &str| {
            let input = meeting(&f, &noa, at);
            appointments::book_appointment(app, ctx, input, "").await.unwrap()
        };
        let kept = book("2026-03-01T08:00:00Z").await;
        let cancelled = book("2026-03-01T10:00:00Z").await;
        let moved = book("2026-03-01T12:00:00Z").await;
        appointments::cancel_appointment(app, ctx, &cancelled.id).await.unwrap();
        let to = meeting(&f, &noa, "2026-03-01T14:00:00Z");
        appointments::change_appointment(app, ctx, &moved.id, to, moved.rev).await.unwrap();
        work_at(&f, "2026-03-01T07:30:00Z").await;
        let told = unread(&f, &noa).await;
        assert_eq!((told.len(), told[0].href.clone()), (1, format!("/appointments/{}", kept.id)));
        assert!(unread(&f, &owner).await.is_empty(), "it is hers");
        for (time, count) in
            [("2026-03-01T09:30:00Z", 1), ("2026-03-01T11:30:00Z", 1), ("2026-03-01T13:30:00Z", 2)]
        {
            work_at(&f, time).await;
            assert_eq!(unread(&f, &noa).await.len(), count, "{time}");
        }
        // The machine slept through one: nobody is reminded of what is over.
        book("2026-03-01T16:00:00Z").await;
        work_at(&f, "2026-03-02T16:00:00Z").await;
        assert_eq!(unread(&f, &noa).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_day_to_get_back_to_somebody_reminds_whoever_looks_after_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut input = detailed();
        let details = DetailsInput {
            owner: noa.ctx.member.to_string(),
            follow_up_on: "2026-03-02".into(),
            ..input.details.clone().unwrap()
        };
        input.details = Some(details.clone());
        let person = add(&f, &owner, input.clone()).await;
        let unowned = people::PersonInput {
            details: Some(DetailsInput {
                follow_up_on: "2026-03-02".into(),
                ..DetailsInput::default()
            }),
            ..named("Nobody’s")
        };
        add(&f, &owner, unowned).await;
        work_at(&f, "2026-03-02T07:00:00Z").await;
        assert_eq!(unread(&f, &noa).await.len(), 2);
        assert_eq!(unread(&f, &owner).await.len(), 1, "whom nobody looks after, all hear of");
        // Another day withdraws what was told, and reminds on that day.
        let details = DetailsInput { follow_up_on: "2026-03-03".into(), ..details };
        input.details = Some(details);
        let now = people::get_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        people::update_person(&f.app, &owner.ctx, &person.id, input, now.rev).await.unwrap();
        assert_eq!(unread(&f, &noa).await.len(), 1);
        people::delete_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        work_at(&f, "2026-03-03T07:00:00Z").await;
        assert_eq!(unread(&f, &noa).await.len(), 1, "they are gone");
        people::restore_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        work_at(&f, "2026-03-03T08:00:00Z").await;
        assert_eq!(unread(&f, &noa).await.len(), 1, "that morning is over");
    })
    .await;
}

#[tokio::test]
async fn a_snoozed_reminder_comes_again_and_only_to_who_snoozed_it() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let made = make(&f, &owner, task("Call", "2026-03-01", "12:00")).await;
        work_at(&f, "2026-03-01T09:30:00Z").await;
        let told = unread(&f, &owner).await.remove(0);
        let theirs = reminders::snooze_notification(&f.app, &stranger.ctx, &told.id, "10m").await;
        assert!(matches!(theirs, Err(Error::NotFound)));
        let odd = reminders::snooze_notification(&f.app, &owner.ctx, &told.id, "forever").await;
        expect_invalid(odd, "snooze");
        let again = reminders::snooze_notification(&f.app, &owner.ctx, &told.id, "10m").await;
        assert_eq!(again.unwrap(), at("2026-03-01T09:40:00Z"));
        assert!(unread(&f, &owner).await.is_empty());
        // A round in between leaves it where it was put.
        choose(&f, &owner, habits()).await;
        work_at(&f, "2026-03-01T09:39:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-01T09:40:00Z").await;
        assert_eq!((unread(&f, &owner).await.len(), came(&f, &made).await), (1, 2));
        let morning = reminders::snooze_task(&f.app, &owner.ctx, &made.id, "tomorrow").await;
        assert_eq!(morning.unwrap(), at("2026-03-02T07:00:00Z"));
        tasks::do_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        work_at(&f, "2026-03-02T07:00:00Z").await;
        assert_eq!((unread(&f, &owner).await.len(), came(&f, &made).await), (0, 2));
        let over = reminders::snooze_notification(&f.app, &owner.ctx, &told.id, "10m").await;
        assert!(matches!(over, Err(Error::Conflict { .. })));
        let over = reminders::snooze_task(&f.app, &owner.ctx, &made.id, "10m").await;
        assert!(matches!(over, Err(Error::Conflict { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_colleague_is_reminded_of_anothers_task_only_where_they_asked_for_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let input = TaskInput {
            assignee: noa.ctx.member.to_string(),
            ..task("Call", "2026-03-01", "12:00")
        };
        let made = make(&f, &owner, input).await;
        reminders::snooze_task(&f.app, &owner.ctx, &made.id, "1h").await.unwrap();
        choose(&f, &owner, habits()).await;
        work_at(&f, "2026-03-01T07:00:00Z").await;
        assert_eq!((unread(&f, &owner).await.len(), unread(&f, &noa).await.len()), (1, 0));
        work_at(&f, "2026-03-01T09:30:00Z").await;
        assert_eq!((unread(&f, &owner).await.len(), unread(&f, &noa).await.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn quiet_hours_put_off_what_they_can_and_bring_forward_what_they_must() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let quiet =
            HabitsInput { quiet_from: "22:00".into(), quiet_until: "09:30".into(), ..habits() };
        choose(&f, &owner, quiet.clone()).await;
        make(&f, &owner, task("Call", "2026-03-02", "08:00")).await;
        let input = meeting(&f, &owner, "2026-03-02T07:00:00Z");
        appointments::book_appointment(&f.app, &owner.ctx, input, "").await.unwrap();
        // The appointment at nine is told of just before quiet begins, the task when it ends.
        work_at(&f, "2026-03-01T19:58:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-01T19:59:00Z").await;
        assert_eq!(unread(&f, &owner).await.len(), 1);
        work_at(&f, "2026-03-02T07:29:59Z").await;
        assert_eq!(unread(&f, &owner).await.len(), 1);
        work_at(&f, "2026-03-02T07:30:00Z").await;
        assert_eq!(unread(&f, &owner).await.len(), 2);
        // Chosen meanwhile, they hold for what was planned before.
        let later = make(&f, &owner, task("Later", "2026-03-02", "14:00")).await;
        let noon =
            HabitsInput { quiet_from: "13:00".into(), quiet_until: "15:00".into(), ..habits() };
        choose(&f, &owner, noon).await;
        work_at(&f, "2026-03-02T11:30:00Z").await;
        assert_eq!(came(&f, &later).await, 0);
        work_at(&f, "2026-03-02T13:00:00Z").await;
        assert_eq!(came(&f, &later).await, 1);
        let odd = HabitsInput { quiet_until: "22:00".into(), ..quiet };
        let odd = reminders::choose_habits(&f.app, &owner.ctx, odd).await;
        expect_invalid(odd, "quiet_until");
    })
    .await;
}

#[tokio::test]
async fn what_was_chosen_holds_for_what_is_planned_and_a_task_may_say_otherwise() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let usual = make(&f, &owner, task("Usual", "2026-03-02", "12:00")).await;
        let own = TaskInput { lead: "1d".into(), ..task("Own", "2026-03-03", "12:00") };
        let own = make(&f, &owner, own).await;
        let never = TaskInput { lead: "never".into(), ..task("Never", "2026-03-02", "12:00") };
        let never = make(&f, &owner, never).await;
        choose(&f, &owner, HabitsInput { tasks: "60m".into(), ..habits() }).await;
        work_at(&f, "2026-03-02T09:00:00Z").await;
        assert_eq!((came(&f, &usual).await, came(&f, &own).await), (1, 0));
        work_at(&f, "2026-03-02T10:00:00Z").await;
        assert_eq!((came(&f, &own).await, came(&f, &never).await), (1, 0));
        let next = make(&f, &owner, task("Next", "2026-03-04", "12:00")).await;
        choose(&f, &owner, HabitsInput { tasks: "never".into(), ..habits() }).await;
        work_at(&f, "2026-03-05T12:00:00Z").await;
        assert_eq!(came(&f, &next).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_round_finds_what_was_to_come_since_and_nobody_had_planned() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        choose(&f, &owner, HabitsInput { follow_ups: "never".into(), ..habits() }).await;
        let of_today = |name: &str| people::PersonInput {
            details: Some(DetailsInput {
                follow_up_on: "2026-03-01".into(),
                ..DetailsInput::default()
            }),
            ..named(name)
        };
        add(&f, &owner, of_today("Dana")).await;
        // The morning begins at nine in Jerusalem; the round comes half an hour later.
        work_at(&f, "2026-03-01T07:30:00Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        choose(&f, &owner, habits()).await;
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(unread(&f, &owner).await.len(), 1);
        // What became due for today after the morning comes no more.
        add(&f, &owner, of_today("Late")).await;
        choose(&f, &owner, habits()).await;
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(unread(&f, &owner).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_lies_far_ahead_is_planned_when_it_comes_into_reach() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let far = make(&f, &owner, task("Far", "2026-06-01", "12:00")).await;
        let rows = of(&f, &owner.ctx.tenant, Subject::Task, far.id.as_str()).await;
        assert!(rows.is_empty());
        work_at(&f, "2026-05-20T00:00:00Z").await;
        choose(&f, &owner, habits()).await;
        work_at(&f, "2026-06-01T08:30:00Z").await;
        assert_eq!(came(&f, &far).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_snoozed_into_quiet_hours_comes_when_they_end() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noon =
            HabitsInput { quiet_from: "12:00".into(), quiet_until: "13:00".into(), ..habits() };
        choose(&f, &owner, noon).await;
        let made = make(&f, &owner, task("Call", "2026-03-01", "18:00")).await;
        // Half past eleven in Jerusalem.
        work_at(&f, "2026-03-01T09:30:00Z").await;
        for (word, until) in [
            ("10m", "2026-03-01T09:40:00Z"),
            ("3h", "2026-03-01T12:30:00Z"),
            ("1h", "2026-03-01T11:00:00Z"),
        ] {
            let told = reminders::snooze_task(&f.app, &owner.ctx, &made.id, word).await;
            assert_eq!(told.unwrap(), at(until), "{word}");
        }
        work_at(&f, "2026-03-01T10:59:59Z").await;
        assert!(unread(&f, &owner).await.is_empty());
        work_at(&f, "2026-03-01T11:00:00Z").await;
        assert_eq!((unread(&f, &owner).await.len(), came(&f, &made).await), (1, 1));
    })
    .await;
}
