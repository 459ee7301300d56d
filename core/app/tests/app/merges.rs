//! Where somebody stands whom others became one with, several at once, and what is shown before.

use crate::support::people::{add, detailed, doubles_of, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::people::doubles::list_doubles;
use app::people::merge::{MERGED_MAX, look_at_merge, merge_all, merge_people};
use app::people::{self, DetailsInput, Person, PersonFilter, PersonInput, Standing};
use app::pipelines::{self, Outcome, PipelineInput, StageInput};
use app::{Error, reports, timeline, undos};
use domain::{PersonId, StageId};

async fn get(f: &Fixture, who: &Signed, id: &PersonId) -> Person {
    people::get_person(&f.app, &who.ctx, id).await.unwrap()
}

/// The stages of the first pipeline that mean this.
async fn stages(f: &Fixture, who: &Signed, outcome: Outcome) -> Vec<StageId> {
    let first = pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0);
    let its = first.stages.into_iter().filter(|stage| stage.outcome == outcome);
    its.map(|stage| stage.id).collect()
}

async fn in_stage(f: &Fixture, who: &Signed, name: &str, stage: &StageId) -> Person {
    let person = add(f, who, PersonInput { stage: stage.to_string(), ..named(name) }).await;
    f.clock.advance_millis(1_000);
    person
}

#[tokio::test]
async fn a_merge_leaves_a_customer_a_customer_whoever_stays() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let lead = add(&f, &owner, named("Lead")).await;
        f.clock.advance_millis(60_000);
        let customer = PersonInput { stage: "customer".into(), ..named("Customer") };
        let customer = add(&f, &owner, customer).await;
        f.clock.advance_millis(60_000);
        let undo = merge_people(app, ctx, &lead.id, &customer.id).await.unwrap();
        let one = get(&f, &owner, &lead.id).await;
        assert_eq!((one.standing, &one.stage_id), (Standing::Customer, &customer.stage_id));
        assert_eq!((one.won_at, one.stage_since), (customer.won_at, customer.stage_since));
        let report = reports::get_report(app, ctx, 3).await.unwrap();
        assert_eq!(report.won_people(), 1, "they are a new customer still");
        assert_eq!(report.steps.waiting, 1, "and nobody has turned to them by that");
        let told = timeline::list_entries(app, ctx, &lead.id, None, 20).await.unwrap().items;
        let merged = told.iter().find(|told| told.entry.kind == "merged").unwrap();
        assert!(merged.entry.detail_json.0["stage"].is_string());
        assert!(told.iter().all(|told| told.entry.kind != "stage"));

        f.clock.advance_millis(60_000);
        undos::undo(app, ctx, &undo).await.unwrap();
        let one = get(&f, &owner, &lead.id).await;
        assert_eq!((one.standing, &one.stage_id), (Standing::Lead, &lead.stage_id));
        assert_eq!((one.won_at, one.stage_since), (None, lead.stage_since));
        assert_eq!(get(&f, &owner, &customer.id).await.won_at, customer.won_at);
        let report = reports::get_report(app, ctx, 3).await.unwrap();
        assert_eq!(report.steps.waiting, 2, "both wait as they did");
    })
    .await;
}

#[tokio::test]
async fn who_was_moved_since_a_merge_stays_there_when_it_is_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let lost = stages(&f, &owner, Outcome::Lost).await.remove(0);
        let lead = add(&f, &owner, named("Lead")).await;
        let customer = PersonInput { stage: "customer".into(), ..named("Customer") };
        let customer = add(&f, &owner, customer).await;
        let undo = merge_people(app, ctx, &lead.id, &customer.id).await.unwrap();
        people::change_stage(app, ctx, &lead.id, lost.as_str()).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let one = get(&f, &owner, &lead.id).await;
        assert_eq!((one.stage_id, one.won_at), (lost, None));
    })
    .await;
}

#[tokio::test]
async fn who_is_on_the_way_is_further_than_who_was_lost_and_later_stages_are_further() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let open = stages(&f, &owner, Outcome::Open).await;
        let lost = stages(&f, &owner, Outcome::Lost).await.remove(0);
        let other = PipelineInput {
            name: "Shops".into(),
            stages: [("First", "open"), ("Second", "open"), ("Sold", "won")]
                .map(|(name, outcome)| StageInput {
                    id: String::new(),
                    name: name.into(),
                    outcome: outcome.into(),
                })
                .to_vec(),
        };
        pipelines::create_pipeline(app, ctx, other).await.unwrap();
        let shops = pipelines::list_pipelines(app, ctx).await.unwrap().pop().unwrap();
        let elsewhere = &shops.stages[1].id;
        for (kept, gone, then) in [
            (&lost, &open[0], &open[0]),
            (&open[0], &lost, &open[0]),
            (&open[0], &open[1], &open[1]),
            (&open[1], &open[0], &open[1]),
            (&open[0], elsewhere, &open[0]),
            (&lost, elsewhere, elsewhere),
        ] {
            let kept = in_stage(&f, &owner, "Kept", kept).await;
            let gone = in_stage(&f, &owner, "Gone", gone).await;
            let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
            assert_eq!(get(&f, &owner, &kept.id).await.stage_id, *then);
            undos::undo(app, ctx, &undo).await.unwrap();
            let back = get(&f, &owner, &kept.id).await;
            assert_eq!((back.stage_id, back.stage_since), (kept.stage_id, kept.stage_since));
        }
    })
    .await;
}

#[tokio::test]
async fn several_become_one_and_each_is_there_again() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let with = |name: &str, phone: &str| PersonInput { phone: phone.into(), ..named(name) };
        let kept = add(&f, &owner, with("Dana", "050-1234567")).await;
        let second = PersonInput { notes: "Second".into(), ..with("Dana L.", "050-1234567") };
        let second = add(&f, &owner, second).await;
        let third = PersonInput { stage: "customer".into(), ..with("D. Levi", "050-1234567") };
        let third = add(&f, &owner, third).await;
        let others = [second.id.clone(), third.id.clone(), second.id.clone()];

        let look = look_at_merge(app, ctx, &kept.id, &others).await.unwrap();
        assert_eq!((look.person.standing, look.contacts.len()), (Standing::Customer, 1));
        assert_eq!((look.person.notes.as_str(), look.gone.len()), ("Second", 2));
        assert_eq!(get(&f, &owner, &second.id).await, second, "a look changes nothing");

        let undo = merge_all(app, ctx, &kept.id, &others).await.unwrap();
        let one = get(&f, &owner, &kept.id).await;
        assert_eq!(one.standing, look.person.standing);
        assert_eq!((one.notes, one.won_at), (look.person.notes, third.won_at));
        let count = async || people::count_people(app, ctx, PersonFilter::default()).await.unwrap();
        assert_eq!(count().await, 1);
        let done = undos::list_done(app, ctx, None, 20).await.unwrap().items;
        assert_eq!((done.len(), done[0].summary.what, done[0].summary.count), (1, "merged", 2));
        assert_eq!(done[0].summary.names, ["Dana L.", "D. Levi"]);

        assert_eq!(undos::undo(app, ctx, &undo).await.unwrap(), 2);
        assert_eq!(count().await, 3);
        let back = get(&f, &owner, &kept.id).await;
        assert_eq!((back.standing, back.notes.as_str()), (Standing::Lead, ""));
        assert_eq!(get(&f, &owner, &third.id).await.won_at, third.won_at);
        expect_invalid(merge_all(app, ctx, &kept.id, &[]).await, "other");
        let with_itself = [second.id.clone(), kept.id.clone()];
        expect_invalid(merge_all(app, ctx, &kept.id, &with_itself).await, "other");
        let many: Vec<PersonId> =
            (0..=MERGED_MAX).map(|_| PersonId::new(&*app.clock, &*app.rng)).collect();
        let refused = merge_all(app, ctx, &kept.id, &many).await;
        let is_many =
            matches!(&refused, Err(Error::Invalid { key, .. }) if key == "error-merge-many");
        assert!(is_many, "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn of_several_one_who_cannot_is_none_who_did() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &ours.ctx);
        let kept = add(&f, &ours, named("Kept")).await;
        let second = add(&f, &ours, detailed()).await;
        let foreign = add(&f, &theirs, named("Foreign")).await;
        let others = [second.id.clone(), foreign.id.clone()];
        for refused in [
            merge_all(app, ctx, &kept.id, &others).await.map(drop),
            look_at_merge(app, ctx, &kept.id, &others).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        }
        assert_eq!(get(&f, &ours, &kept.id).await, kept);
        assert_eq!(get(&f, &ours, &second.id).await, second);
    })
    .await;
}

#[tokio::test]
async fn all_groups_are_reached_and_each_comes_once() {
    each(async |f: Fixture| {
        let (owner, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        // Each pair shares a number, an address, a place and a name.
        for n in 0..5 {
            for _ in 0..2 {
                let contact = people::ContactInput {
                    kind: "address".into(),
                    value: format!("{n} Yefet St, Jaffa"),
                    label: String::new(),
                };
                let details = DetailsInput { contacts: vec![contact], ..DetailsInput::default() };
                let input = PersonInput {
                    phone: format!("03-555000{n}"),
                    email: format!("pair{n}@example.com"),
                    details: Some(details),
                    ..named(&format!("Pair {n}"))
                };
                add(&f, &owner, input.clone()).await;
                add(&f, &theirs, input).await;
            }
        }
        for _ in 0..2 {
            add(&f, &owner, named("Noa")).await;
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = list_doubles(app, ctx, after, 2).await.unwrap();
            assert!(page.items.len() <= 2);
            seen.extend(page.items.into_iter().map(|it| (it.by, it.people[0].name.clone())));
            // As it comes back from a link.
            after = page.next.map(|next| next.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        let mut all: Vec<(String, String)> =
            (0..5).map(|n| ("phone".to_owned(), format!("Pair {n}"))).collect();
        all.insert(0, ("name".to_owned(), "Noa".to_owned()));
        assert_eq!(seen, all);
        assert_eq!(doubles_of(app, ctx).await.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn that_two_became_one_and_two_again_stands_in_the_log() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let kept = add(&f, &owner, named("Kept")).await.id;
        let gone = add(&f, &owner, named("Gone")).await.id;
        let undo = merge_people(app, ctx, &kept, &gone).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let chain = f.chain(&ctx.tenant).await;
        for (action, whom) in [("person.merged", &kept), ("person.unmerged", &gone)] {
            let told = chain.iter().filter(|entry| entry.action == action);
            let told: Vec<&str> = told.map(|entry| entry.entity_id.as_str()).collect();
            assert_eq!(told, [whom.as_str()], "{action}");
        }
    })
    .await;
}
