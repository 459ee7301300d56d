//! Lists of people: what narrows them together.

use domain::{Role, StageId, TagId, TenantId};
use store::people::{self, PersonCursor, PersonFilter, PersonOrder, Worth};
use store::pipelines::{self, Outcome, Pipeline, Stage};
use store::tags::{self, Tag};
use store::timeline::{self, Entry, EntryGroup};
use store::{Db, accounts, members};

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

fn stage(world: &World, of: &Pipeline, position: i64) -> Stage {
    Stage {
        tenant_id: of.tenant_id.clone(),
        id: StageId::new(&world.clock, &world.rng),
        pipeline_id: of.id.clone(),
        name: format!("stage {position}"),
        position,
        outcome: Outcome::Open,
        goes_to: None,
    }
}

/// The names of a list, two a page.
fn by_two(c: &mut store::Conn, of: &TenantId, order: PersonOrder) -> store::Result<String> {
    let (mut names, mut after) = (String::new(), None::<PersonCursor>);
    loop {
        let filter = PersonFilter::default();
        let page = people::list(c, of, &filter, order, after.as_ref(), 2)?;
        names.extend(page.items.iter().map(|person| person.name.as_str()));
        match page.next {
            Some(next) => after = Some(next.to_string().parse().unwrap()),
            None => return Ok(names),
        }
    }
}

store::both_backends! {
    async fn stages_and_members_order_people_as_they_are_ordered_themselves(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let pipeline = |position| Pipeline {
            tenant_id: tenant.clone(),
            id: domain::PipelineId::new(&world.clock, &world.rng),
            name: "Sales".to_owned(),
            position,
        };
        // The one that was made first comes second.
        let pipelines = [pipeline(1), pipeline(0)];
        let stages = [
            stage(&world, &pipelines[1], 1),
            stage(&world, &pipelines[0], 0),
            stage(&world, &pipelines[1], 0),
        ];
        let accounts = [world.account("noa@example.com"), world.account("amir@example.com")];
        let team = accounts.each_ref().map(|it| world.member(&tenant, &it.id, Role::Member));
        let person = |name, stage: usize, owner: Option<usize>| {
            world.clock.advance_millis(1);
            let mut person = world.person(&tenant, name);
            person.stage_id = stages[stage].id.clone();
            person.owner_id = owner.map(|at| team[at].id.clone());
            person
        };
        let mut them = vec![
            person("A", 0, Some(0)),
            person("B", 1, None),
            person("C", 2, Some(1)),
            person("D", 0, Some(1)),
            person("E", 2, None),
        ];
        // Of a stage and a member that are just going.
        let mut last = person("F", 0, None);
        last.stage_id = StageId::new(&world.clock, &world.rng);
        last.owner_id = Some(domain::MemberId::new(&world.clock, &world.rng));
        them.push(last);
        let of = tenant.clone();
        db.write(move |c| {
            pipelines.iter().try_for_each(|it| pipelines::insert(c, it))?;
            stages.iter().try_for_each(|it| pipelines::insert_stage(c, it))?;
            accounts.iter().try_for_each(|it| accounts::insert(c, it))?;
            team.iter().try_for_each(|it| members::insert(c, it))?;
            them.iter().try_for_each(|it| people::insert(c, it, &[]))?;
            for (order, expected) in [
                (PersonOrder::Stage, "ECDABF"),
                (PersonOrder::StageDown, "BDAECF"),
                (PersonOrder::Owner, "DCAEBF"),
                (PersonOrder::OwnerDown, "ADCEBF"),
                (PersonOrder::Name, "ABCDEF"),
                (PersonOrder::NameDown, "FEDCBA"),
                (PersonOrder::Oldest, "ABCDEF"),
            ] {
                assert_eq!(by_two(c, &of, order)?, expected, "{order}");
            }
            let wrong: PersonCursor = format!("{}.1", them[0].id).parse().unwrap();
            let filter = PersonFilter::default();
            let found = people::list(c, &of, &filter, PersonOrder::Stage, Some(&wrong), 2);
            assert_not_found(found);
            Ok(())
        }).await.unwrap();
    }

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
        let mut kinds: Vec<&str> = Vec::new();
        // One of each in turn, so that no group is a part of the whole in one piece.
        for at in 0..4 {
            kinds.extend(groups.iter().filter_map(|(_, its)| its.get(at).copied()));
        }
        let all: Vec<Entry> = kinds.into_iter().map(|kind| entry(&world, &person, kind)).collect();
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
