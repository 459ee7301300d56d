//! What can be taken back beyond the moment it was done: listed, by whom, and for whom.

use crate::support::people::{add, detailed, named, remove_stage};
use crate::support::{Fixture, Signed, each};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{DetailsInput, PersonInput, Standing};
use app::tasks::{self, TaskInput};
use app::undos::{Done, Removed};
use app::{Error, members, people, pipelines, retention, timeline, undos};
use domain::{MemberId, PersonId, Role};

async fn done(f: &Fixture, who: &Signed) -> Vec<Done> {
    undos::list_done(&f.app, &who.ctx, None, 50).await.unwrap().items
}

async fn tag(f: &Fixture, who: &Signed, ids: &[PersonId], name: &str) {
    let input = BulkInput { act: "tag".into(), to: name.into() };
    change_people(&f.app, &who.ctx, ids.to_vec(), input).await.unwrap();
}

#[tokio::test]
async fn members_see_what_they_did_and_who_may_set_things_sees_all() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let mut ids = Vec::new();
        for name in ["A", "B", "C", "D"] {
            ids.push(add(&f, &owner, named(name)).await.id);
        }
        tag(&f, &noa, &ids, "spring").await;
        f.clock.advance_millis(1_000);
        tag(&f, &owner, &ids[..1], "autumn").await;

        let theirs = done(&f, &noa).await;
        assert_eq!(theirs.len(), 1);
        let summary = &theirs[0].summary;
        assert_eq!((summary.what, summary.count), ("people-tagged", 4));
        assert_eq!((summary.to.as_str(), theirs[0].by.as_str()), ("spring", "Noa"));
        assert_eq!(summary.names.len(), 3, "some by name: {:?}", summary.names);
        let all = done(&f, &owner).await;
        let tags: Vec<_> = all.iter().map(|it| it.summary.to.as_str()).collect();
        assert_eq!(tags, ["autumn", "spring"], "the latest comes first");
        assert!(done(&f, &books).await.is_empty());

        let refused = undos::undo(&f.app, &noa.ctx, &all[0].id).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        let refused = undos::undo(&f.app, &books.ctx, &all[1].id).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        assert_eq!(undos::undo(&f.app, &owner.ctx, &all[1].id).await.unwrap(), 4);
        let entry = f.chain(&owner.ctx.tenant).await.pop().unwrap();
        assert_eq!(entry.action, "act.undone");
        assert_eq!(entry.detail_json.0["member"], noa.ctx.member.as_str());
        assert!(done(&f, &noa).await.is_empty(), "what was taken back isn't there any more");
        assert_eq!(done(&f, &owner).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_what_was_done_goes_on_where_the_last_ended() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        let ids = [add(&f, &owner, named("A")).await.id];
        for name in ["one", "two", "three", "four", "five"] {
            tag(&f, &owner, &ids, name).await;
        }
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let page = undos::list_done(&f.app, &owner.ctx, after, 2).await.unwrap();
            assert!(page.items.len() <= 2);
            told.extend(page.items.into_iter().map(|it| it.summary.to));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let latest = ["five", "four", "three", "two", "one"];
        assert_eq!(told, latest, "each once, the latest first, though all are of one instant");
        assert!(done(&f, &other).await.is_empty(), "another business's are its own");
    })
    .await;
}

#[tokio::test]
async fn each_kind_of_act_is_told_in_its_words() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let from = |name: &str| PersonInput { source: "site".into(), ..named(name) };
        let ids = [add(&f, &owner, from("A")).await.id, add(&f, &owner, from("B")).await.id];
        let me = ctx.member.to_string();
        let acts = [
            ("owner", me.as_str(), "people-owner"),
            ("owner", "", "people-disowned"),
            ("follow-up", "2026-12-24", "people-follow-up"),
            ("follow-up", "", "people-no-follow-up"),
            ("tag", "VIP", "people-tagged"),
            ("untag", "VIP", "people-untagged"),
            ("rename-source", r#"["site","Site"]"#, "people-source"),
            ("remove", "", "people-removed"),
        ];
        for (act, to, what) in acts {
            f.clock.advance_millis(1_000);
            let input = BulkInput { act: act.into(), to: to.into() };
            change_people(app, ctx, ids.to_vec(), input).await.unwrap();
            let latest = done(&f, &owner).await.remove(0).summary;
            assert_eq!((latest.what, latest.count), (what, 2));
            assert_eq!(latest.names.len(), 2, "{what}");
        }
        let task = TaskInput { title: "Call".into(), ..TaskInput::default() };
        let task = tasks::create_task(app, ctx, task, "").await.unwrap().id;
        let acts = [
            ("assign", me.as_str(), "tasks-assigned"),
            ("assign", "", "tasks-unassigned"),
            ("delay", "+3", "tasks-moved"),
            ("done", "", "tasks-done"),
        ];
        for (act, to, what) in acts {
            f.clock.advance_millis(1_000);
            let input = tasks::bulk::BulkInput { act: act.into(), to: to.into() };
            tasks::bulk::change_tasks(app, ctx, vec![task.clone()], input).await.unwrap();
            let latest = done(&f, &owner).await.remove(0).summary;
            assert_eq!((latest.what, latest.names), (what, vec!["Call".to_owned()]));
        }
        let (kept, gone) =
            (add(&f, &owner, named("Kept")).await, add(&f, &owner, named("Gone")).await);
        f.clock.advance_millis(1_000);
        merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let latest = done(&f, &owner).await.remove(0).summary;
        assert_eq!((latest.what, latest.to.as_str()), ("merged", "Kept"));
        assert_eq!(latest.names, ["Gone"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_removed_on_its_own_is_listed_and_comes_back() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let first = add(&f, &owner, named("First")).await;
        let second = add(&f, &owner, named("Second")).await;
        let merged = add(&f, &owner, detailed()).await;
        let about = TaskInput {
            title: "Call".into(),
            people: vec![second.id.to_string()],
            ..TaskInput::default()
        };
        let task = tasks::create_task(app, ctx, about, "").await.unwrap();
        people::delete_person(app, &noa.ctx, &first.id).await.unwrap();
        f.clock.advance_millis(1_000);
        merge_people(app, ctx, &second.id, &merged.id).await.unwrap();
        tasks::delete_task(app, ctx, &task.id).await.unwrap();
        let people_of = async |who: &Signed| -> Vec<Removed> {
            people::list_removed(app, &who.ctx, None, 50).await.unwrap().items
        };
        let gone = people_of(&owner).await;
        assert_eq!(gone.len(), 1, "who became one with another isn't removed: {gone:?}");
        assert_eq!((gone[0].name.as_str(), gone[0].by.as_str()), ("First", "Noa"));
        assert!(people_of(&other).await.is_empty());
        let gone = tasks::list_removed(app, ctx, None, 50).await.unwrap().items;
        let by = gone[0].by.as_str();
        assert_eq!((gone.len(), gone[0].name.as_str(), by.is_empty()), (1, "Call", false));

        people::restore_person(app, ctx, &first.id).await.unwrap();
        tasks::restore_task(app, ctx, &task.id).await.unwrap();
        assert!(people_of(&owner).await.is_empty());
        assert!(tasks::list_removed(app, ctx, None, 50).await.unwrap().items.is_empty());
        let told = async |id: &PersonId| -> Vec<String> {
            let page = timeline::list_entries(app, ctx, id, None, 50).await.unwrap();
            page.items.into_iter().map(|told| told.entry.kind).collect()
        };
        for (id, kinds) in
            [(&first.id, ["removed", "restored"]), (&second.id, ["task-removed", "task-restored"])]
        {
            let told = told(id).await;
            for kind in kinds {
                assert_eq!(told.iter().filter(|one| *one == kind).count(), 1, "{kind}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_act_of_before_it_was_kept_since_when_is_listed_and_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let one = add(&f, &owner, named("A")).await;
        let input = BulkInput { act: "stage".into(), to: "customer".into() };
        let act = change_people(app, ctx, vec![one.id.clone()], input).await.unwrap();
        let (tenant, id) = (ctx.tenant.clone(), act.undo.unwrap());
        let old = move |c: &mut store::Conn| -> store::Result<domain::UndoId> {
            let mut kept = store::undos::find(c, &tenant, &id)?.ok_or(store::Error::NotFound)?;
            kept.id = "01900000-0000-7000-8000-000000000001".parse().unwrap();
            let was = kept.state_json.0[0][1]["Stage"].as_object_mut().unwrap();
            for since in ["since", "won_at"] {
                was.remove(since).unwrap();
            }
            store::undos::insert(c, &kept)?;
            Ok(kept.id)
        };
        let old = app.db.write(old).await.unwrap();
        assert_eq!(done(&f, &owner).await.len(), 2, "one of them hides no other");
        f.clock.advance_millis(1_000);
        assert_eq!(undos::undo(app, ctx, &old).await.unwrap(), 1);
        let after = people::get_person(app, ctx, &one.id).await.unwrap();
        assert_eq!((after.standing, after.won_at), (people::Standing::Lead, None));
        assert_eq!(after.stage_since, f.app.clock.now(), "nobody knows since when they were there");
    })
    .await;
}

#[tokio::test]
async fn an_act_can_be_taken_back_for_thirty_days_and_no_longer() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let ids = [add(&f, &owner, named("A")).await.id];
        tag(&f, &owner, &ids, "spring").await;
        let first = done(&f, &owner).await.remove(0).id;
        let hours = async |hours: i64| {
            f.clock.advance_millis(hours * 3_600_000);
            retention::sweep(&f.app).await;
        };
        hours(undos::KEPT_DAYS * 24 - 1).await;
        assert_eq!(done(&f, &owner).await.len(), 1, "not for long any more");
        tag(&f, &owner, &ids, "autumn").await;
        hours(2).await;
        let late = undos::undo(&f.app, &owner.ctx, &first).await;
        assert!(matches!(late, Err(Error::NotFound)), "{late:?}");
        let there = done(&f, &owner).await;
        assert_eq!((there.len(), there[0].summary.to.as_str()), (1, "autumn"));
        assert_eq!(undos::undo(&f.app, &owner.ctx, &there[0].id).await.unwrap(), 1);
        let whole = people::get_whole_person(&f.app, &owner.ctx, &ids[0]).await.unwrap();
        let tags: Vec<_> = whole.tags.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(tags, ["spring"], "what it did stays");
    })
    .await;
}

#[tokio::test]
async fn people_do_not_go_back_to_who_left_meanwhile() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mia = f.join(&owner, "mia@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let looked_after = async |name: &str, by: &MemberId| {
            let details = DetailsInput { owner: by.to_string(), ..DetailsInput::default() };
            let input = PersonInput { details: Some(details), ..named(name) };
            add(&f, &owner, input).await.id
        };
        let hers = looked_after("Hers", &noa.ctx.member).await;
        let own = looked_after("Own", &ctx.member).await;
        let input = BulkInput { act: "owner".into(), to: mia.ctx.member.to_string() };
        let ids = vec![hers.clone(), own.clone()];
        let undo = change_people(app, ctx, ids, input).await.unwrap().undo.unwrap();
        members::remove_member(app, ctx, &noa.ctx.member).await.unwrap();
        assert_eq!(undos::undo(app, ctx, &undo).await.unwrap(), 2);
        let owner_of =
            async |id: &PersonId| people::get_person(app, ctx, id).await.unwrap().owner_id;
        assert_eq!(owner_of(&hers).await, None, "nobody looks after them");
        assert_eq!(owner_of(&own).await.as_ref(), Some(&ctx.member));
    })
    .await;
}

#[tokio::test]
async fn tasks_do_not_go_back_to_who_left_meanwhile() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let input = TaskInput {
            title: "Call".into(),
            assignee: noa.ctx.member.to_string(),
            ..TaskInput::default()
        };
        let task = tasks::create_task(app, ctx, input, "").await.unwrap().id;
        let input = tasks::bulk::BulkInput { act: "assign".into(), to: ctx.member.to_string() };
        let assigned = tasks::bulk::change_tasks(app, ctx, vec![task.clone()], input).await;
        let undo = assigned.unwrap().undo.unwrap();
        members::remove_member(app, ctx, &noa.ctx.member).await.unwrap();
        assert_eq!(undos::undo(app, ctx, &undo).await.unwrap(), 1);
        assert_eq!(tasks::get_task(app, ctx, &task).await.unwrap().assignee_id, None);
    })
    .await;
}

#[tokio::test]
async fn nobody_goes_back_to_a_stage_that_was_removed_meanwhile() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let stages = pipelines::list_pipelines(app, ctx).await.unwrap().remove(0).stages;
        let in_stage = async |at: usize, name: &str| {
            let input = PersonInput { stage: stages[at].id.to_string(), ..named(name) };
            add(&f, &owner, input).await.id
        };
        let (gone, there) = (in_stage(1, "Gone").await, in_stage(0, "There").await);
        let won = &stages[3];
        assert_eq!(won.outcome, pipelines::Outcome::Won);
        let input = BulkInput { act: "stage".into(), to: won.id.to_string() };
        let ids = vec![gone.clone(), there.clone()];
        let undo = change_people(app, ctx, ids, input).await.unwrap().undo.unwrap();
        let moved = people::get_person(app, ctx, &gone).await.unwrap();
        remove_stage(&f, &owner, &stages[1].id).await;
        assert_eq!(undos::undo(app, ctx, &undo).await.unwrap(), 1, "of one of the two");
        let stays = people::get_person(app, ctx, &gone).await.unwrap();
        assert_eq!((&stays.stage_id, stays.standing), (&won.id, Standing::Customer));
        assert_eq!((stays.won_at, stays.rev), (moved.won_at, moved.rev));
        let back = people::get_person(app, ctx, &there).await.unwrap();
        assert_eq!((back.stage_id, back.won_at), (stages[0].id.clone(), None));
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_removed_or_did_since_stays_so() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let [dana, avi] = [named("Dana"), named("Avi")];
        let ids = vec![add(&f, &owner, dana).await.id, add(&f, &owner, avi).await.id];
        let input = BulkInput { act: "remove".into(), to: String::new() };
        let removed = change_people(app, ctx, ids.clone(), input).await.unwrap().undo.unwrap();
        let mut tasks_of = Vec::new();
        for title in ["First", "Second", "Third", "Fourth"] {
            let task = TaskInput { title: title.into(), ..TaskInput::default() };
            tasks_of.push(tasks::create_task(app, ctx, task, "").await.unwrap().id);
        }
        let act = async |act: &str, ids: &[domain::TaskId]| {
            let input = tasks::bulk::BulkInput { act: act.into(), to: String::new() };
            let done = tasks::bulk::change_tasks(app, ctx, ids.to_vec(), input).await;
            done.unwrap().undo.unwrap()
        };
        let done = act("done", &tasks_of[..2]).await;
        let gone = act("remove", &tasks_of[2..]).await;
        f.clock.advance_millis(1_000);
        people::restore_person(app, &noa.ctx, &ids[0]).await.unwrap();
        people::delete_person(app, &noa.ctx, &ids[0]).await.unwrap();
        tasks::reopen_task(app, &noa.ctx, &tasks_of[0]).await.unwrap();
        tasks::do_task(app, &noa.ctx, &tasks_of[0]).await.unwrap();
        tasks::restore_task(app, &noa.ctx, &tasks_of[2]).await.unwrap();
        tasks::delete_task(app, &noa.ctx, &tasks_of[2]).await.unwrap();
        for undo in [removed, done, gone] {
            assert_eq!(undos::undo(app, ctx, &undo).await.unwrap(), 1);
        }
        assert!(people::get_person(app, ctx, &ids[0]).await.is_err());
        assert!(people::get_person(app, ctx, &ids[1]).await.is_ok());
        let is_done = async |id: &domain::TaskId| {
            tasks::get_task(app, ctx, id).await.unwrap().done_at.is_some()
        };
        assert_eq!((is_done(&tasks_of[0]).await, is_done(&tasks_of[1]).await), (true, false));
        assert!(tasks::get_task(app, ctx, &tasks_of[2]).await.is_err());
        assert!(tasks::get_task(app, ctx, &tasks_of[3]).await.is_ok());
    })
    .await;
}
