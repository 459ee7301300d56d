//! Tasks: who does what by when, what comes again, what several are changed to, and taking it back.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::tasks::bulk::{BulkInput, change_tasks};
use app::tasks::{self, Assigned, LinkInput, LinkKind, Task, TaskFilter, TaskInput};
use app::{
    Context, Error, home, imports, members, notifications, people, retention, search, timeline,
    undos,
};
use domain::{ApiScope, Role, TaskId, Timestamp};

pub fn task(title: &str, day: &str, time: &str) -> TaskInput {
    TaskInput { title: title.into(), day: day.into(), time: time.into(), ..TaskInput::default() }
}

async fn make(f: &Fixture, who: &Signed, input: TaskInput) -> Task {
    tasks::create_task(&f.app, &who.ctx, input, "").await.unwrap()
}

async fn open(f: &Fixture, who: &Signed) -> Vec<(String, String)> {
    listed(f, who, TaskFilter::default()).await
}

async fn listed(f: &Fixture, who: &Signed, filter: TaskFilter) -> Vec<(String, String)> {
    let page = tasks::list_tasks(&f.app, &who.ctx, filter.clone(), None, 100).await.unwrap();
    let count = tasks::count_tasks(&f.app, &who.ctx, vec![filter]).await.unwrap();
    assert_eq!(count, [i64::try_from(page.items.len()).unwrap()], "the number is the list's");
    let due = |task: &Task| task.due.map(|due| due.to_string()).unwrap_or_default();
    page.items.iter().map(|task| (task.title.clone(), due(task))).collect()
}

fn pair(title: &str, due: &str) -> (String, String) {
    (title.to_owned(), due.to_owned())
}

fn mine(who: &Signed) -> Option<Assigned> {
    Some(Assigned::To(who.ctx.member.clone()))
}

// The tests begin on Sunday, 1 March 2026, at eight in the morning in Jerusalem.

#[tokio::test]
async fn tasks_are_listed_by_when_they_are_due_and_home_counts_those_of_today() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let me = owner.ctx.member.to_string();
        for (title, day, time) in [
            ("Someday", "", ""),
            ("Today", "2026-03-01", ""),
            ("Early", "2026-03-01", "07:00"),
            ("Noon", "2026-03-01", "12:00"),
            ("Saturday", "2026-03-07", ""),
            ("Next Sunday", "2026-03-08", ""),
        ] {
            let input = TaskInput { assignee: me.clone(), ..task(title, day, time) };
            make(&f, &owner, input).await;
        }
        make(&f, &owner, task("Nobody’s", "2026-03-01", "")).await;
        let titles = |all: Vec<(String, String)>| -> Vec<String> {
            all.into_iter().map(|(title, _)| title).collect()
        };
        let now = f.app.clock.now();
        let all = TaskFilter { assigned: mine(&owner), ..TaskFilter::default() };
        let in_order = ["Early", "Noon", "Today", "Saturday", "Next Sunday", "Someday"];
        assert_eq!(titles(listed(&f, &owner, all.clone()).await), in_order);
        let today = tasks::due_today(&owner.ctx, now);
        assert_eq!(titles(listed(&f, &owner, today).await), ["Early", "Noon", "Today"]);
        let week = tasks::due_within(&owner.ctx, now, 6, mine(&owner));
        assert_eq!(titles(listed(&f, &owner, week).await).len(), 4);
        let overdue = TaskFilter { due_until: Some(now), ..all.clone() };
        assert_eq!(titles(listed(&f, &owner, overdue).await), ["Early"]);
        let due = home::get_home(&f.app, &owner.ctx).await.unwrap().tasks.unwrap();
        assert_eq!((due.count, due.first.len()), (3, 3));

        // A page goes on where the one before ended.
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let page = tasks::list_tasks(&f.app, &owner.ctx, all.clone(), after, 2).await.unwrap();
            seen.extend(page.items.into_iter().map(|task| task.title));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, in_order);
        let found = search::search(&f.app, &owner.ctx, "SUN").await.unwrap().tasks;
        assert_eq!(found.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_repeats_makes_the_next_when_it_is_done_and_unmakes_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let rule = "FREQ=WEEKLY;BYDAY=SU,WE;COUNT=3".parse().unwrap();
        let input = TaskInput { rule: Some(rule), ..task("Water", "2026-03-01", "09:00") };
        let first = make(&f, &owner, input).await;
        tasks::do_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        tasks::do_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        assert_eq!(open(&f, &owner).await, [pair("Water", "2026-03-04T09:00")], "twice is once");

        tasks::reopen_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        assert_eq!(open(&f, &owner).await, [pair("Water", "2026-03-01T09:00")]);

        // What somebody has changed stays, and another is not made beside it.
        tasks::do_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        let all = TaskFilter::default();
        let second = tasks::list_tasks(&f.app, &owner.ctx, all, None, 9).await.unwrap().items;
        let put_off = BulkInput { act: "delay".into(), to: "2026-03-05".into() };
        let ids = vec![second[0].id.clone()];
        change_tasks(&f.app, &owner.ctx, ids, put_off).await.unwrap();
        tasks::reopen_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        tasks::do_task(&f.app, &owner.ctx, &first.id).await.unwrap();
        assert_eq!(open(&f, &owner).await, [pair("Water", "2026-03-05T09:00")]);

        // One that was put off goes on by the rule; after three times it has ended.
        tasks::do_task(&f.app, &owner.ctx, &second[0].id).await.unwrap();
        let third = tasks::list_tasks(&f.app, &owner.ctx, TaskFilter::default(), None, 9).await;
        let third = third.unwrap().items;
        assert_eq!(third[0].due.unwrap().to_string(), "2026-03-08T09:00");
        tasks::do_task(&f.app, &owner.ctx, &third[0].id).await.unwrap();
        assert!(open(&f, &owner).await.is_empty());
        let done = TaskFilter { done: true, ..TaskFilter::default() };
        assert_eq!(listed(&f, &owner, done).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_is_long_overdue_makes_the_next_that_is_still_to_come() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let rule = Some("FREQ=DAILY".parse().unwrap());
        let input = TaskInput { rule, ..task("Water", "2026-03-01", "09:00") };
        let made = make(&f, &owner, input).await;
        f.clock.advance_millis(10 * 24 * 3_600_000);
        let (before, next) =
            ([pair("Water", "2026-03-01T09:00")], [pair("Water", "2026-03-11T09:00")]);
        tasks::do_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert_eq!(open(&f, &owner).await, next);
        tasks::reopen_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert_eq!(open(&f, &owner).await, before);
        let act = BulkInput { act: "done".into(), to: String::new() };
        let done = change_tasks(&f.app, &owner.ctx, vec![made.id], act).await.unwrap();
        assert_eq!(open(&f, &owner).await, next);
        undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap();
        assert_eq!(open(&f, &owner).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_was_done_to_several_is_taken_back_as_a_whole() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut ids: Vec<TaskId> = Vec::new();
        for title in ["One", "Two", "Three"] {
            ids.push(make(&f, &owner, task(title, "2026-03-02", "10:00")).await.id);
        }
        let before = open(&f, &owner).await;
        for (act, to) in [
            ("done", String::new()),
            ("assign", noa.ctx.member.to_string()),
            ("delay", "+7".to_owned()),
            ("remove", String::new()),
        ] {
            let input = BulkInput { act: act.to_owned(), to };
            let done = change_tasks(&f.app, &owner.ctx, ids.clone(), input).await.unwrap();
            assert_eq!(done.count, 3, "{act}");
            let filter = TaskFilter { assigned: Some(Assigned::ToNobody), ..Default::default() };
            assert!(listed(&f, &owner, filter).await != before, "{act}");
            let undo = done.undo.unwrap();
            assert!(undos::undo(&f.app, &noa.ctx, &undo).await.is_err(), "another’s act");
            assert_eq!(undos::undo(&f.app, &owner.ctx, &undo).await.unwrap(), 3, "{act}");
            assert_eq!(open(&f, &owner).await, before, "{act}");
        }
        let late = BulkInput { act: "delay".into(), to: "+1".into() };
        change_tasks(&f.app, &owner.ctx, ids[..1].to_vec(), late).await.unwrap();
        assert_eq!(open(&f, &owner).await, before, "tomorrow is when it was");
        let none = change_tasks(&f.app, &owner.ctx, vec![], BulkInput::default()).await;
        expect_invalid(none, "tasks");
        let odd = BulkInput { act: "delay".into(), to: "soon".into() };
        expect_invalid(change_tasks(&f.app, &owner.ctx, ids, odd).await, "to");
    })
    .await;
}

#[tokio::test]
async fn a_removed_task_comes_back_until_its_time_is_over() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let made = make(&f, &owner, task("One", "", "")).await;
        tasks::delete_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        tasks::delete_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert!(open(&f, &owner).await.is_empty());
        tasks::restore_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert_eq!(open(&f, &owner).await.len(), 1);
        tasks::delete_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        f.clock.advance_millis((tasks::DELETED_DAYS + 1) * 24 * 3_600_000);
        retention::sweep(&f.app).await;
        let gone = tasks::restore_task(&f.app, &owner.ctx, &made.id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn wrong_fields_are_named_and_a_form_adds_once() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let theirs = add(&f, &stranger, named("Theirs")).await.id.to_string();
        let rule = "FREQ=DAILY".parse().unwrap();
        for (field, input) in [
            ("title", task("  ", "", "")),
            ("title", task(&"x".repeat(201), "", "")),
            ("day", task("x", "tomorrow", "")),
            ("day", task("x", "", "09:00")),
            ("time", task("x", "2026-03-01", "9:00")),
            ("day", TaskInput { rule: Some(rule), ..task("x", "", "") }),
            ("lead", TaskInput { lead: "soon".into(), ..task("x", "", "") }),
            (
                "assignee",
                TaskInput { assignee: stranger.ctx.member.to_string(), ..task("x", "", "") },
            ),
            ("person", TaskInput { people: vec![theirs], ..task("x", "", "") }),
            ("appointment", TaskInput { appointments: vec!["1".into()], ..task("x", "", "") }),
        ] {
            expect_invalid(tasks::create_task(&f.app, &owner.ctx, input, "").await, field);
        }
        for _ in 0..2 {
            tasks::create_task(&f.app, &owner.ctx, task("x", "", ""), "form").await.unwrap();
        }
        assert_eq!(open(&f, &owner).await.len(), 1);
        assert!(open(&f, &stranger).await.is_empty());
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let hidden = tasks::list_tasks(&f.app, &books.ctx, TaskFilter::default(), None, 9).await;
        assert!(matches!(hidden, Err(Error::NotFound)));
        let hidden = tasks::create_task(&f.app, &books.ctx, task("x", "", ""), "").await;
        assert!(matches!(hidden, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_task_about_somebody_is_on_their_page_and_stays_with_them_when_two_become_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let kept = add(&f, &owner, named("Noa")).await;
        let gone = add(&f, &owner, named("N. Levi")).await;
        let input = TaskInput { people: vec![gone.id.to_string()], ..task("Call", "", "") };
        let made = make(&f, &owner, input).await;
        tasks::do_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        tasks::reopen_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        let told = async |person| -> Vec<String> {
            let page = timeline::list_entries(&f.app, &owner.ctx, person, None, 50).await.unwrap();
            page.items.into_iter().map(|told| told.entry.kind).collect()
        };
        let told = told(&gone.id).await;
        for kind in ["task-added", "task-done", "task-reopened"] {
            assert_eq!(told.iter().filter(|one| *one == kind).count(), 1, "{kind}");
        }
        let about = async |id: &str| {
            tasks::list_about(&f.app, &owner.ctx, LinkKind::Person, id).await.unwrap().len()
        };
        let merged = people::merge::merge_people(&f.app, &owner.ctx, &kept.id, &gone.id).await;
        assert_eq!((about(kept.id.as_str()).await, about(gone.id.as_str()).await), (1, 0));
        let linked = tasks::list_linked(&f.app, &owner.ctx, vec![made.id.clone()]).await.unwrap();
        assert_eq!(linked[0].name, "Noa");
        undos::undo(&f.app, &owner.ctx, &merged.unwrap()).await.unwrap();
        assert_eq!((about(kept.id.as_str()).await, about(gone.id.as_str()).await), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_task_about_two_who_were_one_is_about_both_again() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let kept = add(&f, &owner, named("Noa")).await;
        let gone = add(&f, &owner, named("Avi")).await;
        let people = vec![kept.id.to_string(), gone.id.to_string()];
        make(&f, &owner, TaskInput { people, ..task("Seat them", "", "") }).await;
        let about = async |id: &str| {
            tasks::list_about(&f.app, &owner.ctx, LinkKind::Person, id).await.unwrap().len()
        };
        let merged = people::merge::merge_people(&f.app, &owner.ctx, &kept.id, &gone.id).await;
        assert_eq!((about(kept.id.as_str()).await, about(gone.id.as_str()).await), (1, 0));
        undos::undo(&f.app, &owner.ctx, &merged.unwrap()).await.unwrap();
        assert_eq!((about(kept.id.as_str()).await, about(gone.id.as_str()).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_task_stays_about_whom_somebody_removed_and_brings_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noa = add(&f, &owner, named("Noa")).await;
        let input = TaskInput { people: vec![noa.id.to_string()], ..task("Call", "", "") };
        let made = make(&f, &owner, input).await;
        people::delete_person(app, ctx, &noa.id).await.unwrap();
        // Its form doesn't show them, and so doesn't send them.
        let again = task("Call again", "", "");
        tasks::change_task(app, ctx, &made.id, again, made.rev).await.unwrap();
        people::restore_person(app, ctx, &noa.id).await.unwrap();
        let about = tasks::list_about(app, ctx, LinkKind::Person, noa.id.as_str()).await.unwrap();
        assert_eq!(about.len(), 1);
        let again = task("Call again", "", "");
        tasks::change_task(app, ctx, &made.id, again, about[0].rev).await.unwrap();
        let about = tasks::list_about(app, ctx, LinkKind::Person, noa.id.as_str()).await.unwrap();
        assert!(about.is_empty(), "whom it shows can be left out");
    })
    .await;
}

#[tokio::test]
async fn a_task_is_about_anything_and_says_what_to_who_may_see_it() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let other = make(&f, &owner, task("Other", "", "")).await;
        let theirs = make(&f, &stranger, task("Theirs", "", "")).await;
        let list = b"Name\nNoa\n".to_vec();
        let import = imports::keep_file(&f.app, &owner.ctx, "list.csv", list).await.unwrap();
        let link = |kind: &str, id: &str| LinkInput { kind: kind.into(), id: id.into() };
        let links = vec![
            link("task", other.id.as_str()),
            link("import", import.as_str()),
            link("address", "https://Shop.example.com/orders?id=7"),
        ];
        let input = TaskInput { links: links.clone(), ..task("Look", "", "") };
        let made = make(&f, &owner, input.clone()).await;
        let told = async |ctx: &Context| {
            let ids = vec![made.id.clone()];
            let (seen, unseen) = tasks::list_all_linked(&f.app, ctx, ids).await.unwrap();
            let mut names: Vec<String> = seen.into_iter().map(|it| it.name).collect();
            names.sort();
            (names.join(", "), unseen.len())
        };
        let all = ("Other, list.csv, shop.example.com".to_owned(), 0);
        assert_eq!(told(&owner.ctx).await, all);
        // Who sees none of the people sees that there is something, and leaves it.
        let scopes = [ApiScope::TasksRead, ApiScope::TasksWrite].into_iter().collect();
        let narrow = Context { scopes: Some(scopes), ..owner.ctx.clone() };
        assert_eq!(told(&narrow).await, ("Other, shop.example.com".to_owned(), 1));
        let renamed = TaskInput {
            links: vec![links[0].clone(), links[2].clone()],
            ..task("Look again", "", "")
        };
        let changed = tasks::change_task(&f.app, &narrow, &made.id, renamed, made.rev).await;
        assert_eq!(changed.unwrap().title, "Look again");
        assert_eq!(told(&owner.ctx).await, all);
        for wrong in [
            link("task", theirs.id.as_str()),
            link("task", made.id.as_str()),
            link("task", import.as_str()),
            link("approval", "1"),
            link("member", owner.ctx.member.as_str()),
            link("address", "javascript:alert(1)"),
            link("address", "http://shop.example.com/"),
        ] {
            let now = tasks::get_task(&f.app, &owner.ctx, &made.id).await.unwrap();
            let input = TaskInput { links: vec![wrong], ..task("x", "", "") };
            let refused = tasks::change_task(&f.app, &owner.ctx, &made.id, input, now.rev).await;
            expect_invalid(refused, "links");
        }
        let refused = tasks::create_task(&f.app, &narrow, input, "").await;
        expect_invalid(refused, "links");
        tasks::delete_task(&f.app, &owner.ctx, &other.id).await.unwrap();
        assert_eq!(told(&owner.ctx).await, ("list.csv, shop.example.com".to_owned(), 0));
        let named = tasks::list_named(&f.app, &owner.ctx, links).await.unwrap();
        assert_eq!(named.len(), 2, "what is gone has no name");
    })
    .await;
}

#[tokio::test]
async fn who_is_given_a_task_is_told_and_who_leaves_leaves_it_to_nobody() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let input =
            TaskInput { assignee: noa.ctx.member.to_string(), ..task("Call", "2026-03-03", "") };
        let made = make(&f, &owner, input.clone()).await;
        let unread = async |who: &Signed| {
            let all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap();
            all.iter().filter(|one| one.read_at.is_none()).count()
        };
        assert_eq!((unread(&noa).await, unread(&owner).await), (1, 0));
        tasks::do_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert_eq!(unread(&noa).await, 0, "it is done");
        tasks::reopen_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        // Two forms of the same moment: the second is told so.
        let made = tasks::get_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        let own = TaskInput { title: "Call her".into(), ..input };
        tasks::change_task(&f.app, &owner.ctx, &made.id, own.clone(), made.rev).await.unwrap();
        let late = TaskInput { title: "Call him".into(), ..own };
        let late = tasks::change_task(&f.app, &owner.ctx, &made.id, late, made.rev).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
        members::remove_member(&f.app, &owner.ctx, &noa.ctx.member).await.unwrap();
        let after = tasks::get_task(&f.app, &owner.ctx, &made.id).await.unwrap();
        assert_eq!(after.assignee_id, None);
    })
    .await;
}

#[tokio::test]
async fn what_repeats_is_due_at_its_hour_when_the_clocks_change() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        // The clocks in Israel go forward on 27 March, and back on 25 October.
        for (day, time, first, second) in [
            ("2026-03-26", "09:00", "2026-03-26T07:00:00Z", "2026-03-27T06:00:00Z"),
            ("2026-03-26", "", "2026-03-26T22:00:00Z", "2026-03-27T21:00:00Z"),
            ("2026-10-24", "09:00", "2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z"),
        ] {
            let rule = "FREQ=DAILY".parse().unwrap();
            let input = TaskInput { rule: Some(rule), ..task("Water", day, time) };
            let made = make(&f, &owner, input).await;
            assert_eq!(made.due_at, at(first), "{day} {time}");
            tasks::do_task(&f.app, &owner.ctx, &made.id).await.unwrap();
            let all = TaskFilter::default();
            let next = tasks::list_tasks(&f.app, &owner.ctx, all, None, 9).await.unwrap();
            assert_eq!(next.items[0].due_at, at(second), "{day} {time}");
            tasks::delete_task(&f.app, &owner.ctx, &next.items[0].id).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_given_many_tasks_at_once_is_told_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut ids: Vec<TaskId> = Vec::new();
        for title in ["One", "Two", "Three", "Four", "Done"] {
            ids.push(make(&f, &owner, task(title, "2026-03-02", "10:00")).await.id);
        }
        tasks::do_task(&f.app, &owner.ctx, &ids[4]).await.unwrap();
        let told = async |who: &Signed| {
            let all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap();
            let unread = all.into_iter().filter(|it| it.read_at.is_none());
            let mut told: Vec<(String, String)> =
                unread.map(|it| (it.kind.to_string(), it.subject)).collect();
            told.sort();
            told
        };
        let to = |who: &Signed| BulkInput { act: "assign".into(), to: who.ctx.member.to_string() };
        let one = ids[..1].to_vec();
        change_tasks(&f.app, &owner.ctx, one, to(&noa)).await.unwrap();
        assert_eq!(told(&noa).await, [pair("task-assigned", "One")]);
        change_tasks(&f.app, &owner.ctx, ids[1..].to_vec(), to(&noa)).await.unwrap();
        let both = [pair("task-assigned", "One"), pair("tasks-assigned", "3")];
        assert_eq!(told(&noa).await, both, "what is done isn’t hers to do");
        change_tasks(&f.app, &noa.ctx, ids[1..].to_vec(), to(&owner)).await.unwrap();
        assert_eq!(told(&owner).await, [pair("tasks-assigned", "3")]);
        change_tasks(&f.app, &owner.ctx, ids[1..].to_vec(), to(&noa)).await.unwrap();
        let before = told(&noa).await;
        assert_eq!(before.len(), 3, "another act is told on its own");
        // Her own are given to nobody, and back to her.
        let nobody = BulkInput { act: "assign".into(), to: String::new() };
        let taken = change_tasks(&f.app, &owner.ctx, ids.clone(), nobody).await.unwrap();
        undos::undo(&f.app, &owner.ctx, &taken.undo.unwrap()).await.unwrap();
        assert_eq!(told(&noa).await, before, "what was hers is no news");
        let was = told(&owner).await;
        let given = change_tasks(&f.app, &noa.ctx, ids, to(&owner)).await.unwrap();
        assert_eq!(told(&owner).await.len(), was.len() + 1);
        undos::undo(&f.app, &noa.ctx, &given.undo.unwrap()).await.unwrap();
        assert_eq!(told(&owner).await, was, "what was taken back is nothing to read of");
    })
    .await;
}

#[tokio::test]
async fn who_chose_not_to_hear_of_tasks_hears_of_many_neither() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let none = vec![("task-assigned".to_owned(), "none".to_owned())];
        notifications::choose_ways(&f.app, &noa.ctx, none).await.unwrap();
        let mut ids: Vec<TaskId> = Vec::new();
        for title in ["One", "Two"] {
            ids.push(make(&f, &owner, task(title, "2026-03-02", "10:00")).await.id);
        }
        let input = BulkInput { act: "assign".into(), to: noa.ctx.member.to_string() };
        change_tasks(&f.app, &owner.ctx, ids, input).await.unwrap();
        assert!(notifications::list_notifications(&f.app, &noa.ctx).await.unwrap().is_empty());
        let ways = notifications::list_ways(&f.app, &noa.ctx).await.unwrap();
        let given = ["task-assigned", "tasks-assigned"];
        let of_tasks = ways.iter().filter(|(kind, _)| given.contains(&kind.as_str()));
        assert_eq!(of_tasks.count(), 1, "one choice for both");
    })
    .await;
}
