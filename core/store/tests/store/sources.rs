//! Who is of which source, now or first; and what people share, a part at a time.

use store::Db;
use store::attributions::{self, Attribution};
use store::contacts::{Contact, ContactKind};
use store::people::{self, Person, SourceCount};

use crate::support::*;

fn first(of: &Person, source: &str) -> Attribution {
    Attribution {
        tenant_id: of.tenant_id.clone(),
        person_id: of.id.clone(),
        at: of.created_at,
        source: source.to_owned(),
        medium: String::new(),
        campaign: String::new(),
        term: String::new(),
        content: String::new(),
        landing: String::new(),
        referrer: String::new(),
    }
}

store::both_backends! {
    async fn everybody_counts_once_for_each_source_they_have_now_or_had_first(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let of = |tenant: &domain::TenantId, source: &str| Person {
            source: source.to_owned(),
            ..world.person(tenant, "Somebody")
        };
        let rows = [
            of(&tenant, "Web"),
            of(&tenant, "web"),
            of(&tenant, "Fair"),
            of(&tenant, ""),
            of(&tenant, "web"),
            of(&other, "Web"),
        ];
        let firsts = [first(&rows[1], "web"), first(&rows[2], "Web"), first(&rows[3], "Web")];
        let (gone, ids) = (rows[4].id.clone(), rows.iter().map(|it| it.id.clone()).collect::<Vec<_>>());
        db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            firsts.iter().try_for_each(|it| attributions::put_first(c, it).map(drop))?;
            people::delete(c, &tenant, &gone, 1, START)?;
            let count = |source: &str, people| SourceCount { source: source.to_owned(), people };
            let all = people::count_sources(c, &tenant, 10)?;
            assert_eq!(all, [count("Fair", 1), count("Web", 3), count("web", 1)]);
            assert_eq!(people::count_sources(c, &tenant, 1)?, [count("Web", 3)]);
            for SourceCount { source, people } in all {
                assert_eq!(people::count_of_source(c, &tenant, &source)?, people, "{source}");
            }
            let mut of_web = people::list_of_source(c, &tenant, "Web", 10)?;
            of_web.sort();
            let mut wanted = vec![ids[0].clone(), ids[2].clone(), ids[3].clone()];
            wanted.sort();
            assert_eq!(of_web, wanted);
            assert_eq!(people::list_of_source(c, &tenant, "Web", 2)?.len(), 2);
            Ok(())
        }).await.unwrap();
    }

    async fn who_was_removed_is_found_by_a_source_and_gets_another(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let of = |tenant: &domain::TenantId, source: &str| Person {
            source: source.to_owned(),
            ..world.person(tenant, "Somebody")
        };
        let rows = [of(&tenant, "web"), of(&tenant, "fair"), of(&tenant, "web"), of(&other, "web")];
        let ids: Vec<_> = rows.iter().map(|it| it.id.clone()).collect();
        db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            attributions::put_first(c, &first(&rows[1], "web"))?;
            for gone in [&rows[0], &rows[1], &rows[3]] {
                people::delete(c, &gone.tenant_id, &gone.id, 1, START)?;
            }
            let mut gone = ids[..2].to_vec();
            gone.sort();
            assert_eq!(people::list_removed_of_source(c, &tenant, "web", 10)?, gone);
            assert_eq!(people::list_removed_of_source(c, &tenant, "web", 1)?, gone[..1]);
            assert_eq!(people::list_of_source(c, &tenant, "web", 10)?, [ids[2].clone()]);
            assert_eq!(people::list_by_ids_even_removed(c, &tenant, &ids)?.len(), 3);
            let later = START.plus_secs(60);
            let put = |c: &mut store::Conn, at: usize, rev| {
                people::update_source_of_removed(c, &tenant, &ids[at], "Web", rev, later)
            };
            put(c, 0, 2)?;
            let now = people::find_even_deleted(c, &tenant, &ids[0])?.unwrap();
            assert_eq!((now.source.as_str(), now.rev), ("Web", 3));
            assert_eq!((now.deleted_at, now.updated_at), (Some(START), later));
            assert!(matches!(put(c, 0, 2), Err(store::Error::Conflict)), "changed meanwhile");
            assert!(matches!(put(c, 2, 1), Err(store::Error::Conflict)), "there again");
            assert!(matches!(put(c, 3, 2), Err(store::Error::NotFound)), "another business's");
            Ok(())
        }).await.unwrap();
    }

    async fn what_people_share_is_gone_through_to_the_end(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let mut rows = Vec::new();
        for (of, name, phone, mail) in [
            (&tenant, "Dana", "03-5550001", "dana@example.com"),
            (&tenant, "Noa", "03-5550001", "dana@example.com"),
            (&tenant, "Noa", "03-5550002", "noa@example.com"),
            (&tenant, "Yoav", "03-5550002", "noa@example.com"),
            (&tenant, "Yoav", "", ""),
            (&other, "Dana", "03-5550001", "dana@example.com"),
        ] {
            let person = Person {
                phone: phone.to_owned(),
                email: mail.to_owned(),
                ..world.person(of, name)
            };
            rows.push(person);
        }
        db.write(move |c| {
            for row in &rows {
                let contact = |at, kind, value: &str| {
                    Contact::said((&row.tenant_id, &row.id), at, kind, (value, ""), home())
                };
                let both = [
                    contact(0, ContactKind::Phone, &row.phone),
                    contact(1, ContactKind::Email, &row.email),
                ];
                let theirs = if row.phone.is_empty() { &both[..0] } else { &both[..] };
                people::insert(c, row, theirs)?;
            }
            let all = people::list_shared(c, &tenant, None, 50)?;
            let kinds: Vec<&str> = all.iter().map(|it| it.by.as_str()).collect();
            assert_eq!(kinds, ["phone", "phone", "email", "email", "name", "name"]);
            for most in 1..4 {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let some = people::list_shared(c, &tenant, after.as_ref(), most)?;
                    let Some(last) = some.last() else { break };
                    // As it comes back from a link.
                    after = Some(last.to_string().parse::<people::Alike>().unwrap());
                    seen.extend(some);
                }
                assert_eq!(seen, all, "{most} at a time");
            }
            for wrong in ["", "phone", "phone.", "shoe.1", ".1"] {
                assert!(wrong.parse::<people::Alike>().is_err(), "{wrong}");
            }
            Ok(())
        }).await.unwrap();
    }
}
