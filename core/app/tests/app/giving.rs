//! Who is told of people that they are to look after, and of leads that come from outside.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, origin};
use crate::sweeps::input;
use app::api_tokens::{self, TokenInput};
use app::notifications::{self, Kind, Way};
use app::people::bulk::{BulkInput, change_people};
use app::people::merge::merge_people;
use app::people::{self, DetailsInput, Person, PersonFilter, PersonInput};
use app::sweeps::{self, Whom};
use app::{Context, jobs, members, undos};
use domain::{ApiScope, PersonId, Role, UndoId};

/// What somebody has still to read, latest first.
async fn told(f: &Fixture, who: &Signed) -> Vec<(Kind, String)> {
    let all = notifications::list_notifications(&f.app, &who.ctx).await.unwrap().into_iter();
    all.filter(|it| it.read_at.is_none()).map(|it| (it.kind, it.subject)).collect()
}

fn said(kind: Kind, subject: &str) -> (Kind, String) {
    (kind, subject.to_owned())
}

/// Somebody whom this member looks after.
fn of(owner: &Signed, name: &str) -> PersonInput {
    let details = DetailsInput { owner: owner.ctx.member.to_string(), ..DetailsInput::default() };
    PersonInput { details: Some(details), ..named(name) }
}

fn to(who: &Signed) -> BulkInput {
    BulkInput { act: "owner".into(), to: who.ctx.member.to_string() }
}

/// What a program of somebody's may do.
async fn program(f: &Fixture, who: &Signed) -> Context {
    let scopes = [ApiScope::PeopleRead, ApiScope::PeopleWrite];
    let input = TokenInput {
        name: "Shop".into(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        last_day: String::new(),
    };
    let proven = Context { is_recent: true, ..who.ctx.clone() };
    let made = api_tokens::create_token(&f.app, &proven, input).await.unwrap();
    api_tokens::open_token(&f.app, &made.token, &origin()).await.unwrap().context
}

async fn give(f: &Fixture, by: &Signed, person: &Person, to: &Signed) -> Person {
    let input = of(to, &person.name);
    people::update_person(&f.app, &by.ctx, &person.id, input, person.rev).await.unwrap()
}

#[tokio::test]
async fn who_is_given_a_person_is_told_unless_they_took_them() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        add(&f, &owner, of(&owner, "Mine")).await;
        assert!(told(&f, &owner).await.is_empty(), "whoever did it knows");
        let dana = add(&f, &owner, of(&noa, "Dana")).await;
        assert_eq!(told(&f, &noa).await, [said(Kind::PersonAssigned, "Dana")]);
        notifications::read_all(&f.app, &noa.ctx).await.unwrap();
        let input = PersonInput { company: "Acme".into(), ..of(&noa, "Dana") };
        let dana =
            people::update_person(&f.app, &owner.ctx, &dana.id, input, dana.rev).await.unwrap();
        assert!(told(&f, &noa).await.is_empty(), "she looked after her already");
        let dana = give(&f, &noa, &dana, &owner).await;
        assert_eq!(told(&f, &owner).await, [said(Kind::PersonAssigned, "Dana")]);
        give(&f, &noa, &dana, &books).await;
        assert!(told(&f, &owner).await.is_empty(), "who has her no more needn’t read of it");
        assert!(told(&f, &books).await.is_empty(), "who sees no people hears of none");
        assert!(told(&f, &noa).await.is_empty(), "nor does anybody in their place");
        let eli = add(&f, &owner, of(&noa, "Eli")).await;
        people::delete_person(&f.app, &owner.ctx, &eli.id).await.unwrap();
        assert!(told(&f, &noa).await.is_empty(), "who is gone is nobody’s to look after");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_given_many_people_at_once_is_told_once_and_not_when_it_is_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mut ids: Vec<PersonId> = Vec::new();
        for name in ["One", "Two", "Three", "Four"] {
            ids.push(add(&f, &owner, named(name)).await.id);
        }
        let one = said(Kind::PersonAssigned, "One");
        change_people(&f.app, &owner.ctx, ids[..1].to_vec(), to(&noa)).await.unwrap();
        assert_eq!(told(&f, &noa).await, std::slice::from_ref(&one));
        let many = change_people(&f.app, &owner.ctx, ids.clone(), to(&noa)).await.unwrap();
        let both = [said(Kind::PeopleAssigned, "3"), one.clone()];
        assert_eq!(told(&f, &noa).await, both, "one of them was hers");
        undos::undo(&f.app, &owner.ctx, &many.undo.unwrap()).await.unwrap();
        assert_eq!(told(&f, &noa).await, std::slice::from_ref(&one));
        change_people(&f.app, &noa.ctx, ids, to(&noa)).await.unwrap();
        assert_eq!(told(&f, &noa).await, [one], "whoever takes people knows");

        notifications::read_all(&f.app, &noa.ctx).await.unwrap();
        for n in 0..230 {
            add(&f, &owner, PersonInput { source: "fair".into(), ..named(&format!("P {n}")) })
                .await;
        }
        let fair = PersonFilter { source: Some("fair".into()), ..PersonFilter::default() };
        let whom = Whom::people(fair);
        let act = input("owner", noa.ctx.member.as_str());
        let id = sweeps::begin_sweep(&f.app, &owner.ctx, whom, act, "").await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert_eq!(told(&f, &noa).await, [said(Kind::PeopleAssigned, "230")]);
        let undo: UndoId = id.as_str().parse().unwrap();
        undos::undo(&f.app, &owner.ctx, &undo).await.unwrap();
        jobs::run_due(&f.app).await.unwrap();
        assert!(told(&f, &noa).await.is_empty(), "what was taken back is nothing to read of");
    })
    .await;
}

#[tokio::test]
async fn leads_from_outside_are_told_to_who_may_turn_to_them_together_until_read() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        let shop = program(&f, &owner).await;
        let come = async |input| people::create_person(&f.app, &shop, input, "").await.unwrap();
        add(&f, &noa, named("By hand")).await;
        come(PersonInput { stage: "customer".into(), ..named("Customer") }).await;
        assert!(told(&f, &owner).await.is_empty(), "neither is a lead from outside");
        come(named("Dana")).await;
        for who in [&owner, &noa] {
            assert_eq!(told(&f, who).await, [said(Kind::LeadNew, "Dana")]);
        }
        assert!(told(&f, &books).await.is_empty());
        come(named("Gil")).await;
        notifications::read_all(&f.app, &owner.ctx).await.unwrap();
        come(named("Mia")).await;
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadNew, "Mia")], "she read of the others");
        assert_eq!(told(&f, &noa).await, [said(Kind::LeadsNew, "3")]);
        for who in [&owner, &noa] {
            notifications::read_all(&f.app, &who.ctx).await.unwrap();
        }
        // The program isn’t whoever made its token.
        come(of(&owner, "Ron")).await;
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadNew, "Ron")]);
        assert!(told(&f, &noa).await.is_empty(), "somebody looks after them");
    })
    .await;
}

#[tokio::test]
async fn of_a_lead_who_is_gone_or_given_away_nobody_needs_to_read() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let shop = program(&f, &owner).await;
        let come = async |input| people::create_person(&f.app, &shop, input, "").await.unwrap();
        let [dana, gil, mia] =
            [come(named("Dana")).await, come(named("Gil")).await, come(named("Mia")).await];
        assert_eq!(told(&f, &noa).await, [said(Kind::LeadsNew, "3")]);
        notifications::read_all(&f.app, &owner.ctx).await.unwrap();
        let remove = async |of: &Person| {
            people::delete_person(&f.app, &owner.ctx, &of.id).await.unwrap();
        };
        remove(&gil).await;
        assert_eq!(told(&f, &noa).await, [said(Kind::LeadsNew, "2")]);
        assert!(told(&f, &owner).await.is_empty(), "she has read of them");
        people::restore_person(&f.app, &owner.ctx, &gil.id).await.unwrap();
        assert_eq!(told(&f, &noa).await, [said(Kind::LeadsNew, "2")], "who is back is no news");
        remove(&gil).await;
        let all = BulkInput { act: "remove".into(), ..BulkInput::default() };
        change_people(&f.app, &owner.ctx, vec![dana.id, gil.id], all).await.unwrap();
        let left = notifications::list_notifications(&f.app, &noa.ctx).await.unwrap();
        assert_eq!((left[0].kind, left[0].subject.as_str()), (Kind::LeadNew, "Mia"));
        assert_eq!(left[0].href, format!("/people/{}", mia.id));
        remove(&mia).await;
        assert!(told(&f, &noa).await.is_empty());

        // Of two who were hers to turn to, one is a colleague's.
        let (ron, _) = (come(of(&owner, "Ron")).await, come(of(&owner, "Eve")).await);
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadsNew, "2")]);
        give(&f, &owner, &ron, &noa).await;
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadNew, "Eve")]);
        assert_eq!(told(&f, &noa).await, [said(Kind::PersonAssigned, "Ron")]);
        come(named("Ada")).await;
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadsNew, "2")], "it counts on from there");
    })
    .await;
}

#[tokio::test]
async fn a_lead_goes_while_another_comes_and_whoever_was_told_leaves() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let shop = program(&f, &owner).await;
        let come = |name: &'static str| {
            let (app, shop) = (f.app.clone(), shop.clone());
            async move { people::create_person(&app, &shop, named(name), "").await.unwrap() }
        };
        let go = |of: &Person| {
            let (app, ctx, id) = (f.app.clone(), owner.ctx.clone(), of.id.clone());
            async move { people::delete_person(&app, &ctx, &id).await.unwrap() }
        };
        let hold = || {
            let tenant = owner.ctx.tenant.clone();
            move |c: &mut store::Conn| store::testing::hold_log(c, &tenant)
        };
        let dana = come("Dana").await;
        let (gil, ()) = f.meet(hold(), come("Gil"), go(&dana)).await;
        for who in [&owner, &noa] {
            assert_eq!(told(&f, who).await, [said(Kind::LeadNew, "Gil")]);
        }
        let (app, ctx, hers) = (f.app.clone(), owner.ctx.clone(), noa.ctx.member.clone());
        let leave = async move { members::remove_member(&app, &ctx, &hers).await.map(drop) };
        let ((), left) = f.meet(hold(), go(&gil), leave).await;
        left.unwrap();
        assert!(told(&f, &owner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_lead_who_becomes_one_with_somebody_is_no_news() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let shop = program(&f, &owner).await;
        let known = add(&f, &owner, named("Dana")).await;
        let lead = people::create_person(app, &shop, named("Dana"), "").await.unwrap();
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadNew, "Dana")]);
        merge_people(app, ctx, &known.id, &lead.id).await.unwrap();
        assert!(told(&f, &owner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_chose_not_to_hear_of_a_lead_or_a_person_hears_of_many_neither() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let ways = notifications::list_ways(&f.app, &noa.ctx).await.unwrap();
        let kinds = [Kind::PersonAssigned, Kind::PeopleAssigned, Kind::LeadNew, Kind::LeadsNew];
        let hers: Vec<_> = ways.into_iter().filter(|(kind, _)| kinds.contains(kind)).collect();
        let usual = [(Kind::PersonAssigned, Way::App), (Kind::LeadNew, Way::Both)];
        assert_eq!(hers, usual, "one choice for one and for many");
        let none = usual.map(|(kind, _)| (kind.to_string(), "none".to_owned()));
        notifications::choose_ways(&f.app, &noa.ctx, none.to_vec()).await.unwrap();
        let shop = program(&f, &owner).await;
        let mut ids = Vec::new();
        for name in ["One", "Two"] {
            let made = people::create_person(&f.app, &shop, named(name), "").await.unwrap();
            ids.push(made.id);
        }
        change_people(&f.app, &owner.ctx, ids, to(&noa)).await.unwrap();
        add(&f, &owner, of(&noa, "Three")).await;
        assert!(told(&f, &noa).await.is_empty());
        assert_eq!(told(&f, &owner).await, [said(Kind::LeadsNew, "2")]);
    })
    .await;
}
