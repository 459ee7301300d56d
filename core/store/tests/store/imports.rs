//! Lists of people that somebody brought, many people at once, and every table read for an archive.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::{AccountId, EntryId, ImportId, MemberId, PersonId, TenantId};
use store::audit::ActorKind;
use store::contacts::{Contact, ContactKind, match_key};
use store::exports::{Piece, Place, exported_tables, read_rows, read_tables, reading_of};
use store::imports::{self, Counts, Import, Outcome, RowResult, State};
use store::people::{self, NewPerson, Person};
use store::timeline::Entry;
use store::{Db, Error};

use crate::support::*;

fn import(world: &World, of: &TenantId) -> Import {
    Import {
        tenant_id: of.clone(),
        id: ImportId::new(&world.clock, &world.rng),
        name: "list.csv".to_owned(),
        state: State::Waiting,
        document_id: None,
        plan_json: serde_json::json!({}).into(),
        rows_all: 3,
        rows_done: 0,
        made: 0,
        changed: 0,
        skipped: 0,
        refused: 0,
        kept: 0,
        problem: String::new(),
        created_by: AccountId::new(&world.clock, &world.rng),
        created_at: world.now(),
        settled_at: None,
        begun_at: None,
        begun_by: None,
    }
}

pub fn new_person(world: &World, of: &TenantId, name: &str, phone: &str) -> NewPerson {
    let person = Person { phone: phone.to_owned(), ..world.person(of, name) };
    let contact = Contact::said((of, &person.id), 0, ContactKind::Phone, (phone, ""), home());
    let entry = Entry {
        tenant_id: of.clone(),
        id: EntryId::new(&world.clock, &world.rng),
        person_id: person.id.clone(),
        at: world.now(),
        kind: "imported".to_owned(),
        actor_kind: ActorKind::System,
        actor_id: String::new(),
        entity_id: String::new(),
        detail_json: serde_json::json!({}).into(),
    };
    NewPerson {
        person,
        contacts: vec![contact],
        tags: vec![],
        own: vec![],
        attribution: None,
        entry,
    }
}

store::both_backends! {
    async fn rows_are_taken_once_whoever_comes_to_them(db: Db) {
        let world = World::new();
        let (of, now) = (a_tenant(&db, &world).await, world.now());
        let it = import(&world, &of);
        let (id, other) = (it.id.clone(), TenantId::new(&world.clock, &world.rng));
        let by = it.created_by.clone();
        db.write(move |c| {
            imports::insert(c, &it)?;
            let step = (State::Waiting, State::Running);
            imports::begin(c, &of, &id, step, (now, &by))?;
            assert_conflict(imports::begin(c, &of, &id, step, (now, &by)));
            assert_conflict(imports::set_plan(c, &of, &id, &serde_json::json!({}).into(), 1));
            imports::advance(c, &of, &id, State::Running, (0, 2))?;
            assert_conflict(imports::advance(c, &of, &id, State::Running, (0, 2)));
            assert_conflict(imports::advance(c, &of, &id, State::Undoing, (2, 3)));
            imports::count(c, &of, &id, Counts { made: 1, refused: 1, ..Counts::default() })?;
            imports::count(c, &of, &id, Counts { made: 1, ..Counts::default() })?;
            imports::settle(c, &of, &id, (State::Running, State::Done), "", now)?;
            let step = (State::Running, State::Cancelled);
            assert_conflict(imports::settle(c, &of, &id, step, "", now));
            let done = imports::get(c, &of, &id)?;
            assert_eq!((done.begun_at, done.begun_by.as_ref()), (Some(now), Some(&by)));
            assert_eq!((done.rows_done, done.made, done.refused), (2, 2, 1));
            // Taken back a second time, because the first didn't end: who stayed is counted once.
            imports::begin(c, &of, &id, (State::Done, State::Undoing), (now, &by))?;
            imports::count(c, &of, &id, Counts { kept: 2, ..Counts::default() })?;
            imports::settle(c, &of, &id, (State::Undoing, State::Failed), "lost", now)?;
            imports::begin(c, &of, &id, (State::Failed, State::Undoing), (now, &by))?;
            assert_eq!(imports::get(c, &of, &id)?.kept, 0);
            imports::settle(c, &of, &id, (State::Undoing, State::Undone), "", now)?;
            assert_not_found(imports::get(c, &other, &id));
            assert!(imports::list_before(c, now, now, 10)?.is_empty());
            let later = now.plus_secs(1);
            assert_eq!(imports::list_before(c, now, later, 10)?.len(), 1);
            Ok(())
        }).await.unwrap();
    }

    async fn to_whom_people_were_given_is_kept_with_the_import(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let it = import(&world, &of);
        let (id, noa) = (it.id.clone(), MemberId::new(&world.clock, &world.rng));
        db.write(move |c| {
            imports::insert(c, &it)?;
            assert!(imports::list_given(c, &of, &id)?.is_empty());
            let given = BTreeMap::from([(noa, 2)]);
            imports::put_given(c, &of, &id, &given)?;
            assert_eq!(imports::list_given(c, &of, &id)?, given);
            assert_not_found(imports::list_given(c, &other, &id));
            assert_not_found(imports::put_given(c, &other, &id, &given));
            Ok(())
        }).await.unwrap();
    }

    async fn what_came_of_rows_is_found_and_follows_its_person(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let it = import(&world, &of);
        let (id, person) = (it.id.clone(), PersonId::new(&world.clock, &world.rng));
        let another = ImportId::new(&world.clock, &world.rng);
        let row = |number, outcome, rev| RowResult {
            tenant_id: of.clone(),
            import_id: it.id.clone(),
            row_number: number,
            outcome,
            person_id: Some(person.clone()),
            rev,
            before_json: None,
            place: 0,
            problem: String::new(),
            cells_json: None,
            kept: false,
        };
        let rows = vec![
            row(2, Outcome::Changed, 4),
            row(3, Outcome::Skipped, 0),
            row(5, Outcome::Refused, 0),
        ];
        let of = of.clone();
        let person2 = person.clone();
        let it2 = it.clone();
        db.write(move |c| {
            imports::insert(c, &it2)?;
            imports::insert_results(c, &of, rows)?;
            assert!(imports::touch(c, &of, &id, &person2, (4, 5))?);
            assert!(!imports::touch(c, &of, &id, &person2, (4, 5))?);
            let all = [Outcome::Changed, Outcome::Refused];
            let found = imports::list_results(c, &of, &id, &all, 0, 10)?;
            assert_eq!(found.iter().map(|row| (row.row_number, row.rev)).collect::<Vec<_>>(), [(2, 5), (5, 0)]);
            assert_eq!(imports::list_results(c, &of, &id, &all, 2, 10)?.len(), 1);
            imports::keep(c, &of, &id, &[2, 5])?;
            imports::keep(c, &of, &another, &[3])?;
            let kept = imports::list_kept(c, &of, &id, 2, 10)?;
            assert_eq!(kept.iter().map(|row| row.row_number).collect::<Vec<_>>(), [5]);
            assert_eq!(imports::list_kept(c, &of, &id, 0, 10)?.len(), 2);
            assert_eq!(imports::delete_some_results(c, &of, &another, 2)?, 0);
            assert_eq!(imports::delete_some_results(c, &of, &id, 2)?, 2);
            assert_eq!(imports::list_results(c, &of, &id, &all, 0, 10)?.len(), 1);
            assert_eq!(imports::delete_some_results(c, &of, &id, 2)?, 1);
            assert_eq!(imports::delete_some_results(c, &of, &id, 2)?, 0);
            imports::delete(c, &of, &id)?;
            assert!(imports::list_results(c, &of, &id, &all, 0, 10)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn all_imports_of_a_business_are_listed_page_by_page(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let all: Vec<Import> = (0..5).map(|_| import(&world, &of)).collect();
        let mut ids: Vec<ImportId> = all.iter().map(|it| it.id.clone()).collect();
        ids.sort_by(|one, other| other.as_str().cmp(one.as_str()));
        let foreign = import(&world, &other);
        db.write(move |c| {
            all.iter().chain([&foreign]).try_for_each(|it| imports::insert(c, it))?;
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = imports::list_after(c, &of, after.as_ref(), 2)?;
                assert!(page.items.len() <= 2);
                seen.extend(page.items.into_iter().map(|it| it.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, ids);
            Ok(())
        }).await.unwrap();
    }

    async fn many_people_come_as_one_by_one_and_go_with_their_revision(db: Db) {
        let world = World::new();
        let (of, now) = (a_tenant(&db, &world).await, world.now());
        let all: Vec<NewPerson> = (0..2_500)
            .map(|n| new_person(&world, &of, &format!("Person {n}"), &format!("050-{n:07}")))
            .collect();
        let ids: Vec<PersonId> = all.iter().map(|new| new.person.id.clone()).collect();
        db.write(move |c| {
            people::insert_many(c, &of, all)?;
            people::insert_many(c, &of, Vec::new())?;
            let keys = [match_key(ContactKind::Phone, "+972500000007", None), String::from("x")];
            let by = people::find_by_contacts(c, &of, ContactKind::Phone, &keys)?;
            assert_eq!(by.get(&keys[0]), Some(&ids[7]));
            let names = [people::folded_name(" person  42 ")];
            assert_eq!(people::find_by_names(c, &of, &names)?.get(&names[0]), Some(&ids[42]));
            let these = [(ids[0].clone(), 1), (ids[1].clone(), 9), (ids[2].clone(), 1)];
            let mut gone = people::delete_many(c, &of, &these, now)?;
            gone.sort();
            let mut expected = vec![ids[0].clone(), ids[2].clone()];
            expected.sort();
            assert_eq!(gone, expected);
            assert!(people::delete_many(c, &of, &these, now)?.is_empty());
            assert!(people::list_busy(c, &of, &ids[..10], "imported")?.is_empty());
            assert_eq!(people::list_busy(c, &of, &ids[..10], "other")?.len(), 10);
            Ok(())
        }).await.unwrap();
    }

    async fn every_table_of_a_business_can_be_read_to_its_end(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let of = calendar.tenant_id.clone();
        let all: Vec<NewPerson> = (0..25)
            .map(|n| new_person(&world, &of, &format!("Person {n}"), &format!("050-{n:07}")))
            .collect();
        let other = a_tenant(&db, &world).await;
        let foreign = new_person(&world, &other, "Foreign", "050-1");
        let asker = AccountId::new(&world.clock, &world.rng);
        let tables = db.write(move |c| {
            people::insert_many(c, &of, all)?;
            people::insert_many(c, &other, vec![foreign])?;
            let mut counts = BTreeMap::new();
            for table in exported_tables() {
                let reading = reading_of(c, &table)?;
                let (mut after, mut rows) = (None::<String>, Vec::new());
                loop {
                    let after2 = after.as_deref();
                    let (page, next) = read_rows(c, &of, &asker, &reading, after2, 4)?;
                    rows.extend(page);
                    after = next;
                    if after.is_none() {
                        break;
                    }
                }
                for row in &rows {
                    let row: serde_json::Value = serde_json::from_str(row).map_err(|error| {
                        Error::Internal(format!("{}: {error}", table.name).into())
                    })?;
                    assert_eq!(row.as_object().unwrap().len(), table.columns.len(), "{}", table.name);
                }
                counts.insert(table.name.clone(), rows.len());
            }
            // Whoever has no time reads on from where they were, and misses nothing.
            let (mut again, mut place) = (BTreeMap::new(), Some(Place::default()));
            while let Some(from) = place {
                let mut take = |piece: Piece| {
                    *again.entry(piece.table).or_insert(0_usize) += piece.rows.len();
                    true
                };
                place = read_tables(c, &of, &asker, from, Instant::now(), &mut take)?;
            }
            assert_eq!(again, counts);
            Ok(counts)
        }).await.unwrap();
        assert_eq!((tables["people"], tables["contacts"], tables["timeline"]), (25, 25, 25));
        assert_eq!((tables["tenants"], tables["calendars"], tables["connections"]), (1, 1, 1));
    }
}
