//! Finding by words: what is found and what isn't, in what order, and that the words come and go with the
//! things.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::rng::SeededRng;
use domain::{AccountId, EntryId, PersonId, Rng, TagId, TenantId};
use store::appointments::{self, Status};
use store::audit::ActorKind;
use store::contacts::{Contact, ContactKind};
use store::people::{self, NewPerson, Person, PersonFilter, PersonOrder};
use store::search::{self, Kind, catch_up, progress};
use store::tags::{self, Tag};
use store::tasks::{self, TaskFilter};
use store::timeline::{self, Entry};
use store::{Conn, Db, Result};

use crate::people::change;
use crate::support::*;
use crate::tasks::task;

pub fn found(c: &mut Conn, tenant: &TenantId, text: &str) -> Result<Vec<String>> {
    Ok(people::search(c, tenant, text, 50)?.into_iter().map(|person| person.name).collect())
}

pub fn listed(c: &mut Conn, tenant: &TenantId, text: &str) -> Result<BTreeSet<String>> {
    let filter = PersonFilter { search: Some(text.to_owned()), ..PersonFilter::default() };
    let page = people::list(c, tenant, &filter, PersonOrder::Name, None, 500)?;
    assert_eq!(people::count(c, tenant, &filter)?, i64::try_from(page.items.len()).unwrap());
    Ok(page.items.into_iter().map(|person| person.name).collect())
}

fn contact(of: &Person, position: i64, kind: ContactKind, value: &str) -> Contact {
    Contact::said((&of.tenant_id, &of.id), position, kind, (value, ""), home())
}

pub fn noted(world: &World, of: &Person, text: &str) -> Entry {
    Entry {
        tenant_id: of.tenant_id.clone(),
        id: EntryId::new(&world.clock, &world.rng),
        person_id: of.id.clone(),
        at: world.now(),
        kind: timeline::NOTE.to_owned(),
        actor_kind: ActorKind::Account,
        actor_id: AccountId::new(&world.clock, &world.rng).to_string(),
        entity_id: String::new(),
        detail_json: serde_json::json!({"text": text}).into(),
    }
}

/// How many rows the index has of a business.
fn rows(c: &mut Conn, tenant: &TenantId) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut sum = 0;
    for table in ["search_things", "search_words", "search_near"] {
        let sql = format!("SELECT COUNT(*) AS count FROM {table} WHERE tenant_id = '{tenant}'");
        sum += diesel::sql_query(sql).get_result::<Count>(c)?.count;
    }
    Ok(sum)
}

fn pick<'a>(rng: &SeededRng, from: &[&'a str]) -> &'a str {
    from[usize::try_from(rng.below(from.len() as u64)).unwrap()]
}

/// A word of somebody's language, different nearly each time.
fn a_word(rng: &SeededRng) -> String {
    const LATIN: [&str; 12] =
        ["ba", "dor", "mi", "lev", "sha", "nu", "gri", "po", "tel", "ka", "ö", "zi"];
    const HEBREW: [&str; 12] =
        ["בר", "דו", "מי", "לב", "שא", "נו", "גר", "פו", "תל", "קם", "אור", "זיו"];
    let syllables = if rng.below(2) == 0 { LATIN } else { HEBREW };
    (0..3 + rng.below(2)).map(|_| pick(rng, &syllables)).collect()
}

/// The word with one error of any of the four kinds.
fn mistyped(rng: &SeededRng, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = usize::try_from(rng.below(letters.len() as u64)).unwrap();
    match rng.below(4) {
        0 if letters.len() > 4 => drop(letters.remove(at)),
        1 => letters.insert(at, 'x'),
        2 => letters.swap(at, (at + 1).min(word.chars().count() - 1)),
        _ => letters[at] = 'x',
    }
    letters.into_iter().collect()
}

store::both_backends! {
    async fn whatever_is_kept_is_found_by_each_word_and_beginning_and_with_one_error(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rng = SeededRng::new(20_261_129);
        db.write(move |c| {
            let mut all = Vec::new();
            for _ in 0..60 {
                let words: Vec<String> = (0..3).map(|_| a_word(&rng)).collect();
                let person = world.person(&tenant, &words.join(" "));
                people::insert(c, &person, &[])?;
                all.push((person, words));
            }
            for (person, words) in &all {
                let (one, other) = (&words[0], &words[2]);
                assert!(found(c, &tenant, &format!("{other} {one}"))?.contains(&person.name));
                for word in words {
                    for length in 3..=word.chars().count() {
                        let beginning: String = word.chars().take(length).collect();
                        assert!(found(c, &tenant, &beginning)?.contains(&person.name), "{beginning}");
                        assert!(listed(c, &tenant, &beginning)?.contains(&person.name), "{beginning}");
                    }
                    let wrong = mistyped(&rng, word);
                    assert!(found(c, &tenant, &wrong)?.contains(&person.name), "{wrong} for {word}");
                }
            }
            for (person, words) in &all {
                people::delete(c, &tenant, &person.id, 1, START)?;
                assert!(!found(c, &tenant, &words[1])?.contains(&person.name));
                assert!(!listed(c, &tenant, &words[1])?.contains(&person.name));
            }
            assert_eq!(rows(c, &tenant)?, 0, "words are left of nobody");
            Ok(())
        }).await.unwrap();
    }

    async fn the_very_words_come_first_then_the_newest_and_errors_last(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        db.write(move |c| {
            for name in ["Dana Levi", "Danamor", "Dana Ron", "Dina Adam"] {
                world.clock.advance_millis(5);
                people::insert(c, &world.person(&tenant, name), &[])?;
            }
            assert_eq!(found(c, &tenant, "dana")?, ["Dana Ron", "Dana Levi", "Danamor"]);
            assert_eq!(found(c, &tenant, "dana ro")?, ["Dana Ron"]);
            // Two are too few: who meant another sees them too, last.
            assert_eq!(found(c, &tenant, "dinna")?, ["Dina Adam"]);
            assert_eq!(found(c, &tenant, "dnaa levi")?, ["Dana Levi"]);
            // A list forgives only where nothing fits.
            assert_eq!(listed(c, &tenant, "dina")?.len(), 1);
            assert_eq!(listed(c, &tenant, "dyna")?.len(), 3);
            assert_eq!(listed(c, &tenant, "dyyna")?.len(), 0);
            Ok(())
        }).await.unwrap();
    }

    async fn people_are_found_by_numbers_addresses_and_tags(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut dana = world.person(&tenant, "דנה כהן");
        dana.phone = "050-123 4567".to_owned();
        let other = world.person(&tenant, "Ruth");
        let theirs = vec![
            contact(&dana, 0, ContactKind::Phone, "050-123 4567"),
            contact(&dana, 1, ContactKind::Phone, "+972 3 765-4321"),
            contact(&dana, 2, ContactKind::Email, "d.cohen@bakery.co.il"),
            contact(&dana, 3, ContactKind::Address, "Herzl 12, Tel Aviv"),
        ];
        let tag = Tag::new(tenant.clone(), TagId::new(&world.clock, &world.rng), "Big client");
        db.write(move |c| {
            people::insert(c, &other, &[])?;
            people::insert(c, &dana, &theirs)?;
            let finds = [
                "4567", "4321", "1234567", "0501234567", "+972501234567", "972-50-123-4567",
                "03-7654321", "bakery", "cohen", "d.cohen@bakery.co.il", "herz 12", "לכהן", "aviv 4567",
            ];
            for text in finds {
                assert_eq!(found(c, &tenant, text)?, [dana.name.clone()], "{text}");
            }
            for text in ["0501234568", "4568", "bakery ruth", "il"] {
                assert!(found(c, &tenant, text)?.is_empty(), "{text}");
            }
            tags::insert(c, &tag)?;
            assert!(found(c, &tenant, "client")?.is_empty());
            tags::put(c, &tenant, &dana.id, &tag.id)?;
            assert_eq!(found(c, &tenant, "big client dana")?, [""; 0]);
            assert_eq!(found(c, &tenant, "big client דנה")?, [dana.name.clone()]);
            tags::update(c, &Tag::new(tenant.clone(), tag.id.clone(), "Friend"))?;
            assert!(found(c, &tenant, "client")?.is_empty());
            assert_eq!(listed(c, &tenant, "friend")?.len(), 1);
            tags::take(c, &tenant, &dana.id, &tag.id)?;
            assert!(found(c, &tenant, "friend")?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn a_whole_number_leads_to_whose_it_is_and_its_end_to_all_who_share_that(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let all = [("Landline", "02-1234567"), ("Mobile", "052-1234567")].map(|(name, number)| {
            let person = Person { phone: number.to_owned(), ..world.person(&tenant, name) };
            let contact = contact(&person, 0, ContactKind::Phone, number);
            (person, contact)
        });
        db.write(move |c| {
            for (person, contact) in &all {
                people::insert(c, person, std::slice::from_ref(contact))?;
            }
            for (text, expected) in [
                ("02-1234567", "Landline"),
                ("+972 2 123 4567", "Landline"),
                ("052-1234567", "Mobile"),
                ("00972-52-1234567", "Mobile"),
                ("972521234567", "Mobile"),
                ("053-1234567", ""),
                ("1234567", "Landline Mobile"),
                ("21234567", "Landline Mobile"),
                ("4567", "Landline Mobile"),
                ("052-12", "Mobile"),
                ("mobile 052-1234567", "Mobile"),
            ] {
                let expected: BTreeSet<String> =
                    expected.split_whitespace().map(str::to_owned).collect();
                let best: BTreeSet<String> = found(c, &tenant, text)?.into_iter().collect();
                assert_eq!(best, expected, "{text}");
                assert_eq!(listed(c, &tenant, text)?, expected, "{text}");
            }
            people::delete(c, &tenant, &all[1].0.id, 1, START)?;
            assert!(found(c, &tenant, "052-1234567")?.is_empty(), "the deleted have no number");
            Ok(())
        }).await.unwrap();
    }

    async fn words_follow_every_change_and_a_merge_and_its_undoing(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let (noa, avi) = (world.person(&tenant, "Noa"), world.person(&tenant, "Avi"));
        let mut visit = world.appointment(&tenant, 0);
        visit.title = "Haircut".to_owned();
        visit.person_id = Some(noa.id.clone());
        db.write(move |c| {
            people::insert(c, &noa, &[])?;
            people::insert(c, &avi, &[])?;
            appointments::insert(c, &visit)?;
            let booked = |c: &mut Conn, text: &str| -> Result<usize> {
                Ok(appointments::search(c, &tenant, text, &[], START, 9)?.len())
            };
            assert_eq!((booked(c, "noa hair")?, booked(c, "avi")?), (1, 0));
            people::update(c, &tenant, &noa.id, &change("Naomi"), &[], 1, START)?;
            assert_eq!((booked(c, "naomi")?, booked(c, "noa")?), (1, 0));
            assert!(found(c, &tenant, "noa")?.is_empty());
            let moved = people::hand_over_appointments(c, &tenant, &noa.id, &avi.id)?;
            assert_eq!((booked(c, "naomi")?, booked(c, "avi cut")?, booked(c, "avi hair")?), (0, 0, 1));
            people::hand_back_appointments(c, &tenant, &moved, &avi.id, &noa.id)?;
            people::delete(c, &tenant, &noa.id, 2, START)?;
            assert_eq!((booked(c, "naomi")?, booked(c, "haircut")?), (0, 1));
            people::restore(c, &tenant, &noa.id, 3)?;
            assert_eq!((booked(c, "naomi")?, found(c, &tenant, "naomi")?.len()), (1, 1));
            assert_eq!(people::delete_many(c, &tenant, &[(noa.id.clone(), 4)], START)?.len(), 1);
            assert_eq!((booked(c, "naomi")?, found(c, &tenant, "naomi")?.len()), (0, 0));
            let now = appointments::get(c, &tenant, &visit.id)?;
            let off = store::appointments::AppointmentChange {
                person_id: None,
                title: now.title,
                notes: now.notes,
                location: now.location,
                starts_at: now.starts_at,
                ends_at: now.ends_at,
                zone: now.zone,
                online: now.online,
                status: Status::Cancelled,
                calendar_id: None,
                sync_state: now.sync_state,
            };
            appointments::update(c, &tenant, &visit.id, &off, now.rev, START)?;
            assert_eq!(booked(c, "haircut")?, 0);
            Ok(())
        }).await.unwrap();
    }

    async fn tasks_are_found_by_title_and_notes(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let mut row = task(&world, &tenant, "Call about the invoice", None);
        row.notes = "She asked for flowers".to_owned();
        db.write(move |c| {
            tasks::insert(c, &row)?;
            let titles = |c: &mut Conn, of: &TenantId, text: &str| -> Result<usize> {
                let filter = TaskFilter { search: Some(text.to_owned()), ..Default::default() };
                let all = tasks::list(c, of, &filter, None, 9)?.items.len();
                assert_eq!(tasks::search(c, of, text, 9)?.len(), all);
                Ok(all)
            };
            assert_eq!((titles(c, &tenant, "flow inv")?, titles(c, &other, "call")?), (1, 0));
            tasks::mark_deleted(c, &tenant, &row.id, 1, Some(START), START)?;
            assert_eq!(titles(c, &tenant, "call")?, 0);
            tasks::mark_deleted(c, &tenant, &row.id, 2, None, START)?;
            assert_eq!(titles(c, &tenant, "invoyce")?, 1);
            tasks::delete(c, &tenant, &row.id)?;
            assert_eq!((titles(c, &tenant, "call")?, rows(c, &tenant)?), (0, 0));
            Ok(())
        }).await.unwrap();
    }

    async fn notes_are_found_while_whom_they_are_about_is_there(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&tenant, "Noa Levi");
        let note = noted(&world, &person, "Prefers peonies, wedding in June");
        let moved = Entry { kind: "stage".to_owned(), ..noted(&world, &person, "peonies") };
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            timeline::insert(c, &note)?;
            timeline::insert(c, &moved)?;
            let found = |c: &mut Conn, of: &TenantId, text: &str| -> Result<Vec<String>> {
                Ok(timeline::search(c, of, text, 9)?.into_iter().map(|it| it.person).collect())
            };
            assert_eq!(found(c, &tenant, "peon wedd")?, ["Noa Levi"]);
            assert_eq!((found(c, &other, "peonies")?.len(), found(c, &tenant, "noa")?.len()), (0, 0));
            timeline::update(c, &tenant, &note.id, &serde_json::json!({"text": "Tulips"}).into())?;
            assert_eq!((found(c, &tenant, "peonies")?.len(), found(c, &tenant, "tulip")?.len()), (0, 1));
            people::delete(c, &tenant, &person.id, 1, START)?;
            assert_eq!((found(c, &tenant, "tulips")?.len(), rows(c, &tenant)?), (0, 0));
            people::restore(c, &tenant, &person.id, 2)?;
            assert_eq!(found(c, &tenant, "tulips")?.len(), 1);
            timeline::delete(c, &tenant, &note.id)?;
            assert_eq!(found(c, &tenant, "tulips")?.len(), 0);
            Ok(())
        }).await.unwrap();
    }

    async fn what_was_written_as_somebody_was_deleted_goes_with_them(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let [noa, avi] = ["Noa Levi", "Avi Mizrahi"].map(|name| world.person(&tenant, name));
        let note = noted(&world, &noa, "Prefers peonies");
        let mut visit = world.appointment(&tenant, 0);
        visit.title = "Haircut".to_owned();
        visit.person_id = Some(avi.id.clone());
        db.write(move |c| {
            // As if it had been written by somebody to whom they were there yet.
            let gone = |c: &mut Conn, who: &Person| -> Result<usize> {
                let sql = format!("UPDATE people SET deleted_at = 0 WHERE id = '{}'", who.id);
                diesel::sql_query(sql).execute(c)?;
                Ok(people::purge(c, &tenant, START)?.0)
            };
            people::insert(c, &noa, &[])?;
            timeline::insert(c, &note)?;
            assert!(rows(c, &tenant)? > 0);
            assert_eq!((gone(c, &noa)?, rows(c, &tenant)?), (1, 0));
            people::insert(c, &avi, &[])?;
            appointments::insert(c, &visit)?;
            let booked = |c: &mut Conn, text: &str| -> Result<usize> {
                Ok(appointments::search(c, &tenant, text, &[], START, 9)?.len())
            };
            assert_eq!((booked(c, "mizrahi")?, booked(c, "haircut")?), (1, 1));
            assert_eq!(gone(c, &avi)?, 1);
            assert_eq!((booked(c, "mizrahi")?, booked(c, "haircut")?), (0, 1));
            Ok(())
        }).await.unwrap();
    }

    async fn notes_from_before_get_their_words(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Noa Levi");
        let all = ["Peonies", "Tulips", "Roses"].map(|text| noted(&world, &person, text));
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            all.iter().try_for_each(|note| timeline::insert(c, note))
        }).await.unwrap();
        db.revert_down_to("20261129000391").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            let left = progress(c)?;
            assert_eq!(left.iter().map(|it| (it.kind, it.todo)).collect::<Vec<_>>(), [(Kind::Note, 3)]);
            assert!(timeline::search(c, &tenant, "roses", 9)?.is_empty());
            while catch_up(c, &tenant, Kind::Note, 2)? > 0 {}
            assert_eq!(timeline::search(c, &tenant, "roses", 9)?.len(), 1);
            assert!(progress(c)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn a_list_holds_all_who_fit_however_many(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let all: Vec<NewPerson> = (0..2_500)
            .map(|n| crate::imports::new_person(&world, &tenant, &format!("Noa N{}", n % 2), "050-1"))
            .collect();
        let first = all[0].person.id.clone();
        db.write(move |c| {
            people::insert_many(c, &tenant, all)?;
            let filter = |text: &str| PersonFilter { search: Some(text.to_owned()), ..Default::default() };
            assert_eq!(people::count(c, &tenant, &filter("noa"))?, 2_500);
            assert_eq!(people::count(c, &tenant, &filter("noa 050"))?, 2_500);
            assert_eq!(people::count(c, &tenant, &filter("no n1"))?, 1_250);
            assert_eq!(people::list_ids(c, &tenant, &filter("n1 no"), 9_000)?.len(), 1_250);
            let sums = people::sums(c, &tenant, &filter("n0"))?;
            assert_eq!(sums.iter().map(|sum| sum.count).sum::<i64>(), 1_250);
            assert_eq!(people::count(c, &tenant, &filter("noa n2"))?, 0);
            let of_first = people::get(c, &tenant, &first)?;
            people::update(c, &tenant, &first, &change("Rare Noa"), &[], of_first.rev, START)?;
            assert_eq!(people::count(c, &tenant, &filter("noa rar"))?, 1);
            assert_eq!(people::search(c, &tenant, "n1 noa", 6)?.len(), 6);
            Ok(())
        }).await.unwrap();
    }

    async fn what_was_there_before_is_found_before_during_and_after_it_gets_its_words(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let people: Vec<Person> =
            (0..25).map(|n| world.person(&tenant, &format!("Before {n}"))).collect();
        let visit = world.appointment(&tenant, 0);
        let title = visit.title.clone();
        let of = tenant.clone();
        db.write(move |c| {
            people.iter().try_for_each(|person| people::insert(c, person, &[]))?;
            appointments::insert(c, &visit)
        }).await.unwrap();
        db.revert_down_to("20261129000390").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            let left = progress(c)?;
            assert_eq!(left.iter().map(|it| it.todo).collect::<Vec<_>>(), [1, 25]);
            let after = world.person(&of, "Afterwards");
            people::insert(c, &after, &[])?;
            let all = |c: &mut Conn| -> Result<()> {
                assert_eq!(people::search(c, &of, "before", 50)?.len(), 25);
                assert_eq!(listed(c, &of, "BEFORE")?.len(), 25);
                assert_eq!(listed(c, &of, "afterw")?.len(), 1);
                assert_eq!(appointments::search(c, &of, &title, &[], START, 9)?.len(), 1);
                Ok(())
            };
            let mut steps = 0;
            while let Some(next) = progress(c)?.into_iter().next() {
                all(c)?;
                catch_up(c, &next.tenant_id, next.kind, 10)?;
                steps += 1;
                assert!(steps < 20);
            }
            all(c)?;
            assert!(steps > 4, "{steps}");
            assert_eq!(found(c, &of, "befroe 7")?, ["Before 7"]);
            Ok(())
        }).await.unwrap();
    }

    async fn two_who_tag_the_same_person_at_once_are_both_heard(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Dana");
        let all: Vec<Tag> = (0..8)
            .map(|n| Tag::new(tenant.clone(), TagId::new(&world.clock, &world.rng), &format!("tag{n}")))
            .collect();
        let (tags, id, of): (Vec<Tag>, PersonId, TenantId) =
            (all.clone(), person.id.clone(), tenant.clone());
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            tags.iter().try_for_each(|tag| tags::insert(c, tag))
        }).await.unwrap();
        let results =
            at_once(&db, 8, move |n, c| tags::put(c, &of, &id, &all[n].id)).await;
        assert_eq!(successes(&results), 8);
        db.read(move |c| {
            for n in 0..8 {
                assert_eq!(found(c, &tenant, &format!("tag{n}"))?, ["Dana"], "{n}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn another_business_finds_nothing_and_the_deleted_business_has_no_words(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (person, late) = (world.person(&tenant, "Dana Levi"), world.person(&tenant, "Noa"));
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            assert!(found(c, &other, "dana")?.is_empty());
            assert!(found(c, &other, "dnaa")?.is_empty());
            let ids = [person.id.to_string()];
            assert!(search::best(c, &other, Kind::Person, "levi", 9)?.unwrap().is_empty());
            assert_eq!(search::best(c, &tenant, Kind::Person, "levi", 9)?.unwrap(), ids);
            assert!(rows(c, &tenant)? > 5);
            while store::deletions::clear(c, &tenant, 3)? > 0 {}
            assert_eq!(rows(c, &tenant)?, 0);
            // Somebody who came in the last moment goes with the business.
            people::insert(c, &late, &[])?;
            assert!(rows(c, &tenant)? > 0);
            store::tenants::delete(c, &tenant)?;
            assert_eq!(rows(c, &tenant)?, 0);
            Ok(())
        }).await.unwrap();
    }
}
