//! Acts over many, while somebody else changes one of the same: both count, or the later is told.

use std::pin::Pin;

use crate::closing::input_of;
use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use crate::tasks::task;
use app::appointments::{self as booked, Appointment, AppointmentInput, Status};
use app::documents::{self, NewFile};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{self, Person, PersonFilter, PersonInput, PersonOrder};
use app::pipelines::{self, PipelineStages, StageInput};
use app::series::{Reach, book_series, cancel_series};
use app::tasks::{self, Task};
use app::{Error, members, retention, undos};
use domain::{MemberId, PersonId, Role, StageId, SweepId};

/// Runs both, the second once the first has changed something and waits to note it in the activity log;
/// the first goes on when the second can't.
async fn meet<A: Send + 'static, B: Send + 'static>(
    f: &Fixture,
    who: &Signed,
    first: impl Future<Output = A> + Send + 'static,
    second: impl Future<Output = B> + Send + 'static,
) -> (A, B) {
    let tenant = who.ctx.tenant.clone();
    f.meet(move |c| store::testing::hold_log(c, &tenant), first, second).await
}

/// Three people, and the last of them.
async fn three(f: &Fixture, who: &Signed) -> (Vec<PersonId>, Person) {
    let (mut ids, mut last) = (Vec::new(), None);
    for name in ["A", "B", "C"] {
        let person = add(f, who, named(name)).await;
        ids.push(person.id.clone());
        last = Some(person);
    }
    (ids, last.unwrap())
}

/// Changes somebody's name, as a form does that was opened now.
fn rename(
    f: &Fixture,
    who: &Signed,
    of: &Person,
) -> impl Future<Output = Result<Person, Error>> + Send + use<> {
    let (app, ctx, of) = (f.app.clone(), who.ctx.clone(), of.clone());
    async move { people::update_person(&app, &ctx, &of.id, named("Changed"), of.rev).await }
}

/// Does one act to all of these; answers how many it changed.
fn act(
    f: &Fixture,
    who: &Signed,
    ids: &[PersonId],
    (act, to): (&str, &str),
) -> impl Future<Output = Result<usize, Error>> + Send + use<> {
    let (app, ctx, ids) = (f.app.clone(), who.ctx.clone(), ids.to_vec());
    let input = BulkInput { act: act.to_owned(), to: to.to_owned() };
    async move { change_people(&app, &ctx, ids, input).await.map(|done| done.count) }
}

fn was_told<T: std::fmt::Debug>(late: &Result<T, Error>) {
    assert!(matches!(late, Err(Error::Conflict { key: "error-changed-meanwhile" })), "{late:?}");
}

#[tokio::test]
async fn an_act_adds_to_what_somebody_is_just_changing() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (ids, last) = three(&f, &owner).await;
        let me = owner.ctx.member.to_string();
        let to_me = act(&f, &owner, &ids, ("owner", &me));
        let (renamed, count) = meet(&f, &owner, rename(&f, &noa, &last), to_me).await;
        assert_eq!((renamed.unwrap().name.as_str(), count.unwrap()), ("Changed", 3));
        let after = people::get_person(&f.app, &owner.ctx, &last.id).await.unwrap();
        assert_eq!((after.name.as_str(), after.owner_id), ("Changed", Some(owner.ctx.member)));
    })
    .await;
}

#[tokio::test]
async fn who_comes_to_somebody_of_an_act_under_way_is_told() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (ids, last) = three(&f, &owner).await;
        let me = owner.ctx.member.to_string();
        let to_me = act(&f, &owner, &ids, ("owner", &me));
        let (count, renamed) = meet(&f, &owner, to_me, rename(&f, &noa, &last)).await;
        assert_eq!(count.unwrap(), 3);
        was_told(&renamed);
        let after = people::get_person(&f.app, &owner.ctx, &last.id).await.unwrap();
        assert_eq!((after.name.as_str(), after.owner_id), ("C", Some(owner.ctx.member)));
    })
    .await;
}

#[tokio::test]
async fn of_two_acts_over_the_same_neither_is_lost() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (ids, last) = three(&f, &owner).await;
        let (hers, mut reversed) = (noa.ctx.member.to_string(), ids.clone());
        reversed.reverse();
        let to_her = act(&f, &owner, &ids, ("owner", &hers));
        let on_a_day = act(&f, &noa, &reversed, ("follow-up", "2026-12-24"));
        let (first, second) = meet(&f, &owner, to_her, on_a_day).await;
        assert_eq!((first.unwrap(), second.unwrap()), (3, 3));
        let after = people::get_person(&f.app, &owner.ctx, &last.id).await.unwrap();
        assert_eq!(after.follow_up_on.as_deref(), Some("2026-12-24"));
        assert_eq!(after.owner_id, Some(noa.ctx.member));
    })
    .await;
}

#[tokio::test]
async fn taking_an_act_back_stands_in_nobodys_way() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (ids, _) = three(&f, &owner).await;
        let input = BulkInput { act: "owner".to_owned(), to: owner.ctx.member.to_string() };
        let done = change_people(&f.app, &owner.ctx, ids.clone(), input).await.unwrap();
        let last = people::get_person(&f.app, &owner.ctx, &ids[2]).await.unwrap();
        let (app, ctx, undo) = (f.app.clone(), owner.ctx.clone(), done.undo.unwrap());
        let back = async move { undos::undo(&app, &ctx, &undo).await };
        let (count, renamed) = meet(&f, &owner, back, rename(&f, &noa, &last)).await;
        assert_eq!(count.unwrap(), 3);
        was_told(&renamed);
    })
    .await;
}

#[tokio::test]
async fn tasks_are_changed_together_as_people_are() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (app, ctx) = (f.app.clone(), owner.ctx.clone());
        let mut all: Vec<Task> = Vec::new();
        for day in ["2026-03-04", "2026-03-03", "2026-03-02"] {
            let input = task("Call", day, "");
            all.push(tasks::create_task(&app, &ctx, input, "").await.unwrap());
        }
        for at in [2, 0] {
            let last = all[at].clone();
            let ids = all.iter().map(|it| it.id.clone()).collect();
            let (app, ctx) = (f.app.clone(), owner.ctx.clone());
            let put_off = async move {
                let input = tasks::bulk::BulkInput { act: "delay".into(), to: "+9".into() };
                tasks::bulk::change_tasks(&app, &ctx, ids, input).await
            };
            let (app, ctx) = (f.app.clone(), noa.ctx.clone());
            let rename = async move {
                let input = task("Changed", "2026-03-20", "");
                tasks::change_task(&app, &ctx, &last.id, input, last.rev).await
            };
            let (done, renamed) = meet(&f, &owner, put_off, rename).await;
            let done = done.unwrap();
            assert_eq!(done.count, 3);
            was_told(&renamed);
            undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap();
            for task in &mut all {
                *task = tasks::get_task(&f.app, &owner.ctx, &task.id).await.unwrap();
            }
        }
    })
    .await;
}

fn meeting(f: &Fixture, who: &Signed, title: &str) -> AppointmentInput {
    let starts_at = f.app.clock.now().plus_secs(86_400);
    AppointmentInput {
        person: None,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at,
        ends_at: starts_at.plus_secs(3_600),
        zone: who.ctx.zone.clone(),
        online: false,
        calendar: None,
    }
}

/// Appointments of four weeks, soonest first.
async fn weekly(f: &Fixture, who: &Signed) -> Vec<Appointment> {
    let (rule, input) = ("FREQ=WEEKLY;COUNT=4".parse().unwrap(), meeting(f, who, "Stand-up"));
    book_series(&f.app, &who.ctx, input, rule, "", true).await.unwrap();
    let (now, days) = (f.app.clock.now(), 40);
    let span = booked::get_span(&f.app, &who.ctx, now, now.plus_secs(days * 86_400)).await;
    span.unwrap().appointments
}

#[tokio::test]
async fn a_series_is_cancelled_with_what_somebody_is_just_changing_of_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        for noa_first in [true, false] {
            let all = weekly(&f, &owner).await;
            assert_eq!(all.len(), 4);
            let (first, last) = (all[0].id.clone(), all[3].clone());
            let (app, ctx) = (f.app.clone(), owner.ctx.clone());
            let cancel = async move { cancel_series(&app, &ctx, &first, Reach::All).await };
            let (app, ctx) = (f.app.clone(), noa.ctx.clone());
            let other = AppointmentInput {
                starts_at: last.starts_at,
                ends_at: last.ends_at,
                ..meeting(&f, &noa, "Changed")
            };
            let (id, rev) = (last.id.clone(), last.rev);
            let change = async move { booked::change_anyway(&app, &ctx, &id, other, rev).await };
            let undo = if noa_first {
                let (changed, undo) = meet(&f, &owner, change, cancel).await;
                assert_eq!(changed.unwrap().title, "Changed");
                undo
            } else {
                let (undo, changed) = meet(&f, &owner, cancel, change).await;
                assert!(matches!(changed, Err(Error::Conflict { .. })), "{changed:?}");
                undo
            };
            let after = booked::get_appointment(&f.app, &owner.ctx, &last.id).await.unwrap();
            let title = if noa_first { "Changed" } else { "Stand-up" };
            assert_eq!((after.status, after.title.as_str()), (Status::Cancelled, title));
            let undo = undo.unwrap();
            assert_eq!(undos::undo(&f.app, &owner.ctx, &undo).await.unwrap(), 4);
            // They go for good, or the second time there would be eight.
            cancel_series(&f.app, &owner.ctx, &all[0].id, Reach::All).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn two_are_merged_with_what_somebody_is_just_changing_of_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (ids, last) = three(&f, &owner).await;
        let (app, ctx, all) = (f.app.clone(), owner.ctx.clone(), ids.clone());
        let merge = async move { merge_people(&app, &ctx, &all[2], &all[0]).await };
        let (renamed, undo) = meet(&f, &owner, rename(&f, &noa, &last), merge).await;
        assert_eq!(renamed.unwrap().name, "Changed");
        undo.unwrap();
        let after = people::get_person(&f.app, &owner.ctx, &last.id).await.unwrap();
        assert_eq!(after.name, "Changed");
        let gone = people::get_person(&f.app, &owner.ctx, &ids[0]).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_added_to_whom_is_just_becoming_one_with_another() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (ids, _) = three(&f, &owner).await;
        let (app, ctx, all) = (f.app.clone(), owner.ctx.clone(), ids.clone());
        let merge = async move { merge_people(&app, &ctx, &all[2], &all[0]).await };
        let (app, ctx, id) = (f.app.clone(), owner.ctx.clone(), ids[0].clone());
        let file = NewFile { name: "offer.txt".to_owned(), bytes: b"offer".to_vec() };
        let add = async move { documents::add_document(&app, &ctx, &id, file, "").await };
        let (undo, late) = meet(&f, &owner, merge, add).await;
        undo.unwrap();
        assert!(matches!(late, Err(Error::NotFound)), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_merge_is_taken_back_while_an_act_goes_over_both() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (ids, last) = three(&f, &owner).await;
        let input = AppointmentInput { person: Some(last.id), ..meeting(&f, &owner, "Theirs") };
        let visit = booked::book_appointment(&f.app, &owner.ctx, input, "").await.unwrap();
        let undo = merge_people(&f.app, &owner.ctx, &ids[0], &ids[2]).await.unwrap();
        let (app, ctx, tenant) = (f.app.clone(), owner.ctx.clone(), owner.ctx.tenant.clone());
        let back = async move { undos::undo(&app, &ctx, &undo).await };
        let me = owner.ctx.member.to_string();
        let to_me = act(&f, &owner, &ids, ("owner", &me));
        // Both are there again before the appointment is given back.
        let hold = move |c: &mut store::Conn| store::appointments::lock(c, &tenant, &visit.id);
        let (count, changed) = f.meet(hold, back, to_me).await;
        assert_eq!((count.unwrap(), changed.unwrap()), (1, 3));
    })
    .await;
}

#[tokio::test]
async fn who_is_just_brought_back_is_not_removed_for_good() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (ids, _) = three(&f, &owner).await;
        people::delete_person(&f.app, &owner.ctx, &ids[1]).await.unwrap();
        f.clock.advance_millis((retention::DELETED_PEOPLE_DAYS * 24 * 3_600 + 1) * 1_000);
        let (app, ctx, id) = (f.app.clone(), owner.ctx.clone(), ids[1].clone());
        let back = async move { people::restore_person(&app, &ctx, &id).await };
        let app = f.app.clone();
        let sweep = async move { retention::sweep(&app).await };
        let (back, _) = meet(&f, &owner, back, sweep).await;
        assert_eq!(back.unwrap().name, "B");
        let there = people::get_person(&f.app, &owner.ctx, &ids[1]).await;
        assert_eq!(there.unwrap().name, "B");
    })
    .await;
}

async fn first_pipeline(f: &Fixture, who: &Signed) -> PipelineStages {
    pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0)
}

/// One more stage of the first pipeline, in which nobody is.
async fn one_more(f: &Fixture, who: &Signed) -> StageId {
    let of = first_pipeline(f, who).await;
    let mut input = input_of(&of);
    let (name, outcome) = ("Extra".to_owned(), "open".to_owned());
    input.stages.push(StageInput { name, outcome, ..StageInput::default() });
    pipelines::update_pipeline(&f.app, &who.ctx, &of.pipeline.id, input).await.unwrap();
    first_pipeline(f, who).await.stages.pop().unwrap().id
}

/// Takes a stage out of its pipeline.
fn without(
    f: &Fixture,
    who: &Signed,
    of: &PipelineStages,
    stage: &StageId,
) -> impl Future<Output = Result<Option<SweepId>, Error>> + Send + use<> {
    let (app, ctx, id) = (f.app.clone(), who.ctx.clone(), of.pipeline.id.clone());
    let mut input = input_of(of);
    input.stages.retain(|it| it.id != stage.as_str());
    async move { pipelines::update_pipeline(&app, &ctx, &id, input).await }
}

type Putting = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Puts somebody into a stage, in one of the ways there are.
async fn put(f: &Fixture, who: &Signed, way: &str, person: &Person, into: &StageId) -> Putting {
    let (app, ctx, id) = (f.app.clone(), who.ctx.clone(), person.id.clone());
    let (to, from) = (into.to_string(), person.stage_id.to_string());
    let act = |to: String| BulkInput { act: "stage".to_owned(), to };
    match way {
        "new" => Box::pin(async move {
            let input = PersonInput { stage: to, ..named("New") };
            people::create_person(&app, &ctx, input, "").await.map(drop)
        }),
        "form" => {
            let (input, rev) = (PersonInput { stage: to, ..named("Changed") }, person.rev);
            Box::pin(
                async move { people::update_person(&app, &ctx, &id, input, rev).await.map(drop) },
            )
        }
        "card" => {
            Box::pin(async move { people::change_stage(&app, &ctx, &id, &to).await.map(drop) })
        }
        "act" => {
            let input = act(to);
            Box::pin(async move { change_people(&app, &ctx, vec![id], input).await.map(drop) })
        }
        _ => {
            people::change_stage(&app, &ctx, &id, &to).await.unwrap();
            let out = change_people(&app, &ctx, vec![id], act(from)).await.unwrap();
            let undo = out.undo.unwrap();
            Box::pin(async move { undos::undo(&app, &ctx, &undo).await.map(drop) })
        }
    }
}

#[tokio::test]
async fn nobody_stays_in_a_stage_that_goes_while_they_are_put_there() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        for way in ["new", "form", "card", "act", "undo"] {
            for puts_first in [true, false] {
                let stage = one_more(&f, &owner).await;
                let person = add(&f, &owner, named("Dana")).await;
                let of = first_pipeline(&f, &owner).await;
                let putting = put(&f, &owner, way, &person, &stage).await;
                let removal = without(&f, &owner, &of, &stage);
                let (put, removed) = if puts_first {
                    meet(&f, &owner, putting, removal).await
                } else {
                    let (removed, put) = meet(&f, &owner, removal, putting).await;
                    (put, removed)
                };
                assert_eq!(removed.unwrap(), None);
                // Taken back is what can be.
                if puts_first || way == "undo" {
                    put.unwrap();
                } else {
                    expect_invalid(put, "stage");
                }
                let (app, ctx) = (&f.app, &owner.ctx);
                let there = first_pipeline(&f, &owner).await.stages;
                let all = PersonFilter::default();
                let all = people::list_people(app, ctx, all, PersonOrder::Name, None, 50).await;
                for one in all.unwrap().items {
                    let is_there = there.iter().any(|it| it.id == one.stage_id);
                    assert!(is_there, "{way}, put first: {puts_first}");
                }
            }
        }
    })
    .await;
}

/// Takes a member out of the team.
fn leave(
    f: &Fixture,
    who: &Signed,
    id: &MemberId,
) -> impl Future<Output = Result<Vec<SweepId>, Error>> + Send + use<> {
    let (app, ctx, id) = (f.app.clone(), who.ctx.clone(), id.clone());
    async move { members::remove_member(&app, &ctx, &id).await }
}

#[tokio::test]
async fn nothing_is_whose_who_leaves_while_they_are_given_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (ids, last) = three(&f, &owner).await;
        let call = task("Call", "2026-03-02", "");
        let call = tasks::create_task(&f.app, &owner.ctx, call, "").await.unwrap();
        let give_task = |to: &MemberId| {
            let (app, ctx, ids) = (f.app.clone(), owner.ctx.clone(), vec![call.id.clone()]);
            let input = tasks::bulk::BulkInput { act: "assign".to_owned(), to: to.to_string() };
            async move { tasks::bulk::change_tasks(&app, &ctx, ids, input).await.map(drop) }
        };
        for (email, gives_first, gives_people) in [
            ("noa@example.com", true, true),
            ("gil@example.com", false, true),
            ("dan@example.com", true, false),
            ("eli@example.com", false, false),
        ] {
            let mate = f.join(&owner, email, Role::Member).await.ctx.member;
            let give: Putting = if gives_people {
                let act = act(&f, &owner, &ids, ("owner", mate.as_str()));
                Box::pin(async move { act.await.map(drop) })
            } else {
                Box::pin(give_task(&mate))
            };
            let leave = leave(&f, &owner, &mate);
            let (given, left) = if gives_first {
                meet(&f, &owner, give, leave).await
            } else {
                let (left, given) = meet(&f, &owner, leave, give).await;
                (given, left)
            };
            assert!(left.unwrap().is_empty(), "few: at once");
            if gives_first {
                given.unwrap();
            } else {
                expect_invalid(given, "owner");
            }
            let person = people::get_person(&f.app, &owner.ctx, &last.id).await.unwrap();
            let task = tasks::get_task(&f.app, &owner.ctx, &call.id).await.unwrap();
            assert_eq!((person.owner_id, task.assignee_id), (None, None), "{email}");
        }
    })
    .await;
}
