//! Lists of people: what narrows them together.

use domain::TagId;
use store::Db;
use store::people::{self, PersonFilter, PersonOrder, Worth};
use store::tags::{self, Tag};
use store::timeline::{self, Entry, EntryGroup};

use crate::support::*;

fn entry(world: &World, of: &people::Person, kind: &str) -> Entry {
    world.clock.advance_millis(1);
    Entry {
        tenant_id: of.tenant_id.clone(),
        id: domain::EntryId::new(&world.clock, &world.rng),
        person_id: of.id.clone(),
        at: world.now(),
        kind: kind.to_owned(),
        actor_kind: store::audit::ActorKind::System,
        actor_id: String::new(),
        entity_id: String::new(),
        detail_json: serde_json::json!({}).into(),
    }
}

store::both_backends! {
    async fn a_timeline_has_each_entry_in_one_group_and_pages_go_on_in_it(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Dana");
        let groups: [(EntryGroup, &[&str]); 5] = [
            (EntryGroup::Notes, &["note", "note"]),
            (EntryGroup::Appointments, &["appointment-booked", "appointment-series-booked"]),
            (EntryGroup::Tasks, &["task-added", "task-done"]),
            (EntryGroup::Documents, &["document-added"]),
            (EntryGroup::Changes, &["created", "stage", "changed", "merged"]),
        ];
        let mut kinds = Vec::new();
        // One of each in turn, so that no group is a part of the whole in one piece.
        for at in 0..4 {
            kinds.extend(groups.iter().filter_map(|(_, its)| its.get(at)));
        }
        let all: Vec<Entry> = kinds.iter().map(|kind| entry(&world, &person, kind)).collect();
        let (of, id) = (tenant.clone(), person.id.clone());
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            all.iter().try_for_each(|entry| timeline::insert(c, entry))
        }).await.unwrap();
        db.read(move |c| {
            let mut together = 0;
            for (group, its) in groups {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = timeline::list_of(c, &of, &id, Some(group), after.as_ref(), 1)?;
                    assert_eq!(page.items.len(), 1, "{group}");
                    found.extend(page.items.into_iter().map(|entry| entry.kind));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                let latest_first: Vec<&str> = its.iter().rev().copied().collect();
                assert_eq!(found, latest_first, "{group}");
                together += found.len();
            }
            assert_eq!(timeline::list_of(c, &of, &id, None, None, 50)?.items.len(), together);
            Ok(())
        }).await.unwrap();
    }

    async fn several_tags_and_a_range_of_worth_narrow_together(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let tag = |name| {
            Tag::new(tenant.clone(), TagId::new(&world.clock, &world.rng), name)
        };
        let all = [tag("red"), tag("old"), tag("big")];
        let ids: Vec<TagId> = all.iter().map(|tag| tag.id.clone()).collect();
        let worth = |name, value, currency: &str| {
            let mut person = world.person(&tenant, name);
            (person.value, person.value_currency) = (value, currency.to_owned());
            person
        };
        // Each with so many of the tags.
        let them = [
            (worth("A", 100, "ILS"), 3),
            (worth("B", 200, "ILS"), 2),
            (worth("C", 150, "EUR"), 1),
            (worth("D", 0, ""), 2),
        ];
        let of = tenant.clone();
        db.write(move |c| {
            all.iter().try_for_each(|tag| tags::insert(c, tag))?;
            for (person, has) in &them {
                people::insert(c, person, &[])?;
                for tag in &all[..*has] {
                    assert!(tags::put(c, &of, &person.id, &tag.id)?);
                }
            }
            Ok(())
        }).await.unwrap();
        let tagged = |places: &[usize]| PersonFilter {
            tags: places.iter().map(|at| ids[*at].clone()).collect(),
            ..PersonFilter::default()
        };
        let within = |from, to, currency: &str| PersonFilter {
            worth: Some(Worth { currency: currency.to_owned(), from, to }),
            ..PersonFilter::default()
        };
        for (filter, expected) in [
            (tagged(&[0]), "ABCD"),
            (tagged(&[0, 1]), "ABD"),
            (tagged(&[2, 0]), "A"),
            (tagged(&[0, 1, 2]), "A"),
            (within(Some(100), Some(150), "ILS"), "A"),
            (within(Some(100), None, "ILS"), "AB"),
            (within(None, Some(150), "ILS"), "A"),
            (within(Some(0), None, "ILS"), "AB"),
            (within(None, None, "ILS"), "AB"),
            (within(None, Some(0), "ILS"), ""),
            (within(None, Some(1_000), ""), ""),
            (within(Some(150), Some(150), "EUR"), "C"),
            (within(Some(150), Some(100), "ILS"), ""),
            (PersonFilter { tags: tagged(&[0, 1]).tags, ..within(Some(150), None, "ILS") }, "B"),
        ] {
            let of = tenant.clone();
            db.read(move |c| {
                let found = people::list(c, &of, &filter, PersonOrder::Name, None, 10)?.items;
                let names: String = found.iter().map(|it| it.name.as_str()).collect();
                assert_eq!(names, expected, "{filter:?}");
                let count = i64::try_from(found.len()).unwrap();
                assert_eq!(people::count(c, &of, &filter)?, count, "{filter:?}");
                assert_eq!(people::list_ids(c, &of, &filter, 10)?.len(), found.len());
                let sums = people::sums(c, &of, &filter)?;
                assert_eq!(sums.iter().map(|sum| sum.count).sum::<i64>(), count, "{filter:?}");
                Ok(())
            }).await.unwrap();
        }
    }
}
