//! Deleting a business row by row, and the record of it.

use std::collections::BTreeSet;

use store::{Db, deletions};

use crate::schema::tables_with;
use crate::support::*;

#[test]
fn every_table_of_a_business_is_cleared() {
    let mut tables: BTreeSet<String> = tables_with("tenant_id");
    for kept in ["audit", "audit_heads", "deletions"] {
        assert!(tables.remove(kept));
    }
    let cleared: BTreeSet<String> = deletions::TABLES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(cleared, tables);
    assert_eq!(cleared.len(), deletions::TABLES.len());
}

store::both_backends! {
    async fn a_business_goes_in_bites_and_another_stays(db: Db) {
        let world = World::new();
        let (calendar, other) = (a_calendar(&db, &world).await, a_calendar(&db, &world).await);
        for of in [&calendar, &other] {
            let id = of.tenant_id.clone();
            give_plugin(&db, &id).await;
            let person = world.person(&id, "Dana");
            let mut appointment = world.appointment(&id, 0);
            appointment.person_id = Some(person.id.clone());
            appointment.calendar_id = Some(of.id.clone());
            let job = world.job(&id, START);
            db.write(move |c| {
                store::people::insert(c, &person, &[])?;
                store::appointments::insert(c, &appointment)?;
                store::jobs::enqueue(c, &job, START).map(drop)
            }).await.unwrap();
        }
        let (id, stays) = (calendar.tenant_id.clone(), other.tenant_id.clone());
        db.write(move |c| {
            let mut bites = 0;
            while deletions::clear(c, &id, 2)? > 0 {
                bites += 1;
            }
            assert!(bites > 2, "{bites}");
            assert!(store::calendars::find(c, &stays, &other.id)?.is_some());
            assert!(store::tenants::find(c, &id)?.is_some());
            store::tenants::delete(c, &id)?;
            assert!(deletions::clear(c, &stays, 100)? > 5);
            Ok(())
        }).await.unwrap();
    }

    async fn a_deletion_is_recorded_once_and_counts_on(db: Db) {
        let world = World::new();
        let (id, now) = (a_tenant(&db, &world).await, world.now());
        db.write(move |c| {
            deletions::begin(c, &id, false, now)?;
            deletions::count(c, &id, 3, 1)?;
            deletions::begin(c, &id, true, now.plus_secs(5))?;
            deletions::count(c, &id, 4, 0)?;
            let record = deletions::find(c, &id)?.unwrap();
            assert_eq!((record.again, record.begun_at, record.ended_at), (false, now, None));
            assert_eq!((record.row_count, record.document_count), (7, 1));
            deletions::end(c, &id, now.plus_secs(6))?;
            deletions::begin(c, &id, true, now.plus_secs(9))?;
            deletions::count(c, &id, 1, 0)?;
            let all = deletions::list(c, 9)?;
            let told: Vec<_> = all.iter().map(|d| (d.again, d.row_count, d.ended_at)).collect();
            assert_eq!(told, [(true, 1, None), (false, 7, Some(now.plus_secs(6)))]);
            Ok(())
        }).await.unwrap();
    }

    async fn a_shut_business_has_no_members_and_nothing_of_it_goes_on(db: Db) {
        let world = World::new();
        let connection = a_connection(&db, &world).await;
        let id = connection.tenant_id.clone();
        let plugin = give_plugin(&db, &id).await;
        db.write(move |c| {
            assert!(deletions::shut(c, &id).is_ok());
            assert!(store::members::list(c, &id)?.is_empty());
            let off = store::tenant_plugins::get(c, &id, &plugin.plugin_id)?;
            assert!(!off.enabled && off.generation == plugin.generation + 1);
            assert_conflict(store::tenant_plugins::hold_generation(
                c, &id, &plugin.plugin_id, plugin.generation,
            ));
            Ok(())
        }).await.unwrap();
    }
}
