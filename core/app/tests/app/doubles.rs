//! People who are there twice: found, made one, and taken back.

use crate::support::people::{add, detailed, named};
use crate::support::{Fixture, each, expect_invalid};
use app::people::merge::{list_doubles, merge_people};
use app::people::{self, Consent, DetailsInput, PersonInput};
use app::{Error, imports, jobs, reports, timeline, undos};

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
        assert_eq!(list_doubles(app, ctx).await.unwrap().len(), 1);

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
        assert!(list_doubles(app, ctx).await.unwrap().is_empty());

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
