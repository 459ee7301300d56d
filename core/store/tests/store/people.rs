//! Searching, paging and changing people.

use domain::TenantId;
use store::people::{self, PersonChange, PersonFilter, Stage};
use store::{Db, Page};

use crate::support::*;

fn change(name: &str) -> PersonChange {
    PersonChange {
        stage: Stage::Customer,
        name: name.to_owned(),
        company: "Levi & Sons".to_owned(),
        phone: "+972 50-123-4567".to_owned(),
        email: "Dana@Example.com".to_owned(),
        source: String::new(),
        notes: String::new(),
    }
}

async fn names(db: &Db, tenant: &TenantId, search: &str) -> Vec<String> {
    let filter = PersonFilter { search: Some(search.to_owned()), stage: None };
    let of = tenant.clone();
    let page: Page<people::Person> =
        db.read(move |c| people::list(c, &of, &filter, None, 50)).await.unwrap();
    page.items.into_iter().map(|person| person.name).collect()
}

store::both_backends! {
    async fn search_finds_in_every_script_and_case(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows = ["דנה לוי", "Élodie", "Bob 100%"].map(|name| world.person(&tenant, name));
        let mut dana = world.person(&tenant, "Dana");
        dana.company = "Levi & Sons".to_owned();
        dana.phone = "+972 50-123-4567".to_owned();
        dana.email = "Dana@Example.com".to_owned();
        db.write(move |c| {
            people::insert(c, &dana)?;
            rows.iter().try_for_each(|row| people::insert(c, row))
        }).await.unwrap();
        assert_eq!(names(&db, &tenant, "לוי").await, ["דנה לוי"]);
        assert_eq!(names(&db, &tenant, "דָּנָה").await, ["דנה לוי"]);
        assert_eq!(names(&db, &tenant, "éLODIE").await, ["Élodie"]);
        assert_eq!(names(&db, &tenant, "97250123").await, ["Dana"]);
        assert_eq!(names(&db, &tenant, "LEVI &").await, ["Dana"]);
        assert_eq!(names(&db, &tenant, "dana@").await, ["Dana"]);
        assert_eq!(names(&db, &tenant, "100%").await, ["Bob 100%"]);
        assert_eq!(names(&db, &tenant, "_").await, [""; 0]);
        assert_eq!(names(&db, &tenant, " ").await.len(), 4);
    }

    async fn search_finds_what_was_changed_and_nothing_old(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Old name");
        let (of, id) = (tenant.clone(), person.id.clone());
        db.write(move |c| {
            people::insert(c, &person)?;
            people::update(c, &of, &id, &change("New name"), 1, START)
        }).await.unwrap();
        assert_eq!(names(&db, &tenant, "old").await, [""; 0]);
        assert_eq!(names(&db, &tenant, "new").await, ["New name"]);
    }

    async fn pages_hold_everybody_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows = Vec::new();
        for n in 0..23 {
            // Several of the same millisecond.
            world.clock.advance_millis(i64::from(n % 3 == 0));
            rows.push(world.person(&tenant, &n.to_string()));
        }
        let mut expected: Vec<_> = rows.iter().map(|p| (p.created_at, p.id.clone())).collect();
        expected.sort();
        expected.reverse();
        db.write(move |c| rows.iter().try_for_each(|row| people::insert(c, row))).await.unwrap();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let (of, at) = (tenant.clone(), after.take());
            let page = db.read(move |c| {
                people::list(c, &of, &PersonFilter::default(), at.as_ref(), 5)
            }).await.unwrap();
            assert!(page.items.len() <= 5);
            seen.extend(page.items.into_iter().map(|p| (p.created_at, p.id)));
            match page.next {
                Some(next) => after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen, expected);
    }

    async fn of_two_changes_of_one_revision_one_is_refused(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Dana");
        let (of, id) = (tenant.clone(), person.id.clone());
        db.write(move |c| people::insert(c, &person)).await.unwrap();
        let results = at_once(&db, 8, move |n, c| {
            people::update(c, &of, &id, &change(&format!("by {n}")), 1, START)
        }).await;
        assert_eq!(successes(&results), 1);
        for refused in results.into_iter().filter(Result::is_err) {
            assert_conflict(refused);
        }
    }

    async fn the_deleted_are_nowhere(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Dana");
        let mut appointment = world.appointment(&tenant, 0);
        appointment.person_id = Some(person.id.clone());
        let (of, id) = (tenant.clone(), person.id.clone());
        let visit = appointment.id.clone();
        db.write(move |c| {
            people::insert(c, &person)?;
            store::appointments::insert(c, &appointment)?;
            people::delete(c, &of, &id, 1, START)?;
            assert_not_found(people::get(c, &of, &id));
            assert_not_found(people::update(c, &of, &id, &change("x"), 2, START));
            assert_eq!(people::count(c, &of, &PersonFilter::default())?, 0);
            assert_eq!(people::purge(c, &of, START)?, 0);
            assert_eq!(people::purge(c, &of, START.plus_millis(1))?, 1);
            let visit = store::appointments::get(c, &of, &visit)?;
            assert_eq!(visit.person_id, None);
            Ok(())
        }).await.unwrap();
        assert_eq!(names(&db, &tenant, "dana").await, [""; 0]);
    }

    async fn another_tenants_person_is_not_found(db: Db) {
        let world = World::new();
        let (mine, theirs) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&theirs, "Dana");
        let id = person.id.clone();
        db.write(move |c| {
            people::insert(c, &person)?;
            assert_not_found(people::get(c, &mine, &id));
            assert_not_found(people::update(c, &mine, &id, &change("x"), 1, START));
            assert_not_found(people::delete(c, &mine, &id, 1, START));
            assert!(people::list_by_ids(c, &mine, std::slice::from_ref(&id))?.is_empty());
            assert_eq!(people::get(c, &theirs, &id)?.name, "Dana");
            Ok(())
        }).await.unwrap();
    }
}
