//! Documents: rows by tenant and plugin, bodies in a folder that a crash leaves clean.

use std::io::{Read, Write};

use domain::{DocumentId, TenantId, Timestamp};
use store::blobs::{Blobs, Folder};
use store::data_keys::{self, DataKey, KeyState};
use store::documents::{self, Document, Retention};
use store::{Db, Error};

use crate::support::*;

fn document(world: &World, tenant: &TenantId, key: &str) -> Document {
    Document {
        tenant_id: tenant.clone(),
        id: DocumentId::new(&world.clock, &world.rng),
        plugin_id: plugin(),
        once_key: key.to_owned(),
        name: "invoice.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size_bytes: 3,
        mac: vec![1; 32],
        key_id: 1,
        head: vec![2; 8],
        retention: Retention::Plugin,
        connection_id: None,
        source: "api.example.com".to_owned(),
        created_at: world.now(),
    }
}

fn key(world: &World, tenant: &TenantId, key_id: i64) -> DataKey {
    DataKey {
        tenant_id: tenant.clone(),
        key_id,
        epoch: 1,
        wrapped: vec![3; 8],
        state: KeyState::Active,
        created_at: world.now(),
    }
}

store::both_backends! {
    async fn documents_are_found_by_their_own(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (first, keys) = (document(&world, &tenant, "a"), [key(&world, &tenant, 1), key(&world, &tenant, 2)]);
        world.clock.advance_millis(1);
        let second = document(&world, &tenant, "b");
        let again = Document { id: DocumentId::new(&world.clock, &world.rng), ..first.clone() };
        let row = first.clone();
        db.write(move |c| {
            keys.iter().try_for_each(|key| data_keys::insert(c, key))?;
            documents::insert(c, &row)?;
            documents::insert(c, &second)?;
            assert_eq!(documents::find(c, &other, &row.id)?, None);
            assert_not_found(documents::delete(c, &other, &row.id));
            assert_eq!(documents::find_by_key(c, &tenant, &plugin(), "a")?, Some(row.clone()));
            let page = documents::list_of_plugin(c, &tenant, &plugin(), None, 1)?;
            assert_eq!((page.items.as_slice(), page.next.as_deref()), (&[row.clone()][..], Some(row.id.as_str())));
            let rest = documents::list_of_plugin(c, &tenant, &plugin(), page.next.as_deref(), 9)?;
            assert_eq!((rest.items, rest.next), (vec![second.clone()], None));
            assert_eq!(documents::list(c, &tenant, None, 1)?.items, std::slice::from_ref(&second));
            assert_eq!(documents::list_sizes(c, &tenant, &plugin())?, [3, 3]);
            assert_eq!(documents::list_of_key(c, &tenant, 1, 9)?.len(), 2);
            documents::replace_head(c, &row, 2, &[9])?;
            assert_conflict(documents::replace_head(c, &row, 2, &[9]));
            documents::delete(c, &tenant, &second.id)?;
            Ok(())
        }).await.unwrap();
        let taken = db.write(move |c| documents::insert(c, &again)).await;
        assert!(matches!(taken, Err(Error::Unique { .. })));
        let tenant = first.tenant_id.clone();
        db.write(move |c| data_keys::delete(c, &tenant, 2)).await.unwrap_err();
    }
}

#[test]
fn a_body_is_there_whole_or_not_at_all() {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("documents");
    let folder = Folder::open(&root, world.now()).unwrap();
    let tenant = TenantId::new(&world.clock, &world.rng);
    let id = DocumentId::new(&world.clock, &world.rng);
    assert!(folder.open(&tenant, &id).unwrap().is_none());
    let mut draft = folder.create(&tenant, &id).unwrap();
    draft.write_all(b"half").unwrap();
    assert!(folder.open(&tenant, &id).unwrap().is_none());
    drop(draft);
    assert_eq!(std::fs::read_dir(root.join("unfinished")).unwrap().count(), 0);
    let mut draft = folder.create(&tenant, &id).unwrap();
    draft.write_all(b"whole").unwrap();
    draft.commit().unwrap();
    let mut body = Vec::new();
    folder.open(&tenant, &id).unwrap().unwrap().read_to_end(&mut body).unwrap();
    assert_eq!(body, b"whole");
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&root.join(tenant.as_str()).join(id.as_str())), 0o600);
        assert_eq!((mode(&root), mode(&root.join(tenant.as_str()))), (0o700, 0o700));
    }
    let later = Timestamp::from_millis(i64::MAX / 2);
    assert_eq!(folder.list_before(later).unwrap(), [(tenant.clone(), id.clone())]);
    assert!(folder.list_before(Timestamp::from_millis(0)).unwrap().is_empty());
    assert!(folder.delete(&tenant, &id).unwrap());
    assert!(!folder.delete(&tenant, &id).unwrap());
}

#[test]
fn what_a_crash_left_unfinished_is_cleared_away() {
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::open(dir.path(), world.now()).unwrap();
    let (tenant, id) =
        (TenantId::new(&world.clock, &world.rng), DocumentId::new(&world.clock, &world.rng));
    let mut draft = folder.create(&tenant, &id).unwrap();
    draft.write_all(b"half").unwrap();
    std::mem::forget(draft);
    let count = || std::fs::read_dir(dir.path().join("unfinished")).unwrap().count();
    // Another process may be at it: only what is old goes.
    Folder::open(dir.path(), Timestamp::from_millis(0)).unwrap();
    assert_eq!(count(), 1);
    Folder::open(dir.path(), Timestamp::from_millis(i64::MAX / 2)).unwrap();
    assert_eq!(count(), 0);
}
