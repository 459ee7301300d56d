//! Endpoints and messages to them, as the database keeps them.

use domain::{DeliveryId, EndpointId, JobId, OutboxId, TenantId};
use store::deliveries::{self, Delivery, DeliveryState, Step, Try, TryEnd};
use store::endpoints::{self, Endpoint, EndpointChange, OffReason};
use store::jobs::{self, Room, lane_of_endpoint};
use store::{Cursor, Db, Error, TextList};

use crate::support::*;

fn endpoint(world: &World, tenant: &TenantId) -> Endpoint {
    Endpoint {
        tenant_id: tenant.clone(),
        id: EndpointId::new(&world.clock, &world.rng),
        url: "https://hooks.example/in".to_owned(),
        description: String::new(),
        kinds: TextList(vec!["person.created".to_owned()]),
        enabled: true,
        off_reason: None,
        failing_since: None,
        old_secret_until: None,
        created_at: world.now(),
        updated_at: world.now(),
        rev: 1,
    }
}

async fn an_endpoint(db: &Db, world: &World) -> Endpoint {
    let tenant = a_tenant(db, world).await;
    let row = endpoint(world, &tenant);
    let stored = row.clone();
    db.write(move |c| endpoints::insert(c, &row)).await.unwrap();
    stored
}

fn delivery(world: &World, of: &Endpoint) -> Delivery {
    Delivery {
        tenant_id: of.tenant_id.clone(),
        id: DeliveryId::new(&world.clock, &world.rng),
        endpoint_id: of.id.clone(),
        event_id: OutboxId::new(&world.clock, &world.rng),
        kind: "person.created".to_owned(),
        body: "{}".to_owned(),
        state: DeliveryState::Waiting,
        job_id: JobId::new(&world.clock, &world.rng),
        step: 0,
        tries: 0,
        next_at: None,
        created_at: world.now(),
        ended_at: None,
    }
}

fn a_try(of: &Delivery, number: i64, ended: TryEnd) -> Try {
    Try {
        tenant_id: of.tenant_id.clone(),
        delivery_id: of.id.clone(),
        number,
        at: of.created_at,
        ended,
        status: (ended == TryEnd::Accepted).then_some(200),
        ms: 12,
        answer: "seen".to_owned(),
    }
}

store::both_backends! {
    async fn an_endpoint_is_changed_by_who_saw_it_last_and_turned_on_anew(db: Db) {
        let world = World::new();
        let (of, other) = (an_endpoint(&db, &world).await, an_endpoint(&db, &world).await);
        let now = world.now();
        db.write(move |c| {
            let (tenant, id) = (&of.tenant_id, &of.id);
            let change = EndpointChange {
                url: "https://other.example/".to_owned(),
                description: "Shop".to_owned(),
                kinds: TextList(Vec::new()),
            };
            endpoints::update(c, tenant, id, &change, 1, now)?;
            let again = endpoints::update(c, tenant, id, &change, 1, now);
            assert!(matches!(again, Err(Error::Conflict)));
            let strange = endpoints::update(c, &other.tenant_id, id, &change, 2, now);
            assert!(matches!(strange, Err(Error::NotFound)));
            assert!(endpoints::find(c, &other.tenant_id, id)?.is_none());

            endpoints::note_failure(c, tenant, id, now)?;
            endpoints::note_failure(c, tenant, id, now.plus_secs(9))?;
            assert_eq!(endpoints::get(c, tenant, id)?.failing_since, Some(now), "the first counts");
            endpoints::note_success(c, tenant, id)?;
            assert_eq!(endpoints::get(c, tenant, id)?.failing_since, None);

            endpoints::note_failure(c, tenant, id, now)?;
            let gone = Some(OffReason::Gone);
            assert!(endpoints::set_enabled(c, tenant, id, false, gone, now)?);
            assert!(!endpoints::set_enabled(c, tenant, id, false, None, now)?, "once");
            let off = endpoints::get(c, tenant, id)?;
            assert_eq!((off.enabled, off.off_reason), (false, gone));
            assert!(endpoints::list_enabled(c, tenant)?.is_empty());
            assert!(endpoints::set_enabled(c, tenant, id, true, None, now)?);
            let on = endpoints::get(c, tenant, id)?;
            assert_eq!((on.enabled, on.off_reason, on.failing_since), (true, None, None));
            assert_eq!(endpoints::list(c, tenant)?.len(), 1);

            endpoints::set_old_secret_until(c, tenant, id, Some(now))?;
            let early = endpoints::list_with_old_secrets(c, now.plus_secs(-1))?;
            assert!(early.is_empty());
            assert_eq!(endpoints::list_with_old_secrets(c, now)?.len(), 1);
            Ok(())
        }).await.unwrap();
    }

    async fn an_event_makes_one_delivery_and_its_tries_go_with_it(db: Db) {
        let world = World::new();
        let of = an_endpoint(&db, &world).await;
        let row = delivery(&world, &of);
        let twin = Delivery { id: DeliveryId::new(&world.clock, &world.rng), ..row.clone() };
        let now = world.now();
        db.write(move |c| {
            let (tenant, id) = (&of.tenant_id, &row.id);
            assert!(deliveries::insert(c, &row)?);
            assert!(!deliveries::insert(c, &twin)?, "of one event one");
            assert_eq!(deliveries::count_try(c, tenant, id)?.tries, 1);
            deliveries::insert_try(c, &a_try(&row, 1, TryEnd::Rejected))?;
            deliveries::insert_try(c, &a_try(&row, 2, TryEnd::Accepted))?;
            let tries = deliveries::list_tries(c, tenant, id)?;
            assert_eq!(tries.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
            let last = deliveries::list_last_tries(c, tenant, std::slice::from_ref(&row))?;
            assert_eq!(last, tries[..1]);
            let step = Step {
                state: DeliveryState::Failed,
                job_id: row.job_id.clone(),
                step: 10,
                next_at: None,
                ended_at: Some(now),
            };
            deliveries::update(c, tenant, id, &step)?;
            let failed = deliveries::list_failed_since(c, tenant, &of.id, now, 10)?;
            assert_eq!(failed.len(), 1);
            let later = deliveries::list_failed_since(c, tenant, &of.id, now.plus_millis(1), 10)?;
            assert!(later.is_empty());
            assert_eq!(deliveries::delete_before(c, now)?, 0);
            assert_eq!(deliveries::delete_before(c, now.plus_millis(1))?, 1);
            assert!(deliveries::list_tries(c, tenant, id)?.is_empty());
            let gone = deliveries::count_try(c, tenant, id);
            assert!(matches!(gone, Err(Error::NotFound)));
            Ok(())
        }).await.unwrap();
    }

    async fn the_log_is_read_page_by_page_and_by_state_and_stopped_as_a_whole(db: Db) {
        let world = World::new();
        let of = an_endpoint(&db, &world).await;
        let mut rows: Vec<Delivery> = (0..5).map(|_| {
            world.clock.advance_millis(1_000);
            delivery(&world, &of)
        }).collect();
        rows[2].state = DeliveryState::Done;
        let now = world.now();
        db.write(move |c| {
            let (tenant, id) = (&of.tenant_id, &of.id);
            for row in &rows {
                deliveries::insert(c, row)?;
            }
            let (mut seen, mut after): (Vec<DeliveryId>, Option<Cursor>) = (Vec::new(), None);
            loop {
                let page = deliveries::list(c, tenant, id, None, after.as_ref(), 2)?;
                seen.extend(page.items.into_iter().map(|row| row.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let newest_first: Vec<DeliveryId> = rows.iter().rev().map(|row| row.id.clone()).collect();
            assert_eq!(seen, newest_first);
            let waiting = Some(DeliveryState::Waiting);
            assert_eq!(deliveries::list(c, tenant, id, waiting, None, 10)?.items.len(), 4);
            assert_eq!(deliveries::stop(c, tenant, id, now)?, 4);
            let mut counts = deliveries::count_by_state(c, tenant, id)?;
            counts.sort_by_key(|(state, _)| state.as_str());
            assert_eq!(counts, [(DeliveryState::Done, 1), (DeliveryState::Stopped, 4)]);
            endpoints::delete(c, tenant, id)?;
            assert!(deliveries::find(c, tenant, &rows[0].id)?.is_none(), "they go with it");
            Ok(())
        }).await.unwrap();
    }

    async fn endpoints_take_no_more_than_their_places_from_everybody_else(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let slow: Vec<EndpointId> =
            (0..3).map(|_| EndpointId::new(&world.clock, &world.rng)).collect();
        let own = world.job(&tenant, START);
        let jobs: Vec<_> = slow.iter().flat_map(|id| {
            let lane = lane_of_endpoint(&tenant, id);
            (0..10).map(|_| (world.job(&tenant, START), lane.clone())).collect::<Vec<_>>()
        }).collect();
        db.write(move |c| {
            for (job, lane) in &jobs {
                jobs::enqueue_in(c, job, lane.clone(), START)?;
            }
            jobs::enqueue(c, &own, START)?;
            let taken = jobs::claim_into(c, START, &Room::shared(8, Vec::new()), 1_000)?;
            let of = |lane: &str| taken.iter().filter(|job| job.lane == lane).count();
            for id in &slow {
                assert!(of(&lane_of_endpoint(&tenant, id)) <= 2);
            }
            assert_eq!(taken.len(), 5, "four of endpoints, and the business's own");
            assert!(taken.iter().any(|job| job.id == own.id));
            let rest = jobs::cancel_in_lane(c, &tenant, &lane_of_endpoint(&tenant, &slow[0]))?;
            assert!(rest >= 8, "{rest}");
            Ok(())
        }).await.unwrap();
    }
}
