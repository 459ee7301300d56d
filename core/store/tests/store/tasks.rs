//! Tasks, what they are about, and reminders, as the database keeps them.

use domain::{Due, Lead, MemberId, ReminderId, Role, TaskId, TenantId};
use store::reminders::{self, Reminder, State, Subject};
use store::tasks::{self, Assigned, LinkKind, NO_DUE, Task, TaskFilter, TaskOrder};
use store::{Db, Error, members};

use crate::support::*;

pub fn task(world: &World, tenant: &TenantId, title: &str, due: Option<Due>) -> Task {
    Task {
        tenant_id: tenant.clone(),
        id: TaskId::new(&world.clock, &world.rng),
        title: title.to_owned(),
        notes: String::new(),
        assignee_id: None,
        due,
        zone: zone(),
        due_at: due.and_then(|due| due.ends(&zone())).unwrap_or(NO_DUE),
        lead: None,
        rule: None,
        rule_from: None,
        previous_id: None,
        created_by: MemberId::new(&world.clock, &world.rng),
        done_at: None,
        done_by: None,
        created_at: world.now(),
        updated_at: world.now(),
        deleted_at: None,
        rev: 1,
    }
}

async fn a_member(db: &Db, world: &World, tenant: &TenantId) -> MemberId {
    let account = an_account(db, world, "ruth@x.il").await;
    let row = world.member(tenant, &account, Role::Owner);
    let id = row.id.clone();
    db.write(move |c| members::insert(c, &row)).await.unwrap();
    id
}

fn reminder(world: &World, tenant: &TenantId, of: &MemberId) -> Reminder {
    Reminder {
        tenant_id: tenant.clone(),
        id: ReminderId::new(&world.clock, &world.rng),
        subject: Subject::Task,
        subject_id: "1".to_owned(),
        member_id: of.clone(),
        occurrence: "2026-03-02T10:00".parse().unwrap(),
        lead: Lead::Minutes(30),
        zone: zone(),
        instant: world.now(),
        fires_at: world.now(),
        state: State::Pending,
        sent_at: None,
        sent_count: 0,
        created_at: world.now(),
    }
}

store::both_backends! {
    async fn a_task_is_kept_as_it_was_and_found_by_its_title(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let full = Task {
            lead: Some(Lead::Days(1)),
            rule: Some("FREQ=WEEKLY;BYDAY=MO".parse().unwrap()),
            rule_from: Some("2026-03-02".parse().unwrap()),
            ..task(&world, &tenant, "Call 100% Noa_", Some("2026-03-02T10:00".parse().unwrap()))
        };
        let plain = task(&world, &tenant, "Rest", None);
        let now = world.now();
        db.write(move |c| {
            tasks::insert(c, &full)?;
            tasks::insert(c, &plain)?;
            assert_eq!(tasks::get(c, &tenant, &full.id)?, full);
            assert!(tasks::find(c, &other, &full.id)?.is_none());
            let found = |text: &str| TaskFilter { search: Some(text.to_owned()), ..Default::default() };
            for (text, count) in [("100% noa_", 1), ("%", 0), ("noa", 1), ("1000", 0), ("", 2)] {
                assert_eq!(tasks::count(c, &tenant, &found(text))?, count, "{text}");
            }
            let nobodys = TaskFilter { assigned: Some(Assigned::ToNobody), ..Default::default() };
            assert_eq!(tasks::list(c, &tenant, &nobodys, None, 9)?.items.len(), 2);
            let change = store::tasks::TaskChange { title: "Rested".to_owned(), ..plain.unchanged() };
            assert_eq!(tasks::update(c, &tenant, &plain.id, &change, 1, now)?, 2);
            assert!(matches!(tasks::update(c, &tenant, &plain.id, &change, 1, now), Err(Error::Conflict)));
            assert_eq!(tasks::count(c, &tenant, &found("rested"))?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn each_order_holds_all_page_by_page(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant).await;
        let due = |day: &str| -> Option<Due> { Some(day.parse().unwrap()) };
        let mut rows: Vec<Task> = [
            ("a", due("2026-03-05"), Some(&ruth)),
            ("b", due("2026-03-01"), None),
            ("c", None, Some(&ruth)),
            ("d", due("2026-03-09"), None),
        ]
        .into_iter()
        .map(|(title, due, who)| Task { assignee_id: who.cloned(), ..task(&world, &tenant, title, due) })
        .collect();
        for (row, hours) in rows.iter_mut().zip([2, 1, 4, 3]) {
            row.created_at = START.plus_secs(hours * 3_600);
        }
        let person = world.person(&tenant, "Noa");
        let (linked, noa) = (rows[3].id.clone(), person.id.clone());
        db.write(move |c| {
            store::people::insert(c, &person, &[])?;
            rows.iter().try_for_each(|row| tasks::insert(c, row))?;
            tasks::put_links(c, &tenant, &linked, &[(LinkKind::Person, noa.to_string())])?;
            for (order, wanted) in [
                (TaskOrder::Due, "badc"),
                (TaskOrder::Newest, "cdab"),
                (TaskOrder::Assignee, "acbd"),
            ] {
                let filter = TaskFilter { order: Some(order), ..TaskFilter::default() };
                let (mut titles, mut after) = (String::new(), None);
                loop {
                    let page = tasks::list(c, &tenant, &filter, after.as_ref(), 1)?;
                    titles.extend(page.items.iter().map(|task| task.title.as_str()));
                    // As an address carries it.
                    after = page.next.map(|next| next.to_string().parse().unwrap());
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(titles, wanted, "{order}");
            }
            let noa = vec![(LinkKind::Person, noa.to_string())];
            let about = TaskFilter { about: noa, ..TaskFilter::default() };
            let found = tasks::list(c, &tenant, &about, None, 9)?.items;
            assert_eq!((found.len(), found[0].title.as_str()), (1, "d"));
            Ok(())
        }).await.unwrap();
    }

    async fn each_task_makes_one_next(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let first = task(&world, &tenant, "First", None);
        let next = || Task { previous_id: Some(first.id.clone()), ..task(&world, &tenant, "Next", None) };
        let (one, two) = (next(), next());
        let made = db.write(move |c| {
            tasks::insert(c, &first)?;
            tasks::insert(c, &one)
        });
        made.await.unwrap();
        let again = db.write(move |c| tasks::insert(c, &two)).await.unwrap_err();
        assert!(matches!(again, Error::Unique { .. }), "{again:?}");
    }

    async fn links_are_put_as_a_whole_and_handed_over(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (one, two) = (task(&world, &tenant, "One", None), task(&world, &tenant, "Two", None));
        let (noa, avi) = (world.person(&tenant, "Noa").id, world.person(&tenant, "Avi").id);
        db.write(move |c| {
            tasks::insert(c, &one)?;
            tasks::insert(c, &two)?;
            let to = |id: &domain::PersonId| (LinkKind::Person, id.to_string());
            assert!(tasks::put_links(c, &tenant, &one.id, &[to(&noa)])?);
            assert!(!tasks::put_links(c, &tenant, &one.id, &[to(&noa)])?);
            assert!(tasks::put_links(c, &tenant, &two.id, &[to(&noa), to(&avi)])?);
            let about = |c: &mut store::Conn, id: &domain::PersonId| {
                tasks::list_about(c, &tenant, LinkKind::Person, id.as_str(), 9).map(|all| all.len())
            };
            assert_eq!((about(c, &noa)?, about(c, &avi)?), (2, 1));
            let moved = tasks::hand_over_links(c, &tenant, &noa, &avi)?;
            assert_eq!((moved.len(), about(c, &noa)?, about(c, &avi)?), (2, 0, 2));
            assert!(tasks::put_links(c, &tenant, &one.id, &[])?);
            tasks::delete(c, &tenant, &two.id)?;
            assert_eq!(about(c, &avi)?, 0);
            Ok(())
        }).await.unwrap();
    }

    async fn a_reminder_is_there_once_and_taken_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let ruth = a_member(&db, &world, &tenant).await;
        let (row, twin) = (reminder(&world, &tenant, &ruth), reminder(&world, &tenant, &ruth));
        let now = world.now();
        db.write(move |c| {
            assert!(reminders::insert(c, &row)?);
            assert!(!reminders::insert(c, &twin)?, "the same occurrence");
            let due = reminders::due(c, now, 10)?;
            assert_eq!(due, std::slice::from_ref(&row));
            assert!(reminders::take(c, &due[0], now)?);
            assert!(!reminders::take(c, &due[0], now)?);
            assert!(reminders::due(c, now.plus_secs(999), 10)?.is_empty());
            let later = now.plus_secs(600);
            reminders::update(c, &Reminder { state: State::Snoozed, fires_at: later, ..row.clone() })?;
            assert!(!reminders::take(c, &due[0], later)?, "what was found before it was put off");
            assert!(reminders::due(c, now, 10)?.is_empty());
            let again = reminders::due(c, later, 10)?;
            assert_eq!(again[0].sent_count, 1);
            assert_eq!(reminders::delete_before(c, later)?, 0, "it waits");
            assert!(reminders::take(c, &again[0], later)?);
            assert_eq!(reminders::delete_before(c, later)?, 1);
            assert!(reminders::insert(c, &twin)?);
            Ok(())
        }).await.unwrap();
    }

    async fn what_changed_since_comes_once_whether_done_or_not(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let at = |secs: i64, title: &str| {
            Task { updated_at: world.now().plus_secs(secs), ..task(&world, &tenant, title, None) }
        };
        let before = at(-1, "Before");
        let done = Task { done_at: Some(world.now()), ..at(2, "Done") };
        let removed = Task { deleted_at: Some(world.now()), ..at(1, "Removed") };
        let all = [before, at(3, "Open"), done, removed.clone()];
        let since = world.now();
        db.write(move |c| {
            all.iter().try_for_each(|row| tasks::insert(c, row))?;
            let first = tasks::list_changed(c, &tenant, since, None, 1)?;
            let rest = tasks::list_changed(c, &tenant, since, first.next.as_ref(), 9)?;
            let titles: Vec<&str> =
                first.items.iter().chain(&rest.items).map(|it| it.title.as_str()).collect();
            assert_eq!((titles, rest.next), (vec!["Done", "Open"], None));
            // Who is there again is news.
            tasks::mark_deleted(c, &tenant, &removed.id, removed.rev, None, since.plus_secs(9))?;
            let again = tasks::list_changed(c, &tenant, since.plus_secs(4), None, 9)?;
            assert_eq!(again.items[0].id, removed.id);
            Ok(())
        }).await.unwrap();
    }

    async fn removed_tasks_go_for_good_some_at_a_time(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let late = world.now().plus_millis(5);
        let stays = Task { deleted_at: Some(late), ..task(&world, &other, "Stays", None) };
        let removed = |of: &TenantId| {
            Task { deleted_at: Some(world.now()), ..task(&world, of, "Removed", None) }
        };
        let mut all: Vec<Task> = (0..1_000).map(|_| removed(&tenant)).collect();
        all.extend([removed(&other), stays.clone()]);
        db.write(move |c| {
            all.iter().try_for_each(|row| tasks::insert(c, row))?;
            assert_eq!(tasks::delete_before(c, late)?, 1_000);
            assert_eq!(tasks::delete_before(c, late)?, 1);
            assert_eq!(tasks::delete_before(c, late)?, 0);
            assert!(tasks::find_even_deleted(c, &other, &stays.id)?.is_some());
            Ok(())
        }).await.unwrap();
    }
}
