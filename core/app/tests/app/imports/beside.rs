//! Imports and what is beside them: another one at once, who is here already, who stays, reminders, and who
//! is told when they end.

use super::{find, import, keep, names, planned, set, state, undo};
use crate::support::people::{add, named, remove_stage};
use crate::support::{Fixture, Signed, each};
use app::imports::{self, Counts, Doubles, RowPerson, State, Whom};
use app::notifications::{self, Kind, Notification};
use app::people::bulk::{BulkInput, change_people};
use app::people::{self, Consent, DetailsInput, PersonInput, Standing};
use app::pipelines::{self, PipelineInput, Stage, StageInput};
use app::reminders::{Reminder, State as Reminded, Subject};
use app::{Error, jobs, members, retention, timeline};
use domain::{Clock, ImportId, PersonId, Role, Timestamp};

async fn told(f: &Fixture, who: &Signed) -> Vec<Notification> {
    notifications::list_notifications(&f.app, &who.ctx).await.unwrap()
}

async fn unread(f: &Fixture, who: &Signed) -> Vec<(Kind, String)> {
    let all = told(f, who).await.into_iter();
    all.filter(|it| it.read_at.is_none()).map(|it| (it.kind, it.href)).collect()
}

/// Brings a list whose columns are these.
async fn bring(
    f: &Fixture,
    who: &Signed,
    text: &str,
    columns: &[&str],
    doubles: Doubles,
) -> ImportId {
    let id = keep(f, who, text.as_bytes()).await;
    set(f, who, &id, |input| {
        input.columns = columns.iter().map(|&column| column.to_owned()).collect();
        input.doubles = doubles.as_str().to_owned();
    })
    .await;
    imports::start_import(&f.app, &who.ctx, &id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    assert_eq!(state(f, who, &id).await.0, State::Done);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_import_the_same_list_at_once_bring_nobody_twice() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut text = String::from("Name,Phone\n");
        for n in 0..1_600 {
            text.push_str(&format!("Person {n},+97250{n:07}\n"));
        }
        let one = keep(&f, &owner, text.as_bytes()).await;
        let other = keep(&f, &noa, text.as_bytes()).await;
        imports::start_import(&f.app, &owner.ctx, &one).await.unwrap();
        imports::start_import(&f.app, &noa.ctx, &other).await.unwrap();
        let (first, second) = tokio::join!(jobs::run_due(&f.app), jobs::run_due(&f.app));
        assert!(first.unwrap() + second.unwrap() > 1);
        let (of_one, of_other) = (state(&f, &owner, &one).await, state(&f, &noa, &other).await);
        assert_eq!((of_one.0, of_other.0), (State::Done, State::Done));
        assert_eq!(of_one.1.made + of_other.1.made, 1_600);
        assert_eq!(of_one.1.skipped + of_other.1.skipped, 1_600);
        let all = people::PersonFilter::default();
        assert_eq!(people::count_people(&f.app, &owner.ctx, all).await.unwrap(), 1_600);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_in_two_lists_at_once_is_one_person() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let one = keep(&f, &owner, b"Name,Phone\nDana Cohen,050-1234567\n").await;
        let other = keep(&f, &noa, b"Phone,Name\n+972 50 1234567,D. Cohen\n").await;
        imports::start_import(&f.app, &owner.ctx, &one).await.unwrap();
        imports::start_import(&f.app, &noa.ctx, &other).await.unwrap();
        // Nobody can be added until both have looked whether she is here, or the one waits for the other.
        let both = async { tokio::join!(jobs::run_due(&f.app), jobs::run_due(&f.app)) };
        let (first, second) =
            f.held_until(store::testing::hold_people, f.until_waiting(2), both).await;
        assert!(first.unwrap() + second.unwrap() > 1);
        let (of_one, of_other) = (state(&f, &owner, &one).await, state(&f, &noa, &other).await);
        assert_eq!((of_one.0, of_other.0), (State::Done, State::Done));
        let sum = |of: fn(&Counts) -> i64| of(&of_one.1) + of(&of_other.1);
        assert_eq!((sum(|it| it.made), sum(|it| it.skipped)), (1, 1));
        assert_eq!(names(&f, &owner).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_tells_of_all_rows_who_is_here_and_who_comes_twice() {
    each(async |f| {
        let owner = f.first_run().await;
        let here = PersonInput { phone: "050-9999999".into(), ..named("Here") };
        let here = add(&f, &owner, here).await;
        // Beyond the rows that are shown, and beyond the first lot.
        let mut text = String::from("Name,Phone\n");
        for n in 0..700 {
            text.push_str(&format!("Person {n},+97250{n:07}\n"));
        }
        text.push_str("Somebody,050-9999999\nPerson 3,+972500000003\nPerson 650,+972500000650\n");
        let id = keep(&f, &owner, text.as_bytes()).await;
        let look = imports::look_at_import(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!((look.checked, look.wrong, look.doubles, look.twice), (703, 0, 1, 2));
        assert_eq!((look.shown.len(), look.doubles_shown.len()), (8, 1));
        let (who, name, _) = look.doubles_shown[0].double.clone().unwrap();
        assert_eq!((look.doubles_shown[0].number, who, name.as_str()), (702, here.id, "Here"));
        assert!(look.shown.iter().all(|row| row.double.is_none() && !row.twice));
        assert_eq!(names(&f, &owner).await, ["Here"], "nothing came of looking");
        let input = planned(&f, &owner, &id).await;
        imports::plan_import(&f.app, &owner.ctx, &id, input).await.unwrap();
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let counts = state(&f, &owner, &id).await.1;
        assert_eq!(counts, Counts { made: 700, skipped: 3, ..Counts::default() }, "as was said");
    })
    .await;
}

async fn rows(
    f: &Fixture,
    who: &Signed,
    id: &ImportId,
    whom: Whom,
    (after, limit): (i64, usize),
) -> (Vec<(i64, String)>, Option<i64>) {
    let page = imports::list_row_people(&f.app, &who.ctx, id, whom, after, limit).await.unwrap();
    let row = |it: RowPerson| (it.number, it.person.map(|(_, name)| name).unwrap_or_default());
    (page.items.into_iter().map(row).collect(), page.next)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_skipped_and_who_stayed_is_listed_page_by_page() {
    each(async |f| {
        let (owner, stranger) = f.two_businesses().await;
        let list = "Name,Phone\nA,050-0000002\nB,050-0000003\nC,050-0000004\n";
        let (first, _) = import(&f, &owner, list, Doubles::Skip).await;
        let (again, counts) = import(&f, &owner, list, Doubles::Skip).await;
        assert_eq!(counts.skipped, 3);
        let row = |number: i64, name: &str| (number, name.to_owned());
        let page = rows(&f, &owner, &again, Whom::Skipped, (0, 2)).await;
        assert_eq!(page, (vec![row(2, "A"), row(3, "B")], Some(3)));
        let page = rows(&f, &owner, &again, Whom::Skipped, (3, 2)).await;
        assert_eq!(page, (vec![row(4, "C")], None));
        assert!(rows(&f, &owner, &first, Whom::Kept, (0, 9)).await.0.is_empty());
        let of = |name: &'static str| find(&f, &owner, name);
        let (a, b) = (of("A").await, of("B").await);
        people::update_person(&f.app, &owner.ctx, &a.id, named("A2"), a.rev).await.unwrap();
        people::delete_person(&f.app, &owner.ctx, &b.id).await.unwrap();
        assert_eq!(undo(&f, &owner, &first).await, 1);
        let page = rows(&f, &owner, &first, Whom::Kept, (0, 9)).await;
        assert_eq!(page, (vec![row(2, "A2")], None));
        // Who is gone is listed without a name.
        let page = rows(&f, &owner, &again, Whom::Skipped, (0, 9)).await;
        assert_eq!(page.0, [row(2, "A2"), row(3, ""), row(4, "")]);
        let theirs =
            imports::list_row_people(&f.app, &stranger.ctx, &again, Whom::Skipped, 0, 9).await;
        assert!(matches!(theirs, Err(Error::NotFound)));
    })
    .await;
}

async fn reminders(f: &Fixture, who: &Signed, id: &PersonId) -> Vec<(String, Reminded)> {
    let (tenant, id) = (who.ctx.tenant.clone(), id.to_string());
    let list =
        move |c: &mut store::Conn| store::reminders::list_about(c, &tenant, Subject::Person, &id);
    let day = |row: Reminder| (row.occurrence.day.to_string(), row.state);
    let mut all: Vec<_> = f.app.db.read(list).await.unwrap().into_iter().map(day).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn days_to_get_back_that_an_import_brings_changes_and_takes_back_remind() {
    each(async |f| {
        let owner = f.first_run().await;
        let columns = ["name", "phone", "follow-up"];
        let day = |day: u8| format!("2026-03-0{day}");
        let list = "Name,Phone,Day\nDana,050-0000001,2026-03-02\nNoa,050-0000002,2026-03-02\n";
        let first = bring(&f, &owner, list, &columns, Doubles::Skip).await;
        let (dana, noa) = (find(&f, &owner, "Dana").await.id, find(&f, &owner, "Noa").await.id);
        assert_eq!(reminders(&f, &owner, &dana).await, [(day(2), Reminded::Pending)]);
        let list = "Name,Phone,Day\nDana,050-0000001,2026-03-03\n";
        let second = bring(&f, &owner, list, &columns, Doubles::Update).await;
        let moved = [(day(2), Reminded::Withdrawn), (day(3), Reminded::Pending)];
        assert_eq!(reminders(&f, &owner, &dana).await, moved);
        assert_eq!(undo(&f, &owner, &second).await, 0);
        let back = [(day(2), Reminded::Pending), (day(3), Reminded::Withdrawn)];
        assert_eq!(reminders(&f, &owner, &dana).await, back);
        let morning = Timestamp::parse_rfc3339("2026-03-02T07:00:00Z").unwrap();
        f.clock.advance_millis(morning.millis_since(f.clock.now()));
        jobs::run_due(&f.app).await.unwrap();
        let due = async || {
            let all = unread(&f, &owner).await;
            all.into_iter().filter(|(kind, _)| *kind == Kind::FollowUpDue).count()
        };
        assert_eq!(due().await, 2);
        // Dana was given back what she had, so she stays. Noa goes, and what told of her is settled.
        assert_eq!(undo(&f, &owner, &first).await, 1);
        assert_eq!(names(&f, &owner).await, ["Dana"]);
        assert_eq!(reminders(&f, &owner, &noa).await, [(day(2), Reminded::Withdrawn)]);
        assert_eq!(due().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_began_an_import_is_told_of_its_end_and_of_what_became_of_it() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (id, _) = import(&f, &noa, "Name,Phone\nA,050-0000002\n", Doubles::Skip).await;
        let page = format!("/imports/{id}");
        assert_eq!(unread(&f, &noa).await, [(Kind::ImportDone, page.clone())]);
        assert!(unread(&f, &owner).await.is_empty(), "it isn't theirs");
        // Undone by another, the other is told of that, and nobody any more that it is done.
        assert_eq!(undo(&f, &owner, &id).await, 0);
        assert_eq!(unread(&f, &owner).await, [(Kind::ImportUndone, page)]);
        assert!(unread(&f, &noa).await.is_empty());
        // One whose file is lost can't go on.
        let id = keep(&f, &noa, b"Name\nB\n").await;
        imports::start_import(&f.app, &noa.ctx, &id).await.unwrap();
        let import = imports::get_import(&f.app, &noa.ctx, &id).await.unwrap();
        let (tenant, document) = (noa.ctx.tenant.clone(), import.document_id.unwrap());
        f.app.db.write(move |c| store::documents::delete(c, &tenant, &document)).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(state(&f, &noa, &id).await.0, State::Failed);
        assert_eq!(unread(&f, &noa).await, [(Kind::ImportFailed, format!("/imports/{id}"))]);
        // With the import goes what leads to it.
        f.clock.advance_millis((imports::UNDO_DAYS + 1) * 24 * 3_600_000);
        app::retention::sweep(&f.app).await;
        assert!(told(&f, &noa).await.iter().all(|it| !it.href.starts_with("/imports")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_given_people_by_an_import_is_told_once_when_it_has_ended() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let columns = ["name", "phone", "owner"];
        let given = async |who: &Signed| -> Vec<String> {
            let all = told(&f, who).await.into_iter();
            let given = all.filter(|it| it.kind == Kind::PeopleAssigned && it.read_at.is_none());
            given.map(|it| it.subject).collect()
        };
        let list = "Name,Phone,Owner\nA,050-0000001,Noa\nB,050-0000002,Noa\nC,050-0000003,Dana\n";
        bring(&f, &owner, list, &columns, Doubles::Skip).await;
        assert_eq!((given(&noa).await, given(&owner).await), (vec!["2".to_owned()], vec![]));
        // Whom she has already is no news; whoever took the list in knows.
        let list = "Name,Phone,Owner\nA,050-0000001,Noa\nC,050-0000003,Noa\nB,050-0000002,Dana\n";
        let second = bring(&f, &owner, list, &columns, Doubles::Update).await;
        assert_eq!(given(&noa).await, ["1", "2"]);
        assert!(given(&owner).await.is_empty());
        assert_eq!(undo(&f, &owner, &second).await, 0);
        assert_eq!(given(&noa).await, ["2"], "what was taken back is nothing to read of");
        // Who was given to her by hand is somebody else's by a list.
        let to_noa = BulkInput { act: "owner".into(), to: noa.ctx.member.to_string() };
        let whom = vec![find(&f, &owner, "C").await.id];
        change_people(&f.app, &owner.ctx, whom, to_noa).await.unwrap();
        let by_hand = async || {
            let all = told(&f, &noa).await.into_iter();
            all.filter(|it| it.kind == Kind::PersonAssigned && it.read_at.is_none()).count()
        };
        assert_eq!(by_hand().await, 1);
        let list = "Name,Phone,Owner\nC,050-0000003,Dana\n";
        bring(&f, &owner, list, &columns, Doubles::Update).await;
        assert_eq!(by_hand().await, 0, "who has her no more needn’t read of it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_a_list_in_is_told_of_on_the_pages_of_its_people() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let id = keep(&f, &noa, b"Name\nDana\n").await;
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let dana = find(&f, &owner, "Dana").await;
        let told = timeline::list_entries(&f.app, &owner.ctx, &dana.id, None, 9).await.unwrap();
        assert_eq!(told.items[0].entry.kind, "imported");
        assert_eq!(told.items[0].entry.actor_id, owner.ctx.account.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_said_no_has_said_no_whatever_an_older_list_says() {
    each(async |f| {
        let owner = f.first_run().await;
        let said = async |name: &str, phone: &str, consent: &str| {
            let details = DetailsInput {
                consent: consent.into(),
                consent_note: "on the phone".into(),
                ..DetailsInput::default()
            };
            let phone = phone.into();
            add(&f, &owner, PersonInput { phone, details: Some(details), ..named(name) }).await
        };
        let dana = said("Dana", "050-0000001", "withdrawn").await;
        said("Noa", "050-0000002", "").await;
        said("Amit", "050-0000003", "given").await;
        f.clock.advance_millis(60_000);
        let list = "Name,Phone,Consent,Company\nDana,050-0000001,yes,Acme\n\
            Noa,050-0000002,yes,\nAmit,050-0000003,no,\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 3, ..Counts::default() });
        let after = find(&f, &owner, "Dana").await;
        assert_eq!(after.company, "Acme", "the rest of the row comes in");
        assert_eq!((after.consent, after.consent_at), (Consent::Withdrawn, dana.consent_at));
        assert_eq!(after.consent_note, "on the phone");
        assert_eq!(find(&f, &owner, "Noa").await.consent, Consent::Given);
        assert_eq!(find(&f, &owner, "Amit").await.consent, Consent::Withdrawn);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_import_gives_nobody_back_to_who_left_meanwhile() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let hers = DetailsInput { owner: noa.ctx.member.to_string(), ..DetailsInput::default() };
        let phone = "050-0000001".into();
        add(&f, &owner, PersonInput { phone, details: Some(hers), ..named("Omer") }).await;
        let list = "Name,Phone,Owner,Company\nOmer,050-0000001,Dana,Acme\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, ..Counts::default() });
        let during = find(&f, &owner, "Omer").await;
        assert_eq!(during.owner_id.as_ref(), Some(&owner.ctx.member));
        members::remove_member(&f.app, &owner.ctx, &noa.ctx.member).await.unwrap();
        assert_eq!(undo(&f, &owner, &id).await, 0);
        let after = find(&f, &owner, "Omer").await;
        assert_eq!((after.owner_id, after.company.as_str()), (None, ""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn since_when_somebody_is_a_customer_moves_no_customer() {
    each(async |f| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let all = pipelines::list_pipelines(app, ctx).await.unwrap().remove(0);
        let as_it_is = |stage: &Stage| StageInput {
            id: stage.id.to_string(),
            name: stage.name.clone(),
            outcome: stage.outcome.to_string(),
        };
        let (id, name, outcome) = (String::new(), "Regular".to_owned(), "won".to_owned());
        let mut stages: Vec<StageInput> = all.stages.iter().map(as_it_is).collect();
        stages.push(StageInput { id, name, outcome });
        let input = PipelineInput { name: all.pipeline.name.clone(), stages };
        pipelines::update_pipeline(app, ctx, &all.pipeline.id, input).await.unwrap();
        let all = pipelines::list_pipelines(app, ctx).await.unwrap().remove(0);
        let regular = all.stages.iter().find(|stage| stage.name == "Regular").unwrap();

        let stage = regular.id.to_string();
        add(&f, &owner, PersonInput { stage, ..named("Dana") }).await;
        add(&f, &owner, named("Amit")).await;
        let list = "Name,Customer since\nDana,23.2.2025\nAmit,24.2.2025\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 2, ..Counts::default() });
        let dana = find(&f, &owner, "Dana").await;
        assert_eq!(dana.won_at, Timestamp::parse_rfc3339("2025-02-22T22:00:00Z"));
        assert_eq!(dana.stage_id, regular.id, "that a customer is one says nothing of where");
        let amit = find(&f, &owner, "Amit").await;
        assert_eq!(amit.standing, people::Standing::Customer);
        assert_ne!(amit.stage_id, regular.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_import_leaves_people_in_their_stage_where_the_one_before_was_removed() {
    each(async |f| {
        let owner = f.first_run().await;
        let stages = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap().remove(0).stages;
        let (phone, stage) = ("050-0000001".into(), stages[1].id.to_string());
        add(&f, &owner, PersonInput { phone, stage, ..named("Omer") }).await;
        let list = "Name,Phone,Status,Company\nOmer,050-0000001,Customer,Acme\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, ..Counts::default() });
        let during = find(&f, &owner, "Omer").await;
        assert_eq!(during.standing, Standing::Customer);
        remove_stage(&f, &owner, &stages[1].id).await;
        assert_eq!(undo(&f, &owner, &id).await, 0);
        let after = find(&f, &owner, "Omer").await;
        assert_eq!((after.stage_id, after.standing), (during.stage_id, Standing::Customer));
        assert_eq!((after.stage_since, after.won_at), (during.stage_since, during.won_at));
        assert_eq!(after.company, "", "the rest of the row goes back");
    })
    .await;
}

/// Does the work that waits while somebody changes all of these, from the first to the last.
async fn work_beside_an_act(f: &Fixture, who: &Signed, ids: &[PersonId], day: &str) {
    let app = f.app.clone();
    let work = async move { jobs::run_due(&app).await };
    let (app, ctx, all) = (f.app.clone(), who.ctx.clone(), ids.to_vec());
    let input = BulkInput { act: "follow-up".into(), to: day.into() };
    let act = async move { change_people(&app, &ctx, all, input).await };
    let (tenant, between) = (who.ctx.tenant.clone(), vec![ids[1].clone()]);
    let hold = move |c: &mut store::Conn| store::people::lock_many(c, &tenant, &between);
    let (worked, done) = f.meet(hold, work, act).await;
    worked.unwrap();
    assert_eq!(done.unwrap().count, ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_and_its_undoing_meet_an_act_over_the_same_people() {
    each(async |f| {
        let owner = f.first_run().await;
        let mut ids = Vec::new();
        for (name, phone) in [("A", "050-0000001"), ("B", "050-0000002"), ("C", "050-0000003")] {
            let phone = phone.into();
            ids.push(add(&f, &owner, PersonInput { phone, ..named(name) }).await.id);
        }
        // The last of them comes first in the list.
        let list = |company: &str| {
            let row = |(name, n): (&str, usize)| format!("{name},050-000000{n},{company}\n");
            let rows: String = [("C", 3), ("B", 2), ("A", 1)].map(row).concat();
            format!("Name,Phone,Company\n{rows}")
        };
        let id = keep(&f, &owner, list("Acme").as_bytes()).await;
        set(&f, &owner, &id, |input| input.doubles = Doubles::Update.as_str().to_owned()).await;
        imports::start_import(&f.app, &owner.ctx, &id).await.unwrap();
        work_beside_an_act(&f, &owner, &ids, "2026-12-24").await;
        let changed = Counts { changed: 3, ..Counts::default() };
        assert_eq!(state(&f, &owner, &id).await, (State::Done, changed));
        let (id, counts) = import(&f, &owner, &list("Other"), Doubles::Update).await;
        assert_eq!(counts, changed);
        imports::undo_import(&f.app, &owner.ctx, &id).await.unwrap();
        work_beside_an_act(&f, &owner, &ids, "2026-12-25").await;
        assert_eq!(state(&f, &owner, &id).await, (State::Undone, changed));
        for name in ["A", "B", "C"] {
            let after = find(&f, &owner, name).await;
            let both = (after.company.as_str(), after.follow_up_on.as_deref());
            assert_eq!(both, ("Acme", Some("2026-12-25")), "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_went_with_a_list_are_removed_for_good_in_time() {
    each(async |f| {
        let owner = f.first_run().await;
        let mut list = String::from("Name\n");
        for n in 0..1_100 {
            list.push_str(&format!("Person {n}\n"));
        }
        let (id, counts) = import(&f, &owner, &list, Doubles::Skip).await;
        assert_eq!((counts.made, undo(&f, &owner, &id).await), (1_100, 0));
        let left = async || {
            let tenant = owner.ctx.tenant.clone();
            let count = move |c: &mut store::Conn| store::testing::count_rows(c, &tenant);
            f.app.db.read(count).await.unwrap()["people"]
        };
        assert_eq!(left().await, 1_100);
        f.clock.advance_millis((retention::DELETED_PEOPLE_DAYS + 1) * 24 * 3_600_000);
        retention::sweep(&f.app).await;
        assert_eq!(left().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_was_put_on_since_stays_when_a_list_is_taken_back() {
    each(async |f| {
        let owner = f.first_run().await;
        let phone = "050-0000001".into();
        let dana = add(&f, &owner, PersonInput { phone, ..named("Dana") }).await;
        let list = "Name,Phone,Company,Tags\nDana,050-0000001,Acme,fair\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, ..Counts::default() });
        let opened = find(&f, &owner, "Dana").await.rev;
        let input = BulkInput { act: "tag".into(), to: "VIP".into() };
        change_people(&f.app, &owner.ctx, vec![dana.id.clone()], input).await.unwrap();
        let late = people::update_person(&f.app, &owner.ctx, &dana.id, named("Dana"), opened).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        assert_eq!(undo(&f, &owner, &id).await, 1, "who was changed since stays as they are");
        let whole = people::get_whole_person(&f.app, &owner.ctx, &dana.id).await.unwrap();
        let tags: Vec<&str> = whole.tags.iter().map(|tag| &*tag.name).collect();
        assert_eq!((whole.person.company.as_str(), tags), ("Acme", vec!["fair", "VIP"]));
    })
    .await;
}
