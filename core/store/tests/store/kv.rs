//! Keys and values: revisions, expiry, prefixes, size.

use store::Db;
use store::kv::{self, Put, Space};

use crate::support::*;

fn any(value: &[u8]) -> Put<'_> {
    Put { value, expected_rev: None, expires_at: None }
}

fn only(value: &[u8], rev: i64) -> Put<'_> {
    Put { expected_rev: Some(rev), ..any(value) }
}

store::both_backends! {
    async fn a_revision_guards_a_value(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = Space { tenant: &tenant, plugin: &plugin };
            assert_conflict(kv::put(c, of, "k", only(b"x", 1), START));
            assert_eq!(kv::put(c, of, "k", only(b"a", 0), START)?, 1);
            assert_conflict(kv::put(c, of, "k", only(b"b", 0), START));
            assert_eq!(kv::put(c, of, "k", only(b"b\0", 1), START)?, 2);
            assert_eq!(kv::put(c, of, "k", any(b"\xff"), START)?, 3);
            assert_eq!(kv::find(c, of, "k", START)?.unwrap().value, b"\xff");
            assert_conflict(kv::delete(c, of, "k", Some(2), START));
            kv::delete(c, of, "k", Some(3), START)?;
            assert!(kv::find(c, of, "k", START)?.is_none());
            kv::delete(c, of, "k", None, START)?;
            Ok(())
        }).await.unwrap();
    }

    async fn of_several_that_write_over_a_value_none_is_refused(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        let writers: Vec<_> = (0..8_u8).map(|n| {
            let (db, tenant) = (db.clone(), tenant.clone());
            tokio::spawn(async move {
                for _ in 0..20 {
                    let tenant = tenant.clone();
                    db.write(move |c| {
                        let plugin = plugin();
                        kv::put(c, Space { tenant: &tenant, plugin: &plugin }, "k", any(&[n]), START)
                    }).await?;
                }
                Ok::<(), store::Error>(())
            })
        }).collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        let found = db.read(move |c| {
            let plugin = plugin();
            kv::find(c, Space { tenant: &tenant, plugin: &plugin }, "k", START)
        }).await.unwrap();
        assert_eq!(found.unwrap().rev, 160);
    }

    async fn what_expired_is_absent_but_counted_on(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = Space { tenant: &tenant, plugin: &plugin };
            let late = START.plus_secs(5);
            kv::put(c, of, "k", Put { expires_at: Some(late), ..any(b"a") }, START)?;
            assert!(kv::find(c, of, "k", START)?.is_some());
            assert!(kv::find(c, of, "k", late)?.is_none());
            assert!(kv::keys(c, of, "", None, 10, late)?.items.is_empty());
            assert_conflict(kv::put(c, of, "k", only(b"b", 1), late));
            // Whoever still holds revision 1 must not take this one for theirs.
            assert_eq!(kv::put(c, of, "k", only(b"b", 0), late)?, 2);
            assert_eq!(kv::delete_expired(c, late)?, 0);
            Ok(())
        }).await.unwrap();
    }

    async fn keys_are_listed_by_prefix_byte_by_byte(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = Space { tenant: &tenant, plugin: &plugin };
            for key in ["a/1", "a/10", "a/2", "A/1", "a%", "a_", "b", "שלום/1", "a/Z"] {
                kv::put(c, of, key, any(b"v"), START)?;
            }
            let list = |c: &mut store::Conn, prefix: &str, after: Option<&str>| {
                kv::keys(c, of, prefix, after, 2, START)
            };
            let first = list(c, "a/", None)?;
            assert_eq!(first.items, ["a/1", "a/10"]);
            let second = list(c, "a/", first.next.as_deref())?;
            assert_eq!(second.items, ["a/2", "a/Z"]);
            assert_eq!(second.next, None);
            assert_eq!(list(c, "a%", None)?.items, ["a%"]);
            assert_eq!(list(c, "שלום", None)?.items, ["שלום/1"]);
            assert_eq!(list(c, "A", None)?.items, ["A/1"]);
            assert_eq!(kv::keys(c, of, "", None, 99, START)?.items.len(), 9);
            Ok(())
        }).await.unwrap();
    }

    async fn size_is_of_one_plugin_in_one_tenant(db: Db) {
        let world = World::new();
        let (one, two) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        give_plugin(&db, &one).await;
        give_plugin(&db, &two).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = Space { tenant: &one, plugin: &plugin };
            assert_eq!(kv::size_bytes(c, of)?, 0);
            kv::put(c, of, "key", any(&[0; 100]), START)?;
            kv::put(c, Space { tenant: &two, plugin: &plugin }, "key", any(&[0; 9]), START)?;
            assert_eq!(kv::size_bytes(c, of)?, 103);
            assert!(kv::find(c, Space { tenant: &two, plugin: &plugin }, "other", START)?.is_none());
            Ok(())
        }).await.unwrap();
    }

    async fn one_of_many_puts_of_a_revision_succeeds(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        for rev in 0..3 {
            let of = tenant.clone();
            let results = at_once(&db, 10, move |_, c| {
                let plugin = plugin();
                kv::put(c, Space { tenant: &of, plugin: &plugin }, "k", only(b"v", rev), START)
            }).await;
            assert_eq!(successes(&results), 1);
        }
    }

    async fn a_tenant_without_the_plugin_keeps_nothing(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let result = db.write(move |c| {
            kv::put(c, Space { tenant: &tenant, plugin: &plugin() }, "k", any(b"v"), START)
        }).await;
        assert_not_found(result);
    }
}
