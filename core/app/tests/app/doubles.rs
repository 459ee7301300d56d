//! People who are there twice: found, made one, and taken back.

use crate::support::people::{add, detailed, named};
use crate::support::{Fixture, each, expect_invalid};
use app::people::merge::{list_doubles, merge_people};
use app::people::{self, Consent, DetailsInput, PersonInput};
use app::{Error, timeline, undos};

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
        assert_eq!(lead.won_at, None, "the one that stays stays a lead");
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
