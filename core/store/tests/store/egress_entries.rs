//! What plugins asked is kept a business and plugin, bounded by number and by age.

use domain::{EgressEntryId, InstallationEntryId, PluginId, TenantId};
use serde_json::json;
use store::Db;
use store::egress_entries::{self, Asker, EgressEntry};
use store::installation_entries::{self, InstallationEntry};

use crate::support::*;

fn entry(world: &World, tenant: &TenantId, plugin: &PluginId, status: u16) -> EgressEntry {
    EgressEntry {
        tenant_id: tenant.clone(),
        id: EgressEntryId::new(&world.clock, &world.rng),
        plugin_id: plugin.clone(),
        at: world.now(),
        asker: Asker::Plugin,
        method: "GET".to_owned(),
        host: "api.example.com".to_owned(),
        path: "/v1/*".to_owned(),
        status: Some(status),
        bytes: 12,
        ms: 3,
        problem: String::new(),
    }
}

store::both_backends! {
    async fn the_newest_requests_of_a_plugin_stay_and_no_other_s_go(db: Db) {
        let world = World::new();
        let (ours, theirs) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let acme: PluginId = "acme".parse().unwrap();
        let other: PluginId = "other".parse().unwrap();
        let mut rows = Vec::new();
        // All in one millisecond.
        for status in 200..205 {
            rows.push(entry(&world, &ours, &acme, status));
            rows.push(entry(&world, &ours, &other, status));
            rows.push(entry(&world, &theirs, &acme, status));
        }
        db.write(move |c| {
            for row in &rows {
                egress_entries::insert(c, row)?;
            }
            assert_eq!(egress_entries::trim(c, &ours, &acme, 5)?, 0, "no more than are kept");
            assert_eq!(egress_entries::trim(c, &ours, &acme, 2)?, 3);
            let mut statuses = |tenant: &TenantId, plugin: &PluginId| {
                let left = egress_entries::list(c, tenant, plugin, 10).unwrap();
                left.into_iter().map(|row| row.status.unwrap()).collect::<Vec<_>>()
            };
            assert_eq!(statuses(&ours, &acme), [204, 203], "newest first");
            assert_eq!(statuses(&ours, &other).len(), 5);
            assert_eq!(statuses(&theirs, &acme).len(), 5);
            Ok(())
        }).await.unwrap();
    }

    async fn old_requests_are_forgotten_and_an_answerless_one_is_kept_as_it_is(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let acme: PluginId = "acme".parse().unwrap();
        let old = entry(&world, &tenant, &acme, 200);
        world.clock.advance_millis(1_000);
        let refused = EgressEntry {
            status: None,
            problem: "denied".to_owned(),
            asker: Asker::Host,
            ..entry(&world, &tenant, &acme, 0)
        };
        let (now, kept) = (world.now(), refused.clone());
        db.write(move |c| {
            egress_entries::insert(c, &old)?;
            egress_entries::insert(c, &refused)?;
            assert_eq!(egress_entries::delete_before(c, now)?, 1);
            assert_eq!(egress_entries::list(c, &tenant, &acme, 10)?, [kept]);
            Ok(())
        }).await.unwrap();
    }

    async fn the_installation_s_own_record_is_bounded_too(db: Db) {
        let world = World::new();
        let rows: Vec<_> = (1..=4).map(|count| {
            // The last that goes and the first that stays are of one millisecond.
            world.clock.advance_millis(if count == 3 { 0 } else { 1_000 });
            InstallationEntry {
                id: InstallationEntryId::new(&world.clock, &world.rng),
                at: world.now(),
                kind: "egress".to_owned(),
                count,
                detail_json: json!({"host": "id.example.com"}).into(),
            }
        }).collect();
        let last = world.now();
        db.write(move |c| {
            for row in &rows {
                installation_entries::insert(c, row)?;
            }
            assert_eq!(installation_entries::trim(c, 4)?, 0);
            assert_eq!(installation_entries::trim(c, 2)?, 2);
            let left: Vec<_> =
                installation_entries::list(c, 10)?.iter().map(|row| row.count).collect();
            assert_eq!(left, [4, 3]);
            assert_eq!(installation_entries::delete_before(c, last)?, 1);
            Ok(())
        }).await.unwrap();
    }
}
