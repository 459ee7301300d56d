//! Stages, the board, tags, notes, and acts over many people that can be taken back.

use crate::support::people::{add, detailed, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::endpoints::{self, EndpointInput};
use app::people::board::get_board;
use app::people::bulk::{self, BulkInput};
use app::people::{self, DetailsInput, PersonFilter, PersonInput, PersonOrder, Standing};
use app::pipelines::{self, Outcome, PipelineInput, PipelineStages, Stage, StageInput};
use app::{Error, members, saved_views, tags, timeline, undos};
use domain::{PersonId, Role};
use serde_json::json;

async fn pipeline(f: &Fixture, who: &Signed) -> PipelineStages {
    pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0)
}

fn input_of(of: &PipelineStages) -> PipelineInput {
    let stage = |stage: &Stage| StageInput {
        id: stage.id.to_string(),
        name: stage.name.clone(),
        outcome: stage.outcome.to_string(),
    };
    PipelineInput { name: of.pipeline.name.clone(), stages: of.stages.iter().map(stage).collect() }
}

#[tokio::test]
async fn a_new_business_has_stages_and_the_first_is_where_people_begin() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let all = pipeline(&f, &owner).await;
        let outcomes: Vec<_> = all.stages.iter().map(|stage| stage.outcome).collect();
        assert_eq!(outcomes[0], Outcome::Open);
        assert!(outcomes.contains(&Outcome::Won) && outcomes.contains(&Outcome::Lost));
        let person = add(&f, &owner, named("Noa")).await;
        assert_eq!(person.stage_id, all.stages[0].id);
        let won = all.stages.iter().find(|stage| stage.outcome == Outcome::Won).unwrap();
        f.clock.advance_millis(5_000);
        let moved = people::change_stage(&f.app, &owner.ctx, &person.id, won.id.as_str()).await;
        let moved = moved.unwrap();
        assert_eq!((moved.standing, &moved.stage_id), (Standing::Customer, &won.id));
        assert!(moved.stage_since > person.stage_since, "the board is in the order they came");
        let told = timeline::list_entries(&f.app, &owner.ctx, &person.id, None, 9).await.unwrap();
        assert_eq!(told.items[0].entry.kind, "stage");
        assert_eq!(told.items[0].entry.detail_json.0["to"], won.name.as_str());
        assert_eq!(told.items[1].entry.kind, "created");
    })
    .await;
}

#[tokio::test]
async fn stages_are_renamed_added_ordered_and_removed_without_losing_anybody() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let before = pipeline(&f, &owner).await;
        let mut people_of = Vec::new();
        for stage in &before.stages {
            let input = PersonInput { stage: stage.id.to_string(), ..named(&stage.name) };
            people_of.push(add(&f, &owner, input).await);
        }
        let mut input = input_of(&before);
        input.stages.retain(|stage| stage.outcome != "lost");
        input.stages[1].name = "  ".into();
        input.stages[0].name = "Asked".into();
        input.stages.push(StageInput {
            id: String::new(),
            name: "Regular".into(),
            outcome: "won".into(),
        });
        let id = &before.pipeline.id;
        pipelines::update_pipeline(&f.app, &owner.ctx, id, input.clone()).await.unwrap();
        let after = pipeline(&f, &owner).await;
        let names: Vec<_> = after.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["Asked", "Offer made", "Customer", "Regular"]);
        for person in people_of {
            let now = people::get_person(&f.app, &owner.ctx, &person.id).await.unwrap();
            let stage = after.stages.iter().find(|stage| stage.id == now.stage_id);
            let stage = stage.expect("nobody is in a stage that isn't there");
            assert_eq!(stage.outcome.standing(), now.standing);
        }
        // Somebody else's page still has the stage that went.
        let stale = pipelines::update_pipeline(&f.app, &owner.ctx, id, input_of(&before)).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "{stale:?}");
        let spoils: [fn(&mut PipelineInput); 4] = [
            |input| input.stages.clear(),
            |input| input.stages[0].outcome = "won".into(),
            |input| input.stages.retain(|stage| stage.outcome != "won"),
            |input| input.stages[0].outcome = "friend".into(),
        ];
        for spoil in spoils {
            let mut input = input_of(&after);
            spoil(&mut input);
            let refused = pipelines::update_pipeline(&f.app, &owner.ctx, id, input).await;
            expect_invalid(refused, "stages");
        }
        let last = pipelines::delete_pipeline(&f.app, &owner.ctx, id).await;
        assert!(matches!(last, Err(Error::Conflict { key: "error-pipeline-last" })));
    })
    .await;
}

#[tokio::test]
async fn who_goes_with_a_stage_has_it_on_their_page_and_others_are_told_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let before = pipeline(&f, &owner).await;
        let in_stage = async |at: usize, name: &str| {
            let input = PersonInput { stage: before.stages[at].id.to_string(), ..named(name) };
            add(&f, &owner, input).await
        };
        let lost = before.stages.iter().position(|it| it.outcome == Outcome::Lost).unwrap();
        let moved = [in_stage(lost, "A").await, in_stage(lost, "B").await];
        let meant = in_stage(1, "C").await;
        let stays = in_stage(0, "D").await;
        let gone = in_stage(lost, "E").await;
        people::delete_person(&f.app, &owner.ctx, &gone.id).await.unwrap();
        let proven = app::Context { is_recent: true, ..owner.ctx.clone() };
        let everything = EndpointInput {
            url: "https://hooks.example.com/in".into(),
            all: true,
            ..EndpointInput::default()
        };
        endpoints::add_endpoint(&f.app, &proven, everything, "").await.unwrap();
        f.clock.advance_millis(60_000);
        let mut input = input_of(&before);
        input.stages.retain(|stage| stage.outcome != "lost");
        input.stages[1].outcome = "won".into();
        let id = &before.pipeline.id;
        pipelines::update_pipeline(&f.app, &owner.ctx, id, input.clone()).await.unwrap();
        let latest = async |person: &PersonId| {
            let page = timeline::list_entries(&f.app, &owner.ctx, person, None, 9).await.unwrap();
            page.items.into_iter().next().unwrap().entry
        };
        for was in moved {
            let now = people::get_person(&f.app, &owner.ctx, &was.id).await.unwrap();
            assert_eq!((now.rev, now.standing), (was.rev + 1, Standing::Lead));
            assert!(now.updated_at > was.updated_at);
            let entry = latest(&was.id).await;
            let words = json!({"from": before.stages[lost].name, "to": before.stages[0].name});
            assert_eq!((entry.kind.as_str(), &entry.detail_json.0), ("restaged", &words));
            assert_eq!(entry.actor_id, owner.ctx.account.as_str());
        }
        let now = people::get_person(&f.app, &owner.ctx, &meant.id).await.unwrap();
        assert_eq!((now.rev, now.standing), (meant.rev + 1, Standing::Customer));
        let words = json!({"stage": before.stages[1].name, "standing": "customer"});
        assert_eq!(latest(&meant.id).await.detail_json.0, words);
        let now = people::get_person(&f.app, &owner.ctx, &stays.id).await.unwrap();
        assert_eq!(now.rev, stays.rev);
        people::restore_person(&f.app, &owner.ctx, &gone.id).await.unwrap();
        // What changes nothing for anybody says so.
        f.clock.advance_millis(60_000);
        pipelines::update_pipeline(&f.app, &owner.ctx, id, input).await.unwrap();
        let waiting = f.app.db.write(|c| store::outbox::list_undispatched(c, 99)).await.unwrap();
        let told = waiting.iter().map(|it| it.payload_json.0.clone());
        let told: Vec<_> = told.filter(|it| it["kind"] != "person.restored").collect();
        let of = |it: &serde_json::Value| {
            let data = &it["data"];
            (it["kind"].clone(), data["id"].clone(), data["people"].clone())
        };
        let wanted = |people: usize| (json!("pipeline.changed"), json!(id), json!(people));
        let told: Vec<_> = told.iter().map(of).collect();
        assert_eq!(told, [wanted(3), wanted(0)], "nobody is told of one by one");
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_that_goes_hands_its_people_to_another() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let first = pipeline(&f, &owner).await;
        let mut input = input_of(&first);
        input.name = "Shops".into();
        input.stages.iter_mut().for_each(|stage| stage.id.clear());
        let made = pipelines::create_pipeline(&f.app, &owner.ctx, input).await.unwrap();
        let all = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap();
        let won = all[1].stages.iter().find(|stage| stage.outcome == Outcome::Won).unwrap();
        let input = PersonInput { stage: won.id.to_string(), ..named("Shop") };
        let person = add(&f, &owner, input).await;
        let lead = people::change_stage(&f.app, &owner.ctx, &person.id, "lead").await.unwrap();
        assert_eq!(lead.stage_id, all[1].stages[0].id, "they stay in their pipeline");
        people::change_stage(&f.app, &owner.ctx, &person.id, "customer").await.unwrap();
        pipelines::delete_pipeline(&f.app, &owner.ctx, &made.id).await.unwrap();
        let after = people::get_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        let same = first.stages.iter().find(|stage| stage.id == after.stage_id).unwrap();
        assert_eq!((same.outcome, after.standing), (Outcome::Won, Standing::Customer));
    })
    .await;
}

#[tokio::test]
async fn details_are_kept_found_and_left_alone_by_those_who_dont_say_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let person = add(&f, &owner, detailed()).await;
        let whole = people::get_whole_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        let values: Vec<_> = whole.contacts.iter().map(|it| it.value.as_str()).collect();
        let all = ["050-1234567", "03-555 0101", "second@example.com", "3 Yefet St, Jaffa"];
        assert_eq!(values, all);
        assert_eq!(whole.tags.len(), 2, "one name is one tag");
        assert_eq!(person.value, 150_050);
        assert_eq!(person.consent_at, Some(person.created_at));
        for text in ["035550101", "second@", "yefet"] {
            let filter = PersonFilter { search: Some(text.into()), ..PersonFilter::default() };
            assert_eq!(
                people::count_people(&f.app, &owner.ctx, filter).await.unwrap(),
                1,
                "{text}"
            );
        }
        // A plugin or a short form says a name and a phone only.
        let short =
            PersonInput { phone: "050-7654321".into(), source: "ads".into(), ..named("Noa L") };
        people::update_person(&f.app, &owner.ctx, &person.id, short, person.rev).await.unwrap();
        let after = people::get_whole_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        let values: Vec<_> = after.contacts.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(
            values,
            ["050-7654321", "03-555 0101", "second@example.com", "3 Yefet St, Jaffa"]
        );
        assert_eq!((after.person.value, after.tags.len()), (150_050, 2));
        assert_eq!(after.person.source, "ads");
        assert_eq!(after.attribution.unwrap().source, "website", "the first touch stays");
        // Who shares a number is told, in any spelling and either way.
        let double = PersonInput { phone: "+972 3 5550101".into(), ..named("N. Levi") };
        let double = add(&f, &owner, double).await;
        let alike = people::list_alike(&f.app, &owner.ctx, &person.id).await.unwrap();
        assert_eq!(alike.iter().map(|it| &it.id).collect::<Vec<_>>(), [&double.id]);
    })
    .await;
}

type Spoil = Box<dyn Fn(&mut DetailsInput)>;

#[tokio::test]
async fn wrong_details_are_named() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let stranger = f.second_business(&owner).await;
        let theirs = stranger.ctx.member.to_string();
        let spoils: [(&str, Spoil); 8] = [
            ("contact-1", Box::new(|it| it.contacts[1].value = "not an address".into())),
            ("owner", Box::new(move |it| it.owner.clone_from(&theirs))),
            ("owner", Box::new(|it| it.owner = "me".into())),
            ("value", Box::new(|it| it.value = "a lot".into())),
            ("follow_up_on", Box::new(|it| it.follow_up_on = "soon".into())),
            ("consent", Box::new(|it| it.consent = "maybe".into())),
            ("kind", Box::new(|it| it.kind = "dog".into())),
            ("tags", Box::new(|it| it.tags = (0..31).map(|n| format!("t{n}")).collect())),
        ];
        for (field, spoil) in spoils {
            let mut input = detailed();
            spoil(input.details.as_mut().unwrap());
            expect_invalid(people::create_person(&f.app, &owner.ctx, input, "").await, field);
        }
        let tags = tags::list_tags(&f.app, &owner.ctx).await.unwrap();
        assert!(tags.is_empty(), "a form that is refused makes no tags");
    })
    .await;
}

#[tokio::test]
async fn an_act_over_many_is_taken_back_but_not_what_came_after() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let stages = pipeline(&f, &owner).await.stages;
        let mut ids: Vec<PersonId> = Vec::new();
        for name in ["A", "B", "C"] {
            ids.push(add(&f, &owner, named(name)).await.id);
        }
        let change = async |act: &str, to: &str| {
            let input = BulkInput { act: act.into(), to: to.into() };
            bulk::change_people(&f.app, &owner.ctx, ids.clone(), input).await.unwrap()
        };
        let stage_of = async |id: &PersonId| {
            people::get_person(&f.app, &owner.ctx, id).await.unwrap().stage_id
        };
        let moved = change("stage", stages[1].id.as_str()).await;
        assert_eq!(moved.count, 3);
        let nothing = change("stage", stages[1].id.as_str()).await;
        assert!(nothing.undo.is_none(), "who is there already isn't moved");
        people::change_stage(&f.app, &owner.ctx, &ids[2], stages[2].id.as_str()).await.unwrap();
        let undo = moved.undo.unwrap();
        assert_eq!(undos::undo(&f.app, &owner.ctx, &undo).await.unwrap(), 2);
        assert_eq!(stage_of(&ids[0]).await, stages[0].id);
        assert_eq!(stage_of(&ids[2]).await, stages[2].id, "what came after stays");
        let again = undos::undo(&f.app, &owner.ctx, &undo).await;
        assert!(matches!(again, Err(Error::Conflict { key: "error-undone-already" })), "{again:?}");

        let tagged = change("tag", "spring").await;
        assert_eq!((tagged.count, change("tag", "SPRING").await.count), (3, 0));
        assert_eq!(change("untag", "spring").await.count, 3);
        assert_eq!(change("owner", owner.ctx.member.as_str()).await.count, 3);
        assert_eq!(change("follow-up", "2026-12-01").await.count, 3);

        let removed = change("remove", "").await;
        let none = people::count_people(&f.app, &owner.ctx, PersonFilter::default()).await;
        assert_eq!((removed.count, none.unwrap()), (3, 0));
        let colleague = f.join(&owner, "mate@example.com", Role::Member).await;
        let undo = removed.undo.unwrap();
        let theirs = undos::undo(&f.app, &colleague.ctx, &undo).await;
        assert!(matches!(theirs, Err(Error::NotFound)), "another's act is theirs");
        assert_eq!(undos::undo(&f.app, &owner.ctx, &undo).await.unwrap(), 3);
        let back = people::count_people(&f.app, &owner.ctx, PersonFilter::default()).await;
        assert_eq!(back.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn an_act_over_many_is_all_or_nothing_and_of_ones_own() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let person = add(&f, &theirs, named("Theirs")).await;
        let own = add(&f, &ours, named("Own")).await;
        let act = |act: &str, to: &str| BulkInput { act: act.into(), to: to.into() };
        let both = vec![person.id.clone(), own.id.clone()];
        let done = bulk::change_people(&f.app, &ours.ctx, both.clone(), act("remove", "")).await;
        assert_eq!(done.unwrap().count, 1);
        people::get_person(&f.app, &theirs.ctx, &person.id).await.unwrap();
        let stage = pipeline(&f, &theirs).await.stages[1].id.to_string();
        let ids = vec![own.id.clone()];
        for (wrong, field) in [
            (act("stage", &stage), "stage"),
            (act("stage", ""), "act"),
            (act("owner", theirs.ctx.member.as_str()), "owner"),
            (act("untag", "nothing"), "to"),
            (act("tag", "  "), "to"),
            (act("dance", ""), "act"),
        ] {
            let refused = bulk::change_people(&f.app, &ours.ctx, ids.clone(), wrong).await;
            expect_invalid(refused, field);
        }
        let none = bulk::change_people(&f.app, &ours.ctx, vec![], act("remove", "")).await;
        expect_invalid(none, "people");
        let many = vec![own.id.clone(); bulk::BULK_MAX + 1];
        expect_invalid(
            bulk::change_people(&f.app, &ours.ctx, many, act("remove", "")).await,
            "people",
        );
    })
    .await;
}

#[tokio::test]
async fn the_board_adds_up_with_the_lists_behind_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let stages = pipeline(&f, &owner).await.stages;
        for (stage, value) in [(0, "100"), (0, "200"), (1, ""), (3, "50.50")] {
            let details = DetailsInput { value: value.into(), ..DetailsInput::default() };
            let input = PersonInput {
                stage: stages[stage].id.to_string(),
                details: Some(details),
                ..named("Somebody")
            };
            add(&f, &owner, input).await;
        }
        let board = get_board(&f.app, &owner.ctx, None, PersonFilter::default()).await.unwrap();
        let counts: Vec<_> = board.columns.iter().map(|column| column.count).collect();
        assert_eq!(counts, [2, 1, 0, 1, 0]);
        assert_eq!(board.columns[0].values, [("ILS".to_owned(), 30_000)]);
        assert!(board.columns[1].values.is_empty());
        for column in &board.columns {
            let filter =
                PersonFilter { stages: vec![column.stage.id.clone()], ..PersonFilter::default() };
            let newest = PersonOrder::Newest;
            let list = people::list_people(&f.app, &owner.ctx, filter, newest, None, 50).await;
            assert_eq!(list.unwrap().items.len(), column.people.len());
        }
    })
    .await;
}

#[tokio::test]
async fn notes_are_ones_own_to_change_and_written_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let person = add(&f, &owner, named("Noa")).await;
        f.clock.advance_millis(1);
        for _ in 0..2 {
            let text = " Likes lilies\r\nand tea ";
            timeline::create_note(&f.app, &owner.ctx, &person.id, text, "f1").await.unwrap();
        }
        let told = timeline::list_entries(&f.app, &mate.ctx, &person.id, None, 9).await.unwrap();
        assert_eq!(told.items.len(), 2, "sent twice, written once");
        let note = &told.items[0];
        assert_eq!(note.entry.detail_json.0["text"], "Likes lilies\nand tea");
        assert!(!note.is_own_note);
        let id = &note.entry.id;
        let theirs = timeline::update_note(&f.app, &mate.ctx, id, "x").await;
        assert!(matches!(theirs, Err(Error::Forbidden)));
        assert!(matches!(
            timeline::delete_note(&f.app, &mate.ctx, id).await,
            Err(Error::Forbidden)
        ));
        let unseen = timeline::list_entries(&f.app, &books.ctx, &person.id, None, 9).await;
        assert!(matches!(unseen, Err(Error::NotFound)));
        let created = &told.items[1].entry.id;
        let no_note = timeline::delete_note(&f.app, &owner.ctx, created).await;
        assert!(matches!(no_note, Err(Error::Forbidden)), "history isn't anybody's to remove");
        timeline::update_note(&f.app, &owner.ctx, id, "Likes roses").await.unwrap();
        expect_invalid(timeline::update_note(&f.app, &owner.ctx, id, " ").await, "text");
        timeline::delete_note(&f.app, &owner.ctx, id).await.unwrap();
        let left = timeline::list_entries(&f.app, &owner.ctx, &person.id, None, 9).await.unwrap();
        assert_eq!(left.items.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn settings_of_people_are_for_those_who_may_and_within_the_business() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let mate = f.join(&ours, "mate@example.com", Role::Member).await;
        add(&f, &ours, detailed()).await;
        let tag = tags::list_tags(&f.app, &ours.ctx).await.unwrap().remove(0);
        let of = pipeline(&f, &ours).await;
        let (app, id) = (&f.app, &of.pipeline.id);
        for (who, is_stranger) in [(&theirs, true), (&mate, false)] {
            let ctx = &who.ctx;
            let results = [
                pipelines::update_pipeline(app, ctx, id, input_of(&of)).await.err(),
                pipelines::delete_pipeline(app, ctx, id).await.err(),
                tags::rename_tag(app, ctx, &tag.id, "Else").await.err(),
                tags::delete_tag(app, ctx, &tag.id).await.err(),
            ];
            for error in results {
                let error = error.expect("refused");
                let fits = if is_stranger {
                    matches!(error, Error::NotFound)
                } else {
                    matches!(error, Error::Forbidden)
                };
                assert!(fits, "{error:?}");
            }
        }
        expect_invalid(tags::rename_tag(app, &ours.ctx, &tag.id, "Wedding").await, "name");
        tags::rename_tag(app, &ours.ctx, &tag.id, "vip").await.unwrap();
        tags::delete_tag(app, &ours.ctx, &tag.id).await.unwrap();
        assert_eq!(tags::list_tags(app, &ours.ctx).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whom_somebody_looked_after_is_nobodys_when_they_leave() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let details =
            DetailsInput { owner: mate.ctx.member.to_string(), ..DetailsInput::default() };
        let person = add(&f, &owner, PersonInput { details: Some(details), ..named("Noa") }).await;
        let (app, ctx) = (&f.app, &mate.ctx);
        saved_views::save_view(app, ctx, "Mine", "owner=me", false).await.unwrap();
        saved_views::save_view(app, ctx, "Ours", "owner=me", true).await.unwrap();
        members::remove_member(app, &owner.ctx, &mate.ctx.member).await.unwrap();
        let person = people::get_person(app, &owner.ctx, &person.id).await.unwrap();
        assert_eq!(person.owner_id, None);
        // The same account again is another member.
        let views = saved_views::list_views(app, ctx).await.unwrap();
        let names: Vec<_> = views.iter().map(|view| view.name.as_str()).collect();
        assert_eq!(names, ["Ours"]);
    })
    .await;
}
