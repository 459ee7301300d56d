//! Numbers about people: each is as long as the list behind it.

use domain::{EntryId, StageId, TenantId, Timestamp};
use store::Db;
use store::attributions::{self, Attribution};
use store::audit::ActorKind;
use store::people::{self, Person, PersonFilter, Span, Standing};
use store::pipelines::{self, Outcome, Pipeline, Stage};
use store::reports::{self, Added, FirstStep, FromSource, Won};
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
            reports::list_won(c, &of, span())
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
            entry(&world, &rows[3], "imported", ActorKind::Account, after(3, 30 * HOUR)),
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
        let mut found = db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            entries.iter().try_for_each(|entry| timeline::insert(c, entry))?;
            let filter = PersonFilter { waiting: true, added: Some(span()), ..PersonFilter::default() };
            assert_eq!(people::count(c, &of, &filter)?, 3);
            reports::list_first_steps(c, &of, span())
        }).await.unwrap();
        found.sort_by_key(|step| step.added_at);
        assert_eq!(found, expected);
    }
}
