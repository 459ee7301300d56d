//! The chain of each tenant is whole, whatever happens at once.

use domain::{AuditId, Clock, TagId, TenantId, Timestamp};
use store::audit::{self, ActorKind, AuditFilter, Entry, NewEntry};
use store::tags::{self, Tag};
use store::{Db, Error, Json};

use crate::support::*;

fn entry(id: AuditId, action: &str, entity_id: &str, at: Timestamp) -> NewEntry {
    NewEntry {
        id,
        at,
        actor_kind: ActorKind::Account,
        actor_id: "somebody".to_owned(),
        action: action.to_owned(),
        entity: "person".to_owned(),
        entity_id: entity_id.to_owned(),
        detail_json: Json(serde_json::json!({"field": "name"})),
        address: "127.0.0.1".to_owned(),
        device: "test".to_owned(),
        request_id: "r-1".to_owned(),
    }
}

/// Stands in for the vault's keyed MAC: anything that depends on what it should.
fn mac(entry: &Entry) -> Vec<u8> {
    let mut mac = entry.seq.to_be_bytes().to_vec();
    mac.extend(entry.previous_mac.iter().rev().take(8));
    mac.extend(entry.id.as_str().bytes().take(4));
    mac
}

async fn chain(db: &Db, tenant: &TenantId) -> Vec<Entry> {
    let of = tenant.clone();
    db.read(move |c| audit::list_chain(c, &of, 0, 1_000)).await.unwrap()
}

#[track_caller]
fn assert_whole(chain: &[Entry], length: usize) {
    assert_eq!(chain.len(), length);
    let mut before = Vec::new();
    for (n, entry) in chain.iter().enumerate() {
        assert_eq!(entry.seq, i64::try_from(n).unwrap() + 1);
        assert_eq!(entry.previous_mac, before);
        assert_eq!(entry.mac, mac(entry));
        before.clone_from(&entry.mac);
    }
}

store::both_backends! {
    async fn a_chain_stays_whole_when_many_append_and_some_fail(db: Db) {
        let world = World::new();
        let (one, two) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let tenants = [one.clone(), two.clone()];
        let results = at_once(&db, 60, move |n, c| {
            let rng = domain::rng::SeededRng::new(n as u64);
            let new = entry(AuditId::new(&World::new().clock, &rng), "person.changed", "p", START);
            audit::append(c, &tenants[n % 2], new, mac)?;
            // Every fifth changes its mind after it has its number.
            if n % 5 == 0 { Err(Error::Conflict) } else { Ok(()) }
        }).await;
        assert_eq!(successes(&results), 48);
        for tenant in [one, two] {
            let chain = chain(&db, &tenant).await;
            assert_whole(&chain, 24);
            let head = db.read(move |c| audit::find_head(c, &tenant)).await.unwrap();
            assert_eq!(head, chain.last().map(|last| (last.seq, last.mac.clone())));
        }
    }

    async fn entries_are_listed_newest_first_in_pages(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        for n in 0..7 {
            world.clock.advance_millis(10);
            let id = AuditId::new(&world.clock, &world.rng);
            let action = if n % 2 == 0 { "person.changed" } else { "person.deleted" };
            let new = entry(id, action, &n.to_string(), world.clock.now());
            let of = tenant.clone();
            db.write(move |c| audit::append(c, &of, new, mac)).await.unwrap();
        }
        let list = |filter: AuditFilter, before: Option<i64>| {
            let of = tenant.clone();
            db.read(move |c| audit::list(c, &of, &filter, before, 3))
        };
        let first = list(AuditFilter::default(), None).await.unwrap();
        assert_eq!(first.items.iter().map(|e| e.seq).collect::<Vec<_>>(), [7, 6, 5]);
        let second = list(AuditFilter::default(), first.next).await.unwrap();
        assert_eq!(second.items.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 3, 2]);
        let last = list(AuditFilter::default(), second.next).await.unwrap();
        assert_eq!((last.items.len(), last.next), (1, None));
        let deleted =
            AuditFilter { action: Some("person.deleted".to_owned()), ..AuditFilter::default() };
        assert_eq!(list(deleted, None).await.unwrap().items.len(), 3);
        let one = AuditFilter {
            entity: Some("person".to_owned()),
            entity_id: Some("2".to_owned()),
            ..AuditFilter::default()
        };
        assert_eq!(list(one, None).await.unwrap().items[0].seq, 3);
        let early = AuditFilter { to: Some(START.plus_millis(20)), ..AuditFilter::default() };
        assert_eq!(list(early, None).await.unwrap().items.len(), 1);
        let nobody = AuditFilter { actor_id: Some("x".to_owned()), ..AuditFilter::default() };
        assert!(list(nobody, None).await.unwrap().items.is_empty());
        let within = AuditFilter {
            actor_id: Some("somebody".to_owned()),
            from: Some(START.plus_millis(20)),
            to: Some(START.plus_millis(50)),
            ..AuditFilter::default()
        };
        let found = list(within.clone(), None).await.unwrap();
        assert_eq!(found.items.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 3, 2]);
        let later = AuditFilter { from: Some(START.plus_secs(9)), ..AuditFilter::default() };
        assert!(list(later.clone(), None).await.unwrap().items.is_empty());
        db.read(move |c| {
            let after = audit::list_after(c, &tenant, &within, 2, 9)?;
            assert_eq!(after.iter().map(|e| e.seq).collect::<Vec<_>>(), [3, 4]);
            assert!(audit::list_after(c, &tenant, &later, 0, 9)?.is_empty());
            assert_eq!(audit::list_after(c, &tenant, &AuditFilter::default(), 0, 9)?.len(), 7);
            Ok(())
        }).await.unwrap();
    }

    async fn the_chain_outlives_its_tenant(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let new = entry(AuditId::new(&world.clock, &world.rng), "tenant.deleted", "", START);
        let of = tenant.clone();
        db.write(move |c| {
            audit::append(c, &of, new, mac)?;
            store::tenants::delete(c, &of)
        }).await.unwrap();
        assert_whole(&chain(&db, &tenant).await, 1);
    }

    async fn a_change_is_made_only_where_the_chain_ends_as_it_did(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let change = || {
            let id = AuditId::new(&world.clock, &world.rng);
            let (new, of) = (entry(id, "person.changed", "p", START), tenant.clone());
            db.write(move |c| audit::append(c, &of, new, mac))
        };
        store::held_to(tenant.clone(), 0, change()).await.unwrap();
        assert_conflict(store::held_to(tenant.clone(), 0, change()).await);
        store::held_to(tenant.clone(), 1, change()).await.unwrap();
        change().await.unwrap();
        assert_whole(&chain(&db, &tenant).await, 3);
    }

    async fn a_change_that_tells_of_nothing_is_held_to_its_place_too(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let id = AuditId::new(&world.clock, &world.rng);
        let (new, of) = (entry(id, "person.changed", "p", START), tenant.clone());
        db.write(move |c| audit::append(c, &of, new, mac)).await.unwrap();
        let untold = || {
            let tag = Tag::new(tenant.clone(), TagId::new(&world.clock, &world.rng), "spring");
            db.write(move |c| tags::insert(c, &tag))
        };
        assert_conflict(store::held_to(tenant.clone(), 0, untold()).await);
        let of = tenant.clone();
        assert!(db.read(move |c| tags::list(c, &of)).await.unwrap().is_empty());
        store::held_to(tenant.clone(), 1, untold()).await.unwrap();
    }
}

/// SQLite has one who writes at a time anyway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_finds_nothing_left_to_do_is_held_to_its_place_at_its_end() {
    let fresh = store::testing::postgres().await;
    let world = World::new();
    let tenant = a_tenant(&fresh.db, &world).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let db = fresh.db.clone();
    let held = tokio::spawn(store::held_to(tenant.clone(), 0, async move {
        let work = move |_: &mut store::Conn| {
            begun.send(()).unwrap();
            may_go.recv().unwrap();
            Ok(())
        };
        db.write(work).await
    }));
    has_begun.await.unwrap();
    let id = AuditId::new(&world.clock, &world.rng);
    let (new, of) = (entry(id, "person.changed", "p", START), tenant.clone());
    fresh.db.write(move |c| audit::append(c, &of, new, mac)).await.unwrap();
    go.send(()).unwrap();
    assert_conflict(held.await.unwrap());
    store::held_to(tenant, 1, fresh.db.write(|_| Ok(()))).await.unwrap();
}

/// SQLite has one who writes at a time anyway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_held_to_a_place_holds_the_chain_last() {
    let fresh = store::testing::postgres().await;
    let world = World::new();
    let tenant = a_tenant(&fresh.db, &world).await;
    let change = |action: &str| entry(AuditId::new(&world.clock, &world.rng), action, "p", START);
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let (db, of, late) = (fresh.db.clone(), tenant.clone(), change("person.deleted"));
    let held = tokio::spawn(store::held_to(tenant.clone(), 0, async move {
        let work = move |c: &mut store::Conn| {
            begun.send(()).unwrap();
            may_go.recv().unwrap();
            audit::append(c, &of, late, mac)
        };
        db.write(work).await
    }));
    has_begun.await.unwrap();
    // Somebody else needn't wait for it, and has changed something when it is told.
    let (of, other) = (tenant.clone(), change("person.changed"));
    fresh.db.write(move |c| audit::append(c, &of, other, mac)).await.unwrap();
    go.send(()).unwrap();
    assert_conflict(held.await.unwrap());
    let chain = chain(&fresh.db, &tenant).await;
    assert_whole(&chain, 1);
    assert_eq!(chain[0].action, "person.changed");
}
