//! Acts over all that match: in lots, once each, whoever dies or is sent away in between; stopped, and taken
//! back.

mod given;
mod removed;
mod tokens;

use std::time::Duration;

use crate::imports::keep;
use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::notifications::{self, Kind};
use app::own_fields::{self, FieldInput};
use app::people::bulk::{BulkInput, change_people};
use app::people::{self, Owned, PersonFilter, PersonOrder};
use app::sweeps::{self, List, State, Sweep, SweepInput, Whom};
use app::tasks::{self, Assigned, TaskFilter, TaskInput};
use app::undos::{self, Done};
use app::{Context, Error, imports, jobs, members, retention, tags};
use domain::{PersonId, Role, SweepId, UndoId};

/// So many people at once.
pub async fn crowd(f: &Fixture, who: &Signed, count: usize) {
    let mut text = String::from("Name,Phone\n");
    for n in 0..count {
        text.push_str(&format!("Person {n},+97250{n:07}\n"));
    }
    let id = keep(f, who, text.as_bytes()).await;
    imports::start_import(&f.app, &who.ctx, &id).await.unwrap();
    jobs::run_due(&f.app).await.unwrap();
    assert_eq!(count_of(f, who, PersonFilter::default()).await, i64::try_from(count).unwrap());
}

pub async fn count_of(f: &Fixture, who: &Signed, filter: PersonFilter) -> i64 {
    people::count_people(&f.app, &who.ctx, filter).await.unwrap()
}

pub fn input(act: &str, to: &str) -> SweepInput {
    SweepInput { act: act.into(), to: to.into() }
}

fn everybody() -> Whom {
    Whom::people(PersonFilter::default())
}

async fn begin(f: &Fixture, who: &Signed, act: &str, to: &str) -> SweepId {
    sweeps::begin_sweep(&f.app, &who.ctx, everybody(), input(act, to), "").await.unwrap()
}

pub async fn sweep(f: &Fixture, who: &Signed, id: &SweepId) -> Sweep {
    sweeps::get_sweep(&f.app, &who.ctx, id).await.unwrap().sweep
}

/// Works until a lot is done, and then as if the process was killed: a lot that was begun ends or never was,
/// and nobody notes what became of the job.
async fn partly(f: &Fixture, who: &Signed, id: &SweepId) {
    let app = f.app.clone();
    let work = tokio::spawn(async move { jobs::run_due(&app).await });
    while sweep(f, who, id).await.done == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    work.abort();
    assert!(work.await.is_err_and(|error| error.is_cancelled()), "it was done before");
}

/// Works on what somebody left lying about.
async fn go_on(f: &Fixture) {
    f.clock.advance_millis(60_000);
    jobs::run_due(&f.app).await.unwrap();
}

fn undo_of(id: &SweepId) -> UndoId {
    id.as_str().parse().unwrap()
}

async fn done(f: &Fixture, who: &Signed) -> Vec<Done> {
    undos::list_done(&f.app, &who.ctx, None, 50).await.unwrap().items
}

async fn told(f: &Fixture, who: &Signed) -> Vec<(Kind, String)> {
    let all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap().into_iter();
    let unread = all.filter(|it| it.read_at.is_none() && it.href.starts_with("/sweeps"));
    unread.map(|it| (it.kind, it.href)).collect()
}

async fn tagged(f: &Fixture, who: &Signed, name: &str) -> i64 {
    let all = tags::list_tags(&f.app, &who.ctx).await.unwrap();
    let Some(tag) = all.into_iter().find(|tag| tag.name == name) else { return 0 };
    count_of(f, who, PersonFilter { tags: vec![tag.id], ..PersonFilter::default() }).await
}

pub async fn count_acts(f: &Fixture, who: &Signed, action: &str) -> usize {
    f.actions(who).await.iter().filter(|it| *it == action).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_match_are_changed_once_though_the_worker_dies_in_between() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        crowd(&f, &owner, 1_500).await;
        add(&f, &stranger, named("Theirs")).await;
        let act = || input("tag", " spring ");
        let asked = sweeps::ask(&f.app, &owner.ctx, everybody(), act()).await.unwrap();
        assert_eq!(
            (asked.what, asked.to.as_str(), asked.count),
            ("people-tagged", "spring", 1_500)
        );
        assert_eq!(tags::list_tags(&f.app, &owner.ctx).await.unwrap().len(), 0, "nothing yet");
        let id = sweeps::begin_sweep(&f.app, &owner.ctx, everybody(), act(), "form").await.unwrap();
        let again = sweeps::begin_sweep(&f.app, &owner.ctx, everybody(), act(), "form").await;
        assert_eq!(again.unwrap(), id, "pressed twice");
        let late = add(&f, &owner, named("Late")).await;
        partly(&f, &owner, &id).await;
        assert!(told(&f, &owner).await.is_empty());
        go_on(&f).await;
        let ended = sweep(&f, &owner, &id).await;
        assert_eq!((ended.state, ended.done, ended.changed), (State::Done, 1_500, 1_500));
        assert_eq!(tagged(&f, &owner, "spring").await, 1_500);
        let of_late = people::list_tags_of(&f.app, &owner.ctx, vec![late.id]).await.unwrap();
        assert!(of_late.is_empty(), "who comes meanwhile isn't meant");
        // As many entries as people, whoever came to them twice; and one for each lot.
        assert_eq!(count_acts(&f, &owner, "person.changed").await, 1_500);
        assert_eq!(count_acts(&f, &owner, "sweep.rows").await, 8);
        assert_eq!(told(&f, &owner).await, [(Kind::SweepDone, format!("/sweeps/{id}"))]);
        assert_eq!(tagged(&f, &stranger, "spring").await, 0);
        let theirs = sweeps::get_sweep(&f.app, &stranger.ctx, &id).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
        let theirs = sweeps::cancel_sweep(&f.app, &stranger.ctx, &id).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
        let again = sweeps::begin_sweep(&f.app, &owner.ctx, everybody(), act(), "form").await;
        assert_eq!(again.unwrap(), id, "even when it is long done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_are_begun_by_a_business_and_no_more() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        add(&f, &owner, named("One")).await;
        add(&f, &stranger, named("Theirs")).await;
        let send = |to: &'static str, form_id: &'static str| {
            sweeps::begin_sweep(&f.app, &owner.ctx, everybody(), input("tag", to), form_id)
        };
        let (one, other) = tokio::join!(send("first", "form"), send("first", "form"));
        assert_eq!(one.unwrap(), other.unwrap(), "sent twice at once");
        for _ in 1..sweeps::OPEN_MAX {
            send("more", "").await.unwrap();
        }
        let refused = send("one too many", "").await;
        let key = "error-sweeps-too-many-begun";
        assert!(matches!(refused, Err(Error::Conflict { key: it }) if it == key), "{refused:?}");
        begin(&f, &stranger, "remove", "").await;
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(tagged(&f, &owner, "one too many").await, 0);
        send("after them", "").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_began_in_the_end_is_forgotten_soon() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        add(&f, &owner, named("One")).await;
        let id = begin(&f, &owner, "remove", "").await;
        // As a process leaves it that ended while it wrote down who matches.
        let left = sweep(&f, &owner, &id).await;
        let left =
            Sweep { id: SweepId::new(&*f.app.clock, &*f.app.rng), state: State::Gathering, ..left };
        let (row, rows) = (left.clone(), vec!["a".to_owned(), "b".to_owned()]);
        let insert = move |c: &mut store::Conn| {
            store::sweeps::insert(c, &row)?;
            store::sweeps::insert_rows(c, &row, &rows)
        };
        f.app.db.write(insert).await.unwrap();
        let is_there = async || {
            let (tenant, id) = (left.tenant_id.clone(), left.id.clone());
            let find = move |c: &mut store::Conn| store::sweeps::get(c, &tenant, &id);
            f.app.db.read(find).await.is_ok()
        };
        f.clock.advance_millis(3_600_000);
        retention::sweep(&f.app).await;
        assert!(is_there().await, "somebody may be at it still");
        f.clock.advance_millis(1);
        retention::sweep(&f.app).await;
        assert!(!is_there().await);
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Running, "what was begun stays");
    })
    .await;
}

pub fn owned(by: &Signed) -> PersonFilter {
    PersonFilter { owner: Some(Owned::By(by.ctx.member.clone())), ..PersonFilter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_it_was_stopped_stays_and_is_taken_back_but_for_what_came_since() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        crowd(&f, &owner, 1_500).await;
        let id = begin(&f, &owner, "owner", noa.ctx.member.as_str()).await;
        let running = sweeps::find_under_way(&f.app, &noa.ctx, List::People).await.unwrap();
        assert_eq!(running.as_ref(), Some(&id), "the list leads to it");
        let early = undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await;
        assert!(matches!(early, Err(Error::NotFound)), "{early:?}");
        partly(&f, &owner, &id).await;
        sweeps::cancel_sweep(&f.app, &owner.ctx, &id).await.unwrap();
        go_on(&f).await;
        let stopped = sweep(&f, &owner, &id).await;
        assert_eq!((stopped.state, stopped.done), (State::Cancelled, stopped.changed));
        assert!(stopped.changed > 0 && stopped.changed < 1_500, "{}", stopped.changed);
        assert_eq!(count_of(&f, &owner, owned(&noa)).await, stopped.changed);

        let all = done(&f, &owner).await;
        let summary = &all[0].summary;
        assert_eq!((all.len(), &all[0].id, summary.what), (1, &undo_of(&id), "people-owner"));
        assert_eq!(
            (i64::try_from(summary.count).unwrap(), summary.names.len()),
            (stopped.changed, 3)
        );
        let one = people::list_people(&f.app, &owner.ctx, owned(&noa), PersonOrder::Name, None, 1);
        let one: Vec<PersonId> = one.await.unwrap().items.into_iter().map(|it| it.id).collect();
        let to = owner.ctx.member.to_string();
        change_people(&f.app, &owner.ctx, one, BulkInput { act: "owner".into(), to })
            .await
            .unwrap();
        let others = undos::undo(&f.app, &noa.ctx, &undo_of(&id)).await;
        assert!(matches!(others, Err(Error::Forbidden)), "it isn't theirs: {others:?}");
        let books = Context { role: Role::Accountant, ..noa.ctx.clone() };
        let hidden = undos::undo(&f.app, &books, &undo_of(&id)).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        assert_eq!(undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await.unwrap(), 0, "from now on");
        let again = undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await;
        assert!(matches!(again, Err(Error::Conflict { key: "error-undone-already" })), "{again:?}");
        go_on(&f).await;
        let undone = sweep(&f, &owner, &id).await;
        assert_eq!((undone.state, undone.done, undone.kept), (State::Undone, stopped.changed, 1));
        assert_eq!(count_of(&f, &owner, owned(&noa)).await, 0);
        assert_eq!(
            count_of(&f, &owner, owned(&owner)).await,
            1,
            "what somebody changed since stays"
        );
        assert_eq!(told(&f, &owner).await, [(Kind::SweepUndone, format!("/sweeps/{id}"))]);
        assert!(done(&f, &owner).await.iter().all(|it| it.id != undo_of(&id)));
        let over = undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await;
        assert!(matches!(over, Err(Error::Conflict { .. })), "{over:?}");

        f.clock.advance_millis((undos::KEPT_DAYS + 2) * 24 * 3_600_000);
        retention::sweep(&f.app).await;
        let gone = sweeps::get_sweep(&f.app, &owner.ctx, &id).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        assert!(told(&f, &owner).await.is_empty(), "nothing leads to it any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_stops_where_whoever_began_it_may_not_any_more() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        crowd(&f, &owner, 1_500).await;
        let id = begin(&f, &noa, "remove", "").await;
        partly(&f, &owner, &id).await;
        let proven = Context { is_recent: true, ..owner.ctx.clone() };
        members::change_role(&f.app, &proven, &noa.ctx.member, "accountant").await.unwrap();
        go_on(&f).await;
        let stopped = sweep(&f, &owner, &id).await;
        let said = (stopped.state, stopped.problem.as_str());
        assert_eq!(said, (State::Failed, "error-sweeps-not-allowed"));
        assert!(stopped.changed > 0 && stopped.changed < 1_500, "{}", stopped.changed);
        let left = 1_500 - stopped.changed;
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, left);
        assert_eq!(f.actions(&owner).await[0], "sweep.failed");
        let ctx = Context { role: Role::Accountant, ..noa.ctx.clone() };
        let hidden = sweeps::get_sweep(&f.app, &ctx, &id).await;
        assert!(matches!(hidden, Err(Error::NotFound)), "{hidden:?}");
        let refused = sweeps::begin_sweep(&f.app, &ctx, everybody(), input("remove", ""), "").await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        // By the authority of whoever takes it back; and that is done in lots too.
        undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await.unwrap();
        partly_or_done(&f, &owner, &id).await;
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Undone);
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 1_500);
        assert_eq!(
            count_acts(&f, &owner, "person.restored").await,
            usize::try_from(stopped.changed).unwrap()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_before_that_could_not_go_on_is_done_for_whoever_goes_on() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        crowd(&f, &owner, 1_500).await;
        let id = begin(&f, &noa, "remove", "").await;
        jobs::run_due(&f.app).await.unwrap();
        undos::undo(&f.app, &noa.ctx, &undo_of(&id)).await.unwrap();
        partly(&f, &owner, &id).await;
        let proven = Context { is_recent: true, ..owner.ctx.clone() };
        members::change_role(&f.app, &proven, &noa.ctx.member, "accountant").await.unwrap();
        go_on(&f).await;
        let stopped = sweep(&f, &owner, &id).await;
        let back = count_of(&f, &owner, PersonFilter::default()).await;
        assert_eq!((stopped.state, stopped.done), (State::Failed, back));
        assert!(back > 0 && back < 1_500, "{back}");
        assert_eq!(stopped.changed, 1_500 - back, "those that are changed still");
        let latest = done(&f, &owner).await.remove(0);
        assert_eq!(i64::try_from(latest.summary.count).unwrap(), 1_500 - back);
        undos::undo(&f.app, &owner.ctx, &undo_of(&id)).await.unwrap();
        let begun = sweep(&f, &owner, &id).await;
        assert_eq!((begun.state, begun.done, begun.changed), (State::Undoing, back, 1_500));
        go_on(&f).await;
        let undone = sweep(&f, &owner, &id).await;
        assert_eq!((undone.state, undone.done, undone.kept), (State::Undone, 1_500, 0));
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 1_500);
    })
    .await;
}

/// Works until some lots are taken back, dies, and goes on; or is done before.
pub async fn partly_or_done(f: &Fixture, who: &Signed, id: &SweepId) {
    let app = f.app.clone();
    let work = tokio::spawn(async move { jobs::run_due(&app).await });
    while sweep(f, who, id).await.done == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    work.abort();
    drop(work.await);
    go_on(f).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_act_changes_to_may_go_and_then_it_stops_and_says_so() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 10).await;
        let id = begin(&f, &owner, "tag", "spring").await;
        let tag = tags::list_tags(&f.app, &owner.ctx).await.unwrap().remove(0);
        tags::delete_tag(&f.app, &owner.ctx, &tag.id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let stopped = sweep(&f, &owner, &id).await;
        let said = (stopped.state, stopped.problem.as_str(), stopped.changed);
        assert_eq!(said, (State::Failed, "error-tag-unknown", 0));
        assert_eq!(told(&f, &owner).await, [(Kind::SweepFailed, format!("/sweeps/{id}"))]);
        assert!(done(&f, &owner).await.is_empty(), "there is nothing to take back");
        for (act, to, field) in [
            ("stage", "", "act"),
            ("owner", "x", "owner"),
            ("untag", "x", "to"),
            ("dance", "", "act"),
        ] {
            let asked = sweeps::ask(&f.app, &owner.ctx, everybody(), input(act, to)).await;
            expect_invalid(asked, field);
            let begun =
                sweeps::begin_sweep(&f.app, &owner.ctx, everybody(), input(act, to), "").await;
            expect_invalid(begun, field);
        }
        let nobody = PersonFilter { search: Some("nobody".into()), ..PersonFilter::default() };
        let none =
            sweeps::begin_sweep(&f.app, &owner.ctx, Whom::people(nobody), input("remove", ""), "");
        expect_invalid(none.await, "people");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_at_what_stopped_reads_why_and_not_what_to_choose() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        crowd(&f, &owner, 10).await;
        let field =
            FieldInput { name: "Size".into(), kind: "text".into(), ..FieldInput::default() };
        let field = own_fields::create_field(&f.app, &owner.ctx, field, "").await.unwrap().id;
        let act = own_fields::field_name(field.as_str());
        let to_noa = begin(&f, &owner, "owner", noa.ctx.member.as_str()).await;
        let filled = begin(&f, &owner, &act, "large").await;
        let proven = Context { is_recent: true, ..owner.ctx.clone() };
        members::remove_member(&f.app, &proven, &noa.ctx.member).await.unwrap();
        own_fields::remove_field(&f.app, &owner.ctx, &field).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        for (id, problem) in
            [(to_noa, "error-sweeps-member-gone"), (filled, "error-own-field-unknown")]
        {
            let stopped = sweep(&f, &owner, &id).await;
            assert_eq!((stopped.state, stopped.problem.as_str()), (State::Failed, problem));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_no_longer_matches_because_of_the_act_is_changed_like_the_others() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 450).await;
        // Whoever is given to somebody doesn't match any more.
        let filter = PersonFilter { owner: Some(Owned::ByNobody), ..PersonFilter::default() };
        let act = input("owner", owner.ctx.member.as_str());
        let whom = Whom::people(filter);
        let id = sweeps::begin_sweep(&f.app, &owner.ctx, whom, act, "").await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id).await.changed, 450);
        assert_eq!(count_of(&f, &owner, owned(&owner)).await, 450);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_match_are_changed_and_taken_back_by_the_same_way() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        for n in 0..230 {
            let input = TaskInput { title: format!("Task {n}"), ..TaskInput::default() };
            tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap();
        }
        let all = || Whom::Tasks(TaskFilter::default());
        let count = async |filter: TaskFilter| {
            tasks::count_tasks(&f.app, &owner.ctx, vec![filter]).await.unwrap()[0]
        };
        let mine = Assigned::To(owner.ctx.member.clone());
        let mine = || TaskFilter { assigned: Some(mine.clone()), ..TaskFilter::default() };
        let act = input("assign", owner.ctx.member.as_str());
        let id = sweeps::begin_sweep(&f.app, &owner.ctx, all(), act, "").await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id).await.changed, 230);
        assert_eq!(count(mine()).await, 230);
        let latest = done(&f, &owner).await.remove(0);
        assert_eq!((latest.summary.what, latest.summary.count), ("tasks-assigned", 230));
        assert_eq!(undos::list_of(&f.app, &owner.ctx, &latest.id).await.unwrap(), "/tasks");
        undos::undo(&f.app, &owner.ctx, &latest.id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id).await.kept, 0);
        assert_eq!(count(mine()).await, 0);
        // Tomorrow is the day after it was asked for, whenever it comes to be done: 1 March is a Sunday.
        let id = sweeps::begin_sweep(&f.app, &owner.ctx, all(), input("delay", "+1"), "").await;
        f.clock.advance_millis(24 * 3_600_000);
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id.unwrap()).await.changed, 230);
        let page = tasks::list_tasks(&f.app, &owner.ctx, TaskFilter::default(), None, 1).await;
        let due = page.unwrap().items[0].due.unwrap();
        assert_eq!(due.day.to_string(), "2026-03-02");
    })
    .await;
}
