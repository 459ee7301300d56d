//! Calendar files, what came of them, and which series of all tenants are due.

use domain::{CalendarImportId, SeriesId, TenantId};
use store::calendar_imports::{self as imports, Done, Effect, Import, State};
use store::imported_events::{self, ImportedEvent};
use store::series::{self, Occurrence, Series};
use store::{Db, Error, appointments};

use crate::support::*;

fn import(world: &World, of: &TenantId) -> Import {
    Import {
        tenant_id: of.clone(),
        id: CalendarImportId::new(&world.clock, &world.rng),
        name: "basic.ics".to_owned(),
        state: State::Waiting,
        file: "BEGIN:VCALENDAR".to_owned(),
        created_by: None,
        created_at: world.now(),
        settled_at: None,
    }
}

fn event(of: &TenantId, uid: &str, appointment: &appointments::Appointment) -> ImportedEvent {
    ImportedEvent {
        tenant_id: of.clone(),
        uid: uid.to_owned(),
        appointment_id: Some(appointment.id.clone()),
        series_id: None,
        sequence: 1,
        stamp: START,
        digest: "d".to_owned(),
    }
}

fn weekly(world: &World, of: &TenantId, made_until: &str, ended: bool) -> Series {
    Series {
        tenant_id: of.clone(),
        id: SeriesId::new(&world.clock, &world.rng),
        rule: "FREQ=WEEKLY".parse().unwrap(),
        first_day: "2026-03-03".to_owned(),
        starts_min: 600,
        ends_min: 660,
        zone: zone(),
        person_id: None,
        calendar_id: None,
        title: "Tasting".to_owned(),
        notes: String::new(),
        location: String::new(),
        online: false,
        made_until: made_until.to_owned(),
        ended,
        created_by: None,
        created_at: world.now(),
        updated_at: world.now(),
    }
}

store::both_backends! {
    async fn an_import_goes_its_way_once_and_its_file_goes_with_it(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let row = import(&world, &of);
        db.write(move |c| {
            imports::insert(c, &row)?;
            assert!(matches!(imports::get(c, &other, &row.id), Err(Error::NotFound)));
            assert!(imports::list(c, &of, 9)?.is_empty(), "it waits");
            let step = (State::Waiting, State::Done);
            let strange = imports::settle(c, &other, &row.id, step, START);
            assert!(matches!(strange, Err(Error::NotFound)));
            imports::settle(c, &of, &row.id, step, START)?;
            let again = imports::settle(c, &of, &row.id, step, START);
            assert!(matches!(again, Err(Error::Conflict)));
            let kept = imports::get(c, &of, &row.id)?;
            assert_eq!((kept.file.as_str(), kept.settled_at), ("", Some(START)));
            assert_eq!(imports::list(c, &of, 9)?.len(), 1);
            let done = Done {
                tenant_id: of.clone(),
                import_id: row.id.clone(),
                kind: Effect::Made,
                subject: "1".to_owned(),
                rev: 1,
                before_json: None,
            };
            imports::insert_effect(c, &done)?;
            assert_eq!(imports::count_effects(c, &of, &row.id, Effect::Made)?, 1);
            assert!(imports::list_effects(c, &other, &row.id)?.is_empty());
            assert_eq!(imports::list_effects(c, &of, &row.id)?, [done]);
            Ok(())
        }).await.unwrap();
    }

    async fn old_files_are_forgotten_those_that_wait_sooner(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let (waiting, done) = (import(&world, &of), import(&world, &of));
        db.write(move |c| {
            imports::insert(c, &waiting)?;
            imports::insert(c, &Import { state: State::Done, ..done.clone() })?;
            assert_eq!(imports::delete_before(c, START, START)?, 0);
            assert_eq!(imports::delete_before(c, START.plus_secs(1), START)?, 1);
            assert!(imports::get(c, &of, &waiting.id).is_err());
            assert!(imports::get(c, &of, &done.id).is_ok());
            assert_eq!(imports::delete_before(c, START, START.plus_secs(1))?, 1);
            let rows = [import(&world, &of), import(&world, &of), import(&world, &of)];
            rows.iter().try_for_each(|row| imports::insert(c, row))?;
            assert_eq!(imports::delete_waiting(c, &of, 2)?, 1);
            let left = rows.iter().filter(|row| imports::get(c, &of, &row.id).is_ok());
            assert_eq!(left.count(), 2);
            Ok(())
        }).await.unwrap();
    }

    async fn an_event_is_known_by_its_uid_as_long_as_its_appointment_is_there(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let appointment = world.appointment(&of, 0);
        db.write(move |c| {
            appointments::insert(c, &appointment)?;
            let row = event(&of, "1@example.com", &appointment);
            imported_events::put(c, &row)?;
            let newer = ImportedEvent { sequence: 2, ..row.clone() };
            imported_events::put(c, &newer)?;
            let uids: Vec<String> = (0..1_200).map(|n| format!("{n}@example.com")).collect();
            assert_eq!(imported_events::list(c, &of, &uids)?, [newer]);
            assert!(imported_events::list(c, &other, &uids)?.is_empty());
            imported_events::delete(c, &other, &row.uid)?;
            assert_eq!(imported_events::list(c, &of, &uids)?.len(), 1);
            imported_events::delete(c, &of, &row.uid)?;
            assert!(imported_events::list(c, &of, &uids)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn series_that_are_due_are_found_of_all_tenants_at_once(db: Db) {
        let world = World::new();
        let (one, two) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let rows = [
            weekly(&world, &one, "2026-05-02", false),
            weekly(&world, &two, "2026-05-01", false),
            weekly(&world, &two, "2026-05-01", true),
            weekly(&world, &one, "2026-06-01", false),
        ];
        db.write(move |c| {
            rows.iter().try_for_each(|row| series::insert(c, row))?;
            let due = series::list_due(c, "2026-06-01")?;
            let wanted = [(two.clone(), rows[1].id.clone()), (one.clone(), rows[0].id.clone())];
            assert_eq!(due, wanted);
            assert!(series::find(c, &one, &rows[1].id)?.is_none(), "another's");
            Ok(())
        }).await.unwrap();
    }

    async fn days_of_a_series_are_told_with_what_became_of_them(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let row = weekly(&world, &of, "2026-05-02", false);
        let on = world.appointment(&of, 0);
        let off = appointments::Appointment {
            status: appointments::Status::Cancelled,
            ..world.appointment(&of, 60)
        };
        db.write(move |c| {
            series::insert(c, &row)?;
            for (day, each) in [("2026-03-03", &on), ("2026-03-10", &off)] {
                appointments::insert(c, each)?;
                let place = Occurrence {
                    tenant_id: of.clone(),
                    appointment_id: each.id.clone(),
                    series_id: row.id.clone(),
                    day: day.to_owned(),
                };
                series::insert_occurrence(c, &place)?;
            }
            let ids = [on.id.clone(), off.id.clone()];
            assert_eq!(series::list_of(c, &of, &ids)?.len(), 2);
            assert!(series::list_of(c, &other, &ids)?.is_empty());
            assert_eq!(series::list_all(c, &of, &row.id)?.len(), 2);
            assert!(series::list_all(c, &other, &row.id)?.is_empty());
            assert_eq!(series::list_from(c, &of, &row.id, "")?.len(), 1);
            assert_eq!(series::list_days(c, &of, &row.id, "2026-03-04")?, ["2026-03-10"]);
            series::delete_occurrence(c, &other, &on.id)?;
            series::delete_occurrence(c, &of, &on.id)?;
            assert_eq!(series::list_all(c, &of, &row.id)?.len(), 1);
            Ok(())
        }).await.unwrap();
    }
}
