//! People who are there twice: found, made one, and taken back.

use crate::support::people::{add, detailed, doubles_of, named};
use crate::support::{Fixture, each, expect_invalid};
use app::people::apart::keep_apart;
use app::people::bulk::{BulkInput, change_people};
use app::people::doubles::Doubles;
use app::people::input::CONTACTS_MAX;
use app::people::merge::merge_people;
use app::people::{self, Consent, ContactInput, DetailsInput, NOTES_CHARS_MAX, PersonInput};
use app::{Error, imports, jobs, reports, search, timeline, undos};

#[tokio::test]
async fn two_become_one_and_two_again() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let mut short = named("N. Levi");
        short.phone = "+972 50 1234567".into();
        let kept = add(&f, &owner, short).await;
        f.clock.advance_millis(1_000);
        let gone = add(&f, &owner, detailed()).await;
        timeline::create_note(app, ctx, &gone.id, "From the other", "").await.unwrap();
        let before = people::get_whole_person(app, ctx, &kept.id).await.unwrap();
        let others = people::get_whole_person(app, ctx, &gone.id).await.unwrap();
        assert_eq!(doubles_of(app, ctx).await.len(), 1);

        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let one = people::get_whole_person(app, ctx, &kept.id).await.unwrap();
        let values: Vec<_> = one.contacts.iter().map(|it| it.value.as_str()).collect();
        let all = ["+972 50 1234567", "03-555 0101", "second@example.com", "3 Yefet St, Jaffa"];
        assert_eq!(values, all, "a number that both have is there once");
        assert_eq!((one.person.name.as_str(), one.person.value), ("N. Levi", 150_050));
        assert_eq!((one.tags.len(), one.person.consent), (2, Consent::Given));
        assert_eq!(one.attribution.unwrap().source, "website");
        assert!(matches!(people::get_person(app, ctx, &gone.id).await, Err(Error::NotFound)));
        let told = timeline::list_entries(app, ctx, &kept.id, None, 20).await.unwrap();
        assert!(told.items.iter().any(|told| told.entry.kind == "note"), "history comes along");
        assert!(doubles_of(app, ctx).await.is_empty());

        // Written after the merge: it stays with the one that stayed.
        timeline::create_note(app, ctx, &kept.id, "After", "").await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let own = people::get_whole_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!(own.contacts, before.contacts);
        assert_eq!((own.person.value, own.tags.len()), (0, 0));
        assert_eq!(own.person.consent, Consent::Unknown);
        assert_eq!(own.attribution, before.attribution);
        let theirs = people::get_whole_person(app, ctx, &gone.id).await.unwrap();
        assert_eq!(theirs.contacts, others.contacts);
        assert_eq!((theirs.tags.len(), theirs.attribution), (2, others.attribution));
        let told = timeline::list_entries(app, ctx, &gone.id, None, 20).await.unwrap();
        assert_eq!(told.items.iter().filter(|told| told.entry.kind == "note").count(), 1);
        let told = timeline::list_entries(app, ctx, &kept.id, None, 20).await.unwrap();
        assert_eq!(told.items.iter().filter(|told| told.entry.kind == "note").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_became_a_customer_twice_became_one_the_first_time() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let customer = |name: &str| PersonInput { stage: "customer".into(), ..named(name) };
        let gone = add(&f, &owner, customer("Two")).await;
        f.clock.advance_millis(1_000);
        let kept = add(&f, &owner, customer("One")).await;
        let lead = add(&f, &owner, named("Three")).await;
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let one = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((one.won_at, one.stage_since), (gone.won_at, kept.stage_since));
        undos::undo(app, ctx, &undo).await.unwrap();
        let two = people::get_person(app, ctx, &gone.id).await.unwrap();
        let one = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((one.won_at, two.won_at), (kept.won_at, gone.won_at));
        merge_people(app, ctx, &lead.id, &gone.id).await.unwrap();
        let lead = people::get_person(app, ctx, &lead.id).await.unwrap();
        assert_eq!(lead.won_at, gone.won_at, "and whoever stays is one since then");
    })
    .await;
}

#[tokio::test]
async fn a_merge_keeps_what_was_said_and_crosses_no_border() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &ours.ctx);
        let with = |name: &str, consent: &str| PersonInput {
            company: format!("{name} Ltd"),
            details: Some(DetailsInput { consent: consent.into(), ..DetailsInput::default() }),
            ..named(name)
        };
        let kept = add(&f, &ours, with("One", "given")).await;
        let gone = add(&f, &ours, with("Two", "withdrawn")).await;
        let foreign = add(&f, &theirs, named("Foreign")).await;
        for (keep, other) in [(&kept.id, &foreign.id), (&foreign.id, &kept.id)] {
            let refused = merge_people(app, ctx, keep, other).await;
            assert!(matches!(refused, Err(Error::NotFound)));
        }
        expect_invalid(merge_people(app, ctx, &kept.id, &kept.id).await, "other");
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let one = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!(one.consent, Consent::Withdrawn, "who said no has said no");
        assert_eq!(one.company, "One Ltd");
        // Somebody changes the person; taking the merge back leaves that alone.
        let again = PersonInput { company: "Else".into(), ..with("One", "given") };
        people::update_person(app, ctx, &one.id, again, one.rev).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let after = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((after.company.as_str(), after.consent), ("Else", Consent::Given));
        people::get_person(app, ctx, &gone.id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_merge_is_taken_back_only_after_the_later_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let first = add(&f, &owner, detailed()).await;
        timeline::create_note(app, ctx, &first.id, "Theirs", "").await.unwrap();
        let middle = add(&f, &owner, named("Middle")).await;
        let last = add(&f, &owner, named("Last")).await;
        let earlier = merge_people(app, ctx, &middle.id, &first.id).await.unwrap();
        let later = merge_people(app, ctx, &last.id, &middle.id).await.unwrap();
        for gone in [&first.id, &middle.id] {
            let became = people::find_merged(app, ctx, gone).await.unwrap();
            assert_eq!(became.as_ref(), Some(&last.id), "as far as it goes");
            let alone = people::restore_person(app, ctx, gone).await;
            assert!(matches!(alone, Err(Error::Conflict { key: "error-person-merged" })));
        }
        let refused = undos::undo(app, ctx, &earlier).await;
        assert!(
            matches!(refused, Err(Error::Conflict { key: "error-merge-later" })),
            "{refused:?}"
        );

        undos::undo(app, ctx, &later).await.unwrap();
        undos::undo(app, ctx, &earlier).await.unwrap();
        let notes = async |id: &domain::PersonId| {
            let told = timeline::list_entries(app, ctx, id, None, 50).await.unwrap();
            told.items.iter().filter(|told| told.entry.kind == "note").count()
        };
        assert_eq!(notes(&first.id).await, 1, "nothing was spent");
        assert_eq!((notes(&middle.id).await, notes(&last.id).await), (0, 0));
        let value = async |id| people::get_person(app, ctx, id).await.unwrap().value;
        assert_eq!(value(&first.id).await, 150_050);
        assert_eq!((value(&middle.id).await, value(&last.id).await), (0, 0));
        assert_eq!(people::find_merged(app, ctx, &first.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_a_merge_filled_in_goes_back_field_by_field() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let kept = add(&f, &owner, named("Kept")).await;
        let mut other = detailed();
        (other.company, other.notes) = ("Theirs Ltd".into(), "Theirs".into());
        if let Some(details) = &mut other.details {
            details.owner = ctx.member.to_string();
        }
        let gone = add(&f, &owner, other).await;
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let one = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((one.value, one.company.as_str()), (150_050, "Theirs Ltd"));
        // Somebody changes one field, and moves them along.
        let own = BulkInput { act: "follow-up".into(), to: "2027-01-10".into() };
        change_people(app, ctx, vec![kept.id.clone()], own).await.unwrap();
        people::change_stage(app, ctx, &kept.id, "customer").await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let after = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((after.value, after.value_currency.as_str()), (0, ""), "counted once");
        assert_eq!((after.company.as_str(), after.notes.as_str()), ("", ""));
        assert_eq!((after.source.as_str(), after.phone.as_str()), ("", ""));
        assert_eq!((after.owner_id, after.consent), (None, Consent::Unknown));
        assert_eq!(after.follow_up_on.as_deref(), Some("2027-01-10"), "what was changed stays");
        assert_eq!(after.standing, people::Standing::Customer);
        let theirs = people::get_person(app, ctx, &gone.id).await.unwrap();
        assert_eq!((theirs.value, theirs.owner_id.as_ref()), (150_050, Some(&ctx.member)));
    })
    .await;
}

#[tokio::test]
async fn a_merge_of_before_fields_were_kept_is_still_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let kept = add(&f, &owner, named("Kept")).await;
        let gone = add(&f, &owner, detailed()).await;
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let (tenant, id) = (ctx.tenant.clone(), undo.clone());
        let old = move |c: &mut store::Conn| -> store::Result<domain::UndoId> {
            let mut kept = store::undos::find(c, &tenant, &id)?.ok_or(store::Error::NotFound)?;
            kept.id = "01900000-0000-7000-8000-000000000001".parse().unwrap();
            let state = kept.state_json.0.as_object_mut().unwrap();
            for since in ["made", "told", "was_example"] {
                state.remove(since).unwrap();
            }
            for field in state["filled"].as_array_mut().unwrap() {
                if field[0] == "value" {
                    field[1] = 0.into();
                }
            }
            store::undos::insert(c, &kept)?;
            Ok(kept.id)
        };
        let old = app.db.write(old).await.unwrap();
        undos::undo(app, ctx, &old).await.unwrap();
        let after = people::get_person(app, ctx, &kept.id).await.unwrap();
        assert_eq!((after.value, after.value_currency.as_str()), (0, ""));
        assert_eq!(after.source, "");
        people::get_person(app, ctx, &gone.id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn both_pages_tell_that_a_merge_was_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let kept = add(&f, &owner, named("Kept")).await;
        let gone = add(&f, &owner, named("Gone")).await;
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        let told = async |id| {
            let page = timeline::list_entries(app, ctx, id, None, 50).await.unwrap();
            let all = page.items.into_iter().map(|told| told.entry);
            all.map(|entry| (entry.kind, entry.detail_json.0)).collect::<Vec<_>>()
        };
        let (of_kept, of_gone) = (told(&kept.id).await, told(&gone.id).await);
        let (kind, detail) = of_kept.iter().find(|(kind, _)| kind == "merged").unwrap();
        assert!(detail["undone"] == true, "{kind} doesn't read as if it still held: {detail}");
        for (told, other) in [(of_kept, "Gone"), (of_gone, "Kept")] {
            let back = told.iter().filter(|(kind, _)| kind == "unmerged").collect::<Vec<_>>();
            assert_eq!(back.len(), 1);
            assert_eq!(back[0].1["other"], other);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_by_hand_is_waited_for_whoever_they_are_merged_with() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let list = b"Name,Phone\nDana Cohen,050-1234567\n".to_vec();
        let import = imports::keep_file(app, ctx, "list.csv", list).await.unwrap();
        imports::start_import(app, ctx, &import).await.unwrap();
        jobs::run_due(app).await.unwrap();
        f.clock.advance_millis(3_600_000);
        let by_hand = add(&f, &owner, named("D. Cohen")).await;
        let waiting = async || reports::get_report(app, ctx, 3).await.unwrap().steps.waiting;
        assert_eq!(waiting().await, 1, "nobody waits of those a list brought");
        let found = people::search_people(app, ctx, "Dana", 1).await.unwrap();
        let brought = &found[0].id;

        let undo = merge_people(app, ctx, &by_hand.id, brought).await.unwrap();
        assert_eq!(waiting().await, 1, "the one that stays came by hand");
        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(waiting().await, 1);
        let undo = merge_people(app, ctx, brought, &by_hand.id).await.unwrap();
        assert_eq!(waiting().await, 0, "the one that stays was brought");
        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(waiting().await, 1);
    })
    .await;
}

#[tokio::test]
async fn notes_that_go_back_are_found_though_whoever_had_them_is_removed() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let gone = add(&f, &owner, named("Gone")).await;
        timeline::create_note(app, ctx, &gone.id, "Likes lilies", "").await.unwrap();
        let kept = add(&f, &owner, named("Kept")).await;
        let undo = merge_people(app, ctx, &kept.id, &gone.id).await.unwrap();
        let found = async || {
            let found = search::search(app, ctx, "lilies").await.unwrap();
            found.notes.into_iter().map(|note| note.person).collect::<Vec<_>>()
        };
        assert_eq!(found().await, ["Kept"]);
        people::delete_person(app, ctx, &kept.id).await.unwrap();
        assert!(found().await.is_empty());
        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(found().await, ["Gone"]);
    })
    .await;
}

#[tokio::test]
async fn two_with_more_numbers_than_a_form_takes_stay_two() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let with = |name: &str, first: usize, further: usize| {
            let number = |n: usize| format!("+97250{n:07}");
            let contact = |n: usize| ContactInput {
                kind: "phone".into(),
                value: number(first + n),
                ..ContactInput::default()
            };
            let contacts = (1..=further).map(contact).collect();
            let details = DetailsInput { contacts, ..DetailsInput::default() };
            PersonInput { phone: number(first), details: Some(details), ..named(name) }
        };
        let kept = PersonInput { email: "kept@example.com".into(), ..with("Kept", 100, 11) };
        let kept = add(&f, &owner, kept).await;
        let (two, one) = (with("Two", 200, 1), with("One", 300, 0));
        let (two, one) = (add(&f, &owner, two).await, add(&f, &owner, one).await);
        let numbers = async |id: &domain::PersonId| {
            people::get_whole_person(app, ctx, id).await.unwrap().contacts.len()
        };
        // The form has twelve beside the first number and the first address.
        assert_eq!(numbers(&kept.id).await, CONTACTS_MAX + 1);
        expect_invalid(merge_people(app, ctx, &kept.id, &two.id).await, "other");
        assert_eq!((numbers(&kept.id).await, numbers(&two.id).await), (CONTACTS_MAX + 1, 2));
        merge_people(app, ctx, &kept.id, &one.id).await.unwrap();
        assert_eq!(numbers(&kept.id).await, CONTACTS_MAX + 2);
    })
    .await;
}

#[tokio::test]
async fn two_whose_notes_together_are_longer_than_a_form_takes_stay_two() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let with = |name: &str, letters: usize| PersonInput {
            notes: "noted ".chars().cycle().take(letters - 1).chain(['x']).collect(),
            ..named(name)
        };
        let kept = add(&f, &owner, with("Kept", NOTES_CHARS_MAX - 4)).await;
        let long = add(&f, &owner, with("Long", 3)).await;
        let short = add(&f, &owner, with("Short", 2)).await;
        expect_invalid(merge_people(app, ctx, &kept.id, &long.id).await, "other");
        let notes = async |id: &domain::PersonId| {
            people::get_person(app, ctx, id).await.unwrap().notes.chars().count()
        };
        assert_eq!((notes(&kept.id).await, notes(&long.id).await), (NOTES_CHARS_MAX - 4, 3));
        // An empty line stands between the two.
        merge_people(app, ctx, &kept.id, &short.id).await.unwrap();
        assert_eq!(notes(&kept.id).await, NOTES_CHARS_MAX);
    })
    .await;
}

#[tokio::test]
async fn two_who_share_a_telephone_are_offered_as_one_until_somebody_says_they_are_two() {
    each(async |f: Fixture| {
        let (owner, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let with = |name: &str| PersonInput { phone: "050-1234567".into(), ..named(name) };
        let mut all = Vec::new();
        for name in ["Dana", "Yoav", "Noa"] {
            all.push(add(&f, &owner, with(name)).await);
            f.clock.advance_millis(1_000);
        }
        let foreign = add(&f, &theirs, with("Foreign")).await;
        let [dana, yoav, noa] = [&all[0].id, &all[1].id, &all[2].id];
        let offered = async || {
            let groups = doubles_of(app, ctx).await;
            let names =
                |it: &Doubles| it.people.iter().map(|it| it.name.clone()).collect::<Vec<String>>();
            groups.iter().map(names).collect::<Vec<Vec<String>>>()
        };
        assert_eq!(offered().await, [["Dana", "Yoav", "Noa"]]);
        expect_invalid(keep_apart(app, ctx, dana, dana).await, "other");
        let refused = keep_apart(app, ctx, dana, &foreign.id).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");

        // Said from the one or from the other, it is the same.
        let undo = keep_apart(app, ctx, yoav, dana).await.unwrap();
        keep_apart(app, ctx, dana, yoav).await.unwrap();
        assert_eq!(offered().await, [["Dana", "Noa"]]);
        let alike = people::list_alike(app, ctx, dana).await.unwrap();
        assert_eq!(alike.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Noa"]);
        keep_apart(app, ctx, dana, noa).await.unwrap();
        assert_eq!(offered().await, [["Yoav", "Noa"]], "they were said to be two of nobody else");
        keep_apart(app, ctx, noa, yoav).await.unwrap();
        assert!(offered().await.is_empty());
        assert!(people::list_alike(app, ctx, noa).await.unwrap().is_empty());

        undos::undo(app, ctx, &undo).await.unwrap();
        assert_eq!(offered().await, [["Dana", "Yoav"]]);
        let done = undos::list_done(app, ctx, None, 20).await.unwrap().items;
        let told = done.iter().filter(|it| it.summary.what == "apart").count();
        assert_eq!(told, 3, "what was taken back isn't there");
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_somebody_in_is_not_those_whom_they_were_not() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let couple = |name: &str| PersonInput { phone: "050-1234567".into(), ..named(name) };
        let dana = add(&f, &owner, couple("Dana")).await.id;
        let yoav = add(&f, &owner, couple("Yoav")).await.id;
        let same = PersonInput { phone: "052-7654321".into(), ..named("Daniela") };
        let same = add(&f, &owner, same).await.id;
        let said = keep_apart(app, ctx, &yoav, &dana).await.unwrap();
        let alike = async |id: &domain::PersonId| {
            let found = people::list_alike(app, ctx, id).await.unwrap();
            found.into_iter().map(|it| it.name).collect::<Vec<String>>()
        };
        let pairs = async || {
            let tenant = ctx.tenant.clone();
            let pairs = app.db.write(move |c| store::people::count_apart(c, &tenant)).await;
            pairs.unwrap()
        };

        let undo = merge_people(app, ctx, &same, &dana).await.unwrap();
        assert!(alike(&same).await.is_empty() && alike(&yoav).await.is_empty());
        assert_eq!(pairs().await, 2);
        undos::undo(app, ctx, &undo).await.unwrap();
        assert!(alike(&dana).await.is_empty(), "what was said of the two stays");
        assert_eq!(pairs().await, 1, "and of nobody else was it said");
        // Forgotten, it is forgotten of whoever took one of them in too.
        merge_people(app, ctx, &same, &dana).await.unwrap();
        undos::undo(app, ctx, &said).await.unwrap();
        assert_eq!((alike(&same).await, pairs().await), (vec!["Yoav".to_owned()], 0));
        // Nobody is somebody else than they are themselves.
        keep_apart(app, ctx, &same, &yoav).await.unwrap();
        merge_people(app, ctx, &same, &yoav).await.unwrap();
        assert_eq!(pairs().await, 1);
    })
    .await;
}

#[tokio::test]
async fn couples_who_were_said_to_be_two_hide_no_doubles_behind_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        // They share more than the page has groups, and all of that stands before what the last two share.
        for n in 0..26 {
            let with = |name: &str| PersonInput {
                phone: format!("09{n:07}"),
                email: format!("couple{n}@example.com"),
                ..named(&format!("{name} {n}"))
            };
            let one = add(&f, &owner, with("One")).await;
            let other = add(&f, &owner, with("Other")).await;
            keep_apart(app, ctx, &one.id, &other.id).await.unwrap();
        }
        assert!(doubles_of(app, ctx).await.is_empty());
        for name in ["Zoe", "Zoe Bar"] {
            let same = PersonInput { email: "zoe@example.com".into(), ..named(name) };
            add(&f, &owner, same).await;
        }
        assert_eq!(doubles_of(app, ctx).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_shares_an_address_may_be_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let at = |name: &str, address: &str| PersonInput {
            details: Some(DetailsInput {
                contacts: vec![ContactInput {
                    kind: "address".into(),
                    value: address.into(),
                    label: String::new(),
                }],
                ..DetailsInput::default()
            }),
            ..named(name)
        };
        let kept = add(&f, &owner, at("Flora", "3 Yefet St, Jaffa")).await;
        let other = add(&f, &owner, at("Flora flowers", "3, Yefet street, Jaffa")).await;
        add(&f, &owner, at("Somebody of the town", "Jaffa")).await;
        add(&f, &owner, at("Somebody else", "Jaffa")).await;
        let found = doubles_of(&f.app, &owner.ctx).await;
        assert_eq!((found.len(), found[0].by.as_str(), found[0].people.len()), (1, "address", 2));
        merge_people(&f.app, &owner.ctx, &kept.id, &other.id).await.unwrap();
        let one = people::get_whole_person(&f.app, &owner.ctx, &kept.id).await.unwrap();
        assert_eq!(one.contacts.len(), 1, "one address in two spellings is there once");
    })
    .await;
}
