//! Deliveries and answers are kept once.

use domain::{DeliveryId, TenantId};
use store::idempotency::{self, Answer};
use store::inbox::{self, Delivery, Received};
use store::{Db, Json};

use crate::support::*;

fn delivery(world: &World, tenant: &TenantId, name: &str) -> Delivery {
    Delivery {
        id: DeliveryId::new(&world.clock, &world.rng),
        tenant_id: tenant.clone(),
        plugin_id: plugin(),
        route: "push".to_owned(),
        delivery_id: name.to_owned(),
        headers_json: Json(serde_json::json!([["x-id", name]])),
        body: vec![0, 255, 128],
        received_at: START,
        handled_at: None,
    }
}

store::both_backends! {
    async fn a_delivery_is_kept_once_however_often_it_comes(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows: Vec<_> = (0..20).map(|_| delivery(&world, &tenant, "d-1")).collect();
        let results = at_once(&db, 20, move |n, c| inbox::insert(c, &rows[n])).await;
        let new = results.iter().filter(|r| matches!(r, Ok(Received::New))).count();
        assert_eq!((new, successes(&results)), (1, 20));
    }

    async fn the_same_id_of_another_tenant_is_another_delivery(db: Db) {
        let world = World::new();
        let (one, two) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let rows = [delivery(&world, &one, "d"), delivery(&world, &two, "d")];
        db.write(move |c| {
            for row in &rows {
                assert_eq!(inbox::insert(c, row)?, Received::New);
                assert_eq!(&inbox::get(c, &row.tenant_id, &row.id)?, row);
            }
            assert_not_found(inbox::get(c, &one, &rows[1].id));
            inbox::mark_handled(c, &one, &rows[0].id, START)?;
            inbox::mark_handled(c, &one, &rows[0].id, START.plus_secs(9))?;
            assert_eq!(inbox::get(c, &one, &rows[0].id)?.handled_at, Some(START));
            assert_not_found(inbox::mark_handled(c, &one, &rows[1].id, START));
            // What was not handled is never removed.
            assert_eq!(inbox::delete_handled(c, START.plus_secs(1))?, 1);
            inbox::get(c, &two, &rows[1].id)?;
            Ok(())
        }).await.unwrap();
    }

    async fn one_answer_is_kept_for_a_key(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let of = tenant.clone();
        let results = at_once(&db, 12, move |n, c| {
            idempotency::insert(c, &Answer {
                tenant_id: of.clone(),
                scope: "plugin".to_owned(),
                key: "k".to_owned(),
                result_json: Json(serde_json::json!(n)),
                created_at: START,
            })
        }).await;
        let kept: Vec<_> =
            results.iter().enumerate().filter(|(_, r)| matches!(r, Ok(true))).collect();
        assert_eq!(kept.len(), 1);
        let answer = db.read(move |c| idempotency::find(c, &tenant, "plugin", "k")).await.unwrap();
        assert_eq!(answer.unwrap().result_json.0, serde_json::json!(kept[0].0));
        let deleted = db.write(|c| idempotency::delete_before(c, START.plus_millis(1))).await;
        assert_eq!(deleted.unwrap(), 1);
    }
}
