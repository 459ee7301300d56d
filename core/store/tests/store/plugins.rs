//! Installed plugins, those of a tenant, and their records.

use store::plugin_records::{self, Collection, PluginRecord};
use store::plugins::{self, InstalledPlugin};
use store::tenant_plugins::{self, TenantPluginChange};
use store::{Db, Error, Json, plugin_snapshots};

use crate::support::*;

fn installed(version: &str, hash: &str) -> InstalledPlugin {
    InstalledPlugin {
        id: plugin(),
        version: version.to_owned(),
        hash: hash.to_owned(),
        publisher: "Acme".to_owned(),
        path: "p".to_owned(),
        installed_at: START,
        origin: plugins::Origin::Package,
        publisher_key: None,
    }
}

fn note_of(of: Collection<'_>, id: &str) -> PluginRecord {
    PluginRecord {
        tenant_id: of.tenant.clone(),
        plugin_id: of.plugin.clone(),
        collection: of.name.to_owned(),
        id: id.to_owned(),
        value_json: Json(serde_json::json!({"n": 1})),
        rev: 1,
        created_at: START,
        updated_at: START,
    }
}

store::both_backends! {
    async fn what_belongs_to_an_older_generation_is_refused(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            tenant_plugins::hold_generation(c, &tenant, &plugin(), 1)?;
            assert_eq!(tenant_plugins::begin_generation(c, &tenant, &plugin())?, 2);
            assert_conflict(tenant_plugins::hold_generation(c, &tenant, &plugin(), 1));
            tenant_plugins::hold_generation(c, &tenant, &plugin(), 2)?;
            tenant_plugins::delete(c, &tenant, &plugin())?;
            assert_conflict(tenant_plugins::hold_generation(c, &tenant, &plugin(), 2));
            Ok(())
        }).await.unwrap();
    }

    async fn one_at_a_time_changes_a_version(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let until = START.plus_secs(60);
            tenant_plugins::begin_change(c, &tenant, &plugin(), until)?;
            assert_conflict(tenant_plugins::begin_change(c, &tenant, &plugin(), until));
            assert!(tenant_plugins::list_abandoned(c, START)?.is_empty());
            assert_eq!(tenant_plugins::list_abandoned(c, until.plus_secs(1))?.len(), 1);
            assert_conflict(tenant_plugins::end_change(c, &tenant, &plugin(), START));
            tenant_plugins::end_change(c, &tenant, &plugin(), until)?;
            tenant_plugins::begin_change(c, &tenant, &plugin(), until)?;
            Ok(())
        }).await.unwrap();
    }

    async fn a_snapshot_brings_back_exactly_what_was_there(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let given = give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let id = plugin();
            let of = Collection { tenant: &tenant, plugin: &id, name: "notes" };
            let space = store::kv::Space { tenant: &tenant, plugin: &id };
            let put = |value| store::kv::Put { value, expected_rev: None, expires_at: None };
            for note in ["a", "b"] {
                plugin_records::insert(c, &note_of(of, note))?;
            }
            store::kv::put(c, space, "cursor", put(b"1"), START)?;
            let snapshot = plugin_snapshots::Snapshot {
                tenant_id: tenant.clone(),
                plugin_id: id.clone(),
                version: given.version.clone(),
                grant_json: given.grant_json.clone(),
                settings_json: given.settings_json.clone(),
                with_state: true,
                taken_at: START,
            };
            let size = plugin_snapshots::size(c, &tenant, &id)?;
            assert_eq!((size.rows, size.bytes > 0), (3, true));
            plugin_snapshots::put(c, &snapshot)?;
            let before = plugin_records::list(c, of, None, 10)?.items;
            plugin_records::delete(c, of, "a", None)?;
            plugin_records::update(c, of, "b", &Json(serde_json::json!({"n": 2})), None, START)?;
            plugin_records::insert(c, &note_of(of, "c"))?;
            store::kv::put(c, space, "cursor", put(b"2"), START)?;
            store::kv::put(c, space, "later", put(b"x"), START)?;
            plugin_snapshots::restore_state(c, &tenant, &id)?;
            assert_eq!(plugin_records::list(c, of, None, 10)?.items, before);
            assert_eq!(store::kv::find(c, space, "cursor", START)?.unwrap().value, b"1");
            assert!(store::kv::find(c, space, "later", START)?.is_none());
            assert_eq!(plugin_snapshots::find(c, &tenant, &id)?, Some(snapshot.clone()));
            // Twice is once, and age ends it.
            plugin_snapshots::put(c, &snapshot)?;
            assert_eq!(plugin_snapshots::delete_before(c, START)?, 0);
            assert_eq!(plugin_snapshots::delete_before(c, START.plus_secs(1))?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_version_keeps_its_code(db: Db) {
        db.write(|c| {
            plugins::install(c, &installed("1.0.0", "a"))?;
            plugins::install(c, &installed("1.0.0", "a"))?;
            assert_conflict(plugins::install(c, &installed("1.0.0", "b")));
            plugins::install(c, &installed("1.0.1", "b"))?;
            assert_eq!(plugins::list(c)?.len(), 2);
            plugins::replace(c, &installed("1.0.0", "c"))?;
            assert_eq!(plugins::find(c, &plugin(), "1.0.0")?.unwrap().hash, "c");
            Ok(())
        }).await.unwrap();
    }

    async fn a_version_in_use_can_not_be_removed(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        assert_not_found(db.write(|c| plugins::delete(c, &plugin(), "1.0.0")).await);
        db.write(move |c| {
            tenant_plugins::delete(c, &tenant, &plugin())?;
            plugins::delete(c, &plugin(), "1.0.0")
        }).await.unwrap();
    }

    async fn a_plugin_is_turned_off_and_on_by_revision(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let given = give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let off = TenantPluginChange {
                version: given.version.clone(),
                enabled: false,
                grant_json: Json(serde_json::json!({"kv": true})),
                settings_json: Json(serde_json::json!({"name": "ש"})),
            };
            assert_eq!(tenant_plugins::list_enabled(c, &plugin())?.len(), 1);
            assert_eq!(tenant_plugins::update(c, &tenant, &plugin(), &off, 1, START)?, 2);
            assert_conflict(tenant_plugins::update(c, &tenant, &plugin(), &off, 1, START));
            assert!(tenant_plugins::list_enabled(c, &plugin())?.is_empty());
            let stored = tenant_plugins::get(c, &tenant, &plugin())?;
            assert_eq!(stored.settings_json, off.settings_json);
            assert_eq!(tenant_plugins::list(c, &tenant)?, [stored]);
            Ok(())
        }).await.unwrap();
    }

    async fn records_are_guarded_by_revision_and_listed_in_pages(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = Collection { tenant: &tenant, plugin: &plugin, name: "notes" };
            for id in ["b", "a", "C"] {
                plugin_records::insert(c, &PluginRecord {
                    tenant_id: tenant.clone(),
                    plugin_id: plugin.clone(),
                    collection: "notes".to_owned(),
                    id: id.to_owned(),
                    value_json: Json(serde_json::json!({"id": id})),
                    rev: 1,
                    created_at: START,
                    updated_at: START,
                })?;
            }
            let page = plugin_records::list(c, of, None, 2)?;
            let ids = |page: &store::Page<PluginRecord, String>| {
                page.items.iter().map(|r| r.id.clone()).collect::<Vec<_>>()
            };
            assert_eq!(ids(&page), ["C", "a"]);
            assert_eq!(ids(&plugin_records::list(c, of, page.next.as_deref(), 2)?), ["b"]);
            let value = Json(serde_json::json!([1]));
            assert_eq!(plugin_records::update(c, of, "a", &value, Some(1), START)?, 2);
            assert_conflict(plugin_records::update(c, of, "a", &value, Some(1), START));
            assert_eq!(plugin_records::update(c, of, "a", &value, None, START)?, 3);
            assert_conflict(plugin_records::delete(c, of, "a", Some(2)));
            plugin_records::delete(c, of, "a", Some(3))?;
            assert_not_found(plugin_records::delete(c, of, "a", None));
            let other = Collection { name: "other", ..of };
            assert!(plugin_records::find(c, other, "b")?.is_none());
            assert_eq!(plugin_records::count(c, of)?, 2);
            Ok(())
        }).await.unwrap();
    }

    async fn a_removed_plugin_leaves_no_records(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        give_plugin(&db, &tenant).await;
        db.write(move |c| {
            let plugin = plugin();
            let of = store::kv::Space { tenant: &tenant, plugin: &plugin };
            let put = store::kv::Put { value: b"v", expected_rev: None, expires_at: None };
            store::kv::put(c, of, "k", put, START)?;
            tenant_plugins::delete(c, &tenant, &plugin)?;
            assert_eq!(store::kv::size_bytes(c, of)?, 0);
            Ok::<_, Error>(())
        }).await.unwrap();
    }
}
