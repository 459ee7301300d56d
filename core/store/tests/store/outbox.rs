//! Effects go out with their change, once.

use domain::{OutboxId, TenantId};
use store::outbox::{self, Effect};
use store::{Db, Error, Json};

use crate::support::*;

fn effect(world: &World, tenant: &TenantId, subject: &str) -> Effect {
    Effect {
        id: OutboxId::new(&world.clock, &world.rng),
        tenant_id: tenant.clone(),
        topic: "appointment.booked".to_owned(),
        subject_id: subject.to_owned(),
        payload_json: Json(serde_json::json!({"rev": 1})),
        created_at: world.now(),
        dispatched_at: None,
    }
}

store::both_backends! {
    async fn no_effect_without_its_change(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let row = effect(&world, &tenant, "a");
        let result = db.write(move |c| {
            outbox::insert(c, &row)?;
            Err::<(), _>(Error::Conflict)
        }).await;
        assert_conflict(result);
        assert_eq!(db.read(outbox::count_undispatched).await.unwrap(), 0);
    }

    async fn every_effect_is_dispatched_once_by_many(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows: Vec<_> =
            (0..60).map(|n| effect(&world, &tenant, &n.to_string())).collect();
        db.write(move |c| rows.iter().try_for_each(|row| outbox::insert(c, row))).await.unwrap();
        let mut taken = Vec::new();
        while db.read(outbox::count_undispatched).await.unwrap() > 0 {
            let results = at_once(&db, 6, |n, c| {
                let some = outbox::list_undispatched(c, 7)?;
                for effect in &some {
                    outbox::mark(c, &effect.tenant_id, &effect.id, START)?;
                }
                // One of the hands dies with its transaction.
                if n == 3 { Err(Error::Conflict) } else { Ok(some) }
            }).await;
            taken.extend(results.into_iter().flatten().flatten().map(|e| e.subject_id));
        }
        taken.sort_by_key(|subject| subject.parse::<u32>().unwrap());
        let expected: Vec<_> = (0..60).map(|n| n.to_string()).collect();
        assert_eq!(taken, expected);
    }

    async fn effects_wait_in_order_and_are_marked_once(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let mut rows = Vec::new();
        for n in 0..3 {
            world.clock.advance_millis(1);
            rows.push(effect(&world, &tenant, &n.to_string()));
        }
        db.write(move |c| {
            rows.iter().rev().try_for_each(|row| outbox::insert(c, row))?;
            assert_eq!(outbox::list_undispatched(c, 2)?, rows[..2]);
            outbox::mark(c, &tenant, &rows[0].id, START)?;
            assert_conflict(outbox::mark(c, &tenant, &rows[0].id, START));
            assert_not_found(outbox::mark(c, &other, &rows[1].id, START));
            assert_eq!(outbox::list_undispatched(c, 9)?, rows[1..]);
            assert_eq!(outbox::delete_dispatched(c, START.plus_millis(1))?, 1);
            Ok(())
        }).await.unwrap();
    }
}
