//! Numbers: who is known by them, and those of before they were kept as they are dialled from anywhere.

use domain::{PersonId, TenantId, Zone, phone};
use store::contacts::{self, Contact, ContactKind};
use store::people::{self, Person, PersonFilter};
use store::tenants::{Tenant, TenantChange};
use store::{Conn, Db, Result};

use crate::support::*;

/// A landline of Jerusalem and a mobile that end alike, one number in two spellings, and one to dial from
/// a mobile alone.
const NUMBERS: [&str; 5] =
    ["02-1234567", "052-1234567", "+972 50 7654321", "(050) 765-4321", "*2700"];

fn number(of: &Person, value: &str) -> Contact {
    Contact::said((&of.tenant_id, &of.id), 0, ContactKind::Phone, (value, ""), home())
}

fn calling(world: &World, of: &TenantId, number: &str) -> Person {
    Person { phone: number.to_owned(), ..world.person(of, number) }
}

/// What several people of the business share.
fn shared(c: &mut Conn, of: &TenantId) -> Result<Vec<String>> {
    let mut keys: Vec<String> =
        people::list_shared(c, of, None, 50)?.into_iter().map(|alike| alike.key).collect();
    keys.sort();
    Ok(keys)
}

fn e164(c: &mut Conn, of: &TenantId, ids: &[PersonId]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for id in ids {
        all.extend(contacts::list(c, of, id)?.into_iter().map(|contact| contact.e164));
    }
    Ok(all)
}

store::both_backends! {
    async fn numbers_of_before_are_read_some_at_a_time_and_strangers_part(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let all = NUMBERS.map(|number| calling(&world, &of, number));
        let ids = all.clone().map(|person| person.id);
        db.write(move |c| {
            all.iter().try_for_each(|it| people::insert(c, it, &[number(it, &it.phone)]))
        }).await.unwrap();
        db.revert_down_to("20261129000378").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            assert_eq!(shared(c, &of)?, ["07654321", "21234567"], "as it was before");
            assert_eq!(e164(c, &of, &ids)?, [""; 5]);
            assert_eq!(contacts::list_behind(c)?, std::slice::from_ref(&of));
            assert!(contacts::is_behind(c, &of)? && !contacts::is_behind(c, &other)?);
            assert_eq!(contacts::catch_up(c, &other, 2)?, 0);
            // Somebody who comes meanwhile, understood in another country, stays so.
            let new = calling(&world, &of, "030 1234567");
            let berlin: Zone = "Europe/Berlin".parse().unwrap();
            let contact = Contact::said(
                (&of, &new.id), 0, ContactKind::Phone, ("030 1234567", ""), phone::country_of(&berlin),
            );
            people::insert(c, &new, std::slice::from_ref(&contact))?;
            let mut lots = Vec::new();
            while contacts::is_behind(c, &of)? {
                lots.push(contacts::catch_up(c, &of, 2)?);
            }
            assert_eq!(lots, [2, 2, 2, 0]);
            assert_eq!(contacts::list(c, &of, &new.id)?, [contact]);
            let expected = ["+97221234567", "+972521234567", "+972507654321", "+972507654321", ""];
            assert_eq!(e164(c, &of, &ids)?, expected);
            assert_eq!(shared(c, &of)?, ["+972507654321"]);
            assert!(contacts::list_behind(c)?.is_empty());
            let dialled = contacts::list_dialled(c, &of, &ids)?;
            assert_eq!(dialled.len(), 4);
            assert_eq!(dialled.get(&ids[0]).map(String::as_str), Some("+97221234567"));
            assert!(contacts::list_dialled(c, &other, &ids)?.is_empty(), "another's");
            Ok(())
        }).await.unwrap();
    }

    async fn a_number_leads_to_those_who_have_all_of_it(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let all = NUMBERS.map(|number| calling(&world, &of, number));
        db.write(move |c| {
            all.iter().try_for_each(|it| people::insert(c, it, &[number(it, &it.phone)]))?;
            assert_eq!(shared(c, &of)?, ["+972507654321"]);
            for (typed, expected) in [
                ("021234567", &all[0..1]),
                ("972521234567", &all[1..2]),
                ("00972507654321", &all[2..4]),
                ("1234567", &all[0..0]),
                ("*2700", &all[0..0]),
            ] {
                let keys = [contacts::match_key(ContactKind::Phone, typed, home())];
                let found = contacts::list_sharing(c, &of, ContactKind::Phone, &keys, None)?;
                let mut expected: Vec<PersonId> = expected.iter().map(|it| it.id.clone()).collect();
                expected.sort();
                assert_eq!(found, expected, "{typed}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn numbers_are_read_again_once_the_country_is_known(db: Db) {
        let world = World::new();
        let tenant = Tenant { zone: Zone::utc(), ..world.tenant() };
        let (of, person) = (tenant.id.clone(), calling(&world, &tenant.id, "050-1234567"));
        db.write(move |c| {
            store::tenants::insert(c, &tenant)?;
            let unknown = Contact::said(
                (&of, &person.id), 0, ContactKind::Phone, ("050-1234567", ""), None,
            );
            people::insert(c, &person, std::slice::from_ref(&unknown))?;
            let change = TenantChange {
                name: tenant.name.clone(),
                locale: tenant.locale,
                zone: zone(),
                currency: tenant.currency.clone(),
                colour: tenant.colour,
                theme: tenant.theme.clone(),
            };
            store::tenants::update(c, &of, &change, 1)?;
            // Twice is once, and begins from the beginning.
            contacts::again(c, &of)?;
            assert_eq!(contacts::catch_up(c, &of, 5)?, 1);
            contacts::again(c, &of)?;
            assert_eq!(contacts::catch_up(c, &of, 5)?, 1);
            assert_eq!(contacts::list(c, &of, &person.id)?, [number(&person, "050-1234567")]);
            Ok(())
        }).await.unwrap();
    }

    async fn a_whole_number_is_found_in_what_is_not_understood_as_one(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let all = [
            ("Both", "03-7654321 / 054-1234567"),
            ("Noted", "tel 972-53-1234567"),
            ("Other", "02-1234567"),
        ];
        let all = all.map(|(name, number)| Person {
            phone: number.to_owned(),
            ..world.person(&of, name)
        });
        db.write(move |c| {
            all.iter().try_for_each(|it| people::insert(c, it, &[number(it, &it.phone)]))?;
            for (text, expected) in [
                ("054-1234567", "Both"),
                ("03-7654321", "Both"),
                ("+972 53 123 4567", "Noted"),
                ("053-1234567", "Noted"),
                ("055-1234567", ""),
            ] {
                let best = people::search(c, &of, text, 50)?;
                let best: Vec<&str> = best.iter().map(|person| person.name.as_str()).collect();
                assert_eq!(best.join(" "), expected, "{text}");
                let filter =
                    PersonFilter { search: Some(text.to_owned()), ..PersonFilter::default() };
                assert_eq!(people::count(c, &of, &filter)?, i64::from(!expected.is_empty()));
            }
            people::delete(c, &of, &all[1].id, 1, START)?;
            assert!(people::search(c, &of, "053-1234567", 50)?.is_empty(), "they are gone");
            Ok(())
        }).await.unwrap();
    }

    async fn who_is_said_to_be_two_is_so_in_one_business(db: Db) {
        let world = World::new();
        let (of, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let [dana, yoav] = ["050-1234567", "0501234567"].map(|it| calling(&world, &of, it));
        db.write(move |c| {
            for person in [&dana, &yoav] {
                people::insert(c, person, &[number(person, &person.phone)])?;
            }
            assert!(people::set_apart(c, &of, &yoav.id, &dana.id)?);
            assert!(!people::set_apart(c, &of, &dana.id, &yoav.id)?, "it is known");
            let ids = [yoav.id.clone()];
            assert_eq!(people::list_apart(c, &of, &ids)?.len(), 1);
            let both = [dana.id.clone(), yoav.id.clone()];
            assert_eq!(people::list_apart(c, &of, &both)?.len(), 1, "a pair is there once");
            assert_eq!((people::count_apart(c, &of)?, people::count_apart(c, &other)?), (1, 0));
            assert!(people::list_apart(c, &other, &ids)?.is_empty());
            people::unset_apart(c, &other, &dana.id, &yoav.id)?;
            assert_eq!(people::count_apart(c, &of)?, 1, "a stranger takes nothing back");
            people::unset_apart(c, &of, &dana.id, &yoav.id)?;
            assert_eq!(people::count_apart(c, &of)?, 0);
            Ok(())
        }).await.unwrap();
    }

    async fn addresses_of_before_get_keys_and_those_of_many_are_no_doubles(db: Db) {
        let world = World::new();
        let of = a_tenant(&db, &world).await;
        let lives = |name: &str, address: &str| {
            let person = world.person(&of, name);
            let whose = (&of, &person.id);
            let contact =
                Contact::said(whose, 0, ContactKind::Address, (address, ""), home());
            (person, contact)
        };
        let mut all = vec![lives("Dana", "3 Yefet St, Jaffa"), lives("Yoav", "3 yefet street jaffa")];
        all.extend(["A", "B", "C", "D", "E"].map(|name| lives(name, "1 Tower Road")));
        db.write(move |c| {
            all.iter().try_for_each(|(it, at)| people::insert(c, it, std::slice::from_ref(at)))
        }).await.unwrap();
        db.revert_down_to("20261201000408").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            assert!(shared(c, &of)?.is_empty());
            while contacts::catch_up(c, &of, 5)? > 0 {}
            assert_eq!(shared(c, &of)?, ["3 yefet jaffa"], "five of one house are neighbours");
            assert!(!contacts::is_behind(c, &of)?);
            Ok(())
        }).await.unwrap();
    }
}
