//! A stage, a pipeline or a member that goes with more people than one transaction bears: in lots, to the last
//! of them, whoever dies or leaves in between.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use crate::sweeps::{count_acts, count_of, crowd, input, owned, partly_or_done, sweep};
use app::notifications::{self, Kind};
use app::people::bulk::{BulkInput, change_people};
use app::people::{self, DetailsInput, Owned, PersonFilter, PersonInput, PersonOrder, Standing};
use app::pipelines::{self, PipelineInput, PipelineStages, Stage, StageInput};
use app::reminders::{State as Reminded, Subject};
use app::sweeps::{self, List, State, Whom};
use app::tasks::{self, Assigned, TaskFilter, TaskInput};
use app::{Error, jobs, live, members, tags, timeline};
use domain::{Role, StageId, SweepId};
use serde_json::json;

async fn all_of(f: &Fixture, who: &Signed) -> Vec<PipelineStages> {
    pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap()
}

async fn stages(f: &Fixture, who: &Signed) -> Vec<Stage> {
    all_of(f, who).await.remove(0).stages
}

pub fn input_of(of: &PipelineStages) -> PipelineInput {
    let stage = |stage: &Stage| StageInput {
        id: stage.id.to_string(),
        name: stage.name.clone(),
        outcome: stage.outcome.to_string(),
    };
    PipelineInput { name: of.pipeline.name.clone(), stages: of.staying().map(stage).collect() }
}

/// Takes the stage out of the first pipeline.
async fn remove(f: &Fixture, who: &Signed, stage: &StageId) -> Option<SweepId> {
    let of = all_of(f, who).await.remove(0);
    let mut input = input_of(&of);
    input.stages.retain(|it| it.id != stage.as_str());
    pipelines::update_pipeline(&f.app, &who.ctx, &of.pipeline.id, input).await.unwrap()
}

fn within(stage: &Stage) -> PersonFilter {
    PersonFilter { stages: vec![stage.id.clone()], ..PersonFilter::default() }
}

/// Somebody of these.
async fn one_of(f: &Fixture, who: &Signed, filter: PersonFilter) -> people::Person {
    let page = people::list_people(&f.app, &who.ctx, filter, PersonOrder::Name, None, 1).await;
    page.unwrap().items.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_of_many_goes_once_the_last_has_moved_though_the_worker_dies_in_between() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        crowd(&f, &owner, 1_500).await;
        let before = stages(&f, &owner).await;
        let removed = one_of(&f, &owner, PersonFilter::default()).await;
        people::delete_person(&f.app, &owner.ctx, &removed.id).await.unwrap();
        let id = remove(&f, &owner, &before[0].id).await.unwrap();
        let going = stages(&f, &owner).await;
        let last = going.last().unwrap();
        assert_eq!((&last.id, &last.goes_to), (&before[0].id, &Some(before[1].id.clone())));
        assert_eq!(count_of(&f, &owner, within(&before[0])).await, 1_499, "nothing yet");
        assert_eq!(remove(&f, &owner, &before[0].id).await, None, "it goes already");
        let late = add(&f, &owner, named("Late")).await;
        assert_eq!(late.stage_id, before[1].id, "who comes meanwhile begins where others do");

        let stopped = sweeps::cancel_sweep(&f.app, &owner.ctx, &id).await;
        assert!(matches!(stopped, Err(Error::Conflict { key: "error-sweeps-decided" })));
        partly_or_done(&f, &owner, &id).await;
        let ended = sweep(&f, &owner, &id).await;
        assert_eq!((ended.state, ended.done, ended.changed), (State::Done, 1_499, 1_499));
        let after = stages(&f, &owner).await;
        assert!(after.iter().all(|stage| stage.stays() && stage.id != before[0].id));
        assert_eq!(count_of(&f, &owner, within(&before[1])).await, 1_500);
        let back = people::restore_person(&f.app, &owner.ctx, &removed.id).await;
        back.unwrap();
        let back = people::get_person(&f.app, &owner.ctx, &removed.id).await.unwrap();
        assert_eq!(back.stage_id, before[1].id, "who was removed has moved like the others");

        let one = PersonFilter { search: Some("Person 777".into()), ..PersonFilter::default() };
        let one = one_of(&f, &owner, one).await;
        let page = timeline::list_entries(&f.app, &owner.ctx, &one.id, None, 9).await.unwrap();
        let told: Vec<_> = page.items.iter().map(|it| it.entry.kind.as_str()).collect();
        assert_eq!(told.iter().filter(|kind| **kind == "restaged").count(), 1, "{told:?}");
        let entry = page.items.iter().find(|it| it.entry.kind == "restaged").unwrap();
        let words = json!({"from": before[0].name, "to": before[1].name});
        assert_eq!(entry.entry.detail_json.0, words);
        assert_eq!(entry.entry.actor_id, owner.ctx.account.as_str());
        assert_eq!(one.rev, 2, "once");
        assert_eq!(count_acts(&f, &owner, "person.stage-changed").await, 0, "not one by one");
        let all = notifications::list_notifications(&f.app, &owner.ctx).await.unwrap();
        let told = all.iter().filter(|it| it.kind == Kind::SweepDone);
        assert_eq!(told.filter(|it| it.href.ends_with(id.as_str())).count(), 1);
        let theirs = sweeps::get_sweep(&f.app, &stranger.ctx, &id).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
        assert_eq!(stages(&f, &stranger).await.len(), before.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_goes_takes_nobody_new_in_and_whoever_is_in_it_can_be_changed() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_001).await;
        let before = stages(&f, &owner).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let (gone, to) = (&before[0], before[1].id.as_str());
        let outside = PersonInput { stage: to.into(), ..named("Outside") };
        let outside = add(&f, &owner, outside).await;
        let moved = BulkInput { act: "stage".into(), to: to.into() };
        let inside = one_of(&f, &owner, within(gone)).await;
        let other = people::list_people(app, ctx, within(gone), PersonOrder::Newest, None, 1).await;
        let other = other.unwrap().items.remove(0);
        remove(&f, &owner, &gone.id).await.unwrap();

        let there = gone.id.to_string();
        let new = PersonInput { stage: there.clone(), ..named("New") };
        expect_invalid(people::create_person(app, ctx, new, "").await, "stage");
        expect_invalid(people::change_stage(app, ctx, &outside.id, &there).await, "stage");
        let into = || BulkInput { act: "stage".into(), to: there.clone() };
        let many = change_people(app, ctx, vec![outside.id.clone()], into()).await;
        expect_invalid(many, "stage");
        let all =
            sweeps::ask(app, ctx, Whom::people(PersonFilter::default()), input("stage", &there));
        expect_invalid(all.await, "stage");
        let lead = people::change_stage(app, ctx, &outside.id, "lead").await.unwrap();
        assert_eq!(lead.stage_id, before[1].id, "it is a lead already, and stays");
        let won = people::change_stage(app, ctx, &outside.id, "customer").await.unwrap();
        let back = people::change_stage(app, ctx, &outside.id, "lead").await.unwrap();
        assert_eq!((won.standing, &back.stage_id), (Standing::Customer, &before[1].id));

        let name = PersonInput { stage: there.clone(), ..named("Another name") };
        let kept = people::update_person(app, ctx, &inside.id, name, inside.rev).await.unwrap();
        assert_eq!(kept.stage_id, gone.id, "that moves nobody");
        let out = change_people(app, ctx, vec![other.id.clone()], moved).await.unwrap();
        let undo = out.undo.unwrap();
        assert_eq!(app::undos::undo(app, ctx, &undo).await.unwrap(), 0, "nor does an undo");
        jobs::run_due(app).await.unwrap();
        assert_eq!(count_of(&f, &owner, within(&before[1])).await, 1_002);
        assert_eq!(count_of(&f, &owner, PersonFilter::default()).await, 1_002);
        let gone_now = people::change_stage(app, ctx, &outside.id, &there).await;
        expect_invalid(gone_now, "stage");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_to_a_stage_that_goes_meanwhile_stops_and_says_why() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_001).await;
        let before = stages(&f, &owner).await;
        let outside = PersonInput { stage: before[1].id.to_string(), ..named("Outside") };
        add(&f, &owner, outside).await;
        let (whom, act) = (within(&before[1]), input("stage", before[0].id.as_str()));
        let begun = sweeps::begin_sweep(&f.app, &owner.ctx, Whom::people(whom), act, "").await;
        remove(&f, &owner, &before[0].id).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        let stopped = sweep(&f, &owner, &begun.unwrap()).await;
        let said = (stopped.state, stopped.problem.as_str());
        assert_eq!(said, (State::Failed, "error-sweeps-stage-gone"));
        assert_eq!(count_of(&f, &owner, within(&before[1])).await, 1_002);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_stage_leads_may_go_itself_and_what_can_t_go_on_is_tried_later() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_200).await;
        let before = stages(&f, &owner).await;
        let id = remove(&f, &owner, &before[0].id).await.unwrap();
        assert_eq!(remove(&f, &owner, &before[1].id).await, None, "nobody is in it yet");
        let last = stages(&f, &owner).await.pop().unwrap();
        assert_eq!(last.goes_to, Some(before[2].id.clone()));
        // Something is broken for longer than a job is tried.
        let lead = async |from: &StageId, to: &StageId| {
            let (tenant, from, to) = (owner.ctx.tenant.clone(), from.clone(), to.clone());
            let lead =
                move |c: &mut store::Conn| store::pipelines::lead_elsewhere(c, &tenant, &from, &to);
            f.app.db.write(lead).await.unwrap();
        };
        lead(&before[2].id, &before[1].id).await;
        for _ in 0..15 {
            jobs::run_due(&f.app).await.unwrap();
            f.clock.advance_millis(2 * 3_600_000);
        }
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Running);
        lead(&before[1].id, &before[2].id).await;
        jobs::run_due(&f.app).await.unwrap();
        f.clock.advance_millis(2 * 3_600_000);
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &id).await.state, State::Done);
        assert_eq!(count_of(&f, &owner, within(&before[2])).await, 1_200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_of_many_goes_with_the_last_of_its_people() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_200).await;
        let first = all_of(&f, &owner).await.remove(0);
        let (app, ctx, id) = (&f.app, &owner.ctx, &first.pipeline.id);
        let mut input = input_of(&first);
        input.name = "Shops".into();
        let made = pipelines::create_pipeline(app, ctx, input.clone()).await.unwrap();
        let begun = pipelines::delete_pipeline(app, ctx, id).await.unwrap().unwrap();
        let all = all_of(&f, &owner).await;
        assert!(all[0].pipeline.id == made.id && all[1].goes(), "people begin in what stays");
        let again = pipelines::delete_pipeline(app, ctx, id).await.unwrap();
        assert_eq!(again.as_ref(), Some(&begun), "asked for twice");
        let changed = pipelines::update_pipeline(app, ctx, id, input).await;
        assert!(matches!(changed, Err(Error::Conflict { key: "error-pipeline-goes" })));
        // None of its stages can be named any more, which isn't what is wrong.
        let name = PipelineInput { name: "Else".into(), ..PipelineInput::default() };
        let named = pipelines::update_pipeline(app, ctx, id, name).await;
        assert!(matches!(named, Err(Error::Conflict { key: "error-pipeline-goes" })));
        let last = pipelines::delete_pipeline(app, ctx, &made.id).await;
        assert!(matches!(last, Err(Error::Conflict { key: "error-pipeline-last" })), "{last:?}");
        assert_eq!(count_acts(&f, &owner, "pipeline.deleted").await, 0);
        jobs::run_due(app).await.unwrap();
        let all = all_of(&f, &owner).await;
        assert_eq!((all.len(), &all[0].pipeline.id), (1, &made.id));
        assert_eq!(count_of(&f, &owner, within(&all[0].stages[0])).await, 1_200);
        assert_eq!(count_acts(&f, &owner, "pipeline.deleted").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stage_of_many_means_now_comes_to_them_in_lots() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_200).await;
        let of = all_of(&f, &owner).await.remove(0);
        let mut input = input_of(&of);
        input.stages.swap(0, 1);
        input.stages[1].outcome = "won".into();
        let id = &of.pipeline.id;
        let begun = pipelines::update_pipeline(&f.app, &owner.ctx, id, input.clone()).await;
        let begun = begun.unwrap().unwrap();
        // Another name moves nobody faster.
        input.stages[1].name = "Regulars".into();
        let named = pipelines::update_pipeline(&f.app, &owner.ctx, id, input).await.unwrap();
        assert_eq!(named, None);
        let customers =
            || PersonFilter { standing: Some(Standing::Customer), ..PersonFilter::default() };
        assert_eq!(count_of(&f, &owner, customers()).await, 0);
        partly_or_done(&f, &owner, &begun).await;
        assert_eq!(count_of(&f, &owner, customers()).await, 1_200);
        let ended = sweep(&f, &owner, &begun).await;
        assert_eq!((ended.state, ended.changed), (State::Done, 1_200));
        let one = one_of(&f, &owner, customers()).await;
        assert_eq!((one.rev, one.won_at), (2, None), "nobody knows since when");
    })
    .await;
}

async fn tasks_of(f: &Fixture, who: &Signed, assigned: Assigned) -> i64 {
    let filter = TaskFilter { assigned: Some(assigned), ..TaskFilter::default() };
    tasks::count_tasks(&f.app, &who.ctx, vec![filter]).await.unwrap()[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_many_is_out_at_once_and_what_was_theirs_is_nobody_s_after() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        crowd(&f, &owner, 1_200).await;
        let hers = noa.ctx.member.to_string();
        let all = Whom::people(PersonFilter::default());
        let given = sweeps::begin_sweep(&f.app, &owner.ctx, all, input("owner", &hers), "");
        given.await.unwrap();
        for n in 0..=tasks::bulk::BULK_MAX {
            let title = format!("Task {n}");
            let input = TaskInput { title, assignee: hers.clone(), ..TaskInput::default() };
            tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap();
        }
        jobs::run_due(&f.app).await.unwrap();
        let to_noa = Assigned::To(noa.ctx.member.clone());
        assert_eq!(tasks_of(&f, &owner, to_noa.clone()).await, 501);
        let person = one_of(&f, &owner, owned(&noa)).await;
        f.clock.advance_millis(60_000);

        let begun = members::remove_member(&f.app, &noa.ctx, &noa.ctx.member).await.unwrap();
        assert_eq!(begun.len(), 2);
        assert!(matches!(f.current(&noa.token).await, Err(Error::SignedOut)));
        assert_eq!(count_of(&f, &owner, owned(&noa)).await, 1_200, "that comes after");
        for (list, id) in [(List::People, &begun[0]), (List::Tasks, &begun[1])] {
            let found = sweeps::find_under_way(&f.app, &owner.ctx, list).await.unwrap();
            assert_eq!(found.as_ref(), Some(id), "the list leads to it");
        }
        // A program that says all of a person says who looks after them, who isn't there any more.
        let details = DetailsInput { owner: hers.clone(), ..DetailsInput::default() };
        let same = PersonInput { details: Some(details), ..named("Renamed") };
        let after = people::update_person(&f.app, &owner.ctx, &person.id, same, person.rev).await;
        assert_eq!(after.unwrap().owner_id, None);
        let details = DetailsInput { owner: hers.clone(), ..DetailsInput::default() };
        let new = PersonInput { details: Some(details), ..named("New") };
        expect_invalid(people::create_person(&f.app, &owner.ctx, new, "").await, "owner");

        partly_or_done(&f, &owner, &begun[0]).await;
        for (id, count) in [(&begun[0], 1_199), (&begun[1], 501)] {
            let ended = sweep(&f, &owner, id).await;
            assert_eq!((ended.state, ended.changed), (State::Done, count));
        }
        let nobody = PersonFilter { owner: Some(Owned::ByNobody), ..PersonFilter::default() };
        assert_eq!(count_of(&f, &owner, nobody).await, 1_200);
        assert_eq!(tasks_of(&f, &owner, to_noa).await, 0);
        assert_eq!(count_acts(&f, &owner, "member.left").await, 1);
        let one = one_of(&f, &owner, PersonFilter::default()).await;
        let page = timeline::list_entries(&f.app, &owner.ctx, &one.id, None, 1).await.unwrap();
        let words = json!({"fields": ["owner"], "changes": {"owner": {"from": hers, "to": null}}});
        assert_eq!(page.items[0].entry.detail_json.0, words);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_many_goes_with_the_last_who_has_it_and_its_name_is_free_at_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 1_200).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let all = Whom::people(PersonFilter::default());
        sweeps::begin_sweep(app, ctx, all, input("tag", "spring"), "").await.unwrap();
        jobs::run_due(app).await.unwrap();
        let tag = tags::list_tags(app, ctx).await.unwrap().remove(0);
        let begun = tags::delete_tag(app, ctx, &tag.id).await.unwrap().unwrap();
        let again = tags::delete_tag(app, ctx, &tag.id).await.unwrap();
        assert_eq!(again.as_ref(), Some(&begun), "asked for twice");
        assert!(tags::list_tags(app, ctx).await.unwrap().is_empty(), "nobody is offered it");
        let has = one_of(&f, &owner, PersonFilter::default()).await;
        let has = people::get_whole_person(app, ctx, &has.id).await.unwrap();
        assert!(has.tags.is_empty(), "a form that is sent back doesn't bring it back");
        let named = tags::rename_tag(app, ctx, &tag.id, "Spring").await;
        assert!(matches!(named, Err(Error::NotFound)), "{named:?}");
        let anew = tags::create_tag(app, ctx, "spring", "").await.unwrap();
        assert_ne!(anew.id, tag.id);
        let one = one_of(&f, &owner, PersonFilter::default()).await;
        let act = BulkInput { act: "tag".into(), to: "Spring".into() };
        change_people(app, ctx, vec![one.id.clone()], act).await.unwrap();
        let head = live::find_head(app, &ctx.tenant).await.unwrap();
        partly_or_done(&f, &owner, &begun).await;
        let told = live::changed_since(app, ctx, head).await.unwrap();
        assert_eq!(told.topics, ["people", "sweeps", "tasks"], "pages of people look again");
        let ended = sweep(&f, &owner, &begun).await;
        assert_eq!((ended.state, ended.changed), (State::Done, 1_200));
        let left = tags::list_tags(app, ctx).await.unwrap();
        assert_eq!(left.iter().map(|it| &it.id).collect::<Vec<_>>(), [&anew.id]);
        let on = PersonFilter { tags: vec![anew.id.clone()], ..PersonFilter::default() };
        assert_eq!(count_of(&f, &owner, on).await, 1);
        assert_eq!(count_acts(&f, &owner, "tag.deleted").await, 1);
        let none = tags::delete_tag(app, ctx, &tag.id).await;
        assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
        assert_eq!(tags::delete_tag(app, ctx, &anew.id).await.unwrap(), None, "few: at once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_left_is_reminded_of_the_many_tasks_that_are_nobody_s() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut all = Vec::new();
        for n in 0..=tasks::bulk::BULK_MAX {
            // Tomorrow: it is 1 March.
            let input = TaskInput {
                title: format!("Task {n}"),
                assignee: noa.ctx.member.to_string(),
                day: "2026-03-02".into(),
                time: "12:00".into(),
                ..TaskInput::default()
            };
            all.push(tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap().id);
        }
        jobs::run_due(&f.app).await.unwrap();
        let reminded = async || {
            let (tenant, id) = (owner.ctx.tenant.clone(), all[0].to_string());
            let list = move |c: &mut store::Conn| {
                store::reminders::list_about(c, &tenant, Subject::Task, &id)
            };
            let rows = f.app.db.read(list).await.unwrap().into_iter();
            let waiting = rows.filter(|row| row.state == Reminded::Pending);
            waiting.map(|row| row.member_id).collect::<Vec<_>>()
        };
        assert_eq!(reminded().await, std::slice::from_ref(&noa.ctx.member));
        let begun = members::remove_member(&f.app, &noa.ctx, &noa.ctx.member).await.unwrap();
        assert_eq!(begun.len(), 1);
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(sweep(&f, &owner, &begun[0]).await.state, State::Done);
        assert_eq!(reminded().await, std::slice::from_ref(&owner.ctx.member));
    })
    .await;
}
