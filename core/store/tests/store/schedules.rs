//! An occurrence happens once.

use domain::{PluginId, ScheduleId, TenantId};
use store::schedules::{self, Schedule};
use store::{Db, Json};

use crate::support::*;

fn schedule(world: &World, tenant: &TenantId, plugin: Option<PluginId>, name: &str) -> Schedule {
    Schedule {
        tenant_id: tenant.clone(),
        id: ScheduleId::new(&world.clock, &world.rng),
        plugin_id: plugin,
        name: name.to_owned(),
        kind: "pull".to_owned(),
        payload_json: Json(serde_json::json!({})),
        cron: "*/5 * * * *".to_owned(),
        zone: zone(),
        next_at: START,
        paused: false,
    }
}

store::both_backends! {
    async fn one_of_many_makes_an_occurrence_happen(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let row = schedule(&world, &tenant, None, "pull");
        let id = row.id.clone();
        db.write(move |c| schedules::insert(c, &row)).await.unwrap();
        let next = START.plus_secs(300);
        let jobs: Vec<_> = (0..12).map(|_| world.job(&tenant, START)).collect();
        let of = tenant.clone();
        let results = at_once(&db, 12, move |n, c| {
            schedules::advance(c, &of, &id, START, next)?;
            store::jobs::enqueue(c, &jobs[n], START)
        }).await;
        assert_eq!(successes(&results), 1);
        let all = store::jobs::JobFilter::default();
        assert_eq!(db.read(move |c| store::jobs::count(c, &tenant, &all)).await.unwrap(), 1);
        assert_eq!(db.read(schedules::next_due).await.unwrap(), Some(next));
    }

    async fn due_ones_come_overdue_first_and_paused_ones_never(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows: Vec<_> = ["now", "late", "future", "off"]
            .iter()
            .map(|name| schedule(&world, &tenant, Some(plugin()), name))
            .collect();
        rows[1].next_at = START.plus_secs(-9);
        rows[2].next_at = START.plus_millis(1);
        rows[3].paused = true;
        db.write(move |c| {
            rows.iter().try_for_each(|row| schedules::insert(c, row))?;
            let names = |rows: Vec<Schedule>| {
                rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
            };
            assert_eq!(names(schedules::due(c, START, 9)?), ["late", "now"]);
            assert_eq!(names(schedules::due(c, START, 1)?), ["late"]);
            assert_eq!(schedules::next_due(c)?, Some(rows[1].next_at));
            schedules::set_paused_of_plugin(c, &tenant, &plugin(), true)?;
            assert!(schedules::due(c, START, 9)?.is_empty());
            assert_eq!(schedules::next_due(c)?, None);
            assert_conflict(schedules::advance(c, &tenant, &rows[0].id, START, START));
            assert_eq!(schedules::delete_of_plugin(c, &tenant, &plugin())?, 4);
            Ok(())
        }).await.unwrap();
    }

    async fn a_name_is_taken_once_by_each_plugin_and_the_house(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows = [
            schedule(&world, &tenant, None, "pull"),
            schedule(&world, &tenant, Some(plugin()), "pull"),
        ];
        let again = schedule(&world, &tenant, None, "pull");
        let expected = rows[1].id.clone();
        db.write(move |c| rows.iter().try_for_each(|row| schedules::insert(c, row))).await.unwrap();
        let result = db.write(move |c| schedules::insert(c, &again)).await;
        assert_unique(result, "schedules_one_a_name");
        let found = db
            .read(move |c| schedules::find_by_name(c, &tenant, Some(&plugin()), "pull"))
            .await
            .unwrap();
        assert_eq!(found.unwrap().id, expected);
    }
}
