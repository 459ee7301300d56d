//! Businesses, members and invitations: who may, who may not, and what happens at once.

use crate::support::people::{add, named};
use crate::support::{self, Fixture, PASSWORD, Signed, each, expect_invalid, secret};
use app::appointments::{AppointmentInput, book_appointment};
use app::notifications::{Kind, list_notifications};
use app::people::{self, DetailsInput, PersonInput};
use app::series::{book_series, extend_all};
use app::tasks::{self, TaskInput};
use app::tenants::{self, BusinessInput};
use app::{Error, invitations, members, sessions, settings, timeline};
use domain::{Role, Timestamp};
use serde_json::json;

fn business(name: &str) -> BusinessInput {
    BusinessInput {
        business: name.into(),
        locale: "he".into(),
        zone: "Europe/Berlin".into(),
        currency: "eur".into(),
    }
}

fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

async fn role_of(f: &Fixture, seen_by: &Signed, who: &Signed) -> Option<Role> {
    let team = members::list_members(&f.app, &seen_by.ctx).await.unwrap();
    team.into_iter().find(|one| one.account == who.ctx.account).map(|one| one.role)
}

#[tokio::test]
async fn an_invitation_makes_one_member_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let invited =
            invitations::create_invitation(&f.app, &owner.ctx, " Noa@Example.com", "admin")
                .await
                .unwrap();
        let token = token_of(&invited.link).to_owned();
        let offer =
            invitations::look_up_invitation(&f.app, &support::origin(), &token).await.unwrap();
        assert_eq!((offer.email.as_str(), offer.role), ("noa@example.com", Role::Admin));
        assert_eq!((offer.brand.name.as_str(), offer.has_account), ("Dana's Studio", false));

        let at_once = (0..4).map(|n| {
            let (f, token) = (f.clone(), token.clone());
            tokio::spawn(async move {
                let name = format!("Noa {n}");
                let input = invitations::JoinInput { name, password: secret(PASSWORD) };
                invitations::accept_as_new(&f.app, &support::origin(), &token, input).await.ok()
            })
        });
        let mut joined = Vec::new();
        for one in at_once.collect::<Vec<_>>() {
            joined.extend(one.await.unwrap());
        }
        assert_eq!(joined.len(), 1);
        let noa = f.current(&joined[0].token).await.unwrap().context.unwrap();
        assert_eq!(noa.role, Role::Admin);
        assert_eq!(members::list_members(&f.app, &owner.ctx).await.unwrap().len(), 2);
        let again = invitations::look_up_invitation(&f.app, &support::origin(), &token).await;
        assert!(matches!(again, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn expired_revoked_and_replaced_invitations_are_refused() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let invite = async |email: &str| {
            invitations::create_invitation(&f.app, &owner.ctx, email, "member").await.unwrap()
        };
        let is_open = async |link: &str| {
            invitations::look_up_invitation(&f.app, &support::origin(), token_of(link))
                .await
                .is_ok()
        };
        let (old, revoked) = (invite("a@example.com").await, invite("b@example.com").await);
        let newer = invite("a@example.com").await;
        invitations::revoke_invitation(&f.app, &owner.ctx, &revoked.id).await.unwrap();
        invitations::revoke_invitation(&f.app, &owner.ctx, &revoked.id).await.unwrap();
        assert!(!is_open(&old.link).await, "a newer one took its place");
        assert!(!is_open(&revoked.link).await);
        assert!(is_open(&newer.link).await);
        let listed = invitations::list_invitations(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(listed.iter().map(|one| &one.id).collect::<Vec<_>>(), [&newer.id]);

        f.clock.advance_millis(invitations::LASTS_SECS * 1_000);
        assert!(!is_open(&newer.link).await);
        let input = invitations::JoinInput { name: "A".into(), password: secret(PASSWORD) };
        let late = token_of(&newer.link);
        let joined = invitations::accept_as_new(&f.app, &support::origin(), late, input).await;
        assert!(matches!(joined, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_bound_to_its_address() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let second = tenants::add_business(&f.app, &owner.login, business("Second")).await.unwrap();
        let owner = f.signed(second).await;
        let invite = async |email: &str| {
            let role = "member";
            let made = invitations::create_invitation(&f.app, &owner.ctx, email, role).await;
            token_of(&made.unwrap().link).to_owned()
        };
        let for_gil = invite("gil@example.com").await;
        let taken = invitations::accept_invitation(&f.app, &noa.login, &for_gil).await;
        assert!(matches!(taken, Err(Error::Conflict { key: "error-invitation-other-address" })));
        assert!(
            invitations::look_up_invitation(&f.app, &support::origin(), &for_gil).await.is_ok(),
            "not used up"
        );

        let for_noa = invite("noa@example.com").await;
        let input = invitations::JoinInput { name: "Noa".into(), password: secret(PASSWORD) };
        let twice = invitations::accept_as_new(&f.app, &support::origin(), &for_noa, input).await;
        assert!(matches!(twice, Err(Error::Conflict { key: "error-sign-in-to-join" })));
        let joined = invitations::accept_invitation(&f.app, &noa.login, &for_noa).await.unwrap();
        assert_eq!(joined.tenant.as_ref(), Some(&owner.ctx.tenant));
        assert!(f.current(&noa.token).await.is_err(), "the token changed with the business");
        let made = invitations::create_invitation(&f.app, &owner.ctx, "noa@example.com", "admin");
        expect_invalid(made.await, "email");
    })
    .await;
}

#[tokio::test]
async fn roles_do_what_they_may_and_no_more() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        let member = f.join(&owner, "member@example.com", Role::Member).await;
        let accountant = f.join(&owner, "books@example.com", Role::Accountant).await;
        let invite = async |by: &Signed, role| {
            invitations::create_invitation(&f.app, &by.ctx, "new@example.com", role).await
        };
        assert!(matches!(invite(&admin, "owner").await, Err(Error::Forbidden)));
        assert!(matches!(invite(&member, "member").await, Err(Error::Forbidden)));
        assert!(matches!(invite(&accountant, "member").await, Err(Error::NotFound)));
        expect_invalid(invite(&admin, "king").await, "role");
        invite(&admin, "admin").await.unwrap();

        let change = async |by: &Signed, who: &Signed, role| {
            members::change_role(&f.app, &by.ctx, &who.ctx.member, role).await
        };
        assert!(matches!(change(&admin, &owner, "member").await, Err(Error::Forbidden)));
        assert!(matches!(change(&admin, &admin, "owner").await, Err(Error::Forbidden)));
        assert!(matches!(change(&member, &member, "admin").await, Err(Error::Forbidden)));
        assert!(matches!(change(&accountant, &member, "admin").await, Err(Error::NotFound)));
        change(&admin, &member, "admin").await.unwrap();
        let gone = members::remove_member(&f.app, &admin.ctx, &owner.ctx.member).await;
        assert!(matches!(gone, Err(Error::Forbidden)));

        assert!(matches!(
            members::list_members(&f.app, &accountant.ctx).await,
            Err(Error::NotFound)
        ));
        let seen = settings::get_settings(&f.app, &accountant.ctx).await;
        assert!(matches!(seen, Err(Error::NotFound)));
        assert!(settings::get_tenant(&f.app, &accountant.ctx).await.is_ok());
        let more = tenants::add_business(&f.app, &admin.login, business("Mine")).await;
        assert!(matches!(more, Err(Error::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn who_lost_a_role_a_moment_ago_can_not_use_it() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        let member = f.join(&owner, "member@example.com", Role::Member).await;
        members::change_role(&f.app, &owner.ctx, &admin.ctx.member, "member").await.unwrap();
        // The context is from before, as in a request that was under way.
        let change = members::change_role(&f.app, &admin.ctx, &member.ctx.member, "admin").await;
        assert!(matches!(change, Err(Error::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn a_business_keeps_an_owner() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let last = |result: Result<(), Error>| {
            assert!(matches!(result, Err(Error::Conflict { key: "error-last-owner" })));
        };
        let me = &owner.ctx.member;
        last(members::remove_member(&f.app, &owner.ctx, me).await.map(drop));
        last(members::change_role(&f.app, &owner.ctx, me, "admin").await);

        let second = f.join(&owner, "second@example.com", Role::Owner).await;
        let leave = |who: &Signed| {
            let (f, ctx) = (f.clone(), who.ctx.clone());
            tokio::spawn(async move { members::remove_member(&f.app, &ctx, &ctx.member).await })
        };
        let both = [leave(&owner), leave(&second)];
        let mut left = 0;
        for one in both {
            left += usize::from(one.await.unwrap().is_ok());
        }
        assert_eq!(left, 1, "one of two owners who leave at once must stay");
    })
    .await;
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        let made =
            invitations::create_invitation(&f.app, &admin.ctx, "friend@example.com", "admin");
        let link = made.await.unwrap().link;
        members::remove_member(&f.app, &owner.ctx, &admin.ctx.member).await.unwrap();
        assert!(matches!(f.current(&admin.token).await, Err(Error::SignedOut)));
        let friend =
            invitations::look_up_invitation(&f.app, &support::origin(), token_of(&link)).await;
        assert!(matches!(friend, Err(Error::NotFound)), "what they started ends with them");
        // They can still sign in, to no business.
        let signed = f.sign_in("admin@example.com", PASSWORD).await.unwrap();
        assert_eq!(signed.tenant, None);
        let current = f.current(&signed.token).await.unwrap();
        assert!(current.context.is_none());
        let mine = tenants::list_my_tenants(&f.app, &current.login).await.unwrap();
        assert!(mine.is_empty());
        assert_eq!(role_of(&f, &owner, &admin).await, None);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_leaves_is_nobody_s_and_tells_so() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        let (theirs, now) = (admin.ctx.member.to_string(), f.app.clock.now());
        let details = DetailsInput { owner: theirs.clone(), ..DetailsInput::default() };
        let input = PersonInput { details: Some(details), ..named("Noa") };
        let person = add(&f, &owner, input).await;
        let input =
            TaskInput { title: "Call".into(), assignee: theirs.clone(), ..TaskInput::default() };
        let task = tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap();
        f.clock.advance_millis(60_000);
        members::remove_member(&f.app, &owner.ctx, &admin.ctx.member).await.unwrap();
        let after = people::get_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        assert_eq!((after.owner_id, after.rev), (None, person.rev + 1));
        assert!(after.updated_at > now);
        let page = timeline::list_entries(&f.app, &owner.ctx, &person.id, None, 9).await.unwrap();
        let entry = &page.items[0].entry;
        let words =
            json!({"fields": ["owner"], "changes": {"owner": {"from": theirs, "to": null}}});
        assert_eq!((entry.kind.as_str(), &entry.detail_json.0), ("changed", &words));
        let after = tasks::get_task(&f.app, &owner.ctx, &task.id).await.unwrap();
        assert_eq!((after.assignee_id, after.rev), (None, task.rev + 1));
        let chain = f.chain(&owner.ctx.tenant).await;
        let left = chain.iter().find(|entry| entry.action == "member.removed").unwrap();
        let left = &left.detail_json.0;
        assert_eq!((&left["people"], &left["tasks"]), (&json!(1), &json!(1)));
    })
    .await;
}

fn booked(by: &Signed, title: &str, at: &str) -> AppointmentInput {
    let starts_at = Timestamp::parse_rfc3339(at).unwrap();
    AppointmentInput {
        person: None,
        title: title.into(),
        notes: String::new(),
        location: String::new(),
        starts_at,
        ends_at: starts_at.plus_secs(3_600),
        zone: by.ctx.zone.clone(),
        online: false,
        calendar: None,
    }
}

#[tokio::test]
async fn what_concerns_somebody_who_left_is_told_to_all_who_could_act() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let mia = f.join(&owner, "mia@example.com", Role::Member).await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        for (by, at) in [(&noa, "2026-03-02T08:00:00Z"), (&mia, "2026-03-03T08:00:00Z")] {
            let monthly = "FREQ=MONTHLY".parse().unwrap();
            let input = booked(by, &format!("Of the {}", &at[8..10]), at);
            book_series(&f.app, &by.ctx, input, monthly, "", false).await.unwrap();
        }
        // In the way of both in September, of which nothing is made yet.
        for at in ["2026-09-02T07:30:00Z", "2026-09-03T07:30:00Z"] {
            let dentist = booked(&owner, "Dentist", at);
            book_appointment(&f.app, &owner.ctx, dentist, "").await.unwrap();
        }
        members::remove_member(&f.app, &owner.ctx, &noa.ctx.member).await.unwrap();
        f.clock.advance_millis(60 * 24 * 3_600_000);
        assert_eq!(extend_all(&f.app).await.unwrap(), 4);
        let told = async |who: &Signed| -> Vec<String> {
            let all = list_notifications(&f.app, &who.ctx).await.unwrap().into_iter();
            let overlaps = all.filter(|it| it.kind == Kind::SeriesOverlaps);
            overlaps.map(|it| it.subject).collect()
        };
        assert_eq!(told(&owner).await, ["Of the 02"], "who is there hears of theirs alone");
        let mut hers = told(&mia).await;
        hers.sort();
        assert_eq!(hers, ["Of the 02", "Of the 03"]);
        assert!(told(&books).await.is_empty(), "who may book nothing could not act");
    })
    .await;
}

#[tokio::test]
async fn switching_goes_only_where_one_is_a_member_and_changes_the_token() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let first = owner.ctx.tenant.clone();
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let second =
            tenants::add_business(&f.app, &owner.login, business("A second")).await.unwrap();
        let owner = f.signed(second).await;
        assert_ne!(owner.ctx.tenant, first);
        let names = tenants::list_my_tenants(&f.app, &owner.login).await.unwrap();
        let names: Vec<_> = names.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["A second", "Dana's Studio"]);

        let stranger = tenants::switch_tenant(&f.app, &noa.login, &owner.ctx.tenant).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
        let back = tenants::switch_tenant(&f.app, &owner.login, &first).await.unwrap();
        assert!(f.current(&owner.token).await.is_err());
        let back = f.signed(back).await;
        assert_eq!(back.ctx.tenant, first);
        // The next sign-in goes where they were last.
        let again = f.sign_in("dana@example.com", PASSWORD).await.unwrap();
        assert_eq!(again.tenant, Some(first));
    })
    .await;
}

fn look(colour: &str, theme: &str) -> settings::LookInput {
    settings::LookInput { colour: colour.to_owned(), theme: theme.to_owned() }
}

#[tokio::test]
async fn settings_change_once_per_revision() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let before = settings::get_settings(&f.app, &owner.ctx).await.unwrap();
        let mut bad = business("Studio");
        bad.currency = "euro".into();
        let spoiled =
            settings::update_settings(&f.app, &owner.ctx, bad, look("pine", "default"), before.rev)
                .await;
        expect_invalid(spoiled, "currency");
        for (colour, theme, field) in [("red", "default", "colour"), ("pine", "../x", "theme")] {
            let look = look(colour, theme);
            let odd =
                settings::update_settings(&f.app, &owner.ctx, business("S"), look, before.rev);
            expect_invalid(odd.await, field);
        }
        let update = || {
            let (input, look) = (business("Studio"), look("plum", "ledger"));
            settings::update_settings(&f.app, &owner.ctx, input, look, before.rev)
        };
        let after = update().await.unwrap();
        assert_eq!((after.name.as_str(), after.currency.as_str()), ("Studio", "EUR"));
        assert_eq!((after.colour.as_str(), after.theme.as_str()), ("plum", "ledger"));
        assert!(matches!(update().await, Err(Error::Conflict { key: "error-changed-meanwhile" })));
        let current = f.current(&owner.token).await.unwrap().context.unwrap();
        assert_eq!(current.zone.name(), "Europe/Berlin");
    })
    .await;
}

#[tokio::test]
async fn another_business_s_ids_are_nothing_here() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let member = &theirs.ctx.member;
        let role = members::change_role(&f.app, &ours.ctx, member, "member").await;
        assert!(matches!(role, Err(Error::NotFound)));
        let removed = members::remove_member(&f.app, &ours.ctx, member).await;
        assert!(matches!(removed, Err(Error::NotFound)));
        let made = invitations::create_invitation(&f.app, &theirs.ctx, "x@example.com", "member");
        let id = made.await.unwrap().id;
        let revoked = invitations::revoke_invitation(&f.app, &ours.ctx, &id).await;
        assert!(matches!(revoked, Err(Error::NotFound)));
        assert_eq!(invitations::list_invitations(&f.app, &theirs.ctx).await.unwrap().len(), 1);
        assert!(invitations::list_invitations(&f.app, &ours.ctx).await.unwrap().is_empty());
        let signed = sessions::list_sessions(&f.app, &theirs.login).await.unwrap();
        let ended = sessions::end_session(&f.app, &ours.login, &signed[0].id).await;
        assert!(matches!(ended, Err(Error::NotFound)));
    })
    .await;
}
