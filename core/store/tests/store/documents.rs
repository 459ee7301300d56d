//! Documents: rows by tenant and plugin, bodies in a folder that a crash leaves clean.

use std::io::{Read, Write};

use domain::{ConnectionId, DocumentId, MemberId, PersonId, TenantId, Timestamp};
use store::blobs::{Blobs, Folder};
use store::data_keys::{self, DataKey, KeyState};
use store::documents::{self, Document, DocumentFilter, Media, OWN, Retention, Sum};
use store::{Db, Error, people, search};

use crate::support::*;

pub fn document(world: &World, tenant: &TenantId, key: &str) -> Document {
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
        person_id: None,
        added_by: None,
    }
}

/// A file that a member added.
fn added(world: &World, tenant: &TenantId, name: &str, about: Option<&PersonId>) -> Document {
    Document {
        plugin_id: OWN.parse().unwrap(),
        retention: Retention::Member,
        person_id: about.cloned(),
        added_by: Some(MemberId::new(&world.clock, &world.rng)),
        source: String::new(),
        ..named(world, tenant, name, "application/pdf")
    }
}

pub fn key(world: &World, tenant: &TenantId, key_id: i64) -> DataKey {
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
            assert_eq!(documents::list(c, &tenant, &DocumentFilter::default(), None, 1)?.items, std::slice::from_ref(&second));
            assert_eq!(documents::sum_of_plugin(c, &tenant, &plugin())?, Sum { count: 2, bytes: 6 });
            assert_eq!(documents::sum_of_plugin(c, &other, &plugin())?, Sum { count: 0, bytes: 0 });
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

/// A file of this name and type.
fn named(world: &World, tenant: &TenantId, name: &str, media_type: &str) -> Document {
    world.clock.advance_millis(1);
    let row = document(world, tenant, name);
    Document { name: name.to_owned(), media_type: media_type.to_owned(), ..row }
}

store::both_backends! {
    async fn a_list_is_narrowed_by_plugin_kind_connection_and_name(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let bill = named(&world, &tenant, "חשבונית מרץ.pdf", "application/pdf");
        let mut vase = named(&world, &tenant, "Blue vase.png", "image/png");
        vase.connection_id = Some(ConnectionId::new(&world.clock, &world.rng));
        let mut stock = named(&world, &tenant, "Stock.csv", "text/csv");
        stock.plugin_id = "gone-plugin".parse().unwrap();
        let note = named(&world, &tenant, "Blue note.txt", "text/plain");
        let mut own = named(&world, &tenant, "Blue archive.zip", "application/zip");
        own.plugin_id = OWN.parse().unwrap();
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            for row in [&bill, &vase, &stock, &note, &own] {
                documents::insert(c, row)?;
            }
            let all = DocumentFilter::default();
            let ids = |c: &mut store::Conn, filter: &DocumentFilter| -> store::Result<Vec<DocumentId>> {
                let page = documents::list(c, &tenant, filter, None, 9)?;
                assert_eq!(documents::count(c, &tenant, filter)?, i64::try_from(page.items.len()).unwrap());
                Ok(page.items.into_iter().map(|row| row.id).collect())
            };
            let newest_first = [&note, &stock, &vase, &bill].map(|row| row.id.clone());
            assert_eq!(ids(c, &all)?, newest_first);
            let first = documents::list(c, &tenant, &all, None, 3)?;
            assert_eq!(first.items.last(), Some(&vase));
            let rest = documents::list(c, &tenant, &all, first.next.as_ref(), 3)?;
            assert_eq!((rest.items, rest.next), (vec![bill.clone()], None));
            for (media, row) in [
                (Media::Pdf, &bill), (Media::Picture, &vase), (Media::Table, &stock), (Media::Other, &note),
            ] {
                let filter = DocumentFilter { media: Some(media), ..all.clone() };
                assert_eq!(ids(c, &filter)?, std::slice::from_ref(&row.id), "{media}");
            }
            let filter = DocumentFilter { connection: vase.connection_id.clone(), ..all.clone() };
            assert_eq!(ids(c, &filter)?, std::slice::from_ref(&vase.id));
            let filter = DocumentFilter { plugin: Some(stock.plugin_id.clone()), ..all.clone() };
            assert_eq!(ids(c, &filter)?, std::slice::from_ref(&stock.id));
            let filter = DocumentFilter { plugin: Some(own.plugin_id.clone()), ..all.clone() };
            assert!(ids(c, &filter)?.is_empty(), "the house's own are listed");
            let filter = DocumentFilter { search: Some("blu".to_owned()), ..all.clone() };
            assert_eq!(ids(c, &filter)?, [note.id.clone(), vase.id.clone()]);
            let filter = DocumentFilter { media: Some(Media::Picture), ..filter };
            assert_eq!(ids(c, &filter)?, std::slice::from_ref(&vase.id));
            assert_eq!(documents::list_keepers(c, &tenant)?, [plugin(), stock.plugin_id.clone()]);
            assert!(documents::list(c, &other, &all, None, 9)?.items.is_empty());
            assert!(documents::list_keepers(c, &other)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn documents_are_found_by_their_names_as_long_as_they_are_there(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let bill = named(&world, &tenant, "חשבונית מרץ.pdf", "application/pdf");
        let vase = named(&world, &tenant, "Blue vase.png", "image/png");
        let mut bound = named(&world, &tenant, "Blue bound.png", "image/png");
        bound.connection_id = Some(ConnectionId::new(&world.clock, &world.rng));
        bound.retention = Retention::Connection;
        let mut own = named(&world, &tenant, "Blue archive.zip", "application/zip");
        own.plugin_id = OWN.parse().unwrap();
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            for row in [&bill, &vase, &bound, &own] {
                documents::insert(c, row)?;
            }
            let found = |c: &mut store::Conn, text: &str| -> store::Result<Vec<DocumentId>> {
                assert!(documents::search(c, &other, text, 9)?.is_empty(), "{text}");
                Ok(documents::search(c, &tenant, text, 9)?.into_iter().map(|row| row.id).collect())
            };
            assert_eq!(found(c, "החשבונית")?, std::slice::from_ref(&bill.id));
            assert_eq!(found(c, "pdf מרצ")?, std::slice::from_ref(&bill.id));
            assert_eq!(found(c, "vaze")?, std::slice::from_ref(&vase.id), "a typing error is forgiven");
            assert_eq!(found(c, "blue")?, [bound.id.clone(), vase.id.clone()]);
            assert!(found(c, "archive")?.is_empty());
            documents::delete(c, &tenant, &vase.id)?;
            assert_eq!(found(c, "blue")?, std::slice::from_ref(&bound.id));
            let connection = bound.connection_id.clone().unwrap();
            assert_eq!(documents::delete_of_connection(c, &tenant, &connection)?, std::slice::from_ref(&bound.id));
            assert!(found(c, "blue")?.is_empty());
            assert_eq!(documents::delete_of_plugin(c, &tenant, &plugin())?, std::slice::from_ref(&bill.id));
            assert!(found(c, "pdf")?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn documents_from_before_are_found_before_and_after_they_get_their_words(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let vase = named(&world, &tenant, "blue vase.png", "image/png");
        let mut own = named(&world, &tenant, "blue archive.zip", "application/zip");
        own.plugin_id = OWN.parse().unwrap();
        let (key, of) = (key(&world, &tenant, 1), tenant.clone());
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            documents::insert(c, &vase)?;
            documents::insert(c, &own)
        }).await.unwrap();
        db.revert_down_to("20261130000382").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            let left = search::progress(c)?;
            let left: Vec<_> = left.into_iter().map(|it| (it.kind, it.todo)).collect();
            assert_eq!(left, [(search::Kind::Document, 1)], "the house's own is none of them");
            assert_eq!(documents::search(c, &of, "blue", 9)?.len(), 1);
            while search::catch_up(c, &of, search::Kind::Document, 1)? > 0 {}
            assert!(search::progress(c)?.is_empty());
            assert_eq!(documents::search(c, &of, "vase bl", 9)?.len(), 1);
            assert!(documents::search(c, &of, "archive", 9)?.is_empty());
            Ok(())
        }).await.unwrap();
    }
}

store::both_backends! {
    async fn what_is_deleted_while_it_gets_its_words_is_found_no_more(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let vase = named(&world, &tenant, "blue vase.png", "image/png");
        let (key, id) = (key(&world, &tenant, 1), vase.id.clone());
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            documents::insert(c, &vase)
        }).await.unwrap();
        db.revert_down_to("20261130000382").await.unwrap();
        db.migrate().await.unwrap();
        let (given, are_given) = std::sync::mpsc::channel();
        let (never, waits) = std::sync::mpsc::channel::<()>();
        let giving = {
            let (db, of) = (db.clone(), tenant.clone());
            tokio::spawn(async move {
                db.write(move |c| {
                    search::catch_up(c, &of, search::Kind::Document, 9)?;
                    given.send(()).unwrap();
                    // Long enough for the other to come to the row; where nothing keeps it, it is through by then.
                    let _ = waits.recv_timeout(std::time::Duration::from_millis(300));
                    Ok(())
                })
                .await
            })
        };
        tokio::task::spawn_blocking(move || are_given.recv().unwrap()).await.unwrap();
        let of = tenant.clone();
        db.write(move |c| documents::delete(c, &of, &id)).await.unwrap();
        giving.await.unwrap().unwrap();
        drop(never);
        db.write(move |c| {
            while search::catch_up(c, &tenant, search::Kind::Document, 9)? > 0 {}
            assert_eq!(search::best(c, &tenant, search::Kind::Document, "blue", 9)?, Some(Vec::new()));
            Ok(())
        }).await.unwrap();
    }
}

store::both_backends! {
    async fn what_members_add_is_listed_and_the_house_s_own_is_not(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let added = added(&world, &tenant, "Blue offer.pdf", None);
        let mut own = named(&world, &tenant, "blue list.csv", "text/csv");
        own.plugin_id = OWN.parse().unwrap();
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            documents::insert(c, &added)?;
            documents::insert(c, &own)?;
            let all = DocumentFilter::default();
            let team = DocumentFilter { plugin: Some(OWN.parse().unwrap()), ..all.clone() };
            for filter in [&all, &team] {
                assert_eq!(documents::list(c, &tenant, filter, None, 9)?.items, std::slice::from_ref(&added));
            }
            assert_eq!(documents::list_keepers(c, &tenant)?, std::slice::from_ref(&added.plugin_id));
            assert_eq!(documents::sum_added(c, &tenant)?, Sum { count: 1, bytes: 3 });
            assert_eq!(documents::search(c, &tenant, "blue", 9)?, std::slice::from_ref(&added));
            assert!(added.is_seen() && !own.is_seen());
            Ok(())
        }).await.unwrap();
    }

    async fn documents_go_with_whom_they_are_about(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let [noa, gil] = ["Noa", "Gil"].map(|name| world.person(&tenant, name));
        let file = added(&world, &tenant, "Offer.pdf", Some(&noa.id));
        let bill = Document { person_id: Some(gil.id.clone()), ..named(&world, &tenant, "Bill.pdf", "application/pdf") };
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            people::insert(c, &noa, &[])?;
            people::insert(c, &gil, &[])?;
            documents::insert(c, &file)?;
            documents::insert(c, &bill)?;
            let of = |c: &mut store::Conn, person: &PersonId| -> store::Result<Vec<DocumentId>> {
                let filter = DocumentFilter { person: Some(person.clone()), ..DocumentFilter::default() };
                assert!(documents::list(c, &other, &filter, None, 9)?.items.is_empty());
                let found = documents::list(c, &tenant, &filter, None, 9)?.items;
                assert_eq!(documents::count(c, &tenant, &filter)?, i64::try_from(found.len()).unwrap());
                Ok(found.into_iter().map(|row| row.id).collect())
            };
            assert_eq!(of(c, &noa.id)?, std::slice::from_ref(&file.id));
            let both = [noa.id.clone(), gil.id.clone()];
            assert_eq!(documents::list_about(c, &tenant, &both)?, [file.id.clone(), bill.id.clone()]);
            assert!(documents::list_about(c, &other, &both)?.is_empty());
            // Two become one, and are two again.
            assert!(documents::hand_over(c, &other, &gil.id, &noa.id)?.is_empty());
            let moved = documents::hand_over(c, &tenant, &gil.id, &noa.id)?;
            assert_eq!(moved, std::slice::from_ref(&bill.id));
            assert_eq!(of(c, &noa.id)?.len(), 2);
            documents::hand_back(c, &tenant, &moved, &noa.id, &gil.id)?;
            assert_eq!(of(c, &gil.id)?, std::slice::from_ref(&bill.id));
            // Who is deleted takes them along, and brings them back.
            people::delete(c, &tenant, &noa.id, noa.rev, START)?;
            assert!(of(c, &noa.id)?.is_empty());
            assert!(documents::search(c, &tenant, "offer", 9)?.is_empty());
            assert!(search::best(c, &tenant, search::Kind::Document, "offer", 9)?.unwrap().is_empty());
            people::restore(c, &tenant, &noa.id, noa.rev + 1)?;
            assert_eq!(documents::search(c, &tenant, "offer", 9)?.len(), 1);
            people::delete(c, &tenant, &noa.id, noa.rev + 2, START)?;
            let (gone, files) = people::purge(c, &tenant, START.plus_millis(1))?;
            assert_eq!((gone, files), (1, vec![file.id.clone()]));
            assert_eq!(documents::find(c, &tenant, &file.id)?, None);
            assert_eq!(of(c, &gil.id)?, std::slice::from_ref(&bill.id));
            Ok(())
        }).await.unwrap();
    }
}

store::both_backends! {
    async fn what_another_business_s_members_added_takes_up_no_room_of_ours(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (ours, theirs) = (added(&world, &tenant, "a.pdf", None), added(&world, &other, "b.pdf", None));
        let keys = [key(&world, &tenant, 1), key(&world, &other, 1)];
        let add = move |c: &mut store::Conn| {
            keys.iter().try_for_each(|key| data_keys::insert(c, key))?;
            documents::insert(c, &ours)?;
            documents::insert(c, &theirs)
        };
        db.write(add).await.unwrap();
        for of in [tenant, other] {
            let sum = db.read(move |c| documents::sum_added(c, &of)).await.unwrap();
            assert_eq!((sum.count, sum.bytes), (1, 3));
        }
    }

    async fn what_went_to_somebody_else_since_is_not_given_back(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let [noa, gil, tal] = ["Noa", "Gil", "Tal"].map(|name| world.person(&tenant, name));
        let file = added(&world, &tenant, "Offer.pdf", Some(&gil.id));
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            for person in [&noa, &gil, &tal] {
                people::insert(c, person, &[])?;
            }
            documents::insert(c, &file)?;
            let moved = documents::hand_over(c, &tenant, &gil.id, &noa.id)?;
            documents::hand_over(c, &tenant, &noa.id, &tal.id)?;
            documents::hand_back(c, &tenant, &moved, &noa.id, &gil.id)?;
            assert_eq!(documents::get(c, &tenant, &file.id)?.person_id, Some(tal.id));
            Ok(())
        }).await.unwrap();
    }

    async fn a_document_that_is_moving_is_held_where_it_comes_to(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let [noa, gil] = ["Noa", "Gil"].map(|name| world.person(&tenant, name));
        let file = added(&world, &tenant, "Offer.pdf", Some(&gil.id));
        let (key, id) = (key(&world, &tenant, 1), file.id.clone());
        let (from, to) = (gil.id.clone(), noa.id.clone());
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            people::insert(c, &noa, &[])?;
            people::insert(c, &gil, &[])?;
            documents::insert(c, &file)
        }).await.unwrap();
        let (moved, is_moved) = std::sync::mpsc::channel();
        let (never, waits) = std::sync::mpsc::channel::<()>();
        let moving = {
            let (db, of, to) = (db.clone(), tenant.clone(), to.clone());
            tokio::spawn(async move {
                db.write(move |c| {
                    documents::hand_over(c, &of, &from, &to)?;
                    moved.send(()).unwrap();
                    // Long enough for the other to come to the row; where nothing keeps it, it is through by then.
                    let _ = waits.recv_timeout(std::time::Duration::from_millis(300));
                    Ok(())
                })
                .await
            })
        };
        tokio::task::spawn_blocking(move || is_moved.recv().unwrap()).await.unwrap();
        let held = db.write(move |c| documents::hold(c, &tenant, &id)).await.unwrap();
        moving.await.unwrap().unwrap();
        drop(never);
        assert_eq!(held.person_id, Some(to));
    }

    async fn a_typing_error_is_forgiven_in_the_last_of_very_many_words_too(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let letter = |n: u8| char::from(b'a' + n % 26);
        // What so many may be mistyped as doesn't go into one statement.
        let words: Vec<String> = (0..240).map(|n| format!("word{}{}z", letter(n / 26), letter(n))).collect();
        let long = Document {
            once_key: "long".to_owned(),
            ..named(&world, &tenant, &words.join(" "), "application/pdf")
        };
        let key = key(&world, &tenant, 1);
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            documents::insert(c, &long)?;
            for typed in ["wordaax", "wordjfx"] {
                assert_eq!(documents::search(c, &tenant, typed, 9)?.len(), 1, "{typed}");
            }
            Ok(())
        }).await.unwrap();
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
