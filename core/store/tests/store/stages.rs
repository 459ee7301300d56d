//! Stages that go or mean something else, and members who leave: their people lose it some at a time.

use domain::{MemberId, StageId, TenantId};
use store::Db;
use store::people::{self, Losing, PersonFilter, Standing};
use store::pipelines::{self, Outcome, Pipeline, Stage};
use store::search::{self, Kind};
use store::{tags, tasks};

use crate::support::*;
use crate::tasks::task;

fn a_pipeline(world: &World, tenant: &TenantId) -> Pipeline {
    Pipeline {
        tenant_id: tenant.clone(),
        id: domain::PipelineId::new(&world.clock, &world.rng),
        name: "Sales".to_owned(),
        position: 0,
    }
}

fn a_stage(world: &World, of: &Pipeline, outcome: Outcome) -> Stage {
    Stage {
        tenant_id: of.tenant_id.clone(),
        id: StageId::new(&world.clock, &world.rng),
        pipeline_id: of.id.clone(),
        name: "x".to_owned(),
        position: 0,
        outcome,
        goes_to: None,
    }
}

store::both_backends! {
    async fn a_stage_that_goes_hands_its_people_on(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let pipeline = a_pipeline(&world, &tenant);
        let stage = |outcome| a_stage(&world, &pipeline, outcome);
        let (open, won) = (stage(Outcome::Open), stage(Outcome::Won));
        let mut person = world.person(&tenant, "Dana");
        person.stage_id = won.id.clone();
        person.standing = Standing::Customer;
        person.value = 700;
        person.value_currency = "ILS".to_owned();
        person.won_at = Some(START);
        let of = tenant.clone();
        db.write(move |c| {
            pipelines::insert(c, &pipeline)?;
            pipelines::insert_stage(c, &open)?;
            pipelines::insert_stage(c, &won)?;
            people::insert(c, &person, &[])?;
            let sums = people::sums(c, &of, &PersonFilter::default())?;
            assert_eq!(sums.len(), 1);
            assert_eq!((sums[0].count, sums[0].value, sums[0].currency.as_str()), (1, 700, "ILS"));
            let held = people::list_in_stage(c, &of, &PersonFilter::default(), &won.id, 5)?;
            assert_eq!(held.len(), 1);
            let renamed = Stage { name: "y".to_owned(), ..won.clone() };
            pipelines::update_stage(c, &renamed)?;
            assert_eq!(people::get(c, &of, &person.id)?.won_at, Some(START));
            let lost = Stage { outcome: Outcome::Lost, ..won.clone() };
            pipelines::update_stage(c, &lost)?;
            assert_eq!(people::mean(c, &of, std::slice::from_ref(&person.id), &lost)?, 1);
            let after = people::get(c, &of, &person.id)?;
            assert_eq!((after.standing, after.won_at), (Standing::Lead, None));
            pipelines::update_stage(c, &renamed)?;
            assert_eq!(people::mean(c, &of, std::slice::from_ref(&person.id), &renamed)?, 1);
            let after = people::get(c, &of, &person.id)?;
            assert_eq!((after.standing, after.won_at), (Standing::Customer, None), "nobody knows when");
            assert_eq!(pipelines::delete_stage(c, &of, &won.id, &open)?, 1);
            assert_eq!(people::get(c, &of, &person.id)?.stage_id, open.id);
            assert!(pipelines::find_stage(c, &of, &won.id)?.is_none());
            assert!(pipelines::delete_stage(c, &of, &open.id, &open).is_err());
            Ok(())
        }).await.unwrap();
    }

    async fn a_stage_that_begins_to_go_comes_last_and_leads_to_one_that_stays(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (pipeline, theirs) = (a_pipeline(&world, &tenant), a_pipeline(&world, &other));
        let stage = |position| Stage { position, ..a_stage(&world, &pipeline, Outcome::Open) };
        let [gone, middle, last] = [stage(0), stage(1), stage(2)];
        let foreign = a_stage(&world, &theirs, Outcome::Open);
        db.write(move |c| {
            pipelines::insert(c, &pipeline)?;
            pipelines::insert(c, &theirs)?;
            for one in [&gone, &middle, &last, &foreign] {
                pipelines::insert_stage(c, one)?;
            }
            pipelines::begin_to_go(c, &gone, &middle)?;
            assert_not_found(pipelines::begin_to_go(c, &gone, &last));
            let there = pipelines::list_stages(c, &tenant)?;
            let ids: Vec<_> = there.iter().map(|it| &it.id).collect();
            assert_eq!(ids, [&middle.id, &last.id, &gone.id]);
            assert!(there[0].stays() && !there[2].stays());
            pipelines::lead_elsewhere(c, &other, &middle.id, &foreign.id)?;
            let goes = |c: &mut store::Conn| {
                let found = pipelines::find_stage(c, &tenant, &gone.id)?;
                Ok::<_, store::Error>(found.and_then(|it| it.goes_to))
            };
            assert_eq!(goes(c)?, Some(middle.id.clone()), "another business leads none of ours");
            pipelines::lead_elsewhere(c, &tenant, &middle.id, &last.id)?;
            assert_eq!(goes(c)?, Some(last.id.clone()));
            Ok(())
        }).await.unwrap();
    }

    async fn people_of_a_stage_are_found_until_they_have_lost_it(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let pipeline = a_pipeline(&world, &tenant);
        let stage = |outcome| a_stage(&world, &pipeline, outcome);
        let (open, won) = (stage(Outcome::Open), stage(Outcome::Won));
        let them: Vec<_> = (0..5).map(|n| {
            let person = world.person(&tenant, &format!("Person {n}"));
            let stage_id = if n < 4 { open.id.clone() } else { won.id.clone() };
            people::Person { stage_id, ..person }
        }).collect();
        let (of, now) = (tenant.clone(), world.now());
        db.write(move |c| {
            pipelines::insert(c, &pipeline)?;
            for one in [&open, &won] {
                pipelines::insert_stage(c, one)?;
            }
            for one in &them {
                people::insert(c, one, &[])?;
            }
            people::delete(c, &of, &them[0].id, them[0].rev, now)?;
            let in_open = Losing::Stage(&open.id);
            let count = |c: &mut store::Conn, of_whom: Losing<'_>, deleted| {
                people::count_losing(c, &of, of_whom, deleted)
            };
            assert_eq!((count(c, in_open, false)?, count(c, in_open, true)?), (3, 1));
            let two = people::list_losing(c, &of, in_open, false, "", 2)?;
            assert_eq!(two.len(), 2);
            // One of them was moved by somebody else until it was held.
            let one = std::slice::from_ref(&two[0]);
            assert_eq!(people::move_on(c, &of, one, (&open.id, &won))?, 1);
            assert_eq!(people::list_still_losing(c, &of, in_open, &two)?, [two[1].clone()]);
            assert_eq!(people::move_on(c, &of, &two, (&open.id, &won))?, 1);
            let moved = people::get(c, &of, &two[1])?;
            assert_eq!((&moved.stage_id, moved.standing), (&won.id, Standing::Customer));
            let removed = people::list_losing(c, &of, in_open, true, "", 9)?;
            assert_eq!(removed, [them[0].id.clone()]);
            assert_eq!(people::move_on(c, &of, &removed, (&open.id, &won))?, 1);
            assert_eq!((count(c, in_open, false)?, count(c, in_open, true)?), (1, 0));

            // The fifth was put there as a lead, and the others came as customers.
            let meant = Losing::Meaning(&won);
            assert_eq!(people::list_losing(c, &of, meant, false, "", 9)?, [them[4].id.clone()]);
            assert_eq!(people::mean(c, &of, &[them[4].id.clone()], &won)?, 1);
            assert_eq!((count(c, meant, false)?, count(c, meant, true)?), (0, 0));
            let lost = Stage { outcome: Outcome::Lost, ..won.clone() };
            let meant = Losing::Meaning(&lost);
            assert_eq!((count(c, meant, false)?, count(c, meant, true)?), (3, 1));
            Ok(())
        }).await.unwrap();
    }

    async fn what_a_member_had_is_taken_off_them_in_the_order_of_its_ids(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let owner = MemberId::new(&world.clock, &world.rng);
        let mut them: Vec<_> = (0..3).map(|n| {
            let person = world.person(&tenant, &format!("Person {n}"));
            people::Person { owner_id: Some(owner.clone()), ..person }
        }).collect();
        them.sort_by(|one, other| one.id.cmp(&other.id));
        let mut all: Vec<_> = (0..3).map(|n| {
            let task = task(&world, &tenant, &format!("Task {n}"), None);
            tasks::Task { assignee_id: Some(owner.clone()), ..task }
        }).collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        let theirs = people::Person { owner_id: Some(owner.clone()), ..world.person(&other, "Else") };
        let now = world.now().plus_secs(5);
        db.write(move |c| {
            for one in them.iter().chain([&theirs]) {
                people::insert(c, one, &[])?;
            }
            for one in &all {
                tasks::insert(c, one)?;
            }
            let of = Losing::Owner(&owner);
            let first = people::list_losing(c, &tenant, of, false, "", 2)?;
            assert_eq!(first, [them[0].id.clone(), them[1].id.clone()]);
            let rest = people::list_losing(c, &tenant, of, false, first[1].as_str(), 2)?;
            assert_eq!(rest, [them[2].id.clone()]);
            assert_eq!(people::disown(c, &tenant, &first, &owner)?, 2);
            assert_eq!(people::count_losing(c, &tenant, of, false)?, 1);
            assert_eq!(people::get(c, &tenant, &first[0])?.owner_id, None);
            assert_eq!(people::count_losing(c, &other, of, false)?, 1);

            assert_eq!(tasks::count_of_assignee(c, &tenant, &owner)?, 3);
            let done = tasks::disown_some(c, &tenant, &owner, ("", 2), now)?;
            assert_eq!(done, [all[0].id.clone(), all[1].id.clone()]);
            let done = tasks::disown_some(c, &tenant, &owner, (done[1].as_str(), 2), now)?;
            assert_eq!(done, [all[2].id.clone()]);
            assert!(tasks::disown_some(c, &tenant, &owner, ("", 2), now)?.is_empty());
            let after = tasks::get(c, &tenant, &all[0].id)?;
            assert_eq!((after.assignee_id, after.rev, after.updated_at), (None, 2, now));
            Ok(())
        }).await.unwrap();
    }

    async fn a_tag_is_taken_off_some_at_a_time(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let tag = |name: &str| {
            let id = domain::TagId::new(&world.clock, &world.rng);
            tags::Tag::new(tenant.clone(), id, name)
        };
        let (gone, other) = (tag("spring"), tag("summer"));
        let them: Vec<_> = (0..3).map(|n| world.person(&tenant, &format!("Person {n}"))).collect();
        let of = tenant.clone();
        db.write(move |c| {
            for one in [&gone, &other] {
                tags::insert(c, one)?;
            }
            for one in &them {
                people::insert(c, one, &[])?;
                tags::put(c, &of, &one.id, &gone.id)?;
                tags::put(c, &of, &one.id, &other.id)?;
            }
            assert_eq!(tags::count_of(c, &of, &gone.id)?, 3);
            let found = |c: &mut store::Conn| search::best(c, &of, Kind::Person, "spring", 9);
            assert_eq!(found(c)?.map(|ids| ids.len()), Some(3));
            assert!(!gone.goes() && gone.nameless().goes());
            tags::update(c, &gone.nameless())?;
            assert_eq!(tags::list(c, &of)?, std::slice::from_ref(&other));
            assert_eq!(found(c)?, Some(Vec::new()), "by one that is being removed nobody is found");
            assert_eq!(tags::take_some(c, &of, &gone.id, 2)?, 2);
            assert_eq!(tags::take_some(c, &of, &gone.id, 2)?, 1);
            assert_eq!(tags::take_some(c, &of, &gone.id, 2)?, 0);
            assert_eq!((tags::count_of(c, &of, &gone.id)?, tags::count_of(c, &of, &other.id)?), (0, 3));
            Ok(())
        }).await.unwrap();
    }
}
