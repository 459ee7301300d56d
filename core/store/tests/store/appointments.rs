//! Appointments, and the links that are no change of them.

use domain::{AppointmentId, TenantId};
use store::Db;
use store::appointments::{
    self, Appointment, AppointmentChange, Link, OnlineState, SpanFilter, Status, SyncState,
};

use crate::support::*;

fn change(of: &Appointment, title: &str) -> AppointmentChange {
    AppointmentChange {
        person_id: of.person_id.clone(),
        title: title.to_owned(),
        notes: of.notes.clone(),
        location: of.location.clone(),
        starts_at: of.starts_at,
        ends_at: of.ends_at,
        zone: of.zone.clone(),
        online: of.online,
        status: of.status,
        calendar_id: of.calendar_id.clone(),
        sync_state: SyncState::Pending,
    }
}

fn link(external_id: &str) -> Link {
    Link {
        external_id: Some(external_id.to_owned()),
        etag: Some("1".to_owned()),
        external_url: None,
        online_state: OnlineState::Ready,
        online_url: Some("https://meet.example.com/x".to_owned()),
        sync_state: SyncState::Synced,
        sync_problem: None,
    }
}

async fn between(db: &Db, tenant: &TenantId, from: i64, to: i64) -> Vec<AppointmentId> {
    let of = tenant.clone();
    let (from, to) = (START.plus_secs(from * 60), START.plus_secs(to * 60));
    let rows = db.read(move |c| appointments::list_between(c, &of, from, to)).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

store::both_backends! {
    async fn what_lasts_for_months_is_on_all_the_while(db: Db) {
        const DAY: i64 = 24 * 60;
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        // Began 31 days, a millisecond more and a hundred days before; all end a minute after START.
        let begins = [-31 * DAY * 60_000, -31 * DAY * 60_000 - 60_001, -100 * DAY * 60_000];
        let mut rows: Vec<_> = begins.map(|at| {
            let mut row = world.appointment(&tenant, 0);
            row.starts_at = START.plus_millis(at);
            row.ends_at = START.plus_secs(60);
            row
        }).into();
        rows.push(world.appointment(&tenant, 0));
        let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        db.write(move |c| rows.iter().try_for_each(|row| appointments::insert(c, row)))
            .await
            .unwrap();
        let in_order = [2, 1, 0, 3].map(|at: usize| ids[at].clone());
        assert_eq!(between(&db, &tenant, 0, 10).await, in_order);
        assert_eq!(between(&db, &tenant, 1, 10).await, [ids[3].clone()]);
        assert_eq!(between(&db, &tenant, -99 * DAY, -98 * DAY).await, [ids[2].clone()]);
    }

    async fn pages_of_a_time_hold_all_of_it_once(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let person = world.person(&of, "Dana");
        // Three of each start, and one that began a hundred days before.
        let mut rows: Vec<_> = (0..9).map(|n| world.appointment(&of, 60 * (n / 3))).collect();
        rows[1].person_id = Some(person.id.clone());
        rows[7].status = Status::Cancelled;
        rows[8].starts_at = START.plus_secs(-100 * 86_400);
        rows[8].ends_at = START.plus_secs(60);
        db.write(move |c| {
            store::people::insert(c, &person, &[])?;
            rows.iter().try_for_each(|row| appointments::insert(c, row))?;
            let span = (START, START.plus_secs(86_400));
            let whole = appointments::list_between(c, &of, span.0, span.1)?;
            assert_eq!(whole.len(), 9);
            for limit in [1, 2, 4, 100] {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let all = SpanFilter::default();
                    let page =
                        appointments::page_between(c, &of, span, &all, after.as_ref(), limit)?;
                    assert!(i64::try_from(page.items.len()).unwrap() <= limit);
                    seen.extend(page.items);
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, whole, "{limit}");
            }
            for (status, person, count) in [
                (Some(Status::Booked), None, 8),
                (Some(Status::Cancelled), None, 1),
                (None, Some(person.id.clone()), 1),
                (Some(Status::Cancelled), Some(person.id.clone()), 0),
            ] {
                let filter = SpanFilter { status, person };
                let page = appointments::page_between(c, &of, span, &filter, None, 100)?;
                assert_eq!(page.items.len(), count, "{filter:?}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn what_changed_since_comes_once_whatever_its_status(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let other = a_tenant(&db, &world).await;
        // Two of each instant.
        let mut rows: Vec<_> = (0..6).map(|n| world.appointment(&of, n)).collect();
        for (row, at) in rows.iter_mut().zip([0, 0, 1, 1, 2, 2]) {
            row.updated_at = START.plus_secs(at);
        }
        rows[3].status = Status::Cancelled;
        rows.sort_by_key(|row| (row.updated_at, row.id.clone()));
        let theirs = world.appointment(&other, 0);
        db.write(move |c| {
            rows.iter().chain([&theirs]).try_for_each(|row| appointments::insert(c, row))?;
            for limit in [1, 3, 100] {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let (since, last) = (START.plus_secs(1), after.as_ref());
                    let page = appointments::list_changed(c, &of, since, last, limit)?;
                    seen.extend(page.items);
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, rows[2..], "{limit}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn the_next_one_takes_place_and_is_not_on_yet(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows: Vec<_> =
            [0, 60, 120, 180].iter().map(|at| world.appointment(&tenant, *at)).collect();
        rows[1].status = Status::Cancelled;
        let third = rows[2].clone();
        let next = db.write(move |c| {
            rows.iter().try_for_each(|row| appointments::insert(c, row))?;
            let at = |minutes: i64| START.plus_secs(minutes * 60);
            assert!(appointments::find_next(c, &tenant, at(180), at(1_000))?.is_none());
            assert!(appointments::find_next(c, &tenant, at(0), at(120))?.is_none());
            appointments::find_next(c, &tenant, at(0), at(1_000))
        }).await.unwrap();
        assert_eq!(next, Some(third));
    }

    async fn a_week_shows_what_touches_it(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        // From minute 0 to 60, 60 to 120, 120 to 180, and a moment at 60.
        let mut rows: Vec<_> =
            [0, 60, 120, 60].iter().map(|at| world.appointment(&tenant, *at)).collect();
        rows[3].ends_at = rows[3].starts_at;
        let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        db.write(move |c| rows.iter().try_for_each(|row| appointments::insert(c, row)))
            .await
            .unwrap();
        let mut shown = between(&db, &tenant, 60, 120).await;
        shown.sort();
        assert_eq!(shown, [ids[1].clone(), ids[3].clone()]);
        assert_eq!(between(&db, &tenant, 59, 60).await, [ids[0].clone()]);
        assert_eq!(between(&db, &tenant, 180, 999).await, []);
        assert_eq!(between(&db, &tenant, 0, 999).await.len(), 4);
    }

    async fn a_row_comes_back_as_it_went_in(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let mut row = world.appointment(&calendar.tenant_id, 5);
        row.calendar_id = Some(calendar.id.clone());
        row.online = true;
        row.online_state = OnlineState::Pending;
        row.etag = Some("\"é\"".to_owned());
        row.created_by = Some(world.account("x@x.il").id);
        let stored = row.clone();
        db.write(move |c| appointments::insert(c, &stored)).await.unwrap();
        let id = row.id.clone();
        let of = calendar.tenant_id;
        assert_eq!(db.read(move |c| appointments::get(c, &of, &id)).await.unwrap(), row);
    }

    async fn a_link_is_no_change_of_the_appointment(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let of = calendar.tenant_id.clone();
        let mut row = world.appointment(&of, 0);
        row.calendar_id = Some(calendar.id.clone());
        db.write(move |c| {
            appointments::insert(c, &row)?;
            assert_eq!(appointments::set_link(c, &of, &row.id, &link("event-1"), 0)?, 1);
            // Somebody's form, opened before, still saves.
            assert_eq!(appointments::update(c, &of, &row.id, &change(&row, "New"), 1, START)?, 2);
            assert_conflict(appointments::update(c, &of, &row.id, &change(&row, "x"), 1, START));
            assert_conflict(appointments::set_link(c, &of, &row.id, &link("event-2"), 0));
            let found = appointments::find_by_external(c, &of, &calendar.id, "event-1")?.unwrap();
            assert_eq!((found.title.as_str(), found.rev, found.link_rev), ("New", 2, 1));
            assert_eq!(found.sync_state, SyncState::Pending);
            let gone = Link { external_id: None, etag: None, ..link("") };
            appointments::set_link(c, &of, &row.id, &gone, 1)?;
            let found = appointments::get(c, &of, &row.id)?;
            assert_eq!((found.external_id, found.etag), (None, None));
            Ok(())
        }).await.unwrap();
    }

    async fn an_event_is_one_appointment_at_most(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let rows = [0, 1].map(|at| {
            let mut row = world.appointment(&calendar.tenant_id, at);
            row.calendar_id = Some(calendar.id.clone());
            row.external_id = Some("event-1".to_owned());
            row
        });
        let result =
            db.write(move |c| rows.iter().try_for_each(|row| appointments::insert(c, row))).await;
        assert_unique(result, "appointments_one_an_event");
    }

    async fn another_tenants_person_can_not_be_booked(db: Db) {
        let world = World::new();
        let (mine, theirs) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&theirs, "Dana");
        let mut row = world.appointment(&mine, 0);
        row.person_id = Some(person.id.clone());
        db.write(move |c| store::people::insert(c, &person, &[])).await.unwrap();
        assert_not_found(db.write(move |c| appointments::insert(c, &row)).await);
    }

    async fn upcoming_are_booked_and_not_over(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let person = world.person(&of, "Dana");
        let mut rows: Vec<_> =
            [-120, -30, 10, 20].iter().map(|at| world.appointment(&of, *at)).collect();
        for row in &mut rows {
            row.person_id = Some(person.id.clone());
        }
        rows[2].status = Status::Cancelled;
        let expected = [rows[1].id.clone(), rows[3].id.clone()];
        db.write(move |c| {
            store::people::insert(c, &person, &[])?;
            rows.iter().try_for_each(|row| appointments::insert(c, row))?;
            let next = appointments::list_upcoming_of_person(c, &of, &person.id, START, 9)?;
            assert_eq!(next.into_iter().map(|row| row.id).collect::<Vec<_>>(), expected);
            assert_eq!(appointments::list_of_person(c, &of, &person.id, 9)?.len(), 4);
            Ok(())
        }).await.unwrap();
    }
}

#[test]
fn an_appointment_says_its_title_its_place_and_its_notes() {
    let world = World::new();
    let tenant = TenantId::new(&world.clock, &world.rng);
    let own = Appointment {
        title: "Fitting".to_owned(),
        location: "Harbour Road 3".to_owned(),
        notes: "Bring lilies".to_owned(),
        ..world.appointment(&tenant, 60)
    };
    for (text, is_said) in [
        ("fitting", true),
        ("harbour", true),
        ("fitting harbour", true),
        ("lilies fitting", true),
        ("roses", false),
        ("fitting dana", false),
    ] {
        assert_eq!(appointments::says(&own, text), is_said, "{text}");
    }
}
