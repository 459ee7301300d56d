//! Examples: they come into an empty business, look like one that has been at work, and go without a trace.

use std::collections::BTreeMap;

use crate::support::people::{doubles_of, named};
use crate::support::{Fixture, each};
use app::appointments::{self, Appointment, AppointmentInput};
use app::documents::{self, DocumentFilter, NewFile};
use app::home::{self, Examples};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{self, DetailsInput, PersonFilter, PersonInput};
use app::reminders::{self, HabitsInput};
use app::reports;
use app::series::{self, Reach};
use app::tags::list_tags;
use app::tasks::{self, Task, TaskFilter, TaskInput};
use app::{Error, examples, jobs, timeline, undos};
use domain::{PersonId, Role, Timestamp};
use store::event_copies::EventCopy;

/// How many people come with them.
const PEOPLE: usize = 14;

async fn people(f: &Fixture, who: &crate::support::Signed) -> Vec<people::Person> {
    let order = people::PersonOrder::Newest;
    let filter = PersonFilter::default();
    people::list_people(&f.app, &who.ctx, filter, order, None, 50).await.unwrap().items
}

#[tokio::test]
async fn they_come_once_and_only_where_nobody_is() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, Some(Examples::Offered));
        for _ in 0..2 {
            examples::bring(&f.app, &owner.ctx).await.unwrap();
        }
        assert_eq!(people(&f, &owner).await.len(), PEOPLE);
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, Some(Examples::There));
        assert!(!home.checklist.unwrap().has_people, "none of them is one's own");
        assert!(home.today.unwrap().len() == 2 && home.tasks.unwrap().count == 2);
        let report = reports::get_report(&f.app, &owner.ctx, 6).await.unwrap();
        assert!(report.sources.len() > 2 && report.won_people() == 4 && report.steps.waiting == 3);
        assert_eq!(doubles_of(&f.app, &owner.ctx).await.len(), 1);
        let brought = f.actions(&owner).await;
        assert_eq!(brought.iter().filter(|act| *act == "examples.brought").count(), 1);

        let member = f.join(&owner, "mia@example.com", Role::Member).await;
        let refused = examples::remove(&f.app, &member.ctx).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    })
    .await;
}

/// How many rows there are of a business in each table, but for work that was done.
async fn rows(f: &Fixture, who: &crate::support::Signed) -> BTreeMap<&'static str, i64> {
    let tenant = who.ctx.tenant.clone();
    let count = move |c: &mut store::Conn| store::testing::count_rows(c, &tenant);
    let mut all = f.app.db.read(count).await.unwrap();
    all.remove("jobs").unwrap();
    all
}

#[tokio::test]
async fn no_table_keeps_anything_of_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let habits = HabitsInput {
            tasks: "30m".into(),
            appointments: "30m".into(),
            follow_ups: "0m".into(),
            morning: "09:00".into(),
            ..HabitsInput::default()
        };
        // All reminders are planned anew.
        let plan = async || {
            reminders::choose_habits(app, ctx, habits.clone()).await.unwrap();
            jobs::run_due(app).await.unwrap();
        };
        plan().await;
        let before = rows(&f, &owner).await;
        examples::bring(app, ctx).await.unwrap();
        plan().await;
        // It is ten in the morning: some of them come. Somebody does one of the tasks, and writes a note.
        f.clock.advance_millis(2 * 3_600_000);
        jobs::run_due(app).await.unwrap();
        let weekly = open_tasks(&f, &owner).await.into_iter().find(|task| task.rule.is_some());
        tasks::do_task(app, ctx, &weekly.unwrap().id).await.unwrap();
        let somebody = people(&f, &owner).await.remove(0).id;
        timeline::create_note(app, ctx, &somebody, "Prefers walnut", "").await.unwrap();
        let there = rows(&f, &owner).await;
        for table in [
            "people",
            "contacts",
            "tags",
            "person_tags",
            "timeline",
            "attributions",
            "appointments",
            "series",
            "occurrences",
            "tasks",
            "task_links",
            "reminders",
            "notifications",
            "search_things",
            "search_words",
            "search_near",
        ] {
            assert!(there[table] > before[table], "{table}");
        }
        examples::remove(app, ctx).await.unwrap();
        assert_eq!(rows(&f, &owner).await, before);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_people_gets_none() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        people::create_person(&f.app, &owner.ctx, named("Noa"), "").await.unwrap();
        let refused = examples::bring(&f.app, &owner.ctx).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        examples::bring(&f.app, &other.ctx).await.unwrap();
        assert_eq!(people(&f, &owner).await.len(), 1);
        examples::remove(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(people(&f, &other).await.len(), PEOPLE, "another business's stay");
    })
    .await;
}

#[tokio::test]
async fn what_is_ones_own_stays_when_they_go() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        examples::bring(&f.app, &owner.ctx).await.unwrap();
        let somebody = people(&f, &owner).await.remove(0).id;
        timeline::create_note(&f.app, &owner.ctx, &somebody, "Called", "").await.unwrap();
        let own = people::create_person(&f.app, &owner.ctx, named("Noa"), "").await.unwrap();
        let starts_at = f.app.clock.now().plus_secs(30 * 86_400);
        let visit = AppointmentInput {
            person: Some(somebody.clone()),
            title: "Visit".to_owned(),
            notes: String::new(),
            location: String::new(),
            starts_at,
            ends_at: starts_at.plus_secs(3_600),
            zone: owner.ctx.zone.clone(),
            online: false,
            calendar: None,
        };
        let visit = appointments::book_appointment(&f.app, &owner.ctx, visit, "").await.unwrap();
        let call = TaskInput {
            title: "Call".to_owned(),
            people: vec![somebody.to_string(), own.id.to_string()],
            ..TaskInput::default()
        };
        let call = tasks::create_task(&f.app, &owner.ctx, call, "").await.unwrap();
        let file = NewFile { name: "own.txt".to_owned(), bytes: b"own".to_vec() };
        let file = documents::add_document(&f.app, &owner.ctx, &somebody, file, "").await.unwrap();
        let files = async || {
            let all = DocumentFilter::default();
            documents::list_documents(&f.app, &owner.ctx, all, None, 9).await.unwrap().items
        };
        let there = files().await;
        assert_eq!(there.len(), 3, "two are examples");
        for _ in 0..2 {
            examples::remove(&f.app, &owner.ctx).await.unwrap();
        }
        assert_eq!(people(&f, &owner).await, [own]);
        let left = files().await;
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!((&left[0].id, &left[0].person_id), (&file.id, &None));
        for each in there.iter().filter(|each| each.id != file.id) {
            assert!(f.app.blobs.open(&each.tenant_id, &each.id).unwrap().is_none(), "a body");
        }
        let (from, to) = (Timestamp::from_millis(0), starts_at.plus_secs(86_400));
        let span = appointments::get_span(&f.app, &owner.ctx, from, to).await.unwrap();
        assert_eq!(span.appointments.len(), 1);
        assert_eq!((&span.appointments[0].id, &span.appointments[0].person_id), (&visit.id, &None));
        assert_eq!(tasks::get_task(&f.app, &owner.ctx, &call.id).await.unwrap().title, "Call");
        let links = tasks::list_linked(&f.app, &owner.ctx, vec![call.id]).await.unwrap();
        assert_eq!(links.len(), 1);
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, None);
    })
    .await;
}

async fn open_tasks(f: &Fixture, who: &crate::support::Signed) -> Vec<Task> {
    let filter = TaskFilter::default();
    tasks::list_tasks(&f.app, &who.ctx, filter, None, 50).await.unwrap().items
}

#[tokio::test]
async fn what_an_example_makes_by_itself_goes_with_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        examples::bring(&f.app, &owner.ctx).await.unwrap();
        let own = TaskInput { title: "Own".to_owned(), ..TaskInput::default() };
        let own = tasks::create_task(&f.app, &owner.ctx, own, "").await.unwrap();
        let all = open_tasks(&f, &owner).await;
        let weekly = all.iter().find(|task| task.rule.is_some()).unwrap().clone();
        // Its next one comes, goes again with a second thought, and comes.
        tasks::do_task(&f.app, &owner.ctx, &weekly.id).await.unwrap();
        tasks::reopen_task(&f.app, &owner.ctx, &weekly.id).await.unwrap();
        assert_eq!(open_tasks(&f, &owner).await.len(), all.len());
        tasks::do_task(&f.app, &owner.ctx, &weekly.id).await.unwrap();
        let next = open_tasks(&f, &owner).await;
        assert!(next.iter().any(|task| task.previous_id.as_ref() == Some(&weekly.id)));
        examples::remove(&f.app, &owner.ctx).await.unwrap();
        let left = open_tasks(&f, &owner).await;
        assert_eq!(left.iter().map(|task| &task.id).collect::<Vec<_>>(), [&own.id]);
        let done = TaskFilter { done: true, ..TaskFilter::default() };
        let done = tasks::list_tasks(&f.app, &owner.ctx, done, None, 50).await.unwrap().items;
        assert!(done.is_empty(), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn an_example_that_took_in_somebody_of_ones_own_stays() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        examples::bring(app, ctx).await.unwrap();
        let mut all = people(&f, &owner).await.into_iter();
        let mut next = || all.next().unwrap();
        let (kept, taken, other) = (next(), next(), next());
        let own = people::create_person(app, ctx, named("Noa"), "").await.unwrap();
        timeline::create_note(app, ctx, &own.id, "Called", "").await.unwrap();
        let second = people::create_person(app, ctx, named("Gil"), "").await.unwrap();
        merge_people(app, ctx, &kept.id, &own.id).await.unwrap();
        // One that was taken back is an example again, and one that took in another example still is.
        let undo = merge_people(app, ctx, &taken.id, &second.id).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        merge_people(app, ctx, &other.id, &taken.id).await.unwrap();
        examples::remove(app, ctx).await.unwrap();
        let left: Vec<_> = people(&f, &owner).await.into_iter().map(|it| it.id).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.contains(&kept.id) && left.contains(&second.id));
        let told = timeline::list_entries(app, ctx, &kept.id, None, 50).await.unwrap();
        assert!(told.items.iter().any(|told| told.entry.kind == timeline::NOTE));
    })
    .await;
}

#[tokio::test]
async fn an_example_that_was_changed_is_still_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        examples::bring(&f.app, &owner.ctx).await.unwrap();
        let example = people(&f, &owner).await.remove(0);
        let input = people::PersonInput { company: "Changed".to_owned(), ..named("Mine now") };
        people::update_person(&f.app, &owner.ctx, &example.id, input, example.rev).await.unwrap();
        let task = open_tasks(&f, &owner).await.remove(0);
        let input = TaskInput { title: "Changed".to_owned(), ..TaskInput::default() };
        tasks::change_task(&f.app, &owner.ctx, &task.id, input, task.rev).await.unwrap();
        examples::remove(&f.app, &owner.ctx).await.unwrap();
        assert!(people(&f, &owner).await.is_empty());
        assert!(open_tasks(&f, &owner).await.is_empty());
    })
    .await;
}

/// Tells the story of a sample business: in the end it is a quarter of a year later.
async fn tell(f: &Fixture, who: &crate::support::Signed) -> app::Result<()> {
    let now = f.app.clock.now().plus_secs(examples::BEGAN_DAYS * 86_400);
    let go_to = |time: Timestamp| {
        f.clock.advance_millis(time.millis_since(f.app.clock.now()).max(0));
    };
    examples::tell(&f.app, &who.ctx, now, go_to).await
}

/// All that takes place, from the beginning on.
async fn appointments_of(f: &Fixture, who: &crate::support::Signed) -> Vec<Appointment> {
    let now = f.app.clock.now();
    let (from, to) = (now.plus_secs(-100 * 86_400), now.plus_secs(100 * 86_400));
    appointments::get_span(&f.app, &who.ctx, from, to).await.unwrap().appointments
}

#[tokio::test]
async fn a_sample_business_has_a_past_and_goes_like_examples() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let before = rows(&f, &owner).await;
        tell(&f, &owner).await.unwrap();
        let again = tell(&f, &owner).await;
        assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
        let there = people(&f, &owner).await;
        assert_eq!(there.len(), PEOPLE);
        assert_eq!(doubles_of(app, ctx).await.len(), 1);
        let home = home::get_home(app, ctx).await.unwrap();
        assert_eq!(home.examples, Some(Examples::There));
        let report = reports::get_report(app, ctx, 6).await.unwrap();
        assert!(report.sources.len() > 2 && report.won_people() == 4);
        let done = f.actions(&owner).await;
        for act in ["person.created", "person.stage-changed", "appointment.series-booked"] {
            assert!(done.iter().any(|one| one == act), "{act}");
        }
        examples::remove(app, ctx).await.unwrap();
        let mut left = rows(&f, &owner).await;
        // What is to be told of what happened is told all the same, and then forgotten.
        let waiting = left.insert("outbox", before["outbox"]);
        assert!(waiting > Some(0));
        assert_eq!(left, before);
        examples::remove(app, ctx).await.unwrap();
        let removed = f.actions(&owner).await;
        assert_eq!(removed.iter().filter(|act| *act == "examples.removed").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_added_to_a_sample_business_stays() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        tell(&f, &owner).await.unwrap();
        let tags: Vec<_> =
            list_tags(app, ctx).await.unwrap().into_iter().map(|it| it.name).collect();
        assert!(tags.len() > 2, "{tags:?}");
        let details =
            DetailsInput { tags: vec!["Office".into(), "Own".into()], ..Default::default() };
        let own = PersonInput { details: Some(details), ..named("Gil") };
        let own = people::create_person(app, ctx, own, "").await.unwrap();
        examples::remove(app, ctx).await.unwrap();
        let left: Vec<_> = people(&f, &owner).await.into_iter().map(|it| it.id).collect();
        assert_eq!(left, [own.id]);
        let tags: Vec<_> =
            list_tags(app, ctx).await.unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(tags, ["Office", "Own"], "one that is in use stays");
        assert!(appointments_of(&f, &owner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_who_manages_settings_has_a_sample_told_and_only_where_nobody_is() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        let member = f.join(&owner, "mia@example.com", Role::Member).await;
        let refused = tell(&f, &member).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        people::create_person(&f.app, &other.ctx, named("Noa"), "").await.unwrap();
        let refused = tell(&f, &other).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        assert_eq!(people(&f, &other).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_series_of_the_examples_goes_also_where_it_was_changed() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let before = rows(&f, &owner).await;
        examples::bring(app, ctx).await.unwrap();
        let all = appointments_of(&f, &owner).await;
        let now = app.clock.now();
        let comes = |each: &&Appointment| each.title.starts_with("Round") && each.starts_at > now;
        let next = all.iter().find(comes).unwrap().clone();
        let input = AppointmentInput {
            person: next.person_id.clone(),
            title: "Another round".into(),
            notes: String::new(),
            location: String::new(),
            starts_at: next.starts_at,
            ends_at: next.ends_at,
            zone: next.zone.clone(),
            online: false,
            calendar: None,
        };
        let following = Reach::Following;
        series::change_series(app, ctx, &next.id, input, next.rev, following, true).await.unwrap();
        let rule = "FREQ=WEEKLY;BYDAY=MO,TH".parse().unwrap();
        series::change_rule(app, ctx, &next.id, rule, following, true).await.unwrap();
        let titles = appointments_of(&f, &owner).await;
        assert!(titles.iter().filter(|each| each.title == "Another round").count() > 9);
        examples::remove(app, ctx).await.unwrap();
        let left = rows(&f, &owner).await;
        for table in ["series", "occurrences", "appointments", "examples"] {
            assert_eq!(left[table], before[table], "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_offered_to_be_taken_back_of_what_is_gone() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        examples::bring(app, ctx).await.unwrap();
        let own = people::create_person(app, ctx, named("Gil"), "").await.unwrap();
        let somebody = people(&f, &owner).await.into_iter().map(|it| it.id);
        let others: Vec<_> = somebody.filter(|id| *id != own.id).collect();
        let tag = async |ids: Vec<PersonId>, to: &str| {
            let input = BulkInput { act: "tag".into(), to: to.into() };
            change_people(app, ctx, ids, input).await.unwrap();
        };
        tag(others[..4].to_vec(), "theirs").await;
        let mut mixed = others[..5].to_vec();
        mixed.push(own.id.clone());
        tag(mixed, "mixed").await;
        let now = app.clock.now();
        let all = appointments_of(&f, &owner).await;
        let comes = |each: &&Appointment| each.title.starts_with("Round") && each.starts_at > now;
        let next = all.iter().find(comes).unwrap();
        series::cancel_series(app, ctx, &next.id, Reach::All).await.unwrap();
        let done = async || undos::list_done(app, ctx, None, 50).await.unwrap().items;
        assert_eq!(done().await.len(), 3);
        examples::remove(app, ctx).await.unwrap();
        let left: Vec<_> = done().await.into_iter().map(|it| it.summary).collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!((left[0].to.as_str(), &*left[0].names), ("mixed", &["Gil".to_owned()][..]));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_just_being_sent_is_known_of_when_they_go() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        examples::bring(&f.app, &owner.ctx).await.unwrap();
        let of = appointments_of(&f, &owner).await.remove(0);
        let copy = EventCopy {
            tenant_id: of.tenant_id.clone(),
            appointment_id: of.id.clone(),
            seen_json: None,
            sent_json: serde_json::json!([]).into(),
            clash_json: None,
            failing_since: None,
        };
        let (db, db2, tenant) = (f.app.db.clone(), f.app.db.clone(), of.tenant_id.clone());
        let sending = async move {
            let send = move |c: &mut store::Conn| {
                store::appointments::lock(c, &copy.tenant_id, &copy.appointment_id)?;
                store::event_copies::put(c, &copy)?;
                store::testing::hold_log(c, &copy.tenant_id)
            };
            db.write(send).await
        };
        let going = async move {
            let look = move |c: &mut store::Conn| {
                store::examples::hold_in_calendars(c, &of.tenant_id)?;
                store::event_copies::find(c, &of.tenant_id, &of.id)
            };
            db2.write(look).await
        };
        let hold = move |c: &mut store::Conn| store::testing::hold_log(c, &tenant);
        let (sent, known) = f.meet(hold, sending, going).await;
        sent.unwrap();
        assert!(known.unwrap().is_some());
    })
    .await;
}
