//! People, home and the activity log: what each role sees, and what strangers don't.

use crate::support::people as samples;
use crate::support::people::{count_in, move_to};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::audit::AuditFilter;
use app::people::{self, DetailsInput, Person, PersonFilter, PersonInput, PersonOrder, Standing};
use app::{Error, activity, home, members, retention, timeline};
use domain::{PersonId, Role, Timestamp};
use serde_json::json;

type Spoil = fn(&mut PersonInput);

fn noa() -> PersonInput {
    PersonInput {
        name: " Noa Levi ".into(),
        phone: "050-123 4567".into(),
        email: "Noa@Example.COM".into(),
        ..PersonInput::default()
    }
}

async fn add(f: &Fixture, who: &Signed, name: &str) -> Person {
    let input = PersonInput { name: name.into(), ..PersonInput::default() };
    people::create_person(&f.app, &who.ctx, input, "").await.unwrap()
}

async fn search(f: &Fixture, who: &Signed, text: &str) -> Vec<String> {
    let filter = PersonFilter { search: Some(text.into()), ..PersonFilter::default() };
    let page =
        people::list_people(&f.app, &who.ctx, filter, PersonOrder::Newest, None, 50).await.unwrap();
    page.items.into_iter().map(|person| person.name).collect()
}

#[tokio::test]
async fn a_person_s_page_says_what_was_and_what_is_and_the_log_does_not() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let admin = f.join(&owner, "admin@example.com", Role::Admin).await;
        let theirs = admin.ctx.member.to_string();
        let person = samples::add(&f, &owner, samples::detailed()).await;
        f.clock.advance_millis(60_000);
        let details = DetailsInput {
            owner: theirs.clone(),
            value: "2,000".into(),
            consent: "withdrawn".into(),
            ..DetailsInput::default()
        };
        let input = PersonInput { details: Some(details), ..samples::detailed() };
        people::update_person(&f.app, &owner.ctx, &person.id, input, person.rev).await.unwrap();
        let latest = async || {
            let page = timeline::list_entries(&f.app, &owner.ctx, &person.id, None, 9).await;
            page.unwrap().items
        };
        let told = latest().await.remove(0);
        let expected = json!({
            "owner": {"from": null, "to": theirs},
            "value": {
                "from": {"amount": 150_050, "currency": "ILS"},
                "to": {"amount": 200_000, "currency": "ILS"},
            },
            "follow-up": {"from": "2026-12-24", "to": null},
            "consent": {"from": "given", "to": "withdrawn"},
        });
        assert_eq!(told.entry.detail_json.0["changes"], expected);
        assert_eq!(told.members.get(&theirs).map(String::as_str), Some("Admin"));
        let log = f.chain(&owner.ctx.tenant).await;
        let noted = log.iter().rev().find(|entry| entry.action == "person.changed").unwrap();
        assert_eq!(noted.detail_json.0.get("changes"), None);
        f.clock.advance_millis(60_000);
        members::remove_member(&f.app, &owner.ctx, &admin.ctx.member).await.unwrap();
        let after = latest().await;
        assert_eq!(after[1].entry, told.entry);
        assert!(after.iter().all(|told| told.members.is_empty()), "nobody is called by it now");
        // What says nothing of these says nothing of what they were.
        let source = "website".into();
        let renamed = PersonInput { source, ..samples::named("Noa Levi") };
        let now = people::get_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        f.clock.advance_millis(60_000);
        people::update_person(&f.app, &owner.ctx, &person.id, renamed, now.rev).await.unwrap();
        assert_eq!(latest().await[0].entry.detail_json.0.get("changes"), None);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_kept_clean_and_found_however_the_phone_is_written() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let person = people::create_person(&f.app, &owner.ctx, noa(), "").await.unwrap();
        assert_eq!((person.name.as_str(), person.email.as_str()), ("Noa Levi", "noa@example.com"));
        assert_eq!((person.standing, person.phone.as_str()), (Standing::Lead, "050-123 4567"));
        let ids = vec![person.id.clone()];
        let dialled = people::list_dialled(&f.app, &owner.ctx, ids).await.unwrap();
        assert_eq!(dialled.get(&person.id).map(String::as_str), Some("+972501234567"));
        for text in ["noa", "LEVI", "+972 50 1234567", "0501234567", "972-50-123-4567", "example"] {
            assert_eq!(search(&f, &owner, text).await, ["Noa Levi"], "{text}");
        }
        assert!(search(&f, &owner, "050-7654321").await.is_empty());
        assert!(search(&f, &owner, "%").await.is_empty(), "a wildcard is text");
    })
    .await;
}

#[tokio::test]
async fn a_number_stays_what_it_was_understood_as_when_the_business_moves() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noa = people::create_person(app, ctx, noa(), "").await.unwrap();
        let dialled = async |id: &PersonId| {
            people::list_dialled(app, ctx, vec![id.clone()]).await.unwrap().remove(id)
        };
        move_to(&f, &owner, "Europe/Berlin").await;
        let of = |phone: &str| PersonInput { phone: phone.into(), ..self::noa() };
        let same = PersonInput { name: "Noa L".into(), ..of(&noa.phone) };
        let after = people::update_person(app, ctx, &noa.id, same, noa.rev).await.unwrap();
        assert_eq!((after.name.as_str(), after.phone.as_str()), ("Noa L", "050-123 4567"));
        assert_eq!(dialled(&noa.id).await.as_deref(), Some("+972501234567"));
        let new = people::create_person(app, ctx, of("030 1234567"), "").await.unwrap();
        assert_eq!(dialled(&new.id).await.as_deref(), Some("+49301234567"));
        // Where the country can't be told, a number without it isn't dialled from anywhere.
        move_to(&f, &owner, "Etc/UTC").await;
        let unknown = people::create_person(app, ctx, of("050-7654321"), "").await.unwrap();
        assert_eq!(dialled(&unknown.id).await, None);
        move_to(&f, &owner, "Asia/Jerusalem").await;
        let tenant = ctx.tenant.clone();
        let step = move |c: &mut store::Conn| store::contacts::catch_up(c, &tenant, 50);
        assert_eq!(app.db.write(step).await.unwrap(), 3);
        assert_eq!(dialled(&unknown.id).await.as_deref(), Some("+972507654321"));
        assert_eq!(dialled(&new.id).await.as_deref(), Some("+49301234567"));
    })
    .await;
}

#[tokio::test]
async fn wrong_fields_are_named() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let change: [(&str, Spoil); 6] = [
            ("name", |i| i.name = " \u{200b}\u{202e}\n".into()),
            ("name", |i| i.name = "x".repeat(121)),
            ("email", |i| i.email = "noa at example".into()),
            ("phone", |i| i.phone = "call me".into()),
            ("stage", |i| i.stage = "friend".into()),
            ("notes", |i| i.notes = "x".repeat(8_001)),
        ];
        for (field, spoil) in change {
            let mut input = noa();
            spoil(&mut input);
            expect_invalid(people::create_person(&f.app, &owner.ctx, input, "").await, field);
        }
        let all = people::list_people(
            &f.app,
            &owner.ctx,
            PersonFilter::default(),
            PersonOrder::Newest,
            None,
            50,
        )
        .await;
        assert!(all.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn one_form_adds_one_person() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let sent = (0..4).map(|_| {
            let (f, ctx) = (f.clone(), owner.ctx.clone());
            tokio::spawn(async move {
                match people::create_person(&f.app, &ctx, noa(), "form-1").await {
                    // The other was not finished yet; a browser tries again.
                    Err(Error::Conflict { .. }) => {
                        people::create_person(&f.app, &ctx, noa(), "form-1").await
                    }
                    other => other,
                }
            })
        });
        let mut ids = Vec::new();
        for one in sent.collect::<Vec<_>>() {
            ids.push(one.await.unwrap().unwrap().id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(search(&f, &owner, "noa").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_older_revision_changes_nothing() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let person = add(&f, &owner, "Noa").await;
        let update = |name: &str| {
            let input = PersonInput { name: name.into(), ..PersonInput::default() };
            people::update_person(&f.app, &owner.ctx, &person.id, input, person.rev)
        };
        let after = update("Noa Levi").await.unwrap();
        assert!(after.rev > person.rev);
        let late = update("Gil").await;
        assert!(matches!(late, Err(Error::Conflict { key: "error-changed-meanwhile" })));
        let moved = people::change_stage(&f.app, &owner.ctx, &person.id, "customer").await;
        let moved = moved.unwrap();
        assert_eq!((moved.name.as_str(), moved.standing), ("Noa Levi", Standing::Customer));
        let again = people::change_stage(&f.app, &owner.ctx, &person.id, "customer").await;
        assert_eq!(again.unwrap().rev, moved.rev, "what changes nothing leaves no trace");
        let actions = f.actions(&owner).await;
        assert_eq!(actions[..3], ["person.stage-changed", "person.changed", "person.created"]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_person_can_be_brought_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let id = add(&f, &owner, "Noa").await.id;
        people::delete_person(&f.app, &owner.ctx, &id).await.unwrap();
        people::delete_person(&f.app, &owner.ctx, &id).await.unwrap();
        let gone = people::get_person(&f.app, &owner.ctx, &id).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        assert!(search(&f, &owner, "noa").await.is_empty());
        people::restore_person(&f.app, &owner.ctx, &id).await.unwrap();
        let back = people::restore_person(&f.app, &owner.ctx, &id).await.unwrap();
        assert_eq!(back.name, "Noa");
        assert_eq!(search(&f, &owner, "noa").await, ["Noa"]);
        let actions = f.actions(&owner).await;
        assert_eq!(actions[..2], ["person.restored", "person.deleted"]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_person_is_gone_for_good_after_a_month() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (gone, kept) = (add(&f, &owner, "Noa").await.id, add(&f, &owner, "Gil").await.id);
        people::delete_person(&f.app, &owner.ctx, &gone).await.unwrap();
        assert_eq!(retention::sweep(&f.app).await, 0);
        f.clock.advance_millis((retention::DELETED_PEOPLE_DAYS * 24 * 3_600 + 1) * 1_000);
        people::delete_person(&f.app, &owner.ctx, &kept).await.unwrap();
        assert!(retention::sweep(&f.app).await > 0);
        assert_eq!(f.actions(&owner).await[0], "person.purged");
        let purged = people::restore_person(&f.app, &owner.ctx, &gone).await;
        assert!(matches!(purged, Err(Error::NotFound)));
        people::restore_person(&f.app, &owner.ctx, &kept).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn pages_show_everybody_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        for n in 0..7 {
            add(&f, &owner, &format!("Person {n}")).await;
            f.clock.advance_millis(n % 2);
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = PersonFilter::default();
            let page =
                people::list_people(&f.app, &owner.ctx, filter, PersonOrder::Newest, after, 3)
                    .await
                    .unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items.into_iter().map(|person| person.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, (0..7).map(|n| format!("Person {n}")).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn people_are_hidden_from_strangers_and_from_roles_that_may_not_see_them() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let accountant = f.join(&ours, "books@example.com", Role::Accountant).await;
        let person = add(&f, &ours, "Marker Person").await;
        let random = PersonId::new(&*f.app.clock, &*f.app.rng);
        for (who, id) in [(&theirs, &person.id), (&accountant, &person.id), (&ours, &random)] {
            let (app, ctx) = (&f.app, &who.ctx);
            let answers = [
                people::get_person(app, ctx, id).await.err(),
                people::update_person(app, ctx, id, noa(), person.rev).await.err(),
                people::change_stage(app, ctx, id, "customer").await.err(),
                people::delete_person(app, ctx, id).await.err(),
                people::restore_person(app, ctx, id).await.err(),
            ];
            for (n, answer) in answers.into_iter().enumerate() {
                assert!(matches!(answer, Some(Error::NotFound)), "{n}: {answer:?}");
            }
        }
        assert!(search(&f, &theirs, "marker").await.is_empty());
        let named = people::list_people_by_ids(&f.app, &theirs.ctx, vec![person.id.clone()]).await;
        assert!(named.unwrap().is_empty());
        let listed = people::list_people(
            &f.app,
            &accountant.ctx,
            PersonFilter::default(),
            PersonOrder::Newest,
            None,
            50,
        )
        .await;
        assert!(matches!(listed, Err(Error::NotFound)));
        let created = people::create_person(&f.app, &accountant.ctx, noa(), "").await;
        assert!(matches!(created, Err(Error::NotFound)));
        let untouched = people::get_person(&f.app, &ours.ctx, &person.id).await.unwrap();
        assert_eq!(untouched, person);
    })
    .await;
}

#[tokio::test]
async fn home_shows_what_the_role_may_see() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let accountant = f.join(&owner, "books@example.com", Role::Accountant).await;
        let before = home::get_home(&f.app, &owner.ctx).await.unwrap();
        let steps = before.checklist.unwrap();
        assert!(!steps.has_people && !steps.has_connection && steps.has_colleague);
        let person = add(&f, &owner, "Noa").await;
        add(&f, &owner, "Gil").await;
        people::change_stage(&f.app, &owner.ctx, &person.id, "customer").await.unwrap();
        let after = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(after.people, Some(home::PeopleCount { leads: 1, customers: 1 }));
        assert!(after.checklist.unwrap().has_people);
        assert!(after.today.unwrap().is_empty());
        let theirs = home::get_home(&f.app, &accountant.ctx).await.unwrap();
        assert!(theirs.people.is_none() && theirs.today.is_none() && theirs.checklist.is_none());
    })
    .await;
}

#[tokio::test]
async fn home_tells_whom_to_get_back_to_by_today_however_late_they_came() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let today = owner.ctx.zone.local(f.app.clock.now()).date();
        for (name, days) in [("Late", -3), ("Today", 0), ("Tomorrow", 1)] {
            let follow_up_on = today.saturating_add(jiff::Span::new().days(days)).to_string();
            let details = DetailsInput { follow_up_on, ..DetailsInput::default() };
            let input = PersonInput { name: name.into(), details: Some(details), ..noa() };
            people::create_person(&f.app, &owner.ctx, input, "").await.unwrap();
        }
        let accountant = f.join(&owner, "books@example.com", Role::Accountant).await;
        let waiting = home::get_home(&f.app, &owner.ctx).await.unwrap().waiting.unwrap();
        let names: Vec<&str> = waiting.first.iter().map(|person| person.name.as_str()).collect();
        assert_eq!((names.as_slice(), waiting.count), (["Late", "Today"].as_slice(), 2));
        assert!(home::get_home(&f.app, &accountant.ctx).await.unwrap().waiting.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_log_names_who_did_what_and_is_for_admins() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let member = f.join(&ours, "noa@example.com", Role::Member).await;
        add(&f, &member, "Gil").await;
        let log = async |who: &Signed, before, limit| {
            activity::list_activity(&f.app, &who.ctx, AuditFilter::default(), before, limit).await
        };
        let page = log(&ours, None, 2).await.unwrap();
        let latest = &page.items[0];
        assert_eq!((latest.action.as_str(), latest.entity.as_str()), ("person.created", "person"));
        assert_eq!((latest.actor.as_str(), latest.subject.as_str()), ("Noa", "Gil"));
        assert_eq!(latest.address, "192.0.2.1");
        let next = log(&ours, page.next, 2).await.unwrap();
        assert_eq!(next.items[0].seq, page.items[1].seq - 1);
        assert!(matches!(log(&member, None, 2).await, Err(Error::NotFound)));
        let strangers = log(&theirs, None, 100).await.unwrap();
        assert!(strangers.items.iter().all(|one| one.action != "person.created"));
    })
    .await;
}

#[tokio::test]
async fn an_amount_of_before_stays_in_its_currency_until_somebody_names_another() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let said = |value: &str, currency: &str| PersonInput {
            details: Some(DetailsInput {
                value: value.into(),
                value_currency: currency.into(),
                ..DetailsInput::default()
            }),
            ..noa()
        };
        let id = people::create_person(app, ctx, said("1500", ""), "").await.unwrap().id;
        count_in(&f, &owner, "USD").await;
        // Each after the other: what the form sends, whose label names the currency.
        for (value, currency, wanted) in [
            ("1500", "ILS", (150_000, "ILS")),
            ("2000", "ILS", (200_000, "ILS")),
            ("₪1,000", "ILS", (100_000, "ILS")),
            ("$600", "ILS", (60_000, "USD")),
            ("700", "USD", (70_000, "USD")),
            ("", "USD", (0, "")),
            ("10", "", (1_000, "USD")),
        ] {
            let before = people::get_person(app, ctx, &id).await.unwrap();
            let input = said(value, currency);
            let after = people::update_person(app, ctx, &id, input, before.rev).await.unwrap();
            assert_eq!((after.value, after.value_currency.as_str()), wanted, "{value}");
        }
        for (value, currency) in [("1500", "ILS"), ("₪1500", "USD"), ("€5", ""), ("5", "nonsense")]
        {
            let before = people::get_person(app, ctx, &id).await.unwrap();
            let input = said(value, currency);
            let refused = people::update_person(app, ctx, &id, input, before.rev).await;
            expect_invalid(refused, "value");
        }
    })
    .await;
}

#[tokio::test]
async fn consent_is_of_the_day_that_is_said_and_of_today_without_one() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let said = |consent: &str, day: &str| PersonInput {
            details: Some(DetailsInput {
                consent: consent.into(),
                consent_on: day.into(),
                ..DetailsInput::default()
            }),
            ..noa()
        };
        let at = |text: &str| Timestamp::parse_rfc3339(text);
        let made = people::create_person(app, ctx, said("given", "2025-07-01"), "").await;
        let id = made.unwrap().id;
        let now = Some(f.app.clock.now());
        // Each after the other: what is said, and when that was.
        for (consent, day, wanted) in [
            ("given", "", at("2025-06-30T21:00:00Z")),
            ("given", "2025-01-01", at("2024-12-31T22:00:00Z")),
            ("withdrawn", "", now),
            // The day it is already, to the moment.
            ("withdrawn", "2026-03-01", now),
            ("withdrawn", "2026-02-28", at("2026-02-27T22:00:00Z")),
            ("", "2026-02-28", None),
            ("given", "2026-03-01", at("2026-02-28T22:00:00Z")),
        ] {
            let before = people::get_person(app, ctx, &id).await.unwrap();
            let input = said(consent, day);
            let after = people::update_person(app, ctx, &id, input, before.rev).await.unwrap();
            assert_eq!(after.consent_at, wanted, "{consent} {day}");
        }
        let told = timeline::list_entries(app, ctx, &id, None, 20).await.unwrap();
        let changes = told.items.iter().filter(|told| told.entry.kind == "changed");
        assert_eq!(changes.count(), 5, "another day is a change");
        for (day, key) in [("2026-03-02", "future"), ("1850-01-01", "old"), ("soon", "none")] {
            let refused = people::create_person(app, ctx, said("given", day), "").await;
            assert!(matches!(&refused, Err(Error::Invalid { .. })), "{key}: {refused:?}");
            expect_invalid(refused, "consent_on");
        }
    })
    .await;
}
