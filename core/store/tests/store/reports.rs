//! Numbers about people: each is as long as the list behind it.

use domain::{EntryId, StageId, TenantId, Timestamp};
use store::Db;
use store::attributions::{self, Attribution};
use store::audit::ActorKind;
use store::people::{self, NewPerson, Owned, Person, PersonFilter, Span, Standing, StepWithin};
use store::pipelines::{self, Outcome, Pipeline, Stage};
use store::reports::{self, Added, Asked, FirstStep, FromSource, Won};
use store::timeline::{self, Entry};

use crate::support::*;

const HOUR: i64 = 3_600;

fn span() -> Span {
    Span { from: START, until: START.plus_secs(10 * HOUR) }
}

/// A lead of a source, added so many hours after the start.
fn lead(world: &World, tenant: &TenantId, source: &str, hours: i64) -> Person {
    let mut person = world.person(tenant, source);
    person.source = source.to_owned();
    person.created_at = START.plus_secs(hours * HOUR);
    person
}

fn entry(world: &World, of: &Person, kind: &str, actor_kind: ActorKind, at: Timestamp) -> Entry {
    Entry {
        tenant_id: of.tenant_id.clone(),
        id: EntryId::new(&world.clock, &world.rng),
        person_id: of.id.clone(),
        at,
        kind: kind.to_owned(),
        actor_kind,
        actor_id: String::new(),
        entity_id: String::new(),
        detail_json: serde_json::json!({}).into(),
    }
}

fn stages(world: &World, tenant: &TenantId) -> (Pipeline, Vec<Stage>) {
    let pipeline = Pipeline {
        tenant_id: tenant.clone(),
        id: domain::PipelineId::new(&world.clock, &world.rng),
        name: "Customers".to_owned(),
        position: 0,
    };
    let stage = |(position, outcome): (i64, &Outcome)| Stage {
        tenant_id: tenant.clone(),
        id: StageId::new(&world.clock, &world.rng),
        pipeline_id: pipeline.id.clone(),
        name: outcome.to_string(),
        position,
        outcome: *outcome,
        goes_to: None,
    };
    let stages = (0..).zip(Outcome::ALL).map(stage).collect();
    (pipeline, stages)
}

store::both_backends! {
    async fn sources_count_the_new_and_who_of_them_is_a_customer(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let mut rows: Vec<Person> = [("site", 0), ("site", 1), ("", 2), ("fair", 9), ("site", 10), ("site", -1)]
            .map(|(source, hours)| lead(&world, &tenant, source, hours))
            .to_vec();
        rows[1].standing = Standing::Customer;
        rows.push(lead(&world, &tenant, "", 3));
        rows.push(lead(&world, &other, "site", 1));
        // Known before anybody entered something; and of one a campaign alone is known.
        let first = |of: &Person, source: &str, campaign: &str| Attribution {
            tenant_id: of.tenant_id.clone(),
            person_id: of.id.clone(),
            at: of.created_at,
            source: source.to_owned(),
            medium: String::new(),
            campaign: campaign.to_owned(),
            term: String::new(),
            content: String::new(),
            landing: String::new(),
            referrer: String::new(),
        };
        let firsts = [first(&rows[2], "fair", ""), first(&rows[3], "", "spring")];
        let gone = lead(&world, &tenant, "site", 1);
        let gone_id = gone.id.clone();
        rows.push(gone);
        let of = tenant.clone();
        let found = db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            firsts.iter().try_for_each(|first| attributions::put_first(c, first).map(drop))?;
            people::delete(c, &of, &gone_id, 1, START)?;
            let sum = reports::count_added(c, &of, span())?;
            assert_eq!(sum, Added { people: 5, customers: 1 });
            let found = reports::list_sources(c, &of, span())?;
            for each in &found {
                let first_source = Some(each.source.clone());
                let mut filter =
                    PersonFilter { first_source, added: Some(span()), ..PersonFilter::default() };
                assert_eq!(people::count(c, &of, &filter)?, each.added.people);
                filter.standing = Some(Standing::Customer);
                assert_eq!(people::count(c, &of, &filter)?, each.added.customers);
            }
            Ok(found)
        }).await.unwrap();
        let of = |source: &str, people, customers| FromSource {
            source: source.to_owned(),
            added: Added { people, customers },
        };
        assert_eq!(found, [of("fair", 2, 0), of("site", 2, 1), of("", 1, 0)]);
    }

    async fn who_was_won_is_won_when_they_were_and_where_that_is_known(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows = Vec::new();
        for (hours, value, currency) in [
            (Some(0), 500, "ILS"),
            (Some(2), 250, "ILS"),
            (Some(3), 0, ""),
            (Some(4), 90, "USD"),
            (Some(-1), 300, "ILS"),
            (Some(10), 1_000, "ILS"),
            (None, 2_000, "ILS"),
        ] {
            let mut person = lead(&world, &tenant, "", -50);
            person.standing = Standing::Customer;
            // When they came into the stage they are in says nothing of it.
            person.stage_since = START.plus_secs(HOUR);
            person.won_at = hours.map(|hours| START.plus_secs(hours * HOUR));
            (person.value, person.value_currency) = (value, currency.to_owned());
            rows.push(person);
        }
        let of = tenant.clone();
        let found = db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            let filter = PersonFilter { won: Some(span()), ..PersonFilter::default() };
            assert_eq!(people::count(c, &of, &filter)?, 4);
            let won = reports::list_won(c, &of, span())?;
            for each in &won {
                let currency = Some(each.currency.clone());
                let filter = PersonFilter { currency, ..filter.clone() };
                assert_eq!(people::count(c, &of, &filter)?, each.people, "{}", each.currency);
            }
            Ok(won)
        }).await.unwrap();
        let of = |currency: &str, people, value| Won { currency: currency.to_owned(), people, value };
        assert_eq!(found, [of("", 1, 0), of("ILS", 2, 750), of("USD", 1, 90)]);
    }

    async fn when_somebody_was_won_goes_along_between_won_stages_alone(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let pipeline = Pipeline {
            tenant_id: tenant.clone(),
            id: domain::PipelineId::new(&world.clock, &world.rng),
            name: "Sales".to_owned(),
            position: 0,
        };
        let stages: Vec<Stage> = [Outcome::Won, Outcome::Won, Outcome::Open, Outcome::Won]
            .map(|outcome| Stage {
                tenant_id: tenant.clone(),
                id: StageId::new(&world.clock, &world.rng),
                pipeline_id: pipeline.id.clone(),
                name: "x".to_owned(),
                position: 0,
                outcome,
                goes_to: None,
            })
            .to_vec();
        let mut person = world.person(&tenant, "Dana");
        person.stage_id = stages[0].id.clone();
        (person.standing, person.won_at) = (Standing::Customer, Some(START));
        let of = tenant.clone();
        db.write(move |c| {
            pipelines::insert(c, &pipeline)?;
            stages.iter().try_for_each(|stage| pipelines::insert_stage(c, stage))?;
            people::insert(c, &person, &[])?;
            for (at, wanted) in [(1, Some(START)), (2, None), (3, None)] {
                pipelines::delete_stage(c, &of, &stages[at - 1].id, &stages[at])?;
                let after = people::get(c, &of, &person.id)?;
                assert_eq!((after.won_at, &after.stage_id), (wanted, &stages[at].id), "{at}");
                assert_eq!(after.standing, stages[at].outcome.standing());
            }
            Ok(())
        }).await.unwrap();
    }

    async fn the_first_step_is_a_member_s_and_lists_that_were_brought_have_none(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows: Vec<Person> = (0..5).map(|n| lead(&world, &tenant, "site", n)).collect();
        let after = |at: usize, secs: i64| rows[at].created_at.plus_secs(secs);
        let entries = [
            entry(&world, &rows[0], "created", ActorKind::Account, after(0, 0)),
            entry(&world, &rows[0], "stage", ActorKind::Account, after(0, 600)),
            entry(&world, &rows[0], "note", ActorKind::Account, after(0, 300)),
            // What plugins do, and what is only known better, is no step.
            entry(&world, &rows[1], "note", ActorKind::Plugin, after(1, 60)),
            entry(&world, &rows[1], "changed", ActorKind::Account, after(1, 60)),
            entry(&world, &rows[1], "document-renamed", ActorKind::Account, after(1, 60)),
            // Known before the list was brought.
            entry(&world, &rows[4], "created", ActorKind::Account, after(4, 0)),
            entry(&world, &rows[4], "imported", ActorKind::Account, after(4, HOUR)),
        ];
        let expected: Vec<FirstStep> = [(0, Some(300)), (1, None), (2, None), (4, None)]
            .map(|(at, secs)| FirstStep {
                added_at: rows[at].created_at,
                stepped_at: secs.map(|secs| after(at, secs)),
            })
            .to_vec();
        let of = tenant.clone();
        let brought = NewPerson {
            person: rows[3].clone(),
            contacts: vec![],
            tags: vec![],
            own: vec![],
            attribution: None,
            entry: entry(&world, &rows[3], "imported", ActorKind::Account, after(3, 1)),
        };
        let mut found = db.write(move |c| {
            people::insert_many(c, &of, vec![brought])?;
            let mut came = rows.iter().filter(|row| row.id != rows[3].id);
            came.try_for_each(|row| people::insert(c, row, &[]))?;
            entries.iter().try_for_each(|entry| timeline::insert(c, entry))?;
            let filter = PersonFilter { waiting: true, added: Some(span()), ..PersonFilter::default() };
            assert_eq!(people::count(c, &of, &filter)?, 3);
            reports::list_first_steps(c, &of, span())
        }).await.unwrap();
        found.sort_by_key(|step| step.added_at);
        assert_eq!(found, expected);
    }

    async fn how_soon_somebody_was_turned_to_is_a_list(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows: Vec<Person> = (0..6).map(|n| lead(&world, &tenant, "site", n)).collect();
        let steps = [(0, HOUR), (1, HOUR + 1), (2, 24 * HOUR), (3, 72 * HOUR), (4, 72 * HOUR + 1)];
        let step = |(at, secs): (usize, i64)| {
            let of: &Person = &rows[at];
            let when = of.created_at.plus_secs(secs);
            // A later one is no first one.
            [when, when.plus_secs(60)].map(|at| entry(&world, of, "note", ActorKind::Account, at))
        };
        let entries: Vec<Entry> = steps.into_iter().flat_map(step).collect();
        let of = tenant.clone();
        db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            entries.iter().try_for_each(|entry| timeline::insert(c, entry))?;
            for (step, wanted) in StepWithin::ALL.iter().zip([1, 2, 1, 1]) {
                let filter = PersonFilter { step: Some(*step), ..PersonFilter::default() };
                assert_eq!(people::count(c, &of, &filter)?, wanted, "{step}");
                let millis = |it: &FirstStep| Some(it.stepped_at?.as_millis() - it.added_at.as_millis());
                let all = reports::list_first_steps(c, &of, span())?;
                let its = all.iter().filter_map(millis).filter(|wait| StepWithin::of(*wait) == *step);
                assert_eq!(its.count(), usize::try_from(wanted).unwrap(), "{step}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn numbers_are_those_of_a_pipeline_and_of_whoever_looks_after_them(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let account = an_account(&db, &world, "dana@example.com").await;
        let member = world.member(&tenant, &account, domain::Role::Member);
        let (first, its) = stages(&world, &tenant);
        let (second, others) = stages(&world, &tenant);
        let mut rows = Vec::new();
        for (stage, owner) in [
            (&its[1], Some(&member.id)),
            (&its[1], None),
            (&its[0], None),
            (&others[1], Some(&member.id)),
        ] {
            let mut person = lead(&world, &tenant, "site", 1);
            person.stage_id = stage.id.clone();
            person.standing = stage.outcome.standing();
            let is_customer = person.standing == Standing::Customer;
            person.won_at = is_customer.then(|| START.plus_secs(HOUR));
            person.owner_id = owner.cloned();
            rows.push(person);
        }
        let (of, pipeline, dana) = (tenant.clone(), first.id.clone(), member.id.clone());
        db.write(move |c| {
            store::members::insert(c, &member)?;
            pipelines::insert(c, &first)?;
            pipelines::insert(c, &Pipeline { name: "Orders".to_owned(), position: 1, ..second })?;
            its.iter().chain(&others).try_for_each(|stage| pipelines::insert_stage(c, stage))?;
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            for (pipeline, owner, all, won) in [
                (None, None, 4, 3),
                (Some(&pipeline), None, 3, 2),
                (None, Some(Owned::By(dana.clone())), 2, 2),
                (Some(&pipeline), Some(Owned::By(dana)), 1, 1),
                (None, Some(Owned::ByNobody), 2, 1),
            ] {
                let asked = Asked { span: span(), pipeline: pipeline.cloned(), owner: owner.clone() };
                let filter = PersonFilter { pipeline: pipeline.cloned(), owner, ..PersonFilter::default() };
                assert_eq!(people::count(c, &of, &filter)?, all);
                let sources = reports::list_sources(c, &of, asked.clone())?;
                assert_eq!(sources.iter().map(|it| it.added.people).sum::<i64>(), all);
                let steps = reports::list_first_steps(c, &of, asked.clone())?;
                assert_eq!(i64::try_from(steps.len()).unwrap(), all);
                let found = reports::list_won(c, &of, asked)?;
                assert_eq!(found.iter().map(|it| it.people).sum::<i64>(), won);
            }
            Ok(())
        }).await.unwrap();
    }
}
