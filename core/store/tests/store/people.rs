//! Searching, paging and changing people.

use diesel::connection::SimpleConnection;
use domain::TenantId;
use store::contacts::{self, Contact, ContactKind};
use store::people::{
    self, Consent, Kind, Owned, PersonChange, PersonCursor, PersonFilter, PersonOrder, Standing,
};
use store::pipelines::{self, Outcome};
use store::tags::{self, Tag};
use store::timeline::{self, Entry};
use store::{Db, Page};

use crate::support::*;

const STAGE: &str = "0192f000-0000-7000-8000-000000000001";

pub fn change(name: &str) -> PersonChange {
    PersonChange {
        kind: Kind::Person,
        standing: Standing::Customer,
        stage_id: STAGE.parse().unwrap(),
        stage_since: START,
        won_at: None,
        name: name.to_owned(),
        company: "Levi & Sons".to_owned(),
        phone: "+972 50-123-4567".to_owned(),
        email: "Dana@Example.com".to_owned(),
        source: String::new(),
        notes: String::new(),
        owner_id: None,
        value: 0,
        value_currency: String::new(),
        follow_up_on: None,
        consent: Consent::Unknown,
        consent_at: None,
        consent_note: String::new(),
    }
}

async fn names(db: &Db, tenant: &TenantId, search: &str) -> Vec<String> {
    let filter = PersonFilter { search: Some(search.to_owned()), ..PersonFilter::default() };
    let of = tenant.clone();
    let page: Page<people::Person, PersonCursor> = db
        .read(move |c| people::list(c, &of, &filter, PersonOrder::Newest, None, 50))
        .await
        .unwrap();
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
            people::insert(c, &dana, &[])?;
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))
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
            people::insert(c, &person, &[])?;
            people::update(c, &of, &id, &change("New name"), &[], 1, START)
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
        db.write(move |c| rows.iter().try_for_each(|row| people::insert(c, row, &[]))).await.unwrap();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let (of, at) = (tenant.clone(), after.take());
            let page = db.read(move |c| {
                people::list(c, &of, &PersonFilter::default(), PersonOrder::Newest, at.as_ref(), 5)
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
        db.write(move |c| people::insert(c, &person, &[])).await.unwrap();
        let results = at_once(&db, 8, move |n, c| {
            people::update(c, &of, &id, &change(&format!("by {n}")), &[], 1, START)
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
            people::insert(c, &person, &[])?;
            store::appointments::insert(c, &appointment)?;
            people::delete(c, &of, &id, 1, START)?;
            assert_not_found(people::get(c, &of, &id));
            assert_not_found(people::update(c, &of, &id, &change("x"), &[], 2, START));
            assert_eq!(people::count(c, &of, &PersonFilter::default())?, 0);
            assert_eq!(people::purge(c, &of, START)?.0, 0);
            assert_eq!(people::purge(c, &of, START.plus_millis(1))?.0, 1);
            let visit = store::appointments::get(c, &of, &visit)?;
            assert_eq!(visit.person_id, None);
            Ok(())
        }).await.unwrap();
        assert_eq!(names(&db, &tenant, "dana").await, [""; 0]);
    }

    async fn who_was_removed_is_listed_latest_first_and_who_became_one_is_not(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let rows = ["Kept", "First", "Second", "Third", "Merged"].map(|name| world.person(&tenant, name));
        db.write(move |c| {
            rows.iter().try_for_each(|row| people::insert(c, row, &[]))?;
            let [kept, removed @ .., merged] = &rows;
            for (row, after) in removed.iter().zip(1..) {
                people::delete(c, &tenant, &row.id, 1, START.plus_millis(after))?;
            }
            // Nobody who is there became one with another.
            assert_not_found(people::note_merged(c, &tenant, &merged.id, &kept.id));
            people::delete(c, &tenant, &merged.id, 1, START)?;
            people::note_merged(c, &tenant, &merged.id, &kept.id)?;
            assert_eq!(people::find_merged_into(c, &tenant, &merged.id)?.as_ref(), Some(&kept.id));
            let into_kept = people::list_merged_into(c, &tenant, &kept.id)?;
            assert_eq!(into_kept.as_slice(), std::slice::from_ref(&merged.id));
            let names = |page: &Page<people::Person>| -> Vec<String> {
                page.items.iter().map(|person| person.name.clone()).collect()
            };
            let first = people::list_removed(c, &tenant, None, 2)?;
            assert_eq!(names(&first), ["Third", "Second"]);
            let rest = people::list_removed(c, &tenant, first.next.as_ref(), 2)?;
            assert_eq!((names(&rest), rest.next), (vec!["First".to_owned()], None));
            assert!(people::list_removed(c, &other, None, 9)?.items.is_empty(), "another's");
            people::restore(c, &tenant, &merged.id, 2)?;
            assert_eq!(people::find_merged_into(c, &tenant, &merged.id)?, None);
            Ok(())
        }).await.unwrap();
    }

    async fn another_tenants_person_is_not_found(db: Db) {
        let world = World::new();
        let (mine, theirs) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&theirs, "Dana");
        let id = person.id.clone();
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            assert_not_found(people::get(c, &mine, &id));
            assert_not_found(people::update(c, &mine, &id, &change("x"), &[], 1, START));
            assert_not_found(people::delete(c, &mine, &id, 1, START));
            assert!(people::list_by_ids(c, &mine, std::slice::from_ref(&id))?.is_empty());
            assert_eq!(people::get(c, &theirs, &id)?.name, "Dana");
            Ok(())
        }).await.unwrap();
    }

    async fn every_order_holds_everybody_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut rows = Vec::new();
        for n in 0_i64..17 {
            world.clock.advance_millis(n % 2);
            let mut person = world.person(&tenant, ["Bob", "anna", "Ella", "אורי"][n as usize % 4]);
            person.value = n % 3 * 100;
            person.follow_up_on = (n % 5 > 0).then(|| format!("2026-12-0{}", 1 + n % 4));
            rows.push(person);
        }
        let with_value = rows.iter().filter(|row| row.value > 0).count();
        let with_day = rows.iter().filter(|row| row.follow_up_on.is_some()).count();
        db.write(move |c| rows.iter().try_for_each(|row| people::insert(c, row, &[]))).await.unwrap();
        for order in PersonOrder::ALL.iter().copied() {
            let (mut seen, mut after) = (Vec::new(), None::<PersonCursor>);
            loop {
                let (of, at) = (tenant.clone(), after.take());
                let page = db.read(move |c| {
                    people::list(c, &of, &PersonFilter::default(), order, at.as_ref(), 4)
                }).await.unwrap();
                seen.extend(page.items);
                match page.next {
                    Some(next) => after = Some(next.to_string().parse().unwrap()),
                    None => break,
                }
            }
            let expected = match order {
                PersonOrder::FollowUp | PersonOrder::FollowUpDown => with_day,
                PersonOrder::ValueUp => with_value,
                _ => 17,
            };
            assert_eq!(seen.len(), expected, "{order}");
            let mut ids: Vec<_> = seen.iter().map(|person| person.id.clone()).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), expected, "{order}");
            let sorted = seen.windows(2).all(|two| match order {
                PersonOrder::Newest => two[0].created_at >= two[1].created_at,
                PersonOrder::Oldest => two[0].created_at <= two[1].created_at,
                PersonOrder::Changed => two[0].updated_at >= two[1].updated_at,
                PersonOrder::Value => two[0].value >= two[1].value,
                PersonOrder::ValueUp => two[0].value <= two[1].value,
                PersonOrder::FollowUp => two[0].follow_up_on <= two[1].follow_up_on,
                PersonOrder::FollowUpDown => two[0].follow_up_on >= two[1].follow_up_on,
                // How a database orders letters is its own affair; the same ones stand together.
                PersonOrder::Name | PersonOrder::NameDown => true,
                // `people_lists` has these, with stages and members.
                PersonOrder::Stage | PersonOrder::StageDown => true,
                PersonOrder::Owner | PersonOrder::OwnerDown => true,
            });
            assert!(sorted, "{order}");
        }
    }

    async fn filters_narrow_together(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let account = world.account("owner@example.com");
        let member = world.member(&tenant, &account.id, domain::Role::Owner);
        let mut mine = world.person(&tenant, "Mine");
        mine.owner_id = Some(member.id.clone());
        mine.source = "site".to_owned();
        mine.follow_up_on = Some("2026-12-01".to_owned());
        let mut firm = world.person(&tenant, "Firm");
        firm.kind = Kind::Company;
        firm.standing = Standing::Customer;
        firm.follow_up_on = Some("2026-12-09".to_owned());
        let stage = mine.stage_id.clone();
        let tag = Tag::new(tenant.clone(), domain::TagId::new(&world.clock, &world.rng), "VIP");
        let (of, tagged, mine_id) = (tenant.clone(), tag.id.clone(), mine.id.clone());
        db.write(move |c| {
            people::insert(c, &mine, &[])?;
            people::insert(c, &firm, &[])?;
            tags::insert(c, &tag)?;
            assert!(tags::put(c, &of, &mine_id, &tag.id)?);
            assert!(!tags::put(c, &of, &mine_id, &tag.id)?, "once");
            assert_eq!(tags::find_by_name(c, &of, " vip ")?.map(|tag| tag.name).as_deref(), Some("VIP"));
            Ok(())
        }).await.unwrap();
        let filter = PersonFilter::default;
        let cases = [
            (PersonFilter { owner: Some(Owned::By(member.id)), ..filter() }, "Mine"),
            (PersonFilter { owner: Some(Owned::ByNobody), ..filter() }, "Firm"),
            (PersonFilter { source: Some("site".into()), ..filter() }, "Mine"),
            (PersonFilter { other_sources: vec![String::new()], ..filter() }, "Mine"),
            (PersonFilter { kind: Some(Kind::Company), ..filter() }, "Firm"),
            (PersonFilter { standing: Some(Standing::Customer), ..filter() }, "Firm"),
            (PersonFilter { stages: vec![stage], ..filter() }, "Mine"),
            (PersonFilter { tags: vec![tagged.clone()], ..filter() }, "Mine"),
            (PersonFilter { follow_up_until: Some("2026-12-01".into()), ..filter() }, "Mine"),
        ];
        for (filter, expected) in cases {
            let (of, asked, other) = (tenant.clone(), filter.clone(), other.clone());
            db.read(move |c| {
                let ids = people::list_ids(c, &of, &asked, 10)?;
                let found = people::list_by_ids(c, &of, &ids)?;
                assert_eq!(found.len(), 1, "{filter:?}");
                assert_eq!(found[0].name, expected, "{filter:?}");
                assert_eq!(people::count(c, &of, &asked)?, 1);
                assert_eq!(people::count(c, &other, &asked)?, 0, "another's");
                Ok(())
            }).await.unwrap();
        }
        let none = PersonFilter { tags: vec![tagged], owner: Some(Owned::ByNobody), ..filter() };
        let of = tenant.clone();
        assert_eq!(db.read(move |c| people::count(c, &of, &none)).await.unwrap(), 0);
    }

    async fn who_shares_a_number_is_found_however_it_is_written(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let (one, two) = (world.person(&tenant, "One"), world.person(&tenant, "Two"));
        let theirs = world.person(&other, "Theirs");
        let phone = |of: &people::Person, value: &str| {
            Contact::said((&of.tenant_id, &of.id), 0, ContactKind::Phone, (value, ""), home())
        };
        let contacts = [phone(&one, "050-123 4567"), phone(&two, "+972501234567"), phone(&theirs, "0501234567")];
        let [a, b, t] = contacts;
        let of = tenant.clone();
        db.write(move |c| {
            for (person, contact) in [(&one, &a), (&two, &b), (&theirs, &t)] {
                people::insert(c, person, std::slice::from_ref(contact))?;
            }
            let keys = vec![a.match_key.clone(), String::new()];
            let find = |c: &mut store::Conn| {
                store::contacts::list_sharing(c, &of, ContactKind::Phone, &keys, Some(&one.id))
            };
            assert_eq!(find(c)?, std::slice::from_ref(&two.id));
            let spelled = PersonFilter { search: Some("972501".into()), ..PersonFilter::default() };
            assert_eq!(people::list_ids(c, &of, &spelled, 9)?, std::slice::from_ref(&two.id));
            people::delete(c, &of, &two.id, 1, START)?;
            assert!(find(c)?.is_empty(), "the deleted are nobody's double");
            Ok(())
        }).await.unwrap();
    }

    async fn every_address_leads_to_the_person(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&tenant, "Dana");
        let addresses: Vec<Contact> = (0..).zip(["dana@example.com", "home@example.com"])
            .map(|(position, value)| {
                let of = (&tenant, &person.id);
                Contact::said(of, position, ContactKind::Email, (value, ""), None)
            })
            .collect();
        db.write(move |c| {
            people::insert(c, &person, &addresses)?;
            for address in [" Dana@Example.com", "HOME@example.com"] {
                let found = people::find_by_email(c, &tenant, address)?;
                assert_eq!(found.map(|found| found.name).as_deref(), Some("Dana"), "{address}");
                assert!(people::find_by_email(c, &other, address)?.is_none(), "another's");
            }
            assert!(people::find_by_email(c, &tenant, "")?.is_none());
            people::delete(c, &tenant, &person.id, 1, START)?;
            assert!(people::find_by_email(c, &tenant, "home@example.com")?.is_none());
            Ok(())
        }).await.unwrap();
    }

    async fn what_happened_comes_newest_first_and_goes_with_the_person(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let person = world.person(&tenant, "Dana");
        let (of, id) = (tenant.clone(), person.id.clone());
        let entries: Vec<Entry> = (0..7).map(|n| {
            world.clock.advance_millis(n % 2);
            Entry {
                tenant_id: tenant.clone(),
                id: domain::EntryId::new(&world.clock, &world.rng),
                person_id: person.id.clone(),
                at: world.now(),
                kind: "note".to_owned(),
                actor_kind: store::audit::ActorKind::System,
                actor_id: String::new(),
                entity_id: String::new(),
                detail_json: serde_json::json!({"text": n}).into(),
            }
        }).collect();
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            entries.iter().try_for_each(|entry| timeline::insert(c, entry))?;
            let first = timeline::list(c, &of, &id, None, 4)?;
            let rest = timeline::list(c, &of, &id, first.next.as_ref(), 4)?;
            assert_eq!((first.items.len(), rest.items.len(), rest.next), (4, 3, None));
            let mut all: Vec<_> = first.items.into_iter().chain(rest.items).collect();
            let told = all.clone();
            all.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id.clone())));
            assert_eq!(told, all);
            assert!(timeline::list(c, &other, &id, None, 4)?.items.is_empty(), "another's");
            assert_not_found(timeline::delete(c, &other, &told[0].id));
            people::delete(c, &of, &id, 1, START)?;
            assert_eq!(people::purge(c, &of, START.plus_millis(1))?.0, 1);
            assert!(timeline::find(c, &of, &told[0].id)?.is_none(), "erased with them");
            Ok(())
        }).await.unwrap();
    }

    async fn those_of_before_get_a_stage_and_what_they_would_have_got_if_they_came_today(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        db.revert_down_to("20261128000320").await.unwrap();
        let ids = ["1", "2", "3"].map(|n| format!("0192f000-0000-7000-8000-00000000000{n}"));
        let [lead, customer, short] = ids.clone();
        let row = |id: &str, stage: &str, phone: &str, email: &str, source: &str| format!(
            "INSERT INTO people (tenant_id, id, stage, name, company, phone, email, source, notes, \
             search_text, created_at, updated_at, rev) VALUES ('{tenant}', '{id}', '{stage}', \
             'Noa', '', '{phone}', '{email}', '{source}', '', '', 5, 5, 1)"
        );
        let rows = [
            row(&lead, "lead", "", "noa@example.com", "website"),
            row(&customer, "customer", "+972 (50) 123-4567 ext 8", "a@example.com", ""),
            row(&short, "lead", "*2700", "", ""),
        ];
        let of = tenant.clone();
        db.write(move |c| {
            store::members::list(c, &of)?;
            rows.iter().try_for_each(|row| Ok(c.batch_execute(row)?))
        }).await.unwrap();
        db.migrate().await.unwrap();
        let of = tenant.clone();
        db.write(move |c| {
            while contacts::catch_up(c, &of, 2)? > 0 {}
            let stages = pipelines::list_stages(c, &of)?;
            assert_eq!(pipelines::list(c, &of)?.len(), 1);
            assert_eq!(stages[0].name, "חדש", "in the business's language");
            for (id, outcome) in ids.iter().zip([Outcome::Open, Outcome::Won, Outcome::Open]) {
                let person = people::get(c, &of, &id.parse().unwrap())?;
                let stage = stages.iter().find(|stage| stage.id == person.stage_id);
                let stage = stage.unwrap();
                assert_eq!(stage.outcome, outcome);
                assert_eq!(outcome.standing(), person.standing);
                assert_eq!(person.stage_since, person.created_at);
                let is_won = outcome == Outcome::Won;
                assert_eq!(person.won_at, is_won.then_some(person.stage_since));
                // What today's code would write is what is there: the next change rewrites nothing.
                let firsts = [(ContactKind::Phone, person.phone), (ContactKind::Email, person.email)];
                let wanted: Vec<Contact> = (0..)
                    .zip(firsts.into_iter().filter(|(_, value)| !value.is_empty()))
                    .map(|(position, (kind, value))| {
                        Contact::said((&of, &person.id), position, kind, (&value, ""), home())
                    })
                    .collect();
                assert_eq!(store::contacts::list(c, &of, &person.id)?, wanted);
            }
            let came = store::attributions::find(c, &of, &ids[0].parse().unwrap())?;
            assert_eq!(came.map(|came| came.source).as_deref(), Some("website"));
            assert!(store::attributions::find(c, &of, &ids[1].parse().unwrap())?.is_none());
            Ok(())
        }).await.unwrap();
    }
}
