//! Sealed secrets: compare and swap, and the keys they need.

use domain::TenantId;
use store::Db;
use store::data_keys::{self, DataKey, KeyState};
use store::secrets::{self, SealedSecret};

use crate::support::*;

fn key(tenant: &TenantId, key_id: i64) -> DataKey {
    DataKey {
        tenant_id: tenant.clone(),
        key_id,
        epoch: 1,
        wrapped: vec![7; 48],
        state: KeyState::Active,
        created_at: START,
    }
}

fn sealed(tenant: &TenantId, version: i64, envelope: &[u8]) -> SealedSecret {
    SealedSecret {
        tenant_id: tenant.clone(),
        owner: "acme".to_owned(),
        name: "access".to_owned(),
        record: "connection-1".to_owned(),
        version,
        key_id: 1,
        envelope: envelope.to_vec(),
        updated_at: START,
    }
}

async fn with_key(db: &Db, world: &World) -> TenantId {
    let tenant = a_tenant(db, world).await;
    let row = key(&tenant, 1);
    db.write(move |c| data_keys::insert(c, &row)).await.unwrap();
    tenant
}

store::both_backends! {
    async fn one_of_many_puts_in_the_place_of_a_version(db: Db) {
        let world = World::new();
        let tenant = with_key(&db, &world).await;
        for expected in [None, Some(1), Some(2)] {
            let of = tenant.clone();
            let version = expected.unwrap_or(0) + 1;
            let results = at_once(&db, 12, move |n, c| {
                let byte = u8::try_from(n).unwrap();
                secrets::put(c, &sealed(&of, version, &[byte]), expected).map(|()| byte)
            }).await;
            assert_eq!(successes(&results), 1);
            let of = tenant.clone();
            let stored =
                db.read(move |c| secrets::find(c, &of, "acme", "access", "connection-1")).await;
            let stored = stored.unwrap().unwrap();
            assert_eq!(stored.version, version);
            let mut winner = Vec::new();
            for result in results {
                match result {
                    Ok(byte) => winner.push(byte),
                    refused => assert_conflict(refused),
                }
            }
            assert_eq!(stored.envelope, winner);
        }
    }

    async fn versions_only_grow(db: Db) {
        let world = World::new();
        let tenant = with_key(&db, &world).await;
        db.write(move |c| {
            assert_conflict(secrets::put(c, &sealed(&tenant, 2, b"x"), Some(1)));
            secrets::put(c, &sealed(&tenant, 5, b"a"), None)?;
            assert_conflict(secrets::put(c, &sealed(&tenant, 5, b"b"), Some(5)));
            assert_conflict(secrets::put(c, &sealed(&tenant, 4, b"b"), Some(5)));
            assert_conflict(secrets::put(c, &sealed(&tenant, 6, b"b"), None));
            secrets::put(c, &sealed(&tenant, 6, b"b"), Some(5))?;
            let (name, record) = ("access", "connection-1");
            assert_conflict(secrets::delete(c, &tenant, "acme", name, record, 5));
            secrets::delete(c, &tenant, "acme", name, record, 6)?;
            assert_not_found(secrets::delete(c, &tenant, "acme", name, record, 6));
            Ok(())
        }).await.unwrap();
    }

    async fn a_record_is_forgotten_whole(db: Db) {
        let world = World::new();
        let tenant = with_key(&db, &world).await;
        db.write(move |c| {
            for (name, record) in [("access", "1"), ("refresh", "1"), ("access", "2")] {
                let mut row = sealed(&tenant, 1, b"x");
                (row.name, row.record) = (name.to_owned(), record.to_owned());
                secrets::put(c, &row, None)?;
            }
            assert_eq!(secrets::delete_record(c, &tenant, "acme", "1")?, 2);
            assert_eq!(secrets::list(c, &tenant, "acme")?.len(), 1);
            assert_eq!(secrets::delete_record(c, &tenant, "acme", "1")?, 0);
            assert_eq!(secrets::delete_owner(c, &tenant, "acme")?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_key_in_use_stays(db: Db) {
        let world = World::new();
        let tenant = with_key(&db, &world).await;
        let (of, row) = (tenant.clone(), sealed(&tenant, 1, b"x"));
        db.write(move |c| {
            data_keys::insert(c, &key(&of, 2))?;
            secrets::put(c, &row, None)?;
            data_keys::retire(c, &of, 1)?;
            assert_eq!(data_keys::find_active(c, &of)?.unwrap().key_id, 2);
            assert_eq!(data_keys::find(c, &of, 1)?.unwrap().state, KeyState::Retired);
            assert_eq!(secrets::list_of_key(c, &of, 1, 9)?.len(), 1);
            Ok(())
        }).await.unwrap();
        let of = tenant.clone();
        assert_not_found(db.write(move |c| data_keys::delete(c, &of, 1)).await);
        db.write(move |c| {
            secrets::put(c, &SealedSecret { key_id: 2, ..sealed(&tenant, 2, b"y") }, Some(1))?;
            data_keys::delete(c, &tenant, 1)
        }).await.unwrap();
    }

    async fn a_secret_needs_a_key_of_its_tenant(db: Db) {
        let world = World::new();
        with_key(&db, &world).await;
        let other = a_tenant(&db, &world).await;
        let row = sealed(&other, 1, b"x");
        assert_not_found(db.write(move |c| secrets::put(c, &row, None)).await);
    }
}

#[test]
fn what_is_sealed_is_not_printed() {
    let world = World::new();
    let secret = sealed(&world.tenant().id, 1, &[222, 173]);
    assert!(!format!("{secret:?}").contains("222"));
    let account = world.account("a@x.il");
    assert!(!format!("{account:?}").contains("hash"));
}
